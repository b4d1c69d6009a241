//! Expressions of templates, `[concat(parameters('name'), '-logs')]` ("Template expressions" and "Template functions" of the
//! reference): parsed and evaluated at once, as far as a template alone tells.

use std::cell::Cell;

use crate::{Node, Span, Value};

/// Values that one template may come to, and calls that it may take.
const STEPS: usize = 200_000;
/// How deep calls and variables of variables go.
const DEEPEST: usize = 48;

/// What expressions of one template may ask for.
pub struct Scope<'t> {
    /// The template's `parameters`.
    pub parameters: Option<&'t Node>,
    /// Values that whoever deploys the template gives, each already evaluated.
    pub given: Vec<(String, Node)>,
    /// The template's `variables`.
    pub variables: Option<&'t Node>,
    left: Cell<usize>,
}

impl<'t> Scope<'t> {
    /// That of a template.
    pub fn new(template: &'t Node, given: Vec<(String, Node)>) -> Self {
        let [parameters, variables] = ["parameters", "variables"].map(|section| template.get(section));
        Self { parameters, given, variables, left: Cell::new(STEPS) }
    }

    /// Whether evaluation was broken off; what was left is unknown then.
    pub fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// The tree with its expressions evaluated.
    pub fn evaluate(&self, node: &Node) -> Node {
        self.node(node, 0)
    }

    fn node(&self, node: &Node, depth: usize) -> Node {
        if depth > DEEPEST || !self.pay(1) {
            return Value::Unknown.at(node.span);
        }
        let value = match &node.value {
            Value::Text(text) => self.text(text, depth),
            Value::List(items) => Value::List(items.iter().map(|item| self.node(item, depth)).collect()),
            Value::Map(entries) => {
                let entry = |(key, value): &(String, Node)| (key.clone(), self.node(value, depth));
                Value::Map(entries.iter().map(entry).collect())
            }
            other => other.clone(),
        };
        value.at(node.span)
    }

    fn text(&self, text: &str, depth: usize) -> Value {
        let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match inner {
            // Two brackets are one that is meant.
            Some(_) if text.starts_with("[[") => Value::text(&text[1..]),
            Some(inner) => {
                let mut parser = Parser { scope: self, rest: inner, depth };
                let value = parser.expression();
                value.filter(|_| parser.rest.trim().is_empty()).unwrap_or(Value::Unknown)
            }
            None => Value::text(text),
        }
    }

    fn pay(&self, steps: usize) -> bool {
        self.left.set(self.left.get().saturating_sub(steps));
        self.left.get() > 0
    }

    fn parameter(&self, name: &str, depth: usize) -> Value {
        if let Some((_, given)) = self.given.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            return if self.pay(given.count()) { given.value.clone() } else { Value::Unknown };
        }
        let declared = self.parameters.and_then(|parameters| find(parameters, name));
        let default = declared.and_then(|declared| declared.get("defaultValue"));
        default.map_or(Value::Unknown, |default| self.node(default, depth + 1).value)
    }

    fn variable(&self, name: &str, depth: usize) -> Value {
        let value = self.variables.and_then(|variables| find(variables, name));
        value.map_or(Value::Unknown, |value| self.node(value, depth + 1).value)
    }

    fn call(&self, function: &str, arguments: &[Value], depth: usize) -> Value {
        let function = function.to_ascii_lowercase();
        match (&*function, arguments) {
            ("parameters", [Value::Text(name)]) => self.parameter(name, depth),
            ("variables", [Value::Text(name)]) => self.variable(name, depth),
            ("true", []) => Value::Bool(true),
            ("false", []) => Value::Bool(false),
            ("null", []) => Value::Null,
            ("createarray", items) => Value::List(items.iter().map(|item| item.clone().at(Span::default())).collect()),
            ("createobject", pairs) => object(pairs),
            ("resourceid" | "subscriptionresourceid", parts) => resource_id(parts),
            ("if", [Value::Bool(condition), yes, no]) => if *condition { yes } else { no }.clone(),
            ("coalesce", values) => {
                let known = values.iter().find(|value| !matches!(value, Value::Null));
                known.cloned().unwrap_or(Value::Null)
            }
            (_, values) if values.iter().any(|value| matches!(value, Value::Unknown | Value::Reference(_))) => {
                Value::Unknown
            }
            ("concat", [Value::List(_), ..]) => {
                let lists =
                    arguments.iter().flat_map(|list| if let Value::List(items) = list { &items[..] } else { &[] });
                Value::List(lists.cloned().collect())
            }
            ("concat", parts) => joined(parts),
            ("format", [Value::Text(pattern), parts @ ..]) => formatted(pattern, parts),
            ("string", [value]) => joined(std::slice::from_ref(value)),
            ("tolower", [Value::Text(text)]) => Value::text(text.to_lowercase()),
            ("toupper", [Value::Text(text)]) => Value::text(text.to_uppercase()),
            ("trim", [Value::Text(text)]) => Value::text(text.trim()),
            ("bool", [Value::Text(text)]) => Value::Bool(text.eq_ignore_ascii_case("true")),
            ("bool", [Value::Bool(value)]) => Value::Bool(*value),
            ("int", [Value::Text(text)]) => text.parse().map_or(Value::Unknown, Value::Number),
            ("int", [Value::Number(number)]) => Value::Number(*number),
            ("not", [Value::Bool(value)]) => Value::Bool(!value),
            ("and", values) => logic(values, |values| values.iter().all(|value| *value)),
            ("or", values) => logic(values, |values| values.iter().any(|value| *value)),
            ("equals", [one, other]) => Value::Bool(one == other),
            ("empty", [value]) => Value::Bool(length(value) == Some(0) || *value == Value::Null),
            #[expect(clippy::cast_precision_loss, reason = "no template has 2^53 entries")]
            ("length", [value]) => length(value).map_or(Value::Unknown, |length| Value::Number(length as f64)),
            ("contains", [Value::List(items), wanted]) => Value::Bool(items.iter().any(|item| item.value == *wanted)),
            ("contains", [Value::Text(text), Value::Text(part)]) => Value::Bool(text.contains(&**part)),
            _ => Value::Unknown,
        }
    }
}

