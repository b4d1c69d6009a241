//! What is a secret in configuration, and how it is kept from everybody who reads a finding: the one place that decides it.
//!
//! A value is a secret by the name of its key or the name that stands beside it, by what it is a part of (the data of a
//! Kubernetes secret, the value of a parameter store), or because the file declares it one (`sensitive`, `NoEcho`). What
//! names, counts or refers to a secret is none. Where in doubt it is left out: a finding without its value still has its line.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use crate::{Node, Resource, Span, Value, json};

/// What takes the place of a secret.
const HIDDEN: &str = "…";
/// Texts shorter than this are left out only where they stand alone.
const SHORT: usize = 4;
/// Texts that files declare secret: more than anybody writes.
const MOST_DECLARED: usize = 1000;
/// Secrets of one file; of a file with more no line is shown.
const MOST_OF_FILE: usize = 10_000;

/// How values at a place are seen, from what leads to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sight {
    /// As they are.
    #[default]
    Open,
    /// As they are, where the keys are names of variables.
    Variables,
    /// Only what counts or refers to a secret.
    Named,
    /// Not at all.
    Sealed,
    /// What a kind of resource keeps under names that say nothing of it.
    Keeper,
}

impl Sight {
    /// Where a resource of a kind begins.
    pub fn of_kind(kind: &str) -> Self {
        let kind = kind.to_ascii_lowercase();
        let keeps = kind.contains("secret") || kind.contains("ssm_parameter") || kind.contains("ssm::parameter");
        if keeps { Self::Keeper } else { Self::Open }
    }

    /// One key further in.
    pub fn enter(self, holder: Option<&Node>, key: &str) -> Self {
        const KEPT: &[&str] =
            &["data", "stringdata", "binarydata", "value", "datajson", "plaintextvalue", "encryptedvalue", "payload"];
        const VARIABLES: &[&str] =
            &["environment", "env", "variables", "environmentvariables", "envvars", "args", "buildargs", "appsettings"];
        let plain = plain(key);
        let text = |key: &str| holder.and_then(|node| node.get(key)).and_then(Node::text);
        if self == Self::Sealed || key == "kubectl.kubernetes.io/last-applied-configuration" {
            return Self::Sealed;
        }
        if (self == Self::Keeper || text("kind") == Some("Secret")) && KEPT.contains(&&*plain) {
            return Self::Sealed;
        }
        if tells_about(&plain) {
            return Self::Open;
        }
        let beside = || ["name", "key", "Name", "Key", "variable_name"].into_iter().filter_map(text).any(is_variable);
        let is_value = matches!(&*plain, "value" | "default" | "defaultvalue");
        if self == Self::Named || is_secret(key) || is_value && beside() || self == Self::Variables && is_variable(key)
        {
            return Self::Named;
        }
        if VARIABLES.contains(&&*plain) { Self::Variables } else { Self::Open }
    }

    /// Whether a value is kept out of sight; the key is that of the value, where it has one.
    fn hides(self, value: &Value, key: &str) -> bool {
        match (self, value) {
            (_, Value::List(_) | Value::Map(_) | Value::Null | Value::Unknown | Value::Reference(_)) => false,
            (Self::Sealed, _) => true,
            (Self::Named, Value::Text(text)) => !text.is_empty() && !matches!(&**text, "true" | "false"),
            (Self::Named, Value::Number(_)) => ends_as_secret(&plain(key)) || plain(key) == "value",
            _ => false,
        }
    }
}

/// A scalar for people; the key is its own, where it has one.
pub(crate) fn shown<'t>(node: &Node, text: &'t str, sight: Sight, key: &str) -> Cow<'t, str> {
    if sight.hides(&node.value, key) { Cow::Borrowed(HIDDEN) } else { Cow::Owned(redact(text)) }
}

/// Only letters and digits, small.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect()
}

const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "credential",
    "apikey",
    "accesskey",
    "privatekey",
    "signingkey",
    "masterkey",
    "accountkey",
    "sharedkey",
    "storagekey",
    "authkey",
    "connectionstring",
    "encryptionkey",
    "requirepass",
];

