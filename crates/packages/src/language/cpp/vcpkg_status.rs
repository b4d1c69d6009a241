//! `vcpkg/status`, the list of what vcpkg has installed (vcpkg source, `statusparagraph`; below `installed` or
//! `vcpkg_installed`): paragraphs as Debian writes them.
//!
//! A port has a paragraph with `Version` and `Port-Version`, and one more for each of its features, which only adds to what
//! it depends on. A port that was built for several targets is listed once. Changes that are still in `vcpkg/updates` are
//! not seen.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Requirement, Unreadable};

use super::vcpkg_manifest::with_port_version;
use crate::listing::Listing;
use crate::syntax::text;

/// What vcpkg has installed: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "vcpkg-status", version: 1, files: &[Key::Ends("vcpkg/status").any()], analyze };

#[derive(Default)]
struct Paragraph<'a> {
    package: &'a str,
    version: &'a str,
    port: u64,
    feature: bool,
    depends: &'a str,
    status: &'a str,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Vcpkg);
    let mut paragraph = Paragraph::default();
    for line in text.lines() {
        if line.trim().is_empty() {
            list(&std::mem::take(&mut paragraph), &mut listing);
            continue;
        }
        let Some((field, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        match field {
            "Package" => paragraph.package = value,
            "Version" => paragraph.version = value,
            "Port-Version" => paragraph.port = value.parse().unwrap_or_default(),
            "Feature" => paragraph.feature = true,
            "Depends" => paragraph.depends = value,
            "Status" => paragraph.status = value,
            _ => {}
        }
    }
    list(&paragraph, &mut listing);
    listing.tell(facts);
    Ok(())
}

fn list(paragraph: &Paragraph<'_>, listing: &mut Listing) {
    if paragraph.feature || paragraph.status.split_whitespace().next_back() != Some("installed") {
        return;
    }
    let version = with_port_version(paragraph.version, paragraph.port);
    if let Some(package) = listing.add(paragraph.package, &version, Presence::Installed) {
        // With features in brackets, and the target where it is another one.
        let names = paragraph.depends.split(',').filter_map(|needed| needed.trim().split(['[', ':', ' ']).next());
        package.requires.extend(names.map(|name| Requirement { name: name.to_owned(), version: None }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(status: &str, expected: &str) {
        testing::check(&ANALYZER, "src/vcpkg_installed/vcpkg/status", status, expected);
    }

    const STATUS: &str = "Package: vcpkg-cmake\nVersion: 2024-04-23\nArchitecture: x64-linux\nMulti-Arch: same\nAbi: 00
Status: install ok installed\n
Package: curl\nVersion: 8.7.1\nPort-Version: 2\nDepends: vcpkg-cmake:x64-linux, zlib, openssl[core]
Architecture: x64-linux\nDescription: a tool\nStatus: install ok installed\n
Package: curl\nFeature: ssl\nDepends: openssl\nArchitecture: x64-linux\nStatus: install ok installed\n
Package: zlib\nVersion: 1.3.1\nArchitecture: x64-linux\nStatus: install ok installed\n
Package: gone\nVersion: 1.0\nArchitecture: x64-linux\nStatus: purge ok not-installed\n";

    #[test]
    fn installed_ports_are_listed() {
        check(STATUS, "curl 8.7.1#2 -> vcpkg-cmake, zlib\nvcpkg-cmake 2024-04-23\nzlib 1.3.1");
        check("", "");
        check("\0", "gap: corrupt");
    }

    #[test]
    fn other_databases_are_not_wanted() {
        assert!(wants(&ANALYZER, "opt/vcpkg/installed/vcpkg/status"));
        assert!(!wants(&ANALYZER, "var/lib/dpkg/status"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "vcpkg/status", &[STATUS.as_bytes()]);
    }
}
