//! Public by design: halves of keys that are meant to be given away, identifiers in links that were signed.

use super::Candidate;

/// The name of the type, with its length before it, that SSH's public keys begin with (RFC 4253, section 6.6), in base64.
const SSH: &[&[u8]] = &[b"AAAAB3NzaC1", b"AAAAC3NzaC1lZDI1NTE5", b"AAAAE2VjZHNh", b"AAAAGnNr", b"AAAAInNr"];

/// Words before a value that nobody hides.
const NAMES: &[&[u8]] =
    &[b"public", b"publishable", b"sitekey", b"site_key", b"site-key", b"pubkey", b"anon_key", b"anonkey"];

pub fn is_public(candidate: &Candidate<'_>) -> bool {
    let before = candidate.before();
    SSH.iter().any(|start| candidate.value().starts_with(start))
        || candidate.kind.id.ends_with("access-key-id") && is_who_signed(before)
        || candidate.is_shapeless() && (is_badge(before) || is_named_public(before))
}

/// Links that AWS signs name the key that they were signed with (Signature Version 4).
fn is_who_signed(before: &[u8]) -> bool {
    [b"X-Amz-Credential=".as_slice(), b"Credential=", b"AWSAccessKeyId=", b"OSSAccessKeyId="]
        .iter()
        .any(|sign| before.ends_with(sign))
}

/// The token of a badge shows whether a build passed, and nothing else.
fn is_badge(before: &[u8]) -> bool {
    let query = before.iter().rposition(|byte| b" \"'(".contains(byte)).map_or(before, |at| &before[at + 1..]);
    let has = |part: &[u8]| query.windows(part.len()).any(|window| window == part);
    has(b".svg?") || has(b"/badge?") || has(b"/badge.")
}

fn is_named_public(before: &[u8]) -> bool {
    // Only the setting itself, and not what stands before it.
    let ends = before.iter().rposition(|byte| b",;{(&?".contains(byte)).map_or(0, |at| at + 1);
    let lower = before[ends..].to_ascii_lowercase();
    NAMES.iter().any(|name| lower.windows(name.len()).any(|window| window == *name))
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn what_is_meant_to_be_seen_is_no_secret() {
        let hex = "a7c3b0f2a9d6e41850cb2fa7793de01b";
        let check = |before: &str, expected| {
            assert_eq!(with("datadog-api-key", [before, hex, "\n"], is_public), expected, "{before}");
        };
        check("dd_public_key=", true);
        check("datadog: { publicToken: '", true);
        check("https://dd.example/x.svg?key=", true);
        check("dd_public_key=1, dd_api_key=", false);
        check("DD_API_KEY=", false);
        let id = "AKIA2E0A8F3B244C9986";
        let signed = |before: &str| with("aws-access-key-id", [before, id, "%2F"], is_public);
        assert!(signed("X-Amz-Credential="));
        assert!(!signed("aws_access_key_id="));
    }
}
