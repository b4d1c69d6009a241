//! An OCI registry as a place that advisory data comes from, and that it is put into.
//!
//! An artifact (`manifest`) has one layer for each file of the data. So what is pulled is what is needed and new, each file is
//! checked by the registry's digest and by ours, and what a registry has already is not pushed again.

mod manifest;

use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use advisories::MANIFEST;
use advisories::bundle::Files;
use advisories::fresh::{Answer, Remote, Source, Tag, Trouble};
use image::remote::{Access, Connections, Credential, Environment, Patience, Registry, Upload};
use image::{Reference, SourceError};
use jiff::Timestamp;
use model::{Budget, Digest};

use manifest::{Listing, MOST_BYTES};

/// How long all that is asked of one registry may take.
const LONGEST: Duration = Duration::from_mins(30);

/// How a registry is asked.
#[derive(Default)]
pub struct Terms {
    /// The user's own credential for it; else what `docker login` stored.
    pub login: Option<Credential>,
    /// Whether plain HTTP, and certificates of any kind, are good enough.
    pub insecure: bool,
    /// How often to try; the default is meant for somebody who waits for just this.
    pub patience: Patience,
}

impl Terms {
    /// For one source of several: it may be asked twice, and then the next one has its turn.
    pub fn of_a_source() -> Self {
        let patience = Patience { attempts: 2, longest: Duration::from_secs(30), ..Patience::default() };
        Self { patience, ..Self::default() }
    }

    /// Opens connections on a machine like this.
    fn connect(self, environment: Environment) -> (Connections, Option<Credential>, bool, Budget) {
        let deadline = Instant::now().checked_add(LONGEST);
        let budget = Budget { document_bytes: MOST_BYTES, deadline, ..Budget::default() };
        (Connections::with_patience(environment, self.patience), self.login, self.insecure, budget)
    }
}

/// An artifact of advisory data at a registry.
pub struct Artifact {
    registry: Arc<Registry>,
    reference: Reference,
    /// What is in it, once that was asked for. All files come from one manifest, even if the tag moves meanwhile.
    listing: Mutex<Option<Listing>>,
}

impl Artifact {
    /// The artifact of that name. Nothing is asked yet.
    pub fn new(name: &str, environment: Environment, terms: Terms) -> Result<Self, SourceError> {
        let reference = Reference::parse(name)?;
        let (connections, login, insecure, budget) = terms.connect(environment);
        let registry = Registry::at(&connections, &reference, Access { login, insecure, budget: &budget })?;
        Ok(Self { registry, reference, listing: Mutex::default() })
    }

    /// This as a source, named by its reference.
    pub fn source(self) -> Source {
        Source { name: format!("oci:{}", self.reference), remote: Box::new(self) }
    }

    fn read(&self) -> Result<Listing, Trouble> {
        let (bytes, digest) = self.registry.document(&self.reference).map_err(trouble)?;
        Listing::parse(&bytes, digest).map_err(|why| Trouble::lasting(format!("{}: {why}", self.reference)))
    }

    /// Whether the artifact is still the one with this digest, which costs no more than a question.
    fn is_still(&self, known: &str) -> Result<bool, Trouble> {
        let now: Option<Digest> = self.registry.digest(&self.reference).map_err(trouble)?;
        Ok(now.is_some_and(|now| now.to_string() == known))
    }
}

impl Remote for Artifact {
    fn get(&self, path: &str, known: Option<&Tag>) -> Result<Answer, Trouble> {
        let known = known.and_then(|tag| tag.etag.as_deref()?.split_once(' '));
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        if listing.is_none()
            && let Some((artifact, _)) = known
            && self.is_still(artifact)?
        {
            return Ok(Answer::Same);
        }
        let found = match &*listing {
            Some(found) => found,
            None => listing.insert(self.read()?),
        };
        let (artifact, Some(file)) = (found.digest, found.files.get(path).cloned()) else { return Ok(Answer::Missing) };
        drop(listing);
        if known.is_some_and(|(_, known)| known == file.digest.to_string()) {
            return Ok(Answer::Same);
        }
        let tag = Tag { etag: Some(format!("{artifact} {}", file.digest)), modified: None };
        let body = self.registry.blob(&file).map_err(trouble)?;
        Ok(Answer::New { body, tag, length: file.size })
    }
}

/// What a registry's failure means for whoever keeps copies.
fn trouble(error: SourceError) -> Trouble {
    match error {
        // Who is not let in or does not reach it has no luck with the next file either.
        SourceError::Network(_) | SourceError::Denied(_) => Trouble::passing(error.to_string()),
        SourceError::Malformed { what, why } => Trouble::lasting(format!("{what}: {why}")),
        _ => Trouble::lasting(error.to_string()),
    }
}

/// What became of a push.
pub struct Pushed {
    /// The artifact's digest.
    pub digest: Digest,
    /// Files that the registry did not have.
    pub new: usize,
    /// Their bytes.
    pub bytes: u64,
}

/// Puts the files of `folder` into a registry under the tag of `name`. `progress` is told what is being put there.
pub fn push(
    folder: &Path,
    files: &Files,
    name: &str,
    environment: Environment,
    terms: Terms,
    progress: &dyn Fn(&str),
) -> Result<Pushed, SourceError> {
    let reference = Reference::parse(name)?;
    let Some(tag) = reference.tag.as_deref().filter(|_| reference.digest.is_none()) else {
        return Err(SourceError::Usage(format!("{reference} names a digest; what is pushed has a digest of its own")));
    };
    let (connections, login, insecure, budget) = terms.connect(environment);
    let upload = Upload::to(&connections, &reference, Access { login, insecure, budget: &budget })?;
    let mut layers = manifest::layers(files);
    if layers.len() > manifest::MOST_FILES {
        return Err(SourceError::Usage(format!(
            "these are more than the {} files of an artifact",
            manifest::MOST_FILES
        )));
    }
    let mut pushed = Pushed { digest: Digest::sha256(b""), new: 0, bytes: 0 };
    for layer in &mut layers {
        progress(layer.file);
        let digest = layer.digest();
        if upload.blob(&digest, layer.content)? {
            pushed.new += 1;
            pushed.bytes += layer.content.len() as u64;
        }
    }
    upload.blob(&Digest::sha256(manifest::EMPTY), manifest::EMPTY)?;
    let document = manifest::write(&layers, made(folder));
    if document.len() as u64 > MOST_BYTES {
        return Err(SourceError::Usage("the list of these files is larger than registries take (4 MiB)".into()));
    }
    progress(&reference.to_string());
    pushed.digest = upload.manifest(tag, manifest::MEDIA_TYPE, &document)?;
    Ok(pushed)
}

/// When the data in a folder was made, so that the same data is the same artifact whenever it is pushed.
fn made(folder: &Path) -> Timestamp {
    let modified =
        fs::metadata(folder.join(MANIFEST)).and_then(|file| file.modified()).unwrap_or(SystemTime::UNIX_EPOCH);
    let time = Timestamp::try_from(modified).unwrap_or(Timestamp::UNIX_EPOCH);
    // Without fractions, as most do it.
    Timestamp::from_second(time.as_second()).unwrap_or(time)
}
