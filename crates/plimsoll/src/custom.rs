//! The user's own policies in Rego beside a scan: read before it, asked when all reports are there. Without the feature `rego`
//! nobody can be asked, and whoever wants to is told so.

use std::path::PathBuf;

use crate::failure::Failure;

/// What a test of policies came to: its name, and why it failed.
pub struct Outcome {
    /// Its name with its package.
    pub name: String,
    /// None where it passed.
    pub failed: Option<String>,
}

/// What policies say.
#[derive(Default)]
pub struct Said {
    /// Why the reports may not pass.
    pub denied: Vec<String>,
    /// What somebody should know.
    pub warned: Vec<String>,
}

#[cfg(not(feature = "rego"))]
pub use absent::Custom;
#[cfg(feature = "rego")]
pub use present::{Custom, files, unread};

#[cfg(not(feature = "rego"))]
mod absent {
    use super::{Failure, Outcome, PathBuf, Said};

    /// Nobody to ask: there never is one of these.
    pub enum Custom {}

    impl Custom {
        /// Nobody, unless somebody is asked for.
        pub fn open(paths: &[PathBuf]) -> Result<Option<Self>, Failure> {
            if paths.is_empty() { Ok(None) } else { Err(without()) }
        }

        /// Never asked.
        pub fn judge(&self, _: &str) -> Result<Said, Failure> {
            match *self {}
        }

        /// No tests can be run.
        pub fn test(_: &[PathBuf]) -> Result<Vec<Outcome>, Failure> {
            Err(without())
        }
    }

    fn without() -> Failure {
        Failure::usage("this plimsoll was built without Rego").remedy("build it with cargo build --features rego")
    }
}

#[cfg(feature = "rego")]
mod present {
    use std::fs;
    use std::io;
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};

    use rego::{Module, Policies};

    use super::{Failure, Outcome, PathBuf, Said};
    use crate::config;
    use crate::exit::Exit;

    /// Folders inside of folders that are looked into.
    const DEEPEST: usize = 16;
    /// Files that are read.
    const MOST_FILES: usize = 1_000;

    /// Policies that were read.
    pub struct Custom(Mutex<Policies>);

    impl Custom {
        /// Reads files, and folders with all below them; none where none is named. Tests are left out.
        pub fn open(paths: &[PathBuf]) -> Result<Option<Self>, Failure> {
            if paths.is_empty() {
                return Ok(None);
            }
            let policies = read(paths, |path| !path.to_string_lossy().ends_with("_test.rego"))?;
            if !policies.has_any() {
                return Err(Failure::usage("no policy that --rego names is of package plimsoll")
                    .remedy("begin the file with package plimsoll"));
            }
            Ok(Some(Self(Mutex::new(policies))))
        }

        /// What they say about reports in our JSON.
        pub fn judge(&self, reports: &str) -> Result<Said, Failure> {
            let mut policies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let said = policies.judge(reports).map_err(|why| {
                Failure::new(Exit::ScanFailed, anyhow::anyhow!(why)).when("cannot ask the policies of --rego")
            })?;
            Ok(Said { denied: said.denied, warned: said.warned })
        }

        /// Runs the tests in files and folders.
        pub fn test(paths: &[PathBuf]) -> Result<Vec<Outcome>, Failure> {
            let outcomes = read(paths, |_| true)?.test();
            Ok(outcomes.into_iter().map(|test| Outcome { name: test.name, failed: test.failed }).collect())
        }
    }

    fn read(paths: &[PathBuf], wants: impl Fn(&Path) -> bool) -> Result<Policies, Failure> {
        let is_policy = |path: &Path| path.extension().is_some_and(|extension| extension == "rego") && wants(path);
        let mut texts = Vec::new();
        for file in files(paths, is_policy)? {
            texts.push((file.display().to_string(), config::read(&file).map_err(|error| unread(error, &file))?));
        }
        let modules: Vec<Module<'_>> = texts.iter().map(|(name, text)| Module { name, text }).collect();
        Policies::read(&modules).map_err(Failure::usage)
    }

    /// The files that are named, and those that are wanted in the folders that are, and below them.
    pub fn files<'p>(
        paths: impl IntoIterator<Item = &'p PathBuf>,
        wants: impl Fn(&Path) -> bool,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut files = Vec::new();
        for path in paths {
            let found = if path.is_dir() { below(path, DEEPEST, &mut files) } else { add(path.clone(), &mut files) };
            found.map_err(|error| unread(error, path))?;
        }
        files.retain(|file| wants(file));
        Ok(files)
    }

    /// The files in a folder and below it, sorted.
    fn below(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> io::Result<()> {
        let mut entries: Vec<fs::DirEntry> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // A link may lead anywhere.
            if entry.file_type()?.is_dir() && depth > 0 {
                below(&path, depth - 1, files)?;
            } else if entry.file_type()?.is_file() {
                add(path, files)?;
            }
        }
        Ok(())
    }

    fn add(path: PathBuf, files: &mut Vec<PathBuf>) -> io::Result<()> {
        files.push(path);
        if files.len() > MOST_FILES {
            Err(io::Error::other(format!("there are more than {MOST_FILES} files")))
        } else {
            Ok(())
        }
    }

    /// Why a file could not be read.
    pub fn unread(error: io::Error, path: &Path) -> Failure {
        Failure::new(Exit::Usage, error).when(format!("cannot read the policies in {}", path.display()))
    }
}
