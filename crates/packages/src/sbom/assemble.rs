//! From what a bill says to an inventory: packages with all that judging needs, the distribution, and what is left open.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{
    AnalyzerId, Confidence, Distro, Executable, ExecutableFormat, Fact, Gap, GapKind, History, Image, ImagePath,
    Inventory, Item, Layer, LayerClass, LayerIndex, LayerSummary, Origin, Package, PackageKind, Place, Presence, Purl,
    Relation, Requirement, SourcePackage, What,
};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, StrDeserializer};

use super::{Bill, Draft, Entry, Properties, Role};
use crate::os::source_rpm;

const ID: AnalyzerId = AnalyzerId::new("sbom");

/// Layers of one image; what refers to others is not believed.
const MOST_LAYERS: usize = 1024;
/// Places of one component.
const MOST_PLACES: usize = 10_000;

/// Makes a bill of what was read of it.
pub(super) fn assemble(draft: Draft) -> Bill {
    let mut inventory = Inventory { distro: distro(&draft), ..Inventory::default() };
    let packages: Vec<Option<Package>> = draft.entries.iter().map(package).collect();
    let needs = requirements(&draft, &packages);
    let direct = asked_for(&draft);
    let mut unnamed = Unnamed::default();
    for (index, (entry, package)) in draft.entries.iter().zip(packages).enumerate() {
        let Some(mut package) = package else {
            unnamed.count(entry);
            continue;
        };
        package.requires = needs.get(&index).cloned().unwrap_or_default();
        if direct.contains(&*entry.reference) {
            package.relation = Relation::Direct;
        }
        inventory.items.extend(sightings(entry, &package));
    }
    inventory.items.extend(unidentified(&draft.properties));
    inventory.items.sort();
    inventory.gaps = gaps(&draft.properties);
    inventory.gaps.extend(unnamed.gap());
    inventory.gaps.sort();
    inventory.gaps.dedup();
    let (image, layers) = image(&draft);
    Bill { standard: draft.standard, image, layers, inventory }
}

/// The package that an entry stands for; none where it does not say which.
fn package(entry: &Entry) -> Option<Package> {
    if entry.role != Role::Package {
        return None;
    }
    let properties = &entry.properties;
    let purl: Option<Purl> = entry.purl.parse().ok();
    let mut package = match &purl {
        Some(purl) => {
            // A version may stand beside the URL only.
            let versioned =
                Purl { version: purl.version.clone().or_else(|| Some(entry.version.clone())), ..purl.clone() };
            Package::of_purl(&versioned)?
        }
        None if !entry.cpes.is_empty() && !entry.name.is_empty() => {
            Package::new(PackageKind::Generic, &*entry.name, &*entry.version)
        }
        None => return None,
    };
    name(&mut package, entry);
    if let Some(source) = source(&package, properties) {
        package.source = Some(source);
    }
    let module = ["plimsoll:module", "aquasecurity:trivy:Modularitylabel", "syft:metadata:modularityLabel"];
    package.module = first(properties, &module).map(str::to_owned).or(package.module);
    let vendor = properties.get("plimsoll:vendor").unwrap_or(&entry.vendor);
    package.vendor = Some(vendor.to_owned()).filter(|vendor| !vendor.is_empty());
    let licenses = properties.all("plimsoll:license");
    package.licenses = if licenses.is_empty() { entry.licenses.clone() } else { licenses.to_vec() };
    package.cpes.clone_from(&entry.cpes);
    for cpe in properties.all("plimsoll:cpe") {
        if !package.cpes.contains(cpe) {
            package.cpes.push(cpe.clone());
        }
    }
    package.presence = entry.presence.unwrap_or(Presence::Installed);
    Some(package)
}

/// Gives a name back what its URL took from it.
fn name(package: &mut Package, entry: &Entry) {
    if let Some(name) = entry.properties.get("plimsoll:name") {
        name.clone_into(&mut package.name);
        return;
    }
    let whole = if entry.group.is_empty() {
        entry.name.clone()
    } else {
        let separator = if package.kind == PackageKind::Maven { ":" } else { "/" };
        format!("{}{separator}{}", entry.group, entry.name)
    };
    if whole.eq_ignore_ascii_case(&package.name) {
        package.name = whole;
    }
}

