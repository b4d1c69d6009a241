//! The National Vulnerability Database's records (NVD CVE API 2.0, its JSON schema; the same in the yearly files
//! `nvdcve-2.0-2024.json` and in pages of the API).
//!
//! Each record becomes a [`Signal`]: how bad it is, of what kind, whether it is disputed or was rejected. One that names
//! applications becomes an [`Advisory`] as well, of the ecosystem `CPE` and packages named `vendor:product`, for programs
//! that no package manager has installed. A record that says none of that is refused: the database has not got to it.
//! The records of the tests were written by hand after the schema: the mirror has none.
//!
//! Configurations (the schema's `configurations`; names of platforms: NIST IR 7695, CPE 2.3) say more than a timeline
//! can, so some of it is given up:
//! - Only what is marked vulnerable and is an application (part `a`) counts: operating systems are packages, and machines
//!   are in no image.
//! - A configuration whose nodes must all hold (`AND`) asks for company. Where that can only be a machine or another
//!   system than Linux, no container has it, and the configuration is left out. Any other company is taken to be
//!   there: rather one row too many than one too few.
//! - What is negated cannot be said, and is left out. NVD has not used it so far.
//! - A range that begins behind a version (`versionStartExcluding`) begins at it here: events have no such beginning.
//! - A name made for another system (`windows` as target software) is left out, and so is one that says of no version
//!   (`-`) or only of some pattern of versions.
//! - Updates are written as projects do: `8.5` with update `p1` is `8.5p1`, `2.0` with `rc1` is `2.0-rc1`.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use super::cve;
use super::elements::{elements, fault};
use super::text::{MAX_REFERENCES, clipped, is_json, is_link, summary};
use super::{Broken, Feed, File, Reason, Refusal, Sink};
use crate::advisory::{Advisory, Affected, Event, Rating};
use crate::lifecycle::Date;
use crate::signal::{Signal, Word};

/// Bytes of one record. That of Log4Shell, which lists hundreds of products, has 130 kB.
const MAX_RECORD: usize = 16 << 20;
/// Bytes of a vector; one of version 4 with all its metrics has less than two hundred.
const MAX_VECTOR: usize = 512;
/// Vectors and kinds of weakness that are kept of one record; honest ones have a handful.
const MAX_RATINGS: usize = 32;
/// Bytes of a vendor with its product, and of a version.
const MAX_NAME: usize = 512;

pub(crate) const FEED: Feed = Feed { name: "nvd", home: "https://nvd.nist.gov/vuln/data-feeds", wants: is_json, read };

#[derive(Deserialize)]
struct Element<'a> {
    #[serde(borrow)]
    cve: Record<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    published: Option<Cow<'a, str>>,
    #[serde(borrow)]
    last_modified: Cow<'a, str>,
    #[serde(borrow, default)]
    vuln_status: Option<Cow<'a, str>>,
    #[serde(default)]
    cve_tags: Vec<Tags>,
    #[serde(borrow, default)]
    descriptions: Vec<Text<'a>>,
    #[serde(borrow, default)]
    metrics: Metrics<'a>,
    #[serde(borrow, default)]
    weaknesses: Vec<Weakness<'a>>,
    #[serde(borrow, default)]
    configurations: Vec<Configuration<'a>>,
    #[serde(borrow, default)]
    references: Vec<Reference<'a>>,
}

#[derive(Deserialize)]
struct Tags {
    #[serde(default)]
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    lang: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Default, Deserialize)]
struct Metrics<'a> {
    #[serde(borrow, default, rename = "cvssMetricV40")]
    v40: Vec<Metric<'a>>,
    #[serde(borrow, default, rename = "cvssMetricV31")]
    v31: Vec<Metric<'a>>,
    #[serde(borrow, default, rename = "cvssMetricV30")]
    v30: Vec<Metric<'a>>,
    #[serde(borrow, default, rename = "cvssMetricV2")]
    v2: Vec<Metric<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metric<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    cvss_data: Score<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Score<'a> {
    #[serde(borrow)]
    vector_string: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Weakness<'a> {
    #[serde(borrow, default, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    description: Vec<Text<'a>>,
}

