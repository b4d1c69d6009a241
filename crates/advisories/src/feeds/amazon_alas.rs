//! Amazon Linux's advisories (ALAS): the `updateinfo.xml` of its package repositories, in the form that dnf reads
//! (libsolv's `repo_updateinfoxml`). Packages are binary ones.
//!
//! An update's id says which repository it is of: `ALAS-2018-939` is of Amazon Linux 1, `ALAS2-2018-939` of Amazon Linux 2,
//! `ALAS2DOCKER-2023-024` of the topic `docker` among the latter's extras, `ALAS2023LIVEPATCH-2026-287` of the patches
//! that go into a running kernel. A topic has packages of the same names as the core with versions of its own (the kernel
//! above all), and a package does not say where it is from. So each topic is an ecosystem of its own below its release:
//! `Amazon Linux:2:docker`, `Amazon Linux:2:kernel-5.10`, `Amazon Linux:2023:livepatch`.
//!
//! No real file was at hand: the fixture of the tests was written from the form and from updates that others quote.

use std::collections::BTreeSet;

use model::Severity;

use crate::advisory::{Advisory, Affected, Rating};
use crate::feeds::text::{
    MAX_AFFECTED, MAX_DETAILS, MAX_REFERENCES, MAX_TEXT, clipped, is_link, is_word, quoted, rfc3339, until,
};
use crate::feeds::xml::{Element, Node, append, append_lines, walk};
use crate::feeds::{Broken, Feed, File, Reason, Refusal, Sink};

pub(crate) const FEED: Feed = Feed {
    name: "amazon-alas",
    home: "https://alas.aws.amazon.com",
    // Repositories put a checksum before it.
    wants: |name| name.ends_with("updateinfo.xml"),
    read,
};

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let mut update = Update::default();
    let mut done = Vec::new();
    let mut known = false;
    walk(file.bytes, |path, node| {
        let Some(path) = path.strip_prefix("updates") else { return };
        known = true;
        match (path, node) {
            ("/update", Node::Open(element)) => update = Update::new(element),
            ("/update", Node::Close) => std::mem::take(&mut update).finish(&mut done),
            ("/update/id", Node::Text(text)) => append(&mut update.id, text, MAX_TEXT),
            ("/update/title", Node::Text(text)) => append(&mut update.title, text, MAX_TEXT),
            ("/update/severity", Node::Text(text)) => append(&mut update.severity, text, MAX_TEXT),
            ("/update/description", Node::Text(text)) => append_lines(&mut update.description, text, MAX_DETAILS),
            ("/update/issued", Node::Open(element)) => update.issued = rfc3339(&element.attribute("date")),
            ("/update/updated", Node::Open(element)) => update.updated = rfc3339(&element.attribute("date")),
            ("/update/references/reference", Node::Open(element)) => update.reference(element),
            ("/update/pkglist/collection/package", Node::Open(element)) => update.package(element),
            _ => {}
        }
    })?;
    if !known {
        return Err(Broken::new("it is no list of updates"));
    }
    for update in done {
        match update {
            Ok(advisory) => out.advisory(advisory),
            Err(refusal) => out.refuse(refusal),
        }
    }
    Ok(())
}

/// An update, as far as it was read.
#[derive(Default)]
struct Update {
    kind: String,
    id: String,
    title: String,
    severity: String,
    description: String,
    issued: Option<String>,
    updated: Option<String>,
    vulnerabilities: Vec<String>,
    links: Vec<String>,
    /// Names and versions. They are listed once for each architecture.
    packages: BTreeSet<(String, String)>,
    /// What stands where a package should.
    wrong: Vec<String>,
}

impl Update {
    fn new(element: &Element) -> Self {
        Self { kind: element.attribute("type"), ..Self::default() }
    }

