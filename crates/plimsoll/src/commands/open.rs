//! From the arguments that name an image to the image itself: which places are asked, and in which order.
//!
//! `SCHEME:REST` names the place as Syft and Grype do; without a scheme the places of `--image-src` are asked in turn.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use image::remote::docker::Daemon;
use image::remote::{Access, Connections, Credential, Environment, Registry, docker};
use image::{Opened, PlatformChoice, Reference, SourceError, local};
use model::{Budget, Origin};

use crate::args::{ImageSource, Look, RegistryAccess, Target};
use crate::environment::variable;
use crate::exit::Exit;
use crate::failure::Failure;

/// A password is short; whatever else standard input holds is none.
const PASSWORD_BYTES: u64 = 64 << 10;

/// What it takes to ask the registry of an image: connections that are kept, and who asks.
pub struct Means {
    /// Connections, with the tokens got over them.
    pub connections: Connections,
    /// The user's own credential for the registry of the image.
    pub login: Option<Credential>,
    /// Whether plain HTTP, and certificates of any kind, are good enough.
    pub insecure: bool,
}

impl Means {
    /// As the arguments say. An image in a file needs no credential, and none is asked for.
    pub fn of(target: &Target) -> Result<Self, Failure> {
        let connections = Connections::new(Environment::of_process());
        let login = if target.input.is_none() { login(&target.access)? } else { None };
        Ok(Self { connections, login, insecure: target.access.insecure_registry })
    }
}

/// The image, once for each platform that was asked for.
pub fn image(target: &Target, look: &Look, budget: &Budget, means: &Means) -> Result<Vec<Opened>, Failure> {
    let choice: PlatformChoice = match &target.platform {
        None => PlatformChoice::Host,
        Some(text) => text.parse().map_err(Failure::usage)?,
    };
    if let Some(input) = &target.input {
        if input == Path::new("-") {
            let origin = Origin { transport: "stdin".into(), reference: "-".into(), ..Origin::default() };
            return Ok(vec![Opened::Flowing(local::archive_stream(Box::new(io::stdin()), origin, &choice, budget))]);
        }
        let (path, selector) = match &target.reference {
            Some(selector) => (input.clone(), Some(selector.clone())),
            None => with_selector(input),
        };
        return local::open(&path, selector.as_deref(), &choice, budget).map_err(failed);
    }
    let name = target.reference.as_deref().ok_or_else(|| Failure::usage("no image is named"))?;
    let (places, name) = match Scheme::of(name) {
        Some((Scheme::File(open), path)) => {
            let (path, selector) = with_selector(Path::new(path));
            return open(&path, selector.as_deref(), &choice, budget).map_err(failed);
        }
        Some((Scheme::Place(place), name)) => (vec![*place], name),
        None => (target.image_src.clone(), name),
    };
    let asked = Asked { name, choice: &choice, means, offline: look.offline, budget };
    asked.of(&places)
}

/// An image that could not be had, as the end of the program.
pub fn failed(error: SourceError) -> Failure {
    let exit = if matches!(error, SourceError::Usage(_)) { Exit::Usage } else { Exit::ScanFailed };
    Failure::new(exit, error)
}

/// Opens an image in a file or folder, given its tag or digest where there are several.
type Open = fn(&Path, Option<&str>, &PlatformChoice, &Budget) -> Result<Vec<Opened>, SourceError>;

/// What may stand before a name, as in `oci-dir:path`.
enum Scheme {
    Place(ImageSource),
    File(Open),
}

impl Scheme {
    const ALL: &[(&str, Self)] = &[
        ("containerd", Self::Place(ImageSource::Containerd)),
        ("docker", Self::Place(ImageSource::Docker)),
        ("docker-archive", Self::File(local::docker_archive)),
        ("oci-archive", Self::File(local::oci_archive)),
        ("oci-dir", Self::File(local::oci_dir)),
        ("podman", Self::Place(ImageSource::Podman)),
        ("registry", Self::Place(ImageSource::Registry)),
    ];

    /// The scheme, and what follows it. An image that is itself called `docker` keeps its tag: `docker:27` is one.
    fn of(text: &str) -> Option<(&'static Self, &str)> {
        let (name, rest) = text.split_once(':')?;
        let (_, scheme) = Self::ALL.iter().find(|(known, _)| *known == name)?;
        let is_tag = rest.starts_with(|first: char| first.is_ascii_digit()) && !rest.contains(['/', ':']);
        (!is_tag || matches!(scheme, Self::File(_))).then_some((scheme, rest))
    }
}

/// Takes `path:tag` or `path@digest` apart, unless there is a file of that whole name.
fn with_selector(input: &Path) -> (PathBuf, Option<String>) {
    let whole = || (input.to_owned(), None);
    let Some(text) = input.to_str().filter(|_| !input.exists()) else { return whole() };
    let digest = text.split_once('@');
    let tag = || text.rsplit_once(':').filter(|(_, tag)| !tag.contains(['/', '\\']));
    match digest.or_else(tag) {
        Some((path, selector)) if Path::new(path).exists() => (path.into(), Some(selector.to_owned())),
        _ => whole(),
    }
}

