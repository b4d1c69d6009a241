//! Objects by their names, out of packs and single files. The only file that knows gitoxide, which changes every month.

use std::fs;
use std::io::{self, BufReader, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use flate2::bufread::ZlibDecoder;
use gix_hash::Kind as Hash;
use gix_pack::Bundle;
use gix_pack::cache::lru::MemoryCappedHashmap;
use gix_pack::data::decode::entry::ResolvedBase;
use model::{Budget, GapKind, ImagePath};

use crate::Id;
use crate::gaps::{Gaps, Reason};
use crate::layout::{is_regular, open_regular, read_regular};

/// Bytes of objects that each thread remembers because others are made from them.
const REMEMBERED: usize = 16 << 20;

/// The bytes of a repository.
pub(crate) struct Objects {
    folder: PathBuf,
    packs: Vec<Bundle>,
    /// The most that an object may have.
    limit: u64,
}

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Commit,
    Tree,
    Blob,
    Tag,
}

/// Why an object cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Missing,
    Corrupt,
    TooLarge,
}

const ALTERNATES: Reason = Reason {
    kind: GapKind::Foreign,
    told: "the repository borrows objects from another one, which is not looked into; git repack -a -d copies them into this one",
};
const BROKEN_PACK: Reason =
    Reason { kind: GapKind::Corrupt, told: "the pack cannot be read, nor what is in it; see what git fsck says" };

impl Objects {
    /// Opens all packs in the folder `objects`.
    pub(crate) fn open(folder: PathBuf, budget: &Budget, gaps: &Gaps) -> Self {
        if let Ok(borrowed) = read_regular(&folder.join("info/alternates"), budget.document_bytes) {
            let first = borrowed.split(|&byte| byte == b'\n').find(|line| !line.is_empty() && !line.starts_with(b"#"));
            if let Some(first) = first {
                gaps.add(ALTERNATES, &ImagePath::default(), String::from_utf8_lossy(first));
            }
        }
        let limit = budget.file_bytes;
        let mut paths: Vec<PathBuf> = fs::read_dir(folder.join("pack"))
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.ok().map(|entry| entry.path()))
            .filter(|path| path.extension().is_some_and(|extension| extension == "idx"))
            .collect();
        paths.sort();
        let mut packs = Vec::new();
        for path in paths {
            match pack(&path, limit) {
                Ok(pack) => packs.push(pack),
                Err(why) => {
                    let name = path.file_name().unwrap_or_default().to_string_lossy();
                    gaps.add(BROKEN_PACK, &ImagePath::default(), format!("{name}: {why}"));
                }
            }
        }
        Self { folder, packs, limit }
    }

    /// Where an object lies: objects that lie beside each other are often made from each other.
    pub(crate) fn position(&self, id: Id) -> (usize, u64) {
        let id = gix_hash::ObjectId::from(id.0);
        let place = |(number, pack): (usize, &Bundle)| {
            let index = pack.index.lookup(id)?;
            Some((number, pack.index.pack_offset_at_index(index)))
        };
        self.packs.iter().enumerate().find_map(place).unwrap_or((usize::MAX, 0))
    }

    /// Whoever reads objects, on one thread.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader {
            objects: self,
            inflate: gix_zlib::Inflate::default(),
            cache: MemoryCappedHashmap::new(REMEMBERED),
            bytes: Vec::new(),
        }
    }
}

fn pack(path: &Path, limit: u64) -> Result<Bundle, String> {
    if ![path, &path.with_extension("pack")].into_iter().all(is_regular) {
        return Err("it, or what belongs to it, is no regular file".to_owned());
    }
    let opened = catch_unwind(|| Bundle::at(path, Hash::Sha1));
    let mut bundle = opened.map_err(|_| "its reader broke down".to_owned())?.map_err(|error| error.to_string())?;
    // Twice, since an object is made from another one that has to be there as well.
    let limit = usize::try_from(limit.saturating_mul(2)).unwrap_or(usize::MAX);
    bundle.pack = bundle.pack.with_alloc_limit_bytes(Some(limit));
    Ok(bundle)
}

