//! Packages in a distribution's format that the distribution did not make: its advisories say nothing about them, and a
//! version number of theirs must not be compared with one of its own.

use model::Package;

/// Publishers of packages for many distributions: how they sign (`Maintainer` or `Vendor`), and who they are.
const PUBLISHERS: &[(&str, &str)] = &[
    ("@confluent.io", "Confluent"),
    ("@docker.com", "Docker"),
    ("@elastic.co", "Elastic"),
    ("@f5.com", "NGINX"),
    ("@gitlab.com", "GitLab"),
    ("@grafana.com", "Grafana Labs"),
    ("@hashicorp.com", "HashiCorp"),
    ("@influxdata.com", "InfluxData"),
    ("@influxdb.com", "InfluxData"),
    ("@microsoft.com", "Microsoft"),
    ("@mongodb.com", "MongoDB"),
    ("@nginx.com", "NGINX"),
    ("@nodesource.com", "NodeSource"),
    ("@nvidia.com", "NVIDIA"),
    ("azul systems", "Azul"),
    ("chromium-dev@chromium.org", "Google"),
    ("cudatools", "NVIDIA"),
    ("datadog, inc", "Datadog"),
    ("docker, inc", "Docker"),
    ("eclipse adoptium", "Eclipse Adoptium"),
    ("elastic", "Elastic"),
    ("fedora project", "Fedora (EPEL)"),
    ("google cloud", "Google"),
    ("hashicorp", "HashiCorp"),
    ("mysql release engineering", "Oracle MySQL"),
    ("nginx packaging", "NGINX"),
    ("nodesource", "NodeSource"),
    ("nvidia corporation", "NVIDIA"),
    ("percona", "Percona"),
    ("postgresql global development group", "PostgreSQL"),
    ("remirepo.net", "Remi's repository"),
];

/// What publishers leave in version numbers where they keep the distribution's maintainer.
const MARKS: &[(&str, &str)] = &[("nodesource", "NodeSource"), (".pgdg", "PostgreSQL"), (".sury.org", "deb.sury.org")];

/// The publisher of a package that is known not to be the distribution.
pub(crate) fn third_party(package: &Package) -> Option<&'static str> {
    let vendor = package.vendor.as_deref().unwrap_or_default().to_ascii_lowercase();
    let signed = PUBLISHERS.iter().find(|(sign, _)| vendor.contains(sign));
    let marked = || MARKS.iter().find(|(mark, _)| package.version.contains(mark));
    signed.or_else(marked).map(|(_, publisher)| *publisher)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::PackageKind;

    fn check(vendor: &str, version: &str, expected: Option<&str>) {
        let package = Package { vendor: Some(vendor.into()), ..Package::new(PackageKind::Deb, "package", version) };
        assert_eq!(third_party(&package), expected, "{vendor} {version}");
    }

    #[test]
    fn publishers_are_known_by_their_address_or_their_mark() {
        check("Docker <support@docker.com>", "5:24.0.7-1~debian.12~bookworm", Some("Docker"));
        check("NodeSource", "20.10.0-1nodesource1", Some("NodeSource"));
        check("Debian PostgreSQL Maintainers <team@lists.debian.org>", "16.1-1.pgdg120+1", Some("PostgreSQL"));
        check("Debian OpenSSL Team <pkg-openssl@lists.debian.org>", "3.0.11-1~deb12u2", None);
        check("Red Hat, Inc.", "3.0.7-16.el9", None);
        // Extra packages for Red Hat's releases and their rebuilds; Fedora itself has no advisories here.
        check("Fedora Project", "1.24.0-1.el9", Some("Fedora (EPEL)"));
    }
}
