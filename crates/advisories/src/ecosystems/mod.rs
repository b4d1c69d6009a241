//! Which advisories speak of a package: under which ecosystem and name, and how versions compare there.
//!
//! Ecosystem names and what a name in them means: OSV schema 1.7, "affected[].package field". A distribution is a row of
//! `distributions`, a language one of `languages`; `names` says which spellings are one name, `shards` which records are
//! kept together.

mod distributions;
mod languages;
mod names;
mod shards;

use std::borrow::Cow;
use std::fmt;

use model::{Distro, Package, PackageKind};
use versions::Scheme;

use distributions::{DISTRIBUTIONS, Distribution, REBUILDERS};
use languages::{LANGUAGES, Language};
use names::Spelling;

pub(crate) use distributions::{debian_release, is_centos_stream};
pub use shards::shard;

/// A body of advisories that judges some packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ecosystem {
    /// The OSV schema's name without a release: `Debian`.
    pub family: &'static str,
    /// With the release, for people: `Debian:12`.
    pub label: String,
    /// Which `ecosystem` values of records are meant, the most telling first: where a record has entries for several,
    /// the first one decides.
    pub scopes: Vec<Scope>,
    /// How its versions compare.
    pub scheme: Scheme,
    names: Names,
    spelling: Spelling,
}

/// A set of `ecosystem` values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This one.
    Is(String),
    /// This one and what is below it: `Red Hat:enterprise_linux:9` has `Red Hat:enterprise_linux:9::appstream` and
    /// `Red Hat:enterprise_linux:9.4`.
    Under(String),
    /// Those that begin and end so.
    Between(String, String),
}

/// Under which names a package's advisories are filed, and which of its versions they speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// The source package's.
    Source,
    /// Its own.
    Binary,
    /// Either: the database names source packages here and binary packages there.
    Both,
}

/// Why a distribution's packages cannot be judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unjudged {
    /// Nobody publishes its advisories in this form.
    NotCovered,
    /// It is covered, but the image does not say which release it is.
    NoRelease,
}

/// For people: `Debian:12`, `Red Hat:enterprise_linux:9 and below`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(name) => f.write_str(name),
            Self::Under(name) => write!(f, "{name} and what is below it"),
            Self::Between(start, end) => write!(f, "{start}…{end}"),
        }
    }
}

impl Scope {
    /// Whether a record's `ecosystem` value is meant.
    pub fn contains(&self, ecosystem: &str) -> bool {
        match self {
            Self::Is(name) => ecosystem == name,
            Self::Under(name) => ecosystem.strip_prefix(&**name).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(':') || (rest.starts_with('.') && name.contains(':'))
            }),
            Self::Between(start, end) => ecosystem.strip_prefix(&**start).is_some_and(|rest| rest.ends_with(&**end)),
        }
    }
}

impl Ecosystem {
    /// What a record's `ecosystem` value stands for: that value and, where there are any, those below it. None if nobody
    /// has said how versions compare there.
    ///
    /// ```
    /// # use advisories::Ecosystem;
    /// let ecosystem = Ecosystem::named("Red Hat:enterprise_linux:9").unwrap();
    /// assert!(ecosystem.contains("Red Hat:enterprise_linux:9::appstream"));
    /// assert_eq!(Ecosystem::named("Amiga"), None);
    /// ```
    pub fn named(ecosystem: &str) -> Option<Self> {
        let (family, rest) = split(ecosystem);
        let label = ecosystem.to_owned();
        if let Some(Language { family, scheme, spelling }) = LANGUAGES.iter().find(|row| row.family == family) {
            let scopes = vec![Scope::Under(label.clone())];
            let (scheme, spelling) = (*scheme, *spelling);
            return Some(Self { family, label, scopes, scheme, names: Names::Binary, spelling });
        }
        if let Some(row) = by_family(family) {
            // Red Hat's values have others below them, which are of the same release only where one is named.
            let has_below = row.filing == shards::Filing::RedHat && shard(ecosystem)? != family;
            let scope = if has_below { Scope::Under } else { Scope::Is };
            let scopes = vec![scope(label.clone())];
            let scheme = row.scheme();
            return Some(Self {
                family: row.family,
                label,
                scopes,
                scheme,
                names: row.names,
                spelling: Spelling::Exact,
            });
        }
        let family = REBUILDERS.iter().find(|name| **name == family)?;
        let rebuilt = split(rest).0;
        let language = LANGUAGES.iter().find(|row| row.family == rebuilt);
        let scheme = language.map(|row| row.scheme).or_else(|| Some(by_family(rebuilt)?.scheme()));
        Some(Self {
            family,
            scopes: vec![Scope::Is(label.clone())],
            label,
            scheme: scheme.unwrap_or(Scheme::Generic),
            names: Names::Binary,
            spelling: language.map_or(Spelling::Exact, |row| row.spelling),
        })
    }

