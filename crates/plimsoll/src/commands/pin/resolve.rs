//! What a tag points to: of an image at its registry, of an action in the repository that it comes from. Each is asked once.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use image::Reference;
use image::remote::{Access, Connections, Registry};
use misconfig::pins::{Use, What};
use model::Budget;
use net::http::{StatusCode, Uri};
use net::{Ask, Call, Environment, Http, Party};

use super::advertised::References;
use crate::args::PinArgs;
use crate::failure::Failure;
use crate::web;

/// How long one answer may take.
const LONGEST: Duration = Duration::from_mins(1);
/// Bytes of the list of a repository's references; the largest have a few.
const LARGEST: u64 = 64 << 20;

pub(super) struct Resolver {
    connections: Connections,
    http: Arc<Http>,
    insecure: bool,
    server: String,
    images: RefCell<HashMap<String, Result<String, String>>>,
    repositories: RefCell<HashMap<String, Result<References, String>>>,
}

impl Resolver {
    pub(super) fn new(args: &PinArgs) -> Result<Self, Failure> {
        let server = args.actions_server.trim_end_matches('/').to_owned();
        let is_address = server.parse::<Uri>().is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some());
        if !is_address {
            return Err(Failure::usage(format!("--actions-server is {server:?}, which is no address"))
                .remedy("write https://HOST"));
        }
        Ok(Self {
            connections: Connections::new(Environment::of_process()),
            http: web::connections(Environment::of_process()),
            insecure: args.insecure_registry,
            server,
            images: RefCell::default(),
            repositories: RefCell::default(),
        })
    }

    /// The digest or commit that the tag of a place points to.
    pub(super) fn pin(&self, found: &Use) -> Result<String, String> {
        let tag = found.tag.as_deref().ok_or("no tag is known")?;
        match found.what {
            What::Image => {
                let name = format!("{}:{tag}", found.name);
                let mut images = self.images.borrow_mut();
                images.entry(name).or_insert_with_key(|name| self.image(name)).clone()
            }
            What::Action => {
                // Behind the repository there may be a folder, or a file of a workflow.
                let mut parts = found.name.split('/');
                let (Some(owner), Some(name)) = (parts.next(), parts.next()) else {
                    return Err("it names no repository".into());
                };
                let mut repositories = self.repositories.borrow_mut();
                let key = format!("{owner}/{name}");
                match repositories.entry(key).or_insert_with_key(|key| self.repository(key)) {
                    Ok(references) => references
                        .commit(tag)
                        .map(str::to_owned)
                        .ok_or_else(|| format!("{owner}/{name} has no tag or branch {tag}")),
                    Err(why) => Err(why.clone()),
                }
            }
        }
    }

    fn image(&self, name: &str) -> Result<String, String> {
        let told = |error: image::SourceError| error.to_string();
        let reference = Reference::parse(name).map_err(told)?;
        let budget = Budget { deadline: Instant::now().checked_add(LONGEST), ..Budget::default() };
        let access = Access { login: None, insecure: self.insecure, budget: &budget };
        let registry = Registry::at(&self.connections, &reference, access).map_err(told)?;
        // A registry need not say the digest; then it is that of what it sends.
        let digest = match registry.digest(&reference).map_err(told)? {
            Some(digest) => digest,
            None => registry.document(&reference).map_err(told)?.1,
        };
        Ok(digest.to_string())
    }

    /// The references of a repository, as its server advertises them to whoever fetches.
    fn repository(&self, name: &str) -> Result<References, String> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
        if !name.bytes().all(is_plain) || name.contains("..") {
            return Err(format!("{name} is no name of a repository"));
        }
        let address = format!("{}/{name}/info/refs?service=git-upload-pack", self.server);
        let uri: Uri = address.parse().map_err(|_| format!("{address} is no address"))?;
        let call = Call {
            party: &Party::default(),
            uri,
            headers: Vec::new(),
            authorization: None,
            ask: Ask::Get,
            deadline: Instant::now().checked_add(LONGEST),
        };
        let response = self.http.send(call).map_err(net::Failure::message)?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(format!("{name} is not there, or not for everybody"));
            }
            status => return Err(format!("the server of {name} answered {status}")),
        }
        let content = net::document(response, LARGEST, "the list of references").map_err(net::Failure::message)?;
        References::read(&content)
    }
}
