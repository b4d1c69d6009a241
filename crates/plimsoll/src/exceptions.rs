//! Exceptions for secrets that other scanners' files make, from the command line and from the folder that is scanned.

use std::path::{Path, PathBuf};

use model::{Analyzer, Finding, Report};
use secrets::allow::{self, Allow};

use crate::failure::Failure;

/// Files of exceptions that are read where they lie at the top of a scanned folder.
const NAMES: &[&str] = &[".gitleaks.toml", ".gitleaksignore", "trivy-secret.yaml", ".secrets.baseline"];
/// So many that are not used are named.
const SHOWN: usize = 10;

/// The files of exceptions in `folder`.
pub fn of_folder(folder: &Path) -> Vec<PathBuf> {
    NAMES.iter().map(|name| folder.join(name)).filter(|path| path.is_file()).collect()
}

/// Reads the files, and returns the analyzer that knows them.
pub fn open(files: &[PathBuf]) -> Result<&'static Analyzer, Failure> {
    let mut all = Allow::default();
    for path in files {
        let name = path.display().to_string();
        let content = std::fs::read(path).map_err(|error| Failure::usage(error).when(format!("reading {name}")))?;
        all.read(&name, &content).map_err(Failure::usage)?;
    }
    Ok(allow::analyzer(all))
}

/// A sentence for each exception that allowed nothing, so that nobody keeps them for ever.
pub fn unused(reports: &[Report]) -> Vec<String> {
    let Some(allow) = allow::active() else { return Vec::new() };
    let reasons = reports.iter().flat_map(|report| &report.findings).filter_map(Finding::secret);
    let unused = allow.unused(reasons.filter_map(|exposed| exposed.suppressed.as_deref()));
    let mut told: Vec<String> =
        unused.iter().take(SHOWN).map(|source| format!("the exception in {source} allowed nothing")).collect();
    if unused.len() > SHOWN {
        told.push(format!("{} more exceptions allowed nothing", unused.len() - SHOWN));
    }
    told
}
