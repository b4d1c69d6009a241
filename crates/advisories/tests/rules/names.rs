//! Under which names a package is filed.

use super::*;

#[test]
fn a_binary_package_is_judged_by_its_source_package() {
    check(
        "DSA-5343-1 upstream:CVE-2023-0286
           Debian:11 | openssl | 0 <1.1.1n-0+deb11u4",
        "debian 11",
        "deb libssl1.1 1.1.1n-0+deb11u3 source:openssl:1.1.1n-0+deb11u3
         deb openssl 1.1.1n-0+deb11u4
         deb libssl-dev 1.1.1n-0+deb11u4+b1 source:openssl:1.1.1n-0+deb11u4",
        "libssl1.1 1.1.1n-0+deb11u3 CVE-2023-0286 fixed 1.1.1n-0+deb11u4",
    );
    // A rebuild alone (binNMU) raises the binary's version, not the source's.
    check(
        "DSA-5343-1 upstream:CVE-2023-0286
           Debian:11 | openssl | 0 <1.1.1n-0+deb11u4",
        "debian 11",
        "deb libssl1.1 9+b1 source:openssl:1.1.1n-0+deb11u3",
        "libssl1.1 9+b1 CVE-2023-0286 fixed 1.1.1n-0+deb11u4",
    );
}

#[test]
fn a_subpackage_is_judged_by_its_own_name_and_by_its_origin() {
    // Wolfi lists origins, and what is split off them where only that is affected.
    check(
        "CGA-3mrr-589r-46qj upstream:CVE-2024-5535
           Wolfi | openssl | 0 <3.3.1-r3",
        "wolfi 20230201",
        "apk libcrypto3 3.3.1-r2 source:openssl:3.3.1-r2
         apk openssl 3.3.1-r3",
        "libcrypto3 3.3.1-r2 CVE-2024-5535 fixed 3.3.1-r3",
    );
}

#[test]
fn alpine_files_by_origin_and_by_repository() {
    let records = "
        ALPINE-CVE-2016-2105 upstream:CVE-2016-2105
          Alpine:v3.3 | openssl | 0 <1.0.2h-r0
        ALPINE-COMMUNITY-CVE-2016-2105 upstream:CVE-2016-2105
          Alpine:v3.3 | nodejs | 0 <4.4.4-r0";
    let packages = "
        apk libcrypto1.0 1.0.2g-r0 source:openssl:1.0.2g-r0
        apk nodejs 4.4.3-r0
        apk openssl 1.0.2h-r0";
    let expected = "
        libcrypto1.0 1.0.2g-r0 CVE-2016-2105 fixed 1.0.2h-r0
        nodejs 4.4.3-r0 CVE-2016-2105 fixed 4.4.4-r0";
    check(records, "alpine 3.3.0", packages, expected);
    // Another branch has versions and fixes of its own.
    check(
        &format!("{records}\nALPINE-CVE-2020-0001 upstream:CVE-2020-0001\n Alpine:v3.4 | musl | 0 <1-r0"),
        "alpine 3.4.0",
        packages,
        "",
    );
}
