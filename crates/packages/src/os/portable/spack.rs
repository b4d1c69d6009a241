//! What Spack built, by the specification that it keeps in each installation.
//!
//! **Files.** `.spack/spec.json` in an installation's folder.
//!
//! **Format.** Spack's specification files since version 2 (Spack's JSON schema `spec`): `nodes` in `spec`, the installed
//! package first, then all that it needs. Types of dependencies are in `type`, since version 4 in `parameters`.
//!
//! **Facts.** The installed package, and what it needs at run time (`link` or `run`) with exact versions. The others
//! have files of their own.
//!
//! **Not seen.** Version 1, in which nodes were keys. The tests were written from the schema.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, Key, Package, PackageKind, Requirement, Unreadable};

use crate::listing::is_word;
use crate::syntax::json::{self, Items, Text, object};

/// Names what was built: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "spack", version: 1, files: &[Key::Ends(".spack/spec.json").any()], analyze };

object! {
    struct Document<'a> {
        "spec" => spec: Spec<'a>,
    }
}

object! {
    struct Spec<'a> {
        "nodes" => nodes: Items<Node<'a>>,
    }
}

object! {
    struct Node<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "hash" => hash: Text<'a>,
        "dependencies" => dependencies: Items<Dependency<'a>>,
    }
}

object! {
    struct Dependency<'a> {
        "hash" => hash: Text<'a>,
        // Version 4 puts the types into parameters.
        "type" => types: Items<Text<'a>>,
        "parameters" => parameters: Parameters<'a>,
    }
}

object! {
    struct Parameters<'a> {
        "deptypes" => types: Items<Text<'a>>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document: Document<'_> = json::parse(file.content)?;
    let nodes = &document.spec.nodes.0;
    let installed = nodes.first().filter(|node| is_word(node.name.get()) && is_word(node.version.get()));
    let installed =
        installed.ok_or_else(|| Unreadable::unsupported("there is no list of nodes with a package first"))?;
    let by_hash: HashMap<&str, &Node<'_>> = nodes.iter().map(|node| (node.hash.get(), node)).collect();
    let mut package = Package::new(PackageKind::Spack, installed.name.get(), installed.version.get());
    for dependency in installed.dependencies.0.iter().filter(|dependency| dependency.is_for_running()) {
        let needed = by_hash.get(dependency.hash.get()).filter(|node| node.name.get() != installed.name.get());
        package.requires.extend(needed.map(|node| Requirement {
            name: node.name.get().to_owned(),
            version: Some(node.version.get().to_owned()),
        }));
    }
    package.requires.sort_unstable();
    package.requires.dedup();
    facts.package(package);
    Ok(())
}

impl Dependency<'_> {
    fn is_for_running(&self) -> bool {
        let mut types = self.types.0.iter().chain(&self.parameters.types.0);
        types.any(|kind| matches!(kind.get(), "link" | "run"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives};

    const PATH: &str = "opt/spack/linux/zlib-1.3.1-abc/.spack/spec.json";
    const SPEC: &str = r#"{"spec": {"_meta": {"version": 4}, "nodes": [
        {"name": "curl", "version": "8.7.1", "hash": "aa", "dependencies": [
            {"name": "zlib", "hash": "bb", "parameters": {"deptypes": ["build", "link"], "virtuals": []}},
            {"name": "openssl", "hash": "cc", "type": ["link"]},
            {"name": "gmake", "hash": "dd", "parameters": {"deptypes": ["build"]}}]},
        {"name": "zlib", "version": "1.3.1", "hash": "bb"},
        {"name": "openssl", "version": "3.3.0", "hash": "cc"},
        {"name": "gmake", "version": "4.4.1", "hash": "dd"}]}}"#;

    #[test]
    fn the_first_node_is_the_package() {
        check(&ANALYZER, PATH, SPEC, "curl 8.7.1 -> openssl 3.3.0, zlib 1.3.1");
        // Version 5 has more keys, and compilers among the nodes.
        let fifth = SPEC.replace("\"version\": 4", "\"version\": 5").replace(
            "{\"name\": \"zlib\", \"hash\": \"bb\", \"parameters\": {",
            "{\"name\": \"zlib\", \"hash\": \"bb\", \"parameters\": {\"direct\": true, ",
        );
        let fifth = fifth
            .replace("\"hash\": \"bb\"}", "\"hash\": \"bb\", \"annotations\": {\"original_specfile_version\": 4}}");
        check(&ANALYZER, PATH, fifth, "curl 8.7.1 -> openssl 3.3.0, zlib 1.3.1");
        check(&ANALYZER, PATH, r#"{"spec": [{"zlib": {"version": "1.2"}}]}"#, "gap: unsupported");
        check(&ANALYZER, PATH, "{", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[SPEC.as_bytes()]);
    }
}
