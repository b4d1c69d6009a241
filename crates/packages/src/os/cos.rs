//! The list of what is in an image of Container-Optimized OS.
//!
//! **Files.** `etc/cos-package-info.json`.
//!
//! **Format.** A JSON object whose `installedPackages` lists packages by `category`, `name`, `version` and
//! `ebuild_version`. There is no specification; the format is that which osv-scalibr, from the same vendor, reads.
//!
//! **Facts.** The packages that are installed, with the version that advisories use (`version`).
//!
//! **Not seen.** `buildTimePackages`, which are not in the image. No published list was at hand: the tests were
//! written from these fields.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text, object};

/// Names what the image was made of: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "cos", version: 1, files: &[Key::Ends("etc/cos-package-info.json").any()], analyze };

object! {
    struct Info<'a> {
        "installedPackages" => installed: Items<Installed<'a>>,
    }
}

object! {
    struct Installed<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let info: Info<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Cos);
    for installed in &info.installed.0 {
        listing.add(installed.name.get(), installed.version.get(), Presence::Installed);
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives};

    const PATH: &str = "etc/cos-package-info.json";
    const INFO: &str = r#"{"installedPackages": [
        {"category": "dev-libs", "name": "popt", "version": "1.16", "ebuild_version": "1.16-r2"}],
        "buildTimePackages": [{"category": "virtual", "name": "pkgconfig", "version": "0"}]}"#;

    #[test]
    fn only_what_is_installed_is_listed() {
        check(&ANALYZER, PATH, INFO, "popt 1.16");
        check(&ANALYZER, PATH, "{}", "");
        check(&ANALYZER, PATH, "x", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[INFO.as_bytes()]);
    }
}
