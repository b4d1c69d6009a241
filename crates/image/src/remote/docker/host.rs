//! Where daemons listen: variables, Docker's contexts, and the sockets of root and of users (docker-context; podman(1)).

use std::io::Read;
use std::path::{Path, PathBuf};

use model::Digest;
use net::{Environment, Identity};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::SourceError;
use crate::remote::docker_folder;

/// No honest configuration comes near.
const LARGEST: u64 = 4 << 20;

/// A daemon's address.
#[derive(Clone, Debug)]
pub(super) struct Host {
    pub(super) address: Address,
    /// Who named it, for messages.
    pub(super) source: String,
}

#[derive(Clone, Debug)]
pub(super) enum Address {
    Unix(PathBuf),
    /// `http://host:port`, or `https://host:port` with what to show and whom to trust.
    Tcp {
        base: String,
        identity: Option<Identity>,
    },
}

/// Docker's daemon: one, where something names it, else every socket where one usually listens.
pub(super) fn docker(environment: &Environment) -> Result<Vec<Host>, SourceError> {
    if let Some(host) = environment.get("DOCKER_HOST") {
        return Ok(vec![Host::parse(host, "$DOCKER_HOST", identity(environment))?]);
    }
    let folder = docker_folder(environment);
    let current = || {
        let config: Config = folder.as_ref().and_then(|folder| read(&folder.join("config.json")).transpose())?.ok()?;
        config.current_context
    };
    let context = environment.get("DOCKER_CONTEXT").map(str::to_owned).or_else(current);
    if let (Some(name), Some(folder)) = (context.filter(|name| !name.is_empty() && name != "default"), &folder) {
        return Ok(vec![from_context(&name, folder)?]);
    }
    let mut sockets = vec![environment.system("/var/run/docker.sock")];
    sockets.extend(environment.runtime_folder().map(|run| run.join("docker.sock")));
    sockets.extend(
        environment.home().into_iter().flat_map(|home| {
            [".docker/run/docker.sock", ".docker/desktop/docker.sock"].map(|socket| home.join(socket))
        }),
    );
    usual(sockets, "Docker", "is it running, and is DOCKER_HOST set if it listens elsewhere?")
}

/// Podman's service.
pub(super) fn podman(environment: &Environment) -> Result<Vec<Host>, SourceError> {
    if let Some(host) = environment.get("CONTAINER_HOST") {
        return Ok(vec![Host::parse(host, "$CONTAINER_HOST", None)?]);
    }
    let mut sockets: Vec<PathBuf> =
        environment.runtime_folder().map(|run| run.join("podman/podman.sock")).into_iter().collect();
    sockets.push(environment.system("/run/podman/podman.sock"));
    usual(sockets, "Podman", "`systemctl --user start podman.socket` makes it listen")
}

fn usual(sockets: Vec<PathBuf>, who: &str, advice: &str) -> Result<Vec<Host>, SourceError> {
    let (there, absent): (Vec<_>, Vec<_>) = sockets.into_iter().partition(|socket| exists(socket));
    if there.is_empty() {
        let places: Vec<String> = absent.iter().map(|socket| socket.display().to_string()).collect();
        return Err(SourceError::NotFound(format!("{who} does not listen at {}; {advice}", places.join(" or "))));
    }
    let host = |socket: PathBuf| Host { source: socket.display().to_string(), address: Address::Unix(socket) };
    Ok(there.into_iter().map(host).collect())
}

/// A socket in a folder that we may not enter exists for all we know: asking it gives the better message.
fn exists(socket: &Path) -> bool {
    socket.try_exists().unwrap_or(true)
}

impl Host {
    fn parse(text: &str, source: &str, identity: Option<Identity>) -> Result<Self, SourceError> {
        let address = match text.split_once("://") {
            Some(("unix", path)) if path.starts_with('/') => Address::Unix(path.into()),
            Some(("tcp" | "http" | "https", rest)) => {
                let secure = identity.is_some() || text.starts_with("https:");
                let rest = rest.trim_end_matches('/');
                let port = rest.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
                let port = match (port, secure) {
                    (true, _) => "",
                    (false, true) => ":2376",
                    (false, false) => ":2375",
                };
                let base = format!("{}://{rest}{port}", if secure { "https" } else { "http" });
                let identity = identity.or_else(|| secure.then(Identity::default));
                Address::Tcp { base, identity }
            }
            Some(("ssh", _)) => {
                return Err(SourceError::Unsupported(format!(
                    "{source} names a daemon behind ssh, which is not spoken here; forward its socket with `ssh -nNT -L /tmp/daemon.sock:/var/run/docker.sock USER@HOST`, and name unix:///tmp/daemon.sock instead"
                )));
            }
            _ => {
                return Err(SourceError::Unsupported(format!(
                    "{source} names a daemon by an address of a kind that is not spoken here; unix:///path and tcp://host:port are"
                )));
            }
        };
        Ok(Self { address, source: source.to_owned() })
    }
}

/// The certificates for `DOCKER_HOST`, where TLS is asked for (docker CLI, "environment variables").
fn identity(environment: &Environment) -> Option<Identity> {
    let verify = environment.get("DOCKER_TLS_VERIFY").is_some();
    if !verify && environment.get("DOCKER_TLS").is_none() {
        return None;
    }
    let folder = environment.get("DOCKER_CERT_PATH").map(PathBuf::from).or_else(|| docker_folder(environment))?;
    Some(in_folder(&folder, !verify))
}

