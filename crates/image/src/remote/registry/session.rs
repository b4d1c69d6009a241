//! Requests to one repository of one registry: which scheme it speaks, who we are to it, and what its refusals mean
//! (OCI distribution-spec 1.1).

use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Instant;

use net::http::header::CONTENT_TYPE;
use net::http::{HeaderName, HeaderValue, StatusCode, Uri};
use net::{Ask, Call, Failure, Party, Patience, Response, Server, document, is_passing, retry_after};
use serde::Deserialize;

use super::challenge::{Challenge, challenges};
use super::endpoint::Endpoint;
use super::token::{Grant, Question};
use crate::SourceError;
use crate::remote::credentials::{self, Credential, Lookup, Secret};
use crate::remote::{Connections, clean};

/// No honest token or error message comes near.
const SMALL: u64 = 1 << 20;

/// What a form is called in a request.
const FORM: &str = "application/x-www-form-urlencoded";

/// What is to be done with a repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

impl Purpose {
    /// The actions of a token's scope (the token specification of the distribution project).
    fn actions(self) -> &'static str {
        match self {
            Self::Read => "pull",
            Self::Write => "pull,push",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A repository, and our standing there.
pub(super) struct Session {
    connections: Connections,
    pub(super) endpoint: Endpoint,
    purpose: Purpose,
    party: Party,
    patience: Patience,
    base: Mutex<Option<(String, Server)>>,
    login: OnceLock<Lookup>,
    grant: Mutex<Option<(Grant, Challenge)>>,
}

impl Session {
    /// `login` is the user's own for this registry; without it, files and helpers are asked when the registry asks.
    pub(super) fn new(
        connections: Connections,
        endpoint: Endpoint,
        login: Option<Credential>,
        purpose: Purpose,
        deadline: Option<Instant>,
    ) -> Self {
        let patience = Patience { deadline, ..connections.0.patience.clone() };
        let known = OnceLock::new();
        if login.is_some() {
            let _ = known.set(Lookup { credential: login, problems: Vec::new() });
        }
        let party = endpoint.party();
        let (base, grant) = (Mutex::default(), Mutex::default());
        Self { connections, endpoint, purpose, party, patience, base, login: known, grant }
    }

    /// Asks for `path` below the repository. The answer has a status that says something about the thing asked for:
    /// passing failures have been waited out, and a refusal has been met with everything we have.
    pub(super) fn get(&self, path: &str, headers: &[(HeaderName, HeaderValue)]) -> Result<Response, SourceError> {
        self.ask(&self.uri(path)?, Ask::Get, headers, &self.patience)
    }

    /// The address of `path` below the repository.
    pub(super) fn uri(&self, path: &str) -> Result<Uri, SourceError> {
        let (base, _) = self.base()?;
        let wrong = |_| SourceError::Usage(format!("{}/{path} makes no address", self.endpoint.repository));
        format!("{base}/v2/{}/{path}", self.endpoint.repository).parse().map_err(wrong)
    }

    /// Does something at an address that the registry is known by or gave us, trying as often as `patience` says. Only
    /// the registry's own server learns who we are.
    pub(super) fn ask(
        &self,
        uri: &Uri,
        ask: Ask<'_>,
        headers: &[(HeaderName, HeaderValue)],
        patience: &Patience,
    ) -> Result<Response, SourceError> {
        let (_, server) = self.base()?;
        let there = Server::of(uri).map_err(|failure| SourceError::Network(failure.message()))?;
        let send = |authorization: Option<&HeaderValue>| {
            self.persist(&there, patience, || Call {
                party: &self.party,
                uri: uri.clone(),
                headers: headers.to_vec(),
                authorization: authorization.cloned(),
                ask,
                deadline: self.patience.deadline,
            })
        };
        if there != server {
            if server.secure && !there.secure {
                return Err(SourceError::Network(format!("{server} leads from https to plain http at {there}")));
            }
            return send(None);
        }
        let known = self.known_grant(&server)?;
        let response = send(known.as_ref())?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let fresh = self.authorize(&response, known.as_ref(), &server)?;
        send(Some(&fresh))
    }

    /// How long to keep trying.
    pub(super) fn patience(&self) -> &Patience {
        &self.patience
    }

    /// What an answer other than the one hoped for means.
    pub(super) fn refusal(&self, response: Response, what: &str) -> SourceError {
        let status = response.status();
        let Endpoint { registry, repository, .. } = &self.endpoint;
        let detail = detail(response);
        match status {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => SourceError::Denied(format!(
                "{registry} refuses {repository} to {}{detail}{}",
                self.who(),
                self.advice()
            )),
            StatusCode::NOT_FOUND => SourceError::NotFound(format!("{registry} has no {what} in {repository}{detail}")),
            _ => SourceError::Network(format!(
                "{registry} answered {status} when asked for {what} of {repository}{detail}"
            )),
        }
    }

    /// Sends until there is an answer that is not a passing failure, or patience ends.
    fn persist<'a>(
        &self,
        server: &Server,
        patience: &Patience,
        call: impl Fn() -> Call<'a>,
    ) -> Result<Response, SourceError> {
        let mut failed = 0;
        loop {
            let (why, asked) = match self.connections.0.http.send(call()) {
                Ok(response) if is_passing(response.status()) => {
                    let (status, asked) = (response.status(), retry_after(response.headers()));
                    (format!("{server} answered {status}{}", detail(response)), asked)
                }
                Ok(response) => return Ok(response),
                Err(Failure::Passing(why)) => (why, None),
                Err(Failure::Lasting(why)) => return Err(SourceError::Network(why)),
            };
            failed += 1;
            tracing::debug!(server = %server, failed, "{why}");
            patience.wait(failed, asked).map_err(|end| SourceError::Network(format!("{why}; {end}")))?;
        }
    }

    /// The address of the registry's API. Where plain HTTP is allowed, the first use finds out what the server speaks.
    fn base(&self) -> Result<(String, Server), SourceError> {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*base {
            return Ok(known.clone());
        }
        let secure = self.address("https")?;
        let found = if !self.endpoint.may_be_plain() {
            secure
        } else if let Err(why) = self.probe(&secure.0) {
            let plain = self.address("http")?;
            self.probe(&plain.0).map_err(|plain_why| SourceError::Network(format!("{plain_why} (by https: {why})")))?;
            plain
        } else {
            secure
        };
        Ok(base.insert(found).clone())
    }

    fn address(&self, scheme: &str) -> Result<(String, Server), SourceError> {
        let base = format!("{scheme}://{}", self.endpoint.host());
        let uri = base.parse().map_err(|_| SourceError::Usage(format!("{base} is not an address")))?;
        let server = Server::of(&uri).map_err(|failure| SourceError::Usage(failure.message()))?;
        Ok((base, server))
    }

    fn probe(&self, base: &str) -> Result<(), String> {
        let uri: Uri = format!("{base}/v2/").parse().map_err(|_| format!("{base} is not an address"))?;
        let deadline = self.patience.deadline;
        let call = Call { party: &self.party, uri, headers: Vec::new(), authorization: None, ask: Ask::Get, deadline };
        match self.connections.0.http.send(call) {
            // A TLS server says so in a plain answer when it is addressed in plain HTTP.
            Ok(response) if response.status() == StatusCode::BAD_REQUEST => {
                Err(format!("{base} answered {}", response.status()))
            }
            Ok(_) => Ok(()),
            Err(failure) => Err(failure.message()),
        }
    }

    /// The header that worked before, renewed where it has run out.
    fn known_grant(&self, server: &Server) -> Result<Option<HeaderValue>, SourceError> {
        let mut held = self.grant.lock().unwrap_or_else(PoisonError::into_inner);
        let challenge = match &*held {
            None => return Ok(None),
            Some((grant, _)) if grant.holds() => return Ok(Some(grant.header.clone())),
            Some((_, challenge)) => challenge.clone(),
        };
        let grant = self.meet(&challenge, server)?;
        let header = grant.header.clone();
        *held = Some((grant, challenge));
        Ok(Some(header))
    }

    /// Answers the registry's challenge. The lock is held meanwhile: layers that open together need one token.
    fn authorize(
        &self,
        response: &Response,
        refused: Option<&HeaderValue>,
        server: &Server,
    ) -> Result<HeaderValue, SourceError> {
        let offered = challenges(response.headers());
        let mut held = self.grant.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((grant, _)) = &*held
            && grant.holds()
            && Some(&grant.header) != refused
        {
            return Ok(grant.header.clone());
        }
        let registry = &self.endpoint.registry;
        let Some(challenge) = offered.first() else {
            let why = "it wants credentials, but by neither of the ways that registries use (Basic, Bearer)";
            return Err(SourceError::Denied(format!("{registry} refuses {}: {why}", self.endpoint.repository)));
        };
        let shared = &self.connections.0.tokens;
        let key = (self.endpoint.registry.clone(), challenge.clone(), self.identity());
        let kept = shared.get(&key).filter(|grant| Some(&grant.header) != refused);
        let grant = match kept {
            Some(grant) => grant,
            None => self.meet(challenge, server)?,
        };
        if matches!(challenge, Challenge::Bearer { .. }) {
            shared.keep(key, grant.clone());
        }
        let header = grant.header.clone();
        *held = Some((grant, challenge.clone()));
        Ok(header)
    }

    fn meet(&self, challenge: &Challenge, server: &Server) -> Result<Grant, SourceError> {
        let Endpoint { registry, repository, .. } = &self.endpoint;
        let credential = self.login().credential.as_ref();
        let broken = || {
            SourceError::Denied(format!("the credential from {} has characters that no header may have", self.who()))
        };
        let (realm, service, scope) = match challenge {
            Challenge::Basic => {
                let Some(credential) = credential else {
                    let why = format!("{registry} wants a user name and a password for {repository}{}", self.advice());
                    return Err(SourceError::Denied(why));
                };
                let wrong = || {
                    let why = "it wants a user name and a password, and this is a token";
                    SourceError::Denied(format!("{registry} refuses {} for {repository}: {why}", self.who()))
                };
                return Grant::basic(&credential.secret).ok_or_else(wrong);
            }
            Challenge::Bearer { realm, service, scope } => (realm, service, scope),
        };
        if let Some(Credential { secret: Secret::Access(token), .. }) = credential {
            return Grant::bearer(token).ok_or_else(broken);
        }
        let own = format!("repository:{repository}:{}", self.purpose.actions());
        // Who is to write asks for that from the beginning, though the question that was refused was only about reading.
        let scope = scope.as_deref().filter(|_| self.purpose == Purpose::Read).unwrap_or(&own);
        let unusable = |why: &str| {
            SourceError::Denied(format!("{registry} sends us for a token to {:?}, which {why}", clean(realm)))
        };
        let question =
            Question::new(realm, service.as_deref(), scope, credential).ok_or_else(|| unusable("is no address"))?;
        let there = Server::of(&question.uri).map_err(|failure| unusable(&failure.message()))?;
        if !there.secure && server.secure && !server.is_loopback() {
            return Err(unusable("is not https: others could listen"));
        }
        let party = Party { unverified: self.party.unverified && there.host == server.host, ..self.party.clone() };
        // Else servers do not take it for a form (RFC 6749, section 6).
        let kind = question.form.as_ref().map(|_| (CONTENT_TYPE, HeaderValue::from_static(FORM)));
        let response = self.persist(&there, &self.patience, || Call {
            party: &party,
            uri: question.uri.clone(),
            headers: kind.clone().into_iter().collect(),
            authorization: question.authorization.clone(),
            ask: question.form.as_ref().map_or(Ask::Get, |form| Ask::Post(form.as_bytes())),
            deadline: self.patience.deadline,
        })?;
        let status = response.status();
        if status != StatusCode::OK {
            let detail = detail(response);
            return Err(SourceError::Denied(format!(
                "the token server {there}, which {registry} names, refuses {} for the scope {} with {status}{detail}{}",
                self.who(),
                clean(scope),
                self.advice()
            )));
        }
        let answer = document(response, SMALL, "the answer of the token server")
            .map_err(|failure| SourceError::Network(format!("{there}: {}", failure.message())))?;
        Grant::parse(&answer, Instant::now()).ok_or_else(|| {
            SourceError::Denied(format!("the token server {there}, which {registry} names, answers without a token"))
        })
    }

    fn login(&self) -> &Lookup {
        self.login.get_or_init(|| {
            let Endpoint { registry, repository, .. } = &self.endpoint;
            let found = credentials::find(self.connections.environment(), registry, repository);
            for problem in &found.problems {
                tracing::warn!("{problem}");
            }
            found
        })
    }

    /// Tells users apart in the store of tokens.
    fn identity(&self) -> String {
        match &self.login().credential {
            Some(Credential { secret: Secret::Password { user, .. }, source }) => format!("{user} {source}"),
            Some(Credential { source, .. }) => source.clone(),
            None => String::new(),
        }
    }

    /// Who was refused, in words.
    fn who(&self) -> String {
        match self.login.get().and_then(|login| login.credential.as_ref()) {
            Some(credential) => format!("the credential from {}", credential.source),
            None if self.purpose == Purpose::Write => "anonymous writers".into(),
            None => "anonymous readers".into(),
        }
    }

    /// What to do about a refusal.
    fn advice(&self) -> String {
        let registry = &self.endpoint.registry;
        let Some(login) = self.login.get() else { return String::new() };
        let advice = match &login.credential {
            Some(_) => {
                let verb = self.purpose.verb();
                format!("; it may lack the right to {verb} it, or have run out: `docker login {registry}` renews it")
            }
            None => format!("; either it does not exist, or it is private: `docker login {registry}` first"),
        };
        login.problems.iter().fold(advice, |advice, problem| advice + " (" + problem + ")")
    }
}

/// What a registry says about an error, in the form that the distribution-spec gives ("Error Codes"), if it says anything.
fn detail(response: Response) -> String {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        errors: Vec<Entry>,
        #[serde(default)]
        details: Option<String>,
    }
    #[derive(Deserialize)]
    struct Entry {
        #[serde(default)]
        code: Option<String>,
        #[serde(default)]
        message: Option<String>,
    }
    let Ok(bytes) = document(response, SMALL, "the error") else { return String::new() };
    let Ok(body) = serde_json::from_slice::<Body>(&bytes) else { return String::new() };
    let first = body.errors.into_iter().next().map(|entry| (entry.code, entry.message));
    let (code, message) = first.unwrap_or((None, body.details));
    match (code, message) {
        (Some(code), Some(message)) => format!(" ({}: {})", clean(&code), clean(&message)),
        (Some(text), None) | (None, Some(text)) => format!(" ({})", clean(&text)),
        (None, None) => String::new(),
    }
}
