//! `rules/starter.tsv`, whose head explains its columns, as a `Starter`: the day, and a slice of `Entry` in the order of
//! their ids.

use crate::table::{Line, Table, is_date};

/// Ecosystems that packages may be of, as the OSV schema (1.7, "Defined Ecosystems") names them.
const ECOSYSTEMS: &[&str] = &[
    "Bitnami",
    "CRAN",
    "GitHub Actions",
    "Go",
    "Julia",
    "Maven",
    "NuGet",
    "Packagist",
    "PyPI",
    "RubyGems",
    "SwiftURL",
    "crates.io",
    "npm",
];

/// What is wrong with a text.
type Wrong = &'static str;

pub fn pack(table: &Table) -> Result<String, String> {
    let mut lines = table.lines().peekable();
    let Some(first) = lines.next() else { return Err("the starter table is empty".into()) };
    let ["as of", day] = first.columns()? else { return Err(first.wrong("the first line is: as of, and a date")) };
    if !is_date(day) {
        return Err(first.wrong("expected a date like 2026-06-30"));
    }
    let mut entries = String::new();
    let mut last = (0, 0);
    while let Some(line) = lines.next() {
        let [id, listed, ransomware, vector, aliases, summary] = line.columns()?;
        let number = number(id).ok_or_else(|| line.wrong("expected an id like CVE-2021-44228"))?;
        if number <= last {
            return Err(line.wrong("ids stand in the order of their years and numbers, each once"));
        }
        last = number;
        if !is_date(listed) {
            return Err(line.wrong("listed must be a date like 2026-06-30"));
        }
        if !matches!(ransomware, "ransomware" | "-") {
            return Err(line.wrong("ransomware or -"));
        }
        if ransomware != "-" && listed > day {
            return Err(line.wrong("the catalogue was not gone through as of then: nothing is said of ransomware"));
        }
        if !is_vector(vector) {
            return Err(line.wrong("expected the vector of CVSS 3 or 4, without anything but its base metrics"));
        }
        let aliases: Vec<&str> = if aliases == "-" { Vec::new() } else { aliases.split(", ").collect() };
        if !aliases.iter().all(|alias| alias.starts_with("GHSA-") && alias.len() == "GHSA-jfh8-c2jp-5v3q".len()) {
            return Err(line.wrong("aliases are ids like GHSA-jfh8-c2jp-5v3q with a comma and a space between them"));
        }
        if !summary.ends_with('.') {
            return Err(line.wrong("the summary is a sentence and ends with a full stop"));
        }
        let mut packages = String::new();
        let mut seen = Vec::new();
        while let Some(line) = lines.next_if(Line::is_indented) {
            packages.push_str(&package(line.unindented(), &mut seen)?);
        }
        if packages.is_empty() {
            return Err(line.wrong("no package below it"));
        }
        let entry = format!(
            "Entry {{ id: {id:?}, listed: {listed:?}, ransomware: {}, vector: {vector:?}, aliases: &{aliases:?}, \
             summary: {summary:?}, packages: &[\n{packages}] }},\n",
            ransomware == "ransomware",
        );
        entries.push_str(&entry);
    }
    Ok(format!("Starter {{ day: {day:?}, entries: &[\n{entries}] }}\n"))
}

/// A line for a package, as an `Entrant`.
fn package<'a>(line: Line<'a>, seen: &mut Vec<(&'a str, &'a str)>) -> Result<String, String> {
    let [ecosystem, name, affected, source] = line.columns()?;
    if !ECOSYSTEMS.contains(&ecosystem) {
        return Err(line.wrong("not an ecosystem of the OSV schema that this table may have"));
    }
    if seen.contains(&(ecosystem, name)) {
        return Err(line.wrong("the package is there twice"));
    }
    seen.push((ecosystem, name));
    let (mut ranges, mut versions) = (String::new(), Vec::new());
    for range in affected.split(", ") {
        match range.strip_prefix('=') {
            Some(only) => versions.push(version(only).map_err(|detail| line.wrong(detail))?),
            None => ranges.push_str(&timeline(range).map_err(|detail| line.wrong(detail))?),
        }
    }
    Ok(format!(
        "    Entrant {{ ecosystem: {ecosystem:?}, name: {name:?}, ranges: &[{ranges}], versions: &{versions:?}, \
         source: {source:?} }},\n"
    ))
}

/// A range, as a slice of `Event`.
fn timeline(range: &str) -> Result<String, Wrong> {
    let (from, to) = match range.split_once(' ') {
        Some((from, to)) => (Some(from), Some(to)),
        None if range == "*" => (None, None),
        None if range.starts_with('<') => (None, Some(range)),
        None => return Err("expected a range like >=1.2 <1.5, <1.5, <=1.4, =1.3 or *"),
    };
    let introduced = match from {
        Some(from) => version(from.strip_prefix(">=").ok_or("a range begins with >=")?)?,
        None => "0",
    };
    let end = match to.map(|to| (to, to.strip_prefix("<="))) {
        None => String::new(),
        Some((_, Some(last))) => format!(", Event::LastAffected({:?})", version(last)?),
        Some((to, None)) => {
            format!(", Event::Fixed({:?})", version(to.strip_prefix('<').ok_or("a range ends with < or <=")?)?)
        }
    };
    Ok(format!("&[Event::Introduced({introduced:?}){end}], "))
}

/// A version, which is only ever compared: that it is one of its ecosystem is for the tests.
fn version(text: &str) -> Result<&str, Wrong> {
    let fits = text.starts_with(|first: char| first.is_ascii_digit())
        && text.chars().all(|character| character.is_ascii_alphanumeric() || ".-+".contains(character));
    if fits { Ok(text) } else { Err("expected a version: a digit, then letters, digits, dots, - and +") }
}

fn number(id: &str) -> Option<(u32, u32)> {
    let (year, number) = id.strip_prefix("CVE-")?.split_once('-')?;
    Some((year.parse().ok().filter(|_| year.len() == 4)?, number.parse().ok().filter(|_| number.len() >= 4)?))
}

fn is_vector(text: &str) -> bool {
    let (metrics, count) = match text.split_once('/') {
        Some(("CVSS:3.0" | "CVSS:3.1", metrics)) => (metrics, 8),
        Some(("CVSS:4.0", metrics)) => (metrics, 11),
        _ => return false,
    };
    metrics.split('/').count() == count && metrics.split('/').all(|metric| metric.split(':').count() == 2)
}
