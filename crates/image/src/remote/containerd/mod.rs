//! Images in containerd's own store, as Kubernetes nodes have them (containerd API v1, images and content services).

mod grpc;
mod messages;
#[cfg(test)]
mod tests;

use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use model::{Budget, Digest, Origin};
use prost::bytes::{Buf, Bytes};

use super::Environment;
use super::content::{self, Content};
use crate::manifest::Descriptor;
use crate::{Opened, PlatformChoice, Reference, SourceError};
use grpc::{Call, Failure};
use messages::{GetImageRequest, GetImageResponse, InfoRequest, InfoResponse, ReadContentRequest, ReadContentResponse};

/// Where containerd usually listens: by itself, as Docker's part, as k3s's.
const SOCKETS: [&str; 3] = [
    "/run/containerd/containerd.sock",
    "/var/run/docker/containerd/containerd.sock",
    "/run/k3s/containerd/containerd.sock",
];

/// Where images usually are: of `ctr` and `nerdctl`, of Kubernetes, of Docker.
const NAMESPACES: [&str; 3] = ["default", "k8s.io", "moby"];

/// Opens the images that `choice` means under `reference`; `asked` is how the user wrote it.
pub fn open(
    environment: &Environment,
    reference: &Reference,
    asked: &str,
    choice: &PlatformChoice,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    let namespaces = match environment.get("CONTAINERD_NAMESPACE") {
        Some(namespace) => vec![namespace],
        None => NAMESPACES.to_vec(),
    };
    let mut answers = Vec::new();
    for socket in sockets(environment)? {
        for namespace in &namespaces {
            let namespace = (*namespace).to_owned();
            let store = Store { socket: socket.clone(), namespace, largest: budget.document_bytes };
            match store.images(reference, asked, choice) {
                Ok(opened) => return Ok(opened),
                Err(SourceError::NotFound(answer)) => answers.push(answer),
                Err(error) => return Err(error),
            }
        }
    }
    answers.dedup();
    Err(SourceError::NotFound(answers.join("; ")))
}

/// A door for the fuzz targets, which see only what is public: reads answers as they come in, one after another.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn fuzzing(bytes: &[u8]) {
    grpc::unframe_all::<GetImageResponse>(bytes);
    grpc::unframe_all::<ReadContentResponse>(bytes);
}

fn sockets(environment: &Environment) -> Result<Vec<PathBuf>, SourceError> {
    if let Some(address) = environment.get("CONTAINERD_ADDRESS") {
        return Ok(vec![address.strip_prefix("unix://").unwrap_or(address).into()]);
    }
    let (there, absent): (Vec<_>, Vec<_>) = SOCKETS
        .map(|socket| environment.system(socket))
        .into_iter()
        .partition(|socket| socket.try_exists().unwrap_or(true));
    if there.is_empty() {
        let places: Vec<String> = absent.iter().map(|socket| socket.display().to_string()).collect();
        let advice = "set CONTAINERD_ADDRESS if it listens elsewhere";
        return Err(SourceError::NotFound(format!("containerd does not listen at {}; {advice}", places.join(" or "))));
    }
    Ok(there)
}

/// One namespace of one containerd.
struct Store {
    socket: PathBuf,
    namespace: String,
    largest: u64,
}

impl Store {
    fn images(self, reference: &Reference, asked: &str, choice: &PlatformChoice) -> Result<Vec<Opened>, SourceError> {
        let Some(digest) = self.find(reference, asked)? else {
            return Err(SourceError::NotFound(format!("{} has no image {reference}", self.whose())));
        };
        let bytes = self.document(&digest)?;
        content::check(&bytes, &digest, asked)?;
        let origin = Origin { transport: "containerd".into(), reference: asked.to_owned(), ..Origin::default() };
        content::open(&Arc::new(self), &bytes, digest, &origin, choice)
    }

