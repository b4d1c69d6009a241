//! Who publishes an advisory, by the form of its id: the words that `--severity-source` takes.

/// Beginnings of ids and whose they are. Of several that fit, the longest counts.
const PUBLISHERS: &[(&str, &str)] = &[
    ("ALAS", "amazon"),
    ("ALBA-", "almalinux"),
    ("ALEA-", "almalinux"),
    ("ALPINE-", "alpine"),
    ("ALSA-", "almalinux"),
    ("ASA-", "arch"),
    ("AVG-", "arch"),
    ("AZL-", "microsoft"),
    ("BELL-", "bellsoft"),
    ("BIT-", "bitnami"),
    ("CGA-", "chainguard"),
    ("CLEANSTART-", "cleanstart"),
    ("CVE-", "nvd"),
    ("DEBIAN-", "debian"),
    ("DLA-", "debian"),
    ("DRUPAL-", "drupal"),
    ("DSA-", "debian"),
    ("DTSA-", "debian"),
    ("ECHO-", "echo"),
    ("EEF-", "eef"),
    ("ELBA-", "oracle"),
    ("ELSA-", "oracle"),
    ("GHSA-", "github"),
    ("GLSA-", "gentoo"),
    ("GO-", "go"),
    ("HSEC-", "haskell"),
    ("JLSEC-", "julia"),
    ("KUBE-", "kubernetes"),
    ("LBSEC-", "libreoffice"),
    ("MAL-", "openssf"),
    ("MGASA-", "mageia"),
    ("MINI-", "minimos"),
    ("OESA-", "openeuler"),
    ("OSEC-", "ocaml"),
    ("OSV-", "oss-fuzz"),
    ("PHSA-", "photon"),
    ("PSF-", "psf"),
    ("PYSEC-", "pypa"),
    ("RHBA-", "redhat"),
    ("RHEA-", "redhat"),
    ("RHSA-", "redhat"),
    ("RLSA-", "rocky"),
    ("RSEC-", "r-consortium"),
    ("RUSTSEC-", "rustsec"),
    ("RXSA-", "rocky"),
    ("SUSE-", "suse"),
    ("UBUNTU-", "ubuntu"),
    ("USN-", "ubuntu"),
    ("V8-", "v8"),
    ("openSUSE-", "suse"),
    ("x_FOP-", "friendsofphp"),
    ("x_RETIREJS-", "retirejs"),
    ("x_RUBYSEC-", "rubysec"),
];

/// The publisher of a record with this id; `other` where the id does not tell.
pub(crate) fn of_id(id: &str) -> &'static str {
    let fitting = PUBLISHERS.iter().filter(|(prefix, _)| id.starts_with(prefix));
    fitting.max_by_key(|(prefix, _)| prefix.len()).map_or("other", |(_, publisher)| publisher)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_tell_who_published_them() {
        for (id, publisher) in [
            ("GHSA-35jh-r3h4-6jhm", "github"),
            ("DSA-5380-1", "debian"),
            ("ALAS2023-2024-513", "amazon"),
            ("GO-2024-3321", "go"),
            ("GOOGLE-1", "other"),
            ("", "other"),
        ] {
            assert_eq!(of_id(id), publisher, "{id}");
        }
    }
}
