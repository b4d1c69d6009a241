//! The catalogue of vulnerabilities that are being exploited, from the Cybersecurity and Infrastructure Security Agency
//! of the United States (Known Exploited Vulnerabilities, its JSON schema of 2025).
//!
//! One file of a few thousand entries. `knownRansomwareCampaignUse` is `Known` or `Unknown`: the agency never says that
//! there is no such use.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::cve;
use super::elements::{elements, fault};
use super::{Broken, Feed, File, Reason, Refusal, Sink};
use crate::lifecycle::Date;
use crate::signal::{Signal, Word};

/// Bytes of an action that are kept. The longest of 2025 has 460.
const MAX_ACTION: usize = 2048;

pub(crate) const FEED: Feed = Feed {
    name: "kev",
    home: "https://www.cisa.gov/known-exploited-vulnerabilities-catalog",
    wants: |name| name == "known_exploited_vulnerabilities.json",
    read,
};

/// What is read of an entry.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, rename = "cveID")]
    id: Cow<'a, str>,
    #[serde(borrow)]
    date_added: Cow<'a, str>,
    #[serde(borrow, default)]
    due_date: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    known_ransomware_campaign_use: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    required_action: Option<Cow<'a, str>>,
}

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    elements(file.bytes, "vulnerabilities", |index, raw| match signal(raw) {
        Ok(signal) => out.signal(signal),
        Err(detail) => {
            out.refuse(Refusal { record: format!("vulnerabilities[{index}]"), reason: Reason::Broken, detail });
        }
    })
}

fn signal(raw: &RawValue) -> Result<Signal, String> {
    let entry: Entry = serde_json::from_str(raw.get()).map_err(|error| fault(&error))?;
    if !cve::is_id(&entry.id) {
        return Err("its id is no CVE id".into());
    }
    let day = |text: &str| text.parse::<Date>().map(|day| day.to_string()).map_err(|error| error.to_string());
    let action = entry.required_action.unwrap_or_default();
    Ok(Signal {
        id: entry.id.into_owned(),
        word: Word::Exploited {
            added: day(&entry.date_added)?,
            due: entry.due_date.as_deref().map(day).transpose()?,
            ransomware: entry.known_ransomware_campaign_use.is_some_and(|word| word == "Known"),
            action: action[..action.floor_char_boundary(MAX_ACTION)].trim().to_owned(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{Read, mirror, read};
    use proptest::prelude::*;

    fn exploited(id: &str, added: &str, due: Option<&str>, ransomware: bool, action: &str) -> Signal {
        let word =
            Word::Exploited { added: added.into(), due: due.map(str::to_owned), ransomware, action: action.into() };
        Signal { id: id.into(), word }
    }

    #[test]
    fn entries_become_signals() {
        let json = r#"{"title":"A catalogue","catalogVersion":"2026.01.02","dateReleased":"2026-01-02T10:00:00.0000Z",
            "count":2,"vulnerabilities":[
            {"cveID":"CVE-2021-0001","vendorProject":"V","product":"P","vulnerabilityName":"N","dateAdded":"2021-11-03",
             "shortDescription":"It can be used.","requiredAction":"Update it.","dueDate":"2021-11-17",
             "knownRansomwareCampaignUse":"Known","notes":"","cwes":["CWE-79"]},
            {"cveID":"CVE-2026-12345","dateAdded":"2026-01-02","knownRansomwareCampaignUse":"Unknown"}]}"#;
        let taken = read(&FEED, "known_exploited_vulnerabilities.json", json.as_bytes()).unwrap();
        assert_eq!(
            taken.signals,
            [
                exploited("CVE-2021-0001", "2021-11-03", Some("2021-11-17"), true, "Update it."),
                exploited("CVE-2026-12345", "2026-01-02", None, false, ""),
            ]
        );
        assert!(taken.advisories.is_empty() && taken.refusals.is_empty());
    }

    #[test]
    fn wrong_entries_are_refused_one_by_one() {
        let json = r#"{"vulnerabilities":[
            {"cveID":"CVE-2021-0001","dateAdded":"yesterday"},
            {"cveID":"ANY-2021-0001","dateAdded":"2021-11-03"},
            {"cveID":7,"dateAdded":"2021-11-03"},
            {"dateAdded":"2021-11-03"}, 5,
            {"cveID":"CVE-2021-0002","dateAdded":"2021-11-03","dueDate":"2021-13-01"},
            {"cveID":"CVE-2021-0003","dateAdded":"2021-11-03"}]}"#;
        let taken = read(&FEED, "", json.as_bytes()).unwrap();
        assert_eq!(taken.signals, [exploited("CVE-2021-0003", "2021-11-03", None, false, "")]);
        let places: Vec<_> = (0..6).map(|index| (format!("vulnerabilities[{index}]"), Reason::Broken)).collect();
        assert_eq!(taken.reasons(), places);
    }

    #[test]
    fn texts_are_bounded() {
        let json = format!(
            r#"{{"vulnerabilities":[{{"cveID":"CVE-2021-0001","dateAdded":"2021-11-03","requiredAction":"{}"}}]}}"#,
            "\u{e9}".repeat(5000)
        );
        let taken = read(&FEED, "", json.as_bytes()).unwrap();
        assert_eq!(taken.signals, [exploited("CVE-2021-0001", "2021-11-03", None, false, &"\u{e9}".repeat(1024))]);
    }

    #[test]
    fn another_file_is_broken() {
        for other in ["", "<html>", "[]", r#"{"vulnerabilities":"none"}"#, r#"{"$schema":"http://json-schema.org/"}"#] {
            assert!(read(&FEED, "", other.as_bytes()).is_err(), "{other}");
        }
        assert!((FEED.wants)("known_exploited_vulnerabilities.json"));
        assert!(!(FEED.wants)("known_exploited_vulnerabilities_schema.json"));
    }

    // The catalogue of 2025-08-25: entries counted with `grep -c '"cveID"'`, ransomware with `grep -c 'Use": "Known"'`, and
    // two entries read by eye.
    #[test]
    fn the_real_catalogue_is_read_whole() {
        let Some(bytes) = mirror("kev/known_exploited_vulnerabilities.json") else { return };
        let Read { signals, refusals, .. } = read(&FEED, "", &bytes).unwrap();
        assert_eq!((signals.len(), refusals.len()), (1404, 0));
        let ransomware = |signal: &&Signal| matches!(signal.word, Word::Exploited { ransomware: true, .. });
        assert_eq!(signals.iter().filter(ransomware).count(), 293);
        assert_eq!(signals[0].id, "CVE-2025-48384");
        let log4shell = signals.iter().find(|signal| signal.id == "CVE-2021-44228").unwrap();
        assert!(
            matches!(&log4shell.word, Word::Exploited { added, due: Some(due), ransomware: true, .. }
                if added == "2021-12-10" && due == "2021-12-24"),
            "{log4shell:?}"
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&FEED, "", &bytes);
        }

        #[test]
        fn no_entry_makes_it_panic(id in "(CVE-)?[0-9-]{0,12}", day in "[0-9T-]{0,12}", text in "\\PC{0,40}") {
            let text = serde_json::to_string(&text).unwrap();
            let json = format!(r#"{{"vulnerabilities":[{{"cveID":"{id}","dateAdded":"{day}","requiredAction":{text}}}]}}"#);
            let taken = read(&FEED, "", json.as_bytes()).unwrap();
            prop_assert_eq!(taken.signals.len() + taken.refusals.len(), 1);
        }
    }
}
