//! What distributions say of themselves and of the packages that they installed.

#![allow(
    clippy::unnecessary_wraps,
    reason = "analyzers that can read any file have the same shape as those that cannot"
)]

pub mod alpm;
pub mod alpm_archive;
pub mod apk;
pub mod apk_archive;
pub mod apk_sbom;
pub mod bottlerocket;
pub mod chisel;
pub mod cos;
pub mod deb_archive;
pub mod debian_copyright;
pub mod dpkg;
pub mod dpkg_files;
pub mod eopkg;
pub mod extended_support;
pub mod freebsd;
pub mod kernel_module;
pub mod linux_kernel;
pub mod opkg;
pub mod os_release;
pub mod portable;
pub mod portage;
pub mod release_files;
pub mod rpm;
pub mod rpm_manifest;
pub mod slackware;
pub mod xbps;

mod bytes;
mod database;
mod owned;
mod package_info;
pub(crate) mod source_rpm;
mod sqlite;
#[cfg(test)]
mod testing;
mod text;

use model::Analyzer;

/// The formats, in alphabetical order; those of `portable` and `rpm` are in tables of their own.
pub static ANALYZERS: &[Analyzer] = &[
    alpm::ANALYZER,
    alpm_archive::ANALYZER,
    apk::ANALYZER,
    apk_archive::ANALYZER,
    apk_sbom::ANALYZER,
    bottlerocket::ANALYZER,
    chisel::ANALYZER,
    cos::ANALYZER,
    deb_archive::ANALYZER,
    debian_copyright::ANALYZER,
    dpkg::ANALYZER,
    dpkg_files::ANALYZER,
    eopkg::ANALYZER,
    extended_support::ANALYZER,
    freebsd::ANALYZER,
    kernel_module::ANALYZER,
    linux_kernel::ANALYZER,
    opkg::ANALYZER,
    os_release::ANALYZER,
    portage::ANALYZER,
    release_files::ANALYZER,
    rpm_manifest::ANALYZER,
    slackware::ANALYZER,
    xbps::ANALYZER,
];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_table_is_in_alphabetical_order_and_names_are_unique() {
        let names: Vec<_> = ANALYZERS.iter().map(|analyzer| analyzer.name).collect();
        assert!(names.is_sorted_by(|left, right| left < right), "{names:?}");
    }

    /// A path that each analyzer of this table takes for its own.
    const PATHS: [&str; 19] = [
        "etc/alpine-release",
        "etc/apk/repositories",
        "etc/debian_version",
        "etc/lsb-release",
        "etc/os-release",
        "etc/redhat-release",
        "etc/system-release-cpe",
        "lib/apk/db/installed",
        "root/buildinfo/content_manifests/a.json",
        "usr/share/doc/a/copyright",
        "var/db/pkg/a/b-1/CONTENTS",
        "var/lib/chisel/manifest.wall",
        "var/lib/dpkg/info/a.list",
        "var/lib/dpkg/status",
        "var/lib/dpkg/status.d/a.md5sums",
        "var/lib/pacman/local/a-1-1/desc",
        "var/lib/pacman/local/a-1-1/files",
        "var/lib/rpmmanifest/container-manifest-2",
        "var/lib/ubuntu-advantage/status.json",
    ];

    /// Bytes that lead deeper into the readers than chance would.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let token = prop_oneof![
            Just(b"\n".to_vec()),
            Just(b"\n\n".to_vec()),
            Just(b"\r\n ".to_vec()),
            Just(b"\t".to_vec()),
            Just(b"Package: ".to_vec()),
            Just(b"Version: ".to_vec()),
            Just(b"Source: a (".to_vec()),
            Just(b"Format: ".to_vec()),
            Just(b"Files: ".to_vec()),
            Just(b"License: a or ".to_vec()),
            Just(b"/usr/share/common-licenses/".to_vec()),
            Just(b"P:".to_vec()),
            Just(b"V:".to_vec()),
            Just(b"F:".to_vec()),
            Just(b"R:".to_vec()),
            Just(b"%NAME%\n".to_vec()),
            Just(b"%FILES%\n".to_vec()),
            Just(b"obj /".to_vec()),
            Just(b"sym / -> ".to_vec()),
            Just(b"ID=".to_vec()),
            Just(b"\"\\".to_vec()),
            Just(b"'".to_vec()),
            Just(b" release 1".to_vec()),
            Just(b"cpe:/o:redhat:".to_vec()),
            Just(b"x/alpine/v3.".to_vec()),
            Just(b"/../".to_vec()),
            Just(b"{\"services\":[".to_vec()),
            proptest::collection::vec(any::<u8>(), 0..8),
        ];
        proptest::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(content in pieces()) {
            for path in PATHS {
                for analyzer in ANALYZERS {
                    testing::read(analyzer, path, &content);
                }
            }
        }
    }
}
