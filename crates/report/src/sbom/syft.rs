//! Syft's JSON (its schema 16.0, `syft/format/syftjson/model`), which Grype and all that builds upon the two reads.
//!
//! What the schema has no field for stands in `descriptor.configuration`, which it leaves to the tool: by artifact, and for
//! the image under the empty name.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Digest, PackageKind, Report};
use serde::Serialize;

use super::bill::{Bill, Component, is_cpe};
use super::licenses::{self, Declared};
use super::properties::{self, Property};
use crate::Context;
use crate::json::print;

/// The version of the schema whose fields are written. Later ones of its major number only add some.
const SCHEMA: &str = "16.0.0";

/// Writes it.
pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bill = Bill::new(super::only(reports, "Syft's JSON")?);
    print::print(&Document::new(&bill, context), out)
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Document<'a> {
    artifacts: Vec<Artifact<'a>>,
    artifact_relationships: Vec<Relationship>,
    source: Source<'a>,
    distro: Release<'a>,
    descriptor: Descriptor<'a>,
    schema: Schema,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Artifact<'a> {
    id: String,
    name: &'a str,
    version: &'a str,
    #[serde(rename = "type")]
    kind: &'static str,
    found_by: &'a str,
    locations: Vec<Location>,
    licenses: Vec<License<'a>>,
    language: &'static str,
    cpes: Vec<Cpe<'a>>,
    purl: &'a str,
    #[serde(flatten)]
    metadata: Option<Metadata<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    path: String,
    #[serde(rename = "layerID", skip_serializing_if = "Option::is_none")]
    layer: Option<String>,
    access_path: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct License<'a> {
    value: &'a str,
    spdx_expression: std::borrow::Cow<'a, str>,
    #[serde(rename = "type")]
    kind: &'static str,
    urls: [&'static str; 0],
    locations: [&'static str; 0],
}

#[derive(Serialize)]
struct Cpe<'a> {
    cpe: &'a str,
    source: &'static str,
}