#[derive(Deserialize)]
struct Reference<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(default)]
    tags: Vec<String>,
}

/// Nodes of which one has to hold, or all.
#[derive(Deserialize)]
struct Configuration<'a> {
    #[serde(borrow, default)]
    operator: Option<Cow<'a, str>>,
    #[serde(default)]
    negate: bool,
    #[serde(borrow, default)]
    nodes: Vec<Node<'a>>,
}

/// Platforms of which one has to be there, or all.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node<'a> {
    #[serde(borrow, default)]
    operator: Option<Cow<'a, str>>,
    #[serde(default)]
    negate: bool,
    #[serde(borrow, default)]
    cpe_match: Vec<Criterion<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Criterion<'a> {
    vulnerable: bool,
    #[serde(borrow)]
    criteria: Cow<'a, str>,
    #[serde(borrow, default)]
    version_start_including: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_start_excluding: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_end_including: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    version_end_excluding: Option<Cow<'a, str>>,
}

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    elements(file.bytes, "vulnerabilities", |index, raw| {
        if let Err((reason, detail)) = record(raw, out) {
            out.refuse(Refusal { record: label(index, raw), reason, detail });
        }
    })
}

/// What a record is called in a refusal: its id if it has one.
fn label(index: usize, raw: &RawValue) -> String {
    #[derive(Deserialize)]
    struct Outline<'a> {
        #[serde(borrow)]
        cve: Id<'a>,
    }
    #[derive(Deserialize)]
    struct Id<'a> {
        #[serde(borrow)]
        id: Cow<'a, str>,
    }
    let outline = serde_json::from_str::<Outline>(raw.get()).ok().filter(|outline| cve::is_id(&outline.cve.id));
    outline.map_or_else(|| format!("vulnerabilities[{index}]"), |outline| outline.cve.id.into_owned())
}

fn record(raw: &RawValue, out: &mut dyn Sink) -> Result<(), (Reason, String)> {
    if raw.get().len() > MAX_RECORD {
        return Err((Reason::TooLarge, String::new()));
    }
    let broken = |detail: String| (Reason::Broken, detail);
    let Element { cve } = serde_json::from_str(raw.get()).map_err(|error| broken(fault(&error)))?;
    if !cve::is_id(&cve.id) {
        return Err(broken("its id is no CVE id".into()));
    }
    let modified = moment(&cve.last_modified).ok_or_else(|| broken("its lastModified is no time".into()))?;
    let ratings = ratings(&cve.metrics);
    let weaknesses = weaknesses(&cve.weaknesses);
    let disputed = cve.cve_tags.iter().flat_map(|tags| &tags.tags).any(|tag| tag == "disputed");
    let rejected = cve.vuln_status.is_some_and(|status| status == "Rejected");
    // What it affected before it was rejected is of no interest any more.
    let affected = if rejected { Vec::new() } else { affected(&cve.configurations) };
    let says = !ratings.is_empty() || !weaknesses.is_empty() || disputed || rejected;
    if !says && affected.is_empty() {
        return Err((Reason::NoPackage, "it is neither rated nor about an application".into()));
    }
    let id = cve.id.into_owned();
    if !affected.is_empty() {
        let details = cve.descriptions.iter().find(|text| text.lang == "en").map_or("", |text| &text.value);
        out.advisory(Advisory {
            id: id.clone(),
            publisher: FEED.name.into(),
            summary: summary("", details),
            details: clipped(details),
            published: cve.published.as_deref().and_then(moment),
            modified,
            disputed,
            ratings: ratings.clone(),
            weaknesses: weaknesses.clone(),
            references: references(cve.references),
            affected,
            ..Advisory::default()
        });
    }
    if says {
        let publisher = FEED.name.to_owned();
        out.signal(Signal { id, word: Word::Rated { publisher, ratings, weaknesses, disputed, rejected } });
    }
    Ok(())
}

