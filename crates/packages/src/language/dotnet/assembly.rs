//! Assemblies of .NET, `*.dll` and `*.exe`, by the version that their compiler put into them (ECMA-335, "II.25 File format";
//! Microsoft, "PE Format" and "VS_VERSIONINFO structure").
//!
//! The name is that of the original file, which is mostly that of the package too; the version is the product's without
//! the commit that may follow it, else the file's. Both are guesses, so the confidence is low. Programs without managed
//! code are left out, and so are the folders of shared runtimes and tools.
//!
//! Of Microsoft's own assemblies that say they are a part of .NET, which are hundreds, only those are listed that are also
//! published as packages of their own, such as `System.Text.Json`. Since .NET 5 they have the version of the release
//! of .NET in which they were built, and no other place says the package's. That may be greater, as a package gets a new
//! version only when it changes, but never smaller: what is found is there, and some fixes may be taken for present that
//! are not. A `.deps.json` is exact.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};
use object::LittleEndian as LE;
use object::pe::{IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR, RT_VERSION};
use object::read::pe::{ImageNtHeaders, PeFile, PeFile32, PeFile64};

use super::exact_version;
use crate::language::lies_below;
use crate::listing::is_word;

/// A compiled part of a program: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "dotnet-assembly",
    version: 2,
    files: &[Key::Extension("dll").when(is_an_applications), Key::Extension("exe").when(is_an_applications)],
    analyze,
};

fn is_an_applications(path: &ImagePath) -> bool {
    let name = path.name();
    !path.as_bytes().windows(b"shared/Microsoft.".len()).any(|part| part == b"shared/Microsoft.")
        && !lies_below(path, "dotnet/sdk")
        && !lies_below(path, "dotnet/packs")
        && !lies_below(path, ".nuget/packages")
        // Translations of another assembly.
        && !name.to_ascii_lowercase().ends_with(b".resources.dll")
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every analyzer")]
fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let resource = match PeFile64::parse(file.content) {
        Ok(program) => version_resource(&program, file.content),
        Err(_) => PeFile32::parse(file.content).ok().and_then(|program| version_resource(&program, file.content)),
    };
    // Files with these extensions are many things; what is no assembly is not ours to judge.
    if let Some(package) = resource.and_then(|resource| identify(&strings(resource))) {
        facts.package(package);
    }
    Ok(())
}

/// The first version resource of a program with managed code.
fn version_resource<'a, P: ImageNtHeaders>(program: &PeFile<'a, P>, content: &'a [u8]) -> Option<&'a [u8]> {
    // What is real has a few hundred bytes.
    const LARGEST: usize = 64 << 10;
    let directories = program.data_directories();
    directories.get(IMAGE_DIRECTORY_ENTRY_COM_DESCRIPTOR)?;
    let sections = program.section_table();
    let resources = directories.resource_directory(content, &sections).ok()??;
    let kind = resources.root().ok()?.entries.iter().find(|entry| entry.name_or_id().id() == Some(RT_VERSION))?;
    let names = kind.data(resources).ok()?.table()?;
    let languages = names.entries.first()?.data(resources).ok()?.table()?;
    let data = languages.entries.first()?.data(resources).ok()?.data()?;
    let bytes = sections.pe_data_at(content, data.offset_to_data.get(LE))?;
    let size = usize::try_from(data.size.get(LE)).ok()?;
    Some(&bytes[..size.min(bytes.len()).min(LARGEST)])
}

/// The strings of a version resource by their keys, in order. Every block has its length, the length of its value, a type and a key;
/// those of strings have a value that is text. Instead of walking the tree, which may lie about lengths, every aligned
/// place is tried, as strings are what has both a key and a value.
fn strings(resource: &[u8]) -> Vec<(String, String)> {
    let (words, _) = resource.as_chunks::<2>();
    let words: Vec<u16> = words.iter().map(|word| u16::from_le_bytes(*word)).collect();
    let mut found = Vec::new();
    for key in ["ProductName", "OriginalFilename", "InternalName", "ProductVersion", "FileVersion"] {
        let wanted: Vec<u16> = key.encode_utf16().chain([0]).collect();
        let Some(at) = words.windows(wanted.len()).position(|part| part == wanted) else { continue };
        let value = &words[at + wanted.len()..];
        // Values begin at whole double words, so there may be one more zero in front.
        let value = value.strip_prefix(&[0]).unwrap_or(value);
        let end = value.iter().position(|word| *word == 0).unwrap_or(value.len());
        found.push((key.to_owned(), String::from_utf16_lossy(&value[..end]).trim().to_owned()));
    }
    found
}

