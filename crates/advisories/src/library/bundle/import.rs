//! Reads bundles and deltas into a folder.

use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;

use super::seal::Sealed;
use super::staging::{Staging, Watch};
use super::{BundleError, HEAD, Head, MANIFEST, MAX_BYTES, MAX_DATA, MAX_SHARD, Member, PATCHED, WINDOW};
use super::{delta, digest, tar};
use crate::library::check;
use crate::library::manifest::{Listed, Manifest};
use crate::library::signature::{self, SIGNATURE, Signed, Trust};
use crate::shard::Shard;

const BUFFER: usize = 64 << 10;

/// What was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// Shards that are new or changed.
    pub shards: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Shards that the list names.
    pub listed: usize,
    /// Files of shards that are gone.
    pub gone: Vec<String>,
    /// Files of shards that a delta would have changed, and that were not here.
    pub absent: Vec<String>,
    /// It was a delta.
    pub delta: bool,
    /// Who signed it.
    pub signed: Signed,
    /// When the newest advisory in the bundle was changed.
    pub newest: Option<String>,
    /// When the newest one was changed that had been here.
    pub before: Option<String>,
}

/// Reads a bundle into `folder`, or a delta. Until all of it was checked the folder stays as it is, and older data does
/// not replace newer.
pub fn import(source: &mut dyn Read, folder: &Path, trust: &Trust) -> Result<Imported, BundleError> {
    watched(source, folder, trust, false, &mut || Ok(()))
}

/// The same, and older data may replace newer: for whoever wants it back.
pub fn import_of_any_age(source: &mut dyn Read, folder: &Path, trust: &Trust) -> Result<Imported, BundleError> {
    watched(source, folder, trust, true, &mut || Ok(()))
}

/// The same, and `watch` is told before each change of the folder.
pub(super) fn watched(
    source: &mut dyn Read,
    folder: &Path,
    trust: &Trust,
    of_any_age: bool,
    watch: Watch<'_>,
) -> Result<Imported, BundleError> {
    let mut decoder = zstd::Decoder::with_buffer(Sealed::new(source)).map_err(broken)?.single_frame();
    decoder.window_log_max(WINDOW).map_err(broken)?;
    let mut archive = tar::Reader::new(decoder);

    let head = Head::parse(&small(&mut archive, HEAD, MAX_BYTES as u64)?)?;
    let mut members = head.members.iter().peekable();
    let mut named = |archive: &mut tar::Reader<_>, name: &str, most: u64| {
        members.next_if(|member| member.file == name).map(|member| {
            let content = small(archive, name, most)?;
            if *member == Member::of(name, &content) { Ok(content) } else { Err(unlike(name)) }
        })
    };
    let list = named(&mut archive, MANIFEST, MAX_BYTES as u64);
    let list = list.unwrap_or_else(|| Err(BundleError::Refused(format!("it has no {MANIFEST}"))))?;
    let signature = named(&mut archive, SIGNATURE, signature::MAX_BYTES).transpose()?;
    let signed = trust.judge(&list, signature.as_deref())?;
    let manifest = Manifest::parse(&list).map_err(|error| BundleError::Refused(error.to_string()))?;
    let mut tables = Vec::new();
    for table in &manifest.tables {
        let file = table.file();
        if let Some(content) = named(&mut archive, &file, table.bytes).transpose()? {
            table.check(&content).map_err(|why| BundleError::Refused(format!("{file}: {why}")))?;
            tables.push((file, content));
        }
    }
    let plan = plan(members, &manifest, head.base.is_some())?;
    if let Some(base) = &head.base {
        starts_from(base, &list, folder)?;
    }

    let mut staging = Staging::new(folder, watch)?;
    // Nobody else imports anything from here on.
    let here = Manifest::read(folder).ok().flatten();
    if let Some(here) = here.as_ref().filter(|_| !of_any_age) {
        manifest.check_not_older(here)?;
    }
    for (file, content) in tables {
        let mut waiting = staging.begin(&file)?;
        waiting.write(&content)?;
        waiting.end()?;
        staging.keep(&file);
    }
    let (mut bytes, mut absent, mut shards) = (0, Vec::new(), 0);
    for (member, listed) in plan {
        next(&mut archive, &member.file, member.bytes)?;
        let mut content = Hashing { source: &mut archive, hasher: blake3::Hasher::new() };
        let taken = match &member.from {
            None => {
                stage(&mut content, listed, &mut staging)?;
                true
            }
            Some(from) => patch(&mut content, from, listed, folder, &mut staging, &mut absent)?,
        };
        if content.hasher.finalize().to_hex().as_str() != member.blake3 {
            return Err(unlike(&member.file));
        }
        if taken {
            shards += 1;
            bytes += listed.bytes;
        }
    }
    if archive.next().map_err(broken)?.is_some() {
        return Err(BundleError::Refused("it has a file that its head does not name".into()));
    }
    if !archive.into_inner().finish().is_whole().map_err(broken)? {
        return Err(BundleError::Refused("its seal does not fit: it was changed or cut off".into()));
    }
    let gone = staging.publish(&list, &manifest, signature.as_deref())?;
    Ok(Imported {
        shards,
        bytes,
        listed: manifest.shards.len(),
        gone,
        absent,
        delta: head.base.is_some(),
        signed,
        newest: manifest.newest().map(str::to_owned),
        before: here.as_ref().and_then(Manifest::newest).map(str::to_owned),
    })
}

