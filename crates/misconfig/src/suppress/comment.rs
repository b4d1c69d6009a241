//! Comments with exceptions, by the tools whose form they have:
//!
//! | form | covers |
//! |---|---|
//! | `plimsoll:ignore ID[,ID…] reason… [until=DATE]` | the line, or what begins on the next |
//! | `trivy:ignore:ID[:exp:DATE][:ws:NAME]`, `tfsec:ignore:…` (Trivy's documentation, "Inline filtering") | the same |
//! | `checkov:skip=ID[,ID…][:reason]` (Checkov's, "Suppressing and skipping policies") | the resource around it; of a Dockerfile, the file |
//! | `hadolint ignore=ID,…`, `hadolint global ignore=ID,…` (hadolint's, "Inline ignores") | the next instruction; the file |
//! | `kics-scan ignore-line`, `ignore-block`, `ignore`, `disable=ID,…` (KICS's, "Using comments to skip") | the next line, block; the file |
//!
//! Ids are those of rules in any of their names; a star at an end stands for the rest.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// How far an exception goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// One line.
    Line,
    /// What begins on a line.
    Block,
    /// The resource that it stands in.
    Resource,
    /// The whole file.
    File,
}

/// One exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// Whose form it has.
    pub form: &'static str,
    /// The line; zero of an annotation.
    pub line: u32,
    /// Whether nothing else is on the line.
    pub alone: bool,
    /// How far it goes.
    pub reach: Reach,
    /// The rules; `*` for all.
    pub ids: Vec<String>,
    /// Why.
    pub reason: String,
    /// The day from which on it is over.
    pub until: Option<String>,
    /// What keeps it from counting at all.
    pub refused: Option<&'static str>,
}

impl Exception {
    /// Whether it is about a rule with these names.
    pub fn names(&self, names: &[&str]) -> bool {
        self.ids.iter().any(|id| match (id.strip_suffix('*'), id.strip_prefix('*')) {
            (Some(begin), _) => {
                names.iter().any(|name| name.get(..begin.len()).is_some_and(|name| name.eq_ignore_ascii_case(begin)))
            }
            (_, Some(end)) => names.iter().any(|name| name.to_ascii_lowercase().ends_with(&end.to_ascii_lowercase())),
            _ => names.iter().any(|name| name.eq_ignore_ascii_case(id)),
        })
    }

    /// Why it counts no longer, where that is so.
    pub fn wrong(&self, today: Option<Timestamp>) -> Option<String> {
        let place = if self.line > 0 { format!("on line {}", self.line) } else { "among the annotations".to_owned() };
        if let Some(why) = self.refused {
            return Some(format!("The exception {place} ({}) does not count: {why}.", self.form));
        }
        let until = self.until.as_ref()?;
        let day = until.parse::<Date>().ok().and_then(|day| TimeZone::UTC.to_timestamp(day.into()).ok());
        match day {
            None => Some(format!(
                "The exception {place} ({}) does not count: {until:?} is no date such as 2026-12-31.",
                self.form
            )),
            Some(day) if today.is_some_and(|today| today >= day) => {
                Some(format!("The exception {place} ({}) ended before {until}, and counts no longer.", self.form))
            }
            Some(_) => None,
        }
    }

    /// Why a finding does not count: `ignored: only inside (trivy:ignore; main.tf, line 3)`.
    pub fn told(&self, path: &str) -> String {
        let reason = if self.reason.is_empty() { "without a reason" } else { &self.reason };
        let until = self.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        let line = if self.line > 0 { format!(", line {}", self.line) } else { String::new() };
        format!("ignored: {reason} ({}{until}; {path}{line})", self.form)
    }
}

/// Exceptions of one file: more are none.
const MOST: usize = 10_000;

/// Reads what follows the word of a form.
type Read = fn(&str) -> Option<Exception>;

/// The words with which exceptions begin, and what reads what follows.
const FORMS: &[(&str, Read)] = &[
    ("plimsoll:ignore", own),
    ("trivy:ignore:", trivy),
    ("tfsec:ignore:", tfsec),
    ("checkov:skip=", checkov),
    ("bridgecrew:skip=", checkov),
    ("hadolint ", hadolint),
    ("kics-scan ", kics),
];

/// The exceptions in the comments of a file.
pub(super) fn all(text: &str) -> Vec<Exception> {
    let mut found = Vec::new();
    if !FORMS.iter().any(|(word, _)| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()) {
        return found;
    }
    let mut in_head = true;
    for (number, line) in (1..).zip(text.lines()) {
        let trimmed = line.trim_start();
        let alone = ["#", "//", "/*", "*"].iter().any(|sign| trimmed.starts_with(sign));
        in_head &= alone || trimmed.is_empty();
        for (word, read) in FORMS {
            for (at, _) in line.match_indices(word) {
                let before = &line[..at];
                let is_comment = ["#", "//", "/*"].iter().any(|sign| before.contains(sign)) || trimmed.starts_with('*');
                let Some(exception) = is_comment.then(|| read(&line[at + word.len()..])).flatten() else { continue };
                // What is said of a whole file is said before anything else.
                if exception.form == "kics-scan" && exception.reach == Reach::File && !in_head {
                    continue;
                }
                if found.len() < MOST {
                    found.push(Exception { line: number, alone, ..exception });
                }
            }
        }
    }
    found
}