    fn reference(&mut self, element: &Element) {
        let (id, link) = (element.attribute("id"), element.attribute("href"));
        if element.attribute("type") == "cve" && id.starts_with("CVE-") && is_word(&id) {
            self.vulnerabilities.push(id);
        }
        // One place is for the update's own page.
        if is_link(&link) && self.links.len() + 1 < MAX_REFERENCES {
            self.links.push(link);
        }
    }

    fn package(&mut self, element: &Element) {
        let [name, epoch, version, release] = ["name", "epoch", "version", "release"].map(|key| element.attribute(key));
        let epoch = if epoch.is_empty() || epoch == "0" { String::new() } else { format!("{epoch}:") };
        let whole = format!("{epoch}{version}-{release}");
        // One more than are read is enough to know that there are too many.
        let room = self.packages.len() + self.wrong.len() <= MAX_AFFECTED;
        match is_word(&name) && !version.is_empty() && !release.is_empty() && is_word(&whole) {
            true if room => _ = self.packages.insert((name, whole)),
            false if room => self.wrong.push(format!("{} {}", quoted(&name), quoted(&whole))),
            _ => {}
        }
    }

    fn finish(self, done: &mut Vec<Result<Advisory, Refusal>>) {
        let refusal = |reason, detail| Err(Refusal { record: self.id.clone(), reason, detail });
        if !is_word(&self.id) {
            let record = format!("update {}", done.len());
            return done.push(Err(Refusal {
                record,
                reason: Reason::Broken,
                detail: format!("{} is no id", quoted(&self.id)),
            }));
        }
        if self.kind != "security" {
            return done.push(refusal(Reason::MereUpdate, String::new()));
        }
        let Some((release, topic)) = repository(&self.id) else {
            return done.push(refusal(Reason::UnknownEcosystem, String::new()));
        };
        if self.packages.len() + self.wrong.len() > MAX_AFFECTED {
            return done.push(refusal(Reason::TooLarge, String::new()));
        }
        for wrong in &self.wrong {
            done.push(refusal(Reason::Broken, format!("{wrong} is no package, or no version of one")));
        }
        if self.packages.is_empty() {
            if self.wrong.is_empty() {
                done.push(refusal(Reason::NoPackage, String::new()));
            }
            return;
        }
        let topic = if topic.is_empty() { String::new() } else { format!(":{}", topic.to_ascii_lowercase()) };
        let affected = self.packages.into_iter().map(|(name, fixed)| Affected {
            ecosystem: format!("Amazon Linux:{release}{topic}"),
            name,
            ranges: vec![until(Some(&fixed))],
            ..Affected::default()
        });
        let page = match release {
            "1" => format!("https://alas.aws.amazon.com/{}.html", self.id),
            _ => format!("https://alas.aws.amazon.com/AL{release}/{}.html", self.id),
        };
        let severity = Severity::from_word(self.severity.trim()).filter(|&severity| severity != Severity::Unknown);
        done.push(Ok(Advisory {
            publisher: "amazon".to_owned(),
            upstream: self.vulnerabilities,
            summary: self.title.trim_end().to_owned(),
            details: clipped(self.description.trim_start()),
            modified: self.updated.or_else(|| self.issued.clone()).unwrap_or_default(),
            published: self.issued,
            ratings: severity.map(Rating::Word).into_iter().collect(),
            references: std::iter::once(page).chain(self.links).collect(),
            affected: affected.collect(),
            id: self.id.clone(),
            ..Advisory::default()
        }));
    }
}

