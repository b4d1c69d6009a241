//! Encoding functions, and JSON both ways for whoever needs it.

use std::fmt::Write;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Arguments, Function, Needs, function, yaml};
use crate::terraform::datum::{Datum, number_text};
use crate::{Node, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64decode", (1, 1), Needs::All, |of| {
        let bytes = STANDARD.decode(&*of.text(0)?).map_err(|_| of.wrong(0, "Base64"))?;
        String::from_utf8(bytes).map(Datum::text).map_err(|_| "what is encoded is no text".to_owned())
    }),
    function("base64encode", (1, 1), Needs::All, |of| Ok(Datum::text(STANDARD.encode(&*of.text(0)?)))),
    // OpenTofu's; what it unpacks, `base64gzip` has made.
    function("base64gunzip", (1, 1), Needs::Nothing, |_| Ok(Datum::Unknown)),
    // Its bytes depend on the library that packs them.
    function("base64gzip", (1, 1), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("csvdecode", (1, 1), Needs::All, csv_decode),
    function("jsondecode", (1, 1), Needs::Nothing, json_decode),
    function("jsonencode", (1, 1), Needs::Nothing, |of| {
        let value = of.at(0)?;
        Ok(match json(value) {
            Some(text) => Datum::text(text),
            None if value.known_outside() => Datum::encoded(value.clone()),
            None => Datum::Unknown,
        })
    }),
    function("textdecodebase64", (2, 2), Needs::All, text_decode_base64),
    function("textencodebase64", (2, 2), Needs::All, text_encode_base64),
    function("urldecode", (1, 1), Needs::All, |of| {
        let text = of.text(0)?.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&text).decode_utf8();
        decoded.map(|text| Datum::text(&*text)).map_err(|_| "what is encoded is no text".to_owned())
    }),
    function("urlencode", (1, 1), Needs::All, |of| Ok(Datum::text(url_encode(&of.text(0)?)))),
    function("yamldecode", (1, 1), Needs::All, |of| yaml::decode(&of.text(0)?)),
    function("yamlencode", (1, 1), Needs::All, |of| Ok(Datum::text(yaml::encode(of.at(0)?)))),
];

/// A value as JSON, its keys in order; nothing where not all of it is known.
pub(in crate::terraform) fn json(value: &Datum) -> Option<String> {
    let mut out = String::new();
    value.known().then(|| write_json(value, &mut out))?;
    Some(out)
}

fn write_json(value: &Datum, out: &mut String) {
    match value {
        Datum::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Datum::Number(number) => out.push_str(&number_text(*number)),
        Datum::Text(text) => write_json_text(text, out),
        Datum::List(items) | Datum::Set(items) => {
            out.push('[');
            for (at, item) in items.values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json(item, out);
            }
            out.push(']');
        }
        Datum::Map(entries) => {
            out.push('{');
            for (at, (key, value)) in entries.values.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                write_json_text(key, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
        _ => out.push_str("null"),
    }
}

/// Terraform escapes what HTML and JavaScript take amiss.
fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// A value from JSON.
pub(in crate::terraform) fn parse_json(text: &str) -> Option<Datum> {
    crate::json::read(text.as_bytes()).ok().map(|node| Datum::from_node(&node))
}

/// What stands for a hole while a text with holes is read as JSON: private characters, that no policy has.
const HOLE: (char, char) = ('\u{f8fe}', '\u{f8ff}');

/// The structure of a JSON text of which parts are not known yet, all of them within strings; see [`Datum::Reference`].
pub(in crate::terraform) fn parse_open_json(text: &str) -> Option<Datum> {
    if !text.trim_start().starts_with(['{', '[']) || text.contains([HOLE.0, HOLE.1]) {
        return None;
    }
    let (mut closed, mut holes, mut rest) = (String::with_capacity(text.len()), Vec::new(), text);
    while let Some(at) = rest.find("${") {
        let end = at + rest[at..].find('}')? + 1;
        if rest[..at].ends_with('$') {
            // An escape: the text itself has `${`.
            closed.push_str(&rest[..at - 1]);
            closed.push_str("${");
            rest = &rest[at + 2..];
            continue;
        }
        closed.push_str(&rest[..at]);
        let _ = write!(closed, "{}{}{}", HOLE.0, holes.len(), HOLE.1);
        holes.push(&rest[at..end]);
        rest = &rest[end..];
    }
    closed.push_str(rest);
    crate::json::read(closed.as_bytes()).ok().map(|node| with_holes(&node, &holes))
}

fn with_holes(node: &Node, holes: &[&str]) -> Datum {
    match &node.value {
        Value::Text(text) if text.contains(HOLE.0) => {
            let mut open = String::new();
            for (at, part) in text.split(HOLE.0).enumerate() {
                let (hole, plain) = if at == 0 { ("", part) } else { part.split_once(HOLE.1).unwrap_or(("", part)) };
                open.push_str(hole.parse().ok().and_then(|hole: usize| holes.get(hole)).unwrap_or(&""));
                open.push_str(&plain.replace("${", "$${"));
            }
            Datum::Reference(open.into())
        }
        Value::List(items) => Datum::list(items.iter().map(|item| with_holes(item, holes)).collect()),
        Value::Map(entries) => {
            let known = entries.iter().all(|(key, _)| !key.contains(HOLE.0));
            if !known {
                return Datum::Unknown;
            }
            Datum::map(entries.iter().map(|(key, node)| (Arc::from(key.as_str()), with_holes(node, holes))).collect())
        }
        _ => Datum::from_node(node),
    }
}

fn json_decode(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    match of.at(0)? {
        Datum::Encoded(value) => Ok(value.0.clone()),
        Datum::Reference(text) => Ok(parse_open_json(text).unwrap_or(Datum::Unknown)),
        value if !value.known_outside() => Ok(Datum::Unknown),
        _ => parse_json(&of.text(0)?).ok_or_else(|| of.wrong(0, "JSON")),
    }
}

/// The first row names the columns (RFC 4180).
fn csv_decode(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let text = of.text(0)?;
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    let (mut quoted, mut characters) = (false, text.chars().peekable());
    while let Some(character) = characters.next() {
        let Some(row) = rows.last_mut() else { break };
        let Some(field) = row.last_mut() else { break };
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                field.push('"');
            }
            '"' if quoted || field.is_empty() => quoted = !quoted,
            ',' if !quoted => row.push(String::new()),
            '\r' if !quoted && characters.peek() == Some(&'\n') => {}
            '\n' if !quoted => rows.push(vec![String::new()]),
            _ => field.push(character),
        }
    }
    let mut rows = rows.into_iter().filter(|row| row.len() > 1 || row.first().is_some_and(|only| !only.is_empty()));
    let names: Vec<Arc<str>> = rows.next().ok_or("there is no row with names")?.into_iter().map(Arc::from).collect();
    let mut records = Vec::new();
    for row in rows {
        if row.len() != names.len() {
            return Err("a row has not as many fields as the first".to_owned());
        }
        records.push(Datum::map(names.iter().map(Arc::clone).zip(row.into_iter().map(Datum::text)).collect()));
    }
    Ok(Datum::list(records))
}

