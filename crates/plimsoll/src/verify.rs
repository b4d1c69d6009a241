//! `--verify`: providers are asked whether they accept the secrets that were found.
//!
//! A secret is sent to its provider and to nobody else: over TLS, unless the user named another address; through the proxies
//! of the environment; and not on to where a redirect to another server leads. Each provider is asked about one secret at a
//! time, with a pause in between, and no more where it says that it was asked too much. What an error says is not told,
//! since the address may have the secret in it.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use model::{Finding, Report, Verified};
use net::{Ask, Call, Environment, Http, Party};
use secrets::verify::{Question, question};

use crate::args::{Endpoint, Look, Scanner};
use crate::failure::Failure;
use crate::web::connections;

/// For an answer, its body included.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two questions to one provider.
const PAUSE: Duration = Duration::from_millis(250);
/// More secrets of one provider are a list that somebody published.
const MOST: usize = 100;
/// Providers that are asked at once.
const AT_ONCE: usize = 8;
/// What is read of an answer.
const ANSWER: u64 = 64 << 10;
/// The status of a server that was asked too much (RFC 6585).
const TOO_MANY: u16 = 429;

/// A secret by its kind and fingerprint.
type Name = (String, String);

/// Asks, and remembers the answers: platforms of an image share their secrets.
pub struct Verifier {
    http: Arc<Http>,
    moved: Vec<Endpoint>,
    answers: Mutex<BTreeMap<Name, Verified>>,
}

impl Verifier {
    /// Whoever asks, if that was asked for.
    pub fn open(look: &Look) -> Result<Option<Self>, Failure> {
        if !look.secret.verify {
            return Ok(None);
        }
        if look.offline {
            return Err(Failure::usage("--offline forbids to ask anybody about secrets (--verify)"));
        }
        if !look.scanners.contains(&Scanner::Secret) {
            return Err(Failure::usage("--verify asks about secrets, which are not looked for")
                .remedy("add them: --scanners vuln,secret"));
        }
        let http = connections(Environment::of_process());
        Ok(Some(Self { http, moved: look.secret.verify_endpoint.clone(), answers: Mutex::default() }))
    }

    /// Asks about every secret of the report that counts and whose provider can be asked.
    pub fn ask(&self, report: &mut Report) {
        let mut questions: BTreeMap<String, BTreeMap<Name, Question>> = BTreeMap::new();
        for finding in &report.findings {
            let Finding::Secret(found) = finding else { continue };
            let name = (found.secret.kind.clone(), found.secret.fingerprint.clone());
            let is_known = self.known(&name).is_some();
            let text = secrets::text(&name.0, &name.1).filter(|_| found.suppressed.is_none() && !is_known);
            let asked = text.and_then(|text| question(&name.0, &text, Timestamp::now(), |it| self.moved(it)));
            if let Some(question) = asked {
                questions.entry(question.provider.clone()).or_default().insert(name, question);
            }
        }
        let waiting = Mutex::new(questions.into_values());
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                    while let Some(questions) = next() {
                        self.one_provider(questions);
                    }
                });
            }
        });
        for finding in &mut report.findings {
            if let Finding::Secret(found) = finding {
                found.verified = self.known(&(found.secret.kind.clone(), found.secret.fingerprint.clone()));
            }
        }
    }

    /// Asks one provider about one secret after the other.
    fn one_provider(&self, questions: BTreeMap<Name, Question>) {
        let mut is_patient = true;
        for (index, (name, question)) in questions.into_iter().enumerate() {
            let mut verdict = Verified::Unknown;
            if is_patient && index < MOST {
                if index > 0 {
                    thread::sleep(PAUSE);
                }
                let answer = self.send(&question);
                let status = answer.as_ref().map(|(status, _)| *status);
                is_patient = status != Some(TOO_MANY);
                verdict = answer.map_or(verdict, |(status, body)| question.verdict(status, &body));
                tracing::info!(provider = question.provider, status, verdict = verdict.word(), "asked about a secret");
            }
            self.answers.lock().unwrap_or_else(PoisonError::into_inner).insert(name, verdict);
        }
    }

    /// Status and body of an answer, if there is one.
    fn send(&self, question: &Question) -> Option<(u16, Vec<u8>)> {
        let mut headers = Vec::new();
        for (name, value) in &question.headers {
            headers.push((name.parse().ok()?, value.parse().ok()?));
        }
        let ask = if question.post { Ask::Post(question.body.as_bytes()) } else { Ask::Get };
        let (uri, deadline) = (question.url.parse().ok()?, Instant::now().checked_add(PATIENCE));
        let call = Call { party: &Party::default(), uri, headers, authorization: None, ask, deadline };
        let response = self.http.send_there(call).ok()?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        net::body(response).take(ANSWER).read_to_end(&mut body).ok()?;
        Some((status, body))
    }

    fn known(&self, name: &Name) -> Option<Verified> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner).get(name).copied()
    }

    /// Where a provider is, if the user says that it is somewhere else.
    fn moved(&self, provider: &str) -> Option<String> {
        self.moved.iter().find(|it| it.provider == provider).map(|it| it.url.clone())
    }
}
