//! `release` at the root of a Java installation (OpenJDK's build, `make/ReleaseFile.gmk`): lines of `KEY="value"`.
//!
//! Who implemented it decides the name, as scanners agree on: Azul's is `zulu`, Oracle's and Sun's are `jdk` or `jre`,
//! GraalVM's is `graalvm`, all others build `openjdk`. The version is the runtime's with its build where it is told.
//! Vulnerabilities are kept by platform names, so these are given too. A `release` without `JAVA_VERSION` is another
//! program's and says nothing.

use std::collections::BTreeMap;

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;
use crate::syntax::text;

/// A Java installation: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "jvm-release", version: 1, files: &[Key::Name("release").when(may_be_java)], analyze };

/// Not a distribution's own release file, and not one in the kernel's trees.
fn may_be_java(path: &ImagePath) -> bool {
    let bytes = path.as_bytes();
    !bytes.starts_with(b"etc/") && !bytes.starts_with(b"proc/") && !bytes.starts_with(b"sys/")
}

#[expect(clippy::unnecessary_wraps, reason = "the shape of every analyzer")]
fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    // Real ones have two thousand bytes.
    const LARGEST: usize = 64 << 10;
    if file.content.len() > LARGEST {
        return Ok(());
    }
    let Ok(text) = text::decode(file.content) else { return Ok(()) };
    let values: BTreeMap<&str, &str> = text
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(key, value)| (key.trim(), value.trim().trim_matches('"')))
        .collect();
    let value = |key: &str| values.get(key).copied().unwrap_or_default();
    let Some(version) =
        version(value("JAVA_VERSION"), value("JAVA_RUNTIME_VERSION"), value("SEMANTIC_VERSION"), value("FULL_VERSION"))
    else {
        return Ok(());
    };
    let place = String::from_utf8_lossy(file.path.as_bytes()).to_lowercase();
    let (vendor, name) = identify(&value("IMPLEMENTOR").to_lowercase(), &place, &values);
    let mut package = Package::new(PackageKind::Generic, name, version);
    package.confidence = Confidence::Medium;
    package.vendor = Some(value("IMPLEMENTOR")).filter(|vendor| !vendor.is_empty()).map(str::to_owned);
    package.cpes = platform_names(vendor, name, version);
    facts.package(package);
    Ok(())
}

/// The runtime's version has the build. Some builders put texts of their own in it, so it has to go on like the plain one.
fn version<'a>(plain: &'a str, runtime: &'a str, semantic: &'a str, full: &'a str) -> Option<&'a str> {
    let is_version = |text: &&str| text.starts_with(|first: char| first.is_ascii_digit()) && is_word(text);
    if !is_version(&plain) {
        return None;
    }
    [runtime, full, semantic].into_iter().filter(is_version).find(|text| text.starts_with(plain)).or(Some(plain))
}

fn identify(implementor: &str, place: &str, values: &BTreeMap<&str, &str>) -> (&'static str, &'static str) {
    let is_jdk =
        values.get("IMAGE_TYPE").is_none_or(|kind| !kind.eq_ignore_ascii_case("jre")) && !place.contains("jre");
    let product = if is_jdk { "jdk" } else { "jre" };
    if implementor.contains("azul") || place.contains("zulu") {
        ("azul", "zulu")
    } else if implementor.starts_with("sun ") {
        ("sun", product)
    } else if values.contains_key("GRAALVM_VERSION") || implementor.contains("graalvm") || place.contains("graalvm") {
        ("oracle", "graalvm")
    } else if implementor.contains("oracle") && values.get("BUILD_TYPE").is_some_and(|kind| *kind == "commercial")
        || place.contains("oracle")
        || values.get("BUILD_TYPE").is_some_and(|kind| *kind == "commercial")
    {
        ("oracle", product)
    } else {
        ("oracle", "openjdk")
    }
}

