//! Image references: `registry/repository:tag@digest` (the grammar of distribution/reference, and Docker's defaults).

use std::fmt;

use model::Digest;

use crate::SourceError;

/// The registry that a name without one belongs to.
pub const DEFAULT_REGISTRY: &str = "docker.io";

/// A name of an image at a registry.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Host, and port where one is given.
    pub registry: String,
    /// Path below the registry, Docker's `library/` included.
    pub repository: String,
    /// Tag; `latest` when neither tag nor digest is given.
    pub tag: Option<String>,
    /// Digest of the manifest or index. It decides when there is a tag as well.
    pub digest: Option<Digest>,
}

impl Reference {
    /// Reads what a person types: `alpine`, `ghcr.io/org/app:1.2`, `localhost:5000/x@sha256:…`.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let wrong = |why: &str| SourceError::Usage(format!("{text:?} is not an image reference: {why}"));
        if text.len() > 1024 {
            return Err(wrong("it is longer than 1024 bytes"));
        }
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest.parse::<Digest>().map_err(|error| wrong(&error.to_string()))?)),
            None => (text, None),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag)),
            _ => (rest, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(wrong("a tag has up to 128 letters, digits, and _ . -"));
        }
        let (registry, repository) = match path.split_once('/') {
            Some((host, repository)) if is_host(host) => (host.to_owned(), repository.to_owned()),
            _ => (DEFAULT_REGISTRY.to_owned(), path.to_owned()),
        };
        let registry = if registry == "index.docker.io" { DEFAULT_REGISTRY.to_owned() } else { registry };
        let repository = if registry == DEFAULT_REGISTRY && !repository.contains('/') {
            format!("library/{repository}")
        } else {
            repository
        };
        if !repository.split('/').all(is_component) {
            return Err(wrong("a repository has lower-case letters and digits, with . _ - between them"));
        }
        let tag = tag.map(str::to_owned).or_else(|| digest.is_none().then(|| "latest".to_owned()));
        Ok(Self { registry, repository, tag, digest })
    }

    /// What the registry's API calls the manifest: the digest if there is one, else the tag.
    pub fn manifest_name(&self) -> String {
        match (&self.digest, &self.tag) {
            (Some(digest), _) => digest.to_string(),
            (None, Some(tag)) => tag.clone(),
            (None, None) => "latest".into(),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.registry, self.repository)?;
        self.tag.iter().try_for_each(|tag| write!(f, ":{tag}"))?;
        self.digest.iter().try_for_each(|digest| write!(f, "@{digest}"))
    }
}

/// A first component is a host when it could not be part of a repository's name on Docker's own registry.
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, rest)) => {
            let port = rest.strip_prefix(':');
            if address.parse::<std::net::Ipv6Addr>().is_err() || (port.is_none() && !rest.is_empty()) {
                return false;
            }
            ("localhost", port)
        }
        None => match text.split_once(':') {
            Some((name, port)) => (name, Some(port)),
            None => (text, None),
        },
    };
    let port_is_number =
        port.is_none_or(|port| port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok());
    let named =
        port.is_some() || name == "localhost" || name.contains('.') || name.bytes().any(|b| b.is_ascii_uppercase());
    named
        && port_is_number
        && !name.is_empty()
        && name.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        })
}

fn is_tag(text: &str) -> bool {
    let bytes = text.as_bytes();
    matches!(bytes.first(), Some(first) if first.is_ascii_alphanumeric() || *first == b'_')
        && bytes.len() <= 128
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b))
}

fn is_component(text: &str) -> bool {
    let alphanumeric = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    alphanumeric(bytes.first())
        && alphanumeric(bytes.last())
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = Reference::parse(text).map_or_else(|_| "refused".into(), |reference| reference.to_string());
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn names_get_dockers_defaults() {
        check("alpine", "docker.io/library/alpine:latest");
        check("alpine:3.20", "docker.io/library/alpine:3.20");
        check("grafana/grafana", "docker.io/grafana/grafana:latest");
        check("index.docker.io/library/alpine", "docker.io/library/alpine:latest");
        check("localhost/x", "localhost/x:latest");
        check("localhost:5000/a/b:1", "localhost:5000/a/b:1");
        check("127.0.0.1:5000/a", "127.0.0.1:5000/a:latest");
        check("[::1]:5000/a", "[::1]:5000/a:latest");
        let digest = Digest::sha256(b"");
        check(&format!("ghcr.io/o/a@{digest}"), &format!("ghcr.io/o/a@{digest}"));
        check(&format!("ghcr.io/o/a:1@{digest}"), &format!("ghcr.io/o/a:1@{digest}"));
    }

    #[test]
    fn what_could_escape_an_address_is_refused() {
        for text in [
            "",
            "UPPER",
            "a//b",
            "a/../b",
            "a b",
            "a:b:c",
            "x.y/a?b",
            "x.y/a#b",
            "a@sha256:zz",
            "-a",
            "a:-t",
            "x.y:99999/a",
            "x.y:+80/a",
            "[::1]x/a",
            "[::1]\n:80/a",
            "a\nb",
        ] {
            check(text, "refused");
        }
    }
}
