//! `package-lock.json` and `npm-shrinkwrap.json` (npm CLI documentation, "package-lock.json", lockfile versions 1 to 3).
//!
//! Versions 2 and 3 list every folder that an installation makes, with the version of the package in it. Version 1 is a
//! tree of dependencies in dependencies whose versions may also be addresses; those of tarballs, repositories and folders
//! name no version and are left out. So are the project itself, the members of its workspace and links to them.
//! Who needs whom follows from the folders: a module is looked for where Node.js would. Versions 2 and 3 also hold the
//! lists of the project and its workspace, so what they ask for by name is direct; version 1 does not tell.
//! Below `node_modules` the file belongs to a dependency, and npm does not heed it.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};
use serde::de::IgnoredAny;

use super::folders::Folders;
use super::graph::Graph;
use crate::language::is_the_projects;
use crate::syntax::json::{self, Entries, Flag, Text};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "npm-lock",
    version: 2,
    files: &[
        Key::Name("package-lock.json").when(is_the_projects),
        Key::Name("npm-shrinkwrap.json").when(is_the_projects),
    ],
    analyze,
};

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
        "optional" => optional: Flag,
        "devOptional" => dev_optional: Flag,
        "dependencies" => dependencies: Entries<'a, IgnoredAny>,
        "optionalDependencies" => optional_dependencies: Entries<'a, IgnoredAny>,
        "peerDependencies" => peer_dependencies: Entries<'a, IgnoredAny>,
        "devDependencies" => dev_dependencies: Entries<'a, IgnoredAny>,
    }
}

json::object! {
    /// Version 1: a dependency with those that only it sees.
    struct Dependency<'a> {
        "version" => version: Text<'a>,
        "dev" => dev: Flag,
        "optional" => optional: Flag,
        "requires" => requires: Entries<'a, IgnoredAny>,
        "dependencies" => dependencies: Entries<'a, Dependency<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut graph = Graph::default();
    if lock.folders.0.is_empty() {
        read_tree(&lock.dependencies, &mut graph);
    } else {
        read_folders(&lock.folders, &mut graph);
    }
    graph.tell(facts);
    Ok(())
}

/// Version 1.
fn read_tree<'a>(dependencies: &'a Entries<'a, Dependency<'a>>, graph: &mut Graph) {
    let mut folders = Folders::new();
    let mut all = Vec::new();
    let mut waiting = vec![(dependencies, Folders::PROJECT, false)];
    while let Some((dependencies, above, dev)) = waiting.pop() {
        for (name, dependency) in &dependencies.0 {
            // What only a development dependency sees is one itself.
            let dev = dev || dependency.dev.0;
            let folder = folders.enter(above, own_name(name.get()));
            let (name, version) = resolve_alias(own_name(name.get()), dependency.version.get());
            let node = add(graph, name, version, presence(dev, dependency.optional.0));
            folders.put(folder, node);
            all.push((folder, node, &dependency.requires));
            waiting.push((&dependency.dependencies, folder, dev));
        }
    }
    for (folder, node, requires) in all {
        need(graph, &folders, (folder, node), requires, false);
    }
}

/// Versions 2 and 3.
fn read_folders<'a>(entries: &'a Entries<'a, Folder<'a>>, graph: &mut Graph) {
    let mut folders = Folders::new();
    let mut all = Vec::new();
    for (path, content) in &entries.0 {
        // In front of the first `node_modules` is a folder of the project. The slash keeps it apart from modules.
        let path = path.get();
        let mut parts = path.split("node_modules/");
        let mut folder = match parts.next() {
            Some("") | None => Folders::PROJECT,
            Some(part) => folders.enter(Folders::PROJECT, part.trim_end_matches('/')),
        };
        let mut own = true;
        for part in parts {
            folder = folders.enter(folder, part.trim_end_matches('/'));
            own = false;
        }
        // A link leads to a folder of the project, and so do those outside of `node_modules`.
        let name = if content.name.get().is_empty() { own_name(path) } else { content.name.get() };
        let version = if own || content.link.0 { "" } else { content.version.get() };
        let told = presence(content.dev.0, content.optional.0 || content.dev_optional.0);
        let node = add(graph, name, version, told);
        if !own {
            folders.put(folder, node);
        }
        all.push((folder, node, own, content));
    }
    graph.knows_the_project();
    for (folder, node, own, content) in all {
        let lists = [
            (&content.dependencies, Presence::Declared),
            (&content.peer_dependencies, Presence::Declared),
            (&content.optional_dependencies, Presence::DeclaredOptional),
            // Of what is installed from elsewhere nobody installs these.
            (&content.dev_dependencies, Presence::DeclaredForDevelopment),
        ];
        for (list, asked) in lists {
            if own {
                for found in list.0.iter().filter_map(|(name, _)| folders.find(folder, name.get())) {
                    graph.ask(found, asked);
                }
            } else if asked != Presence::DeclaredForDevelopment {
                need(graph, &folders, (folder, node), list, asked == Presence::DeclaredOptional);
            }
        }
    }
}

