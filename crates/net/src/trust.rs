//! Whom TLS trusts: the system's certificate authorities, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`, and what is
//! filed for one server in a folder of its name (containers-certs.d(5), which Docker began).

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use ureq::tls::{Certificate, ClientCert, PrivateKey, RootCerts, TlsConfig};

use crate::{Environment, Failure, Party, Server};

/// No honest bundle of certificates comes near.
const LARGEST: u64 = 8 << 20;

/// Where certificates for single servers are: each of these folders may have one named after a server (`host:port`, or
/// `host` for the usual port) with `*.crt` in it, which are authorities, and `*.cert` with a `*.key` beside it, which is
/// ours to show.
#[derive(Clone, Debug, Default)]
pub struct CertificateFolders {
    /// The first that has a certificate to show counts.
    pub all: Vec<PathBuf>,
    /// The one that is named to a person whose server is not trusted.
    pub advised: Option<PathBuf>,
}

/// The certificate authorities that count, read when the first secure connection is made.
pub(crate) struct Trust {
    environment: Arc<Environment>,
    folders: CertificateFolders,
    system: OnceLock<Vec<Certificate<'static>>>,
}

/// The files that a user gave for one daemon.
#[derive(Clone, Debug, Default)]
pub struct Identity {
    /// Its certificate authority; the system's, where there is none.
    pub authority: Option<PathBuf>,
    /// Our certificate and its key.
    pub client: Option<(PathBuf, PathBuf)>,
    /// Whether the user said to take any certificate.
    pub unverified: bool,
}

impl Trust {
    pub(crate) fn new(environment: Arc<Environment>, folders: CertificateFolders) -> Self {
        Self { environment, folders, system: OnceLock::new() }
    }

    /// Where a person may put a certificate authority for one server.
    pub(crate) fn advised(&self) -> Option<&Path> {
        self.folders.advised.as_deref()
    }

    /// What counts for a connection to `server` on behalf of `party`. Its authorities count everywhere it leads;
    /// our own certificate is shown to a server only when it is filed for that very server.
    pub(crate) fn of(&self, server: &Server, party: &Party) -> Result<TlsConfig, Failure> {
        let mut own = vec![format!("{}:{}", server.host, server.port)];
        if server.port == 443 {
            own.push(server.host.clone());
        }
        // The registry may be known by another name than the server that speaks for it, as Docker Hub is.
        let speaks_for_party = party.names.iter().any(|name| own.contains(name));
        let (mut authorities, mut client) = (Vec::new(), None);
        for name in own.iter().chain(&party.names) {
            let may_show = speaks_for_party || own.contains(name);
            for folder in self.folders(name) {
                let found = Filed::read(&folder)?;
                authorities.extend(found.authorities);
                if may_show && client.is_none() {
                    client = found.client;
                }
            }
        }
        Ok(self.config(authorities, client.as_ref(), party.unverified))
    }

    /// What counts for a connection to a daemon.
    pub(crate) fn daemon(&self, identity: &Identity) -> Result<TlsConfig, Failure> {
        let authorities = identity.authority.as_deref().map(certificates).transpose()?;
        let client = identity.client.as_ref().map(|(certificate, key)| pair(certificate, key)).transpose()?;
        let config = self.config(authorities.clone().unwrap_or_default(), client.as_ref(), identity.unverified);
        // Docker trusts the daemon's own authority alone where there is one.
        Ok(match authorities {
            Some(alone) => with_roots(RootCerts::Specific(Arc::new(alone)), config.client_cert(), identity.unverified),
            None => config,
        })
    }

    fn config(&self, more: Vec<Certificate<'static>>, client: Option<&ClientCert>, unverified: bool) -> TlsConfig {
        let system = self.system.get_or_init(|| system(&self.environment));
        let roots = if system.is_empty() && more.is_empty() {
            // A machine without any, such as an empty container: the list that browsers carry is built in.
            RootCerts::WebPki
        } else {
            RootCerts::Specific(Arc::new(system.iter().cloned().chain(more).collect()))
        };
        with_roots(roots, client, unverified)
    }

    /// Where certificates for `name` may be filed. Names come from the network too: they must not lead elsewhere.
    fn folders(&self, name: &str) -> Vec<PathBuf> {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"._-:[]".contains(&b);
        if name.starts_with('.') || !name.bytes().all(plain) {
            return Vec::new();
        }
        self.folders.all.iter().map(|folder| folder.join(name)).collect()
    }
}

fn with_roots(roots: RootCerts, client: Option<&ClientCert>, unverified: bool) -> TlsConfig {
    TlsConfig::builder()
        .root_certs(roots)
        .client_cert(client.cloned())
        .disable_verification(unverified)
        // Named, because other parts of a program may bring another provider, and then none is the default.
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build()
}

/// The system's authorities. What cannot be read is left out: one broken file must not shut out every registry.
fn system(environment: &Environment) -> Vec<Certificate<'static>> {
    let (file, folder) = (environment.get("SSL_CERT_FILE"), environment.get("SSL_CERT_DIR"));
    let found = if file.is_some() || folder.is_some() {
        rustls_native_certs::load_certs_from_paths(file.map(Path::new), folder.map(Path::new))
    } else {
        rustls_native_certs::load_native_certs()
    };
    for error in &found.errors {
        tracing::warn!("cannot read certificate authorities: {error}");
    }
    found.certs.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}

/// What one `certs.d` folder holds: `*.crt` are authorities, `*.cert` with a `*.key` beside it is ours.
#[derive(Default)]
struct Filed {
    authorities: Vec<Certificate<'static>>,
    client: Option<ClientCert>,
}

impl Filed {
    fn read(folder: &Path) -> Result<Self, Failure> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
                return Ok(Self::default());
            }
            Err(error) => return Err(Failure::Lasting(format!("cannot read {}: {error}", folder.display()))),
        };
        let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        paths.sort();
        let mut found = Self::default();
        for path in paths {
            match path.extension().and_then(|extension| extension.to_str()) {
                Some("crt") => found.authorities.extend(certificates(&path)?),
                Some("cert") if found.client.is_none() => {
                    found.client = Some(pair(&path, &path.with_extension("key"))?);
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, Failure> {
    let found = chain(path)?;
    Ok(found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect())
}

fn chain(path: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let wrong = |why: String| Failure::Lasting(format!("{}: {why}", path.display()));
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path)?).collect();
    let found = found.map_err(|error| wrong(error.to_string()))?;
    if found.is_empty() { Err(wrong("it holds no certificate in PEM form".into())) } else { Ok(found) }
}

/// A certificate of ours with its key, checked to belong together.
fn pair(certificate: &Path, key: &Path) -> Result<ClientCert, Failure> {
    let wrong = |why: String| Failure::Lasting(format!("{}: {why}", key.display()));
    let found = chain(certificate)?;
    let bytes = read(key)?;
    let der = PrivateKeyDer::from_pem_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    let provider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(found.clone(), der, &provider).map_err(|error| wrong(error.to_string()))?;
    let key = PrivateKey::from_pem(&bytes).map_err(|error| wrong(error.to_string()))?;
    let found: Vec<_> = found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    Ok(ClientCert::new_with_certs(&found, key))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::Lasting(format!("cannot read {}: {error}", path.display()));
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(LARGEST).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}
