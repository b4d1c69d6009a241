//! Package URLs (purl-spec, "How to build purl string from its components" and "How to parse a purl string in its
//! components").

mod package;

use std::collections::BTreeMap;
use std::str::FromStr;

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

#[cfg(test)]
mod tests {
    use super::*;

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
}
