//! Builds tars and images byte by byte, wrong where a test wants them wrong; writes down what is seen of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use image::layer::{self, Entry, EntryKind, Interest, LayerRead, Room, Visitor};
use image::{Blob, Opened, PlatformChoice, Source, SourceError};
use model::{Budget, Digest, GapKind, ImagePath};

pub const UNIT: usize = 512;

/// One tar header (POSIX.1-2017, pax, "ustar Interchange Format"). The checksum is made when it is put in.
#[derive(Clone)]
pub struct Header([u8; UNIT]);

impl Header {
    pub fn new(flag: u8, name: impl AsRef<[u8]>) -> Self {
        Self([0; UNIT])
            .field(0, name.as_ref())
            .field(100, b"0000644\0")
            .field(257, b"ustar\x0000")
            .field(156, &[flag])
            .size(0)
    }

    pub fn size(self, size: u64) -> Self {
        self.field(124, format!("{size:011o}\0").as_bytes())
    }

    pub fn link(self, target: impl AsRef<[u8]>) -> Self {
        self.field(157, target.as_ref())
    }

    /// Any bytes anywhere.
    pub fn field(mut self, at: usize, bytes: &[u8]) -> Self {
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
        self
    }

    pub fn sealed(self) -> [u8; UNIT] {
        let blank = self.field(148, b"        ").0;
        let sum: u32 = blank.iter().map(|&byte| u32::from(byte)).sum();
        Self(blank).field(148, format!("{sum:06o}\0 ").as_bytes()).0
    }
}

/// A tar that grows.
#[derive(Clone, Default)]
pub struct Tar(Vec<u8>);

impl Tar {
    pub fn new() -> Self {
        Self::default()
    }

    /// Bytes as they are.
    pub fn raw(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.0.extend_from_slice(bytes.as_ref());
        self
    }

    /// A header, followed by content that is padded.
    pub fn entry(self, header: Header, content: &[u8]) -> Self {
        let padding = vec![0; content.len().wrapping_neg() % UNIT];
        self.raw(header.sealed()).raw(content).raw(padding)
    }

    pub fn file(self, name: impl AsRef<[u8]>, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref();
        self.entry(Header::new(b'0', name).size(content.len() as u64), content)
    }

    /// An entry without content.
    pub fn bare(self, flag: u8, name: impl AsRef<[u8]>) -> Self {
        self.entry(Header::new(flag, name), b"")
    }

    pub fn link(self, flag: u8, name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Self {
        self.entry(Header::new(flag, name).link(target), b"")
    }

    /// An extended header: `x`, `g`, `L`, `K`.
    pub fn extended(self, flag: u8, content: impl AsRef<[u8]>) -> Self {
        let content = content.as_ref();
        self.entry(Header::new(flag, "extended").size(content.len() as u64), content)
    }

    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        let records: Vec<u8> = records.iter().flat_map(|(key, value)| record(key, value)).collect();
        self.extended(b'x', records)
    }

    /// The tar without an end.
    pub fn unended(self) -> Vec<u8> {
        self.0
    }

    /// The tar with the two units of zeros that end it.
    pub fn end(self) -> Vec<u8> {
        self.raw([0; 2 * UNIT]).0
    }
}

/// A pax record, which begins with its own length.
pub fn record(key: &str, value: &str) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    format!("{length} {key}={value}\n").into_bytes()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 1).unwrap()
}

/// Bytes that do not compress, the same each time (Knuth's linear congruential generator, MMIX).
pub fn noise(length: usize) -> Vec<u8> {
    let mut state: u64 = 1;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

/// The same bytes again and again, without an end.
pub struct Repeated {
    bytes: Vec<u8>,
    at: usize,
}

impl Repeated {
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { bytes, at: 0 }
    }
}

impl Read for Repeated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.bytes.len() {
            self.at = 0;
        }
        let read = (&self.bytes[self.at..]).read(buffer)?;
        self.at += read;
        Ok(read)
    }
}

/// What a visitor saw.
#[derive(Debug, Default)]
pub struct Seen {
    /// One line for each entry, such as `file etc/passwd 12` and `symlink a -> b`.
    pub entries: Vec<String>,
    pub contents: BTreeMap<String, Vec<u8>>,
    pub gaps: Vec<(String, GapKind, String)>,
    pub read: LayerRead,
}

impl Seen {
    pub fn check_entries(&self, expected: &[&str]) {
        assert_eq!(self.entries, expected, "{:?}", self.gaps);
    }

    /// Exactly one gap, of this kind, at this path (empty: the layer), whose text holds each of these.
    pub fn check_gap(&self, path: &str, kind: GapKind, words: &[&str]) {
        let [(at, found, detail)] = &*self.gaps else { panic!("not one gap: {:?}", self.gaps) };
        assert_eq!((&**at, *found), (path, kind), "{detail}");
        for word in words {
            assert!(detail.contains(word), "{word:?} is not in: {detail}");
        }
    }

    pub fn check_no_gap(&self) {
        assert_eq!(self.gaps, []);
    }
}

/// Writes down what it sees, and may do something at each entry.
pub struct Recorder<'a> {
    pub seen: Seen,
    pub interest: Interest,
    pub at_entry: &'a mut dyn FnMut(&Entry<'_>),
}