/// What the package manager's own record says; judges take the source package from it.
#[derive(Serialize)]
#[serde(tag = "metadataType", content = "metadata")]
enum Metadata<'a> {
    #[serde(rename = "dpkg-db-entry")]
    Deb(Deb<'a>),
    #[serde(rename = "apk-db-entry")]
    Apk(Apk<'a>),
    #[serde(rename = "rpm-db-entry")]
    Rpm(Rpm<'a>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Deb<'a> {
    package: &'a str,
    source: &'a str,
    version: &'a str,
    /// Where it is another one than the package's.
    source_version: &'a str,
    architecture: &'a str,
    maintainer: &'a str,
    installed_size: u32,
    files: [&'static str; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Apk<'a> {
    package: &'a str,
    origin_package: &'a str,
    maintainer: &'a str,
    version: &'a str,
    architecture: &'a str,
    url: &'static str,
    description: &'static str,
    size: u32,
    installed_size: u32,
    pull_dependencies: [&'static str; 0],
    provides: [&'static str; 0],
    pull_checksum: &'static str,
    git_commit_of_apk_port: &'static str,
    files: [&'static str; 0],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rpm<'a> {
    name: &'a str,
    version: &'a str,
    epoch: Option<u32>,
    architecture: &'a str,
    release: &'a str,
    #[serde(rename = "sourceRpm")]
    source: String,
    size: u32,
    vendor: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    modularity_label: Option<&'a str>,
    files: [&'static str; 0],
}

#[derive(Serialize)]
struct Relationship {
    parent: String,
    child: String,
    #[serde(rename = "type")]
    kind: &'static str,
}

#[derive(Serialize)]
struct Source<'a> {
    id: String,
    name: &'a str,
    version: String,
    #[serde(rename = "type")]
    kind: &'static str,
    metadata: Image<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Image<'a> {
    user_input: &'a str,
    #[serde(rename = "imageID")]
    id: String,
    manifest_digest: String,
    media_type: &'static str,
    tags: [&'static str; 0],
    #[serde(rename = "imageSize")]
    size: u64,
    layers: Vec<Layer<'a>>,
    repo_digests: [&'static str; 0],
    architecture: &'a str,
    os: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Layer<'a> {
    media_type: &'a str,
    digest: String,
    size: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Release<'a> {
    #[serde(skip_serializing_if = "str::is_empty")]
    pretty_name: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    id: &'a str,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    id_like: &'a [String],
    #[serde(rename = "versionID", skip_serializing_if = "str::is_empty")]
    version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    version_codename: &'a str,
    #[serde(rename = "cpeName", skip_serializing_if = "str::is_empty")]
    cpe: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    extended_support: bool,
}

#[derive(Serialize)]
struct Descriptor<'a> {
    name: &'static str,
    version: &'a str,
    configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    properties: BTreeMap<String, Vec<Property>>,
}

#[derive(Serialize)]
struct Schema {
    version: &'static str,
    url: String,
}

impl<'a> Document<'a> {
    fn new(bill: &'a Bill<'a>, context: &Context<'a>) -> Self {
        let Report { image, inventory, .. } = bill.report;
        let layers: Vec<Layer<'_>> = image
            .layers
            .iter()
            .map(|layer| Layer {
                media_type: &layer.media_type,
                digest: layer.diff_id.as_ref().or(layer.blob.as_ref()).map_or_else(String::new, ToString::to_string),
                size: layer.size.unwrap_or_default(),
            })
            .collect();
        let text = |digest: &Option<Digest>| digest.as_ref().map_or_else(String::new, ToString::to_string);
        let (manifest, identity) = (text(&image.origin.manifest), text(&image.origin.id));
        let target = &*image.origin.reference;
        let version = if manifest.is_empty() { identity.clone() } else { manifest.clone() };
        let root = id(&format!("{target}\n{version}"));
        let mut about = properties::of_image(bill.report);
        about.extend(properties::of_gaps(bill.report));
        about.extend(properties::of_unidentified(bill.report));
        let mut told = BTreeMap::from([(String::new(), about)]);
        told.extend(bill.components.iter().map(|component| (id(&component.reference), self::told(component))));
        let mut relationships = Vec::new();
        for component in &bill.components {
            let child = id(&component.reference);
            relationships.push(Relationship { parent: root.clone(), child: child.clone(), kind: "contains" });
            relationships.extend(component.needs.iter().map(|&other| Relationship {
                parent: id(&bill.components[other].reference),
                child: child.clone(),
                kind: "dependency-of",
            }));
        }
        let distro = inventory.distro.as_ref();
        Self {
            artifacts: bill.components.iter().map(|component| artifact(component, &layers)).collect(),
            artifact_relationships: relationships,
            source: Source {
                id: root,
                name: target,
                version,
                kind: "image",
                metadata: Image {
                    user_input: target,
                    id: identity,
                    manifest_digest: manifest,
                    media_type: "",
                    tags: [],
                    size: layers.iter().fold(0, |sum, layer| sum.saturating_add(layer.size)),
                    layers,
                    repo_digests: [],
                    architecture: &image.config.architecture,
                    os: &image.config.os,
                },
            },
            distro: Release {
                pretty_name: distro.map_or("", |distro| &distro.name),
                id: distro.map_or("", |distro| &distro.id),
                id_like: distro.map_or(&[], |distro| &distro.like),
                version: distro.map_or("", |distro| &distro.version),
                version_codename: distro.map_or("", |distro| &distro.codename),
                cpe: distro.map_or("", |distro| &distro.cpe),
                extended_support: distro.is_some_and(|distro| distro.extended_support),
            },
            descriptor: Descriptor {
                name: "plimsoll",
                version: context.version,
                configuration: Configuration { properties: told },
            },
            schema: Schema {
                version: SCHEMA,
                url: format!("https://raw.githubusercontent.com/anchore/syft/main/schema/json/schema-{SCHEMA}.json"),
            },
        }
    }
}

/// A name within the document: sixteen hexadecimal digits, as Syft's are.
fn id(text: &str) -> String {
    let digest = Digest::sha256(text.as_bytes()).to_string();
    digest.rsplit(':').next().and_then(|hex| hex.get(..16)).unwrap_or_default().to_owned()
}

/// The properties of a component, with its publisher, for whom most kinds of packages have no field.
fn told(component: &Component<'_>) -> Vec<Property> {
    let mut told = properties::of_component(component);
    told.extend(component.package.vendor.iter().map(|vendor| ("plimsoll:vendor".to_owned(), vendor.clone())));
    told
}

fn artifact<'a>(component: &'a Component<'a>, layers: &[Layer<'_>]) -> Artifact<'a> {
    let package = component.package;
    let (kind, language) = kind(package.kind);
    let location = |item: &&model::Item| {
        let place = &item.fact.place;
        let path = format!("/{}", place.path.to_text());
        let layer = place.layer.and_then(|layer| layers.get(usize::try_from(layer.0).ok()?));
        Location {
            layer: layer.map(|layer| layer.digest.clone()).filter(|digest| !digest.is_empty()),
            access_path: path.clone(),
            path,
        }
    };
    let license = |text: &'a str| License {
        value: text,
        spdx_expression: match licenses::read(text) {
            Declared::Id(id) => id.into(),
            Declared::Expression(expression) => expression,
            Declared::Name(_) => "".into(),
        },
        kind: "declared",
        urls: [],
        locations: [],
    };
    let cpes = package.cpes.iter().filter(|cpe| is_cpe(cpe));
    Artifact {
        id: id(&component.reference),
        name: &package.name,
        version: &package.version,
        kind,
        found_by: component.sightings.first().map_or("", |item| &item.fact.by.0),
        locations: component.sightings.iter().map(location).collect(),
        licenses: component.licenses.iter().copied().filter(|text| !text.trim().is_empty()).map(license).collect(),
        language,
        cpes: cpes.map(|cpe| Cpe { cpe, source: "declared" }).collect(),
        purl: &component.purl,
        metadata: metadata(component),
    }
}

fn metadata<'a>(component: &'a Component<'a>) -> Option<Metadata<'a>> {
    let package = component.package;
    let source = package.source.as_ref();
    let architecture = package.arch.as_deref().unwrap_or_default();
    let maintainer = package.vendor.as_deref().unwrap_or_default();
    let (name, version) = (&*package.name, &*package.version);
    Some(match package.kind {
        PackageKind::Deb => Metadata::Deb(Deb {
            package: name,
            source: source.map_or("", |source| &source.name),
            version,
            source_version: source
                .map(|source| &*source.version)
                .filter(|source| *source != version)
                .unwrap_or_default(),
            architecture,
            maintainer,
            installed_size: 0,
            files: [],
        }),
        PackageKind::Apk => Metadata::Apk(Apk {
            package: name,
            origin_package: source.map_or("", |source| &source.name),
            maintainer,
            version,
            architecture,
            url: "",
            description: "",
            size: 0,
            installed_size: 0,
            pull_dependencies: [],
            provides: [],
            pull_checksum: "",
            git_commit_of_apk_port: "",
            files: [],
        }),
        PackageKind::Rpm => {
            let (epoch, rest) = epoch(version);
            let (version, release) = rest.split_once('-').unwrap_or((rest, ""));
            let file =
                |source: &model::SourcePackage| format!("{}-{}.src.rpm", source.name, self::epoch(&source.version).1);
            Metadata::Rpm(Rpm {
                name,
                version,
                epoch,
                architecture,
                release,
                source: source.map_or_else(String::new, file),
                size: 0,
                vendor: maintainer,
                modularity_label: package.module.as_deref(),
                files: [],
            })
        }
        _ => return None,
    })
}

/// A version of RPM without its epoch, and that.
fn epoch(version: &str) -> (Option<u32>, &str) {
    let parts = version.split_once(':').and_then(|(epoch, rest)| Some((epoch.parse().ok()?, rest)));
    parts.map_or((None, version), |(epoch, rest)| (Some(epoch), rest))
}

/// Syft's words for a kind of packages and for its language (`syft/pkg/type.go` and `language.go`).
fn kind(kind: PackageKind) -> (&'static str, &'static str) {
    match kind {
        PackageKind::Deb => ("deb", ""),
        PackageKind::Apk => ("apk", ""),
        PackageKind::Rpm => ("rpm", ""),
        PackageKind::Alpm => ("alpm", ""),
        PackageKind::Portage => ("portage", ""),
        PackageKind::Cargo => ("rust-crate", "rust"),
        PackageKind::Golang => ("go-module", "go"),
        PackageKind::Maven => ("java-archive", "java"),
        PackageKind::Npm => ("npm", "javascript"),
        PackageKind::Pypi => ("python", "python"),
        PackageKind::Composer => ("php-composer", "php"),
        PackageKind::Pear => ("php-pear", "php"),
        PackageKind::Gem => ("gem", "ruby"),
        PackageKind::Nuget => ("dotnet", "dotnet"),
        PackageKind::Hex => ("hex", "elixir"),
        PackageKind::Pub => ("dart-pub", "dart"),
        PackageKind::Swift => ("swift", "swift"),
        PackageKind::Cocoapods => ("pod", "swift"),
        PackageKind::Cran | PackageKind::Bioconductor => ("R-package", "R"),
        PackageKind::Hackage => ("hackage", "haskell"),
        PackageKind::Conan => ("conan", "c++"),
        PackageKind::GithubActions => ("github-action", ""),
        PackageKind::Bitnami => ("bitnami", ""),
        PackageKind::Opam => ("opam", "ocaml"),
        PackageKind::Luarocks => ("lua-rocks", "lua"),
        PackageKind::Conda => ("conda", ""),
        PackageKind::Nix => ("nix", ""),
        PackageKind::Brew => ("homebrew", ""),
        PackageKind::WordpressPlugin => ("wordpress-plugin", "php"),
        PackageKind::Terraform => ("terraform", ""),
        PackageKind::SwiplPack => ("swiplpack", "swipl"),
        PackageKind::Generic => ("binary", ""),
        _ => ("UnknownPackage", ""),
    }
}
