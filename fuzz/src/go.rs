//! A program built by Go, as small as it can be: an ELF file for x86-64 with one writable segment that holds the build
//! information (Go source, package `debug/buildinfo`).

/// Where the segment lies in memory.
const ADDRESS: u64 = 0x40_0000;
/// The file's header and the segment's.
const HEADERS: u64 = 64 + 56;

/// With the information itself after the magic number, as since Go 1.18.
pub fn program() -> Vec<u8> {
    let modules = modules();
    let (go, length) = (&b"\x08go1.22.3"[..], modules.len());
    let counted =
        [u8::try_from(length & 0x7f).unwrap_or_default() | 0x80, u8::try_from(length >> 7).unwrap_or_default()];
    elf(&[b"\xff Go buildinf:\x08\x02", &[0; 16][..], go, &counted, &modules].concat())
}

/// With pointers after the magic number, as before.
pub fn old_program() -> Vec<u8> {
    let (go, modules) = (&b"go1.13"[..], modules());
    let strings = ADDRESS + 64;
    let numbers =
        [ADDRESS + 32, ADDRESS + 48, strings, go.len() as u64, strings + go.len() as u64, modules.len() as u64];
    let numbers: Vec<u8> = numbers.into_iter().flat_map(u64::to_le_bytes).collect();
    elf(&[b"\xff Go buildinf:\x08\0", &*numbers, go, &modules].concat())
}

fn modules() -> Vec<u8> {
    let lines = "path\texample.com/app\nmod\texample.com/app\t(devel)\t\ndep\ta.b/c\tv1.0.0\th1:00=\n=>\td.e/f\tv2.0.0\t\n\
        build\t-ldflags=\"-X 'main.version=v1.2.3'\"\n";
    [&[b'<'; 16], lines.as_bytes(), &[b'>'; 16]].concat()
}

fn elf(data: &[u8]) -> Vec<u8> {
    let length = data.len() as u64;
    let mut file = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    // Executable, x86-64, version; entry, offsets of the tables; flags, sizes and counts.
    file.extend([[2, 0, 62, 0, 1, 0, 0, 0], [0; 8], 64_u64.to_le_bytes(), [0; 8]].concat());
    file.extend([[0, 0, 0, 0, 64, 0, 56, 0], [1, 0, 64, 0, 0, 0, 0, 0]].concat());
    // Loadable, readable and writable; offset, addresses, lengths, alignment.
    file.extend([1, 0, 0, 0, 6, 0, 0, 0]);
    file.extend([HEADERS, ADDRESS, ADDRESS, length, length, 1].map(u64::to_le_bytes).concat());
    file.extend_from_slice(data);
    file
}
