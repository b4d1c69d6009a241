//! Packages that Nimble installed: `.nimble/pkgs2/NAME-VERSION-CHECKSUM/NAME.nimble`, before Nimble 0.14
//! `.nimble/pkgs/NAME-VERSION/NAME.nimble` (Nimble's reference, "Package directory"). The fixture of its tests was written after that
//! description.
//!
//! The folder's name says what was installed, and the file names the licence. A version that is a branch or a revision
//! (`#head`) is none. What a package needs are ranges, which are not told. A `.nimble` file anywhere else is a recipe.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use crate::listing::{Listing, is_word};
use crate::syntax::text;

/// An installed package: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "nimble", version: 1, files: &[Key::Extension("nimble").when(is_installed)], analyze };

fn is_installed(path: &ImagePath) -> bool {
    package(path).is_some()
}

/// Name and version, of the folder's name.
fn package(path: &ImagePath) -> Option<(&str, &str)> {
    const DIGITS: usize = 40;
    let mut folders = path.parent().rsplit(|&byte| byte == b'/');
    let folder = std::str::from_utf8(folders.next()?).ok()?;
    let folder = match folders.next()? {
        b"pkgs" => folder,
        b"pkgs2" => {
            let is_checksum = |text: &str| text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            folder.rsplit_once('-').filter(|(_, checksum)| is_checksum(checksum))?.0
        }
        _ => return None,
    };
    let (name, version) = folder.rsplit_once('-')?;
    (folders.next() == Some(b".nimble") && version.starts_with(|first: char| first.is_ascii_digit()))
        .then_some((name, version))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut listing = Listing::new(PackageKind::Nim);
    if let Some((name, version)) = package(file.path)
        && let Some(package) = listing.add(name, version, Presence::Installed)
    {
        package.licenses.extend(license(&text::decode(file.content)?).map(str::to_owned));
    }
    listing.tell(facts);
    Ok(())
}

/// The file is a program, `license = "MIT"`, or in old packages a list of settings, `license: "MIT"`.
fn license(text: &str) -> Option<&str> {
    let value = text.lines().find_map(|line| line.trim_start().strip_prefix("license"))?;
    let value = value.trim_start().strip_prefix(['=', ':'])?.trim_start().strip_prefix('"')?;
    value.split_once('"').map(|(license, _)| license).filter(|license| is_word(license))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "root/.nimble/pkgs2/jester-0.6.0-52a8e8ee2b0ff6e1e7f4c66e1c3f4ba6f1b5e2a1/jester.nimble";
    const RECIPE: &str = "version = \"0.6.0\"\nauthor = \"A B\"\nlicense = \"MIT\"\n\nrequires \"nim >= 1.0.0\"\n";

    #[test]
    fn the_folder_names_the_package() {
        check(&ANALYZER, PATH, RECIPE, "jester 0.6.0 [MIT]");
        check(
            &ANALYZER,
            "root/.nimble/pkgs/my-lib-1.0/my_lib.nimble",
            "[Package]\nlicense: \"ISC\"",
            "my-lib 1.0 [ISC]",
        );
        check(&ANALYZER, "root/.nimble/pkgs/a-1.0/a.nimble", "", "a 1.0");
    }

    #[test]
    fn recipes_elsewhere_and_branches_are_not_wanted() {
        assert!(wants(&ANALYZER, PATH));
        for path in ["src/jester.nimble", "root/.nimble/pkgs/a-#head/a.nimble", "root/.nimble/pkgs2/a-1.0/a.nimble"] {
            assert!(!wants(&ANALYZER, path), "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[RECIPE.as_bytes()]);
    }
}
