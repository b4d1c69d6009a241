//! `plimsoll compare`: what two scanners say about the same thing, and why they disagree.
//!
//! Where there is advisory data, it says more: which names mean the same vulnerability, and whether a package that one of them passes
//! over is affected. For that, each report's packages are judged as a scan of ours would judge them.

use std::cell::OnceCell;
use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::time::SystemTime;

use advisories::{Explanation, Outcome, Why};
use model::{Detector, Finding, Item, Report, Vulnerability};
use report::compare::{self, Cause, Comparison, Knows, Nobody};
use report::import::Saved;
use report::{Context, Filter, Run};

use crate::args::{CompareForm, ComparisonArgs, Look, Talk};
use crate::environment::{report_time, variable};
use crate::failure::Failure;
use crate::judge::{Judge, Terms};
use crate::output::written;
use crate::{saved, terminal};

pub fn run(args: &ComparisonArgs, talk: &Talk, out: &mut dyn Write) -> Result<(), Failure> {
    let [one, other] = [&args.first, &args.second].map(|file| saved::read(file));
    let (one, other) = (one?, other?);
    let time = report_time(&variable, SystemTime::now()).map_err(Failure::usage)?;
    let look = Look {
        advisories: args.advisories.clone(),
        data: args.data.clone(),
        // What is compared are two reports of some day, and not today's advisories.
        no_db_update: true,
        ..Look::configuration()
    };
    let threads = std::thread::available_parallelism().map_or(1, NonZero::get);
    let judge = Judge::open(Terms { look: &look, threads, time, line: None, quiet: true })?;
    let data = Data::new(&judge, [&one, &other]);
    let knows: &dyn Knows = if data.knows_anything() { &data } else { &Nobody };
    let comparison = Comparison::new(&one, &other, knows);
    let time = time.to_string();
    let context = Context {
        width: terminal::width(&variable, terminal::columns()),
        color: terminal::color(talk.color, &variable, io::stdout().is_terminal()),
        version: env!("CARGO_PKG_VERSION"),
        generated_at: &time,
        wants: one.wants,
        filter: Filter { everything: args.all, ..Filter::default() },
        run: Run::default(),
        texts: None,
    };
    let write = match args.format {
        CompareForm::Table => compare::write_table,
        CompareForm::Json => compare::write_json,
        CompareForm::Markdown => compare::write_markdown,
    };
    written(write(&comparison, &context, out))
}

/// The advisory data, with what it says of the packages of both reports.
struct Data<'a> {
    judge: &'a Judge,
    sides: Vec<(&'a Report, OnceCell<Report>)>,
}

impl<'a> Data<'a> {
    fn new(judge: &'a Judge, documents: [&'a Saved; 2]) -> Self {
        let reports = documents.into_iter().filter_map(|document| document.reports.first());
        Self { judge, sides: reports.map(|report| (report, OnceCell::new())).collect() }
    }

    fn knows_anything(&self) -> bool {
        self.sides.iter().any(|(report, _)| {
            self.judged(report)
                .is_some_and(|judged| judged.knowledge.iter().any(|known| known.advisories > 0 && !known.starter))
        })
    }

    /// A report of ours about the packages of one of theirs.
    fn judged(&self, report: &Report) -> Option<&Report> {
        let (theirs, judged) = self.sides.iter().find(|(theirs, _)| std::ptr::eq(*theirs, report))?;
        Some(judged.get_or_init(|| {
            let detectors: [&dyn Detector; 1] = [self.judge];
            let mut ours =
                scan::judge(theirs.image.clone(), theirs.layers.clone(), theirs.inventory.clone(), &detectors);
            ours.knowledge = self.judge.take_knowledge();
            ours
        }))
    }

    fn explained(&self, report: &Report, id: &str, package: Option<&str>) -> Option<Explanation> {
        self.judge.explain(self.judged(report)?, id, package).ok()
    }
}

impl Knows for Data<'_> {
    fn names(&self, report: &Report, id: &str) -> Vec<String> {
        self.explained(report, id, None).map(|explanation| explanation.ids).unwrap_or_default()
    }

    fn why(&self, report: &Report, id: &str, package: &str) -> Option<(Cause, String)> {
        let explanation = self.explained(report, id, Some(package))?;
        if explanation.outcome != Outcome::NotReported {
            let judged = self.judged(report)?;
            let is_it = |found: &&Vulnerability| {
                let of = judged.inventory.items.get(found.item).and_then(Item::package);
                explanation.ids.contains(&found.id) && of.is_some_and(|of| of.name == package)
            };
            let evidence = judged.findings.iter().filter_map(Finding::vulnerability).find(is_it);
            let evidence = evidence.map(|found| found.evidence.clone()).unwrap_or_default();
            return Some((Cause::Missed, evidence));
        }
        let reason = explanation.reasons.first()?;
        let cause = match reason.kind {
            Why::UnknownId | Why::NoPackage => Cause::UnknownAdvisory,
            Why::NotInRange => Cause::OutOfRange,
            Why::NotAffected | Why::Overruled => Cause::NotAffected,
            Why::OtherRelease | Why::OtherModule | Why::ThirdParty | Why::NotJudged => Cause::OtherRelease,
            Why::NoData | Why::Removed | Why::Unclear | Why::SetAside => return None,
        };
        Some((cause, reason.text.clone()))
    }
}
