//! The distributions: how os-release names them, and how their advisories do (OSV schema 1.7, table of ecosystems, and
//! names in its manner for those that are not in it).

use model::{Distro, PackageKind};
use versions::Scheme;

use super::shards::Filing;
use super::{Names, Scope};

/// A distribution.
pub(super) struct Distribution {
    /// Values of `ID`. A derivative stands here only if it shares release numbers and packages.
    pub ids: &'static [&'static str],
    /// Its package manager.
    pub kind: PackageKind,
    pub family: &'static str,
    pub names: Names,
    /// Which of its records are kept together.
    pub filing: Filing,
    /// What its advisories call the release; none where the image does not say which one it is.
    pub release: fn(&Distro) -> Option<Release>,
}

/// The label, and the scopes.
pub(super) type Release = (String, Vec<Scope>);

use Filing::{ByRelease, Together};
use PackageKind::{Alpm, Apk, Deb, Portage, Rpm};

#[rustfmt::skip]
pub(super) const DISTRIBUTIONS: &[Distribution] = &[
    row(&["debian", "raspbian"], Deb, "Debian", Names::Source, ByRelease, debian),
    row(&["ubuntu", "pop", "neon"], Deb, "Ubuntu", Names::Source, Filing::Ubuntu, ubuntu),
    row(&["echo"], Deb, "Echo", Names::Source, Together, |_| Some(rolling("Echo"))),
    row(&["alpine"], Apk, "Alpine", Names::Source, ByRelease, alpine),
    row(&["wolfi"], Apk, "Wolfi", Names::Both, Together, |_| Some(rolling("Wolfi"))),
    row(&["chainguard"], Apk, "Chainguard", Names::Both, Together, |_| Some(rolling("Chainguard"))),
    row(&["minimos"], Apk, "MinimOS", Names::Both, Together, |_| Some(rolling("MinimOS"))),
    row(&["cleanstart", "clnstrt"], Apk, "CleanStart", Names::Both, Together, |_| Some(rolling("CleanStart"))),
    row(&["alpaquita"], Apk, "Alpaquita", Names::Source, ByRelease, |distro| whole(distro, "Alpaquita")),
    row(&["bellsoft-hardened-containers"], Apk, "BellSoft Hardened Containers", Names::Source, ByRelease, |distro| {
        whole(distro, "BellSoft Hardened Containers")
    }),
    row(&["almalinux"], Rpm, "AlmaLinux", Names::Binary, ByRelease, |distro| major(distro, "AlmaLinux")),
    row(&["rocky"], Rpm, "Rocky Linux", Names::Both, ByRelease, |distro| major(distro, "Rocky Linux")),
    row(&["rhel", "centos"], Rpm, "Red Hat", Names::Binary, Filing::RedHat, red_hat),
    row(&["ol"], Rpm, "Oracle Linux", Names::Binary, ByRelease, |distro| Some(with_builds(major(distro, "Oracle Linux")?))),
    row(&["amzn"], Rpm, "Amazon Linux", Names::Binary, ByRelease, amazon),
    row(&["sles", "sles_sap", "sle-micro", "sl-micro"], Rpm, "SUSE", Names::Source, Filing::Suse, suse),
    row(&["opensuse-leap", "opensuse-tumbleweed"], Rpm, "openSUSE", Names::Source, ByRelease, opensuse),
    row(&["azurelinux", "mariner"], Rpm, "Azure Linux", Names::Source, ByRelease, |distro| major(distro, "Azure Linux")),
    row(&["mageia"], Rpm, "Mageia", Names::Source, ByRelease, |distro| major(distro, "Mageia")),
    row(&["openeuler"], Rpm, "openEuler", Names::Source, ByRelease, open_euler),
    row(&["photon"], Rpm, "Photon OS", Names::Binary, ByRelease, |distro| whole(distro, "Photon OS")),
    row(ARCH, Alpm, "Arch Linux", Names::Binary, Together, |_| Some(rolling("Arch Linux"))),
    // Packages are named with their category, and there is one tree for all.
    row(&["gentoo"], Portage, "Gentoo", Names::Binary, Together, |_| Some(rolling("Gentoo"))),
];

/// Arch Linux, its ports, and those that install its packages as they are. Rebuilds with other release numbers
/// (Artix, CachyOS, SteamOS) are none of them.
const ARCH: &[&str] = &["arch", "archarm", "arch32", "arcolinux", "blackarch", "endeavouros", "garuda", "manjaro"];

