//! Every version of every file: commits from all references, oldest first; of each only what no older one has, so that no
//! file is read twice. What people write about commits and tags is read as well.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_channel::{Sender, bounded};
use model::{Budget, Gap, GapKind, ImagePath};

use crate::commit::{self, Commit, Links};
use crate::gaps::{Gaps, Reason};
use crate::id::{ById, Ids};
use crate::layout::read_regular;
use crate::objects::{Fault, Kind, Objects, Reader};
use crate::refs::{self, Tips};
use crate::tree::{self, entries};
use crate::{Id, Layout};

/// One version of a file.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    /// The oldest commit that has it, for [`History::commit`]. Older commits have lower numbers.
    pub commit: u32,
    /// Where it is in that commit.
    pub path: &'a ImagePath,
    /// Whether it is a program there.
    pub executable: bool,
    /// Whether it is part of what is checked out, there or elsewhere.
    pub at_head: bool,
    /// Whether it is no file, but the message of the commit, or of a tag; the path says which.
    pub is_message: bool,
    /// What it holds.
    pub content: &'a [u8],
}

/// What was read of a repository.
pub struct History {
    objects: Objects,
    commits: Vec<Root>,
    /// What could not be seen.
    pub gaps: Vec<Gap>,
    /// Versions of files that were read.
    pub versions: u64,
    /// And their bytes.
    pub bytes: u64,
}

/// Where files hang: a commit, or a tag, or a name for files without a commit. Also a tag for its own sake.
#[derive(Clone, Copy)]
struct Root {
    id: Id,
    content: Id,
    holds: Holds,
}

/// What a root's content is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// The folder of a commit, which has a message.
    Commit,
    /// A folder that a name or a tag leads to.
    Folder,
    /// A file that a name or a tag leads to.
    File,
    /// The message of a tag.
    Tag,
}

/// A version that is to be read.
struct Task {
    id: Id,
    commit: u32,
    path: ImagePath,
    executable: bool,
    is_message: bool,
}

/// Versions that are put in the order in which they lie before they are read. Those beside each other are made from each other.
const SORTED: usize = 16 << 10;
/// Versions that a thread takes at once.
const TAKEN: usize = 1024;

const MISSING: Reason = Reason {
    kind: GapKind::Unavailable,
    told: "it is missing; git fetch --refetch gets it, where there is another repository that has it",
};
const CORRUPT: Reason = Reason { kind: GapKind::Corrupt, told: "it is damaged; see what git fsck says" };
const TOO_LARGE: Reason = Reason { kind: GapKind::LimitHit, told: "it is larger than --max-file-bytes allows" };
const TOO_LONG: Reason =
    Reason { kind: GapKind::LimitHit, told: "the path is longer than Linux can open; it is left out" };
const TOO_MANY: Reason = Reason {
    kind: GapKind::LimitHit,
    told: "the rest of the history is left out; raise --max-entries if you trust the repository",
};
const TIMED_OUT: Reason = Reason { kind: GapKind::TimedOut, told: "the time was up here; raise --timeout" };
const SHALLOW: Reason = Reason {
    kind: GapKind::Unavailable,
    told: "the repository is shallow, and what came before is not here; git fetch --unshallow gets it",
};
const SUBMODULE: Reason =
    Reason { kind: GapKind::Foreign, told: "it is a repository of its own; look into that one as well" };
const LFS: Reason = Reason {
    kind: GapKind::Foreign,
    told: "Git LFS keeps its content outside of the history, where it is not looked for; look into a checkout",
};

