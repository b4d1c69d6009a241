//! Security databases in the form that Alpine began (`secdb`: `vX.Y/main.json`, `vX.Y/community.json`) and Wolfi and
//! Chainguard took over (`security.json`; specified in the README of wolfi-secdb): packages, and for each the versions that
//! fixed something. Only source packages are named, and what is not fixed is not there.
//!
//! A file is about one repository, and each repository has its own advisory about a vulnerability, so that none stands in
//! for another: `ALPINE-CVE-2024-0001` is the main repository's, `ALPINE-COMMUNITY-CVE-2024-0001` another one's. No real
//! file was at hand: the fixture of the tests was written from the specification, with slips that Alpine's maintainers
//! have made.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::advisory::{Advisory, Affected, Status};
use crate::feeds::text::{MAX_AFFECTED, Text, is_json, is_version, is_word, quoted, until};
use crate::feeds::{Broken, Feed, File, Reason, Refusal, Sink};

pub(crate) const FEED: Feed =
    Feed { name: "alpine-secdb", home: "https://secdb.alpinelinux.org", wants: is_json, read };

#[derive(Deserialize)]
struct Database<'a> {
    #[serde(borrow, default)]
    distroversion: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    reponame: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    urlprefix: Option<Cow<'a, str>>,
    #[serde(borrow)]
    packages: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Holder<'a> {
    #[serde(borrow)]
    pkg: Package<'a>,
}

#[derive(Deserialize)]
struct Package<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    secfixes: Option<BTreeMap<Text<'a>, &'a RawValue>>,
}

/// A package and the version that fixed it.
type Fix<'a> = (usize, Cow<'a, str>);

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let database: Database = serde_json::from_slice(file.bytes).map_err(Broken::new)?;
    let (ecosystem, word) = database.ecosystem(file.path)?;
    let prefix = database.prefix(word)?;
    let mut names = Vec::new();
    let mut fixes: BTreeMap<String, Vec<Fix>> = BTreeMap::new();
    for (place, json) in database.packages.iter().enumerate() {
        let package = match serde_json::from_str::<Holder>(json.get()) {
            Ok(holder) if is_word(&holder.pkg.name) => holder.pkg,
            Ok(holder) => {
                refuse(out, format!("package {place}"), Reason::NoPackage, quoted(&holder.pkg.name));
                continue;
            }
            Err(error) => {
                refuse(out, format!("package {place}"), Reason::Broken, error.to_string());
                continue;
            }
        };
        for (Text(version), json) in package.secfixes.into_iter().flatten() {
            let place = || format!("{} {}", package.name, quoted(&version));
            if !is_version(&version) {
                refuse(out, place(), Reason::Broken, "this is no version".to_owned());
                continue;
            }
            // Nothing stands where a maintainer has begun an entry.
            let texts = match serde_json::from_str::<Option<Vec<Text>>>(json.get()) {
                Ok(texts) => texts.unwrap_or_default(),
                Err(error) => {
                    refuse(out, place(), Reason::Broken, error.to_string());
                    continue;
                }
            };
            for Text(text) in texts {
                let mut ids = ids(&text).peekable();
                if ids.peek().is_none() {
                    refuse(out, place(), Reason::Broken, format!("there is no id in {}", quoted(&text)));
                }
                for id in ids {
                    fixes.entry(id).or_default().push((names.len(), version.clone()));
                }
            }
        }
        names.push(package.name);
    }
    for (id, fixes) in fixes {
        if fixes.len() > MAX_AFFECTED {
            refuse(out, id, Reason::TooLarge, String::new());
            continue;
        }
        let affected = fixes.into_iter().map(|(package, version)| Affected {
            ecosystem: ecosystem.clone(),
            name: names[package].clone().into_owned(),
            // The specification's word for "no version ever had it".
            status: if version == "0" { Status::NotAffected } else { Status::Affected },
            ranges: vec![until((version != "0").then_some(&version))],
            ..Affected::default()
        });
        let page = (word == "alpine").then(|| format!("https://security.alpinelinux.org/vuln/{id}"));
        out.advisory(Advisory {
            id: format!("{prefix}-{id}"),
            publisher: word.to_owned(),
            references: page.into_iter().collect(),
            affected: affected.collect(),
            upstream: vec![id],
            ..Advisory::default()
        });
    }
    Ok(())
}

fn refuse(out: &mut dyn Sink, record: String, reason: Reason, detail: String) {
    out.refuse(Refusal { record, reason, detail });
}

