//! Archives that flow past: what a daemon saves, or standard input. Layers come before anybody says which image they
//! belong to, so each is shown as it comes, and put in its place at the end.

use std::collections::HashMap;
use std::io::{self, Read};

use model::{Budget, Digest, ImagePath, Origin};

use super::archive::{MEMBERS, NAMES_BYTES, extension, too_many_members};
use super::docker_archive::{describe, expected, select};
use super::index::{self, Documents};
use super::oci_archive::blob_path;
use super::too_large;
use crate::deadline::Timed;
use crate::{PlatformChoice, SourceError, Stream, Streamed, manifest};
use archive::tar::header::{Header, Kind, Member, Overrides, UNIT};

/// Documents kept until the end of the archive, in all.
const DOCUMENTS_BYTES: u64 = 64 << 20;

/// What may follow the end of an archive: zeros, up to the largest record that tar writes.
const TRAILER_BYTES: u64 = 1 << 20;

/// Reads the archive in `reader`: of `docker save`, or an OCI archive. `origin` says where it comes from.
pub fn archive_stream(
    reader: Box<dyn Read + Send>,
    origin: Origin,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Box<dyn Stream> {
    let reader = Timed::new(reader, budget);
    Box::new(ArchiveStream { reader, at: 0, origin, choice: choice.clone(), budget: budget.clone() })
}

struct ArchiveStream {
    reader: Timed<Box<dyn Read + Send>>,
    at: u64,
    origin: Origin,
    choice: PlatformChoice,
    budget: Budget,
}

/// What was kept of the archive.
#[derive(Default)]
struct Kept {
    documents: HashMap<ImagePath, Vec<u8>>,
    links: HashMap<ImagePath, ImagePath>,
    /// Members so far, and bytes of their names and of the documents.
    members: usize,
    names: usize,
    bytes: u64,
    /// Documents for which there was no room.
    left_out: bool,
}

impl Stream for ArchiveStream {
    fn read(&mut self, visit: &mut dyn FnMut(&str, &mut (dyn Read + Send))) -> Result<Streamed, SourceError> {
        let mut kept = Kept::default();
        let mut overrides = Overrides::default();
        let mut raw = [0; UNIT];
        loop {
            let at = self.at;
            let filled = self.fill(&mut raw)?;
            if filled == 0 || raw.iter().all(|&byte| byte == 0) {
                break;
            }
            let header = Header::parse(&raw)
                .map_err(|why| self.malformed(format!("the tar header at byte {at} is not valid: {why}")))?;
            if header.is_extension() {
                let content = extension(&mut self.reader, &header, at, &self.origin.reference)?;
                self.at += header.size;
                self.pad(header.size)?;
                overrides
                    .add(header.kind, &content)
                    .map_err(|why| self.malformed(format!("the extended header at byte {at} is not valid: {why}")))?;
                continue;
            }
            let Member { kind, path, link, stored, sparse, .. } = header.member(std::mem::take(&mut overrides));
            let path = ImagePath::new(&path);
            if sparse {
                let why = format!("the member {path} at byte {at} is stored as a sparse file; save the image again");
                return Err(self.malformed(why));
            }
            kept.members += 1;
            kept.names += path.as_bytes().len() + link.len();
            if kept.members > MEMBERS || kept.names > NAMES_BYTES {
                return Err(self.malformed(too_many_members()));
            }
            match kind {
                Kind::File => {
                    kept.links.remove(&path);
                    self.member(path, stored, &mut kept, visit)?;
                }
                Kind::HardLink => {
                    kept.links.insert(path, ImagePath::new(&link));
                }
                Kind::Symlink => {
                    let target = ImagePath::new(&[path.parent(), b"/", &link].concat());
                    kept.links.insert(path, target);
                }
                _ => self.skip(stored)?,
            }
        }
        // A daemon's connection should not be left half read.
        io::copy(&mut (&mut self.reader).take(TRAILER_BYTES), &mut io::sink())
            .map_err(|source| self.failed(&source))?;
        self.conclude(&kept)
    }
}

impl ArchiveStream {
    /// Keeps a document, shows a layer.
    fn member(
        &mut self,
        path: ImagePath,
        size: u64,
        kept: &mut Kept,
        visit: &mut dyn FnMut(&str, &mut (dyn Read + Send)),
    ) -> Result<(), SourceError> {
        let at = self.at;
        let mut limited = (&mut self.reader).take(size);
        let mut first = Vec::new();
        let read = limited.by_ref().take(UNIT as u64).read_to_end(&mut first);
        read.map_err(|source| broken_off(&self.origin, at, &source))?;
        let is_json = matches!(first.first(), Some(b'{' | b'[')) && !starts_with_tar_header(&first);
        let may_be_layer = is_layer_name(&path);
        let is_document = !may_be_layer || is_json;
        let has_room = size <= self.budget.document_bytes && kept.bytes + size <= DOCUMENTS_BYTES;
        if is_document && has_room {
            let mut bytes = first;
            limited.read_to_end(&mut bytes).map_err(|source| broken_off(&self.origin, at, &source))?;
            if (bytes.len() as u64) < size {
                return Err(self.cut_off(&path, at));
            }
            kept.bytes += size;
            kept.documents.insert(path, bytes);
        } else {
            if is_document && is_root_document(&path) {
                let what = format!("{}, {path}", self.origin.reference);
                return Err(SourceError::malformed(what, too_large(self.budget.document_bytes)));
            }
            kept.left_out |= is_document;
            let mut whole = first.chain(limited);
            if may_be_layer {
                visit(&path.to_text(), &mut whole);
            }
            io::copy(&mut whole, &mut io::sink()).map_err(|source| broken_off(&self.origin, at, &source))?;
            if whole.get_ref().1.limit() > 0 {
                return Err(self.cut_off(&path, at));
            }
        }
        self.at += size;
        self.pad(size)
    }

    fn conclude(&self, kept: &Kept) -> Result<Streamed, SourceError> {
        let what = &self.origin.reference;
        if let Some(manifest) = kept.find(&"manifest.json".into()) {
            let entry = select(manifest, None, what)?
                .into_iter()
                .next()
                .ok_or_else(|| self.malformed("manifest.json lists no image"))?;
            let config = kept.get(&ImagePath::new(entry.config.as_bytes()), what)?;
            let (image, members) = describe(&entry, config, &self.origin)?;
            manifest::check_platform(&image, &self.choice)?;
            let members: Vec<&ImagePath> = members.iter().map(|member| kept.resolve(member)).collect();
            let expected = image.layers.iter().zip(&members).map(|(layer, member)| expected(layer, member)).collect();
            return Ok(Streamed {
                image,
                blobs: members.iter().map(|member| member.to_text().into_owned()).collect(),
                expected,
            });
        }
        let index = kept.find(&"index.json".into());
        let index = index
            .ok_or_else(|| self.malformed("it has neither manifest.json nor index.json: it is no image archive"))?;
        let images = index::images(kept, index, None, &self.choice, &self.budget, &self.origin)?;
        let image = images.into_iter().next().ok_or_else(|| self.malformed("it lists no image"))?;
        let expected: Vec<Option<Digest>> = image.layers.iter().map(|layer| layer.blob).collect();
        let blobs =
            expected.iter().flatten().map(|digest| kept.resolve(&blob_path(digest)).to_text().into_owned()).collect();
        Ok(Streamed { image, blobs, expected })
    }

    fn fill(&mut self, raw: &mut [u8; UNIT]) -> Result<usize, SourceError> {
        let mut filled = 0;
        while filled < UNIT {
            match self.reader.read(&mut raw[filled..]) {
                Ok(0) if filled == 0 => return Ok(0),
                Ok(0) => return Err(self.malformed(format!("it ends in the middle of the header at byte {}", self.at))),
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(&error)),
            }
        }
        self.at += UNIT as u64;
        Ok(filled)
    }

    fn skip(&mut self, size: u64) -> Result<(), SourceError> {
        let skipped =
            io::copy(&mut (&mut self.reader).take(size), &mut io::sink()).map_err(|source| self.failed(&source))?;
        self.at += skipped;
        self.pad(size)
    }

    fn pad(&mut self, size: u64) -> Result<(), SourceError> {
        let padding = size.wrapping_neg() % UNIT as u64;
        let skipped =
            io::copy(&mut (&mut self.reader).take(padding), &mut io::sink()).map_err(|source| self.failed(&source))?;
        self.at += skipped;
        Ok(())
    }

    fn malformed(&self, why: impl Into<String>) -> SourceError {
        SourceError::malformed(&self.origin.reference, why)
    }

    fn cut_off(&self, path: &ImagePath, at: u64) -> SourceError {
        self.malformed(format!("it ends within the member {path} at byte {at}; fetch or save the image again"))
    }

    fn failed(&self, source: &io::Error) -> SourceError {
        broken_off(&self.origin, self.at, source)
    }
}