/// Whether a name is one that secrets have.
pub(crate) fn is_secret(name: &str) -> bool {
    let plain = plain(name);
    WORDS.iter().any(|word| plain.contains(word)) && !tells_about(&plain)
}

/// Whether a variable of that name has a secret: these are also called `STRIPE_KEY`, `DB_PWD`, `BASIC_AUTH`.
fn is_variable(name: &str) -> bool {
    let last = name.rsplit(['_', '-', '.']).next().unwrap_or_default().to_ascii_lowercase();
    let is_public = name.to_ascii_lowercase().contains("public");
    is_secret(name)
        || !is_public && name.len() > last.len() && matches!(&*last, "key" | "pwd" | "pass" | "auth" | "dsn" | "pw")
}

/// Whether a name is that of something about a secret: its name, its place, its length.
fn tells_about(plain: &str) -> bool {
    const ENDS: &[&str] = &[
        "name",
        "ref",
        "arn",
        "file",
        "path",
        "type",
        "length",
        "age",
        "enabled",
        "days",
        "ttl",
        "expiration",
        "prevention",
        "rotation",
        "required",
        "mode",
        "url",
        "uri",
        "endpoint",
        "version",
        "description",
        "provider",
    ];
    ENDS.iter().any(|end| plain.ends_with(end)) || plain == "kind" || plain == "id"
}

/// Whether the secret itself is what a name ends with: `db_password`, and not `password_reuse`.
fn ends_as_secret(plain: &str) -> bool {
    WORDS.iter().any(|word| plain.ends_with(word) || plain.ends_with(&format!("{word}s")))
}

/// A text in which what follows the name of a secret is left out (`--password=…`, `--token …`, `API_TOKEN=…`), and the
/// password of an address (`https://user:…@host`).
fn redact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut follows = false;
    for word in text.split_inclusive(char::is_whitespace) {
        let bare = word.trim_end();
        let space = &word[bare.len()..];
        match bare.split_once('=') {
            Some((name, value)) if !value.is_empty() && is_variable(name.trim_start_matches(['"', '\'', '-'])) => {
                out.extend([name, "=", HIDDEN, space]);
                follows = false;
            }
            _ if follows && !bare.is_empty() && !bare.starts_with('-') => {
                out.extend([HIDDEN, space]);
                follows = false;
            }
            _ => {
                out.push_str(&without_password(bare));
                out.push_str(space);
                follows = bare.starts_with("--") && is_secret(bare) || follows && bare.is_empty();
            }
        }
    }
    out
}

/// A word in which the password of an address is left out.
fn without_password(word: &str) -> Cow<'_, str> {
    let Some((scheme, rest)) = word.split_once("://") else { return Cow::Borrowed(word) };
    let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
    let Some((user, _)) = authority.rsplit_once('@').and_then(|(user, _)| user.split_once(':')) else {
        return Cow::Borrowed(word);
    };
    let at = authority.rfind('@').unwrap_or_default();
    Cow::Owned(format!("{scheme}://{user}:{HIDDEN}{}", &rest[at..]))
}

/// A line of a file in which what follows the name of a secret is left out.
fn mask(line: &str) -> String {
    let Some(at) = line.find([':', '=']) else { return redact(line) };
    let (before, value) = line.split_at(at);
    // The last word before the sign is the name: `- name`, `ENV NAME`, `"name"`.
    let name = before.trim_end().rsplit(char::is_whitespace).next().unwrap_or_default();
    let said = value[1..].trim().trim_end_matches([',', ';']);
    let says_something = !matches!(said, "" | "true" | "false" | "null" | "{" | "[" | "|" | ">");
    let is_number = said.bytes().all(|byte| byte.is_ascii_digit());
    let names = if is_number { ends_as_secret(&plain(name)) } else { is_variable(name.trim_matches(['"', '\''])) };
    if says_something && names {
        let space = if value[1..].starts_with(' ') { " " } else { "" };
        return format!("{}{space}{HIDDEN}", &line[..=at]);
    }
    redact(line)
}

/// The secrets of the files that are judged together.
#[derive(Debug, Default)]
pub(crate) struct Secrets<'r> {
    resources: &'r [Resource],
    of_file: HashMap<usize, Vec<usize>>,
    /// What files declare secret, wherever it comes up.
    declared: Vec<String>,
    known: HashMap<usize, Vec<Secret>>,
}