/// Who rebuilds others' packages. What follows the name is the ecosystem that a package was taken from, `Root:Alpine:3.18`,
/// and its versions compare as there. What is none (`FreeBSD:ports`) is compared as what says nothing about its versions.
pub(super) const REBUILDERS: &[&str] = &["Docker Hardened Images", "FreeBSD", "Root", "TuxCare"];

const fn row(
    ids: &'static [&'static str],
    kind: PackageKind,
    family: &'static str,
    names: Names,
    filing: Filing,
    release: fn(&Distro) -> Option<Release>,
) -> Distribution {
    Distribution { ids, kind, family, names, filing, release }
}

impl Distribution {
    /// How the versions of its packages compare.
    pub(super) fn scheme(&self) -> Scheme {
        match self.kind {
            Deb => Scheme::Deb,
            Apk => Scheme::Apk,
            Alpm => Scheme::Pacman,
            Portage => Scheme::Portage,
            _ => Scheme::Rpm,
        }
    }
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

/// What is below a release are builds for a purpose and topics. Which one a package is of, `builds` tells.
fn with_builds((label, _): Release) -> Release {
    (label.clone(), vec![Scope::Under(label)])
}

/// `9.3` of `9.3.1`.
fn major_minor(version: &str) -> &str {
    match version.match_indices('.').nth(1) {
        Some((end, _)) => &version[..end],
        None => version,
    }
}

/// The first one is numbered by year and month, and its advisories are filed as `1`.
fn amazon(distro: &Distro) -> Option<Release> {
    let release = match distro.major() {
        "" => return None,
        "1" | "2" => distro.major(),
        year if year.parse::<u32>().is_ok_and(|year| year < 2020) => "1",
        year => year,
    };
    Some(with_builds(exactly("Amazon Linux", release)))
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
        debian_release(codename)?.to_owned()
    };
    Some(exactly("Debian", &release))
}

/// The release of Debian that a codename stands for, as its ecosystem is called: `12`.
pub(crate) fn debian_release(codename: &str) -> Option<&'static str> {
    DEBIAN_CODENAMES.iter().find(|(known, _)| *known == codename).map(|(_, release)| *release)
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
    // Spoken of are certified builds only, which `builds` tells from others.
    let certified = ["FIPS-updates", "FIPS", "FIPS-preview"].map(|kind| format!("Ubuntu:Pro:{kind}:{release}{suffix}"));
    let (label, other) = if distro.extended_support { (pro, plain) } else { (plain, pro) };
    let scopes = certified.into_iter().chain([label.clone(), other]).map(Scope::Is).collect();
    Some((label, scopes))
}

fn alpine(distro: &Distro) -> Option<Release> {
    match &*distro.version {
        "" => None,
        edge if edge.contains("edge") || edge.contains("_alpha") => Some(exactly("Alpine", "edge")),
        version => Some(exactly("Alpine", &format!("v{}", major_minor(version)))),
    }
}

/// Advisories are filed by CPE, one per repository, and a package does not say which repository it came from. Red Hat
/// Enterprise Linux 10 added the minor number. Extended streams keep a minor release alive with fixes of its own: EUS, and
/// for a few customers E4S, AUS and TUS; ELS goes on after the last one. Where the image says which of them it was built from, the
/// fixes of the others are not for it: they neither acquit its packages nor are asked of them.
fn red_hat(distro: &Distro) -> Option<Release> {
    if distro.version.is_empty() {
        return None;
    }
    let label = format!("Red Hat:enterprise_linux:{}", distro.major());
    let mut scopes = Vec::new();
    if distro.extended_support {
        let minor = major_minor(&distro.version);
        let streams = ["rhel_eus", "rhel_e4s", "rhel_aus", "rhel_tus", "enterprise_linux_eus"];
        let is_used = |stream: &&str| {
            let short = stream.rsplit('_').next().unwrap_or_default();
            distro.streams.is_empty() || distro.streams.iter().any(|used| used == short)
        };
        let streams = streams.into_iter().filter(is_used);
        scopes.extend(streams.map(|stream| Scope::Under(format!("Red Hat:{stream}:{minor}"))));
        scopes.push(Scope::Under(format!("Red Hat:rhel_els:{}", distro.major())));
    }
    scopes.push(Scope::Under(label.clone()));
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
