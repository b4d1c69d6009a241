//! Compliance: how often each rule was asked, and what became of each control of a framework.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// How often a rule about settings was asked, and what came of it. A rule that is not listed was not asked at all.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assessed {
    /// The rule, by its id.
    pub rule: Cow<'static, str>,
    /// The language of the resources.
    pub language: Cow<'static, str>,
    /// Resources to which it applies and that pass.
    pub passed: u64,
    /// Resources that fail.
    pub failed: u64,
    /// Resources of which it cannot be told.
    pub unknown: u64,
}

/// What became of a framework.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compliance {
    /// The framework, by the name that it is asked for: `cis-docker`.
    pub framework: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// All of its controls, in its order.
    pub controls: Vec<Control>,
}

impl Compliance {
    /// How many controls have this status.
    pub fn count(&self, status: ControlStatus) -> usize {
        self.controls.iter().filter(|control| control.status == status).count()
    }
}

/// What became of a control.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Control {
    /// Its number in the framework: `5.2.6`.
    pub id: String,
    /// What it asks for.
    pub title: String,
    /// What became of it.
    pub status: ControlStatus,
    /// Why it is not assessed, for a person. Empty where it is.
    pub reason: String,
    /// What has to be checked by hand, if anything.
    pub manual: Option<String>,
    /// What it was assessed by.
    pub evidence: Vec<Evidence>,
}

/// What became of a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ControlStatus {
    /// Something was found that must not be.
    Failed,
    /// All that was found is set aside, by somebody and for a reason.
    Accepted,
    /// It cannot be told, or nobody looked.
    NotAssessed,
    /// There was something to look at, all of it was seen, and nothing was found.
    Passed,
}

impl ControlStatus {
    /// Every status, in the order in which people want to read them.
    pub const ALL: [Self; 4] = [Self::Failed, Self::Accepted, Self::NotAssessed, Self::Passed];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Accepted => "accepted",
            Self::NotAssessed => "not-assessed",
            Self::Passed => "passed",
        }
    }
}

/// One thing that a control was assessed by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// A rule by its id, or what must not be found: `vulnerability, severity high`.
    pub by: String,
    /// What was looked at: `resources`, `packages`, `files`.
    pub of: String,
    /// How many of them.
    pub examined: u64,
    /// How many fail: of resources, and of other things how many findings there are.
    pub failed: u64,
    /// Of how many it cannot be told.
    pub unknown: u64,
    /// Findings that are set aside.
    pub accepted: u64,
    /// The first findings, each in a line.
    pub findings: Vec<String>,
}

impl Evidence {
    /// More findings than anybody wants to see of one control; the findings themselves list them all.
    pub const MOST_FINDINGS: usize = 20;
}
