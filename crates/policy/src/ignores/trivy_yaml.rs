//! `.trivyignore.yaml`: lists of ids by kind of finding, each perhaps with paths, package URLs, a statement and a date
//! (Trivy's documentation, "Filtering", "By Finding IDs", "YAML").

use rules::{Node, Wrong};

use super::{Ignore, Reading};
use crate::glob::Glob;
use crate::scope::{PackagePattern, Scope, each};
use crate::subject::Kind;
use crate::until::Until;

pub(super) fn read(text: &str) -> Result<Reading, Wrong> {
    let mut reading = Reading::default();
    let Some(document) = rules::parse_any(text)? else { return Ok(reading) };
    let fields = document.fields(&["vulnerabilities", "misconfigurations", "secrets", "licenses"])?;
    let lists = [
        ("vulnerabilities", Kind::Vulnerability),
        ("misconfigurations", Kind::Misconfiguration),
        ("secrets", Kind::Secret),
        ("licenses", Kind::License),
    ];
    for (key, kind) in lists {
        let Some(list) = fields.get(key).filter(|list| !list.is_nothing()) else { continue };
        for node in list.list()? {
            reading.ignores.push(one(node, kind)?);
        }
    }
    Ok(reading)
}

fn one(node: &Node, kind: Kind) -> Result<Ignore, Wrong> {
    let fields = node.fields(&["id", "paths", "purls", "statement", "expired_at"])?;
    let id = fields.text("id")?.to_owned();
    let mut scope = Scope { kinds: vec![kind], ..Scope::default() };
    if kind == Kind::License {
        scope.licenses.push(id);
    } else {
        scope.ids.push(id.to_ascii_uppercase());
    }
    let mut ignore =
        Ignore { reason: fields.optional("statement")?.map(str::to_owned), line: node.line, ..Ignore::default() };
    each(&fields, "paths", |text| Glob::of_path(text).map(|glob| scope.paths.push(glob)))?;
    each(&fields, "purls", |text| PackagePattern::new(text).map(|pattern| scope.packages.push(pattern)))?;
    each(&fields, "expired_at", |text| Until::before(text).map(|until| ignore.until = Some(until)))?;
    Ok(Ignore { scope, ..ignore })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_error};

    // The documentation's form, with values of our own.
    #[test]
    fn lists_are_read_by_their_kind() {
        check(
            ".trivyignore.yaml",
            "vulnerabilities:\n  - id: CVE-2024-0001\n    paths:\n      - \"app/**/package.json\"\n    purls:\n      \
             - pkg:npm/left-pad\n    statement: Only in tests\n    expired_at: 2030-01-01\n  - id: CVE-2024-0002\n\
             secrets:\n  - id: aws-access-key-id\n    paths: [tests/key.txt]\nlicenses:\n  - id: GPL-3.0\n\
             misconfigurations:\n",
            &[
                "2: vulnerability CVE-2024-0001 pkg:npm/left-pad app/**/package.json until 2030-01-01: Only in tests",
                "9: vulnerability CVE-2024-0002",
                "11: secret AWS-ACCESS-KEY-ID tests/key.txt",
                "14: license GPL-3.0",
            ],
            &[],
        );
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let check = |text, expected| check_error(".trivyignore.yaml", text, expected);
        check(
            "vulnerabilities:\n  - id: a\n    path: b\n",
            "line 3: there is no \"path\" here; did you mean \"paths\"?",
        );
        check("vulnerabilities:\n  - paths: [b]\n", "line 2: \"id\" is missing");
        check("vulnerabilities:\n  - id: a\n    expired_at: soon\n", "line 3: \"soon\" is no date");
        check("vulnerabilties:\n  - id: a\n", "line 1: there is no \"vulnerabilties\" here; did you mean");
        check("vulnerabilities:\n  - id: a\n    paths: ['[']\n", "line 3: the pattern");
    }
}
