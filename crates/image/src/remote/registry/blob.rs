//! A blob on its way from a registry: read as it comes, and taken up where it broke off (RFC 9110, section 14, ranges).

use std::io::{self, ErrorKind, Read};
use std::sync::Arc;

use model::Digest;
use net::http::header::{CONTENT_RANGE, RANGE};
use net::http::{HeaderValue, StatusCode};

use super::Registry;
use crate::SourceError;

/// Once this much has come since the last break, the connection is taken to be worth the same patience again.
const PROGRESS: u64 = 1 << 20;

/// A blob, read from one of the servers that have it.
pub(super) struct Blob {
    registry: Arc<Registry>,
    digest: Digest,
    size: Option<u64>,
    first_server: usize,
    server: usize,
    body: Option<Box<dyn Read + Send>>,
    at: u64,
    breaks: u32,
    settled: u64,
}

impl Blob {
    /// Asks the servers in turn, the one that had the manifest first.
    pub(super) fn open(registry: Arc<Registry>, digest: Digest, size: Option<u64>) -> Result<Self, SourceError> {
        let server = registry.preferred();
        let mut blob =
            Self { registry, digest, size, first_server: server, server, body: None, at: 0, breaks: 0, settled: 0 };
        loop {
            match blob.connect() {
                Ok(body) => {
                    blob.body = Some(body);
                    return Ok(blob);
                }
                Err(error) if !blob.next_server() => return Err(error),
                Err(error) => tracing::debug!("{error}; asking the next server"),
            }
        }
    }

    /// Goes on to the next server; false when the one asked first would be next.
    fn next_server(&mut self) -> bool {
        self.server = (self.server + 1) % self.registry.sessions.len().max(1);
        self.server != self.first_server
    }

    /// The rest of the blob, from `self.at` on.
    fn connect(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        let Some(session) = self.registry.sessions.get(self.server) else {
            return Err(SourceError::NotFound("no registry to ask".into()));
        };
        let mut headers = Vec::new();
        if self.at > 0 {
            let range = HeaderValue::from_str(&format!("bytes={}-", self.at));
            headers.extend(range.ok().map(|range| (RANGE, range)));
        }
        let response = session.get(&format!("blobs/{}", self.digest), &headers)?;
        let left = self.size.and_then(|size| size.checked_sub(self.at));
        match response.status() {
            StatusCode::OK => {
                let length = response.body().content_length();
                if let (Some(length), Some(size)) = (length, self.size)
                    && length != size
                {
                    let why = format!("the registry has {length} bytes for it, the manifest says {size}");
                    return Err(SourceError::malformed(format!("layer {}", self.digest), why));
                }
                let mut body = response.into_body().into_reader();
                // A server that knows no ranges begins at the beginning.
                let skipped = io::copy(&mut (&mut body).take(self.at), &mut io::sink());
                match skipped {
                    Ok(skipped) if skipped == self.at => Ok(Box::new(body)),
                    Ok(_) => Err(SourceError::Network(format!("layer {} came shorter than before", self.digest))),
                    Err(error) => Err(SourceError::Network(format!("layer {} broke off: {error}", self.digest))),
                }
            }
            StatusCode::PARTIAL_CONTENT if self.at > 0 => {
                let range = response.headers().get(CONTENT_RANGE).and_then(|value| value.to_str().ok());
                if range.and_then(starts_at) != Some(self.at) {
                    return Err(SourceError::Network(format!(
                        "layer {}: asked to go on at byte {}, the server went on elsewhere",
                        self.digest, self.at
                    )));
                }
                Ok(Box::new(response.into_body().into_reader()))
            }
            // It broke off right at its end.
            StatusCode::RANGE_NOT_SATISFIABLE if left == Some(0) => Ok(Box::new(io::empty())),
            _ => Err(session.refusal(response, &format!("layer {}", self.digest))),
        }
    }

    /// Takes the blob up again after `why`, or gives it up.
    fn resume(&mut self, why: &io::Error) -> io::Result<()> {
        let gone = |why: String| io::Error::new(ErrorKind::ConnectionAborted, why);
        if self.at >= self.settled.saturating_add(PROGRESS) {
            self.breaks = 0;
        }
        self.settled = self.at;
        let mut why = why.to_string();
        loop {
            self.breaks += 1;
            tracing::debug!(layer = %self.digest, at = self.at, breaks = self.breaks, "broke off: {why}");
            let told = format!("layer {} broke off at byte {}: {why}", self.digest, self.at);
            if self.breaks >= self.registry.patience.attempts {
                if !self.next_server() {
                    return Err(gone(format!("{told}; gave up after {} attempts", self.breaks)));
                }
                self.breaks = 1;
            }
            self.registry.patience.wait(self.breaks, None).map_err(|end| gone(format!("{told}; {end}")))?;
            match self.connect() {
                Ok(body) => {
                    self.body = Some(body);
                    return Ok(());
                }
                Err(error) => why = error.to_string(),
            }
        }
    }
}

impl Read for Blob {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let read = match &mut self.body {
                Some(body) => body.read(buffer),
                None => return Ok(0),
            };
            let broken = match read {
                Ok(0) if self.size.is_none_or(|size| self.at >= size) => {
                    self.body = None;
                    return Ok(0);
                }
                Ok(0) => io::Error::from(ErrorKind::UnexpectedEof),
                Ok(read) => {
                    self.at = self.at.saturating_add(read as u64);
                    if self.size.is_some_and(|size| self.at > size) {
                        self.body = None;
                        let why = format!("layer {} goes on after the size that the manifest says", self.digest);
                        return Err(io::Error::new(ErrorKind::InvalidData, why));
                    }
                    return Ok(read);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => error,
            };
            self.body = None;
            self.resume(&broken)?;
        }
    }
}

/// `bytes 100-199/200` → 100.
fn starts_at(range: &str) -> Option<u64> {
    range.trim().strip_prefix("bytes")?.trim_start().split_once('-')?.0.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 9110, section 14.4.
    #[test]
    fn content_ranges_are_read() {
        assert_eq!(starts_at("bytes 42-1233/1234"), Some(42));
        assert_eq!(starts_at("bytes 42-1233/*"), Some(42));
        assert_eq!(starts_at("bytes */1234"), None);
        assert_eq!(starts_at("pages 1-2/3"), None);
    }
}
