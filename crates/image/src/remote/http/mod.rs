//! HTTP requests to a registry and to the servers that it sends us to: who is trusted, which proxy is taken, which
//! redirects are followed (RFC 9110).
//!
//! Blocking on purpose: a layer is read by the thread that analyses it, and while that thread works the kernel's socket
//! buffer fills up behind it. HTTP/1.1 on purpose: over one HTTP/2 connection, a layer that waits would hold up the others.

mod proxy;
mod trust;
#[cfg(unix)]
mod unix;

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use ureq::http::header::{AUTHORIZATION, LOCATION};
use ureq::http::{HeaderName, HeaderValue, Request, StatusCode, Uri};
use ureq::{Agent, AsSendBody};

use super::Environment;
pub(super) use trust::Identity;
use trust::Trust;

/// An answer, its body not read yet.
pub(super) type Response = ureq::http::Response<ureq::Body>;

/// More hops than any registry takes.
const REDIRECTS: usize = 8;

/// Why a request had no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// It may work the next time.
    Passing(String),
    /// It will fail again.
    Lasting(String),
}

/// Why nothing is asked any more.
pub(super) const TIME_IS_UP: &str = "the time for the whole scan is up; raise --timeout";

/// On whose behalf a request is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Party {
    /// Names under which certificates for it may be filed. They count for the servers it sends us to as well, as a
    /// private registry stands beside its private storage.
    pub(super) names: Vec<String>,
    /// Whether the user said to take any certificate.
    pub(super) unverified: bool,
}

/// One request.
pub(super) struct Call<'a> {
    pub(super) party: &'a Party,
    pub(super) uri: Uri,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// Sent to the server of `uri` and to no other, wherever redirects lead.
    pub(super) authorization: Option<HeaderValue>,
    /// Makes it a POST of this form.
    pub(super) form: Option<String>,
    /// When the answer, its body included, must be here.
    pub(super) deadline: Option<Instant>,
}

/// A server, as far as it matters who may see what: address, port, and whether others can listen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Server {
    pub(super) secure: bool,
    pub(super) host: String,
    pub(super) port: u16,
}

/// What two requests must have in common to go over one connection: the server, the names under which its
/// certificates are filed, and whether they go unchecked.
type Terms = (Server, Vec<String>, bool);

/// Connections, kept open for the next request.
pub(super) struct Http {
    environment: Arc<Environment>,
    trust: Trust,
    agents: Mutex<BTreeMap<Terms, Agent>>,
}

impl Http {
    pub(super) fn new(environment: Arc<Environment>) -> Self {
        let trust = Trust::new(Arc::clone(&environment));
        Self { environment, trust, agents: Mutex::default() }
    }

