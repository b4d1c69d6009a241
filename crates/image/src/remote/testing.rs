//! A registry or daemon that says what a test wants it to say.

use std::ops::Deref;

pub(super) use net::testing::{Answer, Asked};

/// A running server that answers the question whether it is a registry (distribution-spec 1.1, "Determining Support")
/// by itself.
pub(super) struct Server(net::testing::Server);

const SUPPORT: &str = "/v2/";

fn supported(answer: impl Fn(&Asked) -> Answer) -> impl Fn(&Asked) -> Answer {
    move |asked| if asked.path == SUPPORT { Answer::new(200, "") } else { answer(asked) }
}

impl Server {
    pub(super) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self(net::testing::Server::start(supported(answer)))
    }

    /// One that listens on a Unix socket.
    #[cfg(unix)]
    pub(super) fn start_unix(
        path: &std::path::Path,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self(net::testing::Server::start_unix(path, supported(answer)))
    }

    /// What was asked so far, the question whether it is a registry left out.
    pub(super) fn asked(&self) -> Vec<Asked> {
        self.0.asked().into_iter().filter(|asked| asked.path != SUPPORT).collect()
    }

    pub(super) fn paths(&self) -> Vec<String> {
        self.asked().iter().map(Asked::line).collect()
    }
}

impl Deref for Server {
    type Target = net::testing::Server;

    fn deref(&self) -> &net::testing::Server {
        &self.0
    }
}
