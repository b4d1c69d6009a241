//! What a server asks for when it refuses: the header `WWW-Authenticate` (RFC 9110, section 11.6.1; the token
//! authentication of the distribution project).

use net::http::HeaderMap;
use net::http::header::WWW_AUTHENTICATE;

/// A way to prove who we are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Challenge {
    /// Name and password with every request.
    Basic,
    /// A token, to be had from the realm.
    Bearer {
        /// The address that hands out tokens.
        realm: String,
        /// For whom the token is.
        service: Option<String>,
        /// What it is for.
        scope: Option<String>,
    },
}

/// The ways the server offers; Bearer first, since it shows a password to fewer servers less often.
pub(super) fn challenges(headers: &HeaderMap) -> Vec<Challenge> {
    let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let mut found: Vec<Challenge> = values.flat_map(parse).collect();
    found.sort_by_key(|challenge| matches!(challenge, Challenge::Basic));
    found
}

fn parse(text: &str) -> Vec<Challenge> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut open: Option<(&str, Vec<(&str, String)>)> = None;
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        let (word, after) = token(rest);
        if word.is_empty() {
            break;
        }
        match (after.trim_start().strip_prefix('='), &mut open) {
            // A name with a value belongs to the scheme before it.
            (Some(value), Some((_, parameters))) => {
                let (value, after) = read_value(value.trim_start());
                parameters.push((word, value));
                rest = after;
            }
            (Some(_), None) => break,
            (None, _) => {
                found.extend(open.take().and_then(finish));
                open = Some((word, Vec::new()));
                rest = after;
            }
        }
    }
    found.extend(open.take().and_then(finish));
    found
}

fn finish((scheme, parameters): (&str, Vec<(&str, String)>)) -> Option<Challenge> {
    let get = |wanted: &str| {
        let found = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    };
    if scheme.eq_ignore_ascii_case("basic") {
        Some(Challenge::Basic)
    } else if scheme.eq_ignore_ascii_case("bearer") {
        Some(Challenge::Bearer { realm: get("realm")?, service: get("service"), scope: get("scope") })
    } else {
        None
    }
}

/// A token of RFC 9110, section 5.6.2, and what follows it.
fn token(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)));
    text.split_at(end.unwrap_or(text.len()))
}

/// A value, quoted or not, and what follows it.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (value, rest) = token(text);
        return (value.to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &quoted[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            _ => value.push(character),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Challenge {
        Challenge::Bearer { realm: realm.into(), service: service.map(Into::into), scope: scope.map(Into::into) }
    }

    fn check(headers: &[&str], expected: &[Challenge]) {
        let map = headers.iter().map(|value| (WWW_AUTHENTICATE, value.parse().unwrap())).collect();
        assert_eq!(challenges(&map), expected, "{headers:?}");
    }

    #[test]
    fn challenges_are_read_in_every_order_and_spelling() {
        // The example of the distribution project's token specification.
        check(
            &[
                r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:samalba/my-app:pull,push""#,
            ],
            &[bearer(
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
                Some("repository:samalba/my-app:pull,push"),
            )],
        );
        check(&[r#"Basic realm="Registry""#], &[Challenge::Basic]);
        check(&["basic", r#"bearer Realm="r" , SERVICE = s"#], &[bearer("r", Some("s"), None), Challenge::Basic]);
        check(&[r#"Basic realm="a, b=c", Bearer realm="r\"q""#], &[bearer("r\"q", None, None), Challenge::Basic]);
    }

    #[test]
    fn nonsense_offers_nothing() {
        check(&["", "Negotiate", "Bearer", r#"Bearer realm="""#, "=,=", r#"realm="x""#, "Digest realm=\"x"], &[]);
        check(&[r#"Bearer realm="unclosed"#], &[bearer("unclosed", None, None)]);
    }
}
