//! Findings of two reports side by side, and why one is new or gone.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{Report, Severity};

use super::packages::{Fate, Packages, Versions};
use super::{Status, worst_first};
use crate::Filter;
use crate::issue::{Found, Issue, Kind, issues};

/// Why a finding is new, gone, or not what it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// Its package was not there.
    PackageAdded,
    /// Its package is not there any more.
    PackageRemoved,
    /// Its package has another version.
    PackageChanged,
    /// The package is the same: what is known of it changed, by an advisory or by who rates it.
    Advisory,
    /// It was set aside, or is no longer.
    SetAside,
    /// What the image holds or says changed.
    Content,
}

impl Cause {
    /// The word for it, as in JSON.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::PackageAdded => "package-added",
            Self::PackageRemoved => "package-removed",
            Self::PackageChanged => "package-changed",
            Self::Advisory => "advisory",
            Self::SetAside => "set-aside",
            Self::Content => "content",
        }
    }
}

/// One finding, on both sides.
pub(super) struct Change<'a> {
    pub status: Status,
    pub old: Option<Issue<'a>>,
    pub new: Option<Issue<'a>>,
    /// None where nothing changed.
    pub cause: Option<Cause>,
    /// The versions of its package.
    pub versions: Option<Versions<'a>>,
    /// What is not as it was, each in a few words.
    pub differences: Vec<String>,
}

impl<'a> Change<'a> {
    /// The finding as it is, or as it was where it is gone.
    pub(super) fn issue(&self) -> Option<&Issue<'a>> {
        self.new.as_ref().or(self.old.as_ref())
    }

    pub(super) fn severity(&self) -> Severity {
        self.issue().map(|issue| issue.severity).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        self.issue().map(Issue::kind)
    }

    /// Why, for a person.
    pub(super) fn why(&self) -> String {
        let versions = || self.versions.as_ref().map(Versions::words).unwrap_or_default();
        let is_new = self.status == Status::New;
        match self.cause {
            None => String::new(),
            Some(Cause::PackageAdded) => "the package is new".into(),
            Some(Cause::PackageRemoved) => "the package is gone".into(),
            Some(Cause::PackageChanged) => format!("the package changed, {}", versions()),
            Some(Cause::Advisory) if is_new => "the package is the same, and the advisory is new".into(),
            Some(Cause::Advisory) if self.status == Status::Fixed => {
                "the package is the same, and no advisory says so any more".into()
            }
            Some(Cause::Advisory) => "the package is the same, and the advisory changed".into(),
            Some(Cause::SetAside) if is_new => "it was set aside, and is no longer".into(),
            Some(Cause::SetAside) => match self.new.as_ref().and_then(|issue| issue.suppressed) {
                Some(reason) => format!("it is set aside: {reason}"),
                None => "it is set aside".into(),
            },
            Some(Cause::Content) if is_new => "the content is new".into(),
            Some(Cause::Content) if self.status == Status::Fixed => "the content is gone".into(),
            Some(Cause::Content) => "the content changed".into(),
        }
    }
}

/// The findings of one report, each once, by all that it is called.
struct Side<'a> {
    issues: Vec<Issue<'a>>,
    names: HashMap<String, usize>,
}

impl<'a> Side<'a> {
    fn new(report: &'a Report, compared: &[Kind]) -> Self {
        let filter = Filter { suppressed: true, ..Filter::default() };
        let mut side = Self { issues: Vec::new(), names: HashMap::new() };
        for issue in issues(report, &filter).into_iter().filter(|issue| compared.contains(&issue.kind())) {
            let names = names(&issue);
            // The worst comes first, and the same in another place or version is no other finding; one that counts hides one
            // that does not.
            match names.iter().find_map(|name| side.names.get(name)).copied() {
                Some(known) if side.issues[known].suppressed.is_some() && issue.suppressed.is_none() => {
                    side.issues[known] = issue;
                    side.names.extend(names.into_iter().map(|name| (name, known)));
                }
                Some(known) => side.names.extend(names.into_iter().map(|name| (name, known))),
                None => {
                    let index = side.issues.len();
                    side.names.extend(names.into_iter().map(|name| (name, index)));
                    side.issues.push(issue);
                }
            }
        }
        side
    }

    fn find(&self, issue: &Issue<'_>) -> Option<usize> {
        names(issue).iter().find_map(|name| self.names.get(name)).copied()
    }
}

/// All that a finding is called, without versions, layers and lines.
fn names(issue: &Issue<'_>) -> Vec<String> {
    let kind = issue.package().map_or("", |package| package.kind.purl_type());
    let subject = issue.subject();
    match issue.what {
        Found::Vulnerability(found) => {
            let ids = [&found.id].into_iter().chain(&found.aliases);
            ids.map(|id| format!("{}\n{kind}\n{subject}", id.to_ascii_uppercase())).collect()
        }
        Found::Secret(found) => vec![format!("{}\n{}", found.secret.kind, found.secret.fingerprint)],
        Found::Misconfiguration(found) => {
            vec![format!("{}\n{:?}\n{:?}\n{}", found.rule, issue.path(), found.resource, found.attribute)]
        }
        Found::License(found) => vec![format!("{:?}\n{kind}\n{subject}", found.licenses)],
        Found::EndOfLife(end) => vec![format!("end\n{}", end.release)],
    }
}

