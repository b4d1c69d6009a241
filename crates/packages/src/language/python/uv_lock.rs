//! `uv.lock`, and `*.py.lock` beside scripts (uv documentation, "Locking and syncing" and "Resolution"; uv's
//! `[[package]]` tables, for which there is no published schema).
//!
//! The project and the members of its workspace are in the file (`source` of kind `virtual`, `editable` or `directory`)
//! and left out: they say what is wanted. From them on, what `dependencies` reach is declared, what only
//! `optional-dependencies` reach is optional, and what only `dev-dependencies` reach is for development. A script has no
//! such package; its own requirements are in `[manifest]`. A version is in a dependency only where the file lists several.

use std::collections::{BTreeSet, HashMap};

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use super::lock::{self, Value};
use super::normalize::normalize;
use crate::language::is_the_projects;
use crate::listing::Listing;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "uv-lock",
    version: 1,
    files: &[Key::Name("uv.lock").when(is_the_projects), Key::Extension("lock").when(is_a_scripts)],
    analyze,
};

fn is_a_scripts(path: &ImagePath) -> bool {
    path.name().ends_with(b".py.lock") && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = lock::parse(file.content)?;
    let lock = Lock::new(&document);
    let reached = lock.reach();
    let mut listing = Listing::new(PackageKind::Pypi);
    for (index, package) in lock.packages.iter().enumerate() {
        if is_own(package) {
            continue;
        }
        let presence = reached.presence.get(&index).copied().unwrap_or(Presence::Declared);
        let name = normalize(lock::text(package, "name"));
        let Some(listed) = listing.add(&name, lock::text(package, "version"), presence) else { continue };
        if reached.direct.contains(&index) {
            listed.relation = Relation::Direct;
        } else if listed.relation == Relation::Unknown && reached.presence.contains_key(&index) {
            listed.relation = Relation::Transitive;
        }
        let optional =
            lock::entries(package, "optional-dependencies").filter_map(|(_, list)| list.as_array()).flatten();
        listed.requires.extend(lock::list(package, "dependencies").iter().chain(optional).map(|needed| {
            let version = Some(lock::text(needed, "version")).filter(|version| !version.is_empty());
            Requirement { name: normalize(lock::text(needed, "name")), version: version.map(str::to_owned) }
        }));
    }
    listing.tell(facts);
    Ok(())
}

/// Whether it is code of the project.
fn is_own(package: &Value) -> bool {
    let source = package.get("source");
    ["virtual", "editable", "directory"].iter().any(|kind| source.is_some_and(|source| source.get(kind).is_some()))
}

struct Lock<'a> {
    document: &'a Value,
    packages: &'a [Value],
    by_name: HashMap<&'a str, Vec<usize>>,
}

#[derive(Default)]
struct Reached {
    presence: HashMap<usize, Presence>,
    /// Those that the project asks for by their name.
    direct: BTreeSet<usize>,
}

impl<'a> Lock<'a> {
    fn new(document: &'a Value) -> Self {
        let packages = lock::list(document, "package");
        let mut by_name: HashMap<_, Vec<_>> = HashMap::new();
        for (index, package) in packages.iter().enumerate() {
            by_name.entry(lock::text(package, "name")).or_default().push(index);
        }
        Self { document, packages, by_name }
    }

    /// Goes through everything from the project on, once for each way in which it may ask, the strongest first.
    fn reach(&self) -> Reached {
        let own = || self.packages.iter().filter(|package| is_own(package));
        let manifest = self.document.get("manifest");
        let groups =
            |package: &'a Value, key| lock::entries(package, key).filter_map(|(_, list)| list.as_array()).flatten();
        let mut reached = Reached::default();
        // A package, and the extra of it that is wanted; nothing is walked twice.
        let mut seen = BTreeSet::new();
        let asked = [
            (
                Presence::Declared,
                own()
                    .flat_map(|package| lock::list(package, "dependencies"))
                    .chain(manifest.into_iter().flat_map(|manifest| lock::list(manifest, "requirements")))
                    .collect::<Vec<_>>(),
            ),
            (Presence::DeclaredOptional, own().flat_map(|package| groups(package, "optional-dependencies")).collect()),
            (
                Presence::DeclaredForDevelopment,
                own()
                    .flat_map(|package| groups(package, "dev-dependencies"))
                    .chain(manifest.into_iter().flat_map(|manifest| groups(manifest, "dependency-groups")))
                    .collect(),
            ),
        ];
        for (presence, dependencies) in asked {
            reached.direct.extend(dependencies.iter().flat_map(|needed| self.named(needed)));
            let mut waiting = dependencies;
            while let Some(needed) = waiting.pop() {
                for index in self.named(needed) {
                    let package = &self.packages[index];
                    reached.presence.entry(index).or_insert(presence);
                    if seen.insert((index, None)) {
                        waiting.extend(lock::list(package, "dependencies"));
                    }
                    for extra in lock::texts(needed, "extra").chain(lock::texts(needed, "extras")) {
                        let Some(more) = package.get("optional-dependencies") else { continue };
                        if seen.insert((index, Some(extra))) {
                            waiting.extend(lock::list(more, extra));
                        }
                    }
                }
            }
        }
        reached
    }

