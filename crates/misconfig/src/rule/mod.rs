//! Rules as data: read from YAML, packed by the build, unpacked one by one when a resource of their kind is there.
//!
//! A file is `rules/<target>/<service>/<name>.yaml`: a list of rules, each a mapping.
//!
//! | key | |
//! |---|---|
//! | `id` | `PLM-<PROVIDER>-<SERVICE>-<NUMBER>`. A number is given once and stays with what the rule asks for. |
//! | `title` | What must hold, in one line without a full stop. |
//! | `why` | What happens to whoever does not keep to it, in two sentences that a beginner understands. |
//! | `severity` | `critical`, `high`, `medium` or `low`. |
//! | `kinds` | The kinds of resources, one or several; `"*"` for all of the target. |
//! | `where` | A condition: the rule applies to resources for which it holds. |
//! | `pass` | A condition: what must hold there. |
//! | `fix` | What to do, in words. |
//! | `change` | What mends it, where that is mechanical (see below). |
//! | `code` | How that looks; where it is left out, the first good example shows it. |
//! | `references`, `cwe`, `controls` | Lists: `https://…`, `CWE-250`, `cis-docker:4.1`. |
//! | `bad`, `good` | Sources in the target's language: in each bad one a resource fails, and in no good one, though the rule applies. |
//!
//! An id is what is asked for, whatever language asks it: a rule for another target has the same id, and leaves out `title`,
//! `why`, `severity` and `fix` (references, weaknesses and controls are added to those of the rule that has them).
//!
//! # Changes
//!
//! For manifests of Kubernetes and for Terraform, `change` has attributes, seen from where the rule looks, with what they are to be: a
//! scalar, or a list that is to have these entries: `securityContext.capabilities.drop: [ALL]`. Of Terraform all keys but the last
//! are blocks. For Dockerfiles it has what becomes of the instruction: `rename: COPY`, `flag: {of: apt-get install, is: -y}`,
//! `then: COMMAND` at its end; or `add: INSTRUCTION` at the end of the last stage. Every bad example has to pass when it is mended
//! so, and it must not matter how often that is done: both are tests.
//!
//! # Conditions
//!
//! A mapping, all of whose entries must hold. An entry is a [path] with a test, or one of:
//!
//! - `all: [condition, …]`, `any: […]`, `none: […]`, `not: condition`
//! - `if: condition` with `then: condition` beside it
//! - `related: {kinds: …, by: {THEIRS: OURS}, some: condition}`: the resources of these kinds whose attribute THEIRS equals
//!   our attribute OURS, or of which one refers to the other; or with `selector: {theirs: PATH}` (their selector of labels
//!   chooses this resource) or `selector: {ours: PATH}`. The test is asked of the list of them: `exists`, `count`, `each`,
//!   `some`, `none`. Without one, there must be at least one. In it `^` leads back to this resource.
//!
//! A test is a scalar, which the value must be, or a mapping of checks, all of which must hold:
//!
//! | check | holds where the value |
//! |---|---|
//! | `is`, `not`, `in`, `not_in` | is that; is none of these. `true` also is the text `"true"`, `7` the text `"7"`. |
//! | `exists: true` or `false` | is there; null is not. |
//! | `matches`, `not_matches` | has a part that a regular expression matches (`(?i)` ignores case). |
//! | `starts_with`, `ends_with`, `not_…` | begins or ends with one of these. |
//! | `contains`, `not_contains`, `contains_any` | is a list with these entries, a mapping with these keys, a text with these parts. |
//! | `at_least`, `at_most` | is such a number. |
//! | `version_at_least`, `version_at_most` | has such a version in it: `TLSv1.2_2021`, `TLS1_2`. |
//! | `world: true` or `false` | lets in every address (`0.0.0.0/0`, `::/0`, `*`, `Internet`); a list does where one entry does. |
//! | `port`, `not_port` | is a port, a range (`20-30`) or a list of such, and this port is in it. |
//! | `same_as: path`, `not_same_as` | is what another attribute is, whose path begins where this one does. |
//! | `count: test` | has so many entries. |
//! | `each`, `some`, `none`: condition | is a list, each of (at least one of, none of) whose entries fulfils it; a mapping is its own only entry, and `*` in the path makes entries of its values. |
//! | `as: json`, `yaml`, `policy`, `shell` | is read as that first ([`View`]). |
//! | `missing: pass` or `fail` | what becomes of the test where the attribute is absent or null. |
//!
//! Without `missing`, an absent attribute fails a check, unless the check says what must *not* be (`not`, `not_in`, `not_…`,
//! `none`, `exists: false`, `world: false`), or is about `each` entry; `count` counts zero. An empty list has no value for the
//! checks of scalars. Where a path leads to several values, each of them must pass.
//!
//! A value that nobody knows yet makes a test neither hold nor fail; where the outcome depends on it, it is reported as
//! what could not be judged.
//!
//! [path]: path

pub mod change;
pub mod condition;
pub mod kind;
pub mod path;
pub mod pattern;
pub mod read;
pub mod set;
#[cfg(test)]
mod tests;
pub mod trial;

use std::sync::OnceLock;

pub use self::change::{Change, To};
pub use self::condition::{Bound, Check, Condition, Related, Selects, Test, View};
pub use self::kind::Rule;
pub use self::path::{Path, Step};
use crate::target::{self, Target};

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

include!(concat!(env!("OUT_DIR"), "/aliases.rs"));

static BLOB: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/rules.bin"));
const COUNT: usize = STARTS.len() - 1;
static UNPACKED: [OnceLock<Option<Rule<'static>>>; COUNT] = [const { OnceLock::new() }; COUNT];

/// Every rule, by id and target.
pub fn all() -> impl Iterator<Item = &'static Rule<'static>> {
    (0..COUNT).filter_map(rule)
}

/// The kind of rules for all resources of a target.
pub const EVERY_KIND: &str = "*";

/// The rules for resources of this kind.
pub fn of_kind(target: Target, kind: &str) -> impl Iterator<Item = &'static Rule<'static>> {
    let found = BY_KIND.binary_search_by_key(&(target, kind), |(target, kind, _)| (*target, *kind));
    let rules = found.map_or(&[][..], |index| BY_KIND[index].2);
    rules.iter().filter_map(|index| rule(usize::from(*index)))
}

/// What other tools call a rule, where they have one that asks the same.
pub fn aliases(id: &str) -> &'static [&'static str] {
    let found = ALIASES.binary_search_by_key(&id, |(rule, _)| rule);
    found.map_or(&[], |index| ALIASES[index].1)
}

fn rule(index: usize) -> Option<&'static Rule<'static>> {
    let unpack = || postcard::from_bytes(&BLOB[STARTS[index] as usize..STARTS[index + 1] as usize]).ok();
    UNPACKED[index].get_or_init(unpack).as_ref()
}
