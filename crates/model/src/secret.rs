//! Secrets: what their bytes say, and what becomes of it when it is judged.

use serde::{Deserialize, Serialize};

use crate::{ImagePath, LayerIndex, Place, Severity};

/// A secret, as it stands somewhere. Its text is nowhere in here.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Secret {
    /// What kind, by its id: `github-personal-access-token`.
    pub kind: String,
    /// Where exactly.
    pub spot: Spot,
    /// Its first characters, and how many there are, for a person who looks for it.
    pub redacted: String,
    /// A keyed hash of its text: equal texts have equal ones, and nobody gets from it to the text.
    pub fingerprint: String,
    /// Why it was allowed where it was found, by a comment beside it or a file of exceptions.
    pub allowed: Option<String>,
    /// What its text says by its structure.
    pub notes: Vec<Note>,
    /// The oldest commit that has it, where it is part of a repository's history.
    pub committed: Option<Box<Committed>>,
}

/// When a secret came into a repository, and how far it still is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Committed {
    /// The commit, in forty hexadecimal digits.
    pub commit: String,
    /// Who wrote it: `Name <address>`.
    pub author: String,
    /// When it was written (RFC 3339), in the author's time; none when it says nothing that makes sense.
    pub date: Option<String>,
    /// The file, in that commit.
    pub path: ImagePath,
    /// Where it still is.
    pub still: Still,
}

/// Where a secret of a repository still is. It can be had from the history in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Still {
    /// In the files of the working tree.
    InTree,
    /// In the commit that is checked out.
    AtHead,
    /// Only in the history, or on another branch.
    InHistory,
}

impl Still {
    /// The word for it, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::InTree => "in_tree",
            Self::AtHead => "at_head",
            Self::InHistory => "in_history",
        }
    }
}

/// Something that a secret's own text says, or what stands beside it. Of no day: what is over today is said when it is judged.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Note {
    /// It stands inside a text that is written in this way: `base64`, `hexadecimal digits`, `escapes`.
    Inside(String),
    /// Whether its check digits are right.
    Checked(bool),
    /// It is a key of this algorithm and so many bits; none where that is not told.
    Key {
        /// `RSA`, `Ed25519`.
        algorithm: String,
        /// How many bits.
        bits: Option<u32>,
        /// Whether a passphrase is needed.
        encrypted: bool,
    },
    /// It has the name of a key, and is none that can be read: cut off, or made up.
    Damaged,
    /// It was made at this time, in seconds since 1970.
    Made(i64),
    /// It is good until this time, in seconds since 1970.
    Until(i64),
    /// The certificate of this key stands beside it, and is good until this time, in seconds since 1970.
    Certificate(i64),
    /// Who issued it, as it says.
    Issuer(String),
    /// Nobody signed it: whoever accepts it accepts anything.
    Unsigned,
    /// What is needed to use it stands nearby: a secret of this kind.
    Beside(String),
}

/// Where in an image, or in a file, something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Spot {
    /// In the file that the fact's place names, counted from one, in bytes.
    File {
        /// The line.
        line: u32,
        /// The column.
        column: u32,
    },
    /// In the value of this environment variable of the image's configuration.
    Environment(String),
    /// In the value of this label.
    Label(String),
    /// In the instruction of this step of the build, counted from zero.
    History(u32),
    /// In the command or entry point.
    #[default]
    Command,
}

/// A secret that lies where whoever has the image can read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ExposedSecret {
    /// The secret.
    pub secret: Secret,
    /// The file and its layer; an empty path where it stands in the configuration.
    pub place: Place,
    /// The layer that removed or replaced the file. The secret is still in the image.
    pub removed: Option<LayerIndex>,
    /// What it is, for a person: `GitHub personal access token`.
    pub name: String,
    /// Who issues it.
    pub provider: String,
    /// How bad.
    pub severity: Severity,
    /// What whoever holds it can do.
    pub opens: String,
    /// What to do about it.
    pub rotate: String,
    /// Whether its provider can withdraw it.
    pub revocable: bool,
    /// After how many days it should be replaced.
    pub days: u16,
    /// When it was put there (RFC 3339), as far as the image tells.
    pub since: Option<String>,
    /// For how many days it has been there on the day of the report, at least.
    pub age: Option<u32>,
    /// Why it does not count, where that is so.
    pub suppressed: Option<String>,
    /// What its provider said when it was asked; none where nobody asked.
    pub verified: Option<Verified>,
}

/// What a provider says of a secret of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verified {
    /// It opens what it opens, now.
    Live,
    /// It opens nothing any more, or never did.
    Revoked,
    /// There was no answer, or none that says it.
    Unknown,
}

impl Verified {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Live, Self::Revoked, Self::Unknown];

    /// The word for it, as in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Revoked => "revoked",
            Self::Unknown => "unknown",
        }
    }
}

impl ExposedSecret {
    /// Whether it has been there for longer than any secret of its kind should be used.
    pub fn is_overdue(&self) -> bool {
        self.age.is_some_and(|age| age > u32::from(self.days))
    }
}
