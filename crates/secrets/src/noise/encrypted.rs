//! Secrets that are encrypted where they stand, by SOPS, Ansible Vault, Sealed Secrets, Jenkins, Jasypt, age or Vault's
//! transit engine. Whoever reads them reads nothing.

use super::Candidate;

/// What encrypted values begin with, right before the candidate or as its beginning.
const MARKS: &[&[u8]] =
    &[b"ENC[AES256_GCM,data:", b"ENC[", b"ENC(", b"{cipher}", b"vault:v1:", b"vault:v2:", b"{AQAAABAAA", b"KMS("];

/// Of RSA and AES, as Sealed Secrets writes them: `AgB` and more than the 512 bytes of the first.
const SEALED: (&[u8], usize) = (b"AgB", 600);

pub fn is_encrypted(candidate: &Candidate<'_>) -> bool {
    let whole = candidate.widened();
    let (before, value) = (whole.before(), whole.value());
    let marked = MARKS.iter().any(|mark| before.ends_with(mark) || value.starts_with(mark));
    let inside =
        before.windows(4).rposition(|window| window == b"ENC[").is_some_and(|at| !before[at..].contains(&b']'));
    marked || inside || value.starts_with(SEALED.0) && value.len() >= SEALED.1
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn what_is_encrypted_opens_nothing() {
        let hex = "7c3b0f2a9d6e41850cb2fa7793de01b6";
        let check = |before: &str, expected| {
            assert_eq!(with("datadog-api-key", [before, hex, "\n"], is_encrypted), expected, "{before}");
        };
        check("DD_API_KEY: ENC[AES256_GCM,data:", true);
        check("DD_API_KEY: ENC[AES256_GCM,data:xyz,iv:", true);
        check("dd.api.key=ENC(", true);
        check("dd_api_key: vault:v1:", true);
        check("dd_api_key: vault:v1:Ab0/", true);
        check("ENC[x] DD_API_KEY=", false);
    }
}
