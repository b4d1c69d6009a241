//! Snaps, by what they say of themselves.
//!
//! **Files.** `snap/NAME/REVISION/meta/snap.yaml`.
//!
//! **Format.** Snap documentation, "The snap format", `snap.yaml`: `name`, `version`, `architectures`, `license`, and
//! `base`, the snap that it runs on.
//!
//! **Facts.** The snap with its licence and what it runs on.
//!
//! **Not seen.** Snaps in their archives (`.snap`, SquashFS). Packages from which a snap was built, which are in other
//! files. The tests were written from the documentation.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use super::folders;
use crate::listing::is_word;
use crate::syntax::yaml;

/// Names the snap: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "snap", version: 1, files: &[Key::Name("snap.yaml").when(is_installed)], analyze };

fn is_installed(path: &ImagePath) -> bool {
    matches!(folders(path), Some(["meta", _, _, "snap"]))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let snap = yaml::parse(file.content)?;
    let (name, version) = (snap.get("name").text(), snap.get("version").text());
    if !is_word(name) || !is_word(version) {
        return Err(Unreadable::corrupt("there is no name or no version"));
    }
    let mut package = Package::new(PackageKind::Snap, name, version);
    package.arch = match snap.get("architectures").items() {
        [arch] if arch.text() != "all" => Some(arch.text().to_owned()),
        _ => None,
    };
    package.licenses.extend(Some(snap.get("license").text().to_owned()).filter(|license| !license.is_empty()));
    let base = Some(snap.get("base").text()).filter(|base| is_word(base) && *base != "none" && *base != name);
    package.requires.extend(base.map(|base| Requirement { name: base.to_owned(), version: None }));
    facts.package(package);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "snap/hello/42/meta/snap.yaml";
    const SNAP: &str =
        "name: hello\nversion: '2.10'\nbase: core22\nlicense: GPL-3.0\narchitectures:\n- amd64\napps:\n  a: {}\n";

    #[test]
    fn a_snap_says_what_it_is() {
        check(&ANALYZER, PATH, SNAP, "hello 2.10 [GPL-3.0] -> core22");
        check(&ANALYZER, PATH, "name: core22\nversion: 1.10\n", "core22 1.10");
        check(&ANALYZER, PATH, "name: a\n", "gap: corrupt");
    }

    #[test]
    fn only_installed_snaps_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "src/snap/snap.yaml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[SNAP.as_bytes()]);
    }
}