/// A time in RFC 3339. NVD leaves out that its times are UTC.
fn moment(text: &str) -> Option<String> {
    text.parse::<Date>().ok()?;
    let time = text.split_once('T')?.1;
    let digits = time.bytes().all(|byte| byte.is_ascii_digit() || b":.Z+-".contains(&byte));
    let zone = if time.contains(['Z', '+', '-']) { "" } else { "Z" };
    (digits && (8..=20).contains(&time.len())).then(|| format!("{text}{zone}"))
}

/// Every vector, NVD's own (`Primary`) before those of others, and of each the newest version first.
fn ratings(metrics: &Metrics) -> Vec<Rating> {
    let all = || [&metrics.v40, &metrics.v31, &metrics.v30, &metrics.v2].into_iter().flatten();
    let primary = all().filter(|metric| metric.kind == "Primary");
    let vectors = primary.chain(all().filter(|metric| metric.kind != "Primary"));
    let vectors = vectors.map(|metric| &*metric.cvss_data.vector_string);
    let vectors = vectors.filter(|vector| !vector.is_empty() && vector.len() <= MAX_VECTOR);
    distinct(vectors).map(|vector| Rating::Vector(vector.to_owned())).take(MAX_RATINGS).collect()
}

/// Kinds of weakness, NVD's own before those of others. Its words for "none that we know" are no kinds.
fn weaknesses(list: &[Weakness]) -> Vec<String> {
    let primary = list.iter().filter(|weakness| weakness.kind == "Primary");
    let all = primary.chain(list.iter().filter(|weakness| weakness.kind != "Primary"));
    let ids = all.flat_map(|weakness| &weakness.description).map(|text| &*text.value);
    let ids = ids.filter(|id| {
        let number = id.strip_prefix("CWE-").unwrap_or_default();
        (1..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    distinct(ids).map(str::to_owned).take(MAX_RATINGS).collect()
}

/// Links that a person can follow, those of whoever makes the software first.
fn references(mut list: Vec<Reference>) -> Vec<String> {
    list.retain(|reference| is_link(&reference.url));
    list.sort_by_key(|reference| !reference.tags.iter().any(|tag| tag == "Vendor Advisory"));
    distinct(list.iter().map(|reference| &*reference.url)).map(str::to_owned).take(MAX_REFERENCES).collect()
}

/// Each once, where it stands first.
fn distinct<'a>(list: impl Iterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
    let mut seen = HashSet::new();
    list.filter(move |text| seen.insert(*text))
}

/// The applications, in the order in which the record names them.
fn affected(configurations: &[Configuration]) -> Vec<Affected> {
    let mut list: Vec<Affected> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for configuration in configurations {
        let all = configuration.operator.as_deref() == Some("AND");
        if configuration.negate || all && configuration.nodes.iter().any(Node::is_elsewhere) {
            continue;
        }
        for node in configuration.nodes.iter().filter(|node| !node.negate && !node.is_elsewhere()) {
            for criterion in node.cpe_match.iter().filter(|criterion| criterion.vulnerable) {
                let Some((name, said)) = criterion.application() else { continue };
                let place = *places.entry(name).or_insert_with_key(|name| {
                    list.push(Affected { ecosystem: "CPE".into(), name: name.clone(), ..Affected::default() });
                    list.len() - 1
                });
                match said {
                    Versions::One(version) => list[place].versions.push(version),
                    Versions::Between(timeline) => list[place].ranges.push(timeline),
                }
            }
        }
    }
    for affected in &mut list {
        affected.versions.sort_unstable();
        affected.versions.dedup();
    }
    list
}

impl Node<'_> {
    /// Whether what it asks for is in no Linux container.
    fn is_elsewhere(&self) -> bool {
        let mut platforms = self.cpe_match.iter().map(|criterion| Platform::of(&criterion.criteria));
        let elsewhere = |platform: Option<Platform>| platform.is_some_and(|platform| platform.is_elsewhere());
        match self.operator.as_deref() {
            _ if self.negate || self.cpe_match.is_empty() => false,
            Some("AND") => platforms.any(elsewhere),
            _ => platforms.all(elsewhere),
        }
    }
}

/// The versions that a criterion names.
enum Versions {
    One(String),
    Between(Vec<Event>),
}

impl Criterion<'_> {
    /// The application and its versions, if the criterion is about one.
    fn application(&self) -> Option<(String, Versions)> {
        let platform = Platform::of(&self.criteria)?;
        if platform.part() != "a" || platform.is_elsewhere() {
            return None;
        }
        let name = format!("{}:{}", platform.plain(VENDOR)?, platform.plain(PRODUCT)?);
        let start = self.version_start_including.as_deref().or(self.version_start_excluding.as_deref());
        let end = match (self.version_end_excluding.as_deref(), self.version_end_including.as_deref()) {
            (Some(version), _) => Some(Event::Fixed(version.to_owned())),
            (None, Some(version)) => Some(Event::LastAffected(version.to_owned())),
            (None, None) => None,
        };
        let versions = if platform.is_any(VERSION) || start.is_some() || end.is_some() {
            let introduced = Event::Introduced(start.unwrap_or("0").to_owned());
            Versions::Between(std::iter::once(introduced).chain(end).collect())
        } else {
            Versions::One(platform.version()?)
        };
        let fits = |text: &str| !text.is_empty() && text.len() <= MAX_NAME && !text.contains(char::is_control);
        let fit = match &versions {
            Versions::One(version) => fits(version),
            Versions::Between(_) => {
                [start, self.version_end_excluding.as_deref(), self.version_end_including.as_deref()]
                    .into_iter()
                    .flatten()
                    .all(fits)
            }
        };
        (fit && fits(&name)).then_some((name, versions))
    }
}

