//! Languages other than Go.

use super::*;

#[test]
fn npm_packages_are_known_by_their_own_name() {
    // The readers of lockfiles and modules look through aliases; a scope is part of the name.
    check(
        "GHSA-p8p7-x288-28g6 alias:CVE-2023-28155
           npm | request | 0 <=2.88.2
           npm | @cypress/request | 0 <=2.88.11",
        "",
        "npm request 2.88.2
         npm @cypress/request 2.88.12
         npm @other/request 1.0.0",
        "request 2.88.2 CVE-2023-28155 not-fixed",
    );
}

#[test]
fn maven_qualifiers_are_ordered_as_maven_does() {
    check(
        "GHSA-36p3-wjmg-h94x alias:CVE-2022-22965
           Maven | org.springframework:spring-beans | 0 <5.2.20.RELEASE
           Maven | org.springframework:spring-beans | 5.3.0 <5.3.18
         GHSA-269q-hmxg-m83q alias:CVE-2022-24823
           Maven | io.netty:netty-codec-http | 0 <4.1.77.Final
         GHSA-7g45-4rm6-3mm3 alias:CVE-2023-2976
           Maven | com.google.guava:guava | 1.0 <32.0.0-android",
        "",
        "maven org.springframework:spring-beans 5.2.19.RELEASE
         maven org.springframework:spring-beans 5.2.20.RELEASE
         maven io.netty:netty-codec-http 4.1.76.Final-redhat-00001
         maven io.netty:netty-codec-http 4.1.77.Final-redhat-00001
         maven com.google.guava:guava 31.1-jre
         maven com.google.guava:guava 32.0.0-jre",
        "org.springframework:spring-beans 5.2.19.RELEASE CVE-2022-22965 fixed 5.2.20.RELEASE
         io.netty:netty-codec-http 4.1.76.Final-redhat-00001 CVE-2022-24823 fixed 4.1.77.Final
         com.google.guava:guava 31.1-jre CVE-2023-2976 fixed 32.0.0-android",
    );
}

#[test]
fn python_has_one_name_for_many_spellings_and_local_post_and_development_versions() {
    check(
        "PYSEC-2025-191 alias:CVE-2025-2953
           PyPI | torch | 0 <=2.6.0+cu124
         PYSEC-2012-1 alias:CVE-2012-3458
           PyPI | beaker | 0 <1.6.5.post1
         PYSEC-2024-71 alias:CVE-2024-6221
           PyPI | flask-cors | 0 <4.0.2",
        "",
        "pypi torch 2.6.0+cpu
         pypi torch 2.6.0+cu126
         pypi Beaker 1.6.5
         pypi Beaker 1.6.5.post1
         pypi Beaker 1.6.5.post1.dev1
         pypi Flask_Cors 4.0.1",
        "torch 2.6.0+cpu CVE-2025-2953 not-fixed
         Beaker 1.6.5 CVE-2012-3458 fixed 1.6.5.post1
         Beaker 1.6.5.post1.dev1 CVE-2012-3458 fixed 1.6.5.post1
         Flask_Cors 4.0.1 CVE-2024-6221 fixed 4.0.2",
    );
}

#[test]
fn a_gem_for_one_platform_has_the_version_of_all() {
    check(
        "GHSA-2qc6-mcvw-92cw
           RubyGems | nokogiri | 0 <1.13.9",
        "",
        "gem nokogiri 1.13.8-x86_64-linux
         gem nokogiri 1.13.9-x86_64-linux
         gem nokogiri 1.13.9-java
         gem nokogiri 1.13.9-rc1",
        "nokogiri 1.13.8-x86_64-linux GHSA-2qc6-mcvw-92cw fixed 1.13.9
         nokogiri 1.13.9-rc1 GHSA-2qc6-mcvw-92cw fixed 1.13.9",
    );
}

#[test]
fn nuget_has_four_numbers_prereleases_and_no_capitals() {
    check(
        "GHSA-5crp-9r3c-p9vr
           NuGet | Newtonsoft.Json | 0 <13.0.1",
        "",
        "nuget newtonsoft.json 13.0.1-beta2
         nuget Newtonsoft.Json 13.0.1.0",
        "newtonsoft.json 13.0.1-beta2 GHSA-5crp-9r3c-p9vr fixed 13.0.1",
    );
}

