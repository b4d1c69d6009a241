//! A door for the fuzz targets, which see only what is public: to the parsers of this folder.

use std::time::Instant;

use net::http::header::{DATE, RETRY_AFTER, WWW_AUTHENTICATE};
use net::http::{HeaderMap, HeaderValue};
use net::{Environment, retry_after};

use super::challenge::{Challenge, challenges};
use super::endpoint::endpoints;
use super::token::{Grant, Question};
use crate::{Reference, SourceError};

/// Reads what a registry answers in its headers (challenges in lines), and its token server in its body.
pub fn answers(challenge: &[u8], wait: &[u8], date: &[u8], token: &[u8]) {
    let mut headers = HeaderMap::new();
    let lines = challenge.split(|byte| *byte == b'\n').map(|line| (WWW_AUTHENTICATE, line));
    for (name, value) in lines.chain([(RETRY_AFTER, wait), (DATE, date)]) {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.append(name, value);
        }
    }
    retry_after(&headers);
    for challenge in challenges(&headers) {
        if let Challenge::Bearer { realm, service, scope } = challenge {
            Question::new(&realm, service.as_deref(), scope.as_deref().unwrap_or_default(), None);
        }
    }
    Grant::parse(token, Instant::now());
}

/// Registry and repository of each place where to ask for `reference`.
pub fn mirrors(reference: &Reference, environment: &Environment) -> Result<Vec<(String, String)>, SourceError> {
    let found = endpoints(reference, false, environment)?;
    Ok(found.into_iter().map(|endpoint| (endpoint.registry, endpoint.repository)).collect())
}