/// Which file is which of the listed shards, in the order of both.
pub(super) fn plan<'a>(
    members: impl Iterator<Item = &'a Member>,
    manifest: &'a Manifest,
    delta: bool,
) -> Result<Vec<(&'a Member, &'a Listed)>, BundleError> {
    let mut list = manifest.shards.iter();
    let (mut plan, mut all) = (Vec::new(), 0u64);
    for member in members {
        let refused = |why: &str| BundleError::Refused(format!("{} {why}", member.file.escape_debug()));
        let patched = delta && member.from.is_some();
        let file = if patched { member.file.strip_suffix(PATCHED) } else { Some(&*member.file) };
        let listed = file.and_then(|file| list.find(|listed| listed.file == file));
        let listed = listed.ok_or_else(|| refused("is no file that the list of shards names there"))?;
        all = all.saturating_add(listed.bytes);
        // A patch of what nothing is left of is a little longer than the shard.
        let most = if patched { listed.bytes.saturating_add(1 << 20) } else { listed.bytes };
        if listed.bytes > MAX_SHARD || all > MAX_DATA || member.bytes > most {
            return Err(refused("is too large"));
        }
        if !patched && (member.from.is_some() || (member.bytes, &member.blake3) != (listed.bytes, &listed.blake3)) {
            return Err(refused("is not what the list of shards says"));
        }
        plan.push((member, listed));
    }
    Ok(plan)
}

/// Whether the folder has the data that a delta starts from, or got a part of what it leads to.
fn starts_from(base: &super::Base, list: &[u8], folder: &Path) -> Result<(), BundleError> {
    let place = folder.display();
    let found = match std::fs::read(folder.join(MANIFEST)) {
        Ok(here) => {
            let here = digest(&here);
            if here == base.blake3 || here == digest(list) {
                return Ok(());
            }
            format!("{place} has that with {here}")
        }
        Err(error) if error.kind() == ErrorKind::NotFound => format!("{place} has no {MANIFEST}"),
        Err(error) => return Err(BundleError::io(folder)(error)),
    };
    let day = base.newest.as_deref().and_then(|time| time.split('T').next()).unwrap_or("an unknown day");
    let (day, digest) = (day.escape_debug(), base.blake3.escape_debug());
    let needed = format!("the data of {day} whose {MANIFEST} has the BLAKE3 digest {digest}");
    Err(BundleError::WrongBase { needed, found })
}

