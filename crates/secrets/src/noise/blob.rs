//! Pieces of something long: images and fonts in style sheets, source maps, compressed data. In enough characters everything
//! stands by chance.

use super::Candidate;

/// So many characters around a candidate without an end are a blob.
const LONG: usize = 200;

pub fn is_in_blob(candidate: &Candidate<'_>) -> bool {
    let before = candidate.before();
    is_data(before) || is_inside(candidate) || candidate.is_shapeless() && is_mapping(before)
}

/// A data URI (RFC 2397).
fn is_data(before: &[u8]) -> bool {
    before.ends_with(b";base64,")
}

/// Base64 goes on before and after it, divided only by characters of base64.
fn is_inside(candidate: &Candidate<'_>) -> bool {
    let is_base64 = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/".contains(byte);
    let (text, from, to) = (candidate.text, candidate.from, candidate.to);
    let before = text[from.saturating_sub(LONG)..from].iter().rev().take_while(is_base64).count();
    let after = text[to..text.len().min(to + LONG)].iter().take_while(is_base64).count();
    before + after >= LONG
}

/// Cells of a few characters between commas and semicolons (ECMA-426, mappings).
fn is_mapping(before: &[u8]) -> bool {
    let cells: Vec<&[u8]> = before.split(|byte| b",;".contains(byte)).collect();
    let small =
        |cell: &&&[u8]| cell.len() <= 8 && cell.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
    cells.len() >= 10 && cells.iter().filter(small).count() * 10 >= cells.len() * 9
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn pieces_of_blobs_are_told_from_values() {
        let hex = "7c3b0f2a9d6e41850cb2fa7793de01b6";
        let check = |before: &str, after: &str, expected| {
            assert_eq!(with("datadog-api-key", [before, hex, after], is_in_blob), expected, "{before}…{after}");
        };
        check("dd_key: url(data:image/png;base64,", ")", true);
        check(&format!("dd_key={}/", "Ab0+".repeat(30)), &format!("/{}", "Ab0+".repeat(30)), true);
        check("key,dd;AAAA,CAAC,EAAE;AACF,GAAG,OAAO,CAAC,IAAI,KAAK,SAAS,EAAE;", ",AAAA", true);
        check("DD_API_KEY=", "\n", false);
        check("https://datadog.example/a/key/", "/b", false);
    }
}
