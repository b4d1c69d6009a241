//! `pnpm-lock.yaml`, lockfile versions 5 to 9 (pnpm documentation, "pnpm-lock.yaml"; the specification in pnpm's
//! repository of specifications, "lockfile").
//!
//! `packages` is keyed by name and version: `/name/1.0.0_peers` up to version 5, `/name@1.0.0(peers)` in version 6,
//! `name@1.0.0` in version 9, perhaps behind the host of a registry. What comes from a repository, an archive or a file
//! has its name and version in the entry. From version 9 on `snapshots` says who needs whom, before that `packages`
//! does. Folders of the project are left out. `importers`, or the head of the file where there is one project, says what
//! is direct. A file may hold several documents, one of which may be about pnpm itself. Patches are not seen. The fixtures
//! of its tests were written by hand and compared with what pnpm 7 to 9 write.

use std::collections::{HashMap, HashSet};

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::graph::Graph;
use crate::language::is_the_projects;
use crate::syntax::yaml::{self, Node};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "pnpm-lock", version: 1, files: &[Key::Name("pnpm-lock.yaml").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut graph = Graph::default();
    for document in &yaml::documents(file.content)? {
        read(document, &mut graph);
    }
    graph.tell(facts);
    Ok(())
}

/// One document.
fn read(lock: &Node<'_>, graph: &mut Graph) {
    let version = lock.get("lockfileVersion").text();
    let major = version.split(['.', '-']).next().and_then(|major| major.parse::<u32>().ok()).unwrap_or(5);
    // Many snapshots may be of one package, so each is looked at once.
    let mut packages: HashMap<&str, (&str, &str)> = HashMap::new();
    for (key, package) in lock.get("packages").entries() {
        let base = without_peers(key, major);
        packages.insert(base, identity(base, package, major));
    }
    let mut found: HashMap<&str, usize> = HashMap::new();
    let mut all = Vec::new();
    let mut has_snapshot = HashSet::new();
    for (key, snapshot) in lock.get("snapshots").entries() {
        let base = without_peers(key, major);
        has_snapshot.insert(base);
        let (name, version) = packages.get(base).copied().unwrap_or_else(|| identity(base, &Node::Null, major));
        let node = graph.add(PackageKind::Npm, name, version);
        found.insert(key.trim_start_matches('/'), node);
        all.push((node, snapshot));
    }
    for (key, package) in lock.get("packages").entries() {
        let base = without_peers(key, major);
        if has_snapshot.contains(base) {
            continue;
        }
        let (name, version) = identity(base, package, major);
        let node = graph.add(PackageKind::Npm, name, version);
        found.insert(key.trim_start_matches('/'), node);
        all.push((node, package));
        let (dev, optional) = (package.get("dev"), package.get("optional").is_true());
        if dev.is_true() {
            graph.told(node, Presence::DeclaredForDevelopment);
        } else if optional {
            graph.told(node, Presence::DeclaredOptional);
        } else if !dev.text().is_empty() {
            graph.told(node, Presence::Declared);
        }
    }
    for (node, entry) in all {
        for (section, optional) in [("dependencies", false), ("optionalDependencies", true)] {
            for (name, reference) in entry.get(section).entries() {
                if let Some(needed) = resolve(&found, name, reference.text()) {
                    graph.need(node, needed, optional);
                }
            }
        }
    }
    for project in lock.get("importers").entries().iter().map(|(_, project)| project).chain([lock]) {
        ask(project, &found, graph);
    }
}

/// What one project asks for.
fn ask(project: &Node<'_>, found: &HashMap<&str, usize>, graph: &mut Graph) {
    for (section, presence) in [
        ("dependencies", Presence::Declared),
        ("configDependencies", Presence::Declared),
        ("packageManagerDependencies", Presence::Declared),
        ("optionalDependencies", Presence::DeclaredOptional),
        ("devDependencies", Presence::DeclaredForDevelopment),
    ] {
        for (name, reference) in project.get(section).entries() {
            // From version 6 on, with the range beside it.
            let reference = if let Node::Map(_) = reference { reference.get("version") } else { reference };
            if let Some(node) = resolve(found, name, reference.text()) {
                graph.ask(node, presence);
            }
        }
    }
}

