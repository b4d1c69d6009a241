//! `build.sbt.lock` of the plugin sbt-dependency-lock (its documentation, "Lockfile", version 1): `dependencies` with `org`,
//! `name`, `version` and the `configurations` that need each. The fixture of its tests was written after such files of
//! projects in Scala.
//!
//! What only `test` or sbt's own configurations need is for development, and what only `optional` needs is optional. Who
//! needs what is not in the file.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::is_version;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text};

/// Names what to build with, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "sbt-lock", version: 2, files: &[Key::Name("build.sbt.lock").when(is_the_projects)], analyze };

json::object! {
    struct Lock<'a> {
        "dependencies" => dependencies: Items<Dependency<'a>>,
    }
}

json::object! {
    struct Dependency<'a> {
        "org" => group: Text<'a>,
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "configurations" => configurations: Items<Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Maven);
    for dependency in &lock.dependencies.0 {
        let (group, name, version) = (dependency.group.get(), dependency.name.get(), dependency.version.get());
        if group.is_empty() || name.is_empty() || !is_version(version) {
            continue;
        }
        let configurations = &dependency.configurations.0;
        let presence = configurations.iter().map(|configuration| match configuration.get() {
            "compile" | "runtime" | "provided" => Presence::Declared,
            "optional" => Presence::DeclaredOptional,
            _ => Presence::DeclaredForDevelopment,
        });
        let presence = presence.min().unwrap_or(Presence::Declared);
        listing.add(&format!("{group}:{name}"), version, presence);
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "app/build.sbt.lock", text, expected);
    }

    const LOCK: &str = r#"{"lockVersion": 1, "timestamp": "2024-06-06T11:03:09.964557Z", "configurations": ["compile", "test"],
        "dependencies": [
            {"org": "org.apache.commons", "name": "commons-lang3", "version": "3.9", "artifacts": [], "configurations": ["test", "compile"]},
            {"org": "org.scala-lang", "name": "scala-library", "version": "2.12.10", "configurations": ["test"]},
            {"org": "com.lihaoyi", "name": "os-lib_3", "version": "0.11.3", "configurations": ["compile", "runtime", "test"],
                "artifacts": [{"name": "os-lib_3.jar", "hash": "sha1:00"}]},
            {"org": "com.lihaoyi", "name": "geny_3", "version": "1.1.1", "configurations": ["optional", "test"]},
            {"org": "com.lihaoyi", "name": "ujson_3", "version": "4.0.0", "configurations": ["test-internal"]},
            {"org": "x", "version": "1"}
        ]}"#;

    #[test]
    fn dependencies_are_listed() {
        check(
            LOCK,
            "com.lihaoyi:geny_3 1.1.1 (optional)
             com.lihaoyi:os-lib_3 0.11.3 (declared)
             com.lihaoyi:ujson_3 4.0.0 (development)
             org.apache.commons:commons-lang3 3.9 (declared)
             org.scala-lang:scala-library 2.12.10 (development)",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("{", "gap: corrupt");
        check("{}", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "build.sbt.lock", &[LOCK.as_bytes()]);
    }
}
