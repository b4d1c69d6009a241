//! Go.

use super::*;

const GO: &str = "
    GO-2022-0969 alias:CVE-2022-27664
      Go | stdlib | 0 <1.18.6 1.19.0-0 <1.19.1
      Go | golang.org/x/net | 0 <0.0.0-20220906165146-f3363e06e74c
    GO-2023-1571 alias:CVE-2022-41723
      Go | golang.org/x/net | 0 <0.7.0
    GO-2022-0390 alias:CVE-2022-24769
      Go | github.com/docker/docker | 0 <20.10.14+incompatible
    GO-2022-0307 alias:CVE-2022-24450
      Go | github.com/nats-io/nats-server | 0
      Go | github.com/nats-io/nats-server/v2 | 2.0.0 <2.7.2
    GO-2022-0411 alias:CVE-2021-4238
      Go | github.com/Masterminds/goutils | 0 <1.1.1";

#[test]
fn a_go_pseudo_version_is_compared_as_govulncheck_does() {
    // By the time of its commit with others; below every release, which the row says it is not sure of.
    check(
        GO,
        "",
        "golang golang.org/x/net v0.0.0-20220826154423-83b083e8dc8b
         golang golang.org/x/net v0.0.0-20220906165146-f3363e06e74c
         golang golang.org/x/net v0.7.1-0.20230301000000-abcdefabcdef",
        "golang.org/x/net v0.0.0-20220826154423-83b083e8dc8b CVE-2022-27664 fixed 0.0.0-20220906165146-f3363e06e74c
         golang.org/x/net v0.0.0-20220826154423-83b083e8dc8b CVE-2022-41723 fixed 0.7.0 (not sure)
         golang.org/x/net v0.0.0-20220906165146-f3363e06e74c CVE-2022-41723 fixed 0.7.0 (not sure)",
    );
}

#[test]
fn a_go_module_without_a_version_is_a_gap() {
    check(
        GO,
        "",
        "golang golang.org/x/net (devel)
         golang github.com/docker/docker -
         golang example.com/own (devel)",
        "gap: 2 Go advisories about golang.org/x/net cannot be decided, such as GO-2022-0969: not a Go module version…
         gap: github.com/docker/docker has no version, so 1 Go advisories cannot be decided",
    );
}

#[test]
fn go_names_majors_and_its_own_library() {
    check(
        GO,
        "",
        "golang stdlib go1.19rc1
         golang stdlib 1.19.1
         golang github.com/docker/docker v20.10.13+incompatible
         golang github.com/docker/docker v20.10.14
         golang github.com/nats-io/nats-server/v2 v2.7.1
         golang github.com/nats-io/nats-server v1.4.1
         golang github.com/masterminds/goutils v1.1.0",
        "stdlib go1.19rc1 CVE-2022-27664 fixed 1.19.1
         github.com/docker/docker v20.10.13+incompatible CVE-2022-24769 fixed 20.10.14+incompatible
         github.com/nats-io/nats-server/v2 v2.7.1 CVE-2022-24450 fixed 2.7.2
         github.com/nats-io/nats-server v1.4.1 CVE-2022-24450 not-fixed
         github.com/masterminds/goutils v1.1.0 CVE-2021-4238 fixed 1.1.1",
    );
}
