//! Addresses that carry a password: `scheme://user:password@host` (RFC 3986, section 3.2.1; the form is deprecated there, and
//! every database has it).

use std::ops::Range;

/// An address with a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    pub scheme: Range<usize>,
    pub user: Range<usize>,
    pub password: Range<usize>,
    pub host: Range<usize>,
}

/// Longer names, passwords and hosts are none.
const LONGEST: usize = 256;
const LONGEST_SCHEME: usize = 32;

/// The address around `://`, whose password is one and not the name of a variable in it.
pub fn parse(text: &[u8], sign: Range<usize>) -> Option<Address> {
    let before = text[sign.start.saturating_sub(LONGEST_SCHEME)..sign.start].iter().rev();
    let in_scheme = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let scheme = sign.start - before.take_while(in_scheme).count()..sign.start;
    (!scheme.is_empty()).then_some(())?;
    // The first colon ends the name. The password ends at the last `@` before the host ends.
    let room = &text[sign.end..text.len().min(sign.end + 2 * LONGEST)];
    let colon = room.iter().position(|byte| is_end(*byte) || matches!(byte, b':' | b'/' | b'@' | b'?' | b'#'))?;
    (room[colon] == b':').then_some(())?;
    let after = &room[colon + 1..];
    let end = after.iter().position(|byte| is_end(*byte)).unwrap_or(after.len());
    let at = last_at(&after[..end])?;
    let password = sign.end + colon + 1..sign.end + colon + 1 + at;
    let host_start = password.end + 1;
    let in_host = |byte: &&u8| {
        byte.is_ascii_alphanumeric()
            || matches!(byte, b'.' | b'-' | b'_' | b'[' | b']' | b':' | b'$' | b'{' | b'}' | b'%')
    };
    let length = text[host_start..].iter().take(LONGEST).take_while(in_host).count();
    (length > 0 && !password.is_empty() && password.len() <= LONGEST).then_some(())?;
    Some(Address { scheme, user: sign.end..sign.end + colon, password, host: host_start..host_start + length })
}

fn is_end(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7F || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>' | b'\\' | b'|')
}

/// Where the `@` is after which the host begins. A `/` before it may only be in a password without `:` after it: else it is
/// the port before a path.
fn last_at(rest: &[u8]) -> Option<usize> {
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    rest[..end].iter().rposition(|byte| *byte == b'@').or_else(|| {
        let is_port = !rest[..end].is_empty() && rest[..end].iter().all(u8::is_ascii_digit);
        let stop = rest.iter().position(|byte| matches!(byte, b'?' | b'#' | b',' | b';' | b')')).unwrap_or(rest.len());
        let at = rest[..stop].iter().position(|byte| *byte == b'@')?;
        (!is_port && !rest[..at].contains(&b':')).then_some(at)
    })
}

/// Whether a host is the machine itself, where a password opens nothing for others.
pub fn is_local(host: &[u8]) -> bool {
    let end = host.iter().position(|byte| *byte == b':').filter(|_| !host.starts_with(b"["));
    let name = &host[..end.unwrap_or(host.len())];
    let names: [&[u8]; 5] = [b"localhost", b"0.0.0.0", b"[::1]", b"host.docker.internal", b"host"];
    names.iter().any(|local| name.eq_ignore_ascii_case(local))
        || name.starts_with(b"127.")
        || name.starts_with(b"[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<(&str, &str, &str)>) {
        let sign = text.find("://").unwrap();
        let found = parse(text.as_bytes(), sign..sign + 3);
        let seen = found.map(|found| (&text[found.user], &text[found.password], &text[found.host]));
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn parts_are_told_apart() {
        check("postgres://app:pw@db:5432/app", Some(("app", "pw", "db:5432")));
        check("redis://:p/w@cache", Some(("", "p/w", "cache")));
        check("x mysql://a:p@ss@db.x.io/", Some(("a", "p@ss", "db.x.io")));
        check("https://example.com:8443/@scope/package", None);
        check("https://example.com/a:b@c", None);
        check("https://user@host/", None);
        check("amqp://a:@host", None);
        check("://a:b@c", None);
    }

    #[test]
    fn the_machine_itself_has_many_names() {
        for host in ["localhost", "LOCALHOST:5432", "127.0.0.1", "[::1]:80"] {
            assert!(is_local(host.as_bytes()), "{host}");
        }
        assert!(!is_local(b"db.example.com"));
    }
}
