//! Configuration: the files that hold it, and what is wrong with what they set.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::{Place, Severity};

/// A file of configuration, kept as it is: what its settings mean, and whether they are good, is judged together with those
/// of other files, and by the rules of the day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Configuration {
    /// The language, in one lower-case word: `dockerfile`, `kubernetes`.
    pub language: String,
    /// The file's bytes.
    pub content: Vec<u8>,
}

/// A setting that a rule does not agree with. The words of a rule are the program's own, so that thousands of findings
/// share them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Misconfiguration {
    /// The file and its layer; an empty path for what the image's configuration says.
    pub place: Place,
    /// The rule, by its id: `PLM-K8S-POD-001`.
    pub rule: Cow<'static, str>,
    /// What must hold, in one line.
    pub title: Cow<'static, str>,
    /// How bad it is that it does not.
    pub severity: Severity,
    /// The language of the file.
    pub language: Cow<'static, str>,
    /// The resource, as its language calls it: `default/Deployment/web`.
    pub resource: String,
    /// The attribute; empty where the resource as a whole is meant.
    pub attribute: String,
    /// The lines of the file, both counted from one; zero where it stands in no file.
    pub lines: (u32, u32),
    /// What those lines say, at most [`Self::MOST_LINES`] of them.
    pub excerpt: Vec<String>,
    /// What is there; none where nothing is. Values that are secrets are left out.
    pub found: Option<String>,
    /// What the rule asks for.
    pub expected: String,
    /// Why.
    pub why: Cow<'static, str>,
    /// What to do, in words.
    pub fix: Cow<'static, str>,
    /// How that looks.
    pub code: Cow<'static, str>,
    /// Pages to read.
    pub references: Vec<Cow<'static, str>>,
    /// Kinds of weakness: `CWE-250`.
    pub weaknesses: Vec<String>,
    /// What other tools call the same rule: `AVD-KSV-0017`, `CKV_K8S_16`. Whoever ignores it may use any of these names.
    pub aliases: Vec<Cow<'static, str>>,
    /// Controls of frameworks: `cis-docker:4.1`.
    pub controls: Vec<Cow<'static, str>>,
    /// Why it does not count, where that is so.
    pub suppressed: Option<String>,
}

impl Misconfiguration {
    /// More lines than anybody wants to see of one finding.
    pub const MOST_LINES: usize = 12;
}
