//! `manifest.toml` of Gleam (Gleam documentation, "Dependency management"; its package manager writes the file), the lockfile
//! beside `gleam.toml`.
//!
//! `packages` lists what was resolved, with what each needs in `requirements`; the table `requirements` has what the project
//! itself asks for. Packages of `git` and `local` sources are left out: nobody publishes them. Something else has files of this
//! name as well; without a source, an entry is none of Gleam's.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Requirement, Unreadable};
use toml::{Table, Value};

use crate::language::{is_the_projects, lies_below};
use crate::listing::Listing;
use crate::syntax::toml as syntax;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "gleam-manifest", version: 1, files: &[Key::Name("manifest.toml").when(is_wanted)], analyze };

/// What was fetched lies in `build/packages`.
fn is_wanted(path: &ImagePath) -> bool {
    is_the_projects(path) && !lies_below(path, "build/packages")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Table = syntax::parse(file.content)?;
    let asked = manifest.get("requirements").and_then(Value::as_table);
    let mut listing = Listing::new(PackageKind::Hex);
    let packages = manifest.get("packages").and_then(Value::as_array);
    for entry in packages.into_iter().flatten() {
        let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
        if text("source") != "hex" {
            continue;
        }
        if let Some(package) = listing.add(text("name"), text("version"), Presence::Declared) {
            let is_asked = asked.is_some_and(|asked| asked.contains_key(text("name")));
            package.relation = if is_asked { Relation::Direct } else { Relation::Transitive };
            let needed = entry.get("requirements").and_then(Value::as_array).into_iter().flatten();
            let required = |name: &str| Requirement { name: name.to_owned(), version: None };
            package.requires.extend(needed.filter_map(Value::as_str).map(required));
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
        testing::check(&ANALYZER, "srv/manifest.toml", manifest, expected);
    }

    const MANIFEST: &str = r#"
packages = [
  { name = "gleam_http", version = "3.6.0", build_tools = ["gleam"], requirements = ["gleam_stdlib"], otp_app = "gleam_http", source = "hex", outer_checksum = "00" },
  { name = "gleam_stdlib", version = "0.36.0", build_tools = ["gleam"], requirements = [], otp_app = "gleam_stdlib", source = "hex", outer_checksum = "00" },
  { name = "mine", version = "1.0.0", build_tools = ["gleam"], requirements = [], source = "local", path = "../mine" },
]

[requirements]
gleam_http = { version = ">= 3.6.0 and < 4.0.0" }
"#;

    #[test]
    fn what_was_resolved_is_listed() {
        check(
            MANIFEST,
            "gleam_http 3.6.0 (declared) direct -> gleam_stdlib\ngleam_stdlib 0.36.0 (declared) transitive",
        );
    }

    #[test]
    fn other_files_of_that_name_say_nothing_and_broken_ones_are_gaps() {
        check("[plugin]\nname = \"x\"\nversion = \"1.0\"\npackages = [\"a\", { name = \"b\", version = \"1\" }]", "");
        check("packages = [", "gap: corrupt");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/manifest.toml"));
        assert!(!wants(&ANALYZER, "srv/build/packages/wisp/manifest.toml"));
        assert!(!wants(&ANALYZER, "srv/gleam.toml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "manifest.toml", &[MANIFEST.as_bytes()]);
    }
}
