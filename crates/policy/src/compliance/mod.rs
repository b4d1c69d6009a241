//! Compliance: frameworks as data, and what becomes of each of their controls.
//!
//! A framework is a file: ours are `rules/compliance/*.yaml`, users have their own. It is a mapping.
//!
//! | key | |
//! |---|---|
//! | `id` | The name that it is asked for, the file's own: `cis-docker`. |
//! | `title`, `version` | What it is called, and which version is meant. |
//! | `about` | What it is for, in a sentence or two, and what of it is looked at. |
//! | `controls` | A list of them, each a mapping, in the framework's order. |
//!
//! | key of a control | |
//! |---|---|
//! | `id` | Its number: `5.2.6`. |
//! | `title` | What it asks for, in words of our own. |
//! | `rules` | Rules about settings by their ids, or by how they begin: `PLM-AWS-S3-*`. Rules that name the control themselves (`controls: ["cis-docker:4.1"]`) need not be listed. |
//! | `like` | Controls of other frameworks, such as `nist-800-53:SC-28`: rules that name one of them count here as well. |
//! | `findings` | What must not be found: a list of mappings with the conditions of a gate, of which `kind` has to be one. |
//! | `packages` | `listed`: there has to be a list of packages, and nothing may be missing from it. |
//! | `manual` | What has to be checked by hand, in a sentence. Alone, or beside what is only a part of the control. |
//!
//! Every control has at least one of the last five, or a rule that names it.
//!
//! Invariant: a control passes only where at least one of its rules applied to something, or something was looked through for
//! its findings; where all of them passed; and where nothing that they are about could not be seen.

mod assess;
mod catalog;
mod framework;
#[cfg(test)]
mod tests;

pub use assess::{Terms, assess};
pub use catalog::{Catalog, Rule};
pub use framework::{Control, Framework, Pattern};

macro_rules! frameworks {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../rules/compliance/", $name, ".yaml")))),*]
    };
}

/// Our frameworks: the name of each, and its file, which is read only when it is asked for.
pub const FRAMEWORKS: &[(&str, &str)] = frameworks![
    "cis-docker",
    "cis-kubernetes",
    "nsa-cisa",
    "pss-baseline",
    "pss-restricted",
    "nist-800-190",
    "nist-800-53",
    "pci-dss",
    "iso-27001",
    "soc-2",
    "mitre-attack",
    "cis-aws",
    "cis-gcp",
];

/// Our framework of that name; none where there is none.
pub fn framework(name: &str) -> Option<Result<Framework, rules::Wrong>> {
    let (_, text) = FRAMEWORKS.iter().find(|(known, _)| *known == name)?;
    Some(Framework::read(text))
}
