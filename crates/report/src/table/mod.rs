//! The report as people read it on a terminal: what was scanned, what is wrong in which package, and a summary at the
//! end, where the eye rests, that says how many, how sure, and what to do next.

pub(crate) mod compliance;
pub(crate) mod head;
mod licenses;
pub(crate) mod misconfig;
pub(crate) mod next;
mod packages;
pub(crate) mod secrets;
mod summary;

pub(crate) use summary::coverage;

use std::io::{self, Write};

use model::Report;

use crate::Context;
use crate::view::View;

pub(crate) fn write(reports: &[Report], context: &Context<'_>, out: &mut dyn Write) -> io::Result<()> {
    for (index, report) in reports.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let view = View::new(report, context);
        head::write(report, &view.ends_of_life, context, out)?;
        packages::write(report, &view, context, out)?;
        secrets::write(report, context, out)?;
        misconfig::write(report, context, out)?;
        licenses::write(report, context, out)?;
        compliance::write(report, context, out)?;
        summary::write(report, &view, context, out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