/// The entry of a mapping, whatever case its key is written in: names of parameters and variables do not mind.
fn find<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    node.entries().iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn object(pairs: &[Value]) -> Value {
    let mut entries: Vec<(String, Node)> = Vec::new();
    for pair in pairs.chunks_exact(2) {
        let Value::Text(key) = &pair[0] else { return Value::Unknown };
        entries.push((key.clone(), pair[1].clone().at(Span::default())));
    }
    Value::Map(entries)
}

/// `resourceId('Microsoft.Network/virtualNetworks', 'main')`, perhaps with a subscription and a group in front.
fn resource_id(parts: &[Value]) -> Value {
    let texts: Option<Vec<&str>> =
        parts.iter().map(|part| if let Value::Text(text) = part { Some(&**text) } else { None }).collect();
    let Some(texts) = texts else { return Value::Unknown };
    let kind = texts.iter().position(|text| text.contains('/'));
    kind.map_or(Value::Unknown, |at| Value::Reference(texts[at..].join("/")))
}

/// Texts, numbers and truth values as one text.
fn joined(parts: &[Value]) -> Value {
    let mut text = String::new();
    for part in parts {
        match part {
            Value::Text(part) => text.push_str(part),
            Value::Number(number) => text.push_str(&number.to_string()),
            Value::Bool(value) => text.push_str(if *value { "True" } else { "False" }),
            _ => return Value::Unknown,
        }
    }
    Value::Text(text)
}

/// `format('{0}-{1}', …)`.
fn formatted(pattern: &str, parts: &[Value]) -> Value {
    const LONGEST: usize = 64 << 10;
    let mut text = String::new();
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((number, behind)) = after.split_once('}') else { return Value::Unknown };
        let part = number.parse().ok().and_then(|number: usize| parts.get(number));
        let Some(Value::Text(part)) = part.map(|part| joined(std::slice::from_ref(part))) else {
            return Value::Unknown;
        };
        text.push_str(before);
        text.push_str(&part);
        if text.len() > LONGEST {
            return Value::Unknown;
        }
        rest = behind;
    }
    Value::Text(text + rest)
}

fn logic(values: &[Value], decide: impl Fn(&[bool]) -> bool) -> Value {
    let values: Option<Vec<bool>> =
        values.iter().map(|value| if let Value::Bool(value) = value { Some(*value) } else { None }).collect();
    values.map_or(Value::Unknown, |values| Value::Bool(decide(&values)))
}

fn length(value: &Value) -> Option<usize> {
    match value {
        Value::Text(text) => Some(text.chars().count()),
        Value::List(items) => Some(items.len()),
        Value::Map(entries) => Some(entries.len()),
        _ => None,
    }
}

struct Parser<'s, 't> {
    scope: &'s Scope<'t>,
    rest: &'s str,
    depth: usize,
}

