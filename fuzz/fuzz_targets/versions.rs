//! Versions in every scheme: order has to be one, and the normal form has to mean the same.

#![no_main]

use std::cmp::Ordering;

use harness::seeds;
use libfuzzer_sys::fuzz_target;
use versions::Scheme;

const SEEDS: [&str; 12] = [
    "1.2.3a_rc1_p2~1f3c-r4\n1.2.3-r0",
    "1:2.30~rc1-4+deb12u1\n2.30-4",
    "7.0.0.pre.rc3\n7.0",
    "v1.2.3-rc1\n1.2.3",
    "v0.0.0-20220826154423-83b083e8dc8b\nv1.0.0+incompatible",
    "2.0-beta-1-SNAPSHOT\n2.0.ga",
    "13.0.1.0-Beta.2\n13.0.1",
    "1:2.0.r5-1\n2.0-1",
    "1!2.0rc1.post2.dev3+local.4\n2.0a1",
    "1.02b_alpha3_p4-r5\n1.2",
    "1:2.0~rc1-3.el9\n2.0^git1-1",
    "1.0.0-rc.1+build.5\nv1.2",
];

// Lines of the input are versions.
fuzz_target!(init: seeds::plant(SEEDS), |data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let (a, b) = text.split_once('\n').unwrap_or((text, text));
    for scheme in Scheme::ALL {
        check(*scheme, a, b);
    }
});

fn check(scheme: Scheme, a: &str, b: &str) {
    let (left, right) = (scheme.parse(a), scheme.parse(b));
    for invalid in [&left, &right].into_iter().filter_map(|parsed| parsed.as_ref().err()) {
        assert!(!invalid.to_string().contains(char::is_control));
    }
    assert_eq!(scheme.compare(a, b).is_ok(), left.is_ok() && right.is_ok(), "{scheme}: {a:?}, {b:?}");
    let (Ok(left), Ok(right)) = (left, right) else { return };
    assert_eq!(left.compare(&left), Some(Ordering::Equal), "{scheme}: {a:?}");
    let order = scheme.compare(a, b).ok();
    assert_eq!(left.compare(&right), order, "{scheme}: {a:?}, {b:?}");
    assert_eq!(right.compare(&left), order.map(Ordering::reverse), "{scheme}: {a:?}, {b:?}");
    let normal = left.to_string();
    assert_eq!(scheme.compare(a, &normal), Ok(Ordering::Equal), "{scheme}: {a:?}, {normal:?}");
}
