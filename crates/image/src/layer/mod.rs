//! One layer: its stored bytes are hashed and decoded on one thread and walked on another, over a bounded channel.

mod block;
mod decode;
mod feed;
mod room;
mod verify;
mod walk;

use crossbeam_channel::bounded;
use model::{Budget, Digest, GapKind, ImagePath};

use crate::Blob;

use decode::{Decoded, Fault};
use feed::Feed;
pub use room::Room;
pub use walk::{Entry, EntryKind, Interest, Visitor, Walked, too_large};

/// Blocks under way between the two threads. Enough that neither waits for the other's hiccups.
const BLOCKS: usize = 4;

/// What a layer turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LayerRead {
    /// Digest of the stored bytes, computed from all of them. None when they could not be read to the end, or when the
    /// layer was not understood as a whole: then nobody may keep facts under its name.
    pub digest: Option<Digest>,
    /// Bytes of the tar.
    pub bytes: u64,
    /// What the tar held.
    pub walked: Walked,
}

/// Shows every entry of the layer in `blob` to `visitor`. Whatever is wrong with it becomes a gap.
pub fn read(blob: Blob<'_>, budget: &Budget, room: &Room, visitor: &mut dyn Visitor) -> LayerRead {
    let (blocks, incoming) = bounded(BLOCKS);
    let (spent, reusable) = bounded(BLOCKS + 2);
    std::thread::scope(|scope| {
        let decoder = scope.spawn(move || decode::decode(blob, budget, &reusable, &blocks));
        let mut feed = Feed::new(incoming, spent, room);
        let mut walked = Walked::default();
        let outcome = walk::walk(&mut feed, budget, visitor, &mut walked);
        if outcome.as_ref().is_err_and(|fault| fault.kind == GapKind::LimitHit) {
            // Enough is enough: the decoder stops when nobody listens.
            let bytes = feed.offset();
            drop(feed);
            let _ = decoder.join();
            report(visitor, outcome.err());
            return LayerRead { digest: None, bytes, walked };
        }
        feed.drain();
        let bytes = feed.offset();
        let decoded = decoder.join().unwrap_or_else(|_| Decoded {
            digest: None,
            fault: Some(Fault::new(GapKind::Internal, "the decoder broke down; please report this as a bug")),
        });
        let trusted = decoded.fault.is_none() && outcome.is_ok();
        // When the bytes broke off, the end of the tar is a consequence and not news.
        report(visitor, decoded.fault.or(outcome.err()));
        LayerRead { digest: decoded.digest.filter(|_| trusted), bytes, walked }
    })
}

fn report(visitor: &mut dyn Visitor, fault: Option<Fault>) {
    if let Some(fault) = fault {
        visitor.gap(&ImagePath::default(), fault.kind, fault.detail);
    }
}
