//! Takes a folder's data over from a place that has it as files: the list, its signature, and the shards that are not here
//! already. What holds for a bundle holds here: all of it is checked before the first file appears.

use std::io::Read;
use std::path::Path;

use super::import::{Imported, plan, stage};
use super::staging::Staging;
use super::{BundleError, MANIFEST, MAX_BYTES, Member};
use crate::fresh::{Answer, Remote};
use crate::library::manifest::{Listed, Manifest};
use crate::library::signature::{self, SIGNATURE, Trust};
use crate::shard::Shard;

/// Brings `folder` to the data at `remote`, or to as much of it as is there. Older data replaces newer only where it may be
/// `of_any_age`. `progress` is told what is fetched.
pub fn pull(
    remote: &dyn Remote,
    folder: &Path,
    trust: &Trust,
    of_any_age: bool,
    progress: &dyn Fn(&str),
) -> Result<Imported, BundleError> {
    let missing = || BundleError::Refused(format!("there is no {MANIFEST}"));
    let list = small(remote, MANIFEST, MAX_BYTES as u64)?.ok_or_else(missing)?;
    let signature = small(remote, SIGNATURE, signature::MAX_BYTES)?;
    let signed = trust.judge(&list, signature.as_deref())?;
    let manifest = Manifest::parse(&list).map_err(|error| BundleError::Refused(error.to_string()))?;
    let members: Vec<Member> = manifest.shards.iter().map(member).collect();
    let plan = plan(members.iter(), &manifest, false)?;
    let mut nothing = || Ok(());
    let mut staging = Staging::new(folder, &mut nothing)?;
    // Nobody else imports anything from here on.
    let here = Manifest::read(folder).ok().flatten();
    if let Some(here) = here.as_ref().filter(|_| !of_any_age) {
        manifest.check_not_older(here)?;
    }
    for table in &manifest.tables {
        let file = table.file();
        let Some(content) = small(remote, &file, table.bytes)? else { continue };
        table.check(&content).map_err(|why| BundleError::Refused(format!("{file}: {why}")))?;
        let mut waiting = staging.begin(&file)?;
        waiting.write(&content)?;
        waiting.end()?;
        staging.keep(&file);
    }
    let (mut bytes, mut shards, mut any) = (0, 0, false);
    for (_, listed) in plan {
        if is_here(folder, listed) {
            any = true;
            continue;
        }
        progress(&listed.file);
        // Whoever pushed it had only some of the shards.
        let Some((mut content, _)) = open(remote, &listed.file, listed.bytes)? else { continue };
        stage(&mut content, listed, &mut staging)?;
        any = true;
        shards += 1;
        bytes += listed.bytes;
    }
    if !any {
        return Err(BundleError::Refused("it has none of the shards that its list names".into()));
    }
    let gone = staging.publish(&list, &manifest, signature.as_deref())?;
    Ok(Imported {
        shards,
        bytes,
        listed: manifest.shards.len(),
        gone,
        absent: Vec::new(),
        delta: false,
        signed,
        newest: manifest.newest().map(str::to_owned),
        before: here.as_ref().and_then(Manifest::newest).map(str::to_owned),
    })
}

fn member(listed: &Listed) -> Member {
    Member { file: listed.file.clone(), bytes: listed.bytes, blake3: listed.blake3.clone(), from: None }
}

/// Whether the folder has the very file that is listed.
fn is_here(folder: &Path, listed: &Listed) -> bool {
    let shard = Shard::open(&folder.join(&listed.file));
    shard.is_ok_and(|shard| shard.size() == listed.bytes && shard.digest() == listed.blake3)
}

/// The bytes of a file that may have `most`, and how many there are by the remote's word.
fn open(remote: &dyn Remote, file: &str, most: u64) -> Result<Option<(impl Read, Option<u64>)>, BundleError> {
    let (body, length) = match remote.get(file, None) {
        Ok(Answer::New { body, length, .. }) => (body, length),
        Ok(Answer::Missing) => return Ok(None),
        Ok(Answer::Same) => return Err(BundleError::Unreachable(format!("it knows our {file}, and was not asked"))),
        Err(trouble) => return Err(BundleError::Unreachable(format!("{file}: {trouble}"))),
    };
    if length.is_some_and(|length| length > most) {
        return Err(BundleError::Refused(format!("{file} is larger than the {most} bytes that it may have")));
    }
    Ok(Some((body.take(most.saturating_add(1)), length)))
}

/// A file that nobody makes large.
fn small(remote: &dyn Remote, file: &str, most: u64) -> Result<Option<Vec<u8>>, BundleError> {
    let Some((mut body, length)) = open(remote, file, most)? else { return Ok(None) };
    let mut content = Vec::new();
    let broke_off = |error| BundleError::Unreachable(format!("{file}: {error}"));
    body.read_to_end(&mut content).map_err(broke_off)?;
    let read = content.len() as u64;
    if read > most || length.is_some_and(|length| length != read) {
        return Err(BundleError::Refused(format!("{file} is not as long as it should be")));
    }
    Ok(Some(content))
}
