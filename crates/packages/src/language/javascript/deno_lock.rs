//! `deno.lock`, versions 2 to 5 (Deno documentation, "Integrity Checking and Lock Files"; denoland/deno_lockfile). The fixtures
//! of its tests were written after what Deno writes and after the tests of that project.
//!
//! Packages of npm are in `npm`, those of JSR in `jsr`; version 2 keeps the former in `npm.packages`, version 3 both in
//! `packages`, where the first lockfiles of version 3 left out packages of JSR that need no others; these are in
//! `specifiers`, which says what each request was resolved to. A key is `name@version`, with the peers of this copy behind underscores. Modules that are loaded from an
//! address are in `remote`; they are packages of their own if the address has a version, `host/name@1.0.0/…`. What the
//! project asks for is in `workspace`, or, in versions 2 and 3 without it, not told.

use std::collections::{HashMap, HashSet};
use std::fmt;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::graph::Graph;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what to load, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "deno-lock", version: 2, files: &[Key::Name("deno.lock").when(is_the_projects)], analyze };

json::object! {
    struct Lock<'a> {
        "specifiers" => specifiers: Entries<'a, Text<'a>>,
        "packages" => packages: Packages<'a>,
        "npm" => npm: Npm<'a>,
        "jsr" => jsr: Entries<'a, Package<'a>>,
        "remote" => remote: Entries<'a, IgnoredAny>,
        "workspace" => workspace: Workspace<'a>,
    }
}

json::object! {
    /// Version 3.
    struct Packages<'a> {
        "specifiers" => specifiers: Entries<'a, Text<'a>>,
        "npm" => npm: Entries<'a, Package<'a>>,
        "jsr" => jsr: Entries<'a, Package<'a>>,
    }
}

json::object! {
    struct Package<'a> {
        "dependencies" => dependencies: Needs<'a>,
        "optionalDependencies" => optional: Needs<'a>,
    }
}

json::object! {
    struct Workspace<'a> {
        "dependencies" => dependencies: Items<Text<'a>>,
        "packageJson" => package_json: Member<'a>,
        "members" => members: Entries<'a, Member<'a>>,
    }
}

json::object! {
    struct Member<'a> {
        "dependencies" => dependencies: Items<Text<'a>>,
        "packageJson" => package_json: Nested<'a>,
    }
}

json::object! {
    struct Nested<'a> {
        "dependencies" => dependencies: Items<Text<'a>>,
    }
}

/// From version 4 on the packages themselves; in version 2 they are one level deeper.
#[derive(Default)]
struct Npm<'a>(Vec<(Text<'a>, Package<'a>)>);

impl<'a> Deserialize<'a> for Npm<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsNpm;
        impl<'de> Visitor<'de> for AsNpm {
            type Value = Npm<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Npm<'de>, A::Error> {
                let mut found = Vec::new();
                while let Some(key) = map.next_key::<Text<'de>>()? {
                    match key.get() {
                        "packages" => found.extend(map.next_value::<Entries<'de, Package<'de>>>()?.0),
                        "specifiers" => drop(map.next_value::<IgnoredAny>()?),
                        _ => found.push((key, map.next_value()?)),
                    }
                }
                Ok(Npm(found))
            }
            json::otherwise_default!(bool number text null list);
        }
        deserializer.deserialize_any(AsNpm)
    }
}

/// What a package needs: an object of keys up to version 3, a list from version 4 on.
#[derive(Default)]
struct Needs<'a>(Vec<Text<'a>>);

impl<'a> Deserialize<'a> for Needs<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsNeeds;
        impl<'de> Visitor<'de> for AsNeeds {
            type Value = Needs<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Needs<'de>, A::Error> {
                let mut found = Vec::new();
                while let Some((_, key)) = map.next_entry::<IgnoredAny, Text<'de>>()? {
                    found.push(key);
                }
                Ok(Needs(found))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Needs<'de>, A::Error> {
                let mut found = Vec::new();
                while let Some(key) = list.next_element()? {
                    found.push(key);
                }
                Ok(Needs(found))
            }
            json::otherwise_default!(bool number text null);
        }
        deserializer.deserialize_any(AsNeeds)
    }
}

/// The packages of one file by every text that may stand for them.
#[derive(Default)]
struct Names<'a> {
    /// By `npm:name@1.0.0_peers`, and by `npm:name` for want of another version.
    nodes: HashMap<String, usize>,
    /// What requests such as `npm:name@^1` were resolved to: a version, or up to version 3 a whole key.
    specifiers: HashMap<&'a str, &'a str>,
}

