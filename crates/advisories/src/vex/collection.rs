//! VEX documents where the user says that they are: a file, a folder of files, a repository.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use model::Report;

use super::repository::Repository;
use super::{MOST_BYTES, Reading, Refusal, Statement, Unread, apply};

/// Folders inside folders that are looked into.
const DEPTH: usize = 8;
/// Files of one folder that are read.
const MOST_FILES: usize = 10_000;
/// Refusals of all files that are kept one by one.
const MOST_REFUSALS: usize = 10_000;

/// All that the user names.
#[derive(Debug, Default)]
pub struct Collection {
    statements: Vec<Statement>,
    repositories: Vec<Repository>,
    refusals: Vec<Refusal>,
    more_refusals: u64,
    trusts_repositories: bool,
}

impl Collection {
    /// Reads what is there. Files that the user names, and those in folders that he names, are trusted; documents of a
    /// repository came from elsewhere, and are trusted only with `trust_repositories`.
    pub fn open(paths: &[PathBuf], trust_repositories: bool) -> Result<Self, Unread> {
        let mut collection = Self { trusts_repositories: trust_repositories, ..Self::default() };
        for path in paths {
            if !path.is_dir() {
                collection.add(super::read(&bytes(path)?, &path.display().to_string(), true)?);
            } else if let Some(repository) = Repository::open(path) {
                let mut repository = repository?;
                collection.refusals.append(&mut repository.refusals);
                collection.repositories.push(repository);
            } else {
                collection.add_folder(path)?;
            }
        }
        Ok(collection)
    }

    fn add_folder(&mut self, folder: &Path) -> Result<(), Unread> {
        let mut files = Vec::new();
        list(folder, DEPTH, &mut files)?;
        files.sort();
        for path in files {
            let origin = path.display().to_string();
            // Beside documents there may be anything.
            match bytes(&path).and_then(|bytes| super::read(&bytes, &origin, true)) {
                Ok(reading) => self.add(reading),
                Err(error) => self.refuse(Refusal { place: origin, why: error.to_string() }),
            }
        }
        Ok(())
    }

    fn add(&mut self, reading: Reading) {
        self.statements.extend(reading.statements);
        self.more_refusals += reading.more_refusals;
        for refusal in reading.refusals {
            self.refuse(refusal);
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        if self.refusals.len() < MOST_REFUSALS {
            self.refusals.push(refusal);
        } else {
            self.more_refusals += 1;
        }
    }

    /// What was read so far: nothing yet of repositories, of which a report says what matters.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What is left out.
    pub fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// How many more are left out than [`Self::refusals`] lists.
    pub fn more_refusals(&self) -> u64 {
        self.more_refusals
    }

    /// Lays every statement onto a report's findings, and those of documents that came with the image. Returns what is left
    /// out of the repositories and of those.
    pub fn apply(&self, report: &mut Report, attached: Vec<Reading>) -> Vec<Refusal> {
        let mut statements = self.statements.clone();
        let mut refusals = Vec::new();
        for reading in attached {
            statements.extend(reading.statements);
            refusals.extend(reading.refusals);
        }
        for repository in &self.repositories {
            let (readings, unread) = repository.about(report, self.trusts_repositories);
            refusals.extend(unread);
            for reading in readings {
                statements.extend(reading.statements);
                refusals.extend(reading.refusals);
            }
        }
        apply(&statements, report);
        refusals
    }
}

/// JSON files below a folder. Links are not followed.
fn list(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Unread> {
    let failed = |source| Unread::Io { path: folder.display().to_string(), source };
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
        if kind.is_dir() && depth > 0 {
            list(&path, depth - 1, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")) {
            files.push(path);
        }
        if files.len() > MOST_FILES {
            let why = format!("it has more than {MOST_FILES} JSON files");
            return Err(Unread::NotVex { path: folder.display().to_string(), why });
        }
    }
    Ok(())
}

/// A file's bytes, one more than a document may have at the most.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Unread> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| Unread::Io { path: path.display().to_string(), source })?;
    Ok(bytes)
}
