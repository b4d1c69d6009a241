//! Pieces of something long: images and fonts in style sheets, source maps, compressed data. In enough characters everything
//! stands by chance.

use super::Candidate;

/// So many characters around a candidate without an end are a blob.
const LONG: usize = 200;

pub fn is_in_blob(candidate: &Candidate<'_>) -> bool {
    let before = candidate.before();
    is_data(before)
        || is_inside(candidate)
        || candidate.is_shapeless() && (is_mapping(before) || is_row_of_block(candidate))
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

/// One of several rows of base64, as certificates and public keys are written (RFC 7468), or the row after their beginning.
fn is_row_of_block(candidate: &Candidate<'_>) -> bool {
    let whole = candidate.widened();
    let before = whole.before();
    let ends_line = whole.after().iter().find(|byte| !b"= ".contains(byte)).is_none_or(|byte| b"\r\n\\".contains(byte));
    let value = whole.value();
    if !before.iter().all(u8::is_ascii_whitespace) || !ends_line || value.contains(&b'\n') || value.len() < 40 {
        return false;
    }
    let above = &candidate.text[whole.from.saturating_sub(LONG)..whole.from - before.len()];
    let row = above.trim_ascii_end().rsplit(|&byte| byte == b'\n').next().unwrap_or_default().trim_ascii();
    let is_base64 = row.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/".contains(byte));
    is_base64 && row.len().abs_diff(value.len()) <= value.len() / 2 && row.len() >= 40
        || row.windows(11).any(|word| word == b"-----BEGIN ") && !row.windows(7).any(|word| word == b"PRIVATE")
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
        let row = "Ab0+".repeat(10);
        check(&format!("dd_key:\n  {row}\n  "), "Ab0+Ab0+\n", true);
        check("dd_key: -----BEGIN PUBLIC KEY-----\n", "Ab0+Ab0+\n", true);
        check("dd_key:\n  - ", "Ab0+Ab0+\n", false);
        check("DD_API_KEY=", "\n", false);
        check("https://datadog.example/a/key/", "/b", false);
    }
}
