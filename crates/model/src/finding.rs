//! Findings: facts judged with today's knowledge.

use serde::{Deserialize, Serialize};

use crate::{ExposedSecret, Misconfiguration};

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
    /// Something is under licences that a policy has an opinion on.
    License(Box<LicenseFinding>),
    /// Something is set as it should not be.
    Misconfiguration(Box<Misconfiguration>),
}

impl Finding {
    /// The vulnerability, if the finding is one.
    pub fn vulnerability(&self) -> Option<&Vulnerability> {
        if let Self::Vulnerability(vulnerability) = self { Some(vulnerability) } else { None }
    }

    /// The end of a release, if the finding is one.
    pub fn end_of_life(&self) -> Option<&EndOfLife> {
        if let Self::EndOfLife(end) = self { Some(end) } else { None }
    }

    /// The secret, if the finding is one.
    pub fn secret(&self) -> Option<&ExposedSecret> {
        if let Self::Secret(secret) = self { Some(secret) } else { None }
    }

    /// The finding about licences, if it is one.
    pub fn license(&self) -> Option<&LicenseFinding> {
        if let Self::License(license) = self { Some(license) } else { None }
    }

    /// The setting, if the finding is about one.
    pub fn misconfiguration(&self) -> Option<&Misconfiguration> {
        if let Self::Misconfiguration(found) = self { Some(found) } else { None }
    }

    /// How bad it is, where it counts for a gate.
    pub fn counted_severity(&self) -> Option<Severity> {
        match self {
            Self::Vulnerability(found) => found.suppressed.is_none().then_some(found.severity),
            Self::License(found) => found.suppressed.is_none().then_some(found.class.severity()),
            Self::Secret(found) => found.suppressed.is_none().then_some(found.severity),
            Self::Misconfiguration(found) => found.suppressed.is_none().then_some(found.severity),
            Self::EndOfLife(_) => None,
        }
    }

    /// Why it does not count, where that is so.
    pub fn suppressed(&self) -> Option<&str> {
        match self {
            Self::Vulnerability(found) => found.suppressed.as_deref(),
            Self::License(found) => found.suppressed.as_deref(),
            Self::Secret(found) => found.suppressed.as_deref(),
            Self::Misconfiguration(found) => found.suppressed.as_deref(),
            Self::EndOfLife(found) => found.suppressed.as_deref(),
        }
    }

    /// Says why it does not count. A reason that is there already stays.
    pub fn set_aside(&mut self, reason: impl FnOnce() -> String) {
        let suppressed = match self {
            Self::Vulnerability(found) => &mut found.suppressed,
            Self::License(found) => &mut found.suppressed,
            Self::Secret(found) => &mut found.suppressed,
            Self::Misconfiguration(found) => &mut found.suppressed,
            Self::EndOfLife(found) => &mut found.suppressed,
        };
        suppressed.get_or_insert_with(reason);
    }
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
    /// Why it does not count, where that is so: a distribution's package brought the file, so the distribution's word counts,
    /// and it does not list this vulnerability; somebody who knows the product says so; the user does.
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
    /// Why it does not count, where that is so.
    pub suppressed: Option<String>,
}

/// The licences of one class that one package or file is under, all of which have to be kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseFinding {
    /// The package or the file: an index into [`crate::Inventory::items`].
    pub item: usize,
    /// What the licences ask for, in one word.
    pub class: LicenseClass,
    /// The licences as SPDX expressions, each once; a choice is one expression.
    pub licenses: Vec<String>,
    /// What was declared that makes up these licences, as it stands; empty where a text was recognized.
    pub declared: Vec<String>,
    /// How much of a text agrees with that of the licence, in percent, where it was recognized by its text.
    pub confidence: Option<u8>,
    /// What it means and what to do, for a person.
    pub summary: String,
    /// Why it does not count, where that is so.
    pub suppressed: Option<String>,
}

/// What a licence asks for (the types of Google's licenseclassifier).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LicenseClass {
    /// Hardly any use is fit for business: of a network service, for money.
    Forbidden,
    /// Whoever passes it on has to pass on source code, also that of what it is a part of.
    Restricted,
    /// Whoever passes on a changed version has to pass on the source code of the changes.
    Reciprocal,
    /// Whoever passes it on has to pass on the notices.
    Notice,
    /// Not even that.
    Permissive,
    /// Nothing at all.
    Unencumbered,
    /// Nobody has said.
    #[default]
    Unknown,
}

impl LicenseClass {
    /// Every class, the one that asks for most first, then that of which nothing is known.
    pub const ALL: [Self; 7] = [
        Self::Forbidden,
        Self::Restricted,
        Self::Reciprocal,
        Self::Notice,
        Self::Permissive,
        Self::Unencumbered,
        Self::Unknown,
    ];

    /// The word for it, lower case.
    pub fn word(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden",
            Self::Restricted => "restricted",
            Self::Reciprocal => "reciprocal",
            Self::Notice => "notice",
            Self::Permissive => "permissive",
            Self::Unencumbered => "unencumbered",
            Self::Unknown => "unknown",
        }
    }

    /// How bad it is, as Trivy counts it.
    pub fn severity(self) -> Severity {
        match self {
            Self::Forbidden => Severity::Critical,
            Self::Restricted => Severity::High,
            Self::Reciprocal => Severity::Medium,
            Self::Notice | Self::Permissive | Self::Unencumbered => Severity::Low,
            Self::Unknown => Severity::Unknown,
        }
    }
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
