//! Findings as one list of issues: what every format says that keeps a list of problems, whatever kind of problem each is.
//!
//! The sentences that are made here are cleaned, so that they may go into a log; a format with a markup of its own has to
//! escape them besides. Names, ids and paths are as they stand.
//!
//! A new kind of finding is one more [`Kind`] and one more arm of each `match` below. Formats that have a shape of their own
//! for a kind then do not compile until they say what becomes of it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write as _;

use model::{
    Digest, EndOfLife, ExposedSecret, Finding, FixState, ImagePath, Item, LayerIndex, LicenseFinding, Misconfiguration,
    Package, Report, Severity, Spot, Verified, VexRemark, Vulnerability,
};

use crate::text::{count, fit};
use crate::view::layer_number;

use crate::{Filter, clean, one_line, sightings};

/// Columns of an instruction that are shown.
const INSTRUCTION: usize = 80;

/// The kinds of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Vulnerability,
    Secret,
    Misconfiguration,
    EndOfLife,
    License,
}

impl Kind {
    /// Every kind, in the order in which people want to read of them.
    pub const ALL: [Self; 5] =
        [Self::Vulnerability, Self::Secret, Self::Misconfiguration, Self::EndOfLife, Self::License];

    /// The word for one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::Secret => "secret",
            Self::Misconfiguration => "misconfiguration",
            Self::EndOfLife => "end-of-life",
            Self::License => "license",
        }
    }

    /// What many of them are called above a list.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Vulnerability => "Vulnerabilities",
            Self::Secret => "Secrets",
            Self::Misconfiguration => "Settings",
            Self::EndOfLife => "End of life",
            Self::License => "Licences",
        }
    }
}

/// A finding, with all that is known of it in one place.
#[derive(Clone, Debug)]
pub(crate) struct Issue<'a> {
    pub report: &'a Report,
    pub what: Found<'a>,
    pub severity: Severity,
    /// Why it does not count, where that is so.
    pub suppressed: Option<&'a str>,
    /// The package or file that it is about, where there is one.
    pub item: Option<&'a Item>,
    /// Where else the same package is.
    pub also: Vec<&'a Item>,
    /// What somebody says about it who knows the product.
    pub remark: Option<&'a VexRemark>,
    /// The same for the same issue in every scan, and for no other in this one: neither tags nor layers nor versions are in it.
    pub fingerprint: String,
}

