//! Whether the beginning of a file can be that of a Go program. A wrong yes costs reading a file for nothing, a wrong
//! no hides a program, so what the beginning does not settle is a yes.

use memchr::memmem;
use model::Meta;

/// Judges by the headers of the executable formats (System V gABI, "Program Header"; Microsoft, "PE Format"; Apple,
/// "Mach-O Programming Topics").
pub(super) fn may_be_go(meta: &Meta, head: &[u8]) -> bool {
    match head {
        [0x7f, b'E', b'L', b'F', ..] => elf(head).unwrap_or(meta.is_executable()),
        [b'M', b'Z', ..] => pe(head).unwrap_or(true),
        [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xcf | 0xce, ..] => mach_o(head),
        // Universal Mach-O says how many programs it holds; in a Java class the same bytes are the version, from 45 on.
        [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=20, ..] => true,
        _ => false,
    }
}

/// Go leaves a note with the build's id, which stands near the beginning whichever linker wrote the file. Builds without
/// an id show as well, if less clearly: Go's own linker puts the section headers first, where others put them last; Go
/// needs one word of thread-local storage; and few programs but Go's are linked statically, without notes or with
/// thread-local storage. Packed programs are wanted too, to say that they could not be seen.
///
/// None where the beginning does not tell.
fn elf(head: &[u8]) -> Option<bool> {
    const DYNAMIC: u64 = 2;
    const INTERPRETER: u64 = 3;
    const NOTE: u64 = 4;
    const THREAD_LOCAL: u64 = 7;
    /// The shortest note with an id as Go makes them, a text of 83 bytes.
    const GO_NOTE: usize = 100;
    let (wide, big) = (head.get(4)? == &2, head.get(5)? == &2);
    let read = |at: usize, width: usize| number(head, at, width, big);
    let kind = read(16, 2)?;
    if !matches!(kind, 2 | 3) {
        return Some(false);
    }
    // The offsets of the same fields in 64-bit and 32-bit files.
    let at = |in_64: usize, in_32: usize| if wide { in_64 } else { in_32 };
    let word = at(8, 4);
    let (programs, sections) = (read(at(32, 28), word)?, read(at(40, 32), word)?);
    let (size, count) = (read(at(54, 42), 2)?, read(at(56, 44), 2)?);
    if (1..head.len() as u64).contains(&sections) {
        return Some(true);
    }
    let (mut notes, mut threads, mut fixed) = (false, false, kind == 2);
    for index in 0..count {
        let header = usize::try_from(programs.checked_add(index * size)?).ok()?;
        let field = |in_64: usize, in_32: usize| read(header.checked_add(at(in_64, in_32))?, word);
        match read(header, 4)? {
            DYNAMIC | INTERPRETER => fixed = false,
            THREAD_LOCAL => {
                threads = true;
                if field(32, 16)? == 0 && field(40, 20)? == word as u64 {
                    return Some(true);
                }
            }
            NOTE => {
                notes = true;
                let start = usize::try_from(field(8, 4)?).ok()?;
                let length = usize::try_from(field(32, 16)?).ok()?;
                // The note's type, 4, and its owner's name.
                let build_id: &[u8] = if big { b"\0\0\0\x04Go\0\0" } else { b"\x04\0\0\0Go\0\0" };
                match head.get(start..start.checked_add(length)?) {
                    Some(note) if memmem::find(note, build_id).is_some() => return Some(true),
                    // Tools that change programs move notes, most of which are too short to be the one.
                    None if length >= GO_NOTE => return None,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    Some(fixed && (threads || !notes) || super::is_packed(head))
}

/// Programs for .NET have a header of their own and are never Go; nothing else at the beginning tells.
fn pe(head: &[u8]) -> Option<bool> {
    const RUNTIME_HEADER: usize = 14;
    let start = usize::try_from(number(head, 0x3c, 4, false)?).ok()?;
    if head.get(start..start.checked_add(4)?)? != b"PE\0\0" {
        return Some(false);
    }
    let optional = start.checked_add(24)?;
    let directories = optional.checked_add(if number(head, optional, 2, false)? == 0x20b { 112 } else { 96 })?;
    Some(number(head, directories.checked_add(RUNTIME_HEADER * 8)?, 4, false)? == 0)
}

/// The load commands name the sections; they end with the beginning unless there are absurdly many.
fn mach_o(head: &[u8]) -> bool {
    let big = head[0] == 0xfe;
    match number(head, 20, 4, big) {
        Some(commands) if commands + 32 <= head.len() as u64 => memmem::find(head, b"__go_buildinfo").is_some(),
        _ => true,
    }
}

/// An unsigned number of `width` bytes.
pub(super) fn number(bytes: &[u8], at: usize, width: usize, big: bool) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    let shift = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    Some(if big { bytes.iter().fold(0, shift) } else { bytes.iter().rev().fold(0, shift) })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXECUTABLE: Meta = Meta { size: 0, mode: 0o755 };
    const LIBRARY: Meta = Meta { size: 0, mode: 0o644 };

    /// An ELF file for x86-64 with these program headers (type, content, size in memory), its section headers far away.
    fn elf_file(kind: u8, programs: &[(u32, &[u8], u64)]) -> Vec<u8> {
        let mut file = b"\x7fELF\x02\x01\x01".to_vec();
        file.resize(64, 0);
        file[16] = kind;
        file[32..40].copy_from_slice(&64_u64.to_le_bytes());
        file[40..48].copy_from_slice(&(1_u64 << 20).to_le_bytes());
        file[54] = 56;
        file[56] = u8::try_from(programs.len()).unwrap();
        let mut offset = 64 + 56 * programs.len();
        let mut contents = Vec::new();
        for (kind, content, memory) in programs {
            let mut header = [0; 56];
            header[..4].copy_from_slice(&kind.to_le_bytes());
            header[8..16].copy_from_slice(&(offset as u64).to_le_bytes());
            header[32..40].copy_from_slice(&(content.len() as u64).to_le_bytes());
            header[40..48].copy_from_slice(&memory.to_le_bytes());
            file.extend(header);
            contents.extend_from_slice(content);
            offset += content.len();
        }
        file.extend(contents);
        file
    }

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
        let mut pe = b"MZ".to_vec();
        pe.resize(0x3c, 0);
        pe.extend([0x40, 0, 0, 0]);
        pe.extend(b"PE\0\0");
        pe.resize(0x40 + 24, 0);
        pe.extend([0x0b, 2]);
        pe.resize(0x40 + 24 + 112 + 128, 0);
        check(&pe, true);
        pe[0x40 + 24 + 112 + 14 * 8] = 1;
        check(&pe, false);
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
