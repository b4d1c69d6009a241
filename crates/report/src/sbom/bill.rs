//! What every bill of materials says: components, each once, and which needs which.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{Confidence, Digest, Executable, ImagePath, Item, Package, PackageKind, Relation, Report, Requirement};

/// The packages of an image's final filesystem, arranged.
pub(crate) struct Bill<'a> {
    pub report: &'a Report,
    /// Sorted by kind, name and version.
    pub components: Vec<Component<'a>>,
    /// Programs that no component stands for.
    pub files: Vec<FileEntry>,
    /// Which component an item of the inventory is a sighting of.
    by_item: HashMap<usize, usize>,
}

/// A package, wherever it was seen.
pub(crate) struct Component<'a> {
    /// Names it within the bill: the package URL, made unique where two components share it.
    pub reference: String,
    pub purl: String,
    pub package: &'a Package,
    /// In the order of layers and paths.
    pub sightings: Vec<&'a Item>,
    /// Licences as declared by any of the sightings.
    pub licenses: BTreeSet<&'a str>,
    /// Whether a sighting says that the project or the image asks for it by name.
    pub relation: Relation,
    pub confidence: Confidence,
    /// The components that it needs, by position.
    pub needs: BTreeSet<usize>,
}

/// A program that no package owns and nothing names.
pub(crate) struct FileEntry {
    /// Names it within the bill.
    pub reference: String,
    pub path: String,
    /// In hexadecimal digits.
    pub sha256: Option<String>,
}

impl<'a> Bill<'a> {
    pub fn new(report: &'a Report) -> Self {
        let mut groups: BTreeMap<_, Vec<(usize, &Item, &Package)>> = BTreeMap::new();
        for (index, item, package) in report.inventory.packages() {
            let Package { kind, name, version, arch, source, module, vendor, .. } = package;
            let identity = (*kind, name, version, arch, source, module, vendor);
            groups.entry(identity).or_default().push((index, item, package));
        }
        let distro = report.inventory.distro.as_ref();
        let mut by_item = HashMap::new();
        let mut taken: HashMap<String, usize> = HashMap::new();
        let mut components = Vec::with_capacity(groups.len());
        for (position, mut group) in groups.into_values().enumerate() {
            group.sort_by_key(|(_, item, _)| (item.fact.place.layer, &item.fact.place.path));
            by_item.extend(group.iter().map(|(index, ..)| (*index, position)));
            let packages = || group.iter().map(|(_, _, package)| *package);
            let Some(package) = packages().next() else { continue };
            let purl = package.purl(distro);
            let earlier = taken.entry(purl.clone()).or_insert(0);
            let reference = if *earlier == 0 { purl.clone() } else { format!("{purl}#{earlier}") };
            *earlier += 1;
            components.push(Component {
                reference,
                purl,
                package,
                sightings: group.iter().map(|(_, item, _)| *item).collect(),
                licenses: packages().flat_map(|package| &package.licenses).map(String::as_str).collect(),
                relation: packages().map(|package| package.relation).min().unwrap_or_default(),
                confidence: packages().map(|package| package.confidence).min().unwrap_or_default(),
                needs: BTreeSet::new(),
            });
        }
        let file = |(number, (item, program)): (usize, (&Item, &Executable))| FileEntry {
            reference: format!("file-{number}"),
            path: item.fact.place.path.to_text().into_owned(),
            sha256: program.sha256.and_then(|digest| digest.to_string().rsplit(':').next().map(str::to_owned)),
        };
        let files = report.inventory.unidentified().enumerate().map(file).collect();
        let mut bill = Self { report, components, files, by_item };
        bill.connect();
        bill
    }

