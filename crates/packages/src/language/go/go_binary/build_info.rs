//! The build information that Go's linker leaves in every program (Go source, package `debug/buildinfo`): after a magic
//! number the Go version and a text about the modules, either right there (since Go 1.18) or behind two pointers.
//!
//! Programs that look for the magic number contain it as well. What follows it there is no Go version, and the linker
//! puts the real one into the data segment, which is searched first.

use memchr::memmem;
use object::{Object, ObjectSegment};

use crate::executable::{head, programs, push_within, sections};

const MAGIC: &[u8] = b"\xff Go buildinf:";

/// What Go says of a build.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BuildInfo<'a> {
    /// The version of Go: `go1.22.3`.
    pub(super) go: &'a str,
    /// Lines about the modules and the settings of the build; empty when Go noted none, none when they are damaged.
    pub(super) modules: Option<&'a str>,
}

/// Finds the build information of a program, or of the first in a universal file that has any.
pub(super) fn find(content: &[u8]) -> Option<BuildInfo<'_>> {
    programs(content).into_iter().find_map(|content| {
        let program = Program::new(content);
        program.likely.iter().find_map(|&region| program.search(region)).or_else(|| program.search(content))
    })
}

/// A program's parts, as far as they are needed.
struct Program<'a> {
    /// Address, and what lies there.
    segments: Vec<(u64, &'a [u8])>,
    /// Where the linker puts build information, the likeliest place first.
    likely: Vec<&'a [u8]>,
}

impl<'a> Program<'a> {
    /// Takes the program apart. Nothing is known of one whose headers are broken but its bytes.
    fn new(content: &'a [u8]) -> Self {
        // No linker makes as many segments, and each address is looked up in all of them.
        const MOST: usize = 32;
        let mut program = Self { segments: Vec::new(), likely: Vec::new() };
        let Ok(file) = object::File::parse(content) else { return program };
        program.likely = sections(&file, &[".go.buildinfo", "__go_buildinfo"], content);
        for segment in file.segments().take(MOST) {
            if let Ok(data) = segment.data() {
                program.segments.push((segment.address(), data));
                if segment.permissions().writable() {
                    push_within(&mut program.likely, data, content.len());
                }
            }
        }
        program
    }

    fn search(&self, region: &'a [u8]) -> Option<BuildInfo<'a>> {
        memmem::find_iter(region, MAGIC).find_map(|start| self.read(&region[start..]))
    }

    /// Reads what begins with the magic number: then the size of a pointer, flags, and at byte 16 or 32 the rest.
    fn read(&self, info: &'a [u8]) -> Option<BuildInfo<'a>> {
        let (&pointer_size, &flags) = (info.get(14)?, info.get(15)?);
        let (go, modules);
        if flags & 2 != 0 {
            let (version, rest) = counted(info.get(32..)?)?;
            go = version;
            modules = counted(rest).map(|(modules, _)| modules);
        } else {
            let pointers = Pointers { size: usize::from(pointer_size), big: flags & 1 != 0 };
            go = self.string(pointers, info.get(16..)?)?;
            modules = self.string(pointers, info.get(16 + pointers.size..)?);
        }
        Some(BuildInfo { go: version(go)?, modules: modules.and_then(unwrap) })
    }

    /// A Go string behind a pointer: there lie the address of its bytes and their number.
    fn string(&self, pointers: Pointers, pointer: &[u8]) -> Option<&'a [u8]> {
        let header = self.at(pointers.read(pointer, 0)?)?;
        let length = usize::try_from(pointers.read(header, 1)?).ok()?;
        self.at(pointers.read(header, 0)?)?.get(..length)
    }

    /// What lies at an address, to the end of its segment.
    fn at(&self, address: u64) -> Option<&'a [u8]> {
        self.segments.iter().find_map(|&(start, data)| {
            let offset = usize::try_from(address.checked_sub(start)?).ok()?;
            data.get(offset..).filter(|data| !data.is_empty())
        })
    }
}

#[derive(Clone, Copy)]
struct Pointers {
    size: usize,
    big: bool,
}

impl Pointers {
    /// The pointer at `index` of an array of them.
    fn read(self, bytes: &[u8], index: usize) -> Option<u64> {
        if !matches!(self.size, 4 | 8) {
            return None;
        }
        head::number(bytes, index * self.size, self.size, self.big)
    }
}

/// A string after its length (Go source, `encoding/binary`, "varint"), and what follows it.
fn counted(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut length = 0_u64;
    for (index, &byte) in bytes.iter().take(9).enumerate() {
        length |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return bytes.get(index + 1..)?.split_at_checked(usize::try_from(length).ok()?);
        }
    }
    None
}

/// The version of Go, if the bytes can be one: `go1.22.3 X:nocoverageredesign`, `devel go1.23-0123abc`.
fn version(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes.get(..256).unwrap_or(bytes)).ok()?;
    let numbered = text.strip_prefix("go").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    ((numbered || text.starts_with("devel ")) && !text.contains(char::is_control)).then_some(text)
}

