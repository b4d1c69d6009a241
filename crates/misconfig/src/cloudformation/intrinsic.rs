//! Intrinsic functions and conditions, as the "Intrinsic function reference" documents them. What only a deployment knows is
//! a reference with the name that the template gives it, or unknown.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Node, Span, Value};

/// Steps of one template: values that are looked at, and sixteen bytes of text each.
const STEPS: usize = 2_000_000;
/// Functions within each other.
const DEEPEST: usize = 200;
const LONGEST_TEXT: usize = 1 << 20;

/// What the functions of a template refer to.
pub(super) struct Template<'t> {
    parameters: HashMap<&'t str, &'t Node>,
    mappings: Option<&'t Node>,
    conditions: HashMap<&'t str, &'t Node>,
    /// Conditions that were found; nothing for what is not known, or is being found.
    found: RefCell<HashMap<&'t str, Option<bool>>>,
    steps: Cell<usize>,
    depth: Cell<usize>,
}

impl<'t> Template<'t> {
    pub fn new(root: &'t Node) -> Self {
        let section = |name: &str| match root.get(name).map(|section| &section.value) {
            Some(Value::Map(entries)) => entries.iter().map(|(name, node)| (name.as_str(), node)).collect(),
            _ => HashMap::new(),
        };
        Self {
            parameters: section("Parameters"),
            mappings: root.get("Mappings"),
            conditions: section("Conditions"),
            found: RefCell::default(),
            steps: Cell::new(STEPS),
            depth: Cell::new(0),
        }
    }

    /// Whether there was too much to evaluate, so that some of it is unknown for that reason.
    pub fn exhausted(&self) -> bool {
        self.steps.get() == 0
    }

    /// Pays for a piece of work, if there is enough left.
    pub fn pay(&self, steps: usize) -> bool {
        let left = self.steps.get().checked_sub(steps);
        self.steps.set(left.unwrap_or_default());
        left.is_some()
    }

    /// The value with all functions in it evaluated; nothing where it is left out (`AWS::NoValue`).
    pub fn evaluate(&self, node: &Node) -> Option<Node> {
        let at = |value| Some(Node { value, span: node.span });
        let text = if let Value::Text(text) = &node.value { text.len() / 16 } else { 0 };
        if self.depth.get() >= DEEPEST || !self.pay(1 + text) {
            return at(Value::Unknown);
        }
        self.depth.set(self.depth.get() + 1);
        let evaluated = match &node.value {
            Value::List(items) => at(Value::List(items.iter().filter_map(|item| self.evaluate(item)).collect())),
            Value::Map(entries) => match entries.as_slice() {
                [(name, argument)] if name == "Ref" || name.starts_with("Fn::") || name == "Condition" => {
                    self.function(name, argument, node)
                }
                _ => at(Value::Map(
                    entries.iter().filter_map(|(key, value)| Some((key.clone(), self.evaluate(value)?))).collect(),
                )),
            },
            _ => Some(node.clone()),
        };
        self.depth.set(self.depth.get() - 1);
        evaluated
    }

