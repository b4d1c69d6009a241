//! Signatures of a list of shards: Ed25519 (RFC 8032), detached, in a text file beside the list.
//!
//! The list has the digest of every shard, so who signs it signs all. A signature is a line `ed25519 KEYID BASE64`; a file
//! may have several, so that an old key and its successor can both be trusted for a while. A key's id is the beginning of
//! its BLAKE3 digest: it says which key to look for and proves nothing.

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::str::FromStr;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::build::write_file;
use super::manifest::MANIFEST;

/// The file of signatures beside the list.
pub const SIGNATURE: &str = "shards.json.sig";
/// Bytes of such a file: a hundred lines.
pub(super) const MAX_BYTES: u64 = 16 << 10;
/// The name of the only algorithm.
const ALGORITHM: &str = "ed25519";
/// Begins the text of a public key, so that no other kind of key is taken for one.
const PREFIX: &str = "plimsoll-ed25519:";
/// PKCS#8 around an Ed25519 seed (RFC 8410, section 7): all but the seed is the same for every key.
const PKCS8: [u8; 16] = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];
const PEM: (&str, &str) = ("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----");

/// Who may sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Its id.
    pub fn id(&self) -> String {
        blake3::hash(&self.0).to_hex()[..16].to_owned()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let key = text.trim().strip_prefix(PREFIX).and_then(|text| BASE64_STANDARD.decode(text).ok());
        key.and_then(|key| key.try_into().ok())
            .map(Self)
            .ok_or_else(|| format!("is no public key: write {PREFIX} and 44 characters of base64"))
    }
}

/// A key that signs.
pub struct SecretKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SecretKey").field(&self.public().id()).finish()
    }
}

/// A file that holds no key that can be used.
#[derive(Debug, thiserror::Error)]
#[error("is no Ed25519 key: a file of plimsoll db keygen, PKCS#8 (PEM or DER) or 32 bytes are")]
pub struct NoKey;

impl SecretKey {
    /// A new one. It fails where the system has no random numbers.
    pub fn generate() -> io::Result<Self> {
        let mut seed = [0; 32];
        SystemRandom::new().fill(&mut seed).map_err(|_| io::Error::other("the system has no random numbers"))?;
        Self::of_seed(seed).map_err(io::Error::other)
    }

    fn of_seed(seed: [u8; 32]) -> Result<Self, NoKey> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| NoKey)?;
        Ok(Self { seed, pair })
    }

    /// Reads the bytes of a key's file.
    pub fn parse(file: &[u8]) -> Result<Self, NoKey> {
        if let Ok(seed) = file.try_into() {
            return Self::of_seed(seed);
        }
        let body = std::str::from_utf8(file).ok().and_then(|text| {
            let body = text.trim().strip_prefix(PEM.0)?.strip_suffix(PEM.1)?;
            let packed: String = body.split_ascii_whitespace().collect();
            BASE64_STANDARD.decode(packed).ok()
        });
        let der = body.as_deref().unwrap_or(file);
        // Version 2 has the public key behind the seed, and another length in front.
        let (head, rest) = der.split_first_chunk::<16>().ok_or(NoKey)?;
        let seed = rest.first_chunk().ok_or(NoKey)?;
        let is_key = head[0] == PKCS8[0] && head[2..4] == PKCS8[2..4] && head[5..] == PKCS8[5..] && head[4] <= 1;
        if is_key { Self::of_seed(*seed) } else { Err(NoKey) }
    }

    /// The text of its file: PKCS#8 as PEM, which other tools read too.
    pub fn to_pem(&self) -> String {
        let der = [&PKCS8[..], &self.seed].concat();
        format!("{}\n{}\n{}\n", PEM.0, BASE64_STANDARD.encode(der), PEM.1)
    }

    /// The key that others know it by.
    pub fn public(&self) -> PublicKey {
        let mut key = [0; 32];
        key.copy_from_slice(self.pair.public_key().as_ref());
        PublicKey(key)
    }

    /// The line of a signature.
    pub fn sign(&self, list: &[u8]) -> String {
        format!("{ALGORITHM} {} {}\n", self.public().id(), BASE64_STANDARD.encode(self.pair.sign(list)))
    }

    /// Signs a folder's list.
    pub fn sign_folder(&self, folder: &Path) -> io::Result<()> {
        let list = fs::read(folder.join(MANIFEST))?;
        write_file(&folder.join(SIGNATURE), self.sign(&list).as_bytes())
    }
}

