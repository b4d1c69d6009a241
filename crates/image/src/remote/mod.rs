//! Images that other programs keep: registries, and the daemons of Docker, Podman and containerd.
//!
//! Invariants: a credential goes to the registry it was found for, and to the token server which that registry names, over
//! a connection that nobody can listen to; it appears in no message. Everything that answers is taken for hostile.

#[cfg(unix)]
pub mod containerd;
mod content;
mod credentials;
pub mod docker;
mod environment;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod registry;
#[cfg(test)]
mod testing;

use std::sync::Arc;

pub use credentials::Credential;
pub use environment::Environment;
pub use registry::{Access, Registry};

/// What requests to the same servers share: open connections, tokens, certificates. Cheap to clone.
#[derive(Clone)]
pub struct Connections(Arc<Shared>);

struct Shared {
    environment: Arc<Environment>,
    http: http::Http,
    tokens: registry::Tokens,
    patience: registry::Patience,
}

impl Connections {
    /// No connections yet, on a machine like this.
    pub fn new(environment: Environment) -> Self {
        Self::with_patience(environment, registry::Patience::default())
    }

    fn with_patience(environment: Environment, patience: registry::Patience) -> Self {
        let environment = Arc::new(environment);
        let http = http::Http::new(Arc::clone(&environment));
        Self(Arc::new(Shared { environment, http, tokens: registry::Tokens::default(), patience }))
    }

    /// The environment that decides about credentials, certificates, proxies and mirrors.
    pub fn environment(&self) -> &Environment {
        &self.0.environment
    }
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
