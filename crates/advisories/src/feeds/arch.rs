//! Arch Linux's groups of vulnerabilities (`all.json` of security.archlinux.org; the form is that of arch-security-tracker:
//! `tracker/view/index.py`, statuses in `tracker/model/enum.py`). A group has an `AVG` number and is about one version of
//! the packages that are built together.
//!
//! `affected` is the version that was looked at, not the first one that is affected: everything below the fix counts. No
//! real file was at hand: the fixture of the tests was written from the form.

use model::Severity;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::advisory::{Advisory, Affected, Rating, Status};
use crate::feeds::text::{MAX_AFFECTED, MAX_REFERENCES, MAX_TEXT, is_json, is_version, is_word, quoted, until};
use crate::feeds::{Broken, Feed, File, Reason, Refusal, Sink};

pub(crate) const FEED: Feed =
    Feed { name: "arch", home: "https://security.archlinux.org/all.json", wants: is_json, read };

#[derive(Deserialize)]
struct Group {
    name: String,
    packages: Vec<String>,
    status: String,
    #[serde(default)]
    severity: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    fixed: Option<String>,
    #[serde(default)]
    issues: Vec<String>,
    #[serde(default)]
    advisories: Vec<String>,
}

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let groups: Vec<&RawValue> = serde_json::from_slice(file.bytes).map_err(Broken::new)?;
    for (place, json) in groups.into_iter().enumerate() {
        let advisory = serde_json::from_str::<Group>(json.get())
            .map_err(|error| (format!("group {place}"), Reason::Broken, error.to_string()))
            .and_then(|group| group.advisory(place));
        match advisory {
            Ok(advisory) => out.advisory(advisory),
            Err((record, reason, detail)) => out.refuse(Refusal { record, reason, detail }),
        }
    }
    Ok(())
}

