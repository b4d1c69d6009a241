//! Check digits: tokens that tell by themselves whether somebody mistyped them, or made them up. Their providers say how they
//! are computed: GitHub ("Behind GitHub's new authentication token formats"), npm ("Announcing npm's new access token
//! format"), Grafana (its token generator).

/// CRC-32 as in IEEE 802.3, bit by bit: tokens are short.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| crc >> 1 ^ (0xEDB8_8320 & (crc & 1).wrapping_neg()))
    })
}

/// Whether the check digits of a token are right; none where a kind has none, or does not say how they are computed.
pub fn is_right(kind: &str, token: &[u8]) -> Option<bool> {
    match kind {
        "github-personal-access-token"
        | "github-oauth-token"
        | "github-app-user-token"
        | "github-app-installation-token"
        | "github-refresh-token"
        | "npm-access-token" => base62(token),
        "grafana-service-account-token" => grafana(token),
        _ => None,
    }
}

/// `ghp_`, thirty characters, and six digits to the base of 62.
fn base62(token: &[u8]) -> Option<bool> {
    let body = &token[token.iter().position(|byte| *byte == b'_')? + 1..];
    let (random, digits) = body.split_at_checked(30)?;
    (digits.len() == 6).then_some(())?;
    let value = digits.iter().try_fold(0_u64, |value, digit| {
        let digit = match digit {
            b'0'..=b'9' => digit - b'0',
            b'A'..=b'Z' => digit - b'A' + 10,
            b'a'..=b'z' => digit - b'a' + 36,
            _ => return None,
        };
        Some(value * 62 + u64::from(digit))
    })?;
    Some(value == u64::from(crc32(random)))
}

/// `glsa_`, 32 characters, `_`, and the checksum of all before, its lowest byte first.
fn grafana(token: &[u8]) -> Option<bool> {
    let (body, digits) = token.split_at_checked(token.len().checked_sub(9)?)?;
    let digits = std::str::from_utf8(digits.strip_prefix(b"_")?).ok()?;
    Some(u32::from_str_radix(digits, 16).ok()?.swap_bytes() == crc32(body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_computed() {
        // The check value of the algorithm, in every catalogue of them.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        // An example that is in use all over the internet, in two halves so that nobody takes this file for a leak.
        let right = ["ghp_zQWBuTSOoRi4A9spHcVY5", "ncnsDkxkJ0mLq17"].concat();
        let check = |token: &str| is_right("github-personal-access-token", token.as_bytes());
        assert_eq!(check(&right), Some(true));
        assert_eq!(check(&right.replace('W', "w")), Some(false));
        assert_eq!(check("ghp_short"), None);
        // Computed with Python's zlib: crc32 of `glsa_` and 32 letters a is 0x940AA4B1.
        let grafana = |digits: &str| {
            is_right("grafana-service-account-token", format!("glsa_{}_{digits}", "a".repeat(32)).as_bytes())
        };
        assert_eq!(grafana("b1a40a94"), Some(true));
        assert_eq!(grafana("01a40a94"), Some(false));
        assert_eq!(is_right("stripe-secret-key", b"sk_live_x"), None);
    }
}
