//! pacman's database of installed packages: Arch Linux and its like.
//!
//! **Files.** `desc` and `files` in `var/lib/pacman/local/NAME-VERSION-RELEASE/`, also inside root filesystems further
//! down.
//!
//! **Format.** alpm-db-desc(5) and alpm-db-files(5): `%SECTION%` on a line of its own, one value per line below it, an
//! empty line ends the section. `files` does not say whose files it lists: its folder's name does, and is split from
//! the right, since neither version nor release may contain a dash.
//!
//! **Facts.** From `desc` the package: name, version with epoch and release, architecture, packager as vendor, each
//! licence, the names in `%DEPENDS%`, and `%BASE%`, the PKGBUILD that it was built from, with the same version as source package. From `files`
//! the files it brought; directories end with a slash there and are left out.
//!
//! **Not seen.** `mtree`, which adds digests; who provides what a package needs by another name (`%PROVIDES%`), since a file is
//! read without its neighbours, so that needs of libraries (`libz.so=1-64`) stay out; the databases of what could be installed (`sync/*.db`).

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, SourcePackage, Unreadable};

use super::owned::{Owned, root};
use super::text::{lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "alpm",
    version: 2,
    files: &[Key::Name("desc").when(is_local), Key::Name("files").when(is_local)],
    analyze,
};

fn is_local(path: &ImagePath) -> bool {
    entry(path).is_some()
}

/// The root of the filesystem and the name of the package's folder.
fn entry(path: &ImagePath) -> Option<(&[u8], &[u8])> {
    let parent = path.parent();
    let slash = memchr::memrchr(b'/', parent)?;
    Some((root(&parent[..slash], b"lib/pacman/local")?, &parent[slash + 1..]))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let (root, folder) = entry(file.path).unwrap_or_default();
    if file.path.name() == b"files" {
        let mut owned = Owned::new(root, file.budget);
        files(file.content, &mut owned);
        let name = name_of(folder).ok_or_else(|| Unreadable::corrupt("the folder's name does not name a package"))?;
        owned.belong_to(PackageKind::Alpm, &name, facts);
        owned.report(facts);
    } else {
        facts.package(description(file.content)?);
    }
    Ok(())
}

/// `NAME-VERSION-RELEASE` without the last two parts.
fn name_of(folder: &[u8]) -> Option<String> {
    let mut parts = folder.rsplitn(3, |&byte| byte == b'-');
    parts.nth(2).and_then(text)
}

/// Values with the names of their sections.
fn values(content: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    let mut section: &[u8] = b"";
    lines(content).filter_map(move |(_, line)| match line {
        [] => {
            section = b"";
            None
        }
        [b'%', name @ .., b'%'] if section.is_empty() => {
            section = name;
            None
        }
        value => Some((section, value)),
    })
}

/// More statements than any package has: the TeX collections have 40.
pub(super) const LICENSES: usize = 1000;
/// And more than any needs.
pub(super) const NEEDS: usize = 10_000;

fn description(content: &[u8]) -> Result<Package, Unreadable> {
    let mut package = Package::new(PackageKind::Alpm, "", "");
    let mut base = None;
    for (section, value) in values(content) {
        match section {
            b"NAME" => package.name = text(value).unwrap_or_default(),
            b"VERSION" => package.version = text(value).unwrap_or_default(),
            b"BASE" => base = text(value),
            b"ARCH" => package.arch = text(value),
            b"PACKAGER" => package.vendor = text(value),
            b"LICENSE" if package.licenses.len() == LICENSES => {
                return Err(Unreadable::limit(format!("there are more than {LICENSES} licences")));
            }
            b"LICENSE" => package.licenses.extend(text(value)),
            b"DEPENDS" if package.requires.len() < NEEDS => {
                package.requires.extend(needed(value).map(|name| Requirement { name, version: None }));
            }
            _ => {}
        }
    }
    package.requires.retain(|required| required.name != package.name);
    package.requires.sort_unstable();
    package.requires.dedup();
    if package.name.is_empty() || package.version.is_empty() {
        return Err(Unreadable::corrupt("there is no %NAME% or no %VERSION%"));
    }
    package.source = base.map(|name| SourcePackage { name, version: package.version.clone() });
    Ok(package)
}

