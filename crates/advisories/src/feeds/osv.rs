//! Records in the Open Source Vulnerability format (OSV schema 1.7, "Field Details").
//!
//! A database has many records and an image concerns few of them, so reading has two steps: [`Glance`] looks at what a
//! record is about and copies nothing, [`parse`] reads the rest of those that matter. Unknown fields are ignored, as
//! the schema asks; a record that breaks it is refused as a whole.

use std::borrow::Cow;

use model::Severity;
use serde::Deserialize;
use serde::de::{Deserializer, Error as _, IgnoredAny};
use serde_json::value::RawValue;

use crate::advisory::{Advisory, Affected, Event, Rating, Status};
use crate::ecosystems::{is_distribution, is_rpm};
use crate::feeds::text::{MAX_REFERENCES, MAX_TEXT, clipped, is_link, summary};

/// Events of one range that are read; honest ones have up to about a hundred.
const MAX_EVENTS: usize = 10_000;

/// What a record is about, and nothing else.
#[derive(Deserialize)]
pub(crate) struct Glance<'a> {
    #[serde(borrow)]
    pub modified: Cow<'a, str>,
    #[serde(borrow, default)]
    pub withdrawn: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    affected: Option<Vec<GlanceAffected<'a>>>,
}

#[derive(Deserialize)]
struct GlanceAffected<'a> {
    #[serde(borrow, default)]
    package: Option<GlancePackage<'a>>,
}

/// The ids that a record gives or names, and nothing else.
#[derive(Deserialize)]
pub(crate) struct Named<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    aliases: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    upstream: Option<Vec<Cow<'a, str>>>,
    #[serde(borrow, default)]
    related: Option<Vec<Cow<'a, str>>>,
}

impl<'a> Named<'a> {
    /// Looks at a record.
    pub fn at(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// All of them.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        let others = [&self.aliases, &self.upstream, &self.related].into_iter().flatten().flatten();
        std::iter::once(&self.id).chain(others).map(AsRef::as_ref)
    }
}

/// A package of one ecosystem, as a record names it.
#[derive(Deserialize)]
pub(crate) struct GlancePackage<'a> {
    #[serde(borrow)]
    pub ecosystem: Cow<'a, str>,
    #[serde(borrow)]
    pub name: Cow<'a, str>,
}

impl<'a> Glance<'a> {
    /// Looks at a record.
    pub fn at(json: &'a [u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(json)
    }

    /// The packages that the record is about.
    pub fn packages(&self) -> impl Iterator<Item = &GlancePackage<'a>> {
        self.affected.iter().flatten().filter_map(|affected| affected.package.as_ref())
    }
}

