//! Findings: facts judged with today's knowledge.

use serde::{Deserialize, Serialize};

use crate::ExposedSecret;

/// How bad it is, on the qualitative scale of CVSS v3.1 (section 5) with two more steps below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nobody has said.
    #[default]
    Unknown,
    /// A vendor calls it not worth a fix.
    Negligible,
    /// 0.1 to 3.9.
    Low,
    /// 4.0 to 6.9.
    Medium,
    /// 7.0 to 8.9.
    High,
    /// 9.0 to 10.0.
    Critical,
}

impl Severity {
    /// Every step, worst first.
    pub const WORST_FIRST: [Self; 6] =
        [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Negligible, Self::Unknown];

    /// The step of a CVSS score; a score of zero means no impact and counts as negligible.
    pub fn from_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::Negligible,
        }
    }

    /// The word a publisher uses, in any case; none when it is no rating that we know.
    pub fn from_word(word: &str) -> Option<Self> {
        let known = [
            (Self::Critical, ["critical", "urgent", "emergency"].as_slice()),
            (Self::High, &["high", "important", "severe"]),
            (Self::Medium, &["medium", "moderate", "normal"]),
            (Self::Low, &["low", "minor"]),
            (Self::Negligible, &["negligible", "unimportant", "none", "informational"]),
            (Self::Unknown, &["unknown", "untriaged", "unassigned"]),
        ];
        known
            .into_iter()
            .find(|(_, words)| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
            .map(|(severity, _)| severity)
    }

    /// The word we use, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Negligible => "negligible",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Finding {
    /// A package has a known vulnerability.
    Vulnerability(Box<Vulnerability>),
    /// The distribution no longer gets security updates.
    EndOfLife(EndOfLife),
    /// A secret lies open.
    Secret(Box<ExposedSecret>),
}

/// A known vulnerability of one package: one row, whatever number of databases list it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Vulnerability {
    /// The package: an index into [`crate::Inventory::items`].
    pub item: usize,
    /// The id that people know it by: the CVE where there is one.
    pub id: String,
    /// Every other id of the same vulnerability, sorted.
    pub aliases: Vec<String>,
    /// How bad, by the source below.
    pub severity: Severity,
    /// Who says so: the id of the advisory that the rating was taken from. Empty when nobody rates it.
    pub severity_source: String,
    /// The CVSS vector behind the severity, where there is one.
    pub cvss: Option<String>,
    /// The score of that vector.
    pub score: Option<f64>,
    /// The lowest version with the fix that is above the one found, where there is one.
    pub fixed: Option<String>,
    /// Whether there is a fix.
    pub state: FixState,
    /// One line of what it is.
    pub summary: String,
    /// When it was published (RFC 3339), where that is known.
    pub published: Option<String>,
    /// Pages to read, the advisory first.
    pub references: Vec<String>,
    /// Why it matched: the advisory's id, ecosystem, name and range that the version fell into, for a person.
    pub evidence: String,
    /// What each publisher says about how bad it is, the one that counts first.
    pub opinions: Vec<Opinion>,
    /// Kinds of weakness: `CWE-79`. Sorted.
    pub weaknesses: Vec<String>,
    /// Whoever makes the software says that it is no vulnerability.
    pub disputed: bool,
    /// It is being exploited.
    pub exploited: Option<Exploited>,
    /// How likely it is to be exploited soon.
    pub forecast: Option<Forecast>,
    /// What to deal with first: from 0 to 100, the highest first.
    pub priority: f64,
    /// A distribution's package brought the file, so the distribution's word counts, and it does not list this
    /// vulnerability: shown, not counted.
    pub suppressed: Option<String>,
}

/// What one publisher says about how bad a vulnerability is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Opinion {
    /// Who, in one lower-case word: `debian`, `github`, `nvd`.
    pub publisher: String,
    /// How bad.
    pub severity: Severity,
    /// The CVSS vector, where that is how it is said.
    pub vector: Option<String>,
    /// The vector's score.
    pub score: Option<f64>,
}

/// A vulnerability that is being exploited (CISA, Known Exploited Vulnerabilities).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exploited {
    /// The day on which the catalogue listed it (ISO 8601).
    pub added: String,
    /// The day by which federal agencies of the United States have to act (ISO 8601).
    pub due: Option<String>,
    /// It is known to be used for ransomware.
    pub ransomware: bool,
}

/// How likely a vulnerability is to be exploited within thirty days (FIRST, Exploit Prediction Scoring System).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// From 0 to 1.
    pub probability: f32,
    /// The part of all vulnerabilities that are no likelier, from 0 to 1.
    pub percentile: f32,
    /// The day that the forecast is of (ISO 8601).
    pub day: String,
}

/// Whether there is something to upgrade to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixState {
    /// A version with the fix is known.
    Fixed,
    /// No version with a fix is known.
    #[default]
    NotFixed,
    /// The publisher will not fix it.
    WillNotFix,
    /// The publisher puts a fix off, until upstream has one or until there is another reason for an update.
    Deferred,
    /// The publisher no longer looks after the package in this release.
    EndOfLife,
    /// The publisher does not know yet whether the package is affected.
    UnderInvestigation,
}

/// The distribution's release no longer gets security updates, or will stop to soon.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EndOfLife {
    /// The release, for a person: `Debian 11`.
    pub release: String,
    /// The last day of security updates for everybody (ISO 8601 date).
    pub date: String,
    /// The last day of paid or volunteers' extended support, where there is such (ISO 8601 date).
    pub extended: Option<String>,
    /// Whether `date` has passed.
    pub passed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_fall_into_the_published_bands() {
        for (score, severity) in [
            (10.0, Severity::Critical),
            (9.0, Severity::Critical),
            (8.9, Severity::High),
            (7.0, Severity::High),
            (6.9, Severity::Medium),
            (4.0, Severity::Medium),
            (3.9, Severity::Low),
            (0.1, Severity::Low),
        ] {
            assert_eq!(Severity::from_score(score), severity, "{score}");
        }
    }

    #[test]
    fn publishers_words_are_understood() {
        assert_eq!(Severity::from_word("Important"), Some(Severity::High));
        assert_eq!(Severity::from_word("MODERATE"), Some(Severity::Medium));
        assert_eq!(Severity::from_word("7.5"), None);
    }
}
