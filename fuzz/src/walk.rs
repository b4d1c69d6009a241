//! Walks a layer and checks what a visitor may rely on.

use image::Blob;
use image::layer::{self, Entry, EntryKind, Interest, LayerRead, Room, Visitor};
use model::{Budget, Digest, GapKind, ImagePath};

use crate::{analysis, memory};

/// Blocks on their way and the largest file, with some room around them.
const MEMORY: usize = 24 << 20;

/// Reads the stored bytes of a layer, and wants of its files what `interest` says: nothing, the head or the whole.
pub fn layer(stored: &[u8], interest: u8) {
    let budget = analysis::budget();
    let mut seen = Seen { interest, budget: &budget, asked: 0, broken: false, gaps: 0, entries: 0 };
    let expected = Digest::sha256(stored);
    let room = Room::new(budget.memory_bytes);
    let blob = Blob { reader: Box::new(stored), expected: Some(expected) };
    let LayerRead { digest, bytes, walked } = memory::within(MEMORY, || layer::read(blob, &budget, &room, &mut seen));
    // Only a layer that was read and understood as a whole has a name under which facts may be kept.
    match digest {
        Some(digest) => assert!(digest == expected && !seen.broken),
        None => assert!(seen.gaps > 0, "nobody was told what is wrong"),
    }
    // The decoder may be a few blocks ahead of the walk.
    assert!(bytes <= budget.layer_bytes + (2 << 20), "{bytes} bytes");
    assert!(walked.entries <= budget.entries + 1 && walked.files <= walked.entries && seen.entries <= walked.entries);
}

/// Bytes that are asked for of some files.
const FIRST: u64 = 700;

struct Seen<'a> {
    interest: u8,
    budget: &'a Budget,
    asked: u32,
    /// Whether something is wrong with the layer that cannot be wrong with one entry.
    broken: bool,
    gaps: u32,
    entries: u64,
}

impl Visitor for Seen<'_> {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        check(entry.path);
        if let EntryKind::HardLink(target) = entry.kind {
            check(target);
        }
        self.entries += 1;
        self.asked += 1;
        match self.interest % 4 {
            0 => Interest::None,
            1 => Interest::Head,
            2 => Interest::Whole,
            _ => [Interest::None, Interest::Head, Interest::Whole][self.asked as usize % 3],
        }
    }

    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> Interest {
        assert!(head.len() as u64 <= entry.meta.size && head.len() <= model::Key::HEAD_BYTES);
        match head.first().map_or(0, |byte| byte % 3) {
            0 => Interest::None,
            1 => Interest::First(FIRST),
            _ => Interest::Whole,
        }
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        assert_eq!(entry.kind, EntryKind::File);
        let length = content.len() as u64;
        assert!(length == entry.meta.size || length == FIRST.min(entry.meta.size));
        assert!(length <= self.budget.file_bytes);
    }

    fn gap(&mut self, _: &ImagePath, kind: GapKind, detail: String) {
        assert!(kind != GapKind::Internal, "{detail}");
        assert!(detail.len() < 4096 && !detail.contains(char::is_control), "{detail:?}");
        self.gaps += 1;
        // Others may be about an entry whose path is empty.
        self.broken |= matches!(kind, GapKind::DigestMismatch | GapKind::Unavailable | GapKind::TimedOut);
    }
}

/// Clean, so that it cannot leave the image.
fn check(path: &ImagePath) {
    let bytes = path.as_bytes();
    assert!(bytes.is_empty() || bytes.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b"..")));
}
