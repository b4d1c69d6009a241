//! `plimsoll secrets rules`: which kinds are known, and whether somebody's own rules do what they say.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use model::Digest;
use report::one_line;
use secrets::{Added, Fault, Kind, Needs};
use serde::Serialize;

use crate::args::{Form, SecretRules};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{json, written};

/// No file of rules is larger.
const FILE_BYTES: u64 = 4 << 20;
/// Mistakes that an error names.
const SHOWN: usize = 3;

#[derive(Serialize)]
struct Listing {
    kinds: usize,
    providers: usize,
    list: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    id: &'static str,
    name: &'static str,
    provider: &'static str,
    severity: &'static str,
    needs: &'static str,
    opens: &'static str,
    rotate: &'static str,
    revocable: bool,
    days: u16,
}

impl Row {
    fn new(kind: &'static Kind) -> Self {
        let &Kind { id, name, provider, opens, rotate, revocable, days, .. } = kind;
        let needs = match kind.needs {
            Needs::Nothing => "nothing",
            Needs::Word => "word",
            Needs::Key => "key",
            Needs::Judged => "judged",
        };
        Self { id, name, provider, severity: kind.severity.word(), needs, opens, rotate, revocable, days }
    }
}

/// Lists kinds, or checks rules.
pub fn run(command: &SecretRules, out: &mut dyn Write) -> Result<Exit, Failure> {
    match command {
        SecretRules::List { format } => {
            let list = list();
            written(match format {
                Form::Table => table(&list, out),
                Form::Json => json(&list, out),
            })?;
            Ok(Exit::Passed)
        }
        SecretRules::Test { file } => test(file, out),
    }
}

fn list() -> Listing {
    let list: Vec<Row> = secrets::KINDS.iter().map(Row::new).collect();
    let providers: BTreeSet<&str> = list.iter().map(|row| row.provider).collect();
    Listing { kinds: list.len(), providers: providers.len(), list }
}

fn table(list: &Listing, out: &mut dyn Write) -> io::Result<()> {
    let width = list.list.iter().map(|row| row.id.len()).max().unwrap_or(0);
    writeln!(out, "{:width$}  SEVERITY  NAME", "ID")?;
    for row in &list.list {
        writeln!(out, "{:width$}  {:8}  {}", row.id, row.severity, row.name)?;
    }
    writeln!(
        out,
        "\n{} kinds of {} providers; --format json says what each opens and how to replace it",
        list.kinds, list.providers
    )
}

/// Checks every file, and says what is wrong.
fn test(path: &Path, out: &mut dyn Write) -> Result<Exit, Failure> {
    match add(&[path.to_owned()])?.outcome {
        Ok(Added { kinds, examples }) => {
            written(writeln!(out, "{kinds} kinds with {examples} examples, all as they should be"))?;
            Ok(Exit::Passed)
        }
        Err(wrong) => {
            written(wrong.iter().try_for_each(|line| writeln!(out, "{line}")))?;
            Ok(Exit::GateFailed)
        }
    }
}

/// Makes rules of the user's own part of every search. What tells them from others, since they decide what is found.
pub fn bring(paths: &[PathBuf]) -> Result<Option<Digest>, Failure> {
    if paths.is_empty() {
        return Ok(None);
    }
    let Brought { outcome, digest } = add(paths)?;
    match outcome {
        Ok(_) => Ok(Some(digest)),
        Err(wrong) => {
            let shown = wrong.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
            Err(Failure::usage(shown)
                .when("there is something wrong with --secret-rules")
                .remedy("plimsoll secrets rules test FILE lists all that is wrong with a file"))
        }
    }
}

/// Files of rules, after they were read.
struct Brought {
    /// How many, or all that is wrong with them, each with its file, line and kind.
    outcome: Result<Added, Vec<String>>,
    digest: Digest,
}

fn add(paths: &[PathBuf]) -> Result<Brought, Failure> {
    let mut all = Vec::new();
    for path in paths {
        all.extend(files(path)?);
    }
    let texts = all.iter().map(|file| read(file)).collect::<Result<Vec<_>, _>>()?;
    let digest = Digest::sha256(texts.join("\0").as_bytes());
    let told = |fault: Fault| {
        let file = all.get(fault.file).map(|file| file.display().to_string()).unwrap_or_default();
        format!("{}: {}", one_line(&file), one_line(&fault.wrong))
    };
    let outcome = secrets::add_rules(&texts).map_err(|faults| faults.into_iter().map(told).collect());
    Ok(Brought { outcome, digest })
}

fn read(path: &Path) -> Result<String, Failure> {
    let failed = |error: io::Error| Failure::new(Exit::Usage, error).when(format!("cannot read {}", path.display()));
    if fs::metadata(path).map_err(failed)?.len() > FILE_BYTES {
        return Err(Failure::usage(format!("{} is larger than {FILE_BYTES} bytes", path.display())));
    }
    fs::read_to_string(path).map_err(failed)
}

/// The file, or those of a folder, in the order of their names.
fn files(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |error: io::Error| Failure::new(Exit::Usage, error).when(format!("cannot read {}", path.display()));
    if !fs::metadata(path).map_err(failed)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml") {
            files.push(path);
        }
    }
    files.sort();
    if files.is_empty() {
        return Err(Failure::usage(format!("there is no file of rules (.yaml) in {}", path.display())));
    }
    Ok(files)
}
