//! Programs and libraries written in Rust, for any system (ELF, PE, Mach-O), if they say what they were built from.
//!
//! Those that `cargo auditable` built carry a section `.dep-v0` with the list of their crates: JSON, compressed with zlib
//! (`cargo-auditable.schema.json`). The list has the program itself too. Crates that only the build ran, such as
//! procedural macros, count as needed for development.
//!
//! Without that section, what the compiler wrote into messages of panics counts: paths such as
//! `registry/src/…/NAME-VERSION/`. That is inference, so confidence is low; crates that never panic are not seen, nor are
//! those of programs that were built with other paths (`--remap-path-prefix`, vendored sources). What the standard library
//! is made of, below `/rustc` and `/rust/deps`, belongs to Rust itself and is not listed.
//!
//! Programs without thread-local storage have no standard library of Rust inside of them and are not looked at; nor is
//! WebAssembly. Programs packed with UPX are gaps of `go-binary`.

mod audit_data;
mod head;
mod panic_paths;

use model::{Analyzer, Facts, File, Key, PackageKind, Unreadable};

use crate::executable::{programs, sections};
use crate::listing::Listing;

/// A program that was built from crates: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "rust-binary", version: 1, files: &[Key::Head(head::may_be_rust).any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut listing = Listing::new(PackageKind::Cargo);
    let mut outcome = Ok(());
    for program in programs(file.content) {
        let data = object::File::parse(program).ok().and_then(|parsed| {
            let found = sections(&parsed, &[audit_data::SECTION], program);
            found.first().copied()
        });
        match data {
            Some(data) => outcome = outcome.and(audit_data::list(data, file.budget, &mut listing)),
            None => panic_paths::list(program, &mut listing),
        }
    }
    listing.tell(facts);
    outcome
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::ZlibEncoder};
    use model::{Budget, Confidence, ImagePath, What};

    use super::*;
    use crate::testing::{self, survives};

    /// An ELF file with one section of this name.
    fn with_section(name: &str, data: &[u8]) -> Vec<u8> {
        let names = [b"\0.shstrtab\0", name.as_bytes(), b"\0"].concat();
        let mut file = b"\x7fELF\x02\x01\x01".to_vec();
        file.resize(64, 0);
        let start = 64 + data.len() + names.len();
        for (at, value) in [(16, 3), (18, 62), (20, 1), (52, 64), (58, 64), (60, 3), (62, 2)] {
            file[at] = value;
        }
        file[40..48].copy_from_slice(&(start as u64).to_le_bytes());
        file.extend_from_slice(data);
        file.extend_from_slice(&names);
        let header = |name: u32, kind: u32, offset: usize, length: usize| {
            let mut header = [0; 64];
            header[..4].copy_from_slice(&name.to_le_bytes());
            header[4..8].copy_from_slice(&kind.to_le_bytes());
            header[24..32].copy_from_slice(&(offset as u64).to_le_bytes());
            header[32..40].copy_from_slice(&(length as u64).to_le_bytes());
            header
        };
        file.extend([0; 64]);
        file.extend(header(11, 1, 64, data.len()));
        file.extend(header(1, 3, 64 + data.len(), names.len()));
        file
    }

    fn auditable(list: &str) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(list.as_bytes()).unwrap();
        with_section(".dep-v0", &encoder.finish().unwrap())
    }

    fn check(content: impl AsRef<[u8]>, expected: &str) {
        testing::check(&ANALYZER, "usr/bin/app", content, expected);
    }

    // Written from the schema.
    const LIST: &str = r#"{"packages": [
        {"name": "app", "version": "0.1.0", "source": "local", "dependencies": [1, 3], "root": true},
        {"name": "regex", "version": "1.11.1", "source": "crates.io", "dependencies": [2]},
        {"name": "memchr", "version": "2.7.4", "source": "registry"},
        {"name": "part", "version": "0.2.0", "source": "local", "dependencies": [2, 99]},
        {"name": "cc", "version": "1.2.0", "source": "crates.io", "kind": "build"}
    ], "format": 1}"#;

    #[test]
    fn the_list_of_cargo_auditable_is_read() {
        check(
            auditable(LIST),
            "app 0.1.0 -> part 0.2.0, regex 1.11.1
             cc 1.2.0 (development) transitive
             memchr 2.7.4 transitive
             part 0.2.0 direct -> memchr 2.7.4
             regex 1.11.1 direct -> memchr 2.7.4",
        );
    }

    #[test]
    fn broken_and_bottomless_lists_are_gaps() {
        check(with_section(".dep-v0", b"not zlib"), "gap: corrupt");
        check(auditable("{"), "gap: corrupt");
        check(auditable(&" ".repeat(20 << 20)), "gap: limit-hit");
        check(auditable("{}"), "");
    }

    #[test]
    fn messages_of_panics_betray_crates() {
        let text = b"/usr/local/cargo/registry/src/index.test-0123/sha-1-0.10.0/src/lib.rs\
            /usr/local/cargo/registry/src/index.test-0123/sha-1-0.10.0/src/other.rs\
            C:\\Users\\x\\.cargo\\registry\\src\\index.test-0123\\winapi-0.3.9\\src\\lib.rs\
            /rustc/0123abc/library/core/src/option.rs\
            /rust/deps/gimli-0.32.3/src/read/abbrev.rs\
            registry/src/index.test-0123/tool-1.0.0-rc.1+build/src/a.rs\
            registry/src/index.test-0123/no_version/src/a.rs registry/src/short";
        check(
            with_section(".rodata", text),
            "sha-1 0.10.0
             tool 1.0.0-rc.1+build
             winapi 0.3.9",
        );
        // The list is the better source.
        check(
            [&*auditable(LIST), text].concat(),
            "app 0.1.0 -> part 0.2.0, regex 1.11.1
             cc 1.2.0 (development) transitive
             memchr 2.7.4 transitive
             part 0.2.0 direct -> memchr 2.7.4
             regex 1.11.1 direct -> memchr 2.7.4",
        );
    }

    #[test]
    fn confidence_is_told() {
        let confidence = |content: &[u8]| {
            let (budget, path) = (Budget::default(), ImagePath::from("bin/a"));
            let mut facts = Facts::new(ANALYZER.id(), path.clone(), &budget);
            let file = File { path: &path, meta: model::Meta::default(), content, budget: &budget };
            analyze(&file, &mut facts).unwrap();
            let what = facts.into_parts().0.into_iter().map(|fact| fact.what);
            what.filter_map(
                |what| if let What::Package(found) = what { Some((found.name, found.confidence)) } else { None },
            )
            .collect::<std::collections::BTreeMap<_, _>>()
        };
        let audited = confidence(&auditable(LIST));
        assert_eq!((audited["regex"], audited["app"]), (Confidence::High, Confidence::Medium));
        assert_eq!(confidence(b"registry/src/x/a-1.0.0/src")["a"], Confidence::Low);
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "usr/bin/app", &[&auditable(LIST), b"x/registry/src/y/a-1.0.0/src"]);
    }
}
