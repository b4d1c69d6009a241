//! Notations: how a name and its value are written. Read forward from the name, never back, and no further than a value may
//! be long:
//!
//! - `NAME=value`, `export NAME=value`, `ENV NAME value`, `-e NAME=value`: environments and Docker's instructions
//! - `name = value`, `name: value`: INI, properties, TOML and YAML
//! - `"name": "value"`, `'name' => 'value'`, `name="value"`: JSON, PHP, XML's attributes and programs
//! - `<name>value</name>`, `name="password" value="…"`, `name: NAME`, `value: …`: XML and lists of names and values
//! - `--name=value`, `--name value`: options; `?name=value&`, `name=value;`: addresses and connection strings
//! - `machine … login … password value`, `IDENTIFIED BY 'value'`, `Bearer value`: netrc, SQL and headers

use std::ops::Range;

use super::files::FileKind;

/// How an assignment is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notation {
    /// A variable of an environment.
    Environment,
    /// A line of settings, without quotation marks.
    Setting,
    /// Name and value in quotation marks, or the value of a line of settings in them.
    Quoted,
    /// A text in a program.
    Literal,
    /// An element of XML.
    Element,
    /// An option of a command, or part of an address.
    Option,
    /// A line of a file that holds nothing but credentials.
    Credentials,
    /// A statement of SQL.
    Statement,
    /// The text after a name in a call.
    Call,
}

/// A name, and what it is set to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    pub name: Range<usize>,
    pub value: Range<usize>,
    pub notation: Notation,
}

/// Longer names are no names.
const LONGEST_NAME: usize = 80;
/// Columns of settings are this far apart.
const LONGEST_SPACE: usize = 40;
/// Longer values have another form: certificates, documents.
const LONGEST_VALUE: usize = 512;

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The assignment to the name in which `word` stands.
pub fn parse(text: &[u8], word: Range<usize>, file: FileKind) -> Option<Assignment> {
    let before = text[word.start.saturating_sub(LONGEST_NAME)..word.start].iter().rev();
    let start = word.start - before.take_while(|byte| is_name(**byte)).count();
    // Hyphens before it make it an option.
    let start = start + text[start..word.end].iter().take_while(|byte| matches!(byte, b'-' | b'.')).count();
    (start == 0 || text[start - 1] != b'/').then_some(())?;
    let end = word.end + text[word.end..].iter().take(LONGEST_NAME).take_while(|byte| is_name(**byte)).count();
    (end - start <= LONGEST_NAME).then_some(())?;
    let mut reader = Reader { text, at: end, file };
    let assignment = reader.after_name(start..end)?;
    (assignment.value.len() <= LONGEST_VALUE).then_some(assignment)
}

/// Reads on behind a name.
struct Reader<'t> {
    text: &'t [u8],
    at: usize,
    file: FileKind,
}