/// A reference is a version, with peers, of the package that is asked for, or else a key.
fn resolve(found: &HashMap<&str, usize>, name: &str, reference: &str) -> Option<usize> {
    let whole = reference.trim_start_matches('/');
    let keys = [format!("{name}@{reference}"), format!("{name}/{reference}")];
    keys.iter().map(String::as_str).chain([whole]).find_map(|key| found.get(key).copied())
}

/// Name and version of an entry; no version where it is a folder of the project, or not a published package.
fn identity<'a>(base: &'a str, package: &'a Node<'_>, major: u32) -> (&'a str, &'a str) {
    let (name, version) = name_and_version(base, major).unwrap_or_default();
    let told = |key, otherwise| if package.get(key).text().is_empty() { otherwise } else { package.get(key).text() };
    let (name, version) = (told("name", name), told("version", version));
    let resolution = package.get("resolution");
    let own = resolution.get("type").text() == "directory" || !resolution.get("directory").text().is_empty();
    (name, if own || !version.starts_with(|first: char| first.is_ascii_digit()) { "" } else { version })
}

/// A key without the peers that this copy of the package was installed with.
fn without_peers(key: &str, major: u32) -> &str {
    let key = key.trim_start_matches('/');
    // Behind an underscore they begin only in the last component, which names may not have before that.
    let end = if major >= 6 { key.find('(') } else { underscore(key) };
    &key[..end.unwrap_or(key.len())]
}

fn underscore(key: &str) -> Option<usize> {
    let start = key.rfind('/')?;
    // An address has its own underscores.
    key[start + 1..]
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| key[start..].find('_'))?
        .map(|at| start + at)
}

/// What a key says: `host/@scope/name/1.0.0` or `host/@scope/name@1.0.0`.
fn name_and_version(base: &str, major: u32) -> Option<(&str, &str)> {
    let (path, version) = if major >= 6 {
        let at = base.match_indices('@').find(|&(at, _)| at > 0 && base.as_bytes()[at - 1] != b'/')?.0;
        (&base[..at], &base[at + 1..])
    } else {
        base.rsplit_once('/')?
    };
    let start = path.rfind('/').map_or(0, |slash| slash + 1);
    let scope = path[..start.saturating_sub(1)].rfind('/').map_or(0, |slash| slash + 1);
    let name = if path[scope..].starts_with('@') { &path[scope..] } else { &path[start..] };
    Some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/pnpm-lock.yaml", lock, expected);
    }

    const VERSION_5: &str = "lockfileVersion: 5.4
specifiers:
  '@s/a': ^1.0.0
dependencies:
  '@s/a': 1.0.0_b@2.0.0
devDependencies:
  alias: /real/3.0.0
  own: link:../own
packages:
  /@s/a/1.0.0_b@2.0.0:
    resolution: {integrity: sha512-00==}
    peerDependencies: {b: '*'}
    dependencies: {b: 2.0.0}
    dev: false
  /b/2.0.0:
    resolution: {integrity: sha512-00==}
    dev: false
  /real/3.0.0:
    resolution: {integrity: sha512-00==}
    optionalDependencies: {hosted: packages.example.test/hosted/4.0.0_hashhash}
    dev: true
  packages.example.test/hosted/4.0.0_hashhash:
    resolution: {integrity: sha512-00==}
    dev: true
    optional: true
  /e/5.0.0:
    resolution: {integrity: sha512-00==}
    optional: true
  git.example.test/x/repository/0123:
    resolution: {commit: '0123'}
    name: repository
    version: 1.3.0
    dev: false
  file:../folder:
    resolution: {directory: ../folder, type: directory}
    name: folder
    version: 1.0.0
";

    const VERSION_6: &str = "lockfileVersion: '6.0'
importers:
  .:
    dependencies:
      '@s/a':
        specifier: ^1.0.0
        version: 1.0.0(@s/b@2.0.0)(c@3.0.0)
  packages/own:
    devDependencies:
      alias: {specifier: 'npm:real@3', version: /real@3.0.0}