fn identify(strings: &[(String, String)]) -> Option<Package> {
    let get = |key: &str| strings.iter().find(|(found, _)| found == key).map_or("", |(_, value)| value);
    let file = [get("OriginalFilename"), get("InternalName")].into_iter().find(|name| !name.is_empty())?;
    let name = [".dll", ".exe"].iter().find_map(|extension| {
        let at = file.len().checked_sub(extension.len())?;
        file.get(at..)?.eq_ignore_ascii_case(extension).then(|| &file[..at])
    });
    let name = name.unwrap_or(file);
    let product = get("ProductName");
    let is_dot_nets = product.starts_with("Microsoft") && product.contains(".NET");
    if is_dot_nets && !is_published(name) {
        return None;
    }
    let plain = |version: &'_ str| version.split('+').next().unwrap_or_default().to_owned();
    let version = [plain(get("ProductVersion")), plain(get("FileVersion"))]
        .into_iter()
        // Programs whose makers gave them none have zeros.
        .find(|version| {
            exact_version(version).is_some() && version.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
        })?;
    if is_dot_nets && !is_release(&version) {
        return None;
    }
    let usable = is_word(name) && is_word(&version);
    usable.then(|| Package { confidence: Confidence::Low, ..Package::new(PackageKind::Nuget, name, version) })
}

