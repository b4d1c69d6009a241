//! The engine: one pass over the layers, several at once; the fact cache; the overlay; the judging.
//!
//! The only crate that knows all stages. It wires them and does none of their work: which files matter is the
//! analyzers' business, what is wrong the detectors'.

mod cache;
mod collect;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod history;
mod keys;
mod learned;
mod licenses;
mod links;
mod matcher;
mod overlay;
mod progress;
mod summary;
mod tree;
mod unfold;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use image::layer::{self, Room};
use image::{Blob, BlobIdentity, Opened, Single, Source, SourceError, Stream, Tree};
use model::{
    Analyzer, Budget, Detector, Finding, Gap, GapKind, Image, Inventory, LayerIndex, LayerSummary, Place, Report,
};

use cache::Cache;
use collect::{Collector, LayerFacts};
use learned::{Allowance, LAYER};
use matcher::Matcher;
use progress::Counted;
pub use progress::Progress;
pub use unfold::Archives;
use unfold::Readers;

/// How to scan.
pub struct Options {
    /// Who reads files.
    pub analyzers: Vec<&'static Analyzer>,
    /// Which archives are opened for them.
    pub archives: Archives,
    /// Who reads the files of every commit, where a folder is a git repository; nobody to leave its history alone.
    pub history: Vec<&'static Analyzer>,
    /// What the image may cost.
    pub budget: Budget,
    /// Where facts are kept; none to keep nothing.
    pub cache: Option<PathBuf>,
    /// Layers read at once, at least one.
    pub jobs: usize,
    /// Who wants to know how far it has got.
    pub progress: Option<Arc<dyn Progress>>,
}

/// Looks through an image and judges it. What cannot be read becomes a gap in the report; an error means that there is
/// no image to report on.
pub fn scan(opened: Opened, detectors: &[&dyn Detector], options: &Options) -> Result<Report, SourceError> {
    let engine = Engine::new(options);
    let mut past = None;
    let (image, layers, gaps) = match opened {
        Opened::Still(source) => {
            let (layers, gaps) = engine.still(&*source);
            (source.image().clone(), layers, gaps)
        }
        Opened::Flowing(mut stream) => engine.flowing(&mut *stream)?,
        Opened::Tree(tree) => {
            let facts = engine.tree(&tree);
            past = history::read(&engine, &tree.root);
            (tree.image, vec![facts], Vec::new())
        }
        Opened::Single(mut single) => {
            let facts = engine.single(&mut single);
            (single.image, vec![facts], Vec::new())
        }
    };
    let mut inventory = overlay::overlay(&layers, gaps);
    if let Some(past) = past {
        past.join(&mut inventory);
    }
    let summaries = summary::summaries(&image, &layers, &inventory);
    drop(layers);
    Ok(judge(image, summaries, inventory, detectors))
}

/// Judges what is known of an image, without a look at its bytes.
pub fn judge(image: Image, layers: Vec<LayerSummary>, mut inventory: Inventory, detectors: &[&dyn Detector]) -> Report {
    let mut findings = Vec::new();
    let mut gaps = Vec::new();
    for detector in detectors {
        detector.detect(&image.config, &inventory, &mut findings, &mut gaps);
    }
    inventory.gaps.append(&mut gaps);
    inventory.gaps.sort();
    inventory.gaps.dedup();
    sort(&mut findings);
    Report { image, layers, inventory, findings, ..Report::default() }
}

