//! Which kustomizations are roots, and what each comes to.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::edit::{self, text};
use super::select::Object;
use super::{Built, File, Gap, NAMES, Obstacle, generate, is_kustomization, merge, pointer, transform};
use crate::origin::SourceMap;
use crate::yaml::{self, Wrong};
use crate::{Node, Resource, Span, Target, Value};

/// How deep kustomizations lie in each other.
const LEVELS: usize = 20;
/// Values of all that is built, and looks of patches at resources.
const ROOM: usize = 3_000_000;
/// What it costs to look at a kustomization once more.
const VISIT: usize = 100;

/// Builds every kustomization that no other one is made of.
pub fn build(files: &[File<'_>]) -> Built {
    let mut builder = Builder {
        files,
        paths: files.iter().enumerate().map(|(index, file)| (file.path, index)).collect(),
        known: BTreeMap::new(),
        documents: HashMap::new(),
        lines: SourceMap::default(),
        next: 0,
        gaps: BTreeSet::new(),
        claimed: BTreeSet::new(),
        room: ROOM,
    };
    for (index, file) in files.iter().enumerate().filter(|(_, file)| is_kustomization(file.path)) {
        builder.claimed.insert(index);
        if let Some(node) = builder.documents(index).first().cloned().filter(|node| !node.entries().is_empty()) {
            let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
            builder.known.insert(folder, (index, node));
        }
    }
    let mut resources = Vec::new();
    for root in builder.roots() {
        let objects = builder.folder(&root, &mut Vec::new());
        resources.extend(objects.into_iter().map(|object| {
            let namespace = if object.namespace().is_empty() { "default" } else { object.namespace() };
            let address = format!("{}/{}/{}", namespace, object.kind(), object.name());
            let address = if root.is_empty() { address } else { format!("{root}: {address}") };
            let kind = object.kind().to_owned();
            Resource { target: Target::Kubernetes, kind, address, file: 0, body: object.node }
        }));
    }
    Built { resources, lines: builder.lines, gaps: builder.gaps.into_iter().collect(), claimed: builder.claimed }
}

struct Builder<'a> {
    files: &'a [File<'a>],
    paths: HashMap<&'a str, usize>,
    /// Kustomizations by their folders.
    known: BTreeMap<String, (usize, Node)>,
    /// What files say, on lines of their own.
    documents: HashMap<usize, Vec<Node>>,
    lines: SourceMap,
    /// How many lines are taken.
    next: u32,
    gaps: BTreeSet<Gap>,
    claimed: BTreeSet<usize>,
    room: usize,
}

