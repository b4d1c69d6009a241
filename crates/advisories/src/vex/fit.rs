//! Whether something that a statement names is the image at hand, its distribution, or a package in it.
//!
//! A name that leaves something out fits more: a package URL without a version is about every version. What it does say
//! must not contradict what is known, except where a copy was downloaded from. Nothing is guessed: a CPE name fits a
//! distribution by its own CPE name, and never a package.

use std::cell::{Cell, OnceCell};
use std::cmp::Ordering;

use model::{Digest, Distro, Item, Package, PackageKind, Presence, Purl, Report};

use super::product::{Component, Product};
use crate::ecosystems;

/// Comparisons for one report. Honest documents need some thousands, the largest of a vendor's some hundred thousand; these
/// take a few seconds.
const MOST_COMPARISONS: u64 = 10_000_000;

/// Qualifiers that tell where a copy is from, and not what it is.
const WHEREABOUTS: [&str; 5] = ["checksum", "download_url", "file_name", "repository_url", "vcs_url"];

/// Why a component is not the thing that it was compared with: what differs, from far to near.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Apart<'a> {
    /// It has no name of a kind that can be compared.
    Incomparable,
    /// It is something else.
    Other,
    /// It may be the image, whose own name is not known.
    Unnamed,
    /// It is the image by another digest.
    Digest,
    /// It is of another vendor or group.
    Namespace(&'a str),
    /// The package was built from it, but it does not say that it means a source package.
    Source,
    /// It is another variant.
    Qualifier(&'a str),
    /// It is another version or tag.
    Version(&'a str),
    /// The document asks for more comparisons than any honest one.
    TooMany,
}

impl Apart<'_> {
    /// What differs, as the end of a sentence.
    pub fn because(self) -> String {
        match self {
            Self::Incomparable => "it is named in a way that cannot be compared with what is here".into(),
            Self::Other => "it is something else".into(),
            Self::Unnamed => {
                "the image comes from a file, so its name is not known; a statement can name its digest".into()
            }
            Self::Digest => "the digest is another".into(),
            Self::Namespace(namespace) => format!("it is of {namespace:?}"),
            Self::Source => "it was built from it, which a statement means only with ?arch=source".into(),
            Self::Qualifier(key) => format!("{key} is another, or not known"),
            Self::Version(version) => format!("it is about {version}"),
            Self::TooMany => "there is more to compare than in any honest document".into(),
        }
    }
}

/// What a whole is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    /// The image with all that is in it.
    Image,
    /// The distribution with its packages.
    Distribution,
}

/// What statements are compared with.
pub(super) struct Subject<'a> {
    report: &'a Report,
    name: Option<ImageName>,
    digests: Vec<Digest>,
    /// The package URLs of the inventory's items.
    purls: OnceCell<Vec<Option<Purl>>>,
    comparisons: Cell<u64>,
}

impl<'a> Subject<'a> {
    pub fn new(report: &'a Report) -> Self {
        let origin = &report.image.origin;
        // Whatever an archive or a layout calls an image, its maker wrote; and a path is no name.
        let is_name = matches!(&*origin.transport, "containerd" | "docker" | "podman" | "registry");
        let name = is_name.then(|| ImageName::parse(&origin.reference));
        let mut digests: Vec<Digest> = origin.manifest.iter().chain(&origin.id).copied().collect();
        digests.extend(name.as_ref().and_then(|name| name.digest));
        Self { report, name, digests, purls: OnceCell::new(), comparisons: Cell::new(0) }
    }

    /// The image's name in a registry, where it is known.
    pub fn image_name(&self) -> Option<&ImageName> {
        self.name.as_ref()
    }

    /// The package URL of an item.
    pub fn purl(&self, index: usize) -> Option<&Purl> {
        let inventory = &self.report.inventory;
        let all = self.purls.get_or_init(|| {
            let purl = |item: &Item| item.package()?.purl(inventory.distro.as_ref()).parse().ok();
            inventory.items.iter().map(purl).collect()
        });
        all.get(index)?.as_ref()
    }

