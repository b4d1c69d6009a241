//! Which advisories speak of a package: under which ecosystem and name, and how versions compare there.
//!
//! Ecosystem names and what a name in them means: OSV schema 1.7, "affected[].package field". A distribution is a row
//! of [`DISTRIBUTIONS`], a language is one of [`language`].

use std::borrow::Cow;

use model::{Distro, Package, PackageKind};
use versions::Scheme;

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
}

/// A set of `ecosystem` values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This one.
    Is(String),
    /// This one and what is below it: `Red Hat:enterprise_linux:9` has `Red Hat:enterprise_linux:9::appstream`.
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

impl Scope {
    /// Whether a record's `ecosystem` value is meant.
    pub fn contains(&self, ecosystem: &str) -> bool {
        match self {
            Self::Is(name) => ecosystem == name,
            Self::Under(name) => ecosystem
                .strip_prefix(&**name)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(':') || rest.starts_with('.')),
            Self::Between(start, end) => ecosystem.strip_prefix(&**start).is_some_and(|rest| rest.ends_with(&**end)),
        }
    }
}

impl Ecosystem {
    /// Whether a record's `ecosystem` value is meant.
    pub fn contains(&self, ecosystem: &str) -> bool {
        self.scopes.iter().any(|scope| scope.contains(ecosystem))
    }

    /// A package's name as this ecosystem writes it.
    pub fn normalize<'a>(&self, name: &'a str) -> Cow<'a, str> {
        if self.scheme == Scheme::Pep440 { pep503(name) } else { Cow::Borrowed(name) }
    }

    /// Under which names to look for the package, each with the version that is compared there.
    pub(crate) fn questions<'a>(&self, package: &'a Package) -> Vec<(Cow<'a, str>, Cow<'a, str>)> {
        let version = match package.kind {
            PackageKind::Golang => go_version(package),
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

/// PEP 503, "Normalized Names": lower case, and one dash for any run of dashes, dots and underscores.
fn pep503(name: &str) -> Cow<'_, str> {
    let normal = |name: &str| {
        !name.bytes().any(|byte| byte.is_ascii_uppercase() || matches!(byte, b'.' | b'_')) && !name.contains("--")
    };
    if normal(name) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    for character in name.chars() {
        match character {
            '-' | '_' | '.' => {
                if !out.ends_with('-') {
                    out.push('-');
                }
            }
            other => out.push(other.to_ascii_lowercase()),
        }
    }
    Cow::Owned(out)
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

/// The ecosystem of a language's packages; none for distributions' packages.
pub(crate) fn language(kind: PackageKind) -> Option<Ecosystem> {
    let family = kind.ecosystem()?;
    let scheme = match kind {
        PackageKind::Cargo | PackageKind::Npm => Scheme::Semver,
        PackageKind::Golang => Scheme::Go,
        PackageKind::Maven => Scheme::Maven,
        PackageKind::Pypi => Scheme::Pep440,
        _ => return None,
    };
    // A suffix names another repository (`Maven:https://maven.google.com`), which a package found in an image does not
    // tell; names are not reused between repositories.
    Some(Ecosystem {
        family,
        label: family.into(),
        scopes: vec![Scope::Under(family.into())],
        scheme,
        names: Names::Binary,
    })
}

/// Whether an `ecosystem` value is a distribution's: its advisories speak of others' vulnerabilities.
pub fn is_distribution(ecosystem: &str) -> bool {
    let family = ecosystem.split(':').next().unwrap_or_default();
    DISTRIBUTIONS.iter().any(|row| row.family == family)
}

/// Whether an `ecosystem` value is that of a distribution of RPM packages.
pub(crate) fn is_rpm(ecosystem: &str) -> bool {
    let family = ecosystem.split(':').next().unwrap_or_default();
    DISTRIBUTIONS.iter().any(|row| row.family == family && row.kind == PackageKind::Rpm)
}

/// A distribution: how os-release names it, and how its advisories do.
struct Row {
    /// Values of `ID`. A derivative stands here only if it shares release numbers and packages.
    ids: &'static [&'static str],
    /// Its package manager.
    kind: PackageKind,
    family: &'static str,
    names: Names,
    release: fn(&Distro) -> Option<Release>,
}

/// The label's suffix, and the scopes.
type Release = (String, Vec<Scope>);

const DISTRIBUTIONS: &[Row] = &[
    row(&["debian", "raspbian"], PackageKind::Deb, "Debian", Names::Source, debian),
    row(&["ubuntu", "pop", "neon"], PackageKind::Deb, "Ubuntu", Names::Source, ubuntu),
    row(&["echo"], PackageKind::Deb, "Echo", Names::Source, |_| Some(rolling("Echo"))),
    row(&["alpine"], PackageKind::Apk, "Alpine", Names::Source, alpine),
    row(&["wolfi"], PackageKind::Apk, "Wolfi", Names::Both, |_| Some(rolling("Wolfi"))),
    row(&["chainguard"], PackageKind::Apk, "Chainguard", Names::Both, |_| Some(rolling("Chainguard"))),
    row(&["minimos"], PackageKind::Apk, "MinimOS", Names::Both, |_| Some(rolling("MinimOS"))),
    row(&["cleanstart", "clnstrt"], PackageKind::Apk, "CleanStart", Names::Both, |_| Some(rolling("CleanStart"))),
    row(&["alpaquita"], PackageKind::Apk, "Alpaquita", Names::Source, |distro| whole(distro, "Alpaquita")),
    row(&["bellsoft-hardened-containers"], PackageKind::Apk, "BellSoft Hardened Containers", Names::Source, |distro| {
        whole(distro, "BellSoft Hardened Containers")
    }),
    row(&["almalinux"], PackageKind::Rpm, "AlmaLinux", Names::Binary, |distro| major(distro, "AlmaLinux")),
    row(&["rocky"], PackageKind::Rpm, "Rocky Linux", Names::Both, |distro| major(distro, "Rocky Linux")),
    row(&["rhel", "centos"], PackageKind::Rpm, "Red Hat", Names::Binary, red_hat),
    row(&["sles", "sles_sap", "sle-micro", "sl-micro"], PackageKind::Rpm, "SUSE", Names::Source, suse),
    row(&["opensuse-leap", "opensuse-tumbleweed"], PackageKind::Rpm, "openSUSE", Names::Source, opensuse),
    row(&["azurelinux", "mariner"], PackageKind::Rpm, "Azure Linux", Names::Source, |distro| {
        major(distro, "Azure Linux")
    }),
    row(&["mageia"], PackageKind::Rpm, "Mageia", Names::Source, |distro| major(distro, "Mageia")),
    row(&["openeuler"], PackageKind::Rpm, "openEuler", Names::Source, open_euler),
    row(&["photon"], PackageKind::Rpm, "Photon OS", Names::Binary, |distro| whole(distro, "Photon OS")),
];

const fn row(
    ids: &'static [&'static str],
    kind: PackageKind,
    family: &'static str,
    names: Names,
    release: fn(&Distro) -> Option<Release>,
) -> Row {
    Row { ids, kind, family, names, release }
}