/// The release of an update, and the topic, which is empty for the core: `2` and `KERNEL-5.10` of
/// `ALAS2KERNEL-5.10-2022-002`.
fn repository(id: &str) -> Option<(&str, &str)> {
    let (id, number) = id.strip_prefix("ALAS")?.rsplit_once('-')?;
    let (repository, year) = id.rsplit_once('-')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(number) || !is_number(year) {
        return None;
    }
    let digits = repository.bytes().take_while(u8::is_ascii_digit).count();
    let (release, topic) = repository.split_at(digits);
    if !topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)) {
        return None;
    }
    match (release, topic) {
        ("", "") => Some(("1", topic)),
        // Only Amazon Linux 2 has topics that leave out the release.
        ("", topic) => Some(("2", topic)),
        ("1" | "2" | "2022" | "2023" | "2025", topic) => Some((release, topic)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{self, Read};
    use proptest::prelude::*;

    fn read(document: &str) -> Result<Read, String> {
        lines::read(&FEED, "core/0a1b-updateinfo.xml", document.as_bytes())
    }

    /// An update about one package.
    fn update(kind: &str, id: &str, more: &str) -> String {
        format!(
            r#"<update author="x" from="x" status="final" type="{kind}" version="1.4"><id>{id}</id>{more}<pkglist>
            <collection short="amazon-linux"><name>Amazon Linux</name>
            <package arch="x86_64" epoch="0" name="a" release="1.amzn2" version="1.0"><filename>a.rpm</filename></package>
            </collection></pkglist></update>"#
        )
    }

    #[test]
    fn an_update_becomes_an_advisory() {
        let found = read(
            r#"<?xml version="1.0" ?>
<updates><update author="linux-security@example.org" from="linux-security@example.org" status="final" type="security" version="1.4">
<id>ALAS2023-2024-001</id><title>Amazon Linux 2023 - ALAS2023-2024-001: Important priority package
update for curl &amp; friends</title><issued date="2024-02-01 05:59" /><updated date="2024-02-03 22:11:09" />
<severity>Important</severity><description>Package updates are available.
CVE-2024-0001:
	A made-up flaw &lt;here&gt;.
</description><references>
<reference href="http://cve.example.org/CVE-2024-0001" id="CVE-2024-0001" title="" type="cve" />
<reference href="http://cve.example.org/CVE-2024-0002" id="CVE-2024-0002" type="cve" />
<reference href="http://bugs.example.org/1" id="1" type="bugzilla" /><reference href="" id="TBD" type="cve" />
</references><pkglist><collection short="amazon-linux-2023"><name>Amazon Linux 2023</name>
<package arch="x86_64" epoch="0" name="libcurl" release="1.amzn2023.0.2" version="8.2.0"><filename>Packages/x.rpm</filename></package>
<package arch="x86_64" epoch="1" name="curl" release="1.amzn2023.0.2" version="8.2.0"><filename>Packages/y.rpm</filename></package>
<package arch="aarch64" name="libcurl" release="1.amzn2023.0.2" version="8.2.0" />
</collection></pkglist></update></updates>"#,
        )
        .unwrap();
        assert_eq!(
            found.shown(),
            "ALAS2023-2024-001 ^CVE-2024-0001,CVE-2024-0002 high\n  \
               Amazon Linux:2023 curl >=0 <1:8.2.0-1.amzn2023.0.2\n  \
               Amazon Linux:2023 libcurl >=0 <8.2.0-1.amzn2023.0.2\n"
        );
        assert_eq!(found.refused(), "");
        let advisory = &found.advisories[0];
        assert_eq!(
            advisory.summary,
            "Amazon Linux 2023 - ALAS2023-2024-001: Important priority package update for curl & friends"
        );
        assert_eq!(advisory.details, "Package updates are available.\nCVE-2024-0001:\n\tA made-up flaw <here>.");
        assert_eq!(advisory.published.as_deref(), Some("2024-02-01T05:59:00Z"));
        assert_eq!(advisory.modified, "2024-02-03T22:11:09Z");
        assert_eq!(
            advisory.references,
            [
                "https://alas.aws.amazon.com/AL2023/ALAS2023-2024-001.html",
                "http://cve.example.org/CVE-2024-0001",
                "http://cve.example.org/CVE-2024-0002",
                "http://bugs.example.org/1"
            ]
        );
    }

    // Ids as Amazon gave them.
    #[test]
    fn repositories_are_kept_apart() {
        let check = |id: &str, ecosystem: &str| {
            let found = read(&format!("<updates>{}</updates>", update("security", id, ""))).unwrap();
            assert_eq!(found.advisories[0].affected[0].ecosystem, ecosystem, "{id}");
        };
        check("ALAS-2018-939", "Amazon Linux:1");
        check("ALAS2-2018-939", "Amazon Linux:2");
        check("ALAS2022-2021-001", "Amazon Linux:2022");
        check("ALAS2023-2023-001", "Amazon Linux:2023");
        check("ALAS2GOLANG1.19-2023-001", "Amazon Linux:2:golang1.19");
        check("ALAS2KERNEL-5.10-2022-002", "Amazon Linux:2:kernel-5.10");
        check("ALASDOCKER-2021-001", "Amazon Linux:2:docker");
        check("ALAS2023LIVEPATCH-2026-287", "Amazon Linux:2023:livepatch");
        check("ALAS2023NVIDIA-2026-0001", "Amazon Linux:2023:nvidia");
    }

    #[test]
    fn what_is_wrong_is_refused_and_the_rest_kept() {
        let document = [
            "<updates>",
            &update("bugfix", "ALAS2-2024-001", ""),
            &update("security", "RHSA-2024:1", ""),
            &update("security", "ALAS3000-2024-001", ""),
            &update("security", "", ""),
            r#"<update type="security"><id>ALAS2-2024-002</id></update>"#,
            &update(
                "security",
                "ALAS2-2024-003",
                r#"<pkglist><collection><package name="b" version="1"/><package name="b c" version="1" release="2"/>
                </collection></pkglist>"#,
            ),
            r#"<update type="security"><id>ALAS2-2024-004</id><pkglist><collection><package/></collection></pkglist></update>"#,
            "</updates>",
        ]
        .concat();
        let found = read(&document).unwrap();
        assert_eq!(found.shown(), "ALAS2-2024-003 ^\n  Amazon Linux:2 a >=0 <1.0-1.amzn2\n");
        let expected = [
            "MereUpdate ALAS2-2024-001: ",
            "UnknownEcosystem RHSA-2024:1: ",
            "UnknownEcosystem ALAS3000-2024-001: ",
            "Broken update 3: `` is no id",
            "NoPackage ALAS2-2024-002: ",
            "Broken ALAS2-2024-003: `b` `1-` is no package, or no version of one",
            "Broken ALAS2-2024-003: `b c` `1-2` is no package, or no version of one",
            "Broken ALAS2-2024-004: `` `-` is no package, or no version of one",
        ];
        assert_eq!(found.refused().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_update_of_more_packages_than_there_are_is_refused() {
        let package = |number| format!(r#"<package name="p{number}" version="1" release="1"/>"#);
        let document = |count| {
            let packages: String = (0..count).map(package).collect();
            let list = format!("<pkglist><collection>{packages}</collection></pkglist>");
            format!(r#"<updates><update type="security"><id>ALAS2-2024-001</id>{list}</update></updates>"#)
        };
        assert_eq!(read(&document(MAX_AFFECTED)).unwrap().advisories[0].affected.len(), MAX_AFFECTED);
        assert_eq!(read(&document(MAX_AFFECTED + 1)).unwrap().refused(), "TooLarge ALAS2-2024-001: \n");
    }

    #[test]
    fn what_is_no_list_of_updates_is_broken() {
        assert_eq!(read("<html/>"), Err("it is no list of updates".to_owned()));
        let whole = format!("<updates>{}", update("security", "ALAS2-2024-001", ""));
        for document in ["", &whole, &whole[..whole.len() - 20]] {
            assert!(read(document).is_err(), "{document}");
        }
        assert!((FEED.wants)("0a1b-updateinfo.xml") && !(FEED.wants)("repomd.xml"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>(), id in "ALAS[0-9A-Z.-]{0,20}") {
            let _ = lines::read(&FEED, "updateinfo.xml", &bytes);
            let _ = read(&format!("<updates>{}{text}</updates>", update("security", &id, &text)));
            let _ = repository(&text);
        }
    }
}