/// The finding itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'a> {
    Vulnerability(&'a Vulnerability),
    Secret(&'a ExposedSecret),
    Misconfiguration(&'a Misconfiguration),
    EndOfLife(&'a EndOfLife),
    License(&'a LicenseFinding),
}

/// The issues of a report that the filter shows: worst first, and then what to deal with first. What one package has in several
/// places is one issue.
pub(crate) fn issues<'a>(report: &'a Report, filter: &Filter) -> Vec<Issue<'a>> {
    let vulnerabilities = sightings::vulnerabilities(report).into_iter().map(|affected| {
        let found = affected.vulnerability;
        let issue = Issue::new(report, Found::Vulnerability(found), found.severity, Some(affected.item));
        let suppressed = found.suppressed.as_deref();
        Issue { suppressed, remark: affected.remark, also: affected.also, ..issue }
    });
    let others = report.findings.iter().filter_map(|finding| {
        Issue::other(report, finding).map(|issue| Issue { suppressed: finding.suppressed(), ..issue })
    });
    let mut issues: Vec<Issue<'a>> = vulnerabilities
        .chain(others)
        .filter(|issue| filter.shows(issue.severity) && (filter.suppressed || issue.suppressed.is_none()))
        .collect();
    issues.sort_by_cached_key(|issue| {
        let version = issue.package().map(|package| package.version.clone());
        let order = (std::cmp::Reverse(issue.severity), issue.kind(), std::cmp::Reverse(issue.priority().to_bits()));
        (order, issue.rule().into_owned(), issue.subject().into_owned(), version, issue.path(), issue.line())
    });
    // Two packages of one name in one file, such as of two architectures, are two issues.
    let mut seen: HashMap<String, usize> = HashMap::new();
    for issue in &mut issues {
        let earlier = seen.entry(issue.fingerprint.clone()).or_insert(0);
        *earlier += 1;
        if *earlier > 1 {
            issue.fingerprint = fingerprint(&[&issue.fingerprint, &earlier.to_string()]);
        }
    }
    issues
}

impl<'a> Issue<'a> {
    /// The issue that a finding is which is no vulnerability.
    fn other(report: &'a Report, finding: &'a Finding) -> Option<Self> {
        let (what, severity, item) = match finding {
            Finding::Vulnerability(_) => return None,
            Finding::Secret(found) => (Found::Secret(found), found.severity, None),
            Finding::Misconfiguration(found) => (Found::Misconfiguration(found), found.severity, None),
            Finding::License(found) => {
                let item = report.inventory.items.get(found.item)?;
                (Found::License(found), found.class.severity(), Some(item))
            }
            // Without updates every new hole stays open; as long as there are some, it is a matter of planning.
            Finding::EndOfLife(end) => {
                (Found::EndOfLife(end), if end.passed { Severity::High } else { Severity::Low }, None)
            }
        };
        Some(Self { suppressed: finding.suppressed(), ..Self::new(report, what, severity, item) })
    }

    fn new(report: &'a Report, what: Found<'a>, severity: Severity, item: Option<&'a Item>) -> Self {
        let (suppressed, also, remark, fingerprint) = (None, Vec::new(), None, String::new());
        let mut issue = Self { report, what, severity, suppressed, item, also, remark, fingerprint };
        let kind = issue.package().map_or("", |package| package.kind.purl_type());
        let mut parts = vec![issue.kind().word(), kind];
        let (rule, subject, path) = (issue.rule(), issue.subject(), issue.path());
        parts.extend([&*rule, &*subject, &*path]);
        if let Found::Secret(found) = what {
            parts.push(&found.secret.fingerprint);
        }
        if let Found::Misconfiguration(found) = what {
            parts.push(&found.attribute);
        }
        issue.fingerprint = self::fingerprint(&parts);
        issue
    }

    pub fn kind(&self) -> Kind {
        match self.what {
            Found::Vulnerability(_) => Kind::Vulnerability,
            Found::Secret(_) => Kind::Secret,
            Found::Misconfiguration(_) => Kind::Misconfiguration,
            Found::EndOfLife(_) => Kind::EndOfLife,
            Found::License(_) => Kind::License,
        }
    }

    pub fn vulnerability(&self) -> Option<&'a Vulnerability> {
        if let Found::Vulnerability(found) = self.what { Some(found) } else { None }
    }

    pub fn package(&self) -> Option<&'a Package> {
        self.item.and_then(Item::package)
    }

    /// The package's URL.
    pub fn purl(&self) -> Option<String> {
        self.package().map(|package| package.purl(self.report.inventory.distro.as_ref()))
    }

    /// What all issues of the same sort have in common: the id of a vulnerability, the kind of a secret.
    pub fn rule(&self) -> Cow<'a, str> {
        match self.what {
            Found::Vulnerability(found) => Cow::Borrowed(&found.id),
            Found::Secret(found) => Cow::Borrowed(&found.secret.kind),
            Found::Misconfiguration(found) => Cow::Borrowed(&found.rule),
            Found::EndOfLife(_) => Cow::Borrowed("end-of-life"),
            Found::License(found) => Cow::Owned(format!("license-{}", found.class.word())),
        }
    }

    /// What has the issue: the package's name, or that of the secret's place.
    pub fn subject(&self) -> Cow<'a, str> {
        if let Some(package) = self.package() {
            return Cow::Borrowed(&package.name);
        }
        match self.what {
            Found::Secret(found) => spot_name(&found.secret.spot),
            Found::Misconfiguration(found) => Cow::Borrowed(&found.resource),
            Found::EndOfLife(end) => Cow::Borrowed(&end.release),
            Found::Vulnerability(_) | Found::License(_) => Cow::Owned(self.path()),
        }
    }

    /// What to deal with first: from 0 to 100.
    pub fn priority(&self) -> f64 {
        self.vulnerability().map_or(0.0, |found| found.priority.max(0.0))
    }

    /// The score of a vulnerability, where it has one.
    pub fn score(&self) -> Option<f64> {
        self.vulnerability().and_then(|found| found.score)
    }

    /// The version with the fix.
    pub fn fixed(&self) -> Option<&'a str> {
        self.vulnerability().and_then(|found| found.fixed.as_deref())
    }

    /// The layer that brought it.
    pub fn layer(&self) -> Option<LayerIndex> {
        match self.what {
            Found::Secret(found) => found.place.layer,
            Found::Misconfiguration(found) => found.place.layer,
            _ => self.item.and_then(|item| item.fact.place.layer),
        }
    }

    /// The layer that removed the file. What it held is in the image all the same.
    pub fn removed(&self) -> Option<LayerIndex> {
        match self.what {
            Found::Secret(found) => found.removed,
            _ => self.item.and_then(|item| item.removed),
        }
    }

    /// The file, where there is one.
    pub fn file(&self) -> Option<&'a ImagePath> {
        let path = match self.what {
            Found::Secret(found) => Some(&found.place.path),
            Found::Misconfiguration(found) => Some(&found.place.path),
            _ => self.item.map(|item| &item.fact.place.path),
        };
        path.filter(|path| !path.as_bytes().is_empty())
    }

    /// The file as text; empty where there is none.
    pub fn path(&self) -> String {
        self.file().map(|path| path.to_text().into_owned()).unwrap_or_default()
    }

    /// The line and column of a secret or a setting in its file.
    pub fn line(&self) -> Option<(u32, u32)> {
        match self.what {
            Found::Secret(found) => match found.secret.spot {
                Spot::File { line, column } => Some((line.max(1), column.max(1))),
                _ => None,
            },
            Found::Misconfiguration(found) => (found.lines.0 > 0).then_some((found.lines.0, 1)),
            _ => None,
        }
    }

    /// Addresses to read on at, the best one first; only such as a browser opens.
    pub fn links(&self) -> impl Iterator<Item = String> + 'a {
        let references = self.vulnerability().map_or(&[][..], |found| &found.references);
        let pages = if let Found::Misconfiguration(found) = self.what { &found.references[..] } else { &[] };
        let texts = references.iter().map(String::as_str).chain(pages.iter().map(AsRef::as_ref));
        texts.filter_map(crate::address::web)
    }

    /// In one line, what all issues of its sort are.
    pub fn rule_title(&self) -> String {
        match self.what {
            Found::Vulnerability(found) if found.summary.trim().is_empty() => one_line(&found.id).into_owned(),
            Found::Vulnerability(found) => one_line(&found.summary).into_owned(),
            Found::Secret(found) => one_line(&found.name).into_owned(),
            Found::Misconfiguration(found) => one_line(&found.title).into_owned(),
            Found::EndOfLife(_) => "Release without security updates".into(),
            Found::License(found) => format!("{} licence", capital(found.class.word())),
        }
    }

    /// In one line, what this is.
    pub fn title(&self) -> String {
        let subject = self.subject();
        let subject = one_line(&subject);
        match self.what {
            Found::Vulnerability(found) => format!("{}: {subject}: {}", one_line(&found.id), self.rule_title()),
            Found::Secret(found) => format!("{} in {}", one_line(&found.name), self.spot()),
            Found::Misconfiguration(_) => format!("{}: {subject}", self.rule_title()),
            Found::EndOfLife(end) => end_of_life(end),
            Found::License(found) => format!("{}: {subject} is under {}", self.rule_title(), licenses(found)),
        }
    }

    /// What is the case, in a sentence or two.
    pub fn message(&self) -> String {
        let package =
            self.package().map(|package| format!("{} {}", one_line(&package.name), one_line(&package.version)));
        let subject = package.unwrap_or_else(|| one_line(&self.subject()).into_owned());
        match self.what {
            Found::Vulnerability(found) => {
                let mut text = format!("{subject} has {} ({})", one_line(&found.id), self.severity.word());
                if !found.summary.trim().is_empty() {
                    let _ = write!(text, ": {}", one_line(&found.summary));
                }
                sentence(text)
            }
            Found::Secret(found) => {
                let (name, redacted) = (one_line(&found.name), one_line(&found.secret.redacted));
                let mut text = format!("{name} {redacted} lies open in {}.", self.spot());
                if let Some(layer) = found.removed {
                    let _ =
                        write!(text, " Layer {} removes the file, but it is still in the image.", layer_number(layer));
                }
                if let Some(verified) = found.verified {
                    let _ = write!(text, " {}", answer(verified, &found.provider));
                }
                format!("{text} {}", one_line(&found.opens))
            }
            Found::Misconfiguration(found) => {
                let (title, why) = (one_line(&found.title), one_line(&found.why));
                format!("This is not so for {subject}: {title}. {why}")
            }
            Found::EndOfLife(end) => format!("{}: new holes in it stay open.", end_of_life(end)),
            Found::License(found) => {
                let by_text =
                    found.confidence.map(|percent| format!(", by {percent} % of its text")).unwrap_or_default();
                sentence(format!("{subject} is under {}{by_text} ({} licence)", licenses(found), found.class.word()))
            }
        }
    }

    /// What to do, in a sentence or two.
    pub fn advice(&self) -> String {
        match self.what {
            Found::Vulnerability(found) => {
                let name = self.subject();
                let name = one_line(&name);
                match (found.state, &found.fixed) {
                    (FixState::Fixed, Some(fixed)) => format!("Upgrade {name} to {} or later.", one_line(fixed)),
                    (FixState::Fixed, None) => format!("Upgrade {name}: there is a version with a fix."),
                    (FixState::NotFixed, _) => {
                        format!("No fix is known yet. Leave {name} out if the image works without it.")
                    }
                    (FixState::WillNotFix, _) => {
                        format!("The publisher will not fix it. Leave {name} out if the image works without it.")
                    }
                    (FixState::Deferred, _) => {
                        format!("The publisher puts the fix off. Leave {name} out if the image works without it.")
                    }
                    (FixState::EndOfLife, _) => {
                        format!("The publisher no longer looks after {name} in this release. Build on a newer one.")
                    }
                    (FixState::UnderInvestigation, _) => {
                        "The publisher does not know yet whether it is affected. Look again later.".into()
                    }
                }
            }
            Found::Secret(found) => one_line(&found.rotate).into_owned(),
            Found::Misconfiguration(found) => one_line(&found.fix).into_owned(),
            Found::EndOfLife(_) => "Build on a release that is still supported.".into(),
            Found::License(found) => one_line(&found.summary).into_owned(),
        }
    }

    /// Where it is, for a person: the file, the layer, and the instruction that made the layer.
    pub fn whereabouts(&self) -> String {
        let place = match self.what {
            Found::Secret(_) => self.spot(),
            Found::Misconfiguration(found) => place_of(found),
            _ => self.file().map(|path| clean(&path.to_text()).into_owned()).unwrap_or_default(),
        };
        let also = match self.also.len() as u64 {
            0 => String::new(),
            places => format!("and {}", count(places, "other place", "other places")),
        };
        let parts = [place, self.layer_words(), also];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
    }

    /// The layer and the beginning of the instruction that made it, for a person.
    pub fn layer_words(&self) -> String {
        let mut parts = Vec::new();
        if let Some(layer) = self.layer().filter(|_| self.report.layers.len() > 1) {
            parts.push(format!("layer {}", layer_number(layer)));
            let instruction = self.report.image.instruction(layer);
            parts.extend(instruction.map(|text| fit(&one_line(text), INSTRUCTION).into_owned()));
        }
        if let Some(layer) = self.removed() {
            parts.push(format!("removed in layer {}", layer_number(layer)));
        }
        parts.join(" · ")
    }

    /// Where a secret stands, for a person.
    fn spot(&self) -> String {
        let Found::Secret(found) = self.what else { return String::new() };
        match &found.secret.spot {
            Spot::File { line, column } => format!("{}:{line}:{column}", clean(&found.place.path.to_text())),
            spot => format!("the {} of the image", one_line(&spot_name(spot))),
        }
    }
}

