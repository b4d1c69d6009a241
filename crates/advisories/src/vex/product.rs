//! What a statement is about, by whatever its author calls it: package URLs, CPE names, digests, plain names.

use std::fmt;
use std::sync::Arc;

use model::{Digest, Purl};

use super::MOST_NAME;

/// Something that has or has not a vulnerability, and, where only parts of it are meant, which.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The whole: an image, a distribution, a package.
    pub whole: Arc<Component>,
    /// The parts of it that are meant; none means whatever is inside.
    pub subcomponents: Vec<Arc<Component>>,
}

/// One thing by all its names, any of which is enough.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Component {
    /// Package URLs.
    pub purls: Vec<Purl>,
    /// CPE names, of either form.
    pub cpes: Vec<String>,
    /// Digests of its bytes, or of an image's manifest or configuration.
    pub digests: Vec<Digest>,
    /// Plain names.
    pub names: Vec<String>,
    /// The first name as it is written, for people.
    text: String,
}

impl Component {
    /// Adds a name of whichever kind; one that claims to be a package URL must be one.
    pub(crate) fn add(&mut self, text: &str) -> Result<(), String> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if text.len() > MOST_NAME {
            return Err("a name is longer than any honest one".into());
        }
        if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("pkg:")) {
            let purl = text.parse().map_err(|error: model::PurlError| error.to_string())?;
            if !self.purls.contains(&purl) {
                self.purls.push(purl);
            }
        } else if text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("cpe:")) {
            self.cpes.push(text.to_owned());
        } else if let Ok(digest) = text.parse() {
            self.digests.push(digest);
        } else {
            self.names.push(text.to_owned());
        }
        self.known_as(text);
        Ok(())
    }

    /// Adds a digest by the name that its algorithm has here or there (`sha-256`, `SHA-256`, `sha256`). Other algorithms
    /// name nothing that is known of an image.
    pub(crate) fn add_hash(&mut self, algorithm: &str, hex: &str) {
        let algorithm = algorithm.to_ascii_lowercase().replace('-', "");
        let text = format!("{algorithm}:{}", hex.to_ascii_lowercase());
        if let Ok(digest) = text.parse() {
            self.digests.push(digest);
            self.known_as(&text);
        }
    }

    fn known_as(&mut self, text: &str) {
        if self.text.is_empty() {
            text.clone_into(&mut self.text);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Product {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.whole)?;
        match &*self.subcomponents {
            [] => Ok(()),
            [only] => write!(f, " (its {only})"),
            [first, rest @ ..] => write!(f, " (its {first} and {} more)", rest.len()),
        }
    }
}
