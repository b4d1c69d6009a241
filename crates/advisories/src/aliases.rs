//! One row per vulnerability and package, however many advisories list it and under whatever ids.
//!
//! Two ids mean the same vulnerability when an advisory about that package calls one an alias of the other (OSV schema
//! 1.7, "aliases field": symmetric and transitive). A distribution's advisory does not: its `upstream` ids are the
//! vulnerabilities that it is about, and where it is about several CVEs each of them has its own row.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::advisory::{Advisory, Rating};
use crate::matching::Match;

/// An advisory that affects a package.
pub(crate) struct Hit<'a> {
    pub advisory: Arc<Advisory>,
    pub matched: Match<'a>,
    /// How bad the advisory calls it for this package alone.
    pub ratings: Vec<Rating>,
    /// The name that was looked up.
    pub name: &'a str,
    /// The version that was compared.
    pub version: &'a str,
}

impl Hit<'_> {
    /// Why, for a person: `DSA-5380-1: Debian:11 xorg-server < 2:1.20.11-1+deb11u6, this is 2:1.20.11-1+deb11u5`.
    pub fn evidence(&self) -> String {
        let Self { advisory, matched: Match { entry, within, .. }, name, version, .. } = self;
        let loosely = match &within.loosely {
            Some(odd) => format!(" (as far as can be told: {odd})"),
            None => String::new(),
        };
        format!("{}: {} {name} {}, this is {version}{loosely}", advisory.id, entry.ecosystem, within.versions)
    }
}

/// One vulnerability of one package.
pub(crate) struct Class<'a> {
    /// The id that people know it by.
    pub id: &'a str,
    /// Every other id, of advisories too, sorted.
    pub others: BTreeSet<&'a str>,
    /// The advisories about it, those about nothing else first, then by id. Each with whether it is about several.
    pub hits: Vec<(&'a Hit<'a>, bool)>,
}

/// Sorts the advisories about one package into vulnerabilities, which are sorted by id.
pub(crate) fn classes<'a>(hits: &'a [Hit<'a>]) -> Vec<Class<'a>> {
    // A node per vulnerability that an advisory is about; ids that two nodes share join them.
    let mut nodes: Vec<(usize, bool)> = Vec::new();
    let mut sets: Vec<usize> = Vec::new();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut ids: Vec<Vec<&str>> = Vec::new();
    for (index, hit) in hits.iter().enumerate() {
        let about = vulnerabilities(&hit.advisory);
        let several = about.len() > 1;
        for vulnerability in about {
            let node = nodes.len();
            nodes.push((index, several));
            sets.push(node);
            for id in &vulnerability {
                let other = *seen.entry(id).or_insert(node);
                join(&mut sets, node, other);
            }
            ids.push(vulnerability);
        }
    }
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for node in 0..nodes.len() {
        members[root(&mut sets, node)].push(node);
    }
    let classes: Vec<Class> = members
        .into_iter()
        .filter(|members| !members.is_empty())
        .filter_map(|members| {
            let keys: BTreeSet<&str> = members.iter().flat_map(|&node| ids[node].iter().copied()).collect();
            let mut about: Vec<(&Hit, bool)> =
                members.iter().map(|&node| (&hits[nodes[node].0], nodes[node].1)).collect();
            about.sort_by_key(|(hit, several)| (*several, &*hit.advisory.id));
            about.dedup_by_key(|(hit, _)| &*hit.advisory.id);
            let id = *keys.iter().min_by_key(|id| renown(id))?;
            let mut others = keys;
            others.extend(about.iter().map(|(hit, _)| &*hit.advisory.id));
            others.remove(id);
            Some(Class { id, others, hits: about })
        })
        .collect();
    // Ids are taken apart once, not for each comparison.
    let mut ranked: Vec<_> = classes.into_iter().map(|class| (renown(class.id), class)).collect();
    ranked.sort_by_key(|(renown, _)| *renown);
    ranked.into_iter().map(|(_, class)| class).collect()
}

/// Every id that an advisory gives to what it is about.
pub(crate) fn ids(advisory: &Advisory) -> Vec<&str> {
    vulnerabilities(advisory).concat()
}

/// The vulnerabilities that an advisory is about, each with all ids that it gives it.
pub(crate) fn vulnerabilities(advisory: &Advisory) -> Vec<Vec<&str>> {
    let upstream = || advisory.upstream.iter().map(String::as_str);
    // By number: an update may name hundreds.
    let mut cves: Vec<(&str, &str)> = upstream().filter_map(|id| Some((cve(id)?, id))).collect();
    cves.sort_unstable();
    if cves.first().map(|(number, _)| number) != cves.last().map(|(number, _)| number) {
        let of_each = cves.chunk_by(|(a, _), (b, _)| a == b);
        return of_each.map(|named| named.iter().flat_map(|&(number, id)| [number, id]).collect()).collect();
    }
    let mut ids: Vec<&str> = vec![&advisory.id];
    ids.extend(advisory.aliases.iter().map(String::as_str));
    ids.extend(upstream());
    let inner: Vec<&str> = ids.iter().filter_map(|id| cve(id)).collect();
    ids.extend(inner);
    vec![ids]
}

/// The CVE id that an id is or ends with, as those of databases that restate each CVE do: `UBUNTU-CVE-2021-3782`.
pub(crate) fn cve(id: &str) -> Option<&str> {
    // Faster than a search that is prepared for long texts.
    let start = id.as_bytes().windows(4).rposition(|word| word == b"CVE-")?;
    if start > 0 && !id[..start].ends_with('-') {
        return None;
    }
    let (year, number) = id[start + 4..].split_once('-')?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (year.len() == 4 && number.len() >= 4 && digits(year) && digits(number)).then(|| &id[start..])
}

/// Whether an id is the one that is asked for, or restates it.
pub(crate) fn is(id: &str, asked: &str) -> bool {
    id.eq_ignore_ascii_case(asked) || cve(id).is_some_and(|number| number.eq_ignore_ascii_case(asked))
}

/// Which id people know: the CVE, the lowest of several; else GitHub's; else any. Also an order for output.
fn renown(id: &str) -> (u8, &str, usize, &str) {
    match id.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')) {
        // Shorter numbers are lower.
        Some((year, number)) if cve(id).is_some() => (0, year, number.len(), number),
        _ if id.starts_with("GHSA-") => (1, id, 0, ""),
        _ => (2, id, 0, ""),
    }
}

