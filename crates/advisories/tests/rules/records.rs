//! What a record may say.

use super::*;

#[test]
fn ranges_lists_and_limits_are_read_as_the_schema_says() {
    check(
        "GHSA-65f5-mfpf-vfhj alias:CVE-2022-44571
           RubyGems | rack | 2.0.0 <2.0.9.2; 2.1.0 <2.1.4.2; 2.2.0 <2.2.6.1
         x_VICTIMS-CVE-2017-5638 alias:CVE-2017-5638
           Maven | org.apache.struts:struts2-core | 2.5 <2.5.10.1 =2.5-BETA3
         RSEC-2023-1 upstream:CVE-2018-20450
           CRAN | readxl | =1.1.0 =1.2.0
         GHSA-limit
           npm | limited | 1.0.0 limit:2.0.0
         GHSA-never
           npm | never | 0 <0",
        "",
        "gem rack 2.1.4.1
         gem rack 2.1.4.2
         maven org.apache.struts:struts2-core 2.5-BETA3
         maven org.apache.struts:struts2-core 2.5-BETA2
         cran readxl 1.2.0
         cran readxl 1.3.0
         npm limited 1.9.0
         npm limited 2.0.0
         npm never 1.0.0",
        "rack 2.1.4.1 CVE-2022-44571 fixed 2.1.4.2
         org.apache.struts:struts2-core 2.5-BETA3 CVE-2017-5638 fixed 2.5.10.1
         readxl 1.2.0 CVE-2018-20450 not-fixed
         limited 1.9.0 GHSA-limit not-fixed",
    );
}

#[test]
fn withdrawn_records_and_ranges_of_commits_affect_no_version() {
    check(
        "GO-2022-0617 alias:CVE-2020-8562 withdrawn
           Go | k8s.io/kubernetes | 0
         GO-git
           Go | k8s.io/kubernetes | git 0 <6dcb09b5b57875f334f61aebed695e2e4193db5e
         GO-2022-0390 alias:CVE-2022-24769
           Go | github.com/docker/docker | 0 <20.10.14+incompatible",
        "",
        "golang k8s.io/kubernetes v1.20.0",
        "",
    );
}

#[test]
fn what_has_every_version_has_one_that_cannot_be_compared() {
    // A package that was made to do harm does it in any version.
    check(
        "MAL-2022-1
           npm | harmful | 0",
        "",
        "npm harmful -\n npm harmful latest",
        "harmful  MAL-2022-1 not-fixed
         harmful latest MAL-2022-1 not-fixed",
    );
}

#[test]
fn what_is_no_version_is_compared_loosely_and_marked() {
    check(
        "GHSA-35jh-r3h4-6jhm alias:CVE-2021-23337
           npm | lodash | 0 <4.17.21",
        "",
        "npm lodash 4.17.20.1
         npm lodash 4.17.21.1",
        "lodash 4.17.20.1 CVE-2021-23337 fixed 4.17.21 (not sure)",
    );
}
