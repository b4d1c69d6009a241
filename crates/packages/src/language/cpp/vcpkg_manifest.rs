//! `vcpkg.json`, a project's manifest (Microsoft, "vcpkg.json reference").
//!
//! Only `overrides` name exact versions. Versions of all else come from the registry as it was at the commit
//! `builtin-baseline`, and `version>=` is a minimum, so neither says what will be built; what was built is in `vcpkg/status`
//! and in `vcpkg.spdx.json`.

use std::collections::BTreeSet;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};
use serde_json::Value;

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text};

/// What a project pins: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "vcpkg-manifest", version: 1, files: &[Key::Name("vcpkg.json").when(is_the_projects)], analyze };

json::object! {
    struct Manifest<'a> {
        // Names, or objects that have one.
        "dependencies" => dependencies: Value,
        "overrides" => overrides: Items<Override<'a>>,
    }
}

json::object! {
    struct Override<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "version-semver" => semantic: Text<'a>,
        "version-date" => date: Text<'a>,
        "version-string" => string: Text<'a>,
        "port-version" => port: Value,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Manifest<'_> = json::parse(file.content)?;
    let dependencies = manifest.dependencies.as_array().into_iter().flatten();
    let wanted: BTreeSet<&str> =
        dependencies.filter_map(|dependency| dependency.as_str().or_else(|| dependency["name"].as_str())).collect();
    let mut listing = Listing::new(PackageKind::Vcpkg);
    for pinned in &manifest.overrides.0 {
        let versions = [&pinned.version, &pinned.semantic, &pinned.date, &pinned.string];
        let version = versions.into_iter().map(Text::get).find(|version| !version.is_empty()).unwrap_or_default();
        let version = with_port_version(version, pinned.port.as_u64().unwrap_or_default());
        let name = pinned.name.get();
        if let Some(package) = listing.add(name, &version, Presence::Declared) {
            package.relation = if wanted.contains(name) { Relation::Direct } else { Relation::Transitive };
        }
    }
    listing.tell(facts);
    Ok(())
}

/// vcpkg counts changes of its build files behind a `#`, from 1 on.
pub(super) fn with_port_version(version: &str, port: u64) -> String {
    if port == 0 || version.is_empty() || version.contains('#') {
        version.to_owned()
    } else {
        format!("{version}#{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(manifest: &str, expected: &str) {
        testing::check(&ANALYZER, "src/vcpkg.json", manifest, expected);
    }

    const MANIFEST: &str = r#"{"name": "app", "version": "0.1.0", "builtin-baseline": "00",
        "dependencies": [{"name": "fmt", "version>=": "11.0.0#1"}, "zlib"],
        "overrides": [{"name": "fmt", "version": "11.0.2", "port-version": 1}, {"name": "date", "version-date": "2024-05-23"},
            {"name": "zlib", "version": "1.3.1#2"}, {"name": "open"}]}"#;

    #[test]
    fn overrides_are_exact() {
        check(
            MANIFEST,
            "date 2024-05-23 (declared) transitive
             fmt 11.0.2#1 (declared) direct
             zlib 1.3.1#2 (declared) direct",
        );
        check(r#"{"dependencies": ["fmt"]}"#, "");
        check("{", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "vcpkg.json", &[MANIFEST.as_bytes()]);
    }
}
