//! `bun.lock` (Bun documentation, "Lockfile"; JSON with comments and trailing commas; versions 0 to 2) and `bun.lockb`. The
//! fixture of its tests was written by hand and compared with what Bun writes.
//!
//! `packages` is keyed by the way to a folder of `node_modules`, `a/b` for the `b` that only `a` sees. Each value is a
//! list that begins with `name@version`; how long it is, and where in it the dependencies are, depends on where the
//! package comes from. Repositories, archives, files and folders have an address in the place of the version and are
//! left out, and so are members of the workspace. `workspaces` says what the project asks for.
//!
//! `bun.lockb` is a dump of Bun's memory that differs between its versions. It is reported as not read; Bun writes
//! the text with `bun install --save-text-lockfile`.

use std::fmt;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};
use serde::de::value::MapAccessDeserializer;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::folders::Folders;
use super::graph::Graph;
use crate::language::is_the_projects;
use crate::syntax::json::{self, Entries, Items, Text};
use crate::syntax::jsonc;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "bun-lock",
    version: 1,
    files: &[Key::Name("bun.lock").when(is_the_projects), Key::Name("bun.lockb").when(is_the_projects)],
    analyze,
};

json::object! {
    struct Lock<'a> {
        "workspaces" => workspaces: Entries<'a, Asks<'a>>,
        "packages" => packages: Entries<'a, Items<Part<'a>>>,
    }
}

json::object! {
    /// What a package needs, or a member of the workspace asks for.
    struct Asks<'a> {
        "name" => name: Text<'a>,
        "dependencies" => dependencies: Entries<'a, IgnoredAny>,
        "optionalDependencies" => optional: Entries<'a, IgnoredAny>,
        "peerDependencies" => peers: Entries<'a, IgnoredAny>,
        "devDependencies" => development: Entries<'a, IgnoredAny>,
    }
}

/// One value of a package's list.
enum Part<'a> {
    Text(Text<'a>),
    Asks(Asks<'a>),
}

impl Default for Part<'_> {
    fn default() -> Self {
        Self::Text(Text::default())
    }
}

impl<'a> Deserialize<'a> for Part<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsPart;
        impl<'de> Visitor<'de> for AsPart {
            type Value = Part<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or an object")
            }
            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Part<'de>, E> {
                Text::deserialize(serde::de::value::BorrowedStrDeserializer::new(text)).map(Part::Text)
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Part<'de>, E> {
                Text::deserialize(serde::de::value::StrDeserializer::new(text)).map(Part::Text)
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Part<'de>, A::Error> {
                Asks::deserialize(MapAccessDeserializer::new(map)).map(Part::Asks)
            }
            json::otherwise_default!(bool number null list);
        }
        deserializer.deserialize_any(AsPart)
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    if file.path.name() == b"bun.lockb" {
        return Err(Unreadable::unsupported(
            "a lockfile in Bun's binary form; `bun install --save-text-lockfile` writes the form that is read",
        ));
    }
    let content = jsonc::plain(file.content)?;
    let lock: Lock<'_> = json::parse(&content)?;
    let mut graph = Graph::default();
    let mut folders = Folders::new();
    let mut all = Vec::new();
    for (path, package) in &lock.packages.0 {
        let Some(Part::Text(resolution)) = package.0.first() else { continue };
        let (name, version) = split(resolution.get());
        let version = if version.starts_with(|first: char| first.is_ascii_digit()) { version } else { "" };
        let node = graph.add(PackageKind::Npm, name, version);
        let folder = components(path.get()).fold(Folders::PROJECT, |above, name| folders.enter(above, name));
        folders.put(folder, node);
        all.push((folder, node, package));
    }
    for (folder, node, package) in all {
        let asks = package.0.iter().filter_map(|part| if let Part::Asks(asks) = part { Some(asks) } else { None });
        // Of what is installed from elsewhere nobody installs what its development needs.
        for (names, optional) in
            asks.flat_map(|asks| [(&asks.dependencies, false), (&asks.peers, false), (&asks.optional, true)])
        {
            for needed in names.0.iter().filter_map(|(name, _)| folders.find(folder, name.get())) {
                graph.need(node, needed, optional);
            }
        }
    }
    graph.knows_the_project();
    for (path, project) in &lock.workspaces.0 {
        let member = !path.get().is_empty();
        let folder = if member { folders.enter(Folders::PROJECT, project.name.get()) } else { Folders::PROJECT };
        for (names, presence) in [
            (&project.dependencies, Presence::Declared),
            (&project.peers, Presence::Declared),
            (&project.optional, Presence::DeclaredOptional),
            (&project.development, Presence::DeclaredForDevelopment),
        ] {
            for asked in names.0.iter().filter_map(|(name, _)| folders.find(folder, name.get())) {
                graph.ask(asked, presence);
            }
        }
    }
    graph.tell(facts);
    Ok(())
}