impl History {
    /// Reads every version of every file that a reference leads to, on `jobs` threads, and shows each once to `visit`, in no
    /// particular order.
    pub fn read(layout: &Layout, budget: &Budget, jobs: usize, visit: &(dyn Fn(&Version<'_>) + Sync)) -> Self {
        let gaps = Gaps::default();
        let objects = Objects::open(layout.common.join("objects"), budget, &gaps);
        let tips = refs::tips(layout, budget, &gaps);
        let mut walk = Walk { reader: objects.reader(), budget, gaps: &gaps, seen: Ids::default() };
        let commits = walk.commits(&tips, &shallow(layout, budget));
        let at_head = walk.head(tips.head);
        let (versions, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
        let (sender, receiver) = bounded::<Vec<Task>>(2 * jobs);
        let work = || {
            let mut reader = objects.reader();
            for task in receiver.iter().flatten() {
                if budget.expired() {
                    gaps.add(TIMED_OUT, &task.path, format!("blob {}", task.id));
                    continue;
                }
                let content = match reader.read(task.id) {
                    Ok((Kind::Commit | Kind::Tag, object)) if task.is_message => {
                        let Task { commit, ref path, .. } = task;
                        let (content, at_head, executable) = (commit::message(object), false, false);
                        visit(&Version { commit, path, executable, at_head, is_message: true, content });
                        continue;
                    }
                    Ok((Kind::Blob, content)) => content,
                    Ok(_) => {
                        told(&gaps, &Fault::Corrupt, &task.path, task.id);
                        continue;
                    }
                    Err(fault) => {
                        told(&gaps, &fault, &task.path, task.id);
                        continue;
                    }
                };
                if is_lfs(content) {
                    gaps.add(LFS, &task.path, format!("{} in history", task.path));
                }
                versions.fetch_add(1, Ordering::Relaxed);
                bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
                let Task { id, commit, ref path, executable, is_message } = task;
                visit(&Version { commit, path, executable, at_head: at_head.contains(&id), is_message, content });
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..jobs.max(1) {
                scope.spawn(work);
            }
            walk.files(&commits, Batch { objects: &objects, tasks: Vec::new(), sender });
        });
        let (versions, bytes) = (versions.into_inner(), bytes.into_inner());
        drop(walk);
        Self { objects, commits, gaps: gaps.into_gaps(), versions, bytes }
    }

    /// How many commits there are.
    pub fn commits(&self) -> usize {
        self.commits.len()
    }

    /// The commit of that number.
    pub fn commit(&self, number: u32) -> Commit {
        let Some(root) = self.commits.get(number as usize) else { return Commit::default() };
        let mut reader = self.objects.reader();
        let head = reader.read(root.id).ok().filter(|(kind, _)| matches!(kind, Kind::Commit | Kind::Tag));
        Commit::read(root.id, head.map_or(b"", |(_, object)| object))
    }
}

fn told(gaps: &Gaps, fault: &Fault, path: &ImagePath, id: Id) {
    let reason = match fault {
        Fault::Missing => MISSING,
        Fault::Corrupt => CORRUPT,
        Fault::TooLarge => TOO_LARGE,
    };
    gaps.add(reason, path, format!("object {id}"));
}

/// Commits whose parents were left out on purpose (gitrepository-layout(5), `shallow`).
fn shallow(layout: &Layout, budget: &Budget) -> Ids {
    let text = read_regular(&layout.common.join("shallow"), budget.document_bytes).unwrap_or_default();
    text.split(|&byte| byte == b'\n').filter_map(Id::from_hex).collect()
}

/// What stands in place of a file that Git LFS keeps (git-lfs-spec, "The Pointer").
fn is_lfs(content: &[u8]) -> bool {
    content.len() < 1024 && content.starts_with(b"version https://git-lfs.github.com/spec/")
}

/// Versions on their way to those who read them.
struct Batch<'a> {
    objects: &'a Objects,
    tasks: Vec<Task>,
    sender: Sender<Vec<Task>>,
}

impl Batch<'_> {
    fn push(&mut self, task: Task) {
        self.tasks.push(task);
        if self.tasks.len() >= SORTED {
            self.send();
        }
    }

    fn send(&mut self) {
        let mut tasks = std::mem::take(&mut self.tasks);
        tasks.sort_by_cached_key(|task| self.objects.position(task.id));
        let mut tasks = tasks.into_iter();
        loop {
            let some: Vec<Task> = tasks.by_ref().take(TAKEN).collect();
            if some.is_empty() || self.sender.send(some).is_err() {
                return;
            }
        }
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        self.send();
    }
}

/// The thread that finds out what there is.
struct Walk<'a> {
    reader: Reader<'a>,
    budget: &'a Budget,
    gaps: &'a Gaps,
    seen: Ids,
}

