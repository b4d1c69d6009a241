//! Where a repository can be asked for: at its own registry, and before that at the mirrors that the machine's
//! configuration names for it (containers-registries.conf(5), version 2).

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use net::{Environment, Party, is_loopback};
use serde::Deserialize;

use crate::{DEFAULT_REGISTRY, Reference, SourceError};

/// No honest configuration comes near.
const LARGEST: u64 = 4 << 20;

/// A repository at one registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The registry as references name it, its port included.
    pub(super) registry: String,
    pub(super) repository: String,
    /// Whether the user allowed plain HTTP and certificates of any kind.
    pub(super) insecure: bool,
    /// Whether it stands in for the registry that was asked for.
    pub(super) mirror: bool,
}

impl Endpoint {
    /// The server that speaks for the registry. Docker Hub's has another name.
    pub(super) fn host(&self) -> &str {
        if self.registry == DEFAULT_REGISTRY { "registry-1.docker.io" } else { &self.registry }
    }

    pub(super) fn party(&self) -> Party {
        let mut names = vec![self.registry.clone()];
        if self.host() != self.registry {
            names.push(self.host().to_owned());
        }
        Party { names, unverified: self.insecure }
    }

    /// Whether plain HTTP may be tried: on request, and where nobody can listen in between.
    pub(super) fn may_be_plain(&self) -> bool {
        let host = match self.registry.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|b| b.is_ascii_digit()) => host,
            _ => &self.registry,
        };
        self.insecure || is_loopback(host)
    }
}

/// Where to ask for `reference`, in order.
pub(super) fn endpoints(
    reference: &Reference,
    insecure: bool,
    environment: &Environment,
) -> Result<Vec<Endpoint>, SourceError> {
    let own = Endpoint {
        registry: reference.registry.clone(),
        repository: reference.repository.clone(),
        insecure,
        mirror: false,
    };
    let name = format!("{}/{}", reference.registry, reference.repository);
    let registries = configured(environment)?;
    let entry = registries.iter().filter_map(|entry| Some((entry.covers(&name)?, entry)));
    let Some((covered, entry)) = entry.max_by_key(|(covered, _)| *covered) else { return Ok(vec![own]) };
    if entry.blocked {
        return Err(SourceError::Denied(format!("{name} is blocked by registries.conf")));
    }
    let rest = &name[covered..];
    let by_digest = reference.digest.is_some();
    let mut found = Vec::new();
    for mirror in &entry.mirror {
        let wanted = match mirror.pulls.as_deref() {
            Some("digest-only") => by_digest,
            Some("tag-only") => !by_digest,
            _ => by_digest || !entry.mirror_by_digest_only,
        };
        if wanted {
            found.push(rewritten(&mirror.location, rest, insecure || mirror.insecure, true)?);
        }
    }
    found.push(match entry.location.as_deref().filter(|location| !location.is_empty()) {
        Some(location) => rewritten(location, rest, insecure || entry.insecure, false)?,
        None => Endpoint { insecure: insecure || entry.insecure, ..own },
    });
    Ok(found)
}

fn rewritten(location: &str, rest: &str, insecure: bool, mirror: bool) -> Result<Endpoint, SourceError> {
    let text = format!("{location}{rest}");
    let wrong = || {
        SourceError::Usage(format!(
            "registries.conf gives the location {location:?}, which names no registry: write host[:port][/path], the host with a dot or a port"
        ))
    };
    let parsed = Reference::parse(&text).map_err(|_| wrong())?;
    // A name without a host would become one on Docker Hub.
    let host = location.split('/').next().unwrap_or_default();
    let at_host = parsed.registry == host || (host == "index.docker.io" && parsed.registry == DEFAULT_REGISTRY);
    if !at_host {
        return Err(wrong());
    }
    Ok(Endpoint { registry: parsed.registry, repository: parsed.repository, insecure, mirror })
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    registry: Vec<Entry>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Entry {
    prefix: Option<String>,
    location: Option<String>,
    insecure: bool,
    blocked: bool,
    mirror_by_digest_only: bool,
    mirror: Vec<Mirror>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Mirror {
    location: String,
    insecure: bool,
    #[serde(rename = "pull-from-mirror")]
    pulls: Option<String>,
}

impl Entry {
    /// How many bytes of `name` the entry replaces, if it is about it.
    fn covers(&self, name: &str) -> Option<usize> {
        let prefix = self.prefix.as_deref().filter(|prefix| !prefix.is_empty()).or(self.location.as_deref())?;
        if let Some(domain) = prefix.strip_prefix("*.") {
            let host = name.split('/').next()?;
            return host.strip_suffix(domain)?.ends_with('.').then_some(host.len());
        }
        let rest = name.strip_prefix(prefix)?;
        (!prefix.is_empty() && (rest.is_empty() || rest.starts_with('/'))).then_some(prefix.len())
    }
}

/// All entries that hold on this machine; where two are for the same prefix, the later one.
fn configured(environment: &Environment) -> Result<Vec<Entry>, SourceError> {
    let (main, folders) = files(environment);
    let mut paths: Vec<PathBuf> = main.into_iter().collect();
    for folder in folders {
        let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
        let mut more: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|e| e == "conf")).collect();
        more.sort();
        paths.extend(more);
    }
    let mut found: Vec<Entry> = Vec::new();
    for path in paths {
        for entry in read(&path)?.registry {
            let key = |entry: &Entry| entry.prefix.clone().or_else(|| entry.location.clone());
            found.retain(|earlier| key(earlier) != key(&entry));
            found.push(entry);
        }
    }
    Ok(found)
}