/// `name@version`; the first character may be that of a scope.
fn split(resolution: &str) -> (&str, &str) {
    let at = resolution.char_indices().skip(1).find(|(_, character)| *character == '@');
    at.map_or((resolution, ""), |(at, _)| (&resolution[..at], &resolution[at + 1..]))
}

/// The names on the way to a folder: `a/@s/b` has two.
fn components(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = path;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let slashes = usize::from(rest.starts_with('@'));
        let end = rest.match_indices('/').nth(slashes).map_or(rest.len(), |(at, _)| at);
        let name = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/bun.lock", lock, expected);
    }

    const LOCK: &str = r#"{
  // Written by bun.
  "lockfileVersion": 1,
  "workspaces": {
    "": {"name": "app", "dependencies": {"a": "^1.0.0", "repository": "github:x/y"}, "devDependencies": {"d": "1"},},
    "packages/own": {"name": "@s/own", "dependencies": {"b": "^1.0.0"}, "optionalDependencies": {"o": "1"}},
  },
  "packages": {
    "@s/own": ["@s/own@workspace:packages/own"],
    "@s/own/b": ["b@1.0.0", "", {}, "sha512-00=="],
    "a": ["a@1.2.0", "", {"dependencies": {"b": "^2.0.0", "@s/c": "*"}, "optionalDependencies": {"e": "1"}}, "sha512-00=="],
    "a/@s/c": ["@real/name@3.0.0", "", {}, "sha512-00=="],
    "b": ["b@2.0.0", "https://packages.example.test/", {"peerDependencies": {"absent": "*"}}, "sha512-00=="],
    "d": ["d@1.0.0", "", {"dependencies": {"b": "2", "f": "1"}}, "sha512-00=="],
    "e": ["e@1.0.0", "", {}, "sha512-00=="],
    "f": ["f@1.0.0", "", {}, "sha512-00=="],
    "o": ["o@1.0.0", "", {}, "sha512-00=="],
    "packed": ["packed@./packed.tgz", {}],
    "repository": ["repository@github:x/y#0123", {"dependencies": {"f": "1"}}, "x-y-0123"],
  },
}
"#;

    #[test]
    fn packages_are_lists_and_keys_are_folders() {
        check(
            LOCK,
            "@real/name 3.0.0 (declared) transitive
             a 1.2.0 (declared) direct -> @real/name 3.0.0, b 2.0.0, e 1.0.0
             b 1.0.0 (declared) direct
             b 2.0.0 (declared) transitive
             d 1.0.0 (development) direct -> b 2.0.0, f 1.0.0
             e 1.0.0 (optional) transitive
             f 1.0.0 (declared) transitive
             o 1.0.0 (optional) direct",
        );
    }

    #[test]
    fn broken_and_binary_locks_are_gaps() {
        check("{}", "");
        check("{\"packages\": {\"a\": []}}", "");
        check("{", "gap: corrupt");
        testing::check(&ANALYZER, "bun.lockb", "#!/usr/bin/env bun\nbun-lockfile-format-v0\n", "gap: unsupported");
        assert!(!wants(&ANALYZER, "node_modules/a/bun.lock"));
        assert!(wants(&ANALYZER, "srv/bun.lockb"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "bun.lock", &[LOCK.as_bytes()]);
    }
}