    /// The shards that have what its scopes speak of, each once: see [`shard`].
    pub fn shards(&self) -> Vec<String> {
        let mut shards = Vec::new();
        for scope in &self.scopes {
            let shard = match scope {
                Scope::Is(name) | Scope::Under(name) => shard(name),
                Scope::Between(start, end) => shard(&format!("{start}{end}")),
            };
            shards.extend(shard.filter(|shard| !shards.contains(shard)));
        }
        shards
    }

    /// Whether a record's `ecosystem` value is meant.
    pub fn contains(&self, ecosystem: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(ecosystem))
    }

    /// A package's name as this ecosystem writes it.
    pub fn normalize<'a>(&self, name: &'a str) -> Cow<'a, str> {
        self.spelling.normal(name)
    }

    /// Under which names to look for the package, each with the version that is compared there.
    pub(crate) fn questions<'a>(&self, package: &'a Package) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let version = match package.kind {
            PackageKind::Golang => go_version(package),
            PackageKind::Gem => gem_version(&package.version),
            PackageKind::GithubActions => action_version(&package.version),
            _ => Cow::Borrowed(&*package.version),
        };
        let own = (self.normalize(&package.name), version);
        let source = package.source.as_ref().map(|source| (Cow::from(&*source.name), Cow::from(&*source.version)));
        match (self.names, source) {
            (Names::Binary, _) | (_, None) => vec![own],
            (Names::Source, Some(source)) => vec![source],
            (Names::Both, Some(source)) if source == own => vec![own],
            (Names::Both, Some(source)) => vec![own, source],
        }
    }
}

/// Module versions lose their `v`. The Go distribution has its own form, `go1.21rc2`, for what advisories call
/// `1.21.0-rc.2`; what follows a space (`go1.22.1 X:boringcrypto`) is how it was built.
fn go_version(package: &Package) -> Cow<'_, str> {
    let version = &*package.version;
    if !matches!(&*package.name, "stdlib" | "toolchain") {
        return Cow::Borrowed(version.strip_prefix('v').unwrap_or(version));
    }
    let version = version.split(' ').next().unwrap_or_default();
    let version = version.strip_prefix("go").or_else(|| version.strip_prefix('v')).unwrap_or(version);
    for (tag, dotted) in [("rc", "rc."), ("beta", "beta.")] {
        if let Some((number, count)) = version.split_once(tag)
            && !number.contains('-')
        {
            let zeros = ".0".repeat(2usize.saturating_sub(number.matches('.').count()));
            return Cow::Owned(format!("{number}{zeros}-{dotted}{count}"));
        }
    }
    Cow::Borrowed(version)
}

