//! `.PKGINFO`, by which both apk's and pacman's packages say what they are: `key = value` lines, keys that may repeat, and
//! comments after `#` (apk-tools, apk-package(5), "PKGINFO"; pacman, makepkg's `write_pkginfo`).

use model::{Facts, File, Package, PackageKind, Requirement, SourcePackage, Unreadable};

use super::alpm::{LICENSES, NEEDS};
use super::text::{lines, text};
use crate::packed::{description, packed};

/// What the two do not have in common.
pub(super) struct Dialect {
    pub(super) kind: PackageKind,
    /// The key of what the package was built from.
    pub(super) source: &'static [u8],
    /// The key of who answers for it.
    pub(super) vendor: &'static [u8],
    /// The packages in one value of `depend`.
    pub(super) needs: fn(&[u8]) -> Vec<String>,
}

/// Says what the package in the file is. The files of the package itself are not unpacked.
pub(super) fn tell(dialect: &Dialect, file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let content = description(file, |path| path.as_bytes() == b".PKGINFO")?;
    let package = package(dialect, &content)
        .ok_or_else(|| Unreadable::corrupt("the package's `.PKGINFO` has no name or no version that can be read"))?;
    facts.package(packed(package));
    Ok(())
}

pub(super) fn package(dialect: &Dialect, content: &[u8]) -> Option<Package> {
    let mut package = Package::new(dialect.kind, "", "");
    let mut source = None;
    for (key, value) in values(content) {
        match key {
            b"pkgname" => package.name = text(value)?,
            b"pkgver" => package.version = text(value)?,
            b"arch" => package.arch = text(value),
            b"license" if package.licenses.len() < LICENSES => package.licenses.extend(text(value)),
            b"depend" if package.requires.len() < NEEDS => {
                let needs = (dialect.needs)(value).into_iter();
                package.requires.extend(needs.map(|name| Requirement { name, version: None }));
            }
            key if key == dialect.source => source = text(value),
            key if key == dialect.vendor => package.vendor = text(value),
            _ => {}
        }
    }
    package.requires.sort_unstable();
    package.requires.dedup();
    package.source = source.map(|name| SourcePackage { name, version: package.version.clone() });
    (!package.name.is_empty() && !package.version.is_empty()).then_some(package)
}

/// Keys with their values, in the file's order.
fn values(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    lines(content).filter(|(_, line)| !line.starts_with(b"#")).filter_map(|(_, line)| {
        let equals = memchr::memchr(b'=', line)?;
        Some((line[..equals].trim_ascii(), line[equals + 1..].trim_ascii()))
    })
}
