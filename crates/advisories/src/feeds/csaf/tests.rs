//! Documents in each publisher's form, and what they become. Expected values were made by hand.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::feeds::lines::{self, transcript};

/// A document with the products that its statuses need.
///
/// A product of `tree` is `ID HELPER` (a CPE or a package URL, or nothing); one of `parts` is `PART in WHOLE`, whose id is
/// `WHOLE:PART`.
fn document(category: &str, id: &str, tree: &[(&str, &str)], parts: &[(&str, &str)], vulnerabilities: &Value) -> Value {
    let branches: Vec<Value> = tree
        .iter()
        .map(|(id, helper)| {
            let mut product = json!({"product_id": id, "name": id});
            if helper.starts_with("cpe:") {
                product["product_identification_helper"] = json!({"cpe": helper});
            } else if !helper.is_empty() {
                product["product_identification_helper"] = json!({"purl": helper});
            }
            json!({"category": "product_version", "name": id, "product": product})
        })
        .collect();
    let relationships: Vec<Value> = parts
        .iter()
        .map(|(part, whole)| {
            json!({"category": "default_component_of", "product_reference": part, "relates_to_product_reference": whole,
                "full_product_name": {"name": format!("{part} as a component of {whole}"), "product_id": format!("{whole}:{part}")}})
        })
        .collect();
    json!({
        "document": {"category": category, "csaf_version": "2.0", "title": format!("Title of {id}"), "lang": "en",
            "aggregate_severity": {"namespace": "https://example.com/", "text": "Important"},
            "publisher": {"category": "vendor", "name": "P", "namespace": "https://example.com"},
            "notes": [{"category": "summary", "text": "Short."}, {"category": "legal_disclaimer", "text": "No."}],
            "references": [{"category": "external", "summary": "b", "url": "https://example.com/b"},
                {"category": "self", "summary": "a", "url": "https://example.com/a"},
                {"category": "external", "summary": "c", "url": "javascript:c"}],
            "tracking": {"id": id, "status": "final", "version": "1", "revision_history": [],
                "initial_release_date": "2024-01-01T00:00:00+00:00", "current_release_date": "2024-02-01T00:00:00+00:00"}},
        "product_tree": {
            "branches": [{"category": "vendor", "name": "V", "branches": branches}], "relationships": relationships},
        "vulnerabilities": vulnerabilities,
    })
}

fn check(feed: &Feed, document: &Value, expected: &str) {
    lines::check(feed, "file.json", document.to_string().as_bytes(), expected);
}

const V3: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

#[test]
fn an_update_of_red_hat_is_for_content_sets_and_modules() {
    let node = "nodejs-1:16.14.0-4.module+el8.5.0+1.x86_64";
    let tree = [
        ("AppStream-8.5.0.Z.MAIN", "cpe:/a:redhat:enterprise_linux:8::appstream"),
        ("AppStream-9.2.0.Z.EUS", "cpe:/a:redhat:rhel_eus:9.2::appstream"),
        ("nodejs:16:8040:522a", "pkg:rpmmod/redhat/nodejs@16:8040:522a"),
        // This URL lacks the epoch that the file name has.
        (node, "pkg:rpm/redhat/nodejs@16.14.0-4.module%2Bel8.5.0%2B1?arch=x86_64"),
        (
            "nodejs-1:16.14.0-4.module+el8.5.0+1.src",
            "pkg:rpm/redhat/nodejs@16.14.0-4.module%2Bel8.5.0%2B1?arch=src&epoch=1",
        ),
        ("tar-2:1.34-6.el9_2.x86_64", ""),
        ("npm-0:8.3.1-1.el9.noarch::nodejs:18:9020:1", "pkg:rpm/redhat/npm@8.3.1-1.el9?arch=noarch"),
        ("ose-console@sha256:0_amd64", "pkg:oci/ose-console@sha256:0?arch=amd64"),
    ];
    let module = "AppStream-8.5.0.Z.MAIN:nodejs:16:8040:522a";
    let parts = [
        ("nodejs:16:8040:522a", "AppStream-8.5.0.Z.MAIN"),
        (node, module),
        ("nodejs-1:16.14.0-4.module+el8.5.0+1.src", module),
        ("tar-2:1.34-6.el9_2.x86_64", "AppStream-9.2.0.Z.EUS"),
        ("npm-0:8.3.1-1.el9.noarch::nodejs:18:9020:1", "AppStream-9.2.0.Z.EUS"),
        ("ose-console@sha256:0_amd64", "AppStream-9.2.0.Z.EUS"),
    ];
    let fixed: Vec<String> = parts.iter().map(|(part, whole)| format!("{whole}:{part}")).collect();
    let vulnerabilities = json!([
        {"cve": "CVE-2024-0001", "cwe": {"id": "CWE-400", "name": "n"}, "title": "a",
         "product_status": {"fixed": fixed},
         "scores": [{"cvss_v3": {"baseScore": 9.8, "vectorString": V3, "version": "3.1"}, "products": fixed}],
         "remediations": [{"category": "vendor_fix", "details": "Update.", "product_ids": fixed}],
         "threats": [{"category": "impact", "details": "Important"}]},
        {"cve": "CVE-2024-0002", "product_status": {"fixed": fixed, "known_not_affected": fixed},
         "threats": [{"category": "impact", "details": "Low"}]},
    ]);
    check(
        &RED_HAT,
        &document("csaf_security_advisory", "RHSA-2024:0001", &tree, &parts, &vulnerabilities),
        "
        RHSA-2024:0001 ^CVE-2024-0001,CVE-2024-0002 high CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H
          Red Hat:enterprise_linux:8::appstream nodejs [nodejs:16] >=0 <1:16.14.0-4.module+el8.5.0+1
          Red Hat:rhel_eus:9.2::appstream tar >=0 <2:1.34-6.el9_2
          Red Hat:rhel_eus:9.2::appstream npm [nodejs:18] >=0 <8.3.1-1.el9",
    );
}

