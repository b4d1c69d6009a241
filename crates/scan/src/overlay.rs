//! The facts of all layers, laid over each other as a container runtime lays their files (OCI image-spec, "Image Layer
//! Filesystem Changeset"): which are live in the final filesystem, which layer introduced each, and which removed it.
//!
//! A package database is rewritten whole by every layer that installs something. So a file that replaces another passes
//! on the age of everything that both list; only what is new is the upper layer's.

use std::collections::{BTreeMap, HashMap, HashSet};

use model::{
    AnalyzerId, Confidence, Digest, Distro, Fact, Gap, ImagePath, Inventory, Item, LayerIndex, Ownership, PackageKind,
    Place, What,
};

use crate::collect::LayerFacts;
use crate::keys::{KeySet, PathKeys};
use crate::licenses;
use crate::links::{Links, parent};
use crate::tree::Node;

/// Joins the layers' facts. `layers` is in the image's order; a layer that could not be opened is empty.
pub(crate) fn overlay(layers: &[LayerFacts], gaps: Vec<Gap>) -> Inventory {
    let mut overlay = Overlay::watching(layers);
    for (index, layer) in layers.iter().enumerate() {
        overlay.lay(LayerIndex(u32::try_from(index).unwrap_or(u32::MAX)), layer);
    }
    overlay.finish(layers, gaps)
}

/// A fact while layers are laid.
struct Laid<'a> {
    fact: &'a Fact,
    introduced: LayerIndex,
}

#[derive(Default)]
struct Overlay<'a> {
    /// Live facts by their file's path in the filesystem so far.
    live: BTreeMap<Vec<u8>, Vec<Laid<'a>>>,
    /// Paths at which something could touch a fact: the facts' files and every folder above them.
    watched: KeySet,
    keys: PathKeys,
    /// Symbolic links so far.
    links: Links,
    removed: Vec<Item>,
}

impl<'a> Overlay<'a> {
    fn watching(layers: &[LayerFacts]) -> Self {
        let mut overlay = Self::default();
        for fact in layers.iter().flat_map(|layer| &layer.facts) {
            overlay.watch(fact.place.path.outer());
        }
        overlay
    }

    fn watch(&mut self, mut path: &[u8]) {
        // The files of one folder share all that is above it.
        while self.watched.insert(self.keys.key(path)) && !path.is_empty() {
            path = parent(path);
        }
    }

    fn watches(&self, path: &[u8]) -> bool {
        self.watched.contains(&self.keys.key(path))
    }

    fn lay(&mut self, index: LayerIndex, layer: &'a LayerFacts) {
        let mut gone: Vec<Laid<'a>> = Vec::new();
        layer.tree.each(|raw, node| {
            let resolved = self.links.resolve(raw);
            let path = resolved.as_deref().unwrap_or(raw);
            match node {
                Node::Symlink { target } => self.links.insert(path, target),
                Node::Opaque => {}
                _ => self.links.remove(path),
            }
            if resolved.is_some() && self.watches(raw) {
                // Written through a link: facts of this layer are at another path than they say.
                self.watch(path);
            }
            if !self.watches(path) {
                return;
            }
            match node {
                Node::Directory => self.take(path, &mut gone),
                Node::Opaque => self.take_below(path, &mut gone),
                Node::Whiteout | Node::File { .. } | Node::Symlink { .. } | Node::HardLink | Node::Other => {
                    self.take(path, &mut gone);
                    self.take_below(path, &mut gone);
                }
            }
        });
        let mut ages: HashMap<Key<'a>, LayerIndex> = HashMap::new();
        for laid in &gone {
            let age = ages.entry(Key::of(laid.fact)).or_insert(laid.introduced);
            *age = laid.introduced.min(*age);
        }
        for fact in &layer.facts {
            let raw = fact.place.path.outer();
            let path = self.links.resolve(raw).unwrap_or_else(|| raw.to_vec());
            let introduced = ages.get(&Key::of(fact)).copied().unwrap_or(index);
            self.live.entry(path).or_default().push(Laid { fact, introduced });
        }
        let still_there: HashSet<Key<'a>> = layer.facts.iter().map(Key::of).collect();
        let removed = gone.into_iter().filter(|laid| !still_there.contains(&Key::of(laid.fact)));
        self.removed.extend(
            removed.filter(|laid| matches!(laid.fact.what, What::Package(_) | What::Secret(_))).map(|laid| Item {
                fact: placed(laid.fact, laid.introduced),
                removed: Some(index),
                owner: None,
            }),
        );
    }

