//! GitHub's advisories as their repository has them: records in the form of OSV (`loose`) in folders by the month they
//! were published, `advisories/github-reviewed/2024/05/GHSA-…/GHSA-….json`.
//!
//! Below `advisories/unreviewed` are copies of NVD's descriptions that nobody at GitHub has read; most name no package. The tests' records were written by
//! hand in the repository's form.

use super::text::is_json;
use super::{Broken, Feed, File, Reason, Refusal, Sink, loose};
use crate::advisory::Advisory;
use crate::signal::Signal;

pub(crate) const FEED: Feed = Feed {
    name: "github",
    home: "https://github.com/github/advisory-database",
    wants: |name| name.starts_with("GHSA-") && is_json(name),
    read,
};

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    if file.path.split('/').any(|part| part == "unreviewed") {
        loose::read(file, FEED.name, &mut Unreviewed(out))
    } else {
        loose::read(file, FEED.name, out)
    }
}

/// Adds to why a record is left out that nobody has reviewed it.
struct Unreviewed<'a>(&'a mut dyn Sink);

impl Sink for Unreviewed<'_> {
    fn advisory(&mut self, advisory: Advisory) {
        self.0.advisory(advisory);
    }

    fn signal(&mut self, signal: Signal) {
        self.0.signal(signal);
    }

    fn refuse(&mut self, mut refusal: Refusal) {
        if refusal.reason == Reason::NoPackage {
            "GitHub has not reviewed it".clone_into(&mut refusal.detail);
        }
        self.0.refuse(refusal);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::{Event, Rating};
    use crate::feeds::lines::{Read, read};
    use model::Severity;
    use proptest::prelude::*;

    /// What is read of a record with these `affected` entries and these keys of GitHub's own.
    fn record(path: &str, affected: &str, specific: &str) -> Read {
        let json = format!(
            r#"{{"schema_version":"1.4.0","id":"GHSA-2222-3333-4444","modified":"2024-05-06T14:20:40Z",
            "published":"2024-05-06T14:20:40Z","aliases":["CVE-2024-0001"],"summary":"A server falls over",
            "details":"It falls.","severity":[{{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"}}],
            "affected":{affected},"references":[{{"type":"WEB","url":"https://a.example/"}}],
            "database_specific":{{"cwe_ids":["CWE-400"],"severity":"HIGH",{specific}}}}}"#
        );
        read(&FEED, path, json.as_bytes()).unwrap()
    }

    const REVIEWED: &str = "advisories/github-reviewed/2024/05/GHSA-2222-3333-4444/GHSA-2222-3333-4444.json";
    const UNREVIEWED: &str = "advisories/unreviewed/2024/05/GHSA-2222-3333-4444/GHSA-2222-3333-4444.json";
    const AFFECTED: &str = r#"[{"package":{"ecosystem":"Go","name":"example.org/server"},
        "ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"},{"fixed":"1.13.15"}]}]}]"#;

    #[test]
    fn a_reviewed_record_becomes_an_advisory() {
        let taken = record(REVIEWED, AFFECTED, r#""github_reviewed":true"#);
        let [advisory] = &taken.advisories[..] else { panic!("{taken:?}") };
        assert_eq!((&*advisory.id, &*advisory.publisher), ("GHSA-2222-3333-4444", "github"));
        assert_eq!(
            (&advisory.aliases[..], &advisory.weaknesses[..]),
            (&["CVE-2024-0001".into()][..], &["CWE-400".into()][..])
        );
        let vector = Rating::Vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H".into());
        assert_eq!(advisory.ratings, [vector, Rating::Word(Severity::High)]);
        assert_eq!(advisory.affected[0].ranges, [[Event::Introduced("0".into()), Event::Fixed("1.13.15".into())]]);
    }

    #[test]
    fn an_unreviewed_record_counts_if_it_names_a_package() {
        let taken = record(UNREVIEWED, "[]", r#""github_reviewed":false"#);
        let refusal = Refusal {
            record: "GHSA-2222-3333-4444".into(),
            reason: Reason::NoPackage,
            detail: "GitHub has not reviewed it".into(),
        };
        assert!(taken.advisories.is_empty());
        assert_eq!(taken.refusals, [refusal]);
        assert_eq!(record(UNREVIEWED, AFFECTED, r#""github_reviewed":false"#).advisories.len(), 1);
        assert_eq!(record(REVIEWED, "[]", r#""github_reviewed":true"#).refusals[0].detail, "");
    }

    #[test]
    fn only_files_named_like_records_are_wanted() {
        assert!((FEED.wants)("GHSA-2222-3333-4444.json"));
        assert!(!(FEED.wants)("package.json") && !(FEED.wants)("GHSA-2222-3333-4444.md"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&FEED, UNREVIEWED, &bytes);
        }
    }
}