#[test]
fn what_red_hat_knows_of_a_cve_is_said_of_each_component() {
    let os = "red_hat_enterprise_linux_8";
    let names = ["a", "b", "c", "d", "e", "f.src", "ruby:2.5/ruby", "ruby:3.1/ruby", "openshift4/ose-console", "old"];
    let mut tree = vec![(os, "cpe:/o:redhat:enterprise_linux:8"), ("red_hat_products", "cpe:/a:redhat")];
    tree.push(("BaseOS-8.8.0.Z.MAIN", "cpe:/o:redhat:enterprise_linux:8::baseos"));
    tree.push(("old-0:1.0-1.el8.x86_64", "pkg:rpm/redhat/old@1.0-1.el8?arch=x86_64"));
    tree.extend(names.map(|name| match name {
        "ruby:2.5/ruby" => (name, "pkg:rpmmod/redhat/ruby:2.5/ruby"),
        "ruby:3.1/ruby" => (name, "pkg:rpm/redhat/ruby?rpmmod=ruby:3.1"),
        "b" => (name, "pkg:rpm/redhat/b"),
        _ => (name, ""),
    }));
    let mut parts: Vec<_> = names.iter().map(|name| (*name, os)).collect();
    parts.push(("old-0:1.0-1.el8.x86_64", "BaseOS-8.8.0.Z.MAIN"));
    let product = |name: &str| format!("{os}:{name}");
    let affected = ["a", "b", "c", "d", "ruby:2.5/ruby", "openshift4/ose-console"].map(product);
    let vulnerabilities = json!([{
        "cve": "CVE-2024-0001", "title": "a: overflow",
        "notes": [{"category": "description", "text": "It overflows."}],
        "product_status": {
            "fixed": ["BaseOS-8.8.0.Z.MAIN:old-0:1.0-1.el8.x86_64"],
            "known_affected": affected,
            "known_not_affected": [product("e"), product("ruby:3.1/ruby"), "red_hat_products".to_owned()],
            "under_investigation": [product("f.src")],
        },
        "flags": [{"label": "vulnerable_code_not_present", "product_ids": [product("e")]}],
        "remediations": [
            {"category": "workaround", "details": "Will not fix", "product_ids": [product("a")]},
            {"category": "none_available", "details": "Fix deferred", "product_ids": [product("b")]},
            {"category": "no_fix_planned", "details": "Will not fix", "product_ids": [product("c")]},
            {"category": "no_fix_planned", "details": "Out of support scope", "product_ids": [product("d")]},
            {"category": "none_available", "details": "Affected", "product_ids": [product("ruby:2.5/ruby")]},
        ],
        "threats": [
            {"category": "impact", "details": "Moderate", "product_ids": [product("a"), product("b")]},
            {"category": "impact", "details": "Low", "product_ids": [product("c")]},
            {"category": "exploit_status", "details": "Critical"},
        ],
    }]);
    let text = document("csaf_vex", "CVE-2024-0001", &tree, &parts, &vulnerabilities);
    check(
        &RED_HAT,
        &text,
        "
        CVE-2024-0001 ^CVE-2024-0001 medium low
          Red Hat:enterprise_linux:8::baseos old >=0 <1.0-1.el8
          Red Hat:enterprise_linux:8 a >=0 medium
          Red Hat:enterprise_linux:8 b >=0 Deferred medium
          Red Hat:enterprise_linux:8 c >=0 WillNotFix low
          Red Hat:enterprise_linux:8 d >=0 EndOfLife
          Red Hat:enterprise_linux:8 ruby [ruby:2.5] >=0
          Red Hat:enterprise_linux:8 f >=0 UnderInvestigation
          Red Hat:enterprise_linux:8 e >=0 NotAffected
          Red Hat:enterprise_linux:8 ruby [ruby:3.1] >=0 NotAffected",
    );
    let text = text.to_string();
    let read = lines::read(&RED_HAT, "cve-2024-0001.json", text.as_bytes()).unwrap();
    let advisory = &read.advisories[0];
    assert_eq!(
        (&*advisory.publisher, &*advisory.summary, &*advisory.details),
        ("redhat", "a: overflow", "It overflows.")
    );
    assert_eq!(advisory.published.as_deref(), Some("2024-01-01T00:00:00Z"));
    assert_eq!(advisory.modified, "2024-02-01T00:00:00Z");
    assert_eq!(advisory.references, ["https://example.com/a", "https://example.com/b"]);
}