/// Reads a record, and of its `affected` entries those that `wanted` accepts by ecosystem and name. It returns the name
/// in its normal form. None for a record that is not about a vulnerability.
pub(crate) fn parse(
    json: &[u8],
    mut wanted: impl FnMut(&str, &str) -> Option<String>,
) -> Result<Option<Advisory>, serde_json::Error> {
    let record: Record = serde_json::from_slice(json)?;
    let mut of_a_distribution = false;
    let mut of_rpms = false;
    let title = record.summary.as_deref().unwrap_or_default();
    let details = record.details.as_deref().unwrap_or_default();
    let mut affected = Vec::new();
    for entry in record.affected.into_iter().flatten() {
        let Some(package) = entry.package else { continue };
        of_a_distribution |= is_distribution(&package.ecosystem);
        of_rpms |= is_rpm(&package.ecosystem);
        let Some(name) = wanted(&package.ecosystem, &package.name) else { continue };
        let said = said(entry.ecosystem_specific);
        let mut ranges: Vec<_> = entry.ranges.into_iter().flatten().filter_map(Range::timeline).collect();
        // Where Go's database cannot say it in versions that the go command knows, it says "all" here and more there.
        if let Some(custom) = said.custom_ranges
            && ranges.iter().flatten().all(|event| matches!(event, Event::Introduced(version) if version == "0"))
        {
            ranges = custom.into_iter().filter_map(Range::timeline).collect();
        }
        let modules = match package.purl.as_deref().and_then(module_of_purl) {
            Some(module) => vec![module],
            None if is_rpm(&package.ecosystem) && ranges.iter().flatten().any(is_modular) => modules_of_title(title),
            None => Vec::new(),
        };
        affected.push(Affected {
            name,
            versions: entry.versions.unwrap_or_default(),
            ranges,
            status: said.status,
            ratings: ratings(entry.severity, &[entry.ecosystem_specific, entry.database_specific]),
            modules,
            ecosystem: package.ecosystem,
        });
    }
    let id = record.id.into_owned();
    let aliases = ids(record.aliases);
    let mut upstream = ids(record.upstream);
    // Errata of the Red Hat family listed the CVEs that they fix as `related` before there was a field for it. Anywhere
    // else that field means some other vulnerability.
    if of_a_distribution && upstream.is_empty() && aliases.is_empty() {
        upstream = ids(record.related).into_iter().filter(|id| id.starts_with("CVE-")).collect();
    }
    if of_a_distribution && upstream.is_empty() && is_mere_update(&id) {
        return Ok(None);
    }
    let mut ratings = ratings(record.severity, &[record.database_specific]);
    if of_rpms {
        ratings.extend(title.split_once(':').and_then(|(word, _)| word_rating(word)));
    }
    if id.starts_with("MAL-") {
        // Packages made to do harm are rated by nobody.
        ratings.push(Rating::Word(Severity::Critical));
    }
    Ok(Some(Advisory {
        aliases,
        upstream,
        summary: summary(title, details),
        details: clipped(details),
        through_osv: true,
        disputed: false,
        weaknesses: weaknesses(record.database_specific),
        published: record.published.filter(|time| time.len() <= MAX_TEXT),
        modified: record.modified.into_owned(),
        withdrawn: record.withdrawn.is_some(),
        ratings,
        references: references(record.references),
        affected,
        publisher: String::new(),
        id,
    }))
}

#[derive(Deserialize)]
struct Record<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    modified: Cow<'a, str>,
    published: Option<String>,
    withdrawn: Option<IgnoredAny>,
    aliases: Option<Vec<String>>,
    upstream: Option<Vec<String>>,
    related: Option<Vec<String>>,
    #[serde(borrow)]
    summary: Option<Cow<'a, str>>,
    #[serde(borrow)]
    details: Option<Cow<'a, str>>,
    severity: Option<Vec<Score>>,
    #[serde(borrow)]
    affected: Option<Vec<Entry<'a>>>,
    references: Option<Vec<Reference>>,
    #[serde(borrow)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    package: Option<Subject>,
    severity: Option<Vec<Score>>,
    ranges: Option<Vec<Range>>,
    versions: Option<Vec<String>>,
    #[serde(borrow)]
    ecosystem_specific: Option<&'a RawValue>,
    #[serde(borrow)]
    database_specific: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Subject {
    ecosystem: String,
    name: String,
    purl: Option<String>,
}

#[derive(Deserialize)]
#[serde(try_from = "RawScore")]
struct Score {
    kind: String,
    score: String,
}

#[derive(Deserialize)]
struct RawScore {
    #[serde(rename = "type")]
    kind: String,
    score: String,
}

impl TryFrom<RawScore> for Score {
    type Error = &'static str;

    fn try_from(RawScore { kind, score }: RawScore) -> Result<Self, Self::Error> {
        // `AV:N/AC:L`, with the version's name before it from version 3 on.
        let metrics = score.strip_prefix("CVSS:").map_or(Some(&*score), |rest| Some(rest.split_once('/')?.1));
        let is_metric =
            |metric: &str| metric.split_once(':').is_some_and(|(name, value)| !name.is_empty() && !value.is_empty());
        let is_vector = metrics.is_some_and(|metrics| metrics.split('/').all(is_metric));
        if kind.starts_with("CVSS") && !is_vector {
            return Err("a severity that is no CVSS vector");
        }
        Ok(Self { kind, score })
    }
}

#[derive(Deserialize)]
#[serde(try_from = "RawReference")]
struct Reference {
    kind: String,
    url: String,
}

#[derive(Deserialize)]
struct RawReference {
    #[serde(rename = "type", default)]
    kind: String,
    url: String,
}

impl TryFrom<RawReference> for Reference {
    type Error = &'static str;

