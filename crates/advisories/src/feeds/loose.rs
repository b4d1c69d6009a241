//! Records in the form of OSV, each in a file of its own: the folders that databases are edited in, such as Bitnami's
//! (`data/NAME/BIT-….json`), the list of malicious packages (`osv/malicious/npm/NAME/MAL-….json`), the Python Software
//! Foundation's and Rust's branch `osv` (`osv` reads the records).
//!
//! A file without an `id` is none of the records and is broken as a whole: such folders hold schemas and settings too.

use std::borrow::Cow;

use serde::Deserialize;

use super::elements::fault;
use super::osv;
use super::text::{MAX_TEXT, is_json};
use super::{Broken, Feed, File, Reason, Refusal, Sink};

/// Bytes of one record. The largest of OSV.dev, about every build of a kernel, stay below 10 MiB.
const MAX_RECORD: usize = 32 << 20;
/// Bytes of an id. Those of packages that do harm have up to about sixty.
const MAX_ID: usize = 256;

pub(crate) const FEED: Feed = Feed {
    name: "osv",
    home: "https://ossf.github.io/osv-schema/",
    wants: is_json,
    read: |file, out| read(file, "", out),
};

/// What makes a file a record.
#[derive(Deserialize)]
struct Outline<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
}

/// Reads the record that the file is, in the name of `publisher`.
pub(super) fn read(file: &File<'_>, publisher: &str, out: &mut dyn Sink) -> Result<(), Broken> {
    let mut refuse = |record: &str, reason, detail: &str| {
        out.refuse(Refusal { record: record.to_owned(), reason, detail: detail.to_owned() });
    };
    if file.bytes.len() > MAX_RECORD {
        refuse(clip(file.path), Reason::TooLarge, "");
        return Ok(());
    }
    let outline: Outline = serde_json::from_slice(file.bytes).map_err(|error| Broken::new(fault(&error)))?;
    let id = &*outline.id;
    if id.is_empty() || id.len() > MAX_ID || id.contains(char::is_control) {
        refuse(clip(file.path), Reason::Broken, "its id is none");
        return Ok(());
    }
    let mut advisory = match osv::parse(file.bytes, |_, name| Some(name.to_owned())) {
        Ok(Some(advisory)) => advisory,
        Ok(None) => {
            refuse(id, Reason::MereUpdate, "");
            return Ok(());
        }
        Err(error) => {
            refuse(id, Reason::Broken, &fault(&error));
            return Ok(());
        }
    };
    if !advisory.affected.is_empty() {
        // Also one that was withdrawn: it says so for older copies of itself.
        publisher.clone_into(&mut advisory.publisher);
        out.advisory(advisory);
    } else if advisory.withdrawn {
        refuse(id, Reason::Withdrawn, "");
    } else {
        refuse(id, Reason::NoPackage, "");
    }
    Ok(())
}

