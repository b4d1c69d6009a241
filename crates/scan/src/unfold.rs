//! Archives found in a layer: their entries are offered to the analyzers as if they were files, with nested paths, at any
//! depth that the budget allows.

use std::ops::ControlFlow;

use archive::{Costs, Family, Interest, Visitor};
use model::{Analyzer, Budget, File, Gap, GapKind, ImagePath, Place, Unreadable};

use crate::learned::{LAYER, Learned};
use crate::matcher::{Matcher, Wanted};

/// Which archives are opened. Packages of languages (`.jar`, `.whl`, `.gem`, …) and of distributions say what they are in any
/// case: their analyzers look into them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Archives {
    /// None.
    None,
    /// Those with a directory, `.zip`: what nobody wants of them is not even unpacked, and programs run from them.
    #[default]
    Indexed,
    /// Tars, files that are merely compressed, and what distributions' packages would install, too. All of it has to be
    /// unpacked to know what is in there.
    All,
}

impl Archives {
    /// What the file at `path` is to be opened as, if it is.
    pub(crate) fn opens(self, path: &ImagePath) -> Option<Family> {
        match (self, archive::family(path)) {
            (Self::None, _) => None,
            (Self::Indexed, family) => family.filter(|family| *family == Family::Indexed),
            (Self::All, family) => family,
        }
    }
}

/// Who reads files, and what it may cost.
#[derive(Clone, Copy)]
pub(crate) struct Readers<'a> {
    pub(crate) analyzers: &'a [&'static Analyzer],
    pub(crate) matcher: &'a Matcher,
    pub(crate) budget: &'a Budget,
    pub(crate) archives: Archives,
}

impl<'a> Readers<'a> {
    /// The analyzers at these positions, and how many of a file's first bytes each wants.
    pub(crate) fn these(self, wanted: &[Wanted]) -> impl Iterator<Item = (&'a Analyzer, u64)> {
        wanted.iter().filter_map(move |wanted| Some((*self.analyzers.get(usize::from(wanted.index))?, wanted.bytes)))
    }
}

/// Opens the archive at `path`, which lies in the layer itself.
pub(crate) fn unfold(
    readers: Readers<'_>,
    path: &ImagePath,
    family: Family,
    content: &[u8],
    learned: &mut Learned<'_>,
) {
    if content.is_empty() {
        return;
    }
    let container = ImagePath::default();
    let mut unfold =
        Unfold { readers, learned, outer: path, container, depth: 0, packed: false, wanted: Vec::new(), told: 0 };
    unfold.open(path.clone(), family, content, &Costs::new(readers.budget));
}

/// A walk through an archive and the archives in it.
struct Unfold<'u, 'a> {
    readers: Readers<'u>,
    learned: &'u mut Learned<'a>,
    /// The file in the layer.
    outer: &'u ImagePath,
    /// The archive whose entries are met.
    container: ImagePath,
    depth: u32,
    /// Whether somebody has to unpack the archive before anything in it can be used.
    packed: bool,
    wanted: Vec<Wanted>,
    /// Gaps so far.
    told: usize,
}

impl Unfold<'_, '_> {
    /// What one file that is read costs besides its bytes.
    const FILE: u64 = 8 << 10;
    /// What analyzers may unfold of one file in an archive: so many times its size, and this.
    const GROWTH: u64 = 4;
    const FREE: u64 = 64 << 10;
    /// More gaps of one file than this are not told one by one.
    const TOLD: usize = 100;

    fn open(&mut self, path: ImagePath, family: Family, content: &[u8], costs: &Costs<'_>) {
        let name = path.name();
        let stem = &name[..name.len() - path.extension().map_or(0, |extension| extension.len() + 1)];
        let inner = stem.to_vec();
        let before = (std::mem::replace(&mut self.container, path), self.packed);
        self.packed |= family != Family::Indexed;
        self.depth += 1;
        let was_spent = costs.are_spent();
        let outcome = archive::open(content, &inner, costs, self);
        self.depth -= 1;
        let path = std::mem::replace(&mut self.container, before.0);
        self.packed = before.1;
        if let Err(why) = outcome {
            // When all is spent, the innermost archive has said so.
            let is_told = was_spent || costs.are_spent() && self.told > 0;
            if !is_told {
                self.tell(path, why);
            }
        }
    }

