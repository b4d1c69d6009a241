//! Writers of archives for tests, honest ones and others.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::return_self_not_must_use,
    reason = "only tests call this"
)]

use std::io::Write;

use crate::zip::{DIRECTORY_ENTRY, END, END_64, END_64_LOCATOR, LOCAL_ENTRY};

/// Writes ZIP archives, honest ones and others.
#[derive(Default)]
pub struct Writer {
    content: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
    /// Whether sizes and offsets go where large ones do.
    large: bool,
}

#[expect(clippy::cast_possible_truncation, reason = "these archives are small")]
impl Writer {
    /// One whose sizes and offsets go where large ones do.
    pub fn large() -> Self {
        Self { large: true, ..Self::default() }
    }

    /// An entry as it is.
    pub fn store(self, name: &str, data: &[u8]) -> Self {
        self.add(name, 0, 0, data.len() as u32, data)
    }

    /// A compressed entry.
    pub fn deflate(self, name: &str, data: &[u8]) -> Self {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        self.add(name, 0, 8, data.len() as u32, &encoder.finish().unwrap())
    }

    /// An entry with the given flags, method and claimed size.
    pub fn add(mut self, name: &str, flags: u16, method: u16, size: u32, data: &[u8]) -> Self {
        let offset = self.content.len() as u64;
        let (stored, name) = (data.len() as u64, name.as_bytes());
        let mut common = [20_u16, flags, method].map(u16::to_le_bytes).concat();
        common.extend([0; 8]);
        let mut sizes = [stored as u32, size].map(u32::to_le_bytes).concat();
        self.content.extend([LOCAL_ENTRY, &*common, &*sizes].concat());
        self.content.extend([(name.len() as u16).to_le_bytes(), [3, 0]].concat());
        self.content.extend([name, b"...", data].concat());
        let (mut extra, mut place) = (Vec::new(), offset as u32);
        if self.large {
            extra =
                [&[7, 0, 1, 0, 0, 1, 0, 24, 0][..], &[u64::from(size), stored, offset].map(u64::to_le_bytes).concat()]
                    .concat();
            sizes = vec![0xff; 8];
            place = u32::MAX;
        }
        self.directory.extend([DIRECTORY_ENTRY, &[20, 0][..], &common, &sizes].concat());
        self.directory.extend([name.len() as u16, extra.len() as u16, 0, 0, 0, 0, 0].map(u16::to_le_bytes).concat());
        self.directory.extend([&place.to_le_bytes()[..], name, &extra].concat());
        self.count += 1;
        self
    }

    /// The archive.
    pub fn finish(self) -> Vec<u8> {
        let Self { mut content, directory, count, large } = self;
        let (size, offset) = (directory.len() as u64, content.len() as u64);
        content.extend(directory);
        let mut last = [&[0; 4][..], &[count, count].map(u16::to_le_bytes).concat()].concat();
        last.extend([size as u32, offset as u32].map(u32::to_le_bytes).concat());
        if large {
            let record = content.len() as u64;
            content.extend([&END_64[..], &44_u64.to_le_bytes(), &[0; 12]].concat());
            content.extend([u64::from(count), u64::from(count), size, offset].map(u64::to_le_bytes).concat());
            content.extend([&END_64_LOCATOR[..], &[0; 4], &record.to_le_bytes(), &[1, 0, 0, 0]].concat());
            last = [&[0; 4][..], &[0xff; 12]].concat();
        }
        content.extend([&END[..], &last, &[0, 0]].concat());
        content
    }
}

/// A tar of regular files. What else an archive may hold, tests patch in.
pub fn tar<C: AsRef<[u8]>>(files: &[(&str, C)]) -> Vec<u8> {
    let mut tar = Vec::new();
    for (name, content) in files {
        tar.extend(tar_entry(name, b'0', content.as_ref().len() as u64, content.as_ref()));
    }
    tar.extend([0; 1024]);
    tar
}

/// One entry of a tar, with this type and this claim about its size.
pub fn tar_entry(name: &str, kind: u8, size: u64, content: &[u8]) -> Vec<u8> {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name.as_bytes());
    header[100..108].copy_from_slice(b"0000644\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[148..156].fill(b' ');
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let padding = content.len().next_multiple_of(512) - content.len();
    [&header[..], content, &vec![0; padding]].concat()
}

