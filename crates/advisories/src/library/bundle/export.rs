//! Writes bundles. The same data gives the same bytes.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::seal::Sealing;
use super::{BundleError, FORMAT, HEAD, Head, Member, WINDOW, digest, tar};
use crate::library::manifest::{Listed, MANIFEST, Manifest};
use crate::library::{SIGNALS, Table, signature};
use crate::shard::Shard;

/// How hard to compress: most of a shard is compressed already.
const LEVEL: i32 = 12;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// Shards in the bundle.
    pub shards: usize,
    /// Shards that the folder's list names.
    pub listed: usize,
    /// There is a signature in it. Whose it is was not looked at.
    pub signed: bool,
}

/// Writes the data in `folder`, or that of some ecosystems, by the first part of their names or in full.
pub fn export(folder: &Path, ecosystems: &[String], out: &mut dyn Write) -> Result<Exported, BundleError> {
    let data = Data::read(folder)?;
    let shards = data.selected(ecosystems)?;
    let members = shards.into_iter().map(|(listed, shard)| {
        let member =
            Member { file: listed.file.clone(), bytes: listed.bytes, blake3: listed.blake3.clone(), from: None };
        (member, Content::Shard(shard))
    });
    let members = members.collect();
    write(&data, None, data.tables(&[])?, members, out)
}

/// The data of a folder, or that of some ecosystems, as the files it consists of: for whoever passes them on one by one.
pub struct Files {
    /// `shards.json`.
    pub list: Vec<u8>,
    /// `shards.json.sig`, if the list is signed. Whose signature it is was not looked at.
    pub signature: Option<Vec<u8>>,
    /// The tables that the list names, by the names of their files.
    pub tables: Vec<(String, Vec<u8>)>,
    /// The files of shards by their names, each what the list says.
    pub shards: Vec<(String, Shard)>,
    /// Shards that the list names.
    pub listed: usize,
}

impl Files {
    /// Reads them, as [`export`] does.
    pub fn of(folder: &Path, ecosystems: &[String]) -> Result<Self, BundleError> {
        let data = Data::read(folder)?;
        let shards = data.selected(ecosystems)?.into_iter().map(|(listed, shard)| (listed.file.clone(), shard));
        let shards = shards.collect();
        let table = |(member, content): (Member, Content)| (member.file, content.bytes().to_vec());
        let tables = data.tables(&[])?.into_iter().map(table).collect();
        Ok(Self { tables, shards, listed: data.manifest.shards.len(), list: data.list, signature: data.signature })
    }
}

/// A folder with a list.
pub(super) struct Data {
    folder: PathBuf,
    pub(super) list: Vec<u8>,
    pub(super) manifest: Manifest,
    signature: Option<Vec<u8>>,
}

