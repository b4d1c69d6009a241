//! Settings that rules do not agree with, in JSON. Values that are secrets are nowhere in a report.

use std::borrow::Cow;

use model::Misconfiguration;
use serde::Serialize;

use crate::view::layer_number;

#[derive(Serialize)]
pub(crate) struct MisconfigurationJson<'a> {
    rule: &'a str,
    title: &'a str,
    severity: &'static str,
    language: &'a str,
    path: Option<String>,
    layer: Option<u64>,
    lines: Option<LinesJson>,
    excerpt: &'a [String],
    resource: &'a str,
    attribute: &'a str,
    found: Option<&'a str>,
    expected: &'a str,
    why: &'a str,
    fix: &'a str,
    code: &'a str,
    references: &'a [Cow<'static, str>],
    weaknesses: &'a [String],
    aliases: &'a [Cow<'static, str>],
    controls: &'a [Cow<'static, str>],
    suppressed: Option<&'a str>,
}

/// The first and the last line, counted from one.
#[derive(Serialize)]
struct LinesJson {
    first: u32,
    last: u32,
}

impl<'a> MisconfigurationJson<'a> {
    pub(crate) fn new(found: &'a Misconfiguration) -> Self {
        let path = found.place.path.to_text().into_owned();
        let (first, last) = found.lines;
        Self {
            rule: &found.rule,
            title: &found.title,
            severity: found.severity.word(),
            language: &found.language,
            path: (!path.is_empty()).then_some(path),
            layer: found.place.layer.map(layer_number),
            lines: (first > 0).then_some(LinesJson { first, last }),
            excerpt: &found.excerpt,
            resource: &found.resource,
            attribute: &found.attribute,
            found: found.found.as_deref(),
            expected: &found.expected,
            why: &found.why,
            fix: &found.fix,
            code: &found.code,
            references: &found.references,
            weaknesses: &found.weaknesses,
            aliases: &found.aliases,
            controls: &found.controls,
            suppressed: found.suppressed.as_deref(),
        }
    }
}
