//! Reads files of rules, and refuses what makes no sense. The build reads our own with it, the program those of its users.

use rules::{Node, Wrong};

use super::change::{Change, To};
use super::condition::{Bound, Check, Condition, Related, Selects, Test, View};
use super::kind::Rule;
use super::path::{Path, Step};
use super::pattern::Pattern;
use super::target::Target;

/// A rule with its examples.
#[derive(Debug)]
pub struct Entry<'a> {
    /// The line of its file on which it begins.
    pub line: usize,
    /// Whether it has words of its own, and not those of the rule of the same id.
    pub own_words: bool,
    /// The rule.
    pub rule: Rule<'a>,
    /// Sources in which a resource fails.
    pub bad: Vec<&'a str>,
    /// Sources in which the rule applies and none fails.
    pub good: Vec<&'a str>,
}

const RULE: &[&str] = &[
    "id",
    "title",
    "why",
    "severity",
    "kinds",
    "where",
    "pass",
    "change",
    "fix",
    "code",
    "references",
    "cwe",
    "controls",
    "bad",
    "good",
];
const SEVERITIES: &[&str] = &["critical", "high", "medium", "low"];
const RELATED: &[&str] = &["kinds", "by", "selector", "exists", "count", "each", "some", "none", "missing"];
const CHECKS: &str = "is, not, in, not_in, exists, matches, not_matches, starts_with, not_starts_with, ends_with, \
                      not_ends_with, contains, not_contains, contains_any, at_least, at_most, version_at_least, \
                      version_at_most, world, port, not_port, same_as, not_same_as, count, each, some, none, as, missing";

/// The rules of one file, which is a list of them. Target and service are the names of its folders.
pub fn entries<'a>(document: &'a Node, target: Target, service: &'a str) -> Result<Vec<Entry<'a>>, Wrong> {
    document.list()?.iter().map(|node| entry(node, target, service)).collect()
}

fn entry<'a>(node: &'a Node, target: Target, service: &'a str) -> Result<Entry<'a>, Wrong> {
    let fields = node.fields(RULE)?;
    let id = fields.text("id")?;
    if !is_id(id) {
        return Err(node.wrong(&format!("{id:?}: an id looks like PLM-AWS-S3-001")));
    }
    let own_words = fields.get("title").is_some();
    for word in ["title", "why", "severity", "fix"] {
        if fields.get(word).is_some() != own_words {
            return Err(node.wrong("title, why, severity and fix: all of them, or none where another target has them"));
        }
    }
    let word = |key: &str, shortest: usize| match fields.get(key) {
        None => Ok(""),
        Some(node) => {
            let text = node.text()?.trim();
            if text.len() < shortest { Err(node.wrong(&format!("{key}: say more"))) } else { Ok(text) }
        }
    };
    let severity = word("severity", 3)?;
    if own_words && !SEVERITIES.contains(&severity) {
        return Err(node.wrong(&format!("severity is one of {}", SEVERITIES.join(", "))));
    }
    let title = word("title", 10)?;
    if title.len() > 100 || title.ends_with('.') {
        return Err(node.wrong("a title is at most 100 characters, without a full stop"));
    }
    let mut cwe = Vec::new();
    for text in fields.texts("cwe")? {
        let number = text.strip_prefix("CWE-").and_then(|number| number.parse().ok());
        cwe.push(number.ok_or_else(|| node.wrong(&format!("{text:?}: a weakness looks like CWE-250")))?);
    }
    let references = fields.texts("references")?;
    if let Some(other) = references.iter().find(|text| !text.starts_with("https://")) {
        return Err(node.wrong(&format!("{other:?}: a reference begins with https://")));
    }
    let controls = fields.texts("controls")?;
    if let Some(other) =
        controls.iter().find(|text| !text.split_once(':').is_some_and(|(a, b)| !a.is_empty() && !b.is_empty()))
    {
        return Err(node.wrong(&format!("{other:?}: a control looks like cis-docker:4.1")));
    }
    let kinds = fields.texts("kinds")?;
    if kinds.is_empty() {
        return Err(node.wrong("kinds are missing"));
    }
    let (bad, good) = (fields.texts("bad")?, fields.texts("good")?);
    if bad.is_empty() || good.is_empty() {
        return Err(node.wrong("a bad and a good example are the least"));
    }
    let rule = Rule {
        id,
        target,
        service,
        title,
        why: word("why", 40)?,
        severity,
        fix: word("fix", 15)?,
        code: fields.optional("code")?.unwrap_or(good[0]),
        references,
        cwe,
        controls,
        kinds,
        applies: fields.get("where").map(condition).transpose()?,
        passes: condition(fields.need("pass")?)?,
        change: fields.get("change").map(|node| changes(node, target)).transpose()?.unwrap_or_default(),
    };
    Ok(Entry { line: node.line, own_words, rule, bad, good })
}

