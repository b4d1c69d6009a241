//! Programs as files: everything that a system can start by itself (ELF, PE, Mach-O), with the SHA-256 of its bytes and the
//! id that its linker gave the build (`.note.gnu.build-id`, in the program headers).
//!
//! Where no package owns the file and no other format names it, it is listed as an unidentified program. Libraries are
//! not listed, and neither are scripts; nor are programs in the folders of languages' package managers (`node_modules`,
//! `site-packages`, `dist-packages`, `gems`), which belong to what is listed there.
//!
//! In the folders where distributions put their programs (`usr/bin` and its like) nearly all have an owner. There only the
//! beginning of a file is read, so that an unidentified one has no SHA-256; nor does one that is larger than 64 MiB.

use memchr::memmem;
use model::{Analyzer, Digest, Executable, ExecutableFormat, Facts, File, ImagePath, Key, Meta, Unreadable};

use super::head::{self, Elf, INTERPRETER, NOTE, number};

/// What could be started: [the module](self).
///
/// Who owns a file is known when all layers are laid over each other, long after its bytes have passed. Hashing each
/// program while it passes would cost a whole image's worth of them; those outside of the distribution's folders are few.
pub const ANALYZER: Analyzer = Analyzer {
    name: "program-file",
    version: 1,
    files: &[
        Key::Head(is_program).when(is_elsewhere).first(64 << 20),
        Key::Head(is_program).when(is_a_distributions).first(Key::HEAD_BYTES as u64),
    ],
    analyze,
};

/// Whether the path is in a folder of programs that a distribution's package manager fills.
fn is_a_distributions(path: &ImagePath) -> bool {
    const FOLDERS: &[&[u8]] = &[b"bin/", b"sbin/", b"lib/", b"lib32/", b"lib64/", b"libexec/", b"games/"];
    let path = path.as_bytes();
    let below = path.strip_prefix(b"usr/").unwrap_or(path);
    FOLDERS.iter().any(|folder| below.starts_with(folder)) && !is_a_languages(path)
}

pub(crate) fn is_elsewhere(path: &ImagePath) -> bool {
    !is_a_distributions(path) && !is_a_languages(path.as_bytes())
}

fn is_a_languages(path: &[u8]) -> bool {
    path.split(|&byte| byte == b'/')
        .any(|folder| matches!(folder, b"node_modules" | b"site-packages" | b"dist-packages" | b"gems"))
}

pub(crate) fn is_program(_: &Meta, head: &[u8]) -> bool {
    format(head).is_some()
}

/// The format, if this is the beginning of something that can be started.
fn format(head: &[u8]) -> Option<ExecutableFormat> {
    /// Of a program at a fixed address, and `MH_EXECUTE`.
    const EXECUTABLE: u64 = 2;
    /// `IMAGE_FILE_EXECUTABLE_IMAGE`, and `IMAGE_FILE_DLL`.
    const IMAGE: u64 = 2;
    const LIBRARY: u64 = 0x2000;
    match head {
        [0x7f, b'E', b'L', b'F', ..] => {
            let elf = Elf::new(head)?;
            let is_program = elf.kind == EXECUTABLE
                // Programs may be made so that they can be loaded anywhere, as libraries are.
                || elf.is_linked() && elf.programs().take(MOST_HEADERS).flatten().any(|it| it.kind == INTERPRETER);
            is_program.then_some(ExecutableFormat::Elf)
        }
        [b'M', b'Z', ..] => {
            let start = usize::try_from(number(head, 0x3c, 4, false)?).ok()?;
            let flags = number(head, start.checked_add(22)?, 2, false)?;
            let is_pe = head.get(start..)?.starts_with(b"PE\0\0");
            (is_pe && flags & IMAGE != 0 && flags & LIBRARY == 0).then_some(ExecutableFormat::Pe)
        }
        _ if head::is_mach_o(head) => {
            (number(head, 12, 4, head[0] == 0xfe)? == EXECUTABLE).then_some(ExecutableFormat::MachO)
        }
        // What is in it is not in the beginning.
        _ => head::is_universal(head).then_some(ExecutableFormat::MachO),
    }
}

/// Program headers to look at. Linkers make a dozen.
const MOST_HEADERS: usize = 64;

#[expect(clippy::unnecessary_wraps, reason = "the shape of every analyzer")]
fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    if let Some(format) = format(&file.content[..file.content.len().min(Key::HEAD_BYTES)]) {
        facts.executable(Executable {
            format,
            sha256: file.is_whole().then(|| Digest::sha256(file.content)),
            build_id: build_id(file.content),
        });
    }
    Ok(())
}

