//! Settings that say something about a key and hold none: `key_name`, `token_type`, `secret_path`.

use super::Candidate;

/// What such names end in.
const ENDS: &[&[u8]] = &[
    b"id",
    b"ids",
    b"name",
    b"type",
    b"size",
    b"length",
    b"url",
    b"uri",
    b"path",
    b"file",
    b"field",
    b"label",
    b"version",
    b"endpoint",
    b"alias",
    b"format",
    b"algorithm",
    b"expiry",
    b"ttl",
    b"prefix",
    b"hash",
    b"arn",
    b"ref",
    b"count",
    b"description",
    b"title",
    b"digest",
    b"checksum",
    b"fingerprint",
    b"thumbprint",
    b"region",
    b"host",
    b"email",
];

pub fn is_metadata(candidate: &Candidate<'_>) -> bool {
    if !candidate.is_shapeless() {
        return false;
    }
    let before = candidate.before();
    let signs = before.iter().rev().take_while(|&&byte| b"\"'` \t=:>".contains(&byte)).count();
    if !before[before.len() - signs..].iter().any(|byte| b"=:".contains(byte)) {
        return false;
    }
    let named = &before[..before.len() - signs];
    // A kind that asks for such a name is meant by it.
    let last = last_word(named);
    let asked = candidate.kind.named.iter().any(|name| name.as_bytes().ends_with(&last));
    !asked && ENDS.contains(&&*last)
}

/// The last word of a name in any style, in lower case.
fn last_word(name: &[u8]) -> Vec<u8> {
    let letters = name.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let word = &name[name.len() - letters..];
    let hump = (1..word.len()).rev().find(|&at| word[at].is_ascii_uppercase() && word[at - 1].is_ascii_lowercase());
    word[hump.unwrap_or(0)..].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn the_last_word_of_a_name_says_what_a_value_is() {
        let hex = "a7c3b0f2a9d6e41850cb2fa7793de01b";
        let check = |before: &str, expected| {
            assert_eq!(with("datadog-api-key", [before, hex, "\n"], is_metadata), expected, "{before}");
        };
        for before in ["dd_api_key_name=", "\"ddKeyFingerprint\": \"", "dd-api-key-path: ", "dd_key_id = '"] {
            check(before, true);
        }
        for before in ["DD_API_KEY=", "ddApiKey: '", "dd api key name "] {
            check(before, false);
        }
    }
}