    /// Sends a request and follows redirects. Any status is an answer.
    pub(super) fn send(&self, call: Call<'_>) -> Result<Response, Failure> {
        let first = Server::of(&call.uri)?;
        let (mut uri, mut authorization, mut form) = (call.uri, call.authorization, call.form);
        for _ in 0..=REDIRECTS {
            let server = Server::of(&uri)?;
            let agent = self.agent(&server, call.party)?;
            let mut request = if form.is_some() { Request::post(&uri) } else { Request::get(&uri) };
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
            let answer = match &form {
                Some(form) => agent.run(timed(&agent, request.body(form.as_str()).map_err(built)?, left)),
                None => agent.run(timed(&agent, request.body(()).map_err(built)?, left)),
            };
            let response = answer.map_err(|error| match call.deadline {
                Some(deadline) if Instant::now() >= deadline => Failure::Lasting(TIME_IS_UP.into()),
                _ => Failure::of(&error, &server),
            })?;
            let Some(next) = redirect(&uri, &response, &server)? else { return Ok(response) };
            let there = Server::of(&next)?;
            if server.secure && !there.secure {
                return Err(Failure::Lasting(format!("{server} leads from https to plain http at {there}")));
            }
            if there != first {
                // For good: a way back through a foreign server is none to trust.
                authorization = None;
                if form.is_some() {
                    return Err(Failure::Lasting(format!("{server} leads to {there}; what is posted stays here")));
                }
            }
            if response.status() == StatusCode::SEE_OTHER {
                form = None;
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

    /// A client for a daemon that listens on TCP, with the certificates that its user gave for it.
    pub(super) fn daemon(&self, server: &Server, identity: Option<&Identity>) -> Result<Agent, Failure> {
        let mut config = configuration().timeout_recv_response(None).timeout_per_read(None);
        config = config.proxy(proxy::choose(&self.environment, server)?);
        if let Some(identity) = identity {
            config = config.tls_config(self.trust.daemon(identity)?);
        }
        Ok(config.build().new_agent())
    }
}

fn timed<S: AsSendBody>(agent: &Agent, request: Request<S>, left: Option<Duration>) -> Request<S> {
    agent.configure_request(request).timeout_global(left).build()
}

/// A client for a daemon that listens on a Unix socket.
#[cfg(unix)]
pub(super) fn unix_daemon(socket: &std::path::Path) -> Agent {
    // A daemon that packs a large image is silent for as long as it takes.
    unix::agent(configuration().timeout_recv_response(None).timeout_per_read(None).build(), socket)
}

fn configuration() -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
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
pub(super) fn document(response: Response, most: u64, what: &str) -> Result<Vec<u8>, Failure> {
    let refused = || Failure::Lasting(format!("{what} is larger than the {most} bytes that a document may have"));
    if response.body().content_length().is_some_and(|length| length > most) {
        return Err(refused());
    }
    let mut bytes = Vec::new();
    let mut reader = response.into_body().into_reader().take(most.saturating_add(1));
    reader.read_to_end(&mut bytes).map_err(|error| Failure::Passing(format!("{what} broke off: {error}")))?;
    if bytes.len() as u64 > most { Err(refused()) } else { Ok(bytes) }
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
fn join(base: &Uri, reference: &str) -> Option<Uri> {
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

impl Server {
    /// The server of an address.
    pub(super) fn of(uri: &Uri) -> Result<Self, Failure> {
        let wrong =
            |why: &str| Failure::Lasting(format!("cannot use the address {:?}: {why}", uri.host().unwrap_or("")));
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("it is neither https nor http")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no server"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it has a user name in it"));
        }
        if authority.host().is_empty() {
            return Err(wrong("it names no server"));
        }
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { secure, host: authority.host().to_ascii_lowercase(), port })
    }

    /// Whether it is this machine.
    pub(super) fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.host)?;
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// Whether a host, without its port, is this machine: nobody can listen in between.
pub(super) fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl Failure {
    pub(super) fn message(self) -> String {
        let (Self::Passing(message) | Self::Lasting(message)) = self;
        message
    }

    /// What a failure of the HTTP library means. A name that is unknown and a port that is shut are taken for lasting:
    /// a person who mistyped a host should not wait.
    pub(super) fn of(error: &ureq::Error, server: &Server) -> Self {
        use std::io::ErrorKind;
        let lasting = |why: String| Self::Lasting(format!("cannot reach {server}: {why}"));
        match error {
            ureq::Error::Io(io) => match io.kind() {
                ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof
                | ErrorKind::TimedOut
                | ErrorKind::WouldBlock => Self::Passing(format!("{server} broke off: {io}")),
                ErrorKind::InvalidData if io.to_string().contains("certificate") => {
                    lasting(distrust(server, &io.to_string()))
                }
                _ => lasting(io.to_string()),
            },
            ureq::Error::Rustls(error) if error.to_string().contains("certificate") => {
                lasting(distrust(server, &error.to_string()))
            }
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                lasting("no answer in time".into())
            }
            ureq::Error::Timeout(_) => Self::Passing(format!("{server} fell silent")),
            ureq::Error::Protocol(why) => Self::Passing(format!("{server} does not speak HTTP properly: {why}")),
            other => lasting(other.to_string()),
        }
    }
}

fn distrust(server: &Server, why: &str) -> String {
    format!(
        "its certificate is not trusted ({why}); put the authority's certificate into /etc/docker/certs.d/{server}/ca.crt, or name it in SSL_CERT_FILE"
    )
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

    #[test]
    fn a_server_is_scheme_host_and_port() {
        let server = |text: &str| Server::of(&text.parse().unwrap()).ok();
        assert_eq!(server("https://X.io/a"), server("https://x.io:443/b"));
        assert_ne!(server("https://x.io/"), server("http://x.io/"));
        assert_ne!(server("https://x.io/"), server("https://x.io:444/"));
        for refused in ["ftp://x.io/", "https://user:password@x.io/", "/relative"] {
            assert_eq!(server(refused), None, "{refused}");
        }
    }

    #[test]
    fn loopback_is_known_in_every_form() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.example", "128.0.0.1", "127.0.0.1.evil.example", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
