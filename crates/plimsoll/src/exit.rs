//! What the process says to its caller when it ends: the one list of exit codes.

use std::process::ExitCode;

/// Why the process ends, from what matters least to what matters most: several reasons give the last one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Done, and no gate failed.
    #[default]
    Passed,
    /// Some of the artifact could not be seen, and the caller asked for all of it.
    Incomplete,
    /// There are no advisories to judge with.
    NoAdvisories,
    /// A finding is as bad as the caller said it must not be.
    GateFailed,
    /// The artifact could not be scanned, or a report not be written.
    ScanFailed,
    /// The command line, or a variable in its place, makes no sense.
    Usage,
}

impl Exit {
    /// Every reason, by its code.
    pub const BY_CODE: [Self; 6] =
        [Self::Passed, Self::GateFailed, Self::Usage, Self::ScanFailed, Self::Incomplete, Self::NoAdvisories];

    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::GateFailed => 1,
            Self::Usage => 2,
            Self::ScanFailed => 3,
            Self::Incomplete => 4,
            Self::NoAdvisories => 5,
        }
    }

    /// What it means, for the help text.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::GateFailed => "a gate failed (--fail-on)",
            Self::Usage => "the command line makes no sense",
            Self::ScanFailed => "the scan failed",
            Self::Incomplete => "not everything could be seen (--fail-on-incomplete)",
            Self::NoAdvisories => "there is no advisory data",
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_the_documented_ones() {
        for (code, exit) in (0..).zip(Exit::BY_CODE) {
            assert_eq!(exit.code(), code);
        }
    }

    #[test]
    fn a_definite_failure_outweighs_an_uncertain_one() {
        assert_eq!(Exit::Incomplete.max(Exit::GateFailed), Exit::GateFailed);
        assert_eq!(Exit::NoAdvisories.max(Exit::Incomplete), Exit::NoAdvisories);
        assert_eq!(Exit::GateFailed.max(Exit::ScanFailed), Exit::ScanFailed);
    }
}
