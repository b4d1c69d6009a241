//! Templates to words (Go's text/template/parse, lex.go): texts around actions, trim markers, comments, literals.

use super::text::Origin;

/// A word.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// What stands around actions.
    Text(String),
    /// The beginning of an action.
    Open,
    /// Its end.
    Close,
    /// A name: a keyword, a function, `true`, `nil`.
    Word(String),
    /// `.name`; a dot alone has no name.
    Field(String),
    /// `$name`, without the sign.
    Variable(String),
    /// A text in quotes, decoded.
    Quoted(String),
    /// A number, as it is written; or a character, as its number.
    Number(String),
    /// `|`, `,`, `=`, `:=`, `(`, `)`.
    Sign(&'static str),
    /// White space between words, which tells `.a .b` from `.a.b`.
    Space,
}

/// Words with their lines, or the line at which there is none, and why.
pub fn tokens(source: &str, begin: Origin) -> Result<Vec<(Token, Origin)>, (u32, String)> {
    let mut lexer = Lexer { source, at: 0, line: begin, tokens: Vec::new() };
    lexer.run().map_err(|reason| (lexer.line.line, reason))?;
    Ok(lexer.tokens)
}

struct Lexer<'s> {
    source: &'s str,
    at: usize,
    line: Origin,
    tokens: Vec<(Token, Origin)>,
}

const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];

impl Lexer<'_> {
    fn rest(&self) -> &str {
        &self.source[self.at..]
    }

    fn pass(&mut self, bytes: usize) {
        let lines = self.source[self.at..self.at + bytes].matches('\n').count();
        self.line.line = self.line.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
        self.at += bytes;
    }

    fn push(&mut self, token: Token, bytes: usize) {
        self.tokens.push((token, self.line));
        self.pass(bytes);
    }

    fn run(&mut self) -> Result<(), String> {
        let mut trims = false;
        loop {
            if trims {
                let blank = self.rest().len() - self.rest().trim_start_matches(BLANKS).len();
                self.pass(blank);
            }
            let Some(length) = self.rest().find("{{") else {
                let text = self.rest().to_owned();
                self.text(text);
                return Ok(());
            };
            let after = &self.rest()[length + 2..];
            let marked = after.starts_with('-') && after[1..].starts_with(BLANKS);
            let text = &self.rest()[..length];
            let text = if marked { text.trim_end_matches(BLANKS) } else { text }.to_owned();
            self.text(text);
            let text = self.source[self.at..].find("{{").unwrap_or_default();
            self.pass(text);
            let begin = if marked { 3 } else { 2 };
            let inner = self.source[self.at + begin..].trim_start_matches(BLANKS);
            if marked && inner.starts_with("/*") || self.rest()[begin..].starts_with("/*") {
                trims = self.comment()?;
                continue;
            }
            self.push(Token::Open, begin);
            trims = self.action()?;
        }
    }

    fn text(&mut self, text: String) {
        if !text.is_empty() {
            let bytes = text.len();
            self.push(Token::Text(text), bytes);
        }
    }

    /// Passes over a comment; says whether white space after it goes as well.
    fn comment(&mut self) -> Result<bool, String> {
        let end = self.rest().find("*/").ok_or("a comment does not end")? + 2;
        let after = &self.rest()[end..];
        let blank = after.len() - after.trim_start_matches(BLANKS).len();
        let (length, trims) = match after {
            _ if after.starts_with("}}") => (2, false),
            _ if blank > 0 && after[blank..].starts_with("-}}") => (blank + 3, true),
            _ => return Err("a comment ends before its action does".to_owned()),
        };
        self.pass(end + length);
        Ok(trims)
    }

    fn action(&mut self) -> Result<bool, String> {
        let mut open = 0_usize;
        loop {
            let rest = &self.source[self.at..];
            let blank = rest.len() - rest.trim_start_matches(BLANKS).len();
            if blank > 0 && rest[blank..].starts_with("-}}") || rest.starts_with("}}") {
                if open > 0 {
                    return Err("a parenthesis is not closed".to_owned());
                }
                let marked = blank > 0;
                self.push(Token::Close, if marked { blank + 3 } else { 2 });
                return Ok(marked);
            }
            if blank > 0 {
                self.push(Token::Space, blank);
                continue;
            }
            let first = rest.chars().next().ok_or("an action does not end")?;
            match first {
                ':' if rest.starts_with(":=") => self.push(Token::Sign(":="), 2),
                '=' => self.push(Token::Sign("="), 1),
                '|' => self.push(Token::Sign("|"), 1),
                ',' => self.push(Token::Sign(","), 1),
                '(' => {
                    open += 1;
                    self.push(Token::Sign("("), 1);
                }
                ')' => {
                    open = open.checked_sub(1).ok_or("a parenthesis too many")?;
                    self.push(Token::Sign(")"), 1);
                }
                '"' => self.quoted()?,
                '`' => {
                    let length = rest[1..].find('`').ok_or("a raw text does not end")?;
                    let text = rest[1..=length].replace('\r', "");
                    self.push(Token::Quoted(text), length + 2);
                }
                '\'' => self.character()?,
                '$' => {
                    let name = name(&rest[1..]);
                    self.push(Token::Variable(name.to_owned()), 1 + name.len());
                }
                '.' if !rest[1..].starts_with(|next: char| next.is_ascii_digit()) => {
                    let name = name(&rest[1..]);
                    self.push(Token::Field(name.to_owned()), 1 + name.len());
                }
                '0'..='9' | '+' | '-' | '.' => {
                    let length = number(rest);
                    self.push(Token::Number(rest[..length].to_owned()), length);
                }
                _ if first.is_alphabetic() || first == '_' => {
                    let name = name(rest);
                    self.push(Token::Word(name.to_owned()), name.len());
                }
                _ => return Err(format!("{first:?} has no meaning here")),
            }
        }
    }

    fn quoted(&mut self) -> Result<(), String> {
        let rest = &self.source[self.at + 1..];
        let (mut text, mut at) = (Vec::new(), 0);
        loop {
            let next = rest[at..].chars().next().filter(|next| *next != '\n').ok_or("a text does not end")?;
            match next {
                '"' => break,
                '\\' => at += escape(&rest[at..], &mut text)?,
                _ => {
                    text.extend(next.encode_utf8(&mut [0; 4]).bytes());
                    at += next.len_utf8();
                }
            }
        }
        let text = String::from_utf8_lossy(&text).into_owned();
        self.push(Token::Quoted(text), at + 2);
        Ok(())
    }

    fn character(&mut self) -> Result<(), String> {
        let rest = &self.source[self.at + 1..];
        let first = rest.chars().next().ok_or("a character does not end")?;
        let mut text = Vec::new();
        let length = if first == '\\' {
            escape(rest, &mut text)?
        } else {
            text.extend(first.encode_utf8(&mut [0; 4]).bytes());
            first.len_utf8()
        };
        if !rest[length..].starts_with('\'') {
            return Err("a character does not end".to_owned());
        }
        let number = String::from_utf8_lossy(&text).chars().next().map_or(0, u32::from);
        self.push(Token::Number(number.to_string()), length + 2);
        Ok(())
    }
}

