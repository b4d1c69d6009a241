//! Portage's database of installed packages: Gentoo and its like.
//!
//! **Files.** `var/db/pkg/CATEGORY/NAME-VERSION/CONTENTS`, also inside root filesystems further down. Every merged
//! package has this file, an empty one when it brought nothing.
//!
//! **Format.** The path is the package: the folder's name is split where a version begins that has the form of PMS,
//! "Version Specifications", with revision (`-r1`). CONTENTS has one entry per line: `obj PATH MD5 MTIME`,
//! `sym PATH -> TARGET MTIME`, `dir PATH`, and `fif` or `dev` for pipes and devices.
//!
//! **Facts.** The package, by the name that advisories use (`dev-libs/openssl`), and its files and links.
//!
//! **Not seen.** The licence and the repository: they are in files of their own beside CONTENTS (`LICENSE`,
//! `repository`), and a file is read without its neighbours. Packages that are being merged while the image is made
//! (`-MERGING-NAME`).

use memchr::{memchr, memmem, memrchr};
use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use super::owned::Owned;
use super::text::{Skipped, lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer =
    Analyzer { name: "portage", version: 1, files: &[Key::Name("CONTENTS").when(is_installed)], analyze };

fn is_installed(path: &ImagePath) -> bool {
    entry(path).is_some_and(|(_, _, package)| !package.starts_with(b"-MERGING-"))
}

/// The root of the filesystem, the category and the package's folder.
fn entry(path: &ImagePath) -> Option<(&[u8], &[u8], &[u8])> {
    let (parent, package) = split_last(path.parent())?;
    let (parent, category) = split_last(parent)?;
    let root = match parent.strip_suffix(b"var/db/pkg")? {
        [] => b"".as_slice(),
        [root @ .., b'/'] => root,
        _ => return None,
    };
    Some((root, category, package))
}

fn split_last(path: &[u8]) -> Option<(&[u8], &[u8])> {
    let slash = memrchr(b'/', path)?;
    Some((&path[..slash], &path[slash + 1..]))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let (root, category, folder) = entry(file.path).unwrap_or_default();
    let (name, version) = split_version(folder).ok_or_else(|| {
        Unreadable::corrupt("the folder's name does not end with a version, so the package is unknown")
    })?;
    let unnamed = || Unreadable::corrupt("the folders' names do not name a package");
    let name = text(&[category, b"/", name].concat()).ok_or_else(unnamed)?;
    let version = text(version).ok_or_else(unnamed)?;
    let mut owned = Owned::new(root, file.budget);
    let mut skipped = Skipped::default();
    for (offset, line) in lines(file.content).filter(|(_, line)| !line.is_empty()) {
        match line.split_at_checked(4) {
            Some((b"obj ", rest)) => match before_last_two(rest) {
                Some(path) => owned.add(path),
                None => skipped.add(offset),
            },
            Some((b"sym ", rest)) => match memmem::find(rest, b" -> ") {
                Some(end) => owned.add(&rest[..end]),
                None => skipped.add(offset),
            },
            Some((b"dir " | b"fif " | b"dev ", _)) => {}
            _ => skipped.add(offset),
        }
    }
    owned.belong_to(PackageKind::Portage, &name, facts);
    facts.package(Package::new(PackageKind::Portage, name, version));
    owned.report(facts);
    skipped.report("lines that are no entry", facts);
    Ok(())
}

/// A path may contain spaces, the digest and the time after it do not.
fn before_last_two(rest: &[u8]) -> Option<&[u8]> {
    let end = memrchr(b' ', rest)?;
    let end = memrchr(b' ', &rest[..end])?;
    (end > 0).then(|| &rest[..end])
}

/// `NAME-VERSION` or `NAME-VERSION-rREVISION`. PMS, "Package Names": a name must not end with a dash and something that
/// looks like a version, so the last part that does is the version.
fn split_version(folder: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut name, last) = split_dash(folder)?;
    let mut version = last;
    if let [b'r', digits @ ..] = last
        && !digits.is_empty()
        && digits.iter().all(u8::is_ascii_digit)
    {
        (name, version) = split_dash(name)?;
    }
    (!name.is_empty() && is_version(version)).then(|| (name, &folder[name.len() + 1..]))
}

fn split_dash(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let dash = memrchr(b'-', text)?;
    Some((&text[..dash], &text[dash + 1..]))
}

