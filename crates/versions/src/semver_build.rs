//! Semantic versions whose builds count: Julia's `VersionNumber` (Julia manual, "Version Number Literals") and Dart's
//! `Version` (pub_semver). Neither follows the standard there, since both publish builds that differ in nothing else:
//! Julia numbers the builds of one binary, `4.3.1+0` and `4.3.1+1`, and has advisories about some of them.
//!
//! A version with a build comes after the same without; builds are ordered as pre-releases are, numbers before words.

use std::cmp::Ordering;
use std::fmt;

use crate::semver;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(semver::Version<'a>);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        semver::Version::parse(text).map(Self)
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.0.compare(&other.0).then_with(|| self.0.compare_builds(&other.0))
    }
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::SemverBuild;
    use crate::testing::{ascending, invalid, normal};

    #[test]
    fn builds_count() {
        // pub_semver, README: "Version 1.2.3+1 is considered a lower number than 1.2.3+2", and builds "are sorted like
        // pre-release suffixes"; Julia, base/version.jl: a shorter list comes first, numbers before words.
        ascending(
            SemverBuild,
            &[
                "1.2.3-rc.1",
                "1.2.3-rc.1+0",
                "1.2.3",
                "1.2.3+0 = 1.2.3+00",
                "1.2.3+1",
                "1.2.3+1.0",
                "1.2.3+2",
                "1.2.3+10",
                "1.2.3+a",
                "1.2.3+a.1",
                "1.2.4",
            ],
        );
    }

    #[test]
    fn builds_of_julias_binaries() {
        ascending(SemverBuild, &["4.3.1+0", "4.3.1+2", "4.4.0+0", "1000.3.1+0"]);
        normal(SemverBuild, &[("v1.2+1", "1.2.0+1"), ("4.3.1+2", "4.3.1+2")]);
    }

    #[test]
    fn not_versions() {
        invalid(SemverBuild, &["", "1.0.0+", "1.0.0+a..b", "1.0.0.0", "01.0.0", "1.0.0+a_b"]);
    }
}
