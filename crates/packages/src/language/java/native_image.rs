//! Native images of GraalVM, for any system (ELF, Mach-O, PE), if they were built with `--enable-sbom` (GraalVM
//! documentation, "Software Bill of Materials (SBOM) in Native Image").
//!
//! The bill is CycloneDX, compressed with gzip, in the data that the symbols `sbom` and `sbom_length` name. The program has
//! the symbol's name and its own version's; then the bill is what begins as gzip and turns out to be CycloneDX, so that
//! tables of symbols need not be believed.
//!
//! Programs in the distribution's own folders are not looked at, nor are libraries. Without a bill nothing tells which jars
//! a native image was made from.

use std::io::Read;

use flate2::bufread::GzDecoder;
use memchr::memmem;
use model::{Analyzer, Facts, File, Key, Meta, Unreadable};

use crate::executable::program_file;
use crate::sbom;

/// A program that was built from jars: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "native-image",
    version: 1,
    files: &[Key::Head(may_be_native_image).when(program_file::is_elsewhere)],
    analyze,
};

fn may_be_native_image(meta: &Meta, head: &[u8]) -> bool {
    // The runtime alone is larger.
    const SMALLEST: u64 = 2 << 20;
    meta.size >= SMALLEST && program_file::is_program(meta, head)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let names = |text: &[u8]| memmem::find(file.content, text).is_some();
    if !names(b"__svm_version_info") || !names(b"sbom_length") {
        return Ok(());
    }
    let Some(text) = bill(file)? else { return Ok(()) };
    for item in sbom::read(&text)?.inventory.items {
        if let model::What::Package(package) = item.fact.what {
            facts.package(package);
        }
    }
    Ok(())
}

/// The first bill in the program.
fn bill(file: &File<'_>) -> Result<Option<Vec<u8>>, Unreadable> {
    const LARGEST: u64 = 16 << 20;
    /// Bytes to unpack of what may be something else, and how often.
    const GLANCE: u64 = 256;
    const MOST_GLANCES: usize = 10_000;
    // The mark, deflate, and no flag that is in use.
    for at in memmem::find_iter(file.content, b"\x1f\x8b\x08\x00").take(MOST_GLANCES) {
        let data = &file.content[at..];
        let unpack = |most: u64| {
            let mut text = Vec::new();
            // What breaks off is no bill, or one that its reader will find broken.
            let _ = GzDecoder::new(data).take(most).read_to_end(&mut text);
            text
        };
        if memmem::find(&unpack(GLANCE), b"CycloneDX").is_some() {
            let most = LARGEST.min(file.budget.nested_bytes);
            let text = unpack(most + 1);
            if text.len() as u64 > most {
                return Err(Unreadable::limit(format!("a bill of more than {most} bytes")));
            }
            return Ok(Some(text));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::{Compression, write::GzEncoder};

    use super::*;
    use crate::executable::head::tests::elf_file;
    use crate::testing::{self, survives};

    const BILL: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
        {"type":"library","group":"io.netty","name":"netty-codec-http2","version":"4.1.104.Final",
            "purl":"pkg:maven/io.netty/netty-codec-http2@4.1.104.Final","bom-ref":"a"},
        {"type":"library","group":"org.json","name":"json","version":"20231013",
            "purl":"pkg:maven/org.json/json@20231013","bom-ref":"b"}]}"#;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn program(data: &[u8]) -> Vec<u8> {
        elf_file(2, &[(1, &[b"__svm_version_info\0sbom\0sbom_length\0", data, b"more"].concat(), 0)])
    }

    #[test]
    fn the_bill_inside_is_read() {
        let other = gzip(b"a resource");
        testing::check(
            &ANALYZER,
            "app/server",
            program(&[other, gzip(BILL.as_bytes())].concat()),
            "io.netty:netty-codec-http2 4.1.104.Final
             org.json:json 20231013",
        );
    }

    #[test]
    fn others_say_nothing_and_broken_bills_are_gaps() {
        let check = |content: Vec<u8>, expected: &str| testing::check(&ANALYZER, "app/server", content, expected);
        check(program(b""), "");
        check(program(&gzip(b"text")), "");
        check(elf_file(2, &[(1, &gzip(BILL.as_bytes()), 0)]), "");
        check(program(&gzip(&BILL.as_bytes()[..300])), "gap: corrupt");
        check(program(&gzip(&[BILL.as_bytes(), &vec![b' '; 17 << 20]].concat())), "gap: limit-hit");
    }

    #[test]
    fn large_programs_outside_of_the_distribution_are_looked_at() {
        let wants = |path: &str, size: u64| {
            let meta = Meta { size, mode: 0o755 };
            ANALYZER.wants(&path.into(), Some((&meta, &program(b""))))
        };
        assert!(wants("app/server", 20 << 20));
        assert!(!wants("app/server", 1 << 20));
        assert!(!wants("usr/bin/server", 20 << 20));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "app/server", &[&program(&gzip(BILL.as_bytes()))]);
    }
}