/// An `ar` archive.
pub fn ar<C: AsRef<[u8]>>(members: &[(&str, C)]) -> Vec<u8> {
    let mut archive = b"!<arch>\n".to_vec();
    for (name, content) in members {
        let content = content.as_ref();
        archive.extend(format!("{name:<16}{:<12}{:<6}{:<6}{:<8}{:<10}`\n", 0, 0, 0, 100_644, content.len()).as_bytes());
        archive.extend(content);
        if content.len() % 2 == 1 {
            archive.push(b'\n');
        }
    }
    archive
}

/// A `cpio` archive in the new ASCII form.
pub fn cpio<C: AsRef<[u8]>>(files: &[(&str, C)]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut add = |name: &str, mode: u32, content: &[u8]| {
        let size = |length: usize| u32::try_from(length).unwrap();
        let numbers = [1, mode, 0, 0, 1, 0, size(content.len()), 0, 0, 0, 0, size(name.len() + 1), 0];
        archive.extend_from_slice(b"070701");
        for number in numbers {
            archive.extend(format!("{number:08x}").as_bytes());
        }
        archive.extend([name.as_bytes(), b"\0"].concat());
        archive.resize(archive.len().next_multiple_of(4), 0);
        archive.extend(content);
        archive.resize(archive.len().next_multiple_of(4), 0);
    };
    for (name, content) in files {
        add(name, 0o100_644, content.as_ref());
    }
    add("TRAILER!!!", 0, b"");
    archive
}

/// An RPM package of a header, as databases keep it, and a payload.
pub fn rpm(header: &[u8], payload: &[u8]) -> Vec<u8> {
    const MAGIC: &[u8] = &[0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0];
    let mut lead = vec![0xed, 0xab, 0xee, 0xdb, 3, 0];
    lead.resize(96, 0);
    // No signatures: counts of zero, which end at a multiple of eight bytes.
    [&lead, MAGIC, &[0; 8], MAGIC, header, payload].concat()
}

/// Compressed with gzip.
pub fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Compressed with Zstandard.
pub fn zstd(content: &[u8]) -> Vec<u8> {
    zstd::encode_all(content, 1).unwrap()
}

/// Compressed with bzip2.
pub fn bzip2(content: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// "Compressed" with xz: one block of one chunk that is stored as it is (The .xz File Format 1.2.1, sections 2 to 4; the
/// chunks of LZMA2 are described in xz's `lzma2_decoder.c`), without a checksum of the content.
pub fn xz(content: &[u8]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        crc.sum().to_le_bytes()
    };
    let padded = |mut bytes: Vec<u8>| {
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    };
    let number = |mut value: usize| {
        let mut bytes = Vec::new();
        while value >= 0x80 {
            bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
            value >>= 7;
        }
        bytes.push(u8::try_from(value).unwrap());
        bytes
    };
    let flags = [0, 0];
    let mut file = [&[0xfd, b'7', b'z', b'X', b'Z', 0][..], &flags, &crc(&flags)].concat();
    // A header of 12 bytes, one filter: LZMA2 (0x21) with one byte for its window of 64 KiB.
    let header = [2, 0, 0x21, 1, 8, 0, 0, 0];
    let mut data = Vec::new();
    for (index, chunk) in content.chunks(0x10000).enumerate() {
        data.push(if index == 0 { 1 } else { 2 });
        data.extend(u16::try_from(chunk.len() - 1).unwrap().to_be_bytes());
        data.extend(chunk);
    }
    data.push(0);
    let unpadded = header.len() + 4 + data.len();
    file.extend([&header[..], &crc(&header), &padded(data)].concat());
    let index = padded([&[0, 1][..], &number(unpadded), &number(content.len())].concat());
    file.extend([&index[..], &crc(&index)].concat());
    let backward = u32::try_from((index.len() + 4) / 4 - 1).unwrap();
    let footer = [&backward.to_le_bytes()[..], &flags].concat();
    file.extend([&crc(&footer)[..], &footer, b"YZ"].concat());
    file
}
