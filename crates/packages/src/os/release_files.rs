//! The files that said which distribution this is before os-release(5), and that say it more exactly still.
//!
//! **Files and facts.**
//! - `etc/lsb-release`: assignments, `DISTRIB_ID` and its like. Ubuntu, and those that imitate it.
//! - `etc/debian_version`: `12.5`, the point release that os-release leaves out; in testing `trixie/sid`, a codename.
//! - `etc/alpine-release`: `3.18.4`, or `3.19_alpha20230901` for edge.
//! - `{centos,rocky,almalinux,oracle,fedora,amazon-linux,redhat,system}-release` in `etc` and `usr/lib`: one line,
//!   `CentOS Linux release 7.9.2009 (Core)`. CentOS Stream has the id `centos` and the name `CentOS Stream 9`, as in its
//!   os-release.
//! - `etc/system-release-cpe`: the same as a CPE.
//! - `etc/apk/repositories`: the highest Alpine release that packages would come from; the version `edge` when that is
//!   the only one. A repository of edge beside those of a release is for single packages and changes nothing.
//!
//! None of them overrules os-release; they say more (`Distro::merge`), or speak where it is missing.
//!
//! **Not seen.** Text that none of these forms fits, such as names that we have no id for. BusyBox images without any
//! such file: the version is inside the program.

use memchr::memmem;
use model::{Analyzer, Distro, Facts, File, Key, Unreadable};

use super::os_release::{rank, variables};
use super::text::{field, lines};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "release-files",
    version: 1,
    files: &[
        Key::Path("etc/lsb-release").any(),
        Key::Path("etc/debian_version").any(),
        Key::Path("etc/alpine-release").any(),
        Key::Path("etc/apk/repositories").any(),
        Key::Path("etc/system-release-cpe").any(),
        Key::Path("usr/lib/system-release-cpe").any(),
        Key::Path("etc/almalinux-release").any(),
        Key::Path("etc/amazon-linux-release").any(),
        Key::Path("etc/centos-release").any(),
        Key::Path("etc/fedora-release").any(),
        Key::Path("etc/oracle-release").any(),
        Key::Path("etc/redhat-release").any(),
        Key::Path("etc/rocky-release").any(),
        Key::Path("etc/system-release").any(),
        Key::Path("usr/lib/almalinux-release").any(),
        Key::Path("usr/lib/amazon-linux-release").any(),
        Key::Path("usr/lib/centos-release").any(),
        Key::Path("usr/lib/fedora-release").any(),
        Key::Path("usr/lib/oracle-release").any(),
        Key::Path("usr/lib/redhat-release").any(),
        Key::Path("usr/lib/rocky-release").any(),
        Key::Path("usr/lib/system-release").any(),
    ],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let line = lines(file.content).find_map(|(_, line)| field(line)).unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let distro = match file.path.name() {
        b"lsb-release" => lsb(file.content),
        b"debian_version" => debian(&line),
        b"alpine-release" => alpine(&line),
        b"repositories" => repositories(file.content),
        b"system-release-cpe" => cpe(&line),
        b"redhat-release" => red_hat_family(&line, rank::REDHAT_RELEASE),
        b"system-release" => red_hat_family(&line, rank::SYSTEM_RELEASE),
        _ => red_hat_family(&line, rank::OWN_RELEASE),
    };
    if let Some(distro) = distro {
        facts.distro(distro);
    }
    Ok(())
}

/// The text up to the first white space, when it begins with a digit.
fn version(text: &str) -> Option<&str> {
    let word = text.split_whitespace().next()?;
    word.starts_with(|first: char| first.is_ascii_digit()).then_some(word)
}

