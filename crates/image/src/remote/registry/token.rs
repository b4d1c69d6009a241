//! Tokens: how a name and a password, an identity token or nobody in particular becomes leave to read one repository
//! (the token authentication of the distribution project; OAuth 2 for identity tokens).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use net::http::{HeaderValue, Uri};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::challenge::Challenge;
use crate::remote::credentials::{Credential, Secret};

/// What a token says of its life when it says nothing (the token specification).
const LIFE: Duration = Duration::from_mins(1);

/// Unreserved characters of RFC 3986 stay as they are.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A header that opens a door, and until when.
#[derive(Clone)]
pub(in crate::remote) struct Grant {
    pub(super) header: HeaderValue,
    until: Option<Instant>,
}

/// Tokens of all registries, by server, challenge and user.
#[derive(Default)]
pub(in crate::remote) struct Tokens(Mutex<BTreeMap<Key, Grant>>);

/// Server, challenge and user.
pub(super) type Key = (String, Challenge, String);

impl Tokens {
    /// A token got earlier that still holds.
    pub(super) fn get(&self, key: &Key) -> Option<Grant> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(key).filter(|grant| grant.holds()).cloned()
    }

    /// Keeps a token, and forgets those that hold no longer.
    pub(super) fn keep(&self, key: Key, grant: Grant) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, grant| grant.holds());
        tokens.insert(key, grant);
    }
}

impl Grant {
    /// Whether it can still be used, with a margin for the way.
    pub(super) fn holds(&self) -> bool {
        self.until.is_none_or(|until| Instant::now() < until)
    }

    /// Name and password with every request. `None` where the secret is of another kind.
    pub(super) fn basic(secret: &Secret) -> Option<Self> {
        let Secret::Password { user, password } = secret else { return None };
        let header = sensitive(&format!("Basic {}", STANDARD.encode(format!("{user}:{password}"))))?;
        Some(Self { header, until: None })
    }

    /// A token as it is.
    pub(super) fn bearer(token: &str) -> Option<Self> {
        Some(Self { header: sensitive(&format!("Bearer {token}"))?, until: None })
    }

    /// Reads the answer of a token server; `None` where it has no token.
    pub(super) fn parse(answer: &[u8], now: Instant) -> Option<Self> {
        #[derive(Deserialize)]
        struct Answer {
            token: Option<String>,
            access_token: Option<String>,
            expires_in: Option<f64>,
        }
        let answer: Answer = serde_json::from_slice(answer).ok()?;
        let token = [answer.token, answer.access_token].into_iter().flatten().find(|token| !token.is_empty())?;
        let life = answer.expires_in.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        // Servers that say 0 mean nothing by it; a tenth is left for the way and for clocks.
        let life = life.filter(|life| !life.is_zero()).unwrap_or(LIFE);
        let until = now.checked_add(life.saturating_sub(life / 10));
        Some(Self { until, ..Self::bearer(&token)? })
    }
}

/// A header that the HTTP library must not print.
fn sensitive(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A request for a token.
pub(super) struct Question {
    pub(super) uri: Uri,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) form: Option<String>,
}

impl Question {
    /// What to ask the token server at `realm`; `None` where that is no address.
    pub(super) fn new(
        realm: &str,
        service: Option<&str>,
        scope: &str,
        credential: Option<&Credential>,
    ) -> Option<Self> {
        let service = service.map(|service| ("service", service));
        let scope = Some(("scope", scope));
        if let Some(Credential { secret: Secret::Identity(token), .. }) = credential {
            let own = [("grant_type", "refresh_token"), ("client_id", "plimsoll"), ("refresh_token", token)];
            let form = encode(own.into_iter().map(Some).chain([service, scope]).flatten());
            return Some(Self { uri: realm.parse().ok()?, authorization: None, form: Some(form) });
        }
        let secret = credential.map(|credential| &credential.secret);
        let account = match secret {
            Some(Secret::Password { user, .. }) => Some(("account", user.as_str())),
            _ => None,
        };
        let query = encode([account, service, scope].into_iter().flatten());
        let separator = if realm.contains('?') { '&' } else { '?' };
        let uri = format!("{realm}{separator}{query}").parse().ok()?;
        Some(Self { uri, authorization: secret.and_then(Grant::basic).map(|grant| grant.header), form: None })
    }
}

fn encode<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let pair = |(name, value)| format!("{name}={}", utf8_percent_encode(value, QUERY));
    pairs.map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_in_both_spellings() {
        let now = Instant::now();
        let read = |text: &str| Grant::parse(text.as_bytes(), now);
        let life = |grant: Grant| grant.until.unwrap() - now;
        let grant = read(r#"{"token":"t","expires_in":300,"issued_at":"2020-01-01T00:00:00Z"}"#).unwrap();
        assert_eq!(grant.header.as_bytes(), b"Bearer t");
        assert_eq!(life(grant), Duration::from_secs(270));
        assert_eq!(read(r#"{"access_token":"a"}"#).unwrap().header.as_bytes(), b"Bearer a");
        assert_eq!(life(read(r#"{"token":"t","expires_in":0}"#).unwrap()), Duration::from_secs(54));
        for nothing in ["", "{}", r#"{"token":""}"#, r#"{"token":"a\nb"}"#, "[]"] {
            assert!(read(nothing).is_none(), "{nothing}");
        }
        assert!(read(r#"{"token":"t","expires_in":-5}"#).is_some());
        assert!(read(r#"{"token":"t","expires_in":1e300}"#).is_some());
    }

    #[test]
    fn questions_carry_what_the_realm_needs() {
        let scope = "repository:a/b:pull";
        let ask = |realm: &str, credential: Option<&Credential>| Question::new(realm, Some("r.io"), scope, credential);
        let nobody = ask("https://auth.io/token", None).unwrap();
        assert_eq!(nobody.uri.to_string(), "https://auth.io/token?service=r.io&scope=repository%3Aa%2Fb%3Apull");
        assert!(nobody.authorization.is_none() && nobody.form.is_none());
        let user = Credential::password("me", "p", "test");
        let somebody = ask("https://auth.io/token?x=1", Some(&user)).unwrap();
        assert!(somebody.uri.to_string().starts_with("https://auth.io/token?x=1&account=me&service="));
        // `printf me:p | base64`
        assert_eq!(somebody.authorization.unwrap().as_bytes(), b"Basic bWU6cA==");
        let identity = Credential { secret: Secret::Identity("r&t".into()), source: String::new() };
        let refresh = ask("https://auth.io/token", Some(&identity)).unwrap();
        assert_eq!(refresh.uri.to_string(), "https://auth.io/token");
        assert_eq!(
            refresh.form.unwrap(),
            "grant_type=refresh_token&client_id=plimsoll&refresh_token=r%26t&service=r.io&scope=repository%3Aa%2Fb%3Apull"
        );
        assert!(ask("not an address", None).is_none());
    }

    #[test]
    fn headers_do_not_show_themselves() {
        let shown = format!("{:?}", Grant::bearer("hidden").unwrap().header);
        assert!(!shown.contains("hidden"), "{shown}");
    }
}
