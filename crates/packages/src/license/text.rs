//! Files that have the text of a licence: `LICENSE`, `COPYING`, `NOTICE` and their spellings.
//!
//! **Files.** Files that are named like that. Where only packages are asked about (`--scanners license`), those in the
//! folder of a package: below `node_modules`, in `*.dist-info` and `*.egg-info`, in the folders of gems, of NuGet packages
//! and below `vendor`. With `--license-full`, all.
//!
//! **Format.** Prose. It is compared with the texts on the SPDX list.
//!
//! **Facts.** The licences whose text agrees with that of the file, or with a part of it: to nine tenths, for a package
//! that declares none itself; with `--license-full` each with the part that agrees, so that `--license-confidence-level`
//! can choose.
//!
//! **Not seen.** Licences in other languages than that of the SPDX list, terms that somebody wrote himself, what a file
//! refers to. What lies behind the first 256 KiB; a gap says so. Texts inside of archives.

use model::{Analyzer, Facts, File, ImagePath, Key, LicenseForm, Pattern, Unreadable};

use super::matcher;

/// The row for the folders of packages.
pub(super) const OF_PACKAGE: Analyzer =
    Analyzer { name: "license-of-package", version: 1, files: OF_PACKAGES, analyze: of_package };

/// The row for all files.
pub(super) const ANYWHERE: Analyzer = Analyzer { name: "license-text", version: 1, files: FILES, analyze: anywhere };

/// Much longer texts are lists of other people's licences.
const LONGEST: usize = 256 << 10;
/// How much has to agree, in percent, so that a package is under a licence.
const SURE: u8 = 90;

macro_rules! named {
    ($($name:literal)+) => {
        const FILES: &[Pattern] = &[$(Key::Name($name).any()),+];
        const OF_PACKAGES: &[Pattern] = &[$(Key::Name($name).when(is_in_package)),+];
    };
}

named! {
    "LICENSE" "LICENSE.txt" "LICENSE.md" "LICENSE.rst" "LICENSE.TXT" "LICENSE.html" "LICENSES" "LICENSES.txt"
    "License" "License.txt" "License.md" "license" "license.txt" "license.md" "license.rst" "license.html"
    "LICENCE" "LICENCE.txt" "LICENCE.md" "LICENCE.rst" "Licence" "Licence.txt" "licence" "licence.txt" "licence.md"
    "LICENSE-MIT" "LICENSE-MIT.txt" "LICENSE-MIT.md" "LICENSE.MIT" "LICENSE_MIT" "MIT-LICENSE" "MIT-LICENSE.txt" "MIT-LICENSE.md"
    "LICENSE-APACHE" "LICENSE-APACHE.txt" "LICENSE-APACHE-2.0" "LICENSE.APACHE" "LICENSE_APACHE" "LICENSE.APACHE2"
    "LICENSE-BSD" "LICENSE.BSD" "LICENSE_BSD" "LICENSE-2.0.txt" "LICENSE-ZLIB" "LICENSE-ISC" "LICENSE-BOOST" "UNLICENSE" "UNLICENSE.txt"
    "APACHE-LICENSE" "LICENSE.PSF" "LICENSE.GPL" "LICENSE.LGPL" "GPL-LICENSE" "LICENSE.MPL" "LICENSE.python"
    "COPYING" "COPYING.txt" "COPYING.md" "COPYING.rst" "COPYING.LESSER" "COPYING.LIB" "COPYING.LGPL" "COPYING.GPL" "COPYING3" "COPYING3.LIB"
    "COPYRIGHT" "COPYRIGHT.txt" "Copyright" "Copyright.txt" "Copying" "copying"
    "NOTICE" "NOTICE.txt" "NOTICE.md" "BSDL" "GPL" "LEGAL" "EULA" "EULA.txt"
}

