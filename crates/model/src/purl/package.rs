//! Packages as package URLs, and package URLs as packages (purl-spec, "Known purl types").

use std::fmt::Write;

use super::Purl;
use crate::{Distro, Package, PackageKind, SourcePackage};

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

    /// The package that a URL names; none where its type is no kind of package, or where it has no version. Parts that
    /// its type writes in lower case have lost their case.
    pub fn of_purl(purl: &Purl) -> Option<Self> {
        let kind = PackageKind::of_purl_type(&purl.kind)?;
        let version = purl.version.as_deref()?;
        let qualifier = |key: &str| purl.qualifiers.get(key).map(String::as_str);
        // Some write the epoch beside the version for other distributions too.
        let epoch = qualifier("epoch").filter(|epoch| kind.is_os() && *epoch != "0" && !version.contains(':'));
        let version = match epoch {
            Some(epoch) => format!("{epoch}:{version}"),
            None => version.to_owned(),
        };
        let Purl { namespace, name, .. } = purl;
        let name = match kind {
            // The namespace is the distribution's.
            kind if kind.is_os() && kind != PackageKind::Portage => name.clone(),
            _ if namespace.is_empty() => name.clone(),
            PackageKind::Maven => format!("{namespace}:{name}"),
            PackageKind::VscodeExtension => format!("{namespace}.{name}"),
            _ => format!("{namespace}/{name}"),
        };
        let name = match (kind, &*purl.subpath) {
            (PackageKind::Cocoapods, part) if !part.is_empty() => format!("{name}/{part}"),
            _ => name,
        };
        let source = qualifier("upstream").filter(|_| kind.is_os()).and_then(|upstream| source(upstream, &version));
        Some(Self {
            arch: qualifier("arch").map(str::to_owned),
            module: qualifier("rpmmod").map(str::to_owned),
            source,
            ..Self::new(kind, name, version)
        })
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
            | PackageKind::Terraform
            | PackageKind::HuggingFace
            | PackageKind::Jsr
            | PackageKind::Oci
            | PackageKind::Generic => split(self.name.rsplit_once('/'), &self.name),
            PackageKind::Composer | PackageKind::Hex | PackageKind::Github => {
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
            | PackageKind::Opam
            | PackageKind::Cpan
            | PackageKind::Luarocks
            | PackageKind::Pear
            | PackageKind::Vcpkg
            | PackageKind::Conda
            | PackageKind::Nix
            | PackageKind::Guix
            | PackageKind::Brew
            | PackageKind::Macports
            | PackageKind::Snap
            | PackageKind::Flatpak
            | PackageKind::Opkg
            | PackageKind::Xbps
            | PackageKind::Slackware
            | PackageKind::Eopkg
            | PackageKind::Freebsd
            | PackageKind::Spack
            | PackageKind::Bazel
            | PackageKind::Nim
            | PackageKind::Chocolatey
            | PackageKind::Bottlerocket
            | PackageKind::Cos
            | PackageKind::WordpressPlugin
            | PackageKind::WordpressTheme
            | PackageKind::Helm
            | PackageKind::SwiplPack
            | PackageKind::ChromeExtension => (String::new(), self.name.clone()),
        }
    }
}

/// The source package that a qualifier names: `glibc`, `glibc@2.36`, or the file name of a source RPM.
fn source(upstream: &str, version: &str) -> Option<SourcePackage> {
    if let Some(stem) = upstream.strip_suffix(".src.rpm") {
        // Neither version nor release may contain a dash, a name may contain many.
        let (rest, release) = stem.rsplit_once('-')?;
        let (name, upstream) = rest.rsplit_once('-')?;
        let epoch = version.split_once(':').map_or(String::new(), |(epoch, _)| format!("{epoch}:"));
        return Some(SourcePackage { name: name.into(), version: format!("{epoch}{upstream}-{release}") });
    }
    let (name, version) = upstream.split_once('@').unwrap_or((upstream, version));
    Some(SourcePackage { name: name.into(), version: version.into() })
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
    fn what_is_written_can_be_read() {
        let mut package = Package::new(PackageKind::Deb, "a b\n@?#%&", "1:2+3~4@5?6");
        package.arch = Some("amd64".into());
        let purl: Purl = package.purl(None).parse().unwrap();
        assert_eq!((&*purl.name, purl.version.as_deref()), ("a b\n@?#%&", Some("1:2+3~4@5?6")));
        assert_eq!(purl.qualifiers["arch"], "amd64");
    }

    #[test]
    fn a_package_comes_back_from_its_url() {
        let debian = Distro { id: "debian".into(), version: "12".into(), ..Distro::default() };
        let mut packages: Vec<Package> =
            PackageKind::ALL.iter().map(|kind| Package::new(*kind, "group/name", "1.0-1")).collect();
        packages.push(Package::new(PackageKind::Maven, "org.example:a", "1"));
        packages.push(Package::new(PackageKind::VscodeExtension, "ms-python.python", "1"));
        packages.push(Package::new(PackageKind::Rpm, "openssl-libs", "1:3.0.7-16.el9"));
        packages.push(Package {
            source: Some(SourcePackage { name: "glibc".into(), version: "2.36-8".into() }),
            arch: Some("amd64".into()),
            ..Package::new(PackageKind::Deb, "libc6", "2.36-9")
        });
        packages.push(Package {
            module: Some("nodejs:18:8060020220302:c5368500".into()),
            ..Package::new(PackageKind::Rpm, "nodejs", "1:18.20.2-2.module_el8")
        });
        for package in packages {
            let purl = package.purl(Some(&debian));
            let read = Package::of_purl(&purl.parse().unwrap()).unwrap();
            let dots = package.kind == PackageKind::VscodeExtension && package.name.contains('/');
            let name = if dots { package.name.replace('/', ".") } else { package.name.clone() };
            assert_eq!(read, Package { name, ..package }, "{purl}");
        }
    }

    // As Syft writes them.
    #[test]
    fn the_file_name_of_a_source_rpm_is_taken_apart() {
        let purl = "pkg:rpm/centos/dbus-tools@1.12.8-12.el8?arch=x86_64&distro=centos-8&epoch=1&upstream=dbus-1.12.8-12.el8.src.rpm";
        let source = Package::of_purl(&purl.parse().unwrap()).unwrap().source.unwrap();
        assert_eq!((&*source.name, &*source.version), ("dbus", "1:1.12.8-12.el8"));
    }

    #[test]
    fn hostile_names_are_encoded() {
        check(PackageKind::Npm, "a b\n@?#", "1", "pkg:npm/a%20b%0A%40%3F%23@1");
    }
}