/// PMS, "Version Specifications", without the revision: numbers between dots, a letter, suffixes with numbers.
fn is_version(text: &[u8]) -> bool {
    let (numbers, mut suffixes) = match memchr(b'_', text) {
        Some(underscore) => text.split_at(underscore),
        None => (text, b"".as_slice()),
    };
    let numbers = match numbers {
        [numbers @ .., letter] if letter.is_ascii_lowercase() => numbers,
        numbers => numbers,
    };
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if !numbers.split(|&byte| byte == b'.').all(is_number) {
        return false;
    }
    while let [b'_', rest @ ..] = suffixes {
        let known = [b"alpha".as_slice(), b"beta", b"pre", b"rc", b"p"];
        let Some(rest) = known.iter().find_map(|suffix| rest.strip_prefix(*suffix)) else { return false };
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        suffixes = &rest[digits..];
    }
    suffixes.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    fn check_split(folder: &str, expected: Option<(&str, &str)>) {
        let expected = expected.map(|(name, version)| (name.as_bytes(), version.as_bytes()));
        assert_eq!(split_version(folder.as_bytes()), expected, "{folder}");
    }

    // Forms of PMS, "Version Specifications"; split by hand.
    #[test]
    fn a_folders_name_is_split_where_the_version_begins() {
        check_split("openssl-3.0.9-r2", Some(("openssl", "3.0.9-r2")));
        check_split("gtk+-2.24.33", Some(("gtk+", "2.24.33")));
        check_split("font-adobe-100dpi-1.0.3-r2", Some(("font-adobe-100dpi", "1.0.3-r2")));
        check_split("foo-1.2b_alpha4_p20200101-r1", Some(("foo", "1.2b_alpha4_p20200101-r1")));
        check_split("foo-1_rc", Some(("foo", "1_rc")));
        check_split("linux-firmware-20230804", Some(("linux-firmware", "20230804")));
        check_split("vim-9999", Some(("vim", "9999")));
        check_split("x-r1-2", Some(("x-r1", "2")));
        for folder in ["", "foo", "foo-", "foo-1.", "foo-1_x", "foo-r1", "-1", "foo-1.2bc", "foo-.1", "-r1", "1-r1"] {
            check_split(folder, None);
        }
    }

    fn check(path: &str, content: &[u8], packages: &[&str], files: &[&str], gaps: usize) {
        let found = read(&ANALYZER, path, content);
        assert_eq!(found.names(), packages);
        assert_eq!(found.files(), files);
        assert_eq!(found.gaps.len(), gaps, "{:?}", found.gaps);
    }

    #[test]
    fn contents_list_files_and_links() {
        let content = b"dir /usr\nobj /usr/a b d41d8cd98f00b204e9800998ecf8427e 1649284374\n\
                        sym /usr/lib.so -> lib.so.1 -> x 1649284374\nfif /run/p\n";
        let path = "var/db/pkg/dev-libs/a-1.0-r1/CONTENTS";
        check(path, content, &["dev-libs/a 1.0-r1"], &["dev-libs/a: usr/a b usr/lib.so"], 0);
        check(&format!("opt/r/{path}"), b"obj /a x 1\n", &["dev-libs/a 1.0-r1"], &["dev-libs/a: opt/r/a"], 0);
        check(path, b"", &["dev-libs/a 1.0-r1"], &[], 0);
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        let path = "var/db/pkg/dev-libs/a-1.0/CONTENTS";
        check(path, b"obj\nobj /a\nsym /b\n\xff\0\nobj  1 2\nobj /c 1 2", &["dev-libs/a 1.0"], &["dev-libs/a: c"], 1);
        check("var/db/pkg/dev-libs/a/CONTENTS", b"obj /a x 1\n", &[], &[], 1);
    }

    #[test]
    fn only_the_database_is_wanted() {
        for (path, wanted) in [
            ("var/db/pkg/dev-libs/a-1/CONTENTS", true),
            ("opt/r/var/db/pkg/dev-libs/a-1/CONTENTS", true),
            ("var/db/pkg/dev-libs/-MERGING-a-1/CONTENTS", false),
            ("myvar/db/pkg/dev-libs/a-1/CONTENTS", false),
            ("var/db/pkg/a-1/CONTENTS", false),
            ("CONTENTS", false),
        ] {
            assert_eq!(is_installed(&path.into()), wanted, "{path}");
        }
    }
}
