//! Hash and crypto functions. What is random, or needs a private key, is unknown.

use std::fmt::Write;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::Digest as _;

use super::{Arguments, Function, Needs, filesystem, function};
use crate::terraform::datum::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("base64sha256", (1, 1), Needs::All, |of| base64(&sha2::Sha256::digest(of.text(0)?.as_bytes()))),
    function("base64sha512", (1, 1), Needs::All, |of| base64(&sha2::Sha512::digest(of.text(0)?.as_bytes()))),
    function("bcrypt", (1, 2), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("filebase64sha256", (1, 1), Needs::All, |of| base64(&sha2::Sha256::digest(file(of)?))),
    function("filebase64sha512", (1, 1), Needs::All, |of| base64(&sha2::Sha512::digest(file(of)?))),
    function("filemd5", (1, 1), Needs::All, |of| hex(&md5::Md5::digest(file(of)?))),
    function("filesha1", (1, 1), Needs::All, |of| hex(&sha1::Sha1::digest(file(of)?))),
    function("filesha256", (1, 1), Needs::All, |of| hex(&sha2::Sha256::digest(file(of)?))),
    function("filesha512", (1, 1), Needs::All, |of| hex(&sha2::Sha512::digest(file(of)?))),
    function("md5", (1, 1), Needs::All, |of| hex(&md5::Md5::digest(of.text(0)?.as_bytes()))),
    function("rsadecrypt", (2, 2), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("sha1", (1, 1), Needs::All, |of| hex(&sha1::Sha1::digest(of.text(0)?.as_bytes()))),
    function("sha256", (1, 1), Needs::All, |of| hex(&sha2::Sha256::digest(of.text(0)?.as_bytes()))),
    function("sha512", (1, 1), Needs::All, |of| hex(&sha2::Sha512::digest(of.text(0)?.as_bytes()))),
    function("uuid", (0, 0), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("uuidv5", (2, 2), Needs::All, uuid_v5),
];

fn file<'a>(of: &Arguments<'_, 'a>) -> Result<&'a [u8], String> {
    filesystem::content(of.evaluator, &of.text(0)?)
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a function")]
fn hex(bytes: &[u8]) -> Result<Datum, String> {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(Datum::text(text))
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of a function")]
fn base64(bytes: &[u8]) -> Result<Datum, String> {
    Ok(Datum::text(STANDARD.encode(bytes)))
}

/// A name in a name space, as RFC 4122, section 4.3, hashes them.
fn uuid_v5(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (space, name) = (of.text(0)?, of.text(1)?);
    let space = match &*space {
        "dns" => "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "url" => "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
        "oid" => "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
        "x500" => "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
        other => other,
    };
    let digits: String = space.chars().filter(|c| *c != '-').collect();
    let space =
        u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32).ok_or_else(|| of.wrong(0, "a UUID"))?;
    let hash = sha1::Sha1::new().chain_update(space.to_be_bytes()).chain_update(name.as_bytes()).finalize();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = format!("{:032x}", u128::from_be_bytes(bytes));
    let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
    Ok(Datum::text(parts.join("-")))
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            ("base64sha256(\"hello world\")", "\"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=\""),
            ("md5(\"hello world\")", "\"5eb63bbbe01eeed093cb22bb8f5acdc3\""),
            ("sha1(\"hello world\")", "\"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed\""),
            ("sha256(\"hello world\")", "\"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\""),
            ("substr(sha512(\"hello world\"), 0, 16)", "\"309ecc489c12d6eb\""),
            ("uuidv5(\"dns\", \"www.terraform.io\")", "\"a5008fae-b28c-5ba5-96cd-82b4c53552d6\""),
            ("uuidv5(\"url\", \"https://www.terraform.io/\")", "\"9db6f67c-dd95-5ea0-aa5b-e70e5c5f7cf5\""),
            ("uuid()", "?"),
            ("bcrypt(\"hello world\")", "?"),
        ]);
    }

    #[test]
    fn uuids_are_the_ones_of_other_implementations() {
        // uuid.uuid5(uuid.NAMESPACE_DNS, "python.org") of Python's documentation.
        check(&[("uuidv5(\"dns\", \"python.org\")", "\"886313e1-3b8a-5372-9b90-0c9aee199e5d\"")]);
    }
}
