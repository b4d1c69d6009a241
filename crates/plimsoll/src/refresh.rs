//! Keeps the advisory data up to date: what is asked for, of whom, and what is made of what comes.
//!
//! Archives as OSV.dev exports them are kept below `downloads/` and made into shards; shards that a server has ready are
//! fetched as they are, as are those at a registry. A source that fails costs nothing but freshness.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use advisories::fresh::{self, Checksum, Folder, Ledger, Outcome, Source, Terms, Wanted};
use advisories::signature::{SIGNATURE, Trust};
use advisories::{DOWNLOADS, Ecosystem, Input, MANIFEST, Manifest, Recipe, SIGNALS, Shard, Table};
use jiff::Timestamp;
use net::{Environment, Http};

use crate::args::{Data, DataForm, DataSource};
use crate::commands::open;
use crate::failure::Failure;
use crate::oci::{self, Artifact};
use crate::web::{Access, Web, connections};

/// Where OSV.dev exports all of its records.
const OSV: &str = "https://osv-vulnerabilities.storage.googleapis.com";
/// What is said about vulnerabilities: the feed, its file, and where that is.
const SIGNAL_FILES: [(&str, &str, &str); 2] = [
    ("kev", "known_exploited_vulnerabilities.json", "https://www.cisa.gov/sites/default/files/feeds"),
    ("epss", "epss_scores-current.csv.gz", "https://epss.empiricalsecurity.com"),
];
/// The list of a bucket's folders.
const ECOSYSTEMS: &str = "ecosystems.txt";
/// Beside an archive: the digest of the one that shards were made of.
const MADE_OF: &str = "made-of";
/// Why a publisher's own files are not taken where a key is pinned.
const UNSIGNED: &str = "records of publishers are not signed, and only signed shards are taken (--db-key)";
/// Files that are fetched at once.
const PARALLEL: usize = 4;
/// How long to wait for another process that fetches the same.
const PATIENCE: Duration = Duration::from_mins(5);
/// zstd's level: a fetched archive is to be usable soon.
const LEVEL: i32 = 3;

/// Something that is wanted: the shards of a family, all of them or some.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// The first part of an ecosystem's name: `Debian`.
    pub family: String,
    /// The shards; empty means all that the family has.
    pub shards: Vec<String>,
}

impl Need {
    /// What is needed to judge packages of an ecosystem.
    pub fn of(ecosystem: &Ecosystem) -> Self {
        Self { family: ecosystem.family.to_owned(), shards: ecosystem.shards() }
    }

    /// What a person calls it: `Debian` or `Debian:12`.
    pub fn named(name: &str) -> Self {
        let family = name.split(':').next().unwrap_or(name).to_owned();
        let shards = if family == name { Vec::new() } else { advisories::shard(name).into_iter().collect() };
        Self { family, shards }
    }
}

/// What became of it.
#[derive(Debug, Default)]
pub struct Refreshed {
    /// Each file, and what became of it.
    pub files: Vec<(String, Outcome)>,
    /// Families without any data, and why.
    pub failed: BTreeMap<String, String>,
    /// Families that no source has anything about.
    pub missing: Vec<String>,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// Refreshes one folder from some sources.
pub struct Refresher {
    folder: PathBuf,
    groups: Vec<(DataForm, Vec<Source>)>,
    /// Where signals come from; none of them where the user names sources.
    homes: Vec<(&'static str, &'static str, Source)>,
    /// Who must have signed what is fetched.
    trust: Trust,
    now: SystemTime,
    max_age: Duration,
    threads: usize,
}

impl Refresher {
    /// For the folder, from the sources that were named, or else from the publishers. What was found to be up to date
    /// within `max_age` is not asked for again.
    pub fn new(
        folder: &Path,
        data: &Data,
        now: SystemTime,
        max_age: Duration,
        threads: usize,
    ) -> Result<Self, Failure> {
        let http = connections(Environment::of_process());
        let osv = [DataSource { form: DataForm::Osv, address: OSV.to_owned() }];
        let named = if data.db_source.is_empty() { &osv[..] } else { &data.db_source };
        let mut groups: Vec<(DataForm, Vec<Source>)> = Vec::new();
        for DataSource { form, address } in named {
            let source = source(&http, *form, address)?;
            match groups.last_mut() {
                Some((last, sources)) if last == form => sources.push(source),
                _ => groups.push((*form, vec![source])),
            }
        }
        let mut homes = Vec::new();
        if data.db_source.is_empty() {
            for (feed, file, home) in SIGNAL_FILES {
                homes.push((feed, file, source(&http, DataForm::Osv, home)?));
            }
        }
        let trust = Trust::new(data.keys.db_key.iter().copied());
        Ok(Self { folder: folder.to_owned(), groups, homes, trust, now, max_age, threads })
    }

