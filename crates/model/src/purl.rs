//! Package URLs (purl-spec, "How to build purl string from its components" and "How to parse a purl string in its
//! components").

use std::collections::BTreeMap;
use std::fmt::Write;
use std::str::FromStr;

use crate::{Distro, Package, PackageKind};

/// Bytes of a package URL that is read; more is none.
const LONGEST: usize = 8 << 10;

/// A package URL, taken apart. Its parts are decoded, and normalised as its type demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purl {
    /// The type, lower case: `deb`, `npm`, `oci`.
    pub kind: String,
    /// The namespace, its segments joined with `/`; empty where there is none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version, where one is named.
    pub version: Option<String>,
    /// The qualifiers by their lower-case names; those without a value are left out.
    pub qualifiers: BTreeMap<String, String>,
    /// The path below the package's root; empty where there is none.
    pub subpath: String,
}

/// Why a text is not a package URL.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a package URL: {text:?} ({why})")]
pub struct PurlError {
    text: String,
    why: &'static str,
}

impl FromStr for Purl {
    type Err = PurlError;

    fn from_str(text: &str) -> Result<Self, PurlError> {
        parse(text).map_err(|why| PurlError { text: text.chars().take(160).collect(), why })
    }
}

fn parse(text: &str) -> Result<Purl, &'static str> {
    if text.len() > LONGEST {
        return Err("it is too long");
    }
    let (rest, subpath) = text.rsplit_once('#').unwrap_or((text, ""));
    let (rest, query) = rest.rsplit_once('?').unwrap_or((rest, ""));
    let (scheme, rest) = rest.split_once(':').ok_or("it does not begin with pkg:")?;
    if !scheme.eq_ignore_ascii_case("pkg") {
        return Err("it does not begin with pkg:");
    }
    let (kind, rest) = rest.trim_matches('/').split_once('/').ok_or("it has no name")?;
    let in_type = |byte: u8| byte.is_ascii_alphanumeric() || b".+-".contains(&byte);
    if !kind.starts_with(|first: char| first.is_ascii_alphabetic()) || !kind.bytes().all(in_type) {
        return Err("its type is none");
    }
    let (path, version) = match version_mark(rest) {
        Some(mark) => (&rest[..mark], &rest[mark + 1..]),
        None => (rest, ""),
    };
    let path = path.trim_matches('/');
    let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut purl = Purl {
        kind: kind.to_ascii_lowercase(),
        namespace: segments(namespace)?,
        name: decode(name)?,
        version: Some(decode(version)?).filter(|version| !version.is_empty()),
        qualifiers: BTreeMap::new(),
        subpath: segments(subpath)?,
    };
    if purl.name.is_empty() {
        return Err("it has no name");
    }
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').ok_or("a qualifier has no value")?;
        let in_key = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
        if !key.starts_with(|first: char| first.is_ascii_alphabetic()) || !key.bytes().all(in_key) {
            return Err("a qualifier's name is none");
        }
        let value = decode(value)?;
        if !value.is_empty() && purl.qualifiers.insert(key.to_ascii_lowercase(), value).is_some() {
            return Err("a qualifier is there twice");
        }
    }
    purl.normalize();
    Ok(purl)
}

/// Where the version begins: at the last `@`, unless that is the unencoded scope of an npm package (`npm/@angular/core`).
fn version_mark(rest: &str) -> Option<usize> {
    let mark = rest.rfind('@')?;
    let is_scope = rest[..mark].chars().next_back().is_none_or(|before| before == '/') && rest[mark..].contains('/');
    (!is_scope).then_some(mark)
}

/// Decodes the segments of a path, without those that lead nowhere or up.
fn segments(path: &str) -> Result<String, &'static str> {
    let mut decoded = Vec::new();
    for segment in path.split('/') {
        let segment = decode(segment)?;
        if !matches!(&*segment, "" | "." | "..") {
            decoded.push(segment);
        }
    }
    Ok(decoded.join("/"))
}

fn decode(text: &str) -> Result<String, &'static str> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while index < bytes.len() {
        if bytes[index] == b'%' {
            let digit = |offset: usize| bytes.get(index + offset).and_then(|byte| char::from(*byte).to_digit(16));
            let (Some(high), Some(low)) = (digit(1), digit(2)) else { return Err("a % is followed by no byte") };
            decoded.extend(u8::try_from(high * 16 + low));
            index += 3;
        } else {
            decoded.push(bytes[index]);
            index += 1;
        }
    }
    String::from_utf8(decoded).map_err(|_| "it is not UTF-8 when decoded")
}

