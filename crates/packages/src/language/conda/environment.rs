//! `environment.yml` and `environment.yaml` (conda documentation, "Managing environments", "Creating an environment file
//! manually"; "Package match specification").
//!
//! Only dependencies that name one version say what will be installed: `name=1.2.3=build` and `name==1.2.3`. One `=`
//! without a build means every version that begins so, and is left out. What the nested list `pip` pins is listed too.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::language::python::{normalize, pinned};
use crate::listing::Listing;
use crate::syntax::yaml;

/// Names what to install: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "conda-environment",
    version: 1,
    files: &[Key::Name("environment.yaml").when(is_the_projects), Key::Name("environment.yml").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = yaml::parse(crate::syntax::document(file.content)?)?;
    let (mut conda, mut pypi) = (Listing::new(PackageKind::Conda), Listing::new(PackageKind::Pypi));
    for dependency in document.get("dependencies").items() {
        if let Some((name, version)) = exact(dependency.text())
            && let Some(package) = conda.add(name, version, Presence::Declared)
        {
            package.relation = Relation::Direct;
        }
        for requirement in dependency.get("pip").items() {
            if let Some((name, version)) = pinned(requirement.text())
                && let Some(package) = pypi.add(&normalize(name), version, Presence::Declared)
            {
                package.relation = Relation::Direct;
            }
        }
    }
    conda.tell(facts);
    pypi.tell(facts);
    Ok(())
}

/// Name and version of a match specification that allows just one: `channel::name=version=build`, `name ==version`.
fn exact(specification: &str) -> Option<(&str, &str)> {
    let specification = specification.rsplit_once("::").map_or(specification, |(_, rest)| rest).trim();
    let end = specification.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))?;
    let (name, rest) = specification.split_at(end);
    let rest = rest.trim_start();
    let version = match rest.strip_prefix("==") {
        Some(version) => version.split(['=', ' ']).find(|part| !part.is_empty())?,
        None => rest.strip_prefix('=')?.trim_start().split_once('=').filter(|(_, build)| !build.is_empty())?.0,
    };
    let plain = version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '!'));
    (!name.is_empty() && plain && !version.is_empty()).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(environment: &str, expected: &str) {
        testing::check(&ANALYZER, "srv/environment.yml", environment, expected);
    }

    const ENVIRONMENT: &str = "name: work
channels:
  - conda-forge
dependencies:
  - python=3.11
  - numpy=1.26.4=py311h64a7726_0
  - conda-forge::zlib==1.2.13
  - scipy ==1.11.0
  - pandas>=2,<3
  - bzip2=1.0.*=h7f98852_4
  - pip
  - pip:
      - Flask_Login==0.6.3
      - requests>=2
prefix: /opt/conda/envs/work
";

    #[test]
    fn exact_versions_are_listed() {
        check(
            ENVIRONMENT,
            "numpy 1.26.4 (declared) direct
             scipy 1.11.0 (declared) direct
             zlib 1.2.13 (declared) direct
             flask-login 0.6.3 (declared) direct",
        );
    }

    #[test]
    fn other_files_of_the_name_say_nothing_and_broken_ones_are_gaps() {
        check("kind: Environment\nspec: [1]", "");
        check("a: [", "gap: corrupt");
    }

    #[test]
    fn the_name_tells() {
        assert!(wants(&ANALYZER, "srv/environment.yaml"));
        assert!(!wants(&ANALYZER, "srv/my-environment.yml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "environment.yml", &[ENVIRONMENT.as_bytes()]);
    }
}
