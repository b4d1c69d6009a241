//! A server as a place that advisory data comes from: files below an address, over HTTP (RFC 9110).
//!
//! Invariant: a credential goes to the server it was given for, over a connection that nobody can listen to, and appears
//! in no name and no message.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use advisories::fresh::{Answer, Remote, Source, Tag, Trouble};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use net::http::header::{CONTENT_ENCODING, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED};
use net::http::{HeaderName, HeaderValue, StatusCode, Uri};
use net::{Ask, Call, CertificateFolders, Environment, Failure, Http, Party, Patience, Response, Server, TIME_IS_UP};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// What may stand in a part of a path as it is: unreserved characters (RFC 3986, section 2.3).
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// No honest tag comes near, and tags are kept.
const TAG_BYTES: usize = 1 << 10;

/// How to ask.
#[derive(Clone)]
pub struct Access {
    /// A token for the server (RFC 6750), unless its address has a name and a password in it.
    pub token: Option<String>,
    /// How often and until when to try.
    pub patience: Patience,
    /// How long one file may take.
    pub longest: Duration,
}

impl Default for Access {
    /// Asks twice; a mirror may be slow, but does not take ten minutes for a file.
    fn default() -> Self {
        let patience = Patience { attempts: 2, longest: Duration::from_secs(30), ..Patience::default() };
        Self { token: None, patience, longest: Duration::from_mins(10) }
    }
}

/// A server, and the folder on it.
pub struct Web {
    http: Arc<Http>,
    /// Without a slash at its end, and without a credential.
    base: String,
    server: Server,
    login: Option<HeaderValue>,
    access: Access,
}

/// Connections for any number of servers, on a machine like this.
pub fn connections(environment: Environment) -> Arc<Http> {
    Arc::new(Http::new(Arc::new(environment), CertificateFolders::default()))
}

impl Web {
    /// The folder at an address: `https://mirror.example/osv`, with or without a slash at the end, and with a name and a
    /// password before the host where it wants them.
    pub fn new(http: Arc<Http>, address: &str, access: Access) -> Result<Self, String> {
        // Whatever stands before an `@` may be a password.
        let shown = address.rsplit('@').next().unwrap_or_default();
        let wrong = |why: &str| format!("{shown:?} is no address to fetch from: {why}");
        let (scheme, rest) = address.split_once("://").ok_or_else(|| wrong("write https://HOST/PATH"))?;
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, authority),
        };
        if rest.contains(['?', '#']) {
            return Err(wrong("it must end with its path"));
        }
        if path.contains('@') {
            // Most likely a password with a slash in it, and half of it is taken for a server.
            return Err(wrong("write %2F for a slash in a password, and %40 for an @ elsewhere"));
        }
        let base = format!("{}://{host}{}", scheme.to_ascii_lowercase(), path.trim_end_matches('/'));
        let uri: Uri = base.parse().map_err(|_| wrong("write https://HOST/PATH"))?;
        let server = Server::of(&uri).map_err(|failure| wrong(&failure.message()))?;
        let login = match (user, &access.token) {
            (Some(user), _) => Some(basic(user)),
            (None, Some(token)) => Some(format!("Bearer {token}")),
            (None, None) => None,
        };
        if login.is_some() && !server.secure && !server.is_loopback() {
            return Err(wrong("a credential goes over https only, since others could listen"));
        }
        let login = match login.map(|login| HeaderValue::from_str(&login)) {
            Some(Ok(mut login)) => {
                login.set_sensitive(true);
                Some(login)
            }
            Some(Err(_)) => return Err(wrong("its credential has characters that no header may have")),
            None => None,
        };
        Ok(Self { http, base, server, login, access: Access { token: None, ..access } })
    }

    /// This as a source, named by its address.
    pub fn source(self) -> Source {
        Source { name: self.base.clone(), remote: Box::new(self) }
    }

    /// Asks until there is an answer that is not a passing failure, or patience ends.
    fn persist(&self, uri: &Uri, headers: &[(HeaderName, HeaderValue)]) -> Result<Response, Trouble> {
        let patience = &self.access.patience;
        let mut failed = 0;
        loop {
            let end = Instant::now().checked_add(self.access.longest);
            let call = Call {
                party: &Party::default(),
                uri: uri.clone(),
                headers: headers.to_vec(),
                authorization: self.login.clone(),
                ask: Ask::Get,
                deadline: end.into_iter().chain(patience.deadline).min(),
            };
            let (why, asked) = match self.http.send(call) {
                Ok(response) if net::is_passing(response.status()) => {
                    (format!("it answered {}", response.status()), net::retry_after(response.headers()))
                }
                Ok(response) => return Ok(response),
                Err(Failure::Passing(why)) => (why, None),
                // Not for this file alone: the server is not there, or not to be trusted.
                Err(Failure::Lasting(why)) if why == TIME_IS_UP && !patience.is_over() => {
                    return Err(Trouble::passing(format!("no answer in {} s", self.access.longest.as_secs())));
                }
                Err(Failure::Lasting(why)) => return Err(Trouble::passing(why)),
            };
            failed += 1;
            tracing::debug!(server = %self.server, failed, "{why}");
            if let Err(end) = patience.wait(failed, asked) {
                return Err(Trouble::Passing { why: format!("{why}; {end}"), after: asked });
            }
        }
    }

    fn refusal(&self, status: StatusCode) -> Trouble {
        let advice = match (status, &self.login) {
            (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, Some(_)) => "; it does not take the credential",
            (StatusCode::UNAUTHORIZED, None) => "; it wants a credential",
            _ => "",
        };
        Trouble::lasting(format!("it answered {status}{advice}"))
    }
}

impl Remote for Web {
    fn get(&self, path: &str, known: Option<&Tag>) -> Result<Answer, Trouble> {
        let parts = path.split('/').map(|part| utf8_percent_encode(part, PART).to_string());
        let address = format!("{}/{}", self.base, parts.collect::<Vec<_>>().join("/"));
        let uri: Uri = address.parse().map_err(|_| Trouble::lasting(format!("{path:?} makes no address")))?;
        let conditions = known
            .into_iter()
            .flat_map(|known| [(IF_NONE_MATCH, known.etag.as_deref()), (IF_MODIFIED_SINCE, known.modified.as_deref())]);
        let headers = conditions.filter_map(|(name, value)| Some((name, HeaderValue::from_str(value?).ok()?)));
        let response = self.persist(&uri, &headers.collect::<Vec<_>>())?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if known.is_some() => return Ok(Answer::Same),
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Answer::Missing),
            status => return Err(self.refusal(status)),
        }
        let header = |name| {
            let value = response.headers().get(name)?.to_str().ok()?;
            (value.len() <= TAG_BYTES).then(|| value.to_owned())
        };
        if header(CONTENT_ENCODING).is_some_and(|encoding| !encoding.eq_ignore_ascii_case("identity")) {
            return Err(Trouble::lasting("it packs what it was asked to send as it is"));
        }
        let tag = Tag { etag: header(ETAG), modified: header(LAST_MODIFIED) };
        let length = response.body().content_length();
        Ok(Answer::New { body: Box::new(net::body(response)), tag, length })
    }
}

/// Name and password of an address as a header has them (RFC 7617).
fn basic(user: &str) -> String {
    let (name, password) = user.split_once(':').unwrap_or((user, ""));
    let plain: Vec<u8> = percent_decode_str(name).chain([b':']).chain(percent_decode_str(password)).collect();
    format!("Basic {}", STANDARD.encode(plain))
}