/// Makes a shard of the one that is here. False where there is nothing to do.
fn patch(
    content: &mut dyn Read,
    from: &str,
    listed: &Listed,
    folder: &Path,
    staging: &mut Staging<'_>,
    absent: &mut Vec<String>,
) -> Result<bool, BundleError> {
    let path = folder.join(&listed.file);
    let old = if std::fs::exists(&path).map_err(BundleError::io(&path))? {
        let unfit = |detail| BundleError::Unfit { folder: folder.display().to_string(), detail };
        let old = Shard::open(&path).map_err(|error| unfit(error.to_string()))?;
        match old.digest() {
            digest if digest == from => Some(old),
            digest if digest == listed.blake3 => None,
            other => {
                let needed = format!("a {} with the BLAKE3 digest {}", listed.file, from.escape_debug());
                return Err(BundleError::WrongBase { needed, found: format!("the one here has {other}") });
            }
        }
    } else {
        absent.push(listed.file.clone());
        None
    };
    let mut content = BufReader::with_capacity(BUFFER, content);
    let Some(old) = old else {
        io::copy(&mut content, &mut io::sink()).map_err(broken)?;
        return Ok(false);
    };
    let mut new = delta::apply(&old, &mut content, listed.bytes).map_err(broken)?;
    stage(&mut new, listed, staging)?;
    drop(new);
    match content.fill_buf().map_err(broken)? {
        [] => Ok(true),
        _ => Err(BundleError::Refused(format!("something follows what changed in {}", listed.file))),
    }
}

/// Writes a shard where it waits, and checks it.
pub(super) fn stage(content: &mut dyn Read, listed: &Listed, staging: &mut Staging<'_>) -> Result<(), BundleError> {
    let mut waiting = staging.begin(&listed.file)?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; BUFFER];
    let mut left = listed.bytes;
    loop {
        let read = match content.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(broken(error)),
        };
        left = left.checked_sub(read as u64).ok_or_else(|| unlike(&listed.file))?;
        hasher.update(&buffer[..read]);
        waiting.write(&buffer[..read])?;
    }
    if left > 0 || hasher.finalize().to_hex().as_str() != listed.blake3 {
        return Err(unlike(&listed.file));
    }
    waiting.end()?;
    let unusable = |detail: &str| BundleError::Refused(format!("{}: {detail}", listed.file));
    let shard = Shard::open(&staging.path(&listed.file)).map_err(|error| unusable(&error.detail))?;
    if *shard.about() != listed.about {
        return Err(unusable("it is about something else than the list of shards says"));
    }
    check(&shard).map_err(|error| unusable(&error.detail))?;
    staging.keep(&listed.file);
    Ok(())
}

/// Goes to the next file, which must be this one.
fn next<R: Read>(archive: &mut tar::Reader<R>, name: &str, size: u64) -> Result<(), BundleError> {
    match archive.next().map_err(broken)? {
        Some((found, length)) if found == name && length == size => Ok(()),
        _ => Err(BundleError::Refused(format!("{} does not come where its head says", name.escape_debug()))),
    }
}

/// Reads the next file, which must have this name and not be longer than `most`.
fn small<R: Read>(archive: &mut tar::Reader<R>, name: &str, most: u64) -> Result<Vec<u8>, BundleError> {
    match archive.next().map_err(broken)? {
        Some((found, _)) if found != name => Err(BundleError::Refused(format!("it has no {name} where one must be"))),
        None => Err(BundleError::Refused(format!("it has no {name}"))),
        Some((_, size)) if size > most => Err(BundleError::Refused(format!("{name} is too large"))),
        Some(_) => {
            let mut content = Vec::new();
            archive.read_to_end(&mut content).map_err(broken)?;
            Ok(content)
        }
    }
}

/// The bundle cannot be read.
#[expect(clippy::needless_pass_by_value, reason = "this is what errors are mapped with")]
fn broken(error: io::Error) -> BundleError {
    BundleError::Refused(match error.kind() {
        ErrorKind::UnexpectedEof => "it is cut off".into(),
        ErrorKind::InvalidData => error.to_string(),
        _ => format!("it cannot be read: {error}"),
    })
}

fn unlike(file: &str) -> BundleError {
    BundleError::Refused(format!("{} does not have the size and the digest that it should have", file.escape_debug()))
}

/// Hashes what is read.
struct Hashing<'a, R> {
    source: &'a mut R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}
