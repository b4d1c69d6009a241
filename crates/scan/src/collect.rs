//! One layer's facts: the visitor that lists every entry and lends wanted files to their analyzers.

use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::layer::{Entry, EntryKind, Interest, LayerRead, Visitor};
use model::{Analyzer, AnalyzerId, Budget, Digest, Fact, Facts, File, Gap, GapKind, ImagePath, Meta, Place};
use serde::{Deserialize, Serialize};

use crate::matcher::{Index, Matcher};
use crate::tree::{Builder, Tree};

/// Everything that a layer's bytes say, wherever the layer is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct LayerFacts {
    /// Digest of the stored bytes; none when they were not understood as a whole.
    pub(crate) digest: Option<Digest>,
    /// Bytes of the tar, and regular files in it.
    pub(crate) bytes: u64,
    pub(crate) files: u64,
    pub(crate) facts: Vec<Fact>,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) tree: Tree,
}

/// Hard links whose content had passed, unwanted, before anybody knew that it has a wanted name as well.
pub(crate) type Missed = HashMap<ImagePath, Vec<(ImagePath, Vec<Index>)>>;

/// The stage that walks layers, as gaps name it.
pub(crate) const LAYER: AnalyzerId = AnalyzerId::new("layer");

/// Collects one layer's facts.
pub(crate) struct Collector<'a> {
    analyzers: &'a [&'static Analyzer],
    matcher: &'a Matcher,
    budget: &'a Budget,
    tree: Builder,
    facts: Vec<Fact>,
    gaps: Vec<Gap>,
    /// Files that facts came from, so that a later entry of the same name can take them back.
    sources: HashSet<ImagePath>,
    links: Vec<(ImagePath, ImagePath, Vec<Index>)>,
    wanted: Vec<Index>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(analyzers: &'a [&'static Analyzer], matcher: &'a Matcher, budget: &'a Budget) -> Self {
        Self {
            analyzers,
            matcher,
            budget,
            tree: Builder::default(),
            facts: Vec::new(),
            gaps: Vec::new(),
            sources: HashSet::new(),
            links: Vec::new(),
            wanted: Vec::new(),
        }
    }

    /// The layer's facts, and the hard links that a second look at the layer is needed for.
    pub(crate) fn finish(mut self, read: &LayerRead) -> (LayerFacts, Missed) {
        let mut missed = Missed::new();
        for (target, path, wanted) in std::mem::take(&mut self.links) {
            let mut looked_at = Vec::new();
            self.matcher.by_path(&target, &mut looked_at);
            let unseen: Vec<Index> = wanted.iter().copied().filter(|index| !looked_at.contains(index)).collect();
            self.copy_facts(&target, &path);
            if !unseen.is_empty() {
                missed.entry(target).or_default().push((path, unseen));
            }
        }
        let facts = LayerFacts {
            digest: read.digest,
            bytes: read.bytes,
            files: read.walked.files,
            facts: self.facts,
            gaps: self.gaps,
            tree: self.tree.finish(),
        };
        (facts, missed)
    }

    /// A hard link says what its target says.
    fn copy_facts(&mut self, target: &ImagePath, link: &ImagePath) {
        if !self.sources.contains(target) {
            return;
        }
        let copies: Vec<Fact> = self
            .facts
            .iter()
            .filter(|fact| fact.place.path.outer() == target.as_bytes())
            .map(|fact| {
                let inner = &fact.place.path.as_bytes()[target.as_bytes().len()..];
                let path = ImagePath::new(&[link.as_bytes(), inner].concat());
                Fact { place: Place { layer: None, path }, ..fact.clone() }
            })
            .collect();
        self.facts.extend(copies);
        self.sources.insert(link.clone());
    }

    fn analyze(&mut self, path: &ImagePath, meta: Meta, content: &[u8], wanted: &[Index]) {
        let file = File { path, meta, content, budget: self.budget };
        for index in wanted {
            let Some(analyzer) = self.analyzers.get(usize::from(*index)) else { continue };
            run(analyzer, &file, &mut self.facts, &mut self.gaps);
        }
        if self.facts.len() + self.gaps.len() > self.budget.facts {
            self.facts.truncate(self.budget.facts);
            self.gaps.truncate(self.budget.facts);
            let detail = format!("the layer says more than {} things; the rest is left out", self.budget.facts);
            self.gap(path, GapKind::LimitHit, detail);
        }
        self.sources.insert(path.clone());
    }
}

