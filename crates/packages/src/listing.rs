//! What one file lists: every package once, in order of name and version, whatever order the file has.

use std::collections::{BTreeMap, BTreeSet};

use model::{Facts, Package, PackageKind, Presence};

/// The packages of one kind that one file names.
pub(crate) struct Listing {
    kind: PackageKind,
    packages: BTreeMap<(String, String), Package>,
}

impl Listing {
    /// Nothing yet.
    pub(crate) fn new(kind: PackageKind) -> Self {
        Self { kind, packages: BTreeMap::new() }
    }

    /// Adds a package, unless its name or version cannot be one, and lends it for what else is known of it. A package
    /// that is listed twice has the stronger presence: one that development needs as well as production is no
    /// development dependency.
    pub(crate) fn add(&mut self, name: &str, version: &str, presence: Presence) -> Option<&mut Package> {
        if !is_word(name) || !is_word(version) {
            return None;
        }
        let new = || Package { presence, ..Package::new(self.kind, name, version) };
        let package = self.packages.entry((name.to_owned(), version.to_owned())).or_insert_with(new);
        package.presence = presence.min(package.presence);
        Some(package)
    }

    /// Writes all of it down. Requirements that the file does not list, such as the project's own packages, are left
    /// out, and those that name no version mean every version that is listed.
    pub(crate) fn tell(mut self, facts: &mut Facts) {
        let mut packages = std::mem::take(&mut self.packages);
        let listed: BTreeSet<_> = packages.keys().cloned().collect();
        for package in packages.values_mut() {
            package.requires.retain(|required| {
                let wanted = (required.name.clone(), required.version.clone().unwrap_or_default());
                let next = listed.range(wanted.clone()..).next();
                next.is_some_and(|(name, version)| {
                    *name == wanted.0 && (required.version.is_none() || *version == wanted.1)
                })
            });
            package.requires.sort_unstable();
            package.requires.dedup();
        }
        for package in packages.into_values() {
            facts.package(package);
        }
    }
}

/// Whether a text can be a name or a version anywhere: not empty, no spaces, no control characters, not absurdly long.
pub(crate) fn is_word(text: &str) -> bool {
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