/// Whose signature is asked for. Nobody's, where no key is pinned.
#[derive(Clone, Debug, Default)]
pub struct Trust(Vec<PublicKey>);

/// Who signed a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The pinned key with this id, and the signature fits.
    By(String),
    /// Somebody says to be the keys with these ids. No key is pinned to check that with.
    Unchecked(Vec<String>),
    /// Nobody, and no key is pinned.
    Not,
}

/// Why a list is not trusted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// There is no signature.
    #[error("it is not signed, and must be by {pinned}")]
    Unsigned {
        /// The ids of the pinned keys.
        pinned: String,
    },
    /// Others signed it.
    #[error("it is signed by the key {signers}, and must be by {pinned}")]
    Stranger {
        /// The ids of their keys.
        signers: String,
        /// The ids of the pinned keys.
        pinned: String,
    },
    /// The signature belongs to something else.
    #[error("the signature by the key {0} does not fit: the list of shards is not the one that was signed")]
    Forged(String),
    /// The signature is none.
    #[error("its signature cannot be read")]
    Unreadable,
}

impl Trust {
    /// In any of these.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self(keys.into_iter().collect())
    }

    /// Whether any key is pinned.
    pub fn is_pinned(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether a list with this file of signatures may be used.
    pub fn judge(&self, list: &[u8], signature: Option<&[u8]>) -> Result<Signed, Untrusted> {
        let lines = signature.map(parse).transpose()?.unwrap_or_default();
        let signers: Vec<String> = lines.iter().map(|line| line.key.to_owned()).collect();
        if self.0.is_empty() {
            return Ok(if signers.is_empty() { Signed::Not } else { Signed::Unchecked(signers) });
        }
        let mut forged = None;
        for key in &self.0 {
            let id = key.id();
            for line in lines.iter().filter(|line| line.key == id) {
                if UnparsedPublicKey::new(&ED25519, key.0).verify(list, &line.signature).is_ok() {
                    return Ok(Signed::By(id));
                }
                forged = Some(Untrusted::Forged(id.clone()));
            }
        }
        let pinned = self.0.iter().map(PublicKey::id).collect::<Vec<_>>().join(" or ");
        Err(forged.unwrap_or_else(|| match &signers[..] {
            [] => Untrusted::Unsigned { pinned },
            signers => Untrusted::Stranger { signers: signers.join(", "), pinned },
        }))
    }

    /// The same for a folder's list.
    pub fn judge_folder(&self, folder: &Path) -> io::Result<Result<Signed, Untrusted>> {
        let list = fs::read(folder.join(MANIFEST))?;
        Ok(self.judge(&list, read(folder)?.as_deref()))
    }
}

