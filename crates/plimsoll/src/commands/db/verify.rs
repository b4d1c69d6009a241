//! `plimsoll db verify`.

use std::fs;
use std::io::{ErrorKind, Write};

use advisories::signature::Trust;
use advisories::{Manifest, Shard, check, file_name};
use report::one_line;

use crate::args::VerifyArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Reads all of the data: every block of every shard, and the digest of every shard that the manifest lists. Where a key
/// is pinned, it must have signed the manifest.
pub fn run(args: &VerifyArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let folder = super::folder(&args.place)?;
    super::library(&folder)?;
    let failed = |error: std::io::Error| {
        Failure::new(Exit::NoAdvisories, error).when(format!("cannot read {}", folder.display()))
    };
    let manifest = Manifest::read(&folder).map_err(failed)?;
    let trust = Trust::new(args.keys.db_key.iter().copied());
    if trust.is_pinned() {
        let signed = trust.judge_folder(&folder).map_err(failed)?;
        signed.map_err(|error| {
            Failure::new(Exit::NoAdvisories, error)
                .when(format!("the data in {} is not to be trusted", folder.display()))
                .remedy("fetch it from whoever has the key, or pin the key of whoever signed it (--db-key)")
        })?;
    }
    let mut paths: Vec<_> =
        fs::read_dir(&folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(failed)?;
    paths.retain(|file| file.path().extension().is_some_and(|extension| extension == advisories::EXTENSION));
    paths.sort_by_key(fs::DirEntry::path);
    let (mut good, mut bad) = (0, 0);
    for file in &paths {
        let path = file.path();
        let checked = Shard::open(&path).and_then(|shard| {
            check(&shard)?;
            if file_name(&shard.about().shard) != file.file_name().to_string_lossy() {
                return Err(shard.broken(format!("it is the shard of {}", shard.about().shard)));
            }
            let Some(listed) = manifest.as_ref().and_then(|manifest| manifest.shard(&shard.about().shard)) else {
                return Ok("no manifest lists it");
            };
            if shard.digest() == listed.blake3 {
                Ok("whole, and as the manifest lists it")
            } else {
                // One that was fetched later than the manifest, or earlier: each shard stands for itself.
                Ok("whole, and not the one that the manifest lists")
            }
        });
        match checked {
            Ok(how) => {
                good += 1;
                written(writeln!(out, "good  {}: {how}", one_line(&file.file_name().to_string_lossy())))?;
            }
            Err(error) => {
                bad += 1;
                written(writeln!(out, "BAD   {}", one_line(&error.to_string())))?;
            }
        }
    }
    for table in manifest.iter().flat_map(|manifest| &manifest.tables) {
        let checked = match fs::read(folder.join(table.file())) {
            // One that was not fetched.
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => Err(error.to_string()),
            Ok(content) => table.check(&content),
        };
        match checked {
            Ok(()) => {
                good += 1;
                written(writeln!(out, "good  {}: whole, and as the manifest lists it", table.file()))?;
            }
            Err(why) => {
                bad += 1;
                written(writeln!(out, "BAD   {}: {}", table.file(), one_line(&why)))?;
            }
        }
    }
    written(writeln!(out, "\n{good} good, {bad} bad"))?;
    if bad == 0 {
        return Ok(Exit::Passed);
    }
    Err(Failure::new(Exit::NoAdvisories, anyhow::anyhow!("{bad} of the files are damaged"))
        .remedy("fetch or build them again: plimsoll db update, plimsoll db build"))
}
