//! The texts of secrets, in memory and only where somebody asked for them: to show them on a terminal, or to ask their
//! providers about them. Everywhere else a secret is its fingerprint; nothing here is ever written down.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// A secret as it stands somewhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Text {
    /// Its bytes.
    pub secret: Vec<u8>,
    /// Those of the one that is needed to use it and stands beside it.
    pub pair: Option<Vec<u8>>,
}

type Texts = Mutex<BTreeMap<(String, String), Text>>;

static TEXTS: OnceLock<Texts> = OnceLock::new();

/// Begins to keep texts. To be called before the first search; what is found without reading it, in a cache, has none.
pub fn keep_texts() {
    TEXTS.get_or_init(Texts::default);
}

/// The text of a secret of this kind with this fingerprint, if it was kept.
pub fn text(kind: &str, fingerprint: &str) -> Option<Text> {
    let texts = TEXTS.get()?.lock().unwrap_or_else(PoisonError::into_inner);
    texts.get(&(kind.to_owned(), fingerprint.to_owned())).cloned()
}

/// All that were kept, by their fingerprints, as far as they are text.
pub fn texts() -> BTreeMap<String, String> {
    let Some(texts) = TEXTS.get() else { return BTreeMap::new() };
    let texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
    texts.iter().map(|((_, print), text)| (print.clone(), String::from_utf8_lossy(&text.secret).into_owned())).collect()
}

/// Keeps one, where that is asked for. Of two of the same text, one that has what it needs beside it counts.
pub(crate) fn remember(kind: &str, fingerprint: &str, secret: &[u8], pair: Option<&[u8]>) {
    let Some(texts) = TEXTS.get() else { return };
    let mut texts = texts.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (kind.to_owned(), fingerprint.to_owned());
    if pair.is_some() || !texts.contains_key(&key) {
        texts.insert(key, Text { secret: secret.to_vec(), pair: pair.map(<[u8]>::to_vec) });
    }
}
