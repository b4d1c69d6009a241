//! How a provider is asked whether it accepts a secret, and what its answer means. The requests are data (`verify` in
//! `rules/*.yaml`); who sends them is somebody else.

mod aws;

use std::fmt::Write;

use jiff::Timestamp;
use model::Verified;

use crate::rule::fill::base64;
use crate::rule::kind::{Kind, Request, by_id};
use crate::texts::Text;

/// A request that is ready to be sent. There is a secret in it, so that it must not be printed.
pub struct Question {
    /// Who is asked, in lower-case letters and digits: `github`.
    pub provider: String,
    /// Whether the body is posted.
    pub post: bool,
    /// The address.
    pub url: String,
    /// Headers.
    pub headers: Vec<(String, String)>,
    /// What is posted.
    pub body: String,
    request: &'static Request,
}

/// The question about a secret of this kind, if its provider can be asked. `moved` says for a provider where else it is.
pub fn question(kind: &str, text: &Text, now: Timestamp, moved: impl Fn(&str) -> Option<String>) -> Option<Question> {
    let kind = by_id(kind)?;
    let request = kind.verify?;
    let provider = provider(kind);
    let fill = |template: &str, escape: fn(&[u8]) -> String| -> Option<String> {
        let mut filled = template.replace("{secret}", &escape(&text.secret));
        if filled.contains("{pair}") {
            filled = filled.replace("{pair}", &escape(text.pair.as_deref()?));
        }
        Some(filled)
    };
    let mut url = fill(request.url, percent)?;
    if let Some(base) = moved(&provider) {
        let rest = url.strip_prefix("https://").and_then(|rest| rest.find('/').map(|at| rest[at..].to_owned()));
        url = format!("{}{}", base.trim_end_matches('/'), rest.unwrap_or_default());
    }
    let body = fill(request.body, if request.body.starts_with('{') { json } else { percent })?;
    let mut headers = Vec::new();
    for (name, value) in request.headers {
        headers.push(((*name).to_owned(), fill(value, plain)?));
    }
    if !request.basic.is_empty() {
        let login = fill(request.basic, plain)?;
        headers.push(("Authorization".to_owned(), format!("Basic {}", base64(login.as_bytes()))));
    }
    if request.signed {
        headers.extend(aws::signed(&url, text.pair.as_deref()?, &text.secret, now)?);
    }
    // A text that no header can carry is no secret of theirs.
    headers.iter().all(|(_, value)| value.bytes().all(|byte| (b' '..0x7F).contains(&byte))).then_some(())?;
    Some(Question { provider, post: request.post, url, headers, body, request })
}

impl Question {
    /// What an answer means.
    pub fn verdict(&self, status: u16, body: &[u8]) -> Verified {
        let says = |text: &str| text.is_empty() || memchr::memmem::find(body, text.as_bytes()).is_some();
        let is = |answers: &[(u16, &str)]| answers.iter().any(|(known, text)| *known == status && says(text));
        match () {
            () if is(self.request.live) => Verified::Live,
            () if is(self.request.revoked) => Verified::Revoked,
            () => Verified::Unknown,
        }
    }
}

/// The providers that can be asked, as [`Question::provider`] has them.
pub fn providers() -> Vec<String> {
    let asked = crate::rule::kind::all().iter().filter(|kind| kind.verify.is_some());
    let mut names: Vec<String> = asked.map(provider).collect();
    names.sort();
    names.dedup();
    names
}

fn provider(kind: &Kind) -> String {
    kind.provider.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

fn plain(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}

/// Everything but what an address may have anywhere in its path and query (RFC 3986, section 2.3), and the colon.
fn percent(text: &[u8]) -> String {
    let mut escaped = String::new();
    for &byte in text {
        if byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// As it stands between the quotation marks of JSON.
fn json(text: &[u8]) -> String {
    let quoted = serde_json::Value::from(plain(text)).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(kind: &str, secret: &str, pair: Option<&str>) -> Option<Question> {
        let text = Text { secret: secret.into(), pair: pair.map(|pair| pair.as_bytes().to_vec()) };
        question(kind, &text, Timestamp::UNIX_EPOCH, |_| None)
    }

    fn header<'a>(question: &'a Question, name: &str) -> Option<&'a str> {
        question.headers.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    #[test]
    fn secrets_stand_where_the_provider_expects_them() {
        let github = ask("github-personal-access-token", "abc", None).unwrap();
        assert_eq!((&*github.url, github.post), ("https://api.github.com/user", false));
        assert_eq!(header(&github, "Authorization"), Some("Bearer abc"));
        let telegram = ask("telegram-bot-token", "12:a/b", None).unwrap();
        assert_eq!(telegram.url, "https://api.telegram.org/bot12:a%2Fb/getMe");
        // The base64 of `abc:`, by coreutils.
        assert_eq!(
            header(&ask("stripe-live-secret-key", "abc", None).unwrap(), "Authorization"),
            Some("Basic YWJjOg==")
        );
        assert!(ask("github-personal-access-token", "a\nb", None).is_none());
        assert!(ask("github-personal-access-token", "a\u{e4}", None).is_none());
        assert!(ask("generic-password", "abc", None).is_none());
    }

    #[test]
    fn what_needs_another_secret_is_asked_with_it_or_not_at_all() {
        assert!(ask("aws-secret-access-key", "abc", None).is_none());
        assert!(ask("aws-secret-access-key", "abc", Some("AKIA")).is_some());
    }

    #[test]
    fn a_provider_may_be_somewhere_else() {
        let text = Text { secret: b"abc".to_vec(), pair: None };
        let moved = |provider: &str| (provider == "github").then(|| "http://127.0.0.1:9/api/v3/".to_owned());
        let question = question("github-personal-access-token", &text, Timestamp::UNIX_EPOCH, moved).unwrap();
        assert_eq!(question.url, "http://127.0.0.1:9/api/v3/user");
    }

    #[test]
    fn only_what_an_answer_says_is_believed() {
        let slack = ask("slack-bot-token", "abc", None).unwrap();
        assert_eq!(slack.verdict(200, br#"{"ok":true,"team":"x"}"#), Verified::Live);
        assert_eq!(slack.verdict(200, br#"{"ok":false,"error":"invalid_auth"}"#), Verified::Revoked);
        assert_eq!(slack.verdict(200, br#"{"ok":false,"error":"ratelimited"}"#), Verified::Unknown);
        assert_eq!(slack.verdict(503, b""), Verified::Unknown);
    }

    #[test]
    fn every_request_can_be_made_and_many_providers_asked() {
        assert!(providers().len() >= 40, "{}", providers().len());
        for kind in crate::KINDS.iter().filter(|kind| kind.verify.is_some()) {
            let question = ask(kind.id, "abc", Some("def")).unwrap();
            let told = format!("{}{:?}{}", question.url, question.headers, question.body);
            assert!(!told.contains("{secret}") && !told.contains("{pair}"), "{}", kind.id);
            let host = question.url.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap();
            assert!(host.contains('.') && !host.contains("abc"), "{host}");
        }
    }
}
