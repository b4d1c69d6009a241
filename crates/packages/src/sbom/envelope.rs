//! Envelopes around bills: in-toto statements (in-toto attestation framework, "Statement") and DSSE (secure-systems-lab,
//! "DSSE: Dead Simple Signing Envelope"). Signatures are not looked at here: whoever trusts a bill has checked them.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE};
use model::Unreadable;
use serde::Deserialize;
use serde_json::value::RawValue;

/// What is inside, if it is an envelope.
pub(super) fn open(text: &[u8]) -> Result<Option<Cow<'_, [u8]>>, Unreadable> {
    #[derive(Deserialize)]
    struct Marks<'a> {
        #[serde(borrow)]
        payload: Option<Cow<'a, str>>,
        #[serde(borrow, rename = "predicateType")]
        kind: Option<Cow<'a, str>>,
        #[serde(borrow)]
        predicate: Option<&'a RawValue>,
    }
    let Ok(marks) = serde_json::from_slice::<Marks<'_>>(text) else { return Ok(None) };
    if let Some(payload) = marks.payload {
        // Either alphabet is allowed.
        let bytes = BASE64_STANDARD.decode(payload.as_bytes()).or_else(|_| BASE64_URL_SAFE.decode(payload.as_bytes()));
        let bytes = bytes.map_err(|_| Unreadable::corrupt("the envelope's payload is not Base64"))?;
        return Ok(Some(Cow::Owned(bytes)));
    }
    let Some((_, predicate)) = marks.kind.zip(marks.predicate) else { return Ok(None) };
    // Cosign once put the bill into a field of the predicate.
    #[derive(Deserialize)]
    struct Wrapped<'a> {
        #[serde(borrow, rename = "Data")]
        data: Option<&'a RawValue>,
    }
    let inner = serde_json::from_str::<Wrapped<'_>>(predicate.get()).ok().and_then(|wrapped| wrapped.data);
    let inner = inner.unwrap_or(predicate).get();
    Ok(Some(match serde_json::from_str::<String>(inner) {
        Ok(text) => Cow::Owned(text.into_bytes()),
        Err(_) => Cow::Borrowed(inner.as_bytes()),
    }))
}
