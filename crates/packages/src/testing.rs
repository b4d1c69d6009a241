//! What the tests of all formats share: bytes in, a list in text out.

use std::fmt::Write;

use model::{Analyzer, Budget, Facts, File, ImagePath, Meta, Presence, Relation, What};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Reads `content` as the file at `path` and compares what it says with `expected`: a line per package (`name version`,
/// then `(declared)`, `(optional)`, `(development)`, `direct` or `transitive`, `[licence; licence]`, `-> needed, needed`
/// and `in PATH` where they apply) and a line per gap
/// (`gap: kind`, and `in PATH`). Indentation and empty lines do not count.
pub(crate) fn check(analyzer: &Analyzer, path: &str, content: impl AsRef<[u8]>, expected: &str) {
    let read = read(analyzer, path, content.as_ref(), &Budget::default());
    assert_eq!(read, expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>());
}

/// What the file says, a line per fact and per gap.
pub(crate) fn read(analyzer: &Analyzer, path: &str, content: &[u8], budget: &Budget) -> Vec<String> {
    let path = ImagePath::from(path);
    let mut facts = Facts::new(analyzer.id(), path.clone(), budget);
    let meta = Meta { size: content.len() as u64, mode: 0o755 };
    let outcome = (analyzer.analyze)(&File { path: &path, meta, content, budget }, &mut facts);
    let (facts, gaps) = facts.into_parts();
    let place = |at: &ImagePath| if *at == path { String::new() } else { format!(" in {at}") };
    let mut lines = Vec::new();
    for fact in facts {
        let What::Package(package) = fact.what else { continue };
        let mut line = format!("{} {}", package.name, package.version).trim_end().to_owned();
        match package.presence {
            Presence::Installed => {}
            Presence::Declared => line.push_str(" (declared)"),
            Presence::DeclaredOptional => line.push_str(" (optional)"),
            Presence::DeclaredForDevelopment => line.push_str(" (development)"),
        }
        match package.relation {
            Relation::Direct => line.push_str(" direct"),
            Relation::Transitive => line.push_str(" transitive"),
            Relation::Unknown => {}
        }
        if !package.licenses.is_empty() {
            let _ = write!(line, " [{}]", package.licenses.join("; "));
        }
        for (index, required) in package.requires.iter().enumerate() {
            let _ = write!(line, "{} {}", if index == 0 { " ->" } else { "," }, required.name);
            let _ = required.version.iter().try_for_each(|version| write!(line, " {version}"));
        }
        lines.push(line + &place(&fact.place.path));
    }
    lines.extend(gaps.iter().map(|gap| format!("gap: {}{}", gap.kind.name(), place(&gap.place.path))));
    lines.extend(outcome.err().map(|unreadable| format!("gap: {}", unreadable.kind.name())));
    lines
}

/// Whether the analyzer wants the path by its name alone; content patterns are left out.
pub(crate) fn wants(analyzer: &Analyzer, path: &str) -> bool {
    analyzer.wants(&path.into(), None)
}

/// Feeds the analyzer arbitrary bytes, and `samples` with bytes changed, lost and repeated. Passes when it returns.
pub(crate) fn survives(analyzer: &Analyzer, path: &str, samples: &[&[u8]]) {
    let budget = Budget { facts: 1000, nested_bytes: 1 << 20, ..Budget::default() };
    let mut contents = vec![proptest::collection::vec(any::<u8>(), 0..512).boxed()];
    contents.extend(samples.iter().map(|sample| mangled(sample.to_vec()).boxed()));
    for content in contents {
        let outcome = TestRunner::new(Config { cases: 300, failure_persistence: None, ..Config::default() }).run(
            &content,
            |content| {
                read(analyzer, path, &content, &budget);
                Ok(())
            },
        );
        if let Err(failure) = outcome {
            panic!("{}: {failure}", analyzer.name);
        }
    }
}

fn mangled(sample: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let edit = (any::<prop::sample::Index>(), any::<u8>(), 0..4_u8, 0..40_usize);
    proptest::collection::vec(edit, 1..6).prop_map(move |edits| {
        let mut content = sample.clone();
        for (index, byte, kind, length) in edits {
            if content.is_empty() {
                break;
            }
            let at = index.index(content.len());
            let end = (at + length).min(content.len());
            match kind {
                0 => content[at] = byte,
                1 => drop(content.drain(at..end)),
                2 => content.truncate(at),
                _ => {
                    let copy = content[at..end].to_vec();
                    content.splice(at..at, copy);
                }
            }
        }
        content
    })
}
