//! Crates by the paths of their sources, which the compiler writes into a program for messages of panics: the folder of
//! a crate in Cargo's cache is named after it and its version (The Cargo Book, "Cargo Home").

use memchr::memmem;
use model::{Confidence, Presence};

use crate::listing::Listing;

/// Lists the crates whose paths are in the program.
pub(super) fn list(program: &[u8], listing: &mut Listing) {
    for mark in [b"registry/src/", b"registry\\src\\"] {
        for at in memmem::find_iter(program, mark) {
            // The registry's folder comes first.
            let folder = component(&program[at + mark.len()..]).and_then(|(_, rest)| component(rest));
            if let Some((name, version)) = folder.and_then(|(folder, _)| split(folder))
                && let Some(package) = listing.add(name, version, Presence::Installed)
            {
                package.confidence = Confidence::Low;
            }
        }
    }
}

/// A folder's name and what follows it.
fn component(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    const LONGEST: usize = 128;
    let end = memchr::memchr2(b'/', b'\\', &bytes[..bytes.len().min(LONGEST)])?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// `sha-1-0.10.0` is version 0.10.0 of `sha-1`.
fn split(folder: &[u8]) -> Option<(&str, &str)> {
    let folder = std::str::from_utf8(folder).ok()?;
    let (name, version) = folder
        .match_indices('-')
        .map(|(at, _)| (&folder[..at], &folder[at + 1..]))
        .find(|(_, rest)| is_version(rest))?;
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    (!name.is_empty() && name.chars().all(is_name)).then_some((name, version))
}

/// Whether a text is a semantic version: three numbers, and perhaps more.
fn is_version(text: &str) -> bool {
    let numbers = text.split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3
        && numbers.split('.').all(is_number)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'+'))
}
