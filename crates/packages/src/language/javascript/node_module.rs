//! Installed modules of Node.js: `node_modules/NAME/package.json` and `node_modules/@SCOPE/NAME/package.json` at any depth
//! (npm CLI documentation, "package.json"; Node.js documentation, "Modules: Packages").
//!
//! The name is the one in the file, not the folder's: under an alias they differ. Modules without a name or a version, and
//! private ones, which nobody can publish, are no packages.
//!
//! Deeper `package.json` files configure folders of a package, or are its tests. But some packages carry copies of others
//! along, in folders that say so: `next/dist/compiled/react-is/package.json`. Such a copy counts where its folder has its
//! name, and is as sure as what a file says of itself. Copies that kept no version cannot be named.
//!
//! What a module needs (`dependencies`, `optionalDependencies`) is told by name: which copy of it Node.js takes is known where all
//! of them are, when a bill is written.
//!
//! Debian's modules are in `/usr/share/nodejs` and `/usr/lib/nodejs`.

use std::collections::BTreeSet;

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};
use serde::de::IgnoredAny;

use crate::listing::is_word;
use crate::syntax::json::{self, Entries, Flag, Licenses, Text};

/// A module in the place where Node.js looks for it: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "node-module", version: 3, files: &[Key::Name("package.json").when(is_wanted)], analyze };

fn is_wanted(path: &ImagePath) -> bool {
    home(path).is_some()
}

/// What brought a module where it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    /// A package manager.
    Modules,
    /// Another module, of which it became a part.
    Copies,
}

fn home(path: &ImagePath) -> Option<Home> {
    let mut folders = path.parent().rsplit(|&byte| byte == b'/').skip(1).peekable();
    folders.next_if(|folder| folder.starts_with(b"@"));
    match folders.next()? {
        b"node_modules" => Some(Home::Modules),
        b"nodejs" if matches!(folders.next(), Some(b"share" | b"lib")) => Some(Home::Modules),
        b"bundled" | b"compiled" | b"third_party" | b"third-party" | b"vendor" | b"vendored" => {
            folders.any(|folder| folder == b"node_modules").then_some(Home::Copies)
        }
        _ => None,
    }
}

json::object! {
    struct Manifest<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "private" => private: Flag,
        "dependencies" => dependencies: Entries<'a, IgnoredAny>,
        "optionalDependencies" => optional: Entries<'a, IgnoredAny>,
        "license" => license: Licenses,
        // Older than `license`, and still around.
        "licenses" => licenses: Licenses,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Manifest<'_> = json::parse(file.content)?;
    let (name, version) = (manifest.name.get().trim(), manifest.version.get().trim());
    let confidence = match home(file.path) {
        Some(Home::Copies) if !ImagePath::new(file.path.parent()).ends_with(name.as_bytes()) => return Ok(()),
        Some(Home::Copies) => Confidence::Medium,
        _ => Confidence::High,
    };
    if is_word(name) && is_word(version) && !manifest.private.0 {
        let mut licenses = manifest.license.0;
        licenses.extend(manifest.licenses.0);
        let needs = manifest.dependencies.0.iter().chain(&manifest.optional.0).map(|(name, _)| name.get());
        let needs = needs.filter(|needed| is_word(needed)).collect::<BTreeSet<_>>().into_iter();
        let requires = needs.map(|needed| Requirement { name: needed.to_owned(), version: None }).collect();
        facts.package(Package { licenses, confidence, requires, ..Package::new(PackageKind::Npm, name, version) });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(manifest: &str, expected: &str) {
        testing::check(&ANALYZER, "node_modules/a/package.json", manifest, expected);
    }

    #[test]
    fn name_version_and_licences_are_read() {
        check(
            r#"{"name": "@s/a", "version": "1.0.0", "license": "MIT", "scripts": {"test": "x"}, "files": []}"#,
            "@s/a 1.0.0 [MIT]",
        );
        check(
            r#"{"name": "a", "version": "0.9.1", "licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}"#,
            "a 0.9.1 [MIT; GPL-2.0]",
        );
    }

    #[test]
    fn what_a_module_needs_is_told_by_name() {
        check(
            r#"{"name": "a", "version": "1.0.0", "dependencies": {"@s/b": "^1", "c": "*"},
                "optionalDependencies": {"c": "*", "d": "2"}, "devDependencies": {"e": "1"}, "peerDependencies": {"f": "1"}}"#,
            "a 1.0.0 -> @s/b, c, d",
        );
        check(r#"{"name": "a", "version": "1.0.0", "dependencies": ["b"]}"#, "a 1.0.0");
    }

    #[test]
    fn what_nobody_could_publish_is_no_package() {
        check(r#"{"type": "module"}"#, "");
        check(r#"{"name": "a"}"#, "");
        check(r#"{"name": "a", "version": ""}"#, "");
        check(r#"{"name": "a", "version": "1.0.0", "private": true}"#, "");
        check(r#"["name"]"#, "");
    }

    #[test]
    fn a_copy_in_another_module_has_its_name_on_its_folder() {
        let check = |folder: &str, manifest: &str, expected: &str| {
            let path = format!("node_modules/next/dist/compiled/{folder}/package.json");
            testing::check(&ANALYZER, &path, manifest, expected);
        };
        check("react-is", r#"{"name": "react-is", "version": "18.2.0"}"#, "react-is 18.2.0");
        check("@edge/cookies", r#"{"name": "@edge/cookies", "version": "4.0.2"}"#, "@edge/cookies 4.0.2");
        // What only configures the folder, and what kept no version.
        check("react-is", r#"{"name": "compiled-react", "version": "1.0.0"}"#, "");
        check("react-is", r#"{"name": "is", "version": "1.0.0"}"#, "");
        check("react-is", r#"{"name": "react-is", "main": "index.js"}"#, "");
    }

    #[test]
    fn a_broken_manifest_is_a_gap() {
        check("{\"name\": \"a\",", "gap: corrupt");
        check("", "gap: corrupt");
    }

    #[test]
    fn only_the_modules_own_manifest_is_wanted() {
        for (path, expected) in [
            ("srv/node_modules/a/package.json", true),
            ("node_modules/@s/a/package.json", true),
            ("srv/node_modules/a/node_modules/b/package.json", true),
            ("srv/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json", true),
            ("usr/share/nodejs/acorn/package.json", true),
            ("usr/share/nodejs/@babel/core/package.json", true),
            ("srv/node_modules/next/dist/compiled/react-is/package.json", true),
            ("srv/node_modules/next/dist/compiled/@edge/cookies/package.json", true),
            ("srv/node_modules/next/dist/compiled/react-is/cjs/package.json", false),
            ("srv/vendor/react-is/package.json", false),
            ("srv/nodejs/a/package.json", false),
            ("srv/package.json", false),
            ("package.json", false),
            ("srv/node_modules/package.json", false),
            ("srv/node_modules/a/dist/package.json", false),
            ("srv/node_modules/a/test/b/package.json", false),
            ("srv/@s/a/package.json", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        let sample = br#"{"name": "@s/a", "version": "1.0.0", "license": ["MIT", {"type": "X"}], "private": false}"#;
        survives(&ANALYZER, "node_modules/a/package.json", &[sample]);
    }
}
