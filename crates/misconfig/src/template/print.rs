//! How Go's `fmt` writes values: `print`, `printf` and what an action writes.

use std::fmt::Write;

use super::datum::{DEEPEST, Datum, UNKNOWN};
use crate::verb;

/// The power of ten from which on numbers have an exponent.
const LARGE: i32 = 6;
/// The widest column.
const WIDEST: usize = 1 << 12;

/// A value as an action writes it.
pub fn written(value: &Datum) -> String {
    // What Helm takes out of what is rendered.
    if matches!(value, Datum::Nil) { "<no value>".to_owned() } else { self::value(value) }
}

/// A value in the default form (`%v`).
pub fn value(value: &Datum) -> String {
    let mut out = String::new();
    put(value, DEEPEST, &mut out);
    out
}

fn put(value: &Datum, depth: usize, out: &mut String) {
    let Some(depth) = depth.checked_sub(1) else { return out.push('…') };
    match value {
        Datum::Nil => out.push_str("<nil>"),
        Datum::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Datum::Int(number) => {
            let _ = write!(out, "{number}");
        }
        Datum::Float(number) => out.push_str(&float(*number)),
        Datum::Text(text) => out.push_str(text),
        Datum::List(_) => {
            out.push('[');
            for (index, item) in value.items().unwrap_or_default().iter().enumerate() {
                out.push_str(if index > 0 { " " } else { "" });
                put(item, depth, out);
            }
            out.push(']');
        }
        Datum::Map(_) => {
            out.push_str("map[");
            for (index, (key, item)) in value.entries().iter().flat_map(|map| map.borrow().clone()).enumerate() {
                out.extend([if index > 0 { " " } else { "" }, &*key, ":"]);
                put(&item, depth, out);
            }
            out.push(']');
        }
        Datum::Time(moment) => out.push_str(&moment.strftime("%Y-%m-%d %H:%M:%S +0000 UTC").to_string()),
        Datum::Object(object) => put(&object.whole(), depth, out),
        Datum::Unknown | Datum::Undecided => out.push(UNKNOWN),
    }
}

/// A number as `%v` and `%g` write it: the shortest digits, with an exponent below 10⁻⁴ and from 10⁶ on.
pub fn float(number: f64) -> String {
    if number == 0.0 || !number.is_finite() {
        return match number {
            _ if number.is_nan() => "NaN".to_owned(),
            _ if number.is_infinite() => if number > 0.0 { "+Inf" } else { "-Inf" }.to_owned(),
            _ => "0".to_owned(),
        };
    }
    let scientific = format!("{number:e}");
    let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let power: i32 = power.parse().unwrap_or_default();
    if (-4..LARGE).contains(&power) { number.to_string() } else { exponent(digits, power) }
}

/// Go writes at least two digits of an exponent, and its sign.
fn exponent(digits: &str, power: i32) -> String {
    format!("{digits}e{}{:02}", if power < 0 { '-' } else { '+' }, power.abs())
}

/// A text in double quotes as Go writes it (`%q`).
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{C}' => out.push_str("\\f"),
            '\u{B}' => out.push_str("\\v"),
            control if control.is_ascii_control() => {
                let _ = write!(out, "\\x{:02x}", u32::from(control));
            }
            control if control.is_control() => {
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// `print`: a space between two of which neither is a text.
pub fn print(values: &[Datum]) -> String {
    let mut out = String::new();
    for (index, value) in values.iter().enumerate() {
        let is_text = |value: &Datum| matches!(value, Datum::Text(_) | Datum::Unknown);
        if index > 0 && !is_text(value) && !is_text(&values[index - 1]) {
            out.push(' ');
        }
        put(value, DEEPEST, &mut out);
    }
    out
}

/// `printf` (package fmt). What does not fit is written as Go does: `%!d(string=x)`.
pub fn format(pattern: &str, arguments: &[Datum]) -> Result<String, String> {
    let mut out = String::new();
    let (mut rest, mut next, mut reordered) = (pattern, 0, false);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        let mut verb = Verb::default();
        rest = verb.read(&rest[at + 1..], arguments, &mut next, &mut reordered)?;
        let Some(mode) = verb.mode else {
            out.push_str("%!(NOVERB)");
            break;
        };
        if mode == '%' {
            out.push('%');
            continue;
        }
        match arguments.get(next) {
            Some(argument) => verb.write(mode, argument, &mut out),
            None => {
                let _ = write!(out, "%!{mode}(MISSING)");
            }
        }
        next += 1;
    }
    out.push_str(rest);
    if !reordered && next < arguments.len() {
        let extra = arguments[next..].iter().map(|extra| format!("{}={}", go_type(extra), value(extra)));
        let _ = write!(out, "%!(EXTRA {})", extra.collect::<Vec<_>>().join(", "));
    }
    Ok(out)
}

/// A type as Go's `fmt` names it where a verb does not fit: literals are `int`.
fn go_type(value: &Datum) -> &'static str {
    if matches!(value, Datum::Int(_)) { "int" } else { value.type_name() }
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of Go's fmt")]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    mode: Option<char>,
}