/// What became of every finding of these kinds that counts on either side.
pub(super) fn changes<'a>(
    old: &'a Report,
    new: &'a Report,
    compared: &[Kind],
    packages: &Packages<'a>,
) -> Vec<Change<'a>> {
    let (before, after) = (Side::new(old, compared), Side::new(new, compared));
    let mut changes = Vec::new();
    let mut met = HashSet::new();
    for issue in &after.issues {
        let earlier = before.find(issue);
        met.extend(earlier);
        changes.extend(change(earlier.map(|index| before.issues[index].clone()), Some(issue.clone()), packages));
    }
    for (index, issue) in before.issues.iter().enumerate() {
        if !met.contains(&index) {
            changes.extend(change(Some(issue.clone()), None, packages));
        }
    }
    changes.sort_by_cached_key(|change| {
        let issue = change.issue();
        let priority = std::cmp::Reverse(issue.map_or(0, |issue| issue.priority().to_bits()));
        let names = issue.map(|issue| (issue.rule().into_owned(), issue.subject().into_owned(), issue.path()));
        (change.status, worst_first(change.severity()), change.kind(), priority, names)
    });
    changes
}

/// What became of one; none where it counts on neither side.
fn change<'a>(old: Option<Issue<'a>>, new: Option<Issue<'a>>, packages: &Packages<'a>) -> Option<Change<'a>> {
    let counts = |issue: &Option<Issue<'a>>| issue.as_ref().is_some_and(|issue| issue.suppressed.is_none());
    let package = new.as_ref().or(old.as_ref()).and_then(Issue::package);
    let versions = package.and_then(|package| packages.get(package)).cloned();
    let by_package = match versions.as_ref().map(Versions::fate) {
        None => Cause::Content,
        Some(Fate::Added) => Cause::PackageAdded,
        Some(Fate::Removed) => Cause::PackageRemoved,
        Some(Fate::Changed) => Cause::PackageChanged,
        Some(Fate::Same) => Cause::Advisory,
    };
    let mut differences = Vec::new();
    let (status, cause) = match (counts(&old), counts(&new)) {
        (false, false) => return None,
        (false, true) => (Status::New, Some(if old.is_some() { Cause::SetAside } else { by_package })),
        (true, false) => (Status::Fixed, Some(if new.is_some() { Cause::SetAside } else { by_package })),
        (true, true) => {
            if let (Some(old), Some(new)) = (&old, &new) {
                differences = differ(old, new, versions.as_ref());
            }
            if differences.is_empty() { (Status::Same, None) } else { (Status::Changed, Some(by_package)) }
        }
    };
    Some(Change { status, old, new, cause, versions, differences })
}

/// What is said otherwise of a finding that both sides have.
fn differ(old: &Issue<'_>, new: &Issue<'_>, versions: Option<&Versions<'_>>) -> Vec<String> {
    let mut differences = Vec::new();
    if old.severity != new.severity {
        differences.push(format!("severity {} → {}", old.severity.word(), new.severity.word()));
    }
    if let Some(versions) = versions.filter(|versions| versions.fate() == Fate::Changed) {
        differences.push(format!("version {}", versions.words()));
    }
    if old.fixed() != new.fixed() {
        let word = |issue: &Issue<'_>| issue.fixed().unwrap_or("none").to_owned();
        differences.push(format!("fix {} → {}", word(old), word(new)));
    }
    let exploited = |issue: &Issue<'_>| issue.vulnerability().is_some_and(|found| found.exploited.is_some());
    if exploited(old) != exploited(new) {
        differences.push(if exploited(new) { "now exploited" } else { "no longer exploited" }.into());
    }
    let gone = |issue: &Issue<'_>| issue.removed().is_some();
    if gone(old) != gone(new) {
        differences
            .push(if gone(new) { "its file is removed by a later layer" } else { "its file is there again" }.into());
    }
    differences
}

/// The ids of a finding besides the one that it is known by, in both reports.
pub(super) fn aliases<'a>(change: &Change<'a>) -> BTreeSet<&'a str> {
    let vulnerabilities = [&change.old, &change.new].into_iter().flatten().filter_map(Issue::vulnerability);
    let mut ids: BTreeSet<&str> =
        vulnerabilities.flat_map(|found| found.aliases.iter().chain([&found.id])).map(String::as_str).collect();
    if let Some(found) = change.issue().and_then(Issue::vulnerability) {
        ids.remove(&*found.id);
    }
    ids
}
