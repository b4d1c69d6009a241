//! Alphabets: the characters that a part of a secret is made of, as rules name them: `alnum`, `hex-lower`, `lower+digit`,
//! `alnum+-_` (a name, then more characters after a plus).

/// A set of ASCII characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alphabet(pub u128);

const NAMED: &[(&str, &str)] = &[
    ("digit", "0123456789"),
    ("lower", "abcdefghijklmnopqrstuvwxyz"),
    ("upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("alpha", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("alnum", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ("hex-lower", "0123456789abcdef"),
    ("hex-upper", "0123456789ABCDEF"),
    ("hex", "0123456789abcdefABCDEF"),
    // RFC 4648, sections 4 to 6, without padding.
    ("base64", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/"),
    ("base64url", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"),
    ("base32-upper", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    ("base32-lower", "abcdefghijklmnopqrstuvwxyz234567"),
    // Bitcoin's, without 0, O, I and l.
    ("base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"),
    // BIP 173.
    ("bech32", "qpzry9x8gf2tvdw0s3jn54khce6mua7l"),
    ("bech32-upper", "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    // What stands in a URL's path and query (RFC 3986, section 2).
    ("uri", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~:/?#[]@!$&'()*+,;=%"),
    // Every visible character but the quotation marks.
    ("printable", "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#$%&()*+,-./:;<=>?@[\\]^_{|}~"),
];

impl Alphabet {
    /// These characters; what is not ASCII is left out.
    pub const fn of(characters: &str) -> Self {
        let (bytes, mut set, mut index) = (characters.as_bytes(), 0, 0);
        while index < bytes.len() {
            if bytes[index] < 128 {
                set |= 1 << bytes[index];
            }
            index += 1;
        }
        Self(set)
    }

    /// Letters and digits.
    pub const ALNUM: Self = Self::of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    /// Whether `byte` is one of them.
    pub const fn contains(self, byte: u8) -> bool {
        byte < 128 && (self.0 >> byte) & 1 == 1
    }

    /// The characters of both.
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// How many there are.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// Its characters in ASCII order.
    pub fn characters(self) -> impl Iterator<Item = u8> {
        (0..128).filter(move |&byte| self.contains(byte))
    }

    /// Reads `alnum`, `lower+digit`, `alnum+-_`: known names and further characters, each after a plus. A plus of its own
    /// (`alnum++`) is the character.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = text.split('+');
        let first = parts.next().unwrap_or_default();
        let mut set = named(first).ok_or_else(|| format!("{first:?} is no alphabet"))?;
        for part in parts {
            set = set.with(match part {
                "" => Self::of("+"),
                _ => named(part).unwrap_or_else(|| Self::of(part)),
            });
        }
        Ok(set)
    }
}

fn named(name: &str) -> Option<Alphabet> {
    NAMED.iter().find(|(known, _)| *known == name).map(|(_, characters)| Alphabet::of(characters))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let seen: String = Alphabet::parse(text).unwrap().characters().map(char::from).collect();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn names_and_characters_add_up() {
        check("digit", "0123456789");
        check("digit+-_", "-0123456789_");
        check("digit+upper", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        check("digit++-", "+-0123456789");
        assert!(Alphabet::parse("runes").is_err());
        assert_eq!(Alphabet::parse("base64").unwrap().len(), 64);
        assert_eq!(Alphabet::parse("base58").unwrap().len(), 58);
        assert_eq!(Alphabet::parse("bech32").unwrap().len(), 32);
        assert!(!Alphabet::ALNUM.contains(200));
    }
}