    /// Whether a component is the image or the distribution.
    pub fn whole<'c>(&self, component: &'c Component) -> Result<Whole, Apart<'c>> {
        let mut nearest = Apart::Incomparable;
        self.spend(1)?;
        if component.digests.iter().any(|digest| self.digests.contains(digest)) {
            return Ok(Whole::Image);
        } else if !component.digests.is_empty() {
            nearest = Apart::Digest;
        }
        for purl in component.purls.iter().filter(|purl| matches!(&*purl.kind, "oci" | "docker")) {
            match self.image_purl(purl) {
                Ok(()) => return Ok(Whole::Image),
                Err(apart) => nearest = nearest.max(apart),
            }
        }
        if let Some(image) = &self.name {
            for name in &component.names {
                match image.is_named(name) {
                    Ok(()) => return Ok(Whole::Image),
                    Err(apart) => nearest = nearest.max(apart),
                }
            }
        }
        let own = self.report.inventory.distro.as_ref().map_or("", |distro| &distro.cpe);
        if component.cpes.iter().any(|cpe| is_release(cpe, own)) {
            return Ok(Whole::Distribution);
        } else if !component.cpes.is_empty() && !own.is_empty() {
            nearest = nearest.max(Apart::Other);
        }
        Err(nearest)
    }

    /// Whether a package URL of an image is that of the image (purl-spec, types `oci` and `docker`).
    fn image_purl<'c>(&self, purl: &'c Purl) -> Result<(), Apart<'c>> {
        let version = purl.version.as_deref();
        let digest = version.and_then(|version| version.parse::<Digest>().ok());
        if let Some(digest) = digest {
            // The same bytes are the same image by any name.
            return if self.digests.contains(&digest) { Ok(()) } else { Err(Apart::Digest) };
        }
        let image = self.name.as_ref().ok_or(Apart::Unnamed)?;
        let path =
            if purl.namespace.is_empty() { purl.name.clone() } else { format!("{}/{}", purl.namespace, purl.name) };
        let location = purl.qualifiers.get("repository_url").map(String::as_str);
        let fits = match (&*purl.kind, location) {
            ("docker", location) => {
                let location = location.map_or("docker.io", without_scheme);
                image.repository == ImageName::parse(&format!("{location}/{path}")).repository
            }
            // Some write the repository there and some what is before its last part.
            (_, Some(location)) => {
                let location = without_scheme(location);
                [location.to_owned(), format!("{location}/{path}")]
                    .iter()
                    .any(|text| image.repository == ImageName::parse(text).repository)
                    && image.ends_with(&purl.name)
            }
            (_, None) => image.ends_with(&path),
        };
        if !fits {
            return Err(Apart::Other);
        }
        if let Some(tag) = purl.qualifiers.get("tag").map(String::as_str).or(version)
            && image.tag.as_deref() != Some(tag)
        {
            return Err(Apart::Version(tag));
        }
        let arch = purl.qualifiers.get("arch");
        if arch.is_some_and(|arch| *arch != self.report.image.config.architecture) {
            return Err(Apart::Qualifier("arch"));
        }
        Ok(())
    }

    /// Whether a product covers the package with that index, given what its whole is.
    pub fn covers<'p>(
        &self,
        product: &'p Product,
        whole: Result<Whole, Apart<'p>>,
        index: usize,
    ) -> Result<(), (Apart<'p>, &'p Component)> {
        let package = self.report.inventory.items.get(index).and_then(Item::package);
        let part = || {
            let mut nearest = (Apart::Incomparable, &*product.whole);
            for part in &product.subcomponents {
                // Of an image in a product in a distribution, the image says enough.
                if self.whole(part) == Ok(Whole::Image) {
                    return Ok(());
                }
                match self.package(part, index) {
                    Ok(()) => return Ok(()),
                    Err(apart) if apart >= nearest.0 => nearest = (apart, &**part),
                    Err(_) => {}
                }
            }
            Err(nearest)
        };
        match (whole, product.subcomponents.is_empty()) {
            (Ok(Whole::Distribution), _) if !package.is_some_and(|package| package.kind.is_os()) => {
                Err((Apart::Other, &product.whole))
            }
            (Ok(_), true) => Ok(()),
            (Ok(_), false) => part(),
            (Err(apart), true) => {
                self.package(&product.whole, index).map_err(|other| (other.max(apart), &*product.whole))
            }
            (Err(apart), false) => {
                part()?;
                match self.has_around(&product.whole, index) {
                    Ok(true) => Ok(()),
                    Ok(false) => Err((apart, &product.whole)),
                    Err(too_many) => Err((too_many, &product.whole)),
                }
            }
        }
    }

    /// Whether a component is the package with that index.
    fn package<'c>(&self, component: &'c Component, index: usize) -> Result<(), Apart<'c>> {
        let Some(package) = self.report.inventory.items.get(index).and_then(Item::package) else {
            return Err(Apart::Other);
        };
        let mut nearest = Apart::Incomparable;
        let purls = component.purls.iter().map(|purl| match self.purl(index) {
            Some(own) => is_package(purl, own, package, self.report.inventory.distro.as_ref()),
            None => Err(Apart::Other),
        });
        let names = component.names.iter().map(|name| is_named(name, package));
        for answer in purls.chain(names) {
            self.spend(1)?;
            match answer {
                Ok(()) => return Ok(()),
                Err(apart) => nearest = nearest.max(apart),
            }
        }
        Err(nearest)
    }

    /// Whether the package with that index is inside a package that a component names: in its archive, in its executable,
    /// or among the files that it brought.
    fn has_around(&self, component: &Component, index: usize) -> Result<bool, Apart<'static>> {
        let inventory = &self.report.inventory;
        let Some(inner) = inventory.items.get(index) else { return Ok(false) };
        self.spend(inventory.items.len() as u64)?;
        Ok(inventory.packages().any(|(outer, item, package)| {
            outer != index && is_around(item, package, inner) && self.package(component, outer).is_ok()
        }))
    }

    /// Counts comparisons, and says when they are too many.
    fn spend(&self, comparisons: u64) -> Result<(), Apart<'static>> {
        self.comparisons.set(self.comparisons.get().saturating_add(comparisons));
        if self.comparisons.get() > MOST_COMPARISONS { Err(Apart::TooMany) } else { Ok(()) }
    }
}