/// Reads objects one after the other.
pub(crate) struct Reader<'a> {
    objects: &'a Objects,
    inflate: gix_zlib::Inflate,
    cache: MemoryCappedHashmap,
    bytes: Vec<u8>,
}

impl Reader<'_> {
    /// An object's bytes.
    pub(crate) fn read(&mut self, id: Id) -> Result<(Kind, &[u8]), Fault> {
        let name = gix_hash::ObjectId::from(id.0);
        let mut fault = Fault::Missing;
        for number in 0..self.objects.packs.len() {
            let pack = &self.objects.packs[number];
            let Some(index) = pack.index.lookup(name) else { continue };
            // The reader is hardened, and young: what breaks it costs one object.
            let read = catch_unwind(AssertUnwindSafe(|| self.unpack(pack, index)));
            match read.unwrap_or(Err(Fault::Corrupt)) {
                Ok(kind) => return Ok((kind, &self.bytes)),
                // Another pack, or a file, may have it as well.
                Err(why) => fault = why,
            }
        }
        match self.read_file(id) {
            Ok(Some(kind)) => Ok((kind, &self.bytes)),
            Ok(None) => Err(fault),
            Err(why) => Err(why),
        }
    }

    fn unpack(&mut self, pack: &Bundle, index: u32) -> Result<Kind, Fault> {
        let Self { objects, inflate, cache, bytes } = self;
        let entry = |index| pack.pack.entry(pack.index.pack_offset_at_index(index));
        let found = entry(index).map_err(|_| Fault::Corrupt)?;
        let size = pack.pack.decode_header(found.clone(), inflate, &|id| {
            let base = pack.index.lookup(id).map(entry).transpose()?;
            Ok(base.map(gix_pack::data::decode::header::ResolvedBase::InPack))
        });
        if size.map_err(|_| Fault::Corrupt)?.object_size > objects.limit {
            return Err(Fault::TooLarge);
        }
        let resolve = |id: &gix_hash::oid, _: &mut Vec<u8>| {
            let base = pack.index.lookup(id).map(entry).transpose()?;
            Ok(base.map(ResolvedBase::InPack))
        };
        bytes.clear();
        let outcome = pack.pack.decode_entry(found, bytes, inflate, &resolve, cache);
        let outcome = outcome.map_err(|error| {
            // What it is made from may be larger than itself.
            if error.is_resource_exhausted() { Fault::TooLarge } else { Fault::Corrupt }
        })?;
        kind(outcome.kind.as_bytes()).ok_or(Fault::Corrupt)
    }

    /// An object that is not in a pack: `KIND SIZE`, a zero and the content, compressed.
    fn read_file(&mut self, id: Id) -> Result<Option<Kind>, Fault> {
        let name = id.to_string();
        let file = match open_regular(&self.objects.folder.join(&name[..2]).join(&name[2..])) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(_) => return Err(Fault::Corrupt),
        };
        let mut content = BufReader::new(ZlibDecoder::new(BufReader::new(file)));
        let mut head = Vec::new();
        io::BufRead::read_until(&mut (&mut content).take(32), 0, &mut head).map_err(|_| Fault::Corrupt)?;
        let head = head.strip_suffix(&[0]).and_then(|head| std::str::from_utf8(head).ok());
        let (word, size) = head.and_then(|head| head.split_once(' ')).ok_or(Fault::Corrupt)?;
        let (kind, size) = kind(word.as_bytes()).zip(size.parse::<u64>().ok()).ok_or(Fault::Corrupt)?;
        if size > self.objects.limit {
            return Err(Fault::TooLarge);
        }
        self.bytes.clear();
        content.take(size.saturating_add(1)).read_to_end(&mut self.bytes).map_err(|_| Fault::Corrupt)?;
        if self.bytes.len() as u64 == size { Ok(Some(kind)) } else { Err(Fault::Corrupt) }
    }
}

fn kind(word: &[u8]) -> Option<Kind> {
    match word {
        b"commit" => Some(Kind::Commit),
        b"tree" => Some(Kind::Tree),
        b"blob" => Some(Kind::Blob),
        b"tag" => Some(Kind::Tag),
        _ => None,
    }
}