    /// The component that an item of the inventory is a sighting of.
    pub fn of_item(&self, item: usize) -> Option<&Component<'a>> {
        self.by_item.get(&item).and_then(|position| self.components.get(*position))
    }

    /// The components that the image itself has to answer for: those that it asks for, and those that nothing needs.
    pub fn roots(&self) -> impl Iterator<Item = &Component<'a>> {
        let needed: BTreeSet<usize> =
            self.components.iter().flat_map(|component| component.needs.iter().copied()).collect();
        self.components
            .iter()
            .enumerate()
            .filter(move |(position, component)| component.relation == Relation::Direct || !needed.contains(position))
            .map(|(_, component)| component)
    }

    /// Finds the components that are needed. Those that were seen in the same file are meant before all others, and of modules of
    /// Node.js the nearest one.
    fn connect(&mut self) {
        /// Components that one requirement may mean. No honest file leaves so much open.
        const MOST: usize = 16;
        let mut named: HashMap<(PackageKind, &str, Option<&ImagePath>), Vec<usize>> = HashMap::new();
        for (position, component) in self.components.iter().enumerate() {
            let (kind, name) = (component.package.kind, &*component.package.name);
            named.entry((kind, name, None)).or_default().push(position);
            for item in &component.sightings {
                let beside = named.entry((kind, name, Some(&item.fact.place.path))).or_default();
                if beside.last() != Some(&position) {
                    beside.push(position);
                }
            }
        }
        let find = |kind, required: &'a Requirement, path: Option<&'a ImagePath>| {
            let candidates = named.get(&(kind, &*required.name, path)).map_or(&[][..], Vec::as_slice);
            let is_meant = |&candidate: &usize| {
                let version = &self.components[candidate].package.version;
                required.version.as_ref().is_none_or(|wanted| wanted == version)
            };
            candidates.iter().copied().filter(is_meant).take(MOST).collect::<Vec<_>>()
        };
        let modules = Modules::of(&self.components);
        let needs = |(position, component): (usize, &Component<'a>)| {
            let mut needs = BTreeSet::new();
            for item in &component.sightings {
                for required in item.package().map_or(&[][..], |package| &package.requires) {
                    let mut found = find(component.package.kind, required, Some(&item.fact.place.path));
                    if found.is_empty() && component.package.kind == PackageKind::Npm {
                        found.extend(modules.nearest(&item.fact.place.path, &required.name));
                    }
                    if found.is_empty() {
                        found = find(component.package.kind, required, None);
                    }
                    needs.extend(found.into_iter().filter(|&other| other != position));
                }
            }
            needs
        };
        let needs: Vec<_> = self.components.iter().enumerate().map(needs).collect();
        for (component, needs) in self.components.iter_mut().zip(needs) {
            component.needs = needs;
        }
    }

    /// A name that no other bill has and that the same bill always has (RFC 9562, "UUID Version 8"), made from what the
    /// bill says.
    pub fn uuid(content: &[u8]) -> String {
        let digest = Digest::sha256(content).to_string();
        let hex = digest.rsplit(':').next().unwrap_or_default();
        let part = |from, to| hex.get(from..to).unwrap_or_default();
        format!("{}-{}-8{}-8{}-{}", part(0, 8), part(8, 12), part(13, 16), part(17, 20), part(20, 32))
    }
}

/// Installed modules of Node.js by the paths of their manifests.
struct Modules<'a>(HashMap<&'a [u8], usize>);

