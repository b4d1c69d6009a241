//! One layer's facts: the visitor that lists every entry and lends wanted files to their analyzers.

use std::collections::HashMap;

use image::layer::{Entry, EntryKind, Interest, LayerRead, Visitor, too_large};
use model::{Budget, Digest, Fact, File, Gap, GapKind, ImagePath, Meta, Pattern};
use serde::{Deserialize, Serialize};

use crate::learned::{Allowance, Learned, path_bytes};
use crate::matcher::Wanted;
use crate::tree::{Builder, Tree};
use crate::unfold::{Readers, unfold};

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
    /// Bytes of memory that all this counts as.
    pub(crate) memory: usize,
}

/// Hard links whose content had passed, unwanted, before anybody knew that it has a wanted name as well.
pub(crate) type Missed = HashMap<ImagePath, Vec<(ImagePath, Vec<Wanted>)>>;

/// Collects one layer's facts.
pub(crate) struct Collector<'a> {
    readers: Readers<'a>,
    learned: Learned<'a>,
    tree: Builder,
    /// Memory for the listing that was taken from the allowance and not yet needed.
    paid: usize,
    links: Vec<HardLink>,
    wanted: Vec<Wanted>,
}

/// A second name of a file, and who wants it under that name.
struct HardLink {
    target: ImagePath,
    path: ImagePath,
    wanted: Vec<Wanted>,
}

impl<'a> Collector<'a> {
    pub(crate) fn new(readers: Readers<'a>, allowance: &'a Allowance) -> Self {
        Self {
            readers,
            learned: Learned::new(allowance),
            tree: Builder::default(),
            paid: 0,
            links: Vec::new(),
            wanted: Vec::new(),
        }
    }

    /// The layer's facts. `look_again` reads the layer once more, where that is possible, for hard links whose content
    /// had passed before their names were known.
    pub(crate) fn finish(mut self, read: &LayerRead, look_again: impl FnOnce(&mut SecondLook<'_, 'a>)) -> LayerFacts {
        let mut missed = Missed::new();
        for HardLink { target, path, wanted } in std::mem::take(&mut self.links) {
            let mut looked_at = Vec::new();
            if self.learned.knows(&target) {
                self.readers.matcher.by_path(&target, &mut looked_at);
            }
            let is_unseen = |wanted: &Wanted| looked_at.iter().all(|seen: &Wanted| seen.index != wanted.index);
            let unseen: Vec<Wanted> = wanted.into_iter().filter(is_unseen).collect();
            self.learned.copy(&target, &path);
            let opens = |path| self.readers.archives.opens(path).is_some();
            if !unseen.is_empty() || opens(&path) && !opens(&target) {
                missed.entry(target).or_default().push((path, unseen));
            }
        }
        if !missed.is_empty() {
            let mut look = SecondLook { readers: self.readers, missed, learned: &mut self.learned };
            look_again(&mut look);
            look.conclude();
        }
        let (digest, memory) = (read.digest.filter(|_| !self.learned.is_full()), self.learned.bytes());
        let (facts, gaps) = self.learned.into_parts();
        LayerFacts {
            digest,
            bytes: read.bytes,
            files: read.walked.files,
            facts,
            gaps,
            tree: self.tree.finish(),
            memory,
        }
    }

    /// Adds an entry to the listing, where there is memory for what will be known of it.
    fn list(&mut self, entry: &Entry<'_>) {
        /// Taken at once, so that threads seldom meet.
        const ADVANCE: usize = 64 << 10;
        /// What later stages keep of an entry, and of a link.
        const ENTRY: usize = 24;
        const LINK: usize = 64;
        let link = if matches!(entry.kind, EntryKind::Symlink(_)) { LINK } else { 0 };
        let depth = path_bytes(entry.path) - entry.path.as_bytes().len();
        let before = self.tree.size();
        self.tree.push(entry);
        let bytes = self.tree.size() - before + ENTRY + link + depth;
        if self.paid < bytes && self.learned.spend(bytes.max(ADVANCE)) {
            self.paid += bytes.max(ADVANCE);
        }
        self.paid = self.paid.saturating_sub(bytes);
    }
}

