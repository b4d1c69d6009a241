//! The daemons of Docker and Podman: whether they have an image, and the archive that they save of it (Docker Engine API,
//! "Images"; Podman's libpod API).

mod host;
#[cfg(unix)]
#[cfg(test)]
mod tests;

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use model::{Budget, Origin};
use net::http::{HeaderName, StatusCode};
use net::{Failure, Response, Server, document};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{Connections, clean};
use crate::{Opened, Platform, PlatformChoice, SourceError, local};
use host::{Address, Host};

/// No honest description or error comes near.
const SMALL: u64 = 4 << 20;

/// The version of its API that Docker says it speaks.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// From here on, an image can be inspected for one of its platforms (Docker Engine API, version history).
const INSPECT_PLATFORM: (u32, u32) = (1, 49);

/// From here on, an image can be saved for one of its platforms.
const SAVE_PLATFORM: (u32, u32) = (1, 48);

/// Whose daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Daemon {
    /// Docker's.
    Docker,
    /// Podman's, which packs names as Podman knows them.
    Podman,
}

/// Opens the image that the daemon knows as `name`: a name with or without a tag, or the start of an id.
pub fn open(
    connections: &Connections,
    daemon: Daemon,
    name: &str,
    choice: &PlatformChoice,
    offline: bool,
    budget: &Budget,
) -> Result<Vec<Opened>, SourceError> {
    check_name(name)?;
    let environment = connections.environment();
    let hosts = match daemon {
        Daemon::Docker => host::docker(environment)?,
        Daemon::Podman => host::podman(environment)?,
    };
    let mut answers = Vec::new();
    for host in hosts {
        match Engine::new(connections, daemon, host, offline, budget)?.open(name, choice, budget) {
            Ok(opened) => return Ok(vec![opened]),
            Err(SourceError::NotFound(answer)) => answers.push(answer),
            Err(error) => return Err(error),
        }
    }
    Err(SourceError::NotFound(answers.join("; ")))
}

/// A door for the fuzz targets, which see only what is public: how many daemons the files and variables name.
#[cfg(fuzzing)]
#[doc(hidden)]
pub fn hosts(environment: &super::Environment) -> Result<usize, SourceError> {
    host::docker(environment).map(|hosts| hosts.len())
}

/// The name becomes part of an address: it must stay the part that it is.
fn check_name(name: &str) -> Result<(), SourceError> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-:@/".contains(&b);
    let stays = name.split('/').all(|part| !matches!(part, "" | "." | ".."));
    if name.len() <= 1024 && name.bytes().all(plain) && stays {
        return Ok(());
    }
    Err(SourceError::Usage(format!("{:?} is no name of an image", clean(name))))
}

/// What a daemon says of an image.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Inspected {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

struct Engine {
    client: net::Daemon,
    daemon: Daemon,
    /// Where to ask, up to the name of the image.
    images: String,
    server: Server,
    /// Where it listens, in words.
    place: String,
    deadline: Option<Instant>,
}

impl Engine {
    fn new(
        connections: &Connections,
        daemon: Daemon,
        host: Host,
        offline: bool,
        budget: &Budget,
    ) -> Result<Self, SourceError> {
        let Host { address, source } = host;
        let base = match &address {
            Address::Unix(_) => "http://localhost",
            Address::Tcp { base, .. } => base,
        };
        let wrong = || SourceError::Usage(format!("{source} is not the address of a daemon"));
        let server = Server::of(&base.parse().map_err(|_| wrong())?).map_err(|_| wrong())?;
        let (client, place) = match &address {
            Address::Unix(socket) => (unix(socket)?, socket.display().to_string()),
            Address::Tcp { .. } if offline => {
                return Err(SourceError::Usage(format!(
                    "{source} names a daemon at {server}, and --offline forbids to connect"
                )));
            }
            Address::Tcp { identity, .. } => {
                let client = connections.0.http.daemon(&server, identity.as_ref());
                (client.map_err(|failure| SourceError::Usage(failure.message()))?, format!("{server} ({source})"))
            }
        };
        let version = match daemon {
            Daemon::Docker => match connections.environment().get("DOCKER_API_VERSION") {
                Some(version) => format!("/v{}", version.trim_start_matches('v')),
                None => String::new(),
            },
            // The oldest that every Podman since 4.0 speaks. Its own API knows local names; the one like Docker's does not.
            Daemon::Podman => "/v4.0.0/libpod".into(),
        };
        Ok(Self { client, daemon, images: format!("{base}{version}/images"), server, place, deadline: budget.deadline })
    }

