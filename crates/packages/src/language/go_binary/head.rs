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
/// an id show as well: Go's own linker puts the section headers first, where others put them last; the system's linker
/// makes room for the thread-local storage that Go needs and few others do; and what has neither that nor notes nor an
/// interpreter was linked statically by Go's own linker and then stripped, if it is not something rare. Packed
/// programs are wanted too, to say that they could not be seen.
///
/// None where the beginning does not tell.
fn elf(head: &[u8]) -> Option<bool> {
    const INTERPRETER: u64 = 3;
    const NOTE: u64 = 4;
    const THREAD_LOCAL: u64 = 7;
    let (wide, big) = (head.get(4)? == &2, head.get(5)? == &2);
    let read = |at: usize, width: usize| number(head, at, width, big);
    if !matches!(read(16, 2)?, 2 | 3) {
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
    let (mut notes, mut interpreted) = (false, false);
    for index in 0..count {
        let header = usize::try_from(programs.checked_add(index * size)?).ok()?;
        match read(header, 4)? {
            INTERPRETER => interpreted = true,
            THREAD_LOCAL => return Some(true),
            NOTE => {
                notes = true;
                let start = usize::try_from(read(header.checked_add(at(8, 4))?, word)?).ok()?;
                let length = usize::try_from(read(header.checked_add(at(32, 16))?, word)?).ok()?;
                let note = head.get(start..start.checked_add(length)?)?;
                // The note's type, 4, and its owner's name.
                let build_id: &[u8] = if big { b"\0\0\0\x04Go\0\0" } else { b"\x04\0\0\0Go\0\0" };
                if memmem::find(note, build_id).is_some() {
                    return Some(true);
                }
            }
            _ => {}
        }
    }
    Some(!notes && !interpreted || super::is_packed(head))
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

    /// An ELF file for x86-64 with these program headers (type, content), its section headers at `sections`.
    fn elf_file(kind: u8, sections: u64, programs: &[(u32, &[u8])]) -> Vec<u8> {
        let mut file = b"\x7fELF\x02\x01\x01".to_vec();
        file.resize(64, 0);
        file[16] = kind;
        file[32..40].copy_from_slice(&64_u64.to_le_bytes());
        file[40..48].copy_from_slice(&sections.to_le_bytes());
        file[54] = 56;
        file[56] = u8::try_from(programs.len()).unwrap();
        let mut offset = 64 + 56 * programs.len();
        let mut contents = Vec::new();
        for (kind, content) in programs {
            let mut header = [0; 56];
            header[..4].copy_from_slice(&kind.to_le_bytes());
            header[8..16].copy_from_slice(&(offset as u64).to_le_bytes());
            header[32..40].copy_from_slice(&(content.len() as u64).to_le_bytes());
            file.extend(header);
            contents.extend_from_slice(content);
            offset += content.len();
        }
        file.extend(contents);
        file
    }

    #[test]
    fn elf_shows_go_by_its_note_or_by_its_linker() {
        const GO: &[u8] = b"\x04\0\0\0\x02\0\0\0\x04\0\0\0Go\0\0id\0\0";
        const GNU: &[u8] = b"\x04\0\0\0\x02\0\0\0\x03\0\0\0GNU\0id\0\0";
        let check = |file: Vec<u8>, expected: bool| assert_eq!(may_be_go(&LIBRARY, &file), expected, "{file:?}");
        check(elf_file(2, 0, &[(4, GNU), (4, GO)]), true);
        check(elf_file(3, 1 << 20, &[(3, b"/lib/ld.so"), (4, GNU)]), false);
        check(elf_file(3, 1 << 20, &[(3, b"/lib/ld.so"), (4, GNU), (7, b"")]), true);
        check(elf_file(2, 300, &[(4, GNU), (1, &[0; 300])]), true);
        check(elf_file(2, 1 << 20, &[(1, b"")]), true);
        check(elf_file(1, 0, &[(4, GO)]), false);
        check(elf_file(3, 1 << 20, &[(3, b"UPX!")]), true);
    }

    #[test]
    fn elf_that_does_not_tell_is_wanted_if_it_is_executable() {
        let far = elf_file(2, 1 << 20, &[(4, &[0; 100])]);
        for (meta, expected) in [(EXECUTABLE, true), (LIBRARY, false)] {
            assert_eq!(may_be_go(&meta, &far[..100]), expected);
            assert_eq!(may_be_go(&meta, &far[..150]), expected);
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