impl Collector<'_> {
    /// How much of a file those who want it have to see. Of one that is too large, those who want all of it see nothing.
    fn interest(&mut self, entry: &Entry<'_>) -> Interest {
        let opens = self.readers.archives.opens(entry.path).is_some();
        let (interest, refused) = affordable(&mut self.wanted, opens, entry.meta.size, self.readers.budget);
        if refused {
            self.learned.gap(entry.path, GapKind::LimitHit, too_large(entry.meta.size, self.readers.budget));
        }
        interest
    }
}

/// As much of a file as the one who wants most, and whether somebody wants all of a file that is too large: they are left out.
/// An archive that `opens` is wanted whole.
fn affordable(wanted: &mut Vec<Wanted>, opens: bool, size: u64, budget: &Budget) -> (Interest, bool) {
    let fits = size <= budget.file_bytes;
    let before = wanted.len();
    wanted.retain(|wanted| wanted.bytes != Pattern::ALL || fits);
    let refused = wanted.len() < before || opens && !fits;
    let interest = match wanted.iter().map(|wanted| wanted.bytes).max() {
        _ if opens && fits => Interest::Whole,
        None => Interest::None,
        Some(Pattern::ALL) => Interest::Whole,
        Some(bytes) => Interest::First(bytes.min(budget.file_bytes)),
    };
    (interest, refused)
}

impl Visitor for Collector<'_> {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        if self.learned.is_full() {
            return Interest::None;
        }
        self.list(entry);
        let changes_lower_layers_only =
            matches!(entry.kind, EntryKind::Whiteout | EntryKind::Opaque | EntryKind::Directory);
        if !changes_lower_layers_only {
            self.learned.forget(entry.path);
        }
        match entry.kind {
            EntryKind::File => {
                self.readers.matcher.by_path(entry.path, &mut self.wanted);
                let is_wanted_whole = self.wanted.iter().any(|wanted| wanted.bytes >= entry.meta.size)
                    || self.readers.archives.opens(entry.path).is_some();
                if !is_wanted_whole && entry.meta.size > 0 && self.readers.matcher.wants_head(entry.path) {
                    Interest::Head
                } else {
                    self.interest(entry)
                }
            }
            EntryKind::HardLink(target) => {
                self.readers.matcher.by_path(entry.path, &mut self.wanted);
                let bytes = path_bytes(target) + path_bytes(entry.path) + size_of::<HardLink>();
                let matters = !self.wanted.is_empty()
                    || self.learned.knows(target)
                    || self.readers.archives.opens(entry.path).is_some();
                if matters && self.learned.spend(bytes) {
                    let (target, path) = (target.clone(), entry.path.clone());
                    self.links.push(HardLink { target, path, wanted: self.wanted.clone() });
                }
                Interest::None
            }
            EntryKind::Directory => {
                self.readers.matcher.folder(entry.path, &mut self.wanted);
                if !self.wanted.is_empty() {
                    let meta = Meta { size: 0, ..entry.meta };
                    let folder = File { path: entry.path, meta, content: b"", budget: self.readers.budget };
                    self.learned.analyze(&folder, self.readers.these(&self.wanted));
                }
                Interest::None
            }
            _ => Interest::None,
        }
    }

    fn head(&mut self, entry: &Entry<'_>, head: &[u8]) -> Interest {
        self.readers.matcher.by_head(entry.path, &entry.meta, head, &mut self.wanted);
        self.interest(entry)
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        let file = File { path: entry.path, meta: entry.meta, content, budget: self.readers.budget };
        if file.is_whole() {
            // A file that is wanted whole for its path has not been asked for its beginning.
            self.readers.matcher.by_head(entry.path, &entry.meta, content, &mut self.wanted);
        }
        read(self.readers, &file, &self.wanted, &mut self.learned);
    }

    fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String) {
        self.learned.gap(path, kind, detail);
    }
}

