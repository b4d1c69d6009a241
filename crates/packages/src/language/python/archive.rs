//! Wheels and eggs that lie there packed: `*.whl`, `*.egg` (PyPA specifications, "Binary distribution format";
//! setuptools documentation, "The Internal Structure of Python Eggs").
//!
//! Only the archive's directory is walked, and the metadata unpacked: `*.dist-info/METADATA` of wheels and
//! `EGG-INFO/PKG-INFO` of eggs, also those of packages that another brought along. Source archives are not read: nothing
//! in their names tells them from any other archive. A wheel is there to be installed, and counts as declared; an egg is
//! where programs run it, and counts as installed.

use archive::zip::Archive;
use model::{Analyzer, Facts, File, ImagePath, Key, Unreadable};

use super::installed;
use crate::packed::packed;

/// A package as it is published: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "python-archive",
    version: 3,
    files: &[Key::Extension("whl").any(), Key::Extension("egg").any()],
    analyze,
};

/// Metadata with a whole book for a description are no larger.
const LARGEST: usize = 4 << 20;

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let archive = Archive::open(file.content).ok_or_else(|| Unreadable::corrupt("not a ZIP archive"))?;
    let is_wheel = file.path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case(b"whl"));
    let mut left = usize::try_from(file.budget.nested_bytes).unwrap_or(usize::MAX);
    for entry in archive.entries() {
        let entry = entry?;
        let fits = file.path.as_bytes().len() + entry.name.len() + 2 <= file.budget.path_bytes;
        if !fits || !(entry.name.ends_with(b"/METADATA") || entry.name.ends_with(b"/PKG-INFO")) {
            continue;
        }
        let inside = ImagePath::new(entry.name);
        if inside.parent() != b"EGG-INFO" && !installed::is_in_info_folder(&inside) {
            continue;
        }
        let place = file.path.nested(entry.name);
        match archive.read(&entry, LARGEST, &mut left).and_then(|content| installed::package(&content)) {
            Ok(package) => facts.package_at(place, if is_wheel { packed(package) } else { package }),
            Err(why) => facts.gap_at(place, why),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};
    use archive::testing::Writer;

    fn check(path: &str, archive: Vec<u8>, expected: &str) {
        testing::check(&ANALYZER, path, archive, expected);
    }

    fn wheel() -> Vec<u8> {
        Writer::default()
            .deflate("my_tool/__init__.py", b"")
            .deflate("my_tool/_vendor/six-1.16.0.dist-info/METADATA", b"Name: six\nVersion: 1.16.0\n")
            .deflate("my_tool-1.0.dist-info/METADATA", b"Name: My_Tool\nVersion: 1.0\nLicense: MIT\n\nText")
            .finish()
    }

    #[test]
    fn wheels_say_what_they_are_and_what_they_bring() {
        check(
            "srv/my_tool-1.0-py3-none-any.whl",
            wheel(),
            "six 1.16.0 (declared) in srv/my_tool-1.0-py3-none-any.whl!/my_tool/_vendor/six-1.16.0.dist-info/METADATA
             my-tool 1.0 (declared) [MIT] in srv/my_tool-1.0-py3-none-any.whl!/my_tool-1.0.dist-info/METADATA",
        );
    }

    #[test]
    fn eggs_keep_their_metadata_elsewhere() {
        let egg = Writer::default().store("EGG-INFO/PKG-INFO", b"Name: a\nVersion: 2\n").store("x/PKG-INFO", b"");
        check("a-2-py3.8.egg", egg.finish(), "a 2 in a-2-py3.8.egg!/EGG-INFO/PKG-INFO");
    }

    #[test]
    fn broken_archives_are_gaps() {
        check("a.whl", b"no archive".to_vec(), "gap: corrupt");
        let locked = Writer::default().add("a.dist-info/METADATA", 1, 0, 1, b"x").finish();
        check("a.whl", locked, "gap: encrypted in a.whl!/a.dist-info/METADATA");
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, "usr/share/python-wheels/pip-22.0-py3-none-any.whl"));
        assert!(!wants(&ANALYZER, "srv/a-1.0.tar.gz"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.whl", &[&wheel()]);
    }
}
