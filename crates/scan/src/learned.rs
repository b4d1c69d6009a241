//! What is learned of a layer while it passes: facts by the file that they came from, and gaps, in bounded memory.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};

use model::{Analyzer, AnalyzerId, Fact, Facts, File, Gap, GapKind, ImagePath, Place, Presence, What};

/// The stage that walks layers, as gaps name it.
pub(crate) const LAYER: AnalyzerId = AnalyzerId::new("layer");

/// Memory for all that is learned of one image, shared by the threads that read its layers.
pub(crate) struct Allowance {
    left: AtomicUsize,
}

impl Allowance {
    pub(crate) fn new(bytes: usize) -> Self {
        Self { left: AtomicUsize::new(bytes) }
    }

    /// Takes `bytes` away, if that many are left.
    pub(crate) fn take(&self, bytes: usize) -> bool {
        self.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(bytes)).is_ok()
    }

    fn give_back(&self, bytes: usize) {
        self.left.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// What is known of a path has to be looked up by it and by every folder above it later on. Deep paths cost more than
/// they are long.
pub(crate) fn path_bytes(path: &ImagePath) -> usize {
    const HONEST: usize = 256;
    let path = path.as_bytes();
    match path.len() {
        0..=HONEST => path.len(),
        length => length + length * path.split(|&byte| byte == b'/').count() / 16,
    }
}

/// What one file says.
#[derive(Default)]
struct Said {
    facts: Vec<Fact>,
    gaps: Vec<Gap>,
    bytes: usize,
}

/// All that a layer says, as far as there is memory for it.
pub(crate) struct Learned<'a> {
    allowance: &'a Allowance,
    said: Vec<Said>,
    by_path: HashMap<ImagePath, usize>,
    gaps: Vec<Gap>,
    bytes: usize,
    full: bool,
}

impl<'a> Learned<'a> {
    pub(crate) fn new(allowance: &'a Allowance) -> Self {
        Self { allowance, said: Vec::new(), by_path: HashMap::new(), gaps: Vec::new(), bytes: 0, full: false }
    }

    /// Whether something was left out, so that the layer is not known as a whole.
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Bytes of the allowance that were taken.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Takes `bytes` of the allowance. The first time that there are not as many left, a gap says so.
    pub(crate) fn spend(&mut self, bytes: usize) -> bool {
        if self.full {
            return false;
        }
        if self.allowance.take(bytes) {
            self.bytes += bytes;
            return true;
        }
        self.overflow();
        false
    }

    fn overflow(&mut self) {
        if !self.full {
            self.full = true;
            let detail = "the image has more to say than fits into memory; what follows in this layer is left out; \
                          raise --max-learned-bytes if you trust the image";
            self.gaps.push(layer_gap(&ImagePath::default(), GapKind::LimitHit, detail.into()));
        }
    }

    /// Whether facts came from the file at `path`.
    pub(crate) fn knows(&self, path: &ImagePath) -> bool {
        self.by_path.contains_key(path)
    }

    /// Lends a file to those who want it, to each as many of its first bytes as it asked for.
    pub(crate) fn analyze<'f>(&mut self, file: &File<'_>, analyzers: impl Iterator<Item = (&'f Analyzer, u64)>) {
        self.remember(file.path, ask_all(file, analyzers));
    }

    /// Lends a file inside of the archive at `outer`. Only packages count there: whose root filesystem an archive holds, and
    /// who owns its files, says nothing of the image. What is `packed` is not installed.
    pub(crate) fn analyze_inside<'f>(
        &mut self,
        outer: &ImagePath,
        packed: bool,
        file: &File<'_>,
        analyzers: impl Iterator<Item = (&'f Analyzer, u64)>,
    ) {
        let mut said = ask_all(file, analyzers);
        said.facts.retain_mut(|fact| {
            let What::Package(package) = &mut fact.what else { return false };
            if packed {
                package.presence = package.presence.max(Presence::Declared);
            }
            true
        });
        if !said.facts.is_empty() || !said.gaps.is_empty() {
            self.remember(outer, said);
        }
    }

    /// Something in the archive at `outer` could not be seen.
    pub(crate) fn gap_inside(&mut self, outer: &ImagePath, gap: Gap) {
        self.remember(outer, Said { gaps: vec![gap], ..Said::default() });
    }

