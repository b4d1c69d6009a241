//! Which records are kept together: one shard for each release family, so that whoever scans an image of one release
//! needs no other.
//!
//! Invariant: what an ecosystem's scopes contain is in one of its [`shards`](super::Ecosystem::shards). A scope therefore
//! never has values of two shards.

use super::distributions::REBUILDERS;
use super::languages::LANGUAGES;
use super::{by_family, split};

/// Longer names of releases are nobody's.
const LONGEST_RELEASE: usize = 60;

/// How a distribution's records are filed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Filing {
    /// All of them, since there are no releases.
    Together,
    /// By what stands between the first colon and the next.
    ByRelease,
    /// By the number, whichever channel and kernel it is about.
    Ubuntu,
    /// By the major release of Enterprise Linux that the CPE is for.
    RedHat,
    /// By release and service pack of Linux Enterprise, or by the product's own version.
    Suse,
}

/// The shard that a record's `ecosystem` value is filed in; none for an unknown ecosystem.
///
/// A value that names no release of a distribution that has them is filed under the family alone. What comes from here is
/// fit to be a file's name but for its colon: it is short and has neither slashes nor control characters.
///
/// ```
/// # use advisories::shard;
/// assert_eq!(shard("Ubuntu:Pro:22.04:LTS").as_deref(), Some("Ubuntu:22.04"));
/// assert_eq!(shard("Maven:https://maven.google.com").as_deref(), Some("Maven"));
/// assert_eq!(shard("Amiga"), None);
/// ```
pub fn shard(ecosystem: &str) -> Option<String> {
    let (family, rest) = split(ecosystem);
    if LANGUAGES.iter().any(|row| row.family == family) || REBUILDERS.contains(&family) {
        return Some(family.into());
    }
    let release = match by_family(family)?.filing {
        Filing::Together => None,
        Filing::ByRelease => rest.split(':').next().filter(|release| is_name(release)).map(str::to_owned),
        Filing::Ubuntu => ubuntu(rest).map(str::to_owned),
        Filing::RedHat => red_hat(rest).map(str::to_owned),
        Filing::Suse => suse(rest),
    };
    Some(release.map_or_else(|| family.into(), |release| format!("{family}:{release}")))
}

fn is_name(release: &str) -> bool {
    let begins = release.starts_with(|first: char| first.is_ascii_alphanumeric());
    begins
        && release.len() <= LONGEST_RELEASE
        && release.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" .-_+()".contains(&byte))
}