    /// What the name stands for. containerd keeps every name in full, with its tag or its digest.
    fn find(&self, reference: &Reference, asked: &str) -> Result<Option<Digest>, SourceError> {
        let Reference { registry, repository, tag, digest } = reference;
        let full = format!("{registry}/{repository}");
        let by_digest = digest.map(|digest| format!("{full}@{digest}"));
        let by_tag = tag.as_ref().map(|tag| format!("{full}:{tag}"));
        // Kubernetes files images under their ids too.
        let by_id = asked.parse::<Digest>().is_ok().then(|| asked.to_owned());
        for name in [by_id, by_digest, by_tag].into_iter().flatten() {
            let request = GetImageRequest { name };
            let image = match self.only::<GetImageResponse>("containerd.services.images.v1.Images/Get", &request) {
                Ok(response) => response.image,
                Err(Failure::NotFound) => continue,
                Err(failure) => return Err(self.error(failure)),
            };
            let target = image.and_then(|image| image.target).map(|target| target.digest).unwrap_or_default();
            let found: Digest = target.parse().map_err(|error: model::DigestError| {
                SourceError::malformed(format!("the image {} of {}", request.name, self.whose()), error.to_string())
            })?;
            // A tag counts for a digest only when it stands for it.
            if digest.is_none_or(|wanted| wanted == found) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn only<M: prost::Message + Default>(&self, method: &str, request: &impl prost::Message) -> Result<M, Failure> {
        Call::start(&self.socket, &self.namespace, method, request)?.only()
    }

    fn read(&self, digest: &Digest) -> Result<Reading, SourceError> {
        let request = ReadContentRequest { digest: digest.to_string(), offset: 0, size: 0 };
        let call = Call::start(&self.socket, &self.namespace, "containerd.services.content.v1.Content/Read", &request);
        Ok(Reading { call: Some(call.map_err(|failure| self.error(failure))?), piece: Bytes::new() })
    }

    fn document(&self, digest: &Digest) -> Result<Vec<u8>, SourceError> {
        let mut bytes = Vec::new();
        let mut reader = self.read(digest)?.take(self.largest.saturating_add(1));
        let failed = |error: io::Error| SourceError::Network(format!("{}: {digest}: {error}", self.whose()));
        reader.read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() as u64 > self.largest {
            let why = format!("it is larger than the {} bytes that a document may have", self.largest);
            return Err(SourceError::malformed(digest.to_string(), why));
        }
        Ok(bytes)
    }

    fn error(&self, failure: Failure) -> SourceError {
        let whose = self.whose();
        match failure {
            Failure::NotFound => SourceError::NotFound(format!("{whose} does not have it")),
            Failure::Refused(why) => SourceError::Network(format!("{whose}: {why}")),
            Failure::Io(error) => match error.kind() {
                ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
                    SourceError::NotFound(format!("{whose} does not answer: {error}"))
                }
                ErrorKind::PermissionDenied => {
                    SourceError::Denied(format!("{whose} may not be used by this user: {error}"))
                }
                _ => SourceError::Network(format!("{whose}: {error}")),
            },
        }
    }

    fn whose(&self) -> String {
        format!("containerd at {}, namespace {}", Path::display(&self.socket), self.namespace)
    }
}

impl Content for Store {
    fn manifest(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError> {
        self.document(&descriptor.digest)
    }

    fn config(&self, descriptor: &Descriptor) -> Result<Vec<u8>, SourceError> {
        self.document(&descriptor.digest)
    }

    fn layer(self: &Arc<Self>, descriptor: &Descriptor) -> Result<Box<dyn Read + Send>, SourceError> {
        Ok(Box::new(self.read(&descriptor.digest)?))
    }

    /// Kubernetes may have thrown layers away once they were unpacked.
    fn has(&self, descriptor: &Descriptor) -> Result<bool, SourceError> {
        let request = InfoRequest { digest: descriptor.digest.to_string() };
        match self.only::<InfoResponse>("containerd.services.content.v1.Content/Info", &request) {
            Ok(InfoResponse {}) => Ok(true),
            Err(Failure::NotFound) => Ok(false),
            Err(failure) => Err(self.error(failure)),
        }
    }
}

/// Content on its way.
struct Reading {
    call: Option<Call>,
    piece: Bytes,
}

impl Read for Reading {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.piece.is_empty() && !buffer.is_empty() {
            let Some(call) = &mut self.call else { return Ok(0) };
            match call.next::<ReadContentResponse>() {
                Ok(Some(response)) => self.piece = response.data,
                Ok(None) => self.call = None,
                Err(failure) => {
                    self.call = None;
                    return Err(match failure {
                        Failure::NotFound => ErrorKind::NotFound.into(),
                        Failure::Refused(why) => io::Error::other(format!("containerd: {why}")),
                        Failure::Io(error) => error,
                    });
                }
            }
        }
        let count = buffer.len().min(self.piece.len());
        self.piece.copy_to_slice(&mut buffer[..count]);
        Ok(count)
    }
}