#[test]
fn composer_leaves_out_the_v_and_has_branches_without_a_place() {
    check(
        "x_FOP-symfony-symfony-CVE-2022-24894 alias:CVE-2022-24894
           Packagist | symfony/symfony | 2.0.0 <4.4.50; 5.0.0 <5.4.20",
        "",
        "composer symfony/symfony v4.4.49
         composer Symfony/Symfony v4.4.50
         composer symfony/symfony dev-master
         composer symfony/symfony 5.4.x-dev",
        "symfony/symfony v4.4.49 CVE-2022-24894 fixed 4.4.50
         gap: 1 Packagist advisories about symfony/symfony cannot be decided…",
    );
}

#[test]
fn crates_leave_builds_out() {
    check(
        "RUSTSEC-2021-0098 alias:CVE-2021-3712
           crates.io | openssl-src | 0.0.0-0 <111.16.0",
        "",
        "cargo openssl-src 111.15.0+1.1.1k
         cargo openssl-src 111.16.0+1.1.1l",
        "openssl-src 111.15.0+1.1.1k CVE-2021-3712 fixed 111.16.0",
    );
}

#[test]
fn the_smaller_registries_are_judged_as_the_large_ones() {
    check(
        "GHSA-7fj7-39wj-c64f alias:CVE-2022-3215
           SwiftURL | github.com/apple/swift-nio | 2.41.0 <2.42.0
         RSEC-2023-1 upstream:CVE-2018-20450
           CRAN | readxl | 0.1.0 <1.3.0
         HSEC-2023-0001 alias:CVE-2022-3433
           Hackage | aeson | 0.4.0.0 <2.0.1.0
         GHSA-p8f7-22gq-m7j9 alias:CVE-2022-42975
           Hex | phoenix | 0 <1.6.14
         GHSA-4rgh-jx4f-qfcq alias:CVE-2020-35669
           Pub | http | 0 <0.13.3
         CVE-2022-0778
           ConanCenter | openssl | 0 <3.0.2",
        "",
        "swift https://github.com/Apple/swift-nio.git 2.41.2
         cran readxl 1.2.0
         hackage aeson 2.0.0.0
         hackage aeson 2.0.1.0
         hex phoenix 1.6.13
         pub http 0.13.2
         conan openssl 3.0.1",
        "https://github.com/Apple/swift-nio.git 2.41.2 CVE-2022-3215 fixed 2.42.0
         readxl 1.2.0 CVE-2018-20450 fixed 1.3.0
         aeson 2.0.0.0 CVE-2022-3433 fixed 2.0.1.0
         phoenix 1.6.13 CVE-2022-42975 fixed 1.6.14
         http 0.13.2 CVE-2020-35669 fixed 0.13.3
         openssl 3.0.1 CVE-2022-0778 fixed 3.0.2",
    );
}

#[test]
fn an_action_is_its_repository_and_a_moving_tag_its_newest_release() {
    check(
        "GHSA-cxww-7g56-2vh6 alias:CVE-2024-42471
           GitHub Actions | actions/download-artifact | 4.0.0 <4.1.3
         GHSA-mrrh-fwg8-r2c3 alias:CVE-2025-30066
           GitHub Actions | tj-actions/changed-files | 0 <46.0.1
         GHSA-vqf5-2xx6-9wfm alias:CVE-2025-24362
           GitHub Actions | github/codeql-action | 3.26.11 <3.28.3",
        "",
        "githubactions actions/download-artifact v4
         githubactions actions/download-artifact v4.1.2
         githubactions tj-actions/changed-files v45
         githubactions github/codeql-action/analyze v3.28.0
         githubactions tj-actions/changed-files 0e58ed8671d6b60d0890c21b07f8835ace038e67",
        "actions/download-artifact v4.1.2 CVE-2024-42471 fixed 4.1.3
         tj-actions/changed-files v45 CVE-2025-30066 fixed 46.0.1
         github/codeql-action/analyze v3.28.0 CVE-2025-24362 fixed 3.28.3
         gap: 1 GitHub Actions advisories about tj-actions/changed-files cannot be decided…",
    );
}
