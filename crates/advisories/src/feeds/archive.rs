//! Zip archives of records, read by several threads at once.
//!
//! Records are small and many, so an archive is read in stretches of neighbouring entries, each by whichever thread is
//! free. Nothing is trusted: sizes that an archive claims are limits for reading, never promises.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use flate2::{Crc, Decompress, FlushDecompress, Status};
use zip::{CompressionMethod, ZipArchive};

use crate::store::StoreError;

/// Compressed bytes that a thread reads at once.
const STRETCH: u64 = 1 << 20;

/// How much is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of one record.
    pub record: u64,
    /// Bytes of all records of one archive.
    pub total: u64,
}

impl Default for Limits {
    /// The largest records of OSV.dev, about every build of a kernel, stay below 10 MiB.
    fn default() -> Self {
        Self { record: 32 << 20, total: 16 << 30 }
    }
}

/// A record in an archive.
struct Entry {
    /// From its local header to whatever comes next.
    span: Range<u64>,
    packed: u64,
    size: u64,
    crc: u32,
    method: CompressionMethod,
    encrypted: bool,
    name: String,
}

/// What is done with the records of an archive. Each thread has visitors of its own.
pub(crate) trait Visitor: Send {
    /// A record, whole and as it was packed.
    fn record(&mut self, name: &str, json: &[u8]);
    /// A record that cannot be unpacked.
    fn unreadable(&mut self, name: &str, detail: &str);
}

/// Shows every record of an archive to some visitor. They come back in the order of the archive, whichever thread each
/// belonged to.
pub(crate) fn read<V: Visitor>(
    path: &Path,
    threads: usize,
    limits: Limits,
    visitor: impl Fn() -> V + Sync,
) -> Result<Vec<V>, StoreError> {
    let io = |source| StoreError::Io { path: path.display().to_string(), source };
    let entries = directory(File::open(path).map_err(io)?)
        .map_err(|detail| StoreError::Archive { path: path.display().to_string(), detail: detail.to_string() })?;
    let stretches = stretches(&entries);
    let (next, unpacked) = (AtomicUsize::new(0), AtomicU64::new(0));
    let work = || -> io::Result<Vec<(usize, V)>> {
        let mut visitors = Vec::new();
        let mut file = File::open(path)?;
        let mut reader = Reader { limits, unpacked: &unpacked, inflate: Decompress::new(false), record: Vec::new() };
        let mut packed = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(stretch) = stretches.get(index) else { return Ok(visitors) };
            let mut visitor = visitor();
            reader.stretch(&mut file, &entries[stretch.clone()], &mut packed, &mut visitor)?;
            visitors.push((index, visitor));
        }
    };
    let mut visitors = match threads.min(stretches.len()) {
        0 | 1 => work().map_err(io)?,
        threads => thread::scope(|scope| {
            let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            let broken = |_| Err(io::Error::other("a reading thread broke down"));
            let parts: io::Result<Vec<_>> =
                workers.into_iter().map(|worker| worker.join().unwrap_or_else(broken)).collect();
            parts.map_err(io)
        })?
        .into_iter()
        .flatten()
        .collect(),
    };
    // Which thread read what must not show.
    visitors.sort_by_key(|(index, _)| *index);
    Ok(visitors.into_iter().map(|(_, visitor)| visitor).collect())
}

/// The records of an archive in the order of their bytes.
fn directory(file: File) -> zip::result::ZipResult<Vec<Entry>> {
    let archive = ZipArchive::new(BufReader::with_capacity(1 << 16, file))?;
    let end = archive.central_directory_start();
    let listing = archive.metadata();
    let mut entries = Vec::with_capacity(listing.len());
    for index in 0..listing.len() {
        let entry = listing.entry(index)?;
        let name = String::from_utf8_lossy(entry.name_raw()).into_owned();
        entries.push(Entry {
            span: entry.header_start()..end,
            packed: entry.compressed_size(),
            size: entry.size(),
            crc: entry.crc32(),
            method: entry.compression(),
            encrypted: entry.encrypted(),
            name,
        });
    }
    entries.sort_by(|a, b| (a.span.start, &a.name).cmp(&(b.span.start, &b.name)));
    for index in 1..entries.len() {
        entries[index - 1].span.end = entries[index].span.start;
    }
    entries.retain(|entry| is_record(Path::new(&entry.name)));
    Ok(entries)
}

