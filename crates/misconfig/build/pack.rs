//! Writes the rules in binary (postcard), and the tables that find them.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::read::Entry;

/// The blob, and in Rust `STARTS`, where each rule begins in it, and `BY_KIND`, the rules of each kind of resource.
pub fn rules(entries: &[Entry<'_>]) -> Result<(Vec<u8>, String), String> {
    let (mut blob, mut starts) = (Vec::new(), vec![0]);
    let mut by_kind: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (index, Entry { rule, .. }) in entries.iter().enumerate() {
        blob = postcard::to_extend(rule, blob).map_err(|error| format!("{}: {error}", rule.id))?;
        starts.push(blob.len());
        for kind in &rule.kinds {
            by_kind.entry((rule.target, *kind)).or_default().push(index);
        }
    }
    // Offsets are for the program, and nobody reads them.
    let mut table = "#[allow(clippy::unreadable_literal)]\n".to_owned();
    let _ = writeln!(table, "static STARTS: [u32; {}] = {starts:?};", starts.len());
    let _ = writeln!(table, "static BY_KIND: [(Target, &str, &[u16]); {}] = [", by_kind.len());
    for ((target, kind), rules) in by_kind {
        let _ = writeln!(table, "(Target::{target:?}, {kind:?}, &{rules:?}),");
    }
    Ok((blob, table + "];\n"))
}

/// `EXAMPLES`: of each rule, in the order of the blob, the sources in which a resource fails, and those in which none does.
pub fn examples(entries: &[Entry<'_>]) -> String {
    let mut out = "static EXAMPLES: &[(&[&str], &[&str])] = &[\n".to_owned();
    for entry in entries {
        let _ = writeln!(out, "(&{:?}, &{:?}),", entry.bad, entry.good);
    }
    out + "];\n"
}
