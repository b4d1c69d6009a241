//! `plimsoll judge`: what a build saw of an image is judged like the image.

use std::io::Write;
use std::time::Instant;

use model::{AnalyzerId, Detector, Finding, Gap, ImageConfig, Inventory, Misconfiguration, Report};
use report::metadata::{Observed, Sought};

use super::scan::Job;
use crate::args::{JudgeArgs, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::metadata;

pub fn run(args: &JudgeArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let job = Job::new(&args.common, talk, report::SCAN, true)?;
    let metadata = metadata::read(&args.file)?;
    let reports: Result<Vec<Report>, Failure> = metadata.artifacts.into_iter().map(|it| judged(it, &job)).collect();
    job.conclude(&reports?, Vec::new(), out)
}

/// The report on what was seen.
pub(super) fn judged(observed: Observed, job: &Job<'_>) -> Result<Report, Failure> {
    if let Some(missing) = job.sought().into_iter().find(|sought| !observed.sought.contains(sought)) {
        let looked_for: Vec<&str> = observed.sought.iter().copied().map(Sought::word).collect();
        return Err(Failure::usage(format!("the build did not look for {}", missing.word())).remedy(format!(
            "ask for less (it looked for {}), or let the build look for more with --scanners",
            looked_for.join(", ")
        )));
    }
    let started = Instant::now();
    let settled = Settled(&observed.settings);
    let settings = job.sought().contains(&Sought::Settings).then_some(&settled as &dyn Detector);
    let report = scan::judge(observed.image, observed.layers, observed.inventory, &job.detectors_but(settings));
    Ok(job.finish(report, started))
}

/// Says of settings what was said of them where their files are.
struct Settled<'a>(&'a [Misconfiguration]);

impl Detector for Settled<'_> {
    fn id(&self) -> AnalyzerId {
        AnalyzerId::new("misconfig")
    }

    fn detect(&self, _: &ImageConfig, _: &Inventory, findings: &mut Vec<Finding>, _: &mut Vec<Gap>) {
        findings.extend(self.0.iter().map(|found| Finding::Misconfiguration(Box::new(found.clone()))));
    }
}
