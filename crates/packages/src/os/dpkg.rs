//! dpkg's database of packages: Debian, Ubuntu and all that is built from them.
//!
//! **Files.** `var/lib/dpkg/status`, also inside root filesystems further down (any `lib/dpkg/status`): one stanza per
//! package. `var/lib/dpkg/status.d/NAME`: one stanza per file, as images without a package manager have them
//! ("distroless"); `NAME.md5sums` and maintainer scripts beside them are no stanzas.
//!
//! **Format.** deb-control(5): `Field: value` lines, values that go on are indented, an empty line ends a stanza. Names
//! of fields may have any case; lines may end in `\r\n`. A second `Package` field starts the next stanza even where the
//! empty line is missing.
//!
//! **What counts as installed.** The third word of `Status` (dpkg(1), "Package states") says what is on the disk; the
//! first one only what the administrator wants. `not-installed` and `config-files` leave no program behind and are
//! left out; in all other states files of the package are there, in `half-installed` at least some. A stanza without
//! `Status` is taken for an installed package: dpkg never writes one, tools that assemble images without dpkg do.
//!
//! **Facts.** Name, version with epoch and revision, architecture, maintainer as vendor; the source package where
//! `Source` names one, with its own version where that is in parentheses (`glibc (2.36-9)`), else the package's. What it needs
//! by `Depends` and `Pre-Depends`, resolved among the installed packages of the file and what they say in `Provides`; of
//! alternatives the first that is there. A stanza in `status.d` is alone in its file: it needs what it names first.
//!
//! **Not seen.** Licences, which stand in `usr/share/doc/NAME/copyright` (format `debian-copyright`) and are joined to
//! the packages that are installed. Bounds on the versions of dependencies: dpkg has seen to them. Who was only installed for others, which is in `var/lib/apt/extended_states`.
//! `var/lib/dpkg/available`, which lists what could be installed. vcpkg's database has the same syntax and another place; it is no dpkg database.

use memchr::memchr;
use model::{
    Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Relation, Requirement, SourcePackage, Unreadable,
};

use super::database::Database;
use super::owned::root;
use super::text::{self, Skipped, lines, text};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "dpkg",
    version: 2,
    files: &[Key::Ends("lib/dpkg/status").any(), Key::In("status.d").when(is_stanza_file)],
    analyze,
};

/// Control files that lie beside the stanzas in `status.d`, by their extension (deb(5) and the manuals it refers to).
const BESIDE_STANZAS: [&[u8]; 11] = [
    b"md5sums",
    b"list",
    b"conffiles",
    b"preinst",
    b"postinst",
    b"prerm",
    b"postrm",
    b"triggers",
    b"shlibs",
    b"symbols",
    b"templates",
];

fn is_stanza_file(path: &ImagePath) -> bool {
    root(path.parent(), b"lib/dpkg/status.d").is_some()
        && !path.extension().is_some_and(|extension| BESIDE_STANZAS.contains(&extension))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    read(PackageKind::Deb, file, facts);
    Ok(())
}

/// Reads a database of dpkg's syntax, whose packages are of this kind.
pub(super) fn read(kind: PackageKind, file: &File<'_>, facts: &mut Facts) {
    let mut found = Found {
        kind,
        database: Database::new(file.budget),
        skipped: Skipped::default(),
        is_alone: file.path.parent().ends_with(b"status.d") || file.path.extension() == Some(b"control"),
    };
    let mut stanza = Stanza::default();
    for (offset, line) in lines(file.content) {
        match line.first() {
            None => stanza.finish(&mut found),
            // dpkg writes each field that we want on one line.
            Some(b' ' | b'\t') => {}
            Some(_) => stanza.line(offset, line, &mut found),
        }
    }
    stanza.finish(&mut found);
    found.database.tell(facts);
    found.skipped.report("entries without a name or a version that can be read", facts);
}

/// The package that one stanza describes, whether or not it says that it is installed.
pub(super) fn described(stanza: &[u8]) -> Option<Package> {
    let mut fields = Stanza::default();
    for (_, line) in lines(stanza).skip_while(|(_, line)| line.is_empty()).take_while(|(_, line)| !line.is_empty()) {
        if !matches!(line[0], b' ' | b'\t') {
            fields.field(line);
        }
    }
    let mut package = fields.installed(PackageKind::Deb)?;
    package.requires = fields.first_needs(&package.name);
    Some(package)
}

