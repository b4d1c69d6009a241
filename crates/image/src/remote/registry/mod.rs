//! Registries (OCI distribution-spec 1.1): from a reference to images whose layers stream in, and to other artifacts; and
//! from what is here to what others can pull.

mod artifact;
mod blob;
mod challenge;
mod endpoint;
#[cfg(fuzzing)]
pub mod fuzzing;
mod referrers;
mod session;
#[cfg(test)]
mod tests;
mod token;
mod upload;

use std::fmt::Write as _;
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Budget, Digest, Origin};
use net::http::header::ACCEPT;
use net::http::{HeaderName, HeaderValue, StatusCode};
use net::{Failure, Patience, Response, document};

pub use referrers::Attachment;
pub(super) use token::Tokens;
pub use upload::Upload;

use super::content::{self, Content};
use super::{Connections, Credential};
use crate::manifest::{ACCEPTED, Descriptor};
use crate::{Opened, PlatformChoice, Reference, SourceError};
use blob::Blob;
use endpoint::endpoints;
use session::{Purpose, Session};

/// The header in which registries say what they believe a manifest hashes to.
const DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

/// One repository, at its own registry and at the mirrors of it.
pub struct Registry {
    sessions: Vec<Session>,
    /// The one that had the manifest: its layers are most likely there too.
    preferred: AtomicUsize,
    patience: Patience,
    largest: u64,
}

/// How to ask a registry.
pub struct Access<'a> {
    /// The user's own credential, for the registry of the reference and for no other.
    pub login: Option<Credential>,
    /// Whether plain HTTP, and certificates of any kind, are good enough.
    pub insecure: bool,
    /// Limits.
    pub budget: &'a Budget,
}

impl Registry {
    /// Opens the images that `choice` means under `reference`; `asked` is how the user wrote it.
    pub fn open(
        connections: &Connections,
        reference: &Reference,
        asked: &str,
        choice: &PlatformChoice,
        access: Access<'_>,
    ) -> Result<Vec<Opened>, SourceError> {
        let registry = Self::at(connections, reference, access)?;
        let (bytes, digest) = registry.find(reference)?;
        let origin = Origin { transport: "registry".into(), reference: asked.to_owned(), ..Origin::default() };
        content::open(&registry, &bytes, digest, &origin, choice)
    }

    /// The repository of `reference`, at its registry and at the mirrors of it. Nothing is asked yet.
    pub fn at(connections: &Connections, reference: &Reference, access: Access<'_>) -> Result<Arc<Self>, SourceError> {
        let Access { mut login, insecure, budget } = access;
        let deadline = budget.deadline;
        let endpoints = endpoints(reference, insecure, connections.environment())?;
        let sessions = endpoints.into_iter().map(|endpoint| {
            let own = !endpoint.mirror && endpoint.registry == reference.registry;
            let login = if own { login.take() } else { None };
            Session::new(connections.clone(), endpoint, login, Purpose::Read, deadline)
        });
        Ok(Arc::new(Self {
            sessions: sessions.collect(),
            preferred: AtomicUsize::new(0),
            patience: Patience { deadline, ..connections.0.patience.clone() },
            largest: budget.document_bytes,
        }))
    }

    fn preferred(&self) -> usize {
        self.preferred.load(Ordering::Relaxed)
    }

    /// The manifest or index, from the first server that has it.
    fn find(&self, reference: &Reference) -> Result<(Vec<u8>, Digest), SourceError> {
        self.first(|session| self.manifest_at(session, &reference.manifest_name(), reference.digest.as_ref()))
    }

    /// The first answer of the servers, the preferred one asked first; it becomes the preferred one. Where all fail, the
    /// registry's own failure counts, and those of its mirrors are told beside it.
    fn first<T>(&self, ask: impl Fn(&Session) -> Result<T, SourceError>) -> Result<T, SourceError> {
        let (start, count) = (self.preferred(), self.sessions.len());
        let mut failures: Vec<(usize, SourceError)> = Vec::new();
        for at in (0..count).map(|step| (start + step) % count) {
            match ask(&self.sessions[at]) {
                Ok(found) => {
                    self.preferred.store(at, Ordering::Relaxed);
                    return Ok(found);
                }
                Err(error) => failures.push((at, error)),
            }
        }
        failures.sort_by_key(|(at, _)| *at);
        let (_, own) = failures.pop().ok_or_else(|| SourceError::NotFound("no registry to ask".into()))?;
        let told = failures.iter().fold(String::new(), |mut told, (_, error)| {
            let _ = write!(told, " (before that, the mirror: {error})");
            told
        });
        Err(with_more(own, &told))
    }

    /// A manifest or index at one server. A digest that is asked for must come out; one that the server claims, too.
    fn manifest_at(
        &self,
        session: &Session,
        name: &str,
        expected: Option<&Digest>,
    ) -> Result<(Vec<u8>, Digest), SourceError> {
        let accepted =
            HeaderValue::from_str(&ACCEPTED.join(", ")).map_err(|error| SourceError::Usage(error.to_string()))?;
        let response = session.get(&format!("manifests/{name}"), &[(ACCEPT, accepted)])?;
        if response.status() != StatusCode::OK {
            return Err(session.refusal(response, &format!("manifest {name}")));
        }
        let claimed = response.headers().get(DIGEST).and_then(|value| value.to_str().ok()?.parse::<Digest>().ok());
        let what = format!("{}/{}:{name}", session.endpoint.registry, session.endpoint.repository);
        let bytes = self.read(response, &what)?;
        for wanted in [expected, claimed.as_ref()].into_iter().flatten() {
            content::check(&bytes, wanted, &what)?;
        }
        let digest = expected.copied().or(claimed).unwrap_or_else(|| content::hash(&bytes, None));
        Ok((bytes, digest))
    }

    fn read(&self, response: Response, what: &str) -> Result<Vec<u8>, SourceError> {
        document(response, self.largest, what).map_err(|failure| match failure {
            Failure::Passing(why) => SourceError::Network(why),
            Failure::Lasting(why) => SourceError::malformed(what, why),
        })
    }
}

fn with_more(error: SourceError, more: &str) -> SourceError {
    match error {
        SourceError::NotFound(text) => SourceError::NotFound(text + more),
        SourceError::Denied(text) => SourceError::Denied(text + more),
        SourceError::Network(text) => SourceError::Network(text + more),
        SourceError::Malformed { what, why } => SourceError::Malformed { what, why: why + more },
        other => other,
    }
}

impl Content for Registry {
    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError> {
        let digest = &descriptor.digest;
        self.first(|session| self.manifest_at(session, &digest.to_string(), Some(digest))).map(|(bytes, _)| bytes)
    }

    fn config(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError> {
        self.first(|session| {
            let response = session.get(&format!("blobs/{}", descriptor.digest), &[])?;
            if response.status() != StatusCode::OK {
                return Err(session.refusal(response, &format!("configuration {}", descriptor.digest)));
            }
            self.read(response, &format!("{}, image configuration", session.endpoint.repository))
        })
    }

    fn layer(self: &Arc<Self>, descriptor: &Descriptor) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(Blob::open(Arc::clone(self), descriptor.digest, descriptor.size)?))
    }

    /// It would cost a request for each; the layer itself tells.
    fn has(&self, _: &Descriptor) -> Result<bool, SourceError> {
        Ok(true)
    }
}
