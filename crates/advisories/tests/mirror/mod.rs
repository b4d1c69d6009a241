//! A copy of OSV.dev's export beside the repository. Tests that need it are skipped, loudly, where there is none.

#![expect(clippy::print_stderr, reason = "a test says what it left out")]

use std::path::{Path, PathBuf};

/// The folder with the copy.
pub fn mirror() -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join("../shared/osv-mirror"))
        .find(|folder| folder.is_dir());
    if found.is_none() {
        eprintln!("skipped: no ../shared/osv-mirror beside the repository");
    }
    found
}
