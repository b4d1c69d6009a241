//! The commands that scan: from arguments to reports, from reports to a verdict.

use std::io::{self, IsTerminal, Write};
use std::num::NonZero;
use std::path::Path;
use std::sync::Arc;
use std::time::{Instant, SystemTime};

use image::{Opened, local};
use jiff::Timestamp;
use model::{Analyzer, Detector, Digest, Report};
use policy::license::Licenses;
use policy::subject::Kind;
use report::metadata::Sought;
use report::{Context, Filter, Format, Run, Wants, one_line};

use super::open::{self, Means};
use super::secrets::rules;
use crate::args::{self, Archives, Common, FolderArgs, ImageArgs, Look, Scanner, Talk, Target};
use crate::checks::Checks;
use crate::compliance::Frameworks;
use crate::custom::{Custom, Said};
use crate::environment::{cache_folder, report_time, variable};
use crate::exceptions;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::gate;
use crate::judge::{self, Judge};
use crate::metadata;
use crate::output::Outputs;
use crate::policies::Policies;
use crate::progress::Line;
use crate::settings;
use crate::terminal;
use crate::verify::Verifier;
use crate::vex::Vex;

/// `plimsoll image`.
pub fn image(args: &ImageArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let job = Job::new(&args.common, talk, report::SCAN, true)?.with_metadata(args.metadata_out.as_deref())?;
    let (job, opened) = job.with_image(&args.target)?;
    job.run(opened, out)
}

/// `plimsoll layers`. Vulnerabilities are welcome there, but not what it is about.
pub fn layers(args: &ImageArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let judged = args.common.look.advisories.is_some();
    let job = Job::new(&args.common, talk, report::LAYERS, judged)?.with_metadata(args.metadata_out.as_deref())?;
    let (job, opened) = job.with_image(&args.target)?;
    job.run(opened, out)
}

/// `plimsoll rootfs` and `plimsoll fs`; `transport` is how the report calls it.
pub fn folder(args: &FolderArgs, transport: &str, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut common = args.common.clone();
    // A folder of somebody's sources has its exceptions in it; a file system that is looked at from outside has no say.
    if transport == "fs" && common.look.scanners.contains(&Scanner::Secret) {
        common.look.secret.secret_allow.extend(exceptions::of_folder(&args.folder));
    }
    let job = Job::new(&common, talk, report::SCAN, true)?;
    let opened = local::directory(&args.folder, transport).map_err(open::failed)?;
    job.run(vec![opened], out)
}

/// All that the arguments say about a scan, checked before anything is read.
pub(super) struct Job<'a> {
    outputs: Outputs,
    pub options: scan::Options,
    pub judge: Option<Judge>,
    /// Who looks for secrets, where that is asked for.
    searches: Option<&'static Analyzer>,
    secrets: secrets::Judge,
    /// Who asks providers about secrets, where that is asked for.
    verifier: Option<Verifier>,
    quiet: bool,
    /// Who judges settings, where that is asked for.
    settings: Option<misconfig::Judge>,
    /// Checks of configuration of the user's own.
    checks: Option<Checks>,
    licenses: Option<Licenses>,
    vex: Vex,
    policies: Policies,
    custom: Option<Custom>,
    frameworks: Frameworks,
    metadata: Option<metadata::File>,
    time: Timestamp,
    pub line: Option<Arc<Line>>,
    common: &'a Common,
    color: bool,
    errors_in_color: bool,
}

