//! Which kinds come into question: by how a token begins, and by the words before it.

use std::ops::Range;
use std::sync::LazyLock;

use crate::rule::kind::{self, Kind};
use crate::rule::shape::{Part, Shape};

/// The kinds by their beginnings and words. Made at the first use, in less than a millisecond.
pub struct Index {
    /// Shapes that begin with at least three characters, grouped by a hash of these.
    prefixes: Buckets<(&'static Kind, &'static Shape)>,
    /// The same of addresses that end in a password: each is asked where an address is, and not before tokens.
    addresses: Buckets<(&'static Kind, &'static Shape)>,
    /// A bit for the first three characters of each prefix.
    begins: Box<[u64]>,
    /// Words of providers, and those that names of keys are made of, grouped by their first two characters.
    words: Buckets<Word>,
}

/// A word that says something about a token after it.
pub struct Word {
    /// In lower case, without separators.
    pub text: &'static str,
    /// Whose it is.
    pub role: Role,
}

/// What a word tells.
pub enum Role {
    /// That the value is a key.
    Key,
    /// That the value is no secret: a checksum, a commit.
    Harmless,
    /// That it may be of this kind.
    Kind(&'static Kind),
    /// As one of the words that this kind must be named with.
    Name(&'static Kind),
}

/// Words that stand in the names of settings that hold secrets.
const KEY: &[&str] = &[
    "key",
    "token",
    "secret",
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "auth",
    "authorization",
    "bearer",
    "credential",
    "credentials",
    "apikey",
    "accesskey",
    "secretkey",
    "private",
    "pat",
    "cred",
    "creds",
    "pass",
    "apitoken",
    "webhook",
    "signing",
];

/// Words of kinds that end so speak of a key themselves: `clientsecret`.
const ENDS: &[&str] = &["key", "token", "secret", "password", "passwd"];

/// Words that stand before digests and the like.
const HARMLESS: &[&str] = &[
    "md5",
    "sha",
    "sha1",
    "sha256",
    "sha512",
    "digest",
    "checksum",
    "hash",
    "integrity",
    "etag",
    "commit",
    "rev",
    "revision",
    "ref",
    "fingerprint",
    "uuid",
    "guid",
    "blob",
    "tree",
    "parent",
    "version",
    "id",
];

impl Index {
    /// Of all kinds.
    pub fn all() -> &'static Self {
        static ALL: LazyLock<Index> = LazyLock::new(|| Index::new(kind::all()));
        &ALL
    }

    fn new(kinds: &'static [Kind]) -> Self {
        let prefixes = kinds.iter().flat_map(|kind| kind.shapes.iter().map(move |shape| (kind, shape)));
        let prefixes =
            prefixes.filter_map(|(kind, shape)| Some((prefix_hash(shape.prefix().as_bytes())?, (kind, shape))));
        let (addresses, prefixes): (Vec<_>, Vec<_>) = prefixes.partition(|(_, (_, shape))| is_address(shape));
        let words = kinds.iter().flat_map(|kind| {
            let own = kind.words.iter().map(move |text| Word { text, role: Role::Kind(kind) });
            own.chain(kind.named.iter().map(move |text| Word { text, role: Role::Name(kind) }))
        });
        let mut speaking: Vec<&'static str> =
            kinds.iter().flat_map(|kind| kind.words.iter().chain(kind.named)).copied().collect();
        speaking.retain(|word| ENDS.iter().any(|end| word.ends_with(end)));
        speaking.sort_unstable();
        speaking.dedup();
        let words = words
            .chain(speaking.into_iter().map(|text| Word { text, role: Role::Key }))
            .chain(KEY.iter().map(|text| Word { text, role: Role::Key }))
            .chain(HARMLESS.iter().map(|text| Word { text, role: Role::Harmless }))
            .filter_map(|word| Some((word_hash(word.text.as_bytes())?, word)));
        let mut begins = vec![0; BITS / 64].into_boxed_slice();
        for (_, (_, shape)) in &prefixes {
            if let Some(bits) = prefix_bits(shape.prefix().as_bytes()) {
                begins[bits >> 6] |= 1 << (bits & 63);
            }
        }
        let addresses = Buckets::new(PREFIXES, addresses);
        Self {
            begins,
            addresses,
            prefixes: Buckets::new(PREFIXES, prefixes),
            words: Buckets::new(WORDS, words.collect()),
        }
    }

    /// Whether any shape's prefix may begin `text`: at almost no place, which is told by one bit.
    pub fn may_begin(&self, text: &[u8]) -> bool {
        prefix_bits(text).is_some_and(|bits| self.begins[bits >> 6] >> (bits & 63) & 1 == 1)
    }

    /// The shapes with whose prefix `text` may begin.
    pub fn beginning(&self, text: &[u8]) -> &[(&'static Kind, &'static Shape)] {
        prefix_hash(text).map_or(&[], |hash| self.prefixes.of(hash))
    }

    /// The addresses with a password as which `text` may begin.
    pub fn address(&self, text: &[u8]) -> &[(&'static Kind, &'static Shape)] {
        prefix_hash(text).map_or(&[], |hash| self.addresses.of(hash))
    }

    /// Calls `visit` with every word that begins within `range`, where it begins and where it ends.
    pub fn words<'i>(&'i self, text: &[u8], range: Range<usize>, mut visit: impl FnMut(usize, usize, &'i Word)) {
        for start in range {
            if !begins_word(text, start) {
                continue;
            }
            let Some(hash) = word_hash_at(text, start) else { continue };
            for word in self.words.of(hash) {
                if let Some(end) = spells(text, start, word.text.as_bytes()) {
                    visit(start, end, word);
                }
            }
        }
    }
}

/// Whether a shape is that of an address whose secret is the password: `http://<…>:(<…>)@`.
fn is_address(shape: &Shape) -> bool {
    let text = |index: usize| match shape.parts.get(index) {
        Some(Part::Text(text)) => &**text,
        _ => "",
    };
    let secret = usize::from(shape.secret.0);
    secret > 1 && text(0).contains("://") && text(secret - 1) == ":"
}

/// A word begins after what is no letter or digit, where small letters or digits are followed by a capital, and after an
/// escaped end of line.
fn begins_word(text: &[u8], at: usize) -> bool {
    let byte = text[at];
    if !byte.is_ascii_alphanumeric() {
        return false;
    }
    at.checked_sub(1).map(|before| text[before]).is_none_or(|before| {
        !before.is_ascii_alphanumeric()
            || !before.is_ascii_uppercase() && byte.is_ascii_uppercase()
            || b"nrt".contains(&before) && at.checked_sub(2).is_some_and(|escape| text[escape] == b'\\')
    })
}

/// Where `word` ends if it stands at `start`, in any case and with single separators in it.
fn spells(text: &[u8], start: usize, word: &[u8]) -> Option<usize> {
    let mut at = start;
    for (index, letter) in word.iter().enumerate() {
        let mut byte = *text.get(at)?;
        if index > 0 && matches!(byte, b'_' | b'-' | b'.' | b' ') {
            at += 1;
            byte = *text.get(at)?;
        }
        // Words are lower-case letters and digits, and of these only letters have another case.
        if byte != *letter && byte | 0x20 != *letter {
            return None;
        }
        at += 1;
    }
    let (last, next) = (text[at - 1], text.get(at).copied().unwrap_or(b' '));
    let ends = !next.is_ascii_alphabetic() || last.is_ascii_lowercase() && next.is_ascii_uppercase();
    let goes_on = || KEY.iter().chain(&["api", "access"]).any(|key| starts_with(&text[at..], key.as_bytes()));
    (ends || goes_on()).then_some(at)
}

fn starts_with(text: &[u8], word: &[u8]) -> bool {
    text.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word))
}