/// What has been read of the file.
struct Found {
    kind: PackageKind,
    database: Database,
    skipped: Skipped,
    /// Whether there is one package in this file, and others in the files beside it.
    is_alone: bool,
}

/// The fields of one stanza, borrowed until it is complete.
#[derive(Default)]
struct Stanza<'a> {
    start: Option<usize>,
    package: Option<&'a [u8]>,
    status: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    source: Option<&'a [u8]>,
    architecture: Option<&'a [u8]>,
    maintainer: Option<&'a [u8]>,
    depends: Option<&'a [u8]>,
    pre_depends: Option<&'a [u8]>,
    provides: Option<&'a [u8]>,
    /// Only opkg has these fields.
    license: Option<&'a [u8]>,
    auto_installed: Option<&'a [u8]>,
}

impl<'a> Stanza<'a> {
    fn line(&mut self, offset: usize, line: &'a [u8], found: &mut Found) {
        if line[0].eq_ignore_ascii_case(&b'p') && self.package.is_some() && value(line, b"package").is_some() {
            self.finish(found);
        }
        self.field(line);
        self.start.get_or_insert(offset);
    }

    fn field(&mut self, line: &'a [u8]) {
        // Most lines belong to other fields: one look at the first letter is enough for them.
        let field = match line[0].to_ascii_lowercase() {
            b'p' => match line.get(2).map(u8::to_ascii_lowercase) {
                Some(b'e') => (b"pre-depends".as_slice(), &mut self.pre_depends),
                Some(b'o') => (b"provides".as_slice(), &mut self.provides),
                _ => (b"package".as_slice(), &mut self.package),
            },
            b'd' => (b"depends".as_slice(), &mut self.depends),
            b's' if line.get(1).is_some_and(|letter| letter.eq_ignore_ascii_case(&b't')) => {
                (b"status".as_slice(), &mut self.status)
            }
            b's' => (b"source".as_slice(), &mut self.source),
            b'v' => (b"version".as_slice(), &mut self.version),
            b'a' if line.get(1).is_some_and(|letter| letter.eq_ignore_ascii_case(&b'u')) => {
                (b"auto-installed".as_slice(), &mut self.auto_installed)
            }
            b'a' => (b"architecture".as_slice(), &mut self.architecture),
            b'l' => (b"license".as_slice(), &mut self.license),
            b'm' => (b"maintainer".as_slice(), &mut self.maintainer),
            _ => return,
        };
        if let Some(value) = value(line, field.0) {
            *field.1 = Some(value);
        }
    }

    fn finish(&mut self, found: &mut Found) {
        let stanza = std::mem::take(self);
        let Some(start) = stanza.start else { return };
        if stanza.status.is_some_and(leaves_nothing) {
            return;
        }
        let Some(mut package) = stanza.installed(found.kind) else {
            found.skipped.add(start);
            return;
        };
        if found.is_alone {
            package.requires = stanza.first_needs(&package.name);
            found.database.add(package, None);
            return;
        }
        found.database.add(package, None);
        for relation in relations(stanza.provides) {
            found.database.provides(name_of(relation));
        }
        for relation in relations(stanza.pre_depends).chain(relations(stanza.depends)) {
            found.database.needs(relation.split(|&byte| byte == b'|').map(name_of));
        }
    }

    /// What it needs by name, where nobody can say what is there.
    fn first_needs(&self, own: &str) -> Vec<Requirement> {
        const MOST: usize = 10_000;
        let first = |relation: &'a [u8]| text(name_of(relation.split(|&byte| byte == b'|').next()?));
        let relations = relations(self.pre_depends).chain(relations(self.depends)).take(MOST);
        let needs = relations.filter_map(first).filter(|name| name != own);
        let mut needs: Vec<_> = needs.map(|name| Requirement { name, version: None }).collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    fn installed(&self, kind: PackageKind) -> Option<Package> {
        let name = text(self.package?)?;
        let version = text(self.version?)?;
        let mut package = Package::new(kind, name, version);
        if kind == PackageKind::Deb {
            package.source = self.source.and_then(|source| source_package(source, &package.version));
        }
        if kind == PackageKind::Opkg && self.auto_installed.is_some_and(|value| value.trim_ascii() == b"yes") {
            package.relation = Relation::Transitive;
        }
        package.licenses.extend(self.license.and_then(text));
        package.arch = self.architecture.and_then(text);
        package.vendor = self.maintainer.and_then(text);
        Some(package)
    }
}

/// The packages between the commas of a field (deb-control(5), "Package relationship fields").
fn relations(field: Option<&[u8]>) -> impl Iterator<Item = &[u8]> {
    field.into_iter().flat_map(|field| field.split(|&byte| byte == b','))
}

/// The name alone: without architecture (`python3:any`) and version (`libc6 (>= 2.36)`).
fn name_of(relation: &[u8]) -> &[u8] {
    let relation = relation.trim_ascii();
    let end = relation.iter().position(|byte| matches!(byte, b' ' | b'\t' | b'(' | b':' | b'['));
    &relation[..end.unwrap_or(relation.len())]
}

/// The value of the line, if it is that field's.
fn value<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let colon = memchr(b':', line)?;
    line[..colon].trim_ascii_end().eq_ignore_ascii_case(name).then(|| &line[colon + 1..])
}