/// The source package, by the properties of the tools that tell it so.
fn source(package: &Package, properties: &Properties) -> Option<SourcePackage> {
    let own = |name: &str, version: Option<&str>| SourcePackage {
        name: name.to_owned(),
        version: version.map_or_else(|| package.version.clone(), str::to_owned),
    };
    if let Some(name) = properties.get("plimsoll:source:name") {
        return Some(own(name, properties.get("plimsoll:source:version")));
    }
    if let Some(name) = properties.get("aquasecurity:trivy:SrcName") {
        let Some(version) = properties.get("aquasecurity:trivy:SrcVersion") else { return Some(own(name, None)) };
        let epoch = properties.get("aquasecurity:trivy:SrcEpoch").filter(|epoch| *epoch != "0");
        let release = properties.get("aquasecurity:trivy:SrcRelease");
        let version = [epoch.map(|epoch| format!("{epoch}:")), Some(version.into()), release.map(|r| format!("-{r}"))];
        return Some(own(name, Some(&version.into_iter().flatten().collect::<String>())));
    }
    if let Some(file) = properties.get("syft:metadata:sourceRpm") {
        let epoch = package.version.split_once(':').and_then(|(epoch, _)| epoch.parse().ok());
        return source_rpm::source_rpm(file, epoch);
    }
    let name = first(properties, &["syft:metadata:source", "syft:metadata:originPackage"])?;
    Some(own(name, properties.get("syft:metadata:sourceVersion")))
}

fn first<'a>(properties: &'a Properties, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| properties.get(name))
}

/// The package wherever the entry says that it was found; once, in no place, where it does not say.
fn sightings(entry: &Entry, package: &Package) -> Vec<Item> {
    let properties = &entry.properties;
    let item = |place: Place, package: Package, owner: Option<String>, by: Option<&str>| Item {
        fact: Fact { what: What::Package(package), place, by: by.map_or(ID, |by| AnalyzerId(by.to_owned().into())) },
        removed: None,
        owner,
    };
    let mut items = Vec::new();
    for number in 0..MOST_PLACES {
        let get = |what: &str| properties.get(&format!("plimsoll:place:{number}:{what}"));
        if get("path").is_none() && get("found-by").is_none() {
            break;
        }
        let mut package = package.clone();
        package.presence = match get("presence") {
            Some("declared") => Presence::Declared,
            Some("declared-optional") => Presence::DeclaredOptional,
            Some("declared-for-development") => Presence::DeclaredForDevelopment,
            _ => Presence::Installed,
        };
        if get("licenses").is_some() {
            package.licenses = properties.all(&format!("plimsoll:place:{number}:license")).to_vec();
        }
        package.confidence = match get("confidence") {
            Some("medium") => Confidence::Medium,
            Some("low") => Confidence::Low,
            _ => Confidence::High,
        };
        package.relation = match get("relation") {
            Some("direct") => Relation::Direct,
            Some("transitive") => Relation::Transitive,
            _ => Relation::Unknown,
        };
        let place = Place {
            layer: get("layer").and_then(|layer| layer.parse().ok()).map(LayerIndex),
            path: get("path").unwrap_or_default().into(),
        };
        items.push(item(place, package, get("owner").map(str::to_owned), get("found-by")));
    }
    if !items.is_empty() {
        return items;
    }
    let mut paths: Vec<ImagePath> = entry.paths.iter().take(MOST_PLACES).map(|path| path.as_str().into()).collect();
    let syft = (0..MOST_PLACES).map_while(|number| properties.get(&format!("syft:location:{number}:path")));
    paths.extend(syft.chain(properties.get("aquasecurity:trivy:FilePath")).map(ImagePath::from));
    if paths.is_empty() {
        paths.push(ImagePath::default());
    }
    paths.sort();
    paths.dedup();
    paths.into_iter().map(|path| item(Place { layer: None, path }, package.clone(), None, None)).collect()
}

