//! Our own exceptions, `plimsoll-secrets.yaml`:
//!
//! ```yaml
//! allow:
//!   - path: tests/**            # stars as in .gitignore
//!     kind: stripe-*            # a kind's id, or how it begins
//!     fingerprint: 0a1b…        # as reports have it
//!     reason: a key of the test system
//!     until: 2027-06-30         # a day after which it no longer counts
//! ```
//!
//! What is given must all fit; one of `path`, `kind` and `fingerprint` must be given, and the reason.

use rules::{Fields, Node};

use super::{Allow, Entry, Sign, pattern};

/// Whether the file is one of ours, and not of Trivy's.
pub fn is_ours(document: &Node) -> bool {
    document.map().is_ok_and(|entries| entries.iter().any(|(key, _)| key == "allow"))
}

pub fn read(name: &str, document: &Node, today: &str, allow: &mut Allow) -> Result<(), String> {
    for node in document.fields(&["allow"])?.need("allow")?.list()? {
        let fields = node.fields(&["path", "kind", "fingerprint", "reason", "until"])?;
        let source = format!("{name}, line {}", node.line);
        let entry = entry(&fields, source).map_err(|error| node.wrong(&error))?;
        let until = fields.optional("until")?;
        if let Some(day) = until.filter(|day| !is_day(day)) {
            return Err(node.wrong(&format!("{day:?} is no day such as 2027-06-30")));
        }
        if until.is_none_or(|day| today <= day) {
            allow.entries.push(entry);
        }
    }
    Ok(())
}

fn entry(fields: &Fields<'_>, source: String) -> Result<Entry, String> {
    let reason = fields.text("reason")?.trim().to_owned();
    let kinds: Vec<String> = fields.texts("kind")?.into_iter().map(str::to_owned).collect();
    let mut signs = Vec::new();
    let paths = fields.texts("path")?;
    if !paths.is_empty() {
        signs.push(Sign::Paths(paths.into_iter().map(pattern::glob).collect::<Result<_, _>>()?));
    }
    signs.extend(fields.optional("fingerprint")?.map(|fingerprint| Sign::Fingerprint(fingerprint.to_owned())));
    if reason.is_empty() {
        return Err("the reason is empty".into());
    }
    if signs.is_empty() && kinds.is_empty() {
        return Err("a path, a kind or a fingerprint is needed, else everything would be allowed".into());
    }
    Ok(Entry { source, reason, kinds, signs, all: true })
}

fn is_day(text: &str) -> bool {
    text.parse::<jiff::civil::Date>().is_ok() && text.len() == 10
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, refuse};
    use crate::analyzer::fingerprint;

    #[test]
    fn everything_given_has_to_fit() {
        let file = "allow:\n  - path: tests/**\n    kind: stripe-*\n    reason: for tests\n  - kind: jwt\n    reason: short-lived\n";
        check(
            "plimsoll-secrets.yaml",
            file,
            &[
                ("stripe-key tests/a/b 1 x", "allowed by plimsoll-secrets.yaml, line 2: for tests"),
                ("stripe-key src/a 1 x", ""),
                ("github tests/a 1 x", ""),
                ("jwt src/a 9 x", "allowed by plimsoll-secrets.yaml, line 5: short-lived"),
            ],
        );
    }

    #[test]
    fn fingerprints_and_days() {
        let of = |until: &str| {
            format!("allow:\n  - fingerprint: {}\n    reason: known\n    until: {until}\n", fingerprint(b"x"))
        };
        let allowed = "allowed by p.yaml, line 2: known";
        check("p.yaml", &of("2026-11-25"), &[("k a 1 x", allowed), ("k a 1 y", "")]);
        check("p.yaml", &of("2026-11-24"), &[("k a 1 x", "")]);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        refuse("p.yaml", "allow:\n  - path: a\n    reason: b\n  - reason: c\n", &["p.yaml", "line 4", "everything"]);
        refuse("p.yaml", "allow:\n  - path: a\n", &["line 2", "reason"]);
        refuse("p.yaml", "allow:\n  - paths: a\n", &["line 2", "paths"]);
        refuse("p.yaml", "allow:\n  - path: a\n    reason: b\n    until: soon\n", &["line 2", "soon"]);
    }
}
