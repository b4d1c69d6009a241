//! `plimsoll vex`: write statements down, list them, check them.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use advisories::vex::{Collection, Draft, DraftError, Statement};
use model::VexStatus;
use report::one_line;

use crate::args::{Add, FromIgnores, VexCommand};
use crate::config::{Config, Places};
use crate::environment::{report_time, variable};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;
use crate::policies;

const TOOLING: &str = concat!("plimsoll ", env!("CARGO_PKG_VERSION"));

/// Does what is asked for.
pub fn run(command: &VexCommand, out: &mut dyn Write) -> Result<Exit, Failure> {
    match command {
        VexCommand::Add(asked) => add(asked, out).map(|()| Exit::Passed),
        VexCommand::FromIgnores(asked) => from_ignores(asked, out).map(|()| Exit::Passed),
        VexCommand::List { paths } => look(paths, true, out).map(|_| Exit::Passed),
        VexCommand::Check { paths } => {
            let sound = look(paths, false, out)?;
            Ok(if sound { Exit::Passed } else { Exit::GateFailed })
        }
    }
}

fn add(asked: &Add, out: &mut dyn Write) -> Result<(), Failure> {
    let time = report_time(&variable, SystemTime::now()).map_err(Failure::usage)?;
    let draft = Draft {
        id: &asked.id,
        aliases: &asked.alias,
        products: &asked.products,
        subcomponents: &asked.subcomponent,
        status: asked.status,
        justification: asked.justification.as_deref(),
        impact: asked.impact.as_deref(),
        action: asked.action.as_deref(),
        author: asked.author.as_deref(),
        time,
        tooling: TOOLING,
    };
    let name = asked.file.display();
    let failed =
        |error: io::Error, what: &str| Failure::new(Exit::ScanFailed, error).when(format!("cannot {what} {name}"));
    let wrong = |error| match error {
        DraftError::Draft(_) => Failure::new(Exit::Usage, error),
        DraftError::Document(_) => Failure::new(Exit::Usage, error).when(format!("cannot add to {name}")),
    };
    // What a link points to is changed, and not replaced by a file.
    let (path, text) = match fs::canonicalize(&asked.file) {
        Ok(path) => {
            let document = fs::read_to_string(&path).map_err(|error| failed(error, "read"))?;
            (path, draft.added_to(&document).map_err(wrong)?)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => (asked.file.clone(), draft.document().map_err(wrong)?),
        Err(error) => return Err(failed(error, "read")),
    };
    replace(&path, &text).map_err(|error| failed(error, "write"))?;
    let id = one_line(&asked.id).into_owned();
    written(writeln!(out, "{id} is {} in {}", asked.status.word(), one_line(&name.to_string())))
}

/// A document of the ignores that say in a word of VEX why the product is not affected. Those that a statement cannot say are
/// told.
fn from_ignores(asked: &FromIgnores, out: &mut dyn Write) -> Result<(), Failure> {
    let time = report_time(&variable, SystemTime::now()).map_err(Failure::usage)?;
    let config = Config::read(&Places::of(&asked.policy, &variable), None)?;
    let ignores = policies::ignores(&asked.policy, &config.rules(), false)?;
    let mut stderr = io::stderr().lock();
    let mut document: Option<String> = None;
    for ignore in ignores.iter().filter(|ignore| !ignore.is_over(time)) {
        let Some(justification) = ignore.justification.as_deref() else { continue };
        let parts: Vec<String> = match ignore.vex_parts() {
            Ok(parts) => parts.into_iter().map(str::to_owned).collect(),
            Err(why) => {
                let line = format!("left out: the ignore of {}: {why} ({})", ignore.name(), ignore.place());
                let _ = writeln!(stderr, "warning: {}", one_line(&line));
                continue;
            }
        };
        for id in &ignore.scope.ids {
            let draft = Draft {
                id,
                aliases: &[],
                products: &asked.products,
                subcomponents: &parts,
                status: VexStatus::NotAffected,
                justification: Some(justification),
                impact: ignore.reason.as_deref(),
                action: None,
                author: Some(&asked.author),
                time,
                tooling: TOOLING,
            };
            let text = match &document {
                None => draft.document(),
                Some(document) => draft.added_to(document),
            };
            document = Some(text.map_err(|error| Failure::new(Exit::Usage, error).when(ignore.place()))?);
        }
    }
    let document = document.ok_or_else(|| {
        Failure::usage("no ignore says a justification that a statement can say").remedy(
            "write justification: vulnerable_code_not_in_execute_path, or another label of OpenVEX, beside an id",
        )
    })?;
    match &asked.file {
        None => written(out.write_all(document.as_bytes())),
        Some(file) => {
            let tried = format!("cannot write {}", file.display());
            replace(file, &document).map_err(|error| Failure::new(Exit::ScanFailed, error).when(tried))
        }
    }
}

/// Writes a file as a whole or not at all.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let fresh = path.with_file_name(name);
    let done = (|| {
        let mut file = File::create_new(&fresh)?;
        file.write_all(text.as_bytes())?;
        if let Ok(before) = fs::metadata(path) {
            file.set_permissions(before.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&fresh, path)
    })();
    if done.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    done
}

/// Lists what documents say and what is left out of them. Whether nothing is.
fn look(paths: &[PathBuf], list: bool, out: &mut dyn Write) -> Result<bool, Failure> {
    let collection = Collection::open(paths, false).map_err(|error| Failure::new(Exit::Usage, error))?;
    let mut text = String::new();
    for statement in collection.statements().iter().filter(|_| list) {
        text.push_str(&line(statement));
    }
    for refusal in collection.refusals() {
        let _ = writeln!(text, "left out: {}: {}", one_line(&refusal.place), one_line(&refusal.why));
    }
    let left_out = collection.refusals().len() as u64 + collection.more_refusals();
    let _ = writeln!(text, "{} statements, {left_out} parts left out", collection.statements().len());
    written(out.write_all(text.as_bytes()))?;
    Ok(left_out == 0)
}

/// `CVE-2021-44228 not_affected component_not_present pkg:npm/a, pkg:npm/b (Example, 2024-01-01T00:00:00Z, a.json)`.
fn line(statement: &Statement) -> String {
    let products: Vec<String> = statement.products.iter().map(ToString::to_string).collect();
    let justification = statement.justification.as_deref().map(|label| format!(" {label}")).unwrap_or_default();
    let time = statement.timestamp.map(|time| format!("{time}, ")).unwrap_or_default();
    let line = format!(
        "{} {}{justification} {} ({}, {time}{}, {})",
        statement.ids.join(" = "),
        statement.status.word(),
        products.join(", "),
        statement.document.author,
        statement.document.origin,
        statement.place,
    );
    format!("{}\n", one_line(&line))
}
