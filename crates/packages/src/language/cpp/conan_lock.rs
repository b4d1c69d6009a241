//! `conan.lock` of Conan 1 and 2 (Conan 1 documentation, "Lockfiles"; Conan 2 documentation, "Lockfiles").
//!
//! Conan 1 writes a graph: nodes with a reference and the nodes that they need. The node that has a path is the project
//! itself, so it is left out; what it needs is direct. Early lockfiles, such as those of version 0.2, write what a
//! node needs as an object from references to ids, later ones (0.4) as a list of ids. Conan 2 (version 0.5) writes lists
//! of references without edges: `requires`, and `build_requires`, `python_requires` and `config_requires`, which only
//! builds need. So do the nodes of Conan 1 in the context `build`.

use std::collections::{BTreeMap, BTreeSet};

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Requirement, Unreadable};
use serde::de::{IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::reference;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Items, Text};

/// Names what to build against, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "conan-lock", version: 2, files: &[Key::Name("conan.lock").when(is_the_projects)], analyze };

json::object! {
    struct Lock<'a> {
        "graph_lock" => graph: Graph<'a>,
        "requires" => requires: Items<Text<'a>>,
        "build_requires" => build_requires: Items<Text<'a>>,
        "python_requires" => python_requires: Items<Text<'a>>,
        "config_requires" => config_requires: Items<Text<'a>>,
    }
}

json::object! {
    struct Graph<'a> {
        "nodes" => nodes: Entries<'a, Node<'a>>,
    }
}

json::object! {
    struct Node<'a> {
        "ref" => reference: Text<'a>,
        // As the first lockfiles wrote it, with the package's id.
        "pref" => package: Text<'a>,
        "path" => path: Text<'a>,
        "context" => context: Text<'a>,
        "requires" => requires: Ids<'a>,
        "build_requires" => build_requires: Ids<'a>,
    }
}

/// The ids of other nodes.
#[derive(Default)]
struct Ids<'a>(Vec<Text<'a>>);

impl<'a> Deserialize<'a> for Ids<'a> {
    fn deserialize<D: Deserializer<'a>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsIds;
        impl<'de> Visitor<'de> for AsIds {
            type Value = Ids<'de>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a list or an object")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut ids = Vec::new();
                while let Some(id) = list.next_element()? {
                    ids.push(id);
                }
                Ok(Ids(ids))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
                let mut ids = Vec::new();
                while let Some((IgnoredAny, id)) = object.next_entry()? {
                    ids.push(id);
                }
                Ok(Ids(ids))
            }
            json::otherwise_default!(bool number text null);
        }
        deserializer.deserialize_any(AsIds)
    }
}

impl Node<'_> {
    fn reference(&self) -> Option<(&str, &str)> {
        reference::parse(self.reference.get()).or_else(|| reference::parse(self.package.get()))
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock: Lock<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Conan);
    list_graph(&lock.graph, &mut listing);
    let for_builds = [&lock.build_requires, &lock.python_requires, &lock.config_requires];
    let listed = lock.requires.0.iter().map(|text| (text, Presence::Declared));
    let listed = listed
        .chain(for_builds.into_iter().flat_map(|list| &list.0).map(|text| (text, Presence::DeclaredForDevelopment)));
    for (text, presence) in listed {
        if let Some((name, version)) = reference::parse(text.get()) {
            listing.add(name, version, presence);
        }
    }
    listing.tell(facts);
    Ok(())
}

