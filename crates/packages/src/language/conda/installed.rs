//! Installed Conda packages: `conda-meta/*.json` in any prefix (conda documentation, "Under the hood", "conda-meta";
//! conda's `PrefixRecord`).
//!
//! Each package has a file of its own, with name, version, licence and what it depends on. The build and the channel
//! are told by the file's name and address and not kept. Python packages that came with it are found for themselves.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;
use crate::syntax::json::{self, Text};

/// A package in a prefix: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "conda", version: 1, files: &[Key::In("conda-meta").when(is_record)], analyze };

fn is_record(path: &ImagePath) -> bool {
    path.extension() == Some(b"json")
}

json::object! {
    struct Record<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "license" => license: Text<'a>,
        "subdir" => subdir: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let record: Record<'_> = json::parse(file.content)?;
    let (name, version) = (record.name.get(), record.version.get());
    if !is_word(name) || !is_word(version) {
        return Err(Unreadable::corrupt("the record of a Conda package without a usable name or version"));
    }
    let license = Some(record.license.get().trim()).filter(|license| !license.is_empty());
    let arch = Some(record.subdir.get()).filter(|subdir| is_word(subdir));
    facts.package(Package {
        licenses: license.map(str::to_owned).into_iter().collect(),
        arch: arch.map(str::to_owned),
        ..Package::new(PackageKind::Conda, name, version)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(record: &str, expected: &str) {
        testing::check(&ANALYZER, "opt/conda/conda-meta/zlib-1.2.11-0.json", record, expected);
    }

    const RECORD: &str = r#"{"build": "h90dfc92_1014", "build_number": 1014, "depends": ["libzlib 1.2.11"],
        "channel": "https://example.test/main", "license": "Zlib", "name": "zlib", "subdir": "osx-arm64",
        "version": "1.2.11", "files": ["lib/libz.a"]}"#;

    #[test]
    fn records_are_read() {
        check(RECORD, "zlib 1.2.11 [Zlib]");
        check(r#"{"name": "a", "version": "1", "license": ""}"#, "a 1");
    }

    #[test]
    fn broken_records_are_gaps() {
        check("{", "gap: corrupt");
        check(r#"{"name": "a"}"#, "gap: corrupt");
    }

    #[test]
    fn the_folder_tells() {
        assert!(wants(&ANALYZER, "opt/conda/envs/x/conda-meta/a-1-0.json"));
        assert!(!wants(&ANALYZER, "opt/conda/conda-meta/history"));
        assert!(!wants(&ANALYZER, "opt/conda/a.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "conda-meta/a.json", &[RECORD.as_bytes()]);
    }
}
