//! Servers on the loopback for the tests of whoever sends requests: [`Server`] says what a test wants it to say, [`Share`]
//! serves a folder and misbehaves in every way that is known of servers.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test may panic")]

mod depot;
mod share;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub use depot::Depot;
pub use share::{Fault, Share};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// `GET` or another.
    pub method: String,
    /// Path and query, as they came.
    pub path: String,
    headers: Vec<(String, String)>,
    /// What was sent, as a text.
    pub body: String,
    /// The same as it came.
    pub bytes: Vec<u8>,
}

impl Asked {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Method and path.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// What to answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers besides `Content-Length`.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Close the connection after that many bytes of the body.
    pub cut: Option<usize>,
    /// What `Content-Length` says, where it is not the body's.
    pub length: Option<usize>,
    /// A pause after every so many bytes of the body.
    pub drip: Option<(usize, Duration)>,
    /// Do not answer: break the connection off (RST).
    pub reset: bool,
}

impl Answer {
    /// An honest one.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let (headers, body) = (Vec::new(), body.into());
        Self { status, headers, body, cut: None, length: None, drip: None, reset: false }
    }

    /// The same with a header.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A running server; its threads end with the process.
pub struct Server {
    /// Address and port, or the path of the socket.
    pub host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    /// One that listens on a free port.
    pub fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        Self::serve(host, answer, move || {
            let (stream, _) = listener.accept().unwrap();
            (stream.try_clone().unwrap(), stream)
        })
    }

    /// One that listens on a Unix socket.
    #[cfg(unix)]
    pub fn start_unix(path: &std::path::Path, answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = std::os::unix::net::UnixListener::bind(path).unwrap();
        Self::serve(path.display().to_string(), answer, move || {
            let (stream, _) = listener.accept().unwrap();
            (stream.try_clone().unwrap(), stream)
        })
    }

    fn serve<R: Read + Send + 'static, W: Write + Send + 'static>(
        host: String,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
        accept: impl Fn() -> (R, W) + Send + 'static,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            loop {
                let (reader, writer) = accept();
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                std::thread::spawn(move || converse(reader, writer, &log, &*answer));
            }
        });
        Self { host, asked }
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Method and path of each request so far.
    pub fn paths(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

/// Answers until the client is done or the connection is to be cut; dropping the stream closes it.
fn converse(reader: impl Read, mut writer: impl Write, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Answer) {
    // Nothing is read ahead: a stream that is closed with something unread is reset.
    let mut reader = BufReader::with_capacity(1, reader);
    while let Some(asked) = read(&mut reader) {
        log.lock().unwrap().push(asked.clone());
        let answer = answer(&asked);
        if answer.reset || (asked.bytes.is_empty() && reader.read_exact(&mut [0]).is_err()) {
            break;
        }
        if send(&mut writer, &answer, asked.method == "HEAD").is_err()
            || answer.cut.is_some()
            || answer.length.is_some()
        {
            break;
        }
    }
}

fn send(writer: &mut impl Write, answer: &Answer, bare: bool) -> std::io::Result<()> {
    let mut head = format!("HTTP/1.1 {} So\r\n", answer.status);
    // An answer that nothing has changed has no body (RFC 9110, section 15.4.5).
    if answer.status != 304 {
        head.extend(["Content-Length: ", &answer.length.unwrap_or(answer.body.len()).to_string(), "\r\n"]);
    }
    for (name, value) in &answer.headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    writer.write_all(format!("{head}\r\n").as_bytes())?;
    // An answer about the headers has no body (RFC 9110, section 9.3.2).
    if bare {
        return Ok(());
    }
    let body = &answer.body[..answer.cut.unwrap_or(answer.body.len())];
    let Some((step, pause)) = answer.drip else { return writer.write_all(body) };
    for part in body.chunks(step) {
        writer.write_all(part)?;
        writer.flush()?;
        std::thread::sleep(pause);
    }
    Ok(())
}

/// Reads one request, of one without a body all but the last byte; none when the client is done, or speaks TLS.
fn read(reader: &mut impl BufRead) -> Option<Asked> {
    if reader.fill_buf().ok()?.first() == Some(&0x16) {
        return None;
    }
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut asked = Asked { method, path, ..Asked::default() };
    while reader.fill_buf().ok()?.first() != Some(&b'\r') {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let (name, value) = line.trim_end().split_once(": ")?;
        asked.headers.push((name.into(), value.into()));
    }
    reader.consume(1);
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    if length > 0 {
        let mut rest = vec![0; 1 + length];
        reader.read_exact(&mut rest).ok()?;
        asked.bytes = rest.split_off(1);
        asked.body = String::from_utf8_lossy(&asked.bytes).into_owned();
    }
    Some(asked)
}