fn is_around(outer: &Item, package: &Package, inner: &Item) -> bool {
    if package.kind.is_os() {
        return inner.owner.as_deref() == Some(&*package.name);
    }
    let (around, within) = (outer.fact.place.path.to_text(), inner.fact.place.path.to_text());
    match within.strip_prefix(&*around) {
        // One executable holds all that was compiled into it; a lockfile only lists.
        Some("") => {
            matches!(package.kind, PackageKind::Golang | PackageKind::Cargo)
                && package.presence == Presence::Installed
                && inner.package().is_some_and(|inner| inner.kind == package.kind)
        }
        Some(rest) => rest.starts_with("!/"),
        None => false,
    }
}

/// Whether `said` is the package whose own URL is `own`.
fn is_package<'c>(said: &'c Purl, own: &Purl, package: &Package, distro: Option<&Distro>) -> Result<(), Apart<'c>> {
    if said.kind != own.kind {
        return Err(Apart::Other);
    }
    let os = package.kind.is_os();
    let arch = said.qualifiers.get("arch").map(String::as_str);
    let source = package.source.as_ref().filter(|_| os);
    let of_source = os && matches!(arch, Some("source" | "src"));
    let (name, version) = match source {
        Some(source) if of_source => (source.name.as_str(), &source.version),
        _ => (own.name.as_str(), &package.version),
    };
    if said.name != name && !(of_source && said.name.eq_ignore_ascii_case(name)) {
        let built_from = source.is_some_and(|source| source.name == said.name);
        return Err(if built_from { Apart::Source } else { Apart::Other });
    }
    let same_namespace = if os {
        said.namespace.is_empty() || vendor(&said.namespace) == vendor(&own.namespace)
    } else {
        said.namespace == own.namespace
    };
    if !same_namespace {
        return Err(Apart::Namespace(&said.namespace));
    }
    for (key, value) in &said.qualifiers {
        let fits = match &**key {
            "arch" if of_source => true,
            "arch" => package.arch.as_ref().is_none_or(|own| own == value),
            "epoch" if os => true,
            "distro" if os => distro.is_some_and(|distro| is_distro(value, distro)),
            "upstream" if os => {
                let upstream = value.split('@').next().unwrap_or_default();
                source.map_or(&package.name, |source| &source.name) == upstream
            }
            "type" if value == "jar" => true,
            key if WHEREABOUTS.contains(&key) => true,
            key => own.qualifiers.get(key) == Some(value),
        };
        if !fits {
            return Err(Apart::Qualifier(key));
        }
    }
    match &said.version {
        Some(said_version) if !is_version(said_version, said, version, package.kind) => {
            Err(Apart::Version(said_version))
        }
        _ => Ok(()),
    }
}

