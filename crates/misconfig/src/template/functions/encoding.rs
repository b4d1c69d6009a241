//! Encodings and digests (Sprig, "Encoding Functions"; Helm's functions for YAML, JSON and TOML).

use std::cell::RefCell;
use std::fmt::Write;

use base64::prelude::{BASE64_STANDARD, Engine};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{Call, Function, MANY, Needs, function};
use crate::template::datum::{Datum, UNKNOWN};
use crate::template::machine::Outcome;
use crate::template::yaml::{self, Numbers};

pub(super) const FUNCTIONS: &[Function] = &[
    function("adler32sum", (1, 1), Needs::Known, |call| {
        let (mut a, mut b) = (1_u32, 0_u32);
        for byte in call.text(0)?.bytes() {
            a = (a + u32::from(byte)) % 65521;
            b = (b + a) % 65521;
        }
        Ok(Datum::text(((b << 16) | a).to_string()))
    }),
    function("b32dec", (1, 1), Needs::Known, |_| Ok(Datum::Unknown)),
    function("b32enc", (1, 1), Needs::Known, |call| Ok(Datum::text(base32(call.text(0)?.as_bytes())))),
    function("b64dec", (1, 1), Needs::Known, |call| {
        let text = call.text(0)?;
        Ok(match BASE64_STANDARD.decode(text.as_bytes()) {
            Ok(bytes) => Datum::text(yaml::lossy(&bytes)),
            Err(_) => Datum::text("illegal base64 data"),
        })
    }),
    function("b64enc", (1, 1), Needs::Known, |call| Ok(Datum::text(BASE64_STANDARD.encode(call.text(0)?.as_bytes())))),
    function("fromJson", (1, 1), Needs::Known, |call| from(call, false)),
    function("fromJsonArray", (1, 1), Needs::Known, |call| from(call, true)),
    function("fromToml", (1, 1), Needs::Known, |_| Ok(Datum::Unknown)),
    function("fromYaml", (1, 1), Needs::Nothing, |call| from(call, false)),
    function("fromYamlArray", (1, 1), Needs::Nothing, |call| from(call, true)),
    function("md5sum", (1, 1), Needs::Known, |call| Ok(Datum::text(hexadecimal(&Md5::digest(&*call.text(0)?))))),
    function("sha1sum", (1, 1), Needs::Known, |call| Ok(Datum::text(hexadecimal(&Sha1::digest(&*call.text(0)?))))),
    function("sha256sum", (1, 1), Needs::Known, |call| Ok(Datum::text(hexadecimal(&Sha256::digest(&*call.text(0)?))))),
    function("sha512sum", (1, 1), Needs::Known, |call| Ok(Datum::text(hexadecimal(&Sha512::digest(&*call.text(0)?))))),
    function("toJson", (1, 1), Needs::Nothing, |call| json(call, true, false)),
    function("toPrettyJson", (1, 1), Needs::Nothing, |call| json(call, true, true)),
    function("toRawJson", (1, 1), Needs::Nothing, |call| json(call, false, false)),
    function("toToml", (1, 1), Needs::Nothing, |call| {
        let mut out = String::new();
        toml(call.at(0), "", 32, &mut out)?;
        Ok(Datum::text(out))
    }),
    function("toYaml", (1, 1), Needs::Nothing, to_yaml),
    function("toYamlPretty", (1, 1), Needs::Nothing, to_yaml),
    function("urlJoin", (1, 1), Needs::Known, |_| Ok(Datum::Unknown)),
    function("urlParse", (1, MANY), Needs::Known, |call| Ok(url(&call.text(0)?))),
];

fn to_yaml(call: &Call<'_>) -> Outcome {
    call.machine.spend(call.at(0).weight(1 << 22))?;
    Ok(Datum::text(yaml::encode(call.at(0))?))
}