/// What mends a resource.
fn changes(node: &Node, target: Target) -> Result<Vec<Change<'_>>, Wrong> {
    let mut changes = Vec::new();
    for (key, value) in node.map()? {
        changes.push(match target {
            Target::Dockerfile => instruction(key, value)?,
            Target::Kubernetes | Target::Terraform => attribute(key, value)?,
            _ => return Err(value.wrong("nothing writes this language")),
        });
    }
    Ok(changes)
}

/// What becomes of an attribute.
fn attribute<'a>(key: &'a str, value: &'a Node) -> Result<Change<'a>, Wrong> {
    let path = Path::parse(key).map_err(|error| value.wrong(&error))?;
    let mut keys = Vec::new();
    for step in path.steps {
        let Step::Key(key) = step else { return Err(value.wrong("a change is made at keys")) };
        keys.push(key);
    }
    if keys.is_empty() || path.up > 0 {
        return Err(value.wrong("a change is made at keys below where the rule looks"));
    }
    let to = match value.text() {
        Ok(one) => To::One(one),
        Err(_) => To::List(value.texts()?),
    };
    Ok(Change::Set(keys, to))
}

/// What becomes of an instruction of a Dockerfile.
fn instruction<'a>(key: &str, value: &'a Node) -> Result<Change<'a>, Wrong> {
    match key {
        "rename" => value.text().map(Change::Rename),
        "then" => value.text().map(Change::Then),
        "add" => value.text().map(Change::Add),
        "flag" => {
            let fields = value.fields(&["of", "is"])?;
            Ok(Change::Flag { command: fields.text("of")?, flag: fields.text("is")? })
        }
        _ => Err(value.unknown(key, &["rename", "flag", "then", "add"])),
    }
}

/// `PLM-`, a provider or platform, a service, and a number that nobody gives a second time.
fn is_id(text: &str) -> bool {
    let word = |text: &str| text.len() >= 2 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    let parts: Vec<&str> = text.split('-').collect();
    matches!(*parts, ["PLM", provider, service, number]
        if word(provider) && word(service) && number.len() == 3 && number.bytes().all(|b| b.is_ascii_digit()))
}

/// A mapping, all of whose entries must hold, or a list of such.
fn condition(node: &Node) -> Result<Condition<'_>, Wrong> {
    let Ok(entries) = node.map() else { return Ok(all(conditions(node)?)) };
    let mut parts = Vec::new();
    for (key, value) in entries {
        parts.push(match &**key {
            "all" => all(conditions(value)?),
            "any" => Condition::Any(conditions(value)?),
            "none" => Condition::Not(Box::new(Condition::Any(conditions(value)?))),
            "not" => Condition::Not(Box::new(condition(value)?)),
            "if" => {
                let then = entries.iter().find(|(key, _)| key == "then").map(|(_, then)| then);
                let then = then.ok_or_else(|| value.wrong("`if` needs a `then` beside it"))?;
                Condition::If(Box::new(condition(value)?), Box::new(condition(then)?))
            }
            "then" if entries.iter().any(|(key, _)| key == "if") => continue,
            "related" => Condition::Related(related(value)?),
            path => Condition::Attribute(Path::parse(path).map_err(|error| value.wrong(&error))?, test(value)?),
        });
    }
    if parts.is_empty() {
        return Err(node.wrong("a condition says something"));
    }
    Ok(all(parts))
}

fn conditions(node: &Node) -> Result<Vec<Condition<'_>>, Wrong> {
    let list = node.list().map_err(|_| node.wrong("a condition (a mapping) or a list of conditions was expected"))?;
    list.iter().map(condition).collect()
}

fn all(mut conditions: Vec<Condition<'_>>) -> Condition<'_> {
    match conditions.pop() {
        Some(only) if conditions.is_empty() => only,
        last => {
            conditions.extend(last);
            Condition::All(conditions)
        }
    }
}

/// A scalar, which the value must be, or a mapping of checks.
fn test(node: &Node) -> Result<Test<'_>, Wrong> {
    if let Ok(text) = node.text() {
        return Ok(Test { checks: vec![Check::OneOf(true, vec![text])], ..Test::default() });
    }
    let entries = node.map().map_err(|_| node.wrong("a list alone says nothing: `in: [...]` or `contains: [...]`"))?;
    let mut test = Test::default();
    for (key, value) in entries {
        check(key, value, &mut test)?;
    }
    if test.checks.is_empty() {
        return Err(node.wrong("a test asks something"));
    }
    Ok(test)
}