/// Whether two versions are the same, however their author writes them.
fn is_version(said: &str, purl: &Purl, own: &str, kind: PackageKind) -> bool {
    if said == own {
        return true;
    }
    if kind.is_os() {
        let (said_epoch, said) = epoch(said);
        let (own_epoch, own) = epoch(own);
        // Who leaves the epoch out means the version with any.
        let said_epoch = said_epoch.or(purl.qualifiers.get("epoch").map(String::as_str));
        return said == own && said_epoch.is_none_or(|epoch| epoch == own_epoch.unwrap_or("0"));
    }
    if kind == PackageKind::Golang {
        // `v1.2.3`, and `go1.20.1` for the standard library.
        fn bare(version: &str) -> &str {
            version.strip_prefix("go").or(version.strip_prefix('v')).unwrap_or(version)
        }
        return bare(said) == bare(own);
    }
    // What follows a plus tells builds apart that compare as equal.
    !said.contains('+')
        && !own.contains('+')
        && ecosystems::language(kind)
            .is_some_and(|ecosystem| ecosystem.scheme.compare(said, own).is_ok_and(Ordering::is_eq))
}

fn epoch(version: &str) -> (Option<&str>, &str) {
    match version.split_once(':') {
        Some((epoch, rest)) if epoch.bytes().all(|byte| byte.is_ascii_digit()) => (Some(epoch), rest),
        _ => (None, version),
    }
}

/// Names that one vendor's distributions go by, in os-release and in package URLs.
fn vendor(namespace: &str) -> &str {
    match namespace {
        "rhel" => "redhat",
        "ol" | "oraclelinux" => "oracle",
        "amzn" | "amazonlinux" => "amazon",
        "sles" | "sled" | "sle-micro" => "suse",
        "opensuse-leap" | "opensuse-tumbleweed" => "opensuse",
        "rocky-linux" | "rockylinux" => "rocky",
        "almalinux" => "alma",
        other => other,
    }
}

/// Whether a `distro` qualifier means the distribution: `debian-12`, `bookworm`, `12`, for `12.5` too.
fn is_distro(said: &str, distro: &Distro) -> bool {
    let release = said
        .rmatch_indices('-')
        .map(|(index, _)| (&said[..index], &said[index + 1..]))
        .find(|(id, _)| vendor(id) == vendor(&distro.id))
        .map_or(said, |(_, release)| release);
    let refines = |long: &str, short: &str| long.strip_prefix(short).is_some_and(|rest| rest.starts_with('.'));
    vendor(said) == vendor(&distro.id)
        || (!release.is_empty() && (release == distro.version || release == distro.codename))
        || refines(release, &distro.version) && !distro.version.is_empty()
        || refines(&distro.version, release) && !release.is_empty()
}

/// Whether a plain name, `name` or `name@version`, is the package's.
fn is_named<'c>(said: &'c str, package: &Package) -> Result<(), Apart<'c>> {
    if said == package.name {
        return Ok(());
    }
    match said.rsplit_once('@') {
        Some((name, version)) if name == package.name => {
            if version == package.version {
                Ok(())
            } else {
                Err(Apart::Version(version))
            }
        }
        _ => Err(Apart::Other),
    }
}