/// What each entry needs, among packages of its kind.
fn requirements(draft: &Draft, packages: &[Option<Package>]) -> BTreeMap<usize, Vec<Requirement>> {
    let by_reference: HashMap<&str, usize> =
        draft.entries.iter().enumerate().map(|(index, entry)| (&*entry.reference, index)).collect();
    let mut needs: BTreeMap<usize, Vec<Requirement>> = BTreeMap::new();
    for (from, to) in &draft.needs {
        let (Some(&from), Some(&to)) = (by_reference.get(&**from), by_reference.get(&**to)) else { continue };
        if let (Some(package), Some(needed)) = (&packages[from], &packages[to])
            && package.kind == needed.kind
        {
            let version = Some(needed.version.clone());
            needs.entry(from).or_default().push(Requirement { name: needed.name.clone(), version });
        }
    }
    for needs in needs.values_mut() {
        needs.sort_unstable();
        needs.dedup();
    }
    needs
}

/// What the thing itself needs was asked for; bills of our own say that with each place.
fn asked_for(draft: &Draft) -> HashSet<&str> {
    if draft.root.is_empty() {
        return HashSet::new();
    }
    draft.needs.iter().filter(|(from, _)| *from == draft.root).map(|(_, to)| &**to).collect()
}

/// The distribution: as the bill of our own tells, as an entry for the operating system does, or as most package URLs do.
fn distro(draft: &Draft) -> Option<Distro> {
    let properties = &draft.properties;
    let text = |name: &str| properties.get(name).unwrap_or_default().to_owned();
    if properties.get("plimsoll:distro:id").is_some() {
        return Some(Distro {
            rank: 0,
            id: text("plimsoll:distro:id"),
            version: text("plimsoll:distro:version"),
            codename: text("plimsoll:distro:codename"),
            name: text("plimsoll:distro:name"),
            like: properties.all("plimsoll:distro:like").to_vec(),
            cpe: text("plimsoll:distro:cpe"),
            extended_support: properties.get("plimsoll:distro:extended-support") == Some("true"),
            streams: properties.all("plimsoll:distro:stream").to_vec(),
        });
    }
    if let Some(system) = draft.entries.iter().find(|entry| entry.role == Role::System && !entry.name.is_empty()) {
        let told = |name: &str, otherwise: &str| system.properties.get(name).unwrap_or(otherwise).to_owned();
        return Some(Distro {
            id: told("syft:distro:id", &system.name).to_ascii_lowercase(),
            version: told("syft:distro:versionID", &system.version),
            codename: told("syft:distro:versionCodename", ""),
            name: told("syft:distro:prettyName", ""),
            cpe: system.cpes.first().cloned().unwrap_or_else(|| told("syft:distro:cpeName", "")),
            ..Distro::default()
        });
    }
    let mut told: BTreeMap<(String, String), usize> = BTreeMap::new();
    for entry in &draft.entries {
        let Ok(purl) = entry.purl.parse::<Purl>() else { continue };
        let Some(distro) = purl.qualifiers.get("distro").filter(|_| is_os(&purl)) else { continue };
        // `debian-12`, `opensuse-leap-15.5`; a codename alone says too little.
        let dash = distro.rmatch_indices('-').map(|(at, _)| at);
        let mut dash = dash.filter(|at| distro[at + 1..].starts_with(|first: char| first.is_ascii_digit()));
        let parts = dash.next().map(|at| (&distro[..at], &distro[at + 1..]));
        let (id, version) = parts.unwrap_or((distro, ""));
        *told.entry((id.to_ascii_lowercase(), version.to_owned())).or_default() += 1;
    }
    let ((id, version), _) = told.into_iter().max_by_key(|(_, count)| *count)?;
    Some(Distro { id, version, ..Distro::default() })
}

fn is_os(purl: &Purl) -> bool {
    PackageKind::of_purl_type(&purl.kind).is_some_and(PackageKind::is_os)
}

/// Entries that name no package that is known here.
#[derive(Default)]
struct Unnamed {
    count: usize,
    examples: Vec<String>,
}

