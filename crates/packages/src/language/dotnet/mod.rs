//! .NET: what `NuGet` restores, what projects ask for and what programs carry along.

mod assembly;
mod assets;
mod bundle;
mod deps_json;
mod libman;
mod msbuild;
mod nupkg;
mod nuspec;
mod packages_config;
mod packages_lock;
mod paket_lock;

use std::collections::BTreeMap;

use model::{Analyzer, Requirement};

use crate::syntax::json::{Entries, Text};

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[
    assembly::ANALYZER,
    bundle::ANALYZER,
    deps_json::ANALYZER,
    libman::ANALYZER,
    assets::ANALYZER,
    packages_config::ANALYZER,
    packages_lock::ANALYZER,
    msbuild::ANALYZER,
    nupkg::ANALYZER,
    nuspec::ANALYZER,
    paket_lock::ANALYZER,
];

/// The one version that a text of `NuGet`'s names (`NuGet` documentation, "Package versioning"): `1.2.3`, or `[1.2.3]`.
/// A bare version is a lower bound by the letter, but what `NuGet` takes is the lowest that is allowed, hence itself.
/// Floating versions, ranges and variables name none.
fn exact_version(text: &str) -> Option<&str> {
    let text = text.trim();
    let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text).trim();
    let named = inner.starts_with(|first: char| first.is_ascii_digit())
        && inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-+".contains(&byte));
    named.then_some(inner)
}

/// The names and versions to which one target of a build came, to find what a dependency means. Names are compared
/// without regard to case, as `NuGet` does.
#[derive(Default)]
struct Resolved<'a>(BTreeMap<String, (&'a str, &'a str)>);

impl<'a> Resolved<'a> {
    fn add(&mut self, name: &'a str, version: &'a str) {
        self.0.insert(name.to_lowercase(), (name, version));
    }

    fn find(&self, name: &str) -> Option<(&'a str, &'a str)> {
        self.0.get(&name.to_lowercase()).copied()
    }

    fn requirements(&self, dependencies: &Entries<'_, Text<'_>>) -> Vec<Requirement> {
        let found = dependencies.0.iter().filter_map(|(name, _)| self.find(name.get()));
        found.map(|(name, version)| Requirement { name: name.into(), version: Some(version.into()) }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_ranges() {
        for (text, expected) in [
            ("1.2.3", Some("1.2.3")),
            (" [1.2.3-rc.1+x] ", Some("1.2.3-rc.1+x")),
            ("[1.0,2.0)", None),
            ("(,1.0]", None),
            ("1.*", None),
            ("$(Version)", None),
            ("", None),
        ] {
            assert_eq!(exact_version(text), expected, "{text}");
        }
    }
}
