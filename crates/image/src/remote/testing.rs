//! An HTTP server that says what a test wants it to say, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What was asked.
#[derive(Clone, Debug, Default)]
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    headers: Vec<(String, String)>,
    pub(super) body: String,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What to answer.
#[derive(Clone, Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    /// Close the connection after that many bytes of the body.
    pub(super) cut: Option<usize>,
}

impl Answer {
    pub(super) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into(), cut: None }
    }

    pub(super) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }
}

/// A running server; its thread ends with the process.
pub(super) struct Server {
    pub(super) host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    pub(super) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        Self::serve(host, answer, move || {
            let (stream, _) = listener.accept().unwrap();
            (stream.try_clone().unwrap(), stream)
        })
    }

    /// One that listens on a Unix socket.
    #[cfg(unix)]
    pub(super) fn start_unix(
        path: &std::path::Path,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
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

    /// What was asked so far, the question what the server speaks left out.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().iter().filter(|asked| asked.path != "/v2/").cloned().collect()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

/// Answers until the client is done or the connection is to be cut; dropping the stream closes it.
fn converse(reader: impl Read, mut writer: impl Write, log: &Mutex<Vec<Asked>>, answer: &dyn Fn(&Asked) -> Answer) {
    let mut reader = BufReader::new(reader);
    while let Some(asked) = read(&mut reader) {
        log.lock().unwrap().push(asked.clone());
        let Answer { status, headers, body, cut } =
            if asked.path == "/v2/" { Answer::new(200, "") } else { answer(&asked) };
        let mut head = format!("HTTP/1.1 {status} So\r\nContent-Length: {}\r\n", body.len());
        for (name, value) in &headers {
            head.extend([name, ": ", value, "\r\n"]);
        }
        let sent = writer.write_all(format!("{head}\r\n").as_bytes());
        if sent.and_then(|()| writer.write_all(&body[..cut.unwrap_or(body.len())])).is_err() || cut.is_some() {
            break;
        }
    }
}

/// Reads one request; none when the client is done, or speaks TLS.
fn read(reader: &mut impl BufRead) -> Option<Asked> {
    if reader.fill_buf().ok()?.first() == Some(&0x16) {
        return None;
    }
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut asked = Asked { method, path, ..Asked::default() };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end().split_once(": ") {
            Some((name, value)) => asked.headers.push((name.into(), value.into())),
            None => break,
        }
    }
    let length = asked.header("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).unwrap();
    Some(asked)
}
