//! `gradle/verification-metadata.xml` (Gradle User Manual, "Verifying dependencies"): `components` lists every module whose
//! files a build may fetch, with their checksums. The fixture of its tests was written from the manual's schema.
//!
//! That is more than a build uses: plugins, what tests need, and versions that are no longer in use until somebody tidies
//! up. Everything is declared, and with low confidence. A component of which only the `.pom` or the `.module` is listed
//! was looked at and not taken, so it is left out.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Unreadable};

use super::is_version;
use crate::listing::Listing;
use crate::syntax::xml;

/// Names what a build may fetch: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "gradle-verification",
    version: 1,
    files: &[Key::Ends("gradle/verification-metadata.xml").any()],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let root = xml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Maven);
    for component in root.all("components").flat_map(|components| components.all("component")) {
        let [group, name, version] = ["group", "name", "version"].map(|part| component.attribute(part));
        let is_description = |file: &str| {
            let extension = file.rsplit_once('.').map(|(_, extension)| extension);
            extension.is_some_and(|extension| ["pom", "module"].contains(&extension))
        };
        let described_only = component.child("artifact").is_some()
            && component.all("artifact").all(|artifact| is_description(artifact.attribute("name")));
        if described_only || group.is_empty() || name.is_empty() || !is_version(version) {
            continue;
        }
        if let Some(package) = listing.add(&format!("{group}:{name}"), version, Presence::Declared) {
            package.confidence = Confidence::Low;
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "app/gradle/verification-metadata.xml", text, expected);
    }

    const METADATA: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
        <verification-metadata xmlns="https://schema.gradle.org/dependency-verification">
           <configuration><verify-metadata>true</verify-metadata></configuration>
           <components>
              <component group="com.example" name="a" version="1.0">
                 <artifact name="a-1.0.jar"><sha256 value="00" origin="x"/></artifact>
                 <artifact name="a-1.0.pom"><sha256 value="00"/></artifact>
              </component>
              <component group="com.example" name="parent" version="1.0">
                 <artifact name="parent-1.0.pom"><sha256 value="00"/></artifact>
              </component>
              <component group="com.example" name="a" version="2.0"/>
              <component name="b" version="2.0"/>
           </components>
        </verification-metadata>"#;

    #[test]
    fn components_with_files_are_listed() {
        check(METADATA, "com.example:a 1.0 (declared)\ncom.example:a 2.0 (declared)");
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("<verification-metadata>", "gap: corrupt");
        check("<verification-metadata/>", "");
        assert!(wants(&ANALYZER, "gradle/verification-metadata.xml"));
        assert!(!wants(&ANALYZER, "verification-metadata.xml"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "gradle/verification-metadata.xml", &[METADATA.as_bytes()]);
    }
}