/// The ecosystem of a distribution's packages, and which package manager's they are.
pub(crate) fn distribution(distro: &Distro) -> Result<(PackageKind, Ecosystem), Unjudged> {
    let id = distro.id.to_ascii_lowercase();
    // CentOS Stream runs ahead of the distribution that the advisories of its namesake were written for.
    let row = DISTRIBUTIONS.iter().find(|row| row.ids.contains(&&*id)).filter(|_| !is_centos_stream(distro));
    let row = row.ok_or(Unjudged::NotCovered)?;
    let (label, scopes) = (row.release)(distro).ok_or(Unjudged::NoRelease)?;
    let scheme = match row.kind {
        PackageKind::Deb => Scheme::Deb,
        PackageKind::Apk => Scheme::Apk,
        _ => Scheme::Rpm,
    };
    Ok((row.kind, Ecosystem { family: row.family, label, scopes, scheme, names: row.names }))
}

/// CentOS Stream has the ID of CentOS Linux; only its name tells.
pub(crate) fn is_centos_stream(distro: &Distro) -> bool {
    distro.id == "centos" && distro.name.contains("Stream")
}

/// One release, written `FAMILY:RELEASE`.
fn exactly(family: &str, release: &str) -> Release {
    let name = format!("{family}:{release}");
    (name.clone(), vec![Scope::Is(name)])
}

fn rolling(family: &str) -> Release {
    (family.into(), vec![Scope::Under(family.into())])
}

fn whole(distro: &Distro, family: &str) -> Option<Release> {
    (!distro.version.is_empty()).then(|| exactly(family, &distro.version))
}

fn major(distro: &Distro, family: &str) -> Option<Release> {
    (!distro.major().is_empty()).then(|| exactly(family, distro.major()))
}

/// `9.3` of `9.3.1`.
fn major_minor(version: &str) -> &str {
    match version.match_indices('.').nth(1) {
        Some((end, _)) => &version[..end],
        None => version,
    }
}

/// Codenames of releases whose images may leave out the number, and of the next ones, which have none yet.
const DEBIAN_CODENAMES: &[(&str, &str)] = &[
    ("squeeze", "6.0"),
    ("wheezy", "7"),
    ("jessie", "8"),
    ("stretch", "9"),
    ("buster", "10"),
    ("bullseye", "11"),
    ("bookworm", "12"),
    ("trixie", "13"),
    ("forky", "14"),
    ("duke", "15"),
    ("sid", "sid"),
];