/// Names in the Common Platform Enumeration 2.3. Old versions, `1.8.0_411-b25`, have their update as a part of its own.
fn platform_names(vendor: &str, name: &str, version: &str) -> Vec<String> {
    let plain = version.split(['+', '-']).next().unwrap_or(version);
    let (number, update) = match plain.split_once('_') {
        Some((number, update)) => (number, format!("update{}", update.trim_start_matches('0'))),
        None => (plain, "*".to_owned()),
    };
    if !number.bytes().chain(update.bytes()).all(|byte| byte.is_ascii_alphanumeric() || b".*".contains(&byte)) {
        return Vec::new();
    }
    let products: &[(&str, &str)] = match (vendor, name) {
        ("azul", _) => &[("azul", "zulu"), ("oracle", "openjdk")],
        (_, "openjdk") => &[("oracle", "openjdk")],
        (_, "graalvm") => &[("oracle", "graalvm")],
        ("sun", "jdk") => &[("sun", "jdk"), ("sun", "jre")],
        ("sun", _) => &[("sun", "jre")],
        (_, "jdk") => &[("oracle", "java_se"), ("oracle", "jdk"), ("oracle", "jre")],
        _ => &[("oracle", "java_se"), ("oracle", "jre")],
    };
    products
        .iter()
        .map(|(vendor, product)| format!("cpe:2.3:a:{vendor}:{product}:{number}:{update}:*:*:*:*:*:*"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(path: &str, text: &str, expected: &str) {
        testing::check(&ANALYZER, path, text, expected);
    }

    const TEMURIN: &str = "IMPLEMENTOR=\"Eclipse Adoptium\"\nJAVA_RUNTIME_VERSION=\"21.0.4+7-LTS\"\nJAVA_VERSION=\"21.0.4\"\nIMAGE_TYPE=\"JDK\"\n";

    #[test]
    fn implementors_decide_the_name() {
        check("opt/java/openjdk/release", TEMURIN, "openjdk 21.0.4+7-LTS");
        check("opt/java/release", "IMPLEMENTOR=\"Azul Systems, Inc.\"\nJAVA_VERSION=\"17.0.1\"\n", "zulu 17.0.1");
        let oracle = "JAVA_VERSION=\"1.8.0_411\"\nJAVA_RUNTIME_VERSION=\"1.8.0_411-b25\"\nBUILD_TYPE=\"commercial\"\n";
        check("usr/lib/jvm/jdk-1.8/release", oracle, "jdk 1.8.0_411-b25");
        check("usr/lib/jvm/jre-1.8/release", oracle, "jre 1.8.0_411-b25");
        check("opt/java/release", &format!("{TEMURIN}GRAALVM_VERSION=\"23\"\n"), "graalvm 21.0.4+7-LTS");
    }

    #[test]
    fn a_runtime_version_of_another_kind_is_passed_over() {
        check("opt/java/release", "JAVA_VERSION=\"11.0.2\"\nJAVA_RUNTIME_VERSION=\"jdk-build-7\"\n", "openjdk 11.0.2");
    }

    #[test]
    fn platform_names_have_updates_apart() {
        assert_eq!(
            platform_names("oracle", "jdk", "1.8.0_411-b25"),
            ["java_se", "jdk", "jre"].map(|product| format!("cpe:2.3:a:oracle:{product}:1.8.0:update411:*:*:*:*:*:*"))
        );
        assert_eq!(
            platform_names("oracle", "openjdk", "21.0.4+7-LTS"),
            ["cpe:2.3:a:oracle:openjdk:21.0.4:*:*:*:*:*:*:*"]
        );
        assert!(platform_names("oracle", "openjdk", "1:2").is_empty());
    }

    #[test]
    fn other_release_files_say_nothing() {
        check("opt/x/release", "VERSION=1\n", "");
        check("opt/x/release", "JAVA_VERSION=\"\"\n", "");
        check("opt/x/release", "", "");
        assert!(wants(&ANALYZER, "opt/java/release"));
        assert!(!wants(&ANALYZER, "etc/release"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "release", &[TEMURIN.as_bytes()]);
    }
}