/// Looks at a layer again, at what was [`Missed`] only.
pub(crate) struct SecondLook<'l, 'a> {
    readers: Readers<'a>,
    missed: Missed,
    learned: &'l mut Learned<'a>,
}

impl SecondLook<'_, '_> {
    /// What is still missed is a gap: links to files that this layer does not have, or that flowed past before their
    /// second name was known.
    fn conclude(self) {
        let mut missed: Vec<_> = self.missed.into_iter().collect();
        missed.sort();
        for (target, links) in missed {
            for (path, _) in links {
                let detail = format!(
                    "the file is a hard link to {target}, whose content could not be looked at under this name"
                );
                self.learned.gap(&path, GapKind::Unavailable, detail);
            }
        }
    }
}

impl Visitor for SecondLook<'_, '_> {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        let Some(links) = self.missed.get_mut(entry.path).filter(|_| entry.kind == EntryKind::File) else {
            return Interest::None;
        };
        let (mut all, mut opens, budget) = (Vec::new(), false, self.readers.budget);
        for (path, wanted) in links {
            let is_archive = self.readers.archives.opens(path).is_some();
            let (_, refused) = affordable(wanted, is_archive, entry.meta.size, budget);
            if refused {
                self.learned.gap(path, GapKind::LimitHit, too_large(entry.meta.size, budget));
            }
            opens |= is_archive;
            all.extend_from_slice(wanted);
        }
        let (interest, _) = affordable(&mut all, opens, entry.meta.size, budget);
        if interest == Interest::None {
            self.missed.remove(entry.path);
        }
        interest
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> Interest {
        Interest::None
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        for (path, wanted) in self.missed.remove(entry.path).unwrap_or_default() {
            let file = File { path: &path, meta: entry.meta, content, budget: self.readers.budget };
            read(self.readers, &file, &wanted, self.learned);
        }
    }

    fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String) {
        // What is wrong with the layer as a whole was said at the first look.
        if !path.as_bytes().is_empty() {
            self.learned.gap(path, kind, detail);
        }
    }
}

