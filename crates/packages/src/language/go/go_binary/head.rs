//! Whether the beginning of a file can be that of a Go program. A wrong yes costs reading a file for nothing, a wrong
//! no hides a program, so what the beginning does not settle is a yes.

use memchr::memmem;
use model::Meta;

use crate::executable::head::{self, DYNAMIC, Directory, Elf, INTERPRETER, NOTE, THREAD_LOCAL};
use crate::executable::is_packed;

/// Judges by the headers of the executable formats.
pub(super) fn may_be_go(meta: &Meta, head: &[u8]) -> bool {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => elf(head).unwrap_or(meta.is_executable()),
        [b'M', b'Z', ..] => pe(head),
        _ if head::is_mach_o(head) => {
            !head::mach_o_is_complete(head) || memmem::find(head, b"__go_buildinfo").is_some()
        }
        _ => head::is_universal(head),
    }
}

/// Go leaves a note with the build's id, which stands near the beginning whichever linker wrote the file. Builds without
/// an id show as well, if less clearly: Go's own linker puts the section headers first, where others put them last; Go
/// needs one word of thread-local storage; and few programs but Go's are linked statically, without notes or with
/// thread-local storage. Packed programs are wanted too, to say that they could not be seen.
///
/// None where the beginning does not tell.
fn elf(head: &[u8]) -> Option<bool> {
    /// The shortest note with an id as Go makes them, a text of 83 bytes.
    const GO_NOTE: u64 = 100;
    let elf = Elf::new(head)?;
    if !elf.is_linked() {
        return Some(false);
    }
    if (1..head.len() as u64).contains(&elf.sections) {
        return Some(true);
    }
    let (mut notes, mut threads, mut fixed) = (false, false, elf.kind == 2);
    for program in elf.programs() {
        let program = program?;
        match program.kind {
            DYNAMIC | INTERPRETER => fixed = false,
            THREAD_LOCAL => {
                threads = true;
                if is_go_thread(&elf, &program) {
                    return Some(true);
                }
            }
            NOTE => {
                notes = true;
                // The note's type, 4, and its owner's name.
                let build_id: &[u8] = if elf.big { b"\0\0\0\x04Go\0\0" } else { b"\x04\0\0\0Go\0\0" };
                match elf.content(&program) {
                    Some(note) if memmem::find(note, build_id).is_some() => return Some(true),
                    // Tools that change programs move notes, most of which are too short to be the one.
                    None if program.in_file >= GO_NOTE => return None,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Some(fixed && (threads || !notes) || is_packed(head))
}

/// Go's threads keep one pointer, which needs no initial value.
fn is_go_thread(elf: &Elf<'_>, program: &head::Program) -> bool {
    program.in_file == 0 && program.in_memory == elf.word() as u64
}

/// Programs for .NET have a header of their own and are never Go; nothing else at the beginning tells.
fn pe(head: &[u8]) -> bool {
    const RUNTIME_HEADER: usize = 14;
    matches!(head::pe_directory(head, RUNTIME_HEADER), Directory::Absent | Directory::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executable::head::tests::{elf_file, pe_file};

    const EXECUTABLE: Meta = Meta { size: 0, mode: 0o755 };
    const LIBRARY: Meta = Meta { size: 0, mode: 0o644 };

    const PROGRAM: u8 = 2;
    const SHARED: u8 = 3;
    const GO: (u32, &[u8], u64) = (4, b"\x04\0\0\0\x02\0\0\0\x04\0\0\0Go\0\0id\0\0", 20);
    const GNU: (u32, &[u8], u64) = (4, b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0id\0\0", 20);
    const LOAD: (u32, &[u8], u64) = (1, b"code", 4);
    const LINKED: (u32, &[u8], u64) = (3, b"/lib/ld.so", 10);
    const ONE_WORD: (u32, &[u8], u64) = (7, b"", 8);
    const MORE: (u32, &[u8], u64) = (7, b"initialized", 100);

    // Which headers which linker writes was looked up in programs that Go 1.26 and binutils 2.40 had built.
    #[test]
    fn elf_shows_go_by_its_note_or_by_its_linker() {
        let check = |file: &[u8], expected: bool| assert_eq!(may_be_go(&LIBRARY, file), expected, "{file:?}");
        check(&elf_file(PROGRAM, &[GNU, GO, LINKED]), true);
        check(&elf_file(SHARED, &[GO]), true);
        check(&elf_file(SHARED, &[GNU, LINKED]), false);
        check(&elf_file(SHARED, &[GNU, LINKED, ONE_WORD]), true);
        check(&elf_file(SHARED, &[GNU, LINKED, MORE]), false);
        check(&elf_file(PROGRAM, &[GNU, LINKED, MORE]), false);
        check(&elf_file(PROGRAM, &[GNU, MORE]), true);
        check(&elf_file(PROGRAM, &[GNU, LOAD]), false);
        check(&elf_file(PROGRAM, &[LOAD]), true);
        check(&elf_file(1, &[GO]), false);
        check(&elf_file(SHARED, &[GNU, (1, b"UPX!", 4)]), true);
        let mut own = elf_file(SHARED, &[GNU, LINKED]);
        own[40..48].copy_from_slice(&64_u64.to_le_bytes());
        check(&own, true);
    }

    #[test]
    fn elf_that_does_not_tell_is_wanted_if_it_is_executable() {
        let far = elf_file(PROGRAM, &[GNU, LINKED, (4, &[0; 200], 200)]);
        for (meta, expected) in [(EXECUTABLE, true), (LIBRARY, false)] {
            assert_eq!(may_be_go(&meta, &far[..300]), expected);
            assert_eq!(may_be_go(&meta, &far[..100]), expected);
            assert_eq!(may_be_go(&meta, b"\x7fELF"), expected);
        }
    }

    #[test]
    fn other_formats_show_less() {
        let check = |head: &[u8], expected: bool| assert_eq!(may_be_go(&LIBRARY, head), expected, "{head:?}");
        // Resources, and the header of .NET.
        check(&pe_file(2), true);
        check(&pe_file(14), false);
        check(b"MZ", true);
        check(&[b"MZ".as_slice(), &[0; 100]].concat(), false);
        check(b"\xcf\xfa\xed\xfe", true);
        check(&[b"\xcf\xfa\xed\xfe".as_slice(), &[0; 100]].concat(), false);
        check(b"\xca\xfe\xba\xbe\0\0\0\x02", true);
        // Java 8.
        check(b"\xca\xfe\xba\xbe\0\0\0\x34", false);
        check(b"#!/bin/sh\n", false);
        check(b"", false);
    }
}
