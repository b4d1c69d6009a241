//! Tokens to a template: declarations and expressions, each written as the template's language has it.

use std::cell::Cell;
use std::collections::HashMap;

use super::Failure;
use super::token::{Token, tokens};
use crate::{Node, Span, Value};

/// How deep expressions lie in each other.
const DEEPEST: usize = 64;
/// Longer expressions are unknown.
const LONGEST: usize = 1 << 16;
/// Expressions that one source is worth: names of resources may be made of each other's, over and over.
const MOST_STEPS: usize = 500_000;

/// The template of a source, as far as it can be read.
pub fn template(text: &str) -> (Node, Option<Failure>) {
    let mut parts = Parts::default();
    let failure = match tokens(text, 1) {
        Ok(tokens) => {
            let symbols = symbols(&tokens);
            let steps = Cell::new(MOST_STEPS);
            Parser { tokens: &tokens, at: 0, depth: 0, symbols: &symbols, loops: Vec::new(), steps: &steps }
                .file(&mut parts)
                .err()
        }
        Err(failure) => Some(failure),
    };
    let at = |value: Value| value.at(Span::line(1));
    let template = Value::map([
        ("parameters", at(Value::Map(parts.parameters))),
        ("variables", at(Value::Map(parts.variables))),
        ("resources", at(Value::List(parts.resources))),
    ]);
    (at(template), failure)
}

#[derive(Default)]
struct Parts {
    parameters: Vec<(String, Node)>,
    variables: Vec<(String, Node)>,
    resources: Vec<Node>,
}

/// What a name stands for.
enum Symbol {
    Parameter,
    Variable,
    /// A resource of this type, and the tokens of its name.
    Resource(String, Vec<(Token, u32)>),
    Module,
}

/// The names that are declared anywhere: the order of declarations means nothing.
fn symbols(tokens: &[(Token, u32)]) -> HashMap<String, Symbol> {
    let mut found = HashMap::new();
    for (at, window) in tokens.windows(3).enumerate() {
        let begins = at == 0 || !matches!(tokens[at - 1].0, Token::Sign("." | ":"));
        let [(Token::Name(keyword), _), (Token::Name(name), _), (third, _)] = window else { continue };
        let symbol = match (&**keyword, third) {
            ("param", _) => Symbol::Parameter,
            ("var", Token::Sign("=")) => Symbol::Variable,
            ("module", _) => Symbol::Module,
            ("resource", Token::Text(texts, _)) => {
                let kind = texts[0].split('@').next().unwrap_or_default().to_owned();
                let is_name = |window: &[(Token, u32)]| matches!(window, [(Token::Name(key), _), (Token::Sign(":"), _)] if key == "name");
                let rest = &tokens[at..];
                let begin = rest.windows(2).take(200).position(is_name).map_or(rest.len(), |at| at + 2);
                let value = rest[begin..].iter().take_while(|(token, _)| !matches!(token, Token::Line));
                Symbol::Resource(kind, value.take(32).cloned().collect())
            }
            _ => continue,
        };
        if begins {
            found.insert(name.clone(), symbol);
        }
    }
    found
}

/// What an expression is: a value as it stands, or a call of the template's functions.
enum Expression {
    Plain(Value),
    Call(String),
}

impl Expression {
    /// As a value of the template.
    fn value(self) -> Value {
        match self {
            Self::Plain(Value::Text(text)) if text.starts_with('[') => Value::Text(format!("[{text}")),
            Self::Plain(value) => value,
            Self::Call(call) if call.len() > LONGEST => Value::Unknown,
            Self::Call(call) => Value::Text(format!("[{call}]")),
        }
    }

