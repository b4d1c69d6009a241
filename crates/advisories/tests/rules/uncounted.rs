//! What is shown and not counted.

use super::*;

#[test]
fn packages_without_code_are_shown_and_not_counted() {
    check(
        "DSA-5324-1 upstream:CVE-2022-2873
           Debian:11 | linux | 0 <5.10.162-1",
        "debian 11",
        "deb linux-libc-dev 5.10.158-2 source:linux:5.10.158-2
         deb linux-doc-5.10 5.10.158-2 source:linux:5.10.158-2
         deb linux-image-5.10.0-20-amd64 5.10.158-2 source:linux:5.10.158-2",
        "linux-libc-dev 5.10.158-2 CVE-2022-2873 fixed 5.10.162-1 (it holds only header files of the kernel, …
         linux-doc-5.10 5.10.158-2 CVE-2022-2873 fixed 5.10.162-1 (it holds only documentation, …
         linux-image-5.10.0-20-amd64 5.10.158-2 CVE-2022-2873 fixed 5.10.162-1",
    );
}

#[test]
fn the_distributions_word_counts_for_files_of_its_packages() {
    check(
        "DEBIAN-CVE-2023-43804 upstream:CVE-2023-43804
           Debian:12 | python-urllib3 | 0 <1.26.12-1+deb12u1
         GHSA-v845-jxx5-vc9f alias:CVE-2023-43804
           PyPI | urllib3 | 0 <1.26.17",
        "debian 12",
        "deb python3-urllib3 1.26.12-1+deb12u1 source:python-urllib3:1.26.12-1+deb12u1
         pypi urllib3 1.26.12 owner:python3-urllib3
         pypi urllib3 1.26.12",
        "urllib3 1.26.12 CVE-2023-43804 fixed 1.26.17 (python3-urllib3 of Debian:12 brought the file, and by its …
         urllib3 1.26.12 CVE-2023-43804 fixed 1.26.17",
    );
}

#[test]
fn a_publishers_not_affected_outweighs_its_other_advisories() {
    // Alpine's list has CVE-2023-4807, which only Windows had, under version 0.
    let advisories = |status| {
        vec![
            said(
                "ALPINE-1",
                &["CVE-2023-4807", "CVE-2023-5678"],
                "Alpine:v3.18",
                "openssl",
                "3.1.4-r1",
                Status::Affected,
            ),
            said("ALPINE-CVE-2023-4807", &["CVE-2023-4807"], "Alpine:v3.18", "openssl", "", status),
        ]
    };
    let package = "apk openssl 3.1.2-r0";
    let other = "openssl 3.1.2-r0 CVE-2023-5678 fixed 3.1.4-r1";
    let found = judged(Said(advisories(Status::NotAffected)), "alpine 3.18.0", package);
    let denied = "openssl 3.1.2-r0 CVE-2023-4807 fixed 3.1.4-r1 (by ALPINE-CVE-2023-4807 of the same publisher …";
    compare(&found, &format!("{denied}\n{other}"));
    let found = judged(Said(advisories(Status::WillNotFix)), "alpine 3.18.0", package);
    compare(&found, &format!("openssl 3.1.2-r0 CVE-2023-4807 fixed 3.1.4-r1\n{other}"));
    // Another publisher's word is its own.
    let mut others = advisories(Status::NotAffected);
    others[1].publisher = "somebody".into();
    let found = judged(Said(others), "alpine 3.18.0", package);
    compare(&found, &format!("openssl 3.1.2-r0 CVE-2023-4807 fixed 3.1.4-r1\n{other}"));
}

#[test]
fn wolfi_says_what_becomes_of_what_is_not_fixed() {
    check(
        "CGA-1 upstream:CVE-2024-0001
           Wolfi | zlib | 0 | status=fix-not-planned
         CGA-2 upstream:CVE-2024-0002
           Wolfi | zlib | 0 | status=pending-upstream-fix",
        "wolfi 20230201",
        "apk zlib 1.3-r0",
        "zlib 1.3-r0 CVE-2024-0001 will-not-fix
         zlib 1.3-r0 CVE-2024-0002 deferred",
    );
}
