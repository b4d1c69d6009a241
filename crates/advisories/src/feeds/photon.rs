//! Photon OS: one list per release of vulnerabilities, packages and the versions that fix them
//! (`photon_cve_metadata/cve_data_photon5.0.json`). The release stands in the file's name and nowhere else.
//!
//! The form is not specified; it was learned from the test data of the scanners that read it, and the fixture of the tests
//! was written after them. Every release's file has its own advisory about a vulnerability, under one id.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::Severity;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::advisory::{Advisory, Affected, Rating, Status};
use crate::feeds::text::{MAX_AFFECTED, is_version, is_word, quoted, until};
use crate::feeds::{Broken, Feed, File, Reason, Refusal, Sink};

pub(crate) const FEED: Feed = Feed {
    name: "photon",
    home: "https://packages.vmware.com/photon/photon_cve_metadata",
    wants: |name| release(name).is_some(),
    read,
};

#[derive(Deserialize)]
struct Row<'a> {
    #[serde(borrow)]
    cve_id: Cow<'a, str>,
    #[serde(borrow)]
    pkg: Cow<'a, str>,
    #[serde(default)]
    cve_score: Option<f64>,
    #[serde(borrow, default)]
    aff_ver: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    res_ver: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    status: Option<Cow<'a, str>>,
}

/// `5.0` of `cve_data_photon5.0.json`.
fn release(name: &str) -> Option<&str> {
    let release = name.strip_prefix("cve_data_photon")?.strip_suffix(".json")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    release.split('.').all(is_number).then_some(release)
}

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let release = release(name).ok_or_else(|| Broken::new("the file's name does not say which release it is about"))?;
    let ecosystem = format!("Photon OS:{release}");
    let rows: Vec<&RawValue> = serde_json::from_slice(file.bytes).map_err(Broken::new)?;
    let mut issues: BTreeMap<String, Vec<Affected>> = BTreeMap::new();
    for (place, json) in rows.into_iter().enumerate() {
        let row = serde_json::from_str::<Row>(json.get()).map_err(|error| error.to_string());
        let entry = row.and_then(|row| row.affected(&ecosystem).map(|affected| (row.cve_id.into_owned(), affected)));
        match entry {
            Ok((id, affected)) => issues.entry(id).or_default().push(affected),
            Err(detail) => {
                out.refuse(Refusal { record: format!("row {place}"), reason: Reason::Broken, detail });
            }
        }
    }
    for (id, affected) in issues {
        if affected.len() > MAX_AFFECTED {
            out.refuse(Refusal { record: id, reason: Reason::TooLarge, detail: String::new() });
            continue;
        }
        // What has no CVE goes under a number that means nothing elsewhere: `UNK-1`.
        let is_cve = id.starts_with("CVE-");
        out.advisory(Advisory {
            publisher: "photon".to_owned(),
            upstream: if is_cve { vec![id.clone()] } else { Vec::new() },
            id: format!("PHOTON-{id}"),
            affected,
            ..Advisory::default()
        });
    }
    Ok(())
}

impl Row<'_> {
    fn affected(&self, ecosystem: &str) -> Result<Affected, String> {
        if !is_word(&self.cve_id) || !is_word(&self.pkg) {
            return Err(format!("{} is no id, or {} no package", quoted(&self.cve_id), quoted(&self.pkg)));
        }
        let status = self.status.as_deref().unwrap_or_default();
        let (status, fixed) = if status.eq_ignore_ascii_case("not affected") {
            (Status::NotAffected, None)
        } else {
            (Status::Affected, self.fixed()?)
        };
        // A score of zero is one that nobody has given.
        let severity = self.cve_score.filter(|score| (0.1..=10.0).contains(score)).map(Severity::from_score);
        Ok(Affected {
            ecosystem: ecosystem.to_owned(),
            name: self.pkg.clone().into_owned(),
            ranges: vec![until(fixed)],
            status,
            ratings: severity.map(Rating::Word).into_iter().collect(),
            ..Affected::default()
        })
    }

    /// The version that has the fix; none where all versions are affected.
    fn fixed(&self) -> Result<Option<&str>, String> {
        let said = |text| Option::map(text, str::trim).filter(|text| !text.is_empty() && *text != "NA");
        let affected = said(self.aff_ver.as_deref());
        match said(self.res_ver.as_deref()).or_else(|| affected.and_then(version_before)) {
            Some(version) if is_version(version) => Ok(Some(version)),
            Some(version) => Err(format!("{} is no version", quoted(version))),
            None if affected.is_some_and(|text| text.starts_with("all versions are")) => Ok(None),
            None => Err("it says neither which versions are affected nor which one is fixed".to_owned()),
        }
    }
}