/// As much of a path as an id has.
fn clip(path: &str) -> &str {
    &path[..path.floor_char_boundary(MAX_TEXT)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::Event;
    use crate::feeds::lines::{mirror, read};
    use proptest::prelude::*;
    use std::collections::BTreeMap;
    use std::io::{Cursor, Read as _};

    fn reason(json: &str) -> Option<Reason> {
        let mut taken = read(&FEED, "x.json", json.as_bytes()).unwrap();
        assert_eq!(taken.advisories.len() + taken.refusals.len(), 1, "{json}");
        taken.refusals.pop().map(|refusal| refusal.reason)
    }

    #[test]
    fn every_ecosystem_and_name_is_taken() {
        let json = r#"{"schema_version":"1.7.3","id":"BIT-parse-2024-0001","modified":"2026-01-02T00:00:00Z",
            "aliases":["CVE-2024-0001"],"affected":[
            {"package":{"ecosystem":"Bitnami","name":"parse","purl":"pkg:bitnami/parse"},
             "ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"4.10.20"}]}]},
            {"package":{"ecosystem":"Debian:7","name":"Parse"},"versions":["1"]}]}"#;
        let taken = read(&FEED, "data/parse/BIT-parse-2024-0001.json", json.as_bytes()).unwrap();
        assert!(taken.refusals.is_empty() && taken.signals.is_empty());
        let [advisory] = &taken.advisories[..] else { panic!("{:?}", taken.advisories) };
        assert_eq!((&*advisory.id, &*advisory.publisher), ("BIT-parse-2024-0001", ""));
        let names: Vec<_> = advisory.affected.iter().map(|entry| (&*entry.ecosystem, &*entry.name)).collect();
        assert_eq!(names, [("Bitnami", "parse"), ("Debian:7", "Parse")]);
        assert_eq!(advisory.affected[0].ranges, [[Event::Introduced("0".into()), Event::Fixed("4.10.20".into())]]);
        assert_eq!(advisory.affected[1].versions, ["1"]);
    }

    #[test]
    fn what_is_left_out_says_why() {
        let record = |more: &str| format!(r#"{{"id":"X-1","modified":"2026-01-02T00:00:00Z"{more}}}"#);
        let package = r#""package":{"ecosystem":"PyPI","name":"a"}"#;
        let commits = r#""ranges":[{"type":"GIT","repo":"https://r","events":[{"introduced":"0"}]}]"#;
        let withdrawn = r#","withdrawn":"2026-01-03T00:00:00Z""#;
        assert_eq!(reason(&record("")), Some(Reason::NoPackage));
        assert_eq!(reason(&record(r#","affected":null"#)), Some(Reason::NoPackage));
        assert_eq!(reason(&record(&format!(r#","affected":[{{{commits}}}]"#))), Some(Reason::NoPackage));
        assert_eq!(reason(&record(&format!(r#","affected":[{{{package}}}]"#))), None);
        assert_eq!(reason(&record(withdrawn)), Some(Reason::Withdrawn));
        assert_eq!(reason(&record(&format!(r#"{withdrawn},"affected":[{{{package}}}]"#))), None);
        let update =
            r#"{"id":"ALBA-2024:1","modified":"","affected":[{"package":{"ecosystem":"AlmaLinux:9","name":"a"}}]}"#;
        assert_eq!(reason(update), Some(Reason::MereUpdate));
        assert_eq!(reason(&record(r#","affected":[{"package":{"name":"a"}}]"#)), Some(Reason::Broken));
        assert_eq!(reason(r#"{"id":"","modified":""}"#), Some(Reason::Broken));
        assert_eq!(reason(&format!(r#"{{"id":"{}","modified":""}}"#, "x".repeat(MAX_ID + 1))), Some(Reason::Broken));
        assert_eq!(reason("{\"id\":\"\\u001b[2J\",\"modified\":\"\"}"), Some(Reason::Broken));
        assert_eq!(reason(&" ".repeat(MAX_RECORD + 1)), Some(Reason::TooLarge));
    }

    #[test]
    fn another_file_is_broken() {
        for other in ["", "<html>", "[]", r#"{"name":"a","version":"1"}"#, r#"{"id":1}"#, r#"{"id":"X-1","modified":""#]
        {
            assert!(read(&FEED, "package.json", other.as_bytes()).is_err(), "{other}");
        }
    }

    /// The records of an archive of the mirror, as if each lay in a file: how many are kept, and left out for which reason.
    fn of_archive(path: &str) -> Option<(usize, BTreeMap<Reason, usize>)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(mirror(path)?)).unwrap();
        let (mut kept, mut left_out) = (0, BTreeMap::new());
        for index in 0..archive.len() {
            let mut bytes = Vec::new();
            let mut entry = archive.by_index(index).unwrap();
            entry.read_to_end(&mut bytes).unwrap();
            let taken = read(&FEED, "record.json", &bytes).unwrap();
            assert_eq!(taken.advisories.len() + taken.refusals.len(), 1);
            kept += taken.advisories.len();
            for refusal in taken.refusals {
                *left_out.entry(refusal.reason).or_default() += 1;
            }
        }
        Some((kept, left_out))
    }

    // Counted with a script that asks each record's JSON: any `package`; else `withdrawn`; neither.
    #[test]
    fn of_real_records_none_is_lost() {
        let counts = |reasons: &[(Reason, usize)]| reasons.iter().copied().collect::<BTreeMap<_, _>>();
        let Some(bitnami) = of_archive("Bitnami/all.zip") else { return };
        assert_eq!(bitnami, (7444, counts(&[])));
        assert_eq!(of_archive("GIT/all.zip").unwrap(), (5577, counts(&[(Reason::NoPackage, 133)])));
        let empty = counts(&[(Reason::NoPackage, 1), (Reason::Withdrawn, 4588)]);
        assert_eq!(of_archive("[EMPTY]/all.zip").unwrap(), (0, empty));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), path in "\\PC{0,30}") {
            let _ = read(&FEED, &path, &bytes);
        }
    }
}