#[test]
fn suses_packages_belong_to_products() {
    let (module, server, leap) = (
        "SUSE Linux Enterprise Module for Basesystem 15 SP4",
        "SUSE Linux Enterprise Server 15 SP4",
        "openSUSE Leap 15.4",
    );
    let tree = [
        (module, "cpe:/o:suse:sle-module-basesystem:15:sp4"),
        (server, "cpe:/o:suse:sles:15:sp4"),
        (leap, "cpe:/o:opensuse:leap:15.4"),
        ("Image SLES15-SP4-BYOS", ""),
        ("curl-7.79.1-150400.5.6.1.x86_64", ""),
        ("curl-7.79.1-150400.5.6.1.aarch64", ""),
        ("libcurl4-32bit-7.79.1-150400.5.6.1.x86_64", "pkg:rpm/suse/libcurl4-32bit@7.79.1-150400.5.6.1?arch=x86_64"),
        ("kernel-default", ""),
    ];
    let parts = [
        ("curl-7.79.1-150400.5.6.1.x86_64", module),
        ("curl-7.79.1-150400.5.6.1.aarch64", module),
        ("libcurl4-32bit-7.79.1-150400.5.6.1.x86_64", module),
        ("curl-7.79.1-150400.5.6.1.x86_64", leap),
        ("curl-7.79.1-150400.5.6.1.x86_64", "Image SLES15-SP4-BYOS"),
        ("kernel-default", server),
        ("curl-7.79.1-150400.5.6.1.x86_64", server),
    ];
    let ids: Vec<String> = parts.iter().map(|(part, whole)| format!("{whole}:{part}")).collect();
    let entries = "
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 curl >=0 <7.79.1-150400.5.6.1
          SUSE:Linux Enterprise Module for Basesystem 15 SP4 libcurl4-32bit >=0 <7.79.1-150400.5.6.1
          openSUSE:Leap 15.4 curl >=0 <7.79.1-150400.5.6.1";
    let vulnerabilities = json!([{"cve": "CVE-2024-0001", "product_status": {"recommended": ids[..5]}}]);
    let head = "^CVE-2024-0001 high";
    let update = document("csaf_security_advisory", "SUSE-SU-2024:0001-1", &tree, &parts, &vulnerabilities);
    check(&SUSE, &update, &format!("\n        SUSE-SU-2024:0001-1 {head}{entries}"));
    // A group stands for its products.
    let mut vex = document(
        "csaf_vex",
        "CVE-2024-0001",
        &tree,
        &parts,
        &json!([{
            "cve": "CVE-2024-0001",
            "product_status": {"recommended": ids[..5], "known_affected": [ids[5]], "known_not_affected": [ids[6]]},
            "remediations": [{"category": "no_fix_planned", "details": "Ends.", "group_ids": ["g", "unknown"]}],
        }]),
    );
    vex["product_tree"]["product_groups"] = json!([{"group_id": "g", "product_ids": [ids[5]]}]);
    check(
        &SUSE,
        &vex,
        &format!(
            "\n        CVE-2024-0001 {head}{entries}
          SUSE:Linux Enterprise Server 15 SP4 kernel-default >=0 WillNotFix
          SUSE:Linux Enterprise Server 15 SP4 curl =7.79.1-150400.5.6.1 NotAffected"
        ),
    );
}

