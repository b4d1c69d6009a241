//! What a registry holds besides images (OCI distribution-spec 1.1, "Pulling manifests", "Pulling blobs"): a manifest as it
//! is, and blobs that are checked while they are read.

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

use model::{Digest, Hasher};
use net::Ask;
use net::http::StatusCode;
use net::http::header::{ACCEPT, HeaderValue};

use super::blob::Blob;
use super::{DIGEST, Registry};
use crate::manifest::{ACCEPTED, Descriptor};
use crate::{Reference, SourceError};

impl Registry {
    /// The manifest or index that `reference` names, and its digest, which it has.
    pub fn document(&self, reference: &Reference) -> Result<(Vec<u8>, Digest), SourceError> {
        self.find(reference)
    }

    /// The digest of what `reference` names, without what it names; none where the registry does not say.
    pub fn digest(&self, reference: &Reference) -> Result<Option<Digest>, SourceError> {
        if reference.digest.is_some() {
            return Ok(reference.digest);
        }
        let name = reference.manifest_name();
        let accepted =
            HeaderValue::from_str(&ACCEPTED.join(", ")).map_err(|error| SourceError::Usage(error.to_string()))?;
        self.first(|session| {
            let uri = session.uri(&format!("manifests/{name}"))?;
            let response = session.ask(&uri, Ask::Head, &[(ACCEPT, accepted.clone())], session.patience())?;
            if response.status() != StatusCode::OK {
                return Err(session.refusal(response, &format!("manifest {name}")));
            }
            Ok(response.headers().get(DIGEST).and_then(|value| value.to_str().ok()?.parse().ok()))
        })
    }

    /// The bytes of a blob. Where they are not what its digest and its size say, the last read is an error.
    pub fn blob(self: &Arc<Self>, descriptor: &Descriptor) -> Result<Box<dyn Read + Send>, SourceError> {
        let content = Blob::open(Arc::clone(self), descriptor.digest, descriptor.size)?;
        let hasher = Some(Hasher::like(Some(&descriptor.digest)));
        Ok(Box::new(Checked { content, expected: descriptor.digest, hasher }))
    }
}

/// Hashes what is read, and complains at the end.
struct Checked<R> {
    content: R,
    expected: Digest,
    /// None once the end was seen.
    hasher: Option<Hasher>,
}

impl<R: Read> Read for Checked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.content.read(buffer)?;
        if read > 0 {
            if let Some(hasher) = &mut self.hasher {
                hasher.update(&buffer[..read]);
            }
        } else if !buffer.is_empty()
            && let Some(found) = self.hasher.take().map(Hasher::finish)
            && found != self.expected
        {
            let why = format!("{} hashes to {found}: it was damaged or exchanged on its way", self.expected);
            return Err(io::Error::new(ErrorKind::InvalidData, why));
        }
        Ok(read)
    }
}