    /// The packages that a dependency means.
    fn named(&self, needed: &'a Value) -> impl Iterator<Item = usize> {
        let version = lock::text(needed, "version");
        let named = self.by_name.get(lock::text(needed, "name")).map_or(&[][..], Vec::as_slice);
        // Different versions are listed for different platforms, and told apart in the dependency. Without that in a
        // file that was changed by hand, walking all of them for each could take forever.
        let named = if version.is_empty() { &named[..named.len().min(MOST_VERSIONS)] } else { named };
        named
            .iter()
            .copied()
            .filter(move |&index| version.is_empty() || lock::text(&self.packages[index], "version") == version)
    }
}

/// No resolution forks as often.
const MOST_VERSIONS: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/uv.lock", lock, expected);
    }

    const LOCK: &str = r#"
        version = 1
        requires-python = ">=3.11"

        [manifest]
        members = ["app", "member"]

        [[package]]
        name = "app"
        version = "0.1.0"
        source = { virtual = "." }
        dependencies = [
            { name = "requests", extra = ["socks"] },
            { name = "member" },
        ]
        [package.optional-dependencies]
        plot = [{ name = "numpy", version = "2.0.0", source = { registry = "https://example.test/simple" } }]
        [package.dev-dependencies]
        dev = [{ name = "pytest" }]

        [[package]]
        name = "member"
        version = "0.2.0"
        source = { editable = "member" }
        dependencies = [{ name = "forked" }]

        [[package]]
        name = "requests"
        version = "2.32.3"
        source = { registry = "https://example.test/simple" }
        dependencies = [{ name = "idna" }]
        [package.optional-dependencies]
        socks = [{ name = "pysocks" }]

        [[package]]
        name = "idna"
        version = "3.10"
        source = { registry = "https://example.test/simple" }

        [[package]]
        name = "pysocks"
        version = "1.7.1"
        source = { url = "https://example.test/PySocks-1.7.1-py3-none-any.whl" }

        [[package]]
        name = "numpy"
        version = "1.26.0"
        source = { registry = "https://example.test/simple" }

        [[package]]
        name = "numpy"
        version = "2.0.0"
        source = { registry = "https://example.test/simple" }

        [[package]]
        name = "pytest"
        version = "8.0.0"
        source = { path = "pytest-8.0.0-py3-none-any.whl" }
        dependencies = [{ name = "idna" }, { name = "pluggy" }]

        [[package]]
        name = "pluggy"
        version = "1.5.0"
        source = { registry = "https://example.test/simple" }
        dependencies = [{ name = "pytest" }]

        [[package]]
        name = "forked"
        version = "2.0"
        source = { git = "https://example.test/forked?rev=0123#0123" }
        "#;

    #[test]
    fn what_the_project_reaches_is_told_by_how() {
        check(
            LOCK,
            "forked 2.0 (declared) direct
             idna 3.10 (declared) transitive
             numpy 1.26.0 (declared)
             numpy 2.0.0 (optional) direct
             pluggy 1.5.0 (development) transitive -> pytest
             pysocks 1.7.1 (declared) transitive
             pytest 8.0.0 (development) direct -> idna, pluggy
             requests 2.32.3 (declared) direct -> idna, pysocks",
        );
    }

    #[test]
    fn scripts_keep_their_requirements_apart() {
        testing::check(
            &ANALYZER,
            "srv/run.py.lock",
            "version = 1\n[manifest]\nrequirements = [{ name = 'a', specifier = '>=1' }]\n
             [[package]]\nname = 'a'\nversion = '1'\ndependencies = [{ name = 'b' }]\n
             [[package]]\nname = 'b'\nversion = '2'",
            "a 1 (declared) direct -> b\nb 2 (declared) transitive",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("[[package]", "gap: corrupt");
        check("package = 1", "");
    }

    #[test]
    fn the_name_tells() {
        for (path, expected) in [("srv/uv.lock", true), ("srv/x.py.lock", true), ("srv/x.lock", false)] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "uv.lock", &[LOCK.as_bytes()]);
    }
}