fn root(sets: &mut [usize], mut node: usize) -> usize {
    while sets[node] != node {
        sets[node] = sets[sets[node]];
        node = sets[node];
    }
    node
}

fn join(sets: &mut [usize], a: usize, b: usize) {
    let (a, b) = (root(sets, a), root(sets, b));
    sets[a.max(b)] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::advisory::Affected;
    use crate::matching::Within;
    use crate::shard::testing;

    fn advisory(id: &str, aliases: &[&str], upstream: &[&str]) -> Advisory {
        let list = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect();
        Advisory { id: id.into(), aliases: list(aliases), upstream: list(upstream), ..Advisory::default() }
    }

    /// Rows as `id = others`.
    fn check(advisories: &[Advisory], expected: &[&str]) {
        let affected = Affected { name: "a".into(), ..Affected::default() };
        let shard = testing::shard(&[Advisory { affected: vec![affected], ..Advisory::default() }]);
        let within = Within { versions: String::new(), loosely: None };
        let matched = Match { entry: shard.entries("a").unwrap()[0], within, fixed: None, rank: 0 };
        let hit = |advisory: &Advisory| Hit {
            advisory: Arc::new(advisory.clone()),
            matched: matched.clone(),
            ratings: Vec::new(),
            name: "a",
            version: "1",
        };
        let hits: Vec<_> = advisories.iter().map(hit).collect();
        let rows: Vec<_> = classes(&hits)
            .iter()
            .map(|class| format!("{} = {}", class.id, class.others.iter().copied().collect::<Vec<_>>().join(" ")))
            .collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn aliases_are_symmetric_and_transitive() {
        check(
            &[
                advisory("GO-2024-3321", &["CVE-2024-45337"], &[]),
                advisory("GHSA-v778-237x-gjrc", &["CVE-2024-45337"], &[]),
                advisory("PYSEC-1", &["GHSA-v778-237x-gjrc"], &[]),
                advisory("GHSA-other-000-000", &[], &[]),
            ],
            &["CVE-2024-45337 = GHSA-v778-237x-gjrc GO-2024-3321 PYSEC-1", "GHSA-other-000-000 = "],
        );
    }

    #[test]
    fn an_advisory_about_several_vulnerabilities_has_a_row_for_each() {
        check(
            &[
                advisory("DSA-1-1", &[], &["CVE-2023-10000", "CVE-2023-9999"]),
                advisory("DEBIAN-CVE-2023-9999", &[], &["CVE-2023-9999"]),
                advisory("DSA-2-1", &[], &["CVE-2023-10000"]),
                advisory("DSA-3-1", &[], &[]),
            ],
            &["CVE-2023-9999 = DEBIAN-CVE-2023-9999 DSA-1-1", "CVE-2023-10000 = DSA-1-1 DSA-2-1", "DSA-3-1 = "],
        );
    }

    #[test]
    fn ids_that_restate_a_cve_are_that_cve() {
        check(
            &[
                advisory("USN-5614-1", &[], &["UBUNTU-CVE-2021-3782"]),
                advisory("UBUNTU-CVE-2021-3782", &[], &["CVE-2021-3782"]),
            ],
            &["CVE-2021-3782 = UBUNTU-CVE-2021-3782 USN-5614-1"],
        );
        check(
            &[advisory("USN-1-1", &[], &["UBUNTU-CVE-2021-1111", "UBUNTU-CVE-2021-2222"])],
            &["CVE-2021-1111 = UBUNTU-CVE-2021-1111 USN-1-1", "CVE-2021-2222 = UBUNTU-CVE-2021-2222 USN-1-1"],
        );
        for (id, number) in [
            ("CVE-2021-3782", Some("CVE-2021-3782")),
            ("BELL-CVE-2021-37822", Some("CVE-2021-37822")),
            ("x_FOP-symfony-symfony-CVE-2022-24894", Some("CVE-2022-24894")),
            ("NOCVE-2021-3782", None),
            ("CVE-2021-378", None),
            ("CVE-2021-3782-1", None),
            ("CVE-", None),
            ("", None),
        ] {
            assert_eq!(cve(id), number, "{id}");
        }
    }
}
