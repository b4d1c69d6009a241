//! `.grype.yaml`: the list `ignore`, each of whose rules holds when all that it says does (Grype's documentation, "Specifying
//! matches to ignore"). The rest of the file is about Grype.
//!
//! Names of packages are regular expressions there; those that a pattern can say are understood. A rule with a condition that is
//! not is left out.

use model::{FixState, PackageKind};
use rules::{Fields, Node, Wrong};

use super::{Ignore, Reading, justification};
use crate::glob::Glob;
use crate::scope::{PackagePattern, Scope};

pub(super) fn read(text: &str) -> Result<Reading, Wrong> {
    let mut reading = Reading::default();
    let Some(document) = rules::parse_any(text)? else { return Ok(reading) };
    let Some(list) = document.open_fields()?.get("ignore").filter(|list| !list.is_nothing()) else {
        return Ok(reading);
    };
    for node in list.list()? {
        let known = ["vulnerability", "include-aliases", "reason", "namespace", "fix-state", "package", "vex-status"];
        let known: Vec<&str> = known.into_iter().chain(["vex-justification", "match-type"]).collect();
        let fields = node.fields(&known)?;
        match rule(node, &fields)? {
            Ok(ignore) => reading.ignores.push(ignore),
            Err(why) => reading.refusals.push(node.wrong(&why)),
        }
    }
    Ok(reading)
}

/// A rule, or what of it is not understood.
fn rule(node: &Node, fields: &Fields<'_>) -> Result<Result<Ignore, String>, Wrong> {
    for key in ["namespace", "match-type", "vex-status"] {
        if fields.get(key).is_some_and(|node| !node.is_nothing()) {
            return Ok(Err(format!("{key:?} is a condition that is not known here")));
        }
    }
    let mut scope = Scope::default();
    let text = |fields: &Fields<'_>, key: &str| -> Result<Option<String>, Wrong> {
        Ok(fields.optional(key)?.filter(|text| !text.is_empty()).map(str::to_owned))
    };
    scope.ids.extend(text(fields, "vulnerability")?.map(|id| id.to_ascii_uppercase()));
    if let Some(state) = text(fields, "fix-state")? {
        match &*state {
            "fixed" => scope.states.push(FixState::Fixed),
            "not-fixed" => scope.states.extend([FixState::NotFixed, FixState::Deferred]),
            "wont-fix" => scope.states.extend([FixState::WillNotFix, FixState::EndOfLife]),
            "unknown" => scope.states.push(FixState::UnderInvestigation),
            _ => return Ok(Err(format!("there is no fix-state {state:?}"))),
        }
    }
    if let Some(package) = fields.get("package").filter(|node| !node.is_nothing()) {
        let fields = package.fields(&["name", "version", "language", "type", "location", "upstream-name"])?;
        if fields.get("language").is_some_and(|node| !node.is_nothing()) {
            return Ok(Err("\"language\" is a condition that is not known here; name the type".into()));
        }
        if let Some(name) = text(&fields, "name")? {
            match pattern(&name) {
                Some(pattern) => scope.packages.push(pattern),
                None => return Ok(Err(format!("the regular expression {name:?} is more than is understood here"))),
            }
        }
        scope.versions.extend(text(&fields, "version")?);
        if let Some(kind) = text(&fields, "type")? {
            match kind_of(&kind) {
                Some(kind) => scope.package_kinds.push(kind),
                None => return Ok(Err(format!("there is no type of packages {kind:?} here"))),
            }
        }
        if let Some(location) = text(&fields, "location")? {
            match Glob::of_path(&location) {
                Ok(glob) => scope.paths.push(glob),
                Err(why) => return Ok(Err(why)),
            }
        }
        if let Some(name) = text(&fields, "upstream-name")? {
            if !scope.packages.is_empty() {
                return Ok(Err("a name together with an upstream-name is not known here".into()));
            }
            scope.packages.push(PackagePattern::named(&name));
        }
    }
    if scope.is_empty() {
        return Ok(Err("it has no condition".into()));
    }
    // What Grype keeps for its own VEX may be any label.
    let label = text(fields, "vex-justification")?.and_then(|label| justification(&label).ok());
    let reason = text(fields, "reason")?;
    Ok(Ok(Ignore { scope, reason, justification: label, line: node.line, ..Ignore::default() }))
}