    fn tell(&mut self, path: ImagePath, why: Unreadable) {
        self.told += 1;
        let (path, kind, detail) = match self.told {
            0..Self::TOLD => (path, why.kind, why.detail),
            Self::TOLD => {
                let detail = "more of what is in this archive could not be read than is told here";
                (self.outer.clone(), GapKind::LimitHit, detail.to_owned())
            }
            _ => return,
        };
        let gap = Gap { place: Place { layer: None, path }, by: LAYER, kind, detail };
        self.learned.gap_inside(self.outer, gap);
    }

    /// The path of an entry, unless it is longer than paths may be.
    fn place(&self, entry: &ImagePath) -> Option<ImagePath> {
        let length = self.container.as_bytes().len() + entry.as_bytes().len() + 2;
        (length <= self.readers.budget.path_bytes).then(|| self.container.nested(entry.as_bytes()))
    }

    /// Whether an archive in the archive is to be opened as well. One that lies too deep is told.
    fn opens(&mut self, path: &ImagePath) -> Option<Family> {
        let family = self.readers.archives.opens(path)?;
        if self.depth <= self.readers.budget.nesting {
            return Some(family);
        }
        let detail = format!(
            "an archive more than {} archives deep; raise --max-nesting to see what is in it",
            self.readers.budget.nesting
        );
        self.tell(path.clone(), Unreadable::limit(detail));
        None
    }
}

impl Visitor for Unfold<'_, '_> {
    fn enter(&mut self, entry: &archive::Entry<'_>) -> Interest {
        let Some(path) = self.place(entry.path) else {
            let detail = format!(
                "names in this archive are longer than {} bytes, more than Linux can open; they are left out",
                self.readers.budget.path_bytes
            );
            self.tell(self.container.clone(), Unreadable::limit(detail));
            return Interest::None;
        };
        self.readers.matcher.by_path(&path, &mut self.wanted);
        if !self.wanted.is_empty() || self.opens(&path).is_some() {
            Interest::Whole
        } else if self.readers.archives == Archives::All && self.readers.matcher.wants_head(&path) {
            Interest::Head
        } else {
            Interest::None
        }
    }

    fn head(&mut self, entry: &archive::Entry<'_>, head: &[u8]) -> bool {
        let Some(path) = self.place(entry.path) else { return false };
        self.readers.matcher.by_head(&path, &entry.meta, head, &mut self.wanted);
        !self.wanted.is_empty()
    }

    fn content(&mut self, entry: &archive::Entry<'_>, content: &[u8], costs: &Costs<'_>) -> ControlFlow<()> {
        let Some(path) = self.place(entry.path) else { return ControlFlow::Continue(()) };
        self.readers.matcher.by_head(&path, &entry.meta, content, &mut self.wanted);
        let wanted = std::mem::take(&mut self.wanted);
        if !wanted.is_empty() {
            if let Err(why) = costs.spend(Self::FILE) {
                self.tell(path, why);
                return ControlFlow::Break(());
            }
            let most = (content.len() as u64).saturating_mul(Self::GROWTH).saturating_add(Self::FREE);
            let budget = Budget {
                nested_bytes: most.min(costs.left()),
                file_bytes: costs.room(),
                nesting: self.readers.budget.nesting.saturating_sub(self.depth),
                ..self.readers.budget.clone()
            };
            let file = File { path: &path, meta: entry.meta, content, budget: &budget };
            self.learned.analyze_inside(self.outer, self.packed, &file, self.readers.these(&wanted));
        }
        self.wanted = wanted;
        if !content.is_empty()
            && let Some(family) =
                self.readers.archives.opens(&path).filter(|_| self.depth <= self.readers.budget.nesting)
        {
            self.open(path, family, content, costs);
        }
        if self.learned.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn gap(&mut self, path: &ImagePath, why: Unreadable) {
        let path = self.place(path).unwrap_or_else(|| self.container.clone());
        self.tell(path, why);
    }
}

#[cfg(test)]
mod tests {
    use archive::testing::{Writer, ar, cpio, gzip, rpm, tar, xz, zstd};
    use model::{Distro, Key, Package, PackageKind, What};

    use super::*;
    use crate::learned::Allowance;

