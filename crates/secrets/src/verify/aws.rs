//! Signatures of requests to AWS (Signature Version 4), as far as asking who one is needs them.

use std::fmt::Write;

use jiff::Timestamp;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

const REGION: &str = "us-east-1";
const SERVICE: &str = "sts";

/// The headers that sign a request without a body for this address.
pub fn signed(url: &str, id: &[u8], secret: &[u8], now: Timestamp) -> Option<Vec<(String, String)>> {
    let rest = url.split_once("://")?.1;
    let (host, rest) = rest.split_at(rest.find('/')?);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let now = Offset::UTC.to_datetime(now);
    let (time, day) = (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime("%Y%m%d").to_string());
    let canonical = format!("GET\n{path}\n{query}\nhost:{host}\nx-amz-date:{time}\n\nhost;x-amz-date\n{}", hash(b""));
    let scope = format!("{day}/{REGION}/{SERVICE}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hash(canonical.as_bytes()));
    let signature = hex(&mac(&key(secret, &day, REGION, SERVICE), text.as_bytes()));
    let id = std::str::from_utf8(id).ok()?;
    let authorization =
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope}, SignedHeaders=host;x-amz-date, Signature={signature}");
    Some(vec![("X-Amz-Date".to_owned(), time), ("Authorization".to_owned(), authorization)])
}

/// The key of a day, a region and a service.
fn key(secret: &[u8], day: &str, region: &str, service: &str) -> [u8; 32] {
    let start = mac(&[b"AWS4", secret].concat(), day.as_bytes());
    [region, service, "aws4_request"].iter().fold(start, |key, text| mac(&key, text.as_bytes()))
}

/// HMAC (RFC 2104) with SHA-256.
fn mac(key: &[u8], text: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let inner = Sha256::new().chain_update(padded.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(padded.map(|byte| byte ^ 0x5C)).chain_update(inner).finalize().into()
}

fn hash(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 4231, test cases 2 and 6.
        let code = hex(&mac(b"Jefe", b"what do ya want for nothing?"));
        assert_eq!(code, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let code = hex(&mac(&[0xAA; 131], b"Test Using Larger Than Block-Size Key - Hash Key First"));
        assert_eq!(code, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }

    #[test]
    fn the_key_is_that_of_the_manual() {
        // From AWS's description of the signing process; the secret is the one of its examples, put together here.
        let secret = ["wJalrXUtnFEMI/K7MDENG+bPxRf", "iCYEXAMPLEKEY"].concat();
        let seen = hex(&key(secret.as_bytes(), "20150830", "us-east-1", "iam"));
        assert_eq!(seen, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
    }

    #[test]
    fn the_headers_say_who_signs_what() {
        let now = "2015-08-30T12:36:00Z".parse().unwrap();
        let headers = signed("https://sts.amazonaws.com/?Action=A", b"AKID", b"secret", now).unwrap();
        assert_eq!(headers[0], ("X-Amz-Date".to_owned(), "20150830T123600Z".to_owned()));
        let begins =
            "AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, ";
        assert!(headers[1].1.starts_with(begins), "{}", headers[1].1);
    }
}
