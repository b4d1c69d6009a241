//! `plimsoll pin`: which images and actions files name by tags that can move, and what they point to today; written into the files
//! where that is asked for.

mod advertised;
mod files;
mod resolve;

use std::io::{self, Write};
use std::path::Path;

use misconfig::pins::{self, Use, What};
use report::one_line;
use serde::Serialize;

use self::resolve::Resolver;
use crate::args::{Form, PinArgs, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{json, replace, written};

/// What is known of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Its digest stands there, and where a tag does as well, that points to it still, as far as was asked.
    Pinned,
    /// Somebody can move it.
    Mutable,
    /// It is pinned, and its tag points elsewhere by now.
    Moved,
    /// It was mutable, and is pinned now; or it had moved, and is renewed.
    Written,
    /// What its tag points to is not known.
    Unresolved,
}

/// A place in a file, and what became of it.
#[derive(Debug, Serialize)]
struct Row {
    path: String,
    line: u32,
    kind: &'static str,
    reference: String,
    state: State,
    /// What the tag points to today.
    digest: Option<String>,
    /// Why something is not known, or not done.
    why: Option<String>,
}

pub fn run(args: &PinArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let resolver = Resolver::new(args)?;
    let mut rows = Vec::new();
    for (path, is_named) in files::of(&args.paths)? {
        let unread =
            |error: io::Error| Failure::new(Exit::ScanFailed, error).when(format!("cannot read {}", path.display()));
        let Some(content) = files::content(&path).map_err(unread)? else { continue };
        let Some(uses) = pins::uses(&files::name(&path), &content) else {
            if is_named {
                return Err(Failure::usage(format!("{} is no file of a kind that names images", path.display()))
                    .remedy("see plimsoll pin --help for the kinds that are known"));
            }
            continue;
        };
        rows.extend(file(&path, &content, uses, args, &resolver)?);
    }
    written(match args.format {
        Form::Json => {
            json(&serde_json::json!({ "schema": "plimsoll-pins", "schema_version": "1.0", "uses": rows }), out)
        }
        Form::Table => table(&rows, talk, out),
    })?;
    Ok(verdict(&rows, args))
}

/// Looks at one file, and writes it anew where that is asked for and something is to be changed.
fn file(path: &Path, content: &str, uses: Vec<Use>, args: &PinArgs, resolver: &Resolver) -> Result<Vec<Row>, Failure> {
    let mut rows = Vec::new();
    let mut edits = Vec::new();
    for found in uses {
        let mut row = Row {
            path: path.display().to_string(),
            line: found.line,
            kind: if found.what == What::Image { "image" } else { "action" },
            reference: found.shown(),
            state: if found.is_mutable() { State::Mutable } else { State::Pinned },
            digest: None,
            why: found.obstacle.map(str::to_owned),
        };
        let is_asked = found.obstacle.is_none() && found.tag.is_some() && !args.offline;
        if is_asked {
            match resolver.pin(&found) {
                Ok(pin) => {
                    if found.pin.as_ref().is_some_and(|known| *known != pin) {
                        row.state = State::Moved;
                    }
                    let is_wanted = row.state == State::Mutable || args.renew && row.state == State::Moved;
                    let changes = if args.write && is_wanted { found.edits(content, &pin) } else { Vec::new() };
                    if !changes.is_empty() {
                        row.state = State::Written;
                        edits.extend(changes);
                    }
                    row.digest = Some(pin);
                }
                Err(why) => {
                    if row.state == State::Mutable {
                        row.state = State::Unresolved;
                    }
                    row.why = Some(why);
                }
            }
        }
        rows.push(row);
    }
    if !edits.is_empty() {
        let text = pins::edited(content, edits);
        replace(path, |out| out.write_all(text.as_bytes()))
            .map_err(|error| Failure::new(Exit::ScanFailed, error).when(format!("cannot write {}", path.display())))?;
    }
    Ok(rows)
}

/// A line for each place; at the end how many there are.
fn table(rows: &[Row], talk: &Talk, out: &mut dyn Write) -> io::Result<()> {
    for row in rows {
        let word = match row.state {
            State::Pinned => "pinned",
            State::Mutable => "mutable",
            State::Moved => "moved",
            State::Written => "written",
            State::Unresolved => "unknown",
        };
        // What is as it should be is not told one by one, unless somebody wants to hear it.
        if row.state == State::Pinned && row.why.is_none() && talk.verbose == 0 {
            continue;
        }
        let place = format!("{}:{}", row.path, row.line);
        write!(out, "{word:<8} {}  {}", one_line(&place), one_line(&row.reference))?;
        if let Some(digest) = row.digest.as_ref().filter(|digest| !row.reference.contains(*digest)) {
            write!(out, "  is {}", one_line(digest))?;
        }
        if let Some(why) = &row.why {
            write!(out, "  ({})", one_line(why))?;
        }
        writeln!(out)?;
    }
    if talk.quiet {
        return Ok(());
    }
    let count = |state| rows.iter().filter(|row| row.state == state).count();
    let [pinned, mutable, moved, written, unknown] =
        [State::Pinned, State::Mutable, State::Moved, State::Written, State::Unresolved].map(count);
    let others = [(mutable, "mutable"), (moved, "moved"), (written, "written"), (unknown, "unknown")];
    let others = others.into_iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!(", {count} {word}"));
    writeln!(out, "{} named, {pinned} pinned{}", rows.len(), others.collect::<String>())
}

/// How it ends. What a variable decides is for those who set it.
fn verdict(rows: &[Row], args: &PinArgs) -> Exit {
    let is_open = |row: &&Row| matches!(row.state, State::Mutable | State::Moved | State::Unresolved);
    if args.check && rows.iter().any(|row| is_open(&row)) {
        return Exit::GateFailed;
    }
    if args.write && rows.iter().any(|row| row.state == State::Unresolved) {
        return Exit::Incomplete;
    }
    Exit::Passed
}
