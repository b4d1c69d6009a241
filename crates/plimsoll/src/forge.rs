//! The repositories of an organisation, as the place that keeps them lists them: GitHub (REST API, "List organization
//! repositories"), GitLab (Groups API, "List all projects for a group") and Bitbucket Cloud (API 2.0, "List repositories in a
//! workspace"), or servers of one's own that speak like them.
//!
//! Invariant: the token goes to the server that was named and to no other.

use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use net::http::header::{ACCEPT, LINK, USER_AGENT};
use net::http::{HeaderValue, StatusCode, Uri};
use net::{Ask, Call, Http, Party, Patience, Response, Server};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::exit::Exit;
use crate::failure::Failure;

/// What may stand in a part of a path as it is: unreserved characters (RFC 3986, section 2.3).
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A hundred repositories take no more, and no organisation has that many hundreds.
const PAGE_BYTES: u64 = 16 << 20;
const PAGES: usize = 1000;
/// How long one page may take.
const LONGEST: Duration = Duration::from_mins(2);

/// A place that keeps repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forge {
    /// github.com, or an enterprise's own.
    GitHub,
    /// gitlab.com, or one's own.
    GitLab,
    /// bitbucket.org.
    Bitbucket,
}

/// Whose repositories, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    forge: Forge,
    name: String,
}

impl FromStr for Organization {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let forge = |word: &str| match word {
            "github" => Some(Forge::GitHub),
            "gitlab" => Some(Forge::GitLab),
            "bitbucket" => Some(Forge::Bitbucket),
            _ => None,
        };
        let named = text.split_once(':').and_then(|(word, name)| Some((forge(word)?, name)));
        match named.filter(|(_, name)| !name.is_empty()) {
            Some((forge, name)) => Ok(Self { forge, name: name.to_owned() }),
            None => Err("write github:NAME, gitlab:GROUP or bitbucket:WORKSPACE".to_owned()),
        }
    }
}

/// Who asks, and where.
pub struct Asking {
    /// Connections.
    pub http: Arc<Http>,
    /// Where the API is; its public address if none is given.
    pub base: Option<String>,
    /// A token for it.
    pub token: Option<String>,
}

impl Organization {
    /// The addresses of all its repositories, in their order.
    pub fn repositories(&self, asking: &Asking) -> Result<Vec<String>, Failure> {
        let base = asking.base.as_deref().unwrap_or(self.forge.base()).trim_end_matches('/');
        let failed = |why: String| {
            Failure::new(Exit::ScanFailed, anyhow::Error::msg(why))
                .when(format!("cannot list the repositories of {} at {base}", self.name))
        };
        let api = Api::new(asking, base).map_err(failed)?;
        let mut listed = None;
        for path in self.forge.paths(&self.name) {
            listed = api.list(self.forge, &format!("{base}{path}")).map_err(failed)?;
            if listed.is_some() {
                break;
            }
        }
        let mut addresses =
            listed.ok_or_else(|| failed("there is no such organisation, or it is not shown to us".into()))?;
        addresses.sort();
        addresses.dedup();
        Ok(addresses)
    }

    /// What git has to say when it asks for one of its repositories (RFC 7617).
    pub fn authorization(&self, token: &str) -> String {
        let user = match self.forge {
            Forge::GitHub => "x-access-token",
            Forge::GitLab => "oauth2",
            Forge::Bitbucket => "x-token-auth",
        };
        format!("Authorization: Basic {}", BASE64_STANDARD.encode(format!("{user}:{token}")))
    }
}