    fn try_from(RawReference { kind, url }: RawReference) -> Result<Self, Self::Error> {
        // RFC 3986, section 3.1.
        let is_scheme = |scheme: &str| {
            scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
        };
        match url.split_once(':') {
            Some((scheme, _)) if is_scheme(scheme) => Ok(Self { kind, url }),
            _ => Err("a reference that is no URL"),
        }
    }
}

#[derive(Deserialize)]
#[serde(try_from = "RawRange")]
struct Range {
    kind: String,
    events: Events,
}

#[derive(Deserialize)]
struct RawRange {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    events: Events,
}

impl TryFrom<RawRange> for Range {
    type Error = &'static str;

    fn try_from(RawRange { kind, events }: RawRange) -> Result<Self, Self::Error> {
        let is_commit = |commit: &str| {
            matches!(commit.len(), 40 | 64) && commit.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        };
        if kind == "GIT" && !events.0.iter().filter_map(|event| event.as_str().version()).all(is_commit) {
            return Err("a commit that is none");
        }
        Ok(Self { kind, events })
    }
}

impl Range {
    /// Ranges of commits say nothing about versions.
    fn timeline(self) -> Option<Vec<Event>> {
        (self.kind != "GIT").then_some(self.events.0)
    }
}

/// Whether it names the release of a module's build.
fn is_modular(event: &Event) -> bool {
    matches!(event, Event::Fixed(version) | Event::LastAffected(version) if version.contains(".module"))
}

/// What single databases say about an entry beyond the schema.
#[derive(Default)]
struct Said {
    status: Status,
    custom_ranges: Option<Vec<Range>>,
}

/// Go's ranges that its module system cannot order, Wolfi's and Chainguard's word on fixes. What is said otherwise is no
/// error: the object is each database's own.
fn said(specific: Option<&RawValue>) -> Said {
    #[derive(Deserialize)]
    struct Keys<'a> {
        #[serde(borrow)]
        status: Option<&'a RawValue>,
        #[serde(borrow)]
        custom_ranges: Option<&'a RawValue>,
    }
    let Some(keys) = specific.and_then(|raw| serde_json::from_str::<Keys>(raw.get()).ok()) else {
        return Said::default();
    };
    let status = match keys.status.map(RawValue::get) {
        Some("\"fix-not-planned\"") => Status::WillNotFix,
        Some("\"pending-upstream-fix\"") => Status::Deferred,
        Some("\"under-investigation\"" | "\"detection\"") => Status::UnderInvestigation,
        _ => Status::Affected,
    };
    Said { status, custom_ranges: keys.custom_ranges.and_then(|raw| serde_json::from_str(raw.get()).ok()) }
}

/// Kinds of weakness, under the names that GitHub, the PSF and others give the list.
fn weaknesses(specific: Option<&RawValue>) -> Vec<String> {
    #[derive(Deserialize)]
    struct Keys<'a> {
        #[serde(borrow, alias = "cwe", alias = "cwes")]
        cwe_ids: Option<&'a RawValue>,
    }
    let keys = specific.and_then(|raw| serde_json::from_str::<Keys>(raw.get()).ok());
    let list = keys.and_then(|keys| serde_json::from_str::<Vec<String>>(keys.cwe_ids?.get()).ok());
    list.into_iter().flatten().filter(|id| id.starts_with("CWE-") && id.len() <= 12).collect()
}

/// A list of events, flattened: the schema allows one per object, and several in one are understood as well.
#[derive(Default)]
struct Events(Vec<Event>);

#[derive(Deserialize)]
struct RawEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let list = Vec::<RawEvent>::deserialize(deserializer)?;
        if list.len() > MAX_EVENTS {
            return Err(D::Error::custom("more events than any honest range has"));
        }
        let mut events = Vec::with_capacity(list.len());
        for raw in list {
            let known = [
                raw.introduced.map(Event::Introduced),
                raw.fixed.map(Event::Fixed),
                raw.last_affected.map(Event::LastAffected),
                raw.limit.map(Event::Limit),
            ];
            if known.iter().all(Option::is_none) {
                return Err(D::Error::custom("an event without a version"));
            }
            // Debian's tracker writes `<unfixed>` and `<end-of-life>` where there is no version.
            let version = |event: &Event| !matches!(event, Event::Fixed(version) if version.starts_with('<'));
            events.extend(known.into_iter().flatten().filter(version));
        }
        Ok(Self(events))
    }
}

