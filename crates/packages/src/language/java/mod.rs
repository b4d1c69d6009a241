//! Java and its relatives: archives of classes, the runtime, and what builds ask for.

mod bazel_maven;
mod gradle_lock;
mod gradle_verification;
mod jar;
mod jvm_release;
mod native_image;
mod pom_xml;
mod sbt_lock;
mod version_catalog;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[
    bazel_maven::ANALYZER,
    version_catalog::ANALYZER,
    gradle_lock::ANALYZER,
    gradle_verification::ANALYZER,
    jar::ANALYZER,
    jvm_release::ANALYZER,
    pom_xml::ANALYZER,
    native_image::ANALYZER,
    sbt_lock::ANALYZER,
];

/// Whether a text names one version. Ranges, versions that move (`1.+`, `latest.release`, `LATEST`) and variables do not.
fn is_version(text: &str) -> bool {
    let moves = text.ends_with('+') || text.starts_with("latest.") || ["LATEST", "RELEASE"].contains(&text);
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && !text.contains(['$', '[', '(', ',', ':', '*'])
        && !moves
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_told_from_ranges() {
        for (text, expected) in [
            ("1.0", true),
            ("Finchley.SR2", true),
            ("1.0+build.1", true),
            ("[1,2)", false),
            ("1.+", false),
            ("latest.release", false),
            ("RELEASE", false),
            ("${x}", false),
            ("", false),
        ] {
            assert_eq!(is_version(text), expected, "{text}");
        }
    }
}
