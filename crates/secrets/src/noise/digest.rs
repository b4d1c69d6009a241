//! Checksums, commits and the hashes of lock files: what says so stands right before them, or a path or a size around them.

use super::Candidate;

/// What digests are written after (SRI, OCI descriptors, go.sum, Terraform's lock files, RECORD, conda).
const MARKS: &[&[u8]] = &[
    b"md5",
    b"sha1",
    b"sha224",
    b"sha256",
    b"sha384",
    b"sha512",
    b"blake2b",
    b"blake3",
    b"h1",
    b"zh",
    b"commit",
    b"rev",
    b"sha",
    b"tree",
    b"parent",
    b"etag",
    b"checksum",
    b"digest",
    b"integrity",
    b"fingerprint",
    b"hash",
];

/// As the beginning of a value.
const NAMED: &[&[u8]] =
    &[b"md5:", b"sha1:", b"sha256:", b"sha384:", b"sha512:", b"sha1-", b"sha256-", b"sha384-", b"sha512-"];

/// Digits of MD5, SHA-1, SHA-224, SHA-256, SHA-384 and SHA-512 in hexadecimal.
const HEX: &[usize] = &[32, 40, 56, 64, 96, 128];
/// Their characters in base64, with and without what fills them up.
const BASE64: &[usize] = &[22, 24, 27, 28, 38, 40, 43, 44, 64, 86, 88];

pub fn is_digest(candidate: &Candidate<'_>) -> bool {
    NAMED.iter().any(|mark| candidate.value().starts_with(mark)) || is_told(candidate) || is_told(&candidate.widened())
}

/// Whether it has the length of a digest, and what surrounds it says that it is one.
fn is_told(candidate: &Candidate<'_>) -> bool {
    let value = candidate.value();
    let hex = value.iter().all(u8::is_ascii_hexdigit) && HEX.contains(&value.len());
    let filled = candidate.after().iter().take_while(|&&byte| byte == b'=').count();
    if !hex && !BASE64.contains(&(value.len() + filled)) {
        return false;
    }
    let before = candidate.before();
    is_marked(before) || hex && (is_in_list(before, candidate.after()) || is_revision(before))
}

/// `sha256:`, `sha512-`, `h1:`, `md5 = "`: a mark, then signs.
fn is_marked(before: &[u8]) -> bool {
    let signs = before.iter().rev().take_while(|&&byte| b":-=\"' \t\\/$".contains(&byte)).count();
    let named = &before[..before.len() - signs];
    let word = named.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    let word = named[named.len() - word..].to_ascii_lowercase();
    signs > 0 && MARKS.contains(&&*word)
}

/// A line of md5sums or of a package's list: the digest, two spaces and a path, or a path and the digest.
fn is_in_list(before: &[u8], after: &[u8]) -> bool {
    let is_path = |text: &[u8]| text.contains(&b'/') && !text.contains(&b':');
    before.is_empty() && after.starts_with(b"  ")
        || before.is_empty() && after.starts_with(b" *")
        || before.iter().position(|&byte| byte == b' ') == before.len().checked_sub(1)
            && is_path(before)
            && after.first().is_none_or(|&byte| b"\r\n".contains(&byte))
}

/// `actions/checkout@…`, `…/x-1.0.tgz#…`, `git+https://…#…`, `/archive/….zip`, `/commit/…`.
fn is_revision(before: &[u8]) -> bool {
    let pinned = before.ends_with(b"@") && before.contains(&b'/') && !before.windows(3).any(|window| window == b"://");
    let pinned = pinned || before.ends_with(b".git@");
    let fragment = before.ends_with(b"#") && before.contains(&b'/');
    let parts: &[&[u8]] = &[b"/archive/", b"/commit/", b"/tree/", b"/blob/", b"/raw/", b"/zipball/", b"/tarball/"];
    let commands: &[&[u8]] = &[b"checkout ", b"cherry-pick ", b"revert ", b"reset --hard "];
    pinned || fragment || parts.iter().chain(commands).any(|part| before.ends_with(part))
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    fn check(before: &str, after: &str, expected: bool) {
        let hex = "7c3b0f2a9d6e41850cb2fa7793de01b64c58aa19";
        assert_eq!(with("datadog-application-key", [before, hex, after], is_digest), expected, "{before}…{after}");
    }

    #[test]
    fn what_stands_before_tells_a_digest() {
        for before in [
            "datadog: sha1:",
            "\"shasum\": \"abc\", \"sha1\": \"",
            "dd_key_sha1 = '",
            "uses: datadog/token-action@",
            "resolved \"https://registry.example/dd/-/dd-1.0.tgz#",
            "https://git.example/datadog/key/commit/",
            "-e git+https://git.example/dd/key.git@",
            "git -C dd-key checkout ",
        ] {
            check(before, "\"", true);
        }
        check("", "  usr/share/datadog/key", true);
        check("usr/share/datadog/token ", "\n", true);
        check("DD_APP_KEY=", "\n", false);
        // The end of a hash of go.sum, behind a slash in it.
        let (before, value) = ("example.org/dd/auth v1.2.3 h1:yMq1dpxbpZl/", "OZkigtTDqFzCe9K4xoThyOx0E0YGse1");
        assert!(with("datadog-api-key", [before, value, "="], is_digest));
        check("https://user:", "@datadog.example/", false);
    }
}