fn exception(form: &'static str, reach: Reach, ids: &str, reason: &str) -> Exception {
    let ids = ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let reason = reason.trim().trim_end_matches("*/").trim().to_owned();
    Exception { form, line: 0, alone: false, reach, ids, reason, until: None, refused: None }
}

/// ` PLM-AWS-S3-001,PLM-AWS-S3-002 only for the web site until=2027-01-31`.
fn own(rest: &str) -> Option<Exception> {
    let mut words = rest.strip_prefix(char::is_whitespace)?.split_whitespace().peekable();
    let mut ids = words.next()?.to_owned();
    while ids.ends_with(',')
        && let Some(more) = words.next()
    {
        ids.push_str(more);
    }
    let (mut reason, mut until) = (Vec::new(), None);
    for word in words {
        match word.strip_prefix("until=") {
            Some(day) => until = Some(day),
            None => reason.push(word),
        }
    }
    let mut found = exception("plimsoll:ignore", Reach::Block, &ids, &reason.join(" "));
    // The last day counts.
    found.until = until.map(|day| {
        let next = day.parse::<Date>().ok().and_then(|day| day.tomorrow().ok());
        next.map_or_else(|| day.to_owned(), |day| day.to_string())
    });
    found.refused = found.reason.is_empty().then_some("it says no reason, for whoever reads it next year");
    Some(found)
}

fn trivy(rest: &str) -> Option<Exception> {
    colons("trivy:ignore", rest)
}

fn tfsec(rest: &str) -> Option<Exception> {
    colons("tfsec:ignore", rest)
}

/// `AVD-AWS-0086:exp:2027-01-31:ws:production`.
fn colons(form: &'static str, rest: &str) -> Option<Exception> {
    let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let (first, reason) = rest.split_at(end);
    // Another exception on the same line is no reason.
    let reason = reason.split(":ignore:").next().unwrap_or_default();
    let reason = if rest.contains(":ignore:") { "" } else { reason };
    let mut parts = first.split(':');
    let mut found = exception(form, Reach::Block, parts.next()?, reason);
    if found.ids.iter().any(|id| id.contains('[')) {
        found.ids.iter_mut().for_each(|id| id.truncate(id.find('[').unwrap_or(id.len())));
        found.refused = Some("conditions in brackets are not understood here");
    }
    while let Some(key) = parts.next() {
        let value = parts.next().unwrap_or_default();
        match key {
            "exp" => found.until = Some(value.to_owned()),
            "ws" if value != "default" => found.refused = Some("it is for another workspace"),
            _ => {}
        }
    }
    (!found.ids.is_empty()).then_some(found)
}

/// `CKV_AWS_20,CKV_AWS_57: the web site`.
fn checkov(rest: &str) -> Option<Exception> {
    let rest = rest.trim_start();
    let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, '_' | ',' | '*'));
    let (ids, reason) = rest.split_at(end.unwrap_or(rest.len()));
    let found = exception("checkov:skip", Reach::Resource, ids, reason.trim_start_matches(':'));
    (!found.ids.is_empty()).then_some(found)
}

/// `ignore=DL3006,DL3008` or `global ignore=DL3006`.
fn hadolint(rest: &str) -> Option<Exception> {
    let rest = rest.trim_start();
    let (reach, rest) = match rest.strip_prefix("global") {
        Some(rest) => (Reach::File, rest.trim_start()),
        None => (Reach::Block, rest),
    };
    let ids = rest.strip_prefix("ignore")?.trim_start().strip_prefix('=')?.trim_start();
    let end =
        ids.find(|letter: char| !letter.is_ascii_alphanumeric() && !matches!(letter, ',' | ' ')).unwrap_or(ids.len());
    let found = exception("hadolint ignore", reach, &ids[..end], ids[end..].trim_start_matches('#'));
    (!found.ids.is_empty()).then_some(found)
}

/// `ignore-line`, `ignore-block`, `ignore` or `disable=ID,ID`.
fn kics(rest: &str) -> Option<Exception> {
    let rest = rest.trim_start();
    let end = rest.find(|letter: char| letter.is_whitespace() || letter == ':').unwrap_or(rest.len());
    let (word, reason) = rest.split_at(end);
    let (reach, ids) = match word.split_once('=') {
        Some(("disable", ids)) => (Reach::File, ids),
        None => match word {
            "ignore-line" => (Reach::Line, "*"),
            "ignore-block" => (Reach::Block, "*"),
            "ignore" => (Reach::File, "*"),
            _ => return None,
        },
        Some(_) => return None,
    };
    Some(exception("kics-scan", reach, ids, reason.trim_start_matches(':')))
}
