//! Puts content into a registry (OCI distribution-spec 1.1, "Pushing"): blobs in one piece, those that are there not again,
//! and then the manifest that names them. Mirrors are for reading; what is written goes to the registry itself.

use model::Digest;
use net::http::header::{CONTENT_TYPE, HeaderValue, LOCATION};
use net::http::{StatusCode, Uri};
use net::{Ask, Patience, Response, join};

use super::endpoint::endpoints;
use super::session::{Purpose, Session};
use super::{Access, Connections, DIGEST};
use crate::{Reference, SourceError};

/// A repository that is written to.
pub struct Upload {
    session: Session,
}

impl Upload {
    /// To the repository of `reference`. Nothing is asked yet.
    pub fn to(connections: &Connections, reference: &Reference, access: Access<'_>) -> Result<Self, SourceError> {
        let Access { login, insecure, budget } = access;
        let own = endpoints(reference, insecure, connections.environment())?.into_iter().find(|it| !it.mirror);
        let endpoint = own.ok_or_else(|| SourceError::NotFound("no registry to write to".into()))?;
        let login = login.filter(|_| endpoint.registry == reference.registry);
        let session = Session::new(connections.clone(), endpoint, login, Purpose::Write, budget.deadline);
        Ok(Self { session })
    }

    /// Puts a blob there, unless it is there already; says whether it was put.
    pub fn blob(&self, digest: &Digest, content: &[u8]) -> Result<bool, SourceError> {
        if self.has(digest)? {
            return Ok(false);
        }
        let mut failed = 0;
        loop {
            let why = match self.send(digest, content)? {
                Sent::Whole => return Ok(true),
                Sent::BrokeOff(why) => why,
            };
            failed += 1;
            tracing::debug!(%digest, failed, "{why}");
            let patience = self.session.patience();
            patience.wait(failed, None).map_err(|end| SourceError::Network(format!("{why}; {end}")))?;
            // What broke off may have been the answer.
            if self.has(digest)? {
                return Ok(true);
            }
        }
    }

    /// Puts a manifest there under a tag, and returns its digest.
    pub fn manifest(&self, tag: &str, media_type: &'static str, content: &[u8]) -> Result<Digest, SourceError> {
        let digest = Digest::sha256(content);
        let uri = self.session.uri(&format!("manifests/{tag}"))?;
        let kind = [(CONTENT_TYPE, HeaderValue::from_static(media_type))];
        let response = self.session.ask(&uri, Ask::Put(content), &kind, self.session.patience())?;
        self.accepted(response, &digest, &format!("manifest {tag}"))?;
        Ok(digest)
    }