/// A small document of Red Hat's about one package, whose id is `o:a-0:1-1.x86_64`.
fn small(category: &str, vulnerabilities: &Value) -> Value {
    let tree = [("o", "cpe:/o:redhat:enterprise_linux:8"), ("a-0:1-1.x86_64", ""), ("b", "")];
    document(category, "X-1", &tree, &[("a-0:1-1.x86_64", "o"), ("b", "o"), ("lost", "o")], vulnerabilities)
}

#[test]
fn products_that_cannot_be_understood_are_refused_and_the_others_kept() {
    let lines = |document: Value| {
        let text = transcript(&RED_HAT, "cve-x-1.json", document.to_string().as_bytes());
        let told = |line: &&str| line.starts_with("refused") || line.starts_with("broken") || line.contains("Red Hat:");
        text.lines().filter(told).map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let fixed = |ids: &[&str]| json!([{"cve": "CVE-2024-0001", "product_status": {"fixed": ids}}]);
    let kept = "Red Hat:enterprise_linux:8 a >=0 <1-1";
    assert_eq!(lines(small("csaf_vex", &fixed(&["o:a-0:1-1.x86_64"]))), [kept]);
    assert_eq!(
        lines(small("csaf_vex", &fixed(&["nowhere", "o:a-0:1-1.x86_64", "o:lost", "o:b"]))),
        [kept, "refused Broken X-1: `nowhere` is not in the product tree, and 2 more"]
    );
    assert_eq!(lines(small("csaf_vex", &fixed(&["o:b"]))), ["refused Broken X-1: `o:b` has a fix but no version"]);
    assert_eq!(lines(small("csaf_vex", &fixed(&["o"]))), ["refused NoPackage X-1"]);
    assert_eq!(lines(small("csaf_vex", &json!([]))), ["refused MereUpdate X-1: it is about no vulnerability"]);
    assert_eq!(
        lines(small("csaf_vex", &json!([{"title": "t"}]))),
        ["refused Broken X-1: a vulnerability without an id"]
    );
    assert_eq!(lines(small("csaf_withdrawn", &fixed(&["o:a-0:1-1.x86_64"]))), ["refused Withdrawn X-1"]);
    assert_eq!(lines(small("csaf_superseded", &fixed(&["o:a-0:1-1.x86_64"]))), ["refused Superseded X-1"]);
    let two = json!([
        {"cve": "CVE-2024-0001", "product_status": {"fixed": ["o:a-0:1-1.x86_64"]}},
        {"ids": [{"system_name": "Bugzilla", "text": "17"}], "product_status": {"known_affected": ["o:b"]}},
    ]);
    let text = transcript(&RED_HAT, "cve-x-1.json", small("csaf_vex", &two).to_string().as_bytes());
    let ids: Vec<_> =
        text.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(ids, ["CVE-2024-0001", "17"]);
}

#[test]
fn wrong_files_are_broken() {
    let read = |text: &str| transcript(&SUSE, "cve-x.json", text.as_bytes());
    let whole = small("csaf_vex", &json!([])).to_string();
    for end in (0..whole.len()).step_by(7) {
        assert!(read(&whole[..end]).starts_with("broken: "), "cut at {end}");
    }
    assert!(read("<html/>").starts_with("broken: "));
    assert!(read("[]").starts_with("broken: "));
    assert!(
        read(&whole.replace(r#""csaf_version":"2.0""#, r#""csaf_version":"1.2""#)).starts_with("broken: \"1.2\" is no")
    );
    assert!(read(&whole.replace(r#""id":"X-1""#, r#""id":"X 1""#)).starts_with("broken: `X 1` is no id"));
    assert!(read(&whole.replace(r#""vulnerabilities":[]"#, r#""vulnerabilities":{}"#)).starts_with("broken: "));
    assert!(read(&whole.replace(r#""name":"o""#, r#""nome":"o""#)).starts_with("broken: "));
}

#[test]
fn files_are_known_by_their_names() {
    let wanted = |name: &str| [RED_HAT, SUSE].map(|feed| (feed.wants)(name));
    assert_eq!(wanted("rhsa-2022_1234.json"), [true, false]);
    assert_eq!(wanted("suse-su-2022_1234-1.json"), [false, true]);
    assert_eq!(wanted("opensuse-su-2022_1234-1.json"), [false, true]);
    // Both call what they know of a CVE so; feeds are asked each for its own folder.
    assert_eq!(wanted("cve-2022-1234.json"), [true, true]);
    assert_eq!(wanted("provider-metadata.json"), [false, false]);
    assert_eq!(wanted("changes.csv"), [false, false]);
}

#[test]
fn bombs_stay_small() {
    let read = |text: &str| transcript(&RED_HAT, "cve-x.json", text.as_bytes());
    let whole = small("csaf_vex", &json!([{"cve": "CVE-2024-0001"}])).to_string();
    let deep = format!("{}{}", r#"[{"category":"","name":"","branches":"#.repeat(100_000), "[]");
    let nested = whole.replacen(r#""branches":["#, &format!(r#""branches":{deep},"x":["#), 1);
    assert!(read(&nested).starts_with("broken: recursion limit"));
    // A million ids that are nowhere are one refusal.
    let ids = vec!["nowhere"; 1_000_000];
    let text =
        small("csaf_vex", &json!([{"cve": "CVE-2024-0001", "product_status": {"known_affected": ids}}])).to_string();
    assert_eq!(read(&text), "refused Broken X-1: `nowhere` is not in the product tree, and 999999 more\n");
    // Remediations multiply groups.
    let groups = vec!["g"; 2_000];
    let mut grouped = small(
        "csaf_vex",
        &json!([{"cve": "CVE-2024-0001", "remediations": [{"category": "no_fix_planned", "group_ids": groups}]}]),
    );
    grouped["product_tree"]["product_groups"] = json!([{"group_id": "g", "product_ids": vec!["o"; 1_000]}]);
    let refusal = "refused TooLarge X-1: its groups have more products than any honest document's\n";
    assert_eq!(read(&grouped.to_string()), refusal);
    let many = json!(vec![json!({}); MAX_VULNERABILITIES + 1]);
    assert_eq!(read(&small("csaf_vex", &many).to_string()), "refused TooLarge X-1: more than 10000 vulnerabilities\n");
    // A product that is a part of itself.
    let mut circle = small("csaf_vex", &json!([{"cve": "CVE-2024-0001", "product_status": {"fixed": ["o:b"]}}]));
    circle["product_tree"]["relationships"][1]["relates_to_product_reference"] = json!("o:b");
    assert_eq!(read(&circle.to_string()), "refused Broken X-1: `o:b` is not in the product tree\n");
    assert!(read(&" ".repeat(document::MAX_DOCUMENT + 1)).starts_with("broken: larger than 128 MiB"));
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = transcript(&RED_HAT, "a.json", &bytes);
        let _ = transcript(&SUSE, "a.json", &bytes);
    }

    #[test]
    fn no_words_make_it_panic(part in "[ -~\u{e0}-\u{ff}]{0,40}|[a-z]{1,3}[-:./@%][0-9:.]{0,5}[-:/][0-9.]{0,5}[.:]{0,2}[a-z_0-9]{0,6}",
                              helper in "(cpe:/[ao]:redhat:|cpe:2.3:|pkg:rpm/|pkg:rpmmod/redhat/)[a-z:%@/?=&0-9.]{0,30}", word in ".{0,20}") {
        let tree = [("o", &*helper), (&part, &*helper)];
        let product = format!("o:{part}");
        let vulnerabilities = json!([{"cve": word, "title": word, "product_status": {"fixed": [product], "known_affected": [product, part]},
            "scores": [{"products": [product], "cvss_v3": {"vectorString": word}}],
            "threats": [{"category": "impact", "details": word}], "cwe": {"id": word}}]);
        for category in ["csaf_vex", "csaf_security_advisory"] {
            let text = document(category, "X-1", &tree, &[(&part, "o")], &vulnerabilities).to_string();
            let _ = transcript(&RED_HAT, "a.json", text.as_bytes());
            let _ = transcript(&SUSE, "a.json", text.as_bytes());
        }
    }
}
