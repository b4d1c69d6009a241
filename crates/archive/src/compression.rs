//! Compressed bytes: gzip (RFC 1952), Zstandard (RFC 8878), xz (The .xz File Format 1.2.1) and bzip2, told by their
//! first bytes.

use std::io::{self, Read};

/// How bytes are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Compression {
    Gzip,
    Zstd,
    Xz,
    Bzip2,
}

/// Memory for the window of a decoder: what `xz -9` and Arch's packages need, and less than an attacker asks for.
const WINDOW_LOG: u32 = 26;

impl Compression {
    /// By the first bytes; none where nothing says that they are compressed.
    pub(crate) fn sniff(content: &[u8]) -> Option<Self> {
        match content {
            [0x1f, 0x8b, 8, ..] => Some(Self::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Some(Self::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            [b'B', b'Z', b'h', b'1'..=b'9', ..] => Some(Self::Bzip2),
            _ => None,
        }
    }

    /// The bytes as they were. Several compressed pieces after each other are one, as all the tools have it. The window takes
    /// no more than `room`.
    pub(crate) fn decoder(self, content: &[u8], room: u64) -> io::Result<Box<dyn Read + '_>> {
        /// What xz's decoder has besides its window.
        const OVERHEAD_KIB: u32 = 1 << 10;
        let window_log = room.max(1 << 10).ilog2().min(WINDOW_LOG);
        Ok(match self {
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(content)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(content)?;
                decoder.window_log_max(window_log)?;
                Box::new(decoder)
            }
            Self::Xz => {
                let most = (1 << (window_log - 10)) + OVERHEAD_KIB;
                Box::new(lzma_rust2::XzReader::new_mem_limit(content, true, most))
            }
            Self::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(content)),
        })
    }
}