/// Where a setting stands, for a person.
fn place_of(found: &Misconfiguration) -> String {
    let path = clean(&found.place.path.to_text()).into_owned();
    match (path.is_empty(), found.lines.0) {
        (true, _) => "the image's configuration".into(),
        (false, 0) => path,
        (false, line) => format!("{path}:{line}"),
    }
}

/// `1` of each: what a place in a configuration is called.
fn spot_name(spot: &Spot) -> Cow<'_, str> {
    match spot {
        Spot::File { .. } => Cow::Borrowed(""),
        Spot::Environment(name) => Cow::Owned(format!("environment variable {name}")),
        Spot::Label(name) => Cow::Owned(format!("label {name}")),
        Spot::History(step) => Cow::Owned(format!("build step {}", u64::from(*step) + 1)),
        Spot::Command => Cow::Borrowed("command"),
    }
}

fn end_of_life(end: &EndOfLife) -> String {
    let (release, date) = (one_line(&end.release), one_line(&end.date));
    let extended = end.extended.as_ref().map(|date| format!(" (extended support until {})", one_line(date)));
    let extended = extended.unwrap_or_default();
    let gets = if end.passed { "gets no security updates since" } else { "gets security updates only until" };
    format!("{release} {gets} {date}{extended}")
}

fn licenses(found: &LicenseFinding) -> String {
    one_line(&found.licenses.join(", ")).into_owned()
}