/// Whether a CPE name (2.2 or 2.3) is of the release that `own` names; it may leave the minor version out.
fn is_release(said: &str, own: &str) -> bool {
    fn parts(cpe: &str) -> Option<(&str, &str, &str)> {
        let rest = cpe.strip_prefix("cpe:2.3:").or(cpe.strip_prefix("cpe:/"))?;
        let mut parts = rest.split(':').skip(1);
        Some((parts.next()?, parts.next()?, parts.next().unwrap_or_default()))
    }
    let (Some((vendor, product, version)), Some((own_vendor, own_product, own_version))) = (parts(said), parts(own))
    else {
        return false;
    };
    (vendor, product) == (own_vendor, own_product)
        && (matches!(version, "" | "*" | "-")
            || version == own_version
            || own_version.strip_prefix(version).is_some_and(|rest| rest.starts_with('.')))
}

/// An image's name in a registry (the references that `docker pull` takes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ImageName {
    /// With the registry and, on Docker Hub, with `library`.
    pub repository: String,
    pub tag: Option<String>,
    pub digest: Option<Digest>,
}

impl ImageName {
    fn parse(text: &str) -> Self {
        let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, digest.parse().ok()));
        let (name, tag) = match name.rsplit_once(':') {
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag.to_owned())),
            // Without anything, it is this tag that is pulled.
            _ => (name, (!text.contains('@')).then(|| "latest".to_owned())),
        };
        let (host, path) = match name.split_once('/') {
            Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => (host, path),
            _ => ("docker.io", name),
        };
        let host = if matches!(host, "index.docker.io" | "registry-1.docker.io") { "docker.io" } else { host };
        let library = if host == "docker.io" && !path.contains('/') { "library/" } else { "" };
        Self { repository: format!("{host}/{library}{path}"), tag, digest }
    }

    /// Whether these are the last parts of the repository.
    fn ends_with(&self, path: &str) -> bool {
        self.repository.strip_suffix(path).is_some_and(|rest| rest.ends_with('/'))
    }

    /// Whether a plain name means this image.
    fn is_named<'c>(&self, said: &'c str) -> Result<(), Apart<'c>> {
        let name = Self::parse(said);
        let bare = said.split(['@', ':']).next().unwrap_or_default();
        if self.repository != name.repository && (bare.contains('/') || bare.is_empty() || !self.ends_with(bare)) {
            return Err(Apart::Other);
        }
        if name.digest.is_some() {
            return if name.digest == self.digest { Ok(()) } else { Err(Apart::Digest) };
        }
        match said.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')) {
            Some((_, tag)) if self.tag.as_deref() != Some(tag) => Err(Apart::Version(tag)),
            _ => Ok(()),
        }
    }
}