impl Builder<'_> {
    fn gap(&mut self, file: usize, at: Span, reason: String, kind: Obstacle) {
        let line = self.lines.of(at.first).map_or(0, |(_, line)| line);
        self.gaps.insert(Gap { file, line, reason, kind });
    }

    /// The documents of a file. Their lines are counted on from those of the files before.
    fn documents(&mut self, file: usize) -> &[Node] {
        if !self.documents.contains_key(&file) {
            let text = String::from_utf8_lossy(self.files[file].bytes);
            let mut read = yaml::documents(&text);
            if let Some(Wrong { what, limit }) = read.wrong {
                let kind = if limit { Obstacle::Limit } else { Obstacle::Broken };
                self.gaps.insert(Gap { file, line: 0, reason: what, kind });
            }
            let by = self.next;
            self.lines.push(by + 1, file, 1);
            let lines = u32::try_from(text.lines().count() + 1).unwrap_or(u32::MAX / 2);
            self.next = by.saturating_add(lines);
            read.read.iter_mut().for_each(|document| edit::shift(document, by));
            self.documents.insert(file, read.read);
        }
        self.documents.get(&file).map_or(&[], Vec::as_slice)
    }

    /// Those of no other, and no part that only others make something of.
    fn roots(&self) -> Vec<String> {
        let named: BTreeSet<String> = self
            .known
            .iter()
            .flat_map(|(folder, (_, node))| {
                let lists = ["resources", "bases", "components"].iter().filter_map(|key| node.get(key));
                lists.flat_map(Node::items).filter_map(Node::text).filter_map(|entry| join(folder, entry))
            })
            .collect();
        let is_root = |folder: &&String| {
            let is_component = text(&self.known[*folder].1, "kind") == Some("Component");
            !named.contains(*folder) && !is_component
        };
        self.known.keys().filter(is_root).cloned().collect()
    }

    /// What the kustomization of a folder comes to.
    fn folder(&mut self, folder: &str, way: &mut Vec<String>) -> Vec<Object> {
        let mut objects = Vec::new();
        self.apply(folder, &mut objects, way);
        objects
    }

    /// Adds what a kustomization brings, and does to all of it what it says.
    fn apply(&mut self, folder: &str, objects: &mut Vec<Object>, way: &mut Vec<String>) {
        let Some((file, node)) = self.known.get(folder).cloned() else { return };
        if way.len() >= LEVELS || way.iter().any(|before| before == folder) {
            let reason = "kustomizations are made of each other, or lie too deep".to_owned();
            self.gap(file, node.span, reason, Obstacle::Limit);
            return;
        }
        if !self.pay(file, node.span, VISIT) {
            return;
        }
        way.push(folder.to_owned());
        for key in ["resources", "bases"] {
            for entry in node.get(key).map_or(&[][..], Node::items) {
                let found = self.resource(file, folder, entry, way);
                objects.extend(found);
            }
        }
        objects.extend(generate::all(&node));
        for entry in node.get("components").map_or(&[][..], Node::items) {
            match entry.text().and_then(|entry| join(folder, entry)).filter(|it| self.known.contains_key(it)) {
                Some(component) => self.apply(&component, objects, way),
                None => self.missing(file, entry),
            }
        }
        self.patches(file, folder, &node, objects);
        transform::all(&node, objects);
        for key in ["helmCharts", "generators", "transformers", "replacements", "vars"] {
            if let Some(value) = node.get(key).filter(|value| !value.items().is_empty()) {
                let reason = format!("{key} of kustomizations are not evaluated");
                self.gap(file, value.span, reason, Obstacle::Unread);
            }
        }
        way.pop();
    }

    fn missing(&mut self, file: usize, entry: &Node) {
        let path = entry.text().unwrap_or("something");
        // A host, and no name of a file.
        let host =
            path.split('/').next().is_some_and(|first| first.contains('.') && !first.trim_matches('.').is_empty());
        let is_remote = ["://", "?ref=", "git@"].iter().any(|sign| path.contains(sign)) || host && path.contains('/');
        let why = if is_remote { "is somewhere else, and nothing is fetched" } else { "is not here" };
        let shown: String = path.chars().take(120).collect();
        // An address may have a password in it.
        let shown = shown.rsplit_once('@').map_or(&*shown, |(_, host)| host);
        self.gap(file, entry.span, format!("{shown} {why}"), Obstacle::Unread);
    }

    /// What an entry of `resources` is: a folder, or a file with resources.
    fn resource(&mut self, file: usize, folder: &str, entry: &Node, way: &mut Vec<String>) -> Vec<Object> {
        let path = entry.text().and_then(|entry| join(folder, entry));
        if let Some(path) = path.as_ref().filter(|path| self.known.contains_key(*path)) {
            return self.folder(path, way);
        }
        let Some(named) = path.and_then(|path| self.paths.get(&*path).copied()) else {
            self.missing(file, entry);
            return Vec::new();
        };
        self.claimed.insert(named);
        let documents: usize = self.documents(named).iter().map(Node::count).sum();
        if !self.pay(file, entry.span, documents) {
            return Vec::new();
        }
        self.documents(named).to_vec().into_iter().flat_map(unlisted).filter_map(Object::new).collect()
    }

    fn pay(&mut self, file: usize, at: Span, cost: usize) -> bool {
        if let Some(left) = self.room.checked_sub(cost) {
            self.room = left;
            return true;
        }
        self.room = 0;
        self.gap(file, at, "what is built becomes too much".to_owned(), Obstacle::Limit);
        false
    }

    fn patches(&mut self, file: usize, folder: &str, node: &Node, objects: &mut Vec<Object>) {
        let strategic = node.get("patchesStrategicMerge").map_or(&[][..], Node::items);
        for entry in strategic {
            let documents = self.patch(file, folder, entry, entry.text().is_some_and(|text| text.contains('\n')));
            for patch in documents {
                self.one_patch(file, entry.span, &patch, None, objects);
            }
        }
        let lists = ["patches", "patchesJson6902"].iter().filter_map(|key| node.get(key));
        for entry in lists.flat_map(Node::items) {
            let (inline, path) = (entry.get("patch"), entry.get("path"));
            let Some(source) = inline.or(path) else { continue };
            let documents = self.patch(file, folder, source, inline.is_some());
            for patch in documents {
                self.one_patch(file, entry.span, &patch, entry.get("target"), objects);
            }
        }
    }

    /// The documents of a patch that stands in place or in a file.
    fn patch(&mut self, file: usize, folder: &str, source: &Node, is_inline: bool) -> Vec<Node> {
        let Some(written) = source.text() else { return Vec::new() };
        if is_inline {
            let read = yaml::documents(written);
            if let Some(Wrong { what, .. }) = read.wrong {
                self.gap(file, source.span, format!("the patch cannot be read: {what}"), Obstacle::Broken);
            }
            let mut documents = read.read;
            // A block begins on the line after its key, or on that of its first line.
            for document in &mut documents {
                edit::shift(document, source.span.first.saturating_sub(1));
            }
            return documents;
        }
        let Some(named) = join(folder, written).and_then(|path| self.paths.get(&*path).copied()) else {
            self.missing(file, source);
            return Vec::new();
        };
        self.claimed.insert(named);
        self.documents(named).to_vec()
    }

    fn one_patch(&mut self, file: usize, at: Span, patch: &Node, target: Option<&Node>, objects: &mut Vec<Object>) {
        let cost = patch.count().saturating_add(objects.len());
        if !self.pay(file, at, cost) {
            return;
        }
        let is_operations = matches!(patch.value, Value::List(_));
        let mut any = false;
        let mut index = 0;
        while let Some(object) = objects.get_mut(index) {
            let is_meant = match target {
                Some(target) => object.is_target_of(target),
                None => object.is_named_by(patch),
            };
            index += 1;
            if !is_meant {
                continue;
            }
            any = true;
            if !self.pay(file, at, patch.count()) {
                return;
            }
            if is_operations {
                if let Err(reason) = pointer::apply(&mut object.node, patch) {
                    self.gap(file, at, format!("the patch does not fit: {reason}"), Obstacle::Broken);
                }
                continue;
            }
            let is_known = merge::is_known(object.version());
            let (name, kind) = (object.node.at(&["metadata", "name"]).cloned(), object.node.get("kind").cloned());
            if merge::merge(&mut object.node, patch, is_known) {
                index -= 1;
                objects.remove(index);
                continue;
            }
            // With a target, the name in the patch is anybody's.
            if let (Some(name), Some(meta)) = (name, edit::get_mut(&mut object.node, "metadata")) {
                edit::set(meta, "name", name);
            }
            if let Some(kind) = kind {
                edit::set(&mut object.node, "kind", kind);
            }
        }
        if !any && target.is_none() {
            self.gap(file, at, "the patch names a resource that is not here".to_owned(), Obstacle::Broken);
        }
    }
}

/// The resources of a list, or the resource itself.
fn unlisted(node: Node) -> Vec<Node> {
    if text(&node, "kind").is_some_and(|kind| kind.ends_with("List"))
        && let Some(items) = node.get("items")
    {
        return items.items().to_vec();
    }
    vec![node]
}

/// A path from a folder; nothing where it leads out of the tree. The path of a kustomization's file is that of its folder.
fn join(folder: &str, path: &str) -> Option<String> {
    if path.contains("://") || path.starts_with('/') {
        return None;
    }
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in path.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(steps.pop()?),
            _ => steps.push(step),
        }
    }
    if steps.last().is_some_and(|last| NAMES.contains(last)) {
        steps.pop();
    }
    Some(steps.join("/"))
}