impl Verb {
    fn read<'t>(
        &mut self,
        mut rest: &'t str,
        arguments: &[Datum],
        next: &mut usize,
        reordered: &mut bool,
    ) -> Result<&'t str, String> {
        loop {
            match rest.bytes().next() {
                Some(b'-') => self.minus = true,
                Some(b'+') => self.plus = true,
                Some(b' ') => self.space = true,
                Some(b'0') => self.zero = true,
                Some(b'#') => self.sharp = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        let mut number = |rest: &mut &'t str| -> Result<Option<usize>, String> {
            if let Some(after) = rest.strip_prefix('*') {
                *rest = after;
                let Some(Datum::Int(width)) = arguments.get(*next) else { return Ok(None) };
                *next += 1;
                return usize::try_from(*width).ok().filter(|width| *width <= WIDEST).map(Some).ok_or(too_wide());
            }
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, after) = rest.split_at(length);
            *rest = after;
            if digits.is_empty() {
                return Ok(None);
            }
            digits.parse().ok().filter(|number| *number <= WIDEST).map(Some).ok_or_else(too_wide)
        };
        self.width = number(&mut rest)?.unwrap_or(0);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            self.precision = Some(number(&mut rest)?.unwrap_or(0));
        }
        if let Some(after) = rest.strip_prefix('[') {
            rest = after;
            if let Some(index) = number(&mut rest)?.and_then(|index| index.checked_sub(1)) {
                *next = index;
                *reordered = true;
            }
            rest = rest.strip_prefix(']').unwrap_or(rest);
        }
        self.mode = rest.chars().next();
        Ok(&rest[self.mode.map_or(0, char::len_utf8)..])
    }

    fn write(&self, mode: char, argument: &Datum, out: &mut String) {
        let text = match (mode, argument) {
            (_, Datum::Unknown | Datum::Undecided) => UNKNOWN.to_string(),
            ('v' | 'g' | 'G', Datum::Float(number)) => self.signed(*number < 0.0, &float(number.abs())),
            ('v', Datum::Int(number)) => self.signed(*number < 0, &number.unsigned_abs().to_string()),
            ('T', _) => go_type(argument).to_owned(),
            ('s', Datum::Text(text)) => self.cut(text),
            ('v', _) | ('s', Datum::List(_) | Datum::Map(_) | Datum::Time(_) | Datum::Object(_)) => value(argument),
            ('q', Datum::Text(text)) => quoted(&self.cut(text)),
            ('q', Datum::List(_)) => {
                let items = argument.items().unwrap_or_default().iter();
                format!("[{}]", items.map(|item| quoted(&value(item))).collect::<Vec<_>>().join(" "))
            }
            ('x' | 'X', Datum::Text(text)) => {
                let digits: Vec<_> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
                if mode == 'x' { digits.concat() } else { digits.concat().to_uppercase() }
            }
            ('t', Datum::Bool(yes)) => yes.to_string(),
            ('d' | 'b' | 'o' | 'x' | 'X' | 'c' | 'U', Datum::Int(number)) => {
                let size = number.unsigned_abs();
                let digits = match mode {
                    'd' => size.to_string(),
                    'b' => format!("{size:b}"),
                    'o' => format!("{size:o}"),
                    'x' => format!("{}{size:x}", if self.sharp { "0x" } else { "" }),
                    'X' => format!("{}{size:X}", if self.sharp { "0X" } else { "" }),
                    'U' => format!("U+{size:04X}"),
                    _ => u32::try_from(size).ok().and_then(char::from_u32).unwrap_or('\u{FFFD}').to_string(),
                };
                self.signed(*number < 0, &digits)
            }
            ('f' | 'F', Datum::Float(number)) => {
                self.signed(*number < 0.0, &format!("{:.*}", self.precision.unwrap_or(6), number.abs()))
            }
            ('e' | 'E', Datum::Float(number)) => {
                let scientific = format!("{:.*e}", self.precision.unwrap_or(6), number.abs());
                let (digits, power) = scientific.split_once('e').unwrap_or((&scientific, "0"));
                let text = exponent(digits, power.parse().unwrap_or_default());
                self.signed(*number < 0.0, &if mode == 'E' { text.to_uppercase() } else { text })
            }
            (_, Datum::Nil) => format!("%!{mode}(<nil>)"),
            _ => format!("%!{mode}({}={})", go_type(argument), value(argument)),
        };
        verb::pad(out, &text, self.width, self.minus, self.zero);
    }

    fn signed(&self, negative: bool, digits: &str) -> String {
        [verb::sign(negative, self.plus, self.space), digits].concat()
    }

    fn cut(&self, text: &str) -> String {
        self.precision.map_or_else(|| text.to_owned(), |length| text.chars().take(length).collect())
    }
}

fn too_wide() -> String {
    format!("a width is larger than {WIDEST}")
}