    fn open(&self, name: &str, choice: &PlatformChoice, budget: &Budget) -> Result<Opened, SourceError> {
        let (inspected, version) = self.inspect(name, None)?;
        let mut query = Vec::new();
        if self.daemon == Daemon::Podman {
            query.push("format=docker-archive".to_owned());
        }
        if let PlatformChoice::One(wanted) = choice {
            let found = Platform { os: inspected.os, architecture: inspected.architecture, variant: inspected.variant };
            if !found.matches(wanted) {
                if version < INSPECT_PLATFORM {
                    return Err(SourceError::NotFound(format!(
                        "{} has {name} for {found}, not for {wanted}",
                        self.whose()
                    )));
                }
                self.inspect(name, Some(wanted))?;
            }
            if version >= SAVE_PLATFORM {
                query.push(parameter(wanted));
            }
        }
        let query = query.join("&");
        let separator = if query.is_empty() { "" } else { "?" };
        // Docker packs the whole image before the first byte comes.
        let response = self.get(&format!("{}/{name}/get{separator}{query}", self.images), Duration::from_hours(1))?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response, name));
        }
        let transport = match self.daemon {
            Daemon::Docker => "docker",
            Daemon::Podman => "podman",
        };
        let origin = Origin { transport: transport.into(), reference: name.to_owned(), ..Origin::default() };
        let reader = Box::new(response.into_body().into_reader());
        Ok(Opened::Flowing(local::archive_stream(reader, origin, choice, budget)))
    }

    /// What the daemon says of the image, and which version of the API it speaks.
    fn inspect(&self, name: &str, platform: Option<&Platform>) -> Result<(Inspected, (u32, u32)), SourceError> {
        let query = platform.map(|platform| format!("?{}", parameter(platform))).unwrap_or_default();
        let response = self.get(&format!("{}/{name}/json{query}", self.images), Duration::from_mins(1))?;
        if response.status() != StatusCode::OK {
            return Err(self.refusal(response, name));
        }
        let version = response.headers().get(API_VERSION).and_then(|value| version(value.to_str().ok()?));
        let what = format!("{}: description of {name}", self.whose());
        let bytes = document(response, SMALL, &what).map_err(|failure| SourceError::Network(failure.message()))?;
        let inspected =
            serde_json::from_slice(&bytes).map_err(|error| SourceError::malformed(what, error.to_string()))?;
        Ok((inspected, version.unwrap_or((0, 0))))
    }

    fn get(&self, address: &str, longest: Duration) -> Result<Response, SourceError> {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let silence = longest.min(left.unwrap_or(longest)).max(Duration::from_millis(1));
        self.client.get(address, silence).map_err(|error| self.failure(&error))
    }

    fn failure(&self, error: &net::Error) -> SourceError {
        let whose = self.whose();
        if let net::Error::Io(io) = error {
            match io.kind() {
                ErrorKind::NotFound | ErrorKind::ConnectionRefused => {
                    return SourceError::NotFound(format!("{whose} does not answer: {io}"));
                }
                ErrorKind::PermissionDenied => {
                    return SourceError::Denied(format!("{whose} may not be used by this user: {io}"));
                }
                _ => {}
            }
        }
        let (Failure::Passing(why) | Failure::Lasting(why)) = Failure::of(error, &self.server);
        SourceError::Network(format!("{whose}: {why}"))
    }

    fn refusal(&self, response: Response, name: &str) -> SourceError {
        #[derive(Deserialize)]
        struct Body {
            message: Option<String>,
            cause: Option<String>,
        }
        let status = response.status();
        let body = document(response, SMALL, "the error").ok();
        let body: Option<Body> = body.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let message = body.and_then(|body| body.message.or(body.cause)).map(|text| clean(&text)).unwrap_or_default();
        let whose = self.whose();
        if status == StatusCode::NOT_FOUND {
            return SourceError::NotFound(format!("{whose} has no image {name}"));
        }
        SourceError::Network(format!("{whose} answered {status} when asked for {name}: {message}"))
    }

    fn whose(&self) -> String {
        format!("{:?} at {}", self.daemon, self.place)
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "there are no such sockets elsewhere")]
fn unix(socket: &std::path::Path) -> Result<net::Daemon, SourceError> {
    Ok(net::Daemon::on_socket(socket))
}

#[cfg(not(unix))]
fn unix(socket: &std::path::Path) -> Result<net::Daemon, SourceError> {
    let place = socket.display();
    Err(SourceError::Unsupported(format!(
        "{place} is a Unix socket, which this system does not have; set DOCKER_HOST to tcp://host:port"
    )))
}

/// A platform as Docker wants it in an address: JSON, encoded.
fn parameter(platform: &Platform) -> String {
    let mut json = serde_json::json!({ "os": platform.os, "architecture": platform.architecture });
    if let (Some(variant), Some(object)) = (&platform.variant, json.as_object_mut()) {
        object.insert("variant".into(), variant.as_str().into());
    }
    format!("platform={}", utf8_percent_encode(&json.to_string(), NON_ALPHANUMERIC))
}

/// `1.41` → (1, 41).
fn version(text: &str) -> Option<(u32, u32)> {
    let (major, minor) = text.trim().split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
