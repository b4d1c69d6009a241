//! Assemblies of .NET, `*.dll` and `*.exe`, by the version that their compiler put into them (ECMA-335, "II.25 File format";
//! Microsoft, "PE Format" and "VS_VERSIONINFO structure").
//!
//! The name is that of the original file, which is mostly that of the package too; the version is the product's without
//! the commit that may follow it, else the file's. Both are guesses, so the confidence is low. Programs without managed
//! code are left out. So are Microsoft's own assemblies that say they are a part of .NET, and the folders of shared
//! runtimes and tools: there are hundreds, and a `.deps.json` names the package that they came in.

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
    version: 1,
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
    let product = get("ProductName");
    if product.starts_with("Microsoft") && product.contains(".NET") {
        return None;
    }
    let file = [get("OriginalFilename"), get("InternalName")].into_iter().find(|name| !name.is_empty())?;
    let name = [".dll", ".exe"].iter().find_map(|extension| {
        let at = file.len().checked_sub(extension.len())?;
        file.get(at..)?.eq_ignore_ascii_case(extension).then(|| &file[..at])
    });
    let name = name.unwrap_or(file);
    let plain = |version: &'_ str| version.split('+').next().unwrap_or_default().to_owned();
    let version = [plain(get("ProductVersion")), plain(get("FileVersion"))]
        .into_iter()
        // Programs whose makers gave them none have zeros.
        .find(|version| {
            exact_version(version).is_some() && version.bytes().any(|byte| (b'1'..=b'9').contains(&byte))
        })?;
    let usable = is_word(name) && is_word(&version);
    usable.then(|| Package { confidence: Confidence::Low, ..Package::new(PackageKind::Nuget, name, version) })
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
