//! `Chart.lock` and `helmfile.lock` (Helm documentation, "Helm Dependency"; Helmfile documentation, "deps"): the exact
//! versions of the charts that a chart, or an installation of several charts, depends on.
//!
//! Charts in a folder of the project (`file://…`) are left out. Neither file tells what the charts themselves depend on.
//! Helmfiles with another name have locks with another name, which are not read.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::yaml;

/// Names which charts to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "helm-lock",
    version: 1,
    files: &[Key::Name("Chart.lock").when(is_the_projects), Key::Name("helmfile.lock").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let lock = yaml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Helm);
    for chart in lock.get("dependencies").items() {
        if !chart.get("repository").text().starts_with("file:")
            && let Some(package) =
                listing.add(chart.get("name").text(), chart.get("version").text(), Presence::Declared)
        {
            package.relation = Relation::Direct;
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const LOCK: &str = "dependencies:\n- name: redis\n  repository: https://charts.example.test\n  version: 17.10.0
- name: own\n  repository: file://../own\n  version: 0.1.0\n- name: open\ndigest: sha256:00\ngenerated: \"2024-01-02T03:04:05Z\"\n";

    #[test]
    fn charts_are_listed() {
        testing::check(&ANALYZER, "charts/app/Chart.lock", LOCK, "redis 17.10.0 (declared) direct");
        testing::check(
            &ANALYZER,
            "helmfile.lock",
            "version: v0.150.0\ndependencies:\n- {name: redis, repository: oci://x.test, version: '1.10'}\n",
            "redis 1.10 (declared) direct",
        );
        testing::check(&ANALYZER, "Chart.lock", "dependencies: [", "gap: corrupt");
        testing::check(&ANALYZER, "Chart.lock", "", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Chart.lock", &[LOCK.as_bytes()]);
    }
}
