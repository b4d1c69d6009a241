//! Requests: connections are kept for the next one, redirects followed as far as they are safe (RFC 9110).

use std::collections::BTreeMap;
use std::io::{self, ErrorKind, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::http::header::{AUTHORIZATION, LOCATION};
use ureq::http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri};
use ureq::{Agent, AsSendBody};

use crate::failure::TIME_IS_UP;
use crate::trust::{CertificateFolders, Trust};
use crate::{Environment, Failure, Identity, Server, daemon, proxy};

/// An answer, its body not read yet.
pub type Response = ureq::http::Response<ureq::Body>;

/// More hops than any honest server takes.
const REDIRECTS: usize = 8;

/// On whose behalf a request is made.
#[derive(Clone, Debug, Default)]
pub struct Party {
    /// Names under which certificates for it may be filed. They count for the servers it sends us to as well, as a
    /// private registry stands beside its private storage.
    pub names: Vec<String>,
    /// Whether the user said to take any certificate.
    pub unverified: bool,
}

/// One request.
pub struct Call<'a> {
    /// For whom.
    pub party: &'a Party,
    /// What is asked for.
    pub uri: Uri,
    /// More headers; they go wherever redirects lead.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// Sent to the server of `uri` and to no other, wherever redirects lead.
    pub authorization: Option<HeaderValue>,
    /// What is done there.
    pub ask: Ask<'a>,
    /// When the answer, its body included, must be here.
    pub deadline: Option<Instant>,
}

/// What is done at an address.
#[derive(Clone, Copy, Debug, Default)]
pub enum Ask<'a> {
    /// It is read.
    #[default]
    Get,
    /// Its headers are read.
    Head,
    /// These bytes are posted.
    Post(&'a [u8]),
    /// These bytes are put there.
    Put(&'a [u8]),
}

impl<'a> Ask<'a> {
    fn method(self) -> Method {
        match self {
            Self::Get => Method::GET,
            Self::Head => Method::HEAD,
            Self::Post(_) => Method::POST,
            Self::Put(_) => Method::PUT,
        }
    }

    fn content(self) -> Option<&'a [u8]> {
        match self {
            Self::Get | Self::Head => None,
            Self::Post(content) | Self::Put(content) => Some(content),
        }
    }
}

/// What two requests must have in common to go over one connection: the server, the names under which its
/// certificates are filed, and whether they go unchecked.
type Terms = (Server, Vec<String>, bool);

/// Connections, kept open for the next request.
pub struct Http {
    environment: Arc<Environment>,
    trust: Trust,
    agents: Mutex<BTreeMap<Terms, Agent>>,
}

impl Http {
    /// No connections yet, on a machine like this; certificates for single servers are looked for in `folders`.
    pub fn new(environment: Arc<Environment>, folders: CertificateFolders) -> Self {
        let trust = Trust::new(Arc::clone(&environment), folders);
        Self { environment, trust, agents: Mutex::default() }
    }

    /// Sends a request and follows redirects. Any status is an answer.
    pub fn send(&self, call: Call<'_>) -> Result<Response, Failure> {
        self.follow(call, false)
    }

    /// The same, but no redirect to another server is followed: for requests of which every part may be a credential.
    pub fn send_there(&self, call: Call<'_>) -> Result<Response, Failure> {
        self.follow(call, true)
    }

    fn follow(&self, call: Call<'_>, stays: bool) -> Result<Response, Failure> {
        let first = Server::of(&call.uri)?;
        let (mut uri, mut authorization, mut ask) = (call.uri, call.authorization, call.ask);
        for _ in 0..=REDIRECTS {
            let server = Server::of(&uri)?;
            let agent = self.agent(&server, call.party)?;
            let mut request = Request::builder().method(ask.method()).uri(&uri);
            for (name, value) in &call.headers {
                request = request.header(name, value);
            }
            if let Some(authorization) = &authorization {
                request = request.header(AUTHORIZATION, authorization);
            }
            let built = |error: ureq::http::Error| Failure::Lasting(error.to_string());
            let left = call.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            if left.is_some_and(|left| left.is_zero()) {
                return Err(Failure::Lasting(TIME_IS_UP.into()));
            }
            let answer = match ask.content() {
                Some(content) => agent.run(timed(&agent, request.body(content).map_err(built)?, left)),
                None => agent.run(timed(&agent, request.body(()).map_err(built)?, left)),
            };
            let response = answer.map_err(|error| match call.deadline {
                Some(deadline) if Instant::now() >= deadline => Failure::Lasting(TIME_IS_UP.into()),
                _ => Failure::told(&error, &server, self.trust.advised()),
            })?;
            let Some(next) = redirect(&uri, &response, &server)? else { return Ok(response) };
            let there = Server::of(&next)?;
            if server.secure && !there.secure {
                return Err(Failure::Lasting(format!("{server} leads from https to plain http at {there}")));
            }
            if there != first {
                if stays {
                    return Err(Failure::Lasting(format!("{server} leads to {there}, where nothing is sent")));
                }
                // For good: a way back through a foreign server is none to trust.
                authorization = None;
                if ask.content().is_some() {
                    return Err(Failure::Lasting(format!("{server} leads to {there}; what is sent stays here")));
                }
            }
            if response.status() == StatusCode::SEE_OTHER && ask.content().is_some() {
                ask = Ask::Get;
            }
            uri = next;
        }
        Err(Failure::Lasting(format!("{first} leads on and on; more than {REDIRECTS} redirects are not followed")))
    }

