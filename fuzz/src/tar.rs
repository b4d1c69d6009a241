//! Writes tars whose checksums are right, whatever else is wrong with them: chance would never find one.

use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// An entry. What is not given by name comes from the input.
#[derive(Arbitrary, Clone, Debug)]
pub struct Entry {
    pub kind: Kind,
    pub name: Name,
    pub link: Vec<u8>,
    pub content: Vec<u8>,
    /// What the header claims instead of the content's length.
    pub claim: Option<u64>,
    /// Written over the header before it is summed up.
    pub patch: Option<(u16, [u8; 4])>,
}

/// The kinds that readers know, and any other.
#[derive(Arbitrary, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    File,
    OldFile,
    HardLink,
    Symlink,
    Directory,
    Sparse,
    Pax,
    GlobalPax,
    LongName,
    LongLink,
    Other(u8),
}

/// Names that mean something to readers of layers and archives, and any other.
#[derive(Arbitrary, Clone, Debug)]
pub enum Name {
    Manifest,
    Index,
    Config,
    Layer,
    Status,
    Whiteout,
    Opaque,
    Any(Vec<u8>),
}

impl Name {
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Manifest => b"manifest.json",
            Self::Index => b"index.json",
            Self::Config => b"config.json",
            Self::Layer => b"layer.tar",
            Self::Status => b"var/lib/dpkg/status",
            Self::Whiteout => b"etc/.wh.passwd",
            Self::Opaque => b"etc/.wh..wh..opq",
            Self::Any(name) => name,
        }
    }
}

impl Entry {
    /// An honest file.
    pub fn file(name: &str, content: &[u8]) -> Self {
        let name = Name::Any(name.as_bytes().to_vec());
        Self { kind: Kind::File, name, link: Vec::new(), content: content.to_vec(), claim: None, patch: None }
    }

    /// Header, content and padding (POSIX.1-2017, pax, "ustar Interchange Format").
    fn write(&self, tar: &mut Vec<u8>) {
        let mut header = [0; 512];
        fill(&mut header[..100], self.name.bytes());
        header[100..108].copy_from_slice(b"0000755\0");
        let size = self.claim.unwrap_or(self.content.len() as u64);
        if size < 1 << 33 {
            header[124..135].copy_from_slice(format!("{size:011o}").as_bytes());
        } else {
            header[124] = 0x80;
            header[128..136].copy_from_slice(&size.to_be_bytes());
        }
        header[156] = match self.kind {
            Kind::File => b'0',
            Kind::OldFile => 0,
            Kind::HardLink => b'1',
            Kind::Symlink => b'2',
            Kind::Directory => b'5',
            Kind::Sparse => b'S',
            Kind::Pax => b'x',
            Kind::GlobalPax => b'g',
            Kind::LongName => b'L',
            Kind::LongLink => b'K',
            Kind::Other(kind) => kind,
        };
        fill(&mut header[157..257], &self.link);
        header[257..265].copy_from_slice(b"ustar\x0000");
        if let Some((at, bytes)) = self.patch {
            fill(&mut header[usize::from(at) % 508..], &bytes);
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        tar.extend(header);
        tar.extend(&self.content);
        tar.resize(tar.len().next_multiple_of(512), 0);
    }
}

fn fill(field: &mut [u8], bytes: &[u8]) {
    let length = bytes.len().min(field.len());
    field[..length].copy_from_slice(&bytes[..length]);
}

/// The entries, and the end of the archive.
pub fn archive(entries: &[Entry]) -> Vec<u8> {
    let mut tar = Vec::new();
    for entry in entries {
        entry.write(&mut tar);
    }
    tar.resize(tar.len() + 1024, 0);
    tar
}
