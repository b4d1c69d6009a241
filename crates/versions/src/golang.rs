//! Go module versions: Go Modules Reference, "Versions" and "Pseudo-versions". They are semantic versions behind a `v`,
//! which advisories leave out.
//!
//! A pseudo-version is a pre-release whose identifier begins with a time, so that semantic order is the order of commits;
//! `+incompatible` is build metadata and does not count.

use std::cmp::Ordering;

use crate::semver;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a>(semver::Version<'a>);

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let version = semver::Version::parse(text)?;
        if version.is_whole() { Ok(Self(version)) } else { Err("a pre-release or a build follows a shortened version") }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        self.0.compare(&other.0)
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Go;
    use crate::testing::{ascending, invalid};

    #[test]
    fn pseudo_versions_follow_the_commits() {
        // Go Modules Reference, "Pseudo-versions": the three forms, around the versions that they are derived from.
        ascending(
            Go,
            &[
                "v0.0.0-20170915032832-14c0d48ead0c",
                "v0.0.0-20191109021931-daa7c04131f5",
                "v1.2.3-pre",
                "v1.2.3-pre.0.20191109021931-daa7c04131f5",
                "v1.2.3",
                "v1.2.4-0.20191109021931-daa7c04131f5",
                "v1.2.4",
            ],
        );
    }

    #[test]
    fn incompatible_does_not_count() {
        ascending(Go, &["1.9.9", "v2.0.0+incompatible = 2.0.0", "v2.0.1-0.20200101000000-abcdefabcdef+incompatible"]);
    }

    #[test]
    fn releases_of_go_itself() {
        ascending(Go, &["1.18.6", "1.19.0-0", "1.19.0-beta.1", "1.19.0-rc.1", "1.19 = 1.19.0", "1.19.1"]);
    }

    #[test]
    fn not_versions() {
        // `(devel)` is what a build without a version says of itself.
        invalid(Go, &["", "(devel)", "v", "v1.2-pre", "v1+incompatible", "go1.21", "1.02.3", "v1.2.3.4", "master"]);
    }
}