impl Visitor for Recorder<'_> {
    fn enter(&mut self, entry: &Entry<'_>) -> Interest {
        let lossy = String::from_utf8_lossy;
        let (path, size) = (entry.path, entry.meta.size);
        self.seen.entries.push(match entry.kind {
            EntryKind::File => format!("file {path} {size}"),
            EntryKind::Directory => format!("directory {path}"),
            EntryKind::Symlink(target) => format!("symlink {path} -> {}", lossy(target)),
            EntryKind::HardLink(target) => format!("hard link {path} => {target}"),
            EntryKind::Whiteout => format!("whiteout {path}"),
            EntryKind::Opaque => format!("opaque {path}"),
            EntryKind::Other => format!("other {path}"),
        });
        (self.at_entry)(entry);
        self.interest
    }

    fn head(&mut self, _: &Entry<'_>, _: &[u8]) -> Interest {
        Interest::Whole
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8]) {
        self.seen.contents.insert(entry.path.to_string(), content.to_vec());
    }

    fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String) {
        assert!(!detail.contains(char::is_control), "{detail:?}");
        self.seen.gaps.push((path.to_string(), kind, detail));
    }
}

pub fn record_with(interest: Interest, look: impl FnOnce(&mut dyn Visitor) -> LayerRead) -> Seen {
    let mut recorder = Recorder { seen: Seen::default(), interest, at_entry: &mut |_| {} };
    let read = look(&mut recorder);
    Seen { read, ..recorder.seen }
}

/// Reads a layer whose every file is wanted.
pub fn read(stored: &[u8]) -> Seen {
    read_with(stored, None, &Budget::default())
}

pub fn read_with(stored: impl Read + Send, expected: Option<Digest>, budget: &Budget) -> Seen {
    let blob = Blob { reader: Box::new(stored), expected };
    record_with(Interest::Whole, |visitor| layer::read(blob, budget, &Room::new(budget.memory_bytes), visitor))
}

/// A configuration for layers with these diff IDs.
pub fn config(layers: &[&[u8]]) -> String {
    let ids: Vec<String> = layers.iter().map(|layer| format!("\"{}\"", Digest::sha256(layer))).collect();
    format!(r#"{{"os":"linux","architecture":"amd64","rootfs":{{"type":"layers","diff_ids":[{}]}}}}"#, ids.join(","))
}

/// An OCI layout: its files by path. Whoever wants it damaged changes them before they are written.
#[derive(Clone, Default)]
pub struct Layout(pub BTreeMap<String, Vec<u8>>);

impl Layout {
    /// A layout of one image whose one layer is stored as `layer` and described with `media_type`.
    pub fn of(layer: &[u8], media_type: &str) -> Self {
        let mut layout = Self::default();
        let stored = layout.blob(layer);
        let config = layout.blob(config(&[layer]));
        let manifest = layout.blob(format!(
            r#"{{"schemaVersion":2,"config":{{"digest":"{config}"}},"layers":[{{"digest":"{stored}","mediaType":"{media_type}"}}]}}"#
        ));
        layout.index(&[manifest]);
        layout
    }

    pub fn blob(&mut self, bytes: impl AsRef<[u8]>) -> Digest {
        let digest = Digest::sha256(bytes.as_ref());
        self.0.insert(blob_name(&digest), bytes.as_ref().to_vec());
        digest
    }

    pub fn index(&mut self, manifests: &[Digest]) {
        self.0.insert("index.json".into(), index(manifests).into_bytes());
    }

    pub fn write(&self, folder: &Path) {
        for (path, bytes) in &self.0 {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
    }

    pub fn tar(&self) -> Tar {
        self.0.iter().fold(Tar::new(), |tar, (path, bytes)| tar.file(path, bytes))
    }
}

pub fn blob_name(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

pub fn index(manifests: &[Digest]) -> String {
    let children: Vec<String> = manifests.iter().map(|digest| format!(r#"{{"digest":"{digest}"}}"#)).collect();
    format!(r#"{{"schemaVersion":2,"manifests":[{}]}}"#, children.join(","))
}

/// What opening an image came to: the images, or the error's text.
pub fn opened(result: Result<Vec<Opened>, SourceError>) -> Result<Vec<Box<dyn Source>>, String> {
    let still = |opened| match opened {
        Opened::Still(source) => source,
        _ => panic!("not an image that lies still"),
    };
    result.map(|opened| opened.into_iter().map(still).collect()).map_err(|error| error.to_string())
}

/// Writes `bytes` to a file and opens it as an image.
pub fn open_file(bytes: &[u8]) -> Result<Vec<Box<dyn Source>>, String> {
    open_file_for(bytes, &PlatformChoice::Host)
}

pub fn open_file_for(bytes: &[u8], choice: &PlatformChoice) -> Result<Vec<Box<dyn Source>>, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("image.tar");
    fs::write(&path, bytes).unwrap();
    opened(image::local::open(&path, None, choice, &Budget::default()))
}

/// The text of the error, which holds each of these.
pub fn check_error<T>(result: Result<T, String>, words: &[&str]) {
    let Err(error) = result else { panic!("no error, but {words:?} was expected") };
    for word in words {
        assert!(error.contains(word), "{word:?} is not in: {error}");
    }
}