fn in_folder(folder: &Path, unverified: bool) -> Identity {
    let file = |name: &str| Some(folder.join(name)).filter(|path| path.is_file());
    Identity { authority: file("ca.pem"), client: file("cert.pem").zip(file("key.pem")), unverified }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    current_context: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Context {
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: Endpoint,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    #[serde(default)]
    host: String,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

/// A context is kept in a folder named by the digest of its name, its certificates in another.
fn from_context(name: &str, folder: &Path) -> Result<Host, SourceError> {
    let source = format!("the Docker context {name:?}");
    let key = Digest::sha256(name.as_bytes()).hex();
    let file = folder.join("contexts/meta").join(&key).join("meta.json");
    let context: Option<Context> = read(&file)?;
    let Some(Context { endpoints: Endpoints { docker } }) = context else {
        return Err(SourceError::Usage(format!("{source} is not defined: there is no {}", file.display())));
    };
    let certificates = folder.join("contexts/tls").join(&key).join("docker");
    let wanted = certificates.is_dir() || docker.skip_tls_verify;
    let identity =
        (wanted && !docker.host.starts_with("unix:")).then(|| in_folder(&certificates, docker.skip_tls_verify));
    Host::parse(&docker.host, &source, identity)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, SourceError> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SourceError::io(path, error)),
    };
    let mut bytes = Vec::new();
    file.take(LARGEST).read_to_end(&mut bytes).map_err(|error| SourceError::io(path, error))?;
    // The file may hold credentials; only the place of a mistake is told.
    serde_json::from_slice(&bytes).map(Some).map_err(|error| {
        SourceError::Usage(format!("{}: wrong at line {}, column {}", path.display(), error.line(), error.column()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn show(hosts: Result<Vec<Host>, SourceError>) -> String {
        let one = |host: &Host| match &host.address {
            Address::Unix(path) => format!("unix {}", path.display()),
            Address::Tcp { base, identity: None } => base.clone(),
            Address::Tcp { base, identity: Some(identity) } => {
                let client = if identity.client.is_some() { "client " } else { "" };
                let trust = if identity.unverified { "unverified" } else { "verified" };
                format!("{base} {client}{trust}")
            }
        };
        hosts.map_or_else(|error| error.to_string(), |hosts| hosts.iter().map(one).collect::<Vec<_>>().join(", "))
    }

    fn check(variables: &[(&str, &str)], expected: &str) {
        let seen = show(docker(&Environment::new(variables.iter().copied(), "/nowhere")));
        assert!(seen.contains(expected), "{variables:?}: {seen}");
    }

    #[test]
    fn docker_host_is_read_as_docker_reads_it() {
        check(&[("DOCKER_HOST", "unix:///run/x.sock")], "unix /run/x.sock");
        check(&[("DOCKER_HOST", "tcp://h:1234")], "http://h:1234");
        check(&[("DOCKER_HOST", "tcp://h")], "http://h:2375");
        check(&[("DOCKER_HOST", "tcp://h"), ("DOCKER_TLS_VERIFY", "1"), ("HOME", "/h")], "https://h:2376 verified");
        check(&[("DOCKER_HOST", "tcp://h"), ("DOCKER_TLS", "1"), ("HOME", "/h")], "https://h:2376 unverified");
        check(&[("DOCKER_HOST", "ssh://me@h")], "forward its socket with `ssh");
        check(&[("DOCKER_HOST", "npipe:////./pipe/docker")], "not spoken here");
        check(&[], "Docker does not listen at /nowhere/var/run/docker.sock");
    }

    #[test]
    fn contexts_name_daemons() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().to_str().unwrap();
        // `printf desktop | sha256sum`
        let key = "68693d02ab4fbb2331b8cc39915322e48e61f06d4d1b31e7d19913202857bc8a";
        let meta = folder.path().join(".docker/contexts/meta").join(key);
        fs::create_dir_all(&meta).unwrap();
        let write = |host: &str| {
            let text = format!(
                r#"{{"Name":"desktop","Metadata":{{}},"Endpoints":{{"docker":{{"Host":"{host}","SkipTLSVerify":false}}}}}}"#
            );
            fs::write(meta.join("meta.json"), text).unwrap();
        };
        write("unix:///home/me/docker.sock");
        check(&[("HOME", home), ("DOCKER_CONTEXT", "desktop")], "unix /home/me/docker.sock");
        check(&[("HOME", home), ("DOCKER_CONTEXT", "other")], "the Docker context \"other\" is not defined");
        check(&[("HOME", home), ("DOCKER_CONTEXT", "default")], "Docker does not listen");
        fs::write(folder.path().join(".docker/config.json"), r#"{"currentContext":"desktop"}"#).unwrap();
        check(&[("HOME", home)], "unix /home/me/docker.sock");
        check(&[("HOME", home), ("DOCKER_HOST", "tcp://h:1")], "http://h:1");
        let certificates = folder.path().join(".docker/contexts/tls").join(key).join("docker");
        fs::create_dir_all(&certificates).unwrap();
        for name in ["ca.pem", "cert.pem", "key.pem"] {
            fs::write(certificates.join(name), "").unwrap();
        }
        write("tcp://h:2376");
        check(&[("HOME", home)], "https://h:2376 client verified");
    }

    #[test]
    fn sockets_are_found_where_they_usually_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().to_str().unwrap().to_owned();
        let run = format!("{root}/user");
        for socket in ["var/run/docker.sock", "user/docker.sock", "user/podman/podman.sock"] {
            let path = folder.path().join(socket);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        let environment = Environment::new([("XDG_RUNTIME_DIR", &run)], &root);
        assert_eq!(show(docker(&environment)), format!("unix {root}/var/run/docker.sock, unix {run}/docker.sock"));
        assert_eq!(show(podman(&environment)), format!("unix {run}/podman/podman.sock"));
        let named = Environment::new([("CONTAINER_HOST", "unix:///x.sock")], &root);
        assert_eq!(show(podman(&named)), "unix /x.sock");
    }
}
