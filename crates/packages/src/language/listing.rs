//! What one file lists: every package once, in order of name and version, whatever order the file has.

use std::collections::BTreeMap;

use model::{Facts, Package, PackageKind, Presence};

/// The packages of one kind that one file names.
pub(super) struct Listing {
    kind: PackageKind,
    packages: BTreeMap<(String, String), Presence>,
}

impl Listing {
    /// Nothing yet.
    pub(super) fn new(kind: PackageKind) -> Self {
        Self { kind, packages: BTreeMap::new() }
    }

    /// Adds a package, unless its name or version cannot be one. A package that is listed twice has the stronger
    /// presence: one that development needs as well as production is no development dependency.
    pub(super) fn add(&mut self, name: &str, version: &str, presence: Presence) {
        if !is_word(name) || !is_word(version) {
            return;
        }
        let present = self.packages.entry((name.to_owned(), version.to_owned())).or_insert(presence);
        *present = presence.min(*present);
    }

    /// Writes all of it down.
    pub(super) fn tell(self, facts: &mut Facts) {
        for ((name, version), presence) in self.packages {
            facts.package(Package { presence, ..Package::new(self.kind, name, version) });
        }
    }
}

/// Whether a text can be a name or a version anywhere: not empty, no spaces, no control characters, not absurdly long.
pub(super) fn is_word(text: &str) -> bool {
    const LONGEST: usize = 512;
    (1..=LONGEST).contains(&text.len())
        && !text.contains(|character: char| character.is_whitespace() || character.is_control())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_words() {
        for (text, expected) in [("@types/node", true), ("1.0", true), ("", false), ("a b", false), ("a\u{7}", false)] {
            assert_eq!(is_word(text), expected, "{text:?}");
        }
        assert!(!is_word(&"x".repeat(513)));
    }
}