impl Group {
    /// The advisory, or where it is, why it is refused and what is wrong.
    fn advisory(self, place: usize) -> Result<Advisory, (String, Reason, String)> {
        if !is_word(&self.name) {
            return Err((format!("group {place}"), Reason::Broken, format!("{} is no id", quoted(&self.name))));
        }
        let broken = |detail: String| (self.name.clone(), Reason::Broken, detail);
        let fixed = self.fixed.as_deref().filter(|fixed| !fixed.is_empty());
        let (status, fixed) = match (&*self.status, fixed) {
            (_, Some(fixed)) if !is_version(fixed) => {
                return Err(broken(format!("{} is no version", quoted(fixed))));
            }
            ("Not affected", _) => (Status::NotAffected, None),
            ("Fixed", None) => return Err(broken("it is fixed, and no version says since when".to_owned())),
            // What is being tested is a fix that is not in the repositories that all use.
            ("Fixed" | "Vulnerable" | "Testing", fixed) => (Status::Affected, fixed),
            ("Unknown", fixed) => (Status::UnderInvestigation, fixed),
            (other, _) => return Err(broken(format!("the status {} is unknown", quoted(other)))),
        };
        if self.packages.is_empty() {
            return Err((self.name, Reason::NoPackage, String::new()));
        }
        if self.packages.len() > MAX_AFFECTED {
            return Err((self.name, Reason::TooLarge, String::new()));
        }
        let mut words = self.packages.iter().chain(&self.issues).chain(&self.advisories);
        if let Some(wrong) = words.find(|word| !is_word(word)) {
            return Err(broken(format!("{} is no package and no id", quoted(wrong))));
        }
        let affected = self.packages.iter().map(|name| Affected {
            ecosystem: "Arch Linux".to_owned(),
            name: name.clone(),
            ranges: vec![until(fixed)],
            status,
            ..Affected::default()
        });
        let severity = Severity::from_word(&self.severity).filter(|&severity| severity != Severity::Unknown);
        let pages = std::iter::once(&self.name).chain(&self.advisories).take(MAX_REFERENCES);
        let kind = self.kind.lines().next().filter(|kind| kind.len() <= MAX_TEXT).unwrap_or_default();
        Ok(Advisory {
            publisher: "arch".to_owned(),
            summary: if kind == "unknown" { String::new() } else { kind.to_owned() },
            ratings: severity.map(Rating::Word).into_iter().collect(),
            references: pages.map(|id| format!("https://security.archlinux.org/{id}")).collect(),
            affected: affected.collect(),
            id: self.name,
            upstream: self.issues,
            ..Advisory::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{self, Read};
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Read, String> {
        lines::read(&FEED, "all.json", json.as_bytes())
    }

    fn group(name: &str, status: &str, fixed: &str) -> String {
        format!(
            r#"{{"name":"{name}","packages":["curl","libcurl-compat"],"status":"{status}","severity":"High",
            "type":"denial of service","affected":"8.1-1","fixed":{fixed},"ticket":null,
            "issues":["CVE-2024-0001","CVE-2024-0002"],"advisories":["ASA-202401-1"]}}"#
        )
    }

    #[test]
    fn a_group_becomes_an_advisory() {
        let found = read(&format!("[{}]", group("AVG-1", "Fixed", r#""8.2-1""#))).unwrap();
        assert_eq!(
            found.shown(),
            "AVG-1 ^CVE-2024-0001,CVE-2024-0002 high\n  \
               Arch Linux curl >=0 <8.2-1\n  \
               Arch Linux libcurl-compat >=0 <8.2-1\n"
        );
        let advisory = &found.advisories[0];
        assert_eq!((&*advisory.publisher, &*advisory.summary), ("arch", "denial of service"));
        assert_eq!(
            advisory.references,
            ["https://security.archlinux.org/AVG-1", "https://security.archlinux.org/ASA-202401-1"]
        );
    }

    #[test]
    fn every_status_has_its_meaning() {
        let entry = |status: &str, fixed: &str| {
            let found = read(&format!("[{}]", group("AVG-1", status, fixed))).unwrap();
            found.shown().lines().nth(1).map_or(found.refused(), |line| line.trim().to_owned())
        };
        let version = r#""8.2-1""#;
        assert_eq!(entry("Vulnerable", "null"), "Arch Linux curl >=0");
        assert_eq!(entry("Vulnerable", "\"\""), "Arch Linux curl >=0");
        assert_eq!(entry("Testing", version), "Arch Linux curl >=0 <8.2-1");
        assert_eq!(entry("Not affected", version), "Arch Linux curl >=0 NotAffected");
        assert_eq!(entry("Unknown", "null"), "Arch Linux curl >=0 UnderInvestigation");
        assert_eq!(entry("Fixed", "null"), "Broken AVG-1: it is fixed, and no version says since when\n");
        assert_eq!(entry("Later", "null"), "Broken AVG-1: the status `Later` is unknown\n");
        assert_eq!(entry("Vulnerable", r#""\u001b""#), "Broken AVG-1: `\\u{1b}` is no version\n");
    }

    #[test]
    fn what_is_wrong_is_refused_and_the_rest_kept() {
        let good = group("AVG-5", "Vulnerable", "null");
        let json = format!(
            r#"[{{"name":"AVG-1","packages":[],"status":"Vulnerable"}},
                {{"name":"AVG-2","packages":["a b"],"status":"Vulnerable"}},
                {{"name":"AVG-3","packages":["a"]}},{{"name":"","packages":["a"],"status":"Fixed"}},7,{good}]"#
        );
        let found = read(&json).unwrap();
        let ids: Vec<_> = found.advisories.iter().map(|advisory| &*advisory.id).collect();
        assert_eq!(ids, ["AVG-5"]);
        let refused = found.refused();
        let starts = [
            "NoPackage AVG-1: ",
            "Broken AVG-2: `a b` is no package and no id",
            "Broken group 2: missing field `status`",
            "Broken group 3: `` is no id",
            "Broken group 4: invalid type: integer `7`",
        ];
        assert_eq!(refused.lines().count(), starts.len(), "{refused}");
        for (line, start) in refused.lines().zip(starts) {
            assert!(line.starts_with(start), "{line}");
        }
    }

    #[test]
    fn what_is_no_list_is_broken() {
        for json in ["", "{}", "<html>", &format!("[{}", group("AVG-1", "Fixed", "null"))] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
            let _ = lines::read(&FEED, "all.json", &bytes);
            let text = serde_json::to_string(&text).unwrap();
            read(&format!(r#"[{{"name":"A-1","packages":[{text}],"status":"Fixed","fixed":{text},"type":{text}}},
                {{"name":{text},"packages":["a"],"status":{text},"severity":{text}}}]"#)).unwrap();
        }
    }
}