impl Purl {
    /// Writes the parts as the type's definition wants them (purl-spec, "Known purl types").
    fn normalize(&mut self) {
        match &*self.kind {
            "alpm" | "apk" | "bitbucket" | "bitnami" | "composer" | "deb" | "github" | "githubactions" | "gitlab"
            | "golang" | "hex" | "npm" | "vscode-extension" => {
                self.namespace = self.namespace.to_ascii_lowercase();
                self.name = self.name.to_ascii_lowercase();
            }
            "rpm" => self.namespace = self.namespace.to_ascii_lowercase(),
            "oci" | "pub" => self.name = self.name.to_ascii_lowercase(),
            "pypi" => self.name = self.name.to_ascii_lowercase().replace('_', "-"),
            _ => {}
        }
    }
}

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
            | PackageKind::Brew
            | PackageKind::Snap
            | PackageKind::Flatpak
            | PackageKind::Opkg
            | PackageKind::Spack
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

    /// A package URL as its parts: `type|namespace|name|version|qualifiers|subpath`.
    fn check_parts(purl: &str, expected: &str) {
        let Purl { kind, namespace, name, version, qualifiers, subpath } = purl.parse().unwrap();
        let qualifiers: Vec<_> = qualifiers.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let version = version.unwrap_or_default();
        assert_eq!(
            format!("{kind}|{namespace}|{name}|{version}|{}|{subpath}", qualifiers.join(" ")),
            expected,
            "{purl}"
        );
    }

    // The cases are those of the purl specification's own test suite, and of its type definitions.
    #[test]
    fn parts_are_read_as_the_specification_says() {
        check_parts("pkg:maven/org.apache.commons/io@1.3.4", "maven|org.apache.commons|io|1.3.4||");
        check_parts("pkg://maven/org.apache.commons/io", "maven|org.apache.commons|io|||");
        check_parts("PKG:MAVEN/org.apache.commons/io@1.3.4", "maven|org.apache.commons|io|1.3.4||");
        check_parts("pkg:npm/%40angular/animation@12.3.1", "npm|@angular|animation|12.3.1||");
        check_parts("pkg:npm/@angular/animation@12.3.1", "npm|@angular|animation|12.3.1||");
        check_parts("pkg:npm/@angular/animation", "npm|@angular|animation|||");
        check_parts("pkg:gem/jruby-launcher@1.1.2?Platform=java", "gem||jruby-launcher|1.1.2|platform=java|");
        check_parts("pkg:pypi/Django_package@1.11.1.dev1", "pypi||django-package|1.11.1.dev1||");
        check_parts("pkg:bitbucket/birKenfeld/pyGments-main@244fd47", "bitbucket|birkenfeld|pygments-main|244fd47||");
        check_parts(
            "pkg:golang/google.golang.org/genproto@abcdedf#/googleapis/./api//annotations/",
            "golang|google.golang.org|genproto|abcdedf||googleapis/api/annotations",
        );
        check_parts(
            "pkg:deb/debian/curl@7.50.3-1?distro=jessie&arch=i386&empty=",
            "deb|debian|curl|7.50.3-1|arch=i386 distro=jessie|",
        );
        check_parts(
            "pkg:docker/customer/dockerimage@sha256%3A244fd47e07d1004f0aed9c?repository_url=gcr.io",
            "docker|customer|dockerimage|sha256:244fd47e07d1004f0aed9c|repository_url=gcr.io|",
        );
        check_parts("pkg:rpm/Fedora/Curl@7.50?epoch=0", "rpm|fedora|Curl|7.50|epoch=0|");
    }

    #[test]
    fn what_is_no_package_url_is_refused() {
        for text in [
            "",
            "pkg:",
            "pkg:maven",
            "EnterpriseLibrary.Common@6.0.1304",
            "pkg:EnterpriseLibrary.Common@6.0.1304",
            "pkg:maven/@1.3.4",
            "pkg:n&g?inx/nginx@0.8.9",
            "pkg:3nginx/nginx@0.8.9",
            "pkg:npm/a?=1",
            "pkg:npm/a?in%20production=true",
            "pkg:npm/a?b=1&B=2",
            "pkg:npm/a%2",
            "pkg:npm/a%ff",
            "http:npm/a",
        ] {
            assert!(text.parse::<Purl>().is_err(), "{text}");
        }
        assert!(format!("pkg:npm/{}", "a".repeat(LONGEST)).parse::<Purl>().is_err());
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
    fn hostile_names_are_encoded() {
        check(PackageKind::Npm, "a b\n@?#", "1", "pkg:npm/a%20b%0A%40%3F%23@1");
    }
}
