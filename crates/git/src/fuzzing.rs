//! A door for the fuzz targets: to the readers of single objects.

use crate::commit::{Commit, Links, tagged};
use crate::tree::entries;
use crate::{Id, layout};

/// Reads `object` as everything that it may be. How many entries it has as a tree.
pub fn object(object: &[u8]) -> usize {
    let commit = Commit::read(Id([0; 20]), object);
    assert!(commit.date.is_none_or(|date| date.len() >= 20), "a date is as long as RFC 3339 has it");
    let _ = (Links::read(object), tagged(object));
    entries(object).flatten().count()
}

/// Reads a file that says where the repository is.
pub fn pointer(text: &[u8]) -> Option<std::path::PathBuf> {
    layout::path(text)
}
