//! Conditions: what must hold for a resource, as a tree.

use serde::{Deserialize, Serialize};

use super::path::Path;
use super::pattern::Pattern;

/// What must hold.
#[derive(Debug, Serialize, Deserialize)]
pub enum Condition<'a> {
    /// All of these.
    All(#[serde(borrow)] Vec<Self>),
    /// At least one of these.
    Any(Vec<Self>),
    /// Not this.
    Not(Box<Self>),
    /// Where the first holds, the second.
    If(Box<Self>, Box<Self>),
    /// An attribute passes a test.
    Attribute(Path<'a>, Test<'a>),
    /// Other resources that belong to this one pass a test.
    Related(Related<'a>),
}

/// What is asked of a value.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Test<'a> {
    /// What the value is read as first.
    pub view: Option<View>,
    /// What becomes of the test where there is no value; where that is not said, it is the nature of each check.
    pub missing: Option<bool>,
    /// What must hold of the value, all of it.
    #[serde(borrow)]
    pub checks: Vec<Check<'a>>,
}

/// What a value is read as.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum View {
    /// A document in JSON.
    Json,
    /// A document in YAML.
    Yaml,
    /// An IAM policy: the list of its statements, each with `Effect`, and `Action`, `NotAction`, `Resource`,
    /// `NotResource`, `Principal` and `NotPrincipal` as lists of texts.
    Policy,
    /// The commands of a line of shell, each with its `name`, `words` and `flags`.
    Shell,
}

/// One thing that is asked of a value. The flag of a check says whether it must hold (`true`) or must not.
#[derive(Debug, Serialize, Deserialize)]
pub enum Check<'a> {
    /// There is a value.
    Exists(bool),
    /// It is one of these, which are written as in the file: `true`, `7`, `private`.
    OneOf(bool, Vec<&'a str>),
    /// A part of it looks like this.
    Matches(bool, #[serde(borrow)] Pattern<'a>),
    /// It begins with one of these.
    StartsWith(bool, Vec<&'a str>),
    /// It ends with one of these.
    EndsWith(bool, Vec<&'a str>),
    /// It is a list with all of these entries, a mapping with all of these keys or a text with all of these parts;
    /// where it must not, with any of them.
    Contains(bool, Vec<&'a str>),
    /// It is a list, a mapping or a text with at least one of these.
    ContainsAny(Vec<&'a str>),
    /// It is a number that is at least (or at most) that.
    Number(Bound, f64),
    /// It has a version in it that is at least that: `TLSv1.2_2021`, `1.2`, `TLS1_2`.
    Version(Bound, &'a str),
    /// It lets in every address: `0.0.0.0/0`, `::/0`, `*`, `Internet`, or a network that is nearly as large.
    World(bool),
    /// It is a port, or a range or a list of ports, with this one in it.
    Port(bool, u16),
    /// It is what another attribute is, whose path begins where this one does.
    SameAs(bool, #[serde(borrow)] Path<'a>),
    /// How many entries it has (characters, where it is a text).
    Count(Box<Test<'a>>),
    /// Each entry does that; what is no list is its own only entry.
    Each(Box<Condition<'a>>),
    /// At least one entry does that.
    Some(Box<Condition<'a>>),
    /// No entry does that.
    None(Box<Condition<'a>>),
}

/// The side on which a limit is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Bound {
    /// At least.
    Least,
    /// At most.
    Most,
}

/// Other resources of the same tree, how they are found and what is asked of them.
#[derive(Debug, Serialize, Deserialize)]
pub struct Related<'a> {
    /// Their kinds.
    pub kinds: Vec<&'a str>,
    /// Which of their attributes agrees with which of ours: both have the same value, or one refers to the other resource.
    #[serde(borrow)]
    pub by: Vec<(Path<'a>, Path<'a>)>,
    /// Kubernetes' selectors of labels.
    pub selects: Option<Selects<'a>>,
    /// What is asked of the list of them.
    pub test: Test<'a>,
}

/// A selector of labels (Kubernetes, `LabelSelector` or a plain mapping), within one namespace.
#[derive(Debug, Serialize, Deserialize)]
pub enum Selects<'a> {
    /// Their selector, at that path, chooses this resource by its labels.
    Theirs(#[serde(borrow)] Path<'a>),
    /// Our selector, at that path, chooses them by their labels.
    Ours(Path<'a>),
}
