//! `.checkov.yaml`: the lists `skip-check` and `skip-path` (Checkov's documentation, "CLI Command Reference", "Configuration
//! using a config file"). The rest of the file is about Checkov.
//!
//! A check may have stars. A path is a regular expression that is sought anywhere in the path; those that a pattern can say are
//! understood. Severities ask Checkov's platform, and are left out.

use rules::{Fields, Node, Wrong};

use super::{Ignore, Reading};
use crate::glob::Glob;
use crate::scope::Scope;
use crate::subject::Kind;

pub(super) fn read(text: &str) -> Result<Reading, Wrong> {
    let mut reading = Reading::default();
    let Some(document) = rules::parse_any(text)? else { return Ok(reading) };
    let fields = document.open_fields()?;
    for (key, scope) in [("skip-check", check as fn(&str) -> Result<Scope, String>), ("skip-path", path)] {
        for (node, text) in texts(&fields, key)? {
            match scope(&text) {
                Ok(scope) => {
                    let scope = Scope { kinds: vec![Kind::Misconfiguration], ..scope };
                    reading.ignores.push(Ignore { scope, line: node.line, ..Ignore::default() });
                }
                Err(why) => reading.refusals.push(node.wrong(&why)),
            }
        }
    }
    Ok(reading)
}

/// The texts of a list, each of which may be several with commas between them.
fn texts<'a>(fields: &Fields<'a>, key: &str) -> Result<Vec<(&'a Node, String)>, Wrong> {
    let Some(node) = fields.get(key).filter(|node| !node.is_nothing()) else { return Ok(Vec::new()) };
    let nodes = node.list().map_or_else(|_| vec![node], |nodes| nodes.iter().collect());
    let mut texts = Vec::new();
    for node in nodes {
        let parts = node.text()?.split(',').map(str::trim).filter(|part| !part.is_empty());
        texts.extend(parts.map(|part| (node, part.to_owned())));
    }
    Ok(texts)
}

fn check(text: &str) -> Result<Scope, String> {
    if ["LOW", "MEDIUM", "HIGH", "CRITICAL"].contains(&text) {
        return Err(format!("{text:?} is a severity that only Checkov's platform knows"));
    }
    if text.contains('*') {
        return Ok(Scope { rules: vec![Glob::new(&text.to_ascii_uppercase())?], ..Scope::default() });
    }
    Ok(Scope { ids: vec![text.to_ascii_uppercase()], ..Scope::default() })
}

fn path(text: &str) -> Result<Scope, String> {
    let wrong = || format!("the regular expression {text:?} is more than is understood here");
    let (begins, rest) = text.strip_prefix('^').map_or((false, text), |rest| (true, rest));
    let (ends, rest) = rest.strip_suffix('$').map_or((false, rest), |rest| (true, rest));
    let mut glob = if begins { String::new() } else { "**".to_owned() };
    let mut letters = rest.strip_prefix("./").unwrap_or(rest).chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '.' if letters.next_if_eq(&'*').is_some() => glob.push_str("**"),
            '\\' => match letters.next() {
                Some(escaped) if !escaped.is_ascii_alphanumeric() => glob.extend(['\\', escaped]),
                _ => return Err(wrong()),
            },
            '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return Err(wrong()),
            other => glob.push(other),
        }
    }
    if !ends {
        glob.push_str("**");
    }
    Ok(Scope { paths: vec![Glob::new(&glob)?], ..Scope::default() })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_error};

    // The documentation's keys, with values of our own.
    #[test]
    fn checks_and_paths_are_skipped() {
        check(
            ".checkov.yaml",
            "directory: [.]\nskip-check:\n  - CKV_AWS_20\n  - ckv_k8s_8,CKV_GCP_*\nskip-path:\n  - tests/\n  - ^infra/.*\\.tf$\n",
            &[
                "3: misconfiguration CKV_AWS_20",
                "4: misconfiguration CKV_K8S_8",
                "4: misconfiguration CKV_GCP_*",
                "6: misconfiguration **tests/**",
                "7: misconfiguration infra/**\\.tf",
            ],
            &[],
        );
        check(".checkov.yaml", "skip-check: CKV_DOCKER_2\n", &["1: misconfiguration CKV_DOCKER_2"], &[]);
    }

    #[test]
    fn what_is_not_understood_is_told() {
        check(
            ".checkov.yml",
            "skip-check: [LOW]\nskip-path:\n- (a|b)\n- \\d\n",
            &[],
            &["line 1: \"LOW\" is a severity", "line 3: the regular expression", "line 4: the regular expression"],
        );
        check_error(".checkov.yaml", "skip-path: {a: b}\n", "line 1: a text");
    }
}
