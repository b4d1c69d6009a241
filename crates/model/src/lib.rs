//! The nouns of Plimsoll, and the shapes of its stages.
//!
//! Bytes become [`Fact`]s, facts of all layers become an [`Inventory`], the inventory judged with today's knowledge
//! becomes [`Finding`]s, and all of it together is a [`Report`]. What could not be seen is a [`Gap`].
//!
//! Invariant: no I/O, no clock, no environment. This crate knows no format, no registry and no rule; every other
//! crate may depend on it and it depends on none of them.

mod analyzer;
mod budget;
mod compliance;
mod digest;
mod distro;
mod fact;
mod finding;
mod gap;
mod image;
mod inventory;
mod misconfig;
mod package;
mod path;
mod purl;
mod report;
mod secret;
mod vex;

pub use analyzer::{Analyzer, Detector, Facts, File, Key, Meta, Pattern, Unreadable};
pub use budget::Budget;
pub use compliance::{Assessed, Compliance, Control, ControlStatus, Evidence};
pub use digest::{Digest, DigestError, Hasher};
pub use distro::Distro;
pub use fact::{
    AnalyzerId, Executable, ExecutableFormat, Fact, LayerIndex, LicenseForm, LicenseText, Ownership, Place, What,
};
pub use finding::{
    EndOfLife, Exploited, Finding, FixState, Forecast, LicenseClass, LicenseFinding, Opinion, Severity, Vulnerability,
};
pub use gap::{Gap, GapKind};
pub use image::{History, Image, ImageConfig, Layer, Origin};
pub use inventory::{Inventory, Item};
pub use misconfig::{Configuration, Misconfiguration};
pub use package::{Confidence, Package, PackageKind, Presence, Relation, Requirement, SourcePackage};
pub use path::ImagePath;
pub use purl::{Purl, PurlError};
pub use report::{Knowledge, LayerClass, LayerSummary, Removed, Report};
pub use secret::{Committed, ExposedSecret, Note, Secret, Spot, Still, Verified};
pub use vex::{VexRemark, VexStatus};