/// What speaks of the whole first, then vulnerabilities, secrets, settings and licences. Worst first, then what is urgent; then by what
/// is needed for a stable order.
fn sort(findings: &mut [Finding]) {
    let kind = |finding: &Finding| match finding {
        Finding::EndOfLife(_) => 0,
        Finding::Vulnerability(_) => 1,
        Finding::Secret(_) => 2,
        Finding::Misconfiguration(_) => 3,
        Finding::License(_) => 4,
    };
    findings.sort_by(|a, b| match (a, b) {
        (Finding::EndOfLife(a), Finding::EndOfLife(b)) => a.release.cmp(&b.release),
        (Finding::Secret(a), Finding::Secret(b)) => {
            b.severity.cmp(&a.severity).then_with(|| (&a.place, &a.secret).cmp(&(&b.place, &b.secret)))
        }
        (Finding::Misconfiguration(a), Finding::Misconfiguration(b)) => b.severity.cmp(&a.severity).then_with(|| {
            let place = (&a.place, a.lines, &a.rule).cmp(&(&b.place, b.lines, &b.rule));
            place.then_with(|| (&a.resource, &a.attribute).cmp(&(&b.resource, &b.attribute)))
        }),
        (Finding::License(a), Finding::License(b)) => {
            let worst = (a.class, a.item).cmp(&(b.class, b.item));
            worst.then_with(|| (&a.licenses, &a.suppressed).cmp(&(&b.licenses, &b.suppressed)))
        }
        (Finding::Vulnerability(a), Finding::Vulnerability(b)) => {
            let urgent = b.priority.total_cmp(&a.priority);
            b.severity
                .cmp(&a.severity)
                .then(urgent)
                .then_with(|| (a.item, &a.id, &a.evidence).cmp(&(b.item, &b.id, &b.evidence)))
        }
        (a, b) => kind(a).cmp(&kind(b)),
    });
}

struct Engine<'a> {
    options: &'a Options,
    matcher: Matcher,
    room: Room,
    allowance: Allowance,
    cache: Option<Cache>,
}

impl<'a> Engine<'a> {
    fn new(options: &'a Options) -> Self {
        Self {
            options,
            matcher: Matcher::new(&options.analyzers),
            room: Room::new(options.budget.memory_bytes),
            allowance: Allowance::new(options.budget.learned_bytes),
            cache: options
                .cache
                .as_deref()
                .map(|root| Cache::new(root, &options.analyzers, options.archives, &options.budget)),
        }
    }

