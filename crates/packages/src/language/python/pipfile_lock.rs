//! `Pipfile.lock` (Pipenv documentation, "Pipfile & Pipfile.lock").
//!
//! The file has an object for each group of packages: `default`, `develop`, and others that only those get who ask for
//! them. A package has its version as `==1.0`; one from a repository or a folder has none and is left out, unless it is
//! a wheel whose name has it. The file does not tell who needs whom.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::normalize::normalize;
use super::requirement::{exact, wheel_version};
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Text};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "pipfile-lock", version: 1, files: &[Key::Name("Pipfile.lock").when(is_the_projects)], analyze };

json::object! {
    struct Locked<'a> {
        "version" => version: Text<'a>,
        "file" => file: Text<'a>,
        "path" => path: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Entries<'_, Entries<'_, Locked<'_>>> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    for (group, packages) in &lock.0 {
        let presence = match group.get() {
            "_meta" => continue,
            "default" => Presence::Declared,
            "develop" => Presence::DeclaredForDevelopment,
            _ => Presence::DeclaredOptional,
        };
        for (name, locked) in &packages.0 {
            let version = exact(locked.version.get())
                .or_else(|| wheel_version(locked.file.get()))
                .or_else(|| wheel_version(locked.path.get()));
            if let Some(version) = version {
                listing.add(&normalize(name.get()), version, presence);
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

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/Pipfile.lock", lock, expected);
    }

    const LOCK: &str = r#"{
        "_meta": {"hash": {"sha256": "00"}, "pipfile-spec": 6, "requires": {}, "sources": [{"name": "pypi"}]},
        "default": {
            "Flask_Login": {"hashes": ["sha256:00"], "index": "pypi", "version": "==0.6.3"},
            "both": {"version": "==1.0", "markers": "python_version >= '3'"},
            "local": {"editable": true, "path": "."},
            "repository": {"git": "https://example.test/r.git", "ref": "0123"},
            "wheel": {"file": "https://example.test/wheel-2.0-py3-none-any.whl"}
        },
        "develop": {"both": {"version": "==1.0"}, "pytest": {"version": "==8.0.0"}},
        "docs": {"sphinx": {"version": "==7.0"}}
    }"#;

    #[test]
    fn groups_decide_who_gets_a_package() {
        check(
            LOCK,
            "both 1.0 (declared)
             flask-login 0.6.3 (declared)
             pytest 8.0.0 (development)
             sphinx 7.0 (optional)
             wheel 2.0 (declared)",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_odd_values_are_not() {
        check(r#"{"default": {"a": {"version": "==1"}"#, "gap: corrupt");
        check(r#"{"default": {"a": 1, "b": {"version": ["==1"]}, "c": {"version": "*"}}, "develop": []}"#, "");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/Pipfile.lock"));
        assert!(!wants(&ANALYZER, "usr/lib/python3/site-packages/x/Pipfile.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Pipfile.lock", &[LOCK.as_bytes()]);
    }
}
