//! The list of packages in images of CBL-Mariner and Azure Linux that have no RPM database ("distroless").
//!
//! **Files.** `var/lib/rpmmanifest/container-manifest-2`, also inside root filesystems further down.
//!
//! **Format.** What `rpm -qa` prints with a query format of ten fields between tabs, one package per line: name,
//! version and release, time of installation, time of the build, vendor, epoch or `(none)`, size, architecture, epoch
//! as a number, file name of the source package. `(none)` is RPM's word for a tag that is not there.
//!
//! **Facts.** The package; its source package with the binary's epoch, which the file name leaves out. Keys that RPM
//! lists as packages of the name `gpg-pubkey` are no software and are left out.
//!
//! **Not seen.** Licences and files, which the list does not have. `container-manifest-1` has fewer fields of the same
//! packages and lies beside this file.

use model::{Analyzer, Facts, File, Key, Package, PackageKind, Unreadable};

use super::source_rpm::{evr, source_rpm};
use super::text::{Skipped, lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "rpm-manifest",
    version: 1,
    files: &[Key::Ends("var/lib/rpmmanifest/container-manifest-2").any()],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut skipped = Skipped::default();
    for (offset, line) in lines(file.content).filter(|(_, line)| !line.trim_ascii().is_empty()) {
        match package(line) {
            Some(package) if package.name == "gpg-pubkey" => {}
            Some(package) => facts.package(package),
            None => skipped.add(offset),
        }
    }
    skipped.report("lines that do not have the ten fields of a package", facts);
    Ok(())
}

fn package(line: &[u8]) -> Option<Package> {
    let mut fields = line.split(|&byte| byte == b'\t');
    let mut next = || fields.next().filter(|&field| field != b"(none)");
    let (name, version, _installed, _built) = (next()?, next()?, next(), next());
    let (vendor, _epoch, _size, arch) = (next(), next(), next(), next());
    let (epoch, source) = (next(), next());
    // Lines with fewer fields end before the epoch, without which the version would be a wrong one.
    let epoch: u32 = std::str::from_utf8(epoch?).ok()?.trim().parse().ok()?;
    let mut package = Package::new(PackageKind::Rpm, text(name)?, evr(Some(epoch), &text(version)?));
    package.source = source.and_then(text).and_then(|source| source_rpm(&source, Some(epoch)));
    package.arch = arch.and_then(text);
    package.vendor = vendor.and_then(text);
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    fn check(content: &[u8], packages: &[&str], gaps: usize) {
        let found = read(&ANALYZER, "var/lib/rpmmanifest/container-manifest-2", content);
        assert_eq!(found.names(), packages);
        assert_eq!(found.gaps.len(), gaps, "{:?}", found.gaps);
    }

    // A line in the documented order of fields, written by hand.
    const VIM: &str = "vim-minimal\t9.0-1.cm2\t1\t1\tA Corp\t2\t45\tx86_64\t2\tvim-9.0-1.cm2.src.rpm";

    #[test]
    fn a_line_is_a_package() {
        let found = read(&ANALYZER, "var/lib/rpmmanifest/container-manifest-2", VIM.as_bytes());
        let package = &found.packages[0];
        assert_eq!((&*package.name, &*package.version), ("vim-minimal", "2:9.0-1.cm2"));
        assert_eq!((package.arch.as_deref(), package.vendor.as_deref()), (Some("x86_64"), Some("A Corp")));
        let source = package.source.as_ref().unwrap();
        assert_eq!((&*source.name, &*source.version), ("vim", "2:9.0-1.cm2"));
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        let key = "gpg-pubkey\t1-2\t1\t1\t(none)\t(none)\t0\t(none)\t0\t(none)\n";
        check(
            format!("{VIM}\r\n\n{key}a\t1-1\n{VIM}").as_bytes(),
            &["vim-minimal 2:9.0-1.cm2", "vim-minimal 2:9.0-1.cm2"],
            1,
        );
        check(b"a\t1-1\t1\t1\t(none)\t(none)\t0\t(none)\t(none)\t(none)\n", &[], 1);
        check(b"\t\t\t\t\t\t\t\t0\t\n(none)\t1-1\t\t\t\t\t\t\t0\t\n\0\xff", &[], 1);
        check(b"a\t1-1\t\t\t\t\t\t\t0\t", &["a 1-1"], 0);
        check(b"", &[], 0);
    }
}
