//! Installed modules of Node.js: `node_modules/NAME/package.json` and `node_modules/@SCOPE/NAME/package.json` at any depth
//! (npm CLI documentation, "package.json"; Node.js documentation, "Modules: Packages").
//!
//! Deeper `package.json` files only configure folders of a package. The name is the one in the file, not the folder's:
//! under an alias they differ. Modules without a name or a version, and private ones, which nobody can publish, are no
//! packages.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;
use crate::syntax::json::{self, Flag, Licenses, Text};

/// A module in the place where Node.js looks for it: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "node-module", version: 1, files: &[Key::Name("package.json").when(is_a_modules)], analyze };

fn is_a_modules(path: &ImagePath) -> bool {
    let mut folders = path.parent().rsplit(|&byte| byte == b'/').skip(1);
    match folders.next() {
        Some(b"node_modules") => true,
        Some([b'@', ..]) => folders.next() == Some(b"node_modules"),
        _ => false,
    }
}

json::object! {
    struct Manifest<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "private" => private: Flag,
        "license" => license: Licenses,
        // Older than `license`, and still around.
        "licenses" => licenses: Licenses,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Manifest<'_> = json::parse(file.content)?;
    let (name, version) = (manifest.name.get().trim(), manifest.version.get().trim());
    if is_word(name) && is_word(version) && !manifest.private.0 {
        let mut licenses = manifest.license.0;
        licenses.extend(manifest.licenses.0);
        facts.package(Package { licenses, ..Package::new(PackageKind::Npm, name, version) });
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
    fn what_nobody_could_publish_is_no_package() {
        check(r#"{"type": "module"}"#, "");
        check(r#"{"name": "a"}"#, "");
        check(r#"{"name": "a", "version": ""}"#, "");
        check(r#"{"name": "a", "version": "1.0.0", "private": true}"#, "");
        check(r#"["name"]"#, "");
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