impl Database<'_> {
    /// The ecosystem that the packages are of, and its publisher. Only Alpine has releases.
    fn ecosystem(&self, path: &str) -> Result<(String, &'static str), Broken> {
        if let Some(release) = self.distroversion.as_deref().filter(|release| !release.is_empty()) {
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
            if release == "edge" || release.strip_prefix('v').is_some_and(is_number) && release.len() <= 16 {
                return Ok((format!("Alpine:{release}"), "alpine"));
            }
            return Err(Broken::new(format_args!("{} is no release of Alpine", quoted(release))));
        }
        for (word, name) in [("wolfi", "Wolfi"), ("chainguard", "Chainguard")] {
            let texts = [self.urlprefix.as_deref(), self.reponame.as_deref(), Some(path)];
            if texts.into_iter().flatten().any(|text| text.contains(word)) {
                return Ok((name.to_owned(), word));
            }
        }
        Err(Broken::new("neither the release nor the repository says whose packages these are"))
    }

    /// What ids begin with: the publisher, and the repository if it is not the one that every system has.
    fn prefix(&self, word: &str) -> Result<String, Broken> {
        let repository = self.reponame.as_deref().unwrap_or_default();
        match repository {
            "" | "main" | "os" | "chainguard" => Ok(word.to_ascii_uppercase()),
            other if is_word(other) => Ok(format!("{word}-{other}").to_ascii_uppercase()),
            other => Err(Broken::new(format_args!("{} is no repository", quoted(other)))),
        }
    }
}