impl<'a> Job<'a> {
    pub fn new(common: &'a Common, talk: &Talk, formats: &'static [Format], judged: bool) -> Result<Self, Failure> {
        let outputs = Outputs::new(formats, &common.report)?;
        let secret = &common.look.secret;
        if secret.show_secrets && !(outputs.is_table() && io::stdout().is_terminal()) {
            return Err(Failure::usage("--show-secrets writes to a terminal, as a table, and to nowhere else"));
        }
        if secret.needs_texts() {
            secrets::keep_texts();
        }
        let verifier = Verifier::open(&common.look)?;
        let time = report_time(&variable, SystemTime::now()).map_err(Failure::usage)?;
        let jobs =
            common.limits.jobs.or_else(|| std::thread::available_parallelism().ok().map(NonZero::get)).unwrap_or(1);
        let policies = Policies::open(&common.gate, &common.policy, time, talk.quiet)?;
        let custom = Custom::open(&common.policy.rego)?;
        let frameworks = Frameworks::open(&common.policy.compliance)?;
        let vex = Vex::open(&common.look, talk)?;
        let stderr = io::stderr().is_terminal();
        let line = (!talk.quiet && terminal::progress(&variable, stderr)).then(|| Arc::new(Line::start()));
        let wants = |scanner| common.look.scanners.contains(&scanner);
        let licenses = wants(Scanner::License).then(|| common.look.license.policy());
        let judge = if judged && wants(Scanner::Vuln) {
            let (look, line, quiet) = (&common.look, line.clone(), talk.quiet);
            Some(Judge::open(judge::Terms { look, threads: jobs, time, line, quiet })?)
        } else {
            None
        };
        let searches =
            (judged && wants(Scanner::Secret)).then(|| exceptions::open(&secret.secret_allow)).transpose()?;
        let rules = if searches.is_some() { rules::bring(&secret.secret_rules)? } else { None };
        let wants_settings = judged && wants(Scanner::Misconfig);
        let options = scan::Options {
            analyzers: analyzers(&common.look, searches, wants_settings),
            archives: match common.look.archives {
                Archives::None => scan::Archives::None,
                Archives::Zip => scan::Archives::Indexed,
                Archives::All => scan::Archives::All,
            },
            history: Vec::new(),
            budget: common.limits.budget(),
            cache: cache(&common.look, rules),
            jobs,
            progress: line.clone().map(|line| line as Arc<dyn scan::Progress>),
        };
        Ok(Self {
            outputs,
            options,
            judge,
            searches,
            secrets: secrets::Judge { today: Some(time) },
            verifier,
            quiet: talk.quiet,
            checks: if wants_settings { Checks::open(&common.look.settings)? } else { None },
            settings: wants_settings.then(|| settings::judge(&common.look.settings, time)).transpose()?,
            licenses,
            vex,
            policies,
            custom,
            frameworks,
            metadata: None,
            time,
            line,
            common,
            color: terminal::color(talk.color, &variable, io::stdout().is_terminal()),
            errors_in_color: terminal::color(talk.color, &variable, stderr),
        })
    }

    /// Also looks into the history of a git repository, for what is looked for there.
    pub fn with_history(mut self, wanted: bool) -> Self {
        self.options.history.extend(self.searches.filter(|_| wanted));
        self
    }

    /// Also keeps what is seen in this file, for who judges it elsewhere.
    pub fn with_metadata(mut self, file: Option<&Path>) -> Result<Self, Failure> {
        self.metadata = file.map(|file| metadata::File::new(file, self.sought())).transpose()?;
        Ok(self)
    }

    /// What is looked for, as far as bytes of files are needed for it.
    pub fn sought(&self) -> Vec<Sought> {
        let scanners = &self.common.look.scanners;
        let packages = (*scanners != [Scanner::Misconfig]).then_some(Sought::Packages);
        let secrets = self.searches.map(|_| Sought::Secrets);
        let settings = self.settings.as_ref().map(|_| Sought::Settings);
        let licenses = scanners.contains(&Scanner::License).then_some(Sought::Licenses);
        [packages, secrets, settings, licenses].into_iter().flatten().collect()
    }

    /// Where clones of repositories may lie while they are looked into.
    pub fn clones(&self) -> Option<std::path::PathBuf> {
        self.options.cache.clone()
    }

    /// Opens the image, and remembers how its registry was asked.
    pub fn with_image(mut self, target: &Target) -> Result<(Self, Vec<Opened>), Failure> {
        let means = Means::of(target)?;
        let opened = open::image(target, &self.common.look, &self.options.budget, &means)?;
        self.vex.reach(means);
        Ok((self, opened))
    }

    /// Scans every platform, reports, and judges.
    pub fn run(&self, opened: Vec<Opened>, out: &mut dyn Write) -> Result<Exit, Failure> {
        let mut reports = Vec::new();
        let mut failures = Vec::new();
        for opened in opened {
            match self.scan(opened) {
                Ok(report) => reports.push(report),
                Err(failure) => failures.push(failure),
            }
        }
        if reports.is_empty()
            && let Some(failure) = failures.pop()
        {
            if let Some(line) = &self.line {
                line.finish();
            }
            return Err(failure);
        }
        self.conclude(&reports, failures, out)
    }

