//! Which analyzers want a file, decided in a few table look-ups per path, however many analyzers there are.

use std::collections::HashMap;

use foldhash::fast::FixedState;
use model::{Analyzer, ImagePath, Key, Meta, Pattern};

/// An analyzer's position in the list that the matcher was made from.
pub(crate) type Index = u16;

/// An analyzer that wants a file, and how many of its first bytes ([`Pattern::bytes`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Wanted {
    pub(crate) index: Index,
    pub(crate) bytes: u64,
}

/// Patterns by a part of the path. The hash is fast and the same in every process: keys are ours, so that no image can make
/// them meet, and what it looks up costs what the fullest bucket does.
type Table = HashMap<&'static [u8], Vec<(Index, Pattern)>, FixedState>;

/// The analyzers' patterns, sorted by what is cheap to ask of a path.
#[derive(Default)]
pub(crate) struct Matcher {
    by_name: Table,
    by_parent: Table,
    by_extension: Table,
    heads: Vec<(Index, Pattern)>,
    folders: Vec<(Index, Pattern)>,
}

/// Longer extensions than this are none.
const EXTENSION_BYTES: usize = 16;

impl Matcher {
    pub(crate) fn new(analyzers: &[&'static Analyzer]) -> Self {
        let mut matcher = Self::default();
        for (index, analyzer) in analyzers.iter().enumerate() {
            let index = Index::try_from(index).unwrap_or(Index::MAX);
            for pattern in analyzer.files {
                matcher.add(index, *pattern);
            }
        }
        matcher
    }

    fn add(&mut self, index: Index, pattern: Pattern) {
        let name = |path: &'static str| path.rsplit('/').next().unwrap_or(path).as_bytes();
        let (table, key) = match pattern.key {
            Key::Path(path) | Key::Ends(path) | Key::Name(path) => (&mut self.by_name, name(path)),
            Key::In(folder) => (&mut self.by_parent, name(folder)),
            Key::Extension(extension) => (&mut self.by_extension, extension.as_bytes()),
            Key::Head(_) => return self.heads.push((index, pattern)),
            Key::Folder(_) => return self.folders.push((index, pattern)),
        };
        table.entry(key).or_default().push((index, pattern));
    }

    /// Puts the analyzers that want the file at `path`, whatever its content, into `wanted`.
    pub(crate) fn by_path(&self, path: &ImagePath, wanted: &mut Vec<Wanted>) {
        wanted.clear();
        let mut consider = |rows: Option<&Vec<(Index, Pattern)>>| {
            for (index, pattern) in rows.into_iter().flatten() {
                if is_news(wanted, *index, pattern) && pattern.accepts(path, None) {
                    want(wanted, *index, pattern);
                }
            }
        };
        let (parents, name) = split_last(path.as_bytes(), b'/').unwrap_or((b"", path.as_bytes()));
        consider(self.by_name.get(name));
        consider(self.by_parent.get(split_last(parents, b'/').map_or(parents, |(_, parent)| parent)));
        let extension = split_last(name, b'.').filter(|(stem, _)| !stem.is_empty()).map(|(_, extension)| extension);
        if let Some(extension) = extension.filter(|extension| extension.len() <= EXTENSION_BYTES) {
            let mut lower = [0; EXTENSION_BYTES];
            let lower = &mut lower[..extension.len()];
            lower.copy_from_slice(extension);
            lower.make_ascii_lowercase();
            consider(self.by_extension.get(&*lower));
        }
    }

    /// Puts the analyzers that want the folder at `path` into `wanted`.
    pub(crate) fn folder(&self, path: &ImagePath, wanted: &mut Vec<Wanted>) {
        wanted.clear();
        for (index, pattern) in self.folders.iter().filter(|(_, pattern)| pattern.accepts_folder(path)) {
            want(wanted, *index, pattern);
        }
    }

    /// Whether anybody may want the file after a look at its first bytes.
    pub(crate) fn wants_head(&self, path: &ImagePath) -> bool {
        self.heads.iter().any(|(_, pattern)| pattern.filter.is_none_or(|filter| filter(path)))
    }

    /// Adds the analyzers that want a file with these first bytes.
    pub(crate) fn by_head(&self, path: &ImagePath, meta: &Meta, head: &[u8], wanted: &mut Vec<Wanted>) {
        for (index, pattern) in &self.heads {
            if is_news(wanted, *index, pattern) && pattern.accepts(path, Some((meta, head))) {
                want(wanted, *index, pattern);
            }
        }
    }
}

/// What is before the last `mark`, and what is behind it.
fn split_last(text: &[u8], mark: u8) -> Option<(&[u8], &[u8])> {
    let at = text.iter().rposition(|&byte| byte == mark)?;
    Some((&text[..at], &text[at + 1..]))
}

/// Whether it would matter that the pattern accepts the file.
fn is_news(wanted: &[Wanted], index: Index, pattern: &Pattern) -> bool {
    wanted.iter().all(|known| known.index != index || known.bytes < pattern.bytes)
}

fn want(wanted: &mut Vec<Wanted>, index: Index, pattern: &Pattern) {
    match wanted.iter_mut().find(|known| known.index == index) {
        Some(known) => known.bytes = pattern.bytes,
        None => wanted.push(Wanted { index, bytes: pattern.bytes }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static ANALYZERS: &[Analyzer] = &[
        analyzer("path", &[Key::Path("etc/os-release").any()]),
        analyzer("ends", &[Key::Ends("lib/dpkg/status").any()]),
        analyzer("in", &[Key::In("lib/dpkg/status.d").when(|path| path.extension() != Some(b"md5sums"))]),
        analyzer("extension", &[Key::Extension("jar").any(), Key::Name("x.jar").any()]),
        analyzer("folder", &[Key::Folder("nix/store").any()]),
    ];

    const fn analyzer(name: &'static str, files: &'static [Pattern]) -> Analyzer {
        Analyzer { name, version: 1, files, analyze: |_, _| Ok(()) }
    }

    fn check(path: &str, expected: &[&str]) {
        let analyzers: Vec<_> = ANALYZERS.iter().collect();
        let mut wanted = Vec::new();
        Matcher::new(&analyzers).by_path(&path.into(), &mut wanted);
        let names: Vec<_> = wanted.iter().map(|wanted| analyzers[usize::from(wanted.index)].name).collect();
        assert_eq!(names, expected, "{path}");
        // The tables must lose nobody.
        let accepts = |analyzer: &&Analyzer| analyzer.wants(&path.into(), None);
        let names: Vec<_> = ANALYZERS.iter().filter(accepts).map(|analyzer| analyzer.name).collect();
        assert_eq!(names, expected, "{path}, without the tables");
    }

    #[test]
    fn patterns_match_whole_components() {
        check("etc/os-release", &["path"]);
        check("opt/etc/os-release", &[]);
        check("var/lib/dpkg/status", &["ends"]);
        check("mylib/dpkg/status", &[]);
        check("var/lib/dpkg/status.d/base", &["in"]);
        check("var/lib/dpkg/status.d/base.md5sums", &[]);
        check("var/lib/dpkg/status.d/x/base", &[]);
        check("opt/a.JAR", &["extension"]);
        check("opt/.jar", &[]);
        check("x.jar", &["extension"]);
        check("nix/store/a", &[]);
        check("opt/x.jar", &["extension"]);
    }

    #[test]
    fn folders_are_asked_for_by_themselves() {
        let (analyzers, mut wanted) = (ANALYZERS.iter().collect::<Vec<_>>(), Vec::new());
        for (path, expected) in [("nix/store/a", Some(4)), ("nix/store", None), ("var/lib/dpkg/status.d/x", None)] {
            Matcher::new(&analyzers).folder(&path.into(), &mut wanted);
            assert_eq!(wanted.first().map(|wanted| wanted.index), expected, "{path}");
        }
    }
}
