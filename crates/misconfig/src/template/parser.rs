//! Words to templates (Go's text/template/parse, parse.go).

use std::mem;
use std::rc::Rc;

use super::datum::Datum;
use super::lexer::{Token, tokens};
use super::syntax::{Node, Operand, Pipe, Template};
use super::text::Origin;

/// How deep actions and parentheses may lie in each other: they are read and run recursively.
const DEEPEST: usize = 60;

/// Reads a file of templates: those that it defines, and itself under `name`, which comes last. Says on which line it
/// cannot be read, and why.
pub fn parse(name: &str, source: &str, begin: Origin) -> Result<Vec<Template>, (u32, String)> {
    let tokens = tokens(source, begin)?;
    let mut parser = Parser { tokens, at: 0, depth: 0, loops: 0, defined: Vec::new(), last: begin };
    let body = parser.body(&[]).map_err(|reason| (parser.last.line, reason))?;
    let mut defined = parser.defined;
    defined.push(Template { name: name.to_owned(), body: body.nodes });
    Ok(defined)
}

struct Parser {
    tokens: Vec<(Token, Origin)>,
    at: usize,
    depth: usize,
    /// How many loops are around.
    loops: usize,
    defined: Vec<Template>,
    last: Origin,
}

/// What stands between two actions that belong together.
struct Body {
    nodes: Vec<Node>,
    /// The word of the action that ended it; none at the end of the file.
    end: Option<String>,
}

type Outcome<T> = Result<T, String>;