impl<'a> Modules<'a> {
    fn of(components: &[Component<'a>]) -> Self {
        let npm = components.iter().enumerate().filter(|(_, component)| component.package.kind == PackageKind::Npm);
        let seen = npm.flat_map(|(position, component)| component.sightings.iter().map(move |item| (position, *item)));
        Self(seen.map(|(position, item)| (item.fact.place.path.as_bytes(), position)).collect())
    }

    /// The one that Node.js finds from a module: in `node_modules` of its own folder, else of the next one above that is not
    /// itself called so (Node.js documentation, "Loading from node_modules folders").
    fn nearest(&self, manifest: &ImagePath, name: &str) -> Option<usize> {
        const DEEPEST: usize = 64;
        let mut folder = manifest.parent();
        for _ in 0..DEEPEST {
            if folder.rsplit(|&byte| byte == b'/').next() != Some(b"node_modules") {
                let place = [folder, b"/node_modules/", name.as_bytes(), b"/package.json"].concat();
                if let Some(&found) = self.0.get(place.strip_prefix(b"/").unwrap_or(&place)) {
                    return Some(found);
                }
            }
            let slash = folder.iter().rposition(|&byte| byte == b'/');
            folder = match slash {
                Some(slash) => &folder[..slash],
                None if !folder.is_empty() => b"",
                None => return None,
            };
        }
        None
    }
}

/// Whether a name follows the rules of the Common Platform Enumeration (NIST IR 7695, 6.1 and 6.2). One that breaks them would
/// make a whole document invalid.
pub(crate) fn is_cpe(cpe: &str) -> bool {
    if let Some(parts) = cpe.strip_prefix("cpe:/") {
        let fits = |character: char| character.is_ascii_alphanumeric() || "._-~%".contains(character);
        let (part, rest) = parts.split_once(':').unwrap_or((parts, ""));
        return matches!(part, "" | "a" | "h" | "o")
            && rest.split(':').count() <= 6
            && rest.replace(':', "").chars().all(fits);
    }
    let Some(rest) = cpe.strip_prefix("cpe:2.3:") else { return false };
    let mut parts = vec![String::new()];
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match (character, parts.last_mut()) {
            (':', _) => parts.push(String::new()),
            // What is quoted is no wildcard: any letter stands for it.
            ('\\', Some(part)) if characters.next().is_some_and(|quoted| quoted.is_ascii_punctuation()) => {
                part.push('x');
            }
            (_, Some(part)) => part.push(character),
            (_, None) => return false,
        }
    }
    let fits = |part: &String| {
        let inner = part.trim_matches(['*', '?']);
        !part.is_empty()
            && inner.chars().all(|character| character.is_ascii_alphanumeric() || "._-".contains(character))
    };
    let is_open = |part: &String| matches!(&**part, "*" | "-");
    let [first, others @ ..] = &*parts else { return false };
    let language = others.get(5).is_some_and(|language| {
        let (language, region) = language.split_once('-').unwrap_or((language, "US"));
        let letters = |text: &str| text.chars().all(|letter| letter.is_ascii_alphabetic());
        matches!(language.len(), 2 | 3) && letters(language) && region.len() == 2 && letters(region)
    });
    (is_open(first) || matches!(&**first, "a" | "h" | "o"))
        && others.len() == 10
        && others.iter().all(fits)
        && (language || others.get(5).is_some_and(is_open))
}

#[cfg(test)]
mod tests {
    use super::{ImagePath, Modules, is_cpe};

    /// What `require.resolve` says in folders like these.
    #[test]
    fn the_nearest_module_is_meant() {
        let paths: [&[u8]; 4] = [
            b"node_modules/b/package.json",
            b"srv/node_modules/@s/b/package.json",
            b"srv/node_modules/a/node_modules/b/package.json",
            b"srv/node_modules/b/package.json",
        ];
        let modules = Modules(paths.into_iter().zip(0..).collect());
        for (from, name, expected) in [
            ("srv/node_modules/a/package.json", "b", Some(2)),
            ("srv/node_modules/a/node_modules/c/package.json", "b", Some(2)),
            ("srv/node_modules/a/node_modules/c/package.json", "@s/b", Some(1)),
            ("srv/node_modules/c/package.json", "b", Some(3)),
            ("srv/node_modules/@s/c/package.json", "b", Some(3)),
            ("opt/node_modules/c/package.json", "b", Some(0)),
            ("opt/node_modules/c/package.json", "@s/b", None),
            ("package.json", "b", Some(0)),
        ] {
            assert_eq!(modules.nearest(&ImagePath::from(from), name), expected, "{name} from {from}");
        }
    }

    #[test]
    fn names_follow_the_enumeration_or_not() {
        for (name, expected) in [
            ("cpe:2.3:a:openssl:openssl:1.1.1n:*:*:*:*:*:*:*", true),
            (r"cpe:2.3:a:a\:b:c\+\+:1\.0:-:*:en-us:*:*:x86:*", true),
            ("cpe:2.3:a:a:b:1:*:*:*:*:*:*", false),
            ("cpe:2.3:a:a b:b:1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:x:a:b:1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:a:a:b:1:*:*:english:*:*:*:*", false),
            ("cpe:2.3:a:a+:b:1:*:*:*:*:*:*:*", false),
            ("cpe:2.3:a::b:1:*:*:*:*:*:*:*", false),
            ("cpe:/a:apache:http_server:2.4", true),
            ("cpe:/z:apache", false),
            ("cpe:/a:b c", false),
            ("", false),
        ] {
            assert_eq!(is_cpe(name), expected, "{name}");
        }
    }
}
