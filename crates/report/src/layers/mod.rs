//! The view that explains an image's layers: what each one brings, wastes and risks, and how to have fewer bytes.

mod advice;
mod caches;
pub(crate) mod json;
pub(crate) mod table;

use model::{Image, LayerClass, LayerIndex, LayerSummary, Package, Report};

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
    let image: &Image = &report.image;
    (0..)
        .map(LayerIndex)
        .zip(&report.layers)
        .map(|(index, summary)| Layer {
            index,
            class: summary.class,
            instruction: image.instruction(index),
            diff_id: image.layers.get(index.0 as usize).and_then(|layer| layer.diff_id.as_ref()),
            summary,
            packages: report
                .inventory
                .items
                .iter()
                .filter(|item| item.fact.place.layer == Some(index))
                .filter_map(|item| item.package())
                .collect(),
            vulnerabilities: view::tally(
                view::vulnerabilities(report).filter(|known| view::layer_of(report, known) == Some(index)),
            ),
        })
        .collect()
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
