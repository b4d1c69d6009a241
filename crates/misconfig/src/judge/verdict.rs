//! Logic with three values (Kleene): what depends on the unknown is unknown.

/// What became of a condition. In this order, so that "and" is the least of its parts and "or" the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It does not hold.
    Fails,
    /// It depends on what nobody knows yet.
    Unknown,
    /// It holds.
    Holds,
}

impl From<bool> for Verdict {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Fails }
    }
}

impl Verdict {
    /// The opposite; of what is unknown, unknown.
    pub fn not(self) -> Self {
        match self {
            Self::Fails => Self::Holds,
            Self::Unknown => Self::Unknown,
            Self::Holds => Self::Fails,
        }
    }
}