fn name(rest: &str) -> &str {
    let end = rest.find(|next: char| !next.is_alphanumeric() && next != '_').unwrap_or(rest.len());
    &rest[..end]
}

/// How long a number is: with sign, base, underscores, fraction and exponent.
fn number(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut at = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let is_hexadecimal = rest[at..].starts_with("0x") || rest[at..].starts_with("0X");
    while let Some(byte) = bytes.get(at) {
        let exponent = !is_hexadecimal && matches!(byte, b'e' | b'E');
        if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_')) {
            break;
        }
        at += 1;
        if exponent && matches!(bytes.get(at), Some(b'+' | b'-')) {
            at += 1;
        }
    }
    at
}

/// Decodes an escape of Go (the language specification, "Rune literals"); says how long it is.
fn escape(rest: &str, out: &mut Vec<u8>) -> Result<usize, String> {
    let wrong = || "an escape that does not exist".to_owned();
    let kind = rest[1..].chars().next().ok_or_else(wrong)?;
    let digits = |begin: usize, count: usize, base: u32| {
        rest.get(begin..begin + count).and_then(|digits| u32::from_str_radix(digits, base).ok()).ok_or_else(wrong)
    };
    let byte = |number: u32| u8::try_from(number).map_err(|_| wrong());
    let plain = match kind {
        'a' => 7,
        'b' => 8,
        'f' => 12,
        'n' => b'\n',
        'r' => b'\r',
        't' => b'\t',
        'v' => 11,
        '\\' | '\'' | '"' => byte(kind.into())?,
        'x' => {
            out.push(byte(digits(2, 2, 16)?)?);
            return Ok(4);
        }
        'u' | 'U' => {
            let count = if kind == 'u' { 4 } else { 8 };
            let character = char::from_u32(digits(2, count, 16)?).ok_or_else(wrong)?;
            out.extend(character.encode_utf8(&mut [0; 4]).bytes());
            return Ok(2 + count);
        }
        '0'..='7' => {
            out.push(byte(digits(1, 3, 8)?)?);
            return Ok(4);
        }
        _ => return Err(wrong()),
    };
    out.push(plain);
    Ok(2)
}