    /// Writes the reports, and judges them.
    pub fn conclude(&self, reports: &[Report], failures: Vec<Failure>, out: &mut dyn Write) -> Result<Exit, Failure> {
        if let Some(line) = &self.line {
            line.finish();
        }
        self.write(reports, out)?;
        if let Some(file) = &self.metadata {
            file.write(self.time)?;
        }
        let said = self.custom.as_ref().map(|custom| self.ask(custom, reports)).transpose()?.unwrap_or_default();
        let (mut exit, reasons) =
            gate::judge(reports, &self.common.gate, &self.policies, self.judge.is_some(), self.time);
        // The exit code says it all where nobody reads standard error.
        let mut stderr = io::stderr().lock();
        for failure in failures {
            exit = exit.max(failure.exit());
            let _ = failure.print(self.errors_in_color, &mut stderr);
        }
        self.policies.tell(reports, &self.looked_for(), &mut stderr);
        for message in said.warned {
            let _ = writeln!(stderr, "warning: policy: {}", one_line(&message));
        }
        if !said.denied.is_empty() {
            exit = exit.max(Exit::GateFailed);
        }
        for message in said.denied {
            let _ = writeln!(stderr, "failed: policy: {}", one_line(&message));
        }
        for reason in reasons {
            let _ = writeln!(stderr, "failed: {}", one_line(&reason));
        }
        if self.searches.is_some() && !self.quiet {
            for told in exceptions::unused(reports) {
                let _ = writeln!(stderr, "warning: {}", one_line(&told));
            }
        }
        Ok(exit)
    }

    /// The time of the reports.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// Writes what changed from the first report to the second one, and judges the second by those gates.
    pub fn compare(
        &self,
        reports: &[Report; 2],
        gate: &args::Gate,
        policies: &Policies,
        out: &mut dyn Write,
    ) -> Result<Exit, Failure> {
        if let Some(line) = &self.line {
            line.finish();
        }
        self.write(reports, out)?;
        let (exit, reasons) = gate::judge(&reports[1..], gate, policies, self.judge.is_some(), self.time);
        let mut stderr = io::stderr().lock();
        for reason in reasons {
            let _ = writeln!(stderr, "failed: {}", one_line(&reason));
        }
        Ok(exit)
    }

    /// The kinds of findings that can be there.
    fn looked_for(&self) -> Vec<Kind> {
        let vulnerabilities = self.judge.is_some().then_some([Kind::Vulnerability, Kind::EndOfLife]);
        let secrets = self.searches.map(|_| Kind::Secret);
        let settings = self.settings.as_ref().map(|_| Kind::Misconfiguration);
        let licenses = self.licenses.is_some().then_some(Kind::License);
        vulnerabilities.into_iter().flatten().chain(secrets).chain(settings).chain(licenses).collect()
    }

    pub fn scan(&self, opened: Opened) -> Result<Report, Failure> {
        let started = Instant::now();
        let report = scan::scan(opened, &self.detectors(), &self.options).map_err(open::failed)?;
        Ok(self.finish(report, started))
    }

    /// Who judges.
    pub fn detectors(&self) -> Vec<&dyn Detector> {
        self.detectors_but(self.settings.as_ref().map(|judge| judge as &dyn Detector))
    }

    /// Who judges, with somebody else for settings.
    pub fn detectors_but<'d>(&'d self, settings: Option<&'d dyn Detector>) -> Vec<&'d dyn Detector> {
        let judge = self.judge.iter().map(|judge| judge as &dyn Detector);
        let secrets = self.searches.map(|_| &self.secrets as &dyn Detector);
        let licenses = self.licenses.iter().map(|licenses| licenses as &dyn Detector);
        let checks = self.checks.iter().map(|checks| checks as &dyn Detector);
        judge.chain(secrets).chain(settings).chain(checks).chain(licenses).collect()
    }

    /// Takes out of a report what nobody may read, and adds to it what it was judged by and what others say of it.
    pub fn finish(&self, mut report: Report, started: Instant) -> Report {
        secrets::mask(&mut report.image.config);
        if let Some(file) = &self.metadata {
            file.keep(&report);
        }
        if let Some(judge) = &self.judge {
            report.knowledge = judge.take_knowledge();
            self.vex.apply(&mut report);
        }
        if let Some(settings) = &self.settings {
            report.assessed = settings.take_assessed();
        }
        if let Some(verifier) = &self.verifier {
            verifier.ask(&mut report);
        }
        self.policies.apply(&mut report);
        if !self.frameworks.is_empty() {
            self.frameworks.apply(&mut report, &self.looked_for(), self.time);
        }
        tracing::info!(
            reference = report.image.origin.reference,
            layers = report.layers.len(),
            packages = report.inventory.items.len(),
            findings = report.findings.len(),
            gaps = report.inventory.gaps.len(),
            elapsed = ?started.elapsed(),
            "scanned"
        );
        report
    }