/// A commit while their order is not known.
struct Node {
    root: Root,
    time: i64,
    /// Parents that have not been put in order yet.
    waits_for: u32,
}

impl Walk<'_> {
    /// Every commit that is led to, parents before their children, and else the oldest first. After them what has no commit.
    fn commits(&mut self, tips: &Tips, shallow: &Ids) -> Vec<Root> {
        let (mut nodes, mut others): (Vec<Node>, Vec<Root>) = (Vec::new(), Vec::new());
        let mut number: ById<u32> = ById::default();
        let mut edges: Vec<(Id, u32)> = Vec::new();
        // An object, what led to it, and the tag or the commit that did.
        let mut open: Vec<(Id, Option<Id>)> = tips.all.keys().map(|id| (*id, None)).collect();
        let mut met = Ids::default();
        while let Some((id, by)) = open.pop() {
            if !met.insert(id) {
                continue;
            }
            if self.is_enough(met.len() as u64, id) {
                break;
            }
            let (kind, object) = match self.reader.read(id) {
                Ok(read) => read,
                Err(Fault::Missing) if by.is_some_and(|by| shallow.contains(&by)) => {
                    self.gaps.add(SHALLOW, &ImagePath::default(), format!("commit {}", by.unwrap_or(id)));
                    continue;
                }
                Err(fault) => {
                    told(self.gaps, &fault, &ImagePath::default(), id);
                    continue;
                }
            };
            let root = |holds| Root { id: by.unwrap_or(id), content: id, holds };
            match kind {
                Kind::Commit => match Links::read(object) {
                    Some(Links { tree, parents, time }) => {
                        let child = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
                        number.insert(id, child);
                        edges.extend(parents.iter().map(|parent| (*parent, child)));
                        open.extend(parents.iter().map(|parent| (*parent, Some(id))));
                        let root = Root { id, content: tree, holds: Holds::Commit };
                        nodes.push(Node { root, time, waits_for: 0 });
                    }
                    None => told(self.gaps, &Fault::Corrupt, &ImagePath::default(), id),
                },
                Kind::Tag => match commit::tagged(object) {
                    Some(target) => {
                        open.push((target, Some(id)));
                        others.push(Root { id, content: id, holds: Holds::Tag });
                    }
                    None => told(self.gaps, &Fault::Corrupt, &ImagePath::default(), id),
                },
                Kind::Tree => others.push(root(Holds::Folder)),
                Kind::Blob => others.push(root(Holds::File)),
            }
        }
        let mut children: Vec<(u32, u32)> =
            edges.iter().filter_map(|(parent, child)| Some((*number.get(parent)?, *child))).collect();
        children.sort_unstable();
        children.dedup();
        for (_, child) in &children {
            nodes[*child as usize].waits_for += 1;
        }
        let mut order = in_order(&mut nodes, &children);
        // Files before what is said of them.
        others.sort_by_key(|root| (root.holds == Holds::Tag, root.id));
        order.append(&mut others);
        order
    }

    /// The files of what is checked out.
    fn head(&mut self, head: Option<Id>) -> Ids {
        let mut files = Ids::default();
        let commit = head.and_then(|head| match self.reader.read(head) {
            Ok((Kind::Commit, commit)) => Links::read(commit),
            // Told already.
            _ => None,
        });
        let mut open: Vec<Id> = commit.into_iter().map(|commit| commit.tree).collect();
        let mut met = Ids::default();
        while let Some(id) = open.pop() {
            if !met.insert(id) || (met.len() + files.len()) as u64 > self.budget.entries {
                continue;
            }
            let Ok((Kind::Tree, tree)) = self.reader.read(id) else { continue };
            for entry in entries(tree).flatten() {
                match entry.kind {
                    tree::Kind::Folder => open.push(entry.id),
                    tree::Kind::File { .. } => drop(files.insert(entry.id)),
                    _ => {}
                }
            }
        }
        files
    }

    /// Sends every file of every commit that no commit before it has.
    fn files(&mut self, commits: &[Root], mut batch: Batch<'_>) {
        let mut open: Vec<(Id, ImagePath)> = Vec::new();
        for (commit, root) in (0..).zip(commits) {
            let mut task = |id, path, is_message| batch.push(Task { id, commit, path, executable: false, is_message });
            match root.holds {
                Holds::Commit => task(root.id, "commit message".into(), true),
                Holds::Tag => task(root.id, "tag message".into(), true),
                Holds::File if self.seen.insert(root.content) => task(root.content, ImagePath::default(), false),
                Holds::Folder | Holds::File => {}
            }
            if matches!(root.holds, Holds::Tag | Holds::File) {
                continue;
            }
            open.push((root.content, ImagePath::default()));
            while let Some((id, path)) = open.pop() {
                // Told once, and then there is nothing more to be done.
                if self.seen.contains(&id) {
                    continue;
                }
                if self.is_enough(self.seen.len() as u64, id) {
                    return;
                }
                self.seen.insert(id);
                self.folder(id, &path, commit, &mut open, &mut batch);
            }
        }
    }

    /// What is new in one folder.
    fn folder(
        &mut self,
        id: Id,
        path: &ImagePath,
        commit: u32,
        open: &mut Vec<(Id, ImagePath)>,
        batch: &mut Batch<'_>,
    ) {
        let tree = match self.reader.read(id) {
            Ok((Kind::Tree, tree)) => tree,
            Ok(_) => return told(self.gaps, &Fault::Corrupt, path, id),
            Err(fault) => return told(self.gaps, &fault, path, id),
        };
        for entry in entries(tree) {
            let Some(tree::Entry { kind, name, id: entry }) = entry else {
                return told(self.gaps, &Fault::Corrupt, path, id);
            };
            let is_new = match kind {
                tree::Kind::Folder => !self.seen.contains(&entry),
                tree::Kind::File { .. } | tree::Kind::Submodule | tree::Kind::Unknown => self.seen.insert(entry),
                // What a link points to is a name.
                tree::Kind::Link => false,
            };
            if !is_new {
                continue;
            }
            let path = ImagePath::new(&[path.as_bytes(), b"/", name].concat());
            if path.as_bytes().len() > self.budget.path_bytes {
                self.gaps.add(TOO_LONG, &ImagePath::new(&path.as_bytes()[..200]), format!("object {entry}"));
                continue;
            }
            match kind {
                tree::Kind::Folder => open.push((entry, path)),
                tree::Kind::File { executable } => {
                    batch.push(Task { id: entry, commit, path, executable, is_message: false });
                }
                tree::Kind::Submodule => self.gaps.add(SUBMODULE, &path, format!("submodule {path}")),
                tree::Kind::Unknown => told(self.gaps, &Fault::Corrupt, &path, entry),
                tree::Kind::Link => {}
            }
        }
    }

    /// Whether the budget is spent. Says so.
    fn is_enough(&self, objects: u64, id: Id) -> bool {
        let reason = if self.budget.expired() {
            TIMED_OUT
        } else if objects > self.budget.entries {
            TOO_MANY
        } else {
            return false;
        };
        self.gaps.add(reason, &ImagePath::default(), format!("object {id}"));
        true
    }
}

/// Parents before their children, and else the oldest first. `children` are pairs of a parent and a child, sorted.
fn in_order(nodes: &mut [Node], children: &[(u32, u32)]) -> Vec<Root> {
    let mut ready: BinaryHeap<Reverse<(i64, Id, u32)>> = (0..)
        .zip(&*nodes)
        .filter(|(_, node)| node.waits_for == 0)
        .map(|(index, node)| Reverse((node.time, node.root.id, index)))
        .collect();
    let mut order = Vec::with_capacity(nodes.len());
    while let Some(Reverse((_, _, index))) = ready.pop() {
        order.push(nodes[index as usize].root);
        let first = children.partition_point(|(parent, _)| *parent < index);
        for (_, child) in children[first..].iter().take_while(|(parent, _)| *parent == index) {
            let node = &mut nodes[*child as usize];
            node.waits_for -= 1;
            if node.waits_for == 0 {
                ready.push(Reverse((node.time, node.root.id, *child)));
            }
        }
    }
    // In a damaged repository commits may be their own ancestors.
    order.extend(nodes.iter().filter(|node| node.waits_for > 0).map(|node| node.root));
    order
}
