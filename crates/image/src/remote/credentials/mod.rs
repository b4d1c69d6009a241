//! Who we are to a registry: what the user gave, what the files of Docker and Podman hold, what credential helpers know.
//!
//! Invariants: a credential knows where it came from, so that a refusal can say so; it is never shown; and it is found
//! for one registry only, by that registry's name.

mod file;
mod helper;

use std::fmt;
use std::path::PathBuf;

use super::{Environment, docker_folder};
use file::File;

/// A user's proof to one registry.
#[derive(Clone)]
pub struct Credential {
    pub(crate) secret: Secret,
    /// Where it was found, in words fit for an error message.
    pub(crate) source: String,
}

/// The forms in which registries take a proof.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Secret {
    /// Name and password.
    Password { user: String, password: String },
    /// A token that buys access tokens (OAuth 2 calls it a refresh token).
    Identity(String),
    /// A token for the registry itself.
    Access(String),
}

impl Credential {
    /// A user's name and password, or an access key, from wherever `source` says.
    pub fn password(user: impl Into<String>, password: impl Into<String>, source: impl Into<String>) -> Self {
        let secret = Secret::Password { user: user.into(), password: password.into() };
        Self { secret, source: source.into() }
    }

    /// A bearer token that the registry takes as it is.
    pub fn token(token: impl Into<String>, source: impl Into<String>) -> Self {
        Self { secret: Secret::Access(token.into()), source: source.into() }
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential").field("source", &self.source).finish_non_exhaustive()
    }
}

/// What a search for a credential gave.
#[derive(Default)]
pub(crate) struct Lookup {
    /// The first match.
    pub(crate) credential: Option<Credential>,
    /// What could not be asked: broken files, helpers that failed. Worth reading when access is refused.
    pub(crate) problems: Vec<String>,
}

/// Looks for a credential for `repository` at `registry` (a name as it stands in references, such as `docker.io`),
/// in the order in which Docker and Podman look.
pub(crate) fn find(environment: &Environment, registry: &str, repository: &str) -> Lookup {
    let mut lookup = Lookup::default();
    let keys = Keys::new(registry, repository);
    if let Some(text) = environment.get("DOCKER_AUTH_CONFIG") {
        ask(&mut lookup, File::parse(text.as_bytes(), "$DOCKER_AUTH_CONFIG".into()), &keys, environment);
    }
    for (path, source) in places(environment) {
        if lookup.credential.is_some() {
            break;
        }
        match File::read(&path, source) {
            Ok(Some(file)) => ask(&mut lookup, Ok(file), &keys, environment),
            Ok(None) => {}
            Err(problem) => lookup.problems.push(problem),
        }
    }
    lookup
}

fn ask(lookup: &mut Lookup, file: Result<File, String>, keys: &Keys, environment: &Environment) {
    match file.and_then(|file| file.credential(keys, environment, &mut lookup.problems)) {
        Ok(found) => lookup.credential = found,
        Err(problem) => lookup.problems.push(problem),
    }
}

/// The files that may hold credentials, the first to be asked first, with the name that the user knows them by.
fn places(environment: &Environment) -> Vec<(PathBuf, String)> {
    let named = |path: PathBuf| {
        let shown = path.display().to_string();
        (path, shown)
    };
    let podman = environment.get("REGISTRY_AUTH_FILE").map(|path| (path.into(), "$REGISTRY_AUTH_FILE".to_owned()));
    let docker = docker_folder(environment).map(|folder| named(folder.join("config.json")));
    let runtime = environment.runtime_folder().map(|folder| named(folder.join("containers/auth.json")));
    let home = environment.config_home().map(|folder| named(folder.join("containers/auth.json")));
    [podman, docker, runtime, home].into_iter().flatten().collect()
}

/// The names under which a registry's credentials may be filed, the most specific first.
pub(crate) struct Keys {
    /// In `auths`: Podman files by namespace too, `quay.io/team`.
    auths: Vec<String>,
    /// What a helper is asked for.
    server: String,
}

/// The name that Docker's own registry had when Docker began to store credentials.
const DOCKER_HUB_SERVER: &str = "https://index.docker.io/v1/";

impl Keys {
    fn new(registry: &str, repository: &str) -> Self {
        let mut auths = Vec::new();
        let mut path = format!("{registry}/{repository}");
        while let Some(end) = path.rfind('/') {
            auths.push(path.clone());
            path.truncate(end);
        }
        auths.push(path);
        let hub = registry == crate::DEFAULT_REGISTRY;
        if hub {
            auths.extend(["index.docker.io".to_owned(), "registry-1.docker.io".to_owned()]);
        }
        let server = if hub { DOCKER_HUB_SERVER } else { registry }.to_owned();
        Self { auths, server }
    }

