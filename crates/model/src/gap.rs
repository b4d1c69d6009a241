//! What could not be seen. "No finding" and "cannot tell" are different answers.

use serde::{Deserialize, Serialize};

use crate::{AnalyzerId, Place};

/// Something that was there and that we could not look into.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Gap {
    /// What could not be seen; an empty path means the layer or the image as a whole.
    pub place: Place,
    /// The analyzer or the stage that met it.
    pub by: AnalyzerId,
    /// Which kind of obstacle.
    pub kind: GapKind,
    /// What happened, where (with the offset, where bytes are to blame) and what to do, for a person.
    pub detail: String,
}

impl Gap {
    /// About how many bytes of memory it takes.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.place.path.as_bytes().len() + self.detail.len()
    }
}

/// The kinds of obstacle, stable names for gates and reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// The bytes are not what their format allows, or end too early.
    Corrupt,
    /// The bytes do not have the digest that names them.
    DigestMismatch,
    /// The bytes could not be had (missing blob, I/O or network error).
    Unavailable,
    /// The content is encrypted.
    Encrypted,
    /// The layer is stored elsewhere and not part of the image (foreign or non-distributable).
    Foreign,
    /// A format or a variant of one that we do not read.
    Unsupported,
    /// A limit of the budget was hit.
    LimitHit,
    /// The time was up.
    TimedOut,
    /// The distribution, or its release, is not known, so its packages cannot be judged.
    UnknownDistro,
    /// There is no advisory data for packages that were found.
    NoAdvisories,
    /// A rule asks for a value that only the apply, the build or the cluster knows.
    UnknownValue,
    /// An analyzer broke down on the file. A fault of ours.
    Internal,
}

impl GapKind {
    /// The stable name, as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Corrupt => "corrupt",
            Self::DigestMismatch => "digest-mismatch",
            Self::Unavailable => "unavailable",
            Self::Encrypted => "encrypted",
            Self::Foreign => "foreign",
            Self::Unsupported => "unsupported",
            Self::LimitHit => "limit-hit",
            Self::TimedOut => "timed-out",
            Self::UnknownDistro => "unknown-distro",
            Self::NoAdvisories => "no-advisories",
            Self::UnknownValue => "unknown-value",
            Self::Internal => "internal",
        }
    }
}
