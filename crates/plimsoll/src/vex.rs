//! VEX documents beside a scan: read before it, so that a wrong one ends it early, and laid onto each report.

use std::io::{self, Write};

use advisories::vex::{Collection, Refusal};
use model::Report;
use report::one_line;

use crate::args::{Look, Talk};
use crate::exit::Exit;
use crate::failure::Failure;

/// Parts left out that are told one by one.
const TOLD: usize = 10;

/// What the user brought.
pub struct Vex {
    collection: Collection,
    quiet: bool,
}

impl Vex {
    /// Reads it. What is left out is told on standard error.
    pub fn open(look: &Look, talk: &Talk) -> Result<Self, Failure> {
        let collection = Collection::open(&look.vex, look.vex_trust).map_err(|error| {
            Failure::new(Exit::Usage, error).remedy("name a file in OpenVEX, CSAF or CycloneDX, or a folder of such")
        })?;
        let vex = Self { collection, quiet: talk.quiet };
        vex.tell(vex.collection.refusals(), vex.collection.more_refusals());
        Ok(vex)
    }

    /// Lays it onto a report.
    pub fn apply(&self, report: &mut Report) {
        let refusals = self.collection.apply(report);
        self.tell(&refusals, 0);
        for remark in &report.remarks {
            let (id, status) = (remark.ids.first().map_or("", String::as_str), remark.status.word());
            match &remark.unapplied {
                Some(why) => tracing::info!(id, status, place = remark.place, why, "VEX statement does not apply"),
                None => {
                    tracing::info!(id, status, place = remark.place, findings = remark.findings.len(), "VEX statement");
                }
            }
        }
    }

    fn tell(&self, refusals: &[Refusal], more: u64) {
        if self.quiet {
            return;
        }
        let mut stderr = io::stderr().lock();
        for Refusal { place, why } in refusals.iter().take(TOLD) {
            let _ = writeln!(stderr, "warning: left out of VEX: {}: {}", one_line(place), one_line(why));
        }
        let more = more + refusals.len().saturating_sub(TOLD) as u64;
        if more > 0 {
            let _ = writeln!(stderr, "warning: and {more} more parts of VEX documents (plimsoll vex check tells all)");
        }
    }
}
