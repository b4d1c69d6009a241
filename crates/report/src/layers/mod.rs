//! The view that explains an image's layers: what each one brings, wastes and risks, and how to have fewer bytes.

mod advice;
mod caches;
pub(crate) mod json;
pub(crate) mod table;

use std::collections::BTreeMap;

use model::{LayerClass, LayerIndex, LayerSummary, Package, Report, Vulnerability};

use crate::view::{self, Tally};

/// One layer with all that the report says of it.
struct Layer<'a> {
    index: LayerIndex,
    class: LayerClass,
    instruction: Option<&'a str>,
    diff_id: Option<&'a model::Digest>,
    summary: &'a LayerSummary,
    /// Packages that it introduced, also those that a later layer removes.
    packages: Vec<&'a Package>,
    vulnerabilities: Tally,
}

fn layers(report: &Report) -> Vec<Layer<'_>> {
    let mut layers: Vec<Layer<'_>> = (0..)
        .map(LayerIndex)
        .zip(&report.layers)
        .map(|(index, summary)| Layer {
            index,
            class: summary.class,
            instruction: report.image.instruction(index),
            diff_id: report.image.layers.get(index.0 as usize).and_then(|layer| layer.diff_id.as_ref()),
            summary,
            packages: Vec::new(),
            vulnerabilities: Tally::default(),
        })
        .collect();
    for item in &report.inventory.items {
        let layer = item.fact.place.layer.and_then(|layer| layers.get_mut(layer.0 as usize));
        if let (Some(layer), Some(package)) = (layer, item.package()) {
            layer.packages.push(package);
        }
    }
    let mut known: BTreeMap<LayerIndex, Vec<&Vulnerability>> = BTreeMap::new();
    for vulnerability in view::vulnerabilities(report) {
        if let Some(layer) = view::layer_of(report, vulnerability) {
            known.entry(layer).or_default().push(vulnerability);
        }
    }
    for (index, known) in known {
        if let Some(layer) = layers.get_mut(index.0 as usize) {
            layer.vulnerabilities = view::tally(known.into_iter());
        }
    }
    layers
}

/// Sums over all layers.
struct Total {
    size: u64,
    wasted: u64,
}

impl Total {
    fn of(report: &Report) -> Self {
        let sum = |bytes: fn(&LayerSummary) -> u64| {
            report.layers.iter().fold(0_u64, |sum, layer| sum.saturating_add(bytes(layer)))
        };
        Self { size: sum(|layer| layer.bytes), wasted: sum(|layer| layer.wasted_bytes) }
    }

    /// Wasted bytes in tenths of a per cent of all bytes.
    fn share(&self) -> u64 {
        u64::try_from(u128::from(self.wasted) * 1000 / u128::from(self.size.max(1))).unwrap_or(1000)
    }
}