packages:
  /@s/a@1.0.0(@s/b@2.0.0)(c@3.0.0):
    dependencies: {'@s/b': 2.0.0}
    dev: false
  /@s/b@2.0.0: {dev: false}
  /real@3.0.0: {dev: true}
  packages.example.test/@s/hosted@4.0.0: {dev: true}
";

    const VERSION_9: &str = "lockfileVersion: '9.0'
importers:
  .:
    dependencies:
      a: {specifier: ^1.0.0, version: 1.0.0(peer@7.0.0)}
      repository: {specifier: github:x/y, version: 'https://git.example.test/x/y/tar.gz/0123'}
    optionalDependencies:
      o: {specifier: ^1.0.0, version: 1.0.0}
    devDependencies:
      d: {specifier: ^1.0.0, version: 1.0.0}
packages:
  a@1.0.0: {resolution: {integrity: sha512-00==}, peerDependencies: {peer: '*'}}
  peer@7.0.0: {resolution: {integrity: sha512-00==}}
  '@s/e@2.0.0': {resolution: {integrity: sha512-00==}}
  o@1.0.0: {resolution: {integrity: sha512-00==}}
  d@1.0.0: {resolution: {integrity: sha512-00==}}
  shared@1.0.0: {resolution: {integrity: sha512-00==}}
  repository@https://git.example.test/x/y/tar.gz/0123: {resolution: {tarball: 'https://git.example.test/x'}, version: 1.3.0}
  folder@file:folder: {resolution: {directory: folder, type: directory}}
snapshots:
  a@1.0.0(peer@7.0.0):
    dependencies: {peer: 7.0.0, alias: '@s/e@2.0.0'}
    optionalDependencies: {shared: 1.0.0}
  peer@7.0.0: {}
  '@s/e@2.0.0': {}
  o@1.0.0: {optional: true}
  d@1.0.0:
    dependencies: {shared: 1.0.0}
  shared@1.0.0: {}
  repository@https://git.example.test/x/y/tar.gz/0123: {}
  folder@file:folder: {}
";

    #[test]
    fn version_5_has_slashes() {
        check(
            VERSION_5,
            "@s/a 1.0.0 (declared) direct -> b 2.0.0
             b 2.0.0 (declared) transitive
             e 5.0.0 (optional) transitive
             hosted 4.0.0 (development) transitive
             real 3.0.0 (development) direct -> hosted 4.0.0
             repository 1.3.0 (declared) transitive",
        );
    }

    #[test]
    fn version_6_has_parentheses() {
        check(
            VERSION_6,
            "@s/a 1.0.0 (declared) direct -> @s/b 2.0.0
             @s/b 2.0.0 (declared) transitive
             @s/hosted 4.0.0 (development) transitive
             real 3.0.0 (development) direct",
        );
    }

    #[test]
    fn version_9_has_snapshots() {
        check(
            VERSION_9,
            "@s/e 2.0.0 (declared) transitive
             a 1.0.0 (declared) direct -> @s/e 2.0.0, peer 7.0.0, shared 1.0.0
             d 1.0.0 (development) direct -> shared 1.0.0
             o 1.0.0 (optional) direct
             peer 7.0.0 (declared) transitive
             repository 1.3.0 (declared) direct
             shared 1.0.0 (optional) transitive",
        );
    }

    #[test]
    fn every_document_counts() {
        check(
            &format!("---\n{VERSION_6}---\nlockfileVersion: '9.0'\npackages:\n  x@1.0.0: {{}}\n"),
            "@s/a 1.0.0 (declared) direct -> @s/b 2.0.0
             @s/b 2.0.0 (declared) transitive
             @s/hosted 4.0.0 (development) transitive
             real 3.0.0 (development) direct
             x 1.0.0 (declared) transitive",
        );
    }

    #[test]
    fn an_empty_lock_is_empty_and_a_broken_one_a_gap() {
        check("lockfileVersion: 5.4\n", "");
        check("packages: [\n", "gap: corrupt");
        assert!(!wants(&ANALYZER, "srv/node_modules/a/pnpm-lock.yaml"));
        assert!(wants(&ANALYZER, "pnpm-lock.yaml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        let samples = [VERSION_5, VERSION_6, VERSION_9].map(str::as_bytes);
        survives(&ANALYZER, "pnpm-lock.yaml", &samples);
    }
}
