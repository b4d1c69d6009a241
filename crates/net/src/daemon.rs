//! Daemons that speak HTTP, on a Unix socket or on TCP. They are silent for as long as their work takes.

use std::time::Duration;

use ureq::Agent;
use ureq::config::ConfigBuilder;
use ureq::typestate::AgentScope;

use crate::{Error, Response, client};

/// A daemon that answers requests.
pub struct Daemon(Agent);

impl Daemon {
    pub(crate) fn new(agent: Agent) -> Self {
        Self(agent)
    }

    /// The one that listens on a Unix socket, whatever host an address names.
    #[cfg(unix)]
    pub fn on_socket(socket: &std::path::Path) -> Self {
        Self(crate::unix::agent(patient().build(), socket))
    }

    /// Asks for `address`, and waits for an answer and for each part of it no longer than `silence`. Any status is an
    /// answer.
    pub fn get(&self, address: &str, silence: Duration) -> Result<Response, Error> {
        let request = self.0.get(address).config();
        request.timeout_recv_response(Some(silence)).timeout_per_read(Some(silence)).build().call()
    }
}

/// What holds for every connection, save that each request says how long it waits.
pub(crate) fn patient() -> ConfigBuilder<AgentScope> {
    client::configuration().timeout_recv_response(None).timeout_per_read(None)
}