fn need(
    graph: &mut Graph,
    folders: &Folders<'_>,
    (folder, node): (usize, usize),
    names: &Entries<'_, IgnoredAny>,
    optional: bool,
) {
    for needed in names.0.iter().filter_map(|(name, _)| folders.find(folder, name.get())) {
        graph.need(node, needed, optional);
    }
}

/// An alias writes the package that it stands for into the version: `npm:@scope/name@1.0.0`.
fn resolve_alias<'a>(name: &'a str, version: &'a str) -> (&'a str, &'a str) {
    match version.strip_prefix("npm:").and_then(|target| target.rsplit_once('@')) {
        Some((target, version)) if !target.is_empty() => (target, version),
        _ => (name, version),
    }
}

/// In lockfiles that were merged by hand, names of one version's form stand in the other's place.
fn own_name(path: &str) -> &str {
    path.rsplit_once("node_modules/").map_or(path, |(_, name)| name)
}

fn presence(dev: bool, optional: bool) -> Presence {
    match (dev, optional) {
        (true, _) => Presence::DeclaredForDevelopment,
        (false, true) => Presence::DeclaredOptional,
        (false, false) => Presence::Declared,
    }
}

fn add(graph: &mut Graph, name: &str, version: &str, told: Presence) -> usize {
    // Semantic versions begin with a digit; addresses such as `file:` and `github:` do not.
    let version = if version.starts_with(|first: char| first.is_ascii_digit()) { version } else { "" };
    let node = graph.add(PackageKind::Npm, name, version);
    graph.told(node, told);
    node
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/package-lock.json", lock, expected);
    }

    const VERSION_3: &str = r#"{"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {
        "": {"name": "app", "version": "1.0.0", "dependencies": {"alias": "npm:@real/name@3"}, "devDependencies": {"a": "2"}},
        "packages/own": {"version": "1.0.0", "dependencies": {"b": "^1.0.0"}},
        "node_modules/own": {"resolved": "packages/own", "link": true},
        "node_modules/a": {"version": "2.0.1", "dev": true, "dependencies": {"b": "^1"}, "devDependencies": {"alias": "3"}},
        "node_modules/b": {"version": "1.2.3", "optional": true, "optionalDependencies": {"@s/c": "*"}, "peerDependencies": {"alias": "3", "absent": "1"}},
        "node_modules/b/node_modules/@s/c": {"version": "0.1.0-rc.1+x", "inBundle": true},
        "packages/own/node_modules/b": {"version": "1.0.0", "devOptional": true},
        "node_modules/alias": {"name": "@real/name", "version": "3.0.0"},
        "node_modules/repository": {"version": "4.5.6", "resolved": "git+ssh://x/y.git#0123"}
    }}"#;

    const VERSION_1: &str = r#"{"name": "app", "version": "1.0.0", "lockfileVersion": 1, "dependencies": {
        "a": {"version": "2.0.1", "dev": true, "requires": {"b": "^1"}, "dependencies": {
            "b": {"version": "1.0.0", "bundled": true, "requires": {"d": "4"}, "dependencies": {"d": {"version": "4.0.0", "requires": {"alias": "3"}}}}}},
        "b": {"version": "1.2.3", "requires": {"alias": "*", "folder": "*"}},
        "alias": {"version": "npm:@real/name@3.0.0"},
        "repository": {"version": "github:x/y#0123"}, "folder": {"version": "file:../z"}, "tarball": {"version": "https://x/y-1.0.0.tgz"}
    }}"#;

    #[test]
    fn versions_2_and_3_list_folders() {
        let expected = "
            @real/name 3.0.0 (declared) direct
            @s/c 0.1.0-rc.1+x (declared) transitive
            a 2.0.1 (development) direct -> b 1.2.3
            b 1.0.0 (optional) direct
            b 1.2.3 (optional) transitive -> @real/name 3.0.0, @s/c 0.1.0-rc.1+x
            repository 4.5.6 (declared) transitive";
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
             a 2.0.1 (development) -> b 1.0.0
             b 1.0.0 (development) -> d 4.0.0
             b 1.2.3 (declared) -> @real/name 3.0.0
             d 4.0.0 (development) -> @real/name 3.0.0",
        );
    }

    #[test]
    fn production_is_stronger_than_development() {
        check(
            r#"{"packages": {"node_modules/a": {"version": "1.0.0", "dev": true}, "node_modules/b/node_modules/a": {"version": "1.0.0"}}}"#,
            "a 1.0.0 (declared) transitive",
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
