//! `go.mod` (The Go Modules Reference, "go.mod files").
//!
//! What `require` names, after `replace` and `exclude`; the comment `// indirect` tells the transitive from the direct. A
//! module that is replaced by a folder is part of the project and left out. `toolchain` says which standard library the project is built with; `go` only says which language version it
//! needs at least, so it declares nothing. Before Go 1.17 most transitive modules were not named; `go.sum` is no help, because
//! it also has checksums of modules that were only considered. `go.work` names folders of the project only. Manifests in the module cache belong to dependencies and are not wanted.

use std::collections::{BTreeMap, BTreeSet};

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names which modules a build chooses from: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "go-mod", version: 2, files: &[Key::Name("go.mod").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Golang);
    let mut required = Vec::new();
    let mut excluded = BTreeSet::new();
    // The version is empty where a replacement is for every version.
    let mut replaced = BTreeMap::new();
    let mut block = None;
    for line in text.lines() {
        let words: Vec<&str> = words(line).collect();
        let (verb, arguments) = match (block, &*words) {
            (_, []) => continue,
            (Some(_), [")", ..]) => {
                block = None;
                continue;
            }
            (Some(verb), arguments) => (verb, arguments),
            (None, [verb, "("]) => {
                block = Some(*verb);
                continue;
            }
            (None, [verb, arguments @ ..]) => (*verb, arguments),
        };
        match (verb, arguments) {
            ("require", &[path, version, ..]) => {
                let relation = if is_indirect(line) { Relation::Transitive } else { Relation::Direct };
                required.push((path, version, relation));
            }
            ("exclude", &[path, version, ..]) => {
                excluded.insert((path, version));
            }
            ("replace", &[path, "=>", new, ref version @ ..]) => {
                replaced.insert((path, ""), (new, version.first().copied()));
            }
            ("replace", &[path, old, "=>", new, ref version @ ..]) => {
                replaced.insert((path, old), (new, version.first().copied()));
            }
            ("toolchain", &[name, ..]) => {
                if let Some(version) = name.strip_prefix("go").filter(|version| version.starts_with(is_digit)) {
                    listing.add("stdlib", version, Presence::Declared);
                }
            }
            _ => {}
        }
    }
    for (path, version, relation) in required {
        if excluded.contains(&(path, version)) {
            continue;
        }
        let (path, version) = match replaced.get(&(path, version)).or_else(|| replaced.get(&(path, ""))) {
            None => (path, version),
            Some((path, Some(version))) => (*path, *version),
            // A folder.
            Some((_, None)) => continue,
        };
        if let Some(package) = listing.add(path, version, Presence::Declared) {
            package.relation = match package.relation {
                Relation::Direct => Relation::Direct,
                _ => relation,
            };
        }
    }
    listing.tell(facts);
    match block {
        None => Ok(()),
        Some(_) => Err(Unreadable::corrupt("the file ends inside a block")),
    }
}

/// Whether the line's comment is `// indirect`, perhaps with more behind a semicolon.
fn is_indirect(line: &str) -> bool {
    line.split_once("//").is_some_and(|(_, comment)| {
        comment
            .trim_start()
            .strip_prefix("indirect")
            .is_some_and(|rest| rest.trim().is_empty() || rest.starts_with(';'))
    })
}

/// The words of a line up to its comment. Quotes and parentheses are words' ends as well as spaces are.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        if rest.is_empty() || rest.starts_with("//") {
            return None;
        }
        let quote = rest.chars().next().filter(|first| matches!(first, '"' | '`'));
        if let Some(quote) = quote
            && let Some((word, after)) = rest[1..].split_once(quote)
        {
            rest = after;
            return Some(word);
        }
        let end = match rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')) {
            Some(0) => 1,
            Some(end) => end,
            None => rest.len(),
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        // A comment may follow a word without a space, but paths such as `a//b` do not exist.
        match word.split_once("//") {
            Some((word, _)) => {
                rest = "";
                Some(word)
            }
            None => Some(word),
        }
    })
}

fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(manifest: &str, expected: &str) {
        testing::check(&ANALYZER, "src/go.mod", manifest, expected);
    }

    const MANIFEST: &str = "
        module example.com/app // the project

        go 1.21
        toolchain go1.22.3

        require example.com/single v1.0.0
        require (
            example.com/direct/v2 v2.3.4
            example.com/indirect v0.0.0-20200624184116-66aa578126db // indirect
            \"example.com/quoted\" v1.1.0 // see example.com/other v9.9.9
            // example.com/comment v1.0.0
            example.com/old v3.0.0+incompatible
        )
        ";

    #[test]
    fn requirements_are_listed() {
        check(
            MANIFEST,
            "example.com/direct/v2 v2.3.4 (declared) direct
             example.com/indirect v0.0.0-20200624184116-66aa578126db (declared) transitive
             example.com/old v3.0.0+incompatible (declared) direct
             example.com/quoted v1.1.0 (declared) direct
             example.com/single v1.0.0 (declared) direct
             stdlib 1.22.3 (declared)",
        );
    }

    #[test]
    fn replacements_and_exclusions_apply() {
        check(
            "require (
                example.com/a v1.0.0
                example.com/b v1.0.0
                example.com/b v2.0.0
                example.com/c v1.0.0
                example.com/d v1.0.0
                example.com/e v1.0.0
            )
            replace example.com/a => example.com/fork v1.0.1
            replace (
                example.com/b v1.0.0 => example.com/b v1.9.9
                example.com/c => ../c
            )
            exclude example.com/d v1.0.0
            exclude (
                example.com/e v0.9.0
            )
            retract v1.0.0",
            "example.com/b v1.9.9 (declared) direct
             example.com/b v2.0.0 (declared) direct
             example.com/e v1.0.0 (declared) direct
             example.com/fork v1.0.1 (declared) direct",
        );
    }

    #[test]
    fn comments_tell_who_asks() {
        check(
            "require a.test/a v1.0.0 // indirect; for a tool
             require a.test/b v1.0.0 //indirect
             require a.test/c v1.0.0 // indirectly
             require a.test/d v1.0.0 // indirect
             require a.test/d v1.0.0",
            "a.test/a v1.0.0 (declared) transitive
             a.test/b v1.0.0 (declared) transitive
             a.test/c v1.0.0 (declared) direct
             a.test/d v1.0.0 (declared) direct",
        );
    }

    #[test]
    fn the_language_version_and_unnamed_toolchains_declare_nothing() {
        check("module example.com/app\r\ngo 1.22.3\r\ntoolchain default\r\n", "");
        check("toolchain go1.23rc1", "stdlib 1.23rc1 (declared)");
    }

    #[test]
    fn a_cut_file_is_a_gap_and_keeps_what_is_there() {
        check("require (\n  example.com/a v1.0.0\n", "example.com/a v1.0.0 (declared) direct\ngap: corrupt");
        check("require example.com/a v1.0.0\0", "gap: corrupt");
    }

    #[test]
    fn manifests_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "src/go.mod"));
        assert!(!wants(&ANALYZER, "root/go/pkg/mod/example.com/a@v1.0.0/go.mod"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "go.mod", &[MANIFEST.as_bytes(), b"replace a v1 => b v2\nexclude (\n"]);
    }
}
