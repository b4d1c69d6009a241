//! What an archive's file name says, by the custom of Maven repositories: `ARTIFACT-VERSION[-CLASSIFIER].jar`.

/// A file name without its extension, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FileName<'a> {
    /// Everything but the extension.
    pub(super) stem: &'a str,
    /// The artifact; the whole stem where there is no version.
    pub(super) artifact: &'a str,
    /// The version, if there is one.
    pub(super) version: Option<&'a str>,
}

impl<'a> FileName<'a> {
    /// Splits where a version begins: at the first `-` before a digit. A word in it that no version has, followed by
    /// another number, was still part of the artifact (`log4j-1.2-api-2.17.2`); at the end it is a classifier.
    pub(super) fn parse(name: &'a str) -> Self {
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let mut split = None;
        let mut end = stem.len();
        let mut start = 0;
        for part in stem.split('-') {
            let numbered = part.starts_with(|first: char| first.is_ascii_digit());
            match split {
                None if numbered && start > 0 => split = Some(start),
                Some(_) if numbered && end < stem.len() => (split, end) = (Some(start), stem.len()),
                Some(_) if !numbered && !is_qualifier(part) && end == stem.len() => end = start - 1,
                _ => {}
            }
            start += part.len() + 1;
        }
        match split {
            Some(split) => Self { stem, artifact: &stem[..split - 1], version: Some(&stem[split..end]) },
            None => Self::parse_bundle(stem),
        }
    }

    /// OSGi's custom: `BUNDLE_VERSION.jar`.
    fn parse_bundle(stem: &'a str) -> Self {
        match stem.rsplit_once('_') {
            Some((artifact, version))
                if version.starts_with(|first: char| first.is_ascii_digit()) && version.split('.').count() > 2 =>
            {
                Self { stem, artifact, version: Some(version) }
            }
            _ => Self { stem, artifact: stem, version: None },
        }
    }

    /// Whether this is the file name of an artifact, perhaps with its group in front and another version behind.
    pub(super) fn is_of(&self, artifact: &str) -> bool {
        let after_group = self.stem.match_indices('.').map(|(dot, _)| &self.stem[dot + 1..]);
        std::iter::once(self.stem).chain(after_group).any(|stem| {
            stem.strip_prefix(artifact).is_some_and(|rest| {
                rest.is_empty()
                    || rest.strip_prefix(['-', '_']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
            })
        })
    }
}

/// Words that belong to versions: `1.0-beta-2`, `27.0-jre`, `3.0.0-M1`.
fn is_qualifier(word: &str) -> bool {
    const WORDS: &[&str] = &[
        "a",
        "alpha",
        "android",
        "b",
        "beta",
        "build",
        "cr",
        "dev",
        "ea",
        "final",
        "ga",
        "incubating",
        "jre",
        "m",
        "milestone",
        "p",
        "patch",
        "pre",
        "preview",
        "r",
        "rc",
        "release",
        "rev",
        "rv",
        "snapshot",
        "sp",
    ];
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    WORDS.iter().any(|known| word.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Real names from Maven repositories.
    #[test]
    fn names_are_split_as_repositories_build_them() {
        for (name, artifact, version) in [
            ("commons-lang3-3.12.0.jar", "commons-lang3", Some("3.12.0")),
            ("guava-27.0-jre.jar", "guava", Some("27.0-jre")),
            ("json4s-ast_2.12-3.7.0-M11.jar", "json4s-ast_2.12", Some("3.7.0-M11")),
            ("log4j-1.2-api-2.17.2.jar", "log4j-1.2-api", Some("2.17.2")),
            (
                "netty-transport-native-epoll-4.1.74.Final-linux-x86_64.jar",
                "netty-transport-native-epoll",
                Some("4.1.74.Final"),
            ),
            ("java-cup-runtime-11b-20160615.jar", "java-cup-runtime", Some("11b-20160615")),
            ("zstd-jni-1.5.2-1.jar", "zstd-jni", Some("1.5.2-1")),
            ("mesos-1.4.3-shaded-protobuf.jar", "mesos", Some("1.4.3")),
            ("protobuf-java-3.0.0-beta-2.jar", "protobuf-java", Some("3.0.0-beta-2")),
            ("jbcrypt-0.3m.jar", "jbcrypt", Some("0.3m")),
            ("api-all-2.0.0-sources.jar", "api-all", Some("2.0.0")),
            ("bcprov-jdk15on-1.70.jar", "bcprov-jdk15on", Some("1.70")),
            ("org.eclipse.core.runtime_3.26.0.v20221005.jar", "org.eclipse.core.runtime", Some("3.26.0.v20221005")),
            ("catalina.jar", "catalina", None),
            ("spark-tags_2.12.jar", "spark-tags_2.12", None),
            ("1.0.jar", "1.0", None),
            ("-1.0.jar", "", Some("1.0")),
            ("", "", None),
            ("-.jar", "-", None),
        ] {
            let split = FileName::parse(name);
            assert_eq!((split.artifact, split.version), (artifact, version), "{name}");
        }
    }

    #[test]
    fn names_are_recognised_whatever_surrounds_the_artifact() {
        for (name, artifact, expected) in [
            ("jackson-core-2.15.2.jar", "jackson-core", true),
            ("com.fasterxml.jackson.core.jackson-core-2.15.2.jar", "jackson-core", true),
            ("hive-exec-2.3.9-core.jar", "hive-exec", true),
            ("thename.jar", "thename", true),
            ("spring-boot-starter-2.0.0.jar", "spring", false),
            ("spring-boot-starter-2.0.0.jar", "spring-boot", false),
            ("app.jar", "jackson-core", false),
        ] {
            assert_eq!(FileName::parse(name).is_of(artifact), expected, "{name}");
        }
    }
}