fn lsb(content: &[u8]) -> Option<Distro> {
    let mut distro = Distro { rank: rank::LSB_RELEASE, ..Distro::default() };
    for (key, value) in variables(content) {
        let value = || field(&value).map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default();
        match key {
            "DISTRIB_ID" => distro.id = value().to_lowercase(),
            "DISTRIB_RELEASE" => distro.version = value(),
            "DISTRIB_CODENAME" => distro.codename = value(),
            "DISTRIB_DESCRIPTION" => distro.name = value(),
            _ => {}
        }
    }
    // Names of several words, such as `VMware Photon OS`, are no ids; those who have them have os-release as well.
    (!distro.id.is_empty() && !distro.id.contains(char::is_whitespace)).then_some(distro)
}

fn debian(line: &str) -> Option<Distro> {
    let mut distro = Distro { rank: rank::DEBIAN_VERSION, id: "debian".into(), ..Distro::default() };
    if let Some(version) = version(line) {
        distro.version = version.into();
        distro.name = format!("Debian GNU/Linux {version}");
    } else {
        let (codename, _) = line.split_once('/')?;
        if codename.is_empty() || !codename.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return None;
        }
        distro.codename = codename.into();
        distro.name = format!("Debian GNU/Linux {line}");
    }
    Some(distro)
}

fn alpine(line: &str) -> Option<Distro> {
    let version = version(line)?;
    Some(Distro {
        rank: rank::OWN_RELEASE,
        id: "alpine".into(),
        version: version.into(),
        name: format!("Alpine Linux {version}"),
        ..Distro::default()
    })
}

/// The part of a repository's address after `alpine/` is the release, whatever the mirror: `…/alpine/v3.18/main`.
fn repositories(content: &[u8]) -> Option<Distro> {
    let mut highest: Option<(u32, u32)> = None;
    let mut edge = false;
    for (_, line) in lines(content) {
        let Some(line) = field(line).filter(|line| !line.starts_with(b"#")) else { continue };
        let Some(found) = memmem::find(line, b"/alpine/") else { continue };
        let release = line[found..].split(|&byte| byte == b'/').nth(2).unwrap_or_default();
        edge |= release == b"edge";
        highest = highest.max(release_number(release));
    }
    let version = match highest {
        Some((major, minor)) => format!("{major}.{minor}"),
        None if edge => "edge".into(),
        None => return None,
    };
    let name = format!("Alpine Linux {version}");
    Some(Distro { rank: rank::REPOSITORIES, id: "alpine".into(), version, name, ..Distro::default() })
}

