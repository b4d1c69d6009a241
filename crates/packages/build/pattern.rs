//! The language of the rules: literal bytes, with escapes (`\0`, `\n`, `\t`, `\xff`, `\\`, `\{`), and placeholders.
//!
//! | placeholder | what it stands for |
//! |---|---|
//! | `{version}` | the version: numbers with dots between, at least two |
//! | `{version 3}` | as before, exactly so many numbers |
//! | `{semver}` | a version by Semantic Versioning: three numbers, and what may follow behind `-` or `+` |
//! | `{version+}` | a version that may go on with letters and `.+_~-`: `1.2.3-rc1`, `8u5` |
//! | `{hex 12}` | so many hexadecimal digits, letters small |
//! | `{digits}` | decimal digits |
//! | `{word}` | small letters and digits |
//! | `{zeros}` | one zero byte or several |
//! | `{start}` | the beginning of the file |
//!
//! A pattern has one version. A search looks for its longest literal first; one that has none of three bytes costs a look
//! at every dot of the file.

use std::fmt::Write;

/// The shortest literal worth searching for.
const SHORTEST_ANCHOR: usize = 3;

/// The escapes of a text resolved. Placeholders are no part of it.
pub fn bytes(text: &str) -> Result<Vec<u8>, String> {
    match &*parse(text)? {
        [] => Ok(Vec::new()),
        [Part::Literal(bytes)] => Ok(bytes.clone()),
        _ => Err(format!("{text}: a placeholder has no meaning here; write \\{{")),
    }
}

/// A pattern as an expression of type `Pattern`.
pub fn pack(text: &str) -> Result<String, String> {
    let wrong = |what: &str| format!("{text}: {what}");
    let parts = parse(text)?;
    let versions: Vec<_> = (0..parts.len()).filter(|&index| matches!(parts[index], Part::Version(_))).collect();
    let [version] = *versions else { return Err(wrong("a pattern has one version")) };
    let literals = parts.iter().enumerate().filter_map(|(index, part)| match part {
        Part::Literal(bytes) if bytes.iter().any(|byte| *byte != 0) => Some((bytes.len(), index)),
        _ => None,
    });
    let anchor = literals.filter(|(length, _)| *length >= SHORTEST_ANCHOR).max_by_key(|(length, _)| *length);
    if anchor.is_none() && !parts.iter().any(|part| matches!(part, Part::Literal(_))) {
        return Err(wrong("a version alone is no evidence"));
    }
    let mut rust = String::new();
    for part in &parts {
        let _ = write!(rust, "{}, ", part.pack());
    }
    let anchor = anchor.map_or_else(|| "None".to_owned(), |(_, index)| format!("Some({index})"));
    Ok(format!("Pattern {{ parts: &[{rust}], version: {version}, anchor: {anchor} }}"))
}

enum Part {
    Literal(Vec<u8>),
    Version(String),
    Other(String),
}

impl Part {
    fn pack(&self) -> String {
        match self {
            Self::Literal(bytes) => format!("Part::Literal(b\"{}\")", bytes.escape_ascii()),
            Self::Version(shape) => format!("Part::Version(Shape::{shape})"),
            Self::Other(name) => format!("Part::{name}"),
        }
    }
}

fn parse(text: &str) -> Result<Vec<Part>, String> {
    let wrong = |what: &str| format!("{text}: {what}");
    let mut parts = Vec::new();
    let mut literal = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = &rest[first.len_utf8()..];
        match first {
            '\\' => {
                let escaped = rest.chars().next().ok_or_else(|| wrong("a lone backslash at the end"))?;
                rest = &rest[escaped.len_utf8()..];
                literal.push(match escaped {
                    '0' => 0,
                    'n' => b'\n',
                    't' => b'\t',
                    '\\' | '{' => escaped as u8,
                    'x' => {
                        let digits = rest.get(..2).ok_or_else(|| wrong("\\x needs two digits"))?;
                        rest = &rest[2..];
                        u8::from_str_radix(digits, 16).map_err(|_| wrong("\\x needs two digits"))?
                    }
                    _ => return Err(wrong("escapes are \\0 \\n \\t \\x \\\\ \\{")),
                });
            }
            '{' => {
                let (name, behind) = rest.split_once('}').ok_or_else(|| wrong("a placeholder without its end"))?;
                rest = behind;
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(placeholder(name).ok_or_else(|| wrong("no such placeholder; a brace is written \\{"))?);
            }
            _ => literal.extend(first.to_string().bytes()),
        }
    }
    if !literal.is_empty() {
        parts.push(Part::Literal(literal));
    }
    Ok(parts)
}

fn placeholder(text: &str) -> Option<Part> {
    Some(match text.split_once(' ').unwrap_or((text, "")) {
        ("version", "") => Part::Version("Numbers".into()),
        ("version", count) => Part::Version(format!("NumbersOf({})", count.parse::<u8>().ok()?)),
        ("semver", "") => Part::Version("Semantic".into()),
        ("version+", "") => Part::Version("Any".into()),
        ("hex", count) => Part::Other(format!("Hex({})", count.parse::<u8>().ok()?)),
        ("digits", "") => Part::Other("Digits".into()),
        ("word", "") => Part::Other("Word".into()),
        ("zeros", "") => Part::Other("Zeros".into()),
        ("start", "") => Part::Other("Start".into()),
        _ => return None,
    })
}