/// Without the platform that a gem was built for, which advisories leave out: `1.13.0` of `1.13.0-x86_64-linux`
/// (RubyGems, `Gem::Specification#full_name`, and the lists of Bundler's lockfiles).
fn gem_version(version: &str) -> Cow<'_, str> {
    const PROCESSORS: &[&str] = &[
        "aarch64",
        "arm",
        "i386",
        "i486",
        "i586",
        "i686",
        "powerpc",
        "ppc",
        "riscv",
        "s390",
        "universal",
        "x64",
        "x86",
    ];
    const OTHERS: &[&str] = &["darwin", "java", "jruby", "linux", "mingw", "mswin", "ruby"];
    let is_platform = |rest: &str| PROCESSORS.iter().chain(OTHERS).any(|word| rest.starts_with(word));
    match version.split_once('-') {
        Some((number, rest)) if is_platform(rest) => Cow::Borrowed(number),
        _ => Cow::Borrowed(version),
    }
}

/// `v4` and `v4.1` are tags that the owner of an action moves to each new release below them (GitHub's documentation,
/// "Using tags for release management"). What runs is the newest one, so that is what is compared.
fn action_version(version: &str) -> Cow<'_, str> {
    const NEWEST: &str = ".999999999";
    let number = version.strip_prefix('v').unwrap_or(version);
    let is_number = |part: &str| !part.is_empty() && part.len() < 9 && part.bytes().all(|byte| byte.is_ascii_digit());
    match number.split('.').count() {
        count @ (1 | 2) if number.split('.').all(is_number) => {
            Cow::Owned(format!("{number}{}", NEWEST.repeat(3 - count)))
        }
        _ => Cow::Borrowed(version),
    }
}

/// An `ecosystem` value's family, and what follows the colon.
fn split(ecosystem: &str) -> (&str, &str) {
    ecosystem.split_once(':').unwrap_or((ecosystem, ""))
}

fn by_family(family: &str) -> Option<&'static Distribution> {
    DISTRIBUTIONS.iter().find(|row| row.family == family)
}

/// The ecosystem of a language's packages; none for distributions' packages.
pub(crate) fn language(kind: PackageKind) -> Option<Ecosystem> {
    Ecosystem::named(kind.ecosystem()?)
}

/// Whether an `ecosystem` value is a distribution's: its advisories speak of others' vulnerabilities.
pub fn is_distribution(ecosystem: &str) -> bool {
    let family = split(ecosystem).0;
    by_family(family).is_some() || REBUILDERS.contains(&family)
}

/// Whether an `ecosystem` value is that of a distribution of RPM packages.
pub(crate) fn is_rpm(ecosystem: &str) -> bool {
    by_family(split(ecosystem).0).is_some_and(|row| row.kind == PackageKind::Rpm)
}

