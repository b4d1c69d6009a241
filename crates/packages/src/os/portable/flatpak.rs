//! Flatpaks: applications and runtimes.
//!
//! **Files.** `flatpak/app/ID/ARCH/BRANCH/COMMIT/deploy` and the same below `flatpak/runtime`, of the whole system
//! (`var/lib`) or of a user (`.local/share`).
//!
//! **Format.** A serialized GVariant of the type `(ssasta{sv})` (Flatpak's source, `flatpak-dir.c`; GVariant, "Serialization
//! Format"). Of the table at its end two texts of applications' metadata are read, `appdata-version` and
//! `appdata-license`, and `runtime`, what the application runs on (`ID/ARCH/BRANCH`).
//!
//! **Facts.** The application or the runtime, by the names of its folders; its version, for which the branch stands where the
//! metadata have none; its licence; the runtime that it needs.
//!
//! **Not seen.** What was built into it: libraries are found where they are of a kind that others describe. Files that
//! Flatpak wrote before version 1.1, which have no versions. The tests were written from the specification.

use memchr::memmem;
use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use super::folders;
use crate::listing::is_word;

/// Names what is deployed: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "flatpak",
    version: 1,
    files: &[Key::Name("deploy").when(|path| deployed(path).is_some())],
    analyze,
};

/// The id, the architecture and the branch.
fn deployed(path: &ImagePath) -> Option<[&str; 3]> {
    match folders(path)? {
        [_commit, branch, arch, id, "app" | "runtime", "flatpak"] => Some([id, arch, branch]),
        _ => None,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let Some([id, arch, branch]) = deployed(file.path) else { return Ok(()) };
    let content = crate::syntax::document(file.content)?;
    let version = text(content, "appdata-version").filter(|version| is_word(version)).unwrap_or(branch);
    if !is_word(id) || !is_word(version) {
        return Err(Unreadable::corrupt("the folders' names do not name a Flatpak"));
    }
    let mut package = Package::new(PackageKind::Flatpak, id, version);
    package.arch = Some(arch.to_owned());
    package.licenses.extend(text(content, "appdata-license").map(str::to_owned));
    let runtime = text(content, "runtime").and_then(|runtime| runtime.split('/').next());
    let runtime = runtime.filter(|runtime| is_word(runtime) && *runtime != id);
    package.requires.extend(runtime.map(|name| Requirement { name: name.to_owned(), version: None }));
    facts.package(package);
    Ok(())
}

/// The text that a table of variants has for a key: the key with its end, zeros up to a multiple of eight, the text with
/// its end, and then a zero and the text's type.
fn text<'a>(content: &'a [u8], key: &str) -> Option<&'a str> {
    const LONGEST: usize = 512;
    let entry = [key.as_bytes(), b"\0"].concat();
    // An entry begins at a multiple of eight, as nothing does that merely has the key in it.
    let start = memmem::find_iter(content, &entry).find(|start| start.is_multiple_of(8))?;
    let value = content.get((start + entry.len()).next_multiple_of(8)..)?;
    let end = value.iter().take(LONGEST).position(|&byte| byte == 0)?;
    let text = std::str::from_utf8(&value[..end]).ok()?;
    (value[end..].starts_with(b"\0\0s") && !text.is_empty() && !text.contains(char::is_control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "var/lib/flatpak/app/org.example.App/x86_64/stable/0a1b/deploy";

    /// Origin and commit, no subpaths, a size, and this table. Offsets, which end it, are zeros: nobody reads them.
    fn deploy(table: &[(&str, &str)]) -> Vec<u8> {
        let mut content = b"flathub\x000a1b\0".to_vec();
        let pad = |content: &mut Vec<u8>| content.resize(content.len().next_multiple_of(8), 0);
        pad(&mut content);
        content.extend([7; 8]);
        for (key, value) in table {
            pad(&mut content);
            content.extend([key.as_bytes(), b"\0"].concat());
            pad(&mut content);
            content.extend([value.as_bytes(), b"\0\0s", &[u8::try_from(key.len() + 1).unwrap()]].concat());
        }
        content.extend([0; 6]);
        content
    }

    fn sample() -> Vec<u8> {
        deploy(&[
            ("appdata-name", "App appdata-version"),
            ("appdata-version", "1.2.3"),
            ("appdata-license", "GPL-3.0-or-later"),
            ("runtime", "org.gnome.Platform/x86_64/47"),
        ])
    }

    #[test]
    fn a_deployment_is_a_package() {
        check(&ANALYZER, PATH, sample(), "org.example.App 1.2.3 [GPL-3.0-or-later] -> org.gnome.Platform");
        check(&ANALYZER, PATH, deploy(&[("previous-ids", "x")]), "org.example.App stable");
        let runtime = ".local/share/flatpak/runtime/org.gnome.Platform/x86_64/47/0a/deploy";
        check(&ANALYZER, runtime, deploy(&[]), "org.gnome.Platform 47");
        check(&ANALYZER, runtime, "", "org.gnome.Platform 47");
    }

    #[test]
    fn what_is_no_text_is_passed_over() {
        let mut content = deploy(&[("appdata-version", "1.2.3")]);
        let at = memmem::find(&content, b"\0\0s").unwrap() + 2;
        content[at] = b'u';
        check(&ANALYZER, PATH, content, "org.example.App stable");
    }

    #[test]
    fn only_deployments_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/app/deploy"));
        assert!(!wants(&ANALYZER, "var/lib/flatpak/repo/a/b/c/d/deploy"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&sample()]);
    }
}