    /// Reads an image whose layers lie still: the largest first, so that the last ones to finish are small.
    fn still(&self, source: &dyn Source) -> (Vec<LayerFacts>, Vec<Gap>) {
        let image = source.image();
        let mut order: Vec<usize> = (0..image.layers.len()).collect();
        order.sort_by_key(|&index| std::cmp::Reverse(image.layers[index].size));
        if let Some(progress) = &self.options.progress {
            progress.expect(image.layers.iter().filter_map(|layer| layer.size).sum());
        }
        let next = AtomicUsize::new(0);
        let done: Mutex<(HashMap<usize, LayerFacts>, Vec<Gap>)> = Mutex::default();
        let work = || {
            while let Some(&index) = order.get(next.fetch_add(1, Ordering::Relaxed)) {
                let layer = LayerIndex(u32::try_from(index).unwrap_or(u32::MAX));
                let outcome = self.layer(source, layer);
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                match outcome {
                    Ok(facts) => {
                        done.0.insert(index, facts);
                    }
                    Err(error) => done.1.push(unopened(image, layer, &error)),
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..self.options.jobs.min(order.len()) {
                scope.spawn(work);
            }
            work();
        });
        let (mut facts, gaps) = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        ((0..image.layers.len()).map(|index| facts.remove(&index).unwrap_or_default()).collect(), gaps)
    }

    /// One layer's facts, from the cache or from its bytes.
    fn layer(&self, source: &dyn Source, layer: LayerIndex) -> Result<LayerFacts, SourceError> {
        let identity = source.identity(layer);
        let cached = || {
            let facts = self.cached(identity.as_ref()?)?;
            if let Some(progress) = &self.options.progress {
                progress.read(source.image().layers.get(layer.0 as usize).and_then(|layer| layer.size).unwrap_or(0));
                progress.layer_done(true);
            }
            Some(facts)
        };
        if let Some(facts) = cached() {
            return Ok(facts);
        }
        let deadline = self.options.budget.deadline;
        let claim = self.cache.as_ref().zip(identity.as_ref()).map(|(cache, identity)| cache.claim(identity, deadline));
        // Somebody else may have finished while we waited.
        if claim.is_some()
            && let Some(facts) = cached()
        {
            return Ok(facts);
        }
        self.read(source, layer, identity.as_ref())
    }

    fn cached(&self, identity: &BlobIdentity) -> Option<LayerFacts> {
        let cache = self.cache.as_ref()?;
        let facts = cache.facts(&cache.digest(identity)?)?;
        // What does not fit is read again, as far as it fits, for the sake of the gap that then says so.
        self.allowance.take(facts.memory).then_some(facts)
    }

    fn read(
        &self,
        source: &dyn Source,
        layer: LayerIndex,
        identity: Option<&BlobIdentity>,
    ) -> Result<LayerFacts, SourceError> {
        let blob = source.open(layer)?;
        let mut collector = self.collector();
        let read = layer::read(self.counted(blob), &self.options.budget, &self.room, &mut collector);
        let facts = collector.finish(&read, |second| {
            if let Ok(blob) = source.open(layer) {
                layer::read(blob, &self.options.budget, &self.room, second);
            }
        });
        self.conclude(&facts, identity);
        Ok(facts)
    }

    /// Reads an image whose layers flow past. Which of them belong to it is known at the end.
    fn flowing(&self, stream: &mut dyn Stream) -> Result<(Image, Vec<LayerFacts>, Vec<Gap>), SourceError> {
        let mut seen: HashMap<String, LayerFacts> = HashMap::new();
        let streamed = stream.read(&mut |name, reader| {
            let mut collector = self.collector();
            let blob = Blob { reader: Box::new(reader), expected: None };
            let read = layer::read(self.counted(blob), &self.options.budget, &self.room, &mut collector);
            let facts = collector.finish(&read, |_| {});
            self.conclude(&facts, None);
            seen.insert(name.to_owned(), facts);
        })?;
        let mut gaps = Vec::new();
        let mut layers = Vec::new();
        for (index, (name, expected)) in streamed.blobs.iter().zip(&streamed.expected).enumerate() {
            let layer = LayerIndex(u32::try_from(index).unwrap_or(u32::MAX));
            let place = Place { layer: Some(layer), ..Place::default() };
            let media_type = streamed.image.layers.get(index).map_or("", |layer| &*layer.media_type);
            if let Some(digest) = expected
                && let Err(error) = image::manifest::check_not_encrypted(media_type, digest)
            {
                // It passed before anybody said so, and made no sense.
                gaps.push(unopened(&streamed.image, layer, &error));
                layers.push(LayerFacts::default());
                continue;
            }
            let Some(facts) = seen.get(name) else {
                let detail = "the archive does not contain this layer; save the image again".to_owned();
                gaps.push(Gap { place, by: LAYER, kind: GapKind::Unavailable, detail });
                layers.push(LayerFacts::default());
                continue;
            };
            if let (Some(digest), Some(expected)) = (facts.digest, expected)
                && digest.algorithm() == expected.algorithm()
                && digest != *expected
            {
                let detail = format!(
                    "the stored bytes hash to {digest}, but the image names them {expected}: the layer was damaged or exchanged; save the image again"
                );
                gaps.push(Gap { place, by: LAYER, kind: GapKind::DigestMismatch, detail });
            }
            layers.push(facts.clone());
        }
        Ok((streamed.image, layers, gaps))
    }

    fn tree(&self, tree: &Tree) -> LayerFacts {
        let mut collector = self.collector();
        let read = image::local::read_tree(&tree.root, &self.options.budget, &self.room, &mut collector);
        collector.finish(&read, |second| {
            image::local::read_tree(&tree.root, &self.options.budget, &self.room, second);
        })
    }

    fn single(&self, single: &mut Single) -> LayerFacts {
        let mut collector = self.collector();
        let read = image::local::read_single(single, &self.options.budget, &self.room, &mut collector);
        collector.finish(&read, |_| {})
    }

    fn collector(&self) -> Collector<'_> {
        let Options { analyzers, archives, budget, .. } = self.options;
        let readers = Readers { analyzers, matcher: &self.matcher, budget, archives: *archives };
        Collector::new(readers, &self.allowance)
    }