fn list_graph(graph: &Graph<'_>, listing: &mut Listing) {
    // An id of two bytes becomes a name and a version.
    let mut edges_left = 100_000_usize;
    let nodes: BTreeMap<&str, &Node<'_>> = graph.nodes.0.iter().map(|(id, node)| (id.get(), node)).collect();
    let own = || nodes.values().filter(|node| !node.path.get().is_empty());
    let named = |ids: &Ids<'_>| ids.0.iter().map(|id| id.get().to_owned()).collect::<Vec<_>>();
    let direct: BTreeSet<String> = own().flat_map(|node| named(&node.requires)).collect();
    let for_builds: BTreeSet<String> = nodes.values().flat_map(|node| named(&node.build_requires)).collect();
    let direct_for_builds: BTreeSet<String> = own().flat_map(|node| named(&node.build_requires)).collect();
    let told = own().next().is_some();
    for (&id, node) in &nodes {
        let Some((name, version)) = node.reference().filter(|_| node.path.get().is_empty()) else { continue };
        let presence = if node.context.get() == "build" || for_builds.contains(id) {
            Presence::DeclaredForDevelopment
        } else {
            Presence::Declared
        };
        let Some(package) = listing.add(name, version, presence) else { continue };
        if told && package.relation != Relation::Direct {
            let is_direct = direct.contains(id) || direct_for_builds.contains(id);
            package.relation = if is_direct { Relation::Direct } else { Relation::Transitive };
        }
        let needed = &node.requires.0[..node.requires.0.len().min(edges_left)];
        edges_left -= needed.len();
        package.requires.extend(needed.iter().filter_map(|id| {
            let (name, version) = nodes.get(id.get())?.reference()?;
            (name.len() + version.len() < 512).then(|| Requirement { name: name.into(), version: Some(version.into()) })
        }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "src/conan.lock", lock, expected);
    }

    const VERSION_1: &str = r#"{"graph_lock": {"nodes": {
        "0": {"ref": "app/0.1", "path": "conanfile.txt", "requires": ["1"], "build_requires": ["3"], "context": "host"},
        "1": {"ref": "boost/1.75.0#a9c3", "package_id": "00", "requires": ["2", "9"], "context": "host"},
        "2": {"ref": "zlib/1.2.12@user/channel#3b9c", "context": "host"},
        "3": {"ref": "cmake/3.22.0", "requires": ["4"], "context": "build"},
        "4": {"pref": "openssl/1.1.1q#0:5ab8#1", "context": "build"}
    }, "revisions_enabled": true}, "version": "0.4", "profile_host": "[settings]\n"}"#;

    const VERSION_2: &str = r#"{"version": "0.5",
        "requires": ["sound32/1.0#83d4%1675278904.07", "matrix/1.1", "open/[>=1.0]"],
        "build_requires": ["cmake/3.23.5#5f18%1676913225.027"], "python_requires": ["tool/0.1"]}"#;

    #[test]
    fn version_1_is_a_graph() {
        check(
            VERSION_1,
            "boost 1.75.0 (declared) direct -> zlib 1.2.12
             cmake 3.22.0 (development) direct -> openssl 1.1.1q
             openssl 1.1.1q (development) transitive
             zlib 1.2.12 (declared) transitive",
        );
    }

    #[test]
    fn the_first_lockfiles_name_what_is_needed_as_well() {
        check(
            r#"{"profile_host": "[settings]\n", "graph_lock": {"nodes": {
                "0": {"pref": null, "options": "zlib:shared=False", "path": "/srv/conanfile.txt",
                    "requires": {"png/1.6.37#00": "1"}},
                "1": {"pref": "png/1.6.37#00:6af9#01", "requires": {"zlib/1.2.11#02": "2"}},
                "2": {"pref": "zlib/1.2.11#02:6af9#03", "options": "fPIC=True"}
            }}, "version": "0.2"}"#,
            "png 1.6.37 (declared) direct -> zlib 1.2.11\nzlib 1.2.11 (declared) transitive",
        );
    }

    #[test]
    fn a_graph_without_its_project_does_not_tell_who_asks() {
        check(r#"{"graph_lock": {"nodes": {"1": {"ref": "a/1.0", "requires": ["1"]}}}}"#, "a 1.0 (declared) -> a 1.0");
    }

    #[test]
    fn version_2_is_lists() {
        check(
            VERSION_2,
            "cmake 3.23.5 (development)
             matrix 1.1 (declared)
             sound32 1.0 (declared)
             tool 0.1 (development)",
        );
    }

    #[test]
    fn broken_locks_are_gaps() {
        check("{ corrupt", "gap: corrupt");
        check("{}", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "conan.lock", &[VERSION_1.as_bytes(), VERSION_2.as_bytes()]);
    }
}
