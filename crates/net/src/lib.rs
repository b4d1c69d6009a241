//! HTTP requests: who is trusted, which proxy is taken, which redirects are followed (RFC 9110).
//!
//! [`Http`] sends a [`Call`]; any status is an answer, and a [`Failure`] says whether another try is worth it. [`Patience`]
//! says when to make it.
//!
//! Blocking on purpose: a body is read by the thread that needs it, and while that thread works the kernel's socket
//! buffer fills up behind it. HTTP/1.1 on purpose: over one HTTP/2 connection, a body that waits would hold up the others.
//!
//! Invariants: a credential goes to the server it was given for and to no other, wherever that server leads. Nothing here
//! reads a variable or a fixed path of the machine; both come in as an [`Environment`].

mod client;
mod daemon;
mod environment;
mod failure;
mod proxy;
mod retry;
mod server;
#[cfg(feature = "testing")]
pub mod testing;
mod trust;
#[cfg(unix)]
mod unix;

pub use client::{Ask, Call, Http, Party, Response, body, document, join};
pub use daemon::Daemon;
pub use environment::Environment;
pub use failure::{Failure, TIME_IS_UP};
pub use retry::{Patience, is_passing, retry_after};
pub use server::{Server, is_loopback};
pub use trust::{CertificateFolders, Identity};
/// What a daemon's refusal to answer looks like, and the names of HTTP: headers, statuses, addresses.
pub use ureq::{Error, http};
