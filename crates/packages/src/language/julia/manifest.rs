//! `Manifest.toml`, `JuliaManifest.toml` and those of one version of Julia, `Manifest-v1.11.toml`, formats 1, 2.0 and 2.1
//! (Pkg documentation, "Project.toml and Manifest.toml").
//!
//! Format 2 lists packages below `deps`, format 1 at the top; names repeat for packages that share one. `deps` of a
//! package are names, or names with identifiers where one name would not do. Packages without version, folder and tree are
//! of the standard library, and have Julia's own version, which format 2 tells; without it they are left out. So are
//! folders, which are the project's. What the project itself asks for is in `Project.toml`, which is not seen. Manifests of
//! downloaded packages are not wanted: nobody heeds them.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};
use toml::{Table, Value};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::toml as syntax;

/// Names what to load, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "julia-manifest",
    version: 1,
    files: &[
        Key::Name("Manifest.toml").when(is_the_projects),
        Key::Name("JuliaManifest.toml").when(is_the_projects),
        Key::Extension("toml").when(|path| is_of_a_version(path) && is_the_projects(path)),
    ],
    analyze,
};

fn is_of_a_version(path: &ImagePath) -> bool {
    let name = path.name();
    name.starts_with(b"Manifest-v") || name.starts_with(b"JuliaManifest-v")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Table = syntax::parse(file.content)?;
    let julia = manifest.get("julia_version").and_then(Value::as_str);
    let packages = if manifest.contains_key("manifest_format") {
        manifest.get("deps").and_then(Value::as_table)
    } else {
        Some(&manifest)
    };
    let mut listing = Listing::new(PackageKind::Julia);
    for (name, entries) in packages.into_iter().flatten() {
        for entry in entries.as_array().into_iter().flatten().filter_map(Value::as_table) {
            let text = |key: &str| entry.get(key).and_then(Value::as_str);
            // Something else has files of this name as well.
            if text("uuid").is_none() || text("path").is_some() {
                continue;
            }
            let is_standard = text("git-tree-sha1").is_none();
            let Some(version) = text("version").or(julia.filter(|_| is_standard)) else { continue };
            if let Some(package) = listing.add(name, version, Presence::Declared) {
                let required = |name: &str| Requirement { name: name.to_owned(), version: None };
                match entry.get("deps") {
                    Some(Value::Array(names)) => {
                        package.requires.extend(names.iter().filter_map(Value::as_str).map(required));
                    }
                    Some(Value::Table(names)) => package.requires.extend(names.keys().map(|name| required(name))),
                    _ => {}
                }
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(manifest: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/Manifest.toml", manifest, expected);
    }

    const FORMAT_1: &str = r#"
[[Base64]]
uuid = "2a0f44e3"

[[JSON]]
deps = ["Base64", "Parsers"]
git-tree-sha1 = "00"
uuid = "682c06a0"
version = "0.21.0"

[[Parsers]]
git-tree-sha1 = "01"
uuid = "69de0a69"
version = "1.0.10"
"#;

    const FORMAT_2: &str = r#"
julia_version = "1.9.2"
manifest_format = "2.0"
project_hash = "00"

[[deps.Base64]]
uuid = "2a0f44e3"

[[deps.JSON]]
deps = ["Base64", "Parsers"]
git-tree-sha1 = "00"
uuid = "682c06a0"
version = "0.21.4"

[[deps.Own]]
path = "../Own"
uuid = "11"
version = "0.1.0"

[[deps.Parsers]]
git-tree-sha1 = "01"
uuid = "69de0a69"
version = "2.7.1"
    [deps.Parsers.deps]
    Base64 = "2a0f44e3"

[[deps.Parsers]]
git-tree-sha1 = "02"
uuid = "another"
version = "0.1.0"

[[deps.Tip]]
git-tree-sha1 = "03"
repo-url = "https://example.test/Tip.jl"
uuid = "22"
"#;

    #[test]
    fn both_formats_are_read() {
        check(FORMAT_1, "JSON 0.21.0 (declared) -> Parsers\nParsers 1.0.10 (declared)");
        check(
            FORMAT_2,
            "Base64 1.9.2 (declared)
             JSON 0.21.4 (declared) -> Base64, Parsers
             Parsers 0.1.0 (declared)
             Parsers 2.7.1 (declared) -> Base64",
        );
    }

    // As Julia 1.13 writes it.
    #[test]
    fn format_2_1_tells_registries_and_versions_of_the_standard_library() {
        check(
            r#"
julia_version = "1.13.0"
manifest_format = "2.1"

[[deps.ADTypes]]
deps = ["Base64"]
git-tree-sha1 = "00"
registries = "General"
uuid = "47edcb42"
version = "1.24.0"
weakdeps = ["ChainRulesCore", "Test"]

    [deps.ADTypes.extensions]
    ADTypesChainRulesCoreExt = "ChainRulesCore"

[[deps.Base64]]
uuid = "2a0f44e3"
version = "1.11.0"

[[deps.libblastrampoline_jll]]
uuid = "8e850b90"
version = "5.15.0+0"

[registries.General]
uuid = "23338594"
url = "https://example.test/General.git"
"#,
            "ADTypes 1.24.0 (declared) -> Base64
             Base64 1.11.0 (declared)
             libblastrampoline_jll 5.15.0+0 (declared)",
        );
    }

    #[test]
    fn empty_foreign_and_broken_files() {
        check("", "");
        check("julia_version = \"1.9.2\"\nmanifest_format = \"2.0\"\n[deps]\n", "");
        check("[[bin]]\nversion = \"1.0\"\n", "");
        check("[[deps", "gap: corrupt");
    }

    #[test]
    fn manifests_of_packages_are_not_wanted() {
        for (path, expected) in [
            ("srv/Manifest.toml", true),
            ("srv/JuliaManifest.toml", true),
            ("srv/Manifest-v1.11.toml", true),
            ("root/.julia/environments/v1.9/Manifest.toml", true),
            ("root/.julia/packages/JSON/0a1b2/Manifest.toml", false),
            ("opt/julia/packages/JSON/0a1b2/Manifest.toml", false),
            ("srv/Other-v1.toml", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Manifest.toml", &[FORMAT_1.as_bytes(), FORMAT_2.as_bytes()]);
    }
}
