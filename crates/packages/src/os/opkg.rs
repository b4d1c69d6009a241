//! opkg's database of packages: OpenWrt, and small systems built by Yocto.
//!
//! **Files.** Any `lib/opkg/status`, below `usr` or `var` or neither, and `lib/opkg/info/*.control` beside it, which small images
//! keep without the status.
//!
//! **Format.** The stanzas of [dpkg's database](super::dpkg), with `License` and `Auto-Installed` besides, as opkg's source
//! writes them. States are opkg's (`install user installed`), whose third word means what it means for dpkg. A control file has
//! one stanza and no state.
//!
//! **Facts.** As for dpkg, the licence as one statement, and whether it was installed for others only.
//!
//! **Not seen.** `Source`, which is a recipe's path and no package. Packages of OpenWrt since version 25, which are apk's.

use model::{Analyzer, Facts, File, Key, PackageKind, Unreadable};

use super::dpkg;

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "opkg",
    version: 3,
    files: &[
        Key::Ends("lib/opkg/status").any(),
        Key::In("lib/opkg/info").when(|path| path.extension() == Some(b"control")),
    ],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    dpkg::read(PackageKind::Opkg, file, facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "usr/lib/opkg/status";
    const STATUS: &str = "Package: dropbear\nVersion: 2024.85-r0\nDepends: libc, zlib (>= 1.2)\n\
        Status: install user installed\nArchitecture: x86_64\nLicense: MIT\nSource: feeds/net/dropbear\n\n\
        Package: musl\nVersion: 1.2.4\nProvides: libc\nStatus: install hold,user installed\n\
        Installed-Time: 1650113974\nAuto-Installed: yes\n\n\
        Package: gone\nVersion: 1\nStatus: deinstall ok not-installed\n";

    #[test]
    fn stanzas_are_packages() {
        check(&ANALYZER, PATH, STATUS, "dropbear 2024.85-r0 [MIT] -> musl\nmusl 1.2.4 transitive");
    }

    #[test]
    fn the_status_is_wanted_wherever_it_is() {
        assert!(wants(&ANALYZER, PATH));
        assert!(wants(&ANALYZER, "var/lib/opkg/status"));
        assert!(wants(&ANALYZER, "usr/lib/opkg/info/a.control"));
        assert!(!wants(&ANALYZER, "usr/lib/opkg/info/a.list"));
    }

    #[test]
    fn a_control_file_is_one_package() {
        let control = "Package: zlib\nVersion: 1.2.11-r0\nDepends: libc6 (>= 2.35), other | third\n\
            Section: libs\nArchitecture: cortexa57\nLicense: Zlib\nDescription: A library\n for compression\n";
        check(&ANALYZER, "var/lib/opkg/info/zlib.control", control, "zlib 1.2.11-r0 [Zlib] -> libc6, other");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[STATUS.as_bytes()]);
    }
}