    fn function(&self, name: &str, argument: &Node, whole: &Node) -> Option<Node> {
        let at = |value| Some(Node { value, span: whole.span });
        let value = match name {
            "Ref" => match argument.text() {
                Some("AWS::NoValue") => return None,
                Some(name) => return Some(self.reference(name, whole.span)),
                None => Value::Unknown,
            },
            // `Condition` with anything but a name is an ordinary key: statements of policies have it.
            "Condition" => match argument.text().filter(|name| self.conditions.contains_key(name)) {
                Some(name) => self.condition_named(name).map_or(Value::Unknown, Value::Bool),
                None => return at(Value::Map(vec![(name.to_owned(), self.evaluate(argument)?)])),
            },
            "Fn::GetAtt" => self.get_attribute(argument),
            "Fn::If" => match argument.items() {
                [condition, then, otherwise] => {
                    let name = condition.text().unwrap_or_default();
                    let (then, otherwise) = match self.condition_named(name) {
                        Some(true) => return self.placed(then, whole.span),
                        Some(false) => return self.placed(otherwise, whole.span),
                        None => (self.evaluate(then), self.evaluate(otherwise)),
                    };
                    let value = |node: &Option<Node>| node.as_ref().map(|node| node.value.clone());
                    if value(&then) == value(&otherwise) { value(&then)? } else { Value::Unknown }
                }
                _ => Value::Unknown,
            },
            "Fn::Equals" | "Fn::And" | "Fn::Or" | "Fn::Not" => {
                self.condition(whole).map_or(Value::Unknown, Value::Bool)
            }
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => match argument.items() {
                [separator, list] => self.join(separator.text().unwrap_or_default(), list),
                _ => Value::Unknown,
            },
            "Fn::Split" => match argument.items() {
                [separator, text] => match (separator.text(), self.evaluate(text)?.value) {
                    (Some(separator), Value::Text(text)) if !separator.is_empty() => {
                        let part = |part: &str| Node { value: Value::Text(part.to_owned()), span: whole.span };
                        Value::List(text.split(separator).map(part).collect())
                    }
                    _ => Value::Unknown,
                },
                _ => Value::Unknown,
            },
            "Fn::Select" => match argument.items() {
                [index, list] => {
                    let index = self.evaluate(index).and_then(|index| scalar(&index)?.parse::<usize>().ok());
                    let list = self.evaluate(list)?;
                    match index.and_then(|index| list.items().get(index)) {
                        Some(found) => found.value.clone(),
                        None => Value::Unknown,
                    }
                }
                _ => Value::Unknown,
            },
            "Fn::FindInMap" => return self.find_in_map(argument, whole.span),
            "Fn::Base64" => match self.evaluate(argument)?.value {
                Value::Text(text) => Value::Text(STANDARD.encode(text)),
                _ => Value::Unknown,
            },
            "Fn::Length" => match self.evaluate(argument)?.value {
                #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
                Value::List(items) => Value::Number(items.len() as f64),
                _ => Value::Unknown,
            },
            // A structure says more than its text.
            "Fn::ToJsonString" => return self.evaluate(argument),
            "Fn::Cidr" => match argument.items() {
                [block, rest @ ..] => {
                    let block = self.evaluate(block)?;
                    let numbers: Option<Vec<u32>> =
                        rest.iter().map(|number| scalar(&self.evaluate(number)?)?.parse().ok()).collect();
                    let subnets = block.text().zip(numbers).and_then(|(block, numbers)| cidr(block, &numbers));
                    subnets.map_or(Value::Unknown, |subnets| {
                        let subnet = |text| Node { value: Value::Text(text), span: whole.span };
                        Value::List(subnets.into_iter().map(subnet).collect())
                    })
                }
                _ => Value::Unknown,
            },
            // What other stacks export, zones, and macros.
            _ => Value::Unknown,
        };
        at(value)
    }

    /// A value that stands where the function that chose it stands, if that is elsewhere.
    fn placed(&self, node: &Node, span: Span) -> Option<Node> {
        let mut node = self.evaluate(node)?;
        if node.span == Span::default() {
            node.span = span;
        }
        Some(node)
    }

    fn reference(&self, name: &str, span: Span) -> Node {
        if let Some(parameter) = self.parameters.get(name) {
            let list = parameter
                .get("Type")
                .and_then(Node::text)
                .is_some_and(|kind| kind.starts_with("List<") || kind == "CommaDelimitedList");
            let value = match parameter.get("Default") {
                None => Value::Reference(format!("Parameters.{name}")),
                Some(default) if !self.pay(default.weight()) => Value::Unknown,
                Some(default) => match (&default.value, scalar(default)) {
                    (_, Some(text)) if list => {
                        let part = |part: &str| Node { value: Value::Text(part.trim().to_owned()), span };
                        Value::List(text.split(',').map(part).collect())
                    }
                    (value, _) => value.clone(),
                },
            };
            return Node { value, span };
        }
        // Also the pseudo parameters, like `AWS::Region`: only a deployment knows them.
        Node { value: Value::Reference(name.to_owned()), span }
    }

