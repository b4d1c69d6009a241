//! Distributions of RPM packages.

use super::*;

#[test]
fn a_missing_epoch_is_zero() {
    // rpm-version(7). A list that lost the epoch is therefore taken for one without.
    check(
        "ALSA-2025:10873 upstream:CVE-2025-30749
           AlmaLinux:10 | java-21-openjdk | 0 <1:21.0.8.0.9-1.el10.alma.1
         RLSA-2023:3220 upstream:CVE-2023-32205
           Rocky Linux:8 | firefox | 0 <0:102.11.0-2.el8_7",
        "almalinux 10.0",
        "rpm java-21-openjdk 1:21.0.8.0.9-1.el10.alma.1
         rpm java-21-openjdk 21.0.8.0.9-1.el10.alma.1",
        "java-21-openjdk 21.0.8.0.9-1.el10.alma.1 CVE-2025-30749 fixed 1:21.0.8.0.9-1.el10.alma.1",
    );
}

#[test]
fn a_fix_of_one_module_stream_is_none_of_another() {
    // The title names the stream in AlmaLinux's records, the package URL in Red Hat's.
    let records = "
        RHSA-2024:6220 upstream:CVE-2024-6345
          Red Hat:enterprise_linux:8::appstream | python39-setuptools | 0 <0:50.3.2-6.module+el8.10.0 | rpmmod=python39:3.9";
    check(
        records,
        "rhel 8.10",
        "rpm python39-setuptools 50.3.2-5.module+el8.10.0 module:python39:3.9:8100020240826:d47b87a4
         rpm python39-setuptools 50.3.2-5.module+el8.10.0 module:python39-devel:3.9:8100020240826:d47b87a4
         rpm python39-setuptools 50.3.2-5.el8",
        "python39-setuptools 50.3.2-5.module+el8.10.0 CVE-2024-6345 fixed 0:50.3.2-6.module+el8.10.0",
    );
}

#[test]
fn an_extended_stream_has_fixes_of_its_own() {
    let records = "
        RHSA-2024:3346 upstream:CVE-2023-45288
          Red Hat:enterprise_linux:8::appstream | git-lfs | 0 <0:3.4.1-2.el8_10
        RHSA-2024:4546 upstream:CVE-2023-45288
          Red Hat:rhel_aus:8.6::appstream | git-lfs | 0 <0:2.13.3-3.el8_6.1
          Red Hat:rhel_e4s:8.6::appstream | git-lfs | 0 <0:2.13.3-3.el8_6.1";
    let packages = "rpm git-lfs 2.13.3-3.el8_6.1";
    // On the main stream that build is too old; on the stream of 8.6 it is the fix.
    check(records, "rhel 8.10", packages, "git-lfs 2.13.3-3.el8_6.1 CVE-2023-45288 fixed 0:3.4.1-2.el8_10");
    check(records, "rhel 8.6 extended", packages, "");
    check(
        records,
        "rhel 8.6 extended",
        "rpm git-lfs 2.13.3-2.el8",
        "git-lfs 2.13.3-2.el8 CVE-2023-45288 fixed 0:2.13.3-3.el8_6.1",
    );
    check(records, "rhel 8.4 extended", packages, "git-lfs 2.13.3-3.el8_6.1 CVE-2023-45288 fixed 0:3.4.1-2.el8_10");
}

/// Red Hat, "Red Hat Enterprise Linux Life Cycle": E4S, AUS and TUS are subscriptions of their own beside EUS.
#[test]
fn a_fix_for_one_extended_stream_of_red_hat_is_not_one_for_another() {
    let records = "
        RHSA-2024:3346 upstream:CVE-2023-45288
          Red Hat:enterprise_linux:8::appstream | git-lfs | 0 <0:3.4.1-2.el8_10
        RHSA-2024:4546 upstream:CVE-2023-45288
          Red Hat:rhel_aus:8.6::appstream | git-lfs | 0 <0:2.13.3-3.el8_6.1
          Red Hat:rhel_e4s:8.6::appstream | git-lfs | 0 <0:2.13.3-3.el8_6.1";
    let fixed = "rpm git-lfs 2.13.3-3.el8_6.1";
    let on_main = "git-lfs 2.13.3-3.el8_6.1 CVE-2023-45288 fixed 0:3.4.1-2.el8_10";
    check(records, "rhel 8.6 extended e4s", fixed, "");
    check(records, "rhel 8.6 extended aus", fixed, "");
    check(records, "rhel 8.6 extended eus", fixed, on_main);
    check(records, "rhel 8.6 extended eus e4s", fixed, "");
    let old = "rpm git-lfs 2.13.3-2.el8";
    check(records, "rhel 8.6 extended aus", old, "git-lfs 2.13.3-2.el8 CVE-2023-45288 fixed 0:2.13.3-3.el8_6.1");
    check(records, "rhel 8.6 extended tus", old, "git-lfs 2.13.3-2.el8 CVE-2023-45288 fixed 0:3.4.1-2.el8_10");
}

#[test]
fn centos_linux_is_judged_as_a_rebuild_of_red_hats() {
    check(
        "RHSA-2022:1045 upstream:CVE-2022-22720
           Red Hat:enterprise_linux:7::server | httpd | 0 <0:2.4.6-97.el7_9.5",
        "centos 7",
        "rpm httpd 2.4.6-97.el7.centos.4
         rpm httpd 2.4.6-97.el7.centos.5",
        "httpd 2.4.6-97.el7.centos.4 CVE-2022-22720 fixed 0:2.4.6-97.el7_9.5",
    );
}

