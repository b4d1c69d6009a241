//! Private keys: what kind, how strong, and whether a passphrase protects them. PKCS #1 (RFC 8017, A.1.2), SEC 1 (RFC 5915),
//! PKCS #8 (RFC 5958), OpenSSH's own format (its `PROTOCOL.key`), OpenPGP (RFC 9580, section 5.5.3), PuTTY's (its manual,
//! appendix C) and PKCS #12 (RFC 7292).

use model::Note;

use super::der::{self, Der};

/// What is known of a key.
#[derive(Debug)]
pub struct Key {
    pub notes: Vec<Note>,
    /// The number that an RSA key shares with its certificate.
    pub modulus: Option<Vec<u8>>,
}

impl Key {
    fn new(algorithm: &str, bits: Option<u32>, encrypted: bool) -> Self {
        Self { notes: vec![Note::Key { algorithm: algorithm.to_owned(), bits, encrypted }], modulus: None }
    }
}

/// Reads the key of a kind whose text is what stands between the lines `BEGIN` and `END`. None where the kind is no key.
pub fn read(kind: &str, text: &[u8]) -> Option<Result<Key, ()>> {
    let decoded = || super::armor::decode(text);
    let read = match kind {
        "rsa-private-key" => rsa(Der(&decoded())),
        "ec-private-key" => ec(Der(&decoded()), None),
        "dsa-private-key" => dsa(Der(&decoded())),
        "pkcs8-private-key" => pkcs8(Der(&decoded())),
        "encrypted-pkcs8-private-key" => encrypted(Der(&decoded())),
        "encrypted-pem-private-key" => Some(Key::new("private key", None, true)),
        "openssh-private-key" => openssh(&decoded()),
        "pgp-private-key" => pgp(&decoded()),
        "putty-private-key" => putty(text),
        "pkcs12-bundle" => pkcs12(Der(&decoded())),
        _ => return None,
    };
    Some(read.ok_or(()))
}

/// `RSAPrivateKey`: a version, the modulus, and what is secret.
fn rsa(mut der: Der<'_>) -> Option<Key> {
    let mut key = der.sequence()?;
    key.take(der::INTEGER)?;
    let modulus = key.take(der::INTEGER)?;
    key.take(der::INTEGER)?;
    key.take(der::INTEGER)?;
    Some(Key { modulus: Some(modulus.to_vec()), ..Key::new("RSA", der::bits(modulus), false) })
}

/// `ECPrivateKey`: a version, the number, and the curve if nothing before named it.
fn ec(mut der: Der<'_>, curve: Option<&[u8]>) -> Option<Key> {
    let mut key = der.sequence()?;
    key.take(der::INTEGER)?;
    let number = key.take(der::OCTETS)?;
    let named = key.next().filter(|(tag, _)| *tag == 0xA0).and_then(|(_, inner)| Der(inner).take(der::OBJECT));
    let bits = u32::try_from(number.len()).ok().map(|bytes| bytes.saturating_mul(8));
    Some(match named.or(curve).and_then(self::curve) {
        Some((name, bits)) => Key::new(name, Some(bits), false),
        None => Key::new("EC", bits, false),
    })
}

/// The curves that are in use, by the last bytes of their object identifiers (RFC 5480, section 2.1.1.1; SEC 2).
fn curve(object: &[u8]) -> Option<(&'static str, u32)> {
    Some(match object {
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 3, 1, 7] => ("EC P-256", 256),
        [0x2B, 0x81, 4, 0, 34] => ("EC P-384", 384),
        [0x2B, 0x81, 4, 0, 35] => ("EC P-521", 521),
        [0x2B, 0x81, 4, 0, 10] => ("EC secp256k1", 256),
        [0x2B, 0x81, 4, 0, 33] => ("EC P-224", 224),
        _ => return None,
    })
}

/// A version, then p, q, g, the public and the private number (as OpenSSL writes it; no standard does).
fn dsa(mut der: Der<'_>) -> Option<Key> {
    let mut key = der.sequence()?;
    key.take(der::INTEGER)?;
    let prime = key.take(der::INTEGER)?;
    key.take(der::INTEGER)?;
    Some(Key::new("DSA", der::bits(prime), false))
}

/// `OneAsymmetricKey`: a version, the algorithm, and the key in its own format.
fn pkcs8(mut der: Der<'_>) -> Option<Key> {
    let mut key = der.sequence()?;
    key.take(der::INTEGER)?;
    let mut algorithm = key.sequence()?;
    let object = algorithm.take(der::OBJECT)?;
    let inner = key.take(der::OCTETS)?;
    match object {
        [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1] => rsa(Der(inner)),
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 2, 1] => ec(Der(inner), algorithm.take(der::OBJECT)),
        [0x2A, 0x86, 0x48, 0xCE, 0x38, 4, 1] => {
            let prime = algorithm.sequence().and_then(|mut parameters| parameters.take(der::INTEGER));
            Some(Key::new("DSA", prime.and_then(der::bits), false))
        }
        [0x2B, 0x65, 110] => Some(Key::new("X25519", Some(256), false)),
        [0x2B, 0x65, 111] => Some(Key::new("X448", Some(448), false)),
        [0x2B, 0x65, 112] => Some(Key::new("Ed25519", Some(256), false)),
        [0x2B, 0x65, 113] => Some(Key::new("Ed448", Some(456), false)),
        _ => Some(Key::new("private key", None, false)),
    }
}

/// `EncryptedPrivateKeyInfo`: the way of encryption and what is encrypted.
fn encrypted(mut der: Der<'_>) -> Option<Key> {
    let mut key = der.sequence()?;
    key.sequence()?.take(der::OBJECT)?;
    key.take(der::OCTETS)?;
    Some(Key::new("private key", None, true))
}