impl Names<'_> {
    fn find(&self, registry: &str, text: &str) -> Option<usize> {
        if let Some(resolved) = self.specifiers.get(text) {
            let (name, _) = split(text);
            return [(*resolved).to_owned(), format!("{name}@{resolved}")].iter().find_map(|key| self.node(key));
        }
        // An alias names the real package behind its own name.
        let text = text.split_once("@npm:").map_or(text, |(_, real)| real);
        self.node(text).or_else(|| self.node(&format!("{registry}:{text}")))
    }

    fn node(&self, key: &str) -> Option<usize> {
        self.nodes.get(key).copied()
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut graph = Graph::default();
    let mut names = Names::default();
    let specifiers = lock.specifiers.0.iter().chain(&lock.packages.specifiers.0);
    names.specifiers.extend(specifiers.map(|(request, resolved)| (request.get(), resolved.get())));
    let npm = lock.npm.0.iter().chain(&lock.packages.npm.0).map(|package| (PackageKind::Npm, "npm", package));
    let jsr = lock.jsr.0.iter().chain(&lock.packages.jsr.0).map(|package| (PackageKind::Jsr, "jsr", package));
    let mut all = Vec::new();
    let mut add = |kind, registry, key: &str| {
        let (name, version) = split(key);
        let node = graph.add(kind, name, version.split('_').next().unwrap_or_default());
        names.nodes.insert(format!("{registry}:{key}"), node);
        names.nodes.entry(format!("{registry}:{name}")).or_insert(node);
        node
    };
    let mut listed = HashSet::new();
    for (kind, registry, (key, package)) in npm.chain(jsr) {
        let key = key.get().strip_prefix("jsr:").unwrap_or(key.get());
        listed.insert((registry, key));
        all.push((add(kind, registry, key), registry, package));
    }
    let resolved = lock.packages.specifiers.0.iter().filter_map(|(_, resolved)| resolved.get().strip_prefix("jsr:"));
    for key in resolved.filter(|key| listed.insert(("jsr", *key))) {
        add(PackageKind::Jsr, "jsr", key);
    }
    for (node, registry, package) in all {
        for (needs, optional) in [(&package.dependencies, false), (&package.optional, true)] {
            for needed in needs.0.iter().filter_map(|need| names.find(registry, need.get())) {
                graph.need(node, needed, optional);
            }
        }
    }
    let workspace = &lock.workspace;
    let members = workspace.members.0.iter().map(|(_, member)| member).chain([&workspace.package_json]);
    let asked = members.flat_map(|member| [&member.dependencies, &member.package_json.dependencies]);
    for request in asked.chain([&workspace.dependencies]).flat_map(|list| &list.0) {
        if let Some(node) = names.find("npm", request.get()) {
            graph.ask(node, Presence::Declared);
        }
    }
    graph.tell(facts);
    let mut modules = Listing::new(PackageKind::Generic);
    for (name, version) in lock.remote.0.iter().filter_map(|(address, _)| remote(address.get())) {
        modules.add(name, version, Presence::Declared);
    }
    modules.tell(facts);
    Ok(())
}

/// `name@version`, perhaps behind `npm:` or `jsr:`; the `@` of a scope divides nothing.
pub(super) fn split(key: &str) -> (&str, &str) {
    let start = key.find(':').map_or(0, |colon| colon + 1);
    let at = key[start..].char_indices().skip(1).find(|(_, character)| *character == '@');
    at.map_or((key, ""), |(at, _)| (&key[..start + at], &key[start + at + 1..]))
}

