//! Numbers and pages out of a slice, with every offset checked, and the one way in which that fails.

use model::{GapKind, Unreadable};

/// Why a part of a database could not be read. Made without allocating, since a hostile file has millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Broken {
    kind: GapKind,
    what: &'static str,
}

impl Broken {
    pub(super) const fn corrupt(what: &'static str) -> Self {
        Self { kind: GapKind::Corrupt, what }
    }

    pub(super) const fn unsupported(what: &'static str) -> Self {
        Self { kind: GapKind::Unsupported, what }
    }

    pub(super) const fn limit(what: &'static str) -> Self {
        Self { kind: GapKind::LimitHit, what }
    }

    /// As a gap's reason; `offset` is where in the file the broken part starts.
    pub(super) fn at(self, offset: usize) -> Unreadable {
        Unreadable { kind: self.kind, detail: format!("{} (at offset {offset})", self.what) }
    }
}

/// In which order a number's bytes are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Little,
    Big,
}

impl Order {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<usize> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        Some(usize::from(match self {
            Self::Little => u16::from_le_bytes(raw),
            Self::Big => u16::from_be_bytes(raw),
        }))
    }

    /// As an offset or a count: none on a machine whose addresses are shorter.
    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<usize> {
        let raw = *bytes.get(at..)?.first_chunk()?;
        usize::try_from(match self {
            Self::Little => u32::from_le_bytes(raw),
            Self::Big => u32::from_be_bytes(raw),
        })
        .ok()
    }
}

/// Which pages have been read: an honest database refers to each once, so a second time is a cycle or a lie.
pub(super) struct Seen(Vec<u64>);

impl Seen {
    pub(super) fn new(pages: usize) -> Self {
        Self(vec![0; pages / 64 + 1])
    }

    /// Whether this is the first time; false as well for a page that the file does not have.
    pub(super) fn first_time(&mut self, page: usize) -> bool {
        let Some(word) = self.0.get_mut(page / 64) else { return false };
        let bit = 1 << (page % 64);
        let first = *word & bit == 0;
        *word |= bit;
        first
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_the_slice_are_none() {
        let bytes = [1, 2, 3, 4, 5];
        assert_eq!(Order::Big.u32(&bytes, 1), Some(0x0203_0405));
        assert_eq!(Order::Little.u32(&bytes, 1), Some(0x0504_0302));
        assert_eq!(Order::Little.u16(&bytes, 3), Some(0x0504));
        for at in [2, 5, 6, usize::MAX] {
            assert_eq!(Order::Big.u32(&bytes, at), None, "{at}");
        }
        assert_eq!(Order::Big.u16(&bytes, 4), None);
    }

    #[test]
    fn a_page_is_new_once_and_a_missing_page_never() {
        let mut seen = Seen::new(3);
        assert!(seen.first_time(2));
        assert!(!seen.first_time(2));
        assert!(seen.first_time(3));
        assert!(!seen.first_time(usize::MAX));
    }
}