/// `PFX`: version three, and content that names its type.
fn pkcs12(mut der: Der<'_>) -> Option<Key> {
    let mut bundle = der.sequence()?;
    (bundle.take(der::INTEGER)? == [3]).then_some(())?;
    bundle.sequence()?.take(der::OBJECT)?;
    Some(Key::new("PKCS #12", None, true))
}

/// Strings of OpenSSH: a length of four bytes, then so many.
struct Ssh<'a>(&'a [u8]);

impl<'a> Ssh<'a> {
    fn number(&mut self) -> Option<u32> {
        let (bytes, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*bytes))
    }

    fn string(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (string, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(string)
    }
}

/// `openssh-key-v1`: cipher, derivation of its key, how many keys, and the public half, which is never encrypted.
fn openssh(bytes: &[u8]) -> Option<Key> {
    let mut file = Ssh(bytes.strip_prefix(b"openssh-key-v1\0")?);
    let cipher = file.string()?;
    file.string()?;
    file.string()?;
    file.number()?;
    let mut public = Ssh(file.string()?);
    let encrypted = cipher != b"none";
    Some(match public.string()? {
        b"ssh-rsa" => {
            public.string()?;
            Key::new("RSA", der::bits(public.string()?), encrypted)
        }
        b"ssh-dss" => Key::new("DSA", der::bits(public.string()?), encrypted),
        b"ssh-ed25519" => Key::new("Ed25519", Some(256), encrypted),
        b"ecdsa-sha2-nistp256" => Key::new("EC P-256", Some(256), encrypted),
        b"ecdsa-sha2-nistp384" => Key::new("EC P-384", Some(384), encrypted),
        b"ecdsa-sha2-nistp521" => Key::new("EC P-521", Some(521), encrypted),
        // On a security key, whose touch is needed.
        known if known.starts_with(b"sk-") => Key::new("key of a security key", None, encrypted),
        _ => Key::new("private key", None, encrypted),
    })
}

/// A packet of a secret key: its version, when it was made, the algorithm, the public numbers, and how the secret ones are
/// protected.
fn pgp(bytes: &[u8]) -> Option<Key> {
    let (&tag, rest) = bytes.split_first()?;
    let (&first, rest) = rest.split_first()?;
    // Both forms of a packet's header (RFC 9580, section 4.2).
    let (kind, skip) = match tag {
        0xC0.. => (
            tag & 0x3F,
            match first {
                0..=191 => 0,
                192..=223 => 1,
                255 => 4,
                _ => return None,
            },
        ),
        0x80..=0xBF => (tag >> 2 & 0xF, [0, 1, 3].get(usize::from(tag & 3)).copied()?),
        _ => return None,
    };
    (kind == 5).then_some(())?;
    let body = rest.get(skip..)?;
    let (&version, body) = body.split_first()?;
    let (made, body) = body.split_first_chunk::<4>()?;
    let (&algorithm, mut body) = body.split_first()?;
    matches!(version, 4 | 6).then_some(())?;
    if version == 6 {
        body = body.get(4..)?;
    }
    let mut number = || {
        let (bits, rest) = body.split_first_chunk::<2>()?;
        let bits = u32::from(u16::from_be_bytes(*bits));
        let (number, rest) = rest.split_at_checked(usize::try_from(bits.div_ceil(8)).ok()?)?;
        body = rest;
        Some((bits, number))
    };
    let (name, bits) = match algorithm {
        1..=3 => {
            let (bits, _) = number()?;
            number()?;
            ("RSA", Some(bits))
        }
        16 => {
            let (bits, _) = number()?;
            number()?;
            number()?;
            ("Elgamal", Some(bits))
        }
        17 => {
            let (bits, _) = number()?;
            number()?;
            number()?;
            number()?;
            ("DSA", Some(bits))
        }
        18 | 19 | 22 => {
            let (&length, rest) = body.split_first()?;
            body = rest.get(usize::from(length)..)?;
            let mut number = || {
                let (bits, rest) = body.split_first_chunk::<2>()?;
                body = rest.get(usize::from(u16::from_be_bytes(*bits)).div_ceil(8)..)?;
                Some(())
            };
            number()?;
            (if algorithm == 22 { "EdDSA" } else { "EC" }, None)
        }
        25 | 27 => {
            body = body.get(32..)?;
            (if algorithm == 25 { "X25519" } else { "Ed25519" }, Some(256))
        }
        _ => return Some(Key::new("OpenPGP", None, false)),
    };
    // How the secret numbers are protected: zero is not at all.
    let mut key = Key::new(name, bits, *body.first()? != 0);
    key.notes.push(Note::Made(i64::from(u32::from_be_bytes(*made))));
    Some(key)
}

/// Lines with names: `Encryption: none`.
fn putty(text: &[u8]) -> Option<Key> {
    let value = |name: &[u8]| {
        let start = memchr::memmem::find(text, name)? + name.len();
        let rest = &text[start..text.len().min(start + 64)];
        Some(rest[..memchr::memchr2(b'\r', b'\n', rest)?].trim_ascii())
    };
    let encrypted = value(b"Encryption:")? != b"none";
    let first = &text[..memchr::memchr(b'\n', text)?];
    let has = |name: &[u8]| memchr::memmem::find(first, name).is_some();
    let algorithm = match () {
        () if has(b"ssh-rsa") => "RSA",
        () if has(b"ed25519") => "Ed25519",
        () if has(b"ecdsa") => "EC",
        () if has(b"ssh-dss") => "DSA",
        () => "private key",
    };
    Some(Key::new(algorithm, None, encrypted))
}