/// Whether a file lies in a folder that a package manager made for one package.
fn is_in_package(path: &ImagePath) -> bool {
    let folders = || path.parent().split(|&byte| byte == b'/');
    let is_known = |folder: &[u8]| matches!(folder, b"node_modules" | b"vendor" | b"gems" | b".nuget" | b"nuget");
    let is_metadata = |folder: &[u8]| folder.ends_with(b".dist-info") || folder.ends_with(b".egg-info");
    folders().any(|folder| is_known(folder) || is_metadata(folder))
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of analyzers")]
fn of_package(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let found = matcher::read(&prose(file, facts), LicenseForm::Text);
    facts.licenses(found.into_iter().filter(|text| text.confidence >= SURE).map(|text| text.license).collect());
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of analyzers")]
fn anywhere(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    for text in matcher::read(&prose(file, facts), LicenseForm::Text) {
        facts.license_text(text);
    }
    Ok(())
}

fn prose(file: &File<'_>, facts: &mut Facts) -> String {
    let mut content = file.content;
    if content.len() > LONGEST {
        content = &content[..LONGEST];
        facts.gap(Unreadable::limit("the text is longer than is compared with licences; its end is left out"));
    }
    String::from_utf8_lossy(content).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::license::testing::{check, text_of};

    #[test]
    fn texts_are_recognized() {
        let check = |path: &str, content: &str, expected: &[&str]| check(&ANYWHERE, path, content, expected);
        for license in ["MIT", "Apache-2.0", "BSD-3-Clause", "ISC", "MPL-2.0", "Unlicense", "EPL-2.0"] {
            check("srv/LICENSE", text_of(license), &[&format!("{license} text")]);
        }
        check("srv/COPYING", text_of("GPL-2.0-only"), &["GPL-2.0-only text"]);
        check("srv/COPYING.LESSER", text_of("LGPL-2.1-or-later"), &["LGPL-2.1-only text"]);
        check("srv/COPYING", text_of("AGPL-3.0-only"), &["AGPL-3.0-only text"]);
    }

    #[test]
    fn a_text_cut_short_is_not_taken_for_one_that_was_made_from_it() {
        let (terms, _) = text_of("Apache-2.0").split_once("APPENDIX").unwrap();
        check(&ANYWHERE, "srv/LICENSE", terms, &["Apache-2.0 text"]);
        check(&ANYWHERE, "srv/LICENSE", text_of("Pixar"), &["Pixar text"]);
    }

    #[test]
    fn who_holds_the_rights_makes_no_difference() {
        let text = format!("Acme's program\n\nCopyright (c) 2020-2024 Acme, Inc.\n© 2019 B\n\n{}", text_of("ISC"));
        check(&ANYWHERE, "srv/LICENSE", &text, &["ISC text"]);
    }

    #[test]
    fn a_text_may_have_several_in_it() {
        let text = format!("{}\n\n=== and this for the rest ===\n\n{}", text_of("MIT"), text_of("Apache-2.0"));
        check(&ANYWHERE, "srv/LICENSE", &text, &["Apache-2.0 text", "MIT text"]);
    }

    #[test]
    fn what_is_no_licence_is_not_taken_for_one() {
        for text in [
            "",
            "MIT",
            "All rights reserved. Nobody may do anything with this, whatever they may think of it.",
            "\u{0}\u{1}",
        ] {
            check(&ANYWHERE, "srv/LICENSE", text, &[]);
        }
        check(&ANYWHERE, "srv/LICENSE", &"the quick brown fox jumps over the lazy dog\n".repeat(500), &[]);
    }

    #[test]
    fn packages_have_their_texts_in_their_folders() {
        let wants = |path: &str| OF_PACKAGE.wants(&path.into(), None);
        assert!(wants("app/node_modules/a/LICENSE"));
        assert!(wants("usr/lib/python3/dist-packages/a-1.dist-info/licenses/LICENSE.txt"));
        assert!(wants("usr/lib/ruby/gems/3.2.0/gems/a-1.0/MIT-LICENSE"));
        assert!(!wants("srv/LICENSE"));
        assert!(!wants("app/node_modules/a/license.js"));
        check(&OF_PACKAGE, "node_modules/a/LICENSE", text_of("MIT"), &["MIT"]);
    }

    #[test]
    fn very_long_texts_are_cut() {
        let text = format!("{}{}", text_of("MIT"), "\n".repeat(300 << 10));
        let (read, gaps) = crate::license::testing::read(&ANYWHERE, "srv/LICENSE", text.as_bytes());
        assert_eq!((read, gaps), (vec!["MIT text".to_owned()], 1));
    }
}
