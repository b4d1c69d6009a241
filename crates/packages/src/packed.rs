//! Packages as they are downloaded: archives in which one file says what they are.
//!
//! Such a package is there, but nobody has installed it: [`Presence::Declared`]. Where it was installed as well, the package
//! manager's own record says so.

use archive::Costs;
use model::{File, ImagePath, Package, Presence, Unreadable};

/// The first file in the archive that `is_description` accepts. What follows it is not unpacked.
pub(crate) fn description(file: &File<'_>, is_description: impl Fn(&ImagePath) -> bool) -> Result<Vec<u8>, Unreadable> {
    description_in(file.content, &Costs::new(file.budget), is_description)
}

/// As [`description`], for an archive in an archive, which is paid out of the same costs.
pub(crate) fn description_in(
    content: &[u8],
    costs: &Costs<'_>,
    is_description: impl Fn(&ImagePath) -> bool,
) -> Result<Vec<u8>, Unreadable> {
    // With scripts and lists of files beside it, compressed.
    const LARGEST: u64 = 16 << 20;
    let found = archive::find(content, LARGEST, costs, is_description)?;
    let found = found.ok_or_else(|| Unreadable::corrupt("a package without the file that describes it"))?;
    Ok(found.1)
}

/// The package, not installed.
pub(crate) fn packed(package: Package) -> Package {
    Package { presence: Presence::Declared, ..package }
}
