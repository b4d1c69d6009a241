//! The file name of a source RPM, `NAME-VERSION-RELEASE.ARCH.rpm` (RPM's default of `_build_name_fmt`), taken apart.

use model::SourcePackage;

/// The source package that a `SOURCERPM` tag or manifest field names; none when it is not such a file name.
///
/// Neither version nor release may contain a dash, a name may contain many, so it is split from the right. The file
/// name leaves out the epoch, and a binary package has its source's unless its spec file says otherwise: `epoch` is the
/// binary package's, where it has one that is not zero.
pub(crate) fn source_rpm(file_name: &str, epoch: Option<u32>) -> Option<SourcePackage> {
    let (stem, _arch) = file_name.strip_suffix(".rpm")?.rsplit_once('.')?;
    let (rest, release) = stem.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    if name.is_empty() || version.is_empty() || release.is_empty() {
        return None;
    }
    Some(SourcePackage { name: name.into(), version: evr(epoch, &format!("{version}-{release}")) })
}

/// A version with its epoch, where that is not zero: `1:3.0.7-16.el9`.
pub(crate) fn evr(epoch: Option<u32>, version_release: &str) -> String {
    match epoch {
        None | Some(0) => version_release.into(),
        Some(epoch) => format!("{epoch}:{version_release}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file_name: &str, epoch: Option<u32>, expected: Option<(&str, &str)>) {
        let found = source_rpm(file_name, epoch);
        assert_eq!(found.as_ref().map(|source| (&*source.name, &*source.version)), expected, "{file_name:?}");
    }

    // Split by hand after RPM's manual on package naming.
    #[test]
    fn a_file_name_is_split_from_the_right() {
        check("openssl-3.0.7-16.el9.src.rpm", Some(1), Some(("openssl", "1:3.0.7-16.el9")));
        check("openssl-3.0.7-16.el9.src.rpm", Some(0), Some(("openssl", "3.0.7-16.el9")));
        check("gcc-toolset-12-gcc-12.2.1-7.4.el9.src.rpm", None, Some(("gcc-toolset-12-gcc", "12.2.1-7.4.el9")));
        check("kernel-firmware-1-2.nosrc.rpm", None, Some(("kernel-firmware", "1-2")));
    }

    #[test]
    fn what_is_no_file_name_of_a_source_is_none() {
        for text in
            ["", "(none)", ".rpm", "a.rpm", "a-1.src.rpm", "-1-2.src.rpm", "a--2.src.rpm", "a-1-.src.rpm", "a-1-2.src"]
        {
            check(text, Some(1), None);
        }
    }
}
