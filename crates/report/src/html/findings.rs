//! Every finding as a row that unfolds: what it is, what to do, where it is, and who says so.

use std::fmt::Write as _;

use model::Report;

use super::badge;
use super::charts::severities;
use crate::csv::fix_state;
use crate::issue::{Issue, Kind, capital};
use crate::markdown::html;
use crate::text::count;
use crate::view::{class, class_word};

/// Addresses that a row names.
const LINKS: usize = 8;

pub(super) fn write(page: &mut String, number: usize, report: &Report, issues: &[Issue<'_>]) {
    page.push_str("<section class=\"findings\">\n<h2>Everything that was found</h2>\n");
    if issues.is_empty() {
        page.push_str("<p>Nothing.</p>\n</section>\n");
        return;
    }
    filters(page, number, report, issues);
    page.push_str(
        "<table>\n<thead><tr><th scope=\"col\">Severity</th><th scope=\"col\">What</th><th scope=\"col\">Package</th>\
         <th scope=\"col\">Fixed in</th><th scope=\"col\">Where</th></tr></thead>\n<tbody>\n",
    );
    for issue in issues {
        row(page, issue);
    }
    page.push_str("</tbody>\n</table>\n</section>\n");
}

/// The controls. Hidden until the script runs, since they would do nothing without it.
fn filters(page: &mut String, number: usize, report: &Report, issues: &[Issue<'_>]) {
    let _ = write!(
        page,
        "<form class=\"filters\" hidden>\n<label class=\"search\" for=\"search-{number}\">Search</label>\
         <input id=\"search-{number}\" type=\"search\" placeholder=\"Name, id, file …\" autocomplete=\"off\">\n\
         <fieldset><legend>Severity</legend>"
    );
    for severity in severities() {
        if issues.iter().any(|issue| issue.severity.word() == severity) {
            let _ = write!(
                page,
                "<label class=\"chip {severity}\"><input type=\"checkbox\" name=\"severity\" value=\"{severity}\" checked>\
                 {severity}</label>"
            );
        }
    }
    page.push_str("</fieldset>\n");
    let kinds: Vec<Kind> =
        Kind::ALL.into_iter().filter(|kind| issues.iter().any(|issue| issue.kind() == *kind)).collect();
    if kinds.len() > 1 {
        page.push_str("<label>Kind <select name=\"kind\"><option value=\"\">all</option>");
        for kind in kinds {
            let _ = write!(page, "<option value=\"{}\">{}</option>", kind.word(), kind.heading());
        }
        page.push_str("</select></label>\n");
    }
    if report.layers.len() > 1 {
        page.push_str(
            "<label>Part <select name=\"part\"><option value=\"\">all</option><option value=\"base\">Base image</option>\
             <option value=\"middle\">Middle layers</option><option value=\"app\">Application</option></select></label>\n",
        );
    }
    let _ = write!(
        page,
        "<label class=\"check\"><input type=\"checkbox\" name=\"fixed\"> only with a fix</label>\n\
         <output aria-live=\"polite\">{}</output>\n</form>\n",
        count(issues.len() as u64, "finding", "findings")
    );
}

fn row(page: &mut String, issue: &Issue<'_>) {
    let severity = issue.severity.word();
    let part = match issue.layer() {
        Some(layer) => class_word(class(issue.report, Some(layer))),
        None => "",
    };
    let fixed = if issue.fixed().is_some() { "yes" } else { "no" };
    let aside = if issue.suppressed.is_some() { " class=\"aside\"" } else { "" };
    let _ = write!(
        page,
        "<tr{aside} data-severity=\"{severity}\" data-kind=\"{}\" data-part=\"{part}\" data-fixed=\"{fixed}\">\
         <td data-label=\"Severity\">{}</td><td class=\"what\" data-label=\"What\">",
        issue.kind().word(),
        badge(issue.severity)
    );
    what(page, issue);
    let (name, version) = issue.package().map_or(("", ""), |package| (&package.name, &package.version));
    let package = if name.is_empty() {
        String::new()
    } else {
        format!("<code>{}</code> <span class=\"dim\">{}</span>", html(name), html(version))
    };
    let fixed = match (issue.vulnerability(), issue.fixed()) {
        (_, Some(fixed)) => format!("<code>{}</code>", html(fixed)),
        (Some(found), None) => format!("<span class=\"dim\">{}</span>", fix_state(found.state).replace('-', " ")),
        (None, None) => String::new(),
    };
    let _ = writeln!(
        page,
        "</td><td data-label=\"Package\">{package}</td><td data-label=\"Fixed in\">{fixed}</td>\
         <td class=\"where\" data-label=\"Where\">{}</td></tr>",
        html(&issue.whereabouts())
    );
}

fn what(page: &mut String, issue: &Issue<'_>) {
    let found = issue.vulnerability();
    let exploited = found.and_then(|found| found.exploited.as_ref());
    let flag = exploited.map(|_| " <span class=\"flag\">exploited</span>").unwrap_or_default();
    let title = if found.is_some() { issue.rule_title() } else { issue.title() };
    let id = found.map(|found| format!("<b>{}</b>{flag} ", html(&found.id))).unwrap_or_default();
    let _ = write!(page, "<details><summary>{id}<span>{}</span></summary><dl>", html(&title));
    let mut entry = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = write!(page, "<dt>{name}</dt><dd>{value}</dd>");
        }
    };
    entry("What to do", &html(&issue.advice()));
    if found.is_none() {
        entry("What it means", &html(&issue.message()));
    }
    if let Some(why) = issue.suppressed {
        entry("Not counted", &html(why));
    }
    if let Some(remark) = issue.remark {
        let detail = remark.detail.as_deref().or(remark.justification.as_deref());
        let detail = detail.map(|detail| format!(": {detail}")).unwrap_or_default();
        let status = capital(&remark.status.word().replace('_', " "));
        entry("VEX", &html(&format!("{status}, says {}{detail}", remark.author)));
    }
    if let Some(found) = found {
        if let Some(exploited) = exploited {
            let ransom = if exploited.ransomware { ", for ransom as well" } else { "" };
            entry("Exploited", &html(&format!("listed by CISA since {}{ransom}", exploited.added)));
        }
        if let Some(forecast) = &found.forecast {
            let percent = forecast.probability * 100.0;
            entry("Forecast", &format!("{percent:.1} % likely to be exploited within thirty days (EPSS)"));
        }
        if let Some(score) = found.score {
            let vector =
                found.cvss.as_deref().map(|vector| format!(" <code>{}</code>", html(vector))).unwrap_or_default();
            entry("CVSS", &format!("{score:.1}{vector}"));
        }
        let raters: Vec<String> = found
            .opinions
            .iter()
            .map(|opinion| format!("{} {}", html(&opinion.publisher), opinion.severity.word()))
            .collect();
        entry("Ratings", &raters.join(", "));
        entry("Also known as", &html(&found.aliases.join(", ")));
        entry("Weakness", &html(&found.weaknesses.join(", ")));
        entry("Why it matched", &html(&found.evidence));
    }
    if let Some(purl) = issue.purl() {
        entry("Package URL", &format!("<code>{}</code>", html(&purl)));
    }
    let links: Vec<String> = issue
        .links()
        .take(LINKS)
        .map(|link| format!("<a href=\"{0}\" rel=\"noreferrer noopener\" target=\"_blank\">{0}</a>", html(&link)))
        .collect();
    entry("Read on", &links.join("<br>"));
    page.push_str("</dl></details>");
}