/// The name in a dependency, without what binds its version; none for a library's file name.
pub(super) fn needed(value: &[u8]) -> Option<String> {
    let end = value.iter().position(|byte| matches!(byte, b'=' | b'<' | b'>' | b':'));
    let name = &value[..end.unwrap_or(value.len())];
    if name.ends_with(b".so") { None } else { text(name) }
}

fn files(content: &[u8], owned: &mut Owned<'_>) {
    for (_, path) in values(content).filter(|(section, path)| *section == b"FILES" && !path.ends_with(b"/")) {
        owned.add(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    const DESC: &str = "var/lib/pacman/local/gmp-6.2.1-2/desc";

    fn check(path: &str, content: &[u8], packages: &[&str], files: &[&str], gaps: usize) {
        let found = read(&ANALYZER, path, content);
        assert_eq!(found.names(), packages);
        assert_eq!(found.files(), files);
        assert_eq!(found.gaps.len(), gaps, "{:?}", found.gaps);
    }

    // Sections as alpm-db-desc(5) lists them.
    #[test]
    fn a_description_says_all_but_the_files() {
        let content =
            b"%NAME%\ngcc-libs\n\n%VERSION%\n1:14.1.1-2\n\n%BASE%\ngcc\n\n%DESC%\n%NAME%\n\n%ARCH%\nx86_64\n\n\
                        %PACKAGER%\nA <a@b.example>\n\n%LICENSE%\nGPL-3.0-or-later\nLGPL3\n\n%FUTURE%\nx\n";
        let found = read(&ANALYZER, DESC, content);
        let package = &found.packages[0];
        assert_eq!(found.names(), ["gcc-libs 1:14.1.1-2"]);
        assert_eq!(package.arch.as_deref(), Some("x86_64"));
        assert_eq!(package.vendor.as_deref(), Some("A <a@b.example>"));
        assert_eq!(package.licenses, ["GPL-3.0-or-later", "LGPL3"]);
        let source = package.source.as_ref().unwrap();
        assert_eq!((&*source.name, &*source.version), ("gcc", "1:14.1.1-2"));
    }

    #[test]
    fn a_package_needs_what_it_names() {
        let content = "%NAME%\na\n\n%VERSION%\n1-1\n\n%DEPENDS%\nglibc>=2.38\nbash\nlibz.so=1-64\na\nbash\n\n\
                       %OPTDEPENDS%\nx: for y\n";
        crate::testing::check(&ANALYZER, DESC, content, "a 1-1 -> bash, glibc");
    }

    #[test]
    fn the_folder_says_whose_files_they_are() {
        let content = b"%FILES%\nusr/\nusr/lib/\nusr/lib/a.so\nb c\n\n%BACKUP%\netc/a\tdigest\n";
        check("var/lib/pacman/local/gcc-libs-1:14.1.1-2/files", content, &[], &["gcc-libs: usr/lib/a.so b c"], 0);
        check("r/var/lib/pacman/local/a-1-2/files", content, &[], &["a: r/usr/lib/a.so r/b c"], 0);
        check("var/lib/pacman/local/a-1/files", content, &[], &[], 1);
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        check(DESC, b"%NAME%\na\n", &[], &[], 1);
        check(DESC, b"%NME%\na\n\n%VER\n1\n", &[], &[], 1);
        check(DESC, b"", &[], &[], 1);
        check(DESC, b"%NAME%\r\na\r\n\r\n%VERSION%\r\n1-1\r\n", &["a 1-1"], &[], 0);
        check(DESC, b"%NAME%\n\xff\0\n\n%VERSION%\n1-1", &["\u{fffd}\0 1-1"], &[], 0);
        check(DESC, &[b"%NAME%\n".as_slice(), &vec![b'a'; 1 << 20], b"\n\n%VERSION%\n1-1\n"].concat(), &[], &[], 1);
        check(DESC, b"%%\n%\n%%%\n", &[], &[], 1);
        check(DESC, &[b"%LICENSE%\n".as_slice(), &b"a\n".repeat(2000)].concat(), &[], &[], 1);
    }

    #[test]
    fn only_the_local_database_is_wanted() {
        assert!(is_local(&DESC.into()));
        assert!(is_local(&"opt/r/var/lib/pacman/local/a-1-1/files".into()));
        assert!(!is_local(&"var/lib/pacman/local/desc".into()));
        assert!(!is_local(&"usr/share/files".into()));
    }
}
