//! What is said of a vulnerability by those who do not say which packages have it: that it is exploited, how likely that
//! is, how bad it is.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::advisory::Rating;
use crate::shard::{self, Shard, ShardError};

/// One word about one vulnerability.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The CVE id.
    pub id: String,
    /// What is said.
    pub word: Word,
}

/// What is said of a vulnerability.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Word {
    /// It is being exploited (CISA, Known Exploited Vulnerabilities).
    Exploited {
        /// The day on which the catalogue listed it (ISO 8601).
        added: String,
        /// The day by which federal agencies of the United States have to act (ISO 8601).
        due: Option<String>,
        /// It is known to be used for ransomware.
        ransomware: bool,
        /// What to do, in the catalogue's words.
        action: String,
    },
    /// How likely it is to be exploited within thirty days (FIRST, Exploit Prediction Scoring System).
    Forecast {
        /// From 0 to 1.
        probability: f32,
        /// The part of all vulnerabilities that are no likelier, from 0 to 1.
        percentile: f32,
        /// The day that the forecast is of (ISO 8601).
        day: String,
    },
    /// How bad it is, and of what kind (NVD).
    Rated {
        /// Who says so, in one lower-case word: `nvd`.
        publisher: String,
        /// How bad.
        ratings: Vec<Rating>,
        /// Kinds of weakness: `CWE-79`.
        weaknesses: Vec<String>,
        /// Whoever makes the software says that it is no vulnerability.
        disputed: bool,
        /// The id was given by mistake.
        rejected: bool,
    },
}

/// All that is said, by vulnerability.
#[derive(Clone, Debug, Default)]
pub struct Signals(Option<Shard>);

impl Signals {
    /// What the shard holds; nothing where there is none.
    pub fn new(shard: Option<Shard>) -> Self {
        Self(shard)
    }

    /// What is said of a vulnerability.
    pub fn of(&self, id: &str) -> Result<Vec<Word>, ShardError> {
        let Some(shard) = &self.0 else { return Ok(Vec::new()) };
        let Some(run) = shard.run(id)? else { return Ok(Vec::new()) };
        postcard::from_bytes(run).map_err(|error| shard.broken(format!("what is said of {id} cannot be read: {error}")))
    }

    /// Reads all of it.
    pub fn verify(&self) -> Result<(), ShardError> {
        let Some(shard) = &self.0 else { return Ok(()) };
        shard.verify_names()?;
        shard.names().try_for_each(|id| self.of(id).map(drop))
    }
}

/// The bytes of a shard of signals. Where one publisher says two things, the last one counts.
pub(crate) fn write(name: &str, signals: Vec<Signal>) -> Vec<u8> {
    let mut words: BTreeMap<String, BTreeMap<String, Word>> = BTreeMap::new();
    for Signal { id, word } in signals {
        words.entry(id).or_default().insert(word.publisher().to_owned(), word);
    }
    let runs = words.into_iter().map(|(id, words)| {
        let words: Vec<Word> = words.into_values().collect();
        // Texts and numbers can always be written.
        (id, postcard::to_stdvec(&words).unwrap_or_default())
    });
    shard::write_runs(name, &runs.collect())
}

impl Word {
    fn publisher(&self) -> &str {
        match self {
            Self::Exploited { .. } => "cisa",
            Self::Forecast { .. } => "first",
            Self::Rated { publisher, .. } => publisher,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_found_by_the_id() {
        let rated = |disputed| Word::Rated {
            publisher: "nvd".into(),
            ratings: vec![Rating::Vector("AV:N/AC:L/Au:N/C:P/I:P/A:P".into())],
            weaknesses: vec!["CWE-79".into()],
            disputed,
            rejected: false,
        };
        let forecast = Word::Forecast { probability: 0.5, percentile: 0.9, day: "2026-01-01".into() };
        let signal = |id: &str, word: &Word| Signal { id: id.into(), word: word.clone() };
        let signals = vec![
            signal("CVE-2024-0002", &forecast),
            signal("CVE-2024-0001", &rated(false)),
            signal("CVE-2024-0001", &forecast),
            signal("CVE-2024-0001", &rated(true)),
        ];
        let shard = Shard::from_bytes("test", write("test", signals)).unwrap();
        assert_eq!(shard.about().packages, 2);
        let signals = Signals::new(Some(shard));
        assert_eq!(signals.of("CVE-2024-0001").unwrap(), [forecast.clone(), rated(true)]);
        assert_eq!(signals.of("CVE-2024-0002").unwrap(), [forecast]);
        assert_eq!(signals.of("CVE-2024-0003").unwrap(), []);
        assert_eq!(signals.verify(), Ok(()));
        let runs = [("CVE-2024-0001".to_owned(), vec![0xff])].into();
        assert!(Signals::new(Shard::from_bytes("test", shard::write_runs("test", &runs)).ok()).verify().is_err());
        assert_eq!(Signals::default().of("CVE-2024-0001").unwrap(), []);
    }
}
