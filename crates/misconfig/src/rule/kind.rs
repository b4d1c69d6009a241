//! A rule: what must hold for one kind of resource, why, and what to do.

use serde::{Deserialize, Serialize};

use super::change::Change;
use super::condition::Condition;
use super::target::Target;

/// What must hold for resources of some kinds of one target, and what to say where it does not.
#[derive(Debug, Serialize, Deserialize)]
pub struct Rule<'a> {
    /// A stable id: `PLM-AWS-S3-001`. Rules of several targets share it where they ask for the same.
    pub id: &'a str,
    /// The language of the resources.
    pub target: Target,
    /// The provider or the part of it, as the rules are sorted: the name of a folder.
    pub service: &'a str,
    /// What must hold, in one line.
    pub title: &'a str,
    /// Why, in words that need no knowledge of the field.
    pub why: &'a str,
    /// How bad it is where it does not hold: `critical`, `high`, `medium` or `low`.
    pub severity: &'a str,
    /// What to do, in words.
    pub fix: &'a str,
    /// How that looks in the target's language.
    pub code: &'a str,
    /// Pages to read.
    pub references: Vec<&'a str>,
    /// Kinds of weakness (CWE), by their numbers.
    pub cwe: Vec<u16>,
    /// Controls of frameworks: `cis-docker:4.1`.
    pub controls: Vec<&'a str>,
    /// The kinds of resources; `*` for all of them.
    pub kinds: Vec<&'a str>,
    /// Where it applies.
    #[serde(borrow)]
    pub applies: Option<Condition<'a>>,
    /// What must hold there.
    pub passes: Condition<'a>,
    /// What makes it hold, where that is mechanical.
    pub change: Vec<Change<'a>>,
}
