//! Helm charts and kustomizations of any content: rendered, built and judged, with every line of it in a file that is there.

#![no_main]

use harness::sections::sections;
use harness::{memory, seeds};
use libfuzzer_sys::fuzz_target;
use misconfig::helm::{self, File, Options};
use misconfig::{judge, kustomize};

const SEEDS: [&[u8]; 1] = [include_bytes!("../seeds/charts.txt")];

/// Where the sections of an input lie.
const PATHS: [&str; 8] = [
    "c/Chart.yaml",
    "c/values.yaml",
    "c/templates/_a.tpl",
    "c/templates/b.yaml",
    "c/charts/d/Chart.yaml",
    "c/charts/d/templates/c.yaml",
    "k/kustomization.yaml",
    "k/patch.yaml",
];

/// More than any input of the engine's size needs.
const MOST: usize = 600 << 20;

fuzz_target!(init: seeds::plant(SEEDS), |content: &[u8]| {
    let contents: [&[u8]; 8] = sections(content);
    let files: Vec<_> = PATHS.iter().zip(contents).map(|(path, bytes)| File { path, bytes }).collect();
    memory::within(MOST, || {
        let rendering = helm::render(&files, &Options::default());
        for manifest in &rendering.manifests {
            judge::judge(&manifest.resources);
            for resource in &manifest.resources {
                let (file, line) = manifest.lines.of(resource.body.span.first).expect("every object stands somewhere");
                assert!(file < files.len() && line > 0);
            }
        }
        let built = kustomize::build(&files);
        judge::judge(&built.resources);
        for gap in rendering.gaps.iter().chain(&built.gaps) {
            assert!(gap.file < files.len() && !gap.reason.is_empty());
        }
    });
});
