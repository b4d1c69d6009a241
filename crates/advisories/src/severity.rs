//! How bad it is, where several publishers say several things.
//!
//! The order of whom to believe:
//! 1. the publishers that the user names (`--severity-source`), in the user's order;
//! 2. a distribution's own word about its own package, since it knows how the package is built and used;
//! 3. the same word about an update that closes several vulnerabilities at once, which is that of the worst of them;
//! 4. a CVSS vector of a record about this vulnerability alone, the newest version of CVSS that the record has;
//! 5. a CVSS vector of a record about several;
//! 6. a CVSS vector of those who rate vulnerabilities without saying which packages have them (NVD);
//! 7. a word of a database (`HIGH`).
//!
//! Of several at one place the worst counts. CVSS bands: CVSS v3.1 section 5, v4.0 section 6; version 2 has no
//! critical.

use cvss::Cvss;
use model::{Opinion, Severity};

use crate::advisory::Rating;
use crate::ecosystems::is_distribution;

/// The severity of one row, and where it comes from.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub severity: Severity,
    /// The id of the advisory whose rating counts, or who else rates it; empty when nobody does.
    pub source: String,
    /// The best known vector. It is behind the severity unless a publisher's word overrules it.
    pub vector: Option<String>,
    /// The vector's score.
    pub score: Option<f64>,
    /// All that was said, the one that counts first.
    pub opinions: Vec<Opinion>,
}

/// What one record says about one vulnerability of one package.
pub(crate) struct Said<'a> {
    /// The record's id.
    pub source: &'a str,
    /// Whose it is, in one word.
    pub publisher: &'a str,
    pub of: Of<'a>,
    pub ratings: Vec<&'a Rating>,
}

/// What a record is about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of<'a> {
    /// Packages: the ecosystem of the entry that matched, and whether the record is about several vulnerabilities.
    Package { ecosystem: &'a str, several: bool },
    /// A vulnerability, whatever has it.
    Vulnerability,
}

/// A rating with what decides between it and others; the smallest counts.
struct Ranked<'a> {
    rank: (usize, u8),
    severity: Severity,
    said: &'a Said<'a>,
    vector: Option<(&'a str, f64)>,
}

/// One of the opinions about a vulnerability of a package, with the rule that gives it its place.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Rated {
    pub opinion: Opinion,
    /// The advisory that says so, or who else does.
    pub source: String,
    /// The number in the list at the head of this file, where it is also told what it means.
    pub rule: u8,
}

/// What a rule says, for a person.
pub(crate) fn rule(number: u8) -> &'static str {
    match number {
        1 => "a publisher that was named to be believed first",
        2 => "the distribution's own word about its own package",
        3 => "the distribution's word about an update that closes several vulnerabilities",
        4 => "the CVSS vector of a record about this vulnerability alone",
        5 => "the CVSS vector of a record about several vulnerabilities",
        6 => "the CVSS vector of somebody who rates vulnerabilities and not packages",
        _ => "the word of a database",
    }
}

