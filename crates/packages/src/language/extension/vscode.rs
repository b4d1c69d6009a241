//! Extensions of Visual Studio Code and the editors made from it: `extensions/extensions.json`, the editor's list of
//! what it installed, and `extensions/PUBLISHER.NAME-VERSION/package.json` (Visual Studio Code documentation,
//! "Extension Manifest"). The fixture of the list was written after those of real servers.
//!
//! An extension is known by its publisher and its name, which the editor compares without regard to case and writes in
//! small letters in the list; so they are written here. The list also says for which platform an extension was made and
//! where it lies; neither is part of its name.
//!
//! Both only below a folder of such an editor, `.vscode`, `.vscode-server`, `code-server` and their like. A
//! `.vscode/extensions.json` with recommendations is another file. Files that the list still names and that are gone
//! are not told from others. Extensions that are part of the editor are not listed; they have its version.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Presence, Unreadable};

use crate::listing::{Listing, is_word};
use crate::syntax::json::{self, Items, Licenses, Text};

/// One extension: [the module](self).
pub const EXTENSION: Analyzer = Analyzer {
    name: "vscode-extension",
    version: 2,
    files: &[Key::Name("package.json").when(is_an_extensions)],
    analyze: extension,
};

/// The editor's list: [the module](self).
pub const LIST: Analyzer = Analyzer {
    name: "vscode-extensions",
    version: 2,
    files: &[Key::Ends("extensions/extensions.json").when(|path| is_folder(path.parent()))],
    analyze: list,
};

fn is_an_extensions(path: &ImagePath) -> bool {
    let parent = path.parent();
    memchr::memrchr(b'/', parent).is_some_and(|slash| is_folder(&parent[..slash]))
}

/// Whether an editor keeps its extensions there.
fn is_folder(folder: &[u8]) -> bool {
    const EDITORS: [&[u8]; 7] =
        [b".vscode", b".openvscode", b"code-server", b"openvscode-server", b".cursor", b".windsurf", b".vscodium"];
    let mut components = folder.rsplit(|&byte| byte == b'/');
    components.next() == Some(b"extensions")
        && components.next().is_some_and(|above| EDITORS.iter().any(|editor| above.starts_with(editor)))
}

json::object! {
    struct Manifest<'a> {
        "publisher" => publisher: Text<'a>,
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "license" => license: Licenses,
    }
}

json::object! {
    struct Installed<'a> {
        "identifier" => identifier: Identifier<'a>,
        "version" => version: Text<'a>,
    }
}

json::object! {
    struct Identifier<'a> {
        "id" => id: Text<'a>,
    }
}

fn extension(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    if let Some(package) = package(file.content)? {
        facts.package(package);
    }
    Ok(())
}

/// The extension that the bytes of a manifest describe, wherever they lie.
pub(super) fn package(content: &[u8]) -> Result<Option<Package>, Unreadable> {
    let manifest: Manifest<'_> = json::parse(content)?;
    let (publisher, name, version) = (manifest.publisher.get(), manifest.name.get(), manifest.version.get());
    Ok((is_word(publisher) && is_word(name) && is_word(version)).then(|| {
        let package = Package::new(PackageKind::VscodeExtension, format!("{publisher}.{name}").to_lowercase(), version);
        Package { licenses: manifest.license.0, confidence: Confidence::Medium, ..package }
    }))
}

fn list(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let installed: Items<Installed<'_>> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::VscodeExtension);
    for extension in &installed.0 {
        listing.add(&extension.identifier.id.get().to_lowercase(), extension.version.get(), Presence::Installed);
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const LISTED: &str = r#"[
        {"identifier": {"id": "one.a", "uuid": "00"}, "version": "1.2.0", "location": {"path": "/x"}, "metadata": {}},
        {"identifier": {"id": "two.b"}, "version": "2.0.0"}, {"version": "1"},
        {"identifier": {"id": "ms-vscode.cpptools", "uuid": "00"}, "version": "1.19.7", "location": {"$mid": 1,
            "fsPath": "/x/ms-vscode.cpptools-1.19.7-linux-x64", "external": "file:///x", "path": "/x", "scheme": "file"},
            "relativeLocation": "ms-vscode.cpptools-1.19.7-linux-x64", "metadata": {"targetPlatform": "linux-x64",
            "publisherDisplayName": "Microsoft", "updated": false, "isPreReleaseVersion": false, "pinned": true}}]"#;
    const MANIFEST: &str = r#"{"publisher": "one", "name": "a", "version": "1.2.0", "license": "MIT"}"#;
    const LISTED_AT: &str = "root/.vscode-server/extensions/extensions.json";
    const MANIFEST_AT: &str = "root/.vscode/extensions/one.a-1.2.0/package.json";

    #[test]
    fn the_list_and_the_manifest_name_extensions_alike() {
        check(
            &LIST,
            LISTED_AT,
            LISTED,
            "ms-vscode.cpptools 1.19.7
             one.a 1.2.0
             two.b 2.0.0",
        );
        check(&EXTENSION, MANIFEST_AT, MANIFEST, "one.a 1.2.0 [MIT]");
        let as_published = r#"{"publisher": "DavidAnson", "name": "vscode-markdownlint", "version": "0.53.0"}"#;
        check(&EXTENSION, MANIFEST_AT, as_published, "davidanson.vscode-markdownlint 0.53.0");
        check(&EXTENSION, MANIFEST_AT, r#"{"name": "a", "version": "1.2.0"}"#, "");
    }

    #[test]
    fn broken_files_are_gaps() {
        check(&LIST, LISTED_AT, "[", "gap: corrupt");
        check(&EXTENSION, MANIFEST_AT, "{", "gap: corrupt");
    }

    #[test]
    fn only_the_folders_of_editors_are_wanted() {
        assert!(wants(&LIST, LISTED_AT));
        assert!(wants(&EXTENSION, MANIFEST_AT));
        assert!(wants(&EXTENSION, "home/x/.local/share/code-server/extensions/one.a-1.2.0/package.json"));
        assert!(!wants(&LIST, "srv/app/.vscode/extensions.json"));
        assert!(!wants(&EXTENSION, "srv/app/extensions/a/package.json"));
        assert!(!wants(&EXTENSION, "root/.vscode/extensions/one.a-1.2.0/dist/package.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&LIST, LISTED_AT, &[LISTED.as_bytes()]);
        survives(&EXTENSION, MANIFEST_AT, &[MANIFEST.as_bytes()]);
    }
}