    /// Brings what is needed up to date. `progress` is told what is being done.
    pub fn refresh(&self, needs: &[Need], progress: &(dyn Fn(&str) + Sync)) -> Refreshed {
        let mut done = Refreshed::default();
        let mut left: Vec<Need> = needs.to_vec();
        for (form, sources) in &self.groups {
            if left.is_empty() {
                break;
            }
            left = match form {
                DataForm::Osv if self.trust.is_pinned() => {
                    done.failed.extend(left.iter().map(|need| (need.family.clone(), UNSIGNED.to_owned())));
                    left
                }
                DataForm::Osv => self.osv(sources, left, &mut done, progress),
                DataForm::Shards | DataForm::Oci => self.shards(sources, left, &mut done, progress),
            };
        }
        // What one source failed to give, another may have given.
        done.failed.retain(|family, _| left.iter().any(|need| need.family == *family));
        // What no source has at all is no failure: nobody publishes advisories about it.
        done.missing = left.into_iter().map(|need| need.family).collect();
        done.missing.retain(|family| !done.failed.contains_key(family));
        done
    }

    /// Brings everything up to date that the first source that answers has.
    pub fn refresh_all(&self, progress: &(dyn Fn(&str) + Sync)) -> Refreshed {
        let mut notes = Vec::new();
        for (form, sources) in &self.groups {
            if *form == DataForm::Osv && self.trust.is_pinned() {
                notes.push(UNSIGNED.to_owned());
                continue;
            }
            let listing = match form {
                DataForm::Osv => self.bring(&self.downloads(), sources, &[small(ECOSYSTEMS)], progress),
                DataForm::Shards | DataForm::Oci => self.bring_list(sources, progress),
            };
            match listing.files.first() {
                Some((_, outcome)) if outcome.is_usable() => {}
                Some((path, outcome)) => {
                    notes.push(format!("{path}: {}", told(outcome)));
                    continue;
                }
                None => continue,
            }
            let families = match form {
                DataForm::Osv => self.listed_families(),
                DataForm::Shards | DataForm::Oci => {
                    self.manifest().map(|manifest| families(&manifest)).unwrap_or_default()
                }
            };
            let needs: Vec<Need> = families.iter().map(|family| Need::named(family)).collect();
            let mut done = self.refresh(&needs, progress);
            done.notes.splice(0..0, notes);
            return done;
        }
        let failed = BTreeMap::from([("everything".to_owned(), notes.join("; "))]);
        Refreshed { failed, notes, ..Refreshed::default() }
    }

    fn downloads(&self) -> PathBuf {
        self.folder.join(DOWNLOADS)
    }

    fn manifest(&self) -> Option<Manifest> {
        Manifest::read(&self.folder).ok().flatten()
    }

    /// The folders of a bucket that are fetched.
    fn listed_families(&self) -> BTreeSet<String> {
        let text = fs::read_to_string(self.downloads().join(ECOSYSTEMS)).unwrap_or_default();
        let known = |name: &&str| Ecosystem::named(name).is_some() && !name.contains(':');
        text.lines().map(str::trim).filter(known).map(str::to_owned).collect()
    }

