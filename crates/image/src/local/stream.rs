//! Archives that flow past: what a daemon saves, or standard input. Layers come before anybody says which image they
//! belong to, so each is shown as it comes, and put in its place at the end.

use std::collections::HashMap;
use std::io::{self, Read};

use model::{Budget, Digest, ImagePath, Origin};

use super::docker_archive::{check_platform, describe, expected, select};
use super::index::{self, Documents};
use super::oci_archive::blob_path;
use crate::layer::tar::{Header, Kind, Overrides, UNIT, until_nul};
use crate::{PlatformChoice, SourceError, Stream, Streamed};

/// Documents kept until the end of the archive, in all.
const DOCUMENTS_BYTES: u64 = 64 << 20;

/// Reads the archive in `reader`: of `docker save`, or an OCI archive. `origin` says where it comes from.
pub fn archive_stream(
    reader: Box<dyn Read + Send>,
    origin: Origin,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Box<dyn Stream> {
    Box::new(ArchiveStream { reader, at: 0, origin, choice: choice.clone(), budget: budget.clone() })
}

struct ArchiveStream {
    reader: Box<dyn Read + Send>,
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
    bytes: u64,
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
            let size = overrides.size.unwrap_or(header.size);
            match header.kind {
                Kind::Pax | Kind::LongName | Kind::LongLink => {
                    let content = self.document(size, 1 << 20)?;
                    match header.kind {
                        Kind::Pax => overrides.read(&content).map_err(|why| self.malformed(why))?,
                        Kind::LongName => overrides.path = Some(until_nul(&content).to_vec()),
                        _ => overrides.link = Some(until_nul(&content).to_vec()),
                    }
                }
                Kind::GlobalPax => self.skip(size)?,
                _ => {
                    let overrides = std::mem::take(&mut overrides);
                    let path = ImagePath::new(&overrides.path.unwrap_or_else(|| header.path()));
                    let link = overrides.link.unwrap_or_else(|| header.link().to_vec());
                    match header.kind {
                        Kind::File => self.member(path, size, &mut kept, visit)?,
                        Kind::HardLink => {
                            kept.links.insert(path, ImagePath::new(&link));
                        }
                        Kind::Symlink => {
                            let target = ImagePath::new(&[path.parent(), b"/", &link].concat());
                            kept.links.insert(path, target);
                        }
                        _ => self.skip(size)?,
                    }
                }
            }
        }
        // A daemon's connection should not be left half read.
        io::copy(&mut self.reader, &mut io::sink()).map_err(|source| self.failed(&source))?;
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
        let mut first = [0];
        let mut limited = (&mut self.reader).take(size);
        let read = loop {
            match limited.read(&mut first) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        let read =
            read.map_err(|source| SourceError::Network(format!("{} broke off: {source}", self.origin.reference)))?;
        let is_document = matches!(first, [b'{' | b'[']) && size <= self.budget.document_bytes || !is_layer_name(&path);
        if is_document && size <= self.budget.document_bytes && kept.bytes + size <= DOCUMENTS_BYTES {
            let mut bytes = first[..read].to_vec();
            limited
                .read_to_end(&mut bytes)
                .map_err(|source| SourceError::Network(format!("{} broke off: {source}", self.origin.reference)))?;
            kept.bytes += size;
            self.at += bytes.len() as u64;
            if (bytes.len() as u64) < size {
                return Err(self.malformed(format!("it ends within {path}")));
            }
            kept.documents.insert(path, bytes);
        } else {
            let mut whole = (&first[..read]).chain(limited);
            if is_layer_name(&path) {
                visit(&path.to_text(), &mut whole);
            }
            io::copy(&mut whole, &mut io::sink())
                .map_err(|source| SourceError::Network(format!("{} broke off: {source}", self.origin.reference)))?;
            if whole.get_ref().1.limit() > 0 {
                return Err(self.malformed(format!("it ends within {path}")));
            }
            self.at += size;
        }
        self.pad(size)
    }

    fn conclude(&self, kept: &Kept) -> Result<Streamed, SourceError> {
        let what = &self.origin.reference;
        let resolve = |path: &ImagePath| {
            let mut path = path.clone();
            for _ in 0..8 {
                match kept.links.get(&path) {
                    Some(target) => path = target.clone(),
                    None => break,
                }
            }
            path
        };
        if let Some(manifest) = kept.documents.get(&ImagePath::from("manifest.json")) {
            let entry = select(manifest, None, what)?
                .into_iter()
                .next()
                .ok_or_else(|| self.malformed("manifest.json lists no image"))?;
            let config = kept.documents.get(&resolve(&ImagePath::new(entry.config.as_bytes())));
            let config =
                config.ok_or_else(|| self.malformed(format!("it lacks the configuration {}", entry.config)))?;
            let (image, members) = describe(&entry, config, &self.origin)?;
            check_platform(&image, &self.choice)?;
            let members: Vec<ImagePath> = members.iter().map(resolve).collect();
            let expected = image.layers.iter().zip(&members).map(|(layer, member)| expected(layer, member)).collect();
            return Ok(Streamed {
                image,
                blobs: members.iter().map(|member| member.to_text().into_owned()).collect(),
                expected,
            });
        }
        let index = kept.documents.get(&ImagePath::from("index.json"));
        let index = index
            .ok_or_else(|| self.malformed("it has neither manifest.json nor index.json: it is no image archive"))?;
        let images = index::images(kept, index, None, &self.choice, &self.budget, &self.origin)?;
        let image = images.into_iter().next().ok_or_else(|| self.malformed("it lists no image"))?;
        let expected: Vec<Option<Digest>> = image.layers.iter().map(|layer| layer.blob).collect();
        let blobs = expected
            .iter()
            .map(|digest| digest.map(|digest| blob_path(&digest).to_text().into_owned()).unwrap_or_default())
            .collect();
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

    fn document(&mut self, size: u64, limit: u64) -> Result<Vec<u8>, SourceError> {
        if size > limit {
            return Err(self.malformed(format!("a document at byte {} has {size} bytes, more than {limit}", self.at)));
        }
        let mut bytes = Vec::new();
        (&mut self.reader).take(size).read_to_end(&mut bytes).map_err(|source| self.failed(&source))?;
        self.at += bytes.len() as u64;
        self.pad(size)?;
        Ok(bytes)
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

    fn failed(&self, source: &io::Error) -> SourceError {
        SourceError::Network(format!("{} broke off at byte {}: {source}; try again", self.origin.reference, self.at))
    }
}

impl Documents for Kept {
    fn document(&self, digest: &Digest, _limit: u64) -> Result<Vec<u8>, SourceError> {
        let path = blob_path(digest);
        self.documents
            .get(&path)
            .cloned()
            .ok_or_else(|| SourceError::malformed("the archive", format!("it lacks {path}")))
    }
}

/// Members that may be layers, in both forms of archive.
fn is_layer_name(path: &ImagePath) -> bool {
    path.as_bytes().starts_with(b"blobs/") || path.extension() == Some(b"tar")
}
