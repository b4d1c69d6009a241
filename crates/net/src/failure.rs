//! Why a request had no answer, and whether it is worth another try.

use std::path::Path;

use crate::Server;

/// Why a request had no answer.
#[derive(Debug)]
pub enum Failure {
    /// It may work the next time.
    Passing(String),
    /// It will fail again.
    Lasting(String),
}

/// Why nothing is asked any more.
pub const TIME_IS_UP: &str = "the time for the whole scan is up; raise --timeout";

impl Failure {
    /// What went wrong, for a person.
    pub fn message(self) -> String {
        let (Self::Passing(message) | Self::Lasting(message)) = self;
        message
    }

    /// What a failure of the HTTP library means. A name that is unknown and a port that is shut are taken for lasting:
    /// a person who mistyped a host should not wait.
    pub fn of(error: &ureq::Error, server: &Server) -> Self {
        Self::told(error, server, None)
    }

    /// The same, with the folder in which a certificate authority for one server may be put.
    pub(crate) fn told(error: &ureq::Error, server: &Server, folder: Option<&Path>) -> Self {
        use std::io::ErrorKind;
        let lasting = |why: String| Self::Lasting(format!("cannot reach {server}: {why}"));
        match error {
            ureq::Error::Io(io) => match io.kind() {
                ErrorKind::ConnectionReset
                | ErrorKind::ConnectionAborted
                | ErrorKind::BrokenPipe
                | ErrorKind::UnexpectedEof
                | ErrorKind::TimedOut
                | ErrorKind::WouldBlock => Self::Passing(format!("{server} broke off: {io}")),
                ErrorKind::InvalidData if io.to_string().contains("certificate") => {
                    lasting(distrust(server, folder, &io.to_string()))
                }
                _ => lasting(io.to_string()),
            },
            ureq::Error::Rustls(error) if error.to_string().contains("certificate") => {
                lasting(distrust(server, folder, &error.to_string()))
            }
            ureq::Error::Timeout(ureq::Timeout::Resolve | ureq::Timeout::Connect) => {
                lasting("no answer in time".into())
            }
            ureq::Error::Timeout(_) => Self::Passing(format!("{server} fell silent")),
            ureq::Error::Protocol(why) => Self::Passing(format!("{server} does not speak HTTP properly: {why}")),
            other => lasting(other.to_string()),
        }
    }
}

fn distrust(server: &Server, folder: Option<&Path>, why: &str) -> String {
    let place = match folder {
        Some(folder) => {
            format!("put the authority's certificate into {}/{server}/ca.crt, or name it", folder.display())
        }
        None => "name the authority's certificate".into(),
    };
    format!("its certificate is not trusted ({why}); {place} in SSL_CERT_FILE")
}
