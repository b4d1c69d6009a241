//! `nimble.lock`, versions 1 and 2 (Nimble's reference, "nimble lock"; its source, `lockfile.nim`). The fixture of its
//! tests was written after that description.
//!
//! `packages` are listed by their names, each with its version and the names of what it needs. Nim's compiler is listed
//! where the project pins it. Versions that are branches or revisions (`#head`) are left out. `tasks` has packages that
//! only tasks such as `test` need.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what to build with, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "nimble-lock", version: 1, files: &[Key::Name("nimble.lock").when(is_the_projects)], analyze };

json::object! {
    struct Lock<'a> {
        "packages" => packages: Entries<'a, Package<'a>>,
        "tasks" => tasks: Entries<'a, Entries<'a, Package<'a>>>,
    }
}

json::object! {
    struct Package<'a> {
        "version" => version: Text<'a>,
        "dependencies" => dependencies: Items<Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Nim);
    let tasks = lock.tasks.0.iter().flat_map(|(_, packages)| &packages.0);
    let tasks = tasks.map(|package| (package, Presence::DeclaredForDevelopment));
    for ((name, package), presence) in lock.packages.0.iter().map(|it| (it, Presence::Declared)).chain(tasks) {
        let version = package.version.get();
        if version.starts_with(|first: char| first.is_ascii_digit())
            && let Some(listed) = listing.add(name.get(), version, presence)
        {
            let needs = package.dependencies.0.iter();
            listed.requires.extend(needs.map(|it| Requirement { name: it.get().to_owned(), version: None }));
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const LOCK: &str = r##"{"version": 2, "packages": {
        "nim": {"version": "2.0.8", "vcsRevision": "00", "url": "https://example.test/nim", "downloadMethod": "git",
            "dependencies": [], "checksums": {"sha1": "00"}},
        "httpbeast": {"version": "0.4.1", "dependencies": ["nim"]},
        "jester": {"version": "0.6.0", "dependencies": ["nim", "httpbeast", "gone"]},
        "moving": {"version": "#head", "dependencies": []}},
        "tasks": {"test": {"unittest2": {"version": "0.2.2", "dependencies": ["nim"]}}}}"##;

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/nimble.lock", text, expected);
    }

    #[test]
    fn packages_and_what_they_need_are_listed() {
        check(
            LOCK,
            "httpbeast 0.4.1 (declared) -> nim
             jester 0.6.0 (declared) -> httpbeast, nim
             nim 2.0.8 (declared)
             unittest2 0.2.2 (development) -> nim",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("{", "gap: corrupt");
        check("{}", "");
        assert!(wants(&ANALYZER, "nimble.lock"));
        assert!(!wants(&ANALYZER, "node_modules/a/nimble.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "nimble.lock", &[LOCK.as_bytes()]);
    }
}