/// The ids in a text. Most texts are one; some are several with blanks between them, or have a remark behind them.
fn ids(text: &str) -> impl Iterator<Item = String> {
    text.split(|character: char| character.is_whitespace() || matches!(character, ',' | '(' | ')')).filter_map(|word| {
        let word = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
        // `CVE_2019-2426` is an id with a slip of the finger.
        let word = if word.starts_with("CVE_") { word.replacen('_', "-", 1) } else { word.to_owned() };
        let (database, number) = word.split_once('-')?;
        let is_id = database.len() >= 2
            && database.bytes().all(|byte| byte.is_ascii_uppercase())
            && number.bytes().any(|byte| byte.is_ascii_digit())
            && number.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        (is_id && is_word(&word)).then_some(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{self, Read};
    use proptest::prelude::*;

    fn read(json: &str) -> Result<Read, String> {
        lines::read(&FEED, "v3.20/main.json", json.as_bytes())
    }

    fn alpine(packages: &str) -> Read {
        read(&format!(
            r#"{{"apkurl":"{{{{urlprefix}}}}/x","archs":["x86_64"],"distroversion":"v3.20","reponame":"main",
            "urlprefix":"https://example.org/alpine","packages":[{packages}]}}"#
        ))
        .unwrap()
    }

    #[test]
    fn fixes_join_under_each_vulnerability() {
        let found = alpine(
            r#"{"pkg":{"name":"curl","secfixes":{"8.1-r0":["CVE-2024-0001","CVE-2024-0002 CVE-2024-0003"],
                 "8.2-r1":["CVE-2024-0001"],"0":["CVE-2024-0004"]}}},
               {"pkg":{"name":"xen","secfixes":{"4.1-r0":["CVE-2024-0004 XSA-201 (+ regression fix)"]}}},
               {"pkg":{"name":"empty","secfixes":{"1-r0":null,"2-r0":[]}}},{"pkg":{"name":"none","secfixes":null}}"#,
        );
        assert_eq!(
            found.shown(),
            "ALPINE-CVE-2024-0001 ^CVE-2024-0001\n  \
               Alpine:v3.20 curl >=0 <8.1-r0\n  \
               Alpine:v3.20 curl >=0 <8.2-r1\n\
             ALPINE-CVE-2024-0002 ^CVE-2024-0002\n  \
               Alpine:v3.20 curl >=0 <8.1-r0\n\
             ALPINE-CVE-2024-0003 ^CVE-2024-0003\n  \
               Alpine:v3.20 curl >=0 <8.1-r0\n\
             ALPINE-CVE-2024-0004 ^CVE-2024-0004\n  \
               Alpine:v3.20 curl >=0 NotAffected\n  \
               Alpine:v3.20 xen >=0 <4.1-r0\n\
             ALPINE-XSA-201 ^XSA-201\n  \
               Alpine:v3.20 xen >=0 <4.1-r0\n"
        );
        assert_eq!(found.refused(), "");
        assert_eq!(found.advisories[0].references, ["https://security.alpinelinux.org/vuln/CVE-2024-0001"]);
    }

    // Versions and texts as they stand in files of Alpine's.
    #[test]
    fn slips_of_maintainers_are_understood_or_refused() {
        let found = alpine(
            r#"{"pkg":{"name":"a","secfixes":{"0: 1.20.10":["CVE-2024-0001"],"1.18.-r2":["CVE_2019-2426"],
                 "1-r0":["CVE N/A ZBX-11023","CVE-2019-0203?","to be named",""]}}}"#,
        );
        assert_eq!(
            found.shown(),
            "ALPINE-CVE-2019-0203 ^CVE-2019-0203\n  Alpine:v3.20 a >=0 <1-r0\n\
             ALPINE-CVE-2019-2426 ^CVE-2019-2426\n  Alpine:v3.20 a >=0 <1.18.-r2\n\
             ALPINE-CVE-2024-0001 ^CVE-2024-0001\n  Alpine:v3.20 a >=0 <0: 1.20.10\n\
             ALPINE-ZBX-11023 ^ZBX-11023\n  Alpine:v3.20 a >=0 <1-r0\n"
        );
        assert_eq!(
            found.refused(),
            "Broken a `1-r0`: there is no id in `to be named`\nBroken a `1-r0`: there is no id in ``\n"
        );
    }

    #[test]
    fn what_is_wrong_is_refused_and_the_rest_kept() {
        let found = alpine(
            r#"{"pkg":{"secfixes":{}}},{"pkg":{"name":""}},5,
               {"pkg":{"name":"a","secfixes":{"1\u001b":["CVE-2024-0001"],"2":"CVE-2024-0002","3":["CVE-2024-0003"]}}}"#,
        );
        assert_eq!(found.shown(), "ALPINE-CVE-2024-0003 ^CVE-2024-0003\n  Alpine:v3.20 a >=0 <3\n");
        let refused = found.refused();
        let starts = [
            "Broken package 0: missing field `name`",
            "NoPackage package 1: ``",
            "Broken package 2: invalid type: integer `5`",
            r"Broken a `1\u{1b}`: this is no version",
            "Broken a `2`: invalid type: string",
        ];
        assert_eq!(refused.lines().count(), starts.len(), "{refused}");
        for (line, start) in refused.lines().zip(starts) {
            assert!(line.starts_with(start), "{line}");
        }
    }

    #[test]
    fn the_ecosystem_is_said_by_the_file() {
        let of = |header: &str, path: &str| {
            let packages = r#"[{"pkg":{"name":"a","secfixes":{"1-r0":["GHSA-aaaa-bbbb-cc11"]}}}]"#;
            let json = format!(r#"{{{header}"packages":{packages}}}"#);
            lines::read(&FEED, path, json.as_bytes()).map(|read| read.shown())
        };
        let becomes = |id: &str, ecosystem: &str| {
            Ok(format!("{id}-GHSA-aaaa-bbbb-cc11 ^GHSA-aaaa-bbbb-cc11\n  {ecosystem} a >=0 <1-r0\n"))
        };
        let wolfi = r#""urlprefix":"https://packages.wolfi.dev","reponame":"os","#;
        assert_eq!(of(wolfi, "security.json"), becomes("WOLFI", "Wolfi"));
        assert_eq!(of(r#""reponame":"chainguard","#, "security.json"), becomes("CHAINGUARD", "Chainguard"));
        let extra = r#""reponame":"extra-packages","#;
        assert_eq!(of(extra, "chainguard/security.json"), becomes("CHAINGUARD-EXTRA-PACKAGES", "Chainguard"));
        assert_eq!(of(r#""distroversion":"edge","#, "main.json"), becomes("ALPINE", "Alpine:edge"));
        let community = r#""distroversion":"v3.20","reponame":"community","#;
        assert_eq!(of(community, "community.json"), becomes("ALPINE-COMMUNITY", "Alpine:v3.20"));
        let odd = r#""distroversion":"v3.20","reponame":"a b","#;
        assert_eq!(of(odd, "community.json"), Err("`a b` is no repository".to_owned()));
        let unknown = "neither the release nor the repository says whose packages these are";
        assert_eq!(of("", "security.json"), Err(unknown.to_owned()));
        assert_eq!(of(r#""distroversion":"3.20\n","#, "a"), Err(r"`3.20\n` is no release of Alpine".to_owned()));
    }

    #[test]
    fn what_is_no_database_is_broken() {
        for json in ["", "[]", "<html>", r#"{"distroversion":"v3.20"}"#, r#"{"distroversion":"v3.20","packages":[{}"#] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in any::<String>()) {
            let _ = lines::read(&FEED, "main.json", &bytes);
            let text = serde_json::to_string(&text).unwrap();
            alpine(&format!(r#"{{"pkg":{{"name":{text},"secfixes":{{{text}:[{text}]}}}}}},
                {{"pkg":{{"name":"a","secfixes":{{"1":[{text}]}}}}}}"#));
        }
    }
}
