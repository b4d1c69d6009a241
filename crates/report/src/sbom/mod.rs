//! Bills of materials: what a report's image contains, as the standards of the trade write it. One file per standard;
//! here is what they all say.
//!
//! A package that was seen in several places is one component with several sightings. Everything that judging needs is in
//! the bill (the distribution, source packages, modules, owners, layers), so that a bill is judged like its image.

mod bill;
pub(crate) mod cyclonedx;
pub(crate) mod github;
mod licenses;
mod properties;
pub(crate) mod spdx;
pub(crate) mod spdx3;
pub(crate) mod syft;

use std::io;

use model::Report;

/// A name that no other content has and that the same content always has.
pub(crate) fn uuid(content: &[u8]) -> String {
    bill::Bill::uuid(content)
}

/// The one report that a bill can be about.
pub(crate) fn only<'a>(reports: &'a [Report], format: &str) -> io::Result<&'a Report> {
    let [report] = reports else {
        let text = format!(
            "{format} describes one image, but there are {} platforms here; choose one with --platform",
            reports.len()
        );
        return Err(io::Error::new(io::ErrorKind::InvalidInput, text));
    };
    Ok(report)
}

#[cfg(test)]
mod schemas;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bill_is_about_one_platform() {
        assert!(only(&[Report::default()], "SPDX").is_ok());
        let error = only(&[Report::default(), Report::default()], "SPDX").unwrap_err();
        assert_eq!(
            error.to_string(),
            "SPDX describes one image, but there are 2 platforms here; choose one with --platform"
        );
    }
}
