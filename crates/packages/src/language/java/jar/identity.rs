//! Which packages an archive is, from everything in it that gives a hint.
//!
//! Projects that Maven wrote down are certain: one is the archive itself, others were put into it ("shaded"). Where none is
//! the archive itself, its name and version come from the file name, else from the manifest, and the group from what the
//! manifest says or from the [table](super::groups) of well-known artifacts. A guess that could be wrong is not made:
//! without a group, the name is the artifact alone; without a version, the archive is no package. A plugin of Jenkins
//! has its coordinates in its manifest: `Group-Id`, `Artifact-Id` or, in older ones, `Short-Name`, and `Plugin-Version`.

use model::{Package, PackageKind};

use super::file_name::FileName;
use super::groups;
use super::manifest::Manifest;
use super::pom::Project;
use crate::listing::is_word;

/// The packages, sorted. `contains` says whether the archive has entries in a folder (`org/example/`).
pub(super) fn identify(
    file: FileName<'_>,
    manifest: &Manifest<'_>,
    projects: &[Project],
    contains: impl Fn(&str) -> bool,
) -> Vec<Package> {
    let mut packages = Vec::new();
    let mut named = false;
    for project in projects {
        let own = file.is_of(&project.artifact);
        // Maven did not know its own version here, but the file's name does.
        let version =
            if project.version.is_empty() && own { file.version.unwrap_or_default() } else { &project.version };
        if is_word(&project.group) && is_word(&project.artifact) && is_word(version) {
            // A renamed file keeps its version.
            named |= own || Some(version) == file.version;
            packages.push((format!("{}:{}", project.group, project.artifact), version.to_owned(), own));
        }
    }
    if let Some((name, version)) = plugin(manifest) {
        named = true;
        packages.push((name, version, true));
    }
    if !named && let Some((name, version)) = name_itself(file, manifest, projects.is_empty(), contains) {
        packages.push((name, version, true));
    }
    packages.sort();
    packages.dedup_by(|a, b| (&a.0, &a.1) == (&b.0, &b.1));
    let license = Some(manifest.bundle_license.trim()).filter(|license| !license.is_empty());
    packages
        .into_iter()
        .map(|(name, version, own)| Package {
            licenses: license.filter(|_| own).map(str::to_owned).into_iter().collect(),
            ..Package::new(PackageKind::Maven, name, version)
        })
        .collect()
}

/// Name and version of a plugin of Jenkins, which is published under its coordinates in Maven. Behind the version of one
/// that was not built for publication is who built it: `1.0-SNAPSHOT (private-00-user)`.
fn plugin(manifest: &Manifest<'_>) -> Option<(String, String)> {
    let group = manifest.plugin_group.trim();
    let artifact = [&manifest.plugin_artifact, &manifest.plugin_name]
        .into_iter()
        .map(|name| name.trim())
        .find(|name| !name.is_empty())?;
    let version = manifest.plugin_version.split_whitespace().next()?;
    let usable = [group, artifact, version].into_iter().all(is_word);
    usable.then(|| (format!("{group}:{artifact}"), version.to_owned()))
}

/// Name and version of an archive that no project is. If there are projects, they may well be all of it, so only a file
/// name with a version speaks for another.
fn name_itself(
    file: FileName<'_>,
    manifest: &Manifest<'_>,
    alone: bool,
    contains: impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    // The JVM's own libraries, and stubs that are named after the library that they instrument.
    if manifest.title.starts_with("Java Runtime Environment") || manifest.weaves {
        return None;
    }
    let (artifact, version) = match file.version {
        Some(version) => (file.artifact, version),
        None if alone => (short_title(manifest).unwrap_or(file.stem), manifest_version(manifest)?),
        None => return None,
    };
    if !is_word(artifact) || !is_word(version) {
        return None;
    }
    let name = match groups::find(artifact, contains) {
        Some((group, artifact)) => format!("{group}:{artifact}"),
        None => match group(artifact, manifest) {
            Some(group) => format!("{group}:{artifact}"),
            None => artifact.to_owned(),
        },
    };
    Some((name, version.to_owned()))
}

/// The title, where it is written like an artifact: in small letters, without dots and spaces.
fn short_title<'a>(manifest: &'a Manifest<'_>) -> Option<&'a str> {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_');
    let title = manifest.title.trim();
    (title.starts_with(|c: char| c.is_ascii_lowercase()) && title.chars().all(fits)).then_some(title)
}

