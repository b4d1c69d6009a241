//! Debian's security tracker: one JSON object of packages, vulnerabilities in them, and releases (`tracker/data/json`; the
//! form is described in the tracker's own documentation, "Getting the data"). Only source packages are named.
//!
//! The file turns on packages and an advisory on a vulnerability, so what is said of one vulnerability is gathered from
//! the whole file before anything is handed on. What is gathered points into the file's bytes. No real file was at hand:
//! the fixture of the tests was written from the documentation.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use model::Severity;
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::advisory::{Advisory, Affected, Rating, Status};
use crate::ecosystems::debian_release;
use crate::feeds::text::{MAX_AFFECTED, Text, clipped, is_json, is_version, is_word, quoted, summary, until};
use crate::feeds::{Broken, Feed, File, Reason, Refusal, Sink};

pub(crate) const FEED: Feed = Feed {
    name: "debian-tracker",
    home: "https://security-tracker.debian.org/tracker/data/json",
    // The last part of its address, or whatever somebody called it who keeps it.
    wants: |name| name == "json" || is_json(name),
    read,
};

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let mut tracker = Tracker { packages: Vec::new(), issues: BTreeMap::new(), refusals: Vec::new() };
    let mut json = serde_json::Deserializer::from_slice(file.bytes);
    Packages(&mut tracker).deserialize(&mut json).and_then(|()| json.end()).map_err(Broken::new)?;
    for refusal in tracker.refusals {
        out.refuse(refusal);
    }
    for (id, issue) in tracker.issues {
        if issue.entries.len() > MAX_AFFECTED {
            out.refuse(Refusal { record: id.into_owned(), reason: Reason::TooLarge, detail: String::new() });
        } else if !issue.entries.is_empty() {
            out.advisory(issue.advisory(&id, &tracker.packages));
        }
    }
    Ok(())
}

/// What was read of a file.
struct Tracker<'a> {
    packages: Vec<Cow<'a, str>>,
    issues: BTreeMap<Cow<'a, str>, Issue<'a>>,
    refusals: Vec<Refusal>,
}

/// What all packages have to say about one vulnerability.
#[derive(Default)]
struct Issue<'a> {
    /// The same text stands under every package.
    description: Cow<'a, str>,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    /// An index into the packages.
    package: usize,
    release: &'static str,
    status: Status,
    fixed: Option<Cow<'a, str>>,
    severity: Option<Severity>,
}

#[derive(Deserialize)]
struct RawIssue<'a> {
    #[serde(borrow, default)]
    description: Option<Cow<'a, str>>,
    #[serde(borrow)]
    releases: BTreeMap<Text<'a>, &'a RawValue>,
}

#[derive(Deserialize)]
struct RawRelease<'a> {
    #[serde(borrow)]
    status: Cow<'a, str>,
    #[serde(borrow, default)]
    fixed_version: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    urgency: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    nodsa_reason: Option<Cow<'a, str>>,
}

impl<'a> RawRelease<'a> {
    /// The status, and the version that is fixed.
    fn verdict(&self) -> Result<(Status, Option<Cow<'a, str>>), String> {
        match &*self.status {
            "resolved" => match &self.fixed_version {
                // No version of the release ever had it.
                Some(version) if version == "0" => Ok((Status::NotAffected, None)),
                Some(version) if is_version(version) => Ok((Status::Affected, Some(version.clone()))),
                Some(version) => Err(format!("{} is no version", quoted(version))),
                None => Err("it is resolved, and no version says since when".to_owned()),
            },
            "open" => Ok((self.without_fix(), None)),
            "undetermined" => Ok((Status::UnderInvestigation, None)),
            other => Err(format!("the status {} is unknown", quoted(other))),
        }
    }

    /// What becomes of a vulnerability that is open. Where there is only no advisory of its own (`nodsa` without a
    /// reason), a fix may still come with the next point release.
    fn without_fix(&self) -> Status {
        match (self.urgency.as_deref(), self.nodsa_reason.as_deref()) {
            (Some("end-of-life"), _) => Status::EndOfLife,
            (_, Some("ignored")) => Status::WillNotFix,
            (_, Some("postponed")) => Status::Deferred,
            _ => Status::Affected,
        }
    }

    /// Ratings that nobody made by hand have asterisks. `not yet assigned` and `end-of-life` are none.
    fn severity(&self) -> Option<Severity> {
        Severity::from_word(self.urgency.as_deref()?.trim_end_matches('*'))
    }
}

