//! `Gemfile.lock`, `gems.locked` and `Gemfile.next.lock` (there is no specification; sections and depths are those of
//! Bundler's class `LockfileParser`: `GEM`, `GIT`, `PATH`, `PLUGIN SOURCE`, `DEPENDENCIES` and others).
//!
//! Each source lists its gems below `specs:`, four spaces deep, with version and platform in brackets, and below each gem
//! what it needs, six spaces deep. `DEPENDENCIES` names what the project asks for; so do gems of the project itself.
//! Gems below `PATH` are folders of the project and left out. Which groups a gem belongs to is not in the file, and
//! neither is Bundler itself as a dependency. Lockfiles inside of installed gems are not wanted: nobody heeds them.

use std::collections::HashSet;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names what to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "bundler-lock",
    version: 1,
    files: &[
        Key::Name("Gemfile.lock").when(is_the_projects),
        Key::Name("gems.locked").when(is_the_projects),
        Key::Name("Gemfile.next.lock").when(is_the_projects),
    ],
    analyze,
};

/// Where a line stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Gems,
    Project,
    Dependencies,
    Other,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut section = Section::Other;
    let mut known = false;
    let mut gems: Vec<(&str, &str, Vec<Requirement>)> = Vec::new();
    let mut direct = HashSet::new();
    for line in text.lines() {
        let entry = line.trim_start_matches(' ');
        match (line.len() - entry.len(), section) {
            (0, _) if !entry.is_empty() => {
                section = match entry.trim_end() {
                    "GEM" | "GIT" | "PLUGIN SOURCE" => Section::Gems,
                    "PATH" => Section::Project,
                    "DEPENDENCIES" => Section::Dependencies,
                    _ => Section::Other,
                };
                known |= section != Section::Other;
            }
            (2, Section::Dependencies) | (6, Section::Project) => drop(direct.insert(name(entry))),
            (4, Section::Gems) => {
                if let Some((name, version)) = gem(entry) {
                    gems.push((name, version, Vec::new()));
                }
            }
            (6, Section::Gems) => {
                if let Some((_, _, requires)) = gems.last_mut() {
                    requires.push(Requirement { name: name(entry).to_owned(), version: None });
                }
            }
            _ => {}
        }
    }
    if !known && !text.trim().is_empty() {
        return Err(Unreadable::corrupt("none of the sections of a lockfile of Bundler"));
    }
    let mut listing = Listing::new(PackageKind::Gem);
    for (name, version, requires) in gems {
        if let Some(package) = listing.add(name, version, Presence::Declared) {
            package.relation = if direct.contains(name) { Relation::Direct } else { Relation::Transitive };
            package.requires.extend(requires);
        }
    }
    listing.tell(facts);
    Ok(())
}

/// `rack (~> 2.0)!` without the range and the mark of a source other than the usual.
fn name(entry: &str) -> &str {
    entry.split([' ', '!']).next().unwrap_or_default()
}

/// `nokogiri (1.15.4-x86_64-linux)`: versions of gems have no dash, so what follows one is the platform.
fn gem(entry: &str) -> Option<(&str, &str)> {
    let (name, version) = entry.trim_end().strip_suffix(')')?.split_once(" (")?;
    let version = version.split('-').next()?;
    version.starts_with(|first: char| first.is_ascii_digit()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/app/Gemfile.lock", lock, expected);
    }

    const LOCK: &str = "\
PATH
  remote: .
  specs:
    own (0.1.0)
      rake

GIT
  remote: https://example.test/tool.git
  revision: 0123
  branch: main
  specs:
    tool (2.0.0.pre)
      nokogiri

GEM
  remote: https://example.test/
  specs:
    mini_portile2 (2.8.5)
    nokogiri (1.15.4)
      mini_portile2 (~> 2.8.2)
      racc (~> 1.4)
    nokogiri (1.15.4-x86_64-linux)
      racc (~> 1.4)
    racc (1.7.1)
    racc (1.7.1-java)
    rake (13.0.6)
    rack (3.0.8)
      bundler (>= 1.0)

PLATFORMS
  java
  ruby
  x86_64-linux

DEPENDENCIES
  own!
  rack (~> 3.0)
  tool!

CHECKSUMS
  rack (3.0.8) sha256=00

RUBY VERSION
   ruby 3.2.2p53

BUNDLED WITH
   2.4.19
";

    const EXPECTED: &str = "
        mini_portile2 2.8.5 (declared) transitive
        nokogiri 1.15.4 (declared) transitive -> mini_portile2, racc
        racc 1.7.1 (declared) transitive
        rack 3.0.8 (declared) direct
        rake 13.0.6 (declared) direct
        tool 2.0.0.pre (declared) direct -> nokogiri";

    #[test]
    fn sections_say_what_comes_from_where() {
        check(LOCK, EXPECTED);
        check(&LOCK.replace('\n', "\r\n"), EXPECTED);
    }

    #[test]
    fn sources_of_plugins_and_unknown_sections() {
        check(
            "PLUGIN SOURCE\n  remote: s3://example.test\n  type: s3\n  specs:\n    a (1.0)\n\nGEM\n  specs:\n    b (2.0.0.rc1-arm64-darwin-23)
FUTURE\n  specs:\n    c (3.0)\n\nDEPENDENCIES\n  a (= 1.0)!\n\nCHECKSUMS\n  a (1.0) sha256=00\n  b (2.0.0.rc1-arm64-darwin-23)\n",
            "a 1.0 (declared) direct\nb 2.0.0.rc1 (declared) transitive",
        );
    }

    #[test]
    fn lines_that_are_no_gems_are_read_around() {
        check("GEM\n  specs:\n    a (1.0)\n    b 2\n    c ()\n   d (1)\n", "a 1.0 (declared) transitive");
        check("", "");
        check("nothing of that kind", "gap: corrupt");
    }

    #[test]
    fn locks_of_installed_gems_are_not_wanted() {
        for (path, expected) in [
            ("srv/app/Gemfile.lock", true),
            ("gems.locked", true),
            ("srv/Gemfile.next.lock", true),
            ("srv/gems/own/Gemfile.lock", true),
            ("usr/local/bundle/gems/foo-1.0/Gemfile.lock", false),
            ("usr/lib/ruby/gems/3.1.0/gems/foo-1.0/spec/Gemfile.lock", false),
            ("usr/local/bundle/bundler/gems/foo-0a1b/Gemfile.lock", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Gemfile.lock", &[LOCK.as_bytes()]);
    }
}