/// The description of the note `NT_GNU_BUILD_ID`, in hexadecimal digits. A note has the lengths of the owner's name and of
/// the description, a type, both of these.
fn build_id(content: &[u8]) -> Option<String> {
    const LONGEST: usize = 64;
    let elf = content.starts_with(b"\x7fELF").then(|| Elf::new(content)).flatten()?;
    let mark: &[u8] = if elf.big { b"\0\0\0\x03GNU\0" } else { b"\x03\0\0\0GNU\0" };
    elf.programs().take(MOST_HEADERS).flatten().filter(|program| program.kind == NOTE).find_map(|program| {
        let notes = elf.content(&program)?;
        let at = memmem::find(notes, mark)?;
        let length = usize::try_from(number(notes, at.checked_sub(4)?, 4, elf.big)?).ok()?;
        let id = notes.get(at + mark.len()..)?.get(..length)?;
        (1..=LONGEST).contains(&length).then(|| {
            let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
            id.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use model::{Budget, What};

    use super::*;
    use crate::executable::head::tests::{elf_file, pe_file};
    use crate::testing::survives;

    const ID: &[u8] = b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0\xab\x01\0\0";

    fn program() -> Vec<u8> {
        elf_file(3, &[(3, b"/lib/ld.so", 10), (4, ID, 0)])
    }

    /// What is said of a file of which so many bytes are there.
    fn read(content: &[u8], size: u64) -> Option<Executable> {
        let (budget, path) = (Budget::default(), ImagePath::from("opt/app"));
        let mut facts = Facts::new(ANALYZER.id(), path.clone(), &budget);
        analyze(&File { path: &path, meta: Meta { size, mode: 0o755 }, content, budget: &budget }, &mut facts).unwrap();
        facts.into_parts().0.into_iter().find_map(|fact| match fact.what {
            What::Executable(found) => Some(found),
            _ => None,
        })
    }

    #[test]
    fn a_program_has_a_hash_and_an_id() {
        let content = program();
        let found = read(&content, content.len() as u64).unwrap();
        let expected = Digest::sha256(&content);
        assert_eq!((found.format, found.sha256), (ExecutableFormat::Elf, Some(expected)));
        assert_eq!(found.build_id.as_deref(), Some("ab01"));
        let part = read(&content, 1 << 30).unwrap();
        assert_eq!((part.sha256, part.build_id.as_deref()), (None, Some("ab01")), "the beginning has no hash");
    }

    #[test]
    fn libraries_and_others_are_no_programs() {
        let is = |content: &[u8]| format(content).is_some();
        assert!(is(&elf_file(2, &[])));
        assert!(is(&program()));
        assert!(!is(&elf_file(3, &[(1, b"code", 4)])), "a library");
        assert!(!is(&elf_file(1, &[(3, b"/lib/ld.so", 10)])), "an object file");
        let pe = |flags: u16| {
            let mut file = pe_file(0);
            file[0x40 + 22..0x40 + 24].copy_from_slice(&flags.to_le_bytes());
            file
        };
        assert!(is(&pe(0x0022)));
        assert!(!is(&pe(0x2022)), "a library");
        let mach_o = |kind: u8| [b"\xcf\xfa\xed\xfe".as_slice(), &[0; 8], &[kind, 0, 0, 0], &[0; 16]].concat();
        assert!(is(&mach_o(2)));
        assert!(!is(&mach_o(6)), "a library");
        assert!(is(b"\xca\xfe\xba\xbe\0\0\0\x02"));
        assert!(!is(b"\xca\xfe\xba\xbe\0\0\0\x37"), "a class of Java");
        assert!(!is(b"#!/bin/sh\n") && !is(b"MZ") && !is(b""));
    }

    #[test]
    fn the_folder_says_how_much_is_read() {
        let asks = |path: &str| {
            let (path, content) = (ImagePath::from(path), program());
            let opened = Some((&Meta::default(), &*content));
            let bytes = ANALYZER.files.iter().filter(|pattern| pattern.accepts(&path, opened)).map(|it| it.bytes);
            bytes.collect::<Vec<_>>()
        };
        for (path, expected) in [
            ("usr/local/bin/a", vec![64 << 20]),
            ("opt/a", vec![64 << 20]),
            ("usr/bin/a", vec![8192]),
            ("bin/a", vec![8192]),
            ("usr/lib/git-core/git", vec![8192]),
            ("srv/node_modules/x/bin/a", vec![]),
            ("usr/lib/python3/dist-packages/a", vec![]),
        ] {
            assert_eq!(asks(path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "opt/app", &[&program(), &pe_file(0)]);
    }
}