    fn is_hub(&self) -> bool {
        self.server == DOCKER_HUB_SERVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn show(lookup: &Lookup) -> String {
        match &lookup.credential {
            None => format!("none {:?}", lookup.problems),
            Some(Credential { secret, source }) => match secret {
                Secret::Password { user, password } => format!("{user}:{password} from {source}"),
                Secret::Identity(token) => format!("identity {token} from {source}"),
                Secret::Access(token) => format!("access {token} from {source}"),
            },
        }
    }

    fn check(config: &str, registry: &str, expected: &str) {
        let environment = Environment::new([("DOCKER_AUTH_CONFIG", config)], "/nowhere");
        assert_eq!(show(&find(&environment, registry, "team/app")), expected, "{registry} in {config}");
    }

    // `printf a:b | base64` and `printf 'a:p:w' | base64`.
    const A_B: &str = "YTpi";
    const A_PW: &str = "YTpwOnc=";

    #[test]
    fn entries_are_found_by_every_spelling_of_a_registry() {
        let from = "from $DOCKER_AUTH_CONFIG";
        for key in ["x.io", "https://x.io", "https://x.io/v2/", "x.io/team", "x.io/team/app", "http://x.io/v1/"] {
            check(&format!(r#"{{"auths":{{"{key}":{{"auth":"{A_B}"}}}}}}"#), "x.io", &format!("a:b {from}"));
        }
        let hub = format!(r#"{{"auths":{{"https://index.docker.io/v1/":{{"auth":"{A_PW}"}}}}}}"#);
        check(&hub, "docker.io", &format!("a:p:w {from}"));
        check(&hub, "x.io", "none []");
    }

    #[test]
    fn the_most_specific_entry_wins() {
        let config = format!(r#"{{"auths":{{"x.io":{{"auth":"{A_B}"}},"x.io/team":{{"auth":"{A_PW}"}}}}}}"#);
        check(&config, "x.io", "a:p:w from $DOCKER_AUTH_CONFIG");
    }

    #[test]
    fn a_credential_is_never_another_hosts() {
        let config = format!(r#"{{"auths":{{"x.io":{{"auth":"{A_B}"}},"x.io:5000":{{"auth":"{A_PW}"}}}}}}"#);
        for registry in ["x.io.evil.example", "evil.example", "sub.x.io", "x.i", "x.io:5001"] {
            check(&config, registry, "none []");
        }
    }

    #[test]
    fn tokens_of_all_kinds_are_read() {
        let from = "from $DOCKER_AUTH_CONFIG";
        check(
            r#"{"auths":{"x.io":{"auth":"YTpi","identitytoken":"refresh"}}}"#,
            "x.io",
            &format!("identity refresh {from}"),
        );
        check(r#"{"auths":{"x.io":{"registrytoken":"direct"}}}"#, "x.io", &format!("access direct {from}"));
        check(r#"{"auths":{"x.io":{"username":"u","password":"p"}}}"#, "x.io", &format!("u:p {from}"));
        check(r#"{"auths":{"x.io":{}}}"#, "x.io", "none []");
    }

    #[test]
    fn what_is_broken_is_said_without_its_content() {
        let environment = Environment::new([("DOCKER_AUTH_CONFIG", r#"{"auths":{"x.io":{"auth":"!secret!"}}}"#)], "/");
        let lookup = find(&environment, "x.io", "a");
        assert!(lookup.credential.is_none());
        assert!(lookup.problems[0].contains("$DOCKER_AUTH_CONFIG"), "{:?}", lookup.problems);
        assert!(!lookup.problems[0].contains("secret"), "{:?}", lookup.problems);
    }

    #[test]
    fn files_are_asked_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        let write = |name: &str, auth: &str| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, format!(r#"{{"auths":{{"x.io":{{"auth":"{auth}"}}}}}}"#)).unwrap();
        };
        let environment = Environment::new(
            [("HOME", path("home")), ("XDG_RUNTIME_DIR", path("run")), ("REGISTRY_AUTH_FILE", path("auth.json"))],
            "/nowhere",
        );
        let found = || show(&find(&environment, "x.io", "a"));
        assert_eq!(found(), "none []");
        write("home/.config/containers/auth.json", "aG9tZTo="); // home:
        assert_eq!(found(), format!("home: from {}", path("home/.config/containers/auth.json")));
        write("run/containers/auth.json", "cnVuOg=="); // run:
        assert_eq!(found(), format!("run: from {}", path("run/containers/auth.json")));
        write("home/.docker/config.json", "ZG9ja2VyOg=="); // docker:
        assert_eq!(found(), format!("docker: from {}", path("home/.docker/config.json")));
        write("auth.json", "cG9kbWFuOg=="); // podman:
        assert_eq!(found(), "podman: from $REGISTRY_AUTH_FILE");
    }
}
