//! `.snyk`: the mapping `ignore` from ids to lists of paths, each with a reason and the day on which it ends (Snyk's
//! documentation, "The .snyk file"). Patches and excluded files are no matter of ours.
//!
//! A path is `*` or leads through dependencies, `app > express > qs`, of which the last one is the package that is meant. How it
//! is reached is not known here, so that a path is taken for its last part only where it has no other.

use rules::{Fields, Node, Wrong};

use super::{Ignore, Reading};
use crate::glob::Glob;
use crate::scope::{PackagePattern, Scope, each};
use crate::until::Until;

pub(super) fn read(text: &str) -> Result<Reading, Wrong> {
    let mut reading = Reading::default();
    let Some(document) = rules::parse_any(text)? else { return Ok(reading) };
    let Some(ids) = document.open_fields()?.get("ignore").filter(|ids| !ids.is_nothing()) else { return Ok(reading) };
    // An empty mapping is how the program writes that there is none.
    for (id, paths) in ids.map()? {
        for entry in paths.list()? {
            for (path, told) in entry.map()? {
                one(id, path, told, &mut reading)?;
            }
        }
    }
    Ok(reading)
}

fn one(id: &str, path: &str, told: &Node, reading: &mut Reading) -> Result<(), Wrong> {
    let line = told.key_line;
    let mut scope = Scope { ids: vec![id.to_ascii_uppercase()], ..Scope::default() };
    let path = path.trim();
    if path.contains(" > ") {
        let why = "how a package is depended on is not known here; name the package or *";
        reading.refusals.push(format!("line {line}: {path:?}: {why}"));
        return Ok(());
    }
    if path.contains('/') && !path.starts_with('@') {
        scope.paths.push(Glob::of_path(path).map_err(|why| format!("line {line}: {why}"))?);
    } else if path != "*" {
        let (name, version) = match path.rfind('@').filter(|&at| at > 0) {
            Some(at) => (&path[..at], Some(&path[at + 1..])),
            None => (path, None),
        };
        scope.packages.push(PackagePattern::named(name));
        scope.versions.extend(version.filter(|version| *version != "*").map(str::to_owned));
    }
    let mut ignore = Ignore { scope, line, ..Ignore::default() };
    if !told.is_nothing() {
        told.map()?;
        let fields: Fields<'_> = told.open_fields()?;
        ignore.reason = fields.optional("reason")?.filter(|reason| *reason != "None given").map(str::to_owned);
        each(&fields, "expires", |text| Until::before(text).map(|until| ignore.until = Some(until)))?;
    }
    reading.ignores.push(ignore);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{check, check_error};

    // The form that `snyk ignore` writes, with values of our own.
    #[test]
    fn ids_are_ignored_in_paths() {
        check(
            ".snyk",
            "# a policy\nversion: v1.25.0\nignore:\n  'npm:ms:20170412':\n    - '*':\n        reason: no vector\n        \
             expires: '2030-01-01T12:00:00.000Z'\n        created: 2020-01-01T00:00:00.000Z\n  SNYK-JS-QS-1:\n    \
             - qs@6.5.2:\n        reason: None given\n    - '@scope/name':\n    - src/Dockerfile:\npatch: {}\n",
            &[
                "5: NPM:MS:20170412 until 2030-01-01T12:00:00.000Z: no vector",
                "10: SNYK-JS-QS-1 qs 6.5.2",
                "12: SNYK-JS-QS-1 @scope/name",
                "13: SNYK-JS-QS-1 src/Dockerfile",
            ],
            &[],
        );
        check(".snyk", "version: v1.25.0\nignore: {}\npatch: {}\n", &[], &[]);
    }

    #[test]
    fn ways_through_dependencies_are_left_out() {
        check(
            ".snyk",
            "ignore:\n  A-1:\n    - app > express > qs:\n        reason: x\n",
            &[],
            &["line 3: \"app > exp"],
        );
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let check = |text, expected| check_error(".snyk", text, expected);
        check("ignore:\n  A-1: x\n", "line 2: a list was expected");
        check("ignore:\n  A-1:\n    - '*': x\n", "line 3: a mapping was expected");
        check("ignore:\n  A-1:\n    - '*':\n        expires: soon\n", "line 4: \"soon\" is no date");
    }
}
