//! What tests of all forms share: a file in, its ignores as lines of text out.

use model::FixState;

use super::{Ignore, read};

/// Expected: for each ignore its line, what it ignores, and why; of what is left out, how it is told.
pub(super) fn check(name: &str, text: &str, expected: &[&str], refusals: &[&str]) {
    let reading = read(name, text).unwrap();
    assert_eq!(reading.ignores.iter().map(shown).collect::<Vec<_>>(), expected, "{text}");
    assert_eq!(reading.refusals.len(), refusals.len(), "{:?}", reading.refusals);
    for (refusal, expected) in reading.refusals.iter().zip(refusals) {
        assert!(refusal.starts_with(expected), "{refusal}");
    }
}

/// Expected: how the error begins.
pub(super) fn check_error(name: &str, text: &str, expected: &str) {
    let error = read(name, text).unwrap_err();
    assert!(error.starts_with(expected), "{text:?}: {error}");
}

/// `12: vulnerability CVE-1 pkg:npm/a 1.0 npm src/** until 2030-01-01: a reason`.
fn shown(ignore: &Ignore) -> String {
    let scope = &ignore.scope;
    let state = |state: &FixState| match state {
        FixState::Fixed => "fixed",
        FixState::NotFixed => "not-fixed",
        FixState::WillNotFix => "will-not-fix",
        FixState::Deferred => "deferred",
        FixState::EndOfLife => "end-of-life",
        FixState::UnderInvestigation => "under-investigation",
    };
    let mut words: Vec<String> = scope.kinds.iter().map(|kind| kind.word().to_owned()).collect();
    words.extend(scope.ids.iter().chain(&scope.licenses).cloned());
    words.extend(scope.rules.iter().chain(&scope.resources).map(ToString::to_string));
    words.extend(scope.packages.iter().map(ToString::to_string));
    words.extend(scope.versions.iter().cloned());
    words.extend(scope.package_kinds.iter().map(|kind| kind.purl_type().to_owned()));
    words.extend(scope.paths.iter().map(ToString::to_string));
    words.extend(scope.states.iter().map(|it| state(it).to_owned()));
    words.extend(ignore.justification.clone());
    words.extend(ignore.until.as_ref().map(|until| format!("until {}", until.text)));
    let reason = ignore.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{}: {}{reason}", ignore.line, words.join(" "))
}
