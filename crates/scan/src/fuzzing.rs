//! A door for the fuzz targets: a layer's facts as the cache keeps them behind their checksum, and what is made of them.

use image::layer::{Entry, EntryKind};
use model::{Digest, Fact, Gap, Image, Inventory, Meta};

use crate::collect::LayerFacts;
use crate::{overlay, summary, tree};

/// Stored facts, and a listing of their files.
pub fn stored(facts: Vec<Fact>, gaps: Vec<Gap>) -> Vec<u8> {
    let mut listing = tree::Builder::default();
    for kind in [EntryKind::File, EntryKind::Symlink(b"b"), EntryKind::Whiteout, EntryKind::Opaque] {
        for fact in &facts {
            listing.push(&Entry { path: &fact.place.path, kind, meta: Meta { size: 1, mode: 0 } });
        }
    }
    let digest = Some(Digest::sha256(b""));
    let layer = LayerFacts { digest, facts, gaps, tree: listing.finish(), ..LayerFacts::default() };
    postcard::to_stdvec(&layer).unwrap_or_default()
}

/// Reads them, and lays them over themselves.
pub fn read(stored: &[u8]) -> Option<Inventory> {
    let layer: LayerFacts = postcard::from_bytes(stored).ok()?;
    let layers = [layer.clone(), layer];
    let inventory = overlay::overlay(&layers, Vec::new());
    let _ = summary::summaries(&Image::default(), &layers, &inventory);
    Some(inventory)
}
