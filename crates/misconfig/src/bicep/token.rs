//! Sources of Bicep as tokens ("Bicep file structure and syntax").

use super::Failure;

/// The smallest parts of a source.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A name or a keyword.
    Name(String),
    /// A number.
    Number(f64),
    /// A string, its texts and the sources of what is put between them: one text more than sources.
    Text(Vec<String>, Vec<String>),
    /// A sign, one or several characters.
    Sign(&'static str),
    /// One or several line breaks.
    Line,
}

const SIGNS: &[&str] = &[
    "=>", "==", "!=", "=~", "!~", "<=", ">=", "&&", "||", "??", "::", "...", ".?", "[?", "{", "}", "[", "]", "(", ")",
    ".", ",", ":", "?", "=", "<", ">", "+", "-", "*", "/", "%", "!", "@", "|", "&", ";", "#",
];

/// The tokens of a source, each with its line.
pub fn tokens(text: &str, first: u32) -> Result<Vec<(Token, u32)>, Failure> {
    let mut reader = Reader { rest: text, line: first };
    let mut found: Vec<(Token, u32)> = Vec::new();
    while let Some(next) = reader.rest.chars().next() {
        let line = reader.line;
        if next == '\n' {
            reader.pass(1);
            if !matches!(found.last(), None | Some((Token::Line, _))) {
                found.push((Token::Line, line));
            }
        } else if next.is_whitespace() || next == '\u{FEFF}' {
            reader.pass(next.len_utf8());
        } else if reader.rest.starts_with("//") {
            reader.pass(reader.rest.find('\n').unwrap_or(reader.rest.len()));
        } else if reader.rest.starts_with("/*") {
            reader.pass(reader.rest.find("*/").map_or(reader.rest.len(), |end| end + 2));
        } else if let Some(rest) = reader.rest.strip_prefix("'''") {
            let end = rest.find("'''").ok_or((line, "a text has no end"))?;
            // A line break right behind the quotes is not a part of the text.
            let inside = rest[..end].strip_prefix('\n').unwrap_or(&rest[..end]).to_owned();
            reader.pass(end + 6);
            found.push((Token::Text(vec![inside], Vec::new()), line));
        } else if next == '\'' {
            reader.pass(1);
            let token = reader.string(line)?;
            found.push((token, line));
        } else if next.is_ascii_digit() {
            let end = reader.rest.find(|it: char| !it.is_ascii_digit()).unwrap_or(reader.rest.len());
            let number = reader.rest[..end].parse().map_err(|_| (line, "a number was expected"))?;
            reader.pass(end);
            found.push((Token::Number(number), line));
        } else if next.is_alphabetic() || next == '_' {
            let end = reader.rest.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(reader.rest.len());
            found.push((Token::Name(reader.rest[..end].to_owned()), line));
            reader.pass(end);
        } else {
            let sign =
                SIGNS.iter().find(|sign| reader.rest.starts_with(**sign)).ok_or((line, "a sign is not known"))?;
            reader.pass(sign.len());
            found.push((Token::Sign(sign), line));
        }
    }
    Ok(found)
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
}

impl Reader<'_> {
    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        let lines = memchr::memchr_iter(b'\n', passed.as_bytes()).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.rest = rest;
    }

    /// What is left of a string on its line.
    fn string(&mut self, line: u32) -> Result<Token, Failure> {
        let (mut texts, mut sources) = (vec![String::new()], Vec::new());
        loop {
            let next = self.rest.chars().next().filter(|next| *next != '\n').ok_or((line, "a text has no end"))?;
            let mut push = |text: &str| texts.last_mut().into_iter().for_each(|last| last.push_str(text));
            if next == '\'' {
                self.pass(1);
                return Ok(Token::Text(texts, sources));
            }
            if next == '\\' {
                let escaped = self.rest[1..].chars().next().ok_or((line, "a text has no end"))?;
                match escaped {
                    'n' => push("\n"),
                    'r' => push("\r"),
                    't' => push("\t"),
                    'u' => push("?"),
                    other => push(other.encode_utf8(&mut [0; 4])),
                }
                self.pass(1 + escaped.len_utf8());
            } else if self.rest.starts_with("${") {
                let end = closing(&self.rest[2..]).ok_or((line, "a text has no end"))?;
                sources.push(self.rest[2..2 + end].to_owned());
                texts.push(String::new());
                self.pass(end + 3);
            } else {
                push(next.encode_utf8(&mut [0; 4]));
                self.pass(next.len_utf8());
            }
        }
    }
}

/// Where the brace is that ends what is put into a text; texts inside of it may have braces too.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted) = (0_usize, false);
    for (at, next) in text.char_indices() {
        match next {
            '\n' => return None,
            '\'' => quoted = !quoted,
            '{' => depth += 1,
            '}' if depth == 0 => return Some(at),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}
