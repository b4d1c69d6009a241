//! Recipes in the Nix store.
//!
//! **Files.** `nix/store/HASH-NAME-VERSION.drv`.
//!
//! **Format.** The file's name is the package (Nix reference manual, "Store Path"): 32 characters of hash, a dash, and
//! a name in which the version begins at the first dash that no letter follows (`builtins.parseDrvName`).
//!
//! **Facts.** The package, as declared and with little confidence: a recipe may be there without what it builds.
//!
//! **Not seen.** Outputs without their recipes, which is what most images made by Nix contain: a folder's name is no
//! file. Where the store's database is there, [it](super::nix_database) lists them. Recipes of sources, patches and the like
//! have names of files and are left out.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use super::folders;
use crate::listing::Listing;

/// Names what recipes are for: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "nix", version: 1, files: &[Key::Extension("drv").when(is_recipe)], analyze };

/// Ends of names of files that are fetched, not built.
const FETCHED: [&str; 12] =
    [".gz", ".bz2", ".xz", ".zst", ".tgz", ".zip", ".tar", ".patch", ".diff", ".sh", ".crate", ".gem"];

fn is_recipe(path: &ImagePath) -> bool {
    matches!(folders(path), Some(["store", "nix"])) && package(path).is_some()
}

fn package(path: &ImagePath) -> Option<(&str, &str)> {
    split(without_hash(std::str::from_utf8(path.name()).ok()?.strip_suffix(".drv")?)?)
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
    if let Some((name, version)) = package(file.path)
        && let Some(package) = listing.add(name, version, Presence::Declared)
    {
        package.confidence = Confidence::Low;
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
    fn names_without_versions_and_sources_are_not_wanted() {
        assert!(wants(&ANALYZER, &format!("nix/store/{HASH}-glibc-2.34.drv")));
        for name in ["builder.sh", "a-1.0.tar.gz", "glibc", "-1"] {
            assert!(!wants(&ANALYZER, &format!("nix/store/{HASH}-{name}.drv")), "{name}");
        }
        assert!(!wants(&ANALYZER, "nix/store/short-glibc-2.34.drv"));
        assert!(!wants(&ANALYZER, &format!("srv/{HASH}-glibc-2.34.drv")));
    }
}