pub(crate) fn is_record(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}

/// Cuts the list so that each part is about [`STRETCH`] bytes of the file.
fn stretches(entries: &[Entry]) -> Vec<Range<usize>> {
    let mut stretches = Vec::new();
    let mut first = 0;
    for (index, entry) in entries.iter().enumerate() {
        if entry.span.end.saturating_sub(entries[first].span.start) >= STRETCH {
            stretches.push(first..index + 1);
            first = index + 1;
        }
    }
    if first < entries.len() {
        stretches.push(first..entries.len());
    }
    stretches
}

/// One thread's tools and memory.
struct Reader<'a> {
    limits: Limits,
    /// Bytes that all threads have unpacked.
    unpacked: &'a AtomicU64,
    inflate: Decompress,
    record: Vec<u8>,
}

impl Reader<'_> {
    fn stretch(
        &mut self,
        file: &mut File,
        entries: &[Entry],
        packed: &mut Vec<u8>,
        visitor: &mut impl Visitor,
    ) -> io::Result<()> {
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else { return Ok(()) };
        let start = first.span.start;
        // Between the entries may lie others, and the last one may be as long as the file.
        let most = STRETCH + self.limits.record + 1024;
        file.seek(SeekFrom::Start(start))?;
        packed.clear();
        file.take(last.span.end.saturating_sub(start).min(most)).read_to_end(packed)?;
        // An entry may claim to begin behind the directory, which ends the last one.
        let place = |at: u64| usize::try_from(at.saturating_sub(start)).unwrap_or(usize::MAX);
        for entry in entries {
            let (from, to) = (place(entry.span.start), place(entry.span.end).min(packed.len()));
            let outcome = match packed.get(from..to).ok_or("it lies beyond the end of the file") {
                Ok(bytes) => self.unpack(entry, bytes),
                Err(detail) => Err(detail),
            };
            match outcome {
                Ok(()) => visitor.record(&entry.name, &self.record),
                Err(detail) => visitor.unreadable(&entry.name, detail),
            }
        }
        Ok(())
    }

    /// Unpacks one entry into `record` (PKWARE APPNOTE 6.3.10, section 4.3.7).
    fn unpack(&mut self, entry: &Entry, bytes: &[u8]) -> Result<(), &'static str> {
        const HEADER: usize = 30;
        let header = bytes.get(..HEADER).ok_or("its header is cut off")?;
        if !header.starts_with(b"PK\x03\x04") {
            return Err("there is no entry where the directory says");
        }
        let length = |at: usize| usize::from(u16::from_le_bytes([header[at], header[at + 1]]));
        let data = HEADER + length(26) + length(28);
        let packed = usize::try_from(entry.packed).ok().and_then(|size| bytes.get(data..data.checked_add(size)?));
        let packed = packed.ok_or("its data is cut off")?;
        if entry.encrypted {
            return Err("it is encrypted");
        }
        if entry.size > self.limits.record {
            return Err("it is larger than any honest record");
        }
        if self.unpacked.load(Ordering::Relaxed) > self.limits.total {
            return Err("the archive unpacks to more than any honest one");
        }
        let size = usize::try_from(entry.size).map_err(|_| "it is too large")?;
        self.record.clear();
        match entry.method {
            CompressionMethod::Stored => self.record.extend_from_slice(packed),
            CompressionMethod::Deflated => {
                // One byte more than promised, to see whether there is more.
                self.record.reserve(size + 1);
                self.inflate.reset(false);
                let status = self.inflate.decompress_vec(packed, &mut self.record, FlushDecompress::Finish);
                self.unpacked.fetch_add(self.record.len() as u64, Ordering::Relaxed);
                if !matches!(status, Ok(Status::StreamEnd)) {
                    return Err("its data does not unpack to the size that the directory says");
                }
            }
            _ => return Err("it is packed in a way that advisories never are"),
        }
        if self.record.len() != size {
            return Err("its data does not unpack to the size that the directory says");
        }
        let mut crc = Crc::new();
        crc.update(&self.record);
        if crc.sum() != entry.crc {
            return Err("its checksum is wrong");
        }
        Ok(())
    }
}