fn debian(distro: &Distro) -> Option<Release> {
    let release = if distro.version.starts_with(|first: char| first.is_ascii_digit()) {
        // The minor number was part of the release's name until 6.0.
        match distro.major().parse::<u32>() {
            Ok(number) if number < 7 => match distro.version.split_once('.') {
                Some(_) => major_minor(&distro.version).to_owned(),
                None => format!("{number}.0"),
            },
            _ => distro.major().to_owned(),
        }
    } else {
        // `forky/sid` in debian_version is testing or unstable: testing is the one that is spoken of.
        let written = if distro.version.is_empty() { &distro.codename } else { &distro.version };
        let codename = written.split('/').next().unwrap_or_default();
        DEBIAN_CODENAMES.iter().find(|(known, _)| *known == codename)?.1.to_owned()
    };
    Some(exactly("Debian", &release))
}

/// Long-term releases are those of April in even years. What only Ubuntu Pro fixes is filed under its own ecosystem,
/// but is there without it as well: it is asked first when Pro is on, and last otherwise.
fn ubuntu(distro: &Distro) -> Option<Release> {
    let release = major_minor(&distro.version);
    let (year, month) = release.split_once('.')?;
    let even = year.parse::<u32>().ok()?.is_multiple_of(2);
    let suffix = if even && month == "04" { ":LTS" } else { "" };
    let plain = format!("Ubuntu:{release}{suffix}");
    let pro = format!("Ubuntu:Pro:{release}{suffix}");
    let (label, other) = if distro.extended_support { (pro, plain) } else { (plain, pro) };
    Some((label.clone(), vec![Scope::Is(label), Scope::Is(other)]))
}

fn alpine(distro: &Distro) -> Option<Release> {
    match &*distro.version {
        "" => None,
        edge if edge.contains("edge") || edge.contains("_alpha") => Some(exactly("Alpine", "edge")),
        version => Some(exactly("Alpine", &format!("v{}", major_minor(version)))),
    }
}

/// Advisories are filed by CPE, one per repository, and a package does not say which repository it came from. Red Hat
/// Enterprise Linux 10 added the minor number.
fn red_hat(distro: &Distro) -> Option<Release> {
    if distro.version.is_empty() {
        return None;
    }
    let label = format!("Red Hat:enterprise_linux:{}", distro.major());
    let mut scopes = vec![Scope::Under(label.clone())];
    if distro.extended_support {
        scopes.insert(0, Scope::Under(format!("Red Hat:rhel_eus:{}", major_minor(&distro.version))));
    }
    Some((label, scopes))
}

/// Advisories are filed by product, and most packages of a server belong to the product "Module for ...".
fn suse(distro: &Distro) -> Option<Release> {
    let version = &*distro.version;
    if version.is_empty() {
        return None;
    }
    match &*distro.id {
        "sl-micro" => return Some(exactly("SUSE", &format!("Linux Micro {version}"))),
        "sle-micro" => return Some(exactly("SUSE", &format!("Linux Enterprise Micro {version}"))),
        _ => {}
    }
    // Service packs ended with 15.
    let release = match version.split_once('.') {
        Some((major @ ("11" | "12" | "15"), "0")) => major.to_owned(),
        Some((major @ ("11" | "12" | "15"), pack)) => format!("{major} SP{pack}"),
        _ => version.to_owned(),
    };
    let server = format!("SUSE:Linux Enterprise Server {release}");
    let module = |end: String| Scope::Between("SUSE:Linux Enterprise Module for ".into(), end);
    let scopes = vec![
        Scope::Is(server.clone()),
        module(format!(" {release}")),
        Scope::Is(format!("{server}-LTSS")),
        Scope::Is(format!("SUSE:Linux Enterprise Server for SAP Applications {release}")),
    ];
    let keep = if distro.id == "sles_sap" { 4 } else { 3 };
    Some((server, scopes.into_iter().take(keep).collect()))
}

fn opensuse(distro: &Distro) -> Option<Release> {
    match (&*distro.id, &*distro.version) {
        ("opensuse-tumbleweed", _) => Some(exactly("openSUSE", "Tumbleweed")),
        (_, "") => None,
        (_, version) => Some(exactly("openSUSE", &format!("Leap {version}"))),
    }
}

/// `VERSION_ID` is `22.03`, and only the name has the service pack: `openEuler 22.03 (LTS-SP3)`.
fn open_euler(distro: &Distro) -> Option<Release> {
    let version = (!distro.version.is_empty()).then_some(&*distro.version)?;
    let pack = distro.name.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(pack, _)| pack);
    Some(match pack {
        Some(pack) => exactly("openEuler", &format!("{version}-{pack}")),
        None => exactly("openEuler", version),
    })
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
        let euler = Distro { name: "openEuler 22.03 (LTS-SP3)".into(), ..distro("openEuler", "22.03") };
        check(&euler, "openEuler:22.03-LTS-SP3");
    }

    #[test]
    fn what_is_not_covered_and_what_is_not_said_are_told_apart() {
        let stream = Distro { name: "CentOS Stream 9".into(), ..distro("centos", "9") };
        for (distro, why) in [
            (distro("fedora", "39"), Unjudged::NotCovered),
            (distro("arch", ""), Unjudged::NotCovered),
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