impl Forge {
    fn base(self) -> &'static str {
        match self {
            Self::GitHub => "https://api.github.com",
            Self::GitLab => "https://gitlab.com/api/v4",
            Self::Bitbucket => "https://api.bitbucket.org/2.0",
        }
    }

    /// Where the list is. On GitHub what is no organisation may be a user.
    fn paths(self, name: &str) -> Vec<String> {
        let name = utf8_percent_encode(name, PART);
        match self {
            Self::GitHub => ["orgs", "users"].iter().map(|kind| format!("/{kind}/{name}/repos?per_page=100")).collect(),
            Self::GitLab => vec![format!("/groups/{name}/projects?include_subgroups=true&per_page=100")],
            Self::Bitbucket => vec![format!("/repositories/{name}?pagelen=100")],
        }
    }

    /// The addresses on one page.
    fn addresses(self, page: &Value) -> Option<Vec<String>> {
        let list = match self {
            Self::GitHub | Self::GitLab => page.as_array()?,
            Self::Bitbucket => page["values"].as_array()?,
        };
        let address = |repository: &Value| match self {
            Self::GitHub => repository["clone_url"].as_str().map(str::to_owned),
            Self::GitLab => repository["http_url_to_repo"].as_str().map(str::to_owned),
            Self::Bitbucket => {
                let ways = repository["links"]["clone"].as_array()?;
                let https = ways.iter().find(|way| way["name"] == "https")?;
                https["href"].as_str().map(without_user)
            }
        };
        Some(list.iter().filter_map(address).filter(|address| is_remote(address)).collect())
    }

    /// Where the next page is, if there is one.
    fn next(self, headers: Option<&str>, page: &Value) -> Option<String> {
        match self {
            Self::GitHub | Self::GitLab => next_link(headers?),
            Self::Bitbucket => page["next"].as_str().map(str::to_owned),
        }
    }
}

/// Whether whoever lists repositories may send us there: over the network, and not to files of this machine.
fn is_remote(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://")
}

/// Bitbucket puts the name of whoever asks before the host.
fn without_user(address: &str) -> String {
    match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.split_once('@')?))) {
        Some((scheme, (user, rest))) if !user.contains('/') => format!("{scheme}://{rest}"),
        _ => address.to_owned(),
    }
}

/// The link to the next page among all links (RFC 8288).
fn next_link(header: &str) -> Option<String> {
    header.split(',').find_map(|link| {
        let (address, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
        let is_next = parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
        is_next.then(|| address.to_owned())
    })
}

/// A server that is asked, page by page.
struct Api<'a> {
    http: &'a Http,
    server: Server,
    login: Option<HeaderValue>,
}

impl<'a> Api<'a> {
    fn new(asking: &'a Asking, base: &str) -> Result<Self, String> {
        let uri: Uri = base.parse().map_err(|_| "write https://HOST/PATH".to_owned())?;
        let server = Server::of(&uri).map_err(net::Failure::message)?;
        if asking.token.is_some() && !server.secure && !server.is_loopback() {
            return Err("a token goes over https only, since others could listen".to_owned());
        }
        let login = asking.token.as_ref().map(|token| {
            let mut login = HeaderValue::from_str(&format!("Bearer {token}"))
                .map_err(|_| "the token has characters that no header may have".to_owned())?;
            login.set_sensitive(true);
            Ok::<_, String>(login)
        });
        Ok(Self { http: &asking.http, server, login: login.transpose()? })
    }

