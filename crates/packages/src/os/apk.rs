//! apk's database of installed packages: Alpine, Wolfi, Chainguard and their like.
//!
//! **Files.** `lib/apk/db/installed`, below `usr` since apk-tools 3, also inside root filesystems further down.
//!
//! **Format.** The text of apk-tools' index files, in its versions 2 and 3: lines of a letter, a colon and a value; an
//! empty line ends a package. `P` name, `V` version, `A` architecture, `o` origin, `L` licence, `m` maintainer; `F` opens a directory and
//! each `R` after it is a file in it.
//!
//! **Facts.** The package; its origin, which is the APKBUILD that it was built from and has the same version, as source
//! package; its licence as one statement; its maintainer as vendor; its files; what it needs (`D`), resolved among
//! the packages of the file by their names and by what they provide (`p`): libraries (`so:`), commands (`cmd:`), others. Virtual packages (`.build-deps`) are
//! listed as apk lists them.
//!
//! **Not seen.** Bounds on the versions of dependencies, which apk has seen to; `lib/apk/db/scripts.tar`; packages only asked for in `etc/apk/world`.

use model::{Analyzer, Facts, File, Key, Package, PackageKind, SourcePackage, Unreadable};

use super::database::Database;
use super::owned::{Owned, root};
use super::text::{Skipped, lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer =
    Analyzer { name: "apk", version: 2, files: &[Key::Ends("lib/apk/db/installed").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut owned = Owned::new(root(file.path.parent(), b"lib/apk/db").unwrap_or_default(), file.budget);
    let mut database = Database::new(file.budget);
    let mut packages = Skipped::default();
    let mut strange = Skipped::default();
    let mut entry = Entry::default();
    let mut path = Vec::new();
    for (offset, line) in lines(file.content) {
        let (letter, value) = match line {
            [] => {
                entry.finish(&mut database, &mut owned, &mut packages);
                continue;
            }
            [letter, b':', value @ ..] => (letter, value),
            _ => {
                strange.add(offset);
                continue;
            }
        };
        entry.start.get_or_insert(offset);
        match letter {
            b'P' => entry.name = Some(value),
            b'V' => entry.version = Some(value),
            b'A' => entry.arch = Some(value),
            b'o' => entry.origin = Some(value),
            b'L' => entry.license = Some(value),
            b'D' => entry.needs = value,
            b'p' => entry.provides = value,
            b'm' => entry.maintainer = Some(value),
            b'F' => entry.folder = value,
            b'R' if entry.folder.len() <= file.budget.path_bytes && value.len() <= file.budget.path_bytes => {
                path.clear();
                path.extend_from_slice(entry.folder);
                path.push(b'/');
                path.extend_from_slice(value);
                owned.add(&path);
            }
            _ => {}
        }
    }
    entry.finish(&mut database, &mut owned, &mut packages);
    database.tell(facts);
    packages.report("entries without a name or a version that can be read", facts);
    strange.report("lines that are no field", facts);
    owned.report(facts);
    Ok(())
}

/// The fields of one package, borrowed until it is complete.
#[derive(Default)]
struct Entry<'a> {
    start: Option<usize>,
    name: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    arch: Option<&'a [u8]>,
    origin: Option<&'a [u8]>,
    license: Option<&'a [u8]>,
    maintainer: Option<&'a [u8]>,
    needs: &'a [u8],
    provides: &'a [u8],
    folder: &'a [u8],
}

impl Entry<'_> {
    fn finish(&mut self, database: &mut Database, owned: &mut Owned<'_>, skipped: &mut Skipped) {
        let entry = std::mem::take(self);
        let Some(start) = entry.start else { return };
        let Some(package) = entry.package() else {
            owned.forget();
            skipped.add(start);
            return;
        };
        let owned = owned.take(PackageKind::Apk, &package.name);
        database.add(package, owned);
        for provided in words(entry.provides) {
            database.provides(provided);
        }
        // What begins with an exclamation mark must not be there.
        for needed in words(entry.needs).filter(|needed| !needed.starts_with(b"!")) {
            database.needs([needed]);
        }
    }

    fn package(&self) -> Option<Package> {
        let mut package = Package::new(PackageKind::Apk, text(self.name?)?, text(self.version?)?);
        package.arch = self.arch.and_then(text);
        let origin = self.origin.and_then(text);
        package.source = origin.map(|name| SourcePackage { name, version: package.version.clone() });
        package.licenses = self.license.and_then(text).into_iter().collect();
        package.vendor = self.maintainer.and_then(text);
        Some(package)
    }
}

