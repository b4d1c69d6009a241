//! The list of a folder's shards, with their digests.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use jiff::{Timestamp, Unit};
use serde::{Deserialize, Serialize};

use super::tables::{self, Table};
use crate::shard::About;

/// The file's name.
pub const MANIFEST: &str = "shards.json";
/// Raised when a program of today cannot use a folder of tomorrow. In the first one a list did not say when it was made,
/// and named no tables.
const FORMAT: u32 = 2;
/// The oldest that is understood.
const OLDEST_FORMAT: u32 = 1;
/// Bytes of a manifest: ten times what all ecosystems' shards would need.
pub(super) const MAX_BYTES: usize = 4 << 20;
/// Shards in one.
const MAX_SHARDS: usize = 10_000;

/// The list of a folder's shards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format's version.
    pub format: u32,
    /// When it was made (RFC 3339), where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Tables of facts, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tables: Vec<Table>,
    /// The shards, by name.
    pub shards: Vec<Listed>,
}

/// A shard in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its file's name.
    pub file: String,
    /// The file's size.
    pub bytes: u64,
    /// The file's BLAKE3 digest, in hexadecimal.
    pub blake3: String,
    /// What it is about.
    #[serde(flatten)]
    pub about: About,
}

/// A manifest that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("the list of shards cannot be used: {0}")]
pub struct Unusable(String);

/// A list that is older than the one in use. Whoever replays old data, signature and all, hides new vulnerabilities.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("it is older than what is in use: it is of {offered}, and that in use is of {here}")]
pub struct Older {
    offered: String,
    here: String,
}

impl Manifest {
    /// A list of these shards.
    pub fn new(mut shards: Vec<Listed>) -> Self {
        shards.sort_by(|a, b| a.about.shard.cmp(&b.about.shard));
        Self { format: FORMAT, made: None, tables: Vec::new(), shards }
    }

    /// The same, made at that time.
    #[must_use]
    pub fn made_at(self, time: Timestamp) -> Self {
        // Rounding to whole seconds fails at the end of time alone.
        Self { made: Some(time.round(Unit::Second).unwrap_or(time).to_string()), ..self }
    }

    /// When it was made. One that does not say so is as old as the newest advisory that it lists: it cannot be older.
    pub fn time(&self) -> Option<Timestamp> {
        let newest = || self.newest().and_then(|time| time.parse().ok());
        self.made.as_ref().map_or_else(newest, |made| made.parse().ok())
    }

    /// When the newest advisory was changed.
    pub fn newest(&self) -> Option<&str> {
        self.shards.iter().filter_map(|listed| listed.about.newest.as_deref()).max()
    }

    /// Whether it may take the place of the list that is in use: not if it is older. One of an unknown time is older than
    /// one of a known time.
    pub fn check_not_older(&self, here: &Self) -> Result<(), Older> {
        let (offered, used) = (self.time(), here.time());
        if offered >= used {
            return Ok(());
        }
        let say = |time: Option<Timestamp>| time.map_or_else(|| "an unknown time".to_owned(), |time| time.to_string());
        Err(Older { offered: say(offered), here: say(used) })
    }

    /// Reads one, and refuses file names that lead elsewhere.
    pub fn parse(json: &[u8]) -> Result<Self, Unusable> {
        if json.len() > MAX_BYTES {
            return Err(Unusable(format!("it has more than {MAX_BYTES} bytes")));
        }
        let manifest: Self = serde_json::from_slice(json).map_err(|error| Unusable(error.to_string()))?;
        if !(OLDEST_FORMAT..=FORMAT).contains(&manifest.format) {
            let format = manifest.format;
            return Err(Unusable(format!("it has format {format} and this program reads {OLDEST_FORMAT} to {FORMAT}")));
        }
        if manifest.made.as_ref().is_some_and(|made| made.parse::<Timestamp>().is_err()) {
            return Err(Unusable("when it was made is not a time as RFC 3339 writes it".into()));
        }
        tables::check_list(&manifest.tables).map_err(Unusable)?;
        if manifest.shards.len() > MAX_SHARDS {
            return Err(Unusable("it lists more shards than there are ecosystems".into()));
        }
        if !manifest.shards.is_sorted_by(|a, b| a.about.shard < b.about.shard) {
            return Err(Unusable("its shards are not in the order of their names".into()));
        }
        match manifest.shards.iter().find(|listed| listed.file != super::file_name(&listed.about.shard)) {
            Some(odd) => Err(Unusable(format!("{} is not the file of {}", odd.file.escape_debug(), odd.about.shard))),
            None => Ok(manifest),
        }
    }

