//! `libs.versions.toml` and other `gradle/*.versions.toml` (Gradle User Manual, "Version catalogs").
//!
//! `[libraries]` names modules, as one text or in parts, with a version of their own or one of `[versions]`. `[plugins]`
//! are named by an id; what the build fetches for one is `ID:ID.gradle.plugin`, for development. Of a rich version the
//! one that is required counts: `strictly`, else `require`, else `prefer`; ranges name none. `1.7!!` and `[1.7, 1.8[!!1.7.2`
//! are the short forms of the first alone and of the first with the last. A catalog is an offer: not every entry needs to
//! be in use. The fixture of its tests was written from the manual.

use std::collections::BTreeMap;

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::is_version;
use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::toml;

/// Names what builds may ask for: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "gradle-catalog",
    version: 2,
    files: &[Key::Extension("toml").when(|path| path.name().ends_with(b".versions.toml") && is_the_projects(path))],
    analyze,
};

#[derive(Deserialize)]
struct Catalog {
    #[serde(default)]
    versions: BTreeMap<String, Version>,
    #[serde(default)]
    libraries: BTreeMap<String, Entry>,
    #[serde(default)]
    plugins: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Version {
    Plain(String),
    Rich(Rich),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Rich {
    #[serde(rename = "ref")]
    reference: Option<String>,
    strictly: Option<String>,
    require: Option<String>,
    prefer: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Entry {
    /// `group:name:version`, or `id:version` of a plugin.
    Plain(String),
    Parts(Parts),
    Other(IgnoredAny),
}

#[derive(Deserialize)]
struct Parts {
    module: Option<String>,
    group: Option<String>,
    name: Option<String>,
    id: Option<String>,
    version: Option<Version>,
}

impl Catalog {
    /// The version as a text. References lead to `[versions]`, and no further.
    fn version<'a>(&'a self, version: &'a Version) -> Option<&'a str> {
        match version {
            Version::Plain(text) => Some(text),
            Version::Rich(Rich { reference: Some(reference), .. }) => match self.versions.get(reference)? {
                Version::Plain(text) => Some(text),
                Version::Rich(rich) => rich.required(),
                Version::Other(_) => None,
            },
            Version::Rich(rich) => rich.required(),
            Version::Other(_) => None,
        }
    }
}

impl Rich {
    fn required(&self) -> Option<&str> {
        // Where a range is required, what is preferred in it is what is taken.
        let texts = [&self.strictly, &self.require, &self.prefer].into_iter().filter_map(Option::as_deref);
        texts.into_iter().find(|text| is_version(text))
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let catalog: Catalog = toml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Maven);
    let mut add = |group: &str, name: &str, version: Option<&str>, presence| {
        let Some(version) = version.and_then(plain).filter(|version| is_version(version)) else { return };
        if group.is_empty() || name.is_empty() {
            return;
        }
        if let Some(package) = listing.add(&format!("{group}:{name}"), version, presence) {
            package.relation = Relation::Direct;
        }
    };
    for library in catalog.libraries.values() {
        let (group, name, version) = match library {
            Entry::Plain(text) => {
                let mut parts = text.splitn(3, ':');
                let mut next = || parts.next().unwrap_or_default();
                (next(), next(), parts.next())
            }
            Entry::Parts(parts) => {
                let version = parts.version.as_ref().and_then(|version| catalog.version(version));
                match parts.module.as_deref().and_then(|module| module.split_once(':')) {
                    Some((group, name)) => (group, name, version),
                    None => (text(parts.group.as_ref()), text(parts.name.as_ref()), version),
                }
            }
            Entry::Other(_) => continue,
        };
        add(group, name, version, Presence::Declared);
    }
    for plugin in catalog.plugins.values() {
        let (id, version) = match plugin {
            Entry::Plain(text) => (text.split_once(':').map_or("", |(id, _)| id), text.split_once(':').map(|(_, v)| v)),
            Entry::Parts(parts) => {
                (text(parts.id.as_ref()), parts.version.as_ref().and_then(|version| catalog.version(version)))
            }
            Entry::Other(_) => continue,
        };
        if !id.is_empty() {
            add(id, &format!("{id}.gradle.plugin"), version, Presence::DeclaredForDevelopment);
        }
    }
    listing.tell(facts);
    Ok(())
}

/// The version of a text that may have the form `STRICT!!` or `STRICT!!PREFERRED`.
fn plain(version: &str) -> Option<&str> {
    let Some((strict, preferred)) = version.split_once("!!") else { return Some(version) };
    [strict, preferred].into_iter().find(|version| is_version(version))
}

fn text(value: Option<&String>) -> &str {
    value.map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "gradle/libs.versions.toml", text, expected);
    }

    const CATALOG: &str = r#"
        [versions]
        groovy = "3.0.5"
        range = "[1.0, 2.0["
        rich = { strictly = "[1.7, 1.8[", prefer = "1.7.25" }

        [libraries]
        plain = "com.example:plain:1.4"
        core = { module = "org.codehaus.groovy:groovy", version.ref = "groovy" }
        parts = { group = "org.example", name = "parts", version = { strictly = "2.0" } }
        rich = { group = "org.slf4j", name = "slf4j-api", version.ref = "rich" }
        range = { module = "a:range", version.ref = "range" }
        gone = { module = "a:gone", version.ref = "nowhere" }
        platform = { module = "a:platform" }
        strict = "a:strict:1.5!!"
        preferred = { module = "a:preferred", version = "[1.7, 1.8[!!1.7.25" }
        either = { module = "a:either", version = { require = "2.1", reject = ["2.2"] } }
        number = 7

        [bundles]
        all = ["core"]

        [plugins]
        jmh = { id = "me.champeau.jmh", version = "0.6.5" }
        short = "org.short:1.2"
    "#;

    #[test]
    fn libraries_and_plugins_have_versions() {
        check(
            CATALOG,
            "a:either 2.1 (declared) direct
             a:preferred 1.7.25 (declared) direct
             a:strict 1.5 (declared) direct
             com.example:plain 1.4 (declared) direct
             me.champeau.jmh:me.champeau.jmh.gradle.plugin 0.6.5 (development) direct
             org.codehaus.groovy:groovy 3.0.5 (declared) direct
             org.example:parts 2.0 (declared) direct
             org.short:org.short.gradle.plugin 1.2 (development) direct
             org.slf4j:slf4j-api 1.7.25 (declared) direct",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("[libraries", "gap: corrupt");
        check("", "");
        assert!(wants(&ANALYZER, "gradle/test.versions.toml"));
        assert!(!wants(&ANALYZER, "Cargo.toml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "libs.versions.toml", &[CATALOG.as_bytes()]);
    }
}
