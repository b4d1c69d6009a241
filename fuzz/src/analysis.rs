//! Runs analyzers as a scan does, with a small budget, and checks what they may never do.

use model::{Analyzer, Budget, Facts, File, ImagePath, Meta};

use crate::memory;

/// What a file may say, and what it may cost.
const FACTS: usize = 1000;
const LEARNED: usize = 4 << 20;
const MEMORY: usize = 48 << 20;

/// A budget that inputs of a few kilobytes can reach.
pub fn budget() -> Budget {
    Budget {
        layer_bytes: 64 << 20,
        entries: 1000,
        path_bytes: 1024,
        file_bytes: 4 << 20,
        memory_bytes: 4 << 20,
        nesting: 3,
        nested_bytes: 512 << 10,
        document_bytes: 1 << 20,
        facts: FACTS,
        learned_bytes: LEARNED,
        ..Budget::default()
    }
}

/// Has every analyzer that wants the file at `path` read it. Returns how many facts there were.
pub fn read(path: &str, content: &[u8]) -> usize {
    let path = ImagePath::from(path);
    let meta = Meta { size: content.len() as u64, mode: 0o755 };
    packages::analyzers()
        .filter(|analyzer| analyzer.wants(&path, Some((&meta, content))))
        .map(|analyzer| analyze(analyzer, &path, meta, content))
        .sum()
}

/// Analyzers of programs. Some want larger ones than are tried here, so the target `programs` does not ask them.
pub const PROGRAMS: &[&str] = &[
    "dotnet-assembly",
    "dotnet-bundle",
    "elf-package-note",
    "go-binary",
    "native-image",
    "program-file",
    "rust-binary",
];

/// Has every analyzer of programs read a file, whether it would want it or not.
pub fn read_program(content: &[u8]) {
    let meta = Meta { size: content.len() as u64, mode: 0o755 };
    for analyzer in packages::analyzers().filter(|analyzer| PROGRAMS.contains(&analyzer.name)) {
        analyze(analyzer, &ImagePath::from("usr/bin/app"), meta, content);
    }
}

fn analyze(analyzer: &Analyzer, path: &ImagePath, meta: Meta, content: &[u8]) -> usize {
    let budget = budget();
    let mut sheet = Facts::new(analyzer.id(), path.clone(), &budget);
    let file = File { path, meta, content, budget: &budget };
    let outcome = memory::within(MEMORY, || (analyzer.analyze)(&file, &mut sheet));
    let (facts, gaps) = sheet.into_parts();
    // One gap more says that the budget is spent.
    assert!(facts.len() + gaps.len() <= FACTS, "{} gave {} facts, {} gaps", analyzer.name, facts.len(), gaps.len());
    let bytes = facts.iter().map(model::Fact::bytes).sum::<usize>() + gaps.iter().map(model::Gap::bytes).sum::<usize>();
    assert!(bytes <= LEARNED + 4096, "{} gave facts of {bytes} bytes", analyzer.name);
    let again = {
        let mut sheet = Facts::new(analyzer.id(), path.clone(), &budget);
        let outcome = (analyzer.analyze)(&file, &mut sheet);
        (sheet.into_parts(), outcome.err().map(|why| why.to_string()))
    };
    let facts_found = facts.len();
    // Facts are cached: the same bytes must say the same.
    assert_eq!(again, ((facts, gaps), outcome.err().map(|why| why.to_string())), "{}", analyzer.name);
    facts_found
}
