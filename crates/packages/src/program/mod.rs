//! Programs that came with no package manager: executables and libraries of well-known names, such as `nginx`, `node` or
//! `libpython3.11.so.1.0`, in which their version is written. Which names these are, and what stands there, is said by the
//! rules below `rules/programs`.
//!
//! Nearly every program can tell its version, so its text is in the file. A rule names the text around it, and where that
//! is not enough, other texts that have to be there or must not. A package found so is as sure as what a program says
//! of itself. Where the distribution's package manager lists the file, its package is the better answer.
//!
//! Programs that have another name than their publisher gave them are not seen. Those that are packed are gaps.

mod pattern;
mod rules;

use memchr::memmem;
use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, Unreadable};

use crate::executable::is_packed;
use rules::{RULES, Rule, VARYING};

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[ANALYZER];

/// What a program says of itself: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "program", version: 1, files: include!(concat!(env!("OUT_DIR"), "/program_files.rs")), analyze };

fn has_name_that_varies(path: &ImagePath) -> bool {
    let name = path.name();
    VARYING.iter().any(|varying| varying.release(name).is_some())
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut found = false;
    for rule in RULES {
        if let Some(version) = version(rule, file.path.name(), file.content) {
            found = true;
            facts.package(Package {
                confidence: Confidence::Medium,
                cpes: vec![cpe(rule, version)],
                ..Package::new(rule.kind, rule.name, version)
            });
        }
    }
    if !found && is_packed(file.content) {
        return Err(Unreadable::unsupported("packed with UPX, so that nobody can see its version"));
    }
    Ok(())
}

/// The version by one rule.
fn version<'a>(rule: &Rule, name: &[u8], content: &'a [u8]) -> Option<&'a str> {
    let release = rule.files.iter().find_map(|file| file.release(name))?;
    let release = (!release.is_empty()).then_some(release);
    let has = |text: &&[u8]| memmem::find(content, text).is_some();
    let version = rule.patterns.iter().find_map(|pattern| pattern.find(content, release))?;
    (rule.with.iter().all(has) && !rule.without.iter().any(has)).then_some(version)
}

/// The program's name in the Common Platform Enumeration 2.3 (NISTIR 7695, "Formatted String Binding").
fn cpe(rule: &Rule, version: &str) -> String {
    let mut escaped = String::new();
    for character in version.chars() {
        if !character.is_ascii_alphanumeric() && !".-_".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    format!("cpe:2.3:a:{}:{}:{escaped}:*:*:*:*:*:*:*", rule.vendor, rule.product)
}

#[cfg(test)]
mod tests;