/// Whether it is numbers with dots between them.
fn is_number(text: &str) -> bool {
    text.len() <= LONGEST_RELEASE && text.split('.').all(|part| !part.is_empty() && is_digits(part))
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `22.04` of `22.04:LTS`, `Pro:22.04:LTS`, `Pro:FIPS-updates:22.04:LTS`.
fn ubuntu(rest: &str) -> Option<&str> {
    rest.split(':').find(|part| part.contains('.') && is_number(part))
}

/// The CPE's product and version, or else the release that its edition says it is built for: `9` of
/// `enterprise_linux:9::appstream`, of `rhel_eus:9.2::baseos` and of `openshift:4.14::el9`.
fn red_hat(rest: &str) -> Option<&str> {
    let mut parts = rest.split(':');
    let product = parts.next()?;
    let major = |text: &'_ str| text.find('.').unwrap_or(text.len());
    if is_enterprise_linux(product) {
        let version = parts.next()?;
        let (major, _) = version.split_at(major(version));
        return (!major.is_empty() && major.len() <= LONGEST_RELEASE && is_digits(major)).then_some(major);
    }
    parts.skip(2).find_map(|edition| {
        let version = edition.strip_prefix("el")?;
        let (major, _) = version.split_at(major(version));
        (!major.is_empty() && major.len() <= LONGEST_RELEASE && is_digits(major)).then_some(major)
    })
}

/// Enterprise Linux itself and its extended streams, whose version is the release.
fn is_enterprise_linux(product: &str) -> bool {
    const STREAMS: [&str; 8] = ["aus", "e4s", "els", "eus", "eus_long_life", "mission_critical", "ose", "tus"];
    product == "enterprise_linux"
        || product
            .strip_prefix("enterprise_linux_")
            .or_else(|| product.strip_prefix("rhel_"))
            .is_some_and(|stream| STREAMS.contains(&stream) || stream == "extras" || stream.starts_with("extras_"))
}

/// The last number and the service pack behind it: `15 SP4` of `Linux Enterprise Module for Python 2 15 SP4` and of
/// `Linux Enterprise Server 15 SP4-LTSS`.
fn suse(rest: &str) -> Option<String> {
    let words: Vec<&str> = rest.split([' ', '-', ':']).collect();
    let last = words.iter().rposition(|word| is_number(word))?;
    let pack = words.get(last + 1).filter(|word| {
        word.strip_prefix("SP").is_some_and(|number| (1..=3).contains(&number.len()) && is_digits(number))
    });
    let number = words[last];
    Some(pack.map_or_else(|| number.to_owned(), |pack| format!("{number} {pack}")))
}

#[cfg(test)]
mod tests {
    use super::super::{Ecosystem, distribution, language};
    use super::*;
    use model::{Distro, PackageKind};
    use proptest::prelude::*;

    fn check(shard_of: &str, ecosystems: &[&str]) {
        for ecosystem in ecosystems {
            assert_eq!(shard(ecosystem).as_deref(), Some(shard_of), "{ecosystem}");
            let named = Ecosystem::named(ecosystem).unwrap();
            assert!(named.contains(ecosystem), "{ecosystem}");
            assert_eq!(named.shards(), [shard_of], "{ecosystem}");
        }
    }

    // Values as publishers write them; the releases are read off them by hand.
    #[test]
    fn a_release_family_is_one_shard() {
        check("Debian:12", &["Debian:12"]);
        check("Debian:3.1", &["Debian:3.1"]);
        check("Debian", &["Debian"]);
        check("Ubuntu:22.04", &["Ubuntu:22.04:LTS", "Ubuntu:Pro:22.04:LTS", "Ubuntu:Pro:FIPS-updates:22.04:LTS"]);
        check("Ubuntu:22.04", &["Ubuntu:22.04", "Ubuntu:Pro:Realtime:22.04:LTS", "Ubuntu:Nvidia-BlueField:22.04:LTS"]);
        check("Ubuntu:25.10", &["Ubuntu:25.10"]);
        check("Alpine:v3.18", &["Alpine:v3.18"]);
        check("Alpine:edge", &["Alpine:edge"]);
        check("Alpaquita:stream", &["Alpaquita:stream"]);
        check("BellSoft Hardened Containers:25", &["BellSoft Hardened Containers:25"]);
        check("AlmaLinux:9", &["AlmaLinux:9"]);
        check("Rocky Linux:8", &["Rocky Linux:8"]);
        check("Amazon Linux:2", &["Amazon Linux:2"]);
        check("Oracle Linux:9", &["Oracle Linux:9"]);
        check("Azure Linux:2", &["Azure Linux:2"]);
        check("Photon OS:5.0", &["Photon OS:5.0"]);
        check("Mageia:9", &["Mageia:9"]);
        check("openEuler:22.03-LTS-SP3", &["openEuler:22.03-LTS-SP3"]);
        check("openSUSE:Leap 15.6", &["openSUSE:Leap 15.6"]);
        check("openSUSE:Tumbleweed", &["openSUSE:Tumbleweed"]);
    }

    #[test]
    fn red_hats_products_are_filed_by_the_release_that_they_are_for() {
        check("Red Hat:9", &["Red Hat:enterprise_linux:9::appstream", "Red Hat:rhel_eus:9.2::baseos"]);
        check(
            "Red Hat:8",
            &["Red Hat:rhel_aus:8.6::appstream", "Red Hat:rhel_e4s:8.6::appstream", "Red Hat:rhel_tus:8.6"],
        );
        check("Red Hat:7", &["Red Hat:enterprise_linux:7::server", "Red Hat:rhel_els:7", "Red Hat:rhel_extras:7"]);
        check("Red Hat:10", &["Red Hat:enterprise_linux:10.0", "Red Hat:enterprise_linux_eus:10.0"]);
        check("Red Hat:8", &["Red Hat:openshift:4.14::el8", "Red Hat:rhel_software_collections:3::el8"]);
        check("Red Hat", &["Red Hat", "Red Hat:openshift:4.9", "Red Hat:hummingbird:1", "Red Hat:rhel_eus:x"]);
    }

    #[test]
    fn suses_products_are_filed_by_service_pack() {
        for product in [
            "Linux Enterprise Server",
            "Linux Enterprise Server for SAP Applications",
            "Linux Enterprise Module for Basesystem",
            "Linux Enterprise Module for Python 2",
            "Linux Enterprise Module for Web and Scripting",
            "Linux Enterprise Desktop",
        ] {
            check("SUSE:15 SP4", &[&format!("SUSE:{product} 15 SP4")]);
        }
        check("SUSE:15 SP4", &["SUSE:Linux Enterprise Server 15 SP4-LTSS"]);
        check("SUSE:15 SP4", &["SUSE:Linux Enterprise High Performance Computing 15 SP4-ESPOS"]);
        check("SUSE:15", &["SUSE:Linux Enterprise Server 15", "SUSE:Linux Enterprise Server 15-LTSS"]);
        check("SUSE:16.0", &["SUSE:Linux Enterprise Server 16.0"]);
        check("SUSE:5.5", &["SUSE:Linux Enterprise Micro 5.5"]);
        check("SUSE:6.1", &["SUSE:Linux Micro 6.1"]);
        check("SUSE", &["SUSE:Linux Enterprise"]);
    }

    #[test]
    fn what_has_no_releases_is_one_shard() {
        for family in LANGUAGES.iter().map(|row| row.family).chain(REBUILDERS.iter().copied()) {
            check(family, &[family, &format!("{family}:https://packages.example.org/8")]);
        }
        for family in ["Wolfi", "Chainguard", "MinimOS", "CleanStart", "Echo", "Arch Linux", "Gentoo"] {
            check(family, &[family]);
        }
        check("Root", &["Root:Alpine:3.18", "Root:PyPI"]);
    }

    #[test]
    fn what_nobody_knows_has_no_shard() {
        for ecosystem in ["", ":", "npm ", "npmx", "debian:12", "GIT", "Amiga:3.1", "[EMPTY]"] {
            assert_eq!(shard(ecosystem), None, "{ecosystem}");
            assert_eq!(Ecosystem::named(ecosystem), None, "{ecosystem}");
        }
    }

    #[test]
    fn a_release_is_no_path() {
        for release in ["../x", "a/b", "a\\b", "..", "", "\u{7}", "é", &"1".repeat(100)] {
            assert_eq!(shard(&format!("Debian:{release}")).as_deref(), Some("Debian"), "{release}");
            for family in ["Ubuntu", "SUSE", "Red Hat"] {
                assert_eq!(shard(&format!("{family}:{release}")).as_deref(), Some(family), "{release}");
            }
        }
        let long = format!("Red Hat:enterprise_linux:{}", "9".repeat(1000));
        assert_eq!(shard(&long).as_deref(), Some("Red Hat"));
    }

    /// What a release's scopes contain must be in the shards that are asked for it. Each line: ID, version, further
    /// support, its shards, and values that its scopes contain.
    #[test]
    fn a_distributions_shards_have_what_its_scopes_contain() {
        let cases: &[(&str, &str, bool, &str, &[&str])] = &[
            ("debian", "12.5", false, "Debian:12", &["Debian:12"]),
            ("ubuntu", "22.04", false, "Ubuntu:22.04", &["Ubuntu:22.04:LTS", "Ubuntu:Pro:22.04:LTS"]),
            ("ubuntu", "22.04", true, "Ubuntu:22.04", &["Ubuntu:22.04:LTS", "Ubuntu:Pro:22.04:LTS"]),
            ("echo", "1", false, "Echo", &["Echo"]),
            ("alpine", "3.18.4", false, "Alpine:v3.18", &["Alpine:v3.18"]),
            ("wolfi", "20230201", false, "Wolfi", &["Wolfi"]),
            ("chainguard", "20230201", false, "Chainguard", &["Chainguard"]),
            ("minimos", "20250101", false, "MinimOS", &["MinimOS"]),
            ("cleanstart", "1", false, "CleanStart", &["CleanStart"]),
            ("alpaquita", "23", false, "Alpaquita:23", &["Alpaquita:23"]),
            (
                "bellsoft-hardened-containers",
                "23",
                false,
                "BellSoft Hardened Containers:23",
                &["BellSoft Hardened Containers:23"],
            ),
            ("almalinux", "9.3", false, "AlmaLinux:9", &["AlmaLinux:9"]),
            ("rocky", "9.3", false, "Rocky Linux:9", &["Rocky Linux:9"]),
            ("rhel", "9.3", false, "Red Hat:9", &["Red Hat:enterprise_linux:9::baseos"]),
            ("rhel", "9.2", true, "Red Hat:9", &["Red Hat:rhel_eus:9.2::baseos", "Red Hat:enterprise_linux:9::baseos"]),
            ("centos", "7", false, "Red Hat:7", &["Red Hat:enterprise_linux:7::server"]),
            ("ol", "8.9", false, "Oracle Linux:8", &["Oracle Linux:8"]),
            ("amzn", "2018.03", false, "Amazon Linux:1", &["Amazon Linux:1"]),
            (
                "sles",
                "15.5",
                false,
                "SUSE:15 SP5",
                &[
                    "SUSE:Linux Enterprise Server 15 SP5",
                    "SUSE:Linux Enterprise Server 15 SP5-LTSS",
                    "SUSE:Linux Enterprise Module for Python 3 15 SP5",
                ],
            ),
            ("sles_sap", "12.5", false, "SUSE:12 SP5", &["SUSE:Linux Enterprise Server for SAP Applications 12 SP5"]),
            ("sles", "15", false, "SUSE:15", &["SUSE:Linux Enterprise Module for Basesystem 15"]),
            ("sle-micro", "5.5", false, "SUSE:5.5", &["SUSE:Linux Enterprise Micro 5.5"]),
            ("opensuse-leap", "15.6", false, "openSUSE:Leap 15.6", &["openSUSE:Leap 15.6"]),
            ("opensuse-tumbleweed", "20250101", false, "openSUSE:Tumbleweed", &["openSUSE:Tumbleweed"]),
            ("mariner", "2.0", false, "Azure Linux:2", &["Azure Linux:2"]),
            ("mageia", "9", false, "Mageia:9", &["Mageia:9"]),
            ("openEuler", "24.03", false, "openEuler:24.03", &["openEuler:24.03"]),
            ("photon", "5.0", false, "Photon OS:5.0", &["Photon OS:5.0"]),
            ("archarm", "", false, "Arch Linux", &["Arch Linux"]),
            ("gentoo", "2.15", false, "Gentoo", &["Gentoo"]),
        ];
        for (id, version, extended_support, shards, contained) in cases {
            let (id, version) = ((*id).into(), (*version).into());
            let distro = Distro { id, version, extended_support: *extended_support, ..Distro::default() };
            let (_, ecosystem) = distribution(&distro).unwrap();
            assert_eq!(ecosystem.shards(), [*shards], "{distro:?}");
            for ecosystem_value in *contained {
                assert!(ecosystem.contains(ecosystem_value), "{distro:?} {ecosystem_value}");
                assert_eq!(shard(ecosystem_value).as_deref(), Some(*shards), "{ecosystem_value}");
            }
        }
        // Every distribution is among them.
        for row in super::super::DISTRIBUTIONS {
            assert!(
                row.ids.iter().any(|id| cases.iter().any(|case| case.0.eq_ignore_ascii_case(id))),
                "{}",
                row.family
            );
        }
        for kind in PackageKind::ALL {
            if let Some(ecosystem) = language(*kind) {
                assert_eq!(ecosystem.shards(), [ecosystem.family]);
            }
        }
    }

    proptest! {
        /// Whatever a publisher writes.
        #[test]
        fn a_value_is_known_if_it_has_a_shard_and_then_is_asked_for_there(
            family in "Debian|Ubuntu|Red Hat|SUSE|openSUSE|Wolfi|npm|Root|Amiga",
            rest in "(:(Pro|enterprise_linux|rhel_eus|openshift|Linux Enterprise Server |15 SP4|22.04|9|el8|[ -~]{0,3}|.)){0,5}",
            more in "[:.](el9|9|[ -~]{0,3})",
        ) {
            let value = format!("{family}{rest}");
            let named = Ecosystem::named(&value);
            prop_assert_eq!(named.is_some(), shard(&value).is_some());
            if let Some(named) = named {
                prop_assert!(named.contains(&value));
                prop_assert_eq!(named.shards(), Vec::from_iter(shard(&value)));
                let below = value + &more;
                prop_assert!(!named.contains(&below) || shard(&below) == named.shards().pop(), "{}", below);
            }
        }
    }
}