    /// `list` files name a package on each line; `.lib` files are archives to their analyzer, and `os` names a distribution.
    static LIST: Analyzer = Analyzer {
        name: "list",
        version: 1,
        files: &[Key::Name("list").any(), Key::Extension("lib").any()],
        analyze: |file, facts| {
            assert!(!file.content.starts_with(b"!"), "this analyzer has a fault");
            let names = String::from_utf8_lossy(file.content);
            names.lines().for_each(|name| facts.package(Package::new(PackageKind::Npm, name, "1")));
            Ok(())
        },
    };
    static OS: Analyzer = Analyzer {
        name: "os",
        version: 1,
        files: &[Key::Name("os").any()],
        analyze: |_, facts| {
            facts.distro(Distro::default());
            Ok(())
        },
    };
    static HEAD: Analyzer = Analyzer {
        name: "head",
        version: 1,
        files: &[Key::Head(|_, head| head.starts_with(b"\x7fELF")).any()],
        analyze: |_, facts| {
            facts.package(Package::new(PackageKind::Generic, "program", "1"));
            Ok(())
        },
    };

    /// What is found in the archive, a line for each fact (`path name`, and whether it is only declared), by name, and for
    /// each gap.
    fn read(archives: Archives, budget: &Budget, path: &str, content: &[u8]) -> Vec<String> {
        let analyzers = [&LIST, &OS, &HEAD];
        let (matcher, allowance) = (Matcher::new(&analyzers), Allowance::new(1 << 20));
        let readers = Readers { analyzers: &analyzers, matcher: &matcher, budget, archives };
        let mut learned = Learned::new(&allowance);
        let path = ImagePath::from(path);
        if let Some(family) = archives.opens(&path) {
            unfold(readers, &path, family, content, &mut learned);
        }
        let (facts, gaps) = learned.into_parts();
        let fact = |fact: &model::Fact| {
            let What::Package(package) = &fact.what else { return format!("{:?}", fact.what) };
            let declared = if package.presence == model::Presence::Installed { "" } else { " (declared)" };
            format!("{} {}{declared}", fact.place.path, package.name)
        };
        let gaps = gaps.iter().map(|gap| format!("{}: {}", gap.place.path, gap.kind.name()));
        facts.iter().map(fact).chain(gaps).collect()
    }

    fn check(archives: Archives, path: &str, content: impl AsRef<[u8]>, expected: &[&str]) {
        assert_eq!(read(archives, &Budget::default(), path, content.as_ref()), expected, "{path}");
    }

    fn all(path: &str, content: impl AsRef<[u8]>, expected: &[&str]) {
        check(Archives::All, path, content, expected);
    }

    #[test]
    fn zips_are_opened_unless_told_otherwise_and_tars_when_asked_for() {
        let zip = Writer::default().deflate("a/list", b"x\ny").store("b", b"").finish();
        check(Archives::Indexed, "srv/a.zip", &zip, &["srv/a.zip!/a/list x", "srv/a.zip!/a/list y"]);
        check(Archives::None, "srv/a.zip", &zip, &[]);
        let tar = gzip(&tar(&[("a/list", "x")]));
        check(Archives::Indexed, "srv/a.tar.gz", &tar, &[]);
        all("srv/a.tar.gz", &tar, &["srv/a.tar.gz!/a/list x (declared)"]);
    }

    #[test]
    fn paths_are_nested_at_any_depth() {
        let zip = Writer::default().store("list", b"z").finish();
        let inner = tar(&[("in/list", b"x".as_slice()), ("b.zip", &zip)]);
        let outer = Writer::default().deflate("in/a.tar.xz", &xz(&inner)).store("list", b"y");
        all(
            "o.zip",
            outer.finish(),
            &[
                "o.zip!/in/a.tar.xz!/in/list x (declared)",
                "o.zip!/list y",
                "o.zip!/in/a.tar.xz!/b.zip!/list z (declared)",
            ],
        );
    }

    #[test]
    fn packages_hold_what_they_would_install() {
        let data = tar(&[("./usr/share/list", "x")]);
        let deb = ar(&[("debian-binary", b"2.0\n".as_slice()), ("data.tar.zst", &zstd(&data))]);
        all("a.deb", &deb, &["a.deb!/data.tar.zst!/usr/share/list x (declared)"]);
        check(Archives::Indexed, "a.deb", &deb, &[]);
        let files = cpio(&[("./usr/share/list", "x")]);
        all("a.rpm", rpm(&[0; 8], &gzip(&files)), &["a.rpm!/usr/share/list x (declared)"]);
        all("a-1-1-any.pkg.tar.xz", xz(&data), &["a-1-1-any.pkg.tar.xz!/usr/share/list x (declared)"]);
    }

