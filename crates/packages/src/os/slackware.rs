//! Slackware's list of packages.
//!
//! **Files.** Those in `var/lib/pkgtools/packages`, before Slackware 15 in `var/log/packages`.
//!
//! **Format.** The file's name is the package (Slackware, `pkgtools`; "The Slackware Package Format"):
//! `NAME-VERSION-ARCHITECTURE-BUILD`, of which only the name may contain dashes.
//!
//! **Facts.** The package with its architecture. The version is `VERSION-BUILD`, since a build may mend a fault.
//!
//! **Not seen.** Licences and dependencies, which Slackware does not record, and the list of files: nobody publishes
//! advisories for Slackware in a form that could outweigh others for these files. Removed packages, which are in other
//! folders. The tests were written from the documentation.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "slackware",
    version: 1,
    files: &[Key::In("var/lib/pkgtools/packages").when(is_package), Key::In("var/log/packages").when(is_package)],
    analyze,
};

fn is_package(path: &ImagePath) -> bool {
    package(path.name()).is_some()
}

fn package(file: &[u8]) -> Option<Package> {
    let mut parts = std::str::from_utf8(file).ok()?.rsplitn(4, '-');
    let (build, arch, version, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let begins = |text: &str, is: fn(&u8) -> bool| text.as_bytes().first().is_some_and(is);
    // The build is a number, perhaps with a tag behind it; other files of the same look are not made by the tools.
    let is_whole = begins(build, u8::is_ascii_digit) && begins(arch, u8::is_ascii_alphanumeric) && !version.is_empty();
    (is_whole && [name, version, arch, build].iter().all(|part| is_word(part))).then(|| {
        let mut package = Package::new(PackageKind::Slackware, name, format!("{version}-{build}"));
        package.arch = Some(arch.to_owned()).filter(|arch| arch != "noarch");
        package
    })
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    if let Some(package) = package(file.path.name()) {
        facts.package(package);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "var/lib/pkgtools/packages/aaa_glibc-solibs-2.33-x86_64-5_slack15.0";
    const FILE: &str = "PACKAGE NAME:     aaa_glibc-solibs-2.33-x86_64-5_slack15.0\n\
        COMPRESSED PACKAGE SIZE:     2.6M\nFILE LIST:\n./\nlib64/libc.so.6\n";

    // Split by hand.
    #[test]
    fn the_name_of_the_file_is_the_package() {
        check(&ANALYZER, PATH, FILE, "aaa_glibc-solibs 2.33-5_slack15.0");
        check(&ANALYZER, "var/log/packages/tzdata-2024a-noarch-1", "", "tzdata 2024a-1");
        check(&ANALYZER, "var/log/packages/xf86-video-vesa-2.5.0-x86_64-4", "", "xf86-video-vesa 2.5.0-4");
        assert_eq!(package(b"a-1-x86_64-1").and_then(|package| package.arch).as_deref(), Some("x86_64"));
        assert_eq!(package(b"a-1-noarch-1").and_then(|package| package.arch), None);
    }

    #[test]
    fn other_files_are_not_wanted() {
        assert!(wants(&ANALYZER, PATH));
        for path in
            ["var/log/packages/dpkg.log", "var/log/packages/a-b-c", "var/log/packages/a-1-x-y", "srv/a-1-x86_64-1"]
        {
            assert!(!wants(&ANALYZER, path), "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[FILE.as_bytes()]);
    }
}
