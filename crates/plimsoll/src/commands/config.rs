//! `plimsoll config`: configuration and nothing else is judged, and what it is judged by can be looked at.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use image::local;
use misconfig::detect;
use misconfig::rule::{self, Rule, trial};
use model::{AnalyzerId, Configuration, Fact, Image, ImagePath, Inventory, Item, Origin, Place, Report, What};
use report::clean;
use serde::Serialize;

use super::open;
use super::scan::Job;
use crate::args::{ConfigArgs, ConfigCommand, Form, RulesCommand, Talk};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

pub fn run(args: &ConfigArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    match &args.command {
        Some(ConfigCommand::Rules(RulesCommand::List { format })) => list(*format, out).map(|()| Exit::Passed),
        Some(ConfigCommand::Rules(RulesCommand::Test { paths })) => test(paths, out),
        None => judge(args, talk, out),
    }
}

fn judge(args: &ConfigArgs, talk: &Talk, out: &mut dyn Write) -> Result<Exit, Failure> {
    let common = args.common();
    let job = Job::new(&common, talk, report::SCAN, true)?;
    let path = args.path.as_deref().unwrap_or(Path::new("-"));
    if path.is_dir() {
        let opened = local::directory(path, "config").map_err(open::failed)?;
        return job.run(vec![opened], out);
    }
    let started = Instant::now();
    let report = file(path, &job)?;
    job.conclude(&[job.finish(report, started)], Vec::new(), out)
}

/// The report about one file, or about what stands on standard input.
pub(super) fn file(path: &Path, job: &Job<'_>) -> Result<Report, Failure> {
    let unread =
        |error: io::Error| Failure::new(Exit::ScanFailed, error).when(format!("cannot read {}", path.display()));
    let limit = job.options.budget.file_bytes;
    let all = |file: &mut dyn Read| {
        let mut content = Vec::new();
        file.take(limit.saturating_add(1)).read_to_end(&mut content).map(|_| content)
    };
    let is_input = path == Path::new("-");
    let content = if is_input { all(&mut io::stdin()) } else { File::open(path).and_then(|mut file| all(&mut file)) };
    let content = content.map_err(unread)?;
    if content.len() as u64 > limit {
        let error = format!("it is larger than {limit} bytes");
        return Err(unread(io::Error::other(error)).remedy("allow more with --max-file-bytes"));
    }
    let name = ImagePath::new(path.as_os_str().as_encoded_bytes());
    let language = detect::language(&name, &content).or_else(|| detect::said(&content));
    let Some(language) = language.filter(|language| misconfig::reader(*language).is_some()) else {
        let error = format!("{} is in no language of configuration that is read", path.display());
        return Err(Failure::usage(error).remedy("a file whose name tells its language, such as Dockerfile or x.yaml"));
    };
    let what = What::Configuration(Configuration { language: language.name().to_owned(), content });
    let place = Place { layer: None, path: if is_input { "-".into() } else { name } };
    let fact = Fact { what, place, by: AnalyzerId::new("configuration") };
    let inventory = Inventory { items: vec![Item { fact, removed: None, owner: None }], ..Inventory::default() };
    let reference = path.display().to_string();
    let origin = Origin { transport: "config".to_owned(), reference, ..Origin::default() };
    Ok(scan::judge(Image { origin, ..Image::default() }, Vec::new(), inventory, &job.detectors()))
}

/// A rule for programs.
#[derive(Serialize)]
struct RuleJson<'a> {
    id: &'a str,
    language: &'static str,
    service: &'a str,
    title: &'a str,
    severity: &'a str,
    kinds: &'a [&'a str],
    why: &'a str,
    fix: &'a str,
    code: &'a str,
    references: &'a [&'a str],
    weaknesses: Vec<String>,
    controls: &'a [&'a str],
}

impl<'a> RuleJson<'a> {
    fn new(rule: &'a Rule<'a>) -> Self {
        Self {
            id: rule.id,
            language: rule.target.name(),
            service: rule.service,
            title: rule.title,
            severity: rule.severity,
            kinds: &rule.kinds,
            why: rule.why,
            fix: rule.fix,
            code: rule.code,
            references: &rule.references,
            weaknesses: rule.cwe.iter().map(|number| format!("CWE-{number}")).collect(),
            controls: &rule.controls,
        }
    }
}

fn list(form: Form, out: &mut dyn Write) -> Result<(), Failure> {
    let rules: Vec<_> = rule::all().collect();
    if form == Form::Json {
        let rules: Vec<_> = rules.iter().map(|rule| RuleJson::new(rule)).collect();
        let text = serde_json::to_string_pretty(&rules).unwrap_or_default();
        return written(writeln!(out, "{text}"));
    }
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    let mut languages: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in &rules {
        let language = rule.target.name();
        *languages.entry(language).or_default() += 1;
        written(writeln!(out, "{:width$}  {:8}  {language:14}  {}", rule.id, rule.severity, rule.title))?;
    }
    let each: Vec<_> = languages.iter().map(|(language, count)| format!("{language} {count}")).collect();
    written(writeln!(out, "\n{} rules: {}", rules.len(), each.join(", ")))
}

fn test(paths: &[PathBuf], out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut files = Vec::new();
    for path in paths {
        listed(path, &mut files)
            .map_err(|error| Failure::new(Exit::Usage, error).when(format!("cannot read {}", path.display())))?;
    }
    files.sort();
    let (mut rules, mut mistakes) = (0, 0);
    for file in &files {
        let text = fs::read_to_string(file)
            .map_err(|error| Failure::new(Exit::Usage, error).when(format!("cannot read {}", file.display())))?;
        let tried = trial::file(file, &text);
        rules += tried.rules;
        mistakes += tried.mistakes.len();
        for mistake in tried.mistakes {
            written(writeln!(out, "{}: {}", clean(&file.display().to_string()), clean(&mistake)))?;
        }
    }
    written(writeln!(out, "{rules} rules in {} files, {mistakes} mistakes", files.len()))?;
    Ok(if mistakes == 0 { Exit::Passed } else { Exit::GateFailed })
}

/// The files of rules at a path; links to folders are not followed.
fn listed(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut open = vec![path.to_owned()];
    while let Some(path) = open.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                let entry = entry?;
                let kind = entry.file_type()?;
                let is_rules = entry.path().extension().is_some_and(|extension| extension == "yaml");
                if kind.is_dir() || kind.is_file() && is_rules {
                    open.push(entry.path());
                }
            }
        } else {
            fs::metadata(&path)?;
            files.push(path);
        }
    }
    Ok(())
}
