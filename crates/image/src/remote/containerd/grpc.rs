//! One gRPC call over a Unix socket (gRPC over HTTP/2; `PROTOCOL-HTTP2.md` of the gRPC project).
//!
//! Each call has a connection of its own and a small runtime that runs only while somebody waits for the next message: no
//! thread, nothing read ahead, and a layer that nobody reads holds up no other.

use std::future::Future;
use std::io;
use std::path::Path;
use std::time::Duration;

use h2::{RecvStream, client};
use net::http::{HeaderMap, Request};
use prost::Message;
use prost::bytes::{Buf, BufMut, Bytes, BytesMut};
use tokio::net::UnixStream;
use tokio::runtime::{Builder, Runtime};

/// Longer than any answer takes from a daemon on the same machine.
const SILENCE: Duration = Duration::from_mins(1);

/// Messages carry at most a few megabytes of content.
const LARGEST: usize = 16 << 20;

/// What may be on its way at once; one piece of content is a megabyte.
const WINDOW: u32 = 2 << 20;

/// The code of gRPC for "there is no such thing".
const NOT_FOUND: &str = "5";

/// Why a call failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The daemon says that there is no such thing.
    NotFound,
    /// The daemon says something else.
    Refused(String),
    /// The daemon cannot be spoken to.
    Io(io::Error),
}

/// A call whose answers are coming in.
pub(super) struct Call {
    // Dropped before the runtime that it lives on.
    body: RecvStream,
    runtime: Runtime,
    buffer: BytesMut,
}

impl Call {
    /// Sends `message` to `method` (`package.Service/Method`).
    pub(super) fn start(socket: &Path, namespace: &str, method: &str, message: &impl Message) -> Result<Self, Failure> {
        let runtime = Builder::new_current_thread().enable_all().build().map_err(Failure::Io)?;
        let request = Request::post(format!("http://localhost/{method}"))
            .header("te", "trailers")
            .header("content-type", "application/grpc")
            .header("user-agent", concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
            .header("containerd-namespace", namespace)
            .body(())
            .map_err(|error| Failure::Refused(error.to_string()))?;
        let frame = frame(message)?;
        let response = runtime.block_on(within(async {
            let stream = UnixStream::connect(socket).await.map_err(Failure::Io)?;
            let mut builder = client::Builder::new();
            builder.initial_window_size(WINDOW).initial_connection_window_size(WINDOW).enable_push(false);
            let (mut sender, connection) = builder.handshake::<_, Bytes>(stream).await?;
            tokio::spawn(async move {
                if let Err(error) = connection.await {
                    tracing::debug!("connection to containerd: {error}");
                }
            });
            sender = sender.ready().await?;
            let (response, mut body) = sender.send_request(request, false)?;
            body.send_data(frame, true)?;
            Ok(response.await?)
        }))?;
        if !response.status().is_success() {
            return Err(Failure::Refused(format!("it answered {}", response.status())));
        }
        // A call that fails at once has its status here, and nothing else.
        if response.headers().contains_key("grpc-status") {
            status(response.headers())?;
        }
        Ok(Self { body: response.into_body(), runtime, buffer: BytesMut::new() })
    }

    /// The next message; none after the last one.
    pub(super) fn next<M: Message + Default>(&mut self) -> Result<Option<M>, Failure> {
        loop {
            if let Some(message) = unframe(&mut self.buffer)? {
                let broken = |error| Failure::Refused(format!("a message that cannot be read: {error}"));
                return M::decode(message).map(Some).map_err(broken);
            }
            let body = &mut self.body;
            let chunk = self.runtime.block_on(within(async {
                let Some(chunk) = body.data().await.transpose()? else { return Ok(None) };
                body.flow_control().release_capacity(chunk.len())?;
                Ok(Some(chunk))
            }))?;
            match chunk {
                Some(chunk) => self.buffer.put(chunk),
                None if self.buffer.is_empty() => {
                    let trailers = self.runtime.block_on(within(async { Ok(body.trailers().await?) }))?;
                    let missing = || Failure::Refused("it ended without a status".into());
                    return trailers.ok_or_else(missing).and_then(|trailers| status(&trailers)).map(|()| None);
                }
                None => return Err(Failure::Refused("it ended within a message".into())),
            }
        }
    }

    /// The only message of a call that has one.
    pub(super) fn only<M: Message + Default>(mut self) -> Result<M, Failure> {
        self.next()?.ok_or_else(|| Failure::Refused("it answered nothing".into()))
    }
}

async fn within<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    match tokio::time::timeout(SILENCE, work).await {
        Ok(done) => done,
        Err(_) => Err(Failure::Io(io::ErrorKind::TimedOut.into())),
    }
}

