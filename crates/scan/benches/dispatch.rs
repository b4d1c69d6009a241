//! What a file costs that nobody wants: the time that all formats together need to say so. The goal is 200 ns.
//!
//! Paths are those of this machine's `/usr`, and files hold a line of text. The same layer is scanned with all formats and
//! with none; the difference, by file, is what the formats cost. Files that a format wants are left out of the layer.
//!
//! `cargo bench -p plimsoll-scan --bench dispatch`

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement may panic, and says what it measured")]

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use image::{Opened, SourceError, Stream, Streamed};
use model::{Analyzer, Budget, Image, ImagePath, Layer, Meta};
use scan::{Archives, Options};

const RUNS: usize = 11;
const MOST: usize = 200_000;
const TEXT: &[u8] = b"A line of text, as documentation, headers and scripts have them.\n";

/// One layer that flows past.
struct OneLayer<'a>(&'a [u8]);

impl Stream for OneLayer<'_> {
    fn read(&mut self, visit: &mut dyn FnMut(&str, &mut (dyn Read + Send))) -> Result<Streamed, SourceError> {
        visit("layer", &mut self.0);
        let image = Image { layers: vec![Layer::default()], ..Image::default() };
        Ok(Streamed { image, blobs: vec!["layer".into()], expected: vec![None] })
    }
}

fn main() {
    let analyzers: Vec<&'static Analyzer> = packages::analyzers().collect();
    let mut paths = Vec::new();
    collect(Path::new("/usr"), &mut paths);
    for (what, text) in [("by its path alone", &b""[..]), ("by its path and its beginning", TEXT)] {
        let meta = Meta { size: text.len() as u64, mode: 0o644 };
        let opened = (!text.is_empty()).then_some((&meta, text));
        let is_wanted = |path: &ImagePath| {
            analyzers.iter().flat_map(|analyzer| analyzer.files).any(|pattern| pattern.accepts(path, opened))
        };
        let unwanted: Vec<&str> =
            paths.iter().map(String::as_str).filter(|path| !is_wanted(&ImagePath::from(*path))).collect();
        let layer: &'static [u8] = tar(&unwanted, text).leak();
        let [none, all] = [Vec::new(), analyzers.clone()].map(|analyzers| median(layer, &analyzers));
        let each = all.saturating_sub(none).as_nanos() / unwanted.len().max(1) as u128;
        println!(
            "{what}: {} files, {} formats, {each} ns each ({:.1} ms with all formats, {:.1} ms with none)",
            unwanted.len(),
            analyzers.len(),
            all.as_secs_f64() * 1000.0,
            none.as_secs_f64() * 1000.0
        );
    }
}

/// Files below a folder, without links.
fn collect(folder: &Path, paths: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let Ok(kind) = entry.file_type() else { continue };
        if paths.len() >= MOST {
            return;
        }
        if kind.is_dir() {
            collect(&entry.path(), paths);
        } else if let Some(path) = entry.path().to_str().filter(|path| kind.is_file() && path.len() <= 100) {
            paths.push(path.trim_start_matches('/').to_owned());
        }
    }
}

/// An archive of files that all have the same content (POSIX.1-1988, "ustar").
fn tar(paths: &[&str], text: &[u8]) -> Vec<u8> {
    let mut archive = Vec::new();
    for path in paths {
        let mut header = [0; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", text.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|&byte| u32::from(byte)).sum();
        header[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
        archive.extend_from_slice(&header);
        archive.extend_from_slice(text);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

fn median(layer: &'static [u8], analyzers: &[&'static Analyzer]) -> Duration {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let options = Options {
            analyzers: analyzers.to_vec(),
            history: Vec::new(),
            budget: Budget::default(),
            cache: None,
            jobs: 1,
            progress: None,
            archives: Archives::None,
        };
        let started = Instant::now();
        let report = scan::scan(Opened::Flowing(Box::new(OneLayer(layer))), &[], &options).unwrap();
        times.push(started.elapsed());
        assert!(report.inventory.gaps.is_empty() && report.inventory.items.is_empty());
    }
    times.sort();
    times[RUNS / 2]
}