    fn has(&self, digest: &Digest) -> Result<bool, SourceError> {
        let uri = self.session.uri(&format!("blobs/{digest}"))?;
        let response = self.session.ask(&uri, Ask::Head, &[], self.session.patience())?;
        match response.status() {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.session.refusal(response, &format!("blob {digest}"))),
        }
    }

    /// Begins an upload and ends it in one piece.
    fn send(&self, digest: &Digest, content: &[u8]) -> Result<Sent, SourceError> {
        let session = &self.session;
        let start = session.uri("blobs/uploads/")?;
        let response = session.ask(&start, Ask::Post(&[]), &[], session.patience())?;
        if response.status() != StatusCode::ACCEPTED {
            return Err(session.refusal(response, "place for uploads"));
        }
        let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let end = location.and_then(|location| join(&start, &with_digest(location, digest)));
        let end: Uri = end.ok_or_else(|| {
            SourceError::Network(format!("{} names no address to upload to", session.endpoint.registry))
        })?;
        let kind = [(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"))];
        // Half an upload may lie there now; another try begins at the beginning.
        let once = Patience { attempts: 1, ..session.patience().clone() };
        match session.ask(&end, Ask::Put(content), &kind, &once) {
            Ok(response) if response.status() == StatusCode::NOT_FOUND => {
                Ok(Sent::BrokeOff(format!("{} forgot the upload of {digest}", session.endpoint.registry)))
            }
            Ok(response) => self.accepted(response, digest, &format!("blob {digest}")).map(|()| Sent::Whole),
            Err(SourceError::Network(why)) => Ok(Sent::BrokeOff(why)),
            Err(error) => Err(error),
        }
    }

    /// What was sent is there, as what it is.
    fn accepted(&self, response: Response, digest: &Digest, what: &str) -> Result<(), SourceError> {
        let registry = &self.session.endpoint.registry;
        if response.status() != StatusCode::CREATED {
            return match response.status() {
                status if status.is_success() => {
                    let why = format!("{registry} answered {status} to the {what}, and not that it was created");
                    Err(SourceError::Network(why))
                }
                _ => Err(self.session.refusal(response, what)),
            };
        }
        let claimed = response.headers().get(DIGEST).and_then(|value| value.to_str().ok()?.parse::<Digest>().ok());
        match claimed {
            Some(claimed) if claimed.algorithm() == digest.algorithm() && claimed != *digest => {
                let why = format!("{registry} took the {what} for {claimed}: it was damaged or exchanged on its way");
                Err(SourceError::Network(why))
            }
            _ => Ok(()),
        }
    }
}

enum Sent {
    Whole,
    /// Why another try may be worth it.
    BrokeOff(String),
}

/// The address at which an upload ends: what the registry gave, its query kept, and the digest.
fn with_digest(location: &str, digest: &Digest) -> String {
    let location = location.split_once('#').map_or(location, |(before, _)| before);
    let separator = if location.contains('?') { '&' } else { '?' };
    format!("{location}{separator}digest={digest}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use model::Budget;
    use net::testing::{Answer, Depot};

    use super::*;
    use crate::remote::{Credential, Environment};

    const KIND: &str = "application/vnd.oci.image.manifest.v1+json";

    fn depot() -> Depot {
        Depot::start(|bytes| Digest::sha256(bytes).to_string())
    }

    fn upload(host: &str, login: Option<Credential>) -> Upload {
        let patience =
            Patience { attempts: 3, first: Duration::from_millis(1), longest: Duration::from_secs(1), deadline: None };
        let nothing: [(&str, &str); 0] = [];
        let connections = Connections::with_patience(Environment::new(nothing, "/nowhere"), patience);
        let reference = Reference::parse(&format!("{host}/team/data:1")).unwrap();
        Upload::to(&connections, &reference, Access { login, insecure: false, budget: &Budget::default() }).unwrap()
    }

    fn check_error<T>(result: Result<T, SourceError>, parts: &[&str]) {
        let error = result.map(drop).expect_err("should fail").to_string();
        for part in parts {
            assert!(error.contains(part), "{part:?} is not in: {error}");
        }
    }

    // The order of requests is that of the distribution-spec, "Pushing a blob monolithically", "POST then PUT".
    #[test]
    fn a_blob_goes_up_in_one_piece_and_only_once() {
        let depot = depot();
        let upload = upload(&depot.server.host, None);
        // Bytes that are no text.
        let content: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        let digest = Digest::sha256(&content);
        assert!(upload.blob(&digest, &content).unwrap());
        assert!(!upload.blob(&digest, &content).unwrap());
        assert_eq!(depot.blob(&digest.to_string()), content);
        assert_eq!(upload.manifest("1", KIND, b"{}").unwrap(), Digest::sha256(b"{}"));
        assert_eq!(depot.manifest("1"), b"{}");
        let asked: Vec<String> = depot.server.paths().into_iter().filter(|path| path != "GET /v2/").collect();
        let head = format!("HEAD /v2/team/data/blobs/{digest}");
        let put = format!("PUT /v2/team/data/blobs/uploads/1?state=a%3Db&digest={digest}");
        let expected = [&head, "POST /v2/team/data/blobs/uploads/", &put, &head, "PUT /v2/team/data/manifests/1"];
        assert_eq!(asked, expected);
        let last = depot.server.asked().pop().unwrap();
        assert_eq!(last.header("content-type"), Some(KIND));
    }

    #[test]
    fn an_upload_that_breaks_off_begins_again() {
        let depot = depot();
        let upload = upload(&depot.server.host, None);
        depot.fail("HEAD", Answer::new(503, ""));
        depot.fail("POST", Answer::new(429, "").with("Retry-After", "0"));
        depot.fail("PUT", Answer { reset: true, ..Answer::new(201, "") });
        depot.fail("PUT", Answer::new(404, r#"{"errors":[{"code":"BLOB_UPLOAD_UNKNOWN"}]}"#));
        assert!(upload.blob(&Digest::sha256(b"a"), b"a").unwrap());
        for _ in 0..9 {
            depot.fail("PUT", Answer::new(500, ""));
        }
        check_error(upload.blob(&Digest::sha256(b"b"), b"b"), &["500", "gave up after 3 attempts"]);
    }

    #[test]
    fn what_is_refused_or_exchanged_is_an_error() {
        let depot = depot();
        let upload = upload(&depot.server.host, None);
        let blob = || upload.blob(&Digest::sha256(b"a"), b"a");
        depot.fail("POST", Answer::new(403, r#"{"errors":[{"code":"DENIED","message":"read only"}]}"#));
        check_error(blob(), &["refuses team/data to anonymous writers", "DENIED: read only"]);
        depot.fail("POST", Answer::new(202, ""));
        check_error(blob(), &["names no address to upload to"]);
        depot.fail("PUT", Answer::new(200, "<html>log in</html>"));
        check_error(blob(), &["answered 200", "not that it was created"]);
        depot.fail("PUT", Answer::new(201, "").with("Docker-Content-Digest", Digest::sha256(b"b").to_string()));
        check_error(blob(), &["damaged or exchanged"]);
        // A blob under the digest of another is refused by the registry.
        check_error(upload.blob(&Digest::sha256(b"c"), b"d"), &["DIGEST_INVALID"]);
        assert_eq!(depot.blobs(), 0);
    }

    // An upload may go to another server; who we are stays between us and the registry.
    #[test]
    fn the_place_for_uploads_may_be_elsewhere_and_learns_nothing() {
        let storage = net::testing::Server::start(|asked| match &*asked.method {
            "PUT" => Answer::new(201, ""),
            _ => Answer::new(404, ""),
        });
        let address = format!("http://{}/store?sig=x", storage.host);
        let registry =
            net::testing::Server::start(move |asked| match (&*asked.method, asked.header("authorization")) {
                (_, None) => Answer::new(401, "").with("WWW-Authenticate", "Basic realm=\"r\""),
                ("POST", _) => Answer::new(202, "").with("Location", &*address),
                _ => Answer::new(404, ""),
            });
        let login = Credential::password("me", "hidden", "--username");
        let digest = Digest::sha256(b"a");
        assert!(upload(&registry.host, Some(login)).blob(&digest, b"a").unwrap());
        let put = storage.asked().pop().unwrap();
        assert_eq!(put.line(), format!("PUT /store?sig=x&digest={digest}"));
        assert_eq!((put.header("authorization"), &*put.body), (None, "a"));
    }

    #[test]
    fn the_right_to_write_is_asked_for() {
        let tokens = net::testing::Server::start(|_| Answer::new(200, r#"{"token":"t"}"#));
        let realm =
            format!("Bearer realm=\"http://{}/token\",service=\"r\",scope=\"repository:team/data:pull\"", tokens.host);
        let registry = net::testing::Server::start(move |asked| match asked.header("authorization") {
            Some("Bearer t") => Answer::new(201, ""),
            _ => Answer::new(401, "").with("WWW-Authenticate", &*realm),
        });
        upload(&registry.host, None).manifest("1", KIND, b"{}").unwrap();
        assert_eq!(tokens.paths(), ["GET /token?service=r&scope=repository%3Ateam%2Fdata%3Apull%2Cpush"]);
    }
}