    fn write(&self, reports: &[Report], out: &mut dyn Write) -> Result<(), Failure> {
        let asked = &self.common.report;
        let filter =
            Filter { severities: asked.severity.clone(), everything: asked.all, suppressed: asked.show_suppressed };
        self.with_context(filter, |context| self.outputs.write(reports, context, out))
    }

    /// What policies say about the reports, of which they see everything.
    fn ask(&self, custom: &Custom, reports: &[Report]) -> Result<Said, Failure> {
        let mut json = Vec::new();
        let filter = Filter { severities: Vec::new(), everything: true, suppressed: true };
        let format = args::format(report::SCAN, "json");
        let written = format.map(|format| self.with_context(filter, |it| (format.write)(reports, it, &mut json)));
        written.transpose().map_err(|error| Failure::new(Exit::ScanFailed, error))?;
        custom.judge(&String::from_utf8_lossy(&json))
    }

    fn with_context<T>(&self, filter: Filter, then: impl FnOnce(&Context<'_>) -> T) -> T {
        let told = |name: &str| variable(name).unwrap_or_default();
        let [commit, reference, workflow, job, id] =
            ["GITHUB_SHA", "GITHUB_REF", "GITHUB_WORKFLOW", "GITHUB_JOB", "GITHUB_RUN_ID"].map(told);
        let [account, region] = ["AWS_ACCOUNT_ID", "AWS_REGION"].map(told);
        let run = Run {
            commit: &commit,
            reference: &reference,
            workflow: &workflow,
            job: &job,
            id: &id,
            account: &account,
            region: &region,
        };
        let texts = self.common.look.secret.show_secrets.then(secrets::texts);
        then(&Context {
            width: terminal::width(&variable, terminal::columns()),
            color: self.color,
            version: env!("CARGO_PKG_VERSION"),
            generated_at: &self.time.to_string(),
            wants: Wants {
                vulnerabilities: self.judge.is_some(),
                secrets: self.searches.is_some(),
                settings: self.settings.is_some(),
                licenses: self.licenses.is_some(),
            },
            filter,
            texts: texts.as_ref(),
            run,
        })
    }
}

/// Who reads files for what is looked for.
fn analyzers(look: &Look, secrets: Option<&'static Analyzer>, settings: bool) -> Vec<&'static Analyzer> {
    let settings = settings.then_some(&misconfig::ANALYZER);
    if look.scanners == [Scanner::Misconfig] {
        // Nothing that a setting is judged by is a package.
        return settings.into_iter().collect();
    }
    let license = look.scanners.contains(&Scanner::License);
    let texts = license.then_some(packages::license::OF_PACKAGES);
    let full = (license && look.license.license_full).then_some(packages::license::FULL);
    packages::analyzers().chain(secrets).chain(settings).chain([texts, full].into_iter().flatten().flatten()).collect()
}

/// Where to keep facts, if anywhere.
fn cache(look: &Look, rules: Option<Digest>) -> Option<std::path::PathBuf> {
    // What was kept of secrets has no texts.
    if look.no_cache || look.secret.needs_texts() && look.scanners.contains(&Scanner::Secret) {
        return None;
    }
    let folder = look.cache_dir.clone().or_else(|| cache_folder(&variable))?;
    // Facts that other rules found are other facts.
    Some(rules.map_or(folder.clone(), |rules| folder.join(format!("rules-{}", &rules.hex()[..16]))))
}

/// The default budget is what the help text says.
#[cfg(test)]
mod tests {
    use model::Budget;

    use crate::args::{Cli, Command};
    use clap::Parser;

    #[test]
    fn limits_reach_the_budget() {
        let budget = |arguments: &[&str]| {
            let arguments = ["plimsoll", "rootfs", "/"].iter().chain(arguments);
            match Cli::try_parse_from(arguments).unwrap().command {
                Command::Rootfs(args) => args.common.limits.budget(),
                _ => Budget::default(),
            }
        };
        let (default, unset) = (Budget::default(), budget(&[]));
        assert_eq!(
            (unset.layer_bytes, unset.file_bytes, unset.memory_bytes, unset.nesting, unset.deadline),
            (default.layer_bytes, default.file_bytes, default.memory_bytes, default.nesting, None)
        );
        assert_eq!(budget(&["--max-layer-bytes", "1GiB"]).layer_bytes, 1 << 30);
        // A file that may be read must fit into memory.
        assert_eq!(budget(&["--max-file-bytes", "200MiB"]).memory_bytes, 200 << 20);
        assert!(budget(&["--timeout", "1m"]).deadline.is_some());
    }
}
