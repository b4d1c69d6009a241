//! `*.deb`, `*.udeb`: packages of Debian and its derivatives as they are downloaded, such as apt leaves them in
//! `var/cache/apt/archives`.
//!
//! **Format.** deb(5): an `ar` archive whose member `control.tar`, compressed with gzip, xz, Zstandard or not, holds `control`,
//! a stanza as in dpkg's database (format `dpkg`). The files themselves are not unpacked.
//!
//! **Facts.** As of `dpkg`, but that nobody has installed the package: it counts as declared. What it needs is what it names
//! first, since nobody knows what else is there.
//!
//! **Not seen.** Packages of more than `--max-file-bytes`; what is in the package, unless `--archives=all` asks for it.

use archive::Costs;
use model::{Analyzer, Facts, File, Key, Unreadable};

use super::dpkg;
use crate::packed::{description_in, packed};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "deb-archive",
    version: 1,
    files: &[Key::Extension("deb").any(), Key::Extension("udeb").any()],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let costs = Costs::new(file.budget);
    let control = description_in(file.content, &costs, |path| path.as_bytes().starts_with(b"control.tar"))?;
    let control = description_in(&control, &costs, |path| path.as_bytes() == b"control")?;
    let package = dpkg::described(&control)
        .ok_or_else(|| Unreadable::corrupt("the package's `control` has no name or no version that can be read"))?;
    facts.package(packed(package));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::testing::{self, survives, wants};
    use archive::testing::{ar, gzip, tar, xz, zstd};

    const PATH: &str = "var/cache/apt/archives/libssl3_3.0.11-1_amd64.deb";
    const CONTROL: &str = "Package: libssl3\nSource: openssl (3.0.11-1)\nVersion: 3.0.11-1+b1\nArchitecture: amd64\n\
        Depends: libc6 (>= 2.34), debconf (>= 0.5) | debconf-2.0\nDescription: a library\n of some kind\n";

    fn deb(member: &str, control: &[u8]) -> Vec<u8> {
        ar(&[("debian-binary", b"2.0\n".as_slice()), (member, control), ("data.tar.xz", b"not looked at")])
    }

    fn check(content: &[u8], expected: &str) {
        testing::check(&ANALYZER, PATH, content, expected);
    }

    #[test]
    fn control_describes_the_package_however_it_is_compressed() {
        let control = tar(&[("./md5sums", ""), ("./control", CONTROL)]);
        let expected = "libssl3 3.0.11-1+b1 (declared) -> debconf, libc6";
        check(&deb("control.tar", &control), expected);
        check(&deb("control.tar.gz/", &gzip(&control)), expected);
        check(&deb("control.tar.xz", &xz(&control)), expected);
        check(&deb("control.tar.zst", &zstd(&control)), expected);
    }

    #[test]
    fn broken_packages_are_gaps() {
        check(b"", "gap: unsupported");
        check(&deb("control.tar", b"no tar"), "gap: unsupported");
        check(&deb("x", b""), "gap: corrupt");
        check(&deb("control.tar", &tar(&[("control", "Package: a\n")])), "gap: corrupt");
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, PATH));
        assert!(wants(&ANALYZER, "srv/a.udeb"));
        assert!(!wants(&ANALYZER, "var/lib/dpkg/status"));
    }

    // dpkg-deb(1) builds a package of a folder; the fields are those that it was given.
    #[test]
    fn what_dpkg_deb_builds_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/DEBIAN")).unwrap();
        let control = "Package: my-tool\nVersion: 1:2.0-3\nArchitecture: all\nMaintainer: A <a@b.example>\n\
            Depends: bash\nDescription: a\n";
        fs::write(folder.path().join("a/DEBIAN/control"), control).unwrap();
        for compression in ["gzip", "xz", "zstd", "none"] {
            let mut build = Command::new("dpkg-deb");
            build.args([&format!("-Z{compression}"), "--build", "a", "a.deb"]).current_dir(folder.path());
            match build.output() {
                Ok(output) if output.status.success() => {
                    let content = fs::read(folder.path().join("a.deb")).unwrap();
                    check(&content, "my-tool 1:2.0-3 (declared) -> bash");
                }
                outcome => eprintln!("skipped: dpkg-deb -Z{compression}, because {outcome:?}"),
            }
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        let control = tar(&[("control", CONTROL)]);
        survives(&ANALYZER, PATH, &[&deb("control.tar", &control), &deb("control.tar.xz", &xz(&control))]);
    }
}
