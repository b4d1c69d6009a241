//! The note that distributions and builders put into ELF programs and libraries (UAPI Group, "Package Metadata for
//! Executable Files"; the same in Fedora, Debian, Azure Linux): any executable whose program headers show such a note.
//!
//! The note is a JSON text: the kind of package, its name and version, the architecture, and the upstream application's
//! name in the Common Platform Enumeration. Distributions name the source package there, which may have been split into
//! several. The package is listed with the kind that the note names; a kind that nobody knows is `generic`.
//!
//! Notes of object files and kernel modules are not read, nor is what PE files keep in their own section of this name.

use memchr::memmem;
use model::{Analyzer, Confidence, Facts, File, Key, Meta, PackageKind, Presence, SourcePackage, Unreadable};

use super::head::{Elf, NOTE};
use crate::listing::{Listing, is_word};
use crate::syntax::json::{self, Text};

/// What an executable was packaged as: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "elf-package-note", version: 1, files: &[Key::Head(may_have_note).any()], analyze };

json::object! {
    struct Metadata<'a> {
        "type" => kind: Text<'a>,
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "architecture" => architecture: Text<'a>,
        "appCpe" => cpe: Text<'a>,
        "maintainer" => maintainer: Text<'a>,
    }
}

/// Notes stand near the beginning. Where a tool has moved them, those that are long enough for a name and a version
/// count.
fn may_have_note(_: &Meta, head: &[u8]) -> bool {
    const SHORTEST: u64 = 60;
    let Some(elf) = elf(head) else { return false };
    elf.programs().flatten().filter(|program| program.kind == NOTE).any(|program| match elf.content(&program) {
        Some(notes) => find(&elf, notes).is_some(),
        None => program.in_file >= SHORTEST,
    })
}

fn elf(content: &[u8]) -> Option<Elf<'_>> {
    content.starts_with(b"\x7fELF").then(|| Elf::new(content)).flatten().filter(Elf::is_linked)
}

/// The text of the first such note. Notes have the lengths of the owner's name and of the text, a type, both of these.
fn find<'a>(elf: &Elf<'_>, notes: &'a [u8]) -> Option<&'a [u8]> {
    let marks: &[u8] = if elf.big { b"\xca\xfe\x1a\x7eFDO\0" } else { b"\x7e\x1a\xfe\xcaFDO\0" };
    let at = memmem::find(notes, marks)?;
    let length = super::head::number(notes, at.checked_sub(4)?, 4, elf.big)?;
    let text = notes.get(at + marks.len()..)?.get(..usize::try_from(length).ok()?)?;
    // It ends with a zero byte, and with more of them where the linker aligns.
    Some(text.split(|&byte| byte == 0).next().unwrap_or_default())
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let Some(elf) = elf(file.content) else { return Ok(()) };
    let mut segments = elf.programs().flatten().filter(|program| program.kind == NOTE);
    let Some(text) = segments.find_map(|program| find(&elf, elf.content(&program)?)) else { return Ok(()) };
    let metadata: Metadata<'_> = json::parse(text)?;
    let kind = match metadata.kind.get() {
        "arch" | "pacman" => PackageKind::Alpm,
        "gentoo" | "ebuild" => PackageKind::Portage,
        kind => PackageKind::of_purl_type(kind).unwrap_or(PackageKind::Generic),
    };
    let text = |field: &Text<'_>| Some(field.get().to_owned()).filter(|text| is_word(text));
    let mut listing = Listing::new(kind);
    let (name, version) = (metadata.name.get(), metadata.version.get());
    if let Some(package) = listing.add(name, version, Presence::Installed) {
        package.confidence = Confidence::Medium;
        package.arch = text(&metadata.architecture).filter(|_| kind.is_os());
        package.cpes.extend(text(&metadata.cpe));
        let maintainer = metadata.maintainer.get();
        package.vendor = Some(maintainer.to_owned()).filter(|vendor| !vendor.is_empty() && vendor.len() < 256);
        if matches!(kind, PackageKind::Deb | PackageKind::Rpm) {
            package.source = Some(SourcePackage { name: name.to_owned(), version: version.to_owned() });
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::{Budget, ImagePath, What};

    use super::*;
    use crate::executable::head::tests::elf_file;
    use crate::testing::{self, survives};

    /// A library with two notes: the build's id and this text.
    fn library(text: &str) -> Vec<u8> {
        let length = u32::try_from(text.len() + 1).unwrap().to_le_bytes();
        let mut note = [b"\x04\0\0\0".as_slice(), &length, b"\x7e\x1a\xfe\xcaFDO\0", text.as_bytes(), b"\0"].concat();
        note.resize(note.len().next_multiple_of(4), 0);
        elf_file(3, &[(1, b"code", 4), (4, &[b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0id\0\0", &*note].concat(), 0)])
    }

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "usr/lib/liba.so", library(text), expected);
    }

    // The shape that the specification shows.
    const RPM: &str = r#"{"type":"rpm","name":"coreutils","version":"4711.0815.fc13","architecture":"arm32",
        "osCpe":"cpe:/o:fedoraproject:fedora:33","appCpe":"cpe:2.3:a:gnu:coreutils:5.0","debugInfoUrl":"https://x.test"}"#;

    #[test]
    fn a_note_is_a_package_of_the_kind_that_it_names() {
        check(RPM, "coreutils 4711.0815.fc13");
        let file = library(RPM);
        let (budget, path) = (Budget::default(), ImagePath::from("bin/ls"));
        let mut facts = Facts::new(ANALYZER.id(), path.clone(), &budget);
        analyze(&File { path: &path, meta: Meta::default(), content: &file, budget: &budget }, &mut facts).unwrap();
        let (facts, _) = facts.into_parts();
        let What::Package(package) = &facts[0].what else { panic!("no package") };
        assert_eq!(package.kind, PackageKind::Rpm);
        assert_eq!(package.arch.as_deref(), Some("arm32"));
        assert_eq!(package.cpes, ["cpe:2.3:a:gnu:coreutils:5.0"], "not the system's");
        assert_eq!(package.source.as_ref().unwrap().name, "coreutils");
        assert_eq!(package.confidence, Confidence::Medium);
    }

    #[test]
    fn names_and_versions_are_needed_and_texts_must_be_json() {
        check(r#"{"type":"unheard-of","name":"a","version":"1"}"#, "a 1");
        check(r#"{"type":"deb","name":"a"}"#, "");
        check("{}", "");
        check("{", "gap: corrupt");
        testing::check(&ANALYZER, "bin/a", elf_file(2, &[(4, b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0id\0\0", 0)]), "");
    }

    #[test]
    fn the_beginning_tells() {
        let wants = |head: &[u8]| may_have_note(&Meta::default(), head);
        let file = library(RPM);
        assert!(wants(&file));
        assert!(wants(&file[..300]), "the note lies beyond the beginning and is long enough");
        assert!(!wants(&elf_file(3, &[(4, b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0id\0\0", 0)])));
        assert!(!wants(&elf_file(1, &[(4, &file[64..], 0)])), "an object file");
        assert!(!wants(b"{\"type\":\"rpm\"}"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "usr/lib/liba.so", &[&library(RPM)]);
    }
}