fn check<'a>(key: &str, value: &'a Node, test: &mut Test<'a>) -> Result<(), Wrong> {
    let number = || value.text()?.parse().map_err(|_| value.wrong("a number was expected"));
    let port = || value.text()?.parse().map_err(|_| value.wrong("a port was expected"));
    let one = || value.text().map(|text| vec![text]);
    let flag = || match value.text()? {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(value.wrong("true or false was expected")),
    };
    let path = || Path::parse(value.text()?).map_err(|error| value.wrong(&error));
    let pattern = || Pattern::new(value.text()?).map_err(|error| value.wrong(&error));
    test.checks.push(match key {
        "as" => {
            test.view = Some(match value.text()? {
                "json" => View::Json,
                "yaml" => View::Yaml,
                "policy" => View::Policy,
                "shell" => View::Shell,
                other => return Err(value.wrong(&format!("{other:?} is none of json, yaml, policy, shell"))),
            });
            return Ok(());
        }
        "missing" => {
            test.missing = Some(match value.text()? {
                "pass" => true,
                "fail" => false,
                _ => return Err(value.wrong("pass or fail was expected")),
            });
            return Ok(());
        }
        "is" => Check::OneOf(true, one()?),
        "not" => Check::OneOf(false, one()?),
        "in" => Check::OneOf(true, value.texts()?),
        "not_in" => Check::OneOf(false, value.texts()?),
        "exists" => Check::Exists(flag()?),
        "matches" => Check::Matches(true, pattern()?),
        "not_matches" => Check::Matches(false, pattern()?),
        "starts_with" => Check::StartsWith(true, value.texts()?),
        "not_starts_with" => Check::StartsWith(false, value.texts()?),
        "ends_with" => Check::EndsWith(true, value.texts()?),
        "not_ends_with" => Check::EndsWith(false, value.texts()?),
        "contains" => Check::Contains(true, value.texts()?),
        "not_contains" => Check::Contains(false, value.texts()?),
        "contains_any" => Check::ContainsAny(value.texts()?),
        "at_least" => Check::Number(Bound::Least, number()?),
        "at_most" => Check::Number(Bound::Most, number()?),
        "version_at_least" => Check::Version(Bound::Least, value.text()?),
        "version_at_most" => Check::Version(Bound::Most, value.text()?),
        "world" => Check::World(flag()?),
        "port" => Check::Port(true, port()?),
        "not_port" => Check::Port(false, port()?),
        "same_as" => Check::SameAs(true, path()?),
        "not_same_as" => Check::SameAs(false, path()?),
        "count" => Check::Count(Box::new(self::test(value)?)),
        "each" => Check::Each(Box::new(condition(value)?)),
        "some" => Check::Some(Box::new(condition(value)?)),
        "none" => Check::None(Box::new(condition(value)?)),
        _ => return Err(value.wrong(&format!("there is no check {key:?}; known are {CHECKS}"))),
    });
    Ok(())
}

fn related(node: &Node) -> Result<Related<'_>, Wrong> {
    let fields = node.fields(RELATED)?;
    let path = |text| Path::parse(text).map_err(|error| node.wrong(&error));
    let mut by = Vec::new();
    if let Some(pairs) = fields.get("by") {
        for (theirs, ours) in pairs.map()? {
            by.push((path(theirs)?, path(ours.text()?)?));
        }
    }
    let selects = match fields.get("selector") {
        None => None,
        Some(selector) => match selector.map()? {
            [(whose, at)] if whose == "theirs" => Some(Selects::Theirs(path(at.text()?)?)),
            [(whose, at)] if whose == "ours" => Some(Selects::Ours(path(at.text()?)?)),
            _ => return Err(selector.wrong("`theirs: PATH` or `ours: PATH` was expected")),
        },
    };
    if by.is_empty() && selects.is_none() {
        return Err(node.wrong("how they are related is missing: `by` or `selector`"));
    }
    let mut test = Test::default();
    for (key, value) in node.map()? {
        if !matches!(&**key, "kinds" | "by" | "selector") {
            check(key, value, &mut test)?;
        }
    }
    if test.checks.is_empty() {
        test.checks.push(Check::Exists(true));
    }
    let kinds = fields.texts("kinds")?;
    if kinds.is_empty() {
        return Err(node.wrong("kinds are missing"));
    }
    Ok(Related { kinds, by, selects, test })
}
