//! The list of components in images of Bitnami.
//!
//! **Files.** `opt/bitnami/.bitnami_components.json`.
//!
//! **Format.** A JSON object: the component's name, and in it `version` with revision and `arch`. There is no
//! specification; the format is that of published images.
//!
//! **Facts.** Each component.
//!
//! **Not seen.** What the components contain, which is in a bill of materials beside each where there is one.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::listing::Listing;
use crate::syntax::json::{self, Entries, Text, object};

/// Names the components: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "bitnami-components",
    version: 1,
    files: &[Key::Ends("opt/bitnami/.bitnami_components.json").any()],
    analyze,
};

object! {
    struct Component<'a> {
        "version" => version: Text<'a>,
        "arch" => arch: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let components: Entries<'_, Component<'_>> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Bitnami);
    for (name, component) in &components.0 {
        if let Some(package) = listing.add(name.get(), component.version.get(), Presence::Installed) {
            package.arch = Some(component.arch.get().to_owned()).filter(|arch| !arch.is_empty());
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives};

    const PATH: &str = "opt/bitnami/.bitnami_components.json";
    const LIST: &str =
        r#"{"b": {"arch": "amd64", "type": "NAMI", "version": "1.2.3-4"}, "a": {"version": "1"}, "c": {}}"#;

    #[test]
    fn components_are_listed() {
        check(&ANALYZER, PATH, LIST, "a 1\nb 1.2.3-4");
        check(&ANALYZER, PATH, "[]", "");
        check(&ANALYZER, PATH, "{", "gap: corrupt");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[LIST.as_bytes()]);
    }
}