/// A message with the five bytes before it: not compressed, and its length.
fn frame(message: &impl Message) -> Result<Bytes, Failure> {
    let length = u32::try_from(message.encoded_len()).map_err(|error| Failure::Refused(error.to_string()))?;
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(length);
    message.encode(&mut frame).map_err(|error| Failure::Refused(error.to_string()))?;
    Ok(frame.freeze())
}

/// Takes a message off the front, if it is there whole.
fn unframe(buffer: &mut BytesMut) -> Result<Option<Bytes>, Failure> {
    let Some((&[compressed, a, b, c, d], rest)) = buffer.split_first_chunk::<5>() else { return Ok(None) };
    if compressed != 0 {
        return Err(Failure::Refused("it compresses its messages, which was not asked for".into()));
    }
    let length = usize::try_from(u32::from_be_bytes([a, b, c, d])).unwrap_or(usize::MAX);
    if length > LARGEST {
        return Err(Failure::Refused(format!("a message of {length} bytes")));
    }
    if rest.len() < length {
        return Ok(None);
    }
    buffer.advance(5);
    Ok(Some(buffer.split_to(length).freeze()))
}

/// For the fuzz targets: messages until one is not whole, or broken.
#[cfg(fuzzing)]
pub(super) fn unframe_all<M: Message + Default>(bytes: &[u8]) {
    let mut buffer = BytesMut::from(bytes);
    while let Ok(Some(message)) = unframe(&mut buffer) {
        let _ = M::decode(message);
    }
}

fn status(headers: &HeaderMap) -> Result<(), Failure> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match text("grpc-status") {
        "0" => Ok(()),
        NOT_FOUND => Err(Failure::NotFound),
        code => {
            let message = percent_encoding::percent_decode_str(text("grpc-message")).decode_utf8_lossy();
            Err(Failure::Refused(format!("status {code}: {}", crate::remote::clean(&message))))
        }
    }
}

impl From<h2::Error> for Failure {
    fn from(error: h2::Error) -> Self {
        if error.is_io() {
            Self::Io(error.into_io().unwrap_or_else(|| io::ErrorKind::BrokenPipe.into()))
        } else {
            Self::Refused(error.to_string())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::remote::containerd::messages::InfoRequest;

    #[test]
    fn messages_are_framed_as_the_protocol_says() {
        let message = InfoRequest { digest: "abc".into() };
        // Length-prefixed message: flag 0, length 5; field 1 of type 2 with three bytes.
        let expected = [0, 0, 0, 0, 5, 0x0a, 3, b'a', b'b', b'c'];
        assert_eq!(frame(&message).unwrap(), expected[..]);
        for cut in 0..expected.len() {
            assert!(unframe(&mut BytesMut::from(&expected[..cut])).unwrap().is_none(), "{cut}");
        }
        let mut twice = BytesMut::from(&[expected, expected].concat()[..]);
        assert_eq!(unframe(&mut twice).unwrap().unwrap(), expected[5..]);
        assert_eq!(unframe(&mut twice).unwrap().unwrap(), expected[5..]);
        assert!(twice.is_empty());
    }

    #[test]
    fn what_was_not_asked_for_is_refused() {
        for start in [[1, 0, 0, 0, 0], [0, 0xff, 0xff, 0xff, 0xff]] {
            assert!(unframe(&mut BytesMut::from(&start[..])).is_err(), "{start:?}");
        }
    }
}
