//! Searches folders and says what it found and how fast it was, for whoever works on rules:
//! `cargo run --release -p plimsoll-secrets --example search -- [--lines] [--memory] FOLDER…`.
//! `--lines` shows what surrounds a finding; `--memory` reads everything first, so that only the search is measured.
#![expect(clippy::print_stdout, reason = "it is its purpose")]
#![expect(clippy::cast_precision_loss, reason = "rates are rounded anyway")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{env, fs, io};

use secrets::{FileKind, LARGEST_BINARY, secrets_of, set_aside};

/// What a search took.
#[derive(Default)]
struct Total {
    files: u64,
    bytes: u64,
    findings: u64,
    set_aside: u64,
    spent: Duration,
}

fn main() -> io::Result<()> {
    let (flags, folders): (Vec<_>, Vec<_>) = env::args().skip(1).partition(|argument| argument.starts_with("--"));
    let asked = |flag: &str| flags.iter().any(|given| given == flag);
    let mut paths = Vec::new();
    for folder in &folders {
        walk(Path::new(folder), &mut paths)?;
    }
    paths.sort();
    let (mut total, mut kept) = (Total::default(), Vec::new());
    let started = Instant::now();
    for path in paths {
        let Ok(content) = fs::read(&path) else { continue };
        if content.len() as u64 > LARGEST_BINARY && content[..content.len().min(8192)].contains(&0) {
            continue;
        }
        if asked("--memory") {
            kept.push((path, content));
        } else {
            search(&path, &content, asked("--lines"), &mut total);
        }
    }
    let read = started.elapsed();
    for (path, content) in &kept {
        search(path, content, asked("--lines"), &mut total);
    }
    let spent = if kept.is_empty() { read } else { total.spent };
    let rate = total.bytes as f64 / 1e6 / spent.as_secs_f64();
    println!(
        "{} files, {:.1} MB, {} findings, {} set aside by their path, {rate:.0} MB/s",
        total.files,
        total.bytes as f64 / 1e6,
        total.findings,
        total.set_aside
    );
    Ok(())
}

fn walk(folder: &Path, paths: &mut Vec<PathBuf>) -> io::Result<()> {
    if folder.is_file() {
        paths.push(folder.to_owned());
        return Ok(());
    }
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            walk(&entry.path(), paths)?;
        } else if kind.is_file() {
            paths.push(entry.path());
        }
    }
    Ok(())
}

fn search(path: &Path, content: &[u8], lines: bool, total: &mut Total) {
    let started = Instant::now();
    let found = secrets_of(content, FileKind::of(path.as_os_str().as_encoded_bytes()));
    total.spent += started.elapsed();
    total.files += 1;
    total.bytes += content.len() as u64;
    for secret in found {
        // What does not count because of its path is said apart.
        if set_aside(path.as_os_str().as_encoded_bytes(), content, &secret.span).is_some() {
            total.set_aside += 1;
            continue;
        }
        total.findings += 1;
        let line = memchr::memchr_iter(b'\n', &content[..secret.span.start]).count() + 1;
        println!("{}\t{}:{line}", secret.kind.id, path.display());
        if lines {
            let (from, to) = (secret.span.start.saturating_sub(100), content.len().min(secret.span.end + 40));
            println!("    {:?}", String::from_utf8_lossy(&content[from..to.min(from + 300)]));
        }
    }
}
