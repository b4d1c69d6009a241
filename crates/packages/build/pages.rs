//! The public page of each format is the doc comment at the head of its file: this gathers them, by the names of the
//! analyzers that the file defines.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Rust that lists `(analyzer, page)`, sorted by analyzer.
pub fn pack(sources: &Path) -> Result<String, String> {
    let mut pages = Vec::new();
    let mut waiting = vec![sources.to_path_buf()];
    while let Some(path) = waiting.pop() {
        let text = |error: std::io::Error| format!("{}: {error}", path.display());
        if path.is_dir() {
            for entry in fs::read_dir(&path).map_err(text)? {
                waiting.push(entry.map_err(text)?.path());
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).map_err(text)?;
            pages.extend(analyzers(&source).map(|name| (name.to_owned(), page(&source))));
        }
    }
    pages.sort();
    let mut rust = String::from("&[\n");
    for (name, page) in pages {
        let _ = writeln!(rust, "    ({name:?}, {page:?}),");
    }
    rust.push_str("]\n");
    Ok(rust)
}

/// The names of the analyzers that a file defines, those of its tests left out.
fn analyzers(source: &str) -> impl Iterator<Item = &str> {
    let product = source.split("#[cfg(test)]").next().unwrap_or_default();
    product.split("Analyzer {").skip(1).filter_map(|behind| {
        let (name, _) = behind.trim_start().strip_prefix("name: \"")?.split_once('"')?;
        Some(name)
    })
}

/// The doc comment at the head of a file.
fn page(source: &str) -> String {
    let lines = source.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}
