//! The list of what is in an image of Bottlerocket.
//!
//! **Files.** `usr/share/bottlerocket/application-inventory.json`.
//!
//! **Format.** A JSON object whose `Content` lists packages by `Name`, `Version`, `Release`, `Epoch`, `Architecture` and
//! `Publisher`, all of them texts, as the programs in Bottlerocket that make a bill of materials of the list read it.
//!
//! **Facts.** The packages.
//!
//! **Not seen.** Licences, which the list does not have. No published list was at hand: the tests were written from these
//! fields.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::source_rpm::evr;
use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text, object};

/// Names what the image was made of: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "bottlerocket",
    version: 1,
    files: &[Key::Ends("usr/share/bottlerocket/application-inventory.json").any()],
    analyze,
};

object! {
    struct Inventory<'a> {
        "Content" => content: Items<Application<'a>>,
    }
}

object! {
    struct Application<'a> {
        "Name" => name: Text<'a>,
        "Version" => version: Text<'a>,
        "Release" => release: Text<'a>,
        "Epoch" => epoch: Text<'a>,
        "Architecture" => arch: Text<'a>,
        "Publisher" => publisher: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let inventory: Inventory<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Bottlerocket);
    for application in &inventory.content.0 {
        let version = match application.release.get() {
            "" => application.version.get().to_owned(),
            release => format!("{}-{release}", application.version.get()),
        };
        let version = evr(application.epoch.get().parse().ok(), &version);
        if let Some(package) = listing.add(application.name.get(), &version, Presence::Installed) {
            let given = |text: &Text<'_>| Some(text.get().to_owned()).filter(|text| !text.is_empty());
            package.arch = given(&application.arch);
            package.vendor = given(&application.publisher);
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives};

    const PATH: &str = "usr/share/bottlerocket/application-inventory.json";
    const INVENTORY: &str = r#"{"Content": [
        {"Name": "glibc", "Publisher": "Bottlerocket", "Version": "2.40", "Release": "1.x", "Epoch": "1",
         "Architecture": "x86_64", "Url": "u", "Summary": "s"},
        {"Name": "bash", "Version": "5.2", "Epoch": ""}, {"Name": ""}]}"#;

    #[test]
    fn applications_are_packages() {
        check(&ANALYZER, PATH, INVENTORY, "bash 5.2\nglibc 1:2.40-1.x");
        check(&ANALYZER, PATH, "{}", "");
        check(&ANALYZER, PATH, "", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[INVENTORY.as_bytes()]);
    }
}