impl Reader<'_> {
    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn next_is(&self, text: &[u8]) -> bool {
        self.text[self.at..].starts_with(text)
    }

    fn skip(&mut self, text: &[u8]) -> bool {
        let is = self.next_is(text);
        self.at += if is { text.len() } else { 0 };
        is
    }

    /// Skips spaces, and ends of lines where `lines` is set.
    fn spaces(&mut self, lines: bool) -> usize {
        let rest = self.text[self.at..].iter().take(LONGEST_SPACE);
        let count =
            rest.take_while(|byte| matches!(byte, b' ' | b'\t') || lines && matches!(byte, b'\n' | b'\r')).count();
        self.at += count;
        count
    }

    /// The quotation mark that stands here, with the backslashes before it.
    fn quote(&self) -> Option<(&[u8], u8)> {
        let rest = &self.text[self.at..];
        let slashes = rest.iter().take(4).take_while(|byte| **byte == b'\\').count();
        let quote = *rest.get(slashes)?;
        matches!(quote, b'"' | b'\'' | b'`').then(|| (&rest[..=slashes], quote))
    }

    fn after_name(&mut self, name: Range<usize>) -> Option<Assignment> {
        let before = |back: usize| name.start.checked_sub(back).map_or(b'\n', |at| self.text[at]);
        let opened = matches!(before(1), b'"' | b'\'' | b'`').then(|| before(1));
        let is_element = before(1) == b'<'
            || before(1) == b':' && self.text[..name.start].ends_with(b":") && self.opens_element(name.start);
        let closed = match (opened, self.quote()) {
            (Some(open), Some((mark, quote))) if open == quote => {
                self.at += mark.len();
                true
            }
            // A name that ends with a quotation mark began elsewhere: it is the end of a text.
            (None, Some(_)) if !matches!(self.peek(), b'`') => return None,
            _ => false,
        };
        if closed {
            self.skip(b"]");
        }
        if is_element && !closed {
            return self.element(name);
        }
        let spaces = self.spaces(false);
        let mark = self.peek();
        match mark {
            b'=' | b':' | b'?' => {
                let sign = self.at;
                for sign in [&b"=>"[..], b":=", b"?="] {
                    if self.skip(sign) {
                        return self.value(name, closed, opened, spaces > 0);
                    }
                }
                if mark == b'?' || self.next_is(b"==") || self.next_is(b"=~") || self.next_is(b"::") {
                    return None;
                }
                self.at = sign + 1;
                // `C:\path` and addresses are none; `name:value` needs a space, a quotation mark or a line of its own.
                self.value(name, closed, opened, spaces > 0)
            }
            b',' if closed => {
                self.at += 1;
                let comma = self.at;
                self.spaces(true);
                if let Some(found) = self.named_value(&name) {
                    return Some(found);
                }
                // Of a list it is the next entry, of a call the value of the first.
                self.is_first(name.start).then_some(())?;
                self.at = comma;
                self.spaces(false);
                let value = self.quoted()?;
                self.ends().then_some(Assignment { name, value, notation: Notation::Call })
            }
            // In a program it is a statement, and the next one follows.
            b'\n' | b'\r' if !self.file.is_program() => {
                self.spaces(true);
                self.named_value(&name)
            }
            _ if spaces > 0 && !closed => self.after_space(name),
            _ if spaces > 0 => self.named_value(&name),
            _ => None,
        }
    }

    /// Whether the name in quotation marks is the first of a call's values.
    fn is_first(&self, name: usize) -> bool {
        let Some(before) = self.text[..name - 1].trim_ascii_end().strip_suffix(b"(") else { return false };
        before.last().is_some_and(|byte| is_name(*byte))
    }

    /// Whether the name after a prefix (`<ns:name`) begins an element.
    fn opens_element(&self, name: usize) -> bool {
        let before = &self.text[name.saturating_sub(24)..name - 1];
        let prefix = before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        before.len().checked_sub(prefix + 1).is_some_and(|at| before[at] == b'<')
    }

    /// `name: DB_PASSWORD`, `value: …`: a list of names and values.
    fn named_value(&mut self, name: &Range<usize>) -> Option<Assignment> {
        let quoted = self.quote().map(|(mark, _)| mark.len());
        self.at += quoted.unwrap_or(0);
        let word =
            [&b"value"[..], b"Value", b"defaultValue", b"default"].into_iter().find(|word| self.next_is(word))?;
        self.at += word.len();
        if let Some((mark, _)) = self.quote() {
            self.at += mark.len();
        }
        self.spaces(false);
        (self.skip(b":") || self.skip(b"=")).then_some(())?;
        self.spaces(false);
        let quoted = self.quote().is_some();
        let value = if quoted { self.quoted()? } else { self.word(b",}#")? };
        let found = Assignment { name: name.clone(), value, notation: Notation::Environment };
        (quoted || self.is_no_expression(&found)).then_some(found)
    }

    /// `<name>value</name>`, whatever attributes it has.
    fn element(&mut self, name: Range<usize>) -> Option<Assignment> {
        let rest = &self.text[self.at..self.text.len().min(self.at + LONGEST_NAME)];
        let close = rest.iter().position(|byte| matches!(byte, b'>' | b'\n' | b'<'))?;
        (rest[close] == b'>' && rest[..close].last() != Some(&b'/')).then_some(())?;
        let from = self.at + close + 1;
        let rest = &self.text[from..self.text.len().min(from + LONGEST_VALUE)];
        let length = rest.iter().position(|byte| matches!(byte, b'<' | b'\n'))?;
        rest[length..].starts_with(b"</").then_some(())?;
        let value = trim(self.text, from..from + length);
        Some(Assignment { name, value, notation: Notation::Element })
    }

    /// What stands after the sign.
    fn value(&mut self, name: Range<usize>, closed: bool, opened: Option<u8>, spaced: bool) -> Option<Assignment> {
        let spaced = self.spaces(false) > 0 || spaced;
        self.skip_type();
        let line = self.line_before(name.start);
        let environment = is_environment(&self.text[name.clone()]) && !spaced;
        // A letter before a quotation mark says what kind of text it is; an `f` that there is code in it.
        let prefix = matches!(self.peek(), b'b' | b'r' | b'u' | b'L' | b'@' | b'N' | b'B' | b'R');
        let quoted =
            if prefix { self.text.get(self.at + 1).is_some_and(|byte| matches!(byte, b'"' | b'\'')) } else { false };
        self.at += usize::from(quoted);
        if let Some((_, mark)) = self.quote() {
            // The quotation mark after `"name=` is its end.
            if opened == Some(mark) && !closed {
                return None;
            }
            let value = self.quoted()?;
            let begins_line = self.begins_line(line);
            let notation = if environment && begins_line {
                Notation::Environment
            } else if closed || !self.file.is_program() && begins_line {
                Notation::Quoted
            } else {
                Notation::Literal
            };
            return self.ends().then_some(Assignment { name, value, notation });
        }
        let _ = self.skip(b"Basic ") || self.skip(b"basic ");
        let begins_line = self.begins_line(line);
        let option = self.text[..name.start].ends_with(b"--");
        let address = matches!(self.text[..name.start].last(), Some(b'?' | b'&' | b';'));
        if closed || self.file.is_program() && !option && !address && opened.is_none() {
            return None;
        }
        let (stops, notation) = match () {
            () if environment && (begins_line || opened.is_some()) => (&b""[..], Notation::Environment),
            () if option || address || opened.is_some() => (&b"&;,)"[..], Notation::Option),
            () if begins_line => (&b""[..], Notation::Setting),
            () => (&b",;&)}]"[..], Notation::Literal),
        };
        let value = self.word(stops)?;
        // More words after it: prose, or an expression. In a line of settings a comment may follow.
        let after = self.spaces(false);
        let ends = matches!(self.peek(), 0 | b'\n' | b'\r') || after > 0 && self.peek() == b'#';
        let one =
            ends || matches!(notation, Notation::Option | Notation::Environment) || !stops.is_empty() && after == 0;
        let value = Assignment { name, value, notation };
        (one && self.is_no_expression(&value)).then_some(value)
    }

    /// Skips the type of a variable: `password: str = `.
    fn skip_type(&mut self) {
        let rest = &self.text[self.at..self.text.len().min(self.at + LONGEST_SPACE)];
        let in_type = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || matches!(byte, b'_' | b'[' | b']' | b'.' | b'&' | b'?' | b':' | b'<' | b'>' | b'*')
        };
        let length = rest.iter().take_while(|byte| in_type(byte)).count();
        if length > 0
            && let [b' ', b'=', b' ', b'"' | b'\'' | b'`', ..] = rest[length..]
        {
            self.at += length + 3;
        }
    }

    /// The words after a name that is followed by spaces alone.
    fn after_space(&mut self, name: Range<usize>) -> Option<Assignment> {
        let line = self.line_before(name.start);
        let written = &self.text[name.clone()];
        if self.text[..name.start].ends_with(b"--") {
            (!matches!(self.peek(), b'-' | b'|' | b'>')).then_some(())?;
            let value = if self.quote().is_some() { self.quoted()? } else { self.word(b",)|;")? };
            return Some(Assignment { name, value, notation: Notation::Option });
        }
        let before = &self.text[line.clone()];
        let back = &self.text[name.start.saturating_sub(400)..name.start];
        let says = |text: &[u8], word: &[u8]| text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
        if written.eq_ignore_ascii_case(b"bearer") {
            let value = self.word(b",;)")?;
            return Some(Assignment { name, value, notation: Notation::Option });
        }
        let statement = [&b"role "[..], b"user ", b"login "].iter().any(|word| says(before, word));
        if written.eq_ignore_ascii_case(b"password") && self.peek() == b'\'' && statement {
            let value = self.quoted()?;
            return Some(Assignment { name, value, notation: Notation::Statement });
        }
        let instruction = [&b"ENV "[..], b"ARG ", b"SetEnv ", b"setenv ", b"set -x ", b"setx "]
            .iter()
            .any(|word| before.ends_with(word));
        let is_netrc = written == b"password"
            && (says(back, b"machine ") && says(back, b"login ") || says(back, b"default login "))
            && !says(back, b"login anonymous")
            && self.peek() != b'(';
        if !instruction && !is_netrc {
            return None;
        }
        let value = if self.quote().is_some() { self.quoted()? } else { self.word(b"")? };
        let notation = if is_netrc { Notation::Credentials } else { Notation::Environment };
        Some(Assignment { name, value, notation })
    }

    /// The text between the quotation marks that stand here.
    fn quoted(&mut self) -> Option<Range<usize>> {
        let (mark, quote) = self.quote()?;
        let mark = mark.to_vec();
        let start = self.at + mark.len();
        // Three of them begin a text of several lines.
        (!self.text[start..].starts_with(&[quote, quote])).then_some(())?;
        let limit = self.text.len().min(start + LONGEST_VALUE);
        let mut at = start;
        while at < limit {
            let rest = &self.text[at..limit];
            if rest.starts_with(&mark) {
                self.at = at + mark.len();
                return Some(start..at);
            }
            match rest[0] {
                b'\n' | b'\r' => return None,
                b'\\' if mark.len() == 1 => at += 2,
                _ => at += 1,
            }
        }
        None
    }

    /// The characters up to a space, a quotation mark or one of `stops`.
    fn word(&mut self, stops: &[u8]) -> Option<Range<usize>> {
        let rest = &self.text[self.at..self.text.len().min(self.at + LONGEST_VALUE + 1)];
        let ends = |byte: &u8| {
            byte.is_ascii_whitespace()
                || *byte == 0
                || matches!(byte, b'"' | b'\'' | b'`' | b'<')
                || stops.contains(byte)
        };
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        let start = self.at;
        self.at += length;
        // `\n"` at the end of a line in a program.
        let value = &self.text[start..self.at];
        let escapes =
            [&b"\\n"[..], b"\\r", b"\\"].into_iter().find(|escape| value.ends_with(escape)).map_or(0, <[u8]>::len);
        (length > escapes).then(|| start..self.at - escapes)
    }

    /// Whether what follows a text in quotation marks ends the value: nothing is added to it or asked of it.
    fn ends(&mut self) -> bool {
        self.spaces(false);
        !matches!(self.peek(), b'+' | b'.' | b'%' | b'?' | b'*' | b'(' | b'[' | b'=' | b':')
    }

    /// The line before a name, as far as it matters.
    fn line_before(&self, name: usize) -> Range<usize> {
        let from = name.saturating_sub(LONGEST_NAME);
        memchr::memrchr2(b'\n', b'\r', &self.text[from..name]).map_or(from, |end| from + end + 1)..name
    }

    /// Whether a name is the first of its line, but for what introduces it.
    fn begins_line(&self, line: Range<usize>) -> bool {
        const INTRODUCTIONS: &[&[u8]] = &[
            b"",
            b"export",
            b"env",
            b"arg",
            b"set",
            b"-",
            b"declare",
            b"declare -x",
            b"local",
            b"readonly",
            b"- -e",
            b"#",
            b"environment=",
            b"-e",
            b"--env",
            b"--build-arg",
            b"setenv",
        ];
        let text = self.text[line].trim_ascii();
        INTRODUCTIONS.iter().any(|known| text.eq_ignore_ascii_case(known))
            || [&b" -e"[..], b" --env", b" --build-arg", b" env", b" export", b"&&", b";"]
                .iter()
                .any(|end| text.ends_with(end))
            || text.len() > 3 && text[..3].eq_ignore_ascii_case(b"env")
            || text.len() > 6 && text[..6].eq_ignore_ascii_case(b"export")
    }

    /// Whether a value without quotation marks is one, and no name, call or sum.
    fn is_no_expression(&self, assignment: &Assignment) -> bool {
        let value = &self.text[assignment.value.clone()];
        let chained = |byte: &u8| byte.is_ascii_alphabetic() || matches!(byte, b'_' | b'.');
        let is_chain = value.iter().all(chained) && value.contains(&b'.');
        // `a.b = c.d = …`, as minified programs have it.
        let name =
            value.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'$')).count();
        let is_chain = is_chain
            || value[..name].contains(&b'.') && value.get(name).is_some_and(|next| b"=(;,[)&|?".contains(next));
        let calls = value.windows(2).any(|pair| pair == b"->" || pair == b"::" || pair == b"()" || pair == b"[\"");
        let call = value
            .iter()
            .position(|byte| *byte == b'(')
            .is_some_and(|at| at > 0 && value[..at].iter().all(|byte| is_name(*byte)));
        let index = value
            .iter()
            .position(|byte| *byte == b'[')
            .is_some_and(|at| at > 0 && value[..at].iter().all(|byte| is_name(*byte)));
        !(is_chain || calls || call || index || value.ends_with(b";") && assignment.notation == Notation::Literal)
    }
}

/// Capitals, digits and underscores: a variable of an environment.
fn is_environment(name: &[u8]) -> bool {
    name.len() > 2 && name.iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || *byte == b'_')
}

/// The range without the spaces at its ends.
fn trim(text: &[u8], range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = inner.len() - inner.trim_ascii_start().len();
    range.start + start..range.start + start + inner.trim_ascii().len()
}

/// `IDENTIFIED BY 'value'` and the like, in SQL; `by` is where the words before the value end.
pub fn identified(text: &[u8], by: usize) -> Option<Assignment> {
    let before = &text[by.saturating_sub(160)..by];
    let says = |word: &[u8]| before.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word));
    (says(b"user ") || says(b"grant ") || says(b"role ")).then_some(())?;
    let mut reader = Reader { text, at: by, file: FileKind::Unknown };
    reader.spaces(false);
    let _ = reader.skip(b"PASSWORD ") || reader.skip(b"password ");
    matches!(reader.peek(), b'\'' | b'"').then_some(())?;
    let value = reader.quoted()?;
    Some(Assignment { name: by..by, value, notation: Notation::Statement })
}
