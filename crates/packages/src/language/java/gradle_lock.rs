//! `gradle.lockfile`, `buildscript-gradle.lockfile` and other names that end so (Gradle User Manual, "Locking versions").
//!
//! A line per module and version, with the configurations that resolved to it: `group:name:version=a,b`. Modules that
//! only configurations of tests use are for development, and so is what only the build needs: its own script, processors
//! of annotations, Kotlin's compiler, and the tools that check and document code, by the names that their plugins give
//! to configurations. What a configuration with an unknown name needs counts as production's. The file does not say who
//! asks for what. The fixtures of its tests were written after lockfiles of projects in Java, Kotlin and for Android.

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use super::is_version;
use crate::language::{is_the_projects, lies_below};
use crate::listing::Listing;
use crate::syntax::{document, text};

/// Names what to build with, exactly: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "gradle-lock", version: 2, files: &[Key::Extension("lockfile").when(is_gradles)], analyze };

/// One lockfile per configuration is the older form, `gradle/dependency-locks/compileClasspath.lockfile`.
fn is_gradles(path: &ImagePath) -> bool {
    (path.name().ends_with(b"gradle.lockfile") || lies_below(path, "gradle/dependency-locks")) && is_the_projects(path)
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(document(file.content)?)?;
    let name = String::from_utf8_lossy(file.path.name());
    let of_the_build = name.starts_with("buildscript-");
    let mut listing = Listing::new(PackageKind::Maven);
    for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        // The older form has no configurations; its name is one.
        let (module, configurations) = line.split_once('=').unwrap_or((line, &name));
        let mut parts = module.split(':');
        let (Some(group), Some(artifact), Some(version), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            continue;
        };
        if group.is_empty() || artifact.is_empty() || !is_version(version) {
            continue;
        }
        let development = of_the_build || configurations.split(',').all(is_for_development);
        let presence = if development { Presence::DeclaredForDevelopment } else { Presence::Declared };
        listing.add(&format!("{group}:{artifact}"), version, presence);
    }
    listing.tell(facts);
    Ok(())
}

/// `testRuntimeClasspath`, `debugUnitTestRuntimeClasspath`, `releaseAnnotationProcessorClasspath`, `kotlinCompilerClasspath`.
fn is_for_development(configuration: &str) -> bool {
    /// How the names of configurations begin that tools of the build have.
    const TOOLS: &[&str] = &[
        "androidLint",
        "checkstyle",
        "codenarc",
        "cpd",
        "detekt",
        "developmentOnly",
        "dokka",
        "errorprone",
        "jacoco",
        "kapt",
        "kotlinAbiValidation",
        "kotlinBouncyCastle",
        "kotlinBuildTools",
        "kotlinCompiler",
        "kotlinInternalAbiValidation",
        "kotlinKlibCommonizer",
        "kotlinNativeCompiler",
        "ksp",
        "ktlint",
        "pmd",
        "spotbugs",
        "spotless",
        "swiftExport",
        "test",
    ];
    configuration.contains("Test")
        || configuration.contains("nnotationProcessor")
        || TOOLS.iter().any(|tool| configuration.starts_with(tool))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(path: &str, text: &str, expected: &str) {
        testing::check(&ANALYZER, path, text, expected);
    }

    const LOCK: &str = "# This is a Gradle generated file for dependency locking.
joda-time:joda-time:2.2=compileClasspath,testCompileClasspath
junit:junit:4.12=testCompileClasspath,testRuntimeClasspath
org.example:processor:1.0=annotationProcessor
com.squareup:it:1=integrationTestRuntimeClasspath
empty=signatures
";

    #[test]
    fn configurations_decide_about_development() {
        check(
            "app/gradle.lockfile",
            LOCK,
            "com.squareup:it 1 (development)
             joda-time:joda-time 2.2 (declared)
             junit:junit 4.12 (development)
             org.example:processor 1.0 (development)",
        );
        check("app/buildscript-gradle.lockfile", "a:b:1=classpath\n", "a:b 1 (development)");
    }

    #[test]
    fn tools_of_the_build_are_for_development() {
        check(
            "app/gradle.lockfile",
            "ch.qos.logback:logback-classic:1.3.16=ktlint\norg.jacoco:org.jacoco.ant:0.8.14=jacocoAnt\n\
             g:agent:1=androidLintTool,dokkaHtmlGeneratorRuntimeResolver~internal,kotlinCompilerPluginClasspathMain\n\
             g:both:1=kotlinBuildToolsApiClasspath,productionRuntimeClasspath\n\
             g:devtools:1=developmentOnly,testAndDevelopmentOnly\ng:processor:1=releaseAnnotationProcessorClasspath\n\
             g:unit:1=debugUnitTestRuntimeClasspath\ng:unknown:1=shadow\n\
             com.google.guava:listenablefuture:9999.0-empty-to-avoid-conflict-with-guava=runtimeClasspath\n\
             empty=annotationProcessor,testAnnotationProcessor\n",
            "ch.qos.logback:logback-classic 1.3.16 (development)
             com.google.guava:listenablefuture 9999.0-empty-to-avoid-conflict-with-guava (declared)
             g:agent 1 (development)
             g:both 1 (declared)
             g:devtools 1 (development)
             g:processor 1 (development)
             g:unit 1 (development)
             g:unknown 1 (declared)
             org.jacoco:org.jacoco.ant 0.8.14 (development)",
        );
    }

    #[test]
    fn old_locks_have_a_file_per_configuration() {
        check("app/gradle/dependency-locks/compileClasspath.lockfile", "a:b:1\n", "a:b 1 (declared)");
        check("app/gradle/dependency-locks/testCompileClasspath.lockfile", "a:b:1\n", "a:b 1 (development)");
    }

    #[test]
    fn other_lines_and_files_are_passed_over() {
        check("gradle.lockfile", "a:b=c\n:b:1=c\na:b:${x}=c\n<<<<<<< HEAD\n", "");
        assert!(wants(&ANALYZER, "app/gradle.lockfile"));
        assert!(wants(&ANALYZER, "app/settings-gradle.lockfile"));
        assert!(!wants(&ANALYZER, "app/my.lockfile"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "gradle.lockfile", &[LOCK.as_bytes()]);
    }
}