/// The names in a list of dependencies, without what binds their versions (`so:libz.so.1=1.3`, `busybox>1.36`, `a@edge`).
pub(super) fn words(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = list.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    words.map(|word| {
        let end = word.iter().position(|byte| matches!(byte, b'=' | b'<' | b'>' | b'~' | b'@'));
        &word[..end.unwrap_or(word.len())]
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    const INSTALLED: &str = "lib/apk/db/installed";

    fn check(content: &[u8], packages: &[&str], files: &[&str], gaps: usize) {
        let found = read(&ANALYZER, INSTALLED, content);
        assert_eq!(found.names(), packages);
        assert_eq!(found.files(), files);
        assert_eq!(found.gaps.len(), gaps, "{:?}", found.gaps);
    }

    #[test]
    fn a_package_has_an_origin_a_licence_and_files() {
        let content =
            b"C:Q1x=\nP:libcrypto3\nV:3.1.4-r5\nA:x86_64\nL:Apache-2.0 OR MIT\no:openssl\nm:A <a@b.example>\n\
                        F:\nR:top\nF:etc/ssl\nF:usr/lib\nR:libcrypto.so.3\na:0:0:755\nZ:Q1y=\nR:b c\n";
        let found = read(&ANALYZER, INSTALLED, content);
        let package = &found.packages[0];
        assert_eq!(package.arch.as_deref(), Some("x86_64"));
        assert_eq!(package.licenses, ["Apache-2.0 OR MIT"]);
        assert_eq!(package.vendor.as_deref(), Some("A <a@b.example>"));
        let source = package.source.as_ref().unwrap();
        assert_eq!((&*source.name, &*source.version), ("openssl", "3.1.4-r5"));
        assert_eq!(found.files(), ["libcrypto3: top usr/lib/libcrypto.so.3 usr/lib/b c"]);
    }

    // As apk resolves them, by hand.
    #[test]
    fn needs_are_resolved_by_names_and_by_what_is_provided() {
        let installed = "P:musl\nV:1\np:so:libc.musl-x86_64.so.1=1\n\n\
            P:busybox\nV:2\np:/bin/sh cmd:sh=2 cmd:ls=2\nD:so:libc.musl-x86_64.so.1\n\n\
            P:app\nV:3\nD:/bin/sh busybox>=1.36 so:libc.musl-x86_64.so.1 so:absent.so.1 !old musl~1 app\n\n\
            P:old\nV:4\nD:cmd:ls\n";
        crate::testing::check(
            &ANALYZER,
            INSTALLED,
            installed,
            "musl 1\nbusybox 2 -> musl\napp 3 -> busybox, musl\nold 4 -> busybox",
        );
    }

    #[test]
    fn files_of_an_inner_filesystem_are_below_it() {
        let found = read(&ANALYZER, "opt/r/usr/lib/apk/db/installed", b"P:a\nV:1\nF:bin\nR:a\n");
        assert_eq!(found.files(), ["a: opt/r/bin/a"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_gap_and_the_rest_is_there() {
        check(b"no field\n\nP:a\nV:1\n\n", &["a 1"], &[], 1);
        check(b"P:a\nF:x\nR:y\n\nP:b\nV:2\nF:x\nR:z\n", &["b 2"], &["b: x/z"], 1);
        check(b"P:\nV:\n\n\nR:y\n\n", &[], &[], 1);
        check(b"P:a\r\nV:1\r\n\r\nP:b\r\nV:2\r\n", &["a 1", "b 2"], &[], 0);
        check(b"P:\xff\0\nV:1", &["\u{fffd}\0 1"], &[], 0);
        check(b"", &[], &[], 0);
        let long = [b"P:".as_slice(), &vec![b'a'; 1 << 20], b"\nV:1\n\nP:b\nV:2\n"].concat();
        check(&long, &["b 2"], &[], 1);
    }

    #[test]
    fn a_long_directory_with_many_files_costs_no_more_than_its_bytes() {
        let content = [b"P:a\nV:1\nF:".as_slice(), &vec![b'd'; 1 << 20], b"\n", &b"R:f\n".repeat(100_000)].concat();
        check(&content, &["a 1"], &[], 0);
    }
}
