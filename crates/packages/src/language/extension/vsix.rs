//! `*.vsix`: an extension of Visual Studio Code as it is downloaded, a ZIP archive with the extension in its folder
//! `extension` (Visual Studio Code documentation, "Publishing Extensions"; Open Packaging Conventions). Its `package.json` says
//! what it is, as where it is installed. Nobody says that it is, so it counts as declared. Modules of Node.js that it
//! brings along are not listed: extensions are published with one file that was made of them.

use archive::zip::Archive;
use model::{Analyzer, Facts, File, Key, Unreadable};

use super::vscode;
use crate::packed::packed;

/// An extension as an archive: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "vscode-archive", version: 1, files: &[Key::Extension("vsix").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    const LARGEST: usize = 4 << 20;
    let archive =
        Archive::open(file.content).ok_or_else(|| Unreadable::corrupt("not a ZIP archive, or a damaged one"))?;
    for entry in archive.entries() {
        let entry = entry?;
        if entry.name == b"extension/package.json" {
            let content = archive.read(&entry, LARGEST, &mut { LARGEST + 1 })?;
            if let Some(package) = vscode::package(&content)? {
                facts.package(packed(package));
            }
            return Ok(());
        }
    }
    Err(Unreadable::corrupt("an extension without the file that describes it"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};
    use archive::testing::Writer;

    const MANIFEST: &[u8] = br#"{"publisher": "One", "name": "A", "version": "1.2.0", "license": "MIT"}"#;

    fn check(content: &[u8], expected: &str) {
        testing::check(&ANALYZER, "srv/one.a-1.2.0.vsix", content, expected);
    }

    fn archive() -> Vec<u8> {
        Writer::default()
            .store("extension.vsixmanifest", b"<PackageManifest/>")
            .store("extension/node_modules/b/package.json", br#"{"name": "b", "version": "2.0.0"}"#)
            .deflate("extension/package.json", MANIFEST)
            .finish()
    }

    #[test]
    fn the_extension_describes_itself() {
        check(&archive(), "one.a 1.2.0 (declared) [MIT]");
    }

    #[test]
    fn broken_files_are_gaps() {
        check(b"PK", "gap: corrupt");
        check(&Writer::default().store("package.json", MANIFEST).finish(), "gap: corrupt");
        check(&Writer::default().store("extension/package.json", b"{").finish(), "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.vsix", &[&archive()]);
    }
}
