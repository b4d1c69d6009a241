//! From a layer's stored bytes to its tar: which compression, decoding, and the checks that need the stored side.

use std::io::{self, BufReader, Chain, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Receiver, Sender};
use model::{Budget, Digest, GapKind};

use super::block::Block;
use super::verify::Verified;
use crate::Blob;
use crate::deadline::Timed;

/// What the stored bytes turned out to be.
#[derive(Debug)]
pub(crate) struct Decoded {
    /// Their digest; none when they were not read to the end.
    pub(crate) digest: Option<Digest>,
    /// Why they were not all decoded, or must not be trusted.
    pub(crate) fault: Option<Fault>,
}

/// Why a layer is not seen as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) kind: GapKind,
    pub(crate) detail: String,
}

impl Fault {
    pub(crate) fn new(kind: GapKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }
}

/// Decodes `blob` into blocks until it ends, breaks, costs too much, or nobody receives any more.
pub(crate) fn decode(blob: Blob<'_>, budget: &Budget, spent: &Receiver<Block>, out: &Sender<Block>) -> Decoded {
    let stored = Arc::new(AtomicU64::new(0));
    let reader = Timed::new(blob.reader, budget);
    let verified = Verified::new(reader, blob.expected.as_ref(), Arc::clone(&stored));
    let (outcome, verified) = run(verified, budget, &stored, spent, out);
    match outcome {
        Err(fault) => Decoded { digest: None, fault: Some(fault) },
        Ok(Stopped::NobodyListens) => Decoded { digest: None, fault: None },
        Ok(Stopped::AtTheEnd) => match verified.finish() {
            Err(error) => Decoded { digest: None, fault: Some(unreadable(&error, budget, &stored)) },
            Ok(digest) => {
                let fault = blob.expected.filter(|expected| *expected != digest).map(|expected| {
                    Fault::new(
                        GapKind::DigestMismatch,
                        format!("the stored bytes hash to {digest}, but the image names them {expected}: the blob was damaged or exchanged; fetch the image again from a place you trust"),
                    )
                });
                Decoded { digest: Some(digest), fault }
            }
        },
    }
}

enum Stopped {
    AtTheEnd,
    NobodyListens,
}

/// How many bytes tell a compression.
const MAGIC_BYTES: u64 = 6;

type Checked<'a> = Verified<Timed<Box<dyn Read + Send + 'a>>>;
type Stored<'a> = BufReader<Chain<Cursor<Vec<u8>>, Checked<'a>>>;

fn run<'a>(
    mut verified: Checked<'a>,
    budget: &Budget,
    stored: &AtomicU64,
    spent: &Receiver<Block>,
    out: &Sender<Block>,
) -> (Result<Stopped, Fault>, Checked<'a>) {
    // Pipes and sockets may hand out one byte at a time, so the first read need not tell.
    let mut head = Vec::new();
    let sniffed = verified.by_ref().take(MAGIC_BYTES).read_to_end(&mut head);
    let decoder = sniffed.map_err(|error| unreadable(&error, budget, stored)).and_then(|_| Decoder::sniff(&head));
    let mut input = BufReader::with_capacity(128 << 10, Cursor::new(head).chain(verified));
    let outcome = (|| {
        let mut decoder = decoder?.over(&mut input).map_err(|error| unreadable(&error, budget, stored))?;
        let mut decoded = 0;
        loop {
            let mut block = spent.try_recv().ok().filter(Block::has_room).unwrap_or_else(Block::new);
            if !block.fill(&mut *decoder).map_err(|error| unreadable(&error, budget, stored))? {
                return Ok(Stopped::AtTheEnd);
            }
            decoded += block.len() as u64;
            check_cost(budget, decoded, stored.load(Ordering::Relaxed))?;
            if out.send(block).is_err() {
                return Ok(Stopped::NobodyListens);
            }
        }
    })();
    (outcome, input.into_inner().into_inner().1)
}

fn check_cost(budget: &Budget, decoded: u64, stored: u64) -> Result<(), Fault> {
    let limit = |detail: String| Err(Fault::new(GapKind::LimitHit, detail));
    if decoded > budget.layer_bytes {
        return limit(format!(
            "the layer unpacks to more than {} bytes (stopped at stored byte {stored}); raise --max-layer-bytes if you trust the image",
            budget.layer_bytes
        ));
    }
    if decoded > Budget::RATIO_FREE_BYTES && decoded / stored.max(1) > budget.ratio {
        return limit(format!(
            "the layer unpacks to more than {} times its stored size (stopped at stored byte {stored}), as compression bombs do; raise --max-ratio if you trust the image",
            budget.ratio
        ));
    }
    if budget.expired() {
        return Err(timed_out(stored));
    }
    Ok(())
}

fn timed_out(stored: u64) -> Fault {
    Fault::new(GapKind::TimedOut, format!("the time was up at stored byte {stored}; raise --timeout"))
}

fn unreadable(error: &io::Error, budget: &Budget, stored: &AtomicU64) -> Fault {
    let stored = stored.load(Ordering::Relaxed);
    if budget.expired() {
        return timed_out(stored);
    }
    let kind = match error.kind() {
        // The only way in which the Zstandard library tells it.
        io::ErrorKind::Other if error.to_string().contains("too much memory") => {
            let detail = format!(
                "near stored byte {stored}, Zstandard wants more than {} MiB of memory; compress the layer again with a smaller window (zstd --long={WINDOW_LOG})",
                1 << (WINDOW_LOG - 20)
            );
            return Fault::new(GapKind::LimitHit, detail);
        }
        io::ErrorKind::InvalidData
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::UnexpectedEof
        | io::ErrorKind::Other => GapKind::Corrupt,
        _ => GapKind::Unavailable,
    };
    Fault::new(
        kind,
        format!("the stored bytes cannot be decoded near byte {stored}: {error}; fetch or build the image again"),
    )
}

/// The ways in which layers are stored. Told by their first bytes and not by the media type, which may be wrong.
enum Decoder {
    Plain,
    Gzip,
    Zstd,
}

impl Decoder {
    fn sniff(head: &[u8]) -> Result<Self, Fault> {
        match head {
            [0x1f, 0x8b, ..] => Ok(Self::Gzip),
            // A Zstandard frame, or one of its skippable frames (RFC 8878, section 3.1).
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Self::Zstd),
            [b'B', b'Z', b'h', ..] => Err(unsupported("bzip2")),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err(unsupported("xz")),
            _ => Ok(Self::Plain),
        }
    }

    fn over<'i, 'a: 'i>(self, input: &'i mut Stored<'a>) -> io::Result<Box<dyn Read + 'i>> {
        Ok(match self {
            Self::Plain => Box::new(input),
            Self::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(input)),
            Self::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(input)?;
                decoder.window_log_max(WINDOW_LOG)?;
                Box::new(decoder)
            }
        })
    }
}

/// 2^27 bytes is what Zstandard's own tool accepts unasked; more is memory that only an attacker wants.
const WINDOW_LOG: u32 = 27;

fn unsupported(compression: &str) -> Fault {
    let detail = format!(
        "the layer is compressed with {compression}, which no image format allows; build the image again with gzip or zstd"
    );
    Fault::new(GapKind::Unsupported, detail)
}
