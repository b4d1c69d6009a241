//! Trivy's `trivy-secret.yaml` (its documentation of "Secret scanning", version 0.6x): exceptions, rules to leave out, rules of
//! one's own. Its ids are not ours; `disable-rules` counts for ours that have the same id.

use model::Severity;
use rules::{Fields, Node};

use super::own::{Group, Own};
use super::{Allow, Entry, Sign, Target, pattern};

const KEYS: &[&str] =
    &["rules", "allow-rules", "disable-rules", "disable-allow-rules", "enable-builtin-rules", "exclude-block"];
const RULE: &[&str] = &[
    "id",
    "category",
    "title",
    "severity",
    "regex",
    "keywords",
    "path",
    "allow-rules",
    "exclude-block",
    "secret-group-name",
];

pub fn read(name: &str, document: &Node, allow: &mut Allow) -> Result<(), String> {
    let fields = document.fields(KEYS)?;
    if let Some(node) = fields.get("disable-rules") {
        for kind in node.list()? {
            allow.entries.push(Entry {
                source: format!("{name}, line {}", kind.line),
                reason: "the kind is left out".into(),
                kinds: vec![kind.text()?.to_owned()],
                ..Entry::default()
            });
        }
    }
    allow.entries.extend(exceptions(name, &fields)?);
    for node in list(&fields, "rules")? {
        let rule = node.fields(RULE)?;
        let id = rule.text("id")?.to_owned();
        allow.own.push(own(name, node, &rule).map_err(|error| format!("line {}, rule {id}: {error}", node.line))?);
    }
    Ok(())
}

fn list<'a>(fields: &Fields<'a>, key: &str) -> Result<&'a [Node], String> {
    fields.get(key).map(Node::list).transpose().map(Option::unwrap_or_default)
}

/// `allow-rules`, and `exclude-block`, which allows what it finds in a line.
fn exceptions(name: &str, fields: &Fields<'_>) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    for node in list(fields, "allow-rules")? {
        let rule = node.fields(&["id", "description", "regex", "path"])?;
        let mut signs = Vec::new();
        let compiled = |text: &str| pattern::regex(text).map_err(|error| node.wrong(&error));
        if let Some(path) = rule.optional("path")? {
            signs.push(Sign::Paths(vec![compiled(path)?]));
        }
        if let Some(regex) = rule.optional("regex")? {
            signs.push(Sign::Texts(Target::Secret, vec![compiled(regex)?]));
        }
        if signs.is_empty() {
            return Err(node.wrong("an exception without path and regex would allow everything"));
        }
        let reason = rule.optional("description")?.or(rule.optional("id")?).unwrap_or_default().to_owned();
        entries.push(Entry {
            source: format!("{name}, line {}", node.line),
            reason,
            kinds: Vec::new(),
            signs,
            all: true,
        });
    }
    if let Some(node) = fields.get("exclude-block") {
        let block = node.fields(&["description", "regexes"])?;
        let regexes = pattern::regexes(&block.texts("regexes")?).map_err(|error| node.wrong(&error))?;
        entries.push(Entry {
            source: format!("{name}, line {}", node.line),
            reason: block.optional("description")?.unwrap_or_default().to_owned(),
            signs: vec![Sign::Texts(Target::Line, regexes)],
            ..Entry::default()
        });
    }
    Ok(entries)
}

fn own(name: &str, node: &Node, rule: &Fields<'_>) -> Result<Own, String> {
    let id = rule.text("id")?.to_owned();
    let severity = rule.optional("severity")?.map_or(Ok(Severity::High), |word| {
        Severity::from_word(word).ok_or_else(|| format!("{word:?} is no severity"))
    })?;
    Ok(Own {
        name: rule.optional("title")?.unwrap_or(&id).to_owned(),
        id,
        source: format!("{name}, line {}", node.line),
        severity,
        regex: pattern::regex(rule.text("regex")?)?,
        path: rule.optional("path")?.map(pattern::regex).transpose()?,
        group: rule.optional("secret-group-name")?.map_or(Group::Number(0), |group| Group::Named(group.to_owned())),
        entropy: 0.0,
        words: rule.texts("keywords")?.into_iter().map(str::to_lowercase).collect(),
        except: exceptions(name, rule)?,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Allow;
    use super::super::tests::{check, refuse};

    #[test]
    fn exceptions_and_kinds_to_leave_out() {
        let file = "disable-rules:\n  - jwt\nallow-rules:\n  - id: mine\n    description: for tests\n    path: '^tests/'\n\
                    \x20   regex: '^x+$'\nexclude-block:\n  description: noise\n  regexes: ['yy']\n";
        check(
            "trivy-secret.yaml",
            file,
            &[
                ("jwt a 1 q", "allowed by trivy-secret.yaml, line 2: the kind is left out"),
                ("k tests/a 1 xx", "allowed by trivy-secret.yaml, line 4: for tests"),
                ("k src/a 1 xx", ""),
                ("k tests/a 1 xq", ""),
                ("k src/a 1 ayyb", "allowed by trivy-secret.yaml, line 9: noise"),
            ],
        );
    }

    #[test]
    fn rules_find_what_they_say() {
        let file = "rules:\n  - id: acme\n    category: general\n    title: Acme key\n    severity: CRITICAL\n    keywords: [ACME]\n\
                    \x20   regex: 'acme-(?P<secret>[a-z0-9]{4})'\n    secret-group-name: secret\n";
        let mut allow = Allow::default();
        allow.read("trivy-secret.yaml", file.as_bytes()).unwrap();
        let text = b"x acme-a1b2 acme";
        let found = allow.own()[0].find("a", text, text, 10);
        assert_eq!((found.len(), &text[found[0].clone()]), (1, &b"a1b2"[..]));
        assert_eq!(allow.own()[0].severity, model::Severity::Critical);
    }

    #[test]
    fn mistakes_are_told_with_line_and_rule() {
        refuse("t.yaml", "rules:\n  - id: acme\n    regex: '('\n", &["t.yaml", "line 2", "rule acme"]);
        refuse("t.yaml", "allow-rules:\n  - id: x\n", &["line 2", "everything"]);
        refuse("t.yaml", "alow-rules: []\n", &["alow-rules"]);
    }
}
