//! Packages of programming languages, installed or named by a lockfile: a folder for each language, in it one file per
//! format, each with its `ANALYZER`.
//!
//! A lockfile speaks for its own project. What installed dependencies bring along of their own lockfiles was not heeded
//! when they were installed, so formats leave out the folders where package managers keep what they downloaded.

mod beam;
mod conda;
mod cpp;
mod dart;
mod dotnet;
mod extension;
mod go;
mod haskell;
mod java;
mod javascript;
mod julia;
mod lua;
mod ocaml;
mod perl;
mod php;
mod prolog;
mod python;
mod r;
mod ruby;
mod rust;
mod swift;

use model::{Analyzer, ImagePath};

/// The formats of each language.
pub static ANALYZERS: &[&[Analyzer]] = &[
    beam::ANALYZERS,
    conda::ANALYZERS,
    cpp::ANALYZERS,
    dart::ANALYZERS,
    dotnet::ANALYZERS,
    extension::ANALYZERS,
    go::ANALYZERS,
    haskell::ANALYZERS,
    java::ANALYZERS,
    javascript::ANALYZERS,
    julia::ANALYZERS,
    lua::ANALYZERS,
    ocaml::ANALYZERS,
    perl::ANALYZERS,
    php::ANALYZERS,
    prolog::ANALYZERS,
    python::ANALYZERS,
    r::ANALYZERS,
    ruby::ANALYZERS,
    rust::ANALYZERS,
    swift::ANALYZERS,
];

/// Whether `folders` (one or more, by whole components) are among the folders above the file.
pub(crate) fn lies_below(path: &ImagePath, folders: &str) -> bool {
    let (parent, folders) = (path.parent(), folders.as_bytes());
    memchr::memmem::find_iter(parent, folders).any(|start| {
        let end = start + folders.len();
        (start == 0 || parent[start - 1] == b'/') && (end == parent.len() || parent[end] == b'/')
    })
}

/// Whether a file belongs to something that a package manager fetched: what stands there is about the making of that, and
/// of nobody's project here.
pub(crate) fn was_fetched(path: &ImagePath) -> bool {
    const FOLDERS: &[&str] = &[
        "node_modules",
        "site-packages",
        "dist-packages",
        "registry/src",
        "git/checkouts",
        "pkg/mod",
        "bundler/gems",
        ".m2/repository",
        ".nuget/packages",
        ".pub-cache",
    ];
    FOLDERS.iter().any(|folders| lies_below(path, folders))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_compared_by_whole_components() {
        for (path, expected) in [
            ("node_modules/a/package.json", true),
            ("srv/node_modules/package.json", true),
            ("srv/node_modules", false),
            ("srv/my_node_modules/a", false),
            ("srv/node_modules.bak/a", false),
            ("srv/my_node_modules/node_modules/a", true),
        ] {
            assert_eq!(lies_below(&path.into(), "node_modules"), expected, "{path}");
        }
    }
}
