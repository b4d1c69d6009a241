//! `*.rpm`: packages of Red Hat, SUSE and their like as they are downloaded, such as dnf leaves them in `var/cache/dnf`.
//!
//! **Format.** RPM, `docs/manual/format_v4.md`: behind a lead and the signatures comes the header that the database keeps as well
//! (format `rpm`). The files themselves are not unpacked. Packages of sources, `*.src.rpm`, are recipes and left out.
//!
//! **Facts.** As of `rpm`, but that nobody has installed the package: it counts as declared. What it needs are capabilities, of
//! which nobody knows who provides them; no edges are told.
//!
//! **Not seen.** Packages of more than `--max-file-bytes`; what is in the package, unless `--archives=all` asks for it.

use archive::rpm;
use model::{Analyzer, Facts, File, ImagePath, Key, Unreadable};

use super::header::Header;
use super::package;
use crate::packed::packed;

/// The row of the table.
pub(super) const ANALYZER: Analyzer =
    Analyzer { name: "rpm-archive", version: 1, files: &[Key::Extension("rpm").when(is_binary)], analyze };

fn is_binary(path: &ImagePath) -> bool {
    !path.name().ends_with(b".src.rpm") && !path.name().ends_with(b".nosrc.rpm")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let parts = rpm::parts(file.content)
        .ok_or_else(|| Unreadable::corrupt("not a package of RPM, or one whose headers are damaged"))?;
    let offset = file.content.len() - parts.payload.len() - parts.header.len();
    let found = Header::parse(parts.header).and_then(|header| package::package(&header));
    if let Some(found) = found.map_err(|broken| broken.at(offset))? {
        facts.package(packed(found));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::super::header::Tag;
    use super::super::header::tests::{blob, numbers, text};
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "var/cache/dnf/packages/bash-5.1.8-6.el9.x86_64.rpm";

    fn bash() -> Vec<u8> {
        let header = blob(&[
            (Tag::NAME, text("bash")),
            (Tag::VERSION, text("5.1.8")),
            (Tag::RELEASE, text("6.el9")),
            (Tag::EPOCH, numbers(&[1])),
            (Tag::LICENSE, text("GPLv3+")),
        ]);
        archive::testing::rpm(&header, b"not looked at")
    }

    fn check(content: &[u8], expected: &str) {
        testing::check(&ANALYZER, PATH, content, expected);
    }

    #[test]
    fn the_header_describes_the_package() {
        check(&bash(), "bash 1:5.1.8-6.el9 (declared) [GPLv3+]");
    }

    #[test]
    fn broken_packages_are_gaps() {
        check(b"", "gap: corrupt");
        check(&bash()[..140], "gap: corrupt");
        check(&archive::testing::rpm(&[0; 8], b""), "gap: corrupt");
    }

    #[test]
    fn sources_are_recipes() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/bash-5.1.8-6.el9.src.rpm"));
    }

    // rpmbuild writes what its specification says, with the licence and the epoch that it was given.
    #[test]
    fn what_rpmbuild_builds_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let spec = "Name: my-tool\nVersion: 2.0\nRelease: 3\nEpoch: 1\nSummary: a\nLicense: MIT\nBuildArch: noarch\n\
            %description\na\n%files\n";
        fs::write(folder.path().join("a.spec"), spec).unwrap();
        let topdir = format!("_topdir {}", folder.path().display());
        let built =
            Command::new("rpmbuild").args(["-bb", "--define", &topdir, "a.spec"]).current_dir(folder.path()).output();
        match built {
            Ok(output) if output.status.success() => {
                let content = fs::read(folder.path().join("RPMS/noarch/my-tool-2.0-3.noarch.rpm")).unwrap();
                check(&content, "my-tool 1:2.0-3 (declared) [MIT]");
            }
            outcome => eprintln!("skipped: rpmbuild, because {outcome:?}"),
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&bash()]);
    }
}
