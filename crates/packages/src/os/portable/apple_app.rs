//! Applications for macOS.
//!
//! **Files.** `*.app/Contents/Info.plist`, unless the application lies in another one.
//!
//! **Format.** A property list in XML or in binary (Apple, "Information Property List"): `CFBundleName`, else
//! `CFBundleDisplayName`, else the folder's name, and `CFBundleShortVersionString`, else `CFBundleVersion`.
//!
//! **Facts.** The application, as it says of itself.
//!
//! **Not seen.** Applications for iOS, whose list lies elsewhere; frameworks and helpers in an application.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use super::folders;
use crate::syntax::plist;

/// Names the application: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "apple-app",
    version: 1,
    files: &[Key::Ends("Contents/Info.plist").when(|path| folder(path).is_some())],
    analyze,
};

/// The name of the application's folder.
fn folder(path: &ImagePath) -> Option<&str> {
    let [_, folder] = folders(path)?;
    let name = folder.strip_suffix(".app").filter(|name| !name.is_empty())?;
    let above = path.parent().strip_suffix(b"/Contents")?.strip_suffix(folder.as_bytes())?;
    memchr::memmem::find(above, b".app/").is_none().then_some(name)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    /// Names of applications contain spaces, but nothing that a terminal would obey.
    const LONGEST: usize = 256;
    let is_name = |text: &&str| (1..=LONGEST).contains(&text.len()) && !text.contains(char::is_control);
    let list = plist::parse(file.content)?;
    let name = [list.get("CFBundleName").text(), list.get("CFBundleDisplayName").text()].into_iter().find(is_name);
    let version = ["CFBundleShortVersionString", "CFBundleVersion"].map(|key| list.get(key).text());
    let (Some(name), Some(version)) = (name.or_else(|| folder(file.path)), version.into_iter().find(is_name)) else {
        return Ok(());
    };
    facts.package(Package { confidence: Confidence::Medium, ..Package::new(PackageKind::Generic, name, version) });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::plist::tests::binary;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "Applications/Own App.app/Contents/Info.plist";
    const LIST: &str = "<plist><dict><key>CFBundleName</key><string>Own App</string>\
        <key>CFBundleVersion</key><string>4500</string><key>CFBundleShortVersionString</key><string>4.5</string></dict></plist>";

    #[test]
    fn both_forms_name_the_application() {
        check(&ANALYZER, PATH, LIST, "Own App 4.5");
        let list = binary(&[
            b"\xd2\x01\x02\x03\x04",
            b"\x5cCFBundleName",
            b"\x5f\x10\x0fCFBundleVersion",
            b"\x51a",
            b"\x521a",
        ]);
        check(&ANALYZER, PATH, list, "a 1a");
        check(&ANALYZER, PATH, LIST.replace("CFBundleName", "x"), "Own App 4.5");
        check(&ANALYZER, PATH, "<plist><dict/></plist>", "");
        check(&ANALYZER, PATH, "bplist00", "gap: corrupt");
    }

    #[test]
    fn applications_in_applications_are_not_wanted() {
        assert!(wants(&ANALYZER, PATH));
        for path in [
            "Applications/A.app/Contents/Frameworks/A Helper.app/Contents/Info.plist",
            "Library/A.framework/Contents/Info.plist",
            "Contents/Info.plist",
            "A.app/Info.plist",
        ] {
            assert!(!wants(&ANALYZER, path), "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[LIST.as_bytes()]);
    }
}
