//! `.PKGINFO`, by which both apk's and pacman's packages say what they are: `key = value` lines, keys that may repeat, and
//! comments after `#` (apk-tools, apk-package(5), "PKGINFO"; pacman, makepkg's `write_pkginfo`).

use super::text::lines;

/// The file's name in the package.
pub(super) const NAME: &[u8] = b".PKGINFO";

/// Keys with their values, in the file's order.
pub(super) fn values(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    lines(content).filter(|(_, line)| !line.starts_with(b"#")).filter_map(|(_, line)| {
        let equals = memchr::memchr(b'=', line)?;
        Some((line[..equals].trim_ascii(), line[equals + 1..].trim_ascii()))
    })
}
