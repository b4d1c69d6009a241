//! `META-INF/MANIFEST.MF` (JAR File Specification, "JAR Manifest"): the main section's attributes; those of plugins of
//! Jenkins are the ones that its Maven plugin (`maven-hpi-plugin`) and its Gradle plugin write.

use std::borrow::Cow;

/// What the main section says, as far as it names the archive. Empty where it says nothing.
#[derive(Default)]
pub(super) struct Manifest<'a> {
    pub(super) title: Cow<'a, str>,
    pub(super) vendor: Cow<'a, str>,
    /// Where builds with sbt, Maven and Gradle put the group.
    pub(super) vendor_id: Cow<'a, str>,
    pub(super) implementation_version: Cow<'a, str>,
    pub(super) bundle_name: Cow<'a, str>,
    pub(super) bundle_version: Cow<'a, str>,
    pub(super) bundle_license: Cow<'a, str>,
    /// The coordinates of a plugin of Jenkins. Older ones have no artifact but a short name, which is the same.
    pub(super) plugin_group: Cow<'a, str>,
    pub(super) plugin_artifact: Cow<'a, str>,
    pub(super) plugin_name: Cow<'a, str>,
    pub(super) plugin_version: Cow<'a, str>,
    /// Code that New Relic's agent weaves into another library, after which the archive is named.
    pub(super) weaves: bool,
}

/// Longest value that is kept. Names and versions are short; lists of packages are not, and nobody asks for them.
const LONGEST: usize = 1024;

impl<'a> Manifest<'a> {
    /// Reads the main section, which ends with the first empty line.
    pub(super) fn parse(text: &'a str) -> Self {
        let mut manifest = Self::default();
        let mut lines = text.lines().skip_while(|line| line.is_empty()).peekable();
        while let Some(line) = lines.next().filter(|line| !line.is_empty()) {
            let (name, first) = line.split_once(':').unwrap_or((line, ""));
            let value = match manifest.attribute(name) {
                Some(value) => value,
                None => &mut Cow::Borrowed(""),
            };
            *value = Cow::Borrowed(first.trim_start());
            // Lines end after 72 bytes and go on after a space.
            while let Some(more) = lines.next_if(|line| line.starts_with(' ')) {
                if value.len() < LONGEST {
                    value.to_mut().push_str(&more[1..]);
                }
            }
            if let Some(end) = value.find(';').filter(|_| name.eq_ignore_ascii_case("Bundle-SymbolicName")) {
                // Directives follow the name.
                value.to_mut().truncate(end);
            }
            manifest.weaves |= name.eq_ignore_ascii_case("Weave-Classes");
        }
        manifest
    }

    fn attribute(&mut self, name: &str) -> Option<&mut Cow<'a, str>> {
        Some(match name.len() {
            // Names may be in any case. Most are others, so their length decides first.
            20 if name.eq_ignore_ascii_case("Implementation-Title") => &mut self.title,
            21 if name.eq_ignore_ascii_case("Implementation-Vendor") => &mut self.vendor,
            24 if name.eq_ignore_ascii_case("Implementation-Vendor-Id") => &mut self.vendor_id,
            22 if name.eq_ignore_ascii_case("Implementation-Version") => &mut self.implementation_version,
            19 if name.eq_ignore_ascii_case("Bundle-SymbolicName") => &mut self.bundle_name,
            14 if name.eq_ignore_ascii_case("Bundle-Version") => &mut self.bundle_version,
            14 if name.eq_ignore_ascii_case("Bundle-License") => &mut self.bundle_license,
            8 if name.eq_ignore_ascii_case("Group-Id") => &mut self.plugin_group,
            11 if name.eq_ignore_ascii_case("Artifact-Id") => &mut self.plugin_artifact,
            10 if name.eq_ignore_ascii_case("Short-Name") => &mut self.plugin_name,
            14 if name.eq_ignore_ascii_case("Plugin-Version") => &mut self.plugin_version,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_main_section_is_unfolded_and_ends_with_an_empty_line() {
        let text = "Manifest-Version: 1.0\r\nImplementation-Title: A long ti\r\n tle\r\nIMPLEMENTATION-VERSION: 1.0\r\n\
            Bundle-SymbolicName: org.example.a;singleton:=\r\n true\r\nImplementation-Vendor-Id:org.example\r\n\
            Export-Package: x\r\n\r\nName: org/example/\r\nImplementation-Version: 9\r\n";
        let manifest = Manifest::parse(text);
        assert_eq!(manifest.title, "A long title");
        assert_eq!(manifest.implementation_version, "1.0");
        assert_eq!(manifest.bundle_name, "org.example.a");
        assert_eq!(manifest.vendor_id, "org.example");
        assert_eq!(manifest.bundle_version, "");
        assert!(!manifest.weaves);
    }

    #[test]
    fn odd_manifests_say_little() {
        for text in ["", "\n\n", " folded from nothing", "no colon", ":", "a: b"] {
            let manifest = Manifest::parse(text);
            assert_eq!(manifest.title, "", "{text:?}");
        }
        assert!(Manifest::parse("Weave-Classes: x").weaves);
    }
}
