//! What others attached to an image (OCI distribution-spec 1.1, "Listing Referrers"): the registry is asked for it, and where it
//! knows no such question the tag is read under which clients keep the answer ("Referrers Tag Schema").

use model::Digest;
use net::http::StatusCode;
use net::http::header::LINK;
use net::{Ask, join};
use serde::Deserialize;

use super::Registry;
use super::session::Session;
use crate::manifest::{Descriptor, Document, or_default};
use crate::{Reference, SourceError};

/// Answers of one registry that are put together. Honest ones list hundreds in each.
const PAGES: usize = 8;

/// A manifest whose layers are files and not those of an image.
#[derive(Clone, Debug, Deserialize)]
pub struct Attachment {
    /// The files.
    #[serde(default, deserialize_with = "or_default")]
    pub layers: Vec<Descriptor>,
}

impl Registry {
    /// The manifests that were attached to the one with this digest; none where nothing was.
    pub fn referrers(&self, subject: &Digest) -> Result<Vec<Descriptor>, SourceError> {
        self.first(|session| match self.listed_referrers(session, subject)? {
            Some(found) => Ok(found),
            None => self.tagged_referrers(session, subject),
        })
    }

    /// The files under a tag or digest that other programs keep them under; none where there is no such thing.
    pub fn attachment(&self, reference: &Reference) -> Result<Option<Attachment>, SourceError> {
        let (bytes, _) = match self.document(reference) {
            Ok(found) => found,
            Err(SourceError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let parsed = serde_json::from_slice(&bytes);
        parsed.map(Some).map_err(|error| SourceError::malformed(reference.to_string(), error.to_string()))
    }

    /// What the registry itself lists; none where it does not know how.
    fn listed_referrers(&self, session: &Session, subject: &Digest) -> Result<Option<Vec<Descriptor>>, SourceError> {
        let mut uri = session.uri(&format!("referrers/{subject}"))?;
        let mut found = Vec::new();
        for page in 0..PAGES {
            let response = session.ask(&uri, Ask::Get, &[], session.patience())?;
            match response.status() {
                StatusCode::OK => {}
                // A registry of version 1.0 has no such address, and some say so in their own way.
                StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED if page == 0 => {
                    return Ok(None);
                }
                _ => return Err(session.refusal(response, &format!("list of referrers of {subject}"))),
            }
            let next = response.headers().get(LINK).and_then(|link| next(link.to_str().ok()?)).map(str::to_owned);
            let what = format!("{}, referrers of {subject}", session.endpoint.repository);
            found.extend(index(&self.read(response, &what)?, &what)?);
            match next.and_then(|next| join(&uri, &next)) {
                Some(next) => uri = next,
                None => break,
            }
        }
        Ok(Some(found))
    }

    fn tagged_referrers(&self, session: &Session, subject: &Digest) -> Result<Vec<Descriptor>, SourceError> {
        let tag = format!("{}-{}", subject.algorithm(), subject.hex());
        match self.manifest_at(session, &tag, None) {
            Ok((bytes, _)) => index(&bytes, &format!("{}:{tag}", session.endpoint.repository)),
            Err(SourceError::NotFound(_)) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn index(bytes: &[u8], what: &str) -> Result<Vec<Descriptor>, SourceError> {
    match Document::parse(bytes, what)? {
        Document::Index(index) => Ok(index.manifests),
        Document::Manifest(_) => Err(SourceError::malformed(what, "it lists nothing")),
    }
}

/// The next page of a list (RFC 8288): `</v2/…?n=100&last=x>; rel="next"`.
fn next(link: &str) -> Option<&str> {
    let (target, parameters) = link.trim().strip_prefix('<')?.split_once('>')?;
    let is_next = parameters.split(';').any(|parameter| matches!(parameter.trim(), "rel=\"next\"" | "rel=next"));
    is_next.then_some(target)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_found() {
        assert_eq!(next(r#"</v2/a/referrers/b?last=c>; rel="next""#), Some("/v2/a/referrers/b?last=c"));
        assert_eq!(next("<https://x.io/?n=1>; rel=next"), Some("https://x.io/?n=1"));
        assert_eq!(next(r#"</v2/>; rel="prev""#), None);
        assert_eq!(next("v2"), None);
    }
}
