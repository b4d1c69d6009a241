//! Which builds of a package an advisory's entry speaks of. Some publishers keep several builds beside each other under one
//! name: their versions compare, but a fix of one says nothing about another.
//!
//! - **Module streams** (Red Hat and its rebuilds; "Modularity" in their documentation): a fix of `nodejs:16` is none of
//!   `nodejs:14` nor of the package outside modules. Such builds have `.module` in their release.
//! - **Ksplice** (Oracle): builds that can be patched while they run have `.ksplice1.` in their release and an epoch one
//!   higher.
//! - **FIPS 140** (Oracle, Ubuntu Pro): certified builds have `_fips` at the end of the release (Oracle, with epoch 10) or
//!   `fips` in the version (Ubuntu). What Ubuntu says of its ordinary builds holds for the certified ones as well where
//!   it says nothing of those.
//! - **Topics** (Amazon Linux extras, live patches): each has packages of its own, mostly of the version that it is named
//!   after: `kernel-5.10`, `php8.2`, `postgresql14`.
//! - **CentOS Linux** was judged by Red Hat's advisories. Where its build differs it has `.centos` where Red Hat's has the
//!   minor release: `2.4.6-97.el7.centos.5` is the rebuild of `2.4.6-97.el7_9.5`.

use std::borrow::Cow;
use std::cmp::Ordering;

use versions::Scheme;

use crate::advisory::Event;
use crate::shard::Entry;

/// Topics of Amazon Linux without a version in their name that have no package of the core's names.
const TOPICS_APART: &[&str] = &["docker", "ecs", "livepatch", "nitro-enclaves"];

/// What a build was made for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    Ksplice,
    Fips,
}

/// Whether an entry is about builds such as the package in this version. `module` is RPM's modularity label.
pub(crate) fn speaks_of(entry: &Entry, scheme: Scheme, version: &str, module: Option<&str>) -> bool {
    match scheme {
        Scheme::Rpm => {
            same_module(entry, version, module)
                && filed_for(entry.ecosystem).or_else(|| fixes(entry).find_map(purpose_of)) == purpose_of(version)
                && same_topic(entry.ecosystem, version)
        }
        Scheme::Deb => filed_for(entry.ecosystem).is_none_or(|purpose| purpose_of(version) == Some(purpose)),
        _ => true,
    }
}

fn fixes<'a>(entry: &Entry<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    entry.timelines().flatten().filter_map(|event| match event {
        Event::Fixed(version) | Event::LastAffected(version) => Some(version),
        Event::Introduced(_) | Event::Limit(_) => None,
    })
}

fn same_module(entry: &Entry, version: &str, module: Option<&str>) -> bool {
    let modular = |version: &str| version.contains(".module");
    let mut modules = entry.modules().peekable();
    if (modules.peek().is_some() || fixes(entry).any(modular)) != (module.is_some() || modular(version)) {
        return false;
    }
    match module {
        Some(label) if modules.peek().is_some() => {
            let is = |stream| label.strip_prefix(stream).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
            modules.any(is)
        }
        _ => true,
    }
}

fn purpose_of(version: &str) -> Option<Purpose> {
    // Most versions have none of the letters.
    let rest = version.find(['f', 'F', 'k']).map(|start| &version[start..])?;
    if rest.contains("ksplice") {
        Some(Purpose::Ksplice)
    } else if ["fips", "Fips", "FIPS"].iter().any(|word| rest.contains(word)) {
        Some(Purpose::Fips)
    } else {
        None
    }
}

/// By the repository whose entry it is: `Oracle Linux:9:ksplice`, `Ubuntu:Pro:FIPS-updates:22.04:LTS`.
fn filed_for(ecosystem: &str) -> Option<Purpose> {
    ecosystem.split(':').skip(1).find_map(|part| match part {
        "ksplice" => Some(Purpose::Ksplice),
        "fips" | "FIPS" => Some(Purpose::Fips),
        part => part.starts_with("FIPS-").then_some(Purpose::Fips),
    })
}

/// Whether the package can be of the topic that an entry is filed under, if it is filed under one.
fn same_topic(ecosystem: &str, version: &str) -> bool {
    let Some(topic) = ecosystem.strip_prefix("Amazon Linux:").and_then(|rest| rest.split_once(':')) else {
        return true;
    };
    let topic = topic.1.strip_suffix(".x").unwrap_or(topic.1);
    let name = topic.trim_end_matches(|end: char| end.is_ascii_digit() || end == '.');
    let number = &topic[name.len()..];
    if number.is_empty() {
        return TOPICS_APART.contains(&topic);
    }
    let upstream = version.split_once(':').map_or(version, |(_, rest)| rest);
    upstream.strip_prefix(number).is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_alphanumeric()))
}

/// How a rebuild of CentOS Linux compares with a build of Red Hat's; none if it is not one.
pub(crate) fn compare_rebuild(version: &str, other: &str) -> Option<Ordering> {
    let start = version.find(".centos")?;
    let (before, after) = (&version[..start], &version[start + ".centos".len()..]);
    Scheme::Rpm.compare(&format!("{before}{after}"), &without_minor(other)).ok()
}

/// `97.el7.5` of `97.el7_9.5`.
fn without_minor(release: &str) -> Cow<'_, str> {
    let Some(start) = release.find(".el") else { return release.into() };
    let Some(minor) = release[start..].find('_').map(|place| start + place) else { return release.into() };
    let rest = release[minor + 1..].trim_start_matches(|digit: char| digit.is_ascii_digit());
    format!("{}{rest}", &release[..minor]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_of_the_version_in_its_name() {
        for (topic, version, expected) in [
            ("", "4.14.355-275.572.amzn2", true),
            (":kernel-5.10", "5.10.234-225.921.amzn2", true),
            (":kernel-5.10", "5.100.1-1.amzn2", false),
            (":kernel-5.10", "4.14.355-275.572.amzn2", false),
            (":php8.2", "8.2.7-1.amzn2", true),
            (":php8.2", "8.1.7-1.amzn2", false),
            (":postgresql14", "14.8-1.amzn2.0.1", true),
            (":mate-desktop1.x", "1:1.19.0-1.amzn2", true),
            (":docker", "25.0.8-1.amzn2.0.4", true),
            (":vim", "2:9.0.1-1.amzn2", false),
        ] {
            assert_eq!(same_topic(&format!("Amazon Linux:2{topic}"), version), expected, "{topic} {version}");
        }
        assert!(same_topic("Oracle Linux:9:baseos", "1-1"));
    }

    #[test]
    fn a_rebuild_is_as_new_as_what_it_was_built_from() {
        for (rebuild, original, expected) in [
            ("2.4.6-97.el7.centos.5", "2.4.6-97.el7_9.5", Some(Ordering::Equal)),
            ("2.4.6-97.el7.centos.4", "0:2.4.6-97.el7_9.5", Some(Ordering::Less)),
            ("2.4.6-97.el7.centos", "2.4.6-97.el7", Some(Ordering::Equal)),
            ("2.4.6-98.el7.centos.1", "2.4.6-97.el7_9.5", Some(Ordering::Greater)),
            ("2.4.6-97.el7_9.5", "2.4.6-97.el7_9.5", None),
        ] {
            assert_eq!(compare_rebuild(rebuild, original), expected, "{rebuild} {original}");
        }
    }
}