    fn agent(&self, server: &Server, party: &Party) -> Result<Agent, Failure> {
        let key = (server.clone(), party.names.clone(), party.unverified);
        let mut agents = self.agents.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(agent) = agents.get(&key) {
            return Ok(agent.clone());
        }
        let mut config = configuration().proxy(proxy::choose(&self.environment, server)?);
        if server.secure {
            config = config.tls_config(self.trust.of(server, party)?);
        }
        let agent = config.build().new_agent();
        agents.insert(key, agent.clone());
        Ok(agent)
    }

    /// A daemon that listens on TCP, with the certificates that its user gave for it.
    pub fn daemon(&self, server: &Server, identity: Option<&Identity>) -> Result<daemon::Daemon, Failure> {
        let mut config = daemon::patient().proxy(proxy::choose(&self.environment, server)?);
        if let Some(identity) = identity {
            config = config.tls_config(self.trust.daemon(identity)?);
        }
        Ok(daemon::Daemon::new(config.build().new_agent()))
    }
}

fn timed<S: AsSendBody>(agent: &Agent, request: Request<S>, left: Option<Duration>) -> Request<S> {
    agent.configure_request(request).timeout_global(left).build()
}

/// What holds for every connection.
pub(crate) fn configuration() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    let seconds = |seconds| Some(Duration::from_secs(seconds));
    Agent::config_builder()
        .user_agent(concat!("plimsoll/", env!("CARGO_PKG_VERSION")))
        .accept_encoding("identity")
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(seconds(10))
        .timeout_connect(seconds(15))
        .timeout_send_request(seconds(30))
        .timeout_recv_response(seconds(60))
        .timeout_per_read(seconds(60))
}

/// Reads a body that must be small.
pub fn document(response: Response, most: u64, what: &str) -> Result<Vec<u8>, Failure> {
    let refused = || Failure::Lasting(format!("{what} is larger than the {most} bytes that a document may have"));
    if response.body().content_length().is_some_and(|length| length > most) {
        return Err(refused());
    }
    let mut bytes = Vec::new();
    let mut reader = response.into_body().into_reader().take(most.saturating_add(1));
    reader.read_to_end(&mut bytes).map_err(|error| Failure::Passing(format!("{what} broke off: {error}")))?;
    if bytes.len() as u64 > most { Err(refused()) } else { Ok(bytes) }
}

/// The body of an answer. Where it comes too slowly, its error is one of kind `TimedOut`.
pub fn body(response: Response) -> impl Read + Send + 'static {
    Body(response.into_body().into_reader())
}

struct Body(ureq::BodyReader<'static>);

impl Read for Body {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<ureq::Error>());
            let late = matches!(inner, Some(ureq::Error::Timeout(_)));
            if late { io::Error::new(ErrorKind::TimedOut, "no more came in time") } else { error }
        })
    }
}

/// Where an answer leads, if it leads elsewhere.
fn redirect(from: &Uri, response: &Response, server: &Server) -> Result<Option<Uri>, Failure> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| join(from, location));
    next.map(Some).ok_or_else(|| Failure::Lasting(format!("{server} leads to an address that is none")))
}

/// Resolves a reference against the address it was found at (RFC 3986, section 5.2; dot segments are left to the server).
pub fn join(base: &Uri, reference: &str) -> Option<Uri> {
    let reference = reference.split_once('#').map_or(reference, |(before, _)| before);
    let (scheme, authority) = (base.scheme_str()?, base.authority()?);
    let has_scheme = reference.split_once(':').is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    });
    let text = if has_scheme {
        reference.to_owned()
    } else if reference.starts_with("//") {
        format!("{scheme}:{reference}")
    } else if reference.starts_with('/') {
        format!("{scheme}://{authority}{reference}")
    } else if reference.starts_with('?') {
        format!("{scheme}://{authority}{}{reference}", base.path())
    } else {
        let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
        format!("{scheme}://{authority}{folder}/{reference}")
    };
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_join(base: &str, reference: &str, expected: Option<&str>) {
        let joined = join(&base.parse().unwrap(), reference).map(|uri| uri.to_string());
        assert_eq!(joined.as_deref(), expected, "{reference}");
    }

    // RFC 3986, section 5.4.1, the examples without dot segments.
    #[test]
    fn references_are_resolved_as_the_standard_says() {
        let base = "http://a/b/c/d;p?q";
        check_join(base, "g", Some("http://a/b/c/g"));
        check_join(base, "g?y", Some("http://a/b/c/g?y"));
        check_join(base, "/g", Some("http://a/g"));
        check_join(base, "//g/", Some("http://g/"));
        check_join(base, "?y", Some("http://a/b/c/d;p?y"));
        check_join(base, "g#s", Some("http://a/b/c/g"));
        check_join(base, "https://h/x?a=b", Some("https://h/x?a=b"));
        check_join(base, "http://[", None);
    }
}