/// The version in the manifest; what follows it after a space is a comment (`5.6.0 (b0)`).
fn manifest_version<'a>(manifest: &'a Manifest<'_>) -> Option<&'a str> {
    [&manifest.implementation_version, &manifest.bundle_version].into_iter().find_map(|version| {
        version.split_whitespace().next().filter(|version| version.starts_with(|c: char| c.is_ascii_digit()))
    })
}

/// The group, where the manifest says it. Maven, Gradle and sbt write it as the vendor's id; so did others before them, who
/// meant a whole organisation. Bundles are named after the group and the artifact, unless one ends as the other
/// begins: then the common part stands there once, and for a word alone nobody knows which it was.
fn group<'a>(artifact: &str, manifest: &'a Manifest<'_>) -> Option<&'a str> {
    const ORGANISATIONS: &[&str] =
        &["com.google", "com.ibm", "com.microsoft", "com.oracle", "com.sun", "org.apache", "org.eclipse", "org.jboss"];
    let vendor = manifest.vendor_id.trim();
    if is_group(vendor) && !ORGANISATIONS.contains(&vendor) {
        return Some(vendor);
    }
    let bundle = manifest.bundle_name.trim();
    // Archives for Scala have the version of the language behind the name; their bundles have not.
    let artifact = artifact.rsplit_once("_2.").map_or(artifact, |(artifact, _)| artifact);
    let (first, rest) = artifact.split_once('-')?;
    let whole = || bundle.strip_suffix(artifact)?.strip_suffix('.');
    // `org.example.tool.core` for `tool-core`.
    let joined = || {
        let group = bundle.strip_suffix(&*rest.replace('-', "."))?.strip_suffix('.')?;
        (group.rsplit('.').next() == Some(first)).then_some(group)
    };
    whole().or_else(joined).filter(|group| is_group(group) && !ORGANISATIONS.contains(group))
}

