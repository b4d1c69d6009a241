//! Every example of the rules against all rules, and the language of the patterns by itself.

use model::ImagePath;

use super::pattern::{Part, Pattern, Shape};
use super::*;
use crate::testing::{check, survives, wants};

/// Rule, file, content and the version in it, empty where none must be found.
static EXAMPLES: &[(&str, &str, &[u8], &str)] = include!(concat!(env!("OUT_DIR"), "/program_examples.rs"));

#[test]
fn every_example_is_found_by_its_rule_and_by_no_other() {
    for (id, file, content, expected) in EXAMPLES {
        assert!(wants(&ANALYZER, &format!("opt/{file}")), "{id}: {file} is not read");
        let found: Vec<_> =
            RULES.iter().filter_map(|rule| Some((rule.id, version(rule, file.as_bytes(), content)?))).collect();
        let wanted: Vec<_> = [(*id, *expected)].into_iter().filter(|_| !expected.is_empty()).collect();
        assert_eq!(found, wanted, "{id}: {}", content.escape_ascii());
    }
    assert!(EXAMPLES.len() >= RULES.len());
}

#[test]
fn every_pattern_is_the_first_to_fit_some_example() {
    for rule in RULES {
        for (index, pattern) in rule.patterns.iter().enumerate() {
            let shown = EXAMPLES.iter().filter(|(id, ..)| *id == rule.id).any(|(_, file, content, _)| {
                let release = rule.files.iter().find_map(|name| name.release(file.as_bytes())).unwrap();
                let release = Some(release).filter(|release| !release.is_empty());
                rule.patterns[..index].iter().all(|other| other.find(content, release).is_none())
                    && pattern.find(content, release).is_some()
            });
            assert!(shown, "{}: no example for pattern {index}", rule.id);
        }
    }
}

#[test]
fn what_is_found_has_a_name_for_every_database() {
    check(&ANALYZER, "usr/sbin/nginx", b"\0nginx version: nginx/1.25.1\n\0", "nginx 1.25.1");
    check(&ANALYZER, "usr/sbin/nginx", b"\x7fELF\0\0\0\0UPX!", "gap: unsupported");
    let rule = RULES.iter().find(|rule| rule.id == "nginx").unwrap();
    assert_eq!(cpe(rule, "1.2-rc.1+b_1"), "cpe:2.3:a:f5:nginx:1.2-rc.1\\+b_1:*:*:*:*:*:*:*");
}

#[test]
fn files_are_wanted_by_their_names() {
    for (path, expected) in [
        ("usr/sbin/nginx", true),
        ("usr/sbin/nginx.conf", false),
        ("usr/bin/python3.11", true),
        ("usr/lib/libpython3.7m.so.1.0", true),
        ("usr/lib/libpython3.8.so", true),
        ("usr/bin/python3.11-config", false),
        ("usr/bin/cpython3.11", false),
        ("usr/lib/libstd-86aefecbddda356d.so", true),
        ("usr/lib/libQt5Core.so.5.15.2", true),
        ("usr/lib/libm.so.6", false),
        ("usr/share/man/man1/nginx.1", false),
    ] {
        assert_eq!(wants(&ANALYZER, path), expected, "{path}");
    }
    assert!(!has_name_that_varies(&ImagePath::from("nginx")), "names that do not vary have keys of their own");
}

/// The version that a pattern of these parts finds; the version is part `version`.
fn found<'a>(parts: &'static [Part], version: usize, anchor: Option<usize>, content: &'a str) -> Option<&'a str> {
    Pattern { parts, version, anchor }.find(content.as_bytes(), None)
}

#[test]
fn a_version_is_as_long_as_what_follows_allows() {
    const REDIS: &[Part] = &[Part::Version(Shape::Numbers), Part::Hex(4), Part::Literal(b"-")];
    for (content, expected) in [
        ("1.0.12ab1-", Some("1.0.1")),
        ("1.0.0beef-", Some("1.0.0")),
        ("x1.0.0beef-", None),
        ("1beef-", None),
        ("1.0.0bee-", None),
        ("", None),
    ] {
        assert_eq!(found(REDIS, 0, None, content), expected, "{content}");
    }
}

#[test]
fn the_first_place_that_fits_counts_and_others_are_passed() {
    const GO: &[Part] = &[Part::Literal(b"v"), Part::Version(Shape::Any), Part::Literal(b"\0")];
    for (content, expected) in [
        ("v1.2.3 v1.2\0v3.4\0", Some("1.2")),
        ("v1.2.3-rc.1+x\0", Some("1.2.3-rc.1+x")),
        ("v.1\0 v1.\0", None),
        ("v1.2.3", None),
    ] {
        assert_eq!(found(GO, 1, None, content), expected, "{content:?}");
    }
    const THREE: &[Part] = &[Part::Literal(b"at "), Part::Version(Shape::NumbersOf(3))];
    assert_eq!(found(THREE, 1, Some(0), "at 1.2, at 1.2.3.4"), Some("1.2.3"));
}

#[test]
fn a_release_in_the_name_decides() {
    const PARTS: &[Part] = &[Part::Literal(b"\0"), Part::Version(Shape::Any), Part::Literal(b"\0")];
    let pattern = Pattern { parts: PARTS, version: 1, anchor: None };
    let content = b"\x001.2.13\x003.1.10\x003.11\x003.11.2\0";
    assert_eq!(pattern.find(content, Some(b"3.1")), Some("3.1.10"));
    assert_eq!(pattern.find(content, Some(b"3.11")), Some("3.11.2"));
    assert_eq!(pattern.find(content, Some(b"3.2")), None);
}

#[test]
fn hostile_bytes_end_in_time() {
    let dots = "1.".repeat(200_000);
    let openings = "nginx version: nginx/".repeat(20_000);
    for content in [dots, openings] {
        check(&ANALYZER, "nginx", &content, "");
        check(&ANALYZER, "helm", &content, "");
    }
    let samples: Vec<_> =
        EXAMPLES.iter().filter(|(_, file, ..)| *file == "nginx").map(|(_, _, content, _)| *content).collect();
    survives(&ANALYZER, "nginx", &samples);
}
