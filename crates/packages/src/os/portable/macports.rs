//! What MacPorts installed.
//!
//! **Files.** `macports/registry/portfiles/NAME-VERSION_REVISION/DIGEST/Portfile`.
//!
//! **Format.** The registry keeps the recipe of each installed port in a folder named after it (MacPorts Guide, "The
//! Registry"). Versions contain no dash.
//!
//! **Facts.** The port, by the name of its folder, with the revision.
//!
//! **Not seen.** What it needs and who asked for it, which the registry's database tells; the licence, which is program
//! text. Recipes that have been fetched and not installed lie elsewhere. The tests were written from the guide.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use super::folders;
use crate::listing::Listing;

/// Names what is installed: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "macports",
    version: 1,
    files: &[Key::Name("Portfile").when(|path| port(path).is_some())],
    analyze,
};

fn port(path: &ImagePath) -> Option<(&str, &str)> {
    let [_digest, port, "portfiles", "registry", "macports"] = folders(path)? else { return None };
    port.rsplit_once('-').filter(|(name, version)| !name.is_empty() && !version.is_empty())
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut listing = Listing::new(PackageKind::Macports);
    if let Some((name, version)) = port(file.path) {
        listing.add(name, version, Presence::Installed);
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "opt/local/var/macports/registry/portfiles/py311-pip-23.1_0/0a1b-4711/Portfile";

    #[test]
    fn the_folder_is_the_port() {
        check(&ANALYZER, PATH, "name pip\n", "py311-pip 23.1_0");
    }

    #[test]
    fn only_the_registry_is_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "opt/local/var/macports/sources/curl-8_0/x/Portfile"));
        assert!(!wants(&ANALYZER, "macports/registry/portfiles/curl/x/Portfile"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[b"name pip\n"]);
    }
}
