//! Every limit on what an input may cost, in one place. A limit that is hit is a gap, never a crash.

use std::time::Instant;

/// How much work and memory hostile input may cause. The defaults let every honest image pass that we know of.
#[derive(Clone, Debug)]
pub struct Budget {
    /// Bytes of one layer after decompression.
    pub layer_bytes: u64,
    /// How many times larger than its compressed form a layer may grow, once it has passed [`Self::RATIO_FREE_BYTES`].
    /// Deflate reaches 1,032 for zeros; real layers stay below 60.
    pub ratio: u64,
    /// Entries (files, directories, links, whiteouts) of one layer.
    pub entries: u64,
    /// Bytes of one path.
    pub path_bytes: usize,
    /// Bytes of one file that is handed to an analyzer; a larger one that is wanted becomes a gap.
    pub file_bytes: u64,
    /// Bytes of files held in memory at once, over all threads. A file waits until there is room.
    pub memory_bytes: u64,
    /// Archives inside archives.
    pub nesting: u32,
    /// Bytes that one file may unfold to, over all archives inside it.
    pub nested_bytes: u64,
    /// Bytes of a manifest, an index, an image configuration or another registry document.
    pub document_bytes: u64,
    /// Facts and gaps from one file, and files that one package database speaks of.
    pub facts: usize,
    /// Bytes of memory for all that is learned of one image: facts, gaps, and the listing of its files.
    pub learned_bytes: usize,
    /// When to stop and report what has been seen so far.
    pub deadline: Option<Instant>,
}

impl Budget {
    /// Small layers may have any ratio: a few kilobytes of zeros harm nobody.
    pub const RATIO_FREE_BYTES: u64 = 256 << 20;

    /// Whether the time is up. Cheap enough to ask once per block of a layer.
    pub fn expired(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            layer_bytes: 128 << 30,
            ratio: 200,
            entries: 10_000_000,
            path_bytes: 4096,
            file_bytes: 96 << 20,
            memory_bytes: 96 << 20,
            nesting: 8,
            nested_bytes: 1 << 30,
            document_bytes: 16 << 20,
            facts: 1_000_000,
            learned_bytes: 256 << 20,
            deadline: None,
        }
    }
}
