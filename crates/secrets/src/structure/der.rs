//! DER (ITU-T X.690): tags, lengths and values, as far as keys and certificates need them. Nothing is copied.

/// Tags (X.680, section 8).
pub const INTEGER: u8 = 0x02;
pub const OCTETS: u8 = 0x04;
pub const OBJECT: u8 = 0x06;
pub const SEQUENCE: u8 = 0x30;

/// Values that follow each other.
#[derive(Clone, Copy, Debug)]
pub struct Der<'a>(pub &'a [u8]);

impl<'a> Der<'a> {
    /// The next value and its tag. None at the end, and where a value is longer than what is there.
    pub fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let (&tag, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            // Four bytes of length are 4 GB; none is a length that DER forbids.
            let (bytes, rest) =
                rest.split_at_checked(usize::from(first & 0x7F)).filter(|(bytes, _)| (1..=4).contains(&bytes.len()))?;
            (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
        };
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((tag, value))
    }

    /// The next value, if it has that tag.
    pub fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, value)| value)
    }

    /// The values in the next one, a sequence.
    pub fn sequence(&mut self) -> Option<Self> {
        self.take(SEQUENCE).map(Der)
    }
}

/// How many bits a number has.
pub fn bits(number: &[u8]) -> Option<u32> {
    let start = number.iter().position(|byte| *byte != 0)?;
    let digits = &number[start..];
    u32::try_from(digits.len()).ok()?.checked_mul(8)?.checked_sub(digits[0].leading_zeros())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_short_or_long() {
        let mut der = Der(&[0x02, 1, 5, 0x04, 0x81, 2, 7, 8, 0x05, 0]);
        assert_eq!(der.take(INTEGER), Some(&[5][..]));
        assert_eq!(der.take(OCTETS), Some(&[7, 8][..]));
        assert_eq!(der.next(), Some((5, &[][..])));
        assert_eq!(der.next(), None);
        for broken in [&[0x30, 5, 0][..], &[0x30, 0x85, 0, 0, 0, 0, 1, 0], &[0x30, 0x80], &[0x30]] {
            assert_eq!(Der(broken).next(), None);
        }
    }

    #[test]
    fn bits_are_counted_from_the_highest() {
        assert_eq!(bits(&[0, 0x80, 0]), Some(16));
        assert_eq!(bits(&[1]), Some(1));
        assert_eq!(bits(&[0, 0]), None);
    }
}