#[derive(Debug)]
struct Secret {
    span: Span,
    text: String,
    /// Whether it stands on exactly these lines, where else it is somewhere on them.
    exact: bool,
}

impl<'r> Secrets<'r> {
    /// Of these resources, with what their files declare secret.
    pub fn new(resources: &'r [Resource], declared: BTreeSet<String>) -> Self {
        let mut of_file: HashMap<usize, Vec<usize>> = HashMap::new();
        for (index, resource) in resources.iter().enumerate() {
            of_file.entry(resource.file).or_default().push(index);
        }
        let mut declared: Vec<String> =
            declared.into_iter().filter(|text| !text.is_empty()).take(MOST_DECLARED).collect();
        // The longest first: one may be a part of another.
        declared.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self { resources, of_file, declared, known: HashMap::new() }
    }

    fn of(&mut self, file: usize) -> &[Secret] {
        self.known.entry(file).or_insert_with(|| {
            let mut found = Vec::new();
            for index in self.of_file.get(&file).map(Vec::as_slice).unwrap_or_default() {
                let resource = &self.resources[*index];
                collect(&resource.body, Sight::of_kind(&resource.kind), "", true, &mut found);
            }
            found.sort_by(|a, b| (a.span, &a.text, b.exact).cmp(&(b.span, &b.text, a.exact)));
            found.dedup_by(|a, b| a.span == b.span && a.text == b.text);
            found
        })
    }

    /// A value that was found on these lines.
    pub fn value(&mut self, file: usize, span: Span, text: String) -> String {
        if self.of(file).len() > MOST_OF_FILE {
            return HIDDEN.to_owned();
        }
        let mut shown = text;
        for secret in self.of(file).iter().filter(|secret| overlap(secret.span, span)) {
            shown = without(&shown, &secret.text).unwrap_or(shown);
        }
        self.undeclared(shown)
    }

    /// A line of a file; without a number one of a template from which the file was made, whose secrets may be anywhere.
    pub fn line(&mut self, file: usize, number: Option<u32>, line: &str) -> String {
        if self.of(file).len() > MOST_OF_FILE {
            return covered(line);
        }
        let mut shown = mask(line);
        let is_near = |secret: &&Secret| number.is_none_or(|number| overlap(secret.span, Span::line(number)));
        for secret in self.of(file).iter().filter(is_near) {
            let mut met = false;
            for part in secret.text.lines().map(str::trim).filter(|part| !part.is_empty()) {
                if let Some(rest) = without(&shown, part) {
                    shown = rest;
                    met = true;
                }
            }
            // Written otherwise than it is: escaped, folded, or by a name.
            if !met && secret.exact && number.is_some() && !shown.contains(HIDDEN) {
                shown = covered(&shown);
            }
        }
        self.undeclared(shown)
    }

    fn undeclared(&self, mut text: String) -> String {
        for secret in &self.declared {
            for part in secret.lines().map(str::trim).filter(|part| !part.is_empty()) {
                text = without(&text, part).unwrap_or(text);
            }
        }
        text
    }
}

fn overlap(a: Span, b: Span) -> bool {
    a.first <= b.last && b.first <= a.last
}

/// A text without a secret, where it is in it.
fn without(text: &str, secret: &str) -> Option<String> {
    if secret.len() >= SHORT {
        return text.contains(secret).then(|| text.replace(secret, HIDDEN));
    }
    let mut out = String::new();
    let mut rest = text;
    let mut met = false;
    while let Some(at) = rest.find(secret) {
        let (before, after) = (&rest[..at], &rest[at + secret.len()..]);
        let alone = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
        let is_alone = alone(before.chars().next_back().or(out.chars().next_back().filter(|_| before.is_empty())));
        let is_alone = is_alone && alone(after.chars().next());
        out.extend([before, if is_alone { HIDDEN } else { secret }]);
        met |= is_alone;
        rest = after;
    }
    out.push_str(rest);
    met.then_some(out)
}

