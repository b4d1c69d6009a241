//! Package URLs (purl-spec, "How to build purl string from its components").

use std::fmt::Write;

use crate::{Distro, Package, PackageKind};

impl Package {
    /// The package's URL. Distribution packages carry the distribution as namespace and qualifier, so that the URL alone
    /// is enough to match them again.
    pub fn purl(&self, distro: Option<&Distro>) -> String {
        let mut purl = format!("pkg:{}/", self.kind.purl_type());
        let (namespace, name) = self.purl_name(distro);
        for segment in namespace.split('/').filter(|segment| !segment.is_empty()) {
            encode(&mut purl, segment, b"");
            purl.push('/');
        }
        encode(&mut purl, &name, b"");
        let (epoch, version) = match self.version.split_once(':') {
            Some((epoch, rest)) if self.kind == PackageKind::Rpm => (Some(epoch), rest),
            _ => (None, &*self.version),
        };
        if !version.is_empty() {
            purl.push('@');
            encode(&mut purl, version, b":+");
        }
        let upstream =
            self.source.as_ref().filter(|source| source.name != self.name || source.version != self.version).map(
                |source| {
                    if source.version == self.version {
                        source.name.clone()
                    } else {
                        format!("{}@{}", source.name, source.version)
                    }
                },
            );
        let distro = distro.filter(|_| self.kind.is_os()).map(|distro| {
            if distro.version.is_empty() { distro.id.clone() } else { format!("{}-{}", distro.id, distro.version) }
        });
        // Qualifiers go in the order of their names.
        let qualifiers = [
            ("arch", self.arch.as_deref()),
            ("distro", distro.as_deref()),
            ("epoch", epoch),
            ("rpmmod", self.module.as_deref()),
            ("upstream", upstream.as_deref()),
        ];
        let mut separator = '?';
        for (key, value) in qualifiers {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                let _ = write!(purl, "{separator}{key}=");
                encode(&mut purl, value, b":/");
                separator = '&';
            }
        }
        // A part of a pod is no package of its own.
        if self.kind == PackageKind::Cocoapods
            && let Some((_, part)) = self.name.split_once('/')
        {
            purl.push('#');
            encode(&mut purl, part, b"/");
        }
        purl
    }

    /// Namespace and name, normalised as the type demands (purl-spec, "Known purl types").
    fn purl_name(&self, distro: Option<&Distro>) -> (String, String) {
        match self.kind {
            PackageKind::Deb | PackageKind::Apk | PackageKind::Rpm | PackageKind::Alpm => {
                let name =
                    if self.kind == PackageKind::Rpm { self.name.clone() } else { self.name.to_ascii_lowercase() };
                (distro.map(|distro| distro.id.clone()).unwrap_or_default(), name)
            }
            PackageKind::Maven => match self.name.split_once(':') {
                Some((group, artifact)) => (group.into(), artifact.into()),
                None => (String::new(), self.name.clone()),
            },
            PackageKind::Pypi => (String::new(), self.name.to_ascii_lowercase().replace('_', "-")),
            PackageKind::Npm
            | PackageKind::Golang
            | PackageKind::Portage
            | PackageKind::Swift
            | PackageKind::Conan
            | PackageKind::Generic => split(self.name.rsplit_once('/'), &self.name),
            PackageKind::Composer | PackageKind::Hex => {
                let name = self.name.to_ascii_lowercase();
                split(name.rsplit_once('/'), &name)
            }
            PackageKind::VscodeExtension => {
                let name = self.name.to_ascii_lowercase();
                split(name.split_once('/').or_else(|| name.split_once('.')), &name)
            }
            PackageKind::GithubActions => {
                // Only a path inside of the repository has cases.
                let repository = self.name.match_indices('/').nth(1).map_or(self.name.len(), |(end, _)| end);
                let (repository, path) = self.name.split_at(repository);
                let name = repository.to_ascii_lowercase() + path;
                split(name.split_once('/'), &name)
            }
            PackageKind::Pub | PackageKind::Bitnami => (String::new(), self.name.to_ascii_lowercase()),
            PackageKind::Cocoapods => (String::new(), self.name.split('/').next().unwrap_or_default().into()),
            PackageKind::Cargo
            | PackageKind::Gem
            | PackageKind::Nuget
            | PackageKind::Cran
            | PackageKind::Bioconductor
            | PackageKind::Hackage
            | PackageKind::Julia
            | PackageKind::Opam => (String::new(), self.name.clone()),
        }
    }
}

fn split(parts: Option<(&str, &str)>, whole: &str) -> (String, String) {
    let (namespace, name) = parts.unwrap_or(("", whole));
    (namespace.into(), name.into())
}