    fn get_attribute(&self, argument: &Node) -> Value {
        let name = match &argument.value {
            Value::Text(text) => Some(text.clone()),
            Value::List(parts) => {
                let parts: Option<Vec<String>> = parts.iter().map(|part| scalar(&self.evaluate(part)?)).collect();
                parts.map(|parts| parts.join("."))
            }
            _ => None,
        };
        name.map_or(Value::Unknown, Value::Reference)
    }

    fn find_in_map(&self, argument: &Node, span: Span) -> Option<Node> {
        let unknown = Node { value: Value::Unknown, span };
        let [map, first, second, rest @ ..] = argument.items() else { return Some(unknown) };
        let key = |node: &Node| self.evaluate(node).and_then(|key| scalar(&key));
        let (Some(map), Some(first), Some(second)) = (key(map), key(first), key(second)) else { return Some(unknown) };
        let found = self.mappings.and_then(|maps| maps.get(&map)?.get(&first)?.get(&second));
        match (found, rest.first().and_then(|rest| rest.get("DefaultValue"))) {
            (Some(found), _) if self.pay(found.weight()) => Some(Node { value: found.value.clone(), span }),
            (None, Some(default)) => self.placed(default, span),
            _ => Some(unknown),
        }
    }

    /// `${Name}`, `${Name.Attribute}` and `${!literal}` in a text, with names of its own before those of the template.
    fn substitute(&self, argument: &Node) -> Value {
        let (text, own) = match (&argument.value, argument.items()) {
            (Value::Text(text), _) => (text.as_str(), None),
            (_, [text, own]) => (text.text().unwrap_or_default(), Some(own)),
            _ => return Value::Unknown,
        };
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            parts.push(Part::Text(rest[..at].to_owned()));
            let Some(length) = rest[at..].find('}') else { break };
            let name = rest[at + 2..at + length].trim();
            rest = &rest[at + length + 1..];
            if let Some(literal) = name.strip_prefix('!') {
                parts.push(Part::Text(format!("${{{literal}}}")));
                continue;
            }
            let value = match own.and_then(|own| own.get(name)) {
                Some(own) => self.evaluate(own),
                None if name.contains('.') => {
                    Some(Node { value: Value::Reference(name.to_owned()), span: argument.span })
                }
                None => Some(self.reference(name, argument.span)),
            };
            parts.push(Part::of(value.as_ref()));
        }
        parts.push(Part::Text(rest.to_owned()));
        self.text(&parts, "")
    }

    fn join(&self, separator: &str, list: &Node) -> Value {
        let Some(Node { value: Value::List(items), .. }) = self.evaluate(list) else { return Value::Unknown };
        self.text(&items.iter().map(|item| Part::of(Some(item))).collect::<Vec<_>>(), separator)
    }

    /// The parts as one text, or as a reference where something is open.
    fn text(&self, parts: &[Part], separator: &str) -> Value {
        let open = parts.iter().any(|part| matches!(part, Part::Open(_)));
        let mut text = String::new();
        for (at, part) in parts.iter().enumerate() {
            if at > 0 {
                text.push_str(separator);
            }
            match part {
                Part::Text(plain) if open => text.push_str(&plain.replace("${", "$${")),
                Part::Text(plain) | Part::Open(plain) => text.push_str(plain),
            }
            if text.len() > LONGEST_TEXT {
                self.steps.set(0);
                return Value::Unknown;
            }
        }
        if !self.pay(text.len() / 16) {
            return Value::Unknown;
        }
        if !open {
            return Value::Text(text);
        }
        let filled = parts.iter().filter(|part| !matches!(part, Part::Text(plain) if plain.is_empty())).count();
        match (filled, text.strip_prefix("${").and_then(|name| name.strip_suffix('}'))) {
            // Nothing but one name.
            (1, Some("")) => Value::Unknown,
            (1, Some(name)) if !name.contains("${") => Value::Reference(name.to_owned()),
            _ => Value::Reference(text),
        }
    }

    /// A condition by its name; nothing where it is not known, or depends on itself.
    pub fn condition_named(&self, name: &str) -> Option<bool> {
        let (name, node) = self.conditions.get_key_value(name)?;
        if let Some(found) = self.found.borrow().get(name) {
            return *found;
        }
        self.found.borrow_mut().insert(name, None);
        let found = self.condition(node);
        self.found.borrow_mut().insert(name, found);
        found
    }

    fn condition(&self, node: &Node) -> Option<bool> {
        let Value::Map(entries) = &node.value else { return None };
        let [(name, argument)] = entries.as_slice() else { return None };
        if self.depth.get() >= DEEPEST {
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let all = |stop: bool| {
            let mut certain = true;
            for part in argument.items() {
                match self.condition(part) {
                    Some(yes) if yes == stop => return Some(stop),
                    Some(_) => {}
                    None => certain = false,
                }
            }
            certain.then_some(!stop)
        };
        let result = match name.as_str() {
            "Condition" => argument.text().and_then(|name| self.condition_named(name)),
            "Fn::And" => all(false),
            "Fn::Or" => all(true),
            "Fn::Not" => argument.items().first().and_then(|inner| self.condition(inner)).map(|yes| !yes),
            "Fn::Equals" => match argument.items() {
                [left, right] => {
                    let text = |node: &Node| self.evaluate(node).and_then(|node| scalar(&node));
                    text(left).zip(text(right)).map(|(left, right)| left == right)
                }
                _ => None,
            },
            _ => None,
        };
        self.depth.set(self.depth.get() - 1);
        result
    }
}

