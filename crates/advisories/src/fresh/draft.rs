//! A file in the making: under another name in the same folder, so that it appears by renaming, whole or not at all.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::check::{self, HEAD};
use super::checksum::{Sum, Summing};
use super::claim;
use super::wanted::Wanted;

/// A name next to `place` that nobody else has.
pub(super) fn name(place: &Path) -> PathBuf {
    // Machines that share the folder share process numbers too.
    let unique = RandomState::new().hash_one(std::process::id());
    let mut name = place.as_os_str().to_owned();
    name.push(format!(".{unique:016x}{SUFFIX}"));
    name.into()
}

const SUFFIX: &str = ".new";

/// A whole file that has passed every check. Removed where it is not kept.
pub(super) struct Draft {
    path: Passing,
    pub(super) sum: Sum,
}

/// The name of a file that does not outlive it.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // One that was kept has another name by now.
        let _ = fs::remove_file(&self.0);
    }
}

/// Why there is no draft.
pub(super) enum Flaw {
    /// The body broke off. Another try may give a whole one.
    BrokeOff(String),
    /// The body came too slowly.
    Late(String),
    /// The body is not what was asked for.
    Wrong(String),
    /// It cannot be written here, whoever sends it.
    Here(String),
}

impl Draft {
    /// Writes what `body` has for the file at `place`, of which the remote says that it is `length` bytes.
    pub(super) fn write(
        place: &Path,
        body: &mut dyn Read,
        length: Option<u64>,
        wanted: &Wanted,
        seen: &dyn Fn(u64),
    ) -> Result<Self, Flaw> {
        let path = Passing(name(place));
        let here = |error: io::Error| Flaw::Here(format!("cannot write {}: {error}", path.0.display()));
        if length.is_some_and(|length| length > wanted.most) {
            return Err(too_large(wanted));
        }
        let mut file = File::create_new(&path.0).map_err(here)?;
        let mut summing = Summing::for_checksum(wanted.checksum.as_ref());
        let (mut block, mut head) = (vec![0; 128 << 10], Vec::with_capacity(HEAD));
        loop {
            let bytes = match body.read(&mut block) {
                Ok(0) => break,
                Ok(read) => &block[..read],
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => {
                    let why = format!("it broke off after {} bytes: {error}", summing.length());
                    let late = error.kind() == ErrorKind::TimedOut;
                    return Err(if late { Flaw::Late(why) } else { Flaw::BrokeOff(why) });
                }
            };
            head.extend_from_slice(&bytes[..bytes.len().min(HEAD - head.len())]);
            summing.update(bytes);
            if summing.length() > wanted.most {
                return Err(too_large(wanted));
            }
            file.write_all(bytes).map_err(here)?;
            seen(summing.length());
        }
        let sum = summing.finish();
        if let Some(length) = length.filter(|length| *length != sum.length) {
            return Err(Flaw::BrokeOff(format!("it has {} bytes, and the source said {length}", sum.length)));
        }
        if check::is_page(&head) {
            return Err(Flaw::Wrong("it is a page for people; some network in between may want a login".into()));
        }
        if let Some(expected) = &wanted.checksum {
            let found = sum.like(expected);
            if found != *expected {
                return Err(Flaw::Wrong(format!("its checksum is {found}, and {expected} is wanted")));
            }
        }
        if let Some(check) = &wanted.check {
            check(&path.0).map_err(Flaw::Wrong)?;
        }
        // Else a machine that loses power might keep the new name without the bytes.
        file.sync_data().map_err(here)?;
        Ok(Self { path, sum })
    }

    /// Makes it the file at `place`.
    pub(super) fn keep(self, place: &Path) -> Result<(), String> {
        fs::rename(&self.path.0, place).map_err(|error| format!("cannot replace {}: {error}", place.display()))
    }
}

fn too_large(wanted: &Wanted) -> Flaw {
    Flaw::Wrong(format!("it is larger than the {} bytes that it may have", wanted.most))
}

/// Removes what processes left in `folder` that died a day ago or longer.
pub(super) fn sweep(folder: &Path, now: SystemTime) {
    const DEAD: Duration = Duration::from_hours(24);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let modified = entry.metadata().and_then(|metadata| metadata.modified());
        let age = modified.ok().and_then(|modified| now.duration_since(modified).ok());
        if age.is_some_and(|age| age > DEAD) && is_left_over(&entry.file_name()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Whether a name is one that is given here to what does not last.
pub(super) fn is_left_over(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let unique = name.strip_suffix(SUFFIX).and_then(|name| name.rsplit_once('.')).map(|(_, unique)| unique);
    let drafted = unique.is_some_and(|unique| unique.len() == 16 && unique.bytes().all(|b| b.is_ascii_hexdigit()));
    drafted || name.ends_with(claim::SUFFIX)
}