/// All but letters, digits and `-_.~`; a space is a plus.
fn url_encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// UTF-16 little endian is what Windows wants, and UTF-8 what all others do; the rest of the IANA's names is unknown here.
fn text_encode_base64(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let text = of.text(0)?;
    match of.text(1)?.to_ascii_uppercase().as_str() {
        "UTF-8" => Ok(Datum::text(STANDARD.encode(&*text))),
        "UTF-16LE" => {
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            Ok(Datum::text(STANDARD.encode(bytes)))
        }
        _ => Ok(Datum::Unknown),
    }
}

fn text_decode_base64(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let bytes = STANDARD.decode(&*of.text(0)?).map_err(|_| of.wrong(0, "Base64"))?;
    let text = match of.text(1)?.to_ascii_uppercase().as_str() {
        "UTF-8" => String::from_utf8(bytes).ok(),
        "UTF-16LE" => {
            let units: Vec<u16> = bytes.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        _ => return Ok(Datum::Unknown),
    };
    text.map(Datum::text).ok_or_else(|| "what is encoded is no text".to_owned())
}

#[cfg(test)]
mod tests {
    use super::parse_open_json;
    use crate::terraform::functions::testing::check;
    use crate::{Span, Value};

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            (r#"base64decode("SGVsbG8gV29ybGQ=")"#, r#""Hello World""#),
            (r#"base64encode("Hello World")"#, r#""SGVsbG8gV29ybGQ=""#),
            (
                r#"csvdecode("a,b,c\n1,2,3\n4,\"5,5\",6\n")"#,
                r#"[{"a":"1","b":"2","c":"3"},{"a":"4","b":"5,5","c":"6"}]"#,
            ),
            (r#"jsondecode("{\"hello\": \"world\"}")"#, r#"{"hello":"world"}"#),
            (r#"jsondecode("true")"#, "true"),
            (r#"jsondecode("{")"#, "!"),
            (r#"jsonencode({"hello"="world"})"#, r#""{\"hello\":\"world\"}""#),
            (r#"jsonencode("<a & b>")"#, r#""\"\\u003ca \\u0026 b\\u003e\"""#),
            ("jsondecode(jsonencode({ a = timestamp(), b = 1 })).b", "1"),
            (r#"textencodebase64("Hello World", "UTF-16LE")"#, r#""SABlAGwAbABvACAAVwBvAHIAbABkAA==""#),
            (r#"textdecodebase64("SABlAGwAbABvACAAVwBvAHIAbABkAA==", "UTF-16LE")"#, r#""Hello World""#),
            (r#"urlencode("Hello World!")"#, r#""Hello+World%21""#),
            (r#"urlencode("☃")"#, r#""%E2%98%83""#),
            (r#"urldecode("Hello+World%21")"#, r#""Hello World!""#),
            (r#"yamldecode("hello: world")"#, r#"{"hello":"world"}"#),
            (r#"yamldecode("true")"#, "true"),
            (r#"yamldecode("{a: &foo [1, 2, 3], b: *foo}")"#, r#"{"a":[1,2,3],"b":[1,2,3]}"#),
            (r#"yamlencode({"a":"b", "c":"d"})"#, r#""\"a\": \"b\"\n\"c\": \"d\"\n""#),
            (
                r#"yamlencode({"foo":[1, {"a":"b","c":"d"}, 3], "bar": "baz"})"#,
                r#""\"bar\": \"baz\"\n\"foo\":\n- 1\n- \"a\": \"b\"\n  \"c\": \"d\"\n- 3\n""#,
            ),
        ]);
    }

    #[test]
    fn a_policy_with_holes_keeps_its_structure() {
        let policy = r#"{"Resource": "${aws_s3_bucket.a["x"].arn}/*", "Note": "$${aws:username}", "Action": "*"}"#;
        let node = parse_open_json(policy).unwrap().to_node(Span::default(), &|_| String::new());
        assert_eq!(node.get("Action").unwrap().text(), Some("*"));
        assert_eq!(node.get("Note").unwrap().text(), Some("${aws:username}"));
        let resource = &node.get("Resource").unwrap().value;
        assert_eq!(*resource, Value::Reference("${aws_s3_bucket.a[\"x\"].arn}/*".to_owned()));
    }
}