impl Data {
    pub(super) fn read(folder: &Path) -> Result<Self, BundleError> {
        let unfit = |detail| BundleError::Unfit { folder: folder.display().to_string(), detail };
        let list = match fs::read(folder.join(MANIFEST)) {
            Ok(list) => list,
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(unfit(format!("it has no list of shards, {MANIFEST}")));
            }
            Err(error) => return Err(BundleError::io(folder)(error)),
        };
        let manifest = Manifest::parse(&list).map_err(|error| unfit(error.to_string()))?;
        let signature = signature::read(folder).map_err(BundleError::io(folder))?;
        Ok(Self { folder: folder.to_owned(), list, manifest, signature })
    }

    /// The shards that are here of these ecosystems, or of all, as the list has them.
    fn selected(&self, ecosystems: &[String]) -> Result<Vec<(&Listed, Shard)>, BundleError> {
        let wanted = |listed: &&Listed| {
            let shard = &*listed.about.shard;
            let family = shard.split(':').next();
            let asked = |ecosystem: &String| ecosystem == shard || Some(&**ecosystem) == family;
            ecosystems.is_empty() || shard == SIGNALS || ecosystems.iter().any(asked)
        };
        let mut shards = Vec::new();
        for listed in self.manifest.shards.iter().filter(wanted) {
            if let Some(shard) = self.shard(listed)? {
                shards.push((listed, shard));
            }
        }
        if !shards.iter().any(|(listed, _)| listed.about.shard != SIGNALS) {
            return Err(self.unfit(if ecosystems.is_empty() {
                "there is no shard".to_owned()
            } else {
                format!("there is no shard of {}", ecosystems.join(", "))
            }));
        }
        Ok(shards)
    }

    pub(super) fn unfit(&self, detail: String) -> BundleError {
        BundleError::Unfit { folder: self.folder.display().to_string(), detail }
    }

    /// The tables that the list names, but for those that the other side has.
    pub(super) fn tables(&self, known: &[Table]) -> Result<Vec<(Member, Content)>, BundleError> {
        let mut tables = Vec::new();
        for table in self.manifest.tables.iter().filter(|table| !known.contains(table)) {
            let path = self.folder.join(table.file());
            let content = match fs::read(&path) {
                Ok(content) => content,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(BundleError::io(&path)(error)),
            };
            table.check(&content).map_err(|why| self.unfit(format!("{}: {why}", table.file())))?;
            tables.push((Member::of(&table.file(), &content), Content::Bytes(content)));
        }
        Ok(tables)
    }

    /// A shard that is what the list says; none where only other shards were fetched.
    pub(super) fn shard(&self, listed: &Listed) -> Result<Option<Shard>, BundleError> {
        let path = self.folder.join(&listed.file);
        if !fs::exists(&path).map_err(BundleError::io(&path))? {
            return Ok(None);
        }
        let shard = Shard::open(&path).map_err(|error| self.unfit(error.to_string()))?;
        if shard.digest() != listed.blake3 || shard.size() != listed.bytes {
            return Err(self.unfit(format!("{} is not the one that the list names", listed.file)));
        }
        Ok(Some(shard))
    }
}

/// What is in a file.
pub(super) enum Content {
    Bytes(Vec<u8>),
    Shard(Shard),
}

impl Content {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Shard(shard) => shard.bytes(),
        }
    }
}

/// Writes a bundle with the data's list, its signature, and these tables and shards.
pub(super) fn write(
    data: &Data,
    base: Option<super::Base>,
    tables: Vec<(Member, Content)>,
    shards: Vec<(Member, Content)>,
    out: &mut dyn Write,
) -> Result<Exported, BundleError> {
    let written =
        Exported { shards: shards.len(), listed: data.manifest.shards.len(), signed: data.signature.is_some() };
    let mut members = vec![(Member::of(MANIFEST, &data.list), Content::Bytes(data.list.clone()))];
    if let Some(signature) = &data.signature {
        members.push((Member::of(signature::SIGNATURE, signature), Content::Bytes(signature.clone())));
    }
    members.extend(tables);
    members.extend(shards);
    let (members, contents): (Vec<_>, Vec<_>) = members.into_iter().unzip();
    let head = Head { format: FORMAT, base, members };
    let pack = || -> io::Result<()> {
        let mut compressed = zstd::Encoder::new(Sealing::new(out), LEVEL)?;
        compressed.window_log(WINDOW)?;
        compressed.include_checksum(true)?;
        let mut archive = tar::Writer::new(compressed);
        let json = head.to_json();
        let files = head.members.iter().map(|member| &*member.file).zip(contents.iter().map(Content::bytes));
        for (name, content) in std::iter::once((HEAD, &*json)).chain(files) {
            archive.begin(name, content.len() as u64)?;
            archive.write(content)?;
            archive.end(content.len() as u64)?;
        }
        archive.finish()?.finish()?.finish()
    };
    pack().map_err(|source| BundleError::Io { path: "the bundle".into(), source })?;
    Ok(written)
}

/// What a file of these bytes is in a bundle, made of another.
pub(super) fn patch(listed: &Listed, from: &Shard, patch: &[u8]) -> Member {
    Member {
        file: format!("{}{}", listed.file, super::PATCHED),
        bytes: patch.len() as u64,
        blake3: digest(patch),
        from: Some(from.digest()),
    }
}
