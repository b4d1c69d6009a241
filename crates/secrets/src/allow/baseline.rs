//! Baselines: reports of an earlier day, whose secrets are known and do not count. Those of detect-secrets
//! (`.secrets.baseline`, version 1.x) and of Gitleaks (its JSON report).

use serde_json::{Map, Value};

use super::{Allow, Entry, Sign};

/// More entries are no baseline that anybody looked at.
const MOST: usize = 100_000;

pub fn read(name: &str, text: &str, allow: &mut Allow) -> Result<(), String> {
    let document: Value = serde_json::from_str(text).map_err(|error| format!("line {}: {error}", error.line()))?;
    let before = allow.entries.len();
    match &document {
        Value::Array(found) => found.iter().try_for_each(|found| gitleaks(name, found, allow))?,
        Value::Object(fields) if fields.contains_key("results") => detect_secrets(name, fields, allow)?,
        Value::Object(fields) if fields.contains_key("artifacts") => {
            return Err("a report of Plimsoll is a baseline of all findings (--baseline)".into());
        }
        _ => return Err("it is no report of detect-secrets or of Gitleaks".into()),
    }
    if allow.entries.len() - before > MOST {
        return Err(format!("it has more than {MOST} entries"));
    }
    Ok(())
}

/// `results`: for every file a list of secrets, by their SHA-1 and line.
fn detect_secrets(name: &str, fields: &Map<String, Value>, allow: &mut Allow) -> Result<(), String> {
    let results = fields.get("results").and_then(Value::as_object).ok_or("its results are no files with secrets")?;
    for (path, found) in results {
        let path = path.trim_start_matches("./");
        for found in found.as_array().into_iter().flatten() {
            let line = found.get("line_number").and_then(Value::as_u64).unwrap_or_default();
            let mut signs: Vec<Sign> =
                line_of(found.get("line_number")).map(|line| Sign::Line(path.to_owned(), line)).into_iter().collect();
            let hash = found.get("hashed_secret").and_then(Value::as_str);
            signs.extend(hash.map(|hash| Sign::Sha1(path.to_owned(), hash.to_ascii_lowercase())));
            push(name, &format!("{path}:{line}"), signs, allow);
        }
    }
    Ok(())
}

/// One entry of Gitleaks' report.
fn gitleaks(name: &str, found: &Value, allow: &mut Allow) -> Result<(), String> {
    let text = |key: &str| found.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    let file = text("File").ok_or("an entry has no File: it is no report of Gitleaks")?;
    let line = line_of(found.get("StartLine")).ok_or("an entry has no StartLine: it is no report of Gitleaks")?;
    let mut signs = vec![Sign::Line(file.trim_start_matches('/').to_owned(), line)];
    // As long as it was not redacted. What we find may be a part of what they found.
    let secret = text("Secret").filter(|secret| secret.len() >= 8 && *secret != "REDACTED");
    signs.extend(secret.map(|secret| Sign::Fingerprint(crate::analyzer::fingerprint(secret.as_bytes()))));
    push(name, &format!("{file}:{line}"), signs, allow);
    Ok(())
}

fn line_of(value: Option<&Value>) -> Option<u32> {
    u32::try_from(value?.as_u64()?).ok()
}

fn push(name: &str, what: &str, signs: Vec<Sign>, allow: &mut Allow) {
    let reason = "it was there before".to_owned();
    allow.entries.push(Entry { source: format!("{name} ({what})"), reason, signs, ..Entry::default() });
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, refuse};

    #[test]
    fn detect_secrets_knows_hashes_and_lines() {
        // `printf hello | sha1sum`
        let file = r#"{"version": "1.5.0", "results": {"a/b.py": [{"type": "Secret Keyword",
            "hashed_secret": "aaf4c61ddcc5e8a2dabede0f3b482cd9aea9434d", "line_number": 4}]}}"#;
        let allowed = "allowed by .secrets.baseline (a/b.py:4): it was there before";
        check(
            ".secrets.baseline",
            file,
            &[
                ("k a/b.py 9 hello", allowed),
                ("k a/b.py 4 other", allowed),
                ("k a/b.py 9 other", ""),
                ("k c.py 4 hello", ""),
            ],
        );
    }

    #[test]
    fn reports_are_baselines() {
        let file = r#"[{"RuleID": "x", "File": "a.py", "StartLine": 3, "Secret": "hello-hello"}]"#;
        let allowed = "allowed by old.json (a.py:3): it was there before";
        check("old.json", file, &[("k a.py 3 x", allowed), ("k b.py 9 hello-hello", allowed), ("k b.py 3 x", "")]);
    }

    #[test]
    fn what_is_no_baseline_is_refused() {
        refuse("b.json", "{\"a\":\n 1,}", &["b.json", "line 2"]);
        refuse("b.json", "{}", &["no report"]);
        refuse("b.json", "{\"artifacts\": []}", &["--baseline"]);
        refuse("b.json", "[{\"a\": 1}]", &["no File"]);
    }
}