/// The few keys that are read of objects that each database fills as it likes. Whatever else they hold is no error.
#[derive(Default, Deserialize)]
struct Specific<'a> {
    #[serde(borrow)]
    severity: Option<&'a RawValue>,
    #[serde(borrow)]
    urgency: Option<&'a RawValue>,
    #[serde(borrow)]
    informational: Option<&'a RawValue>,
}

/// What a publisher says about severity: vectors, and words wherever databases put them.
fn ratings(scores: Option<Vec<Score>>, specific: &[Option<&RawValue>]) -> Vec<Rating> {
    let mut ratings = Vec::new();
    for Score { kind, score } in scores.into_iter().flatten() {
        if kind.starts_with("CVSS") {
            ratings.push(Rating::Vector(score));
        } else {
            ratings.extend(word_rating(&score));
        }
    }
    for object in specific.iter().flatten() {
        let Ok(object) = serde_json::from_str::<Specific>(object.get()) else { continue };
        let words = [object.severity, object.urgency].into_iter().flatten();
        let words = words.filter_map(|raw| serde_json::from_str::<Cow<str>>(raw.get()).ok());
        ratings.extend(words.filter_map(|word| word_rating(&word)));
        // An unmaintained crate is no vulnerability, but somebody wanted it known.
        if object.informational.is_some_and(|raw| raw.get().starts_with('"')) {
            ratings.push(Rating::Word(Severity::Negligible));
        }
    }
    ratings
}

/// A word that says how bad it is. Debian marks automatic ratings with asterisks.
fn word_rating(word: &str) -> Option<Rating> {
    Severity::from_word(word.trim_end_matches('*')).filter(|&known| known != Severity::Unknown).map(Rating::Word)
}

/// Updates that are no security matter, in the numbering that Red Hat and SUSE began: `RHBA` fixes bugs, `RHEA` adds
/// features. Databases export them all the same.
fn is_mere_update(id: &str) -> bool {
    let prefix = id.split(['-', ':']).next().unwrap_or_default();
    let family = |kind: &str| prefix.len() == 4 && prefix.ends_with(kind);
    family("BA")
        || family("EA")
        || ["SUSE-RU-", "SUSE-FU-", "SUSE-OU-", "openSUSE-RU-"].iter().any(|prefix| id.starts_with(prefix))
}

/// Titles of the Red Hat family name the module streams that an update is for: `Important: nodejs:16 security update`.
fn modules_of_title(title: &str) -> Vec<String> {
    let stream = |word: &&str| {
        word.split_once(':').is_some_and(|(name, stream)| {
            let plain = |text: &str| {
                !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte))
            };
            plain(name) && plain(stream)
        })
    };
    title.split_ascii_whitespace().filter(stream).map(str::to_owned).collect()
}

/// The module stream in a package URL: `nodejs:16` of `...&rpmmod=nodejs:16:8060020220523160029:ad008a3a`.
fn module_of_purl(purl: &str) -> Option<String> {
    let (_, qualifiers) = purl.split_once('?')?;
    let label = qualifiers.split('&').find_map(|qualifier| qualifier.strip_prefix("rpmmod="))?;
    let label = label.replace("%3A", ":").replace("%3a", ":");
    let mut parts = label.split(':');
    Some(format!("{}:{}", parts.next()?, parts.next()?))
}

fn ids(list: Option<Vec<String>>) -> Vec<String> {
    let honest = |id: &String| !id.is_empty() && id.len() <= MAX_TEXT;
    list.into_iter().flatten().filter(honest).collect()
}