    /// The text of the file.
    pub fn to_json(&self) -> Vec<u8> {
        // Texts and numbers can always be written.
        let mut json = serde_json::to_vec_pretty(self).unwrap_or_default();
        json.push(b'\n');
        json
    }

    /// The shard of that name.
    pub fn shard(&self, name: &str) -> Option<&Listed> {
        self.shards.iter().find(|listed| listed.about.shard == name)
    }

    /// Reads a folder's list; none where there is none.
    pub fn read(folder: &Path) -> io::Result<Option<Self>> {
        let read = || {
            let mut json = Vec::new();
            File::open(folder.join(MANIFEST))?.take(MAX_BYTES as u64 + 1).read_to_end(&mut json)?;
            Ok::<_, io::Error>(json)
        };
        match read() {
            Ok(json) => Self::parse(&json).map(Some).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_other_names_are_refused() {
        let about = About { shard: "Debian:12".into(), ..About::default() };
        let listed = Listed { file: "Debian+12.shard".into(), bytes: 7, blake3: "00".into(), about };
        let manifest = Manifest::new(vec![listed.clone()]);
        assert_eq!(Manifest::parse(&manifest.to_json()).unwrap(), manifest);
        let elsewhere = Manifest::new(vec![Listed { file: "../../etc/passwd".into(), ..listed }]);
        assert!(Manifest::parse(&elsewhere.to_json()).unwrap_err().to_string().contains("is not the file of"));
        let tomorrow = Manifest { format: 3, ..Manifest::new(Vec::new()) };
        assert!(Manifest::parse(&tomorrow.to_json()).is_err());
        assert!(Manifest::parse(b"<html>").is_err());
        assert!(Manifest::parse(br#"{"format":2,"made":"yesterday","shards":[]}"#).is_err());
        // The first format.
        assert_eq!(Manifest::parse(br#"{"format":1,"shards":[]}"#).unwrap().made, None);
    }

    #[test]
    fn an_older_list_does_not_replace_a_newer_one() {
        let list = |made: &str, newest: &str| {
            let about = About { shard: "npm".into(), newest: Some(newest.into()), ..About::default() };
            let listed = Listed { file: "npm.shard".into(), bytes: 7, blake3: "00".into(), about };
            let made = (!made.is_empty()).then(|| made.to_owned());
            Manifest { made, ..Manifest::new(vec![listed]) }
        };
        let check = |offered: &Manifest, here: &Manifest, expected: Option<&str>| {
            let error = offered.check_not_older(here).err().map(|error| error.to_string());
            assert_eq!(error.as_deref(), expected);
        };
        let (monday, tuesday) = (list("2026-11-23T08:00:00Z", "2030"), list("2026-11-24T08:00:00Z", "2026"));
        let told = "it is older than what is in use: it is of 2026-11-23T08:00:00Z, and that in use is of 2026-11-24T08:00:00Z";
        check(&monday, &tuesday, Some(told));
        check(&tuesday, &monday, None);
        check(&monday, &monday, None);
        // Times are compared, not texts.
        check(
            &list("2026-11-23T09:00:00+02:00", ""),
            &monday,
            Some(&told.replace("23T08", "23T07").replace("24T", "23T")),
        );
        // A list of the first format says of when its newest advisory is.
        let before = list("", "2026-11-23T07:00:00Z");
        check(&before, &monday, Some(&told.replace("23T08", "23T07").replace("24T", "23T")));
        check(&monday, &before, None);
        check(&list("", "?"), &list("", "?"), None);
        check(
            &list("", "?"),
            &before,
            Some(
                "it is older than what is in use: it is of an unknown time, and that in use is of 2026-11-23T07:00:00Z",
            ),
        );
    }
}
