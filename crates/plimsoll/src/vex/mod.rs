//! VEX documents beside a scan: read before it, so that a wrong one ends it early, and laid onto each report. Those that lie
//! beside the image in its registry (`attached`) are read when it is known which image that is.

mod attached;

use std::io::{self, Write};
use std::path::PathBuf;

use advisories::vex::{Collection, Refusal};
use model::Report;
use report::one_line;

use crate::args::{Look, Talk};
use crate::commands::open::Means;
use crate::exit::Exit;
use crate::failure::Failure;

/// What the user writes for the documents in the image's registry. A file of that name is `./oci`.
const ATTACHED: &str = "oci";
/// Parts left out that are told one by one.
const TOLD: usize = 10;

/// Why nothing is attached to a folder.
const NO_REGISTRY: &str = "only an image that comes from a registry has anything beside it there";

/// What the user brought.
pub struct Vex {
    collection: Collection,
    /// How to ask for what is attached to the image, if that is wanted and there is a registry to ask.
    means: Option<Means>,
    wants_attached: bool,
    trust: bool,
    quiet: bool,
}

impl Vex {
    /// Reads it. What is left out is told on standard error.
    pub fn open(look: &Look, talk: &Talk) -> Result<Self, Failure> {
        let (attached, paths): (Vec<&PathBuf>, _) = look.vex.iter().partition(|path| path.as_os_str() == ATTACHED);
        let paths: Vec<PathBuf> = paths.into_iter().cloned().collect();
        if look.offline && !attached.is_empty() {
            return Err(Failure::usage("--offline forbids to ask a registry for VEX documents")
                .remedy("leave out --vex oci, or name a file that was fetched before"));
        }
        let collection = Collection::open(&paths, look.vex_trust).map_err(|error| {
            let remedy =
                "name a file in OpenVEX, CSAF or CycloneDX, a folder of such, or oci for those in the image's registry";
            Failure::new(Exit::Usage, error).remedy(remedy)
        })?;
        let (wants_attached, trust) = (!attached.is_empty(), look.vex_trust);
        let vex = Self { collection, means: None, wants_attached, trust, quiet: talk.quiet };
        vex.tell(vex.collection.refusals(), vex.collection.more_refusals());
        Ok(vex)
    }

    /// Says how the registry of the image can be asked.
    pub fn reach(&mut self, means: Means) {
        self.means = Some(means);
    }

    /// Lays it onto a report.
    pub fn apply(&self, report: &mut Report) {
        let (mut readings, mut refusals) = (Vec::new(), Vec::new());
        if self.wants_attached {
            (readings, refusals) = match &self.means {
                Some(means) => attached::read(means, report, self.trust),
                None => (Vec::new(), vec![Refusal { place: ATTACHED.into(), why: NO_REGISTRY.into() }]),
            };
        }
        refusals.extend(self.collection.apply(report, readings));
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