fn without_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest).trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::SourcePackage;

    fn component(text: &str) -> Component {
        let mut component = Component::default();
        component.add(text).unwrap();
        component
    }

    fn image(transport: &str, reference: &str) -> Report {
        let mut report = Report::default();
        report.image.origin.transport = transport.into();
        report.image.origin.reference = reference.into();
        report.image.origin.manifest = Some(Digest::sha256(b"manifest"));
        report.image.origin.id = Some(Digest::sha256(b"config"));
        report.image.config.architecture = "amd64".into();
        report
    }

    /// Whether a name means the image; empty when it does, else why not.
    fn check_image(transport: &str, reference: &str, said: &str, expected: &str) {
        let report = image(transport, reference);
        let component = component(said);
        let seen = match Subject::new(&report).whole(&component) {
            Ok(whole) => format!("{whole:?}"),
            Err(apart) => apart.because(),
        };
        assert!(seen.contains(expected), "{said} for {reference}: {seen}");
    }

    #[test]
    fn images_go_by_many_names() {
        let check = |said: &str, expected: &str| check_image("registry", "ghcr.io/acme/shop:1.2", said, expected);
        check("pkg:oci/shop", "Image");
        check("pkg:oci/shop?repository_url=ghcr.io/acme/shop", "Image");
        check("pkg:oci/shop?repository_url=https://ghcr.io/acme/", "Image");
        check("pkg:oci/shop?repository_url=ghcr.io%2Facme%2Fshop&tag=1.2&arch=amd64", "Image");
        check("pkg:docker/acme/shop@1.2?repository_url=ghcr.io", "Image");
        check("ghcr.io/acme/shop", "Image");
        check("ghcr.io/acme/shop:1.2", "Image");
        check("shop", "Image");
        check("pkg:oci/shop?tag=1.3", "it is about 1.3");
        check("ghcr.io/acme/shop:1.3", "it is about 1.3");
        check("pkg:oci/shop?arch=arm64", "arch is another");
        check("pkg:oci/shop?repository_url=ghcr.io/other/shop", "something else");
        check("pkg:oci/workshop", "something else");
        check("pkg:docker/acme/shop", "something else");
        check("hop", "something else");
        check("other/shop", "something else");
        check(&format!("pkg:oci/any@{}", Digest::sha256(b"manifest")), "Image");
        check(
            &format!("pkg:oci/shop@{}", Digest::sha256(b"config")).replace(':', "%3A").replacen("%3A", ":", 1),
            "Image",
        );
        check(&Digest::sha256(b"manifest").to_string(), "Image");
        check(&format!("pkg:oci/shop@{}", Digest::sha256(b"other")), "the digest is another");
        check(&format!("ghcr.io/acme/shop@{}", Digest::sha256(b"other")), "the digest is another");
        check("pkg:npm/shop", "cannot be compared");
        check_image("docker", "alpine", "pkg:docker/alpine@latest", "Image");
        check_image("docker", "alpine", "docker.io/library/alpine:latest", "Image");
        check_image("docker", "alpine", "pkg:oci/alpine?repository_url=index.docker.io/library/alpine", "Image");
    }

    #[test]
    fn an_image_from_a_file_goes_by_its_digest_alone() {
        check_image("oci-dir", "shop", "pkg:oci/shop", "name is not known");
        check_image("oci-dir", "shop", "shop", "cannot be compared");
        check_image("oci-dir", "shop", &Digest::sha256(b"config").to_string(), "Image");
    }

    /// Whether a name means a package; empty when it does, else why not.
    fn check_package(package: &Package, said: &str, expected: &str) {
        let mut report = image("oci-dir", "x");
        report.inventory.distro = Some(Distro {
            id: "debian".into(),
            version: "12.5".into(),
            codename: "bookworm".into(),
            ..Distro::default()
        });
        let what = model::What::Package(package.clone());
        let fact = model::Fact { what, place: model::Place::default(), by: model::AnalyzerId::new("test") };
        report.inventory.items.push(Item { fact, removed: None, owner: None });
        let component = component(said);
        let seen = Subject::new(&report).package(&component, 0).map_or_else(Apart::because, |()| String::new());
        assert!(if expected.is_empty() { seen.is_empty() } else { seen.contains(expected) }, "{said}: {seen}");
    }

    #[test]
    fn packages_fit_what_leaves_something_out_and_contradicts_nothing() {
        let mut package = Package::new(PackageKind::Deb, "libc6", "2:2.36-9+deb12u4");
        package.arch = Some("amd64".into());
        package.source = Some(SourcePackage { name: "glibc".into(), version: "2.36-9+deb12u4".into() });
        let check = |said: &str, expected: &str| check_package(&package, said, expected);
        for said in [
            "pkg:deb/libc6",
            "pkg:deb/debian/libc6",
            "pkg:deb/debian/libc6@2:2.36-9+deb12u4",
            "pkg:deb/debian/libc6@2%3A2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12",
            "pkg:deb/debian/libc6@2.36-9+deb12u4",
            "pkg:deb/debian/libc6@2.36-9+deb12u4?epoch=2",
            "pkg:deb/debian/libc6?distro=bookworm",
            "pkg:deb/debian/libc6?distro=debian-12.5&upstream=glibc@2.36",
            "pkg:deb/debian/libc6?repository_url=deb.debian.org&checksum=sha256:00",
            "pkg:deb/debian/glibc?arch=source",
            "pkg:deb/debian/glibc@2.36-9+deb12u4?arch=src",
            "libc6",
            "libc6@2:2.36-9+deb12u4",
        ] {
            check(said, "");
        }
        check("pkg:deb/debian/libc6@2.36-9", "it is about 2.36-9");
        check("pkg:deb/debian/libc6@1:2.36-9+deb12u4", "it is about");
        check("pkg:deb/debian/libc6?distro=debian-11", "distro is another");
        check("pkg:deb/debian/libc6?distro=debian-1", "distro is another");
        check("pkg:deb/debian/libc6?arch=arm64", "arch is another");
        check("pkg:deb/debian/libc6?upstream=musl", "upstream is another");
        check("pkg:deb/debian/libc6?variant=x", "variant is another");
        check("pkg:deb/ubuntu/libc6", "it is of \"ubuntu\"");
        check("pkg:deb/debian/glibc", "arch=source");
        check("pkg:deb/debian/glibc@2.36-9?arch=source", "it is about 2.36-9");
        check("pkg:deb/debian/libc6-dev", "something else");
        check("pkg:rpm/debian/libc6", "something else");
        check("libc", "something else");
        check("libc6@2.36", "it is about 2.36");
        check("cpe:2.3:a:gnu:glibc:2.36:*:*:*:*:*:*:*", "cannot be compared");
    }

    #[test]
    fn languages_have_their_own_ways_to_write_a_version() {
        let check = |kind, name: &str, version: &str, said: &str, expected: &str| {
            check_package(&Package::new(kind, name, version), said, expected);
        };
        check(PackageKind::Npm, "@angular/core", "1.2.3", "pkg:npm/%40angular/core@1.2.3", "");
        check(PackageKind::Npm, "@angular/core", "1.2.3", "pkg:npm/@angular/core", "");
        check(PackageKind::Npm, "core", "1.2.3", "pkg:npm/%40angular/core", "it is of \"@angular\"");
        check(PackageKind::Pypi, "Django_Thing", "1.0", "pkg:pypi/django-thing@1.0.0", "");
        check(PackageKind::Pypi, "a", "1.0+local", "pkg:pypi/a@1.0", "it is about 1.0");
        check(PackageKind::Golang, "stdlib", "1.20.1", "pkg:golang/stdlib@go1.20.1", "");
        check(PackageKind::Golang, "github.com/Acme/x", "v1.2.3", "pkg:golang/github.com/acme/x@1.2.3", "");
        check(PackageKind::Golang, "github.com/acme/x", "v1.2.3", "pkg:golang/github.com/acme/x@v1.2.30", "1.2.30");
        check(PackageKind::Maven, "org.a:b", "1.0", "pkg:maven/org.a/b@1.0?type=jar", "");
        check(PackageKind::Maven, "org.a:b", "1.0", "pkg:maven/org.a/b@1.0?classifier=sources", "classifier");
        check(PackageKind::Maven, "org.a:b", "1.0", "pkg:maven/b@1.0", "it is of");
    }

    #[test]
    fn releases_go_by_their_cpe() {
        for (said, own, expected) in [
            ("cpe:/o:redhat:enterprise_linux:9", "cpe:/o:redhat:enterprise_linux:9::baseos", true),
            ("cpe:/a:redhat:enterprise_linux:9::appstream", "cpe:/o:redhat:enterprise_linux:9::baseos", true),
            ("cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*", "cpe:/o:redhat:enterprise_linux:9.4", true),
            ("cpe:/o:redhat:enterprise_linux", "cpe:/o:redhat:enterprise_linux:9.4", true),
            ("cpe:/o:redhat:enterprise_linux:8", "cpe:/o:redhat:enterprise_linux:9", false),
            ("cpe:/a:redhat:openshift:4", "cpe:/o:redhat:enterprise_linux:9", false),
            ("cpe:/o:redhat:enterprise_linux:9", "", false),
            ("cpe:/o", "cpe:/o", false),
        ] {
            assert_eq!(is_release(said, own), expected, "{said} for {own}");
        }
    }
}
