//! JSON Web Tokens (RFC 7519): what the header and the claims say. Nobody's signature is checked, for the key is elsewhere.

use model::Note;
use serde_json::Value;

use crate::decode;

/// No issuer has a longer name.
const LONGEST: usize = 200;

/// What a token says. None where it is none.
pub fn notes(token: &[u8]) -> Option<Vec<Note>> {
    let mut parts = token.split(|byte| *byte == b'.');
    let mut part = || serde_json::from_slice::<Value>(&decode::base64(parts.next()?)?).ok();
    let (header, claims) = (part()?, part()?);
    let algorithm = header.get("alg")?.as_str()?;
    let mut notes = Vec::new();
    if algorithm.eq_ignore_ascii_case("none") {
        notes.push(Note::Unsigned);
    }
    if let Some(issuer) = claims.get("iss").and_then(Value::as_str).filter(|issuer| issuer.len() <= LONGEST) {
        notes.push(Note::Issuer(issuer.to_owned()));
    }
    notes.extend(seconds(&claims, "iat").map(Note::Made));
    notes.extend(seconds(&claims, "exp").map(Note::Until));
    Some(notes)
}

/// A date (RFC 7519, section 2, `NumericDate`), which may have a fraction.
fn seconds(claims: &Value, name: &str) -> Option<i64> {
    let value = claims.get(name)?;
    // Later than the year 9999 is no date.
    let whole = || value.as_f64().filter(|seconds| (0.0..253_402_300_800.0).contains(seconds));
    #[expect(clippy::cast_possible_truncation, reason = "just checked")]
    value.as_i64().or_else(|| whole().map(|seconds| seconds as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::filling::base64;

    fn check(header: &str, claims: &str, expected: Option<&[Note]>) {
        let token = format!("{}.{}.c2ln", base64(header.as_bytes()), base64(claims.as_bytes())).replace('=', "");
        assert_eq!(notes(token.as_bytes()).as_deref(), expected, "{header} {claims}");
    }

    #[test]
    fn claims_are_said() {
        let said =
            [Note::Issuer("https://id.example.com".into()), Note::Made(1_700_000_000), Note::Until(1_700_003_600)];
        let claims = r#"{"iss":"https://id.example.com","iat":1700000000.5,"exp":1700003600,"sub":"x"}"#;
        check(r#"{"alg":"RS256"}"#, claims, Some(&said));
        check(r#"{"alg":"none"}"#, "{}", Some(&[Note::Unsigned]));
        check(r#"{"typ":"JWT"}"#, "{}", None);
        check("[[[[", "{}", None);
        check(r#"{"alg":"HS256"}"#, r#"{"exp":"soon","iss":7}"#, Some(&[]));
    }
}
