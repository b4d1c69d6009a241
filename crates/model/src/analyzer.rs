//! The shapes of the two stages that others fill in: analyzers (bytes to facts) and detectors (facts to findings).

use crate::{
    AnalyzerId, Budget, Configuration, Distro, Executable, Fact, Finding, Gap, GapKind, ImageConfig, ImagePath,
    Inventory, LicenseText, Ownership, Package, Place, Secret, What,
};

/// One kind of file that we can read: which paths, and what they say. A row of a table, with a function.
#[derive(Clone, Copy)]
pub struct Analyzer {
    /// A short stable name: `dpkg`, `go-binary`.
    pub name: &'static str,
    /// Raised when the same bytes give other facts than before; cached facts of older versions are then forgotten.
    pub version: u32,
    /// The files it wants.
    pub files: &'static [Pattern],
    /// Reads one file. Pure: the facts depend on nothing but the file.
    pub analyze: fn(&File<'_>, &mut Facts) -> Result<(), Unreadable>,
}

impl Analyzer {
    /// The name as an id.
    pub const fn id(&self) -> AnalyzerId {
        AnalyzerId::new(self.name)
    }

    /// Whether one of its patterns accepts the file: [`Pattern::accepts`].
    pub fn wants(&self, path: &ImagePath, opened: Option<(&Meta, &[u8])>) -> bool {
        self.files.iter().any(|pattern| pattern.accepts(path, opened))
    }
}

/// Which files an analyzer wants. The key makes finding candidates cheap over millions of paths, the filter is exact.
#[derive(Clone, Copy)]
pub struct Pattern {
    /// What the path must look like.
    pub key: Key,
    /// A further condition on the path.
    pub filter: Option<fn(&ImagePath) -> bool>,
    /// How many of the file's first bytes the analyzer has to see; [`Self::ALL`] for the whole file. One that asks for less
    /// sees that much of files of any size, where a file that is wanted whole and too large for the budget is a gap.
    pub bytes: u64,
}

impl Pattern {
    /// More bytes than any file has.
    pub const ALL: u64 = u64::MAX;

    /// This pattern for an analyzer that looks at a file's first bytes only.
    #[must_use]
    pub const fn first(self, bytes: u64) -> Self {
        Self { bytes, ..self }
    }

    /// Whether this is a file that the analyzer wants. `opened` is what is known besides the path: the meta data, and
    /// the content or at least its first [`Key::HEAD_BYTES`]. Without it a [`Key::Head`] accepts nothing.
    ///
    /// Defines what a [`Key`] means: tables that find candidates faster have to come to the same answer.
    pub fn accepts(&self, path: &ImagePath, opened: Option<(&Meta, &[u8])>) -> bool {
        let key = match self.key {
            Key::Path(exact) => path.as_bytes() == exact.as_bytes(),
            Key::Ends(suffix) | Key::Name(suffix) => path.ends_with(suffix.as_bytes()),
            Key::Extension(wanted) => {
                path.extension().is_some_and(|found| found.eq_ignore_ascii_case(wanted.as_bytes()))
            }
            Key::In(folder) => lies_in(path, folder),
            Key::Folder(_) => false,
            // Asked before the filter: nearly all files fail at their first four bytes.
            Key::Head(accepts) => {
                opened.is_some_and(|(meta, content)| accepts(meta, &content[..content.len().min(Key::HEAD_BYTES)]))
            }
        };
        key && self.filter.is_none_or(|filter| filter(path))
    }