const PREFIXES: usize = 4096;
const BITS: usize = 1 << 16;

/// A hash of the first three characters.
fn prefix_bits(text: &[u8]) -> Option<usize> {
    let [a, b, c] = *text.first_chunk::<3>()?;
    let mixed = u32::from_le_bytes([a, b, c, 0]).wrapping_mul(0x9E37_79B1);
    Some((mixed >> 16) as usize)
}

fn prefix_hash(text: &[u8]) -> Option<usize> {
    prefix_bits(text).map(|bits| bits >> 4)
}

const WORDS: usize = 36 * 36;

fn word_hash(text: &[u8]) -> Option<usize> {
    let [a, b] = *text.first_chunk::<2>()?;
    let place = |byte: u8| match byte {
        b'0'..=b'9' => Some(usize::from(byte - b'0')),
        b'a'..=b'z' => Some(usize::from(byte - b'a') + 10),
        b'A'..=b'Z' => Some(usize::from(byte - b'A') + 10),
        _ => None,
    };
    Some(place(a)? * 36 + place(b)?)
}

/// As [`word_hash`], of a word whose first characters may be apart by a separator.
fn word_hash_at(text: &[u8], start: usize) -> Option<usize> {
    let first = text[start];
    let second = *text.get(start + 1)?;
    let second = if b"_-. ".contains(&second) { *text.get(start + 2)? } else { second };
    word_hash(&[first, second])
}

/// Values in groups, each found by its number.
struct Buckets<T> {
    /// Where each group begins. As small as can be, for it is asked at every word of a text.
    begins: Vec<u16>,
    values: Vec<T>,
}

impl<T> Buckets<T> {
    fn new(groups: usize, mut values: Vec<(usize, T)>) -> Self {
        values.sort_by_key(|(group, _)| *group);
        let begin = |group| values.partition_point(|(other, _)| *other < group);
        // More than 65,535 words or beginnings would need wider numbers: those beyond are not found, which tests show.
        let begins = (0..=groups).map(|group| u16::try_from(begin(group)).unwrap_or(u16::MAX)).collect();
        Self { begins, values: values.into_iter().map(|(_, value)| value).collect() }
    }

    fn of(&self, group: usize) -> &[T] {
        &self.values[usize::from(self.begins[group])..usize::from(self.begins[group + 1])]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, word: &str, expected: bool) {
        let text = text.as_bytes();
        let found = (0..text.len()).any(|at| begins_word(text, at) && spells(text, at, word.as_bytes()).is_some());
        assert_eq!(found, expected, "{word} in {}", String::from_utf8_lossy(text));
    }

    #[test]
    fn words_stand_in_names_of_every_style() {
        for name in [
            "NEWRELIC_KEY",
            "a\\nNEW_RELIC_KEY",
            "my2NewRelic",
            "NEW_RELIC_KEY",
            "new-relic",
            "newRelicKey",
            "myNewRelic",
            "newrelickey",
            "New Relic:",
        ] {
            check(name, "newrelic", true);
        }
        check("monkey", "key", false);
        check("keyboard", "key", false);
        check("renewrelic", "newrelic", false);
        check("striped", "stripe", false);
        check("stripe2", "stripe", true);
    }
}
