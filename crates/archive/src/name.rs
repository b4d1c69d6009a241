//! Which files may be archives, by their names: a look at millions of paths must cost nothing.

use model::ImagePath;

/// What an archive is for, as far as its name tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Files with a directory at the end (`.zip`), from which single ones are read at little cost.
    Indexed,
    /// Files one after another (`.tar`), or one compressed file: what is in there shows when all of it is unpacked.
    Unindexed,
    /// A package of a distribution, from which files would be installed.
    Package,
}

/// What the file's name promises; none where it promises no archive. Packages of languages (`.jar`, `.whl`, `.gem`, …) are
/// none here: who knows their languages looks into them.
pub fn family(path: &ImagePath) -> Option<Family> {
    const LONGEST: usize = 5;
    let extension = path.extension().filter(|extension| extension.len() <= LONGEST)?;
    let mut lower = [0; LONGEST];
    let lower = &mut lower[..extension.len()];
    lower.copy_from_slice(extension);
    lower.make_ascii_lowercase();
    match &*lower {
        b"zip" => Some(Family::Indexed),
        b"gz" | b"bz2" | b"xz" | b"zst" if is_alpm(path.name()) => Some(Family::Package),
        b"tar" | b"tgz" | b"tbz" | b"tbz2" | b"txz" | b"tzst" | b"cpio" | b"gz" | b"bz2" | b"xz" | b"zst" => {
            Some(Family::Unindexed)
        }
        b"deb" | b"rpm" | b"apk" => Some(Family::Package),
        _ => None,
    }
}

/// pacman's packages: `NAME-VERSION-ARCH.pkg.tar.zst`.
fn is_alpm(name: &[u8]) -> bool {
    let stem = name.iter().rposition(|&byte| byte == b'.').map_or(name, |dot| &name[..dot]);
    stem.ends_with(b".pkg.tar")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_promise_archives() {
        for (path, expected) in [
            ("srv/a.zip", Some(Family::Indexed)),
            ("srv/A.ZIP", Some(Family::Indexed)),
            ("srv/a.tar", Some(Family::Unindexed)),
            ("srv/a.tar.gz", Some(Family::Unindexed)),
            ("srv/a.tgz", Some(Family::Unindexed)),
            ("usr/share/man/man1/a.1.gz", Some(Family::Unindexed)),
            ("var/cache/apt/archives/a_1_all.deb", Some(Family::Package)),
            ("var/cache/pacman/pkg/a-1-1-any.pkg.tar.zst", Some(Family::Package)),
            ("srv/a.jar", None),
            ("srv/a.gem", None),
            ("srv/zip", None),
            ("srv/.zip", None),
            ("srv/a.zip.txt", None),
            ("srv/a.longextension", None),
        ] {
            assert_eq!(family(&path.into()), expected, "{path}");
        }
    }
}