/// A regular expression of a whole name, where it says no more than names, `.*` and escaped characters do.
fn pattern(expression: &str) -> Option<PackagePattern> {
    let expression = expression.strip_prefix('^').unwrap_or(expression);
    let expression = expression.strip_suffix('$').unwrap_or(expression);
    let mut glob = String::new();
    let mut rest = expression.chars().peekable();
    while let Some(next) = rest.next() {
        match next {
            '.' if rest.next_if_eq(&'*').is_some() => glob.push_str("**"),
            // Any character, but whoever writes `socket.io` means a dot.
            '.' => glob.push('.'),
            '\\' => match rest.next()? {
                letter if letter.is_ascii_alphanumeric() => return None,
                other => glob.extend(['\\', other]),
            },
            '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' | '^' | '$' => return None,
            other => glob.push(other),
        }
    }
    // A name that begins like a package URL is a name here.
    if glob.starts_with("pkg:") { None } else { PackagePattern::new(&glob).ok() }
}

/// Syft's types of packages.
fn kind_of(name: &str) -> Option<PackageKind> {
    let known = match name {
        "python" => PackageKind::Pypi,
        "java-archive" | "jenkins-plugin" => PackageKind::Maven,
        "go-module" => PackageKind::Golang,
        "rust-crate" => PackageKind::Cargo,
        "dotnet" => PackageKind::Nuget,
        "php-composer" => PackageKind::Composer,
        "dart-pub" => PackageKind::Pub,
        "R-package" => PackageKind::Cran,
        "github-action" => PackageKind::GithubActions,
        "binary" => PackageKind::Generic,
        other => return PackageKind::of_purl_type(other),
    };
    Some(known)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_error};

    // The documentation's keys, with values of our own.
    #[test]
    fn rules_hold_when_all_that_they_say_does() {
        check(
            ".grype.yaml",
            "fail-on-severity: high\nignore:\n  - vulnerability: CVE-2024-0001\n    reason: not reachable\n    \
             vex-justification: vulnerable_code_not_in_execute_path\n    package:\n      name: libcurl\n      version: \
             1.5.1\n      type: npm\n      location: \"/usr/lib/node_modules/**\"\n  - fix-state: wont-fix\n    package:\n      \
             type: deb\n  - package:\n      name: linux-(headers|image)\n  - package:\n      name: linux-.*\n",
            &[
                "3: CVE-2024-0001 libcurl 1.5.1 npm /usr/lib/node_modules/** vulnerable_code_not_in_execute_path: not reachable",
                "11: deb will-not-fix end-of-life",
                "16: linux-**",
            ],
            &["line 14: the regular expression"],
        );
        check(".grype.yaml", "db:\n  auto-update: false\n", &[], &[]);
    }

    #[test]
    fn what_is_not_understood_is_left_out() {
        let check = |rule: &str, why| check(".grype.yaml", &format!("ignore:\n  - {rule}\n"), &[], &[why]);
        check("{vulnerability: CVE-1, namespace: 'debian:distro:debian:11'}", "line 2: \"namespace\" is a condition");
        check("{vulnerability: CVE-1, package: {language: java}}", "line 2: \"language\" is a condition");
        check("{vulnerability: CVE-1, package: {type: floppy}}", "line 2: there is no type of packages \"floppy\"");
        check("{reason: because}", "line 2: it has no condition");
        check_error(
            ".grype.yaml",
            "ignore:\n  - vulnerabilty: CVE-1\n",
            "line 2: there is no \"vulnerabilty\" here; did",
        );
    }
}