/// What a provider says of a secret.
fn answer(verified: Verified, provider: &str) -> String {
    let provider = one_line(provider);
    match verified {
        Verified::Live => format!("{provider} accepts it."),
        Verified::Revoked => format!("{provider} accepts it no more."),
        Verified::Unknown => format!("Whether {provider} accepts it could not be found out."),
    }
}

/// The text, ended like a sentence.
fn sentence(mut text: String) -> String {
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

/// The word with a capital letter.
pub(crate) fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

/// A name made of parts, 32 hexadecimal digits long.
pub(crate) fn fingerprint(parts: &[&str]) -> String {
    let digest = Digest::sha256(parts.join("\0").as_bytes()).to_string();
    digest.rsplit(':').next().unwrap_or_default().chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::is_invisible;
    use crate::samples::{hostile, image, leaky, licensed};

    fn all(report: &Report) -> Vec<Issue<'_>> {
        issues(report, &Filter::default())
    }

    #[test]
    fn the_worst_come_first_and_the_suppressed_on_demand() {
        let report = image();
        let rules: Vec<String> = all(&report).iter().take(4).map(|issue| issue.rule().into_owned()).collect();
        // By hand: one critical; lodash and two packages of openssl are high, as is the end of Debian 11.
        assert_eq!(rules, ["CVE-2023-24538", "CVE-2021-23337", "CVE-2023-5363", "CVE-2023-5363"]);
        assert_eq!(
            all(&report).len(),
            23,
            "25 findings, of which one does not count and two are of lodash in two places"
        );
        let filter = Filter { suppressed: true, ..Filter::default() };
        assert_eq!(issues(&report, &filter).len(), 24);
        let filter = Filter { severities: vec![Severity::Critical], ..Filter::default() };
        assert_eq!(issues(&report, &filter).len(), 1);
    }

    #[test]
    fn findings_of_every_kind_can_be_set_aside() {
        for mut report in [image(), leaky(), licensed()] {
            let before = all(&report).len();
            report.findings.iter_mut().for_each(|finding| finding.set_aside(|| "not so".into()));
            assert!(before > 0 && all(&report).is_empty());
        }
    }

    #[test]
    fn sentences_say_what_is_the_case_and_what_to_do() {
        let report = leaky();
        let issues = all(&report);
        let find = |rule: &str| issues.iter().filter(|issue| issue.rule() == rule).collect::<Vec<_>>();
        let hole = find("CVE-2023-5363")[0];
        assert_eq!(
            hole.message(),
            "libssl1.1 1.1.1n-0+deb11u5 has CVE-2023-5363 (high): Incorrect cipher key and IV length processing can lead to \
             truncation of the key."
        );
        assert_eq!(hole.advice(), "Upgrade libssl1.1 to 1.1.1w-0+deb11u1 or later.");
        assert_eq!(hole.whereabouts(), "var/lib/dpkg/status · layer 1 · ADD rootfs.tar.xz /");
        let lodash = "app/node_modules/lodash/package.json · layer 4 · COPY . /app · and 1 other place";
        assert_eq!(find("CVE-2021-23337")[0].whereabouts(), lodash);
        let secrets = find("acme-token");
        assert_eq!(secrets[1].title(), "Acme token in the environment variable ACME_TOKEN of the image");
        assert_eq!(
            secrets[0].message(),
            "Acme token acme_… (40 characters) lies open in app/.env:3:7. Layer 4 removes the file, but it is still in the \
             image. Opens every door of the factory."
        );
        assert_eq!(
            find("end-of-life")[0].title(),
            "Debian 11 gets no security updates since 2024-08-14 (extended support until 2026-08-31)"
        );
        let report = licensed();
        let issues = all(&report);
        let file = issues.iter().find(|issue| issue.path() == "srv/COPYING").unwrap();
        assert_eq!(file.message(), "srv/COPYING is under MPL-2.0, by 97 % of its text (reciprocal licence).");
    }

    #[test]
    fn fingerprints_outlive_tags_layers_and_versions_and_are_never_shared() {
        let report = leaky();
        let mut other = leaky();
        other.image.origin.reference = "shop:2".into();
        other.image.layers.truncate(3);
        for item in &mut other.inventory.items {
            item.fact.place.layer = Some(LayerIndex(1));
            if let model::What::Package(package) = &mut item.fact.what {
                package.version.push_str("+1");
            }
        }
        let prints = |report: &Report| -> std::collections::BTreeSet<String> {
            all(report).into_iter().map(|issue| issue.fingerprint).collect()
        };
        assert_eq!(prints(&report), prints(&other));
        assert_eq!(prints(&report).len(), all(&report).len());
        assert!(prints(&report).iter().all(|print| print.len() == 32));
    }

    #[test]
    fn whatever_is_set_aside_is_shown_on_demand_only() {
        let mut report = leaky();
        for finding in &mut report.findings {
            finding.set_aside(|| "known".into());
        }
        assert!(all(&report).is_empty());
        let filter = Filter { suppressed: true, ..Filter::default() };
        // 24 as above, and two secrets.
        assert_eq!(issues(&report, &filter).len(), 26);
    }

    #[test]
    fn hostile_names_do_not_reach_a_sentence() {
        let report = hostile();
        for issue in all(&report) {
            for text in [issue.title(), issue.message(), issue.advice(), issue.whereabouts(), issue.rule_title()] {
                assert!(!text.chars().any(is_invisible), "{text:?}");
                assert!(!text.contains("##") && !text.starts_with("::"), "{text:?}");
            }
        }
    }
}