/// Whether a text is a domain name backwards, at least two parts of it.
fn is_group(text: &str) -> bool {
    is_word(text)
        && text.contains('.')
        && text.split('.').all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphanumeric())
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(file: &str, manifest: &str, projects: &[(&str, &str, &str)], expected: &[&str]) {
        let projects: Vec<_> = projects
            .iter()
            .map(|(group, artifact, version)| Project {
                group: (*group).into(),
                artifact: (*artifact).into(),
                version: (*version).into(),
            })
            .collect();
        let packages = identify(FileName::parse(file), &Manifest::parse(manifest), &projects, |folder| {
            folder == "org/springframework/"
        });
        let packages: Vec<_> = packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
        assert_eq!(packages, expected, "{file} {manifest:?}");
    }

    #[test]
    fn projects_are_certain() {
        let shaded = [("g", "a", "1.0"), ("g", "b", "2.0")];
        check("a-1.0.jar", "Implementation-Version: 9", &shaded, &["g:a 1.0", "g:b 2.0"]);
        check("app.jar", "Implementation-Version: 9", &shaded, &["g:a 1.0", "g:b 2.0"]);
        check("renamed-1.0.jar", "", &shaded, &["g:a 1.0", "g:b 2.0"]);
        check("a-1.0.jar", "", &[("g", "a", ""), ("g", "b", "")], &["g:a 1.0"]);
    }

    #[test]
    fn an_archive_that_is_none_of_its_projects_has_its_files_name() {
        check(
            "driver-3.11.0-shaded.jar",
            "",
            &[("org.jctools", "jctools-core", "2.1.1")],
            &["driver 3.11.0", "org.jctools:jctools-core 2.1.1"],
        );
    }

    #[test]
    fn file_names_come_before_manifests() {
        check("asm-7.1.jar", "Bundle-SymbolicName: org.objectweb.asm\nBundle-Version: 7.1.0", &[], &["asm 7.1"]);
        check("jna.jar", "Implementation-Title: com.sun.jna\nImplementation-Version: 5.6.0 (b0)", &[], &["jna 5.6.0"]);
        check("app.jar", "Implementation-Title: shop\nImplementation-Version: 1.0", &[], &["shop 1.0"]);
        check("app.jar", "Bundle-Version: 2.0", &[], &["app 2.0"]);
        check("stress.jar", "Main-Class: x", &[], &[]);
    }

    // The manifests are those of real archives, shortened; the groups those under which they were published.
    #[test]
    fn manifests_may_say_the_group() {
        check(
            "json4s-ast_2.12-3.7.0-M11.jar",
            "Implementation-Vendor: org.json4s\nImplementation-Vendor-Id: org.json4s",
            &[],
            &["org.json4s:json4s-ast_2.12 3.7.0-M11"],
        );
        check(
            "snappy-java-1.1.2.6.jar",
            "Bundle-SymbolicName: org.xerial.snappy.snappy-java",
            &[],
            &["org.xerial.snappy:snappy-java 1.1.2.6"],
        );
        check(
            "scala-xml_2.12-1.2.0.jar",
            "Bundle-SymbolicName: org.scala-lang.modules.scala-xml",
            &[],
            &["org.scala-lang.modules:scala-xml_2.12 1.2.0"],
        );
        check(
            "jctools-core-3.1.0.jar",
            "Bundle-SymbolicName: org.jctools.core",
            &[],
            &["org.jctools:jctools-core 3.1.0"],
        );
    }

    // Shortened manifests of real plugins; those of before 2023 have no `Artifact-Id`.
    #[test]
    fn plugins_of_jenkins_say_their_coordinates() {
        let git = "Implementation-Title: git\nImplementation-Version: 3.7.0\nGroup-Id: org.jenkins-ci.plugins\n\
            Short-Name: git\nLong-Name: Jenkins Git plugin\nPlugin-Version: 3.7.0\nJenkins-Version: 1.625.3";
        check("git.hpi", git, &[], &["org.jenkins-ci.plugins:git 3.7.0"]);
        check("git.jpi", git, &[("org.jenkins-ci.plugins", "git", "3.7.0")], &["org.jenkins-ci.plugins:git 3.7.0"]);
        check(
            "workflow-cps.jpi",
            "Group-Id: org.jenkins-ci.plugins.workflow\nArtifact-Id: workflow-cps\nShort-Name: workflow-cps\n\
             Plugin-Version: 1449.v261d6f7b_f9f3",
            &[("org.example", "shaded", "1.0")],
            &["org.example:shaded 1.0", "org.jenkins-ci.plugins.workflow:workflow-cps 1449.v261d6f7b_f9f3"],
        );
        check(
            "own.hpi",
            "Group-Id: org.example\nShort-Name: own\nPlugin-Version: 1.0-SNAPSHOT (private-07/12/2024 17:02-user)",
            &[],
            &["org.example:own 1.0-SNAPSHOT"],
        );
        check("old.hpi", "Short-Name: old\nPlugin-Version: 1.0\nImplementation-Version: 1.0", &[], &["old 1.0"]);
    }

    #[test]
    fn what_could_be_wrong_is_not_guessed() {
        check("caffeine-2.3.5.jar", "Bundle-SymbolicName: com.github.ben-manes.caffeine", &[], &["caffeine 2.3.5"]);
        check("ivy-2.5.0.jar", "Implementation-Vendor-Id: org.apache", &[], &["ivy 2.5.0"]);
        check("lz4-java-1.7.1.jar", "Bundle-SymbolicName: lz4-java", &[], &["lz4-java 1.7.1"]);
        check("a-1.0.jar", "Implementation-Vendor-Id: a vendor", &[], &["a 1.0"]);
    }

    #[test]
    fn well_known_artifacts_have_their_group_if_the_content_agrees() {
        check(
            "spring-web-5.3.20.jar",
            "Implementation-Title: spring-web",
            &[],
            &["org.springframework:spring-web 5.3.20"],
        );
        check("gson-2.2.4.jar", "", &[], &["gson 2.2.4"]);
    }

    #[test]
    fn what_only_looks_like_a_library_is_none() {
        check("rt.jar", "Implementation-Title: Java Runtime Environment\nImplementation-Version: 1.8.0_292", &[], &[]);
        check("spring-4.3.0-1.0.jar", "Implementation-Version: 1.0\nWeave-Classes: x", &[], &[]);
        check("-1.0.jar", "", &[], &[]);
        check("", "", &[], &[]);
    }
}
