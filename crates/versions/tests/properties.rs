//! What holds for every scheme, whatever the texts: validity is one question with one answer, comparing is a total order
//! (where the scheme's own is), nothing panics, and time is linear.

#![expect(clippy::panic, reason = "a test fails so")]

mod common;

use std::cmp::Ordering;
use std::time::{Duration, Instant};

use common::{versionlike, written};
use proptest::prelude::*;
use proptest::strategy::Union;
use proptest::string::string_regex;
use proptest::test_runner::{Config, TestRunner};
use versions::Scheme;

const CASES: u32 = 2_000;

/// Texts of all kinds, most of them versions of the scheme.
fn texts(scheme: Scheme) -> impl Strategy<Value = String> {
    Union::new_weighted(vec![
        (6, written(scheme).boxed()),
        (2, versionlike().boxed()),
        (1, any::<String>().boxed()),
        (1, (written(scheme), any::<char>()).prop_map(|(text, c)| format!("{text}{c}")).boxed()),
    ])
}

fn for_each_scheme<S: Strategy>(
    strategy: impl Fn(Scheme) -> S,
    test: impl Fn(Scheme, S::Value) -> Result<(), TestCaseError>,
) {
    for &scheme in Scheme::ALL {
        let config = Config { cases: CASES, failure_persistence: None, ..Config::default() };
        let result = TestRunner::new(config).run(&strategy(scheme), |value| test(scheme, value));
        if let Err(error) = result {
            panic!("{scheme}: {error}");
        }
    }
}

/// The versions among which a scheme's order is total; `None` for those that take no part. Each group is by itself.
fn group(scheme: Scheme, version: &str) -> Option<u8> {
    let has_release = u8::from(version.contains('-'));
    match scheme {
        Scheme::Rpm => Some(has_release),
        Scheme::Pacman => {
            let upstream = version.split('-').next().unwrap_or_default();
            upstream.ends_with(|last: char| last.is_ascii_alphanumeric()).then_some(has_release)
        }
        Scheme::Maven => None,
        _ => Some(0),
    }
}

#[test]
fn both_must_be_valid() {
    let pairs = |scheme| (texts(scheme), texts(scheme));
    for_each_scheme(pairs, |scheme, (a, b)| {
        let expected = scheme.parse(&a).and(scheme.parse(&b)).map(|_| ());
        prop_assert_eq!(scheme.compare(&a, &b).map(|_| ()), expected);
        if let Err(error) = expected {
            prop_assert_eq!(error.scheme, scheme);
            prop_assert_eq!(error.text, if scheme.is_valid(&a) { &b } else { &a });
            prop_assert!(!error.to_string().chars().any(char::is_control));
        }
        Ok(())
    });
}

#[test]
fn the_order_is_total() {
    let triples = |scheme| [texts(scheme), texts(scheme), texts(scheme)];
    for_each_scheme(triples, |scheme, texts| {
        let versions: Vec<&String> = texts.iter().filter(|text| scheme.is_valid(text)).collect();
        let compare = |a: &String, b: &String| scheme.compare(a, b).expect("both are valid");
        for a in &versions {
            prop_assert_eq!(compare(a, a), Ordering::Equal);
            for b in &versions {
                let order = compare(a, b);
                prop_assert_eq!(compare(b, a), order.reverse(), "{} against {}", a, b);
                for c in &versions {
                    let [first, second, third] = [a, b, c].map(|version| group(scheme, version));
                    let next = compare(b, c);
                    if first.is_some() && first == second && second == third && (order == next || next.is_eq()) {
                        prop_assert_eq!(compare(a, c), order, "{} {:?} {} {:?} {}", a, order, b, next, c);
                    }
                }
            }
        }
        Ok(())
    });
}

/// The versions that Maven's order has no circles among: numbers, and behind them at most one word that no hyphen parts
/// from its number if a dot stands before it.
#[test]
fn mavens_usual_form_is_totally_ordered() {
    let usual = || {
        let word = "(alpha|beta|m|RC|SNAPSHOT|Final|GA|sp|jre|x)";
        let behind = format!("(\\.{word}|-?{word}-?)(0|1|10)|(\\.|-?){word}");
        string_regex(&format!("(0|1|2|10)(\\.(0|1|10)){{0,3}}({behind})?")).expect("a regular expression")
    };
    let config = Config { cases: 20_000, failure_persistence: None, ..Config::default() };
    let result = TestRunner::new(config).run(&[usual(), usual(), usual()], |mut versions| {
        let compare = |a: &String, b: &String| Scheme::Maven.compare(a, b).expect("both are valid");
        versions.sort_by(compare);
        let [a, b, c] = &versions;
        prop_assert!(compare(a, b).is_le() && compare(b, c).is_le());
        prop_assert_eq!(compare(a, c), compare(a, b).then(compare(b, c)), "{} {} {}", a, b, c);
        Ok(())
    });
    assert_eq!(result, Ok(()));
}

#[test]
fn parsing_once_answers_the_same() {
    let pairs = |scheme| (texts(scheme), texts(scheme));
    for_each_scheme(pairs, |scheme, (a, b)| {
        if let (Ok(left), Ok(right)) = (scheme.parse(&a), scheme.parse(&b)) {
            prop_assert_eq!(left.compare(&right), scheme.compare(&a, &b).ok());
            prop_assert_eq!(left.as_str(), &a);
        }
        Ok(())
    });
}

#[test]
fn the_displayed_form_is_the_same_version() {
    for_each_scheme(texts, |scheme, text| {
        if let Ok(version) = scheme.parse(&text) {
            let shown = version.to_string();
            prop_assert_eq!(scheme.compare(&text, &shown), Ok(Ordering::Equal), "{} shown as {}", text, shown);
            let again = scheme.parse(&shown).map(|version| version.to_string());
            prop_assert_eq!(again.as_ref(), Ok(&shown));
        }
        Ok(())
    });
}

#[test]
fn numbers_have_no_limit() {
    let numbers = |_| ("[1-9][0-9]{0,300}", "[1-9][0-9]{0,300}", 0..3usize);
    for_each_scheme(numbers, |scheme, (a, b, zeros)| {
        let expected = a.len().cmp(&b.len()).then_with(|| a.cmp(&b));
        prop_assert_eq!(scheme.compare(&a, &b), Ok(expected));
        // Everywhere but in the schemes that forbid it, leading zeros do not change a first number.
        if !matches!(scheme, Scheme::Go | Scheme::Semver | Scheme::SemverBuild) {
            let padded = format!("{}{a}", "0".repeat(zeros));
            prop_assert_eq!(scheme.compare(&padded, &b), Ok(expected));
        }
        Ok(())
    });
}

/// Each comparison takes some hundredths of a second; one that looked at everything twice over would take a minute.
#[test]
fn time_is_linear() {
    const PARTS: [&str; 22] = [
        "1", "0", "1.", "0.", "1-", "0-", "a1", "1a", "a.", "-", ".", "~", "^", "+", "_", "_p", "_p1", "ga-", "0.ga.",
        "0-x", "v", "é",
    ];
    const LIMIT: Duration = Duration::from_secs(5);
    for &scheme in Scheme::ALL {
        for (prefix, part) in PARTS.iter().flat_map(|part| [("1", part), ("1-", part)]) {
            let [a, b] = ["1", "2"].map(|end| format!("{prefix}{}{end}", part.repeat(50_000)));
            let start = Instant::now();
            let _ = scheme.compare(&a, &b);
            assert!(start.elapsed() < LIMIT, "{scheme}: {part} many times behind {prefix}");
        }
    }
}