/// The ecosystem of a distribution's packages, and which package manager's they are.
pub(crate) fn distribution(distro: &Distro) -> Result<(PackageKind, Ecosystem), Unjudged> {
    let id = distro.id.to_ascii_lowercase();
    // CentOS Stream runs ahead of the distribution that the advisories of its namesake were written for.
    let row = DISTRIBUTIONS.iter().find(|row| row.ids.contains(&&*id)).filter(|_| !is_centos_stream(distro));
    let row = row.ok_or(Unjudged::NotCovered)?;
    let (label, scopes) = (row.release)(distro).ok_or(Unjudged::NoRelease)?;
    let (scheme, spelling) = (row.scheme(), Spelling::Exact);
    Ok((row.kind, Ecosystem { family: row.family, label, scopes, scheme, names: row.names, spelling }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::SourcePackage;

    fn distro(id: &str, version: &str) -> Distro {
        Distro { id: id.into(), version: version.into(), ..Distro::default() }
    }

    fn check(distro: &Distro, label: &str) {
        let found = distribution(distro).map(|(_, ecosystem)| ecosystem.label);
        assert_eq!(found.as_deref(), Ok(label), "{distro:?}");
    }

    // Names as the OSV schema's table of ecosystems has them.
    #[test]
    fn releases_are_named_as_the_schema_names_them() {
        check(&distro("debian", "12"), "Debian:12");
        check(&distro("debian", "12.5"), "Debian:12");
        check(&distro("debian", "6.0.10"), "Debian:6.0");
        check(&distro("debian", "5"), "Debian:5.0");
        check(&distro("debian", "forky/sid"), "Debian:14");
        check(&Distro { codename: "trixie".into(), ..distro("debian", "") }, "Debian:13");
        check(&distro("raspbian", "11"), "Debian:11");
        check(&distro("ubuntu", "22.04"), "Ubuntu:22.04:LTS");
        check(&distro("ubuntu", "22.10"), "Ubuntu:22.10");
        check(&distro("ubuntu", "23.04"), "Ubuntu:23.04");
        check(&Distro { extended_support: true, ..distro("ubuntu", "18.04") }, "Ubuntu:Pro:18.04:LTS");
        check(&distro("alpine", "3.18.4"), "Alpine:v3.18");
        check(&distro("alpine", "3.23.0_alpha20250612"), "Alpine:edge");
        check(&distro("wolfi", "20230201"), "Wolfi");
        check(&distro("alpaquita", "23"), "Alpaquita:23");
        check(&distro("alpaquita", "stream"), "Alpaquita:stream");
        check(&distro("almalinux", "9.3"), "AlmaLinux:9");
        check(&distro("rocky", "9.3"), "Rocky Linux:9");
        check(&distro("rhel", "9.3"), "Red Hat:enterprise_linux:9");
        check(&distro("centos", "7"), "Red Hat:enterprise_linux:7");
        check(&distro("sles", "15.5"), "SUSE:Linux Enterprise Server 15 SP5");
        check(&distro("sles", "15"), "SUSE:Linux Enterprise Server 15");
        check(&distro("sle-micro", "5.5"), "SUSE:Linux Enterprise Micro 5.5");
        check(&distro("opensuse-leap", "15.6"), "openSUSE:Leap 15.6");
        check(&distro("opensuse-tumbleweed", "20240101"), "openSUSE:Tumbleweed");
        check(&distro("azurelinux", "3.0"), "Azure Linux:3");
        check(&distro("mageia", "9"), "Mageia:9");
        check(&distro("photon", "5.0"), "Photon OS:5.0");
        check(&distro("mariner", "2.0"), "Azure Linux:2");
        check(&distro("amzn", "2018.03"), "Amazon Linux:1");
        check(&distro("amzn", "2"), "Amazon Linux:2");
        check(&distro("amzn", "2023"), "Amazon Linux:2023");
        check(&distro("ol", "9.4"), "Oracle Linux:9");
        check(&distro("arch", ""), "Arch Linux");
        check(&distro("manjaro", "24.0"), "Arch Linux");
        check(&distro("gentoo", "2.15"), "Gentoo");
        check(&distro("chainguard", "20230214"), "Chainguard");
        check(&distro("bellsoft-hardened-containers", "25"), "BellSoft Hardened Containers:25");
        let euler = Distro { name: "openEuler 22.03 (LTS-SP3)".into(), ..distro("openEuler", "22.03") };
        check(&euler, "openEuler:22.03-LTS-SP3");
    }

    #[test]
    fn what_is_not_covered_and_what_is_not_said_are_told_apart() {
        let stream = Distro { name: "CentOS Stream 9".into(), ..distro("centos", "9") };
        for (distro, why) in [
            (distro("fedora", "39"), Unjudged::NotCovered),
            (distro("artix", ""), Unjudged::NotCovered),
            (distro("amzn", ""), Unjudged::NoRelease),
            (stream, Unjudged::NotCovered),
            (distro("debian", ""), Unjudged::NoRelease),
            (distro("alpine", ""), Unjudged::NoRelease),
            (distro("ubuntu", "rolling"), Unjudged::NoRelease),
        ] {
            assert_eq!(distribution(&distro), Err(why), "{distro:?}");
        }
    }

    #[test]
    fn an_ecosystem_has_the_records_of_its_release_only() {
        let contains = |distro: &Distro, ecosystem: &str| distribution(distro).unwrap().1.contains(ecosystem);
        assert!(contains(&distro("debian", "1"), "Debian:1.0"));
        assert!(!contains(&distro("debian", "11"), "Debian:1"));
        assert!(!contains(&distro("debian", "11"), "Debian:12"));
        let rhel = distro("rhel", "9.3");
        assert!(contains(&rhel, "Red Hat:enterprise_linux:9::appstream"));
        assert!(!contains(&rhel, "Red Hat:enterprise_linux:90::appstream"));
        assert!(!contains(&rhel, "Red Hat:openshift:4.9"));
        assert!(!contains(&rhel, "Red Hat:rhel_eus:9.3::appstream"));
        assert!(contains(&Distro { extended_support: true, ..rhel }, "Red Hat:rhel_eus:9.3::appstream"));
        assert!(contains(&distro("rhel", "10.1"), "Red Hat:enterprise_linux:10.0"));
        let sles = distro("sles", "15.5");
        assert!(contains(&sles, "SUSE:Linux Enterprise Module for Basesystem 15 SP5"));
        assert!(contains(&sles, "SUSE:Linux Enterprise Server 15 SP5-LTSS"));
        assert!(!contains(&sles, "SUSE:Linux Enterprise Module for Basesystem 15 SP4"));
        assert!(!contains(&sles, "SUSE:Linux Enterprise Real Time 15 SP5"));
        let maven = language(PackageKind::Maven).unwrap();
        assert!(
            maven.contains("Maven") && maven.contains("Maven:https://maven.google.com") && !maven.contains("Mavens")
        );
    }

    #[test]
    fn every_language_has_a_scheme() {
        for kind in PackageKind::ALL {
            assert_eq!(language(*kind).is_some(), kind.ecosystem().is_some(), "{kind:?}");
        }
    }

    #[test]
    fn names_and_versions_are_those_that_advisories_use() {
        let asked = |ecosystem: &Ecosystem, package: &Package| {
            let questions = ecosystem.questions(package);
            questions.iter().map(|(name, version)| format!("{name} {version}")).collect::<Vec<_>>().join(", ")
        };
        let mut ssl = Package::new(PackageKind::Rpm, "openssl-libs", "1:3.0.7-16.el9");
        ssl.source = Some(SourcePackage { name: "openssl".into(), version: "1:3.0.7-16.el9_2".into() });
        let os = |id: &str, version: &str| distribution(&distro(id, version)).unwrap().1;
        assert_eq!(asked(&os("debian", "12"), &ssl), "openssl 1:3.0.7-16.el9_2");
        assert_eq!(asked(&os("almalinux", "9"), &ssl), "openssl-libs 1:3.0.7-16.el9");
        assert_eq!(asked(&os("rocky", "9"), &ssl), "openssl-libs 1:3.0.7-16.el9, openssl 1:3.0.7-16.el9_2");
        ssl.source = None;
        assert_eq!(asked(&os("debian", "12"), &ssl), "openssl-libs 1:3.0.7-16.el9");

        let of = |kind, name: &str, version: &str| asked(&language(kind).unwrap(), &Package::new(kind, name, version));
        assert_eq!(of(PackageKind::Pypi, "Flask__Cors.x-y", "1.0"), "flask-cors-x-y 1.0");
        assert_eq!(of(PackageKind::Npm, "@Babel/traverse", "7.0.0"), "@Babel/traverse 7.0.0");
        assert_eq!(of(PackageKind::Golang, "golang.org/x/net", "v0.17.0"), "golang.org/x/net 0.17.0");
        assert_eq!(of(PackageKind::Golang, "stdlib", "go1.22.1 X:boringcrypto"), "stdlib 1.22.1");
        assert_eq!(of(PackageKind::Golang, "stdlib", "go1.21rc2"), "stdlib 1.21.0-rc.2");
        assert_eq!(of(PackageKind::Golang, "stdlib", "1.19.0-rc.1"), "stdlib 1.19.0-rc.1");
        assert_eq!(of(PackageKind::Golang, "stdlib", "1.18beta1"), "stdlib 1.18.0-beta.1");
    }
}
