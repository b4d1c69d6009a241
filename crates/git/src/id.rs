//! The names of objects: SHA-1 over what they hold.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

/// The name of an object.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Id(pub [u8; 20]);

impl Id {
    /// Reads forty hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Option<Self> {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        if text.len() != 40 {
            return None;
        }
        let mut id = [0; 20];
        for (byte, pair) in id.iter_mut().zip(text.as_chunks::<2>().0) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        Some(Self(id))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The first half is as random as all of it.
impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let first: [u8; 8] = std::array::from_fn(|index| self.0[index]);
        state.write_u64(u64::from_le_bytes(first));
    }
}

/// Hashes ids. One multiplication is enough since ids are hashes; the key is there because trees may name objects that
/// nobody has, by ids that were chosen to meet.
#[derive(Clone, Copy)]
pub struct Keyed(u64);

impl Default for Keyed {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0) | 1)
    }
}

impl BuildHasher for Keyed {
    type Hasher = Folded;

    fn build_hasher(&self) -> Folded {
        Folded { key: self.0, state: 0 }
    }
}

/// The hash of one id.
pub struct Folded {
    key: u64,
    state: u64,
}

impl Hasher for Folded {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "both halves are folded into one")]
    fn write_u64(&mut self, value: u64) {
        let product = u128::from(value ^ self.key ^ self.state) * u128::from(self.key.rotate_left(32) | 1);
        self.state = (product ^ (product >> 64)) as u64;
    }

    fn finish(&self) -> u64 {
        self.state
    }
}

/// A set of ids.
pub type Ids = HashSet<Id, Keyed>;
/// A map from ids.
pub type ById<T> = HashMap<Id, T, Keyed>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_forty_digits() {
        let text = "95d09f2b10159347eece71399a7e2e907ea3df4f";
        assert_eq!(Id::from_hex(text.as_bytes()).unwrap().to_string(), text);
        for wrong in ["", "95d0", &text[1..], &text.replace('5', "g"), &format!("{text}0")] {
            assert_eq!(Id::from_hex(wrong.as_bytes()), None, "{wrong}");
        }
    }

    #[test]
    fn ids_that_differ_after_the_first_half_are_different() {
        let (mut one, mut other) = ([7; 20], [7; 20]);
        (one[19], other[19]) = (1, 2);
        let ids: Ids = [Id(one), Id(other), Id(one)].into_iter().collect();
        assert_eq!(ids.len(), 2);
    }
}
