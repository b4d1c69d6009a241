//! Which proxy a request takes: the variables `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, as curl and the
//! tools written in Go read them. There is no standard.

use std::net::IpAddr;

use ureq::Proxy;

use crate::{Environment, Failure, Server};

/// The proxy for requests to `server`; none for this machine.
pub(crate) fn choose(environment: &Environment, server: &Server) -> Result<Option<Proxy>, Failure> {
    let either = |lower: &str| environment.get(lower).or_else(|| environment.get(&lower.to_ascii_uppercase()));
    if server.is_loopback() || either("no_proxy").is_some_and(|list| spared(list, server)) {
        return Ok(None);
    }
    let name = if server.secure { "https_proxy" } else { "http_proxy" };
    let Some(address) = either(name).or_else(|| either("all_proxy")) else { return Ok(None) };
    // The address may hold a password: it is not shown.
    let wrong = |_| {
        Failure::Lasting(format!(
            "the variable {} or ALL_PROXY is not the address of a proxy",
            name.to_ascii_uppercase()
        ))
    };
    Proxy::new(address).map(Some).map_err(wrong)
}

/// Whether `NO_PROXY` names the server: by name (`x.io` with all below it, `.x.io` only those below it), address, network
/// (`10.0.0.0/8`), each with a port or without, or `*`.
fn spared(list: &str, server: &Server) -> bool {
    let host = server.host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<IpAddr> = host.parse().ok();
    list.split([',', ' ']).map(str::trim).filter(|entry| !entry.is_empty()).any(|entry| {
        if entry == "*" {
            return true;
        }
        if let (Some(address), Some((network, bits))) = (address, entry.split_once('/')) {
            return within(address, network, bits);
        }
        let (name, port) = match entry.rsplit_once(':') {
            // More than one colon is an IPv6 address without a port.
            Some((name, port)) if !name.contains(':') || name.ends_with(']') => (name, Some(port)),
            _ => (entry, None),
        };
        if port.is_some_and(|port| port.parse() != Ok(server.port)) {
            return false;
        }
        let name = name.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        if let Some(address) = address {
            return name.parse() == Ok(address);
        }
        let (name, below_only) = match name.strip_prefix("*.").or_else(|| name.strip_prefix('.')) {
            Some(name) => (name, true),
            None => (&*name, false),
        };
        let below = host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
        !name.is_empty() && (below || (!below_only && host == name))
    })
}

fn within(address: IpAddr, network: &str, bits: &str) -> bool {
    let (Ok(network), Ok(bits)) = (network.parse::<IpAddr>(), bits.parse::<u32>()) else { return false };
    match (address, network) {
        (IpAddr::V4(a), IpAddr::V4(b)) if bits <= 32 => {
            (a.to_bits() ^ b.to_bits()).checked_shr(32 - bits).unwrap_or(0) == 0
        }
        (IpAddr::V6(a), IpAddr::V6(b)) if bits <= 128 => {
            (a.to_bits() ^ b.to_bits()).checked_shr(128 - bits).unwrap_or(0) == 0
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(address: &str) -> Server {
        Server::of(&address.parse().unwrap()).unwrap()
    }

    fn check(variables: &[(&str, &str)], address: &str, expected: Option<&str>) {
        let environment = Environment::new(variables.iter().copied(), "/");
        let proxy = choose(&environment, &server(address)).unwrap();
        assert_eq!(proxy.map(|proxy| proxy.host().to_owned()).as_deref(), expected, "{variables:?} {address}");
    }

    #[test]
    fn the_scheme_decides_and_this_machine_is_spared() {
        let both = [("HTTPS_PROXY", "http://secure:1"), ("http_proxy", "http://plain:1")];
        check(&both, "https://x.io", Some("secure"));
        check(&both, "http://x.io", Some("plain"));
        check(&[("ALL_PROXY", "socks5://any:1")], "https://x.io", Some("any"));
        check(&both, "https://127.0.0.1:5000", None);
        check(&[], "https://x.io", None);
    }

    #[test]
    fn a_password_in_a_broken_address_is_not_shown() {
        let environment = Environment::new([("HTTPS_PROXY", "nonsense://u:hidden@x")], "/");
        let Err(failure) = choose(&environment, &server("https://x.io")) else { panic!("accepted") };
        let message = failure.message();
        assert!(message.contains("HTTPS_PROXY") && !message.contains("hidden"), "{message}");
    }

    // The cases that Go's golang.org/x/net/http/httpproxy documents.
    #[test]
    fn no_proxy_is_read_as_go_reads_it() {
        let spares = |list: &str, address: &str| spared(list, &server(address));
        assert!(spares("foo.com", "http://foo.com"));
        assert!(spares("foo.com", "http://bar.foo.com"));
        assert!(!spares(".foo.com", "http://foo.com"));
        assert!(spares(".foo.com", "http://bar.foo.com"));
        assert!(spares("*", "http://anything"));
        assert!(spares("a, foo.com:8080", "http://foo.com:8080"));
        assert!(!spares("foo.com:8080", "http://foo.com"));
        assert!(spares("10.0.0.0/8", "http://10.1.2.3"));
        assert!(!spares("10.0.0.0/8", "http://11.1.2.3"));
        assert!(spares("0.0.0.0/0", "http://11.1.2.3"));
        assert!(spares("fd00::/8", "http://[fd12::1]:80"));
        assert!(spares("192.168.1.1", "http://192.168.1.1:5000"));
        assert!(!spares("foo.com", "http://notfoo.com"));
        assert!(!spares("", "http://foo.com"));
    }
}
