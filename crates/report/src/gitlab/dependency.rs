//! `gl-dependency-scanning-report.json`: the vulnerabilities of libraries by the file that names them, for
//! `artifacts:reports:dependency_scanning`. Packages of a distribution are the other report's.

use std::collections::BTreeMap;
use std::io::{self, Write};

use model::{Relation, Report};
use serde_json::{Value, json};

use crate::Context;
use crate::issue::{Issue, Kind};
use crate::json::print;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    let mut document = super::document(reports, context, "dependency_scanning", Kind::Vulnerability, location);
    document["dependency_files"] = json!(reports.iter().flat_map(files).collect::<Vec<_>>());
    print::print(&document, out)
}

/// Every file that names libraries, with all of them.
fn files(report: &Report) -> Vec<Value> {
    let mut files: BTreeMap<(String, &str), Vec<Value>> = BTreeMap::new();
    for (_, item, package) in report.inventory.packages().filter(|(_, _, package)| !package.kind.is_os()) {
        let path = item.fact.place.path.to_text().into_owned();
        let library = json!({ "package": { "name": package.name }, "version": package.version });
        files.entry((path, package.kind.purl_type())).or_default().push(library);
    }
    let file =
        |((path, manager), libraries)| json!({ "path": path, "package_manager": manager, "dependencies": libraries });
    files.into_iter().map(file).collect()
}

fn location(issue: &Issue<'_>) -> Option<Value> {
    let package = issue.package().filter(|package| !package.kind.is_os())?;
    let mut dependency = json!({ "package": { "name": package.name }, "version": package.version });
    match package.relation {
        Relation::Direct => dependency["direct"] = json!(true),
        Relation::Transitive => dependency["direct"] = json!(false),
        Relation::Unknown => {}
    }
    Some(json!({ "file": issue.path(), "dependency": dependency }))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::samples::{context, format, image, render};

    #[test]
    fn only_libraries_are_there_each_with_its_file() {
        let document: Value =
            serde_json::from_str(&render(format("gitlab-dependency"), &image(), &context(80))).unwrap();
        let found = document["vulnerabilities"].as_array().unwrap();
        let files: Vec<&Value> = found.iter().map(|found| &found["location"]["file"]).collect();
        let lodash = "app/node_modules/lodash/package.json";
        assert_eq!(json!(files), json!(["usr/local/bin/tool", lodash]));
        assert_eq!(
            found[1]["location"]["dependency"],
            json!({ "package": { "name": "lodash" }, "version": "4.17.20" })
        );
    }
}