impl Parser {
    fn next(&mut self) -> Option<Token> {
        let (token, at) = self.tokens.get_mut(self.at)?;
        self.last = *at;
        self.at += 1;
        Some(mem::replace(token, Token::Space))
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at).map(|(token, _)| token)
    }

    fn blank(&mut self) {
        while self.peek() == Some(&Token::Space) {
            self.at += 1;
        }
    }

    /// The next word behind white space.
    fn word(&mut self) -> Option<Token> {
        self.blank();
        self.next()
    }

    fn close(&mut self) -> Outcome<()> {
        match self.word() {
            Some(Token::Close) => Ok(()),
            _ => Err("more than was expected stands before the end of an action".to_owned()),
        }
    }

    fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Outcome<T>) -> Outcome<T> {
        if self.depth >= DEEPEST {
            return Err(format!("nested deeper than {DEEPEST} levels"));
        }
        self.depth += 1;
        let done = work(self);
        self.depth -= 1;
        done
    }

    /// Reads until an action begins with one of these words, of which nothing more is read.
    fn body(&mut self, ends: &[&str]) -> Outcome<Body> {
        let mut nodes = Vec::new();
        while let Some(token) = self.next() {
            let at = self.last;
            match token {
                Token::Text(text) => nodes.push(Node::Text(text.into(), at)),
                Token::Open => {
                    self.blank();
                    let keyword = match self.peek() {
                        Some(Token::Word(word)) => word.clone(),
                        _ => String::new(),
                    };
                    if ends.contains(&&*keyword) {
                        self.at += 1;
                        return Ok(Body { nodes, end: Some(keyword) });
                    }
                    nodes.extend(self.deeper(|parser| parser.action(&keyword, at))?);
                }
                _ => return Err("a word outside of an action".to_owned()),
            }
        }
        if ends.is_empty() { Ok(Body { nodes, end: None }) } else { Err("an action has no end".to_owned()) }
    }

    /// What is between here and `end`.
    fn until_end(&mut self) -> Outcome<Vec<Node>> {
        let body = self.body(&["end"])?;
        self.close()?;
        Ok(body.nodes)
    }

    fn action(&mut self, keyword: &str, at: Origin) -> Outcome<Option<Node>> {
        let known = ["if", "with", "range", "template", "define", "block", "break", "continue", "else", "end"];
        if known.contains(&keyword) {
            self.at += 1;
        }
        Ok(Some(match keyword {
            "if" | "with" => self.choice(keyword == "with", at)?,
            "range" => {
                let pipe = self.pipeline(at, true)?;
                self.close()?;
                self.loops += 1;
                let each = self.body(&["else", "end"])?;
                self.loops -= 1;
                self.close()?;
                let otherwise = if each.end.as_deref() == Some("else") { self.until_end()? } else { Vec::new() };
                Node::Range { pipe, each: each.nodes, otherwise }
            }
            "template" => {
                let name = self.name()?;
                let pipe = self.argument(at)?;
                Node::Template { name, pipe, at }
            }
            "define" => {
                let name = self.name()?;
                self.close()?;
                self.define(name)?;
                return Ok(None);
            }
            "block" => {
                let name = self.name()?;
                let pipe = self.argument(at)?;
                self.define(name.clone())?;
                Node::Template { name, pipe, at }
            }
            "break" | "continue" => {
                self.close()?;
                if self.loops == 0 {
                    return Err(format!("{keyword} outside of range"));
                }
                if keyword == "break" { Node::Break } else { Node::Continue }
            }
            "else" | "end" => return Err(format!("{keyword} without a beginning")),
            _ => {
                let pipe = self.pipeline(at, false)?;
                self.close()?;
                Node::Action(pipe)
            }
        }))
    }

    fn choice(&mut self, with: bool, at: Origin) -> Outcome<Node> {
        let pipe = self.pipeline(at, false)?;
        self.close()?;
        let then = self.body(&["else", "end"])?;
        let otherwise = if then.end.as_deref() == Some("else") {
            self.blank();
            let again = if with { "with" } else { "if" };
            if matches!(self.peek(), Some(Token::Word(word)) if word == again) {
                self.at += 1;
                let at = self.last;
                // The chain has one end for all.
                vec![self.deeper(|parser| parser.choice(with, at))?]
            } else {
                self.close()?;
                self.until_end()?
            }
        } else {
            self.close()?;
            Vec::new()
        };
        Ok(Node::If { with, pipe, then: then.nodes, otherwise })
    }

    fn define(&mut self, name: String) -> Outcome<()> {
        let around = mem::take(&mut self.loops);
        let body = self.until_end()?;
        self.loops = around;
        self.defined.push(Template { name, body });
        Ok(())
    }

    fn name(&mut self) -> Outcome<String> {
        match self.word() {
            Some(Token::Quoted(name)) => Ok(name),
            _ => Err("the name of a template was expected".to_owned()),
        }
    }

    /// What a template is called with, up to the end of the action.
    fn argument(&mut self, at: Origin) -> Outcome<Option<Pipe>> {
        self.blank();
        let pipe = if self.peek() == Some(&Token::Close) { None } else { Some(self.pipeline(at, false)?) };
        self.close()?;
        Ok(pipe)
    }

    fn pipeline(&mut self, at: Origin, loops: bool) -> Outcome<Pipe> {
        let (variables, assigns) = self.declared(loops)?;
        let mut commands = Vec::new();
        loop {
            commands.push(self.command()?);
            self.blank();
            if self.peek() != Some(&Token::Sign("|")) {
                break;
            }
            self.at += 1;
        }
        Ok(Pipe { variables, assigns, commands, at })
    }

    /// `$x :=`, `$x =`, and of a loop `$key, $value :=`.
    fn declared(&mut self, loops: bool) -> Outcome<(Vec<String>, bool)> {
        self.blank();
        let (mut ahead, mut names) = (self.at, Vec::new());
        let token = |ahead: &mut usize| {
            while matches!(self.tokens.get(*ahead), Some((Token::Space, _))) {
                *ahead += 1;
            }
            let token = self.tokens.get(*ahead).map(|(token, _)| token.clone());
            *ahead += 1;
            token
        };
        while let Some(Token::Variable(name)) = token(&mut ahead) {
            names.push(name);
            match token(&mut ahead) {
                Some(Token::Sign(sign @ (":=" | "="))) => {
                    self.at = ahead;
                    if names.len() > if loops { 2 } else { 1 } {
                        return Err("too many variables".to_owned());
                    }
                    return Ok((names, sign == "="));
                }
                Some(Token::Sign(",")) if loops => {}
                _ => break,
            }
        }
        Ok((Vec::new(), false))
    }

    fn command(&mut self) -> Outcome<Vec<Operand>> {
        let mut operands = Vec::new();
        loop {
            self.blank();
            match self.peek() {
                None | Some(Token::Close | Token::Sign("|" | ")")) => break,
                Some(_) => operands.push(self.operand()?),
            }
        }
        if operands.is_empty() { Err("a command is empty".to_owned()) } else { Ok(operands) }
    }

    fn operand(&mut self) -> Outcome<Operand> {
        let token = self.next().ok_or("an action does not end")?;
        let operand = match token {
            Token::Field(name) if name.is_empty() => Operand::Dot,
            Token::Field(name) => {
                let mut fields = vec![name.into()];
                self.fields(&mut fields);
                Operand::Field(fields)
            }
            Token::Variable(name) => {
                let mut fields = Vec::new();
                self.fields(&mut fields);
                Operand::Variable(name, fields)
            }
            Token::Sign("(") => {
                let at = self.last;
                let pipe = self.deeper(|parser| parser.pipeline(at, false))?;
                if self.word() != Some(Token::Sign(")")) {
                    return Err("a parenthesis is not closed".to_owned());
                }
                let mut fields = Vec::new();
                self.fields(&mut fields);
                Operand::Inner(Box::new(pipe), fields)
            }
            Token::Word(word) => match &*word {
                "true" | "false" => Operand::Literal(Datum::Bool(word == "true")),
                "nil" => Operand::Literal(Datum::Nil),
                // A field of what a function comes to that is given nothing.
                _ if matches!(self.peek(), Some(Token::Field(name)) if !name.is_empty()) => {
                    let (at, mut fields) = (self.last, Vec::new());
                    self.fields(&mut fields);
                    let commands = vec![vec![Operand::Function(word)]];
                    Operand::Inner(Box::new(Pipe { variables: Vec::new(), assigns: false, commands, at }), fields)
                }
                _ => Operand::Function(word),
            },
            Token::Quoted(text) => Operand::Literal(Datum::text(text)),
            Token::Number(text) => Operand::Literal(number(&text).ok_or_else(|| format!("{text:?} is no number"))?),
            _ => return Err("an operand was expected".to_owned()),
        };
        match self.peek() {
            None | Some(Token::Space | Token::Close | Token::Sign("|" | ")" | ",")) => Ok(operand),
            _ => Err("two operands without a space between them".to_owned()),
        }
    }

    fn fields(&mut self, fields: &mut Vec<Rc<str>>) {
        while let Some(Token::Field(name)) = self.peek() {
            if name.is_empty() {
                return;
            }
            fields.push(name.as_str().into());
            self.at += 1;
        }
    }
}

/// A literal of Go: whole with any base, or with a fraction.
pub fn number(text: &str) -> Option<Datum> {
    let plain: String = text.chars().filter(|digit| *digit != '_').collect();
    let (negative, digits) = match plain.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, plain.strip_prefix('+').unwrap_or(&plain)),
    };
    let lower = digits.to_ascii_lowercase();
    let based = |base: u32, prefix: &str| lower.strip_prefix(prefix).map(|digits| i64::from_str_radix(digits, base));
    let octal = lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|digit| digit.is_ascii_digit());
    let whole = based(16, "0x")
        .or_else(|| based(8, "0o"))
        .or_else(|| based(2, "0b"))
        .or_else(|| octal.then(|| i64::from_str_radix(&lower, 8)))
        .unwrap_or_else(|| lower.parse());
    if let Ok(number) = whole {
        return Some(Datum::Int(if negative { -number } else { number }));
    }
    let is_decimal = lower.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'+' | b'-'));
    let number: f64 = is_decimal.then(|| plain.parse().ok()).flatten()?;
    number.is_finite().then_some(Datum::Float(number))
}