impl Parser<'_, '_> {
    /// The value at the front; none where there is no expression.
    fn expression(&mut self) -> Option<Value> {
        if self.depth > DEEPEST || !self.scope.pay(1) {
            return None;
        }
        self.rest = self.rest.trim_start();
        let mut value = match self.rest.chars().next()? {
            '\'' => Value::Text(self.quoted()?),
            first if first.is_ascii_digit() || first == '-' => {
                let end = self.rest[1..].find(|c: char| !c.is_ascii_digit()).map_or(self.rest.len(), |end| end + 1);
                let (number, rest) = self.rest.split_at(end);
                self.rest = rest;
                Value::Number(number.parse().ok()?)
            }
            _ => {
                let name = self.name()?;
                let arguments = self.arguments()?;
                self.scope.call(&name, &arguments, self.depth)
            }
        };
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix('.') {
                self.rest = rest;
                let name = self.name()?;
                value = member(&value, &Value::Text(name));
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                self.rest = rest;
                let key = self.deeper()?;
                self.rest = self.rest.trim_start().strip_prefix(']')?;
                value = member(&value, &key);
            } else {
                return Some(value);
            }
        }
    }

    fn deeper(&mut self) -> Option<Value> {
        self.depth += 1;
        let value = self.expression();
        self.depth -= 1;
        value
    }

    fn name(&mut self) -> Option<String> {
        // Functions of a template's own have a name space in front, and are not evaluated.
        let end = self.rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        self.rest = rest;
        (!name.is_empty()).then(|| name.to_owned())
    }

    fn arguments(&mut self) -> Option<Vec<Value>> {
        self.rest = self.rest.trim_start().strip_prefix('(')?;
        let mut arguments = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                return Some(arguments);
            }
            if !arguments.is_empty() {
                self.rest = self.rest.strip_prefix(',')?;
            }
            arguments.push(self.deeper()?);
        }
    }

    /// A text in single quotes; two of them inside are one.
    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut rest = self.rest.strip_prefix('\'')?;
        loop {
            let (part, after) = rest.split_once('\'')?;
            text.push_str(part);
            let Some(again) = after.strip_prefix('\'') else {
                self.rest = after;
                return Some(text);
            };
            text.push('\'');
            rest = again;
        }
    }
}

fn member(value: &Value, key: &Value) -> Value {
    let found = match (value, key) {
        (Value::Map(entries), Value::Text(key)) => {
            entries.iter().find(|(known, _)| known.eq_ignore_ascii_case(key)).map(|(_, node)| &node.value)
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "what does not fit is not there")]
        (Value::List(items), Value::Number(index)) => items.get(*index as usize).map(|node| &node.value),
        _ => None,
    };
    found.cloned().unwrap_or(Value::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = r#"{
        "parameters": {"name": {"defaultValue": "shop"}, "open": {"type": "bool"}},
        "variables": {"full": "[concat(parameters('name'), '-logs')]", "sizes": {"small": [1, 2]}, "loop": "[variables('loop')]"}
    }"#;

    fn check(expression: &str, expected: &Value) {
        let template = crate::json::parse(TEMPLATE.as_bytes()).unwrap();
        let scope = Scope::new(&template, vec![("Given".into(), Value::text("x").at(Span::default()))]);
        assert_eq!(scope.evaluate(&Value::text(expression).at(Span::default())).value, *expected, "{expression}");
    }

    #[test]
    fn expressions_are_evaluated_as_the_reference_has_it() {
        for (expression, expected) in [
            ("plain", Value::text("plain")),
            ("[[not one]", Value::text("[not one]")),
            ("[parameters('NAME')]", Value::text("shop")),
            ("[parameters('given')]", Value::text("x")),
            ("[variables('full')]", Value::text("shop-logs")),
            ("[variables('sizes').small[1]]", Value::Number(2.0)),
            ("[format('{0}/{1}', 'a', 3)]", Value::text("a/3")),
            ("[if(equals(parameters('name'), 'shop'), 'yes', 'no')]", Value::text("yes")),
            ("[concat('it''s ', toUpper('a'))]", Value::text("it's A")),
            ("[and(true(), not(false()))]", Value::Bool(true)),
            ("[length(createArray('a', 'b'))]", Value::Number(2.0)),
            ("[coalesce(null(), 'b')]", Value::text("b")),
            ("[resourceId('Microsoft.Web/sites', 'main')]", Value::Reference("Microsoft.Web/sites/main".into())),
        ] {
            check(expression, &expected);
        }
    }

    #[test]
    fn what_the_template_does_not_tell_is_unknown() {
        for expression in [
            "[parameters('open')]",
            "[resourceGroup().location]",
            "[concat('a', uniqueString('b'))]",
            "[variables('loop')]",
            "[concat('a']",
            "[concat('a') b]",
            "[own.function('a')]",
        ] {
            check(expression, &Value::Unknown);
        }
        check(&format!("[{}'a'{}]", "concat(".repeat(1000), ")".repeat(1000)), &Value::Unknown);
    }
}