/// What the user gave for the registry. Never in an argument, which everybody on the machine can read.
pub fn login(access: &RegistryAccess) -> Result<Option<Credential>, Failure> {
    if let Some(token) = variable("PLIMSOLL_REGISTRY_TOKEN").filter(|token| !token.is_empty()) {
        return Ok(Some(Credential::token(token, "$PLIMSOLL_REGISTRY_TOKEN")));
    }
    let Some(user) = &access.username else { return Ok(None) };
    if !access.password_stdin {
        let password = variable("PLIMSOLL_PASSWORD").ok_or_else(|| {
            Failure::usage("--username was given, but no password")
                .remedy("hand it over on standard input with --password-stdin, or in PLIMSOLL_PASSWORD")
        })?;
        return Ok(Some(Credential::password(user, password, "$PLIMSOLL_PASSWORD")));
    }
    let mut password = String::new();
    io::stdin()
        .take(PASSWORD_BYTES)
        .read_to_string(&mut password)
        .map_err(|error| Failure::new(Exit::Usage, error).when("cannot read the password from standard input"))?;
    let password = password.trim_end_matches(['\r', '\n']);
    Ok(Some(Credential::password(user, password, "--password-stdin")))
}

/// An image by name, and how to ask for it.
struct Asked<'a> {
    name: &'a str,
    choice: &'a PlatformChoice,
    means: &'a Means,
    offline: bool,
    budget: &'a Budget,
}

impl Asked<'_> {
    /// The image from the first place that has it. What the others answered is told when none has.
    fn of(&self, places: &[ImageSource]) -> Result<Vec<Opened>, Failure> {
        let mut answers = Vec::new();
        for &place in places {
            match self.at(place, &self.means.connections) {
                Ok(opened) => return Ok(opened),
                Err(error) => {
                    tracing::debug!(?place, %error, "not there");
                    answers.push((place, error));
                }
            }
        }
        if answers.len() > 1 {
            return Err(nowhere(self.name, &answers));
        }
        Err(answers.pop().map_or_else(|| Failure::usage("no place to look for the image is named"), |(_, e)| failed(e)))
    }

    fn at(&self, place: ImageSource, connections: &Connections) -> Result<Vec<Opened>, SourceError> {
        let daemon = |daemon| docker::open(connections, daemon, self.name, self.choice, self.offline, self.budget);
        match place {
            ImageSource::Docker => daemon(Daemon::Docker),
            ImageSource::Podman => daemon(Daemon::Podman),
            ImageSource::Containerd => self.containerd(connections.environment()),
            ImageSource::Registry if self.offline => {
                Err(SourceError::Usage("--offline forbids to ask a registry".into()))
            }
            ImageSource::Registry => {
                let access =
                    Access { login: self.means.login.clone(), insecure: self.means.insecure, budget: self.budget };
                Registry::open(connections, &Reference::parse(self.name)?, self.name, self.choice, access)
            }
        }
    }

    #[cfg(unix)]
    fn containerd(&self, environment: &Environment) -> Result<Vec<Opened>, SourceError> {
        let reference = Reference::parse(self.name)?;
        image::remote::containerd::open(environment, &reference, self.name, self.choice, self.budget)
    }

    #[cfg(not(unix))]
    fn containerd(&self, _: &Environment) -> Result<Vec<Opened>, SourceError> {
        Err(SourceError::NotFound("containerd can be asked on Unix only".into()))
    }
}

/// What every place answered, the one that was asked last at the end.
fn nowhere(name: &str, answers: &[(ImageSource, SourceError)]) -> Failure {
    // A name that makes no sense makes none anywhere.
    let exit = if answers.iter().all(|(_, error)| matches!(error, SourceError::Usage(_))) {
        Exit::Usage
    } else {
        Exit::ScanFailed
    };
    let mut answers = answers.iter().rev().map(|(place, error)| format!("{}: {error}", place.name()));
    let last = anyhow::Error::msg(answers.next().unwrap_or_default());
    let error = answers.fold(last, anyhow::Error::context);
    Failure::new(exit, error)
        .when(format!("the image {name} was not found"))
        .remedy("check the name, name the place it is in (such as registry:NAME), or give a file: --input FILE")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_scheme(text: &str, expected: Option<(&str, &str)>) {
        let seen = Scheme::of(text).map(|(scheme, rest)| {
            let name = match scheme {
                Scheme::Place(place) => place.name(),
                Scheme::File(_) => "file",
            };
            (name, rest)
        });
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn schemes_are_told_from_tags() {
        check_scheme("docker:alpine", Some(("docker", "alpine")));
        check_scheme("docker:alpine:3.20", Some(("docker", "alpine:3.20")));
        check_scheme("registry:localhost:5000/team/app", Some(("registry", "localhost:5000/team/app")));
        check_scheme("docker:27.3", None);
        check_scheme("docker:27.3/x", Some(("docker", "27.3/x")));
        check_scheme("oci-dir:1.oci:latest", Some(("file", "1.oci:latest")));
        check_scheme("docker-archive:/a.tar", Some(("file", "/a.tar")));
        check_scheme("alpine:3.20", None);
        check_scheme("localhost:5000/docker:1", None);
        check_scheme("alpine", None);
    }

    #[test]
    fn tags_and_digests_follow_paths() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("image:1.oci");
        std::fs::write(&path, "").unwrap();
        let split = |suffix: &str| with_selector(Path::new(&format!("{}{suffix}", path.display())));
        assert_eq!(split(""), (path.clone(), None));
        assert_eq!(split(":latest"), (path.clone(), Some("latest".into())));
        assert_eq!(split("@sha256:00"), (path.clone(), Some("sha256:00".into())));
        let absent = folder.path().join("absent:tag");
        assert_eq!(with_selector(&absent), (absent.clone(), None));
    }
}
