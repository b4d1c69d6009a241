//! What an attacker, a broken disk or a bad builder may hand to us. Whatever it is: no panic, no hang, no more cost than
//! the budget allows, and a gap or an error that says what, where and what to do.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may, and here their helpers as well"
)]

/// Archives on disk: `docker save`, OCI archives.
mod archive;
/// What costs too much: bombs, millions of entries, time.
mod bomb;
/// The builder of tars and images, and the visitor that writes down what it sees. No tests.
mod build;
/// Links, devices, whiteouts, duplicates: entries that are well formed and mean no good.
mod entry;
/// Folders that are read as if they were images.
#[cfg(unix)]
mod folder;
/// Tar headers and extended headers: sizes, names, checksums, records.
mod header;
/// Layouts in a folder: what their blobs and indexes may be.
#[cfg(unix)]
mod layout;
/// Archives that Go reads as well. Skipped where it is not installed.
mod peer;
/// Stored bytes of a layer: truncated, damaged, compressed in odd ways, of another digest.
mod stored;
/// Archives that flow past.
mod stream;
