//! The beginning of an executable, as far as it says what is in the rest (System V gABI, "ELF Header" and "Program
//! Header"; Microsoft, "PE Format"; Apple, "Mach-O Programming Topics").

/// What a program header is for.
pub(crate) const DYNAMIC: u64 = 2;
pub(crate) const INTERPRETER: u64 = 3;
pub(crate) const NOTE: u64 = 4;
pub(crate) const THREAD_LOCAL: u64 = 7;

/// The header of an ELF file.
pub(crate) struct Elf<'a> {
    bytes: &'a [u8],
    wide: bool,
    /// Whether numbers have their highest byte first.
    pub(crate) big: bool,
    /// 2 for programs at a fixed address, 3 for other programs and for libraries.
    pub(crate) kind: u64,
    /// Where the section headers are.
    pub(crate) sections: u64,
    programs: u64,
    size: u64,
    count: u64,
}

/// A program header: what a loader has to know of a part of the file.
pub(crate) struct Program {
    pub(crate) kind: u64,
    offset: u64,
    pub(crate) in_file: u64,
    pub(crate) in_memory: u64,
}

impl<'a> Elf<'a> {
    /// Reads the header; none if the bytes end before it does.
    pub(crate) fn new(bytes: &'a [u8]) -> Option<Self> {
        let (wide, big) = (bytes.get(4)? == &2, bytes.get(5)? == &2);
        // The offsets of the same fields in 64-bit and 32-bit files.
        let at = |in_64: usize, in_32: usize| if wide { in_64 } else { in_32 };
        let read = |at: usize, width: usize| number(bytes, at, width, big);
        let word = at(8, 4);
        Some(Self {
            bytes,
            wide,
            big,
            kind: read(16, 2)?,
            programs: read(at(32, 28), word)?,
            sections: read(at(40, 32), word)?,
            size: read(at(54, 42), 2)?,
            count: read(at(56, 44), 2)?,
        })
    }

    /// Whether a linker made it, and no compiler.
    pub(crate) fn is_linked(&self) -> bool {
        matches!(self.kind, 2 | 3)
    }

    /// Bytes of an address.
    pub(crate) fn word(&self) -> usize {
        if self.wide { 8 } else { 4 }
    }

    /// The program headers; none for one that lies beyond the bytes.
    pub(crate) fn programs(&self) -> impl Iterator<Item = Option<Program>> {
        (0..self.count).map(|index| {
            let start = usize::try_from(self.programs.checked_add(index * self.size)?).ok()?;
            let read = |in_64: usize, in_32: usize, width: usize| {
                number(self.bytes, start.checked_add(if self.wide { in_64 } else { in_32 })?, width, self.big)
            };
            Some(Program {
                kind: read(0, 0, 4)?,
                offset: read(8, 4, self.word())?,
                in_file: read(32, 16, self.word())?,
                in_memory: read(40, 20, self.word())?,
            })
        })
    }

    /// The part of the file that a program header is about; none if it lies beyond the bytes.
    pub(crate) fn content(&self, program: &Program) -> Option<&'a [u8]> {
        let start = usize::try_from(program.offset).ok()?;
        self.bytes.get(start..start.checked_add(usize::try_from(program.in_file).ok()?)?)
    }
}

/// What the beginning of a PE file tells of an entry of its data directory.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Directory {
    /// The file is no PE file.
    Elsewhere,
    /// The entry lies beyond the beginning.
    Unknown,
    /// The program has no such data.
    Absent,
    /// The program has it.
    Present,
}

/// Looks an entry up in the data directory.
pub(crate) fn pe_directory(head: &[u8], entry: usize) -> Directory {
    let Some(start) = number(head, 0x3c, 4, false).and_then(|start| usize::try_from(start).ok()) else {
        return Directory::Unknown;
    };
    match start.checked_add(4).and_then(|end| head.get(start..end)) {
        None => return Directory::Unknown,
        Some(b"PE\0\0") => {}
        Some(_) => return Directory::Elsewhere,
    }
    let address = || {
        let optional = start.checked_add(24)?;
        let directories = optional.checked_add(if number(head, optional, 2, false)? == 0x20b { 112 } else { 96 })?;
        number(head, directories.checked_add(entry * 8)?, 4, false)
    };
    match address() {
        None => Directory::Unknown,
        Some(0) => Directory::Absent,
        Some(_) => Directory::Present,
    }
}

/// Whether the load commands of a Mach-O file, which name its sections, end with the beginning. They do unless there are
/// absurdly many.
pub(crate) fn mach_o_is_complete(head: &[u8]) -> bool {
    let big = head.first() == Some(&0xfe);
    number(head, 20, 4, big).is_some_and(|commands| commands + 32 <= head.len() as u64)
}

/// Whether it begins as Mach-O, in either order of bytes.
pub(crate) fn is_mach_o(head: &[u8]) -> bool {
    matches!(head, [0xcf | 0xce, 0xfa, 0xed, 0xfe, ..] | [0xfe, 0xed, 0xfa, 0xcf | 0xce, ..])
}

/// Whether it begins as universal Mach-O, which says how many programs it holds; in a Java class the same bytes are the
/// version, from 45 on.
pub(crate) fn is_universal(head: &[u8]) -> bool {
    matches!(head, [0xca, 0xfe, 0xba, 0xbe | 0xbf, 0, 0, 0, 1..=20, ..])
}

/// An unsigned number of `width` bytes.
pub(crate) fn number(bytes: &[u8], at: usize, width: usize, big: bool) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(width)?)?;
    let shift = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
    Some(if big { bytes.iter().fold(0, shift) } else { bytes.iter().rev().fold(0, shift) })
}

#[cfg(test)]
pub(crate) mod tests {
    /// An ELF file for x86-64 with these program headers (type, content, size in memory), its section headers far away.
    pub(crate) fn elf_file(kind: u8, programs: &[(u32, &[u8], u64)]) -> Vec<u8> {
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

    /// The beginning of a 64-bit PE file whose data directory has this one entry.
    pub(crate) fn pe_file(entry: usize) -> Vec<u8> {
        let mut file = b"MZ".to_vec();
        file.resize(0x3c, 0);
        file.extend([0x40, 0, 0, 0]);
        file.extend(b"PE\0\0");
        file.resize(0x40 + 24, 0);
        file.extend([0x0b, 2]);
        file.resize(0x40 + 24 + 112 + 128, 0);
        file[0x40 + 24 + 112 + entry * 8] = 1;
        file
    }
}
