//! Versions of R packages: Writing R Extensions, "The DESCRIPTION file", and R's `compareVersion`. Numbers with dots or
//! hyphens between them, which mean the same; where one list ends, it comes first.

use std::cmp::Ordering;

use crate::text::{compare_lists, is_number};

const SEPARATORS: [char; 2] = ['.', '-'];

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(&'a str);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.split(SEPARATORS).all(is_number) {
            Ok(Self(text))
        } else {
            Err("it is not numbers between dots or hyphens")
        }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_lists(self.0.split(SEPARATORS), other.0.split(SEPARATORS))
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Cran;
    use crate::testing::{ascending, invalid};

    #[test]
    fn lists_of_numbers() {
        // R, help page "compareVersion": its examples, and "with components optionally missing, in which case the version
        // number is older".
        ascending(Cran, &["1", "1.0", "1.0-1 = 1.0.1 = 1.00-01", "7.1-12", "7.2-0"]);
        ascending(Cran, &["0.1", "0.1-3 = 0.1.3", "0.1-8", "0.1-21", "0.2"]);
    }

    #[test]
    fn not_versions() {
        invalid(Cran, &["", "1.", ".1", "1..2", "1.a", "v1.0", "1_0", "1.0 ", "-1", "1.0+1", "1é"]);
    }
}