const PART: usize = 0;
const VENDOR: usize = 1;
const PRODUCT: usize = 2;
const VERSION: usize = 3;
const UPDATE: usize = 4;
const TARGET_SOFTWARE: usize = 8;

/// Vendors of operating systems that run no Linux container.
const OTHER_SYSTEMS: &[&str] = &["apple", "microsoft"];
/// Target software that is an operating system that runs no Linux container.
const OTHER_TARGETS: &[&str] =
    &["android", "ios", "ipados", "ipad_os", "iphone_os", "mac_os", "mac_os_x", "macos", "windows"];

/// A name of CPE 2.3 as a string (NIST IR 7695, section 6.2), its attributes still escaped.
struct Platform<'a>([&'a str; 11]);

impl<'a> Platform<'a> {
    fn of(criteria: &'a str) -> Option<Self> {
        let mut rest = criteria.strip_prefix("cpe:2.3:")?;
        let mut attributes = [""; 11];
        let (last, others) = attributes.split_last_mut()?;
        for attribute in others {
            let mut escaped = false;
            let end = rest.bytes().position(|byte| {
                let colon = byte == b':' && !escaped;
                escaped = byte == b'\\' && !escaped;
                colon
            })?;
            (*attribute, rest) = (&rest[..end], &rest[end + 1..]);
        }
        *last = rest;
        Some(Self(attributes))
    }

    fn part(&self) -> &str {
        self.0[PART]
    }

    /// Whether the attribute may have any value.
    fn is_any(&self, attribute: usize) -> bool {
        self.0[attribute] == "*"
    }

    /// The attribute as people write it; none where it is a pattern or does not apply.
    fn plain(&self, attribute: usize) -> Option<String> {
        let mut plain = String::new();
        let mut characters = self.0[attribute].chars();
        while let Some(character) = characters.next() {
            match character {
                '*' | '?' => return None,
                '\\' => plain.extend(characters.next()),
                _ => plain.push(character),
            }
        }
        (self.0[attribute] != "-" && !plain.is_empty()).then_some(plain)
    }

