//! dpkg's lists of the files that each package brought.
//!
//! **Files.** `var/lib/dpkg/info/NAME.list` and `NAME:ARCH.list`, also inside root filesystems further down, and
//! `var/lib/dpkg/status.d/NAME.md5sums` of images without a package manager.
//!
//! **Format.** A `.list` has one absolute path per line, directories among them. Nothing marks a directory but a path
//! below it in the next line, so one that is empty, or whose files come later, is taken for a file: that does no harm,
//! since no file can have its path. `.md5sums` (deb-md5sums(5)): a digest, two spaces, a path without leading slash.
//!
//! **Facts.** Which files belong to the package, as dpkg knows them: where `/bin` is a link to `/usr/bin`, packages may
//! still say `/bin/sh`.
//!
//! **Not seen.** `info/NAME.md5sums`, which lists less than the `.list` beside it (no links, no configuration files).
//! Diversions (dpkg-divert(1)): a diverted file is listed under its original path, where another package's file is now.
//! Alternatives and what maintainer scripts make, which dpkg does not know of.

use memchr::memchr2;
use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Unreadable};

use super::owned::{Owned, root};
use super::text::{Skipped, lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "dpkg-files",
    version: 1,
    files: &[Key::Extension("list").when(is_list), Key::Extension("md5sums").when(is_distroless_md5sums)],
    analyze,
};

fn is_list(path: &ImagePath) -> bool {
    root(path.parent(), b"lib/dpkg/info").is_some()
}

fn is_distroless_md5sums(path: &ImagePath) -> bool {
    root(path.parent(), b"lib/dpkg/status.d").is_some()
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let name = file.path.name();
    let stem = &name[..name.len().saturating_sub(file.path.extension().map_or(0, |extension| extension.len() + 1))];
    let package = stem.split(|&byte| byte == b':').next().and_then(text);
    let package = package.ok_or_else(|| Unreadable::corrupt("the file's name does not name a package"))?;
    let mut skipped = Skipped::default();
    let owned = if let Some(root) = root(file.path.parent(), b"lib/dpkg/info") {
        let mut owned = Owned::new(root, file.budget);
        list(file.content, &mut owned);
        owned
    } else {
        let root = root(file.path.parent(), b"lib/dpkg/status.d").unwrap_or_default();
        let mut owned = Owned::new(root, file.budget);
        md5sums(file.content, &mut owned, &mut skipped);
        owned
    };
    let mut owned = owned;
    owned.belong_to(PackageKind::Deb, &package, facts);
    owned.report(facts);
    skipped.report("lines without a digest and a path", facts);
    Ok(())
}

fn list(content: &[u8], owned: &mut Owned<'_>) {
    let mut lines = lines(content).map(|(_, line)| line).filter(|line| !line.is_empty()).peekable();
    while let Some(path) = lines.next() {
        // The first line is `/.`.
        let folder = path.strip_suffix(b"/.").unwrap_or(path);
        let has_content =
            lines.peek().is_some_and(|next| next.strip_prefix(folder).is_some_and(|inside| inside.starts_with(b"/")));
        if !has_content && !folder.is_empty() {
            owned.add(path);
        }
    }
}

fn md5sums(content: &[u8], owned: &mut Owned<'_>, skipped: &mut Skipped) {
    for (offset, line) in lines(content).filter(|(_, line)| !line.is_empty()) {
        match memchr2(b' ', b'\t', line) {
            // md5sum(1) puts an asterisk before the names of files that it read as binary.
            Some(32) => {
                let path = line[32..].trim_ascii_start();
                owned.add(path.strip_prefix(b"*").unwrap_or(path));
            }
            _ => skipped.add(offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::{Read, read};

    fn check(path: &str, content: &str, expected: &[&str], gaps: usize) {
        let found: Read = read(&ANALYZER, path, content.as_bytes());
        assert_eq!(found.files(), expected, "{path}");
        assert_eq!(found.gaps.len(), gaps, "{path}: {:?}", found.gaps);
    }

    #[test]
    fn a_list_names_files_and_the_directories_around_them() {
        let content = "/.\n/usr\n/usr/bin\n/usr/bin/a\n/usr/bin/a2\n/usr/share\n/usr/share/a\n/usr/share/a/b c\n";
        check("var/lib/dpkg/info/a:amd64.list", content, &["a: usr/bin/a usr/bin/a2 usr/share/a/b c"], 0);
        check("opt/x/var/lib/dpkg/info/a.list", "/.\r\n/b\r\n", &["a: opt/x/b"], 0);
        check("var/lib/dpkg/info/a.list", "", &[], 0);
        check("var/lib/dpkg/info/a.list", "/.\n", &[], 0);
    }

    #[test]
    fn md5sums_list_files_only() {
        let content = "d41d8cd98f00b204e9800998ecf8427e  usr/bin/a\nd41d8cd98f00b204e9800998ecf8427e *./b c\n";
        check("var/lib/dpkg/status.d/libssl1.1.md5sums", content, &["libssl1.1: usr/bin/a b c"], 0);
        check("var/lib/dpkg/status.d/a.md5sums", "usr/bin/a\n\n  x\n", &[], 1);
    }

    #[test]
    fn a_name_is_needed() {
        check("var/lib/dpkg/info/:amd64.list", "/a\n", &[], 1);
        check("var/lib/dpkg/info/.list", "/a\n", &[".list: a"], 0);
    }

    #[test]
    fn only_dpkgs_own_folders_are_wanted() {
        assert!(is_list(&"var/lib/dpkg/info/a.list".into()));
        assert!(!is_list(&"etc/apt/sources.list.d/a.list".into()));
        assert!(is_distroless_md5sums(&"var/lib/dpkg/status.d/a.md5sums".into()));
        assert!(!is_distroless_md5sums(&"var/lib/dpkg/info/a.md5sums".into()));
    }
}
