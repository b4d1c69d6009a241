//! Our own ignores: the list `ignores` of `plimsoll.yaml`, or of a file that has nothing else (`docs/policy.md`, "Ignores").

use rules::{Node, Wrong};

use super::{Ignore, Reading, justification};
use crate::scope::{self, Scope};
use crate::subject::Kind;
use crate::until::Until;

/// Reads a file of which only the ignores are wanted.
pub(crate) fn read(text: &str) -> Result<Reading, Wrong> {
    let Some(document) = rules::parse_any(text)? else { return Ok(Reading::default()) };
    let ignores = document.open_fields()?.get("ignores").map(list).transpose()?.unwrap_or_default();
    Ok(Reading { ignores, refusals: Vec::new() })
}

/// Reads the list.
pub(crate) fn list(node: &Node) -> Result<Vec<Ignore>, Wrong> {
    if node.is_nothing() {
        return Ok(Vec::new());
    }
    node.list()?.iter().map(one).collect()
}

fn one(node: &Node) -> Result<Ignore, Wrong> {
    let keys: Vec<&str> =
        scope::KEYS.into_iter().chain(["reason", "owner", "ticket", "until", "justification"]).collect();
    let fields = node.fields(&keys)?;
    let scope = Scope::read(&fields)?;
    if scope.is_empty() {
        return Err(node.wrong("it says of nothing that it is to be ignored, such as id: CVE-2024-1234"));
    }
    if !Kind::ALL.into_iter().any(|kind| scope.may_mean(kind)) {
        return Err(node.wrong("no finding can meet all of these conditions"));
    }
    let text = |key| fields.optional(key).map(|text| text.map(str::to_owned));
    let reason = text("reason")?.filter(|reason| !reason.trim().is_empty());
    if reason.is_none() {
        return Err(node.wrong("it says no reason, for whoever reads it next year"));
    }
    let mut ignore =
        Ignore { scope, reason, owner: text("owner")?, ticket: text("ticket")?, line: node.line, ..Ignore::default() };
    scope::each(&fields, "until", |text| Until::through(text).map(|until| ignore.until = Some(until)))?;
    scope::each(&fields, "justification", |text| justification(text).map(|label| ignore.justification = Some(label)))?;
    Ok(ignore)
}
