//! The view of the layers for programs: one JSON document, described by `schema/layers-1.0.json`.

use std::io::{self, Write};

use model::Report;
use serde::Serialize;

use super::{Layer, Total, advice, layers};
use crate::Context;
use crate::json::Document;
use crate::json::artifact::{CoverageJson, ImageJson, LayerJson, OriginJson, TallyJson};
use crate::json::print::print;
use crate::view::layer_number;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let artifacts = reports.iter().map(ArtifactJson::new).collect();
    print(&Document::new("plimsoll-layers", context, artifacts), out)
}

#[derive(Serialize)]
struct ArtifactJson<'a> {
    origin: OriginJson<'a>,
    image: ImageJson<'a>,
    size: u64,
    wasted: u64,
    coverage: CoverageJson<'a>,
    layers: Vec<BlockJson<'a>>,
    advice: Vec<AdviceJson>,
}

#[derive(Serialize)]
struct BlockJson<'a> {
    #[serde(flatten)]
    layer: LayerJson<'a>,
    packages: Vec<String>,
    vulnerabilities: TallyJson,
}

#[derive(Serialize)]
struct AdviceJson {
    kind: &'static str,
    layer: u64,
    saves: Option<u64>,
    text: String,
}

impl<'a> ArtifactJson<'a> {
    fn new(report: &'a Report) -> Self {
        let layers = layers(report);
        let total = Total::of(report);
        let advice = advice::advice(&layers).into_iter().map(|advice| AdviceJson {
            kind: advice.kind,
            layer: layer_number(advice.layer),
            saves: advice.saves,
            text: advice.text,
        });
        let block = |layer: &Layer<'a>| BlockJson {
            layer: LayerJson::new(report, layer.index),
            packages: layer.packages.iter().map(|package| package.purl(report.inventory.distro.as_ref())).collect(),
            vulnerabilities: TallyJson::new(&layer.vulnerabilities),
        };
        Self {
            origin: OriginJson::new(report),
            image: ImageJson::new(report),
            size: total.size,
            wasted: total.wasted,
            coverage: CoverageJson::new(report),
            advice: advice.collect(),
            layers: layers.iter().map(block).collect(),
        }
    }
}
