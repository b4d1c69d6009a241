//! The distribution that an image is built on.

use serde::{Deserialize, Serialize};

/// A Linux distribution and its release, in the words of os-release(5).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Distro {
    /// How much the file that says it is to be believed: the lowest wins, and only fills in what it leaves out.
    pub rank: u8,
    /// `ID`, lower case: `debian`, `rhel`, `alpine`.
    pub id: String,
    /// `VERSION_ID`, as exact as any file tells: `12`, `9.3`, `3.18.4`. Empty for rolling releases.
    pub version: String,
    /// `VERSION_CODENAME`: `bookworm`.
    pub codename: String,
    /// `PRETTY_NAME` or the nearest to it.
    pub name: String,
    /// `ID_LIKE`, most similar first.
    pub like: Vec<String>,
    /// `CPE_NAME`, which Red Hat's advisories are filed under.
    pub cpe: String,
    /// Extended support is switched on (Ubuntu Pro, RHEL EUS and their like).
    pub extended_support: bool,
    /// The extended streams whose repositories it was built from, where that is known: `eus`, `e4s`, `aus`, `tus`.
    pub streams: Vec<String>,
}

impl Distro {
    /// Joins what several files say: the best ranked decides, the others fill in what it leaves out when they speak of
    /// the same distribution.
    pub fn merge<'a>(hints: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut hints: Vec<&Self> = hints.into_iter().collect();
        hints.sort();
        let (first, rest) = hints.split_first()?;
        let mut distro = (*first).clone();
        for hint in rest.iter().filter(|hint| hint.id == first.id) {
            // `12` becomes `12.5`: a longer form of the same release is the more exact one.
            let refines = hint.version.strip_prefix(&*distro.version).is_some_and(|rest| rest.starts_with('.'));
            if distro.version.is_empty() || refines {
                distro.version.clone_from(&hint.version);
            }
            fill(&mut distro.codename, &hint.codename);
            fill(&mut distro.name, &hint.name);
            fill(&mut distro.cpe, &hint.cpe);
            if distro.like.is_empty() {
                distro.like.clone_from(&hint.like);
            }
            distro.extended_support |= hint.extended_support;
            distro.streams.extend(hint.streams.iter().cloned());
        }
        distro.streams.sort();
        distro.streams.dedup();
        Some(distro)
    }

    /// The release's first component: `9` of `9.3`.
    pub fn major(&self) -> &str {
        self.version.split('.').next().unwrap_or_default()
    }
}

fn fill(field: &mut String, other: &str) {
    if field.is_empty() {
        field.push_str(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_ranked_file_decides_and_others_refine_it() {
        let release = Distro { rank: 0, id: "debian".into(), version: "12".into(), ..Distro::default() };
        let exact = Distro {
            rank: 2,
            id: "debian".into(),
            version: "12.5".into(),
            codename: "bookworm".into(),
            ..Distro::default()
        };
        let stranger = Distro { rank: 3, id: "ubuntu".into(), version: "12.5.1".into(), ..Distro::default() };
        let merged = Distro::merge([&stranger, &exact, &release]).unwrap();
        assert_eq!((&*merged.id, &*merged.version, &*merged.codename), ("debian", "12.5", "bookworm"));
        assert_eq!(merged.major(), "12");
    }
}
