//! `Chart.yaml`, the description of a Helm chart (Helm documentation, "Charts"): the chart itself, which is there, and the
//! charts that it depends on, which may be elsewhere.
//!
//! A dependency counts if its version is exact, three numbers and perhaps more; what a range comes to is in `Chart.lock`.
//! One with a condition or tags can be switched off and is optional. Charts in a folder of the project (`file://…`) speak
//! for themselves and are left out, and so is `appVersion`, which promises nothing about images.
//!
//! The dependencies of charts in Helm's first form, in `requirements.yaml`, are not read: others use that name as well.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Relation, Requirement, Unreadable};

use crate::listing::Listing;
use crate::syntax::yaml;

/// A chart and what it is made of: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "helm-chart", version: 1, files: &[Key::Name("Chart.yaml").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let chart = yaml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Helm);
    let mut needed = Vec::new();
    for dependency in chart.get("dependencies").items() {
        let (name, version) = (dependency.get("name").text(), dependency.get("version").text());
        if !is_exact(version) || dependency.get("repository").text().starts_with("file:") {
            continue;
        }
        let has_switch = !dependency.get("condition").text().is_empty() || !dependency.get("tags").items().is_empty();
        let presence = if has_switch { Presence::DeclaredOptional } else { Presence::Declared };
        if let Some(package) = listing.add(name, version, presence) {
            package.relation = Relation::Direct;
            needed.push(Requirement { name: name.to_owned(), version: Some(version.to_owned()) });
        }
    }
    let (name, version) = (chart.get("name").text(), chart.get("version").text());
    if let Some(package) = listing.add(name, version, Presence::Installed) {
        package.confidence = Confidence::Medium;
        package.requires = needed;
        let license = chart.get("annotations").get("artifacthub.io/license").text();
        package.licenses.extend(Some(license.to_owned()).filter(|license| !license.is_empty()));
    }
    listing.tell(facts);
    Ok(())
}

/// Whether a constraint allows one version only: `1.2.3`, `v1.2.3-rc.1`.
fn is_exact(version: &str) -> bool {
    let numbers = version.strip_prefix('v').unwrap_or(version).split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() == 3 && numbers.split('.').all(is_number) && !version.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    fn check(chart: &str, expected: &str) {
        testing::check(&ANALYZER, "charts/app/Chart.yaml", chart, expected);
    }

    const CHART: &str = "apiVersion: v2\nname: app\nversion: 1.10.0\nappVersion: \"9.9.9\"
annotations: {artifacthub.io/license: Apache-2.0}
dependencies:
- {name: postgresql, version: 12.1.9, repository: 'https://charts.example.test', condition: postgresql.enabled}
- {name: redis, version: v17.0.0-rc.1, repository: 'oci://charts.example.test', alias: cache}
- {name: common, version: 1.x.x, repository: 'https://charts.example.test'}
- {name: nginx, version: ~1.2.3, repository: 'https://charts.example.test'}
- {name: short, version: '1.2', repository: 'https://charts.example.test'}
- {name: own, version: 0.1.0, repository: 'file://../own'}
- {name: two, version: '1.2.3 - 2.0.0'}
";

    #[test]
    fn a_chart_is_there_and_names_what_it_needs() {
        check(
            CHART,
            "app 1.10.0 [Apache-2.0] -> postgresql 12.1.9, redis v17.0.0-rc.1
             postgresql 12.1.9 (optional) direct
             redis v17.0.0-rc.1 (declared) direct",
        );
    }

    #[test]
    fn broken_files_are_gaps_and_others_say_nothing() {
        check("name: [", "gap: corrupt");
        check("name: app", "");
        check("", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "Chart.yaml", &[CHART.as_bytes()]);
    }
}