/// Whether a part of .NET is also a package of its own. The list is by hand; a part that is not on it is left out.
fn is_published(name: &str) -> bool {
    const FAMILIES: &[&str] = &["Microsoft.Bcl.", "Microsoft.Extensions."];
    const PACKAGES: &[&str] = &[
        "Microsoft.Win32.SystemEvents",
        "System.CodeDom",
        "System.Collections.Immutable",
        "System.ComponentModel.Composition",
        "System.Configuration.ConfigurationManager",
        "System.Data.Odbc",
        "System.Data.OleDb",
        "System.Diagnostics.DiagnosticSource",
        "System.Diagnostics.EventLog",
        "System.Diagnostics.PerformanceCounter",
        "System.DirectoryServices",
        "System.DirectoryServices.AccountManagement",
        "System.DirectoryServices.Protocols",
        "System.Drawing.Common",
        "System.Formats.Asn1",
        "System.Formats.Cbor",
        "System.Formats.Nrbf",
        "System.IO.Hashing",
        "System.IO.Packaging",
        "System.IO.Pipelines",
        "System.IO.Ports",
        "System.Management",
        "System.Net.Http.Json",
        "System.Net.Http.WinHttpHandler",
        "System.Net.ServerSentEvents",
        "System.Numerics.Tensors",
        "System.Reflection.Metadata",
        "System.Reflection.MetadataLoadContext",
        "System.Resources.Extensions",
        "System.Runtime.Caching",
        "System.Runtime.Serialization.Formatters",
        "System.Security.Cryptography.Cose",
        "System.Security.Cryptography.Pkcs",
        "System.Security.Cryptography.ProtectedData",
        "System.Security.Cryptography.Xml",
        "System.Security.Permissions",
        "System.ServiceModel.Syndication",
        "System.ServiceProcess.ServiceController",
        "System.Text.Encoding.CodePages",
        "System.Text.Encodings.Web",
        "System.Text.Json",
        "System.Threading.AccessControl",
        "System.Threading.Channels",
        "System.Threading.RateLimiting",
        "System.Threading.Tasks.Dataflow",
        "System.Windows.Extensions",
    ];
    PACKAGES.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

/// Whether a version has the form of releases since .NET 5, `8.0.10`. Before, the numbers of builds stood there.
fn is_release(version: &str) -> bool {
    let numbers = version.split('-').next().unwrap_or_default();
    let major = numbers.split('.').next().and_then(|major| major.parse::<u32>().ok());
    numbers.split('.').count() == 3 && major.is_some_and(|major| major >= 5)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    /// A version resource's strings, each as a block that begins at a whole double word.
    fn resource(strings: &[(&str, &str)]) -> Vec<u8> {
        let mut words: Vec<u16> = vec![0; 20];
        for (key, value) in strings {
            words.extend([0, u16::try_from(value.len() + 1).unwrap(), 1]);
            words.extend(key.encode_utf16().chain([0]));
            words.resize(words.len().next_multiple_of(2), 0);
            words.extend(value.encode_utf16().chain([0]));
            words.resize(words.len().next_multiple_of(2), 0);
        }
        words.into_iter().flat_map(u16::to_le_bytes).collect()
    }

    fn check(given: &[(&str, &str)], expected: Option<&str>) {
        let found = identify(&strings(&resource(given))).map(|package| format!("{} {}", package.name, package.version));
        assert_eq!(found.as_deref(), expected, "{given:?}");
    }

    #[test]
    fn the_original_file_and_the_product_s_version_count() {
        check(
            &[
                ("FileVersion", "13.0.3.27908"),
                ("InternalName", "x.dll"),
                ("OriginalFilename", "Newtonsoft.Json.dll"),
                ("ProductName", "Json.NET"),
                ("ProductVersion", "13.0.3+0a2e291c0d9c"),
            ],
            Some("Newtonsoft.Json 13.0.3"),
        );
        check(
            &[("FileVersion", "1.2.0.0"), ("InternalName", "App.EXE"), ("ProductVersion", "next")],
            Some("App 1.2.0.0"),
        );
    }

    #[test]
    fn what_has_no_version_or_is_dot_net_s_own_is_left_out() {
        check(&[("OriginalFilename", "a.dll"), ("ProductVersion", "0.0.0.0")], None);
        check(&[("ProductVersion", "1.0.0")], None);
        let name = "Microsoft® .NET";
        check(&[("OriginalFilename", "System.Linq.dll"), ("ProductVersion", "8.0.8"), ("ProductName", name)], None);
    }

    // As in the package System.Text.Json 8.0.0, and in one of the time when numbers of builds were given.
    #[test]
    fn parts_of_dot_net_that_are_packages_have_the_release_s_version() {
        let part = |file, product_version, file_version, expected| {
            let product = ("ProductName", "Microsoft® .NET");
            let versions = [("FileVersion", file_version), ("ProductVersion", product_version)];
            check(&[versions[0], ("OriginalFilename", file), product, versions[1]], expected);
        };
        let commit = "8.0.0+5535e31a712343a63f5d7d796cd874e563e5ac14";
        part("System.Text.Json.dll", commit, "8.0.23.53103", Some("System.Text.Json 8.0.0"));
        part(
            "Microsoft.Extensions.Caching.Memory.dll",
            "9.0.0-rc.2.24473.5+990ebf52fc408ca45929fd176d2740675a67fab8",
            "9.0.24.47305",
            Some("Microsoft.Extensions.Caching.Memory 9.0.0-rc.2.24473.5"),
        );
        part("System.Text.Json.dll", "4.6.26515.06 @BuiltBy: x", "4.6.26515.06", None);
        part("System.Collections.dll", commit, "8.0.23.53103", None);
    }

    #[test]
    fn other_files_say_nothing() {
        testing::check(&ANALYZER, "app/a.dll", "", "");
        testing::check(&ANALYZER, "app/a.dll", "MZ", "");
        assert!(wants(&ANALYZER, "app/Newtonsoft.Json.dll"));
        assert!(!wants(&ANALYZER, "app/de/App.resources.dll"));
        assert!(!wants(&ANALYZER, "usr/share/dotnet/shared/Microsoft.NETCore.App/8.0.8/System.Linq.dll"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.dll", &[&[b"MZ".as_slice(), &[0; 300]].concat()]);
    }
}