/// The text about the modules stands between two marks of 16 bytes.
fn unwrap(bytes: &[u8]) -> Option<&str> {
    match bytes.len() {
        0 => Some(""),
        length => std::str::from_utf8(bytes.get(16..length.checked_sub(16)?)?).ok(),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An ELF file for x86-64 with one writable segment, which begins at this address and holds the rest of the file.
    const ADDRESS: u64 = 0x40_0000;
    const HEADERS: usize = 64 + 56;

    pub(in super::super) fn elf(data: &[u8]) -> Vec<u8> {
        let mut file = b"\x7fELF\x02\x01\x01".to_vec();
        file.resize(HEADERS, 0);
        for (at, value) in [(16, 2), (18, 62), (20, 1), (32, 64), (52, 64), (54, 56), (56, 1), (58, 64)] {
            file[at] = value;
        }
        let length = (data.len() as u64).to_le_bytes();
        // Loadable; readable and writable.
        file[64] = 1;
        file[68] = 6;
        file[72] = u8::try_from(HEADERS).unwrap();
        file[80..88].copy_from_slice(&ADDRESS.to_le_bytes());
        file[96..104].copy_from_slice(&length);
        file[104..112].copy_from_slice(&length);
        file.extend_from_slice(data);
        file
    }

    fn marked(modules: &str) -> Vec<u8> {
        [&[0xff; 16], modules.as_bytes(), &[0xfe; 16]].concat()
    }

    fn counted_string(string: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut length = string.len();
        while length > 0x7f {
            bytes.push(length.to_le_bytes()[0] | 0x80);
            length >>= 7;
        }
        bytes.push(length.to_le_bytes()[0]);
        bytes.extend_from_slice(string);
        bytes
    }

    /// Build information as Go has written it since 1.18.
    pub(in super::super) fn inline(go: &str, modules: &str) -> Vec<u8> {
        let header = [MAGIC, &[8, 2], &[0; 16]].concat();
        [header, counted_string(go.as_bytes()), counted_string(&marked(modules))].concat()
    }

    /// Build information as Go wrote it before 1.18, to be put at the beginning of the segment.
    pub(in super::super) fn pointers(go: &str, modules: &str) -> Vec<u8> {
        let modules = marked(modules);
        let strings = ADDRESS + 64;
        let numbers =
            [ADDRESS + 32, ADDRESS + 48, strings, go.len() as u64, strings + go.len() as u64, modules.len() as u64];
        let numbers: Vec<u8> = numbers.into_iter().flat_map(u64::to_le_bytes).collect();
        [MAGIC, &[8, 0], &numbers, go.as_bytes(), &modules].concat()
    }

    fn check(content: &[u8], expected: Option<(&str, &str)>) {
        let expected = expected.map(|(go, modules)| BuildInfo { go, modules: Some(modules) });
        assert_eq!(find(content), expected);
        // Nothing may depend on where in memory the file begins.
        let moved = [&[0][..], content].concat();
        assert_eq!(find(&moved[1..]), expected);
    }

    const MODULES: &str = "path\texample.com/app\nmod\texample.com/app\t(devel)\t\n";

    #[test]
    fn both_layouts_are_read() {
        check(&elf(&inline("go1.22.3", MODULES)), Some(("go1.22.3", MODULES)));
        check(&elf(&pointers("go1.13", MODULES)), Some(("go1.13", MODULES)));
        check(
            &elf(&[&[0; 48][..], &inline("devel go1.24-0123abc Thu", MODULES)].concat()),
            Some(("devel go1.24-0123abc Thu", MODULES)),
        );
    }

    #[test]
    fn the_magic_number_alone_is_nothing() {
        check(&elf(MAGIC), None);
        check(&elf(&[MAGIC, b"\x08\x02 is what programs look for, and this text follows."].concat()), None);
        check(&elf(&[MAGIC, &[0; 100]].concat()), None);
        let real = inline("go1.22.3", MODULES);
        check(&elf(&[MAGIC, b"a constant", &real].concat()), Some(("go1.22.3", MODULES)));
    }

    #[test]
    fn broken_headers_leave_the_bytes() {
        let mut file = elf(&inline("go1.22.3", MODULES));
        file[32] = 0xff;
        check(&file, Some(("go1.22.3", MODULES)));
    }

    #[test]
    fn damaged_modules_are_told_from_none() {
        let mut info = inline("go1.22.3", MODULES);
        info.truncate(info.len() - 1);
        assert_eq!(find(&elf(&info)), Some(BuildInfo { go: "go1.22.3", modules: None }));
        let bare = [MAGIC, &[8, 2], &[0; 16], b"\x08go1.22.3\0"].concat();
        check(&elf(&bare), Some(("go1.22.3", "")));
    }
}
