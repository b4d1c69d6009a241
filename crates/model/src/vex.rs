//! What others say about a vulnerability in a product (Vulnerability Exploitability eXchange), and what became of it.

use serde::{Deserialize, Serialize};

/// Whether a product has a vulnerability (CISA, "Minimum Requirements for VEX", status).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VexStatus {
    /// There is nothing to do.
    NotAffected,
    /// Somebody should do something.
    Affected,
    /// It had it, and has it no more.
    Fixed,
    /// Nobody knows yet.
    UnderInvestigation,
}

impl VexStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::NotAffected, Self::Affected, Self::Fixed, Self::UnderInvestigation];

    /// The labels that say why a product is not affected (OpenVEX 0.2.0, "Status Justifications").
    pub const JUSTIFICATIONS: [&str; 5] = [
        "component_not_present",
        "vulnerable_code_not_present",
        "vulnerable_code_not_in_execute_path",
        "vulnerable_code_cannot_be_controlled_by_adversary",
        "inline_mitigations_already_exist",
    ];

    /// The word that OpenVEX uses.
    pub fn word(self) -> &'static str {
        match self {
            Self::NotAffected => "not_affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::UnderInvestigation => "under_investigation",
        }
    }

    /// The status of that word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }

    /// Whether a vulnerability of which this is said need not be counted.
    pub fn suppresses(self) -> bool {
        matches!(self, Self::NotAffected | Self::Fixed)
    }
}

/// One statement, and what became of it in this report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VexRemark {
    /// Ids of the vulnerability, the one that the statement leads with first.
    pub ids: Vec<String>,
    /// What it is about, as it is written there: the first few products.
    pub products: Vec<String>,
    /// What it says.
    pub status: VexStatus,
    /// Why a product is not affected, in the words of the document's format.
    pub justification: Option<String>,
    /// More about why, or about what to do.
    pub detail: Option<String>,
    /// Who says so.
    pub author: String,
    /// Since when (RFC 3339).
    pub timestamp: Option<String>,
    /// The document's own id.
    pub document: String,
    /// Where it was read: the file, and the place in it.
    pub place: String,
    /// Whether it may suppress findings: the user named it himself, or its signature was checked.
    pub trusted: bool,
    /// The findings that it decides about, as indexes into [`crate::Report::findings`].
    pub findings: Vec<usize>,
    /// Why it decides about nothing, for a person; none when it decides about something.
    pub unapplied: Option<String>,
}
