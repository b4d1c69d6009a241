//! Executables of all systems (ELF, PE, Mach-O): what the formats that read them share, and the formats that belong to no
//! language.
//!
//! Each format looks at the beginning of a file, with the help of [`head`], and says whether it wants the rest. The
//! content is then lent to all that do, so an executable is read once for all of them.

pub(crate) mod head;

mod elf_note;
pub(crate) mod program_file;

use model::Analyzer;
use object::{Object, ObjectSection};

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[elf_note::ANALYZER, program_file::ANALYZER];

/// The programs in a universal Mach-O file, or the file itself.
pub(crate) fn programs(content: &[u8]) -> Vec<&[u8]> {
    use object::read::macho::{FatArch, MachOFatFile32, MachOFatFile64};
    fn slices<'a, Arch: FatArch>(arches: &[Arch], content: &'a [u8]) -> Vec<&'a [u8]> {
        let mut slices = Vec::new();
        for data in arches.iter().filter_map(|arch| arch.data(content).ok()) {
            push_within(&mut slices, data, content.len());
        }
        slices
    }
    match content {
        [0xca, 0xfe, 0xba, 0xbe, ..] => {
            MachOFatFile32::parse(content).map_or_else(|_| vec![content], |file| slices(file.arches(), content))
        }
        [0xca, 0xfe, 0xba, 0xbf, ..] => {
            MachOFatFile64::parse(content).map_or_else(|_| vec![content], |file| slices(file.arches(), content))
        }
        _ => vec![content],
    }
}

/// Adds a part unless all parts together become longer than `most`. Parts of real files do not overlap, so this is what
/// keeps the time to search them proportional to the file.
pub(crate) fn push_within<'a>(parts: &mut Vec<&'a [u8]>, part: &'a [u8], most: usize) {
    let total: usize = parts.iter().map(|part| part.len()).sum();
    if !part.is_empty() && part.len() <= most - total {
        parts.push(part);
    }
}

/// The sections of these names, in the order of the file. Nothing is found in a file whose headers are broken.
pub(crate) fn sections<'a>(file: &object::File<'a>, names: &[&str], content: &'a [u8]) -> Vec<&'a [u8]> {
    // No linker makes as many, and a section's name may be as long as the file.
    const MOST: usize = 256;
    let mut found = Vec::new();
    for section in file.sections().take(MOST) {
        if let (Ok(name), Ok(data)) = (section.name(), section.data())
            && names.contains(&name)
        {
            push_within(&mut found, data, content.len());
        }
    }
    found
}

/// Whether the program was packed: UPX writes its name behind the program headers.
pub(crate) fn is_packed(content: &[u8]) -> bool {
    memchr::memmem::find(&content[..content.len().min(1024)], b"UPX!").is_some()
}
