//! The user's rules beside a scan: read before it, so that a wrong one ends it early, laid onto each report, and asked for the
//! verdict when all are there.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use model::Report;
use policy::baseline::{self, Baseline};
use policy::gate::{Failure as Failed, Gate, Terms};
use policy::ignores::{self, FORMS, Ignore, Ignores};
use policy::subject::Kind;
use report::one_line;

use crate::args::{self, Policy, Rules};
use crate::config;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::saved;

/// Ignores that are told one by one.
const TOLD: usize = 5;

/// What is set aside, and what must not be.
#[derive(Default)]
pub struct Policies {
    gates: Vec<Gate>,
    ignores: Mutex<Ignores>,
    baseline: Option<Baseline>,
    now: Timestamp,
    quiet: bool,
}

impl Policies {
    /// Reads what the flags name. What is left out is told on standard error.
    pub fn open(asked: &args::Gate, policy: &Policy, now: Timestamp, quiet: bool) -> Result<Self, Failure> {
        let baseline = asked.baseline.as_deref().map(baseline).transpose()?;
        if baseline.is_none()
            && let Some(gate) = policy.rules.gates.iter().find(|gate| gate.new)
        {
            return Err(Failure::usage(format!("the gate {} asks for what is new, but not since when", gate.name))
                .remedy("name an earlier report with --baseline, as plimsoll wrote it with -o json=FILE"));
        }
        let ignores = ignores(policy, &policy.rules, quiet)?;
        let gates = asked.fail_on.iter().map(|it| it.gate()).chain(policy.rules.gates.iter().cloned()).collect();
        Ok(Self { gates, ignores: Mutex::new(Ignores::new(ignores, now)), baseline, now, quiet })
    }

    /// Those gates, for what is new since then.
    pub fn since(baseline: Baseline, gates: Vec<Gate>, now: Timestamp) -> Self {
        Self { gates, baseline: Some(baseline), now, ..Self::default() }
    }

    /// Those gates, and nothing else.
    #[cfg(test)]
    pub fn of(gates: Vec<Gate>, now: Timestamp) -> Self {
        Self { gates, now, ..Self::default() }
    }

    /// Sets aside what is ignored in a report.
    pub fn apply(&self, report: &mut Report) {
        self.ignores.lock().unwrap_or_else(PoisonError::into_inner).apply(report);
    }

    /// The gates that fail.
    pub fn judge(&self, reports: &[Report]) -> Vec<Failed> {
        let terms = Terms { now: self.now, baseline: self.baseline.as_ref() };
        self.gates.iter().filter_map(|gate| gate.judge(reports, terms)).collect()
    }

    /// Says which ignores are over, which are of no use where these kinds of findings were looked for, and what keeps gates
    /// from telling.
    pub fn tell(&self, reports: &[Report], looked_for: &[Kind], out: &mut dyn Write) {
        if self.quiet {
            return;
        }
        let ignores = self.ignores.lock().unwrap_or_else(PoisonError::into_inner);
        for doubt in self.gates.iter().filter_map(|gate| gate.doubt(reports)) {
            let _ = writeln!(out, "warning: {}", one_line(&doubt));
        }
        let over: Vec<&Ignore> = ignores.expired().collect();
        list("ended, and counts no longer", &over, out);
        let unused: Vec<&Ignore> = ignores.unused(looked_for).collect();
        list("is of no use: nothing here is what it ignores", &unused, out);
    }
}

/// `warning: the ignore of CVE-2024-1 ended, and counts no longer (until 2025-12-31; plimsoll.yaml, line 12)`.
fn list(what: &str, ignores: &[&Ignore], out: &mut dyn Write) {
    for ignore in ignores.iter().take(TOLD) {
        let until = ignore.until.as_ref().map(|until| format!("until {}; ", until.text)).unwrap_or_default();
        let line = format!("the ignore of {} {what} ({until}{})", ignore.name(), ignore.place());
        let _ = writeln!(out, "warning: {}", one_line(&line));
    }
    if ignores.len() > TOLD {
        let _ = writeln!(out, "warning: and {} more like the last", ignores.len() - TOLD);
    }
}

/// All ignores: those that stand beside the settings, and those of the files that are named or, if none is, lie here.
pub fn ignores(policy: &Policy, rules: &Rules, quiet: bool) -> Result<Vec<Ignore>, Failure> {
    let mut ignores = rules.ignores.clone();
    for file in &policy.ignorefile {
        ignores.extend(read(file, quiet)?);
    }
    if policy.ignorefile.is_empty() && !policy.no_config {
        // plimsoll.yaml is read with the settings.
        for name in FORMS.iter().flat_map(|form| form.names).filter(|name| **name != "plimsoll.yaml") {
            match fs::symlink_metadata(name) {
                Ok(found) if found.is_file() => ignores.extend(read(Path::new(name), quiet)?),
                // A stranger's link may lead to what is not his to read, and what is wrong there would be told.
                Ok(found) if found.is_symlink() && !quiet => {
                    let mut stderr = io::stderr().lock();
                    let _ = writeln!(stderr, "warning: {name} is a link and not read; --ignorefile {name} reads it");
                }
                _ => {}
            }
        }
    }
    Ok(ignores)
}

/// The ignores of a file.
fn read(path: &Path, quiet: bool) -> Result<Vec<Ignore>, Failure> {
    let name = path.display().to_string();
    let text = config::read(path)
        .map_err(|error| Failure::new(Exit::Usage, error).when(format!("cannot read the ignores in {name}")))?;
    let reading = ignores::read(&name, &text).map_err(|why| Failure::usage(format!("{name}, {why}")))?;
    if !quiet {
        let mut stderr = io::stderr().lock();
        for refusal in reading.refusals.iter().take(TOLD) {
            let _ = writeln!(stderr, "warning: left out of the ignores: {}, {}", one_line(&name), one_line(refusal));
        }
        if reading.refusals.len() > TOLD {
            let more = reading.refusals.len() - TOLD;
            let _ = writeln!(stderr, "warning: and {more} more ignores of {}", one_line(&name));
        }
    }
    Ok(reading.ignores)
}

fn baseline(path: &Path) -> Result<Baseline, Failure> {
    let tried = format!("cannot read the baseline {}", path.display());
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(baseline::MOST_BYTES).read_to_end(&mut bytes));
    read.map_err(|error| Failure::new(Exit::Usage, error).when(&tried))?;
    Baseline::read(&saved::as_json(bytes)).map_err(|why| Failure::usage(why).when(tried))
}