#[test]
fn centos_stream_is_not_what_red_hats_advisories_speak_of() {
    check(
        "RHSA-2024:4546 upstream:CVE-2023-45288
           Red Hat:enterprise_linux:9 | git-lfs | 0 <0:3.4.1-2.el9",
        "centos 9 Stream",
        "rpm git-lfs 3.2.0-1.el9",
        "gap: centos 9 Stream publishes no advisories that can be read here…",
    );
}

#[test]
fn rebuilds_have_advisories_of_their_own() {
    let records = "
        RLSA-2021:3891 upstream:CVE-2021-35550
          Rocky Linux:8 | java-11-openjdk | 0 <1:11.0.13.0.8-1.el8_4
        RHSA-2021:3891 upstream:CVE-2021-35550
          Red Hat:enterprise_linux:8::appstream | java-11-openjdk | 0 <1:99-1.el8
        ALSA-2021:3891 upstream:CVE-2021-35550
          AlmaLinux:8 | java-11-openjdk | 0 <1:98-1.el8";
    // Rocky names source packages here and binary ones there.
    check(
        records,
        "rocky 8.4",
        "rpm java-11-openjdk-headless 1:11.0.12.0.7-0.el8_4 source:java-11-openjdk:1:11.0.12.0.7-0.el8_4
         rpm java-11-openjdk 1:11.0.13.0.8-1.el8_4",
        "java-11-openjdk-headless 1:11.0.12.0.7-0.el8_4 CVE-2021-35550 fixed 1:11.0.13.0.8-1.el8_4",
    );
    let alma = "java-11-openjdk 1:97-1.el8 CVE-2021-35550 fixed 1:98-1.el8";
    check(records, "almalinux 8.4", "rpm java-11-openjdk 1:97-1.el8", alma);
}

#[test]
fn oracles_ksplice_and_certified_builds_are_none_of_its_plain_ones() {
    let records = "
        ELSA-2017-1481 upstream:CVE-2017-1000366
          Oracle Linux:7 | glibc | 0 <0:2.17-157.el7_3.4
        ELSA-2017-3582 upstream:CVE-2017-1000366
          Oracle Linux:7:ksplice | glibc | 0 <2:2.17-157.ksplice1.el7_3.4
        ELSA-2021-4451 upstream:CVE-2021-20231
          Oracle Linux:7 | gnutls | 0 <0:3.6.16-4.el8
        ELSA-2022-9221 upstream:CVE-2021-20231
          Oracle Linux:7 | gnutls | 0 <10:3.6.16-4.0.1.el8_fips";
    check(
        records,
        "ol 7.9",
        "rpm glibc 2.17-157.el7_3.3
         rpm glibc 2.17-157.el7_3.4
         rpm glibc 2:2.17-157.ksplice1.el7_3.2
         rpm glibc 2:2.17-157.ksplice1.el7_3.4
         rpm gnutls 3.6.16-4.el8
         rpm gnutls 10:3.6.16-3.el8_fips
         rpm gnutls 10:3.6.16-4.0.1.el8_fips",
        "glibc 2.17-157.el7_3.3 CVE-2017-1000366 fixed 0:2.17-157.el7_3.4
         glibc 2:2.17-157.ksplice1.el7_3.2 CVE-2017-1000366 fixed 2:2.17-157.ksplice1.el7_3.4
         gnutls 10:3.6.16-3.el8_fips CVE-2021-20231 fixed 10:3.6.16-4.0.1.el8_fips",
    );
}

#[test]
fn amazons_topics_speak_of_the_version_that_they_are_named_after() {
    // "Dirty Pipe" came with Linux 5.8: the core's kernel 4.14 never had it, the topic's kernel 5.10 did.
    let records = "
        ALAS2KERNEL-5.10-2022-011 upstream:CVE-2022-0847
          Amazon Linux:2:kernel-5.10 | kernel | 0 <5.10.102-99.473.amzn2
        ALAS2DOCKER-2024-036 upstream:CVE-2024-21626
          Amazon Linux:2:docker | runc | 0 <1.1.11-1.amzn2";
    check(
        records,
        "amzn 2",
        "rpm kernel 4.14.268-205.500.amzn2
         rpm kernel 5.10.96-90.460.amzn2
         rpm runc 1.1.7-4.amzn2",
        "kernel 5.10.96-90.460.amzn2 CVE-2022-0847 fixed 5.10.102-99.473.amzn2
         runc 1.1.7-4.amzn2 CVE-2024-21626 fixed 1.1.11-1.amzn2",
    );
    check(records, "amzn 2023", "rpm runc 1.1.7-4.amzn2023", "gap: there is not one advisory about Amazon Linux:2023…");
}

#[test]
fn suse_files_by_the_product_that_a_module_belongs_to() {
    let records = "
        SUSE-SU-2023:0311-1 upstream:CVE-2023-0286
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 | openssl-1_1 | 0 <1.1.1l-150400.7.22.1
          SUSE:Linux Enterprise Module for Basesystem 15 SP5 | openssl-1_1 | 0 <9";
    check(
        records,
        "sles 15.4",
        "rpm libopenssl1_1 1.1.1l-150400.7.19.1 source:openssl-1_1:1.1.1l-150400.7.19.1
         rpm libopenssl1_1 1.1.1l-150400.7.22.1 source:openssl-1_1:1.1.1l-150400.7.22.1",
        "libopenssl1_1 1.1.1l-150400.7.19.1 CVE-2023-0286 fixed 1.1.1l-150400.7.22.1",
    );
}

#[test]
fn others_packages_are_not_the_distributions() {
    check(
        "RHSA-2022:1045 upstream:CVE-2022-22720
           Red Hat:enterprise_linux:8 | nginx | 0 <1:1.20-1.el8",
        "rhel 8.6",
        "rpm nginx 1.10-1.el8 vendor:Fedora_Project",
        "gap: 1 packages (nginx) come from others than rhel 8.6…",
    );
}
