//! The Debian packages from which a snap was built.
//!
//! **Files.** `usr/share/snappy/dpkg.yaml` in the snaps that others run on, and `snap/manifest.yaml` in all others.
//!
//! **Format.** YAML as Snapcraft writes it (Snapcraft documentation, "Manifest"): lists of `NAME=VERSION` or
//! `NAME:ARCHITECTURE=VERSION`, in `dpkg.yaml` by the key `packages`, in `manifest.yaml` by `primed-stage-packages`. Where that is missing, as before
//! Snapcraft 4, each of the `parts` has `stage-packages`, some of which may not have been put in.
//!
//! **Facts.** These packages.
//!
//! **Not seen.** Packages that were only there while it was built (`build-packages`). Source packages, which the lists
//! do not name.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::listing::Listing;
use crate::syntax::yaml::{self, Node};

/// Names what was put in: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "snap-contents",
    version: 2,
    files: &[Key::Ends("usr/share/snappy/dpkg.yaml").any(), Key::Ends("snap/manifest.yaml").any()],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let document = yaml::parse(file.content)?;
    let key = if file.path.name() == b"dpkg.yaml" { "packages" } else { "primed-stage-packages" };
    let mut listing = Listing::new(PackageKind::Deb);
    let parts = match document.get(key) {
        Node::Null => document.get("parts").entries(),
        _ => &[],
    };
    let staged = parts.iter().flat_map(|(_, part)| part.get("stage-packages").items());
    for item in document.get(key).items().iter().chain(staged) {
        let Some((name, version)) = item.text().split_once('=') else { continue };
        let (name, arch) = name.split_once(':').map_or((name, None), |(name, arch)| (name, Some(arch)));
        if let Some(package) = listing.add(name, version, Presence::Installed) {
            package.arch = arch.map(str::to_owned);
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives};

    const DPKG: &str = "packages:\n- libc6:amd64=2.31-0ubuntu9\n- adduser=1:3.118\n- broken\n";
    const MANIFEST: &str =
        "name: pc\nversion: '1'\nparts: {a: {stage-packages: [x=1]}}\nprimed-stage-packages:\n- shim=1.5\n";

    #[test]
    fn both_files_list_packages() {
        check(&ANALYZER, "usr/share/snappy/dpkg.yaml", DPKG, "adduser 1:3.118\nlibc6 2.31-0ubuntu9");
        check(&ANALYZER, "snap/manifest.yaml", MANIFEST, "shim 1.5");
        let old = MANIFEST.replace("primed-stage-packages", "build-packages");
        check(&ANALYZER, "snap/manifest.yaml", old, "x 1");
        let nothing = MANIFEST.replace(":\n- shim=1.5", ": []");
        check(&ANALYZER, "snap/manifest.yaml", nothing, "");
        check(&ANALYZER, "snap/manifest.yaml", "a: [", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "usr/share/snappy/dpkg.yaml", &[DPKG.as_bytes()]);
        survives(&ANALYZER, "snap/manifest.yaml", &[MANIFEST.as_bytes()]);
    }
}
