//! Meson's wrap files, `subprojects/NAME.wrap` (Meson documentation, "Wrap dependency system manual"): sources of others
//! that a project is built with.
//!
//! The version is that of the wrap database, `wrapdb_version = 1.3.1-1`, without the number behind its last hyphen, which
//! counts changes of the build files; or else what follows the name in `directory = zlib-1.3.1`. Wraps of repositories
//! name a commit and say nothing.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Unreadable};

use super::sections;
use crate::language::lies_below;
use crate::listing::Listing;
use crate::syntax::text;

/// Sources that a project is built with: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "meson-wrap",
    version: 1,
    files: &[Key::Extension("wrap").when(|path: &ImagePath| lies_below(path, "subprojects"))],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let name = String::from_utf8_lossy(file.path.name());
    let name = name.rsplit_once('.').map_or(&*name, |(stem, _)| stem);
    let value = |wanted: &str| {
        sections::lines(&text)
            .filter(|(section, _)| *section == "wrap-file")
            .filter_map(|(_, line)| sections::assignment(line))
            .find_map(|(key, value)| (key == wanted).then_some(value))
    };
    let from_database =
        value("wrapdb_version").map(|version| version.rsplit_once('-').map_or(version, |(version, _)| version));
    let from_folder = || value("directory")?.strip_prefix(name)?.strip_prefix('-');
    let is_version = |version: &&str| version.starts_with(|first: char| first.is_ascii_digit());
    let mut listing = Listing::new(PackageKind::Generic);
    if let Some(version) = from_database.or_else(from_folder).filter(is_version)
        && let Some(package) = listing.add(name, version, Presence::Declared)
    {
        package.relation = Relation::Direct;
        package.confidence = Confidence::Medium;
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(wrap: &str, expected: &str) {
        testing::check(&ANALYZER, "src/subprojects/zlib.wrap", wrap, expected);
    }

    const WRAP: &str =
        "[wrap-file]\ndirectory = zlib-1.3\nsource_hash = 00\nwrapdb_version = 1.3.1-2\n\n[provide]\nzlib = zlib_dep\n";

    #[test]
    fn the_database_or_the_folder_tells_the_version() {
        check(WRAP, "zlib 1.3.1 (declared) direct");
        check("[wrap-file]\ndirectory=zlib-1.2.13\n", "zlib 1.2.13 (declared) direct");
        check("[wrap-file]\ndirectory = other-1.2.13\n", "");
        check("[wrap-git]\ndirectory = zlib-1.2.13\nrevision = 0123abc\n", "");
        check("[wrap-file]\ndirectory = zlib-main\n", "");
    }

    #[test]
    fn only_subprojects_are_wanted() {
        assert!(wants(&ANALYZER, "src/subprojects/zlib.wrap"));
        assert!(!wants(&ANALYZER, "src/gift.wrap"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "subprojects/zlib.wrap", &[WRAP.as_bytes()]);
    }
}
