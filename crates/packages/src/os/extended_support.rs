//! Paid extended support, which adds fixes after a release's ordinary end.
//!
//! **Files and facts.**
//! - `var/lib/ubuntu-advantage/status.json`, written by Ubuntu's `pro` tool: on when the service `esm-infra` or
//!   `esm-apps` is `enabled`.
//! - `root/buildinfo/content_manifests/*.json` and `usr/share/buildinfo/*.json`, which Red Hat's build system leaves in
//!   images: on when one of `content_sets` is of an extended stream (`rhel-8-for-x86_64-baseos-eus-rpms`; also `aus`,
//!   `e4s`, `tus`). Which streams they are decides whose fixes count.
//!
//! The file names the distribution but no release: it only ever adds to what other files say.
//!
//! **Not seen.** Subscriptions that only show in apt's or dnf's own configuration.

use std::borrow::Cow;

use model::{Analyzer, Distro, Facts, File, ImagePath, Key, Unreadable};
use serde::Deserialize;

use super::os_release::rank;

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "extended-support",
    version: 2,
    files: &[
        Key::Path("var/lib/ubuntu-advantage/status.json").any(),
        Key::In("content_manifests").when(is_content_manifest),
        Key::In("buildinfo").when(is_content_manifest),
    ],
    analyze,
};

fn is_content_manifest(path: &ImagePath) -> bool {
    matches!(path.parent(), b"root/buildinfo/content_manifests" | b"usr/share/buildinfo")
        && path.extension() == Some(b"json")
}

#[derive(Deserialize)]
struct Pro<'a> {
    #[serde(borrow, default)]
    services: Vec<Service<'a>>,
}

#[derive(Deserialize)]
struct Service<'a> {
    #[serde(borrow, default)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    status: Cow<'a, str>,
}

#[derive(Deserialize)]
struct ContentManifest<'a> {
    #[serde(borrow, default)]
    content_sets: Option<Vec<Cow<'a, str>>>,
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let (id, extended, streams) = if file.path.name() == b"status.json" && !is_content_manifest(file.path) {
        let pro: Pro<'_> = json(file.content)?;
        ("ubuntu", pro.services.iter().any(|service| is_esm(&service.name) && service.status == "enabled"), Vec::new())
    } else {
        let manifest: ContentManifest<'_> = json(file.content)?;
        let mut streams: Vec<String> =
            manifest.content_sets.iter().flatten().filter_map(|set| extended_stream(set)).map(str::to_owned).collect();
        streams.sort();
        streams.dedup();
        ("rhel", !streams.is_empty(), streams)
    };
    if extended {
        let id = id.into();
        facts.distro(Distro { rank: rank::SUBSCRIPTION, id, extended_support: true, streams, ..Distro::default() });
    }
    Ok(())
}

fn json<'a, T: Deserialize<'a>>(content: &'a [u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(content).map_err(|error| {
        Unreadable::corrupt(format!(
            "not the JSON document that tells whether there is extended support (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

fn is_esm(service: &str) -> bool {
    matches!(service, "esm-infra" | "esm-apps")
}

fn extended_stream(content_set: &str) -> Option<&str> {
    content_set.split('-').find(|part| matches!(*part, "eus" | "aus" | "e4s" | "tus"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    const PRO: &str = "var/lib/ubuntu-advantage/status.json";
    const MANIFEST: &str = "root/buildinfo/content_manifests/ubi9-container-9.4-1.json";

    fn check(path: &str, content: &str, expected: Option<&str>, gaps: usize) {
        let read = read(&ANALYZER, path, content.as_bytes());
        let found: Vec<_> = read.distros.iter().map(|distro| (&*distro.id, distro.extended_support)).collect();
        assert_eq!(found, expected.map(|id| (id, true)).into_iter().collect::<Vec<_>>(), "{content}");
        assert_eq!(read.gaps.len(), gaps, "{:?}", read.gaps);
    }

    #[test]
    fn ubuntu_pro_counts_when_a_service_is_enabled() {
        check(
            PRO,
            r#"{"services":[{"name":"livepatch","status":"n/a"},{"name":"esm-infra","status":"enabled"}]}"#,
            Some("ubuntu"),
            0,
        );
        check(
            PRO,
            r#"{"services":[{"name":"esm-infra","status":"disabled"},{"name":"fips","status":"enabled"}]}"#,
            None,
            0,
        );
        check(PRO, r#"{"attached":false}"#, None, 0);
    }

    #[test]
    fn an_extended_stream_among_the_content_sets_counts() {
        check(
            MANIFEST,
            r#"{"content_sets":["rhel-9-for-x86_64-baseos-rpms","rhel-9-for-x86_64-baseos-eus-rpms"]}"#,
            Some("rhel"),
            0,
        );
        check(MANIFEST, r#"{"content_sets":["rhel-9-for-x86_64-baseos-rpms","zeus-rpms"]}"#, None, 0);
        check(
            "usr/share/buildinfo/a.json",
            r#"{"content_sets":["rhel-8-for-x86_64-appstream-e4s-rpms"]}"#,
            Some("rhel"),
            0,
        );
    }

    #[test]
    fn every_stream_is_told_once() {
        let sets = r#"{"content_sets":["rhel-8-for-x86_64-baseos-e4s-rpms","rhel-8-for-x86_64-appstream-e4s-rpms",
            "rhel-8-for-x86_64-baseos-rpms","rhel-8-for-x86_64-baseos-aus-rpms"]}"#;
        assert_eq!(read(&ANALYZER, MANIFEST, sets.as_bytes()).distros[0].streams, ["aus", "e4s"]);
    }

    #[test]
    fn what_cannot_be_read_is_a_gap() {
        check(PRO, "", None, 1);
        check(MANIFEST, "gone", None, 1);
        check(MANIFEST, &"[".repeat(1 << 20), None, 1);
        check(MANIFEST, r#"{"content_sets":[1]}"#, None, 1);
    }

    #[test]
    fn only_their_own_folders_are_wanted() {
        assert!(is_content_manifest(&MANIFEST.into()));
        assert!(!is_content_manifest(&"root/buildinfo/Dockerfile-ubi9-9.4-1".into()));
        assert!(!is_content_manifest(&"app/buildinfo/a.json".into()));
    }
}