/// The opinions in the order in which they count.
pub(crate) fn rated(said: &[Said<'_>], preferred: &[String]) -> Vec<Rated> {
    let rule = |rank: (usize, u8)| if rank.0 < preferred.len() { 1 } else { rank.1 + 2 };
    let rated = |ranked: &Ranked| Rated {
        opinion: opinion(ranked),
        source: ranked.said.source.to_owned(),
        rule: rule(ranked.rank),
    };
    rank(said, preferred).iter().map(rated).collect()
}

/// Chooses among all that is said about one vulnerability of one package. `preferred` are publishers.
pub(crate) fn choose<'a>(said: &'a [Said<'a>], preferred: &[String]) -> Verdict {
    let ranked = rank(said, preferred);
    let Some(best) = ranked.first() else { return Verdict::default() };
    let vector = ranked.iter().find_map(|ranked| ranked.vector);
    Verdict {
        severity: best.severity,
        source: best.said.source.to_owned(),
        vector: vector.map(|(vector, _)| vector.to_owned()),
        score: vector.map(|(_, score)| score),
        opinions: ranked.iter().map(opinion).collect(),
    }
}

fn opinion(ranked: &Ranked) -> Opinion {
    Opinion {
        publisher: ranked.said.publisher.to_owned(),
        severity: ranked.severity,
        vector: ranked.vector.map(|(vector, _)| vector.to_owned()),
        score: ranked.vector.map(|(_, score)| score),
    }
}

/// All that is said, what counts first.
fn rank<'a>(said: &'a [Said<'a>], preferred: &[String]) -> Vec<Ranked<'a>> {
    let mut ranked = Vec::new();
    for record in said {
        let preference = preferred.iter().position(|publisher| publisher == record.publisher);
        let rank = |word: u8, vector: u8| {
            move |is_vector| (preference.unwrap_or(preferred.len()), if is_vector { vector } else { word })
        };
        let rank = match record.of {
            Of::Package { ecosystem, several } if is_distribution(ecosystem) => {
                rank(u8::from(several), 2 + u8::from(several))
            }
            Of::Package { several, .. } => rank(5, 2 + u8::from(several)),
            Of::Vulnerability => rank(5, 4),
        };
        let words = record.ratings.iter().filter_map(|rating| match rating {
            Rating::Word(severity) => Some(*severity),
            Rating::Vector(_) => None,
        });
        if let Some(severity) = words.max() {
            ranked.push(Ranked { rank: rank(false), severity, said: record, vector: None });
        }
        let vectors = record.ratings.iter().filter_map(|rating| match rating {
            Rating::Vector(vector) => Some((version(vector), score(vector)?, &**vector)),
            Rating::Word(_) => None,
        });
        if let Some((version, score, vector)) =
            vectors.max_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap_or(std::cmp::Ordering::Equal))
        {
            let severity = match Severity::from_score(score) {
                Severity::Critical if version == 2 => Severity::High,
                severity => severity,
            };
            ranked.push(Ranked { rank: rank(true), severity, said: record, vector: Some((vector, score)) });
        }
    }
    ranked.sort_by(|a, b| {
        let score = |ranked: &Ranked| ranked.vector.map_or(0.0, |(_, score)| score);
        let places = (a.rank, b.severity).cmp(&(b.rank, a.severity)).then(score(b).total_cmp(&score(a)));
        places.then(a.said.source.cmp(b.said.source))
    });
    ranked
}

/// The major version of a vector's notation; version 2 has no prefix.
fn version(vector: &str) -> u8 {
    match vector.strip_prefix("CVSS:").and_then(|rest| rest.bytes().next()) {
        Some(digit) => digit.wrapping_sub(b'0'),
        None => 2,
    }
}

/// The base score, or what a version 4 vector scores with all that it says. None when it is not a vector.
fn score(vector: &str) -> Option<f64> {
    let parsed = vector.parse::<Cvss>().ok()?;
    // The parser takes a version 3 vector without its base metrics for one of no impact.
    let base = ["/AV:", "/AC:", "/PR:", "/UI:", "/S:", "/C:", "/I:", "/A:"];
    if matches!(parsed, Cvss::CvssV30(_) | Cvss::CvssV31(_)) && !base.iter().all(|metric| vector.contains(metric)) {
        return None;
    }
    let score = parsed.score();
    (0.0..=10.0).contains(&score).then_some(score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::publishers;

    const V3: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
    const V2: &str = "AV:N/AC:L/Au:N/C:C/I:C/A:C";
    const V4: &str = "CVSS:4.0/AV:N/AC:L/AT:N/PR:H/UI:N/VC:L/VI:L/VA:N/SC:N/SI:N/SA:N";

    // Scores from FIRST's calculators.
    #[test]
    fn vectors_of_every_version_score() {
        assert_eq!(score(V3), Some(9.8));
        assert_eq!(score(V2), Some(10.0));
        assert_eq!(score(V4), Some(5.1));
        for wrong in ["", "CVSS:3.1/AV:N", "CVSS:9.9/AV:N/AC:L", "7.5", "AV:X/AC:L/Au:N/C:C/I:C/A:C"] {
            assert_eq!(score(wrong), None, "{wrong}");
        }
    }

    fn check(said: &[(&str, &str, bool, &[Rating])], severity: Severity, source: &str, score: Option<f64>) {
        prefer(&[], said, severity, source, score);
    }

    fn prefer(
        preferred: &[&str],
        said: &[(&str, &str, bool, &[Rating])],
        severity: Severity,
        source: &str,
        score: Option<f64>,
    ) {
        let said: Vec<_> = said
            .iter()
            .map(|(id, ecosystem, several, ratings)| Said {
                source: id,
                publisher: publishers::of_id(id),
                of: if ecosystem.is_empty() { Of::Vulnerability } else { Of::Package { ecosystem, several: *several } },
                ratings: ratings.iter().collect(),
            })
            .collect();
        let preferred: Vec<String> = preferred.iter().map(|publisher| (*publisher).to_owned()).collect();
        let verdict = choose(&said, &preferred);
        assert_eq!((verdict.severity, &*verdict.source, verdict.score), (severity, source, score));
    }

    #[test]
    fn the_distribution_counts_before_cvss_and_cvss_before_words() {
        let vector = |text: &str| Rating::Vector(text.into());
        let ubuntu = ("UBUNTU-CVE-1", "Ubuntu:22.04:LTS", false, &[vector(V3), Rating::Word(Severity::Low)][..]);
        check(&[ubuntu], Severity::Low, "UBUNTU-CVE-1", Some(9.8));
        let debian = ("DEBIAN-CVE-1", "Debian:12", false, &[Rating::Word(Severity::Medium)][..]);
        let bundle = ("RHSA-1", "Red Hat:enterprise_linux:9::baseos", true, &[Rating::Word(Severity::Critical)][..]);
        check(&[bundle, debian], Severity::Medium, "DEBIAN-CVE-1", None);
        let github = ("GHSA-1", "npm", false, &[vector(V4), Rating::Word(Severity::High)][..]);
        check(&[github], Severity::Medium, "GHSA-1", Some(5.1));
        check(&[github, ("GHSA-2", "npm", false, &[vector(V3)])], Severity::Critical, "GHSA-2", Some(9.8));
        check(&[("X-1", "npm", false, &[vector(V2)])], Severity::High, "X-1", Some(10.0));
        check(&[("X-1", "npm", false, &[vector("nonsense"), Rating::Word(Severity::Low)])], Severity::Low, "X-1", None);
        check(&[("X-1", "npm", false, &[])], Severity::Unknown, "", None);
    }

    #[test]
    fn the_user_may_say_whom_to_believe() {
        let vector = |text: &str| Rating::Vector(text.into());
        let debian = ("DEBIAN-CVE-1", "Debian:12", false, &[Rating::Word(Severity::Low)][..]);
        let github = ("GHSA-1", "npm", false, &[vector(V4)][..]);
        let nvd = ("CVE-1", "", false, &[vector(V3)][..]);
        check(&[debian, github, nvd], Severity::Low, "DEBIAN-CVE-1", Some(5.1));
        check(&[nvd, ("GHSA-1", "npm", false, &[Rating::Word(Severity::Low)])], Severity::Critical, "CVE-1", Some(9.8));
        prefer(&["nvd"], &[debian, github, nvd], Severity::Critical, "CVE-1", Some(9.8));
        prefer(&["redhat", "github", "nvd"], &[debian, github, nvd], Severity::Medium, "GHSA-1", Some(5.1));
        prefer(&["redhat"], &[debian, github, nvd], Severity::Low, "DEBIAN-CVE-1", Some(5.1));
    }
}