    fn counted<'b>(&self, blob: Blob<'b>) -> Blob<'b> {
        Blob { reader: Box::new(Counted { inner: blob.reader, progress: self.options.progress.clone() }), ..blob }
    }

    fn conclude(&self, facts: &LayerFacts, identity: Option<&BlobIdentity>) {
        tracing::debug!(digest = ?facts.digest, bytes = facts.bytes, facts = facts.facts.len(), "analyzed layer");
        if let Some(cache) = &self.cache {
            cache.keep(identity, facts);
        }
        if let Some(progress) = &self.options.progress {
            progress.layer_done(false);
        }
    }
}

fn unopened(image: &Image, layer: LayerIndex, error: &SourceError) -> Gap {
    let name = image.layers.get(layer.0 as usize).and_then(|layer| layer.diff_id);
    let name = name.map(|digest| format!(" ({digest})")).unwrap_or_default();
    Gap {
        place: Place { layer: Some(layer), ..Place::default() },
        by: LAYER,
        kind: error.gap_kind(),
        detail: format!("layer {}{name} could not be opened: {error}", layer.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Streamed;
    use model::{Digest, Layer};

    /// A stream of these blobs, each under its own text as its name, whose image has these layers: name, digest that they
    /// must have, media type.
    struct Canned {
        blobs: Vec<&'static [u8]>,
        layers: Vec<(&'static str, Digest, &'static str)>,
    }

    impl Stream for Canned {
        fn read(
            &mut self,
            visit: &mut dyn FnMut(&str, &mut (dyn std::io::Read + Send)),
        ) -> Result<Streamed, SourceError> {
            for mut blob in self.blobs.iter().copied() {
                visit(&String::from_utf8_lossy(blob), &mut blob);
            }
            let layer = |media_type: &str| Layer { media_type: media_type.into(), ..Layer::default() };
            Ok(Streamed {
                image: Image {
                    layers: self.layers.iter().map(|(_, _, kind)| layer(kind)).collect(),
                    ..Image::default()
                },
                blobs: self.layers.iter().map(|(name, _, _)| (*name).to_owned()).collect(),
                expected: self.layers.iter().map(|(_, digest, _)| Some(*digest)).collect(),
            })
        }
    }

    #[test]
    fn what_flowed_past_is_put_in_its_place_or_is_a_gap() {
        let empty = Digest::sha256(b"");
        let stream = Canned {
            blobs: vec![b"", b"cipher"],
            layers: vec![
                ("", empty, "application/vnd.oci.image.layer.v1.tar"),
                ("", Digest::sha256(b"other"), "application/vnd.oci.image.layer.v1.tar"),
                ("cipher", Digest::sha256(b"cipher"), "application/vnd.oci.image.layer.v1.tar+gzip+encrypted"),
                ("absent", empty, ""),
            ],
        };
        let options = Options {
            analyzers: Vec::new(),
            archives: Archives::None,
            history: Vec::new(),
            budget: Budget::default(),
            cache: None,
            jobs: 1,
            progress: None,
        };
        let report = scan(Opened::Flowing(Box::new(stream)), &[], &options).unwrap();
        let seen: Vec<_> =
            report.inventory.gaps.iter().map(|gap| (gap.place.layer.unwrap().0, gap.kind.name())).collect();
        assert_eq!(seen, [(1, "digest-mismatch"), (2, "encrypted"), (3, "unavailable")]);
        let digests: Vec<_> = report.layers.iter().map(|layer| layer.digest).collect();
        assert_eq!(digests, [Some(empty), Some(empty), None, None]);
    }
}
