//! RPM packages as product trees name them: package URLs (purl-spec, type `rpm`, and Red Hat's own `rpmmod`), and file
//! names without `.rpm` (`nodejs-1:16.14.0-4.el9.x86_64`).

use crate::feeds::{redhat, terms, text};

/// Architectures at the end of a file name.
const ARCHITECTURES: &[&str] = &[
    "src", "nosrc", "noarch", "x86_64", "aarch64", "ppc64le", "ppc64", "ppc", "s390x", "s390", "i386", "i486", "i586",
    "i686", "ia64", "armv7hl", "armv6hl", "riscv64",
];

/// A package, perhaps of one version, perhaps of a module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rpm {
    pub name: String,
    /// `epoch:version-release` without an epoch of zero.
    pub version: Option<String>,
    /// `name:stream`.
    pub module: Option<String>,
}

/// What a package URL names.
pub(super) enum Named {
    Package(Rpm),
    Module(String),
}

/// Reads a package URL. None if it is no RPM's.
pub(super) fn from_purl(purl: &str) -> Option<Named> {
    let purl = purl.strip_prefix("pkg:").filter(|purl| purl.len() <= text::MAX_TEXT)?;
    let purl = purl.split('#').next().unwrap_or_default();
    let (path, qualifiers) = purl.split_once('?').unwrap_or((purl, ""));
    let (path, version) = match path.rsplit_once('@') {
        Some((path, version)) => (path, Some(decoded(version)?)),
        None => (path, None),
    };
    let (kind, path) = path.split_once('/')?;
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    let (namespace, name) = (decoded(namespace)?, decoded(name)?);
    let qualifier = |key: &str| {
        let found = qualifiers.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key);
        found.and_then(|(_, value)| decoded(value))
    };
    match kind {
        "rpm" => {
            let version = version.map(|version| match qualifier("epoch") {
                Some(epoch) => format!("{epoch}:{version}"),
                None => version,
            });
            let version = match &version {
                Some(version) => Some(terms::version(version)?.to_owned()),
                None => None,
            };
            let module = qualifier("rpmmod").and_then(|label| redhat::module(&label));
            Some(Named::Package(Rpm { name: terms::id(&name)?.to_owned(), version, module }))
        }
        "rpmmod" => match namespace.split_once('/') {
            // A package of a module, in Red Hat's own way: `pkg:rpmmod/redhat/ruby:2.6/ruby`.
            Some((_, label)) => {
                let module = Some(redhat::module(label)?);
                Some(Named::Package(Rpm { name: terms::id(&name)?.to_owned(), version: None, module }))
            }
            None => redhat::module(&format!("{name}:{}", version.unwrap_or_default())).map(Named::Module),
        },
        _ => None,
    }
}

/// Percent-encoding undone.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            bytes.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Reads `name-version-release.arch`, where the version may begin with an epoch and the architecture may be missing.
pub(super) fn from_file_name(text: &str) -> Option<Rpm> {
    let text = terms::id(text)?;
    let text = without_architecture(text);
    let (rest, release) = text.rsplit_once('-')?;
    let (name, version) = rest.rsplit_once('-')?;
    let digit = |text: &str| text.contains(|character: char| character.is_ascii_digit());
    // `python3-foo-devel` is a name.
    if name.is_empty() || !digit(version) || !digit(release) || version.contains('/') || release.contains('/') {
        return None;
    }
    let version = terms::version(&format!("{version}-{release}"))?.to_owned();
    Some(Rpm { name: name.to_owned(), version: Some(version), module: None })
}

/// A name may end in the architecture as well: `tar.src`.
pub(super) fn without_architecture(text: &str) -> &str {
    match text.rsplit_once('.') {
        Some((name, architecture)) if ARCHITECTURES.contains(&architecture) => name,
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn purl(purl: &str) -> String {
        match from_purl(purl) {
            Some(Named::Package(rpm)) => text(&rpm),
            Some(Named::Module(module)) => format!("module {module}"),
            None => "none".to_owned(),
        }
    }

    fn text(rpm: &Rpm) -> String {
        [Some(&rpm.name), rpm.version.as_ref(), rpm.module.as_ref()]
            .into_iter()
            .flatten()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn package_urls_name_packages_and_modules() {
        assert_eq!(purl("pkg:rpm/redhat/tar?arch=src"), "tar");
        assert_eq!(purl("pkg:rpm/redhat/tar@1.34-6.el9?arch=x86_64"), "tar 1.34-6.el9");
        assert_eq!(
            purl(
                "pkg:rpm/redhat/nodejs@16.14.0-4.module%2Bel8.6.0%2B1?arch=x86_64&epoch=1&rpmmod=nodejs%3A16%3A8060:ad"
            ),
            "nodejs 1:16.14.0-4.module+el8.6.0+1 nodejs:16"
        );
        assert_eq!(purl("pkg:rpm/suse/curl@7.79.1-150400.5.6.1?epoch=0&arch=x86_64"), "curl 7.79.1-150400.5.6.1");
        assert_eq!(purl("pkg:rpmmod/redhat/ruby:2.6/ruby"), "ruby ruby:2.6");
        assert_eq!(purl("pkg:rpmmod/redhat/postgresql@13:8060020240903094008:ad008a3a"), "module postgresql:13");
        for wrong in
            ["", "pkg:oci/ose-foo@sha256:1?arch=amd64", "pkg:rpm", "pkg:rpm/redhat/a%2", "pkg:rpm/redhat/a%ff", "rpm/a"]
        {
            assert_eq!(purl(wrong), "none", "{wrong}");
        }
    }

    #[test]
    fn file_names_have_versions_and_names_do_not() {
        let read = |name: &str| from_file_name(name).map_or_else(|| "none".to_owned(), |rpm| text(&rpm));
        assert_eq!(read("nodejs-1:16.14.0-4.module+el8.6.0+1.x86_64"), "nodejs 1:16.14.0-4.module+el8.6.0+1");
        assert_eq!(read("tar-2:1.34-6.el9.src"), "tar 2:1.34-6.el9");
        assert_eq!(read("libcurl4-32bit-7.79.1-150400.5.6.1.x86_64"), "libcurl4-32bit 7.79.1-150400.5.6.1");
        assert_eq!(read("curl-7.79.1-150400.5.6.1"), "curl 7.79.1-150400.5.6.1");
        assert_eq!(read("a-0:0-0.x86_64"), "none");
        for name in ["kernel-default", "python3-foo-devel", "curl", "", "-1-1", "openshift4/ose-a-b"] {
            assert_eq!(read(name), "none", "{name}");
        }
        assert_eq!(without_architecture("tar.src"), "tar");
        assert_eq!(without_architecture("python3.11"), "python3.11");
    }
}
