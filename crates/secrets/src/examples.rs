//! Every kind's examples against all kinds.

use crate::rule::filling::{Chance, fill};
use crate::{KINDS, secrets};

include!(concat!(env!("OUT_DIR"), "/examples.rs"));

#[test]
fn examples_are_found_as_their_kind_and_as_no_other() {
    let mut wrong = Vec::new();
    for (id, matches, differs) in EXAMPLES {
        let mut chance = Chance::of(id);
        let mut found = |text: &str| {
            let text = fill(text, &mut chance);
            (secrets(text.as_bytes()).iter().map(|secret| secret.kind.id).collect::<Vec<_>>(), text)
        };
        for example in *matches {
            let (seen, text) = found(example);
            if seen != [*id] {
                wrong.push(format!("{id}: {text}\n    found as {seen:?}"));
            }
        }
        for example in *differs {
            let (seen, text) = found(example);
            if seen.contains(id) {
                wrong.push(format!("{id}: {text}\n    must not be found"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} examples of {} kinds:\n{}", wrong.len(), KINDS.len(), wrong.join("\n"));
}