/// Whether a `Status` says that none of the package's programs and libraries are on the disk.
fn leaves_nothing(status: &[u8]) -> bool {
    let state = status.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty()).nth(2).unwrap_or_default();
    state.eq_ignore_ascii_case(b"not-installed") || state.eq_ignore_ascii_case(b"config-files")
}

/// `name` or `name (version)`.
fn source_package(source: &[u8], version_of_binary: &str) -> Option<SourcePackage> {
    let source = text::field(source)?;
    let open = memchr(b'(', source);
    let name = text(&source[..open.unwrap_or(source.len())])?;
    let version = open.and_then(|open| {
        let inside = &source[open + 1..];
        text(&inside[..memchr(b')', inside).unwrap_or(inside.len())])
    });
    Some(SourcePackage { name, version: version.unwrap_or_else(|| version_of_binary.into()) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::{Read, read, read_with};
    use model::Budget;

    const STATUS: &str = "var/lib/dpkg/status";

    fn check(content: &[u8], packages: &[&str], gaps: usize) {
        let Read { packages: found, gaps: unreadable, .. } = read(&ANALYZER, STATUS, content);
        let found: Vec<_> = found.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
        assert_eq!(found, packages, "{}", String::from_utf8_lossy(&content[..content.len().min(200)]));
        assert_eq!(unreadable.len(), gaps, "{unreadable:?}");
    }

    // The states are those of dpkg(1), the syntax is that of deb-control(5).
    #[test]
    fn states_say_what_is_on_the_disk() {
        for (status, there) in [
            ("install ok installed", true),
            ("deinstall ok installed", true),
            ("hold ok installed", true),
            ("install ok unpacked", true),
            ("install reinstreq half-installed", true),
            ("install ok half-configured", true),
            ("install ok triggers-awaited", true),
            ("install ok triggers-pending", true),
            ("deinstall ok config-files", false),
            ("purge ok not-installed", false),
            ("  Install\tOK   Config-Files ", false),
        ] {
            let stanza = format!("Package: a\nStatus: {status}\nVersion: 1\n");
            check(stanza.as_bytes(), if there { &["a 1"] } else { &[] }, 0);
        }
        check(b"Package: a\nStatus: install ok not-installed\n\n", &[], 0);
    }

    #[test]
    fn stanzas_keep_to_the_syntax_in_every_way_that_it_allows() {
        check(b"Package: a\r\nVersion: 1:2-3\r\n\r\nPackage: b\r\nVersion: 2\r\n", &["a 1:2-3", "b 2"], 0);
        check(b"PACKAGE:a\nversion :\t1 \n\n\n\n\npackage: b\nVersion:2", &["a 1", "b 2"], 0);
        check(b"Package: a\nDescription: x\n Version: 9\n\tPackage: no\nVersion: 1\n", &["a 1"], 0);
        check(b"Package: a\nVersion: 1\nPackage: b\nVersion: 2\n", &["a 1", "b 2"], 0);
        check(b"Package: a\nVersion: 1\n \nArchitecture: all\n", &["a 1"], 0);
    }

    #[test]
    fn all_fields_are_read() {
        let read = read(
            &ANALYZER,
            STATUS,
            b"Package: libc-bin\nStatus: install ok installed\nMaintainer: A <a@b.example>\nArchitecture: arm64\n\
              Source: glibc (2.36-9)\nVersion: 2.36-9+b1\nStandards-Version: 4\nPackage-Type: deb\n",
        );
        let package = &read.packages[0];
        assert_eq!(package.kind, PackageKind::Deb);
        assert_eq!(package.arch.as_deref(), Some("arm64"));
        assert_eq!(package.vendor.as_deref(), Some("A <a@b.example>"));
        let source = package.source.as_ref().unwrap();
        assert_eq!((&*source.name, &*source.version), ("glibc", "2.36-9"));
    }

    #[test]
    fn a_source_has_the_packages_version_unless_it_says_otherwise() {
        for (field, expected) in [
            ("glibc", Some(("glibc", "1"))),
            ("glibc (2)", Some(("glibc", "2"))),
            ("glibc (2", Some(("glibc", "2"))),
            ("glibc ()", Some(("glibc", "1"))),
            ("(2)", None),
            ("", None),
        ] {
            let found = source_package(field.as_bytes(), "1");
            assert_eq!(found.as_ref().map(|source| (&*source.name, &*source.version)), expected, "{field}");
        }
    }

    // The fields of deb-control(5), resolved by hand.
    #[test]
    fn needs_are_resolved_among_what_is_installed() {
        let status = "Package: app\nStatus: install ok installed\nVersion: 1\nPre-Depends: libc6 (>= 2.36)\n\
            Depends: gone, mawk | awk,python3:any(>= 3),debconf (>= 0.5) | debconf-2.0, app\nRecommends: other\n\n\
            Package: libc6\nVersion: 2\n\nPackage: gawk\nVersion: 1\nProvides: awk, posix-awk (= 1)\n\n\
            Package: python3\nVersion: 3\n\nPackage: cdebconf\nVersion: 1\nProvides: debconf-2.0\n\n\
            Package: gone\nStatus: deinstall ok config-files\nVersion: 1\n\nPackage: other\nVersion: 1\n";
        crate::testing::check(
            &ANALYZER,
            STATUS,
            status,
            "app 1 -> cdebconf, gawk, libc6, python3
             libc6 2
             gawk 1
             python3 3
             cdebconf 1
             other 1",
        );
    }

    #[test]
    fn a_stanza_that_is_alone_needs_what_it_names() {
        let stanza = "Package: a\nVersion: 1\nDepends: libc6 (>= 2), b | c, a, libc6\n";
        crate::testing::check(&ANALYZER, "var/lib/dpkg/status.d/a", stanza, "a 1 -> b, libc6");
    }

    #[test]
    fn what_cannot_be_read_is_one_gap() {
        check(b"Package:\nVersion: 1\n\nPackage: a\n\nVersion: 3\n\nPackage: b\nVersion: 2\n", &["b 2"], 1);
        check(b"garbage\n\0\0\0\0\n\xff\xfe", &[], 1);
        let long =
            [b"Package: ".as_slice(), &vec![b'a'; 1 << 20], b"\nVersion: 1\n\nPackage: b\nVersion: 2\n"].concat();
        check(&long, &["b 2"], 1);
        check(b"", &[], 0);
        check(b"\n\n\r\n", &[], 0);
        check(b"Package: caf\xe9\0\nVersion: 1\n", &["caf\u{fffd}\0 1"], 0);
        check(b":\n: \nPackage\nPackage:", &[], 1);
    }

    #[test]
    fn every_truncation_is_survived() {
        let whole = b"Package: a\nStatus: install ok installed\nVersion: 1\nSource: s (2)\n\nPackage: b\nVersion: 2\n";
        for end in 0..whole.len() {
            read(&ANALYZER, STATUS, &whole[..end]);
        }
    }

    #[test]
    fn a_million_stanzas_are_one_pass() {
        let content = b"Package: a\nVersion: 1\n\n".repeat(1_000_000);
        let budget = Budget { facts: 10, ..Budget::default() };
        let read = read_with(&ANALYZER, STATUS, &content, &budget);
        assert_eq!((read.packages.len(), read.gaps.len()), (9, 1));
    }

    #[test]
    fn only_stanzas_are_wanted_from_status_d() {
        for (path, wanted) in [
            ("var/lib/dpkg/status.d/libssl1.1", true),
            ("var/lib/dpkg/status.d/libssl1.1.md5sums", false),
            ("var/lib/dpkg/status.d/libssl1.1.preinst", false),
            ("etc/status.d/a", false),
            ("mylib/dpkg/status.d/a", false),
        ] {
            assert_eq!(is_stanza_file(&path.into()), wanted, "{path}");
        }
    }
}
