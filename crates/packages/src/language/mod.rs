//! Packages of programming languages, installed or named by a lockfile: one file per format, each with its `ANALYZER`.
//!
//! A lockfile speaks for its own project. What installed dependencies bring along of their own lockfiles was not heeded
//! when they were installed, so formats leave out the folders where package managers keep what they downloaded.

mod cargo_lock;
mod go_binary;
mod go_mod;
mod jar;
mod node_module;
mod npm_lock;
mod python_installed;
mod requirements;

mod json;
mod listing;
mod python;
#[cfg(test)]
mod testing;
mod text;
mod toml;
mod zip;

use model::{Analyzer, ImagePath, Unreadable};

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[
    cargo_lock::ANALYZER,
    go_binary::ANALYZER,
    go_mod::ANALYZER,
    jar::ANALYZER,
    node_module::ANALYZER,
    npm_lock::ANALYZER,
    python_installed::ANALYZER,
    requirements::ANALYZER,
];

/// A manifest or a lockfile, unless it is larger than any that people or package managers write: what it unfolds to
/// in memory is many times its size.
fn document(content: &[u8]) -> Result<&[u8], Unreadable> {
    const LARGEST: usize = 16 << 20;
    if content.len() > LARGEST {
        return Err(Unreadable::limit(format!("a text of {} bytes; more than {LARGEST} are not read", content.len())));
    }
    Ok(content)
}

/// Whether `folders` (one or more, by whole components) are among the folders above the file.
fn lies_below(path: &ImagePath, folders: &str) -> bool {
    let (parent, folders) = (path.parent(), folders.as_bytes());
    memchr::memmem::find_iter(parent, folders).any(|start| {
        let end = start + folders.len();
        (start == 0 || parent[start - 1] == b'/') && (end == parent.len() || parent[end] == b'/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_alphabetical_order() {
        assert!(ANALYZERS.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn absurdly_large_documents_are_gaps() {
        let large = vec![b' '; (16 << 20) + 1];
        for (analyzer, path) in [
            (&npm_lock::ANALYZER, "package-lock.json"),
            (&cargo_lock::ANALYZER, "Cargo.lock"),
            (&requirements::ANALYZER, "requirements.txt"),
        ] {
            testing::check(analyzer, path, &large, "gap: limit-hit");
        }
    }

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
