//! Debian and Ubuntu.

use super::*;

#[test]
fn a_backport_is_older_than_what_it_was_made_from() {
    check(
        "DSA-5343-1 upstream:CVE-2023-0286
           Debian:11 | openssl | 0 <1.1.1n-0+deb11u4",
        "debian 11",
        "deb openssl 1.1.1n-0+deb11u4~bpo10+1
         deb openssl 3.0.8-1~bpo11+1",
        "openssl 1.1.1n-0+deb11u4~bpo10+1 CVE-2023-0286 fixed 1.1.1n-0+deb11u4",
    );
}

#[test]
fn what_debian_leaves_open_says_why() {
    // The tracker: ignored in bookworm, postponed, and no longer supported.
    let advisories = vec![
        said("DEBIAN-CVE-2023-45853", &["CVE-2023-45853"], "Debian:12", "zlib", "", Status::WillNotFix),
        said("DEBIAN-CVE-2023-31484", &["CVE-2023-31484"], "Debian:12", "perl", "", Status::Deferred),
        said("DEBIAN-CVE-2011-3374", &["CVE-2011-3374"], "Debian:12", "apt", "", Status::Affected),
        said("DEBIAN-CVE-2024-0519", &["CVE-2024-0519"], "Debian:12", "chromium", "", Status::EndOfLife),
    ];
    let packages = "
        deb zlib1g 1:1.2.13.dfsg-1 source:zlib:1:1.2.13.dfsg-1
        deb perl-base 5.36.0-7 source:perl:5.36.0-7
        deb libapt-pkg6.0 2.6.1 source:apt:2.6.1
        deb chromium 119.0-1";
    compare(
        &judged(Said(advisories), "debian 12", packages),
        "zlib1g 1:1.2.13.dfsg-1 CVE-2023-45853 will-not-fix
         perl-base 5.36.0-7 CVE-2023-31484 deferred
         libapt-pkg6.0 2.6.1 CVE-2011-3374 not-fixed
         chromium 119.0-1 CVE-2024-0519 end-of-life",
    );
}

#[test]
fn ubuntu_pro_decides_where_it_is_on_and_is_shown_where_it_is_not() {
    let record = "
        UBUNTU-CVE-2014-9913 upstream:CVE-2014-9913
          Ubuntu:Pro:16.04:LTS | unzip | 0 <6.0-20ubuntu1.1+esm1
          Ubuntu:16.04:LTS | unzip | 0 <6.0-20ubuntu1.1
        UBUNTU-CVE-2022-24823 upstream:CVE-2022-24823
          Ubuntu:Pro:16.04:LTS | netty | 0 <1:4.0.34-1ubuntu0.1~esm2";
    let packages = "
        deb unzip 6.0-20ubuntu1.1
        deb libnetty-java 1:4.0.34-1 source:netty:1:4.0.34-1";
    let netty = "libnetty-java 1:4.0.34-1 CVE-2022-24823 fixed 1:4.0.34-1ubuntu0.1~esm2";
    check(record, "ubuntu 16.04", packages, netty);
    let unzip = "unzip 6.0-20ubuntu1.1 CVE-2014-9913 fixed 6.0-20ubuntu1.1+esm1";
    check(record, "ubuntu 16.04 extended", packages, &format!("{unzip}\n{netty}"));
}

#[test]
fn ubuntus_certified_builds_have_advisories_of_their_own() {
    let record = "
        UBUNTU-CVE-2023-0286 upstream:CVE-2023-0286
          Ubuntu:20.04:LTS | openssl | 0 <1.1.1f-1ubuntu2.17
          Ubuntu:Pro:FIPS-updates:20.04:LTS | openssl | 0 <1.1.1f-1ubuntu2.fips.17
        UBUNTU-CVE-2023-0215 upstream:CVE-2023-0215
          Ubuntu:Pro:FIPS-updates:20.04:LTS | openssl | 0 <1.1.1f-1ubuntu2.fips.17";
    let plain = "openssl 1.1.1f-1ubuntu2.16 CVE-2023-0286 fixed 1.1.1f-1ubuntu2.17";
    check(record, "ubuntu 20.04", "deb openssl 1.1.1f-1ubuntu2.16", plain);
    check(
        record,
        "ubuntu 20.04",
        "deb openssl 1.1.1f-1ubuntu2.fips.16\n deb openssl 1.1.1f-1ubuntu2.fips.17",
        "openssl 1.1.1f-1ubuntu2.fips.16 CVE-2023-0215 fixed 1.1.1f-1ubuntu2.fips.17
         openssl 1.1.1f-1ubuntu2.fips.16 CVE-2023-0286 fixed 1.1.1f-1ubuntu2.fips.17",
    );
}
