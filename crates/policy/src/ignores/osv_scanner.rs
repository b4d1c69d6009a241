//! `osv-scanner.toml`: the tables `IgnoredVulns` and `PackageOverrides` (OSV-Scanner's documentation, "Configuration").
//!
//! Of overrides those count that ignore packages or their vulnerabilities; those of licences say what a package is under, which
//! is no matter of ignoring. `IgnoredVulns` holds for aliases as well.

use model::PackageKind;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::{Ignore, Reading};
use crate::scope::{PackagePattern, Scope};
use crate::subject::Kind;
use crate::until::Until;

/// Bytes that are read: a byte of a table's name may take five hundred of memory.
const MOST_BYTES: usize = 256 << 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct File {
    #[serde(default)]
    ignored_vulns: Vec<Spanned<IgnoredVuln>>,
    #[serde(default)]
    package_overrides: Vec<Spanned<PackageOverride>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct IgnoredVuln {
    id: String,
    ignore_until: Option<Value>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct PackageOverride {
    name: Option<String>,
    version: Option<String>,
    ecosystem: Option<String>,
    group: Option<String>,
    #[serde(default)]
    ignore: bool,
    #[serde(default)]
    vulnerability: Part,
    #[serde(default)]
    license: Part,
    effective_until: Option<Value>,
    reason: Option<String>,
}

#[derive(Default, Deserialize)]
struct Part {
    #[serde(default)]
    ignore: bool,
}

pub(super) fn read(text: &str) -> Result<Reading, String> {
    if text.len() > MOST_BYTES {
        return Err(format!("line 1: the file has more than {MOST_BYTES} bytes"));
    }
    let line = |at: usize| text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        format!("line {}: {}", line(at), error.message())
    })?;
    let mut reading = Reading::default();
    for entry in file.ignored_vulns {
        let line = line(entry.span().start);
        let IgnoredVuln { id, ignore_until, reason } = entry.into_inner();
        let scope = Scope { kinds: vec![Kind::Vulnerability], ids: vec![id.to_ascii_uppercase()], ..Scope::default() };
        let until = until(ignore_until, line)?;
        reading.ignores.push(Ignore { scope, reason, until, line, ..Ignore::default() });
    }
    for entry in file.package_overrides {
        let line = line(entry.span().start);
        let entry = entry.into_inner();
        let until = until(entry.effective_until.clone(), line)?;
        match scope(&entry) {
            Ok(Some(scope)) => {
                reading.ignores.push(Ignore { scope, reason: entry.reason, until, line, ..Ignore::default() });
            }
            Ok(None) => {}
            Err(why) => reading.refusals.push(format!("line {line}: {why}")),
        }
    }
    Ok(reading)
}

/// What an override ignores, if it ignores anything.
fn scope(entry: &PackageOverride) -> Result<Option<Scope>, String> {
    let kinds = match (entry.ignore, entry.vulnerability.ignore, entry.license.ignore) {
        (true, ..) | (_, true, true) => vec![Kind::Vulnerability, Kind::License],
        (_, true, _) => vec![Kind::Vulnerability],
        (_, _, true) => vec![Kind::License],
        _ => return Ok(None),
    };
    if entry.group.is_some() {
        return Err("\"group\" is a condition that is not known here".into());
    }
    let mut scope = Scope { kinds, ..Scope::default() };
    scope.packages.extend(entry.name.as_deref().map(PackagePattern::named));
    scope.versions.extend(entry.version.clone());
    if let Some(ecosystem) = &entry.ecosystem {
        scope.package_kinds.push(kind_of(ecosystem).ok_or_else(|| format!("there is no ecosystem {ecosystem:?}"))?);
    }
    let asks = !scope.packages.is_empty() || !scope.versions.is_empty() || !scope.package_kinds.is_empty();
    if asks { Ok(Some(scope)) } else { Err("it has no condition".into()) }
}

/// The packages of an ecosystem, in the words of the OSV schema.
fn kind_of(ecosystem: &str) -> Option<PackageKind> {
    let family = ecosystem.split(':').next().unwrap_or_default();
    match family {
        "Debian" | "Ubuntu" => Some(PackageKind::Deb),
        "Alpine" | "Wolfi" | "Chainguard" => Some(PackageKind::Apk),
        "Red Hat" | "Rocky Linux" | "AlmaLinux" | "SUSE" | "openSUSE" => Some(PackageKind::Rpm),
        _ => PackageKind::ALL.iter().find(|kind| kind.ecosystem() == Some(family)).copied(),
    }
}

/// A date, as TOML has them or as a text.
fn until(value: Option<Value>, line: usize) -> Result<Option<Until>, String> {
    let text = match value {
        None => return Ok(None),
        Some(Value::String(text)) => text,
        Some(Value::Datetime(time)) => time.to_string(),
        Some(other) => {
            return Err(format!("line {line}: {} is no date such as 2026-12-31", other.type_str()));
        }
    };
    Until::before(&text).map(Some).map_err(|why| format!("line {line}: {why}"))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_error};

    // The documentation's keys, with values of our own.
    #[test]
    fn vulnerabilities_and_packages_are_ignored() {
        check(
            "osv-scanner.toml",
            "[[IgnoredVulns]]\nid = \"GO-2022-0001\"\nignoreUntil = 2030-01-01\nreason = \"no server here\"\n\n\
             [[IgnoredVulns]]\nid = \"GHSA-aaaa-bbbb-cccc\"\nignoreUntil = \"2030-01-01\"\n\n\
             [[PackageOverrides]]\nname = \"lib\"\nversion = \"1.0.0\"\necosystem = \"Go\"\nignore = true\n\
             effectiveUntil = 2030-06-01\nreason = \"abc\"\n\n\
             [[PackageOverrides]]\necosystem = \"npm\"\nvulnerability.ignore = true\n\n\
             [[PackageOverrides]]\nname = \"lib\"\nlicense.override = [\"MIT\"]\n",
            &[
                "1: vulnerability GO-2022-0001 until 2030-01-01: no server here",
                "6: vulnerability GHSA-AAAA-BBBB-CCCC until 2030-01-01",
                "10: vulnerability license lib 1.0.0 golang until 2030-06-01: abc",
                "18: vulnerability npm",
            ],
            &[],
        );
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let check = |text: &str, why| {
            check("osv-scanner.toml", &format!("[[PackageOverrides]]\nignore = true\n{text}"), &[], &[why]);
        };
        check("name = \"lib\"\ngroup = \"dev\"\n", "line 1: \"group\" is a condition");
        check("ecosystem = \"Floppy\"\n", "line 1: there is no ecosystem \"Floppy\"");
        check("", "line 1: it has no condition");
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let check = |text, expected| check_error("osv-scanner.toml", text, expected);
        check("\n[[IgnoredVulns]]\nid = \"A\"\nuntil = 1\n", "line 4: unknown field `until`");
        check("[[IgnoredVulns]]\nid = \"A\"\nignoreUntil = 3\n", "line 1: integer is no date");
        check("[[IgnoredVulns]\n", "line 1:");
        check(&"a".repeat(300 << 10), "line 1: the file has more than");
    }
}