fn release_number(release: &[u8]) -> Option<(u32, u32)> {
    let (major, minor) = std::str::from_utf8(release.strip_prefix(b"v")?).ok()?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

/// How the line of a `*-release` file begins, and the `ID` that the same distribution has in os-release.
const PRODUCTS: [(&str, &str); 10] = [
    ("AlmaLinux", "almalinux"),
    ("Amazon Linux", "amzn"),
    ("CentOS", "centos"),
    ("Enterprise Linux Enterprise Linux", "ol"),
    ("Fedora", "fedora"),
    ("openEuler", "openeuler"),
    ("Oracle Linux", "ol"),
    ("Red Hat Enterprise Linux", "rhel"),
    ("Rocky Linux", "rocky"),
    ("Scientific Linux", "scientific"),
];

/// `PRODUCT release VERSION (CODENAME)`. What is in parentheses is no codename that anything is filed under.
fn red_hat_family(line: &str, rank: u8) -> Option<Distro> {
    let (product, rest) = line.split_once(" release ")?;
    let version = version(rest)?;
    let (_, id) = PRODUCTS.iter().find(|(name, _)| product.starts_with(name))?;
    let name = format!("{product} {version}");
    Some(Distro { rank, id: (*id).into(), version: version.into(), name, ..Distro::default() })
}

/// Vendors of operating systems in CPEs (CPE 2.3 Naming, section 6), and their `ID`.
const CPE_VENDORS: [(&str, &str); 7] = [
    ("almalinux", "almalinux"),
    ("amazon", "amzn"),
    ("centos", "centos"),
    ("fedoraproject", "fedora"),
    ("oracle", "ol"),
    ("redhat", "rhel"),
    ("rocky", "rocky"),
];

/// `cpe:/o:VENDOR:PRODUCT:VERSION…` or `cpe:2.3:o:VENDOR:PRODUCT:VERSION…`.
fn cpe(line: &str) -> Option<Distro> {
    let mut parts = line.strip_prefix("cpe:/o:").or_else(|| line.strip_prefix("cpe:2.3:o:"))?.split(':');
    let (vendor, _product, release) = (parts.next()?, parts.next()?, parts.next()?);
    let (_, id) = CPE_VENDORS.iter().find(|(name, _)| *name == vendor)?;
    let version = version(release)?;
    Some(Distro {
        rank: rank::SYSTEM_RELEASE_CPE,
        id: (*id).into(),
        version: version.into(),
        cpe: line.into(),
        ..Distro::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::os_release;
    use crate::os::testing::read;

    /// `id version codename name`, or nothing.
    fn check(path: &str, content: &str, expected: &str) {
        let read = read(&ANALYZER, path, content.as_bytes());
        let found: Vec<_> = read
            .distros
            .iter()
            .map(|distro| format!("{}|{}|{}|{}", distro.id, distro.version, distro.codename, distro.name))
            .collect();
        assert_eq!(found.join("\n"), expected, "{path}");
        assert_eq!(read.gaps, [], "{path}");
    }

    // Lines as the distributions' own release packages have them.
    #[test]
    fn each_file_says_it_in_its_own_way() {
        check("etc/debian_version", "12.5\n", "debian|12.5||Debian GNU/Linux 12.5");
        check("etc/debian_version", "trixie/sid\n", "debian||trixie|Debian GNU/Linux trixie/sid");
        check("etc/debian_version", "kali-rolling\n", "");
        check(
            "etc/alpine-release",
            "3.19_alpha20230901\n",
            "alpine|3.19_alpha20230901||Alpine Linux 3.19_alpha20230901",
        );
        check(
            "etc/redhat-release",
            "Red Hat Enterprise Linux release 9.0 Beta (Plow)",
            "rhel|9.0||Red Hat Enterprise Linux 9.0",
        );
        check("etc/centos-release", "CentOS release 6.10 (Final)\n", "centos|6.10||CentOS 6.10");
        check("etc/centos-release", "CentOS Stream release 9\n", "centos|9||CentOS Stream 9");
        check("etc/system-release", "Amazon Linux AMI release 2018.03\n", "amzn|2018.03||Amazon Linux AMI 2018.03");
        check("usr/lib/fedora-release", "Fedora release 41 (Forty One)\n", "fedora|41||Fedora 41");
        check("etc/redhat-release", "Red Hat Linux release 9 (Shrike)\n", "");
        check("etc/redhat-release", "CentOS Linux release (Core)\n", "");
        check("etc/system-release-cpe", "cpe:/o:centos:linux:6:GA\n", "centos|6||");
        check("etc/system-release-cpe", "cpe:2.3:o:amazon:amazon_linux:2023\n", "amzn|2023||");
        check("etc/system-release-cpe", "cpe:/a:centos:linux:6:GA\n", "");
        let lsb = "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_CODENAME=lucid\nDISTRIB_DESCRIPTION=\"Ubuntu 10.04 LTS\"\n";
        check("etc/lsb-release", lsb, "ubuntu|10.04|lucid|Ubuntu 10.04 LTS");
        check("etc/lsb-release", "DISTRIB_ID=\"VMware Photon OS\"\nDISTRIB_RELEASE=\"3.0\"\n", "");
        check("etc/lsb-release", "LSB_VERSION=base-4.0-amd64\n", "");
    }

    #[test]
    fn repositories_tell_the_release() {
        let path = "etc/apk/repositories";
        check(
            path,
            "# x/alpine/v9.9/main\nhttps://m/alpine/v3.9/main\n@t ftp://m/alpine/v3.18/c\n",
            "alpine|3.18||Alpine Linux 3.18",
        );
        check(
            path,
            "https://m/alpine/v3.18/main\n@e https://m/alpine/edge/testing\n",
            "alpine|3.18||Alpine Linux 3.18",
        );
        check(path, "https://m/alpine/edge/main\n", "alpine|edge||Alpine Linux edge");
        check(path, "https://m/alpine/v3.99999999999/main\nhttps://m/os\n/alpine/\n", "");
    }

    fn merged(files: &[(&str, &str)]) -> Distro {
        let analyzer = |path: &str| if path == "etc/os-release" { os_release::ANALYZER } else { ANALYZER };
        let distros: Vec<_> =
            files.iter().flat_map(|(path, content)| read(&analyzer(path), path, content.as_bytes()).distros).collect();
        Distro::merge(&distros).unwrap()
    }

    fn check_merged(files: &[(&str, &str)], expected: (&str, &str, &str)) {
        let distro = merged(files);
        assert_eq!((&*distro.id, &*distro.version, &*distro.name), expected);
    }

    #[test]
    fn files_refine_each_other() {
        check_merged(
            &[("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=D"), ("etc/debian_version", "12.5\n")],
            ("debian", "12.5", "D"),
        );
        check_merged(
            &[("etc/os-release", "ID=ubuntu\nVERSION_ID=22.04\nNAME=U"), ("etc/debian_version", "bookworm/sid\n")],
            ("ubuntu", "22.04", "U"),
        );
        check_merged(
            &[
                ("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=10.04\nDISTRIB_DESCRIPTION=U"),
                ("etc/debian_version", "squeeze/sid\n"),
            ],
            ("ubuntu", "10.04", "U"),
        );
        check_merged(
            &[
                ("etc/os-release", "ID=centos\nVERSION_ID=7\nPRETTY_NAME=C"),
                ("etc/centos-release", "CentOS Linux release 7.9.2009 (Core)\n"),
                ("etc/system-release-cpe", "cpe:/o:centos:centos:7\n"),
            ],
            ("centos", "7.9.2009", "C"),
        );
        check_merged(
            &[
                ("etc/oracle-release", "Oracle Linux Server release 8.9"),
                ("etc/redhat-release", "Red Hat Enterprise Linux release 8.9 (Ootpa)"),
            ],
            ("ol", "8.9", "Oracle Linux Server 8.9"),
        );
        check_merged(
            &[
                ("etc/os-release", "ID=rhel\nVERSION_ID=7.7\nNAME=R"),
                ("etc/redhat-release", "Red Hat Enterprise Linux Server release 7.4 (Maipo)"),
            ],
            ("rhel", "7.7", "R"),
        );
        check_merged(
            &[
                ("etc/os-release", "ID=alpine\nVERSION_ID=3.18.4\nNAME=A"),
                ("etc/apk/repositories", "https://m/alpine/edge/main\n"),
            ],
            ("alpine", "3.18.4", "A"),
        );
        check_merged(
            &[
                ("etc/os-release", "ID=wolfi\nVERSION_ID=20230201\nNAME=W"),
                ("etc/apk/repositories", "https://m/alpine/v3.18/main\n"),
            ],
            ("wolfi", "20230201", "W"),
        );
    }

    #[test]
    fn hostile_files_say_nothing() {
        for path in [
            "etc/debian_version",
            "etc/alpine-release",
            "etc/redhat-release",
            "etc/system-release-cpe",
            "etc/lsb-release",
            "etc/apk/repositories",
        ] {
            for content in [
                b"".as_slice(),
                b"\n\n",
                b"\0\xff release \xff",
                b" release ",
                b"/",
                b"cpe:/o:",
                b"=",
                &vec![b'1'; 1 << 20],
            ] {
                assert!(
                    read(&ANALYZER, path, content).distros.is_empty(),
                    "{path} {:?}",
                    &content[..content.len().min(20)]
                );
            }
        }
    }
}