    /// What was said at `path` does not count: an archive may hold a name twice, and whoever unpacks it keeps the last.
    pub(crate) fn forget(&mut self, path: &ImagePath) {
        if let Some(said) = self.by_path.remove(path).and_then(|index| self.said.get_mut(index)) {
            let said = std::mem::take(said);
            self.allowance.give_back(said.bytes);
            self.bytes -= said.bytes;
        }
    }

    /// A hard link says what its target says.
    pub(crate) fn copy(&mut self, target: &ImagePath, link: &ImagePath) {
        let Some(original) = self.by_path.get(target).and_then(|index| self.said.get(*index)) else { return };
        let place = |place: &Place| {
            let inner = place.path.as_bytes().get(target.as_bytes().len()..).unwrap_or_default();
            Place { layer: None, path: ImagePath::new(&[link.as_bytes(), inner].concat()) }
        };
        // What a copy takes is known before it is made.
        let bytes = original.bytes + link.as_bytes().len() * original.facts.len();
        let copy = |said: &Said| Said {
            facts: said.facts.iter().map(|fact| Fact { place: place(&fact.place), ..fact.clone() }).collect(),
            gaps: Vec::new(),
            bytes,
        };
        if self.allowance.take(bytes) {
            let copy = copy(original);
            self.bytes += bytes;
            self.by_path.insert(link.clone(), self.said.len());
            self.said.push(copy);
        } else {
            self.overflow();
        }
    }

    /// Something could not be seen.
    pub(crate) fn gap(&mut self, path: &ImagePath, kind: GapKind, detail: String) {
        let gap = layer_gap(path, kind, detail);
        if self.spend(gap.bytes()) {
            self.gaps.push(gap);
        }
    }

    /// All facts and gaps, sorted.
    pub(crate) fn into_parts(self) -> (Vec<Fact>, Vec<Gap>) {
        let (mut facts, mut gaps) = (Vec::new(), self.gaps);
        for said in self.said {
            facts.extend(said.facts);
            gaps.extend(said.gaps);
        }
        facts.sort();
        facts.dedup();
        gaps.sort();
        gaps.dedup();
        (facts, gaps)
    }

    /// Several looks at one file, under the name that it has, add up.
    fn remember(&mut self, path: &ImagePath, mut said: Said) {
        let facts: usize = said.facts.iter().map(Fact::bytes).sum();
        let gaps: usize = said.gaps.iter().map(Gap::bytes).sum();
        said.bytes = facts + gaps + path_bytes(path);
        if !self.spend(said.bytes) {
            return;
        }
        if let Some(known) = self.by_path.get(path).and_then(|index| self.said.get_mut(*index)) {
            known.facts.append(&mut said.facts);
            known.gaps.append(&mut said.gaps);
            known.bytes += said.bytes;
        } else {
            self.by_path.insert(path.clone(), self.said.len());
            self.said.push(said);
        }
    }
}

/// Lends each of them as many of the first bytes as it asked for.
fn ask_all<'f>(file: &File<'_>, analyzers: impl Iterator<Item = (&'f Analyzer, u64)>) -> Said {
    let mut said = Said::default();
    for (analyzer, bytes) in analyzers {
        let most = usize::try_from(bytes).unwrap_or(usize::MAX);
        let content = &file.content[..file.content.len().min(most)];
        ask(analyzer, &File { content, ..*file }, &mut said);
    }
    said
}

/// Lends a file to an analyzer. One that breaks down leaves a gap and nothing else.
fn ask(analyzer: &Analyzer, file: &File<'_>, said: &mut Said) {
    let mut sheet = Facts::new(analyzer.id(), file.path.clone(), file.budget);
    let outcome = catch_unwind(AssertUnwindSafe(|| (analyzer.analyze)(file, &mut sheet)));
    let why = match outcome {
        Ok(Ok(())) => None,
        Ok(Err(why)) => Some((why.kind, why.detail)),
        Err(_) => {
            Some((GapKind::Internal, "the analyzer broke down on this file; please report this as a bug".to_owned()))
        }
    };
    let (read, unread) = sheet.into_parts();
    said.facts.extend(read);
    said.gaps.extend(unread);
    said.gaps.extend(why.map(|(kind, detail)| Gap {
        place: Place { layer: None, path: file.path.clone() },
        by: analyzer.id(),
        kind,
        detail,
    }));
}

fn layer_gap(path: &ImagePath, kind: GapKind, detail: String) -> Gap {
    Gap { place: Place { layer: None, path: path.clone() }, by: LAYER, kind, detail }
}
