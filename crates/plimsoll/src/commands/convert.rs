//! `plimsoll convert`: reports that were saved, by whatever scanner, are written in other formats; several as one.

use std::io::{self, IsTerminal, Write};
use std::time::SystemTime;

use report::{Context, Filter, Run, import};

use crate::args::{ConvertArgs, Talk};
use crate::environment::{report_time, variable};
use crate::failure::Failure;
use crate::output::Outputs;
use crate::{saved, terminal};

pub fn run(args: &ConvertArgs, talk: &Talk, out: &mut dyn Write) -> Result<(), Failure> {
    let outputs = Outputs::new(report::SCAN, &args.report)?;
    let documents: Vec<_> = args.files.iter().map(|file| saved::read(file)).collect::<Result<_, _>>()?;
    let saved = import::merge(documents).map_err(|why| {
        Failure::usage(why)
            .when("cannot make one report of them")
            .remedy("convert each by itself, or choose a platform")
    })?;
    // It says what was known then. Some tools do not say when that was.
    let now = report_time(&variable, SystemTime::now()).map_err(Failure::usage)?.to_string();
    let generated_at = if saved.generated_at.is_empty() { &now } else { &saved.generated_at };
    let asked = &args.report;
    let told = |name: &str| variable(name).unwrap_or_default();
    let [commit, reference, workflow, job, id] =
        ["GITHUB_SHA", "GITHUB_REF", "GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_RUN_ID"].map(told);
    let [account, region] = ["AWS_ACCOUNT_ID", "AWS_REGION"].map(told);
    let context = Context {
        width: terminal::width(&variable, terminal::columns()),
        color: terminal::color(talk.color, &variable, io::stdout().is_terminal()),
        version: env!("CARGO_PKG_VERSION"),
        generated_at,
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
