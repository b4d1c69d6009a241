//! What each layer costs: bytes that no container will ever see, and whose part of the image it is.

use model::{Image, ImagePath, Inventory, LayerClass, LayerIndex, LayerSummary, Removed};

use crate::collect::LayerFacts;
use crate::keys::{KeyMap, PathKeys};
use crate::links::parent;
use crate::tree::Node;

/// Files named in one layer's summary; the rest is counted.
const NAMED: usize = 20;

/// Summaries of all layers, in order.
pub(crate) fn summaries(image: &Image, layers: &[LayerFacts], inventory: &Inventory) -> Vec<LayerSummary> {
    let classes = classes(image, inventory);
    let mut above = Above::default();
    let mut summaries: Vec<LayerSummary> = layers
        .iter()
        .enumerate()
        .rev()
        .map(|(index, layer)| {
            let mut summary = LayerSummary {
                class: classes.get(index).copied().unwrap_or_default(),
                digest: layer.digest,
                bytes: layer.bytes,
                files: layer.files,
                ..LayerSummary::default()
            };
            above.look_down_on(layer, &mut summary);
            above.add(LayerIndex(u32::try_from(index).unwrap_or(u32::MAX)), layer);
            summary
        })
        .collect();
    summaries.reverse();
    summaries
}

/// What the layers above have at each path.
#[derive(Default)]
struct Above {
    keys: PathKeys,
    /// The nearest layer above with an entry at the path.
    entries: KeyMap<Effect>,
    /// Whether any of them can hide a whole folder.
    hides_folders: bool,
}

#[derive(Clone, Copy)]
struct Effect {
    by: LayerIndex,
    replaces: bool,
    hides_what_is_below: bool,
}

impl Above {
    fn look_down_on(&self, layer: &LayerFacts, summary: &mut LayerSummary) {
        if self.entries.is_empty() {
            return;
        }
        let mut folder = Vec::new();
        let mut folder_hidden = None;
        let mut largest: Vec<Removed> = Vec::new();
        layer.tree.each(|path, node| {
            let Node::File { size } = node else { return };
            let parent = parent(path);
            if self.hides_folders && folder != parent {
                folder_hidden = self.hides(parent);
                folder = parent.to_vec();
            }
            let effect = self
                .entries
                .get(&self.keys.key(path))
                .copied()
                .filter(|effect| effect.replaces || effect.hides_what_is_below);
            let Some(effect) = effect.or(folder_hidden) else { return };
            summary.wasted_bytes += size;
            summary.removed_later_count += 1;
            largest.push(Removed { path: ImagePath::new(path), bytes: size, by: effect.by, replaced: effect.replaces });
            if largest.len() > 64 * NAMED {
                keep_largest(&mut largest);
            }
        });
        keep_largest(&mut largest);
        summary.removed_later = largest;
    }

    /// The nearest thing above that hides a folder: itself or one that it lies in.
    fn hides(&self, mut folder: &[u8]) -> Option<Effect> {
        loop {
            match self.entries.get(&self.keys.key(folder)) {
                Some(effect) if effect.hides_what_is_below => return Some(*effect),
                _ if folder.is_empty() => return None,
                _ => folder = parent(folder),
            }
        }
    }

    fn add(&mut self, by: LayerIndex, layer: &LayerFacts) {
        layer.tree.each(|path, node| {
            let key = self.keys.key(path);
            let effect = match node {
                // A folder above changes nothing about the files in it.
                Node::Directory => return,
                Node::Opaque | Node::Whiteout => Effect { by, replaces: false, hides_what_is_below: true },
                _ => Effect { by, replaces: true, hides_what_is_below: false },
            };
            self.hides_folders |= effect.hides_what_is_below;
            self.entries.insert(key, effect);
        });
    }
}

fn keep_largest(files: &mut Vec<Removed>) {
    files.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    files.truncate(NAMED);
}

/// Whose part of the image each layer is. The base is what ends with the last command that a later layer builds upon, as
/// base images end with a `CMD`; without one, it is the lowest layer. Above it, a layer that installs the distribution's
/// packages is the middle, and the rest is the application.
fn classes(image: &Image, inventory: &Inventory) -> Vec<LayerClass> {
    let count = image.layers.len();
    let mut base_end = 1;
    let mut so_far = 0;
    for step in &image.config.history {
        let ends_a_base = step.instruction.starts_with("CMD ") || step.instruction.starts_with("ENTRYPOINT ");
        if let Some(layer) = step.layer {
            so_far = layer.0 as usize + 1;
        } else if ends_a_base && so_far < count {
            base_end = base_end.max(so_far);
        }
    }
    let mut classes: Vec<LayerClass> =
        (0..count).map(|index| if index < base_end { LayerClass::Base } else { LayerClass::App }).collect();
    for item in &inventory.items {
        let is_os = item.package().is_some_and(|package| package.kind.is_os());
        let class = item.fact.place.layer.and_then(|layer| classes.get_mut(layer.0 as usize));
        if let Some(class) = class.filter(|class| is_os && **class == LayerClass::App) {
            *class = LayerClass::Middle;
        }
    }
    classes
}