    /// As a part of another expression.
    fn call(self) -> String {
        match self {
            Self::Call(call) => call,
            Self::Plain(Value::Text(text)) => quoted(&text),
            Self::Plain(Value::Number(number)) => number.to_string(),
            Self::Plain(Value::Bool(yes)) => format!("{yes}()"),
            Self::Plain(Value::Null) => "null()".to_owned(),
            Self::Plain(Value::List(items)) => {
                let items: Vec<String> = items.into_iter().map(|item| inner(item.value)).collect();
                format!("createArray({})", items.join(", "))
            }
            // Nobody computes with these.
            Self::Plain(_) => "unknown()".to_owned(),
        }
    }
}

/// A value of the template as a part of an expression.
fn inner(value: Value) -> String {
    match value {
        Value::Text(text) => match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(call) if !text.starts_with("[[") => call.to_owned(),
            _ => quoted(&text),
        },
        value => Expression::Plain(value).call(),
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

struct Parser<'t> {
    tokens: &'t [(Token, u32)],
    at: usize,
    depth: usize,
    symbols: &'t HashMap<String, Symbol>,
    /// The variables of the loops around.
    loops: Vec<String>,
    /// What is left of [`MOST_STEPS`].
    steps: &'t Cell<usize>,
}

impl Parser<'_> {
    fn file(&mut self, parts: &mut Parts) -> Result<(), Failure> {
        while self.at < self.tokens.len() {
            let line = self.line();
            match self.next() {
                Some(Token::Line) => {}
                Some(Token::Sign("@")) => {
                    self.expression()?;
                }
                Some(Token::Name(word)) if word == "param" => {
                    let name = self.name()?;
                    self.skip_type();
                    let mut entries = Vec::new();
                    if self.take("=") {
                        let node = self.node()?;
                        entries.push(("defaultValue".to_owned(), node));
                    }
                    parts.parameters.push((name, Value::Map(entries).at(Span::line(line))));
                }
                Some(Token::Name(word)) if word == "var" => {
                    let name = self.name()?;
                    self.skip_type();
                    self.need("=")?;
                    let node = self.node()?;
                    parts.variables.push((name, node));
                }
                Some(Token::Name(word)) if word == "resource" => {
                    let resource = self.resource(line)?;
                    parts.resources.push(resource);
                }
                _ => self.skip_statement(),
            }
        }
        Ok(())
    }

    /// What follows the word `resource`.
    fn resource(&mut self, first: u32) -> Result<Node, Failure> {
        self.deeper()?;
        self.name()?;
        let Some(Token::Text(texts, _)) = self.next() else { return Err((first, "a resource has no type")) };
        let (kind, version) = texts[0].split_once('@').unwrap_or((&texts[0], ""));
        let at = |value: Value| value.at(Span::line(first));
        let mut entries = vec![("type".to_owned(), at(Value::text(kind)))];
        if !version.is_empty() {
            entries.push(("apiVersion".to_owned(), at(Value::text(version))));
        }
        if self.take_name("existing") {
            entries.push(("existing".to_owned(), at(Value::Bool(true))));
        }
        self.need("=")?;
        let before = self.loops.len();
        let is_loop = self.take("[");
        if is_loop {
            self.begin_loop()?;
        }
        if self.take_name("if") {
            let condition = self.node()?;
            entries.push(("condition".to_owned(), condition));
        }
        let body = self.node()?;
        if is_loop {
            self.lines();
            self.need("]")?;
        }
        self.loops.truncate(before);
        let Value::Map(mut body_entries) = body.value else { return Err((first, "a resource has no body")) };
        entries.append(&mut body_entries);
        self.depth -= 1;
        Ok(Value::Map(entries).at(Span::new(first, body.span.last)))
    }

    /// `for x in list:`, or `for (x, i) in list:`.
    fn begin_loop(&mut self) -> Result<(), Failure> {
        self.lines();
        let line = self.line();
        if !self.take_name("for") {
            return Err((line, "a loop was expected"));
        }
        if self.take("(") {
            let (one, two) = (self.name()?, (self.need(",")?, self.name()?).1);
            self.loops.extend([one, two]);
            self.need(")")?;
        } else {
            let name = self.name()?;
            self.loops.push(name);
        }
        if !self.take_name("in") {
            return Err((line, "a loop was expected"));
        }
        self.expression()?;
        self.need(":")
    }

    /// An expression, as a value of the template.
    fn node(&mut self) -> Result<Node, Failure> {
        self.lines();
        let first = self.line();
        let value = self.expression()?.value();
        let last = self.tokens.get(self.at.saturating_sub(1)).map_or(first, |(_, line)| *line);
        Ok(value.at(Span::new(first, last.max(first))))
    }

    fn deeper(&mut self) -> Result<(), Failure> {
        self.depth += 1;
        self.steps.set(self.steps.get().saturating_sub(1));
        if self.steps.get() == 0 {
            return Err((self.line(), "evaluating takes too long"));
        }
        if self.depth > DEEPEST { Err((self.line(), "expressions lie too deep in each other")) } else { Ok(()) }
    }

    fn expression(&mut self) -> Result<Expression, Failure> {
        self.deeper()?;
        let condition = self.binary(0)?;
        // Lines may begin with the sign.
        let before = self.at;
        self.lines();
        let found = if self.take("?") {
            self.lines();
            let yes = self.expression()?.call();
            self.lines();
            self.need(":")?;
            self.lines();
            let no = self.expression()?.call();
            Expression::Call(format!("if({}, {yes}, {no})", condition.call()))
        } else {
            self.at = before;
            condition
        };
        self.depth -= 1;
        Ok(found)
    }

    fn binary(&mut self, level: usize) -> Result<Expression, Failure> {
        const LEVELS: &[&[(&str, &str)]] = &[
            &[("??", "coalesce")],
            &[("||", "or")],
            &[("&&", "and")],
            &[("==", "equals"), ("!=", "not(equals"), ("=~", "equalsIgnoringCase"), ("!~", "not(equalsIgnoringCase")],
            &[("<=", "lessOrEquals"), (">=", "greaterOrEquals"), ("<", "less"), (">", "greater")],
            &[("+", "add"), ("-", "sub")],
            &[("*", "mul"), ("/", "div"), ("%", "mod")],
        ];
        let Some(signs) = LEVELS.get(level) else { return self.unary() };
        let mut left = self.binary(level + 1)?;
        loop {
            let before = self.at;
            if level < 4 {
                self.lines();
            }
            let Some((_, function)) = signs.iter().find(|(sign, _)| self.take(sign)) else {
                self.at = before;
                return Ok(left);
            };
            self.lines();
            let right = self.binary(level + 1)?.call();
            let end = if function.starts_with("not(") { ")" } else { "" };
            let call = format!("{function}({}, {right}){end}", left.call());
            if call.len() > LONGEST {
                return Err((self.line(), "an expression is too long"));
            }
            left = Expression::Call(call);
        }
    }

    fn unary(&mut self) -> Result<Expression, Failure> {
        if self.take("!") {
            self.deeper()?;
            let inner = self.unary()?.call();
            self.depth -= 1;
            return Ok(Expression::Call(format!("not({inner})")));
        }
        if self.take("-") {
            self.deeper()?;
            let inner = self.unary()?;
            self.depth -= 1;
            return Ok(match inner {
                Expression::Plain(Value::Number(number)) => Expression::Plain(Value::Number(-number)),
                other => Expression::Call(format!("sub(0, {})", other.call())),
            });
        }
        let mut found = self.primary()?;
        loop {
            if self.take(".") || self.take(".?") || self.take("::") {
                let name = self.name()?;
                found = if self.take("(") {
                    self.arguments()?;
                    Expression::Call("unknown()".to_owned())
                } else {
                    Expression::Call(format!("{}.{name}", found.call()))
                };
            } else if self.take("[") || self.take("[?") {
                let key = self.expression()?.call();
                self.need("]")?;
                found = Expression::Call(format!("{}[{key}]", found.call()));
            } else if matches!(self.peek(), Some(Token::Sign("!"))) {
                // What is asserted not to be null.
                self.at += 1;
            } else {
                return Ok(found);
            }
        }
    }

    fn primary(&mut self) -> Result<Expression, Failure> {
        let line = self.line();
        let plain = |value| Ok(Expression::Plain(value));
        match self.next() {
            Some(Token::Number(number)) => plain(Value::Number(number)),
            Some(Token::Text(texts, sources)) => self.text(&texts, &sources, line),
            Some(Token::Sign("{")) => self.object(line),
            Some(Token::Sign("[")) => self.array(),
            Some(Token::Sign("(")) => {
                self.lines();
                let inner = self.expression()?;
                self.lines();
                self.need(")")?;
                Ok(inner)
            }
            Some(Token::Name(name)) => match &*name {
                "true" | "false" => plain(Value::Bool(name == "true")),
                "null" => plain(Value::Null),
                _ if self.take("(") => {
                    let arguments = self.arguments()?;
                    Ok(Expression::Call(format!("{name}({})", arguments.join(", "))))
                }
                _ if self.take("=>") => {
                    self.expression()?;
                    Ok(Expression::Call("unknown()".to_owned()))
                }
                _ => self.named(&name),
            },
            _ => Err((line, "an expression was expected")),
        }
    }

    /// What a name stands for.
    fn named(&mut self, name: &str) -> Result<Expression, Failure> {
        let unknown = Ok(Expression::Call("unknown()".to_owned()));
        if self.loops.iter().any(|known| known == name) {
            return unknown;
        }
        match self.symbols.get(name) {
            Some(Symbol::Parameter) => Ok(Expression::Call(format!("parameters('{name}')"))),
            Some(Symbol::Variable) => Ok(Expression::Call(format!("variables('{name}')"))),
            Some(Symbol::Resource(kind, tokens)) if matches!(self.peek(), Some(Token::Sign("."))) => {
                let before = self.at;
                self.at += 1;
                let member = self.name()?;
                if !matches!(&*member, "id" | "name") {
                    self.at = before;
                    return unknown;
                }
                self.deeper()?;
                let loops = self.loops.clone();
                let mut inner =
                    Parser { tokens, at: 0, depth: self.depth, symbols: self.symbols, loops, steps: self.steps };
                let called = inner.expression().map_or_else(|_| "unknown()".to_owned(), Expression::call);
                self.depth -= 1;
                let call = if member == "id" { format!("resourceId('{kind}', {called})") } else { called };
                // Names may be made of names that are made of names.
                if call.len() > LONGEST { unknown } else { Ok(Expression::Call(call)) }
            }
            _ => unknown,
        }
    }

    fn text(&mut self, texts: &[String], sources: &[String], line: u32) -> Result<Expression, Failure> {
        if sources.is_empty() {
            return Ok(Expression::Plain(Value::text(texts[0].clone())));
        }
        self.deeper()?;
        let mut arguments = String::new();
        for (index, text) in texts.iter().enumerate() {
            if !text.is_empty() {
                arguments.extend([", ", &quoted(text)]);
            }
            let Some(source) = sources.get(index) else { continue };
            let tokens = tokens(source, line)?;
            let loops = self.loops.clone();
            let mut inner =
                Parser { tokens: &tokens, at: 0, depth: self.depth, symbols: self.symbols, loops, steps: self.steps };
            arguments.extend([", ", &inner.expression()?.call()]);
            if arguments.len() > LONGEST {
                return Err((line, "an expression is too long"));
            }
        }
        self.depth -= 1;
        Ok(Expression::Call(format!("concat({})", arguments.trim_start_matches(", "))))
    }

    fn object(&mut self, first: u32) -> Result<Expression, Failure> {
        let mut entries: Vec<(String, Node)> = Vec::new();
        let mut nested = Vec::new();
        loop {
            self.lines();
            self.take(",");
            self.lines();
            if self.take("}") {
                break;
            }
            let line = self.line();
            if self.take("@") {
                self.expression()?;
                continue;
            }
            if self.take("...") {
                self.expression()?;
                continue;
            }
            let key = match self.next() {
                Some(Token::Name(name)) if name == "resource" && !matches!(self.peek(), Some(Token::Sign(":"))) => {
                    nested.push(self.resource(line)?);
                    continue;
                }
                Some(Token::Name(name)) => name,
                Some(Token::Text(texts, sources)) if sources.is_empty() => texts.concat(),
                Some(Token::Text(..)) => "?".to_owned(),
                _ => return Err((line, "the name of a property was expected")),
            };
            self.need(":")?;
            let node = self.node()?;
            entries.push((key, node));
        }
        if !nested.is_empty() {
            entries.push(("resources".to_owned(), Value::List(nested).at(Span::line(first))));
        }
        Ok(Expression::Plain(Value::Map(crate::value::last_of_each(entries))))
    }

    fn array(&mut self) -> Result<Expression, Failure> {
        self.lines();
        let before = self.loops.len();
        if matches!(self.peek(), Some(Token::Name(name)) if name == "for") {
            self.begin_loop()?;
            if self.take_name("if") {
                self.expression()?;
            }
            let item = self.node()?;
            self.loops.truncate(before);
            self.lines();
            self.need("]")?;
            return Ok(Expression::Plain(Value::List(vec![item])));
        }
        let mut items = Vec::new();
        loop {
            self.lines();
            self.take(",");
            self.lines();
            if self.take("]") {
                return Ok(Expression::Plain(Value::List(items)));
            }
            if self.take("...") {
                let line = self.line();
                self.expression()?;
                items.push(Value::Unknown.at(Span::line(line)));
                continue;
            }
            items.push(self.node()?);
        }
    }

    fn arguments(&mut self) -> Result<Vec<String>, Failure> {
        let mut arguments = Vec::new();
        loop {
            self.lines();
            if self.take(")") {
                return Ok(arguments);
            }
            if !arguments.is_empty() {
                self.need(",")?;
                self.lines();
            }
            arguments.push(self.expression()?.call());
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn next(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.at += 1;
        token
    }

    fn line(&self) -> u32 {
        self.tokens.get(self.at).or(self.tokens.last()).map_or(1, |(_, line)| *line)
    }

    fn take(&mut self, sign: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Sign(found)) if *found == sign);
        self.at += usize::from(is_it);
        is_it
    }

    fn take_name(&mut self, name: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Name(found)) if found == name);
        self.at += usize::from(is_it);
        is_it
    }

    fn need(&mut self, sign: &str) -> Result<(), Failure> {
        let line = self.line();
        if self.take(sign) { Ok(()) } else { Err((line, "another sign was expected")) }
    }

    fn name(&mut self) -> Result<String, Failure> {
        let line = self.line();
        match self.next() {
            Some(Token::Name(name)) => Ok(name),
            _ => Err((line, "a name was expected")),
        }
    }

    fn lines(&mut self) {
        while matches!(self.peek(), Some(Token::Line)) {
            self.at += 1;
        }
    }

    /// A type, up to the value or the end of the line; that of an object may take several lines.
    fn skip_type(&mut self) {
        let mut depth = 0_u32;
        while let Some(token) = self.peek() {
            match token {
                Token::Sign("=") | Token::Line if depth == 0 => return,
                Token::Sign("{" | "(" | "[") => depth += 1,
                Token::Sign("}" | ")" | "]") => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
        }
    }

    /// The rest of a statement that makes nothing.
    fn skip_statement(&mut self) {
        let mut depth = 0_u32;
        while let Some(token) = self.next() {
            match token {
                Token::Line if depth == 0 => return,
                Token::Sign("{" | "(" | "[") => depth += 1,
                Token::Sign("}" | ")" | "]") => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
}