    /// The version with its update; none where it is a pattern or does not apply.
    fn version(&self) -> Option<String> {
        let version = self.plain(VERSION)?;
        if matches!(self.0[UPDATE], "*" | "-") {
            return Some(version);
        }
        let update = self.plain(UPDATE)?;
        // Patch levels of OpenSSH, NTP and sudo.
        let patch =
            update.strip_prefix('p').is_some_and(|level| level.starts_with(|digit: char| digit.is_ascii_digit()));
        Some(format!("{version}{}{update}", if patch { "" } else { "-" }))
    }

    /// Whether it is in no Linux container: a machine, or something of another system.
    fn is_elsewhere(&self) -> bool {
        match self.part() {
            "h" => true,
            "o" => OTHER_SYSTEMS.contains(&self.0[VENDOR]),
            _ => OTHER_TARGETS.contains(&self.0[TARGET_SOFTWARE]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{Read, read};
    use proptest::prelude::*;
    use std::fmt::Write as _;

    fn page(records: &[&str]) -> Read {
        let json = format!(
            r#"{{"resultsPerPage":{0},"startIndex":0,"totalResults":{0},"format":"NVD_CVE","version":"2.0",
            "timestamp":"2026-01-02T03:04:05.678","vulnerabilities":[{1}]}}"#,
            records.len(),
            records.join(",")
        );
        read(&FEED, "nvdcve-2.0-2024.json", json.as_bytes()).unwrap()
    }

    /// A record with more fields.
    fn record(more: &str) -> String {
        format!(
            r#"{{"cve":{{"id":"CVE-2024-0001","sourceIdentifier":"a@b.example","published":"2024-01-02T03:04:05.678",
            "lastModified":"2024-02-03T04:05:06.789","vulnStatus":"Analyzed",
            "descriptions":[{{"lang":"es","value":"Se cae."}},{{"lang":"en","value":"It falls over.\nBadly."}}]{more}}}}}"#
        )
    }

    fn metric(kind: &str, vector: &str) -> String {
        format!(
            r#"{{"source":"s","type":"{kind}","cvssData":{{"version":"9","vectorString":"{vector}","baseScore":1.0}}}}"#
        )
    }

    fn node(criteria: &str) -> String {
        format!(r#"{{"operator":"OR","negate":false,"cpeMatch":[{criteria}]}}"#)
    }

    /// `cpe:2.3:a:v:p:…`, with these bounds.
    fn criterion(vulnerable: bool, criteria: &str, bounds: &str) -> String {
        let criteria = criteria.replace('\\', "\\\\");
        format!(r#"{{"vulnerable":{vulnerable},"criteria":"cpe:2.3:{criteria}","matchCriteriaId":"F28"{bounds}}}"#)
    }

    /// What is affected, a line for each application: `v:p 1.0 2.0 | >=0 <3`.
    fn applications(configurations: &str) -> String {
        let taken = page(&[&record(&format!(r#","cveTags":[],"configurations":[{configurations}]"#))]);
        let mut lines = String::new();
        for affected in taken.advisories.iter().flat_map(|advisory| &advisory.affected) {
            assert_eq!(affected.ecosystem, "CPE");
            let _ = write!(lines, "{} {}", affected.name, affected.versions.join(" "));
            for timeline in &affected.ranges {
                lines.push_str(" |");
                for event in timeline {
                    let _ = match event {
                        Event::Introduced(version) => write!(lines, " >={version}"),
                        Event::Fixed(version) => write!(lines, " <{version}"),
                        Event::LastAffected(version) => write!(lines, " <={version}"),
                        Event::Limit(version) => write!(lines, " limit {version}"),
                    };
                }
            }
            lines.push('\n');
        }
        lines
    }

    /// The same for one configuration of one node.
    fn of_node(criteria: &[String]) -> String {
        applications(&format!(r#"{{"nodes":[{}]}}"#, node(&criteria.join(","))))
    }

    #[test]
    fn a_record_is_a_word_and_an_advisory() {
        let v2 = metric("Primary", "AV:N/AC:L/Au:N/C:N/I:P/A:P");
        let v30 = metric("Primary", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H");
        let v31 = metric("Primary", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H");
        let other = metric("Secondary", "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:H");
        let same = metric("Secondary", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H");
        let v40 = metric("Secondary", "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N");
        let more = format!(
            r#","cveTags":[{{"sourceIdentifier":"a@b.example","tags":["unsupported-when-assigned","disputed"]}}],
            "metrics":{{"cvssMetricV2":[{v2}],"cvssMetricV30":[{v30}],"cvssMetricV31":[{other},{same},{v31}],
              "cvssMetricV40":[{v40}],"ssvcV203":[{{"source":"s","ssvcData":{{}}}}]}},
            "weaknesses":[{{"source":"s","type":"Secondary","description":[{{"lang":"en","value":"CWE-79"}},
                {{"lang":"en","value":"CWE-20"}}]}},
              {{"source":"n","type":"Primary","description":[{{"lang":"en","value":"NVD-CWE-noinfo"}},
                {{"lang":"en","value":"CWE-20"}}]}}],
            "configurations":[{{"nodes":[{}]}}],
            "references":[{{"url":"https://b.example/","source":"s"}},{{"url":"ftp://c.example/"}},
              {{"url":"https://a.example/","tags":["Patch","Vendor Advisory"]}},{{"url":"https://b.example/","tags":[]}}]"#,
            node(&criterion(true, "a:v:p:*:*:*:*:*:*:*:*", r#","versionEndExcluding":"2.4.52""#))
        );
        let taken = page(&[&record(&more)]);
        let ratings: Vec<_> = [
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H",
            "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:L/A:H",
            "AV:N/AC:L/Au:N/C:N/I:P/A:P",
            "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N",
            "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:L/A:H",
        ]
        .map(|vector| Rating::Vector(vector.into()))
        .into();
        let weaknesses = vec!["CWE-20".to_owned(), "CWE-79".to_owned()];
        let word = Word::Rated {
            publisher: "nvd".into(),
            ratings: ratings.clone(),
            weaknesses: weaknesses.clone(),
            disputed: true,
            rejected: false,
        };
        assert_eq!(taken.signals, [Signal { id: "CVE-2024-0001".into(), word }]);
        let advisory = Advisory {
            id: "CVE-2024-0001".into(),
            publisher: "nvd".into(),
            summary: "It falls over.".into(),
            details: "It falls over.\nBadly.".into(),
            published: Some("2024-01-02T03:04:05.678Z".into()),
            modified: "2024-02-03T04:05:06.789Z".into(),
            disputed: true,
            ratings,
            weaknesses,
            references: vec!["https://a.example/".into(), "https://b.example/".into()],
            affected: vec![Affected {
                ecosystem: "CPE".into(),
                name: "v:p".into(),
                ranges: vec![vec![Event::Introduced("0".into()), Event::Fixed("2.4.52".into())]],
                ..Affected::default()
            }],
            ..Advisory::default()
        };
        assert_eq!(taken.advisories, [advisory]);
        assert!(taken.refusals.is_empty());
    }

    #[test]
    fn a_rejected_record_affects_nothing() {
        let nodes = node(&criterion(true, "a:v:p:*:*:*:*:*:*:*:*", ""));
        let rejected = record(&format!(r#","configurations":[{{"nodes":[{nodes}]}}]"#)).replace("Analyzed", "Rejected");
        let taken = page(&[&rejected]);
        assert!(taken.advisories.is_empty() && taken.refusals.is_empty());
        assert!(matches!(taken.signals[0].word, Word::Rated { rejected: true, disputed: false, .. }));
    }

    #[test]
    fn bounds_become_timelines() {
        let bounded = |bounds: &str| of_node(&[criterion(true, "a:apache:http_server:*:*:*:*:*:*:*:*", bounds)]);
        assert_eq!(bounded(""), "apache:http_server  | >=0\n");
        assert_eq!(bounded(r#","versionEndExcluding":"2""#), "apache:http_server  | >=0 <2\n");
        assert_eq!(bounded(r#","versionEndIncluding":"2""#), "apache:http_server  | >=0 <=2\n");
        let both = r#","versionStartIncluding":"1","versionEndExcluding":"2""#;
        assert_eq!(bounded(both), "apache:http_server  | >=1 <2\n");
        let open = r#","versionStartExcluding":"1","versionEndIncluding":"2""#;
        assert_eq!(bounded(open), "apache:http_server  | >=1 <=2\n");
    }

    #[test]
    fn criteria_of_one_application_are_put_together() {
        let criteria = [
            criterion(
                true,
                "a:apache:log4j:*:*:*:*:*:*:*:*",
                r#","versionStartIncluding":"2.4.0","versionEndExcluding":"2.12.2""#,
            ),
            criterion(true, "a:siemens:comos:10.4:*:*:*:*:*:*:*", ""),
            criterion(true, "a:apache:log4j:2.0:rc1:*:*:*:*:*:*", ""),
            criterion(true, "a:apache:log4j:2.0:-:*:*:*:*:*:*", ""),
            criterion(true, "a:apache:log4j:2.0:-:*:*:*:*:*:*", ""),
        ];
        assert_eq!(of_node(&criteria), "apache:log4j 2.0 2.0-rc1 | >=2.4.0 <2.12.2\nsiemens:comos 10.4\n");
    }

    #[test]
    fn only_vulnerable_applications_count() {
        let criteria = [
            criterion(false, "a:v:harmless:1:*:*:*:*:*:*:*", ""),
            criterion(true, "o:debian:debian_linux:11.0:*:*:*:*:*:*:*", ""),
            criterion(true, "h:v:router:-:*:*:*:*:*:*:*", ""),
            criterion(true, "a:v:on_windows:1:*:*:*:*:windows:*:*", ""),
            criterion(true, "a:v:unversioned:-:*:*:*:*:*:*:*", ""),
            criterion(true, "a:v:pattern:1.*:*:*:*:*:*:*:*", ""),
            criterion(true, "a:v:short:1", ""),
            criterion(true, "a:v:plugin:1:*:*:*:*:wordpress:*:*", ""),
        ];
        assert_eq!(of_node(&criteria), "v:plugin 1\n");
    }

    #[test]
    fn names_are_unescaped_and_patch_levels_are_joined() {
        let criteria = [
            criterion(true, r"a:v:c\+\+_\:x:1\:2:*:*:*:*:*:*:*", ""),
            criterion(true, "a:openbsd:openssh:8.5:p1:*:*:*:*:*:*", ""),
            criterion(true, "a:v:p:1.0:preview1:*:*:*:*:*:*", ""),
        ];
        assert_eq!(of_node(&criteria), "v:c++_:x 1:2\nopenbsd:openssh 8.5p1\nv:p 1.0-preview1\n");
    }

    // The expected rows follow from this file's first comment; records of the schema have these shapes.
    #[test]
    fn company_that_no_container_has_rules_a_configuration_out() {
        let program = node(&criterion(true, "a:v:p:1:*:*:*:*:*:*:*", ""));
        let with = |operator: &str, company: &[&str]| {
            let company: Vec<_> =
                company.iter().map(|platform| criterion(false, &format!("{platform}:-:*:*:*:*:*:*:*"), "")).collect();
            let nodes = format!("{program},{}", node(&company.join(",")));
            applications(&format!(r#"{{"operator":"{operator}","nodes":[{nodes}]}}"#))
        };
        assert_eq!(with("AND", &["o:microsoft:windows"]), "");
        assert_eq!(with("AND", &["h:v:router"]), "");
        assert_eq!(with("AND", &["o:microsoft:windows", "o:apple:macos"]), "");
        assert_eq!(with("AND", &["o:microsoft:windows", "o:linux:linux_kernel"]), "v:p 1\n");
        assert_eq!(with("AND", &["a:v:server"]), "v:p 1\n");
        assert_eq!(with("OR", &["o:microsoft:windows"]), "v:p 1\n");
        let together = format!(
            r#"{{"nodes":[{{"operator":"AND","cpeMatch":[{},{}]}}]}}"#,
            criterion(true, "a:v:p:1:*:*:*:*:*:*:*", ""),
            criterion(false, "o:microsoft:windows:-:*:*:*:*:*:*:*", "")
        );
        assert_eq!(applications(&together), "");
    }

    #[test]
    fn what_is_negated_is_left_out() {
        let program = node(&criterion(true, "a:v:p:1:*:*:*:*:*:*:*", ""));
        let negated = program.replace(r#""negate":false"#, r#""negate":true"#);
        assert_eq!(applications(&format!(r#"{{"negate":true,"nodes":[{program}]}}"#)), "");
        assert_eq!(applications(&format!(r#"{{"nodes":[{negated}]}}"#)), "");
        let other = node(&criterion(true, "a:v:q:1:*:*:*:*:*:*:*", ""));
        assert_eq!(applications(&format!(r#"{{"operator":"AND","nodes":[{negated},{other}]}}"#)), "v:q 1\n");
    }

    #[test]
    fn wrong_records_are_refused_one_by_one() {
        let right = record(r#","vulnStatus2":1,"weaknesses":[{"description":[{"lang":"en","value":"CWE-79"}]}]"#);
        let silent = record("").replace("0001", "0002");
        let timeless = right.replace("2024-02-03T04:05:06.789", "soon");
        let wrong = right.replace(r#""cveTags""#, "").replace(r#""CWE-79""#, "79").replace("0001", "0003");
        let taken = page(&[&right, &silent, &timeless, &wrong, "5", "{}", &right.replace("CVE-", "XVE-"), &right]);
        assert_eq!((taken.signals.len(), taken.advisories.len()), (2, 0));
        assert_eq!(
            taken.reasons(),
            [
                ("CVE-2024-0002".into(), Reason::NoPackage),
                ("CVE-2024-0001".into(), Reason::Broken),
                ("CVE-2024-0003".into(), Reason::Broken),
                ("vulnerabilities[4]".into(), Reason::Broken),
                ("vulnerabilities[5]".into(), Reason::Broken),
                ("vulnerabilities[6]".into(), Reason::Broken),
            ]
        );
        let large = record(&format!(r#","extra":"{}""#, "x".repeat(MAX_RECORD)));
        assert_eq!(page(&[&large]).reasons(), [("CVE-2024-0001".into(), Reason::TooLarge)]);
    }

    #[test]
    fn another_file_is_broken() {
        for other in ["", "<html>", "[]", r#"{"CVE_Items":[]}"#, r#"{"vulnerabilities":[{"cve":"#] {
            assert!(read(&FEED, "a.json", other.as_bytes()).is_err(), "{other}");
        }
        assert_eq!(page(&[]).signals, []);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&FEED, "", &bytes);
        }

        #[test]
        fn no_platform_makes_it_panic(
            criteria in "(cpe:2.3:)?[aoh*]?[:a\u{e9}\\\\*?0-]{0,40}", time in "[0-9TZ:+.\u{e9}-]{0,30}"
        ) {
            let criteria = serde_json::to_string(&criteria).unwrap();
            let time = serde_json::to_string(&time).unwrap();
            let json = format!(
                r#"{{"vulnerabilities":[{{"cve":{{"id":"CVE-2024-0001","lastModified":{time},"configurations":
                [{{"nodes":[{{"cpeMatch":[{{"vulnerable":true,"criteria":{criteria}}}]}}]}}]}}}}]}}"#
            );
            let taken = read(&FEED, "", json.as_bytes()).unwrap();
            prop_assert_eq!(taken.advisories.len() + taken.refusals.len(), 1);
        }
    }
}
