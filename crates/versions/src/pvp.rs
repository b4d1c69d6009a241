//! Haskell's versions: Package Versioning Policy, and the order of `Data.Version`. Numbers with dots between them; where
//! one list ends, it comes first, so that `1.0` and `1.0.0` are two versions.

use std::cmp::Ordering;

use crate::text::{compare_lists, is_number};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.split('.').all(is_number) { Ok(Self(text)) } else { Err("it is not numbers between dots") }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_lists(self.0.split('.'), other.0.split('.'))
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Pvp;
    use crate::testing::{ascending, invalid};

    #[test]
    fn lists_of_numbers() {
        // Package Versioning Policy, "Version numbers": components are ordered as numbers.
        ascending(Pvp, &["0.9.1", "0.10", "1", "1.0", "1.0.0", "1.0.0.1", "1.1"]);
        ascending(Pvp, &["9.2.8", "9.4.7", "9.10.1 = 9.010.1"]);
    }

    #[test]
    fn not_versions() {
        // Tags, which Data.Version still knows, cannot be uploaded any more.
        invalid(Pvp, &["", "1.", ".1", "1..2", "1.a", "v1.0", "1-0", "1.0-tag", "1.0 ", "1é"]);
    }
}