enum Part {
    Text(String),
    Open(String),
}

impl Part {
    fn of(node: Option<&Node>) -> Self {
        match node.map(|node| (&node.value, scalar(node))) {
            Some((_, Some(text))) => Self::Text(text),
            Some((Value::Reference(text), _)) if text.contains("${") => Self::Open(text.clone()),
            Some((Value::Reference(name), _)) => Self::Open(format!("${{{name}}}")),
            None => Self::Text(String::new()),
            _ => Self::Open("${}".to_owned()),
        }
    }
}

/// The text that a scalar is in a template.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::Text(text) => Some(text.clone()),
        Value::Bool(yes) => Some(yes.to_string()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// As many networks as are asked for, each with as many bits for hosts, one after the other.
fn cidr(block: &str, numbers: &[u32]) -> Option<Vec<String>> {
    let (count, bits) = match numbers {
        [count] => (*count, None),
        [count, bits] => (*count, Some(*bits)),
        _ => return None,
    };
    let (address, length) = block.split_once('/')?;
    let (start, length) = (address.parse::<std::net::IpAddr>().ok()?, length.parse::<u32>().ok()?);
    let (start, width) = match start {
        std::net::IpAddr::V4(address) => (u128::from(address.to_bits()), 32_u32),
        std::net::IpAddr::V6(address) => (address.to_bits(), 128),
    };
    let bits = bits.unwrap_or(if width == 32 { 8 } else { 64 });
    let free = width.checked_sub(length)?.checked_sub(bits)?;
    // The service gives 256 at most.
    if count == 0 || count > 256 || free < 32 && u64::from(count) > 1 << free {
        return None;
    }
    let show = |address: u128| {
        let text = if width == 32 {
            std::net::Ipv4Addr::from_bits(u32::try_from(address).ok()?).to_string()
        } else {
            std::net::Ipv6Addr::from_bits(address).to_string()
        };
        Some(format!("{text}/{}", width - bits))
    };
    (0..count).map(|at| show(start.checked_add(u128::from(at).checked_shl(bits)?)?)).collect()
}
