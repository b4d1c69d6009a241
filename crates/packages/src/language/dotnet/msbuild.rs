//! Project files `*.csproj`, `*.fsproj`, `*.vbproj`, and what they share: `Directory.Packages.props`,
//! `Directory.Build.props` and `*packages.props` (NuGet documentation, "PackageReference in project files" and "Central
//! package management"; MSBuild project file schema).
//!
//! `PackageReference`, `PackageVersion` and `GlobalPackageReference` with a version are listed; the version may be an
//! attribute or an element, and properties of the same file are put in. `PrivateAssets="all"` is for development.
//! A version that stands in another file, in a range or behind a property of another file is not guessed; conditions
//! are not evaluated.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Unreadable};

use super::exact_version;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::xml::{self, Element};

/// Names what a project asks for: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "nuget-project",
    version: 1,
    files: &[
        Key::Extension("csproj").when(is_the_projects),
        Key::Extension("fsproj").when(is_the_projects),
        Key::Extension("vbproj").when(is_the_projects),
        Key::Extension("props").when(is_shared),
    ],
    analyze,
};

fn is_shared(path: &ImagePath) -> bool {
    let name = path.name().to_ascii_lowercase();
    (name.ends_with(b"packages.props") || name == b"directory.build.props") && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let root = xml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Nuget);
    let properties: Properties<'_> = root
        .all("PropertyGroup")
        .flat_map(Element::children)
        .map(|property| (property.name().to_lowercase(), property.text()))
        .collect();
    for item in root.all("ItemGroup").flat_map(Element::children) {
        // A version for whoever asks for the package, which may be nobody in this file.
        let relation = match item.name() {
            "PackageReference" | "GlobalPackageReference" => Relation::Direct,
            "PackageVersion" => Relation::Unknown,
            _ => continue,
        };
        let fact = |name: &str| {
            let attribute = item.attribute(name);
            if attribute.is_empty() { item.text_of(name) } else { attribute }
        };
        let version = match fact("VersionOverride") {
            "" => fact("Version"),
            version => version,
        };
        let version = put_in(&properties, version);
        let Some(version) = exact_version(&version) else { continue };
        let private = fact("PrivateAssets").eq_ignore_ascii_case("all") || item.name() == "GlobalPackageReference";
        let presence = if private { Presence::DeclaredForDevelopment } else { Presence::Declared };
        let name = match item.attribute("Include") {
            "" => item.attribute("Update"),
            name => name,
        };
        for name in name.split(';').map(str::trim).filter(|name| !name.contains("$(")) {
            if let Some(package) = listing.add(name, version, presence)
                && package.relation == Relation::Unknown
            {
                package.relation = relation;
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

type Properties<'a> = BTreeMap<String, &'a str>;

/// Puts the properties of the file in place of `$(Name)`, also in their own values, a few times over.
fn put_in<'a>(properties: &Properties<'_>, value: &'a str) -> Cow<'a, str> {
    const ROUNDS: usize = 8;
    const LONGEST: usize = 512;
    let mut value = Cow::Borrowed(value);
    for _ in 0..ROUNDS {
        let Some((before, rest)) = value.split_once("$(") else { break };
        let Some((name, after)) = rest.split_once(')') else { break };
        let Some(replacement) = properties.get(&name.trim().to_lowercase()) else { break };
        if before.len() + replacement.len() + after.len() > LONGEST {
            break;
        }
        value = Cow::Owned([before, replacement, after].concat());
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/App.csproj", text, expected);
    }

    const PROJECT: &str = r#"<Project Sdk="Microsoft.NET.Sdk">
        <PropertyGroup><Serilog>2.$(minor)</Serilog><Minor>10.0</Minor><Loop>$(Loop)</Loop></PropertyGroup>
        <ItemGroup Condition="'$(TargetFramework)' == 'net8.0'">
          <PackageReference Include="A" Version="1.0.0" />
          <PackageReference Include="B"><Version>[2.0.0]</Version><PrivateAssets>all</PrivateAssets></PackageReference>
          <PackageReference Include="Serilog" Version="$(Serilog)" />
          <PackageReference Include="Range" Version="[1,2)" /><PackageReference Include="Floating" Version="1.*" />
          <PackageReference Include="Elsewhere" /><PackageReference Include="Unknown" Version="$(Other)" />
          <PackageReference Include="Loop" Version="$(Loop)" />
          <PackageReference Include="C" VersionOverride="3.0.0" /><ProjectReference Include="../Own.csproj" />
        </ItemGroup></Project>"#;

    #[test]
    fn references_with_a_version_are_listed() {
        check(
            PROJECT,
            "A 1.0.0 (declared) direct
             B 2.0.0 (development) direct
             C 3.0.0 (declared) direct
             Serilog 2.10.0 (declared) direct",
        );
    }

    #[test]
    fn old_projects_have_a_namespace_and_central_files_versions() {
        check(
            r#"<Project xmlns="http://schemas.microsoft.com/developer/msbuild/2003"><ItemGroup>
                <PackageVersion Include="A;B" Version="1.0.0" /><PackageReference Update="B" Version="1.0.0" />
                <GlobalPackageReference Include="Lint" Version="3.0.0" /></ItemGroup></Project>"#,
            "A 1.0.0 (declared)
             B 1.0.0 (declared) direct
             Lint 3.0.0 (development) direct",
        );
    }

    #[test]
    fn project_files_and_what_they_share_are_wanted() {
        for (path, expected) in [
            ("src/App.csproj", true),
            ("src/App.fsproj", true),
            ("Directory.Packages.props", true),
            ("directory.build.props", true),
            ("build/MyPackages.props", true),
            ("build/Common.props", false),
            ("root/.nuget/packages/a/1.0.0/build/Directory.Build.props", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn broken_files_are_gaps() {
        check("<Project>", "gap: corrupt");
        check("<Project/>", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.csproj", &[PROJECT.as_bytes()]);
    }
}
