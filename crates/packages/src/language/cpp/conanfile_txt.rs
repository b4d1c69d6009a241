//! `conanfile.txt` (Conan documentation, "conanfile.txt"): what a project asks for, in sections.
//!
//! Lines of `requires` name references; those of `build_requires`, `tool_requires` and `test_requires` are for builds and
//! tests only. Ranges, `zlib/[>=1.2]`, say nothing exact and are left out.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::{reference, sections};
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// What a project builds against: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "conanfile-txt", version: 1, files: &[Key::Name("conanfile.txt").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Conan);
    for (section, line) in sections::lines(&text) {
        let presence = match section {
            "requires" => Presence::Declared,
            "build_requires" | "tool_requires" | "test_requires" => Presence::DeclaredForDevelopment,
            _ => continue,
        };
        // A comment may follow.
        let word = line.split_whitespace().next().unwrap_or_default();
        if let Some((name, version)) = reference::parse(word)
            && let Some(package) = listing.add(name, version, presence)
        {
            package.relation = Relation::Direct;
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const MANIFEST: &str = "# what we need\n[requires]\n# exactly\nfmt/8.1.1 # formats\nsdl/2.0.20#1234%98\r
spdlog/1.9.2@us/ch#12\nzlib/[>=1.2]\n\n[tool_requires]\ncmake/3.23.5\n[options]\nnot/1.0:shared=True\n";

    #[test]
    fn exact_references_are_listed() {
        testing::check(
            &ANALYZER,
            "src/conanfile.txt",
            MANIFEST,
            "cmake 3.23.5 (development) direct
             fmt 8.1.1 (declared) direct
             sdl 2.0.20 (declared) direct
             spdlog 1.9.2 (declared) direct",
        );
        testing::check(&ANALYZER, "src/conanfile.txt", "\0", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "conanfile.txt", &[MANIFEST.as_bytes()]);
    }
}