    fn bring(
        &self,
        folder: &Path,
        sources: &[Source],
        wanted: &[Wanted],
        progress: &(dyn Fn(&str) + Sync),
    ) -> fresh::Update {
        let watch = |path: &str, bytes: u64, all: Option<u64>| {
            let of = all.map(|all| format!(" of {}", bytesize::ByteSize::b(all).display().iec())).unwrap_or_default();
            progress(&format!("{path}: {}{of}", bytesize::ByteSize::b(bytes).display().iec()));
        };
        let terms =
            Terms { now: self.now, max_age: self.max_age, parallel: PARALLEL, patience: PATIENCE, watch: Some(&watch) };
        fresh::update(folder, sources, wanted, &terms)
    }

    /// Fetches archives, and makes shards of those that are new. Returns what is still needed.
    fn osv(
        &self,
        sources: &[Source],
        needs: Vec<Need>,
        done: &mut Refreshed,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Vec<Need> {
        let downloads = self.downloads();
        let archive = |need: &Need| {
            let check: fresh::Check = Box::new(fresh::zip);
            Wanted { check: Some(check), ..Wanted::new(format!("{}/all.zip", need.family)) }
        };
        let mut update = self.bring(&downloads, sources, &needs.iter().map(archive).collect::<Vec<_>>(), progress);
        done.notes.append(&mut update.notes);
        let outcomes: Vec<Outcome> = update.files.iter().map(|(_, outcome)| outcome.clone()).collect();
        done.files.append(&mut update.files);
        // They are asked for when archives are, so that a scan with all that it needs asks nobody.
        let kept = outcomes.iter().all(|outcome| matches!(outcome, Outcome::Kept { .. }));
        let signals = if kept { None } else { self.signal_files(sources, &downloads, done, progress) };
        let ledger = Ledger::read(&downloads);
        let mut stale = Vec::new();
        let mut left = Vec::new();
        for (need, outcome) in needs.into_iter().zip(outcomes) {
            if !outcome.is_usable() {
                if !matches!(outcome, Outcome::Missing) {
                    done.failed.insert(need.family.clone(), told(&outcome));
                }
                left.push(need);
                continue;
            }
            let made_of = fs::read_to_string(downloads.join(&need.family).join(MADE_OF)).unwrap_or_default();
            let digest = ledger.files.get(&format!("{}/all.zip", need.family)).map(|record| record.blake3.clone());
            if digest.as_ref() != Some(&made_of) {
                stale.push((need.family, digest.unwrap_or_default()));
            }
        }
        if !stale.is_empty() || signals.is_some() {
            let mut inputs = vec![Input::Bucket(downloads.clone())];
            inputs.extend(signals.into_iter().flatten());
            // A folder that no ecosystem is called keeps the bucket from being read as a whole.
            let mut ecosystems: Vec<String> = stale.iter().map(|(family, _)| family.clone()).collect();
            if ecosystems.is_empty() {
                inputs.remove(0);
                ecosystems.push(String::new());
            }
            let recipe = Recipe {
                inputs,
                ecosystems,
                threads: self.threads,
                level: LEVEL,
                keep: true,
                made: Timestamp::try_from(self.now).ok(),
            };
            match advisories::build(&recipe, &self.folder, progress) {
                Ok(built) => {
                    let broken = built.sources.iter().filter_map(|source| {
                        Some(format!("{} cannot be read: {}", source.source, source.broken.as_ref()?))
                    });
                    done.notes.extend(broken);
                    for (family, digest) in stale {
                        let _ = fs::write(downloads.join(family).join(MADE_OF), digest);
                    }
                }
                Err(error) => {
                    done.notes.push(error.to_string());
                    for (family, _) in stale {
                        left.push(Need::named(&family));
                        done.failed.insert(family, error.to_string());
                    }
                }
            }
        }
        left
    }

    /// Fetches what is said about vulnerabilities. Returns what to make a shard of, if anything is new.
    fn signal_files(
        &self,
        sources: &[Source],
        downloads: &Path,
        done: &mut Refreshed,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Option<Vec<Input>> {
        let mut new = !self.folder.join(advisories::file_name(SIGNALS)).is_file();
        let mut inputs = Vec::new();
        for (feed, file, _) in SIGNAL_FILES {
            let path = format!("{feed}/{file}");
            let update = match self.homes.iter().find(|(name, ..)| *name == feed) {
                // A home has the file alone, and our folder for it.
                Some((_, file, home)) => {
                    let folder = downloads.join(feed);
                    self.bring(&folder, std::slice::from_ref(home), &[Wanted::new(*file)], progress)
                }
                None => self.bring(downloads, sources, &[Wanted::new(path.clone())], progress),
            };
            for (_, outcome) in update.files {
                new |= outcome == Outcome::Updated;
                if outcome.is_usable() {
                    inputs.push(Input::Feed(feed, downloads.join(&path)));
                }
                if outcome != Outcome::Missing {
                    done.files.push((path.clone(), outcome));
                }
            }
        }
        (new && !inputs.is_empty()).then_some(inputs)
    }

    /// Fetches the list of a server's shards. Where a key is pinned, it must have signed the list.
    fn bring_list(&self, sources: &[Source], progress: &(dyn Fn(&str) + Sync)) -> fresh::Update {
        let before = fs::read(self.folder.join(SIGNATURE)).ok();
        if self.trust.is_pinned() {
            let signature = self.bring(&self.folder, sources, &[small(SIGNATURE)], progress);
            tracing::info!(?signature, "fetched");
        }
        let mut update = self.bring(&self.folder, sources, &[list(&self.folder, &self.trust)], progress);
        if let Some((_, outcome)) = update.files.first_mut() {
            if !self.trust.is_pinned() {
                if *outcome == Outcome::Updated {
                    // That of another list.
                    let _ = fs::remove_file(self.folder.join(SIGNATURE));
                }
            } else if outcome.is_usable()
                && let Err(why) = trusted(&self.folder, &self.trust, None)
                && !self.take_back(before.as_deref())
            {
                *outcome = Outcome::Failed { why };
            }
        }
        update
    }

    /// Puts the signature back that was there before a list was refused, if it is that of the list that stays.
    fn take_back(&self, signature: Option<&[u8]>) -> bool {
        let written = signature.is_some_and(|signature| fs::write(self.folder.join(SIGNATURE), signature).is_ok());
        written && trusted(&self.folder, &self.trust, None).is_ok()
    }

    /// Fetches shards that are ready. Returns what is still needed.
    fn shards(
        &self,
        sources: &[Source],
        needs: Vec<Need>,
        done: &mut Refreshed,
        progress: &(dyn Fn(&str) + Sync),
    ) -> Vec<Need> {
        let mut update = self.bring_list(sources, progress);
        done.notes.append(&mut update.notes);
        let usable = update.files.first().is_some_and(|(_, outcome)| outcome.is_usable());
        let why = update.files.first().map(|(_, outcome)| told(outcome)).unwrap_or_default();
        done.files.append(&mut update.files);
        let Some(manifest) = self.manifest().filter(|_| usable) else {
            for need in &needs {
                done.failed.insert(need.family.clone(), why.clone());
            }
            return needs;
        };
        let mut left = Vec::new();
        let mut files: BTreeMap<String, (Wanted, String)> = BTreeMap::new();
        for need in needs {
            let of_need = |shard: &str| {
                need.shards.iter().any(|wanted| wanted == shard)
                    || (need.shards.is_empty() && shard.split(':').next() == Some(&need.family))
            };
            let mut found = false;
            for listed in manifest.shards.iter().filter(|listed| of_need(&listed.about.shard)) {
                found = true;
                files.insert(listed.file.clone(), (shard(listed), need.family.clone()));
            }
            if !found {
                left.push(need);
            }
        }
        if let Some(listed) = manifest.shard(SIGNALS) {
            files.insert(listed.file.clone(), (shard(listed), SIGNALS.to_owned()));
        }
        // What they say is not needed to judge any family: the program has its own.
        files.extend(manifest.tables.iter().map(|listed| (listed.file(), (table(listed), SIGNALS.to_owned()))));
        let (wanted, families): (Vec<Wanted>, Vec<String>) = files.into_values().unzip();
        let mut update = self.bring(&self.folder, sources, &wanted, progress);
        done.notes.append(&mut update.notes);
        for ((_, outcome), family) in update.files.iter().zip(families) {
            if !outcome.is_usable() && family != SIGNALS {
                done.failed.insert(family.clone(), told(outcome));
                left.push(Need::named(&family));
            }
        }
        done.files.append(&mut update.files);
        left
    }
}

/// A source at an address, in a folder or at a registry.
fn source(http: &Arc<Http>, form: DataForm, address: &str) -> Result<Source, Failure> {
    if form == DataForm::Oci {
        let artifact = Artifact::new(address, Environment::of_process(), oci::Terms::of_a_source());
        return artifact.map(Artifact::source).map_err(open::failed);
    }
    if address.contains("://") {
        return Web::new(Arc::clone(http), address, Access::default()).map(Web::source).map_err(Failure::usage);
    }
    Ok(Source { name: address.to_owned(), remote: Box::new(Folder::new(address)) })
}

/// A file that nobody makes large.
fn small(path: &str) -> Wanted {
    Wanted { most: 4 << 20, ..Wanted::new(path) }
}

fn list(folder: &Path, trust: &Trust) -> Wanted {
    let (folder, trust) = (folder.to_owned(), trust.clone());
    let check: fresh::Check = Box::new(move |path| {
        let json = fs::read(path).map_err(|error| error.to_string())?;
        trusted(&folder, &trust, Some(&json))?;
        let offered = Manifest::parse(&json).map_err(|error| error.to_string())?;
        let here = Manifest::read(&folder).ok().flatten();
        here.map_or(Ok(()), |here| offered.check_not_older(&here)).map_err(|error| error.to_string())
    });
    Wanted { check: Some(check), ..small(MANIFEST) }
}

/// Whether the signature in a folder is one of this list, or of the folder's own, that is asked for.
fn trusted(folder: &Path, trust: &Trust, list: Option<&[u8]>) -> Result<(), String> {
    let read = |file: &str| fs::read(folder.join(file)).ok();
    let own = if list.is_none() { read(MANIFEST) } else { None };
    let list = list.or(own.as_deref()).unwrap_or_default();
    trust.judge(list, read(SIGNATURE).as_deref()).map(drop).map_err(|error| error.to_string())
}

/// A shard as a list has it: with its size and its digest, and whole.
fn shard(listed: &advisories::Listed) -> Wanted {
    let check: fresh::Check = Box::new(|path| {
        Shard::open(path).and_then(|shard| advisories::check(&shard)).map_err(|error| error.to_string())
    });
    let checksum: Option<Checksum> = format!("blake3:{}", listed.blake3).parse().ok();
    Wanted { path: listed.file.clone(), most: listed.bytes, checksum, check: Some(check) }
}

/// A table as a list has it.
fn table(listed: &Table) -> Wanted {
    let checksum: Option<Checksum> = format!("blake3:{}", listed.blake3).parse().ok();
    let table = listed.clone();
    let check: fresh::Check = Box::new(move |path| {
        fs::read(path).map_err(|error| error.to_string()).and_then(|content| table.check(&content))
    });
    Wanted { path: listed.file(), most: listed.bytes, checksum, check: Some(check) }
}

fn families(manifest: &Manifest) -> BTreeSet<String> {
    let family = |shard: &str| shard.split(':').next().unwrap_or(shard).to_owned();
    let shards = manifest.shards.iter().map(|listed| &*listed.about.shard);
    shards.filter(|shard| *shard != SIGNALS).map(family).collect()
}

/// What became of a file, for a person.
pub fn told(outcome: &Outcome) -> String {
    let ago = |age: &Duration| match age.as_secs() {
        seconds if seconds >= 2 * 86_400 => format!("{} days", seconds / 86_400),
        seconds if seconds >= 2 * 3600 => format!("{} hours", seconds / 3600),
        seconds => format!("{} minutes", seconds / 60),
    };
    match outcome {
        Outcome::Kept { age } => format!("not asked for, as it was up to date {} ago", ago(age)),
        Outcome::Updated => "new".into(),
        Outcome::Unchanged => "up to date".into(),
        Outcome::Stale { age, why } => format!("used as it was {} ago: {why}", ago(age)),
        Outcome::Missing => "no source has it".into(),
        Outcome::Failed { why } => why.clone(),
    }
}