/// A line of which only the name is left.
fn covered(line: &str) -> String {
    match line.find([':', '=']) {
        Some(at) => format!("{} {HIDDEN}", &line[..=at]),
        None => format!("{}{HIDDEN}", &line[..line.len() - line.trim_start().len()]),
    }
}

/// Collects what is secret in a value.
fn collect(node: &Node, sight: Sight, key: &str, exact: bool, out: &mut Vec<Secret>) {
    if out.len() > MOST_OF_FILE {
        return;
    }
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                collect(value, sight.enter(Some(node), key), key, exact, out);
            }
        }
        Value::List(items) => {
            let mut follows = false;
            for item in items {
                let sight = if follows && sight != Sight::Sealed { Sight::Named } else { sight };
                follows =
                    item.text().is_some_and(|text| text.starts_with('-') && !text.contains('=') && is_secret(text));
                collect(item, sight, key, exact, out);
            }
        }
        Value::Text(text) if sight.hides(&node.value, key) => {
            out.push(Secret { span: node.span, text: text.clone(), exact });
        }
        Value::Number(number) if sight.hides(&node.value, key) => {
            out.push(Secret { span: node.span, text: number.to_string(), exact });
        }
        // `NAME=value`, and documents that are texts.
        Value::Text(text) => {
            for word in text.split_whitespace() {
                if let Some((name, value)) = word.split_once('=')
                    && value.len() >= SHORT
                    && is_variable(name.trim_start_matches(['"', '\'', '-']))
                {
                    out.push(Secret { span: node.span, text: value.to_owned(), exact: false });
                }
            }
            if text.trim_start().starts_with(['{', '['])
                && let Ok(mut document) = json::parse(text.as_bytes())
            {
                stand(&mut document, node.span);
                collect(&document, sight, key, false, out);
            }
        }
        _ => {}
    }
}

/// Puts a whole document where its text stands.
fn stand(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| stand(item, span)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| stand(value, span)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lose_what_follows_the_name_of_a_secret() {
        for (line, shown) in [
            ("  password: \"x\"", "  password: …"),
            ("DB_TOKEN=abc x", "DB_TOKEN=…"),
            ("ENV API_TOKEN=x A=b", "ENV API_TOKEN=…"),
            ("run --password=x --user=y", "run --password=…"),
            ("run --user y --password=x a", "run --user y --password=…"),
            ("run --password x --user y", "run --password … --user y"),
            ("name: x", "name: x"),
            ("  STRIPE_KEY: sk", "  STRIPE_KEY: …"),
            ("git clone https://me:hunter2@example.com/a", "git clone https://me:…@example.com/a"),
            // What only tells of a secret.
            ("automountServiceAccountToken: true", "automountServiceAccountToken: true"),
            ("minimum_password_length = 8", "minimum_password_length = 8"),
            ("  secretName: tls", "  secretName: tls"),
            ("password_reuse_prevention = 24", "password_reuse_prevention = 24"),
            ("  pin_token: 1234", "  pin_token: …"),
        ] {
            assert_eq!(mask(line), shown);
        }
    }

    #[test]
    fn short_secrets_are_left_out_where_they_stand_alone() {
        assert_eq!(without("a: ab \"a\"", "a").unwrap(), "…: ab \"…\"");
        assert_eq!(without("abc", "a"), None);
        assert_eq!(without("xhunter2y", "hunter2").unwrap(), "x…y");
    }

    #[test]
    fn what_a_secret_holds_is_sealed_whatever_its_keys_are() {
        let sight =
            |kind: &str, keys: &[&str]| keys.iter().fold(Sight::of_kind(kind), |sight, key| sight.enter(None, key));
        assert_eq!(sight("Secret", &["data", "type"]), Sight::Sealed);
        assert_eq!(sight("kubernetes_secret_v1", &["data", "username"]), Sight::Sealed);
        assert_eq!(sight("aws_ssm_parameter", &["value"]), Sight::Sealed);
        assert_eq!(sight("Pod", &["spec", "volumes", "secret", "secretName"]), Sight::Open);
        assert_eq!(sight("x", &["environment", "STRIPE_KEY"]), Sight::Named);
        assert_eq!(sight("x", &["tags", "Key"]), Sight::Open);
    }
}
