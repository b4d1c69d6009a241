//! What was built into the Nix store, and the recipes for it.
//!
//! **Files.** The folders `nix/store/HASH-NAME-VERSION-OUTPUT`, and `nix/store/HASH-NAME-VERSION.drv`. Most images made by Nix
//! have the former only.
//!
//! **Format.** The name is the package (Nix reference manual, "Store Path"): 32 characters of hash, a dash, and
//! a name in which the version begins at the first dash that no letter follows (`builtins.parseDrvName`). Behind the version the
//! name of an output may stand (`-bin`, `-dev`, `-lib` and so on).
//!
//! **Facts.** The package. What a recipe is for counts as declared, with little confidence: it may be there without what it
//! builds.
//!
//! **Not seen.** What a package needs, which only [the store's database](super::nix_database) says; outputs that are a single file,
//! or without a version in their name. Sources, patches and the like have names of files and are left out.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use super::folders;
use crate::listing::Listing;

/// Names what recipes are for: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "nix",
    version: 2,
    files: &[Key::Extension("drv").when(is_recipe), Key::Folder("nix/store").when(is_output)],
    analyze,
};

/// Ends of names of files that are fetched, not built.
const FETCHED: [&str; 12] =
    [".gz", ".bz2", ".xz", ".zst", ".tgz", ".zip", ".tar", ".patch", ".diff", ".sh", ".crate", ".gem"];

/// Names of outputs (Nixpkgs manual, "Multiple-output packages").
const OUTPUTS: [&str; 10] = ["bin", "dev", "lib", "out", "man", "doc", "devdoc", "info", "static", "debug"];

fn is_recipe(path: &ImagePath) -> bool {
    matches!(folders(path), Some(["store", "nix"])) && package(path).is_some()
}

fn is_output(path: &ImagePath) -> bool {
    package(path).is_some()
}

fn package(path: &ImagePath) -> Option<(&str, &str)> {
    let name = without_hash(std::str::from_utf8(path.name()).ok()?)?;
    name.strip_suffix(".drv").map_or_else(|| of_output(name), split)
}

/// Name and version of what this is an output of.
pub(super) fn of_output(name: &str) -> Option<(&str, &str)> {
    let (package, output) = name.rsplit_once('-')?;
    split(if OUTPUTS.contains(&output) { package } else { name })
}

/// What follows the hash in a name of the store.
pub(super) fn without_hash(name: &str) -> Option<&str> {
    let (hash, name) = name.split_at_checked(32)?;
    let is_hash = hash.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_lowercase());
    name.strip_prefix('-').filter(|_| is_hash)
}

/// Name and version; none where there is no version, or where it is the name of a file that was fetched.
pub(super) fn split(name: &str) -> Option<(&str, &str)> {
    if FETCHED.iter().any(|end| name.ends_with(end)) {
        return None;
    }
    let begins = |(dash, _): &(usize, &str)| name[dash + 1..].starts_with(|first: char| first.is_ascii_digit());
    let (dash, _) = name.match_indices('-').find(begins)?;
    Some((&name[..dash], &name[dash + 1..])).filter(|(name, _)| !name.is_empty())
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut listing = Listing::new(PackageKind::Nix);
    let (presence, confidence) = if file.path.extension() == Some(b"drv") {
        (Presence::Declared, Confidence::Low)
    } else {
        (Presence::Installed, Confidence::High)
    };
    if let Some((name, version)) = package(file.path)
        && let Some(package) = listing.add(name, version, presence)
    {
        package.confidence = confidence;
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, wants};

    const HASH: &str = "5av396z8xa13jg89g9jws145c0k26k2x";

    #[test]
    fn the_name_of_the_file_is_the_package() {
        check(&ANALYZER, &format!("nix/store/{HASH}-glibc-2.34-210.drv"), "", "glibc 2.34-210 (declared)");
        check(&ANALYZER, &format!("nix/store/{HASH}-python3-3.11.drv"), "", "python3 3.11 (declared)");
        check(&ANALYZER, &format!("nix/store/{HASH}-x-y-z-1a.drv"), "", "x-y-z 1a (declared)");
    }

    #[test]
    fn the_name_of_a_folder_is_what_was_built() {
        let check = |name: &str, expected| check(&ANALYZER, &format!("nix/store/{HASH}-{name}"), "", expected);
        check("openssl-3.0.14-bin", "openssl 3.0.14");
        check("glibc-2.39-52", "glibc 2.39-52");
        check("python3.11-requests-2.31.0", "python3.11-requests 2.31.0");
        let wants = |name: &str| {
            ANALYZER.files.iter().any(|it| it.accepts_folder(&format!("nix/store/{name}").as_str().into()))
        };
        assert!(wants(&format!("{HASH}-zlib-1.3")));
        for name in [".links", "short-zlib-1.3"] {
            assert!(!wants(name), "{name}");
        }
        for name in ["source", "hook.sh", "a-1.0.tar.gz", "gcc-wrapper"] {
            assert!(!wants(&format!("{HASH}-{name}")), "{name}");
        }
    }

    #[test]
    fn names_without_versions_and_sources_are_not_wanted() {
        assert!(wants(&ANALYZER, &format!("nix/store/{HASH}-glibc-2.34.drv")));
        for name in ["builder.sh", "a-1.0.tar.gz", "glibc", "-1"] {
            assert!(!wants(&ANALYZER, &format!("nix/store/{HASH}-{name}.drv")), "{name}");
        }
        assert!(!wants(&ANALYZER, "nix/store/short-glibc-2.34.drv"));
        assert!(!wants(&ANALYZER, &format!("srv/{HASH}-glibc-2.34.drv")));
    }
}
