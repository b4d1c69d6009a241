//! `plimsoll db`: the advisory data, from building it to looking into it.

mod build;
mod delta;
mod diff;
mod export;
mod import;
mod keygen;
mod pull;
mod push;
mod search;
mod status;
mod update;
mod verify;

use std::io::Write;
use std::path::PathBuf;

use advisories::Library;

use crate::args::{Db, Place, Talk};
use crate::environment::{cache_folder, variable};
use crate::exit::Exit;
use crate::failure::Failure;

/// Runs one of them.
pub fn run(command: &Db, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    match command {
        Db::Build(args) => build::run(args, talk, out),
        Db::Update(args) => update::run(args, talk, out),
        Db::Status(args) => status::run(args, out),
        Db::Verify(args) => verify::run(args, out),
        Db::Search(args) => search::run(args, out),
        Db::Diff(args) => diff::run(args, out),
        Db::Export(args) => export::run(args, talk, out),
        Db::Import(args) => import::run(args, talk, out),
        Db::Delta(args) => delta::run(args, talk, out),
        Db::Push(args) => push::run(args, talk, out),
        Db::Pull(args) => pull::run(args, talk, out),
        Db::Keygen(args) => keygen::run(args, out),
    }
}

/// The folder that was named, or the user's.
pub fn folder(place: &Place) -> Result<PathBuf, Failure> {
    let named = place.db_dir.clone().or_else(|| cache_folder(&variable).map(|cache| cache.join("db")));
    named.ok_or_else(|| Failure::usage("no folder for advisory data is known").remedy("name one with --db-dir"))
}

/// The data in a folder that must be there.
fn library(folder: &std::path::Path) -> Result<Library, Failure> {
    let open = || {
        if Library::is_one(folder) { Library::open(folder).ok() } else { None }
    };
    open().ok_or_else(|| {
        Failure::new(Exit::NoAdvisories, anyhow::anyhow!("there is no advisory data in {}", folder.display()))
            .remedy("run plimsoll db update, or plimsoll db build --from a folder of advisories")
    })
}
