//! Judges the configuration in a folder, and nothing else, and says how long it took: `judge FOLDER`. For profiles, and to see
//! what a change of the engine does without building the whole program.
#![expect(clippy::print_stdout, reason = "a program of its own")]

use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use misconfig::{Judge, detect};
use model::{AnalyzerId, Configuration, Detector, Fact, ImageConfig, Inventory, Item, Place, What};

fn main() {
    let mut inventory = Inventory::default();
    let begun = Instant::now();
    for folder in env::args().skip(1) {
        read(Path::new(&folder), &mut inventory);
    }
    let (read, begun) = (begun.elapsed(), Instant::now());
    let (mut findings, mut gaps) = (Vec::new(), Vec::new());
    Judge::default().detect(&ImageConfig::default(), &inventory, &mut findings, &mut gaps);
    let (files, judged) = (inventory.items.len(), begun.elapsed());
    println!("{files} files, read in {read:?}; {} findings and {} gaps in {judged:?}", findings.len(), gaps.len());
}

fn read(folder: &Path, inventory: &mut Inventory) {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read(&path, inventory);
            continue;
        }
        let name: model::ImagePath = path.to_string_lossy().trim_start_matches('/').into();
        let content = fs::read(&path).unwrap_or_default();
        let Some(language) = detect::language(&name, &content) else { continue };
        let what = What::Configuration(Configuration { language: language.name().to_owned(), content });
        let place = Place { layer: None, path: name };
        let fact = Fact { what, place, by: AnalyzerId::new("configuration") };
        inventory.items.push(Item { fact, removed: None, owner: None });
    }
}
