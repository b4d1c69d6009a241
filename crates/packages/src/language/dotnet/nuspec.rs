//! `NAME.nuspec` where NuGet unfolded a package: `NAME/VERSION/NAME.nuspec` below `.nuget/packages`, or any folder that
//! keeps that layout (NuGet documentation, ".nuspec reference", "Managing the global packages folder"). Chocolatey, which
//! installs programs on Windows, has the same files in `chocolatey/lib/NAME/NAME.nuspec`; its packages are of its own kind.
//!
//! `metadata` names the package, its version and its licence. What it needs are ranges, which the project resolves and
//! not this file, so no edges are told. A `.nuspec` anywhere else is a recipe for a package and left out.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use super::exact_version;
use crate::listing::is_word;
use crate::syntax::xml;

/// An unfolded package: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "nuspec", version: 2, files: &[Key::Extension("nuspec").when(is_wanted)], analyze };

fn is_wanted(path: &ImagePath) -> bool {
    is_unfolded(path) || is_chocolateys(path)
}

fn is_chocolateys(path: &ImagePath) -> bool {
    let mut folders = path.parent().rsplit(|byte| *byte == b'/').skip(1);
    folders.next() == Some(b"lib") && folders.next().is_some_and(|folder| folder.eq_ignore_ascii_case(b"chocolatey"))
}

/// Whether the two folders above are named like the package and a version.
fn is_unfolded(path: &ImagePath) -> bool {
    let bytes = path.as_bytes();
    let mut parts = bytes.rsplit(|byte| *byte == b'/');
    let (Some(name), Some(version), Some(folder)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let stem = &name[..name.len().saturating_sub(".nuspec".len())];
    version.first().is_some_and(u8::is_ascii_digit) && folder.eq_ignore_ascii_case(stem)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let package = package(file.content)?;
    let kind = if is_chocolateys(file.path) { PackageKind::Chocolatey } else { package.kind };
    facts.package(Package { kind, ..package });
    Ok(())
}

/// The package that the bytes of such a file describe, wherever they lie.
pub(super) fn package(content: &[u8]) -> Result<Package, Unreadable> {
    let root = xml::parse(content)?;
    let Some(metadata) = root.child("metadata") else {
        return Err(Unreadable::corrupt("a package's description without `metadata`"));
    };
    let (name, version) = (metadata.text_of("id"), metadata.text_of("version"));
    let Some(version) = exact_version(version).filter(|version| is_word(name) && is_word(version)) else {
        return Err(Unreadable::corrupt("a package's description without a name or a version"));
    };
    let mut package = Package::new(PackageKind::Nuget, name, version);
    // A licence may also be a file in the package, which says nothing here.
    let license = metadata.child("license").filter(|license| license.attribute("type") == "expression");
    package.licenses.extend(license.map(|license| license.text().to_owned()).filter(|license| !license.is_empty()));
    let authors = metadata.text_of("authors");
    package.vendor = (!authors.is_empty()).then(|| authors.to_owned());
    Ok(package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "root/.nuget/packages/serilog/2.10.0/serilog.nuspec", text, expected);
    }

    const NUSPEC: &str = r#"<package xmlns="http://schemas.microsoft.com/packaging/2012/06/nuspec.xsd"><metadata>
        <id>Serilog</id><version>2.10.0</version><authors>Contributors</authors>
        <license type="expression">Apache-2.0</license>
        <dependencies><group targetFramework="net5.0"><dependency id="A" version="1.0" /></group></dependencies>
        </metadata></package>"#;

    #[test]
    fn metadata_name_the_package() {
        check(NUSPEC, "Serilog 2.10.0 [Apache-2.0]");
        check(&NUSPEC.replace("expression", "file"), "Serilog 2.10.0");
    }

    #[test]
    fn broken_files_are_gaps() {
        check("<package/>", "gap: corrupt");
        check("<package><metadata><id>a</id><version>$version$</version></metadata></package>", "gap: corrupt");
        check("", "gap: corrupt");
    }

    #[test]
    fn recipes_are_not_wanted() {
        assert!(wants(&ANALYZER, "root/.nuget/packages/serilog/2.10.0/serilog.nuspec"));
        assert!(wants(&ANALYZER, "usr/share/dotnet/sdk/NuGetFallbackFolder/a/1.0.0/A.nuspec"));
        assert!(wants(&ANALYZER, "ProgramData/chocolatey/lib/git.install/git.install.nuspec"));
        assert!(!wants(&ANALYZER, "src/serilog.nuspec"));
        assert!(!wants(&ANALYZER, "src/serilog/serilog.nuspec"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a/1/a.nuspec", &[NUSPEC.as_bytes()]);
    }
}
