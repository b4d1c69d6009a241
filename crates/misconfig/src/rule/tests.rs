//! Every rule, and what its examples show.

use super::{COUNT, all};
use crate::rule::trial::mistakes;

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

#[test]
fn every_rule_is_unpacked_as_it_was_packed() {
    assert_eq!(all().count(), COUNT);
    assert_eq!(EXAMPLES.len(), COUNT);
}

#[test]
fn every_rule_keeps_to_its_examples() {
    let mut wrong = Vec::new();
    for (rule, (bad, good)) in all().zip(EXAMPLES) {
        let found = mistakes(rule, bad, good);
        wrong.extend(found.into_iter().map(|mistake| format!("{}: {mistake}", rule.id)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
