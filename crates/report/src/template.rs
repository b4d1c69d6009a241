//! A report in a shape of the user's own: a template in the language of Jinja (the subset of minijinja, without includes).
//!
//! A template sees what `json` writes (`schema/report-1.0.json`), and besides in each artifact `issues`: all findings in one
//! list, the worst first. Texts are made safe to show before the template gets them, so that no template has to think of it. What a
//! markup language needs comes on top: a template named `*.html.j2` or `*.xml.j2` escapes everything, one named `*.json.j2`
//! writes values as JSON, and there are the filters `csv` and `markdown`.
//!
//! What a template may cost is bounded: it is the user's own, but what it loops over is not.

use std::io::{self, Write};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use model::Report;
use serde_json::{Value, json};

use crate::issue::{Issue, issues};
use crate::json::document;
use crate::view::{class, class_word, layer_number};
use crate::{Context, csv, markdown, one_line};

/// Steps that a template may take: a thousand for each of a hundred thousand findings.
const FUEL: u64 = 100_000_000;

/// A template that could be understood.
#[derive(Debug)]
pub struct Template {
    environment: Environment<'static>,
    name: String,
}

impl Template {
    /// Reads a template. Its name, such as `report.html.j2`, decides how it escapes.
    pub fn new(name: &str, source: String) -> io::Result<Self> {
        Self::with(name, source, FUEL)
    }

    fn with(name: &str, source: String, fuel: u64) -> io::Result<Self> {
        let mut environment = Environment::new();
        environment.set_auto_escape_callback(escaping);
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_fuel(Some(fuel));
        // A line of tags alone leaves no empty line.
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
        environment.set_syntax(syntax.map_err(|error| failed(&error))?);
        environment.add_filter("csv", |text: &str| csv::cell(text));
        environment.add_filter("markdown", |text: &str| markdown::escaped(text));
        environment.add_template_owned(name.to_owned(), source).map_err(|error| failed(&error))?;
        Ok(Self { environment, name: name.to_owned() })
    }

    /// Writes reports by it.
    pub fn write(&self, reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut data = serde_json::to_value(document(reports, context)).map_err(io::Error::from)?;
        for (index, report) in reports.iter().enumerate() {
            let issues: Vec<Value> = issues(report, &context.filter).iter().map(entry).collect();
            data["artifacts"][index]["issues"] = json!(issues);
        }
        clean(&mut data);
        let template = self.environment.get_template(&self.name).map_err(|error| failed(&error))?;
        let text = template.render(Serde(&data)).map_err(|error| failed(&error))?;
        out.write_all(text.as_bytes())
    }
}

fn escaping(name: &str) -> AutoEscape {
    let name = name.strip_suffix(".j2").or_else(|| name.strip_suffix(".jinja")).unwrap_or(name);
    match name.rsplit('.').next() {
        Some("html" | "htm" | "xml") => AutoEscape::Html,
        Some("json" | "js" | "yaml" | "yml") => AutoEscape::Json,
        _ => AutoEscape::None,
    }
}

fn failed(error: &minijinja::Error) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, one_line(&error.to_string()).into_owned())
}

fn entry(issue: &Issue<'_>) -> Value {
    let package = issue.package();
    let found = issue.vulnerability();
    json!({
        "kind": issue.kind().word(),
        "severity": issue.severity.word(),
        "priority": issue.priority(),
        "rule": issue.rule(),
        "title": issue.title(),
        "message": issue.message(),
        "advice": issue.advice(),
        "package": package.map(|package| &package.name),
        "version": package.map(|package| &package.version),
        "fixed": issue.fixed(),
        "purl": issue.purl(),
        "path": issue.path(),
        "line": issue.line().map(|(line, _)| line),
        "column": issue.line().map(|(_, column)| column),
        "layer": issue.layer().map(layer_number),
        "part": issue.layer().map(|layer| class_word(class(issue.report, Some(layer)))),
        "place": issue.whereabouts(),
        "score": issue.score(),
        "exploited": found.is_some_and(|found| found.exploited.is_some()),
        "links": issue.links().collect::<Vec<_>>(),
        "fingerprint": issue.fingerprint,
        "suppressed": issue.suppressed,
    })
}

