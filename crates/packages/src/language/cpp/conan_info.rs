//! `conaninfo.txt` of a package in the cache of Conan 1 (Conan 1 documentation, "Package Creation: understanding
//! packaging"): `.conan/data/NAME/VERSION/USER/CHANNEL/package/ID/conaninfo.txt`.
//!
//! The folders name the package, which is installed. The section `full_requires` has the exact versions of all that it
//! was built against, and `requires` names those that it asks for itself. The file of Conan 2 lies in a folder without a
//! name and has no exact versions; it says nothing.

use std::collections::BTreeSet;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Requirement, Unreadable};

use super::{reference, sections};
use crate::listing::Listing;
use crate::syntax::text;

/// A package in Conan's cache: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "conan-info", version: 1, files: &[Key::Name("conaninfo.txt").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let name = |line| Some(str::split_once(line, '/')?.0);
    let wanted: BTreeSet<&str> = sections::lines(&text)
        .filter(|(section, _)| *section == "requires")
        .filter_map(|(_, line)| name(line))
        .collect();
    let mut listing = Listing::new(PackageKind::Conan);
    let mut needed = Vec::new();
    for (section, line) in sections::lines(&text) {
        if section == "full_requires"
            && let Some((name, version)) = reference::parse(line)
        {
            listing.add(name, version, Presence::Declared);
            if wanted.contains(name) {
                needed.push(Requirement { name: name.to_owned(), version: Some(version.to_owned()) });
            }
        }
    }
    if let Some((name, version)) = identity(file.path)
        && let Some(package) = listing.add(&name, &version, Presence::Installed)
    {
        package.requires = needed;
    }
    listing.tell(facts);
    Ok(())
}

/// Name and version from the folders above the file, from the inside: the package's id, `package`, channel, user.
fn identity(path: &ImagePath) -> Option<(String, String)> {
    let folders = std::str::from_utf8(path.parent()).ok()?;
    let mut folders = folders.rsplit('/').skip(1);
    if folders.next()? != "package" {
        return None;
    }
    let (version, name) = (folders.nth(2)?, folders.next()?);
    Some((name.to_owned(), version.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const PATH: &str = "root/.conan/data/app/1.2.2/_/_/package/9d1f07/conaninfo.txt";
    const INFO: &str = "[settings]\n    os=Linux\n\n[requires]\n    boost/1.Y.Z\n\n[options]\n    shared=False\n
[full_requires]\n    boost/1.75.0:dc8aed\n    zlib/1.2.13@us/ch:dfbe50\n\n[full_settings]\n    not/1.0\n";

    #[test]
    fn folders_name_the_package_and_a_section_what_it_was_built_against() {
        testing::check(
            &ANALYZER,
            PATH,
            INFO,
            "app 1.2.2 -> boost 1.75.0\nboost 1.75.0 (declared)\nzlib 1.2.13 (declared)",
        );
        testing::check(&ANALYZER, "build/conaninfo.txt", INFO, "boost 1.75.0 (declared)\nzlib 1.2.13 (declared)");
        testing::check(&ANALYZER, "root/.conan2/p/b/zlib0123/p/conaninfo.txt", "[requires]\nzlib/1.2.Z\n", "");
        testing::check(&ANALYZER, PATH, "\0", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[INFO.as_bytes()]);
    }
}
