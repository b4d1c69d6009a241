//! The listing of a layer: every entry, in the layer's order, each path as what differs from the one before.
//!
//! Kept with the facts, since laying layers over each other needs the names of files that nobody analyzed.

use image::layer::{Entry, EntryKind};
use serde::{Deserialize, Serialize};

/// A layer's listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tree {
    packed: Vec<u8>,
}

/// What an entry does to the filesystem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Node<'a> {
    File { size: u64 },
    Directory,
    Symlink { target: &'a [u8] },
    HardLink,
    Whiteout,
    Opaque,
    Other,
}

/// Packs a listing, entry by entry.
#[derive(Default)]
pub(crate) struct Builder {
    packed: Vec<u8>,
    last: Vec<u8>,
}

impl Builder {
    pub(crate) fn push(&mut self, entry: &Entry<'_>) {
        let path = entry.path.as_bytes();
        let shared = path.iter().zip(&self.last).take_while(|(a, b)| a == b).count();
        self.number(shared as u64);
        self.bytes(&path[shared..]);
        self.last.truncate(shared);
        self.last.extend_from_slice(&path[shared..]);
        let kind = match entry.kind {
            EntryKind::File => 0,
            EntryKind::Directory => 1,
            EntryKind::Symlink(_) => 2,
            EntryKind::HardLink(_) => 3,
            EntryKind::Whiteout => 4,
            EntryKind::Opaque => 5,
            EntryKind::Other => 6,
        };
        self.packed.push(kind);
        match entry.kind {
            EntryKind::File => self.number(entry.meta.size),
            EntryKind::Symlink(target) => self.bytes(target),
            _ => {}
        }
    }

    /// Bytes that the listing takes so far.
    pub(crate) fn size(&self) -> usize {
        self.packed.len()
    }

    pub(crate) fn finish(mut self) -> Tree {
        self.packed.shrink_to_fit();
        Tree { packed: self.packed }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.packed.extend_from_slice(bytes);
    }

    /// LEB128.
    fn number(&mut self, mut value: u64) {
        loop {
            let low = (value & 0x7f) as u8;
            value >>= 7;
            if value == 0 {
                return self.packed.push(low);
            }
            self.packed.push(low | 0x80);
        }
    }
}

impl Tree {
    /// Calls `visit` with every entry, in order. A listing that was damaged on disk ends early.
    pub(crate) fn each(&self, mut visit: impl FnMut(&[u8], Node<'_>)) {
        let mut rest = &*self.packed;
        let mut path = Vec::new();
        while !rest.is_empty() {
            if next(&mut rest, &mut path, &mut visit).is_none() {
                return;
            }
        }
    }
}

fn next(rest: &mut &[u8], path: &mut Vec<u8>, visit: &mut impl FnMut(&[u8], Node<'_>)) -> Option<()> {
    path.truncate(usize::try_from(number(rest)?).ok()?);
    path.extend_from_slice(bytes(rest)?);
    let (kind, after) = rest.split_first()?;
    *rest = after;
    let node = match kind {
        0 => Node::File { size: number(rest)? },
        1 => Node::Directory,
        2 => Node::Symlink { target: bytes(rest)? },
        3 => Node::HardLink,
        4 => Node::Whiteout,
        5 => Node::Opaque,
        6 => Node::Other,
        _ => return None,
    };
    visit(path, node);
    Some(())
}

fn bytes<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (bytes, after) = rest.split_at_checked(length)?;
    *rest = after;
    Some(bytes)
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{ImagePath, Meta};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked(names in proptest::collection::vec("[ab/.]{0,12}", 0..30), size in any::<u64>()) {
            let paths: Vec<ImagePath> = names.iter().map(|name| ImagePath::from(&**name)).collect();
            let mut builder = Builder::default();
            for path in &paths {
                builder.push(&Entry { path, kind: EntryKind::File, meta: Meta { size, mode: 0 } });
            }
            let mut seen = Vec::new();
            builder.finish().each(|path, node| { seen.push(path.to_vec()); assert_eq!(node, Node::File { size }); });
            let expected: Vec<_> = paths.iter().map(|path| path.as_bytes().to_vec()).collect();
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn damaged_listings_end_early(packed in proptest::collection::vec(any::<u8>(), 0..200)) {
            Tree { packed }.each(|_, _| {});
        }
    }
}
