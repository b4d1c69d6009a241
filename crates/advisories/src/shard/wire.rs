//! Numbers and texts as bytes: what every part of a shard is made of.
//!
//! A number is a LEB128 of at most ten bytes; a text is its length in bytes and UTF-8. [`Wire`] reads them from bytes
//! that somebody may have made to do harm: it never panics, and what is not there is `None`.

/// Appends a number.
pub(super) fn put_number(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(0x80 | number.to_le_bytes()[0]);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

/// Appends a text.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    put_number(out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
}

/// Appends a list of texts.
pub(super) fn put_texts(out: &mut Vec<u8>, texts: &[String]) {
    put_number(out, texts.len() as u64);
    for text in texts {
        put_text(out, text);
    }
}

/// Bytes that are read from the front.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wire<'a>(&'a [u8]);

impl<'a> Wire<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn index(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    /// As many bytes as the number before them says.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A list of texts. Memory grows only with what is there.
    pub(super) fn texts(&mut self) -> Option<Vec<String>> {
        let count = self.number()?;
        (0..count).map(|_| self.text().map(str::to_owned)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_length_beyond_the_end_is_no_text() {
        let mut out = Vec::new();
        put_number(&mut out, u64::MAX);
        out.push(b'a');
        assert_eq!(Wire::new(&out).number(), Some(u64::MAX));
        assert_eq!(Wire::new(&out).text(), None);
        assert_eq!(Wire::new(&out).texts(), None);
        assert_eq!(Wire::new(&[0x80; 11]).number(), None);
        assert_eq!(Wire::new(&[1, 0xff]).text(), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(numbers: Vec<u64>, texts: Vec<String>) {
            let mut out = Vec::new();
            for number in &numbers {
                put_number(&mut out, *number);
            }
            put_texts(&mut out, &texts);
            let mut wire = Wire::new(&out);
            for number in &numbers {
                prop_assert_eq!(wire.number(), Some(*number));
            }
            prop_assert_eq!(wire.texts(), Some(texts));
            prop_assert!(wire.is_empty());
        }
    }
}
