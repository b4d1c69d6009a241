//! `*.deps.json` beside a .NET program or in a shared runtime (dotnet/runtime, "Runtime Configuration Files", `.deps.json`).
//!
//! `libraries` lists what the program was built from, with a type: `package` and `runtimepack` are packages of NuGet, the
//! latter those of a self-contained program's own runtime, whose names have `runtimepack.` in front. Projects are the
//! program itself, reference assemblies those of the runtime that it runs on, and a `reference` is a file of no package:
//! none of them is listed. `targets` says which
//! files each library brings, and what it needs. A package that brings none is only declared: it was needed to build.
//!
//! The runtime's folders (`shared/Microsoft.NETCore.App/8.0.8`) hold such a file as well; the package in it,
//! `Microsoft.NETCore.App.Runtime.linux-x64`, is the one that advisories name. A distribution that built .NET itself has its
//! own name at the end. Names are compared without regard to case. The fixtures were written by hand.

use std::collections::{BTreeMap, BTreeSet};

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Unreadable};

use super::Resolved;
use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Text};
use crate::syntax::text;

/// Names what a program was built from: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "dotnet-deps", version: 1, files: &[Key::Extension("json").when(is_deps)], analyze };

fn is_deps(path: &ImagePath) -> bool {
    text::ends_with(path.name(), ".deps.json")
}

json::object! {
    struct Deps<'a> {
        "libraries" => libraries: Entries<'a, Library<'a>>,
        "targets" => targets: Entries<'a, Entries<'a, Target<'a>>>,
    }
}

json::object! {
    struct Library<'a> {
        "type" => kind: Text<'a>,
    }
}

json::object! {
    /// What one library brings and needs.
    struct Target<'a> {
        "dependencies" => dependencies: Entries<'a, Text<'a>>,
        "runtime" => runtime: Entries<'a, serde::de::IgnoredAny>,
        "native" => native: Entries<'a, serde::de::IgnoredAny>,
        "resources" => resources: Entries<'a, serde::de::IgnoredAny>,
        "runtimeTargets" => platforms: Entries<'a, serde::de::IgnoredAny>,
    }
}

impl Target<'_> {
    fn brings_files(&self) -> bool {
        [&self.runtime, &self.native, &self.resources, &self.platforms].iter().any(|files| !files.0.is_empty())
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    tell(file.content, facts)
}

/// Writes down what the bytes of such a file say, wherever they lie.
pub(super) fn tell(content: &[u8], facts: &mut Facts) -> Result<(), Unreadable> {
    let mut listing = Listing::new(PackageKind::Nuget);
    read(&json::parse(content)?, &mut listing);
    listing.tell(facts);
    Ok(())
}

fn read(deps: &Deps<'_>, listing: &mut Listing) {
    let mut resolved = Resolved::default();
    let mut packages = BTreeSet::new();
    let mut projects = BTreeSet::new();
    for (key, library) in &deps.libraries.0 {
        let Some((name, version)) = key.get().split_once('/') else { continue };
        match library.kind.get() {
            "package" | "runtimepack" => {
                resolved.add(name, version);
                packages.insert(key.get());
            }
            "project" => {
                projects.insert(key.get());
            }
            _ => {}
        }
    }
    let targets = || deps.targets.0.iter().flat_map(|(_, target)| &target.0);
    let mut direct = BTreeSet::new();
    for (_, project) in targets().filter(|(key, _)| projects.contains(key.get())) {
        direct.extend(project.dependencies.0.iter().map(|(name, _)| name.get().to_lowercase()));
    }
    let mut contents: BTreeMap<&str, Vec<&Target<'_>>> = BTreeMap::new();
    for (key, target) in targets() {
        contents.entry(key.get()).or_default().push(target);
    }
    for key in packages {
        let Some((name, version)) = key.split_once('/') else { continue };
        let contents = contents.get(key).map(Vec::as_slice).unwrap_or_default();
        // Without targets nobody can tell.
        let installed = contents.is_empty() || contents.iter().any(|target| target.brings_files());
        let presence = if installed { Presence::Installed } else { Presence::Declared };
        let Some(package) = listing.add(plain(name), version, presence) else { continue };
        package.requires = contents.iter().flat_map(|target| resolved.requirements(&target.dependencies)).collect();
        package.requires.iter_mut().for_each(|required| required.name = plain(&required.name).to_owned());
        if !projects.is_empty() {
            let asked = direct.contains(&name.to_lowercase());
            package.relation = if asked { Relation::Direct } else { Relation::Transitive };
        }
    }
}

/// The package of a runtime as NuGet knows it.
fn plain(name: &str) -> &str {
    name.strip_prefix("runtimepack.").unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "app/App.deps.json", text, expected);
    }

    const SELF_CONTAINED: &str = r#"{"targets": {".NETCoreApp,Version=v8.0": {}, ".NETCoreApp,Version=v8.0/linux-x64": {
        "App/1.0.0": {"dependencies": {"serilog.sinks": "2.0.0", "Analyzer": "1.0.0",
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": "8.0.8"}, "runtime": {"App.dll": {}}},
        "Own/1.0.0": {"runtime": {"Own.dll": {}}},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.8": {"runtime": {"System.dll": {}}, "native": {"libclr.so": {}}},
        "Serilog.Sinks/2.0.0": {"dependencies": {"Serilog": "1.0.0", "Own": "1.0.0"}, "runtime": {"lib/Serilog.Sinks.dll": {}}},
        "Serilog/1.5.0": {"native": {"x.so": {}}},
        "Analyzer/1.0.0": {}
    }}, "libraries": {
        "App/1.0.0": {"type": "project"}, "Own/1.0.0": {"type": "project"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.8": {"type": "runtimepack"},
        "Serilog.Sinks/2.0.0": {"type": "package"}, "Serilog/1.5.0": {"type": "package"},
        "Analyzer/1.0.0": {"type": "package"}, "Microsoft.AspNetCore/8.0.0.0": {"type": "referenceassembly"},
        "PdfSharp/6.2.4.0": {"type": "reference"}
    }}"#;

    #[test]
    fn a_self_contained_program_has_its_runtime() {
        check(
            SELF_CONTAINED,
            "Analyzer 1.0.0 (declared) direct
             Microsoft.NETCore.App.Runtime.linux-x64 8.0.8 direct
             Serilog 1.5.0 transitive
             Serilog.Sinks 2.0.0 direct -> Serilog 1.5.0",
        );
    }

    #[test]
    fn a_shared_runtime_is_one_package() {
        check(
            r#"{"targets": {".NETCoreApp,Version=v8.0/linux-x64": {"Microsoft.NETCore.App.Runtime.linux-x64/8.0.8": {"native": {"a": {}}}}},
               "libraries": {"Microsoft.NETCore.App.Runtime.linux-x64/8.0.8": {"type": "package"}}}"#,
            "Microsoft.NETCore.App.Runtime.linux-x64 8.0.8",
        );
    }

    #[test]
    fn broken_files_are_gaps() {
        check("{", "gap: corrupt");
        check("{}", "");
        check(r#"{"libraries": {"noversion": {"type": "package"}, "a/": {"type": "package"}, "b/1": 7}}"#, "");
    }

    #[test]
    fn the_extension_has_two_parts() {
        assert!(wants(&ANALYZER, "app/App.deps.json"));
        assert!(!wants(&ANALYZER, "app/deps.json"));
        assert!(!wants(&ANALYZER, "app/mydeps.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.deps.json", &[SELF_CONTAINED.as_bytes()]);
    }
}
