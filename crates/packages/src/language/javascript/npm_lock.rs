//! `package-lock.json` and `npm-shrinkwrap.json` (npm CLI documentation, "package-lock.json", lockfile versions 1 to 3).
//!
//! Versions 2 and 3 list every folder that an installation makes, with the version of the package in it. Version 1 is a
//! tree of dependencies in dependencies whose versions may also be addresses; those of tarballs, repositories and folders
//! name no version and are left out. So are the project itself, the members of its workspace and links to them.
//! Below `node_modules` the file belongs to a dependency, and npm does not heed it.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use crate::language::lies_below;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Flag, Text};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "npm-lock",
    version: 1,
    files: &[
        Key::Name("package-lock.json").when(is_the_projects),
        Key::Name("npm-shrinkwrap.json").when(is_the_projects),
    ],
    analyze,
};

fn is_the_projects(path: &ImagePath) -> bool {
    !lies_below(path, "node_modules")
}

json::object! {
    struct Lock<'a> {
        "packages" => folders: Entries<'a, Folder<'a>>,
        "dependencies" => dependencies: Entries<'a, Dependency<'a>>,
    }
}

json::object! {
    /// Versions 2 and 3: what one folder holds.
    struct Folder<'a> {
        // Only where it differs from the folder's: an alias.
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "link" => link: Flag,
        "dev" => dev: Flag,
    }
}

json::object! {
    /// Version 1: a dependency with those that only it sees.
    struct Dependency<'a> {
        "version" => version: Text<'a>,
        "dev" => dev: Flag,
        "dependencies" => dependencies: Entries<'a, Dependency<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Npm);
    if lock.folders.0.is_empty() {
        let mut waiting = vec![(lock.dependencies, false)];
        while let Some((dependencies, dev)) = waiting.pop() {
            for (name, dependency) in dependencies.0 {
                // What only a development dependency sees is one itself.
                let dev = dev || dependency.dev.0;
                let (name, version) = resolve_alias(name.get(), dependency.version.get());
                list(&mut listing, name, version, dev);
                waiting.push((dependency.dependencies, dev));
            }
        }
    } else {
        for (folder, content) in &lock.folders.0 {
            // Folders outside `node_modules` are the project and its workspace.
            let folder = folder.get();
            if !content.link.0 && folder.contains("node_modules/") {
                let name = if content.name.get().is_empty() { folder } else { content.name.get() };
                list(&mut listing, name, content.version.get(), content.dev.0);
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

/// An alias writes the package that it stands for into the version: `npm:@scope/name@1.0.0`.
fn resolve_alias<'a>(name: &'a str, version: &'a str) -> (&'a str, &'a str) {
    match version.strip_prefix("npm:").and_then(|target| target.rsplit_once('@')) {
        Some((target, version)) if !target.is_empty() => (target, version),
        _ => (name, version),
    }
}

fn list(listing: &mut Listing, name: &str, version: &str, dev: bool) {
    // In lockfiles that were merged by hand, names of one version's form stand in the other's place.
    let name = name.rsplit_once("node_modules/").map_or(name, |(_, name)| name);
    // Semantic versions begin with a digit; addresses such as `file:` and `github:` do not.
    if version.starts_with(|first: char| first.is_ascii_digit()) {
        listing.add(name, version, if dev { Presence::DeclaredForDevelopment } else { Presence::Declared });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/package-lock.json", lock, expected);
    }

    const VERSION_3: &str = r#"{"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "app", "version": "1.0.0"},
        "packages/own": {"version": "1.0.0"},
        "node_modules/own": {"resolved": "packages/own", "link": true},
        "node_modules/a": {"version": "2.0.1", "dev": true},
        "node_modules/b": {"version": "1.2.3", "optional": true},
        "node_modules/b/node_modules/@s/c": {"version": "0.1.0-rc.1+x", "inBundle": true},
        "packages/own/node_modules/b": {"version": "1.0.0", "devOptional": true},
        "node_modules/alias": {"name": "@real/name", "version": "3.0.0"},
        "node_modules/repository": {"version": "4.5.6", "resolved": "git+ssh://x/y.git#0123"}
    }}"#;

    const VERSION_1: &str = r#"{"name": "app", "version": "1.0.0", "lockfileVersion": 1, "dependencies": {
        "a": {"version": "2.0.1", "dev": true, "requires": {"b": "^1"}, "dependencies": {
            "b": {"version": "1.0.0", "bundled": true, "dependencies": {"d": {"version": "4.0.0"}}}}},
        "b": {"version": "1.2.3", "requires": true},
        "alias": {"version": "npm:@real/name@3.0.0"},
        "repository": {"version": "github:x/y#0123"}, "folder": {"version": "file:../z"}, "tarball": {"version": "https://x/y-1.0.0.tgz"}
    }}"#;

    #[test]
    fn versions_2_and_3_list_folders() {
        let expected = "
            @real/name 3.0.0 (declared)
            @s/c 0.1.0-rc.1+x (declared)
            a 2.0.1 (development)
            b 1.0.0 (declared)
            b 1.2.3 (declared)
            repository 4.5.6 (declared)";
        check(VERSION_3, expected);
        // Version 2 repeats everything as a tree for old npm.
        check(
            &VERSION_3.replacen("\"packages\"", r#""dependencies": {"other": {"version": "1.0.0"}}, "packages""#, 1),
            expected,
        );
    }

    #[test]
    fn version_1_is_a_tree() {
        check(
            VERSION_1,
            "@real/name 3.0.0 (declared)
             a 2.0.1 (development)
             b 1.0.0 (development)
             b 1.2.3 (declared)
             d 4.0.0 (development)",
        );
    }

    #[test]
    fn production_is_stronger_than_development() {
        check(
            r#"{"packages": {"node_modules/a": {"version": "1.0.0", "dev": true}, "node_modules/b/node_modules/a": {"version": "1.0.0"}}}"#,
            "a 1.0.0 (declared)",
        );
    }

    #[test]
    fn a_lock_without_dependencies_is_empty_and_a_broken_one_a_gap() {
        check(r#"{"name": "app", "lockfileVersion": 3}"#, "");
        check("<<<<<<< HEAD", "gap: corrupt");
        check(&r#"{"dependencies":{"a":"#.repeat(1000), "gap: limit-hit");
    }

    #[test]
    fn locks_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "srv/app/package-lock.json"));
        assert!(wants(&ANALYZER, "npm-shrinkwrap.json"));
        assert!(!wants(&ANALYZER, "srv/node_modules/a/npm-shrinkwrap.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "package-lock.json", &[VERSION_3.as_bytes(), VERSION_1.as_bytes()]);
    }
}
