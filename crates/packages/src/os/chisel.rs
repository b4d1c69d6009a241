//! Chisel's manifest: images cut from Ubuntu's packages without a package manager.
//!
//! **Files.** `manifest.wall`, anywhere: a slice's definition decides where, usually `var/lib/chisel`.
//!
//! **Format.** Zstandard around "jsonwall": one JSON object per line, sorted, a header first. Objects of the kind
//! `package` have name, version and architecture; those of the kind `content` say which slice (`PACKAGE_SLICE`) brought
//! which path, where directories end with a slash.
//!
//! **Facts.** The packages, as Debian packages, and the files of each; how much of a package its slices brought is not
//! part of it.
//!
//! **Not seen.** Source packages: the manifest does not name them, and advisories are filed under their names. Licences.

use std::borrow::Cow;
use std::io::{BufRead, BufReader, Read};

use model::{Analyzer, Facts, File, Key, Package, PackageKind, Unreadable};
use serde::Deserialize;

use super::owned::{Owned, root};
use super::text::{Skipped, text};

/// The row of the table.
pub const ANALYZER: Analyzer =
    Analyzer { name: "chisel", version: 1, files: &[Key::Name("manifest.wall").any()], analyze };

/// More than any encoder of the manifest uses: 32 MiB, as a power of two. The format allows 3.75 TiB.
const WINDOW_LOG: u32 = 25;

/// The longest line: a path with the names of some hundred slices that share it.
const LINE_BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow, default)]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    version: Cow<'a, str>,
    #[serde(borrow, default)]
    arch: Cow<'a, str>,
    #[serde(borrow, default)]
    slice: Cow<'a, str>,
    #[serde(borrow, default)]
    path: Cow<'a, str>,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut decoder = zstd::Decoder::with_buffer(file.content).map_err(|_| broken(0))?;
    decoder.window_log_max(WINDOW_LOG).map_err(|_| broken(0))?;
    let mut reader = BufReader::new(decoder).take(file.budget.nested_bytes);
    let mut manifest = Manifest {
        owned: Owned::new(root(file.path.parent(), b"lib/chisel").unwrap_or_default(), file.budget),
        owner: String::new(),
        skipped: Skipped::default(),
    };
    let end = manifest.read(&mut reader, facts);
    manifest.change_owner("", facts);
    manifest.owned.report(facts);
    manifest.skipped.report("lines that cannot be read, counted in bytes after decompression", facts);
    end
}

fn broken(offset: usize) -> Unreadable {
    Unreadable::corrupt(format!("the zstd stream cannot be read on after {offset} decompressed bytes"))
}

struct Manifest<'a> {
    owned: Owned<'a>,
    owner: String,
    skipped: Skipped,
}

impl Manifest<'_> {
    fn read(&mut self, reader: &mut std::io::Take<impl BufRead>, facts: &mut Facts) -> Result<(), Unreadable> {
        let mut line = Vec::new();
        let mut offset = 0;
        loop {
            line.clear();
            let length = reader.by_ref().take(LINE_BYTES).read_until(b'\n', &mut line).map_err(|_| broken(offset))?;
            if reader.limit() == 0 {
                return Err(Unreadable::limit("the manifest unfolds to more than the budget allows"));
            }
            if length == 0 {
                return Ok(());
            }
            if length as u64 == LINE_BYTES {
                return Err(Unreadable::corrupt(format!("the line at decompressed byte {offset} is too long")));
            }
            match serde_json::from_slice(&line) {
                Ok(read) => self.line(&read, offset, facts),
                Err(_) => self.skipped.add(offset),
            }
            offset += length;
        }
    }

    fn line(&mut self, line: &Line<'_>, offset: usize, facts: &mut Facts) {
        match &*line.kind {
            "package" => match package(line) {
                Some(package) => facts.package(package),
                None => self.skipped.add(offset),
            },
            "content" if !line.path.ends_with('/') => {
                // Names of Debian packages have no underscores.
                let owner = line.slice.split('_').next().unwrap_or_default();
                if self.owner != owner {
                    self.change_owner(owner, facts);
                }
                self.owned.add(line.path.as_bytes());
            }
            _ => {}
        }
    }

    /// Lines are sorted, so the files of one package follow each other.
    fn change_owner(&mut self, owner: &str, facts: &mut Facts) {
        if self.owner.is_empty() {
            self.owned.forget();
        } else {
            self.owned.belong_to(PackageKind::Deb, &self.owner, facts);
        }
        self.owner.clear();
        self.owner.push_str(owner);
    }
}

fn package(line: &Line<'_>) -> Option<Package> {
    let name = text(line.name.as_bytes())?;
    let mut package = Package::new(PackageKind::Deb, name, text(line.version.as_bytes())?);
    package.arch = text(line.arch.as_bytes());
    Some(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::{Read as Found, read_with};
    use model::{Budget, GapKind};

    fn read(content: &[u8]) -> Found {
        let budget = Budget { nested_bytes: 4 << 20, ..Budget::default() };
        read_with(&ANALYZER, "var/lib/chisel/manifest.wall", content, &budget)
    }

    fn compress(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 3).unwrap()
    }

    // Objects in the documented form of Chisel's reference, "Chisel manifest".
    const MANIFEST: &str = r#"{"jsonwall":"1.0","schema":"1.0","count":9}
{"kind":"content","slice":"base-files_base","path":"/etc/"}
{"kind":"content","slice":"base-files_base","path":"/etc/os-release"}
{"kind":"content","slice":"libc6_config","path":"/etc/ld.so.conf"}
{"kind":"content","slice":"libc6_libs","path":"/usr/lib/libc.so.6"}
{"kind":"package","name":"base-files","version":"13ubuntu10","sha256":"00","arch":"amd64"}
{"kind":"package","name":"libc6","version":"2.39-0ubuntu8","sha256":"00","arch":"amd64"}
{"kind":"path","path":"/etc/os-release","mode":"0644","slices":["base-files_base"],"sha256":"00","size":1}
{"kind":"slice","name":"libc6_libs"}
"#;

    #[test]
    fn packages_and_their_files_are_found() {
        let found = read(&compress(MANIFEST.as_bytes()));
        assert_eq!(found.names(), ["base-files 13ubuntu10", "libc6 2.39-0ubuntu8"]);
        assert_eq!(found.files(), ["base-files: etc/os-release", "libc6: etc/ld.so.conf usr/lib/libc.so.6"]);
        assert_eq!(found.packages[0].arch.as_deref(), Some("amd64"));
        assert_eq!(found.gaps, []);
    }

    fn check_gap(content: &[u8], kind: GapKind, packages: usize) {
        let found = read(content);
        let kinds: Vec<_> = found.gaps.iter().map(|gap| gap.kind).collect();
        assert_eq!((kinds, found.packages.len()), (vec![kind], packages));
    }

    #[test]
    fn broken_streams_and_lines_are_gaps() {
        check_gap(b"", GapKind::Corrupt, 0);
        check_gap(b"not zstd", GapKind::Corrupt, 0);
        check_gap(
            &compress(b"nonsense\n{\"kind\":\"package\"}\n{\"kind\":\"package\",\"name\":\"a\",\"version\":\"1\"}"),
            GapKind::Corrupt,
            1,
        );
        let whole = compress(MANIFEST.as_bytes());
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end]).gaps.len(), 1, "{end}");
        }
    }

    #[test]
    fn bombs_stop_at_the_budget() {
        check_gap(&compress(&vec![b'{'; 64 << 20]), GapKind::Corrupt, 0);
        check_gap(&compress(&b"{}\n".repeat(8 << 20)), GapKind::LimitHit, 0);
    }
}
