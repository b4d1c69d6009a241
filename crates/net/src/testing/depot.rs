//! A registry in memory that takes what is pushed (OCI distribution-spec 1.1), and misbehaves on demand.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use super::{Answer, Asked, Server};

/// What it holds: blobs by digest, manifests by digest and by tag with their media type.
#[derive(Default)]
struct Held {
    blobs: BTreeMap<String, Vec<u8>>,
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    /// By digest of the subject; none where the registry knows no such question.
    referrers: Option<BTreeMap<String, Vec<u8>>>,
    uploads: u32,
    faults: VecDeque<(String, Answer)>,
}

/// A running registry with one or many repositories, whose content it does not keep apart.
pub struct Depot {
    /// The server.
    pub server: Server,
    held: Arc<Mutex<Held>>,
}

impl Depot {
    /// An empty one; `digest` computes `sha256:…`.
    pub fn start(digest: fn(&[u8]) -> String) -> Self {
        let held: Arc<Mutex<Held>> = Arc::default();
        let shared = Arc::clone(&held);
        let server = Server::start(move |asked| {
            let mut held = shared.lock().unwrap();
            let line = asked.line();
            // The question whether it is a registry comes first, and is none of the test's.
            match held.faults.front() {
                Some((part, _)) if line.contains(part) => held.faults.pop_front().unwrap().1,
                _ => held.answer(asked, digest),
            }
        });
        Self { server, held }
    }

    /// The next request whose method and path contain `part` gets this answer; several wait for their turn.
    pub fn fail(&self, part: &str, answer: Answer) {
        self.held().faults.push_back((part.to_owned(), answer));
    }

    /// Whatever misbehaviour is left is forgotten.
    pub fn mend(&self) {
        self.held().faults.clear();
    }

    /// The manifest under a tag or digest.
    pub fn manifest(&self, name: &str) -> Vec<u8> {
        self.held().manifests[name].1.clone()
    }

    /// Puts a manifest there under a name.
    pub fn put_manifest(&self, name: &str, kind: &str, content: impl Into<Vec<u8>>) {
        self.held().manifests.insert(name.to_owned(), (kind.to_owned(), content.into()));
    }

    /// From now on it knows what refers to what: this list of manifests to the subject.
    pub fn refer(&self, subject: &str, index: impl Into<Vec<u8>>) {
        self.held().referrers.get_or_insert_default().insert(subject.to_owned(), index.into());
    }

    /// A blob.
    pub fn blob(&self, digest: &str) -> Vec<u8> {
        self.held().blobs[digest].clone()
    }

    /// Puts other bytes under a blob's digest, or takes it away.
    pub fn set_blob(&self, digest: &str, content: Option<Vec<u8>>) {
        match content {
            Some(content) => self.held().blobs.insert(digest.to_owned(), content),
            None => self.held().blobs.remove(digest),
        };
    }

    /// How many blobs there are.
    pub fn blobs(&self) -> usize {
        self.held().blobs.len()
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap()
    }
}

impl Held {
    fn answer(&mut self, asked: &Asked, digest: fn(&[u8]) -> String) -> Answer {
        let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
        if path == "/v2/" {
            return Answer::new(200, "");
        }
        let unknown = || Answer::new(404, r#"{"errors":[{"code":"NAME_UNKNOWN","message":"there is no such thing"}]}"#);
        let (folder, name) = path.rsplit_once('/').unwrap();
        let reads = matches!(&*asked.method, "GET" | "HEAD");
        if folder.ends_with("/blobs/uploads") && asked.method == "POST" {
            assert_eq!(asked.header("content-length"), Some("0"), "an upload begins with nothing");
            self.uploads += 1;
            // Relative to the server, with a query that must come back: both are allowed.
            let location = format!("{folder}/{}?state=a%3Db", self.uploads);
            Answer::new(202, "").with("Location", location)
        } else if folder.ends_with("/blobs/uploads") && asked.method == "PUT" {
            let found = digest(&asked.bytes);
            if query != format!("state=a%3Db&digest={found}") {
                return Answer::new(400, r#"{"errors":[{"code":"DIGEST_INVALID","message":"another digest"}]}"#);
            }
            self.blobs.insert(found.clone(), asked.bytes.clone());
            Answer::new(201, "").with("Docker-Content-Digest", found)
        } else if folder.ends_with("/manifests") && asked.method == "PUT" {
            let (found, kind) = (digest(&asked.bytes), asked.header("content-type").unwrap().to_owned());
            for name in [name, &found] {
                self.manifests.insert(name.to_owned(), (kind.clone(), asked.bytes.clone()));
            }
            Answer::new(201, "").with("Docker-Content-Digest", found)
        } else if folder.ends_with("/referrers") {
            // Of what nothing refers to, the list is empty (distribution-spec, "Listing Referrers").
            let Some(referrers) = &self.referrers else { return unknown() };
            let empty = || br#"{"schemaVersion":2,"manifests":[]}"#.to_vec();
            let index = referrers.get(name).cloned().unwrap_or_else(empty);
            Answer::new(200, index).with("Content-Type", "application/vnd.oci.image.index.v1+json")
        } else if folder.ends_with("/blobs") && reads {
            self.blobs.get(name).map_or_else(unknown, |blob| Answer::new(200, blob.clone()))
        } else if folder.ends_with("/manifests") && reads {
            let found = self.manifests.get(name).map(|(kind, content)| {
                let answer = Answer::new(200, content.clone()).with("Content-Type", kind);
                answer.with("Docker-Content-Digest", digest(content))
            });
            found.unwrap_or_else(unknown)
        } else {
            unknown()
        }
    }
}