fn broken_off(origin: &Origin, at: u64, source: &io::Error) -> SourceError {
    SourceError::Network(format!("{} broke off at byte {at}: {source}; try again", origin.reference))
}

impl Kept {
    /// The member that the links from `path` lead to, as far as they lead anywhere.
    fn resolve<'a>(&'a self, path: &'a ImagePath) -> &'a ImagePath {
        let mut path = path;
        for _ in 0..8 {
            match self.links.get(path) {
                Some(target) => path = target,
                None => break,
            }
        }
        path
    }

    fn find(&self, path: &ImagePath) -> Option<&Vec<u8>> {
        self.documents.get(self.resolve(path))
    }

    fn get(&self, path: &ImagePath, what: &str) -> Result<&Vec<u8>, SourceError> {
        self.find(path).ok_or_else(|| {
            let why = if self.left_out { ", or it came when there was no room for more documents" } else { "" };
            SourceError::NotFound(format!("{what} lacks {path}{why}; save the image again"))
        })
    }
}

impl Documents for Kept {
    fn document(&self, digest: &Digest, _limit: u64) -> Result<Vec<u8>, SourceError> {
        self.get(&blob_path(digest), "the archive").cloned()
    }
}

/// Members that may be layers, in both forms of archive.
fn is_layer_name(path: &ImagePath) -> bool {
    path.as_bytes().starts_with(b"blobs/") || path.extension() == Some(b"tar")
}

/// Members without which the archive is none.
fn is_root_document(path: &ImagePath) -> bool {
    matches!(path.as_bytes(), b"manifest.json" | b"index.json")
}

/// Whether this is a tar, whose first name may well begin as JSON does.
fn starts_with_tar_header(first: &[u8]) -> bool {
    first.first_chunk().is_some_and(|raw| Header::parse(raw).is_ok())
}
