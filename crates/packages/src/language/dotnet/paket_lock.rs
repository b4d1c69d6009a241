//! `paket.lock` (Paket documentation, "The paket.lock file", and its reader, `LockFileParser`): groups of sources, each with
//! packages by their exact version and, one step deeper, the ranges of what they need. The fixtures of its tests were
//! written after lockfiles of that project.
//!
//! Packages of `NUGET` sources are listed. Files of `GITHUB`, `GIST` and `HTTP`, and repositories of `GIT` have no version
//! that advisories know. Versions are written without zeros at their end, `4.7` for `4.7.0`. The file does not say what
//! the project asks for by name, nor which group is only for the build.

use std::collections::BTreeMap;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use super::exact_version;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::{document, text};

/// Names what to restore, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "paket-lock", version: 1, files: &[Key::Name("paket.lock").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(document(file.content)?)?;
    let mut listing = Listing::new(PackageKind::Nuget);
    let mut group = Group::default();
    let mut nuget = false;
    for line in text.lines() {
        let entry = line.trim();
        let indent = line.len() - line.trim_start().len();
        match indent {
            _ if entry.is_empty() => {}
            0 => {
                nuget = entry == "NUGET";
                if entry.starts_with("GROUP ") {
                    std::mem::take(&mut group).tell(&mut listing);
                }
            }
            // Two steps are an address, four a package, six what it needs.
            4 if nuget => group.package(entry),
            6.. if nuget => group.requirement(entry),
            _ => {}
        }
    }
    group.tell(&mut listing);
    listing.tell(facts);
    Ok(())
}

/// What one group resolved to: each package once.
#[derive(Default)]
struct Group<'a> {
    /// Versions and requirements by names in lower case.
    packages: BTreeMap<String, (&'a str, &'a str, Vec<&'a str>)>,
    last: String,
}

impl<'a> Group<'a> {
    /// `Name (1.0.0) - restriction: >= net45`
    fn package(&mut self, entry: &'a str) {
        self.last.clear();
        let Some((name, rest)) = entry.split_once(" (") else { return };
        let Some(version) = rest.split_once(')').and_then(|(version, _)| exact_version(version)) else { return };
        self.last = name.to_lowercase();
        self.packages.insert(self.last.clone(), (name, version, Vec::new()));
    }

    fn requirement(&mut self, entry: &'a str) {
        let name = entry.split_whitespace().next().unwrap_or_default();
        if let Some((_, _, requires)) = self.packages.get_mut(&self.last) {
            requires.push(name);
        }
    }

    fn tell(self, listing: &mut Listing) {
        for (name, version, requires) in self.packages.values() {
            let Some(package) = listing.add(name, version, Presence::Declared) else { continue };
            let found = requires.iter().filter_map(|required| self.packages.get(&required.to_lowercase()));
            package.requires.extend(found.map(|(name, version, _)| Requirement {
                name: (*name).to_owned(),
                version: Some((*version).to_owned()),
            }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/paket.lock", text, expected);
    }

    const LOCK: &str = "STORAGE: NONE
RESTRICTION: >= net45
NUGET
  remote: https://feed.example/v3/index.json
    Castle.Core (4.4.1) - restriction: >= netstandard1.3
      System.Text (>= 4.3) - restriction: && (< net35)
    Moq (4.18.1)
      castle.core (>= 4.4)
      Gone (>= 1.0)
    System.Text (4.3.1)
GITHUB
  remote: owner/name
    src/File.fs (0123456789)

GROUP Build
NUGET
  remote: https://feed.example/v3/index.json
    System.Text (5.0)
    FAKE (5.23.1)
      System.Text
";

    #[test]
    fn groups_resolve_on_their_own() {
        let expected = "
            Castle.Core 4.4.1 (declared) -> System.Text 4.3.1
            FAKE 5.23.1 (declared) -> System.Text 5.0
            Moq 4.18.1 (declared) -> Castle.Core 4.4.1
            System.Text 4.3.1 (declared)
            System.Text 5.0 (declared)";
        check(LOCK, expected);
        check(&LOCK.replace('\n', "\r\n"), expected);
    }

    #[test]
    fn settings_and_older_forms_are_understood() {
        check(
            "REDIRECTS: ON\nSTORAGE: NONE\nRESTRICTION: || (>= net461) (>= netstandard2.0)\nNUGET\n  \
               remote: https://feed.example/api/v2\n  specs:\n    \
                 Chessie (0.6)\n      FSharp.Core  - restriction: && (>= net461) (< netstandard1.6)\n      \
                   FSharp.Core (>= 4.0.1.7-alpha) - restriction: >= netstandard2.0\n    \
                 DotNet.ReproducibleBuilds (0.1.66) - copy_local: true\n    \
                 FSharp.Core (9.0.101)\n    \
                 dotnet-fable (1.1.7) - clitool: true\n    \
                 System.Net.Http (4.3.4) - isRuntimeDependency: true\n  \
               remote: ./packages\n    Own (1.0.0-beta1) - redirects: force, restriction: >= net45\n\
             HTTP\n  remote: https://files.example\n    file.dll (/file.dll) file.dll\n\
             GIT\n  remote: https://git.example/x.git\n     (0123456789)\n      build: build.cmd\n      FSharp.Core (>= 4)\n",
            "Chessie 0.6 (declared) -> FSharp.Core 9.0.101
             DotNet.ReproducibleBuilds 0.1.66 (declared)
             FSharp.Core 9.0.101 (declared)
             Own 1.0.0-beta1 (declared)
             System.Net.Http 4.3.4 (declared)
             dotnet-fable 1.1.7 (declared)",
        );
    }

    #[test]
    fn what_is_no_lock_lists_nothing() {
        check("", "");
        check("NUGET\n    a (>= 1)\n      b (1)\n    c\n", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "paket.lock", &[LOCK.as_bytes()]);
    }
}