/// The name and version in an address: `https://host/name@1.0.0/mod.ts`.
pub(super) fn remote(address: &str) -> Option<(&str, &str)> {
    let (_, place) = address.split_once("://")?;
    let at = place.match_indices('@').find(|&(at, _)| at > 0 && place.as_bytes()[at - 1] != b'/')?.0;
    let version = place[at + 1..].split(['/', '?', '#']).next()?;
    let digits = version.strip_prefix('v').unwrap_or(version);
    digits.starts_with(|first: char| first.is_ascii_digit()).then_some((&place[..at], version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/deno.lock", lock, expected);
    }

    const VERSION_2: &str = r#"{"version": "2", "remote": {"https://code.example.test/x/std@0.140.0/path/mod.ts": "00",
        "https://code.example.test/x/std@0.140.0/fs.ts": "00", "https://code.example.test/unversioned.ts": "00"},
        "npm": {"specifiers": {"a@1": "a@1.0.0"}, "packages": {
            "a@1.0.0": {"integrity": "00", "dependencies": {"alias": "@s/b@2.0.0"}}, "@s/b@2.0.0": {"dependencies": {}}}}}"#;

    const VERSION_3: &str = r#"{"version": "3", "packages": {
        "specifiers": {"jsr:@s/c@^1": "jsr:@s/c@1.1.0", "jsr:@s/d@^1": "jsr:@s/d@1.0.0", "npm:a@1": "npm:a@1.0.0"},
        "jsr": {"@s/c@1.1.0": {"dependencies": ["jsr:@s/d@^1", "npm:a@1"]}, "@s/d@1.0.0": {}},
        "npm": {"a@1.0.0": {"dependencies": {"b": "b@2.0.0_p@1.0.0"}}, "b@2.0.0_p@1.0.0": {}}},
        "workspace": {"dependencies": ["jsr:@s/c@^1"]}}"#;

    const VERSION_5: &str = r#"{"version": "5", "specifiers": {"jsr:@s/c@^1": "1.1.0", "npm:a@1": "1.0.0_p@1.0.0", "npm:x@1": "1.0.0"},
        "jsr": {"@s/c@1.1.0": {}},
        "npm": {"a@1.0.0_p@1.0.0": {"dependencies": ["b", "alias@npm:x@1.0.0"], "optionalDependencies": ["o"]},
            "b@2.0.0": {}, "x@1.0.0": {}, "o@1.0.0": {"os": ["linux"]}},
        "workspace": {"dependencies": ["jsr:@s/c@^1"], "packageJson": {"dependencies": ["npm:a@1"]}}}"#;

    #[test]
    fn version_2_knows_npm_and_addresses() {
        check(
            VERSION_2,
            "@s/b 2.0.0 (declared)
             a 1.0.0 (declared) -> @s/b 2.0.0
             code.example.test/x/std 0.140.0 (declared)",
        );
    }

    #[test]
    fn version_3_has_packages_of_both_registries() {
        check(
            VERSION_3,
            "a 1.0.0 (declared) transitive -> b 2.0.0
             b 2.0.0 (declared) transitive
             @s/c 1.1.0 (declared) direct -> @s/d 1.0.0
             @s/d 1.0.0 (declared) transitive",
        );
    }

    #[test]
    fn early_locks_of_version_3_name_some_packages_only_as_what_was_resolved() {
        check(
            r#"{"version": "3", "packages": {
                "specifiers": {"jsr:@s/c@0.4": "jsr:@s/c@0.4.0", "jsr:@s/d@0.210": "jsr:@s/d@0.210.0",
                    "jsr:@s/d@^0.210.0": "jsr:@s/d@0.210.0", "npm:a@6.2.1": "npm:a@6.2.1"},
                "npm": {"a@6.2.1": {"integrity": "00", "dependencies": {}}},
                "jsr": {"@s/c@0.4.0": {"dependencies": ["jsr:@s/d@0.210", "npm:a@6.2.1"]}}},
              "remote": {"https://registry.example.test/@s/d/0.210.0/mod.ts": "00"}}"#,
            "a 6.2.1 (declared)
             @s/c 0.4.0 (declared) -> @s/d 0.210.0
             @s/d 0.210.0 (declared)",
        );
    }

    #[test]
    fn versions_4_and_5_are_flat() {
        check(
            VERSION_5,
            "a 1.0.0 (declared) direct -> b 2.0.0, o 1.0.0, x 1.0.0
             b 2.0.0 (declared) transitive
             o 1.0.0 (optional) transitive
             x 1.0.0 (declared) transitive
             @s/c 1.1.0 (declared) direct",
        );
    }

    #[test]
    fn requests_that_differ_lead_to_the_same_package() {
        check(
            r#"{"version": "4", "specifiers": {"jsr:@s/c@0.218": "0.218.2", "jsr:@s/c@~0.218.2": "0.218.2", "jsr:@s/d@*": "1.0.0",
                    "npm:react-dom@^18.2.0": "18.3.1_react@18.3.1", "npm:only@*": "12.0.0"},
                "jsr": {"@s/c@0.218.2": {"integrity": "00"}, "@s/d@1.0.0": {"dependencies": ["jsr:@s/c@0.218", "npm:only"]}},
                "npm": {"react-dom@18.3.1_react@18.3.1": {"integrity": "00", "dependencies": ["react@18.3.1"]},
                    "react@18.3.1": {}, "only@12.0.0": {"tarball": "https://packages.example.test/only.tgz", "deprecated": true}},
                "workspace": {"dependencies": ["jsr:@s/c@~0.218.2"], "members": {
                    "packages/own": {"packageJson": {"dependencies": ["npm:react-dom@^18.2.0"]}}}}}"#,
            "only 12.0.0 (declared) transitive
             react 18.3.1 (declared) transitive
             react-dom 18.3.1 (declared) direct -> react 18.3.1
             @s/c 0.218.2 (declared) direct
             @s/d 1.0.0 (declared) transitive -> @s/c 0.218.2",
        );
    }

    #[test]
    fn an_empty_lock_is_empty_and_a_broken_one_a_gap() {
        check("{}", "");
        check("{", "gap: corrupt");
        assert!(wants(&ANALYZER, "deno.lock"));
        assert!(!wants(&ANALYZER, "node_modules/a/deno.lock"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "deno.lock", &[VERSION_2, VERSION_3, VERSION_5].map(str::as_bytes));
    }
}
