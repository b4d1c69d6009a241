//! `stack.yaml.lock` and `stack.yaml` (Stack documentation, "Lock files" and "extra-deps").
//!
//! The lockfile lists what is not in the project's snapshot, each as `completed`: `hackage: NAME-VERSION@checksum`, or, for
//! archives and repositories, `name` and `version`. `stack.yaml` names the same as `extra-deps`. The snapshot's own
//! packages, thousands of which a few are used, are in neither file. Nor is who asks for what.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::yaml::{self, Node};

/// Names what to build, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "stack",
    version: 1,
    files: &[Key::Name("stack.yaml").when(is_the_projects), Key::Name("stack.yaml.lock").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = yaml::parse(file.content)?;
    if !matches!(document, Node::Map(_) | Node::Null) {
        return Err(Unreadable::corrupt("not a file of Stack"));
    }
    let mut listing = Listing::new(PackageKind::Hackage);
    // In `stack.yaml` the packages are folders, which have no `completed`.
    for package in document.get("packages").items() {
        let completed = package.get("completed");
        let (name, version) = match completed.get("hackage").text() {
            "" => (completed.get("name").text(), completed.get("version").text()),
            identifier => split(identifier).unwrap_or_default(),
        };
        listing.add(name, version, Presence::Declared);
    }
    for (name, version) in document.get("extra-deps").items().iter().filter_map(|package| split(package.text())) {
        listing.add(name, version, Presence::Declared);
    }
    listing.tell(facts);
    Ok(())
}

/// `lens-aeson-1.1.3@sha256:0123,45`, or `@rev:1`.
fn split(identifier: &str) -> Option<(&str, &str)> {
    let (name, version) = identifier.split('@').next()?.rsplit_once('-')?;
    let is_version = version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (is_version && !name.contains(['/', ':'])).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const LOCK: &str = "
packages:
- completed:
    hackage: lens-aeson-1.1.3@sha256:00,12
    pantry-tree: {size: 1428, sha256: 00}
  original:
    hackage: lens-aeson-1.1.3
- completed:
    git: https://example.test/tool.git
    commit: 0123
    name: tool
    version: 0.1.0.2
  original: {git: https://example.test/tool.git}
snapshots:
- completed: {size: 1, url: https://example.test/lts.yaml, sha256: 00}
  original: lts-18.28
";

    const PROJECT: &str = "
resolver: lts-18.28
packages:
- .
- lib-1.0
extra-deps:
- stm-2.5.0.2@sha256:00,2314
- acme-1.0@rev:1
- ../own-1.0
- acme-missiles
- git: https://example.test/tool.git
  commit: 0123
";

    fn check(content: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/stack.yaml", content, expected);
    }

    #[test]
    fn what_is_not_in_the_snapshot_is_listed() {
        check(LOCK, "lens-aeson 1.1.3 (declared)\ntool 0.1.0.2 (declared)");
        check(PROJECT, "acme 1.0 (declared)\nstm 2.5.0.2 (declared)");
    }

    #[test]
    fn empty_and_broken_files() {
        check("", "");
        check("extra-deps: []", "");
        check("- a", "gap: corrupt");
        check("a: [", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "stack.yaml", &[LOCK.as_bytes(), PROJECT.as_bytes()]);
    }
}