/// Links that a person can follow, advisories first.
fn references(list: Option<Vec<Reference>>) -> Vec<String> {
    let mut list = list.unwrap_or_default();
    list.retain(|reference| is_link(&reference.url));
    list.sort_by_key(|reference| reference.kind != "ADVISORY");
    list.truncate(MAX_REFERENCES);
    list.into_iter().map(|reference| reference.url).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Option<Advisory>, serde_json::Error> {
        parse(json.as_bytes(), |_, name| Some(name.to_owned()))
    }

    fn advisory(json: &str) -> Advisory {
        read(json).unwrap().unwrap()
    }

    /// A record about one package, with more fields.
    fn record(id: &str, ecosystem: &str, more: &str) -> String {
        format!(
            r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z",{more}
                "affected":[{{"package":{{"ecosystem":"{ecosystem}","name":"a"}}}}]}}"#
        )
    }

    #[test]
    fn a_record_becomes_an_advisory() {
        let found = advisory(
            r##"{"schema_version":"1.7.4","id":"X-1","modified":"2024-01-02T00:00:00Z","published":"2024-01-01T00:00:00Z"
            ,"aliases":["CVE-2024-0001"],"related":["CVE-2024-0002"],"details":"# Impact\n\nIt \"breaks\".\nMore.",
            "severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
            "affected":[{"package":{"ecosystem":"PyPI","name":"a","purl":"pkg:pypi/a"},
              "ranges":[{"type":"GIT","repo":"r","events":[{"introduced":"0"},{"fixed":"c0ffeec0ffeec0ffeec0ffeec0ffeec0ffeec0ff"}]},
                        {"type":"ECOSYSTEM","events":[
                          {"introduced":"0"},{"fixed":"1.2"},{"introduced":"2","last_affected":"2.1"}]}],
              "versions":["1.0"],"database_specific":{"source":"s","severity":{"odd":1}},"new_field":[{}]},
             {"package":null}],
            "references":[{"type":"WEB","url":"https://b"},{"type":"ADVISORY","url":"https://a"},
              {"type":"WEB","url":"javascript:x"}],
            "database_specific":{"severity":"HIGH"},"credits":[{"name":"n"}]}"##,
        );
        assert_eq!(found.id, "X-1");
        assert_eq!(found.aliases, ["CVE-2024-0001"]);
        assert!(found.upstream.is_empty() && !found.withdrawn);
        assert_eq!(found.summary, "It \"breaks\".");
        assert_eq!(found.references, ["https://a", "https://b"]);
        let vector = Rating::Vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into());
        assert_eq!(found.ratings, [vector, Rating::Word(Severity::High)]);
        assert_eq!(found.affected.len(), 1);
        let affected = &found.affected[0];
        assert_eq!(
            (&*affected.ecosystem, &*affected.name, &affected.versions[..]),
            ("PyPI", "a", &["1.0".to_owned()][..])
        );
        let event = |make: fn(String) -> Event, version: &str| make(version.into());
        let timeline = vec![
            event(Event::Introduced, "0"),
            event(Event::Fixed, "1.2"),
            event(Event::Introduced, "2"),
            event(Event::LastAffected, "2.1"),
        ];
        assert_eq!(affected.ranges, [timeline]);
        assert!(affected.ratings.is_empty());
    }

    #[test]
    fn only_distributions_list_what_they_are_about_as_related() {
        let related = r#""related":["CVE-2024-0001","GHSA-1"],"#;
        assert_eq!(advisory(&record("ALSA-2024:1", "AlmaLinux:9", related)).upstream, ["CVE-2024-0001"]);
        assert!(advisory(&record("GHSA-2", "npm", related)).upstream.is_empty());
        let both = r#""related":["CVE-2024-0001"],"upstream":["CVE-2024-0009"],"#;
        assert_eq!(advisory(&record("RHSA-2024:1", "Red Hat:enterprise_linux:9", both)).upstream, ["CVE-2024-0009"]);
    }

    #[test]
    fn updates_without_a_vulnerability_are_none() {
        assert_eq!(read(&record("ALBA-2024:1", "AlmaLinux:9", "")).unwrap(), None);
        assert_eq!(read(&record("SUSE-RU-2024:1-1", "SUSE:Linux Enterprise Server 15", "")).unwrap(), None);
        assert!(read(&record("ALBA-2024:1", "AlmaLinux:9", r#""related":["CVE-2024-0001"],"#)).unwrap().is_some());
        assert!(read(&record("DSA-1-1", "Debian:12", "")).unwrap().is_some());
    }

    #[test]
    fn words_are_found_wherever_databases_put_them() {
        let words = |id: &str, ecosystem: &str, more: &str| advisory(&record(id, ecosystem, more)).ratings;
        let word = |severity| vec![Rating::Word(severity)];
        let title = r#""summary":"Important: nodejs:16 security update","related":["CVE-2024-0001"],"#;
        assert_eq!(words("ALSA-2024:1", "AlmaLinux:8", title), word(Severity::High));
        assert_eq!(words("GHSA-1", "npm", title), []);
        assert_eq!(
            words("U-1", "Ubuntu:22.04:LTS", r#""severity":[{"type":"Ubuntu","score":"low"}],"#),
            word(Severity::Low)
        );
        assert_eq!(words("U-1", "Ubuntu:22.04:LTS", r#""severity":[{"type":"Ubuntu","score":"untriaged"}],"#), []);
        assert_eq!(words("MAL-2024-1", "npm", ""), word(Severity::Critical));
        let debian = advisory(
            r#"{"id":"D","modified":"","affected":[{"package":{"ecosystem":"Debian:12","name":"a"},
            "ecosystem_specific":{"urgency":"unimportant"}},
            {"package":{"ecosystem":"Debian:12","name":"b"},"ecosystem_specific":{"urgency":"not yet assigned"}},
            {"package":{"ecosystem":"Debian:12","name":"c"},"ecosystem_specific":{"urgency":"medium**"}}]}"#,
        );
        let ratings: Vec<_> = debian.affected.into_iter().map(|affected| affected.ratings).collect();
        assert_eq!(ratings, [word(Severity::Negligible), vec![], word(Severity::Medium)]);
        let informational = r#""database_specific":{"informational":"unmaintained"},"#;
        assert_eq!(words("RUSTSEC-1", "crates.io", informational), word(Severity::Negligible));
        assert_eq!(words("RUSTSEC-1", "crates.io", r#""database_specific":{"informational":null},"#), []);
        assert_eq!(words("X-1", "npm", r#""database_specific":["severity"],"#), []);
    }

    #[test]
    fn a_title_names_the_modules_of_modular_builds_only() {
        let modules = |fixed: &str| {
            let json = format!(
                r#"{{"id":"ALSA-2024:1","modified":"","summary":"Important: nodejs:16 security update",
                "related":["CVE-2024-0001"],"affected":[{{"package":{{"ecosystem":"AlmaLinux:8","name":"nodejs"}},
                "ranges":[{{"type":"ECOSYSTEM","events":[{{"introduced":"0"}},{{"fixed":"{fixed}"}}]}}]}}]}}"#
            );
            advisory(&json).affected.remove(0).modules
        };
        assert_eq!(modules("1:16.20.2-2.module_el8.8.0+3615"), ["nodejs:16"]);
        assert_eq!(modules("1:16.20.2-2.el8"), [""; 0]);
    }

    // GO-2024-2428 and two of Wolfi's records.
    #[test]
    fn what_single_databases_add_is_understood() {
        let entry = |ranges: &str, specific: &str| {
            let json = format!(
                r#"{{"id":"X","modified":"","affected":[{{"package":{{"ecosystem":"Go","name":"a"}},
                "ranges":[{{"type":"SEMVER","events":{ranges}}}],"ecosystem_specific":{specific}}}]}}"#
            );
            advisory(&json).affected.remove(0)
        };
        let custom = r#"{"custom_ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.9.0"}]}]}"#;
        let fixed = |version: &str| vec![Event::Introduced("0".to_owned()), Event::Fixed(version.to_owned())];
        assert_eq!(entry(r#"[{"introduced":"0"}]"#, custom).ranges, [fixed("1.9.0")]);
        assert_eq!(entry(r#"[{"introduced":"0"},{"fixed":"2.0.0"}]"#, custom).ranges, [fixed("2.0.0")]);
        let status = |specific: &str| entry("[]", specific).status;
        assert_eq!(status(r#"{"status":"fix-not-planned"}"#), Status::WillNotFix);
        assert_eq!(status(r#"{"status":"pending-upstream-fix"}"#), Status::Deferred);
        assert_eq!(status(r#"{"status":["odd"]}"#), Status::Affected);
    }

    #[test]
    fn placeholders_are_no_versions() {
        let found = advisory(
            r#"{"id":"D","modified":"","affected":[{"package":{"ecosystem":"Debian:12","name":"a"},
            "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"<unfixed>"}]}]}]}"#,
        );
        assert_eq!(found.affected[0].ranges, [[Event::Introduced("0".into())]]);
    }

    #[test]
    fn a_module_is_read_from_the_package_url() {
        let purl = "pkg:rpm/redhat/nodejs?arch=src&rpmmod=nodejs%3A16%3A8060020220523160029:ad008a3a";
        assert_eq!(module_of_purl(purl).as_deref(), Some("nodejs:16"));
        assert_eq!(module_of_purl("pkg:rpm/redhat/nodejs?arch=src"), None);
        assert_eq!(module_of_purl("pkg:rpm/redhat/nodejs?rpmmod=rhel10"), None);
    }

    // The faults of seven records that publishers really served.
    #[test]
    fn faults_of_real_records_are_located() {
        let fault = |more: &str, affected: &str| {
            let json = format!(r#"{{"id":"X","modified":"",{more}"affected":[{affected}]}}"#);
            read(&json).err().map(|error| error.to_string().split(" at line").next().unwrap_or_default().to_owned())
        };
        let reference = |url: &str| fault(&format!(r#""references":[{{"type":"WEB","url":"{url}"}}],"#), "");
        assert_eq!(reference("github.com/a/b").as_deref(), Some("a reference that is no URL"));
        assert_eq!(reference("apache/commons").as_deref(), Some("a reference that is no URL"));
        assert_eq!(reference("https://a"), None);
        let vector =
            |kind: &str, score: &str| fault(&format!(r#""severity":[{{"type":"{kind}","score":"{score}"}}],"#), "");
        let wrong = Some("a severity that is no CVSS vector");
        assert_eq!(vector("CVSS_V3", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:P/RL:O/RC:C/").as_deref(), wrong);
        assert_eq!(vector("CVSS_V3", "9.8").as_deref(), wrong);
        assert_eq!(vector("CVSS_V2", "AV:N/AC:L/Au:N/C:P/I:P/A:P"), None);
        assert_eq!(vector("Ubuntu", "low"), None);
        let commit = |commit: &str| {
            let events = format!(r#"[{{"introduced":"0"}},{{"fixed":"{commit}"}}]"#);
            fault("", &format!(r#"{{"ranges":[{{"type":"GIT","repo":"r","events":{events}}}]}}"#))
        };
        let hash = "b27f38a67573f4c989710c9bfb726dd4c1eeb929";
        assert_eq!(commit(&format!("{hash}.patch")).as_deref(), Some("a commit that is none"));
        assert_eq!(commit("4e7d0df9093").as_deref(), Some("a commit that is none"));
        assert_eq!(commit(hash), None);
    }

    #[test]
    fn what_breaks_the_schema_is_refused() {
        let events = |events: &str| {
            format!(
                r#"{{"id":"X","modified":"","affected":[{{"package":{{"ecosystem":"npm","name":"a"}},
                "ranges":[{{"type":"SEMVER","events":{events}}}]}}]}}"#
            )
        };
        assert!(read(&events(r#"[{"introduced":"0"}]"#)).is_ok());
        assert!(read(&events(r#"[{"introduced":0}]"#)).is_err());
        assert!(read(&events(r#"[{"appeared":"1"}]"#)).is_err());
        let many = vec![r#"{"introduced":"0"}"#; MAX_EVENTS + 1].join(",");
        assert!(read(&events(&format!("[{many}]"))).is_err());
        assert!(read("").is_err());
        assert!(read("[]").is_err());
        assert!(read(r#"{"modified":""}"#).is_err());
        let deep = format!(r#"{{"id":"X","modified":"","affected":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&deep).is_err());
        let ignored = format!(r#"{{"id":"X","modified":"","extra":{}{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        assert!(read(&ignored).is_ok());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Glance::at(&bytes).map(|glance| glance.packages().count());
            let _ = parse(&bytes, |_, name| Some(name.to_owned()));
        }

        #[test]
        fn no_record_makes_it_panic(text in "[ -~\u{e0}-\u{ff}#\\n]{0,300}", id in "[A-Z]{0,5}[-:]?[A-Z0-9-]{0,9}") {
            let quote = |text: &str| serde_json::to_string(text).unwrap();
            let json = format!(
                r#"{{"id":{},"modified":"","summary":{},"details":{},"affected":[
                {{"package":{{"ecosystem":"AlmaLinux:9","name":"a","purl":{}}}}}]}}"#,
                quote(&id), quote(&text), quote(&text), quote(&text)
            );
            let _ = read(&json).unwrap();
        }
    }
}
