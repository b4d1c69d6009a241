//! Images that other programs keep: registries, and the daemons of Docker, Podman and containerd.
//!
//! Invariants: a credential goes to the registry it was found for, and to the token server which that registry names, over
//! a connection that nobody can listen to; it appears in no message. Everything that answers is taken for hostile.

#[cfg(unix)]
pub mod containerd;
mod content;
mod credentials;
pub mod docker;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod registry;
#[cfg(test)]
mod testing;

use std::path::PathBuf;
use std::sync::Arc;

pub use credentials::Credential;
use net::{CertificateFolders, Http};
pub use net::{Environment, Patience};
pub use registry::{Access, Attachment, Registry, Upload};

/// What requests to the same servers share: open connections, tokens, certificates. Cheap to clone.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    environment: Arc<Environment>,
    http: Http,
    tokens: registry::Tokens,
    patience: Patience,
}

impl Connections {
    /// No connections yet, on a machine like this.
    pub fn new(environment: Environment) -> Self {
        Self::with_patience(environment, Patience::default())
    }

    /// The same, and how often failures that may pass are met with another try.
    pub fn with_patience(environment: Environment, patience: Patience) -> Self {
        let environment = Arc::new(environment);
        let http = Http::new(Arc::clone(&environment), certificate_folders(&environment));
        Self(Arc::new(Shared { environment, http, tokens: registry::Tokens::default(), patience }))
    }

    /// The environment that decides about credentials, certificates, proxies and mirrors.
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }
}

/// Docker's folder: `$DOCKER_CONFIG`, or `~/.docker`.
fn docker_folder(environment: &Environment) -> Option<PathBuf> {
    environment.get("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(environment.home()?.join(".docker")))
}

/// Where certificates for single registries are filed (containers-certs.d(5), which Docker began): the user's own first.
fn certificate_folders(environment: &Environment) -> CertificateFolders {
    let user = environment.config_home();
    let user = user.into_iter().flat_map(|home| [home.join("containers/certs.d"), home.join("docker/certs.d")]);
    let docker = docker_folder(environment).map(|folder| folder.join("certs.d"));
    let system = ["/etc/docker/certs.d", "/etc/containers/certs.d"].map(|folder| environment.system(folder));
    let advised = Some(system[0].clone());
    CertificateFolders { all: user.chain(docker).chain(system).collect(), advised }
}

/// A text from another program, made fit for a message: one line, no control characters, not long.
fn clean(text: &str) -> String {
    let mut shown: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    shown.retain(|character| !character.is_control());
    if let Some((end, _)) = shown.char_indices().nth(300) {
        shown.truncate(end);
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn certificates_are_filed_where_docker_and_podman_file_them() {
        let environment = Environment::new([("HOME", "/home/a")], "/");
        let folders = certificate_folders(&environment);
        let all = [
            "/home/a/.config/containers/certs.d",
            "/home/a/.config/docker/certs.d",
            "/home/a/.docker/certs.d",
            "/etc/docker/certs.d",
            "/etc/containers/certs.d",
        ];
        assert_eq!(folders.all, all.map(PathBuf::from));
        assert_eq!(folders.advised.as_deref(), Some(Path::new("/etc/docker/certs.d")));
        let own = Environment::new([("HOME", "/home/a"), ("DOCKER_CONFIG", "/d")], "/");
        assert_eq!(docker_folder(&own).unwrap(), Path::new("/d"));
    }
}
