//! Advice on an image's layers, in plain words: what to change in the build, and how many bytes that saves.

use std::collections::BTreeMap;

use model::{ImagePath, LayerClass, LayerIndex};

use super::{Layer, caches};
use crate::text::{bytes, fit};
use crate::view::layer_number;
use crate::{clean, one_line};

/// Less than this is not worth a change to a build.
const WORTH: u64 = 1_000_000;
/// Columns of an instruction inside a sentence.
const INSTRUCTION: usize = 40;

/// One change to the build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Advice {
    /// Which kind of change, a stable name.
    pub(super) kind: &'static str,
    /// The layer whose instruction should change.
    pub(super) layer: LayerIndex,
    /// Bytes saved, where the report tells; at least so many.
    pub(super) saves: Option<u64>,
    /// What to do and why.
    pub(super) text: String,
}

/// What one later layer does to the files of an earlier one, as far as the report lists them.
#[derive(Default)]
struct Loss {
    removed: u64,
    replaced: u64,
    cached: u64,
    remedy: Option<&'static str>,
}

/// All advice on an image, what saves most first.
pub(super) fn advice(layers: &[Layer<'_>]) -> Vec<Advice> {
    let mut all = Vec::new();
    for layer in layers {
        let mut losses: BTreeMap<LayerIndex, Loss> = BTreeMap::new();
        for file in layer.summary.removed_later.iter().filter(|file| !is_bookkeeping(&file.path)) {
            let loss = losses.entry(file.by).or_default();
            let cache = caches::of_path(&file.path).filter(|_| !file.replaced);
            let sum = match (cache, file.replaced) {
                (Some(cache), _) => {
                    loss.remedy = loss.remedy.or(Some(cache.remedy));
                    &mut loss.cached
                }
                (None, true) => &mut loss.replaced,
                (None, false) => &mut loss.removed,
            };
            *sum = sum.saturating_add(file.bytes);
        }
        for (by, loss) in losses {
            if let Some(by) = layers.get(by.0 as usize) {
                judge(layer, by, &loss, &mut all);
            }
        }
        // The base image's builder is somebody else.
        if layer.class != LayerClass::Base {
            let known = layer.summary.removed_later.iter().any(|file| caches::of_path(&file.path).is_some());
            for cache in layer.instruction.into_iter().flat_map(caches::left_by).filter(|_| !known) {
                let text = format!("{} may leave a package cache behind: {}.", name(layer), cache.remedy);
                all.push(Advice { kind: "cache-left", layer: layer.index, saves: None, text });
            }
        }
    }
    all.sort_by(|a, b| (b.saves, a.layer, &a.text).cmp(&(a.saves, b.layer, &b.text)));
    all
}

fn judge(layer: &Layer<'_>, by: &Layer<'_>, loss: &Loss, all: &mut Vec<Advice>) {
    let mut add = |kind, saves: u64, text: String| {
        if saves >= WORTH {
            all.push(Advice { kind, layer: layer.index, saves: Some(saves), text });
        }
    };
    let (this, other) = (name(layer), name(by));
    if let (LayerClass::Base, LayerClass::Base) = (layer.class, by.class) {
        // Nothing in this build can change it.
        return;
    }
    if layer.class == LayerClass::Base {
        let lost = loss.removed.saturating_add(loss.cached).saturating_add(loss.replaced);
        add(
            "base-files-removed",
            lost,
            format!(
                "{other} removes or replaces {} of the base image, which ship all the same: choose a smaller base image, or one \
                 that has the newer files.",
                bytes(lost)
            ),
        );
        return;
    }
    if let Some(remedy) = loss.remedy {
        let text = format!(
            "{this} stores {} of package cache that layer {} deletes too late, since the bytes stay in the image: {remedy}.",
            bytes(loss.cached),
            layer_number(by.index)
        );
        add("cache-deleted-late", loss.cached, text);
    }
    let copies = is(layer, "COPY") || is(layer, "ADD");
    let remedy = if copies {
        "leave them out by .dockerignore, or lend them to the build by RUN --mount=type=bind".to_owned()
    } else {
        format!(
            "do both in one RUN instruction (merge layers {} and {})",
            layer_number(layer.index),
            layer_number(by.index)
        )
    };
    let text = format!(
        "{other} deletes {} of layer {}, which ship all the same: {remedy}.",
        bytes(loss.removed),
        layer_number(layer.index)
    );
    add("deleted-late", loss.removed, text);
    let instruction = by.instruction.unwrap_or_default();
    let remedy = if instruction.contains("chown") && copies {
        "use COPY --chown instead".to_owned()
    } else if instruction.contains("chmod") && copies {
        "use COPY --chmod instead".to_owned()
    } else {
        "write them once, in the instruction that makes them".to_owned()
    };
    let text = format!(
        "{other} stores {} of layer {} a second time: {remedy}.",
        bytes(loss.replaced),
        layer_number(layer.index)
    );
    add("stored-twice", loss.replaced, text);
}

/// What every installation writes anew: no build can avoid it.
fn is_bookkeeping(path: &ImagePath) -> bool {
    const FOLDERS: &[&[u8]] = &[
        b"var/lib/dpkg/",
        b"var/lib/rpm/",
        b"usr/lib/sysimage/",
        b"lib/apk/",
        b"usr/lib/apk/",
        b"var/log/",
        b"var/cache/ldconfig/",
    ];
    const FILES: &[&[u8]] = &[b"etc/ld.so.cache", b"var/cache/debconf/templates.dat", b"var/cache/debconf/config.dat"];
    let path = path.as_bytes();
    FOLDERS.iter().any(|folder| path.starts_with(folder)) || FILES.contains(&path)
}

/// Whether the layer was made by this instruction.
fn is(layer: &Layer<'_>, keyword: &str) -> bool {
    layer
        .instruction
        .and_then(|instruction| instruction.split_whitespace().next())
        .is_some_and(|word| word.eq_ignore_ascii_case(keyword))
}

/// `Layer 3 (RUN apt-get update …)`.
fn name(layer: &Layer<'_>) -> String {
    match layer.instruction {
        Some(instruction) => {
            let instruction = one_line(instruction);
            format!("Layer {} ({})", layer_number(layer.index), clean(&fit(&instruction, INSTRUCTION)))
        }
        None => format!("Layer {}", layer_number(layer.index)),
    }
}