/// The main file, and the folders whose files add to it. The user's own replace the system's.
fn files(environment: &Environment) -> (Option<PathBuf>, Vec<PathBuf>) {
    let drop_ins = |main: &Path| main.with_extension("conf.d");
    if let Some(path) = environment.get("CONTAINERS_REGISTRIES_CONF") {
        return (Some(path.into()), Vec::new());
    }
    let user = environment.config_home().map(|folder| folder.join("containers/registries.conf"));
    let system = environment.system("/etc/containers/registries.conf");
    let mut folders = vec![drop_ins(&system)];
    folders.extend(user.as_deref().map(drop_ins));
    (Some(user.filter(|path| path.is_file()).unwrap_or(system)), folders)
}

fn read(path: &Path) -> Result<File, SourceError> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(File::default());
        }
        Err(error) => return Err(SourceError::io(path, error)),
    };
    let mut text = String::new();
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| SourceError::io(path, error))?;
    toml::from_str(&text).map_err(|error| SourceError::Usage(format!("{}: {}", path.display(), error.message())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(config: &str, reference: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("etc/containers/registries.conf");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, config).unwrap();
        let environment = Environment::new([("HOME", "/nowhere")], folder.path());
        let found = endpoints(&Reference::parse(reference).unwrap(), false, &environment);
        let show = |endpoint: Endpoint| {
            let plain = if endpoint.may_be_plain() { " plain" } else { "" };
            format!("{}/{}{plain}", endpoint.registry, endpoint.repository)
        };
        match found {
            Ok(found) => found.into_iter().map(show).collect::<Vec<_>>().join(", "),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_registry_without_an_entry_speaks_for_itself() {
        assert_eq!(shown("", "x.io/a:1"), "x.io/a");
        assert_eq!(shown("", "localhost:5000/a:1"), "localhost:5000/a plain");
        assert_eq!(shown("", "[::1]:5000/a:1"), "[::1]:5000/a plain");
        assert_eq!(shown("unqualified-search-registries = ['x.io']", "alpine"), "docker.io/library/alpine");
        let hub = endpoints(&Reference::parse("alpine").unwrap(), false, &Environment::new([("A", "b")], "/nowhere"));
        assert_eq!(hub.unwrap()[0].host(), "registry-1.docker.io");
    }

    // The example of containers-registries.conf(5): a prefix is replaced by the location, mirrors come first.
    #[test]
    fn mirrors_come_first_and_prefixes_are_replaced() {
        let config = r#"
            [[registry]]
            prefix = "example.com/foo"
            location = "internal-registry-for-example.com/bar"
            [[registry.mirror]]
            location = "example-mirror-0.local/mirror-for-foo"
            [[registry.mirror]]
            location = "example-mirror-1.local/mirrors/foo"
            insecure = true
            [[registry]]
            location = "example.com"
        "#;
        assert_eq!(
            shown(config, "example.com/foo/image:latest"),
            "example-mirror-0.local/mirror-for-foo/image, example-mirror-1.local/mirrors/foo/image plain, internal-registry-for-example.com/bar/image"
        );
        assert_eq!(shown(config, "example.com/food/image"), "example.com/food/image");
        assert_eq!(shown(config, "example.community/foo/image"), "example.community/foo/image");
    }

    #[test]
    fn mirrors_may_be_for_digests_only() {
        let config = |key: &str| {
            format!(
                "[[registry]]\nlocation='x.io'\n{key}\n[[registry.mirror]]\nlocation='m.io'\npull-from-mirror='digest-only'"
            )
        };
        let digest = model::Digest::sha256(b"");
        assert_eq!(shown(&config(""), "x.io/a:1"), "x.io/a");
        assert_eq!(shown(&config(""), &format!("x.io/a@{digest}")), "m.io/a, x.io/a");
    }

    #[test]
    fn wildcards_blocks_and_mistakes() {
        let wildcard = "[[registry]]\nprefix='*.x.io'\nlocation='m.io/all'";
        assert_eq!(shown(wildcard, "a.x.io/b"), "m.io/all/b");
        assert_eq!(shown(wildcard, "x.io/b"), "x.io/b");
        assert_eq!(
            shown("[[registry]]\nlocation='x.io'\nblocked=true", "x.io/a"),
            "x.io/a is blocked by registries.conf"
        );
        assert!(shown("[[registry]]\nlocation='x.io'\n[[registry.mirror]]\nlocation='m'", "x.io/a").contains("\"m\""));
        assert!(shown("[[registry", "x.io/a").contains("registries.conf: "));
    }
}