/// Lends a file to those who want it, and opens it if it is an archive.
pub(crate) fn read(readers: Readers<'_>, file: &File<'_>, wanted: &[Wanted], learned: &mut Learned<'_>) {
    if !wanted.is_empty() {
        learned.analyze(file, readers.these(wanted));
    }
    if let Some(family) = readers.archives.opens(file.path).filter(|_| file.is_whole()) {
        unfold(readers, file.path, family, file.content, learned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matcher::Matcher;
    use crate::unfold::Archives;
    use model::{Analyzer, Key, Package, PackageKind, Unreadable};

    /// `list` files name a package on each line; `broken` ones break the analyzer.
    static LIST: Analyzer = Analyzer {
        name: "list",
        version: 1,
        files: &[Key::Name("list").any(), Key::Name("broken").any()],
        analyze: |file, facts| {
            assert!(file.path.name() != b"broken", "this analyzer has a fault");
            let names = String::from_utf8_lossy(file.content);
            names.lines().for_each(|name| facts.package(Package::new(PackageKind::Npm, name, "1")));
            Ok::<(), Unreadable>(())
        },
    };
    static HEADS: &[Pattern] = &[Key::Head(|_, head| head.starts_with(b"!")).any()];
    static HEAD: Analyzer =
        Analyzer { name: "head", version: 1, files: HEADS, analyze: |_, _| Err(Unreadable::corrupt("only a head")) };

    static FIRST: Analyzer = Analyzer {
        name: "first",
        version: 1,
        files: &[Key::Extension("first").any().first(4)],
        analyze: |file, facts| {
            let seen = String::from_utf8_lossy(file.content);
            facts.package(Package::new(
                PackageKind::Npm,
                format!("{seen}{}", if file.is_whole() { "" } else { "~" }),
                "1",
            ));
            Ok(())
        },
    };
    static ALL: Analyzer =
        Analyzer { name: "all", files: &[Key::Name("large.first").any(), Key::Name("large").any()], ..FIRST };

    static FOLDER: Analyzer = Analyzer {
        name: "folder",
        files: &[Key::Folder("store").any()],
        analyze: |file, facts| {
            facts.package(Package::new(PackageKind::Nix, file.path.to_text(), "1"));
            Ok(())
        },
        ..FIRST
    };

    /// Collects entries: `path=content` a file whose packages are apart by commas, `path->target` a hard link, `-path` a
    /// whiteout, `path/` a folder.
    fn collect(entries: impl IntoIterator<Item = String>, learned_bytes: usize) -> LayerFacts {
        let analyzers = [&LIST, &HEAD, &FIRST, &ALL, &FOLDER];
        let (matcher, allowance) = (Matcher::new(&analyzers), Allowance::new(learned_bytes));
        let budget = Budget { learned_bytes, file_bytes: 1000, ..Budget::default() };
        let readers =
            Readers { analyzers: &analyzers, matcher: &matcher, budget: &budget, archives: Archives::default() };
        let mut collector = Collector::new(readers, &allowance);
        for entry in entries {
            let (path, kind, content) = if let Some(path) = entry.strip_prefix('-') {
                (path, EntryKind::Whiteout, "")
            } else if entry.ends_with('/') {
                (&*entry, EntryKind::Directory, "")
            } else if let Some((path, target)) = entry.split_once("->") {
                let target = ImagePath::from(target);
                show(&mut collector, path, EntryKind::HardLink(&target), b"");
                continue;
            } else {
                let (path, content) = entry.split_once('=').unwrap();
                (path, EntryKind::File, content)
            };
            show(&mut collector, path, kind, content.replace(',', "\n").as_bytes());
        }
        let read = LayerRead { digest: Some(Digest::sha256(b"")), ..LayerRead::default() };
        collector.finish(&read, |_| {})
    }

    fn show(collector: &mut Collector<'_>, path: &str, kind: EntryKind<'_>, content: &[u8]) {
        let path = ImagePath::from(path);
        let entry = Entry { path: &path, kind, meta: Meta { size: content.len() as u64, mode: 0o644 } };
        let mut interest = collector.enter(&entry);
        if interest == Interest::Head {
            interest = collector.head(&entry, content);
        }
        match interest {
            Interest::None | Interest::Head => {}
            Interest::First(bytes) => {
                collector.content(&entry, &content[..content.len().min(usize::try_from(bytes).unwrap())]);
            }
            Interest::Whole => collector.content(&entry, content),
        }
    }

    fn check(entries: &[&str], expected: &[&str]) {
        let layer = collect(entries.iter().map(|&entry| entry.to_owned()), 1 << 20);
        let facts = layer.facts.iter().map(|fact| match &fact.what {
            model::What::Package(package) => format!("{} {}", fact.place.path, package.name),
            other => format!("{other:?}"),
        });
        let gaps = layer.gaps.iter().map(|gap| format!("{} {}", gap.place.path, gap.kind.name()));
        let mut seen: Vec<String> = facts.chain(gaps).collect();
        seen.sort();
        assert_eq!(seen, expected, "{entries:?}");
        assert!(layer.digest.is_some());
    }

    #[test]
    fn a_file_may_be_wanted_for_its_path_and_for_its_beginning() {
        check(&["list=!a", "other=!a"], &["list !a", "list corrupt", "other corrupt"]);
    }

    #[test]
    fn of_two_entries_with_one_name_the_last_counts() {
        check(&["a/list=x,y", "b/list=z", "a/list=w"], &["a/list w", "b/list z"]);
        check(&["a/broken=", "b/list=z", "a/broken->b/list"], &["a/broken z", "b/list z"]);
        check(&["a/list=x", "-a/list"], &["a/list x"]);
    }

    #[test]
    fn hard_links_say_what_their_target_says() {
        check(&["list=x,y", "b/list->list"], &["b/list x", "b/list y", "list x", "list y"]);
        check(&["data=x", "b/list->data"], &["b/list unavailable"]);
        check(&["b/list->list", "list->b/list"], &["b/list unavailable", "list unavailable"]);
    }

    #[test]
    fn who_wants_the_first_bytes_sees_no_more_whatever_the_size() {
        check(&["a.first=abcdef", "b.first=abc"], &["a.first abcd~", "b.first abc"]);
        check(&["a.first=!bcdef"], &["a.first !bcd~", "a.first corrupt"]);
        check(&["large.first=abcdef"], &["large.first abcdef", "large.first abcd~"]);
        let large = format!("large.first={}", "a".repeat(1001));
        check(&[&large], &["large.first aaaa~", "large.first limit-hit"]);
        check(&[&large.replace(".first", "")], &["large limit-hit"]);
        check(&["a.first=abcdef", "large->a.first"], &["a.first abcd~", "large abcd~", "large unavailable"]);
    }

    #[test]
    fn an_analyzer_that_breaks_down_is_a_gap() {
        check(&["broken=x", "list=y"], &["broken internal", "list y"]);
    }

    #[test]
    fn folders_say_something_by_their_names() {
        check(&["store/", "store/a/", "store/a/x=!", "store/b=x"], &["store/a store/a", "store/a/x corrupt"]);
        check(&["store/a/", "store/a="], &[]);
    }

    #[test]
    fn heads_decide_where_names_do_not() {
        check(&["a=!", "b=?"], &["a corrupt"]);
    }

    #[test]
    fn an_archive_that_is_replaced_says_nothing_any_more() {
        let zip = |name: &str| {
            let archive = archive::testing::Writer::default().store("list", name.as_bytes()).finish();
            // Contents are texts here; the archive's bytes below 128 stay as they are.
            format!("a.zip={}", String::from_utf8(archive).unwrap())
        };
        check(&[&zip("x"), &zip("y")], &["a.zip!/list y"]);
        check(&[&zip("x"), "b.zip->a.zip"], &["a.zip!/list x", "b.zip!/list x"]);
        check(&["data=x", "b.zip->data"], &["b.zip unavailable"]);
    }

    /// Whatever is there to be learned, what is kept fits, a gap says that there was more, and nobody caches it.
    fn check_bounded(entries: impl Iterator<Item = String>) {
        const MOST: usize = 1 << 20;
        let layer = collect(entries, MOST);
        let full: Vec<&Gap> = layer.gaps.iter().filter(|gap| gap.detail.contains("--max-learned-bytes")).collect();
        assert_eq!((full.len(), layer.digest), (1, None));
        let kept: usize =
            layer.facts.iter().map(Fact::bytes).sum::<usize>() + layer.gaps.iter().map(Gap::bytes).sum::<usize>();
        assert!(kept <= MOST + 1000, "{kept} bytes are kept");
        assert!(layer.memory <= MOST, "{} bytes are counted", layer.memory);
    }

    #[test]
    fn a_farm_of_hard_links_is_bounded() {
        let list = format!("list={}", "x,".repeat(100));
        check_bounded([list].into_iter().chain((0..10_000).map(|index| format!("{index}/list->list"))));
    }

    #[test]
    fn long_paths_are_bounded() {
        check_bounded((0..10_000).map(|index| format!("{index}/{}=", "x".repeat(4000))));
        check_bounded((0..10_000).map(|index| format!("{index}{}list=a", "/x".repeat(2000))));
    }

    #[test]
    fn many_gaps_are_bounded() {
        check_bounded((0..10_000).map(|index| format!("{index}=!")));
    }

    #[test]
    fn what_is_replaced_takes_no_memory() {
        let layer = collect((0..10_000).map(|_| format!("list={}", "x,".repeat(100))), 1 << 20);
        assert_eq!((layer.facts.len(), layer.gaps), (1, Vec::new()));
    }
}