impl Unnamed {
    fn count(&mut self, entry: &Entry) {
        if entry.role != Role::Package || entry.name.is_empty() {
            return;
        }
        self.count += 1;
        if self.examples.len() < 3 {
            self.examples.push(format!("{} {}", entry.name, entry.version).trim_end().to_owned());
        }
    }

    fn gap(&self) -> Option<Gap> {
        let more = if self.count > self.examples.len() { ", ..." } else { "" };
        let detail = format!(
            "{} components have no package URL of a known type, so nothing can be looked up for them ({}{more})",
            self.count,
            self.examples.join(", ")
        );
        (self.count > 0).then_some(Gap { place: Place::default(), by: ID, kind: GapKind::Unsupported, detail })
    }
}

/// Programs that no package owned and nothing named when the bill was made.
fn unidentified(properties: &Properties) -> Vec<Item> {
    let program = |number: usize| {
        let get = |what: &str| properties.get(&format!("plimsoll:unidentified:{number}:{what}"));
        let format = ExecutableFormat::ALL.iter().find(|format| get("format") == Some(format.name()))?;
        let program = Executable {
            format: *format,
            sha256: get("digest").and_then(|digest| digest.parse().ok()),
            build_id: get("build-id").map(str::to_owned),
        };
        let place = Place {
            layer: get("layer").and_then(|layer| layer.parse().ok()).map(LayerIndex),
            path: get("path").unwrap_or_default().into(),
        };
        let by = AnalyzerId(get("found-by").unwrap_or_default().to_owned().into());
        Some(Item { fact: Fact { what: What::Executable(program), place, by }, removed: None, owner: None })
    };
    (0..MOST_PLACES).map_while(program).collect()
}

/// What could not be seen when the bill was made.
fn gaps(properties: &Properties) -> Vec<Gap> {
    let gap = |number: usize| {
        let get = |what: &str| properties.get(&format!("plimsoll:gap:{number}:{what}"));
        let kind: StrDeserializer<'_, ValueError> = get("kind")?.into_deserializer();
        Some(Gap {
            place: Place {
                layer: get("layer").and_then(|layer| layer.parse().ok()).map(LayerIndex),
                path: get("path").unwrap_or_default().into(),
            },
            by: AnalyzerId(get("found-by").unwrap_or_default().to_owned().into()),
            kind: GapKind::deserialize(kind).ok()?,
            detail: get("detail").unwrap_or_default().to_owned(),
        })
    };
    (0..MOST_PLACES).map_while(gap).collect()
}

/// The image that the bill is about, as far as a bill of our own tells.
fn image(draft: &Draft) -> (Image, Vec<LayerSummary>) {
    let properties = &draft.properties;
    let text = |name: &str| properties.get(name).unwrap_or_default().to_owned();
    let digest = |name: &str| properties.get(name).and_then(|digest| digest.parse().ok());
    let mut image = Image {
        origin: Origin {
            transport: "sbom".into(),
            reference: draft.subject.clone(),
            manifest: digest("plimsoll:image:manifest"),
            id: digest("plimsoll:image:id"),
        },
        ..Image::default()
    };
    let config = &mut image.config;
    config.os = text("plimsoll:image:os");
    config.architecture = text("plimsoll:image:architecture");
    config.user = text("plimsoll:image:user");
    config.exposed_ports = properties.all("plimsoll:image:port").to_vec();
    let mut summaries = Vec::new();
    for number in 0..MOST_LAYERS {
        let get = |what: &str| properties.get(&format!("plimsoll:layer:{number}:{what}"));
        let Some(class) = get("class") else { break };
        let index = u32::try_from(number).map(LayerIndex).ok();
        image.layers.push(Layer { diff_id: digest(&format!("plimsoll:layer:{number}:digest")), ..Layer::default() });
        if let Some(instruction) = get("instruction") {
            let step = History { instruction: instruction.to_owned(), created: None, layer: index };
            image.config.history.push(step);
        }
        let class = match class {
            "base" => LayerClass::Base,
            "middle" => LayerClass::Middle,
            _ => LayerClass::App,
        };
        summaries.push(LayerSummary { class, ..LayerSummary::default() });
    }
    (image, summaries)
}