/// `1.2-3.ph5` of `all versions before 1.2-3.ph5 are vulnerable`.
fn version_before(text: &str) -> Option<&str> {
    text.strip_prefix("all versions before ")?.strip_suffix(" are vulnerable").filter(|version| *version != "NA")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{self, Read};
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Read, String> {
        lines::read(&FEED, "photon/cve_data_photon5.0.json", json.as_bytes())
    }

    #[test]
    fn rows_join_under_each_vulnerability() {
        let found = read(
            r#"[{"cve_id":"CVE-2024-0002","pkg":"curl","cve_score":9.8,
                 "aff_ver":"all versions before 8.2-3.ph5 are vulnerable","res_ver":"8.2-3.ph5","status":"Fixed"},
                {"cve_id":"CVE-2024-0001","pkg":"vim","cve_score":0,"aff_ver":"all versions are vulnerable",
                 "res_ver":"NA","status":"Unfixed"},
                {"cve_id":"CVE-2024-0002","pkg":"curl-libs","cve_score":null,
                 "aff_ver":"all versions before 8.2-4.ph5 are vulnerable","res_ver":"NA"},
                {"cve_id":"UNK-1","pkg":"curl-libs","cve_score":6.7,"aff_ver":"NA","res_ver":"NA",
                 "status":"Not Affected"}]"#,
        )
        .unwrap();
        assert_eq!(
            found.shown(),
            "PHOTON-CVE-2024-0001 ^CVE-2024-0001\n  \
               Photon OS:5.0 vim >=0\n\
             PHOTON-CVE-2024-0002 ^CVE-2024-0002\n  \
               Photon OS:5.0 curl >=0 <8.2-3.ph5 critical\n  \
               Photon OS:5.0 curl-libs >=0 <8.2-4.ph5\n\
             PHOTON-UNK-1 ^\n  \
               Photon OS:5.0 curl-libs >=0 NotAffected medium\n"
        );
        assert_eq!(found.refused(), "");
    }

    #[test]
    fn what_is_wrong_is_refused_and_the_rest_kept() {
        let found = read(
            r#"[{"cve_id":"","pkg":"a"},{"cve_id":"CVE-2024-0001","pkg":"a","aff_ver":"NA","res_ver":"NA"},
                {"cve_id":"CVE-2024-0001","pkg":"a","res_ver":"1\u0007"},{"cve_id":"CVE-2024-0001"},
                {"cve_id":"CVE-2024-0001","pkg":"a","cve_score":"high"},
                {"cve_id":"CVE-2024-0001","pkg":"b","res_ver":"1-1"}]"#,
        )
        .unwrap();
        assert_eq!(found.shown(), "PHOTON-CVE-2024-0001 ^CVE-2024-0001\n  Photon OS:5.0 b >=0 <1-1\n");
        let refused = found.refused();
        let starts = [
            "Broken row 0: `` is no id, or `a` no package",
            "Broken row 1: it says neither which versions are affected nor which one is fixed",
            r"Broken row 2: `1\u{7}` is no version",
            "Broken row 3: missing field `pkg`",
            "Broken row 4: invalid type: string",
        ];
        assert_eq!(refused.lines().count(), starts.len(), "{refused}");
        for (line, start) in refused.lines().zip(starts) {
            assert!(line.starts_with(start), "{line}");
        }
    }

    #[test]
    fn the_release_is_that_of_the_files_name() {
        let wants = FEED.wants;
        assert!(wants("cve_data_photon3.0.json") && wants("cve_data_photon5.0.json"));
        assert!(!wants("photon_versions.json") && !wants("cve_data_photon.json") && !wants("cve_data_photon5.x.json"));
        assert!(lines::read(&FEED, "x.json", b"[]").is_err_and(|detail| detail.contains("which release")));
    }

    #[test]
    fn what_is_no_list_is_broken() {
        for json in ["", "{}", "<html>", r#"[{"cve_id":"CVE-2024-0001"}"#] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
            let _ = lines::read(&FEED, "cve_data_photon5.0.json", &bytes);
            let text = serde_json::to_string(&text).unwrap();
            read(&format!(r#"[{{"cve_id":{text},"pkg":"a","res_ver":"1"}},
                {{"cve_id":"CVE-1","pkg":{text},"aff_ver":{text},"res_ver":{text},"status":{text}}}]"#)).unwrap();
        }
    }
}