    /// All pages from here on; none where there is no such list.
    fn list(&self, forge: Forge, first: &str) -> Result<Option<Vec<String>>, String> {
        let mut addresses = Vec::new();
        let mut next = Some(first.to_owned());
        for _ in 0..PAGES {
            let Some(at) = next else { return Ok(Some(addresses)) };
            let uri: Uri = at.parse().map_err(|_| format!("{at:?} is no address"))?;
            if Server::of(&uri).map_err(net::Failure::message)? != self.server {
                return Err("the next page is said to be on another server, which is not asked".to_owned());
            }
            let response = self.persist(&uri)?;
            match response.status() {
                StatusCode::OK => {}
                StatusCode::NOT_FOUND => return Ok(None),
                status @ (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => {
                    return Err(format!(
                        "it answered {status}; put a token that may list them into PLIMSOLL_FORGE_TOKEN"
                    ));
                }
                status => return Err(format!("it answered {status}")),
            }
            let links = response.headers().get(LINK).and_then(|links| links.to_str().ok()).map(str::to_owned);
            let page = net::document(response, PAGE_BYTES, "the list").map_err(net::Failure::message)?;
            let page: Value = serde_json::from_slice(&page).map_err(|error| format!("its list is no JSON: {error}"))?;
            let listed = forge.addresses(&page).ok_or("its answer is no list of repositories")?;
            addresses.extend(listed);
            next = forge.next(links.as_deref(), &page);
        }
        Err(format!("there are more than {PAGES} pages"))
    }

    /// Asks until there is an answer that is not a passing failure, or patience ends.
    fn persist(&self, uri: &Uri) -> Result<Response, String> {
        let patience = Patience { attempts: 3, ..Patience::default() };
        let mut failed = 0;
        loop {
            let call = Call {
                party: &Party::default(),
                uri: uri.clone(),
                // GitHub refuses whoever does not say who he is.
                headers: vec![
                    (ACCEPT, HeaderValue::from_static("application/json")),
                    (USER_AGENT, HeaderValue::from_static("plimsoll")),
                ],
                authorization: self.login.clone(),
                ask: Ask::Get,
                deadline: Instant::now().checked_add(LONGEST),
            };
            let (why, asked) = match self.http.send(call) {
                Ok(response) if net::is_passing(response.status()) => {
                    (format!("it answered {}", response.status()), net::retry_after(response.headers()))
                }
                Ok(response) => return Ok(response),
                Err(net::Failure::Passing(why)) => (why, None),
                Err(net::Failure::Lasting(why)) => return Err(why),
            };
            failed += 1;
            patience.wait(failed, asked).map_err(|end| format!("{why}; {end}"))?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::connections;
    use net::Environment;
    use net::testing;
    use serde_json::json;

    /// Lists the repositories of `organization` at a server that answers so; `HOST` in an answer is that server.
    fn list(
        organization: &str,
        answers: &'static [(&'static str, u16, &'static str, &'static str)],
    ) -> (Result<Vec<String>, Failure>, Vec<String>) {
        let host = Arc::new(std::sync::OnceLock::<String>::new());
        let known = Arc::clone(&host);
        let server = testing::Server::start(move |asked| {
            let host = known.get().cloned().unwrap_or_default();
            assert_eq!(asked.header("authorization"), Some("Bearer t0ken"));
            match answers.iter().find(|(path, ..)| *path == asked.path) {
                Some((_, status, link, body)) => {
                    let answer = testing::Answer::new(*status, body.replace("HOST", &host));
                    if link.is_empty() { answer } else { answer.with("Link", link.replace("HOST", &host)) }
                }
                None => testing::Answer::new(404, "{}"),
            }
        });
        host.set(server.host.clone()).unwrap();
        let asking = Asking {
            http: connections(Environment::new([("NO_PROXY", "*")], "/")),
            base: Some(format!("http://{}", server.host)),
            token: Some("t0ken".into()),
        };
        let listed = organization.parse::<Organization>().unwrap().repositories(&asking);
        (listed, server.paths())
    }

    fn told(failure: &Failure) -> String {
        let mut text = Vec::new();
        failure.print(false, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn github_lists_page_by_page() {
        let (listed, asked) = list(
            "github:acme",
            &[
                (
                    "/orgs/acme/repos?per_page=100",
                    200,
                    "<http://HOST/organizations/1/repos?per_page=100&page=2>; rel=\"next\", <http://HOST/organizations/1/repos?per_page=100&page=2>; rel=\"last\"",
                    r#"[{"id": 2, "full_name": "acme/b", "private": true, "clone_url": "https://github.example/acme/b.git"}]"#,
                ),
                (
                    "/organizations/1/repos?per_page=100&page=2",
                    200,
                    "<http://HOST/organizations/1/repos?per_page=100&page=1>; rel=\"prev\"",
                    r#"[{"id": 1, "clone_url": "https://github.example/acme/a.git"}, {"id": 3, "clone_url": "file:///etc"}]"#,
                ),
            ],
        );
        assert_eq!(listed.unwrap(), ["https://github.example/acme/a.git", "https://github.example/acme/b.git"]);
        assert_eq!(asked.len(), 2);
    }

    #[test]
    fn who_is_no_organisation_may_be_a_user() {
        let user = "/users/octo/repos?per_page=100";
        let (listed, asked) = list("github:octo", &[("/users/octo/repos?per_page=100", 200, "", "[]")]);
        assert_eq!(listed.unwrap(), Vec::<String>::new());
        assert_eq!(asked, ["GET /orgs/octo/repos?per_page=100".to_owned(), format!("GET {user}")]);
        let (listed, _) = list("github:nobody", &[]);
        assert!(told(&listed.unwrap_err()).contains("there is no such organisation"));
    }

    #[test]
    fn gitlab_lists_groups_within_groups() {
        let (listed, _) = list(
            "gitlab:acme/tools",
            &[(
                "/groups/acme%2Ftools/projects?include_subgroups=true&per_page=100",
                200,
                "<http://HOST/x>; rel=\"first\"",
                r#"[{"id": 7, "path_with_namespace": "acme/tools/x", "http_url_to_repo": "https://gitlab.example/acme/tools/x.git"}]"#,
            )],
        );
        assert_eq!(listed.unwrap(), ["https://gitlab.example/acme/tools/x.git"]);
    }

    #[test]
    fn bitbucket_names_the_next_page_in_its_answer() {
        let (listed, _) = list(
            "bitbucket:acme",
            &[
                (
                    "/repositories/acme?pagelen=100",
                    200,
                    "",
                    r#"{"pagelen": 100, "next": "http://HOST/repositories/acme?page=2", "values": [{"full_name": "acme/a", "links": {"clone": [{"name": "ssh", "href": "git@x:acme/a.git"}, {"name": "https", "href": "https://me@bitbucket.example/acme/a.git"}]}}]}"#,
                ),
                ("/repositories/acme?page=2", 200, "", r#"{"values": []}"#),
            ],
        );
        assert_eq!(listed.unwrap(), ["https://bitbucket.example/acme/a.git"]);
    }

    #[test]
    fn the_token_goes_nowhere_else() {
        let link = "<http://127.0.0.2:1/x>; rel=\"next\"";
        assert_eq!(next_link(link).as_deref(), Some("http://127.0.0.2:1/x"));
        let (listed, _) = list(
            "github:acme",
            &[("/orgs/acme/repos?per_page=100", 200, "<http://127.0.0.2:1/x>; rel=\"next\"", "[]")],
        );
        assert!(told(&listed.unwrap_err()).contains("on another server"));
        let http = connections(Environment::new([("NO_PROXY", "*")], "/"));
        let asking = Asking { http, base: Some("http://api.example".into()), token: Some("t0ken".into()) };
        let refused = told(&"github:acme".parse::<Organization>().unwrap().repositories(&asking).unwrap_err());
        assert!(refused.contains("over https only") && !refused.contains("t0ken"), "{refused}");
    }

    #[test]
    fn refusals_and_nonsense_are_told() {
        let (listed, _) = list("github:acme", &[("/orgs/acme/repos?per_page=100", 403, "", "{}")]);
        assert!(told(&listed.unwrap_err()).contains("PLIMSOLL_FORGE_TOKEN"));
        let (listed, _) = list("github:acme", &[("/orgs/acme/repos?per_page=100", 200, "", "{\"message\": \"x\"}")]);
        assert!(told(&listed.unwrap_err()).contains("no list of repositories"));
        for text in ["acme", "github:", "sourcehut:acme"] {
            assert!(text.parse::<Organization>().is_err(), "{text}");
        }
        assert_eq!(Forge::Bitbucket.addresses(&json!({"values": [{"links": {}}]})), Some(Vec::new()));
    }
}
