//! Gitleaks' files (its README of version 8): `.gitleaks.toml` with exceptions and rules, `.gitleaksignore` with
//! fingerprints.
//!
//! Ids of its rules are not ours. An exception for one of its rules counts for rules of the same file, and for ours that have
//! the same id; a fingerprint counts for its file and line, unless it names a kind of ours that is another.

use model::Severity;
use serde::Deserialize;
use toml::Spanned;

use super::own::{Group, Own};
use super::{Allow, Entry, Sign, Target, pattern};
use crate::rule::kind::by_id;

/// A line is `file:rule:line` or `commit:file:rule:line`.
pub fn ignored(name: &str, text: &str, allow: &mut Allow) -> Result<(), String> {
    for (index, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let wrong = || format!("line {}: {line:?} is none of file:rule:line and commit:file:rule:line", index + 1);
        let mut parts = line.rsplitn(3, ':');
        let (Some(number), Some(rule), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong());
        };
        let number = number.parse().map_err(|_| wrong())?;
        let (commit, file) = match rest.split_once(':') {
            Some((commit, file)) if is_commit(commit) => (Some(commit), file),
            _ => (None, rest),
        };
        let mut signs = vec![Sign::Line(file.trim_start_matches("./").trim_start_matches('/').to_owned(), number)];
        signs.extend(commit.map(|commit| Sign::Commits(vec![commit.to_owned()])));
        // Gitleaks calls much generic of which we know whose it is.
        let kind = by_id(rule).filter(|kind| !kind.id.starts_with("generic-"));
        let kinds = kind.map(|kind| kind.id.to_owned()).into_iter().collect();
        allow.entries.push(Entry {
            source: format!("{name}, line {}", index + 1),
            kinds,
            signs,
            all: true,
            ..Entry::default()
        });
    }
    Ok(())
}

