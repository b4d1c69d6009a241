//! `pyproject.toml` (PyPA specifications, "Declaring project metadata", PEP 621; "Dependency Groups", PEP 735; Poetry
//! documentation, "The pyproject.toml file").
//!
//! Only requirements that name one version say what will be installed: `==1.0`, and in Poetry's tables a bare `1.0`.
//! Extras are optional; dependency groups, build requirements and the older tables of Poetry, PDM and uv for development
//! are for development. The project itself is left out.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use super::lock::{self, Value};
use super::normalize::normalize;
use super::requirement::{exact, is_version, pinned};
use crate::language::is_the_projects;
use crate::listing::Listing;

/// Names what to install: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "pyproject", version: 1, files: &[Key::Name("pyproject.toml").when(is_the_projects)], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = lock::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Pypi);
    let mut add = |name: &str, version: &str, presence| {
        if let Some(package) = listing.add(&normalize(name), version, presence) {
            package.relation = Relation::Direct;
        }
    };
    let grouped = |table: Option<&Value>, key: &str| {
        let lists =
            table.into_iter().flat_map(|table| lock::entries(table, key)).filter_map(|(_, list)| list.as_array());
        lists.flatten().filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
    };
    let listed = |table: Option<&Value>, key: &str| {
        table.into_iter().flat_map(|table| lock::texts(table, key)).map(str::to_owned).collect::<Vec<_>>()
    };
    let project = document.get("project");
    let tool = |name: &str| document.get("tool").and_then(|tools| tools.get(name));
    for (presence, requirements) in [
        (Presence::Declared, listed(project, "dependencies")),
        (Presence::DeclaredOptional, grouped(project, "optional-dependencies")),
        (Presence::DeclaredForDevelopment, grouped(Some(&document), "dependency-groups")),
        (Presence::DeclaredForDevelopment, listed(document.get("build-system"), "requires")),
        (Presence::DeclaredForDevelopment, grouped(tool("pdm"), "dev-dependencies")),
        (Presence::DeclaredForDevelopment, listed(tool("uv"), "dev-dependencies")),
    ] {
        for (name, version) in requirements.iter().filter_map(|requirement| pinned(requirement)) {
            add(name, version, presence);
        }
    }
    if let Some(poetry) = tool("poetry") {
        let groups = lock::entries(poetry, "group").map(|(_, group)| (group, "dependencies"));
        let development = groups.chain([(poetry, "dev-dependencies")]);
        let development = development.map(|(table, key)| (table, key, Presence::DeclaredForDevelopment));
        for (table, key, presence) in development.chain([(poetry, "dependencies", Presence::Declared)]) {
            for (name, constraint) in lock::entries(table, key).filter(|(name, _)| *name != "python") {
                let optional = constraint.get("optional").and_then(Value::as_bool) == Some(true);
                let presence = if optional { presence.max(Presence::DeclaredOptional) } else { presence };
                if let Some(version) = poetry_version(constraint) {
                    add(name, version, presence);
                }
            }
        }
    }
    listing.tell(facts);
    Ok(())
}

/// The version that a constraint of Poetry's allows, if it is just one. A version alone means no other.
fn poetry_version(constraint: &Value) -> Option<&str> {
    let text = constraint.as_str().unwrap_or_else(|| lock::text(constraint, "version")).trim();
    let bare = text.starts_with(|c: char| c.is_ascii_digit()) && is_version(text);
    if bare { Some(text) } else { exact(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(project: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/pyproject.toml", project, expected);
    }

    const STANDARD: &str = r#"
        [build-system]
        requires = ["setuptools==69.0.0", "wheel"]
        [project]
        name = "app"
        version = "1.0"
        dependencies = ["Flask_Login==0.6.3", "requests>=2", "wild==1.*", "app[plot]"]
        [project.optional-dependencies]
        plot = ["numpy[x]==1.26.4 ; python_version > '3'"]
        [dependency-groups]
        test = ["pytest==8.0.0", {include-group = "lint"}]
        lint = ["ruff===0.3.0"]
        [tool.uv]
        dev-dependencies = ["mypy==1.8.0"]
        "#;

    const POETRY: &str = r#"
        [tool.poetry.dependencies]
        python = "3.11"
        bare = "1.0"
        equal = {version = "==2.0", optional = true}
        ranged = "^1.0"
        folder = {path = "../x"}
        [tool.poetry.dev-dependencies]
        black = "24.1.0"
        [tool.poetry.group.docs.dependencies]
        sphinx = "==7.0"
        "#;

    #[test]
    fn exact_versions_are_listed() {
        check(
            STANDARD,
            "flask-login 0.6.3 (declared) direct
             mypy 1.8.0 (development) direct
             numpy 1.26.4 (optional) direct
             pytest 8.0.0 (development) direct
             ruff 0.3.0 (development) direct
             setuptools 69.0.0 (development) direct",
        );
        check(
            POETRY,
            "bare 1.0 (declared) direct
             black 24.1.0 (development) direct
             equal 2.0 (optional) direct
             sphinx 7.0 (development) direct",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_settings_of_tools_say_nothing() {
        check("[project", "gap: corrupt");
        check("project = 1\n[tool.black]\nline-length = 100", "");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/pyproject.toml"));
        assert!(!wants(&ANALYZER, "usr/lib/python3/site-packages/x/pyproject.toml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "pyproject.toml", &[STANDARD.as_bytes(), POETRY.as_bytes()]);
    }
}