/// A folder's signatures; none where there are none.
pub(super) fn read(folder: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(folder.join(SIGNATURE)) {
        Ok(signature) => Ok(Some(signature)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

struct Line<'a> {
    key: &'a str,
    signature: Vec<u8>,
}

/// Lines of other algorithms may stand there for programs of tomorrow.
fn parse(file: &[u8]) -> Result<Vec<Line<'_>>, Untrusted> {
    let text = std::str::from_utf8(file).map_err(|_| Untrusted::Unreadable)?;
    if file.len() as u64 > MAX_BYTES {
        return Err(Untrusted::Unreadable);
    }
    let mut lines = Vec::new();
    for line in text.lines() {
        let mut words = line.split(' ');
        if words.next() != Some(ALGORITHM) {
            continue;
        }
        let (Some(key), Some(signature), None) = (words.next(), words.next(), words.next()) else {
            return Err(Untrusted::Unreadable);
        };
        let is_id = key.len() == 16 && key.bytes().all(|byte| byte.is_ascii_hexdigit());
        match BASE64_STANDARD.decode(signature) {
            Ok(signature) if is_id => lines.push(Line { key, signature }),
            _ => return Err(Untrusted::Unreadable),
        }
    }
    Ok(lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        std::array::from_fn(|index| u8::from_str_radix(&hex[2 * index..2 * index + 2], 16).unwrap())
    }

    /// The first two secret keys of RFC 8032, section 7.1.
    fn keys() -> [SecretKey; 2] {
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        ]
        .map(|seed| SecretKey::parse(&bytes::<32>(seed)).unwrap())
    }

    #[test]
    fn signatures_are_those_of_the_standard() {
        let [_, key] = keys();
        // RFC 8032, section 7.1, test 2: one byte, 0x72.
        let public = bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let signature: [u8; 64] = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(key.public(), PublicKey(public));
        let line = key.sign(&[0x72]);
        assert_eq!(line, format!("ed25519 {} {}\n", key.public().id(), BASE64_STANDARD.encode(signature)));
        assert_eq!(Trust::new([key.public()]).judge(&[0x72], Some(line.as_bytes())), Ok(Signed::By(key.public().id())));
    }

    #[test]
    fn keys_are_read_in_every_form() {
        let key = SecretKey::generate().unwrap();
        assert_ne!(key.public(), SecretKey::generate().unwrap().public());
        let pem = key.to_pem();
        assert_eq!(SecretKey::parse(pem.as_bytes()).unwrap().public(), key.public());
        assert_eq!(key.public().to_string().parse(), Ok(key.public()));
        // RFC 8410, sections 10.3 and 10.1.
        let private = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        let public = BASE64_STANDARD.decode("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=").unwrap();
        let public = PublicKey(public[12..].try_into().unwrap());
        let pem = format!("{}\n{private}\n{}\n", PEM.0, PEM.1);
        for file in [pem.as_bytes(), &BASE64_STANDARD.decode(private).unwrap()] {
            assert_eq!(SecretKey::parse(file).unwrap().public(), public);
        }
        // Version 2.
        let ring = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        assert!(SecretKey::parse(ring.as_ref()).is_ok());
        for none in
            [&b""[..], b"short", &[0; 31], &[0; 48], b"-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----"]
        {
            assert!(SecretKey::parse(none).is_err(), "{none:?}");
        }
        for none in ["", "plimsoll-ed25519:", "plimsoll-ed25519:AAAA", "ed25519:AAAA"] {
            assert!(none.parse::<PublicKey>().is_err(), "{none}");
        }
    }

    #[test]
    fn only_pinned_keys_are_trusted_and_errors_say_whose_it_is() {
        let [ours, theirs] = keys();
        let (our_id, their_id) = (ours.public().id(), theirs.public().id());
        let list = b"{}";
        let (by_us, by_them) = (ours.sign(list), theirs.sign(list));
        let check = |pinned: &[&SecretKey], signature: Option<&str>, expected: Result<Signed, Untrusted>| {
            let trust = Trust::new(pinned.iter().map(|key| key.public()));
            assert_eq!(trust.judge(list, signature.map(str::as_bytes)), expected, "{signature:?}");
        };
        let unsigned = Untrusted::Unsigned { pinned: our_id.clone() };
        let stranger = Untrusted::Stranger { signers: their_id.clone(), pinned: our_id.clone() };
        let signed = Ok(Signed::By(our_id.clone()));
        check(&[], None, Ok(Signed::Not));
        check(&[], Some(&by_them), Ok(Signed::Unchecked(vec![their_id])));
        check(&[&ours], None, Err(unsigned));
        check(&[&ours], Some(&by_us), signed.clone());
        check(&[&ours], Some(&by_them), Err(stranger));
        check(&[&ours], Some(&format!("{by_them}{by_us}")), signed.clone());
        check(&[&theirs, &ours], Some(&by_us), signed.clone());
        check(&[&ours], Some(&format!("tomorrow 1 2 3\n{by_us}")), signed);
        check(&[&ours], Some(&ours.sign(b"{ }")), Err(Untrusted::Forged(our_id)));
        for broken in ["ed25519 0123456789abcdef", "ed25519 0123 AAAA", "ed25519 0123456789abcdef !", "ed25519 a b c d"]
        {
            check(&[], Some(broken), Err(Untrusted::Unreadable));
            check(&[&ours], Some(broken), Err(Untrusted::Unreadable));
        }
        let long = "x\n".repeat(16 << 10);
        check(&[], Some(&long), Err(Untrusted::Unreadable));
    }
}
