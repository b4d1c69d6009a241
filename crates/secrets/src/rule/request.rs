//! Reads how a provider is asked whether it accepts a secret: the list `verify` of a provider's file.
//!
//! | key of a request | what it says |
//! |---|---|
//! | `of` | the kinds that are asked about so |
//! | `get`, `post` | the address, one of the two; `{secret}` in it is escaped |
//! | `headers` | names and values of headers |
//! | `basic` | name and password as HTTP Basic wants them (RFC 7617): `{secret}:` |
//! | `body` | what is posted: escaped as a form (RFC 1866), or as JSON where it begins with a brace |
//! | `sign` | `aws`: the request is signed with the secret and the key ID that stands beside it (Signature Version 4) |
//! | `live`, `revoked` | answers that say so: a status, and a text that the body has to have: `200 "ok":true` |
//!
//! `{secret}` is the secret's text, `{pair}` that of the one of its `pair` that stands beside it. What is asked changes nothing
//! and costs nothing: who is this, what is in the account. Every other answer leaves the question open.

use rules::{Node, Wrong};

/// A request as its file has it.
#[derive(Debug)]
pub struct Request {
    pub of: Vec<String>,
    pub post: bool,
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub basic: String,
    pub body: String,
    pub signed: bool,
    pub live: Vec<(u16, String)>,
    pub revoked: Vec<(u16, String)>,
}

const KEYS: &[&str] = &["of", "get", "post", "headers", "basic", "body", "sign", "live", "revoked"];

/// Reads a list of requests.
pub fn read(node: &Node) -> Result<Vec<Request>, Wrong> {
    node.list()?.iter().map(one).collect()
}

fn one(node: &Node) -> Result<Request, Wrong> {
    let fields = node.fields(KEYS)?;
    let text = |key: &str| fields.get(key).map_or(Ok(String::new()), |it| it.text().map(str::to_owned));
    let (get, post) = (text("get")?, text("post")?);
    if get.is_empty() == post.is_empty() {
        return Err(node.wrong("it needs an address, either to get or to post to"));
    }
    let (is_post, url) = (get.is_empty(), format!("{get}{post}"));
    let host = url.strip_prefix("https://").and_then(|rest| rest.split('/').next());
    if host.is_none_or(|host| host.is_empty() || host.contains(['{', '@', '?'])) {
        return Err(node.wrong("an address begins with https:// and a host of the provider's"));
    }
    let mut headers = Vec::new();
    if let Some(given) = fields.get("headers") {
        for (name, value) in given.map()? {
            headers.push((name.clone(), value.text()?.to_owned()));
        }
    }
    let signed = match &*text("sign")? {
        "" => false,
        "aws" => true,
        other => return Err(node.wrong(&format!("{other:?} is no way of signing"))),
    };
    let (basic, body) = (text("basic")?, text("body")?);
    let is_told = |template: &String| template.contains("{secret}");
    if !signed && !headers.iter().any(|(_, value)| is_told(value)) && ![&url, &basic, &body].into_iter().any(is_told) {
        return Err(node.wrong("{secret} is nowhere in the request"));
    }
    if !body.is_empty() && !is_post {
        return Err(node.wrong("a body is only posted"));
    }
    let of: Vec<String> = fields.texts("of")?.into_iter().map(str::to_owned).collect();
    if of.is_empty() {
        return Err(node.wrong("it is about no kind"));
    }
    let answers = |key: &str| -> Result<Vec<(u16, String)>, Wrong> {
        fields
            .need(key)?
            .texts()?
            .into_iter()
            .map(|text| answer(text).ok_or_else(|| node.wrong(&unlike(text))))
            .collect()
    };
    Ok(Request {
        of,
        post: is_post,
        url,
        headers,
        basic,
        body,
        signed,
        live: answers("live")?,
        revoked: answers("revoked")?,
    })
}

fn unlike(text: &str) -> String {
    format!("{text:?} is no answer: a status is expected, and perhaps what the body has in it")
}

/// `200`, `200 "ok":true`.
fn answer(text: &str) -> Option<(u16, String)> {
    let (status, says) = text.split_once(' ').unwrap_or((text, ""));
    let status = status.parse().ok().filter(|status| (200..600).contains(status))?;
    Some((status, says.to_owned()))
}
