//! VEX documents that lie beside an image in its registry: referrers (OCI 1.1) that are documents or attestations, and the
//! attestations that cosign keeps under a tag, `sha256-….att`.
//!
//! Anybody who may write to the repository may attach something, and no signature is checked here: such documents are as
//! trusted as those of a repository of VEX.

use std::io::Read;
use std::sync::Arc;
use std::time::{Duration, Instant};

use advisories::vex::{self, MOST_BYTES, Reading, Refusal};
use image::manifest::Descriptor;
use image::remote::{Access, Attachment, Registry};
use image::{Reference, SourceError};
use model::{Budget, Digest, Report};

use crate::commands::open::Means;

/// Documents of one image that are read.
const MOST_DOCUMENTS: usize = 100;
/// Their bytes altogether.
const MOST_IN_ALL: u64 = 4 * MOST_BYTES;
/// Bytes of a manifest (distribution-spec, "Pushing Manifests").
const MOST_MANIFEST: u64 = 4 << 20;
/// How long all of it may take.
const LONGEST: Duration = Duration::from_mins(5);
/// Where attestations say of what they are: cosign's, and Sigstore's bundles.
const PREDICATES: [&str; 2] = ["predicateType", "dev.sigstore.bundle.predicateType"];

/// Reads what is attached to the image of a report. What cannot be read is told; the report does without.
pub fn read(means: &Means, report: &Report, trusted: bool) -> (Vec<Reading>, Vec<Refusal>) {
    let origin = &report.image.origin;
    let mut found = Found { trusted, left: MOST_IN_ALL, readings: Vec::new(), refusals: Vec::new() };
    if origin.transport != "registry" {
        found.refuse("oci", "only an image that comes from a registry has anything beside it there");
        return (found.readings, found.refusals);
    }
    if let Err(error) = found.look(means, &origin.reference, origin.manifest) {
        found.refuse(&origin.reference, &told(error));
    }
    (found.readings, found.refusals)
}

struct Found {
    trusted: bool,
    /// Bytes that may still come.
    left: u64,
    readings: Vec<Reading>,
    refusals: Vec<Refusal>,
}

impl Found {
    fn look(&mut self, means: &Means, name: &str, manifest: Option<Digest>) -> Result<(), SourceError> {
        let reference = Reference::parse(name)?;
        let deadline = Instant::now().checked_add(LONGEST);
        let budget = Budget { document_bytes: MOST_MANIFEST, deadline, ..Budget::default() };
        let access = Access { login: means.login.clone(), insecure: means.insecure, budget: &budget };
        let registry = Registry::at(&means.connections, &reference, access)?;
        // Of an image for several platforms, documents may be about the one or about all.
        let mut subjects: Vec<Digest> = manifest.into_iter().chain(registry.digest(&reference)?).collect();
        subjects.dedup();
        for subject in subjects {
            let attached = registry.referrers(&subject)?;
            for descriptor in attached.iter().filter(|descriptor| is_promising(descriptor)) {
                let at = Reference { tag: None, digest: Some(descriptor.digest), ..reference.clone() };
                self.attachment(&registry, &at, Some(descriptor));
            }
            let tag = format!("{}-{}.att", subject.algorithm(), subject.hex());
            self.attachment(&registry, &Reference { tag: Some(tag), digest: None, ..reference.clone() }, None);
        }
        Ok(())
    }

    fn attachment(&mut self, registry: &Arc<Registry>, at: &Reference, listed: Option<&Descriptor>) {
        let attachment = match registry.attachment(at) {
            Ok(Some(attachment)) => attachment,
            Ok(None) => return,
            Err(error) => return self.refuse(&at.to_string(), &told(error)),
        };
        let Attachment { layers } = attachment;
        let said = listed.and_then(predicate);
        for layer in layers {
            if predicate(&layer).or(said).is_none_or(vex::is_vex) {
                self.document(registry, at, &layer);
            }
        }
    }

    fn document(&mut self, registry: &Arc<Registry>, at: &Reference, layer: &Descriptor) {
        let place = format!("{}/{}@{}", at.registry, at.repository, layer.digest);
        let most = MOST_BYTES.min(self.left);
        if self.readings.len() >= MOST_DOCUMENTS || layer.size.is_none_or(|size| size > most) {
            return self.refuse(&place, "it, or all of them together, are larger than documents may be");
        }
        let mut bytes = Vec::new();
        let read = registry.blob(layer).map_err(told).and_then(|blob| {
            let read = blob.take(most.saturating_add(1)).read_to_end(&mut bytes);
            read.map_err(|error| error.to_string())
        });
        self.left = self.left.saturating_sub(bytes.len() as u64);
        match read.and_then(|_| vex::read(&bytes, &place, self.trusted).map_err(|error| error.to_string())) {
            Ok(reading) => self.readings.push(reading),
            Err(why) => self.refuse(&place, &why),
        }
    }

    fn refuse(&mut self, place: &str, why: &str) {
        if self.refusals.len() < MOST_DOCUMENTS {
            self.refusals.push(Refusal { place: place.to_owned(), why: why.to_owned() });
        }
    }
}

/// Whether a referrer may be, or hold, a VEX document: by what it says it is, before anything of it is fetched.
fn is_promising(descriptor: &Descriptor) -> bool {
    let kind = &*descriptor.artifact_type;
    if let Some(predicate) = predicate(descriptor) {
        return vex::is_vex(predicate);
    }
    let wrapped = ["application/vnd.in-toto", "application/vnd.dsse.envelope", "application/vnd.dev.sigstore.bundle"];
    // CycloneDX has one type for what is in an image and for what is said about it.
    let documents = ["vex", "csaf", "cyclonedx"];
    documents.iter().any(|document| kind.contains(document)) || wrapped.iter().any(|wrapped| kind.starts_with(wrapped))
}

fn predicate(descriptor: &Descriptor) -> Option<&str> {
    PREDICATES.iter().find_map(|key| descriptor.annotations.get(*key)).map(String::as_str)
}

fn told(error: SourceError) -> String {
    match error {
        SourceError::Malformed { what, why } => format!("{what}: {why}"),
        other => other.to_string(),
    }
}
