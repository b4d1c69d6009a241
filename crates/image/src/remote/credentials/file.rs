//! The files that hold credentials: Docker's `config.json` and Podman's `auth.json`, which share a form
//! (docker-config-json; containers-auth.json(5)).

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

use super::{Credential, Environment, Keys, Secret, helper};

/// No honest file comes near.
const LARGEST: u64 = 4 << 20;

/// One such file.
pub(super) struct File {
    content: Content,
    source: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Content {
    auths: Option<BTreeMap<String, Option<Entry>>>,
    creds_store: Option<String>,
    cred_helpers: Option<BTreeMap<String, String>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    auth: Option<String>,
    username: Option<String>,
    password: Option<String>,
    identitytoken: Option<String>,
    registrytoken: Option<String>,
}

impl File {
    /// Reads the file, if there is one. `source` is its name in messages.
    pub(super) fn read(path: &Path, source: String) -> Result<Option<Self>, String> {
        let file = match std::fs::File::open(path) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(format!("cannot read {source}: {error}")),
        };
        let mut bytes = Vec::new();
        file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|error| format!("cannot read {source}: {error}"))?;
        Self::parse(&bytes, source).map(Some)
    }

    /// Reads the form. Errors tell the place and never the content.
    pub(super) fn parse(bytes: &[u8], source: String) -> Result<Self, String> {
        if bytes.len() as u64 > LARGEST {
            return Err(format!("{source} is larger than {LARGEST} bytes"));
        }
        if bytes.trim_ascii().is_empty() {
            return Ok(Self { content: Content::default(), source });
        }
        match serde_json::from_slice(bytes) {
            Ok(content) => Ok(Self { content, source }),
            Err(error) => {
                let (line, column) = (error.line(), error.column());
                Err(format!("{source} is not a credentials file: wrong at line {line}, column {column}"))
            }
        }
    }

    /// The credential for a registry: from the helper for it, the store for all, or the entry in the file itself.
    pub(super) fn credential(
        &self,
        keys: &Keys,
        environment: &Environment,
        problems: &mut Vec<String>,
    ) -> Result<Option<Credential>, String> {
        let own_helper = self.content.cred_helpers.as_ref().and_then(|helpers| {
            // Podman files helpers by namespace too, and asks them for what they are filed under.
            let (key, helper) =
                [&keys.server].into_iter().chain(&keys.auths).find_map(|key| helpers.get_key_value(key))?;
            Some((helper.as_str(), if keys.is_hub() { keys.server.as_str() } else { key.as_str() }))
        });
        let store = self.content.creds_store.as_deref().filter(|name| !name.is_empty());
        for (name, server) in [own_helper, store.map(|name| (name, keys.server.as_str()))].into_iter().flatten() {
            match helper::get(name, server, environment) {
                Ok(Some(secret)) => {
                    let source = format!("docker-credential-{name} (named in {})", self.source);
                    return Ok(Some(Credential { secret, source }));
                }
                Ok(None) => {}
                Err(problem) => problems.push(format!("{problem} (named in {})", self.source)),
            }
        }
        let Some(auths) = &self.content.auths else { return Ok(None) };
        for wanted in &keys.auths {
            let entry =
                auths.iter().find(|(key, _)| host_and_path(key) == wanted).and_then(|(_, entry)| entry.as_ref());
            if let Some(secret) = entry.map(|entry| self.secret(entry)).transpose()?.flatten() {
                return Ok(Some(Credential { secret, source: self.source.clone() }));
            }
        }
        Ok(None)
    }

    fn secret(&self, entry: &Entry) -> Result<Option<Secret>, String> {
        let given = |field: &Option<String>| field.clone().filter(|text| !text.is_empty());
        if let Some(token) = given(&entry.identitytoken) {
            return Ok(Some(Secret::Identity(token)));
        }
        if let Some(token) = given(&entry.registrytoken) {
            return Ok(Some(Secret::Access(token)));
        }
        if let Some(auth) = given(&entry.auth) {
            let wrong = || format!("an entry of {} has an auth field that is not base64 of user:password", self.source);
            let decoded = STANDARD.decode(auth.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let decoded = decoded.ok_or_else(wrong)?;
            let (user, password) = decoded.split_once(':').ok_or_else(wrong)?;
            // Docker pads with NUL bytes what it wrote in its first years.
            let password = password.trim_end_matches('\0').to_owned();
            return Ok(Some(Secret::Password { user: user.to_owned(), password }));
        }
        let pair = given(&entry.username).zip(given(&entry.password));
        Ok(pair.map(|(user, password)| Secret::Password { user, password }))
    }
}

/// `https://x.io/v2/` → `x.io`: entries may be filed under an address, with the path of an API version.
fn host_and_path(key: &str) -> &str {
    let bare = key.strip_prefix("https://").or_else(|| key.strip_prefix("http://")).unwrap_or(key);
    let bare = bare.trim_end_matches('/');
    bare.strip_suffix("/v1").or_else(|| bare.strip_suffix("/v2")).unwrap_or(bare)
}
