//! A labelled set: secrets of every kind in the surroundings in which they leak, and what only looks like them, of every class
//! of noise and beside the words of every provider. Prints recall and precision:
//! `cargo test -p plimsoll-secrets --test labelled -- --nocapture`.
//!
//! The set is made from the examples of the kinds, the same in every run; nothing in it was taken from what the search found.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod negatives;
mod positives;

#[allow(dead_code, reason = "the library's, of which a part is used here")]
#[path = "../../src/rule/alphabet.rs"]
mod alphabet;
#[path = "../../src/rule/fill.rs"]
mod fill;
#[allow(dead_code, reason = "the library's, of which a part is used here")]
#[path = "../../src/rule/notation.rs"]
mod notation;
#[allow(dead_code, reason = "the library's, of which a part is used here")]
#[path = "../../src/rule/shape.rs"]
mod shape;

use std::collections::BTreeMap;
use std::fmt::Write;

use secrets::secrets;

use examples::EXAMPLES;

mod examples {
    #![allow(missing_docs, reason = "made by the build")]
    include!(concat!(env!("OUT_DIR"), "/examples.rs"));
}

/// How many of a group were asked for, how many came out right, and some of those that did not.
#[derive(Default)]
struct Tally {
    asked: usize,
    right: usize,
    wrong: Vec<String>,
}

impl Tally {
    fn add(&mut self, right: bool, sample: impl FnOnce() -> String) {
        self.asked += 1;
        if right {
            self.right += 1;
        } else if self.wrong.len() < 20 {
            self.wrong.push(sample());
        }
    }
}

fn print(title: &str, groups: &BTreeMap<&str, Tally>) -> String {
    let mut text = format!("{title}\n");
    for (group, tally) in groups {
        let _ = writeln!(text, "  {group:<44} {:>6} of {:>6}", tally.right, tally.asked);
        for wrong in &tally.wrong {
            let _ = writeln!(text, "      {}", wrong.replace('\n', "\\n"));
        }
    }
    text
}

fn sum(groups: &BTreeMap<&str, Tally>, count: fn(&Tally) -> usize) -> f64 {
    f64::from(u32::try_from(groups.values().map(count).sum::<usize>()).unwrap())
}

#[test]
fn recall_and_precision_are_at_least_99_percent() {
    let (mut found, mut clean): (BTreeMap<&str, Tally>, BTreeMap<&str, Tally>) = Default::default();
    for sample in positives::all() {
        let seen = secrets(sample.text.as_bytes());
        let hit = seen.iter().any(|secret| sample.text[secret.span.clone()].contains(&sample.secret));
        found.entry(sample.surroundings).or_default().add(hit, || format!("{}: {}", sample.kind, sample.text));
    }
    for sample in negatives::all() {
        let seen = secrets(sample.text.as_bytes());
        let kinds: Vec<_> = seen.iter().map(|secret| secret.kind.id).collect();
        let is_clean = sample.kind.map_or(kinds.is_empty(), |kind| !kinds.contains(&kind));
        clean.entry(sample.class).or_default().add(is_clean, || format!("{kinds:?}: {}", sample.text));
    }
    let [recall, hits] =
        [sum(&found, |tally| tally.right) / sum(&found, |tally| tally.asked), sum(&found, |tally| tally.right)];
    let alarms = sum(&clean, |tally| tally.asked - tally.right);
    let precision = hits / (hits + alarms);
    println!("{}{}", print("found, by surroundings", &found), print("left alone, by class of noise", &clean));
    println!(
        "recall {:.2} %, precision {:.2} % ({hits} secrets, {alarms} false alarms)",
        recall * 100.0,
        precision * 100.0
    );
    assert!(recall >= 0.99, "recall");
    assert!(precision >= 0.99, "precision");
}