    #[test]
    fn one_compressed_file_has_the_name_without_the_ending() {
        all("etc/list.gz", gzip(b"x"), &["etc/list.gz!/list x (declared)"]);
        all("etc/other.gz", gzip(b"x"), &[]);
    }

    #[test]
    fn only_packages_count_in_archives() {
        all("a.tar", tar(&[("os", "x")]), &[]);
    }

    #[test]
    fn programs_are_looked_for_where_all_is_unpacked_anyway() {
        let zip = Writer::default().store("bin/a", b"\x7fELF").finish();
        check(Archives::Indexed, "a.zip", &zip, &[]);
        all("a.zip", &zip, &["a.zip!/bin/a program"]);
        all("a.tar", tar(&[("bin/a", "\x7fELF"), ("b", "x")]), &["a.tar!/bin/a program (declared)"]);
    }

    #[test]
    fn what_cannot_be_opened_is_told_with_its_place_and_reason() {
        let zip = Writer::default().add("list", 1, 0, 1, b"x").add("other", 1, 0, 1, b"x").store("a/list", b"!");
        check(Archives::Indexed, "a.zip", zip.finish(), &["a.zip!/a/list: internal", "a.zip!/list: encrypted"]);
        check(Archives::Indexed, "a.zip", b"no archive", &["a.zip: unsupported"]);
        check(Archives::Indexed, "a.zip", b"", &[]);
        all(
            "o.tar",
            tar(&[("a.tgz", "no archive"), ("list", "x")]),
            &["o.tar!/list x (declared)", "o.tar!/a.tgz: unsupported"],
        );
    }

    #[test]
    fn depth_ends() {
        let mut archive = tar(&[("list", "x")]);
        for _ in 0..4 {
            archive = tar(&[("a.tar", archive), ("list", b"y".to_vec())]);
        }
        let budget = Budget { nesting: 2, ..Budget::default() };
        let expected = [
            "a.tar!/a.tar!/a.tar!/list y (declared)",
            "a.tar!/a.tar!/list y (declared)",
            "a.tar!/list y (declared)",
            "a.tar!/a.tar!/a.tar!/a.tar: limit-hit",
        ];
        assert_eq!(read(Archives::All, &budget, "a.tar", &archive), expected);
    }

    #[test]
    fn bombs_end_with_one_gap() {
        let budget = Budget { nested_bytes: 1 << 20, ..Budget::default() };
        let bomb = Writer::default().deflate("list", &vec![b'\n'; 4 << 20]).finish();
        let outer = (0..50).fold(Writer::default(), |outer, index| outer.store(&format!("{index}.zip"), &bomb));
        assert_eq!(read(Archives::Indexed, &budget, "o.zip", &outer.finish()), ["o.zip!/0.zip: limit-hit"]);
        assert_eq!(read(Archives::All, &budget, "list.gz", &gzip(&vec![0; 4 << 20])), ["list.gz: limit-hit"]);
    }

    #[test]
    fn many_small_files_are_paid_for() {
        let budget = Budget { nested_bytes: 1 << 20, ..Budget::default() };
        let many = (0..1000).fold(Writer::default(), |archive, index| archive.store(&format!("{index}/list"), b"x"));
        let lines = read(Archives::Indexed, &budget, "a.zip", &many.finish());
        assert!((100..130).contains(&lines.len()), "{}", lines.len());
        assert_eq!(lines.iter().filter(|line| line.ends_with("limit-hit")).count(), 1);
    }

    #[test]
    fn many_gaps_are_few() {
        let many =
            (0..1000).fold(Writer::default(), |archive, index| archive.add(&format!("{index}/list"), 1, 0, 1, b"x"));
        assert_eq!(read(Archives::Indexed, &Budget::default(), "a.zip", &many.finish()).len(), 100);
    }

    #[test]
    fn long_names_are_left_out() {
        let budget = Budget { path_bytes: 20, ..Budget::default() };
        let zip = Writer::default().store(&format!("{}/list", "x".repeat(30)), b"x").store("a/list", b"y").finish();
        assert_eq!(read(Archives::Indexed, &budget, "a.zip", &zip), ["a.zip!/a/list y", "a.zip: limit-hit"]);
    }

    #[test]
    fn names_that_climb_stay_in_the_archive() {
        all("a.tar", tar(&[("../../etc/list", "x")]), &["a.tar!/etc/list x (declared)"]);
    }
}
