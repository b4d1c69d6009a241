//! A folder that is a VEX repository (VEX Repository Specification 0.1): `index.json` says which document speaks of which
//! package, so that of thousands of documents only a few are read.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use model::{Purl, Report};
use serde::Deserialize;

use super::fit::Subject;
use super::{Reading, Refusal, Unread, collection};

/// Where the index may be: in the repository itself, or as a client unpacks it.
const INDEXES: [&str; 2] = ["index.json", "0.1/index.json"];
const MANIFEST: &str = "vex-repository.json";

#[derive(Deserialize)]
struct Index {
    packages: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    location: String,
}

/// A repository, with what its index lists.
#[derive(Debug)]
pub(super) struct Repository {
    /// The folder that locations start from.
    root: PathBuf,
    by_package: HashMap<String, Vec<String>>,
    pub refusals: Vec<Refusal>,
}

impl Repository {
    /// The repository in a folder; none when it is no repository.
    pub fn open(folder: &Path) -> Option<Result<Self, Unread>> {
        let claims = folder.join(MANIFEST).is_file() || folder.join(".well-known").join(MANIFEST).is_file();
        for name in INDEXES {
            let path = folder.join(name);
            if !path.is_file() {
                continue;
            }
            match Self::with_index(&path) {
                // An image layout has an index too.
                Err(Unread::NotVex { .. }) if !claims => {}
                opened => return Some(opened),
            }
        }
        claims.then(|| {
            let why = format!("it has a {MANIFEST}, but no {}", INDEXES[0]);
            Err(Unread::NotVex { path: folder.display().to_string(), why })
        })
    }

    fn with_index(path: &Path) -> Result<Self, Unread> {
        let bytes = collection::bytes(path)?;
        let index: Index = serde_json::from_slice(&bytes).map_err(|error| Unread::NotVex {
            path: path.display().to_string(),
            why: format!("it is no index of a VEX repository: {error}"),
        })?;
        let root = path.parent().unwrap_or(Path::new("."));
        let mut repository = Self { root: root.to_owned(), by_package: HashMap::new(), refusals: Vec::new() };
        for (number, entry) in index.packages.into_iter().enumerate() {
            match entry.id.parse::<Purl>() {
                Ok(purl) => repository.by_package.entry(key(&purl)).or_default().push(entry.location),
                Err(error) => repository
                    .refusals
                    .push(Refusal { place: format!("{}, packages[{number}]", path.display()), why: error.to_string() }),
            }
        }
        Ok(repository)
    }

    /// What its documents about a report's packages say.
    pub fn about(&self, report: &Report, trusted: bool) -> (Vec<Reading>, Vec<Refusal>) {
        let subject = Subject::new(report);
        let packages = report.inventory.packages().filter_map(|(index, _, _)| subject.purl(index)).map(key);
        let image = subject.image_name().map(|name| {
            let last = name.repository.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            let short = name.repository.strip_prefix("docker.io/").unwrap_or_default();
            [&name.repository, short].map(|location| format!("oci//{last}?{location}"))
        });
        let wanted: HashSet<String> = packages.chain(image.into_iter().flatten()).collect();
        // In the order of their names, so that two runs read the same.
        let locations: BTreeSet<&String> =
            self.by_package.iter().filter(|(key, _)| wanted.contains(*key)).flat_map(|(_, list)| list).collect();
        let mut readings = Vec::new();
        let mut refusals = Vec::new();
        for location in locations {
            match self.read(location, trusted) {
                Ok(reading) => readings.push(reading),
                Err(error) => {
                    let place = self.root.join("index.json").display().to_string();
                    refusals.push(Refusal { place, why: error.to_string() });
                }
            }
        }
        (readings, refusals)
    }

    fn read(&self, location: &str, trusted: bool) -> Result<Reading, Unread> {
        let outside = || Unread::NotVex { path: location.to_owned(), why: "it is outside of the repository".into() };
        let relative = Path::new(location);
        if !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
            return Err(outside());
        }
        let path = self.root.join(relative);
        let whole = |path: &Path| {
            fs::canonicalize(path).map_err(|source| Unread::Io { path: path.display().to_string(), source })
        };
        if !whole(&path)?.starts_with(whole(&self.root)?) {
            return Err(outside());
        }
        super::read(&collection::bytes(&path)?, &path.display().to_string(), trusted)
    }
}

/// A package without its version; an image with its repository.
fn key(purl: &Purl) -> String {
    let location = purl.qualifiers.get("repository_url").filter(|_| purl.kind == "oci");
    format!(
        "{}/{}/{}{}",
        purl.kind,
        purl.namespace,
        purl.name,
        location.map(|url| format!("?{url}")).unwrap_or_default()
    )
}