fn is_commit(text: &str) -> bool {
    text.len() >= 7 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    rules: Vec<Spanned<Rule>>,
    allowlist: Option<Spanned<List>>,
    #[serde(default)]
    allowlists: Vec<Spanned<List>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    description: Option<String>,
    regex: Option<String>,
    path: Option<String>,
    secret_group: Option<usize>,
    entropy: Option<f64>,
    #[serde(default)]
    keywords: Vec<String>,
    allowlist: Option<Spanned<List>>,
    #[serde(default)]
    allowlists: Vec<Spanned<List>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct List {
    description: Option<String>,
    condition: Option<String>,
    regex_target: Option<String>,
    #[serde(default)]
    paths: Vec<String>,
    #[serde(default)]
    regexes: Vec<String>,
    #[serde(default)]
    stopwords: Vec<String>,
    #[serde(default)]
    commits: Vec<String>,
    #[serde(default)]
    target_rules: Vec<String>,
}

pub fn configuration(name: &str, text: &str, allow: &mut Allow) -> Result<(), String> {
    let line = |at: usize| memchr::memchr_iter(b'\n', &text.as_bytes()[..at.min(text.len())]).count() + 1;
    let configuration: Configuration = toml::from_str(text)
        .map_err(|error| format!("line {}: {}", error.span().map_or(1, |span| line(span.start)), error.message()))?;
    for rule in configuration.rules {
        let at = line(rule.span().start);
        let rule = rule.into_inner();
        let id = rule.id.clone();
        let wrong = |error: String| format!("line {at}, rule {id}: {error}");
        let lists = rule.allowlist.into_iter().chain(rule.allowlists);
        let except = lists
            .map(|list| {
                entry(list.into_inner(), format!("{name}, line {at}")).map(|entry| Entry { kinds: vec![], ..entry })
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(wrong)?;
        let Some(regex) = rule.regex else {
            // Such a rule only adds exceptions to one that the program has.
            allow.entries.extend(except.into_iter().map(|entry| Entry { kinds: vec![rule.id.clone()], ..entry }));
            continue;
        };
        let group = match rule.secret_group {
            None | Some(0) => Group::First,
            Some(number) => Group::Number(number),
        };
        allow.own.push(Own {
            name: rule.description.unwrap_or_else(|| rule.id.clone()),
            id: rule.id.clone(),
            source: format!("{name}, line {at}"),
            severity: Severity::High,
            regex: pattern::regex(&regex).map_err(wrong)?,
            path: rule.path.map(|path| pattern::regex(&path)).transpose().map_err(wrong)?,
            group,
            entropy: rule.entropy.unwrap_or_default(),
            words: rule.keywords.iter().map(|word| word.to_lowercase()).collect(),
            except,
        });
    }
    for list in configuration.allowlist.into_iter().chain(configuration.allowlists) {
        let at = line(list.span().start);
        let entry = entry(list.into_inner(), format!("{name}, line {at}"));
        allow.entries.push(entry.map_err(|error| format!("line {at}: {error}"))?);
    }
    Ok(())
}

fn entry(list: List, source: String) -> Result<Entry, String> {
    let all = match list.condition.as_deref().map(str::to_ascii_uppercase).as_deref() {
        None | Some("OR" | "||" | "") => false,
        Some("AND" | "&&") => true,
        Some(other) => return Err(format!("the condition {other:?} is none of AND and OR")),
    };
    let target = match list.regex_target.as_deref() {
        None | Some("" | "secret") => Target::Secret,
        // The match of an expression of theirs, which our kinds have none of, stands in the line.
        Some("line" | "match") => Target::Line,
        Some(other) => return Err(format!("{other:?} is none of secret, match and line")),
    };
    let mut signs = Vec::new();
    if !list.paths.is_empty() {
        signs.push(Sign::Paths(pattern::regexes(&list.paths)?));
    }
    if !list.regexes.is_empty() {
        signs.push(Sign::Texts(target, pattern::regexes(&list.regexes)?));
    }
    if !list.stopwords.is_empty() {
        signs.push(Sign::Words(list.stopwords.iter().map(|word| word.to_lowercase()).collect()));
    }
    if !list.commits.is_empty() {
        signs.push(Sign::Commits(list.commits));
    }
    if signs.is_empty() {
        return Err("an exception without paths, regexes, stopwords and commits would allow everything".into());
    }
    Ok(Entry { source, reason: list.description.unwrap_or_default(), kinds: list.target_rules, signs, all })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, refuse};
    use super::super::{Allow, Subject};

    #[test]
    fn fingerprints_are_files_and_lines() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        let file = format!("# old\nsrc/a.py:generic-api-key:7 # known\n{commit}:b:c.py:aws-access-key-id:3\n");
        check(
            ".gitleaksignore",
            &file,
            &[
                ("any src/a.py 7 x", "allowed by .gitleaksignore, line 2"),
                ("any src/a.py 8 x", ""),
                ("any src/b.py 7 x", ""),
                ("aws-access-key-id b:c.py 3 x", ""),
                (&format!("aws-access-key-id b:c.py@{commit} 3 x"), "allowed by .gitleaksignore, line 3"),
                // A kind that we know by this id is meant, and no other.
                (&format!("jwt b:c.py@{commit} 3 x"), ""),
            ],
        );
        refuse(".gitleaksignore", "\na.py:7\n", &[".gitleaksignore", "line 2", "a.py:7"]);
        refuse(".gitleaksignore", "a.py:rule:seven\n", &["line 1"]);
    }

    #[test]
    fn exceptions_hold_for_paths_texts_and_words() {
        let file = "title = 'x'\n[allowlist]\ndescription = 'ours'\npaths = ['''(^|/)vendor/''']\nregexes = ['^known']\n\
                    stopwords = ['Sample']\n[[allowlists]]\ncondition = 'AND'\nregexTarget = 'line'\npaths = ['\\.txt$']\n\
                    regexes = ['KEY = ']\ntargetRules = ['jwt']\n";
        let ours = "allowed by .gitleaks.toml, line 2: ours";
        check(
            ".gitleaks.toml",
            file,
            &[
                ("k a/vendor/b 1 x", ours),
                ("k a 1 known-1", ours),
                ("k a 1 unknown-1", ""),
                ("k a 1 a-sample-b", ours),
                ("jwt a.txt 1 x", "allowed by .gitleaks.toml, line 7"),
                ("jwt a.md 1 x", ""),
                ("k a.txt 1 x", ""),
            ],
        );
    }

    #[test]
    fn rules_find_what_they_say() {
        let file = "[[rules]]\nid = 'acme'\ndescription = 'Acme key'\nregex = '''acme-([a-z0-9]{8})'''\nkeywords = ['ACME-']\n\
                    entropy = 2.0\n[rules.allowlist]\nstopwords = ['zzz']\n";
        let mut allow = Allow::default();
        allow.read(".gitleaks.toml", file.as_bytes()).unwrap();
        let own = &allow.own()[0];
        let text = b"acme-a1b2c3d4 acme-aaaaaaaa acme-a1zzzc3d";
        let found = own.find("a", text, &text.to_ascii_lowercase(), 10);
        // The second has no bits at all.
        let texts: Vec<_> = found.iter().map(|span| &text[span.clone()]).collect();
        assert_eq!(texts, [b"a1b2c3d4", b"a1zzzc3d"]);
        let subject = |secret| Subject { kind: "acme", path: "a", line: 1, commit: None, secret, text: b"" };
        assert!(!own.excepts(&subject(texts[0])) && own.excepts(&subject(texts[1])));
        assert!(own.find("a", b"acme", b"other", 10).is_empty());
    }

    #[test]
    fn mistakes_are_told_with_line_and_rule() {
        refuse(".gitleaks.toml", "a = 1\nb = \n", &[".gitleaks.toml", "line 2"]);
        refuse(".gitleaks.toml", "\n\n[[rules]]\nid = 'acme'\nregex = '('\n", &["line 3", "rule acme", "\"(\""]);
        refuse(".gitleaks.toml", "[allowlist]\ndescription = 'x'\n", &["line 1", "everything"]);
        refuse(".gitleaks.toml", "[allowlist]\npaths = ['a']\ncondition = 'XOR'\n", &["XOR"]);
    }
}
