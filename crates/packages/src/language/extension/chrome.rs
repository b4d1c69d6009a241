//! Extensions of Chrome and its relatives: `Extensions/ID/VERSION/manifest.json` in a user's profile (Chrome for
//! Developers, "Manifest file format").
//!
//! The id is the name, 32 letters from `a` to `p`; what the extension calls itself is only unique by chance. The version
//! is that of the manifest.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;
use crate::syntax::json::{self, Text};
use crate::syntax::jsonc;

/// An installed extension: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "chrome-extension",
    version: 1,
    files: &[Key::Name("manifest.json").when(|path| id(path).is_some())],
    analyze,
};

/// The id among the folders of an installed extension.
fn id(path: &ImagePath) -> Option<&str> {
    let mut folders = path.parent().rsplit(|&byte| byte == b'/').skip(1);
    let id = folders.next().filter(|id| id.len() == 32 && id.iter().all(|letter| (b'a'..=b'p').contains(letter)))?;
    (folders.next() == Some(b"Extensions")).then(|| std::str::from_utf8(id).ok())?
}

json::object! {
    struct Manifest<'a> {
        "version" => version: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    // Manifests may have comments.
    let content = jsonc::plain(file.content)?;
    let manifest: Manifest<'_> = json::parse(&content)?;
    if let Some(id) = id(file.path).filter(|_| is_word(manifest.version.get())) {
        let package = Package::new(PackageKind::ChromeExtension, id, manifest.version.get());
        facts.package(Package { confidence: Confidence::Medium, ..package });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str =
        "root/.config/chromium/Default/Extensions/abcdefghijklmnopabcdefghijklmnop/1.2.3_0/manifest.json";
    const MANIFEST: &str = "{\n// A comment.\n\"name\": \"__MSG_name__\", \"version\": \"1.2.3\"}";

    #[test]
    fn the_id_is_the_name() {
        testing::check(&ANALYZER, PATH, MANIFEST, "abcdefghijklmnopabcdefghijklmnop 1.2.3");
        testing::check(&ANALYZER, PATH, "{}", "");
        testing::check(&ANALYZER, PATH, "{", "gap: corrupt");
    }

    #[test]
    fn only_manifests_of_extensions_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/app/dist/manifest.json"));
        assert!(!wants(&ANALYZER, &PATH.replace("abc", "xyz")));
        assert!(!wants(&ANALYZER, &PATH.replace("Extensions", "Other")));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[MANIFEST.as_bytes()]);
    }
}
