//! Whatever is in a file, every reader ends with resources or gaps, and judging them ends as well.

#![expect(clippy::format_collect, reason = "texts of a test")]

use misconfig::judge::judge;
use misconfig::{Target, reader};
use proptest::prelude::*;

/// Beginnings of honest files, to be cut and put together at random.
const PIECES: &[&str] = &[
    "FROM a AS b\n",
    "# escape=`\n",
    "RUN <<EOF\n",
    "EOF\n",
    "RUN sh -c \"$(curl x | sh)\" \\\n",
    "ENV A=$A${B:-$C}\n",
    "ONBUILD RUN x\n",
    "apiVersion: v1\nkind: Pod\n",
    "kind: List\nitems:\n",
    "- ",
    "  ",
    "spec:\n",
    "containers: [{name: a}]\n",
    "&a ",
    "*a ",
    "<<: *a\n",
    "|\n",
    "---\n",
    "{\"kind\": ",
    "\"x\\u0041\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "services:\n  a:\n",
    "extends: a\n",
    "jobs:\n",
    "steps:\n",
    "script: [",
    "uses: a@b\n",
    "\"",
    "'",
    "\\",
    "$(",
    "`",
    "\t",
    "\u{FEFF}",
    "é",
];

fn check(content: &[u8]) {
    for (target, _) in Target::ALL {
        if let Some(read) = reader(target) {
            judge(&read(content, 0).resources);
        }
    }
}

proptest! {
    #[test]
    fn pieces_in_any_order(order in prop::collection::vec(0..PIECES.len(), 0..60)) {
        check(order.iter().map(|index| PIECES[*index]).collect::<String>().as_bytes());
    }

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }
}

#[test]
fn depth_and_size_are_bounded() {
    for text in ["[", "{\"a\":", "a:\n ", "- ", "$(", "sudo ", "\"", "FROM a\n", "&a [*a, ", "{a: "] {
        check(text.repeat(5000).as_bytes());
    }
    let deep: String = (0..5000).map(|depth| format!("{}a:\n", " ".repeat(depth % 300))).collect();
    check(deep.as_bytes());
}

#[test]
fn what_one_file_repeats_is_bounded() {
    // Every job extends a large one.
    let large: String = (0..5000).map(|index| format!("  k{index}: v\n")).collect();
    let jobs: String = (0..2000).map(|index| format!("j{index}: {{extends: .a, script: [x]}}\n")).collect();
    let resources = reader(Target::GitlabCi).unwrap()(format!(".a:\n{large}{jobs}").as_bytes(), 0).resources;
    assert!(resources[0].body.count() < 400_000);
    // Every stage begins with what the one before has said.
    let stages: String = (0..2000).map(|index| format!("FROM s{index} AS s{}\nENV V{index}=x\n", index + 1)).collect();
    let reading = reader(Target::Dockerfile).unwrap()(stages.as_bytes(), 0);
    assert!(reading.gaps.iter().any(|gap| gap.limit));
    // One pod has more containers than anybody wants to hear of.
    let pod = format!("apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{}", "  - {name: a, image: a}\n".repeat(5000));
    let judgement = judge(&reader(Target::Kubernetes).unwrap()(pod.as_bytes(), 0).resources);
    assert!(judgement.failures.len() <= 1200 && judgement.cut == [0], "{}", judgement.failures.len());
}