fn json(call: &Call<'_>, escapes: bool, pretty: bool) -> Outcome {
    call.machine.spend(call.at(0).weight(1 << 22))?;
    Ok(Datum::text(yaml::json(call.at(0), escapes, pretty)?))
}

/// The value of a text in YAML or JSON. What cannot be read is a dict with an `Error`.
fn from(call: &Call<'_>, is_list: bool) -> Outcome {
    let value = call.at(0);
    if matches!(value, Datum::Unknown | Datum::Undecided) {
        return Ok(Datum::Unknown);
    }
    let text = call.text(0)?;
    call.machine.spend(text.len())?;
    let read = yaml::decode(&text, Numbers::Fractions).map_err(|(_, reason)| reason);
    let read = read.and_then(|value| match value {
        Datum::Map(_) if !is_list => Ok(value),
        Datum::List(_) if is_list => Ok(value),
        Datum::Nil if is_list => Ok(Datum::list(Vec::new())),
        Datum::Nil => Ok(Datum::record([])),
        _ => Err("another type was expected".to_owned()),
    });
    Ok(match read {
        Ok(value) => unknown_inside(value),
        Err(reason) if is_list => Datum::list(vec![Datum::text(reason)]),
        Err(reason) => Datum::record([("Error", Datum::text(reason))]),
    })
}

/// Texts that are nothing but what is unknown are the unknown value again.
fn unknown_inside(value: Datum) -> Datum {
    match &value {
        Datum::Text(text) if text.chars().eq([UNKNOWN]) => Datum::Unknown,
        Datum::List(_) => Datum::list(value.items().unwrap_or_default().iter().cloned().map(unknown_inside).collect()),
        Datum::Map(_) => {
            let entries = value.entries().map(RefCell::take).unwrap_or_default();
            Datum::map(entries.into_iter().map(|(key, value)| (key, unknown_inside(value))).collect())
        }
        _ => value,
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// RFC 4648, section 6.
fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let mut out = String::new();
    for part in bytes.chunks(5) {
        let number = part.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte)) << (8 * (5 - part.len()));
        let used = (part.len() * 8).div_ceil(5);
        for at in 0..8 {
            let letter = (number >> (35 - 5 * at)) & 31;
            out.push(if at < used { LETTERS[usize::try_from(letter).unwrap_or(0)].into() } else { '=' });
        }
    }
    out
}

/// A mapping as TOML: values first, then tables with their whole names.
fn toml(value: &Datum, name: &str, depth: usize, out: &mut String) -> Result<(), String> {
    let depth = depth.checked_sub(1).ok_or("a value is nested too deeply")?;
    let entries = value.entries().map(|entries| entries.borrow().clone()).unwrap_or_default();
    for (key, value) in entries.iter().filter(|(_, value)| value.entries().is_none()) {
        if !matches!(value, Datum::Nil) {
            let pad = "  ".repeat(if name.is_empty() { 0 } else { name.matches('.').count() + 1 });
            let _ = writeln!(out, "{pad}{key} = {}", yaml::json(value, false, false)?);
        }
    }
    for (key, value) in entries.iter().filter(|(_, value)| value.entries().is_some()) {
        let name = if name.is_empty() { key.to_string() } else { format!("{name}.{key}") };
        let _ = writeln!(out, "\n[{name}]");
        toml(value, &name, depth, out)?;
    }
    Ok(())
}

/// The parts of an address (RFC 3986), as Sprig names them.
fn url(text: &str) -> Datum {
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once("://").unwrap_or(("", rest));
    let (authority, path) = match rest.find('/') {
        _ if scheme.is_empty() => ("", rest),
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    Datum::record([
        ("fragment", Datum::text(fragment)),
        ("host", Datum::text(host)),
        ("hostname", Datum::text(name)),
        ("opaque", Datum::text("")),
        ("path", Datum::text(path)),
        ("query", Datum::text(query)),
        ("scheme", Datum::text(scheme)),
        ("userinfo", Datum::text(user)),
    ])
}
