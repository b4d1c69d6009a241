//! `plimsoll convert`: a report that was saved is written in other formats.

use std::fs::File;
use std::io::{self, IsTerminal, Read, Write};
use std::path::Path;

use report::{Context, Filter, Run, Saved};

use crate::args::{ConvertArgs, Talk};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::Outputs;
use crate::terminal;

/// Bytes of a report that are read; one more tells that there are more.
const LARGEST: u64 = (1 << 30) + 1;

pub fn run(args: &ConvertArgs, talk: &Talk, out: &mut dyn Write) -> Result<(), Failure> {
    let outputs = Outputs::new(report::SCAN, &args.report)?;
    let failed = |error: io::Error| {
        Failure::new(Exit::Usage, error)
            .when(format!("cannot read the report {}", args.file.display()))
            .remedy("name a report that plimsoll wrote with -o json=FILE")
    };
    let json = if args.file == Path::new("-") { all(io::stdin()) } else { File::open(&args.file).and_then(all) };
    let saved = Saved::read(&json.map_err(failed)?).map_err(failed)?;
    let asked = &args.report;
    let told = |name: &str| variable(name).unwrap_or_default();
    let [commit, reference, workflow, job, id] =
        ["GITHUB_SHA", "GITHUB_REF", "GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_RUN_ID"].map(told);
    let [account, region] = ["AWS_ACCOUNT_ID", "AWS_REGION"].map(told);
    let context = Context {
        width: terminal::width(&variable, terminal::columns()),
        color: terminal::color(talk.color, &variable, io::stdout().is_terminal()),
        version: env!("CARGO_PKG_VERSION"),
        // It says what was known then.
        generated_at: &saved.generated_at,
        wants: saved.wants,
        filter: Filter { severities: asked.severity.clone(), everything: asked.all, suppressed: asked.show_suppressed },
        texts: None,
        run: Run {
            commit: &commit,
            reference: &reference,
            workflow: &workflow,
            job: &job,
            id: &id,
            account: &account,
            region: &region,
        },
    };
    outputs.write(&saved.reports, &context, out)
}

fn all(file: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    file.take(LARGEST).read_to_end(&mut content)?;
    if content.len() as u64 == LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is larger than a gigabyte"));
    }
    Ok(content)
}