    /// Whether this is a folder that the analyzer wants.
    pub fn accepts_folder(&self, path: &ImagePath) -> bool {
        matches!(self.key, Key::Folder(above) if lies_in(path, above)) && self.filter.is_none_or(|filter| filter(path))
    }
}

/// Whether the path lies directly in `folder`, given by whole components.
fn lies_in(path: &ImagePath, folder: &str) -> bool {
    path.parent().strip_suffix(folder.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.ends_with(b"/"))
}

/// What a wanted path looks like. [`Pattern::accepts`] says it exactly.
#[derive(Clone, Copy, Debug)]
pub enum Key {
    /// Exactly this path: `etc/os-release`.
    Path(&'static str),
    /// This path anywhere, by whole components: `lib/dpkg/status`.
    Ends(&'static str),
    /// This file name anywhere: `package-lock.json`.
    Name(&'static str),
    /// This extension, in any case, without the dot: `jar`.
    Extension(&'static str),
    /// Any file directly in this folder anywhere, given by whole components: `status.d`, `lib/dpkg/status.d`.
    In(&'static str),
    /// A folder directly in this one anywhere, and no file: `nix/store`. Its content is empty.
    Folder(&'static str),
    /// A regular file whose first [`Key::HEAD_BYTES`] bytes (or all, when it is smaller) the function accepts.
    Head(fn(&Meta, &[u8]) -> bool),
}

impl Key {
    /// How many bytes a [`Key::Head`] function gets to see.
    pub const HEAD_BYTES: usize = 8192;

    /// This key without a further filter.
    pub const fn any(self) -> Pattern {
        Pattern { key: self, filter: None, bytes: Pattern::ALL }
    }

    /// This key where `filter` agrees as well.
    pub const fn when(self, filter: fn(&ImagePath) -> bool) -> Pattern {
        Pattern { key: self, filter: Some(filter), bytes: Pattern::ALL }
    }
}

/// What is known of a file before its content is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Meta {
    /// Bytes of content.
    pub size: u64,
    /// Permission bits, as in `st_mode & 0o7777`.
    pub mode: u32,
}

impl Meta {
    /// Whether anybody may execute it.
    pub fn is_executable(&self) -> bool {
        self.mode & 0o111 != 0
    }
}

/// A file that an analyzer wanted. The content is lent: nobody reads it twice.
#[derive(Clone, Copy)]
pub struct File<'a> {
    /// Where it is.
    pub path: &'a ImagePath,
    /// What is known of it.
    pub meta: Meta,
    /// Its bytes: all, or the first ones where the analyzer asked for no more ([`Pattern::first`]) and there are more.
    pub content: &'a [u8],
    /// What it may cost.
    pub budget: &'a Budget,
}

impl File<'_> {
    /// Whether the content is all that there is.
    pub fn is_whole(&self) -> bool {
        self.content.len() as u64 >= self.meta.size
    }
}

/// Why a file could not be read as what its path promises.
#[derive(Debug, thiserror::Error)]
#[error("{detail}")]
pub struct Unreadable {
    /// Which kind of obstacle.
    pub kind: GapKind,
    /// What is wrong with the bytes, and where.
    pub detail: String,
}

impl Unreadable {
    /// The bytes break the rules of their format.
    pub fn corrupt(detail: impl Into<String>) -> Self {
        Self { kind: GapKind::Corrupt, detail: detail.into() }
    }

    /// A format, or a version of one, that we do not read.
    pub fn unsupported(detail: impl Into<String>) -> Self {
        Self { kind: GapKind::Unsupported, detail: detail.into() }
    }

    /// Reading on would cost more than the budget allows.
    pub fn limit(detail: impl Into<String>) -> Self {
        Self { kind: GapKind::LimitHit, detail: detail.into() }
    }
}

/// Where an analyzer puts what one file says.
pub struct Facts {
    by: AnalyzerId,
    path: ImagePath,
    /// Entries and bytes that still fit.
    room: usize,
    room_bytes: usize,
    read: Vec<Fact>,
    gaps: Vec<Gap>,
}

impl Facts {
    /// An empty sheet for the file at `path`, with as much room as the budget has.
    pub fn new(by: AnalyzerId, path: ImagePath, budget: &Budget) -> Self {
        Self { by, path, room: budget.facts, room_bytes: budget.learned_bytes, read: Vec::new(), gaps: Vec::new() }
    }

    /// The file contains, or lists, this package.
    pub fn package(&mut self, package: Package) {
        self.push(What::Package(package), None);
    }

    /// As [`Self::package`], seen at `path`: an archive inside the file, or another file that this one speaks of.
    pub fn package_at(&mut self, path: ImagePath, package: Package) {
        self.push(What::Package(package), Some(path));
    }

    /// The file says that this is the distribution.
    pub fn distro(&mut self, distro: Distro) {
        self.push(What::Distro(distro), None);
    }

    /// The file says that an installed package brought these files.
    pub fn owns(&mut self, ownership: Ownership) {
        if !ownership.files.is_empty() {
            self.push(What::Owns(ownership), None);
        }
    }

    /// The file is a program.
    pub fn executable(&mut self, executable: Executable) {
        self.push(What::Executable(executable), None);
    }

    /// The file declares the licences of what it was brought with.
    pub fn licenses(&mut self, licenses: Vec<String>) {
        if !licenses.is_empty() {
            self.push(What::Licenses(licenses), None);
        }
    }

    /// The file is configuration in this language.
    pub fn configuration(&mut self, language: &str, content: &[u8]) {
        let (language, content) = (language.to_owned(), content.to_vec());
        self.push(What::Configuration(Configuration { language, content }), None);
    }

    /// The file holds this secret.
    pub fn secret(&mut self, secret: Secret) {
        self.push(What::Secret(secret), None);
    }

    /// The file was recognized by a licence.
    pub fn license_text(&mut self, text: LicenseText) {
        self.push(What::LicenseText(text), None);
    }

    /// A part of the file could not be read; the rest could.
    pub fn gap(&mut self, why: Unreadable) {
        self.gap_at(self.path.clone(), why);
    }

    /// As [`Self::gap`], for an archive inside the file.
    pub fn gap_at(&mut self, path: ImagePath, why: Unreadable) {
        let gap = Gap { place: Place { layer: None, path }, by: self.by.clone(), kind: why.kind, detail: why.detail };
        if self.take_room(gap.bytes()) {
            self.gaps.push(gap);
        }
    }

    /// What has been written down.
    pub fn into_parts(self) -> (Vec<Fact>, Vec<Gap>) {
        (self.read, self.gaps)
    }

    fn push(&mut self, what: What, path: Option<ImagePath>) {
        if self.room == 0 {
            return;
        }
        let path = path.unwrap_or_else(|| self.path.clone());
        let fact = Fact { what, place: Place { layer: None, path }, by: self.by.clone() };
        if self.take_room(fact.bytes()) {
            self.read.push(fact);
        }
    }

    /// One entry's worth of the budget. The last one is spent on the gap that says that there was more.
    fn take_room(&mut self, bytes: usize) -> bool {
        let (room, room_bytes) = match (self.room, self.room_bytes.checked_sub(bytes)) {
            (0, _) => return false,
            (1, _) | (_, None) => {
                self.gaps.push(Gap {
                    place: Place { layer: None, path: self.path.clone() },
                    by: self.by.clone(),
                    kind: GapKind::LimitHit,
                    detail: "the file lists more than the budget allows; the rest is left out".into(),
                });
                (0, 0)
            }
            (room, Some(room_bytes)) => (room - 1, room_bytes),
        };
        (self.room, self.room_bytes) = (room, room_bytes);
        room > 0
    }
}

/// Judges an inventory with today's knowledge. Reads no image.
pub trait Detector: Send + Sync {
    /// A short stable name: `advisories`.
    fn id(&self) -> AnalyzerId;

    /// Adds what is wrong to `findings`, and what could not be judged to `gaps`. `config` is how the image is run, which
    /// decides how urgent a finding is.
    fn detect(&self, config: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PackageKind;

    /// Asks about each path alone, and compares those that are accepted.
    fn check_accepts(pattern: Pattern, paths: &[&str], expected: &[&str]) {
        let accepted: Vec<_> =
            paths.iter().copied().filter(|path| pattern.accepts(&ImagePath::from(*path), None)).collect();
        assert_eq!(accepted, expected, "{:?}", pattern.key);
    }

    #[test]
    fn a_path_is_the_whole_path() {
        check_accepts(
            Key::Path("etc/os-release").any(),
            &["etc/os-release", "opt/etc/os-release", "etc/os-release/x", "etc/OS-RELEASE", "os-release"],
            &["etc/os-release"],
        );
    }

    #[test]
    fn an_end_and_a_name_are_whole_components() {
        check_accepts(
            Key::Ends("dpkg/status").any(),
            &["dpkg/status", "var/lib/dpkg/status", "var/lib/mydpkg/status", "dpkg/status/x", "status"],
            &["dpkg/status", "var/lib/dpkg/status"],
        );
        check_accepts(
            Key::Name("go.mod").any(),
            &["go.mod", "srv/go.mod", "a.zip!/go.mod", "srv/cargo.mod", "go.mod/x", "srv/GO.MOD"],
            &["go.mod", "srv/go.mod", "a.zip!/go.mod"],
        );
    }

    #[test]
    fn an_extension_follows_the_last_dot_in_any_case() {
        check_accepts(
            Key::Extension("jar").any(),
            &["a.jar", "opt/a.b.JaR", "opt/.jar", "opt/jar", "a.jar/x", "a.jars", "a.xjar", "a.jar.x"],
            &["a.jar", "opt/a.b.JaR"],
        );
    }

    #[test]
    fn in_means_directly_in_one_folder_or_in_the_last_of_several() {
        check_accepts(
            Key::In("status.d").any(),
            &["status.d/a", "var/lib/dpkg/status.d/a", "status.d/x/a", "mystatus.d/a", "x/status.d", "status.d"],
            &["status.d/a", "var/lib/dpkg/status.d/a"],
        );
        check_accepts(
            Key::In("lib/dpkg/status.d").any(),
            &[
                "lib/dpkg/status.d/a",
                "var/lib/dpkg/status.d/a",
                "var/mylib/dpkg/status.d/a",
                "var/lib/dpkg/status.d/x/a",
                "var/dpkg/status.d/a",
                "status.d/a",
                "var/lib/dpkg/status.d",
            ],
            &["lib/dpkg/status.d/a", "var/lib/dpkg/status.d/a"],
        );
    }

    #[test]
    fn folders_are_told_from_files() {
        let pattern = Key::Folder("nix/store").when(|path| path.name() != b".links");
        check_accepts(pattern, &["nix/store/a"], &[]);
        let accepted =
            ["nix/store/a", "srv/nix/store/a", "nix/store", "nix/store/a/b", "unix/store/a", "nix/store/.links"]
                .map(|path| pattern.accepts_folder(&path.into()));
        assert_eq!(accepted, [true, true, false, false, false, false]);
        assert!(!Key::In("nix/store").any().accepts_folder(&"nix/store/a".into()));
    }

    #[test]
    fn a_head_is_the_meta_data_and_the_first_bytes() {
        let program = Key::Head(|meta, head| meta.is_executable() && head.starts_with(b"!")).any();
        let path = ImagePath::from("bin/a");
        let [executable, data] = [0o755, 0o644].map(|mode| Meta { size: 2, mode });
        assert!(program.accepts(&path, Some((&executable, b"!a"))));
        assert!(!program.accepts(&path, Some((&executable, b"a!"))));
        assert!(!program.accepts(&path, Some((&data, b"!a"))));
        assert!(!program.accepts(&path, None), "nobody has looked at the content");

        let sees = |content: &[u8], accepts| Key::Head(accepts).any().accepts(&path, Some((&executable, content)));
        assert!(sees(&[0; Key::HEAD_BYTES + 1], |_, head| head.len() == 8192));
        assert!(sees(b"", |_, head| head.is_empty()));
    }

    #[test]
    fn a_filter_has_to_agree_with_every_kind_of_key() {
        let opened = Some((&Meta::default(), b"".as_slice()));
        for key in [
            Key::Path("etc/a.x"),
            Key::Ends("etc/a.x"),
            Key::Name("a.x"),
            Key::Extension("x"),
            Key::In("etc"),
            Key::Head(|_, _| true),
        ] {
            let path = ImagePath::from("etc/a.x");
            assert!(key.when(|path| path.name() == b"a.x").accepts(&path, opened), "{key:?}");
            assert!(!key.when(|path| path.name() != b"a.x").accepts(&path, opened), "{key:?}");
        }
        check_accepts(Key::Name("a").when(|_| true), &["a", "b"], &["a"]);
    }

    #[test]
    fn a_file_that_lists_too_much_becomes_a_gap_and_keeps_what_fits() {
        let budget = Budget { facts: 3, ..Budget::default() };
        let mut facts = Facts::new(AnalyzerId::new("test"), "list".into(), &budget);
        for index in 0..10 {
            facts.package(Package::new(PackageKind::Npm, format!("p{index}"), "1.0.0"));
        }
        let (facts, gaps) = facts.into_parts();
        assert_eq!(facts.len(), 2);
        assert_eq!(gaps.len(), 1);
        assert_eq!(gaps[0].kind, GapKind::LimitHit);
    }

    #[test]
    fn long_names_fill_the_room_sooner() {
        let budget = Budget { learned_bytes: 10_000, ..Budget::default() };
        let mut facts = Facts::new(AnalyzerId::new("test"), "list".into(), &budget);
        for letter in ["a", "b", "c"] {
            facts.package(Package::new(PackageKind::Npm, letter.repeat(4_000), "1.0.0"));
        }
        facts.package(Package::new(PackageKind::Npm, "d", "1.0.0"));
        let (facts, gaps) = facts.into_parts();
        assert_eq!((facts.len(), gaps.len()), (2, 1));
    }
}
