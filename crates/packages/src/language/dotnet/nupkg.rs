//! `*.nupkg`: a package of NuGet as it is downloaded, a ZIP archive with its `.nuspec` at the top (NuGet documentation,
//! ".nuspec reference"). Packages of symbols, `*.snupkg`, and what lies deeper in the archive are not looked at. Nobody says that it was installed, so it counts as
//! declared.

use archive::zip::Archive;
use model::{Analyzer, Facts, File, Key, Unreadable};

use super::nuspec;
use crate::packed::packed;

/// A package as an archive: [the module](self).
pub const ANALYZER: Analyzer = Analyzer { name: "nupkg", version: 2, files: &[Key::Extension("nupkg").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    const LARGEST: usize = 1 << 20;
    let archive =
        Archive::open(file.content).ok_or_else(|| Unreadable::corrupt("not a ZIP archive, or a damaged one"))?;
    for entry in archive.entries() {
        let entry = entry?;
        if entry.name.to_ascii_lowercase().ends_with(b".nuspec") && !entry.name.contains(&b'/') {
            let content = archive.read(&entry, LARGEST, &mut { LARGEST + 1 })?;
            facts.package(packed(nuspec::package(&content)?));
            return Ok(());
        }
    }
    Err(Unreadable::corrupt("a package without a description"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};
    use archive::testing::Writer;

    const NUSPEC: &[u8] = b"<package><metadata><id>A.B</id><version>1.2.3</version></metadata></package>";

    fn check(content: &[u8], expected: &str) {
        testing::check(&ANALYZER, "feed/a.b.1.2.3.nupkg", content, expected);
    }

    #[test]
    fn the_description_at_the_top_counts() {
        let other = b"<package><metadata><id>Other</id><version>9</version></metadata></package>";
        check(
            &Writer::default().store("tools/x.nuspec", other).deflate("A.B.nuspec", NUSPEC).finish(),
            "A.B 1.2.3 (declared)",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check(b"PK", "gap: corrupt");
        check(&Writer::default().store("a", b"").finish(), "gap: corrupt");
        check(&Writer::default().store("a.nuspec", b"<").finish(), "gap: corrupt");
        check(&Writer::default().deflate("a.nuspec", &vec![b' '; 2 << 20]).finish(), "gap: limit-hit");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.nupkg", &[&Writer::default().store("a.nuspec", NUSPEC).finish()]);
    }
}