    fn take(&mut self, path: &[u8], gone: &mut Vec<Laid<'a>>) {
        gone.extend(self.live.remove(path).into_iter().flatten());
    }

    fn take_below(&mut self, folder: &[u8], gone: &mut Vec<Laid<'a>>) {
        let below: Vec<Vec<u8>> = if folder.is_empty() {
            self.live.keys().cloned().collect()
        } else {
            // '0' follows '/' in ASCII: everything from "folder/" to before "folder0" lies in the folder.
            let (from, to) = ([folder, b"/"].concat(), [folder, b"0"].concat());
            self.live.range(from..to).map(|(path, _)| path.clone()).collect()
        };
        for path in below {
            self.take(&path, gone);
        }
    }

    fn finish(self, layers: &[LayerFacts], gaps: Vec<Gap>) -> Inventory {
        let Self { live, mut links, removed: mut items, .. } = self;
        let mut owners: HashMap<&[u8], &str> = HashMap::new();
        let mut programs: Vec<(&[u8], &Laid<'_>)> = Vec::new();
        let mut distros: Vec<&Distro> = Vec::new();
        let texts = Texts::of(&live);
        for (path, laid) in live.iter().flat_map(|(path, laid)| laid.iter().map(move |laid| (&**path, laid))) {
            match &laid.fact.what {
                What::Package(_) => {
                    let mut fact = placed(laid.fact, laid.introduced);
                    license(&mut fact, &live, &texts, &mut links);
                    items.push(Item { fact, removed: None, owner: None });
                }
                What::Distro(distro) => distros.push(distro),
                What::Owns(Ownership { package, files, .. }) => {
                    owners.extend(files.iter().map(|file| (file.as_bytes(), &**package)));
                }
                // Looked up where packages want them.
                What::Licenses(_) => {}
                What::Executable(_) => programs.push((path, laid)),
                What::Secret(_) | What::LicenseText(_) | What::Configuration(_) => {
                    items.push(Item { fact: placed(laid.fact, laid.introduced), removed: None, owner: None });
                }
            }
        }
        for item in &mut items {
            let is_os = item.package().is_some_and(|package| package.kind.is_os());
            if item.removed.is_none() && !is_os {
                item.owner = owner(item.fact.place.path.outer(), &owners).map(str::to_owned);
            }
        }
        // What a file says of the distribution's package that it is from, the database that lists the file knows better:
        // programs name the source package, and often one that is not installed. The version that a program carries is
        // that of its source as well, without what the distribution has mended.
        items.retain(|item| {
            let says_so_itself = item.package().is_some_and(|it| {
                (it.kind.is_os() || it.kind == PackageKind::Generic) && it.confidence != Confidence::High
            });
            !says_so_itself || item.removed.is_some() || owner(item.fact.place.path.outer(), &owners).is_none()
        });
        let identified = Identified::by(&items, &programs);
        // Of a runtime, its description knows who built it, where its programs know only what was built.
        items.retain(|item| {
            let path = item.fact.place.path.outer();
            let says_so_itself = item.removed.is_none() && !path.ends_with(DESCRIPTION);
            let package = item.package().filter(|it| it.kind == PackageKind::Generic && says_so_itself);
            !package.is_some_and(|it| {
                identified.described(path).is_some_and(|known| numbers(known) == numbers(&it.version))
            })
        });
        for (path, laid) in programs {
            let raw = laid.fact.place.path.outer();
            if owner(raw, &owners).is_none() && owner(path, &owners).is_none() && !identified.has(raw) {
                items.push(Item { fact: placed(laid.fact, laid.introduced), removed: None, owner: None });
            }
        }
        items.sort();
        items.dedup();
        let mut gaps = gaps;
        for (index, layer) in layers.iter().enumerate() {
            let layer_index = LayerIndex(u32::try_from(index).unwrap_or(u32::MAX));
            gaps.extend(
                layer
                    .gaps
                    .iter()
                    .cloned()
                    .map(|gap| Gap { place: Place { layer: Some(layer_index), ..gap.place }, ..gap }),
            );
        }
        gaps.sort();
        gaps.dedup();
        Inventory { distro: Distro::merge(distros), items, gaps }
    }
}

/// The file that describes all of its folder, as Java's runtimes have it.
const DESCRIPTION: &[u8] = b"/release";

/// The numbers that a version begins with.
fn numbers(version: &str) -> &str {
    version.split(['+', '-']).next().unwrap_or_default()
}

/// Where packages were seen: in a program, or in all of a folder that is described, with the version that it is described by.
struct Identified {
    files: HashSet<Vec<u8>>,
    folders: HashMap<Vec<u8>, String>,
}

impl Identified {
    fn by(items: &[Item], programs: &[(&[u8], &Laid<'_>)]) -> Self {
        let is_program: HashSet<&[u8]> = programs.iter().map(|(_, laid)| laid.fact.place.path.outer()).collect();
        let mut identified = Self { files: HashSet::new(), folders: HashMap::new() };
        for item in items.iter().filter(|item| item.removed.is_none()) {
            let (path, Some(package)) = (item.fact.place.path.outer(), item.package()) else { continue };
            if is_program.contains(path) {
                identified.files.insert(path.to_vec());
            } else if package.kind == PackageKind::Generic && path.ends_with(DESCRIPTION) {
                // A description at the top of the filesystem, or in one of its own folders, does not speak of all below.
                let folder = parent(path);
                if folder.contains(&b'/') {
                    identified.folders.insert(folder.to_vec(), package.version.clone());
                }
            }
        }
        identified
    }

    fn has(&self, path: &[u8]) -> bool {
        self.described(path).is_some() || self.files.contains(path)
    }

    /// The version of what all of a folder above the file is.
    fn described(&self, path: &[u8]) -> Option<&str> {
        let mut folder = parent(path);
        while !folder.is_empty() {
            if let Some(version) = self.folders.get(folder) {
                return Some(version);
            }
            folder = parent(folder);
        }
        None
    }
}

/// The distribution's package that brought a file. Its database may name the file by the path before `/usr` was merged,
/// or after.
fn owner<'a>(path: &[u8], owners: &HashMap<&[u8], &'a str>) -> Option<&'a str> {
    let merged = || owners.get(path.strip_prefix(b"usr/")?).copied();
    let unmerged = || owners.get(&*[b"usr/", path].concat()).copied();
    let is_merged_folder = |path: &[u8]| [&b"bin/"[..], b"sbin/", b"lib"].iter().any(|folder| path.starts_with(folder));
    owners.get(path).copied().or_else(merged).or_else(|| is_merged_folder(path).then(unmerged).flatten())
}

/// The licences that texts were recognized by, by the folders that the texts lie in.
struct Texts<'a>(HashMap<&'a [u8], Vec<&'a [String]>>);

impl<'a> Texts<'a> {
    fn of(live: &'a BTreeMap<Vec<u8>, Vec<Laid<'a>>>) -> Self {
        let mut texts: HashMap<&[u8], Vec<&[String]>> = HashMap::new();
        for (path, laid) in live.iter().flat_map(|(path, laid)| laid.iter().map(move |laid| (path, laid))) {
            if let What::Licenses(licenses) = &laid.fact.what {
                texts.entry(parent(path)).or_default().push(licenses);
            }
        }
        Self(texts)
    }
}

/// Gives a package the licences that stand beside its database, or whose texts lie in its folder.
fn license(fact: &mut Fact, live: &BTreeMap<Vec<u8>, Vec<Laid<'_>>>, texts: &Texts<'_>, links: &mut Links) {
    let What::Package(package) = &mut fact.what else { return };
    let folders = licenses::folders(package, &fact.place.path);
    let found = folders.iter().filter_map(|folder| texts.0.get(&**folder)).flatten().copied().flatten();
    let mut found: Vec<String> = found.cloned().collect();
    found.sort();
    found.dedup();
    if !found.is_empty() {
        package.licenses = found;
        return;
    }
    let Some(path) = licenses::path(package, fact.place.path.as_bytes()) else { return };
    for laid in live.get(&links.target(path.as_bytes())).into_iter().flatten() {
        if let What::Licenses(licenses) = &laid.fact.what {
            package.licenses.clone_from(licenses);
        }
    }
}

fn placed(fact: &Fact, introduced: LayerIndex) -> Fact {
    let mut fact = fact.clone();
    fact.place.layer = Some(introduced);
    fact
}

/// What makes two facts of two layers the same thing.
#[derive(PartialEq, Eq, Hash)]
struct Key<'a> {
    path: &'a ImagePath,
    by: &'a AnalyzerId,
    /// Kind, name, version and architecture of a package; nothing of other facts, of which a file has one.
    package: Option<(PackageKind, &'a str, &'a str, Option<&'a str>)>,
    /// A program with other bytes is another program.
    content: Option<&'a Digest>,
    /// A secret is the same wherever it stands in its file.
    secret: Option<&'a str>,
}

impl<'a> Key<'a> {
    fn of(fact: &'a Fact) -> Self {
        let package = match &fact.what {
            What::Package(package) => Some((package.kind, &*package.name, &*package.version, package.arch.as_deref())),
            _ => None,
        };
        let content = match &fact.what {
            What::Executable(executable) => executable.sha256.as_ref(),
            _ => None,
        };
        let secret = match &fact.what {
            What::Secret(secret) => Some(&*secret.fingerprint),
            _ => None,
        };
        Self { path: &fact.place.path, by: &fact.by, package, content, secret }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::Builder;
    use image::layer::{Entry, EntryKind};
    use model::{Executable, ExecutableFormat, Meta, Package};

    /// One layer per line, entries apart by spaces: `a/b` a file, `a/` a folder, `-a/b` a whiteout, `!a` an opaque folder,
    /// `a->b` a link, `db=x@1,y@2` a file that lists packages (Debian's, if it is dpkg's), `copyright=x,y` one that declares
    /// licences.
    fn layers(text: &str) -> Vec<LayerFacts> {
        let layer = |line: &str| {
            let mut tree = Builder::default();
            let mut facts = Vec::new();
            for word in line.split_whitespace() {
                let target;
                let (path, kind) = if let Some(path) = word.strip_prefix('-') {
                    (path, EntryKind::Whiteout)
                } else if let Some(path) = word.strip_prefix('!') {
                    (path, EntryKind::Opaque)
                } else if let Some((path, to)) = word.split_once("->") {
                    target = to.as_bytes().to_vec();
                    (path, EntryKind::Symlink(&target))
                } else if word.ends_with('/') {
                    (word, EntryKind::Directory)
                } else {
                    (word.split('=').next().unwrap(), EntryKind::File)
                };
                let path = ImagePath::from(path);
                tree.push(&Entry { path: &path, kind, meta: Meta::default() });
                let list: Vec<&str> = word.split_once('=').into_iter().flat_map(|(_, list)| list.split(',')).collect();
                let kind = if path.ends_with(b"dpkg/status") { PackageKind::Deb } else { PackageKind::Npm };
                let package = |package: &&str| {
                    let (name, version) = package.split_once('@').unwrap();
                    What::Package(Package::new(kind, name, version))
                };
                let said: Vec<What> = match &*list {
                    [] => Vec::new(),
                    _ if path.name() == b"copyright" => {
                        vec![What::Licenses(list.iter().map(ToString::to_string).collect())]
                    }
                    _ => list.iter().map(package).collect(),
                };
                let place = Place { layer: None, path };
                let by = AnalyzerId::new("test");
                facts.extend(said.into_iter().map(|what| Fact { what, place: place.clone(), by: by.clone() }));
            }
            LayerFacts { facts, tree: tree.finish(), ..LayerFacts::default() }
        };
        text.lines().map(layer).collect()
    }

    /// Expected: `name@version path [licences] +introduced [-removed]` for each item, sorted.
    fn check(text: &str, expected: &[&str]) {
        let inventory = overlay(&layers(text), Vec::new());
        let mut seen: Vec<String> = inventory
            .items
            .iter()
            .map(|item| {
                let package = item.package().unwrap();
                let removed = item.removed.map(|layer| format!(" -{}", layer.0)).unwrap_or_default();
                let layer = item.fact.place.layer.unwrap().0;
                let path = match &*package.licenses {
                    [] => item.fact.place.path.to_string(),
                    licenses => format!("{} [{}]", item.fact.place.path, licenses.join(" ")),
                };
                format!("{}@{} {path} +{layer}{removed}", package.name, package.version)
            })
            .collect();
        seen.sort();
        assert_eq!(seen, expected, "{text}");
    }

    #[test]
    fn a_rewritten_database_keeps_the_age_of_what_it_lists() {
        check("db=a@1,b@1\ndb=a@1,b@2,c@1", &["a@1 db +0", "b@1 db +0 -1", "b@2 db +1", "c@1 db +1"]);
    }

    #[test]
    fn age_passes_through_every_rewrite() {
        check("db=a@1\ndb=a@1,b@1\ndb=a@1,b@1,c@1", &["a@1 db +0", "b@1 db +1", "c@1 db +2"]);
    }

    #[test]
    fn what_comes_back_is_new() {
        check("x/db=a@1\n-x/db\nx/db=a@1", &["a@1 x/db +0 -1", "a@1 x/db +2"]);
    }

    #[test]
    fn whiteouts_remove_files_and_folders_of_lower_layers_only() {
        check("a/b/db=a@1 c/db=b@1\n-a c/db2=c@1", &["a@1 a/b/db +0 -1", "b@1 c/db +0", "c@1 c/db2 +1"]);
        check("x\n-a/db a/db=a@1", &["a@1 a/db +1"]);
    }

    #[test]
    fn opaque_folders_hide_what_is_below_and_not_beside() {
        check("a/db=a@1 ab/db=b@1\n!a a/new=c@1", &["a@1 a/db +0 -1", "b@1 ab/db +0", "c@1 a/new +1"]);
    }

    #[test]
    fn a_file_replaces_a_folder_and_a_folder_a_file() {
        check("a/db=a@1\na", &["a@1 a/db +0 -1"]);
        check("a=a@1\na/", &["a@1 a +0 -1"]);
        check("a/db=a@1\na/", &["a@1 a/db +0"]);
    }

    #[test]
    fn writing_through_a_link_replaces_the_file_behind_it() {
        check("usr/lib/db=a@1 lib->usr/lib\nlib/db=b@1", &["a@1 usr/lib/db +0 -1", "b@1 lib/db +1"]);
        check("usr/lib/db=a@1 lib->/usr/lib\n-lib/db", &["a@1 usr/lib/db +0 -1"]);
        check("usr/lib/db=a@1 x/lib->../usr/lib\n-x/lib/db", &["a@1 usr/lib/db +0 -1"]);
        check("lib->usr/lib lib/x/db=a@1\n-usr/lib/x", &["a@1 lib/x/db +0 -1"]);
    }

    #[test]
    fn links_in_a_circle_end() {
        check("a->b b->a c/db=a@1\na/x/db=b@1 -c/db", &["a@1 c/db +0 -1", "b@1 a/x/db +1"]);
    }

    #[test]
    fn a_link_that_is_gone_is_not_followed() {
        check("usr/lib/db=a@1 lib->usr/lib\n-lib\nlib/db=b@1", &["a@1 usr/lib/db +0", "b@1 lib/db +2"]);
    }

    #[test]
    fn licences_stand_in_the_documentation_of_a_package() {
        let check = |text: &str, expected: &[&str]| {
            let written = |text: &str| text.replace("DB", "var/lib/dpkg/status").replace("DOC", "usr/share/doc");
            let expected: Vec<_> = expected.iter().map(|line| written(line)).collect();
            check(&written(text), &expected.iter().map(String::as_str).collect::<Vec<_>>());
        };
        check(
            "DB=a@1,b@1,c@1 DOC/a/copyright=MIT,ISC DOC/b/copyright=GPL-2+",
            &["a@1 DB [MIT ISC] +0", "b@1 DB [GPL-2+] +0", "c@1 DB +0"],
        );
        // Packages of one source may share a folder, and a folder a file.
        check("DB=a@1,b@1 DOC/a/copyright=MIT DOC/b->a", &["a@1 DB [MIT] +0", "b@1 DB [MIT] +0"]);
        check("DB=b@1 DOC/a/copyright=MIT DOC/b/copyright->/DOC/a/copyright", &["b@1 DB [MIT] +0"]);
        check("DB=a@1 DOC/a->b DOC/b->a", &["a@1 DB +0"]);
        // What counts is the final filesystem.
        check("DB=a@1\nDOC/a/copyright=MIT", &["a@1 DB [MIT] +0"]);
        check("DB=a@1 DOC/a/copyright=MIT\nDOC/a/copyright=ISC", &["a@1 DB [ISC] +0"]);
        check("DB=a@1 DOC/a/copyright=MIT\n-DOC", &["a@1 DB +0"]);
        check("DB=a@1 DOC/a/copyright=MIT\nDB=a@2 DOC/a/copyright=ISC", &["a@1 DB +0 -1", "a@2 DB [ISC] +1"]);
        // Every filesystem has its own.
        check("DB=a@1 x/DB=a@1 x/DOC/a/copyright=MIT", &["a@1 DB +0", "a@1 x/DB [MIT] +0"]);
        check("db=a@1 DOC/a/copyright=MIT", &["a@1 db +0"]);
    }

    #[test]
    fn programs_that_nobody_owns_or_names_are_unidentified() {
        let mut tree = Builder::default();
        let mut facts = Vec::new();
        let mut add = |path: &str, what| {
            tree.push(&Entry { path: &path.into(), kind: EntryKind::File, meta: Meta::default() });
            let place = Place { layer: None, path: path.into() };
            facts.push(Fact { what, place, by: AnalyzerId::new("test") });
        };
        let program = |content: &[u8]| {
            let sha256 = Some(Digest::sha256(content));
            What::Executable(Executable { format: ExecutableFormat::Elf, sha256, build_id: None })
        };
        for path in ["usr/bin/owned", "bin/owned2", "opt/named", "opt/jdk/bin/java", "opt/tool", "srv/old"] {
            add(path, program(b"1"));
        }
        let files = vec!["usr/bin/owned".into(), "usr/bin/owned2".into()];
        add("db", What::Owns(Ownership { kind: PackageKind::Rpm, package: "a".into(), files }));
        add("opt/named", What::Package(Package::new(PackageKind::Golang, "stdlib", "1.22.0")));
        add("opt/jdk/release", What::Package(Package::new(PackageKind::Generic, "openjdk", "21")));
        let lower = LayerFacts { facts, tree: tree.finish(), ..LayerFacts::default() };
        let mut tree = Builder::default();
        let path = ImagePath::from("srv/old");
        tree.push(&Entry { path: &path, kind: EntryKind::File, meta: Meta::default() });
        let replaced = Fact { what: program(b"2"), place: Place { layer: None, path }, by: AnalyzerId::new("test") };
        let upper = LayerFacts { facts: vec![replaced], tree: tree.finish(), ..LayerFacts::default() };
        let inventory = overlay(&[lower, upper], Vec::new());
        let seen: Vec<_> = inventory
            .unidentified()
            .map(|(item, _)| (item.fact.place.path.to_string(), item.fact.place.layer.unwrap().0))
            .collect();
        assert_eq!(seen, [("opt/tool".to_owned(), 0), ("srv/old".to_owned(), 1)]);
    }

    #[test]
    fn texts_of_licences_belong_to_the_package_of_their_folder() {
        let pair = "package.json=a@1 copyright=MIT";
        let in_folder = pair.split(' ').map(|file| format!("node_modules/a/{file}")).collect::<Vec<_>>().join(" ");
        check(&in_folder, &["a@1 node_modules/a/package.json [MIT] +0"]);
        check(&format!("{in_folder}\n-node_modules/a/copyright"), &["a@1 node_modules/a/package.json +0"]);
        check("node_modules/a/package.json=a@1 node_modules/b/copyright=MIT", &["a@1 node_modules/a/package.json +0"]);
    }

    #[test]
    fn the_database_knows_better_than_a_file_that_it_lists() {
        let fact = |path: &str, what| Fact {
            what,
            place: Place { layer: None, path: path.into() },
            by: AnalyzerId::new("test"),
        };
        let note = |name: &str| {
            let package = Package::new(PackageKind::Rpm, name, "1");
            What::Package(Package { confidence: Confidence::Medium, ..package })
        };
        let mut tree = Builder::default();
        let program = |path: &str| {
            let package = Package::new(PackageKind::Generic, "program", "1");
            let what = What::Package(Package { confidence: Confidence::Medium, ..package });
            fact(path, what)
        };
        for path in ["db", "usr/bin/a", "usr/bin/b"] {
            tree.push(&Entry { path: &path.into(), kind: EntryKind::File, meta: Meta::default() });
        }
        let owns = Ownership { kind: PackageKind::Rpm, package: "a-libs".into(), files: vec!["usr/bin/a".into()] };
        let facts = vec![
            fact("db", What::Package(Package::new(PackageKind::Rpm, "a-libs", "1"))),
            fact("db", What::Owns(owns)),
            fact("usr/bin/a", note("a")),
            fact("usr/bin/b", note("b")),
            program("usr/bin/a"),
            program("usr/bin/b"),
        ];
        let inventory = overlay(&[LayerFacts { facts, tree: tree.finish(), ..LayerFacts::default() }], Vec::new());
        let mut names: Vec<_> = inventory.packages().map(|(_, _, package)| &*package.name).collect();
        names.sort_unstable();
        assert_eq!(names, ["a-libs", "b", "program"]);
    }

    #[test]
    fn a_runtime_is_what_its_description_says() {
        let mut tree = Builder::default();
        let mut seen = |path: &str, name: &str, version: &str| {
            let path = ImagePath::from(path);
            tree.push(&Entry { path: &path, kind: EntryKind::File, meta: Meta::default() });
            let package = Package::new(PackageKind::Generic, name, version);
            let what = What::Package(Package { confidence: Confidence::Medium, ..package });
            Fact { what, place: Place { layer: None, path }, by: AnalyzerId::new("test") }
        };
        let facts = vec![
            seen("opt/java/bin/java", "openjdk", "11.0.17+8-LTS"),
            seen("opt/java/lib/libpng.so", "libpng", "1.6.39"),
            seen("opt/java/release", "zulu", "11.0.17+8"),
            seen("opt/other/bin/java", "openjdk", "11.0.17+8"),
        ];
        let inventory = overlay(&[LayerFacts { facts, tree: tree.finish(), ..LayerFacts::default() }], Vec::new());
        let mut names: Vec<_> = inventory.items.iter().map(|item| item.fact.place.path.to_string()).collect();
        names.sort();
        assert_eq!(names, ["opt/java/lib/libpng.so", "opt/java/release", "opt/other/bin/java"]);
    }
}
