//! A folder served over HTTP as object stores serve theirs (RFC 9110: `ETag`, `Last-Modified`, conditional requests), by
//! a server that misbehaves on demand.

use std::collections::VecDeque;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use super::{Answer, Asked, Server};

/// What may go wrong with an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// 429, to come back after so many seconds.
    TooMany(u64),
    /// This status, with a page that says so.
    Status(u16),
    /// The first half of the body, and then the end.
    Half,
    /// `Content-Length` is so many bytes less than the body has, and the rest is lost.
    Short(usize),
    /// A byte at a time, with a pause after each.
    Drip(Duration),
    /// A page for people, with status 200: the login of a hotel's network.
    Html,
    /// A redirect to where the client already is.
    Loop,
    /// The connection is reset.
    Reset,
}

/// A served folder.
pub struct Share {
    server: Server,
    faults: Arc<Mutex<VecDeque<Fault>>>,
}

impl Share {
    /// Serves the files below `root` as they are at the time of each request.
    pub fn start(root: &Path) -> Self {
        let faults: Arc<Mutex<VecDeque<Fault>>> = Arc::default();
        let (root, coming) = (root.to_owned(), Arc::clone(&faults));
        let server = Server::start(move |asked| {
            let fault = coming.lock().unwrap().pop_front();
            match (fault, honest(&root, asked)) {
                (None, answer) => answer,
                (Some(fault), answer) => broken(fault, answer, asked),
            }
        });
        Self { server, faults }
    }

    /// Its address, without a slash at the end.
    pub fn base(&self) -> String {
        format!("http://{}", self.server.host)
    }

    /// Lets the next `times` answers go wrong.
    pub fn fail(&self, fault: Fault, times: usize) {
        self.faults.lock().unwrap().extend(std::iter::repeat_n(fault, times));
    }

    /// Lets no more answers go wrong.
    pub fn mend(&self) {
        self.faults.lock().unwrap().clear();
    }

    /// What was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.server.asked()
    }

    /// Method and path of each request so far.
    pub fn paths(&self) -> Vec<String> {
        self.server.paths()
    }
}

fn honest(root: &Path, asked: &Asked) -> Answer {
    let path = root.join(decoded(asked.path.split('?').next().unwrap()).trim_start_matches('/'));
    let (Ok(body), Ok(modified)) = (fs::read(&path), fs::metadata(&path).and_then(|file| file.modified())) else {
        return Answer::new(404, "there is no such thing\n");
    };
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    let tag = format!("\"{:016x}\"", hasher.finish());
    let modified = Timestamp::try_from(modified).unwrap();
    let modified = DateTimePrinter::new().timestamp_to_rfc9110_string(&modified).unwrap();
    let same = match (asked.header("if-none-match"), asked.header("if-modified-since")) {
        (Some(known), _) => known == tag,
        (None, known) => known == Some(&modified),
    };
    let answer = if same { Answer::new(304, "") } else { Answer::new(200, body) };
    answer.with("ETag", tag).with("Last-Modified", modified)
}

fn broken(fault: Fault, honest: Answer, asked: &Asked) -> Answer {
    let length = honest.body.len();
    match fault {
        Fault::TooMany(seconds) => Answer::new(429, "slow down\n").with("Retry-After", seconds.to_string()),
        Fault::Status(status) => Answer::new(status, format!("this is {status}\n")),
        Fault::Half => Answer { cut: Some(length / 2), ..honest },
        Fault::Short(missing) => Answer { length: Some(length.saturating_sub(missing)), ..honest },
        Fault::Drip(pause) => Answer { drip: Some((1, pause)), ..honest },
        Fault::Html => Answer::new(200, "\n<!DOCTYPE html>\n<html><title>Welcome</title></html>\n"),
        Fault::Loop => Answer::new(302, "").with("Location", &*asked.path),
        Fault::Reset => Answer { reset: true, ..honest },
    }
}

/// Undoes percent-encoding (RFC 3986, section 2.1).
fn decoded(path: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let pair = |rest: &mut dyn Iterator<Item = u8>| [rest.next().unwrap(), rest.next().unwrap()];
        bytes.push(match byte {
            b'%' => u8::from_str_radix(std::str::from_utf8(&pair(&mut rest)).unwrap(), 16).unwrap(),
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