impl<'a> Tracker<'a> {
    fn issue(&mut self, package: usize, id: Cow<'a, str>, json: &'a RawValue) {
        let name = &self.packages[package];
        if !is_word(&id) || !is_word(name) {
            let record = format!("{} in {}", quoted(&id), quoted(name));
            return self.refuse(record, Reason::Broken, "this is no id, or no package");
        }
        let place = format!("{id} in {name}");
        let raw: RawIssue = match serde_json::from_str(json.get()) {
            Ok(raw) => raw,
            Err(error) => return self.refuse(place, Reason::Broken, error),
        };
        let mut entries = Vec::with_capacity(raw.releases.len());
        for (codename, json) in raw.releases {
            let place = || format!("{place} for {}", quoted(&codename.0));
            let Some(release) = debian_release(&codename.0) else {
                self.refuse(place(), Reason::UnknownEcosystem, "");
                continue;
            };
            let entry = serde_json::from_str::<RawRelease>(json.get()).map_err(|error| error.to_string());
            let entry = entry.and_then(|raw| raw.verdict().map(|(status, fixed)| (status, fixed, raw.severity())));
            match entry {
                Ok((status, fixed, severity)) => entries.push(Entry { package, release, status, fixed, severity }),
                Err(detail) => self.refuse(place(), Reason::Broken, detail),
            }
        }
        let issue = self.issues.entry(id).or_default();
        if issue.description.is_empty() {
            issue.description = raw.description.unwrap_or_default();
        }
        issue.entries.append(&mut entries);
    }

    fn refuse(&mut self, record: String, reason: Reason, detail: impl fmt::Display) {
        self.refusals.push(Refusal { record, reason, detail: detail.to_string() });
    }
}

impl Issue<'_> {
    fn advisory(self, id: &str, packages: &[Cow<'_, str>]) -> Advisory {
        let affected = self.entries.into_iter().map(|entry| Affected {
            ecosystem: format!("Debian:{}", entry.release),
            name: packages[entry.package].clone().into_owned(),
            ranges: vec![until(entry.fixed.as_deref())],
            status: entry.status,
            ratings: entry.severity.map(Rating::Word).into_iter().collect(),
            ..Affected::default()
        });
        // What has no CVE yet goes under a number of the tracker's own, which no other database knows.
        let is_cve = id.starts_with("CVE-");
        Advisory {
            id: if is_cve { format!("DEBIAN-{id}") } else { id.to_owned() },
            publisher: "debian".to_owned(),
            upstream: if is_cve { vec![id.to_owned()] } else { Vec::new() },
            summary: summary("", &self.description),
            details: clipped(&self.description),
            references: vec![format!("https://security-tracker.debian.org/tracker/{id}")],
            affected: affected.collect(),
            ..Advisory::default()
        }
    }
}

/// Reads the outer object, package by package.
struct Packages<'t, 'a>(&'t mut Tracker<'a>);

impl<'a> DeserializeSeed<'a> for Packages<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Packages<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of packages")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        let mut seen = false;
        while let Some(Text(name)) = map.next_key()? {
            seen = true;
            self.0.packages.push(name);
            let package = self.0.packages.len() - 1;
            map.next_value_seed(Issues { tracker: self.0, package })?;
        }
        if seen { Ok(()) } else { Err(M::Error::custom("it lists no packages")) }
    }
}

/// Reads what is said of one package, vulnerability by vulnerability.
struct Issues<'t, 'a> {
    tracker: &'t mut Tracker<'a>,
    package: usize,
}

