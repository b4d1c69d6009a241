//! What a report is about, by name.

use model::Report;

/// The name that was asked for, taken apart where it names an image (the grammar of "references" in the distribution project).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Subject<'a> {
    /// The image without tag and digest; the file or folder where it is one.
    pub name: &'a str,
    pub tag: Option<&'a str>,
    /// With its algorithm.
    pub digest: Option<&'a str>,
    /// Whether the name is that of an image that can be asked for anywhere else.
    pub is_image: bool,
}

impl<'a> Subject<'a> {
    pub fn of(report: &'a Report) -> Self {
        let origin = &report.image.origin;
        let reference = &*origin.reference;
        let is_file = matches!(
            &*origin.transport,
            "docker-archive" | "oci-archive" | "oci-dir" | "rootfs" | "fs" | "filesystem" | "sbom" | "repo"
        );
        if is_file || origin.transport.is_empty() {
            return Self { name: reference, ..Self::default() };
        }
        let (rest, digest) = match reference.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (reference, None),
        };
        // A colon before the last slash is that of a port.
        match rest.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((name, tag)) => Self { name, tag: Some(tag), digest, is_image: true },
            None => Self { name: rest, tag: None, digest, is_image: true },
        }
    }

    /// The last part of the name: `app` of `ghcr.io/team/app`.
    pub fn short(&self) -> &'a str {
        self.name.rsplit('/').next().unwrap_or_default()
    }
}

/// `linux/arm64/v8`; empty where nothing is known.
pub(crate) fn platform(report: &Report) -> String {
    let config = &report.image.config;
    let parts = [&*config.os, &*config.architecture, config.variant.as_deref().unwrap_or_default()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_fall_into_their_parts() {
        let check = |transport: &str, reference: &str, name: &str, tag: Option<&str>, digest: Option<&str>| {
            let mut report = Report::default();
            (report.image.origin.transport, report.image.origin.reference) = (transport.into(), reference.into());
            let is_image = transport != "docker-archive";
            assert_eq!(Subject::of(&report), Subject { name, tag, digest, is_image }, "{reference}");
        };
        check("registry", "debian", "debian", None, None);
        check("registry", "localhost:5000/a/b", "localhost:5000/a/b", None, None);
        check("docker", "localhost:5000/a/b:1", "localhost:5000/a/b", Some("1"), None);
        check("registry", "a/b:1@sha256:ab", "a/b", Some("1"), Some("sha256:ab"));
        check("docker-archive", "shop:1.tar", "shop:1.tar", None, None);
    }
}
