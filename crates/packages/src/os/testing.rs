//! How the unit tests of this folder run an analyzer: bytes in, facts out.

use model::{Analyzer, Budget, Distro, Facts, File, Gap, ImagePath, Meta, Ownership, Package, What};

/// What an analyzer said of one file, by kind.
#[derive(Debug, Default)]
pub(super) struct Read {
    pub(super) packages: Vec<Package>,
    pub(super) distros: Vec<Distro>,
    pub(super) owned: Vec<Ownership>,
    pub(super) licenses: Vec<String>,
    pub(super) gaps: Vec<Gap>,
}

impl Read {
    /// `name version` of every package.
    pub(super) fn names(&self) -> Vec<String> {
        self.packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect()
    }

    /// `package: file file` of every list of files.
    pub(super) fn files(&self) -> Vec<String> {
        let line = |owned: &Ownership| {
            let files: Vec<_> = owned.files.iter().map(|path| path.to_text()).collect();
            format!("{}: {}", owned.package, files.join(" "))
        };
        self.owned.iter().map(line).collect()
    }
}

pub(super) fn read(analyzer: &Analyzer, path: &str, content: &[u8]) -> Read {
    read_with(analyzer, path, content, &Budget::default())
}

/// A file that could not be read at all becomes a gap, as in a scan.
pub(super) fn read_with(analyzer: &Analyzer, path: &str, content: &[u8], budget: &Budget) -> Read {
    let path = ImagePath::from(path);
    let meta = Meta { size: content.len() as u64, mode: 0o644 };
    let mut facts = Facts::new(analyzer.id(), path.clone(), budget);
    if let Err(why) = (analyzer.analyze)(&File { path: &path, meta, content, budget }, &mut facts) {
        facts.gap(why);
    }
    let (facts, gaps) = facts.into_parts();
    let mut read = Read { gaps, ..Read::default() };
    for fact in facts {
        match fact.what {
            What::Package(package) => read.packages.push(package),
            What::Distro(distro) => read.distros.push(distro),
            What::Owns(ownership) => read.owned.push(ownership),
            What::Licenses(licenses) => read.licenses.extend(licenses),
            What::Executable(_) | What::Secret(_) | What::Configuration(_) => {}
            What::LicenseText(text) => read.licenses.push(text.license),
        }
    }
    read
}
