//! `Podfile.lock` (CocoaPods Guides, "Using CocoaPods", "What is Podfile.lock?"; CocoaPods writes it as YAML).
//!
//! `PODS` lists each pod and each part of one (`Name/Part`) as `Name (1.0)`, with what it needs below it. `DEPENDENCIES` is
//! what the project asks for. Pods in folders (`EXTERNAL SOURCES` with `:path`) are the project's own, or another package
//! manager's, and left out. `Pods/Manifest.lock` is a copy of this file, and not wanted.

use std::collections::HashSet;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::yaml::{self, Node};

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "podfile-lock", version: 1, files: &[Key::Name("Podfile.lock").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock = yaml::parse(file.content)?;
    if !matches!(lock, Node::Map(_) | Node::Null) {
        return Err(Unreadable::corrupt("not a lockfile of CocoaPods"));
    }
    let direct: HashSet<&str> = lock.get("DEPENDENCIES").items().iter().map(|pod| name(pod.text())).collect();
    let sources = lock.get("EXTERNAL SOURCES").entries().iter();
    let own: HashSet<&str> =
        sources.filter(|(_, source)| *source.get(":path") != Node::Null).map(|(name, _)| &**name).collect();
    let mut listing = Listing::new(PackageKind::Cocoapods);
    for pod in lock.get("PODS").items() {
        let (pod, needs) = pod.entries().first().map_or((pod.text(), &[][..]), |(pod, needs)| (&**pod, needs.items()));
        let name = name(pod);
        let version = pod[name.len()..].trim_start().strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        if own.contains(name.split('/').next().unwrap_or_default()) {
            continue;
        }
        if let Some(package) = listing.add(name, version.unwrap_or_default(), Presence::Declared) {
            package.relation = if direct.contains(name) { Relation::Direct } else { Relation::Transitive };
            let names = needs.iter().map(|needed| self::name(needed.text()).to_owned());
            package.requires.extend(names.map(|name| Requirement { name, version: None }));
        }
    }
    listing.tell(facts);
    Ok(())
}

/// `Name/Part` of `Name/Part (~> 1.0)`.
fn name(pod: &str) -> &str {
    pod.split(' ').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/Podfile.lock", lock, expected);
    }

    const LOCK: &str = r#"PODS:
  - AFNetworking (4.0.1):
    - AFNetworking/NSURLSession (= 4.0.1)
  - AFNetworking/NSURLSession (4.0.1)
  - "GoogleUtilities/NSData+zlib (7.11.5)"
  - Own/Core (0.1.0)
  - Tool (1.10):
    - "GoogleUtilities/NSData+zlib (~> 7.11)"
    - Own/Core

DEPENDENCIES:
  - AFNetworking (~> 4.0)
  - Own (from `../Own`)
  - Tool (from `https://example.test/tool.git`)

EXTERNAL SOURCES:
  Own:
    :path: "../Own"
  Tool:
    :git: "https://example.test/tool.git"

SPEC CHECKSUMS:
  AFNetworking: 00

COCOAPODS: 1.12.1
"#;

    #[test]
    fn pods_of_others_are_listed() {
        check(
            LOCK,
            "AFNetworking 4.0.1 (declared) direct -> AFNetworking/NSURLSession
             AFNetworking/NSURLSession 4.0.1 (declared) transitive
             GoogleUtilities/NSData+zlib 7.11.5 (declared) transitive
             Tool 1.10 (declared) direct -> GoogleUtilities/NSData+zlib",
        );
    }

    #[test]
    fn empty_and_broken_locks() {
        check("", "");
        check("PODS:\n  - A\n  - B ()\n  - C (1.0\n", "");
        check("- a", "gap: corrupt");
        check("PODS: [", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Podfile.lock", &[LOCK.as_bytes()]);
    }
}