impl<'a> DeserializeSeed<'a> for Issues<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Issues<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object of vulnerabilities")
    }

    fn visit_map<M: MapAccess<'a>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some((Text(id), json)) = map.next_entry()? {
            self.tracker.issue(self.package, id, json);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{self, Read};
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Read, String> {
        lines::read(&FEED, "json", json.as_bytes())
    }

    #[test]
    fn packages_join_under_each_vulnerability() {
        let found = read(
            r#"{
            "curl": {
              "CVE-2024-0001": {
                "description": "A made-up \"flaw\" of a client.\nIt is long.", "scope": "remote", "debianbug": 1,
                "releases": {
                  "bookworm": {"status": "resolved", "repositories": {"bookworm": "7.88-1"}, "fixed_version": "7.88-1",
                               "urgency": "medium**"},
                  "bullseye": {"status": "open", "repositories": {}, "urgency": "low", "nodsa": "Minor issue",
                               "nodsa_reason": ""},
                  "buster": {"status": "open", "urgency": "end-of-life"},
                  "trixie": {"status": "open", "urgency": "not yet assigned", "nodsa": "n", "nodsa_reason": "postponed"},
                  "sid": {"status": "undetermined", "urgency": "unimportant"}}},
              "TEMP-0000000-0A1B2C": {"releases": {"sid": {"status": "open", "urgency": "high"}}}},
            "zurl": {
              "CVE-2024-0001": {
                "description": "A made-up \"flaw\" of a client.\nIt is long.",
                "releases": {
                  "bookworm": {"status": "resolved", "fixed_version": "0", "urgency": "unimportant"},
                  "bullseye": {"status": "open", "urgency": "low", "nodsa": "n", "nodsa_reason": "ignored"}}}}}"#,
        )
        .unwrap();
        assert_eq!(
            found.shown(),
            "DEBIAN-CVE-2024-0001 ^CVE-2024-0001\n  \
               Debian:12 curl >=0 <7.88-1 medium\n  \
               Debian:11 curl >=0 low\n  \
               Debian:10 curl >=0 EndOfLife\n  \
               Debian:sid curl >=0 UnderInvestigation negligible\n  \
               Debian:13 curl >=0 Deferred\n  \
               Debian:12 zurl >=0 NotAffected negligible\n  \
               Debian:11 zurl >=0 WillNotFix low\n\
             TEMP-0000000-0A1B2C ^\n  \
               Debian:sid curl >=0 high\n"
        );
        assert_eq!(found.refused(), "");
        let first = &found.advisories[0];
        assert_eq!((&*first.publisher, &*first.summary), ("debian", "A made-up \"flaw\" of a client."));
        assert_eq!(first.references, ["https://security-tracker.debian.org/tracker/CVE-2024-0001"]);
    }

    #[test]
    fn what_is_wrong_is_refused_and_the_rest_kept() {
        let found = read(
            r#"{"a": {
              "CVE-2024-0001": {"releases": {
                "bookworm": {"status": "resolved"}, "bullseye": {"status": "resolved", "fixed_version": "1\t"},
                "buster": {"status": "maybe"}, "sid": {"status": 5}, "trixie": {"status": "open"}, "potato": {}}},
              "CVE-2024-0002": {"releases": []},
              "CVE 3": {"releases": {}}}}"#,
        )
        .unwrap();
        assert_eq!(found.shown(), "DEBIAN-CVE-2024-0001 ^CVE-2024-0001\n  Debian:13 a >=0\n");
        let expected = [
            "Broken CVE-2024-0001 in a for `bookworm`: it is resolved, and no version says since when",
            r"Broken CVE-2024-0001 in a for `bullseye`: `1\t` is no version",
            "Broken CVE-2024-0001 in a for `buster`: the status `maybe` is unknown",
            "UnknownEcosystem CVE-2024-0001 in a for `potato`: ",
            "Broken CVE-2024-0001 in a for `sid`: invalid type: integer `5`, expected a string at line 1 column 12",
            "Broken CVE-2024-0002 in a: invalid type: sequence, expected a map at line 1 column 13",
            "Broken `CVE 3` in `a`: this is no id, or no package",
        ];
        assert_eq!(found.refused().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn one_vulnerability_in_more_packages_than_there_are_is_refused() {
        let package = |number| format!(r#""p{number}":{{"CVE-1":{{"releases":{{"sid":{{"status":"open"}}}}}}}}"#);
        let packages = |count| format!("{{{}}}", (0..count).map(package).collect::<Vec<_>>().join(","));
        assert_eq!(read(&packages(MAX_AFFECTED)).unwrap().advisories[0].affected.len(), MAX_AFFECTED);
        assert_eq!(read(&packages(MAX_AFFECTED + 1)).unwrap().refused(), "TooLarge CVE-1: \n");
    }

    #[test]
    fn what_is_no_tracker_is_broken() {
        for json in ["", "{}", "[]", "<html>", r#"{"a": []}"#, r#"{"a": {"CVE-1": {"releases": {}}}"#, "{\"a\": {}} x"]
        {
            assert!(read(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
            let _ = lines::read(&FEED, "json", &bytes);
            let text = serde_json::to_string(&text).unwrap();
            let release = format!(r#"{{"status":"resolved","fixed_version":{text},"urgency":{text}}}"#);
            let issue = format!(r#"{{"description":{text},"releases":{{"sid":{release},{text}:{release}}}}}"#);
            read(&format!(r#"{{{text}:{{"CVE-1":{issue},{text}:{issue}}}}}"#)).unwrap();
        }
    }
}
