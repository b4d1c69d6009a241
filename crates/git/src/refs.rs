//! References: where histories begin (gitrepository-layout(5); git-pack-refs(1) for `packed-refs`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use model::{Budget, GapKind, ImagePath};

use crate::gaps::{Gaps, Reason};
use crate::layout::{is_regular, read_regular};
use crate::{Id, Layout};

/// A name like `refs/heads/main` is not nested deeper.
const DEEPEST: usize = 64;
/// A reference is a line.
const LINE_BYTES: u64 = 4096;

const UNREADABLE: Reason =
    Reason { kind: GapKind::Unavailable, told: "its history is not seen; see what git fsck says" };
const NO_SHA1: Reason = Reason {
    kind: GapKind::Unsupported,
    told: "the repository names its objects by SHA-256, which is not read; look at a checkout without its history",
};
const REFTABLE: Reason = Reason {
    kind: GapKind::Unsupported,
    told: "the repository keeps its references in tables, which are not read; git refs migrate --ref-format=files rewrites them",
};
const TOO_MANY: Reason =
    Reason { kind: GapKind::LimitHit, told: "the rest of the references is left out; raise --max-entries" };

/// Where histories begin.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tips {
    /// What is checked out.
    pub(crate) head: Option<Id>,
    /// Objects that a reference names, each once, with the first of their names.
    pub(crate) all: BTreeMap<Id, String>,
}

/// Every reference of a repository: branches, tags, remotes, all stashes, and what each working tree has checked out.
pub(crate) fn tips(layout: &Layout, budget: &Budget, gaps: &Gaps) -> Tips {
    if layout.common.join("reftable").is_dir() {
        gaps.add(REFTABLE, &ImagePath::default(), "reftable");
        return Tips::default();
    }
    let mut named = packed(&layout.common.join("packed-refs"), budget, gaps);
    let mut left = budget.entries;
    let folders: BTreeSet<&Path> = [&*layout.common, &*layout.git].into();
    for folder in folders {
        loose(folder, &mut named, &mut left, gaps);
    }
    let head = head(&layout.git, &named);
    let others = fs::read_dir(layout.common.join("worktrees")).into_iter().flatten().filter_map(Result::ok);
    let others = others.take(1000).filter_map(|entry| self::head(&entry.path(), &named));
    let stashes = stashes(&layout.common.join("logs/refs/stash"), budget);
    let mut all = BTreeMap::new();
    for (name, id) in &named {
        all.entry(*id).or_insert_with(|| name.clone());
    }
    for id in others.chain(stashes).chain(head) {
        all.entry(id).or_insert_with(|| "HEAD".to_owned());
    }
    Tips { head, all }
}

/// The lines of `packed-refs`: an id and a name. Lines with `^` say what tags lead to, which the tags do as well.
fn packed(path: &Path, budget: &Budget, gaps: &Gaps) -> BTreeMap<String, Id> {
    let text = match read_regular(path, budget.document_bytes) {
        Ok(text) => text,
        Err(error) => {
            if error.kind() != ErrorKind::NotFound {
                gaps.add(UNREADABLE, &ImagePath::default(), format!("packed-refs: {error}"));
            }
            return BTreeMap::new();
        }
    };
    let mut named = BTreeMap::new();
    for line in text.split(|&byte| byte == b'\n').filter(|line| !line.is_empty() && !b"#^".contains(&line[0])) {
        let Some((id, name)) = line.iter().position(|&byte| byte == b' ').map(|space| line.split_at(space)) else {
            gaps.add(UNREADABLE, &ImagePath::default(), "packed-refs: a line is no reference");
            continue;
        };
        let name = String::from_utf8_lossy(name.trim_ascii()).into_owned();
        match Id::from_hex(id) {
            Some(id) => drop(named.insert(name, id)),
            None => not_an_id(&name, id, gaps),
        }
    }
    named
}

/// Files below `refs`. They overrule `packed-refs`, which is not rewritten when a branch moves.
fn loose(folder: &Path, named: &mut BTreeMap<String, Id>, left: &mut u64, gaps: &Gaps) {
    let mut folders = vec![("refs".to_owned(), 0)];
    while let Some((name, depth)) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder.join(&name)) else { continue };
        for entry in entries.filter_map(Result::ok) {
            if *left == 0 {
                return gaps.add(TOO_MANY, &ImagePath::default(), name);
            }
            *left -= 1;
            let name = format!("{name}/{}", entry.file_name().to_string_lossy());
            // Links are not followed: they could lead out, or around.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth < DEEPEST {
                    folders.push((name, depth + 1));
                }
                continue;
            }
            match read_regular(&entry.path(), LINE_BYTES) {
                // What another reference names is a reference.
                Ok(text) if text.starts_with(b"ref:") => {}
                Ok(text) => match Id::from_hex(text.trim_ascii()) {
                    Some(id) => drop(named.insert(name, id)),
                    None => not_an_id(&name, text.trim_ascii(), gaps),
                },
                Err(error) => gaps.add(UNREADABLE, &ImagePath::default(), format!("{name}: {error}")),
            }
        }
    }
}

fn not_an_id(name: &str, text: &[u8], gaps: &Gaps) {
    let is_sha256 = text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit);
    if is_sha256 {
        gaps.add(NO_SHA1, &ImagePath::default(), name);
    } else {
        gaps.add(UNREADABLE, &ImagePath::default(), format!("{name}: it names no object"));
    }
}

/// What is checked out in a working tree: a branch, or a commit by itself.
fn head(git: &Path, named: &BTreeMap<String, Id>) -> Option<Id> {
    let path = git.join("HEAD");
    let text = is_regular(&path).then(|| read_regular(&path, LINE_BYTES).ok()).flatten()?;
    match text.strip_prefix(b"ref:") {
        Some(name) => named.get(&*String::from_utf8_lossy(name.trim_ascii())).copied(),
        None => Id::from_hex(text.trim_ascii()),
    }
}

/// Every stash: the reference names the last one, its log has those before it (`OLD NEW WHO…`).
fn stashes(log: &Path, budget: &Budget) -> Vec<Id> {
    let text = read_regular(log, budget.document_bytes).unwrap_or_default();
    text.split(|&byte| byte == b'\n').filter_map(|line| Id::from_hex(line.get(41..81)?)).collect()
}