/// Percent-encodes all but the unreserved characters of RFC 3986 and those in `keep`.
fn encode(out: &mut String, text: &str, keep: &[u8]) {
    for &byte in text.as_bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) || keep.contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SourcePackage;

    fn check(kind: PackageKind, name: &str, version: &str, expected: &str) {
        assert_eq!(Package::new(kind, name, version).purl(None), expected);
    }

    // The forms are those of the purl specification's type definitions.
    #[test]
    fn types_normalise_their_names() {
        check(PackageKind::Npm, "@angular/core", "12.3.1", "pkg:npm/%40angular/core@12.3.1");
        check(PackageKind::Pypi, "Django_Thing", "1.11.1", "pkg:pypi/django-thing@1.11.1");
        check(
            PackageKind::Maven,
            "org.apache.xmlgraphics:batik-anim",
            "1.9.1",
            "pkg:maven/org.apache.xmlgraphics/batik-anim@1.9.1",
        );
        check(
            PackageKind::Golang,
            "github.com/gorilla/context",
            "v1.1.1",
            "pkg:golang/github.com/gorilla/context@v1.1.1",
        );
        check(PackageKind::Cargo, "rand", "0.7.2", "pkg:cargo/rand@0.7.2");
        check(PackageKind::Composer, "Guzzlehttp/Promises", "2.0.2", "pkg:composer/guzzlehttp/promises@2.0.2");
        check(PackageKind::Gem, "ruby-advisory-db-check", "0.12.4", "pkg:gem/ruby-advisory-db-check@0.12.4");
        check(
            PackageKind::Nuget,
            "EnterpriseLibrary.Common",
            "6.0.1304",
            "pkg:nuget/EnterpriseLibrary.Common@6.0.1304",
        );
        check(PackageKind::Hex, "jason", "1.1.2", "pkg:hex/jason@1.1.2");
        check(PackageKind::Pub, "characters", "1.2.0", "pkg:pub/characters@1.2.0");
        check(
            PackageKind::Swift,
            "github.com/Alamofire/Alamofire",
            "5.4.3",
            "pkg:swift/github.com/Alamofire/Alamofire@5.4.3",
        );
        check(PackageKind::Cran, "A3", "1.0.0", "pkg:cran/A3@1.0.0");
        check(PackageKind::Hackage, "AC-HalfInteger", "1.2.1", "pkg:hackage/AC-HalfInteger@1.2.1");
        check(PackageKind::Conan, "openssl", "3.0.3", "pkg:conan/openssl@3.0.3");
        check(PackageKind::GithubActions, "Actions/Checkout", "v5.2.0", "pkg:githubactions/actions/checkout@v5.2.0");
        check(
            PackageKind::GithubActions,
            "MyOrg/actions-repo/myAction",
            "main",
            "pkg:githubactions/myorg/actions-repo%2FmyAction@main",
        );
        check(PackageKind::Bitnami, "wordpress", "6.2.0-0", "pkg:bitnami/wordpress@6.2.0-0");
        check(PackageKind::Opam, "ocaml-base-compiler", "5.2.0", "pkg:opam/ocaml-base-compiler@5.2.0");
        check(PackageKind::Cocoapods, "ShareKit/Twitter", "2.0", "pkg:cocoapods/ShareKit@2.0#Twitter");
        check(
            PackageKind::VscodeExtension,
            "ms-python.python",
            "2023.25.10292213",
            "pkg:vscode-extension/ms-python/python@2023.25.10292213",
        );
        check(PackageKind::Generic, "openssl", "1.1.10g", "pkg:generic/openssl@1.1.10g");
    }

    #[test]
    fn distribution_packages_carry_what_matching_needs() {
        let debian = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
        let mut package = Package::new(PackageKind::Deb, "libc6", "2.36-9+deb12u4");
        package.arch = Some("amd64".into());
        package.source = Some(SourcePackage { name: "glibc".into(), version: "2.36-9+deb12u4".into() });
        assert_eq!(
            package.purl(Some(&debian)),
            "pkg:deb/debian/libc6@2.36-9+deb12u4?arch=amd64&distro=debian-12&upstream=glibc"
        );
        let rpm = Package::new(PackageKind::Rpm, "openssl-libs", "1:3.0.7-16.el9");
        assert_eq!(rpm.purl(None), "pkg:rpm/openssl-libs@3.0.7-16.el9?epoch=1");
    }

    #[test]
    fn hostile_names_are_encoded() {
        check(PackageKind::Npm, "a b\n@?#", "1", "pkg:npm/a%20b%0A%40%3F%23@1");
    }
}
