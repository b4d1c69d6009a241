//! Servers: which two addresses are the same one, and who can listen on the way (RFC 9110, section 4.3).

use ureq::http::Uri;

use crate::Failure;

/// A server, as far as it matters who may see what: address, port, and whether others can listen.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Server {
    /// Whether it is reached by https.
    pub secure: bool,
    /// Name or address, in lower case.
    pub host: String,
    /// The port, the usual one included.
    pub port: u16,
}

impl Server {
    /// The server of an address.
    pub fn of(uri: &Uri) -> Result<Self, Failure> {
        let wrong =
            |why: &str| Failure::Lasting(format!("cannot use the address {:?}: {why}", uri.host().unwrap_or("")));
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong("it is neither https nor http")),
        };
        let authority = uri.authority().ok_or_else(|| wrong("it names no server"))?;
        if authority.as_str().contains('@') {
            return Err(wrong("it has a user name in it"));
        }
        if authority.host().is_empty() {
            return Err(wrong("it names no server"));
        }
        let port = uri.port_u16().unwrap_or(if secure { 443 } else { 80 });
        Ok(Self { secure, host: authority.host().to_ascii_lowercase(), port })
    }

    /// Whether it is this machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.host)?;
        let usual = if self.secure { 443 } else { 80 };
        if self.port == usual { Ok(()) } else { write!(f, ":{}", self.port) }
    }
}

/// Whether a host, without its port, is this machine: nobody can listen in between.
pub fn is_loopback(host: &str) -> bool {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_scheme_host_and_port() {
        let server = |text: &str| Server::of(&text.parse().unwrap()).ok();
        assert_eq!(server("https://X.io/a"), server("https://x.io:443/b"));
        assert_ne!(server("https://x.io/"), server("http://x.io/"));
        assert_ne!(server("https://x.io/"), server("https://x.io:444/"));
        for refused in ["ftp://x.io/", "https://user:password@x.io/", "/relative"] {
            assert_eq!(server(refused), None, "{refused}");
        }
    }

    #[test]
    fn loopback_is_known_in_every_form() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["localhost.evil.example", "128.0.0.1", "127.0.0.1.evil.example", ""] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
