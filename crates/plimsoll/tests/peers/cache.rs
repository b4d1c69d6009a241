//! One cache for many processes, and for those that die.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::Value;

use crate::support::{Image, Report, image, program, report, run};

/// What the log says, at debug level, of each layer that was read and not found in the cache.
const ANALYZED: &str = "analyzed layer";

fn scan(input: &Path, cache: &Path) -> Command {
    let mut command = program(["image", "--scanners", "package", "--format", "json", "-vv", "--cache-dir"]);
    command.arg(cache).arg("--input").arg(input);
    command
}

fn check_32_at_once(input: &Path) {
    let cache = tempfile::tempdir().unwrap();
    let runs: Vec<_> = (0..32)
        .map(|_| {
            let mut command = scan(input, cache.path());
            thread::spawn(move || run(&mut command))
        })
        .collect();
    let runs: Vec<_> = runs.into_iter().map(|run| run.join().unwrap()).collect();
    for ran in &runs {
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        assert!(ran.out == runs[0].out, "two reports differ");
    }
    let document: Value = serde_json::from_str(&runs[0].out).unwrap();
    let layers = document["artifacts"][0]["layers"].as_array().unwrap();
    let distinct: BTreeSet<&str> = layers.iter().map(|layer| layer["diff_id"].as_str().unwrap()).collect();
    let analyzed: usize = runs.iter().map(|ran| ran.err.matches(ANALYZED).count()).sum();
    assert_eq!(analyzed, distinct.len(), "each layer is analyzed once in all");
}

#[test]
fn of_32_scans_at_once_one_does_the_work_for_each_layer() {
    let Some(image) = image("python") else { return };
    check_32_at_once(&image.layout);
    check_32_at_once(&image.archive);
}

/// A scan that runs, its log line by line.
fn start(image: &Image, cache: &Path) -> (Child, impl Iterator<Item = String>) {
    let mut child = scan(&image.layout, cache).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    (child, log)
}

/// Whether any layer is being analyzed by somebody.
fn has_claims(cache: &Path) -> bool {
    let claims = fs::read_dir(cache.join("claims")).into_iter().flatten().flatten();
    claims.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten()).next().is_some()
}

#[test]
fn a_killed_scan_leaves_a_cache_that_can_be_used() {
    let Some(image) = image("python") else { return };
    let fresh = |command: &mut Command| report(command.arg("--input").arg(&image.layout));
    let expected = fresh(&mut program(["image", "--no-cache"]));
    let cache = tempfile::tempdir().unwrap();
    let cached = || fresh(program(["image", "--cache-dir"]).arg(cache.path()));

    // Killed while it reads its first layers …
    let (mut child, _log) = start(&image, cache.path());
    while !has_claims(cache.path()) && child.try_wait().unwrap().is_none() {
        thread::yield_now();
    }
    check_killed(&mut child);
    // … and when the first of them is done. What the first one held, the second one gets.
    let (mut child, mut log) = start(&image, cache.path());
    assert!(log.any(|line| line.contains(ANALYZED)));
    check_killed(&mut child);
    expected.check_equal(&cached(), "after scans that were killed");

    // What one would leave that is killed while it writes: parts of files that nobody has given their names yet.
    let mut torn = 0;
    for kind in ["facts", "seen"] {
        for folder in fs::read_dir(cache.path().join(kind)).into_iter().flatten().flatten() {
            for file in fs::read_dir(folder.path()).unwrap().flatten() {
                let bytes = fs::read(file.path()).unwrap();
                fs::write(file.path().with_extension("1-ThreadId(1).new"), &bytes[..bytes.len() / 2]).unwrap();
                fs::write(file.path(), &bytes[..bytes.len() / 2]).unwrap();
                torn += 1;
            }
        }
    }
    assert!(torn >= expected.list("layers").len(), "{torn} files are too few for the facts of every layer");
    expected.check_equal(&cached(), "with torn files");
    expected.check_equal(&cached(), "from the mended cache");
}

/// Kills it by its own process id. It must not have come to its end by itself.
fn check_killed(child: &mut Child) {
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert_eq!(status.code(), None, "the scan was over before it could be killed: {status}");
}

/// The cache changes nothing but the time.
#[test]
fn a_warm_scan_tells_the_same() {
    let Some(image) = image("python") else { return };
    let cache = tempfile::tempdir().unwrap();
    let cached = |input: &Path| -> Report {
        report(program(["image", "--cache-dir"]).arg(cache.path()).arg("--input").arg(input))
    };
    let cold = cached(&image.layout);
    cold.check_equal(&cached(&image.layout), "warm");
    let warm = run(&mut scan(&image.layout, cache.path()));
    assert_eq!((warm.code, warm.err.matches(ANALYZED).count()), (Some(0), 0), "{}", warm.err);
    cold.check_same(&cached(&image.archive), "another way, same cache");
}
