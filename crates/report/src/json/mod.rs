//! The report for programs: one JSON document, described by `schema/report-1.0.json`.
//!
//! The types are this format's own: the model may change its shape, this document may not.

pub(crate) mod artifact;
mod compliance;
pub(crate) mod misconfig;
pub(crate) mod print;
pub(crate) mod read;
mod secret;

use std::io::{self, Write};

use model::Report;
use serde::Serialize;

use crate::{Context, SCHEMA_VERSION};
use artifact::Artifact;

/// What every document begins with.
#[derive(Serialize)]
pub(crate) struct Document<'a, T> {
    schema: &'static str,
    schema_version: &'static str,
    tool: Tool<'a>,
    generated_at: &'a str,
    artifacts: Vec<T>,
}

/// What wrote a document.
#[derive(Serialize)]
pub(crate) struct Tool<'a> {
    name: &'static str,
    version: &'a str,
}

impl<'a> Tool<'a> {
    pub(crate) fn new(context: &Context<'a>) -> Self {
        Self { name: "plimsoll", version: context.version }
    }
}

impl<'a, T: Serialize> Document<'a, T> {
    pub(crate) fn new(schema: &'static str, context: &Context<'a>, artifacts: Vec<T>) -> Self {
        Self {
            schema,
            schema_version: SCHEMA_VERSION,
            tool: Tool::new(context),
            generated_at: context.generated_at,
            artifacts,
        }
    }
}

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    print::print(&document(reports, context), out)
}

/// The document about reports.
pub(crate) fn document<'a>(reports: &'a [Report], context: &Context<'a>) -> impl Serialize + use<'a> {
    let artifacts: Vec<Artifact<'a>> = reports.iter().map(|report| Artifact::new(report, context)).collect();
    Document::new("plimsoll-report", context, artifacts)
}

#[cfg(test)]
pub(crate) mod tests;