/// Lends a file to an analyzer. One that breaks down leaves a gap and nothing else.
pub(crate) fn run(analyzer: &Analyzer, file: &File<'_>, facts: &mut Vec<Fact>, gaps: &mut Vec<Gap>) {
    let mut sheet = Facts::new(analyzer.id(), file.path.clone(), file.budget);
    let outcome = catch_unwind(AssertUnwindSafe(|| (analyzer.analyze)(file, &mut sheet)));
    let why = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some((why.kind, why.detail)),
        Err(_) => {
            Some((GapKind::Internal, "the analyzer broke down on this file; please report this as a bug".to_owned()))
        }
    };
    let (read, unread) = sheet.into_parts();
    facts.extend(read);
    gaps.extend(unread);
    gaps.extend(why.map(|(kind, detail)| Gap {
        place: Place { layer: None, path: file.path.clone() },
        by: analyzer.id(),
        kind,
        detail,
    }));
}

impl Visitor for Collector<'_> {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        self.tree.push(entry);
        let changes_lower_layers_only =
            matches!(entry.kind, EntryKind::Whiteout | EntryKind::Opaque | EntryKind::Directory);
        if !changes_lower_layers_only && self.sources.remove(entry.path) {
            // An archive may hold a name twice; whoever unpacks it keeps the last.
            self.facts.retain(|fact| fact.place.path.outer() != entry.path.as_bytes());
        }
        match entry.kind {
            EntryKind::File => {
                self.matcher.by_path(entry.path, &mut self.wanted);
                if !self.wanted.is_empty() {
                    Interest::Whole
                } else if entry.meta.size > 0 && self.matcher.wants_head(entry.path) {
                    Interest::Head
                } else {
                    Interest::None
                }
            }
            EntryKind::HardLink(target) => {
                self.matcher.by_path(entry.path, &mut self.wanted);
                if !self.wanted.is_empty() || self.sources.contains(target) {
                    self.links.push((target.clone(), entry.path.clone(), self.wanted.clone()));
                }
                Interest::None
            }
            _ => Interest::None,
        }
    }

    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> bool {
        self.matcher.by_head(entry.path, &entry.meta, head, &mut self.wanted);
        !self.wanted.is_empty()
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        let wanted = std::mem::take(&mut self.wanted);
        self.analyze(entry.path, entry.meta, content, &wanted);
        self.wanted = wanted;
    }

    fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String) {
        self.gaps.push(Gap { place: Place { layer: None, path: path.clone() }, by: LAYER, kind, detail });
    }
}

/// Looks at a layer again, at what was [`Missed`] only.
pub(crate) struct SecondLook<'a> {
    pub(crate) analyzers: &'a [&'static Analyzer],
    pub(crate) budget: &'a Budget,
    pub(crate) missed: Missed,
    pub(crate) facts: Vec<Fact>,
    pub(crate) gaps: Vec<Gap>,
}

impl Visitor for SecondLook<'_> {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        if entry.kind == EntryKind::File && self.missed.contains_key(entry.path) {
            Interest::Whole
        } else {
            Interest::None
        }
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> bool {
        false
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        for (path, wanted) in self.missed.remove(entry.path).unwrap_or_default() {
            let file = File { path: &path, meta: entry.meta, content, budget: self.budget };
            for analyzer in wanted.iter().filter_map(|index| self.analyzers.get(usize::from(*index))) {
                run(analyzer, &file, &mut self.facts, &mut self.gaps);
            }
        }
    }

    fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String) {
        // What is wrong with the layer as a whole was said at the first look.
        if !path.as_bytes().is_empty() {
            self.gaps.push(Gap { place: Place { layer: None, path: path.clone() }, by: LAYER, kind, detail });
        }
    }
}
