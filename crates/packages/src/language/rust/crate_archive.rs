//! `*.crate`: crates as they are downloaded, such as Cargo leaves them in `registry/cache` (The Cargo Book, "cargo package").
//!
//! A compressed tar with one folder, in which `Cargo.toml` says what the crate is. Nobody says that it was built into
//! anything here, so it counts as declared. What it needs are ranges, which a lockfile resolves, so no edges are told.
//! A `Cargo.lock` in there is the crate's makers' own and not looked at.

use std::borrow::Cow;

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};
use serde::Deserialize;

use crate::listing::is_word;
use crate::packed::{description, packed};
use crate::syntax::toml;

/// A crate as an archive: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "crate-archive", version: 1, files: &[Key::Extension("crate").any()], analyze };

#[derive(Deserialize)]
struct Manifest<'a> {
    #[serde(borrow)]
    package: Described<'a>,
}

#[derive(Deserialize)]
struct Described<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    version: Cow<'a, str>,
    #[serde(borrow)]
    license: Option<Cow<'a, str>>,
}

fn is_manifest(path: &ImagePath) -> bool {
    path.name() == b"Cargo.toml" && !path.parent().is_empty() && !path.parent().contains(&b'/')
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let content = description(file, is_manifest)?;
    let Manifest { package: Described { name, version, license } } = toml::parse(&content)?;
    if !is_word(&name) || !is_word(&version) {
        return Err(Unreadable::corrupt("the manifest of a crate without a usable name or version"));
    }
    let licenses = license.into_iter().map(Cow::into_owned).collect();
    facts.package(packed(Package { licenses, ..Package::new(PackageKind::Cargo, name, version) }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::process::Command;

    use super::*;
    use crate::testing::{self, survives, wants};
    use archive::testing::{gzip, tar};

    const PATH: &str = "root/.cargo/registry/cache/index-0/serde-1.0.0.crate";
    const MANIFEST: &str = "[package]\nname = \"serde\"\nversion = \"1.0.0\"\nlicense = \"MIT OR Apache-2.0\"\nedition = \"2021\"\n\
        [dependencies.a]\nversion = \"1\"\n";

    fn check(content: impl AsRef<[u8]>, expected: &str) {
        testing::check(&ANALYZER, PATH, content, expected);
    }

    #[test]
    fn the_manifest_at_the_top_describes_the_crate() {
        let other = "[package]\nname = \"other\"\nversion = \"9\"\n";
        let files = [("serde-1.0.0/examples/Cargo.toml", other), ("serde-1.0.0/Cargo.toml", MANIFEST)];
        check(gzip(&tar(&files)), "serde 1.0.0 (declared) [MIT OR Apache-2.0]");
    }

    #[test]
    fn broken_crates_are_gaps() {
        check(b"", "gap: unsupported");
        check(gzip(&tar(&[("a/b", "")])), "gap: corrupt");
        check(gzip(&tar(&[("a/Cargo.toml", "[package]\nname = \"a\"\n")])), "gap: corrupt");
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/Cargo.toml"));
    }

    #[test]
    fn what_cargo_package_writes_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("src")).unwrap();
        fs::write(folder.path().join("src/lib.rs"), "").unwrap();
        let manifest =
            "[package]\nname = \"my-crate\"\nversion = \"0.3.0-beta.1\"\nedition = \"2021\"\nlicense = \"MIT\"\n";
        fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        let mut cargo = Command::new("cargo");
        cargo.args(["package", "--no-verify", "--allow-dirty", "--offline", "--quiet", "--target-dir", "target"]);
        match cargo.current_dir(folder.path()).output() {
            Ok(output) if output.status.success() => {
                let content = fs::read(folder.path().join("target/package/my-crate-0.3.0-beta.1.crate")).unwrap();
                check(content, "my-crate 0.3.0-beta.1 (declared) [MIT]");
            }
            outcome => eprintln!("skipped: cargo package, because {outcome:?}"),
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&gzip(&tar(&[("a-1/Cargo.toml", MANIFEST)]))]);
    }
}
