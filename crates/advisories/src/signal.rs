//! What is said of a vulnerability by those who do not say which packages have it: that it is exploited, how likely that
//! is, how bad it is.

use crate::advisory::Rating;

/// One word about one vulnerability.
#[derive(Clone, Debug, PartialEq)]
pub struct Signal {
    /// The CVE id.
    pub id: String,
    /// What is said.
    pub word: Word,
}

/// What is said of a vulnerability.
#[derive(Clone, Debug, PartialEq)]
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