/// Makes every text safe to show.
fn clean(value: &mut Value) {
    match value {
        Value::String(text) => *text = one_line(text).into_owned(),
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(fields) => {
            // Labels are named by the image.
            let named = std::mem::take(fields).into_iter().map(|(name, mut value)| {
                clean(&mut value);
                (one_line(&name).into_owned(), value)
            });
            *fields = named.collect();
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clean::is_invisible;
    use crate::samples::{HOSTILE, context, image, leaky, saying};

    fn render(name: &str, source: &str, report: &Report) -> Result<String, String> {
        let template = Template::new(name, source.to_owned()).map_err(|error| error.to_string())?;
        let mut out = Vec::new();
        template.write(std::slice::from_ref(report), &context(80), &mut out).map_err(|error| error.to_string())?;
        Ok(String::from_utf8(out).unwrap())
    }

    const LIST: &str = "\
{% for artifact in artifacts %}
{{ artifact.origin.reference }}: {{ artifact.summary.vulnerabilities.critical }} critical
{% for issue in artifact.issues if issue.severity == 'critical' %}
- {{ issue.rule }} {{ issue.package or issue.place }} {{ issue.fixed or '-' }}
{% endfor %}
{% endfor %}
";

    #[test]
    fn a_template_sees_the_report_and_its_issues() {
        let expected = "\
shop.tar: 1 critical
- CVE-2023-24538 stdlib 1.20.3
- acme-token app/.env:3:7 · layer 3 · RUN apt-get update && apt-get install -y curl ca-certificates · removed in layer 4 -
- acme-token the environment variable ACME_TOKEN of the image -
";
        assert_eq!(render("list.txt.j2", LIST, &leaky()).unwrap(), expected);
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let error = render("a.j2", "one\n{% for %}", &image()).unwrap_err();
        assert!(error.contains("syntax error") && error.contains("a.j2:2"), "{error}");
        let error = render("a.j2", "{{ artefacts[0].x }}", &image()).unwrap_err();
        assert!(error.contains("undefined"), "{error}");
        let error = render("a.j2", "{% include 'b' %}", &image()).unwrap_err();
        assert!(error.contains("include"), "{error}");
    }

    #[test]
    fn the_name_says_how_to_escape() {
        let report = saying("<b>&\"");
        let source = "{{ artifacts[0].origin.reference }}";
        assert_eq!(render("a.html.j2", source, &report).unwrap(), "&lt;b&gt;&amp;&quot;");
        assert_eq!(render("a.txt", source, &report).unwrap(), "<b>&\"");
        let json = render("a.json.j2", source, &report).unwrap();
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), "<b>&\"");
        let source = "{{ artifacts[0].origin.reference|csv }} {{ artifacts[0].origin.reference|markdown }}";
        assert_eq!(render("a.txt", source, &saying("=a|b")).unwrap(), "'=a|b \\=a\\|b".replace("'=a|b", "\"'=a|b\""));
    }

    #[test]
    fn hostile_names_do_not_act() {
        let report = saying(HOSTILE);
        for name in ["a.txt", "a.html.j2", "a.json.j2"] {
            let source = "{% for issue in artifacts[0].issues %}{{ issue.rule }}\n{{ issue.path }}\n{% endfor %}";
            for line in render(name, source, &report).unwrap().lines() {
                assert!(!line.chars().any(is_invisible), "{line:?}");
                assert!(!line.trim_start().starts_with("::") && !line.contains("##"), "{line:?}");
            }
        }
    }

    #[test]
    fn what_a_template_costs_is_bounded() {
        let loops = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
        let template = Template::with("a.txt", loops.to_owned(), 10_000).unwrap();
        let error = template.write(&[image()], &context(80), &mut Vec::new()).unwrap_err();
        assert!(error.to_string().contains("fuel"), "{error}");
    }
}
