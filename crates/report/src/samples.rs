//! Reports for tests: an honest one with everything in it, and one whose every text is hostile.

use model::{
    AnalyzerId, Committed, Compliance, Control, ControlStatus, Digest, Distro, EndOfLife, Evidence, Executable,
    ExecutableFormat, ExposedSecret, Fact, Finding, FixState, Gap, GapKind, History, Image, ImageConfig, Inventory,
    Item, Knowledge, Layer, LayerClass, LayerIndex, LayerSummary, LicenseClass, LicenseFinding, LicenseForm,
    LicenseText, Misconfiguration, Origin, Package, PackageKind, Place, Removed, Report, Secret, Severity,
    SourcePackage, Spot, Still, VexRemark, VexStatus, Vulnerability, What,
};

use crate::{Context, Filter, Run, Wants};

pub(crate) fn context(width: usize) -> Context<'static> {
    Context {
        width,
        color: false,
        version: "1.2.3",
        generated_at: "2026-11-24T04:00:00Z",
        wants: Wants { vulnerabilities: true, ..Wants::default() },
        texts: None,
        filter: Filter::default(),
        run: Run::default(),
    }
}

fn item(kind: PackageKind, name: &str, version: &str, source: Option<&str>, at: u32, path: &str) -> Item {
    let mut package = Package::new(kind, name, version);
    package.source = source.map(|name| SourcePackage { name: name.into(), version: version.into() });
    if kind.is_os() {
        package.arch = Some("amd64".into());
    }
    Item {
        fact: Fact {
            what: What::Package(package),
            place: Place { layer: Some(LayerIndex(at)), path: path.into() },
            by: AnalyzerId::new(if kind.is_os() { "dpkg" } else { "language" }),
        },
        removed: None,
        owner: None,
    }
}

/// A program of the second layer that nothing names.
pub(crate) fn unidentified(path: &str, sha256: Option<Digest>) -> Item {
    let what = What::Executable(Executable { format: ExecutableFormat::Elf, sha256, build_id: Some("ab01".into()) });
    let place = Place { layer: Some(LayerIndex(1)), path: path.into() };
    Item { fact: Fact { what, place, by: AnalyzerId::new("program-file") }, removed: None, owner: None }
}

/// As [`image`], with secrets: one in a file that a later layer removed, one in the configuration.
pub(crate) fn leaky() -> Report {
    let exposed = |spot: Spot, place: Place, removed: Option<LayerIndex>| {
        Finding::Secret(Box::new(ExposedSecret {
            secret: Secret {
                kind: "acme-token".into(),
                spot,
                redacted: "acme_… (40 characters)".into(),
                fingerprint: "0123456789abcdef0123456789abcdef".into(),
                allowed: None,
                notes: Vec::new(),
                committed: None,
            },
            place,
            removed,
            name: "Acme token".into(),
            provider: "Acme".into(),
            severity: Severity::Critical,
            opens: "Opens every door of the factory.".into(),
            rotate: "Ask the porter for another one.".into(),
            revocable: true,
            days: 90,
            since: Some("2024-05-01T10:00:00Z".into()),
            age: Some(100),
            suppressed: None,
            verified: None,
        }))
    };
    let mut report = image();
    let file = Place { layer: Some(LayerIndex(2)), path: "app/.env".into() };
    report.findings.push(exposed(Spot::File { line: 3, column: 7 }, file, Some(LayerIndex(3))));
    report.findings.push(exposed(Spot::Environment("ACME_TOKEN".into()), Place::default(), None));
    report
}

/// As [`leaky`], of a repository: a secret that is in the history alone.
pub(crate) fn committed() -> Report {
    let mut report = leaky();
    let Some(Finding::Secret(exposed)) = report.findings.iter_mut().find(|finding| finding.secret().is_some()) else {
        unreachable!("a leaky image has secrets")
    };
    (exposed.place.layer, exposed.removed) = (None, None);
    exposed.secret.committed = Some(Box::new(Committed {
        commit: "4b825dc642cb6eb9a060e54bf8d69288fbee4904".into(),
        author: "A U Thor <a@example.com>".into(),
        date: Some("2005-04-07T15:13:13-07:00".into()),
        path: "app/old.env".into(),
        still: Still::InHistory,
    }));
    report
}

fn row(vulnerability: Vulnerability) -> Finding {
    Finding::Vulnerability(Box::new(vulnerability))
}

fn found(item: usize, id: &str, severity: Severity, source: &str, fixed: Option<&str>, summary: &str) -> Vulnerability {
    Vulnerability {
        item,
        id: id.into(),
        aliases: vec![source.into()],
        severity,
        severity_source: source.into(),
        cvss: None,
        score: None,
        fixed: fixed.map(Into::into),
        state: if fixed.is_some() { FixState::Fixed } else { FixState::NotFixed },
        summary: summary.into(),
        published: Some("2023-10-24T00:00:00Z".into()),
        references: vec![format!("https://advisories.example/{id}")],
        evidence: format!("{source}: listed"),
        ..Vulnerability::default()
    }
}

/// An image of five layers: an old Debian below, a runtime in the middle, an application on top.
pub(crate) fn image() -> Report {
    let step = |instruction: &str, layer: Option<u32>| History {
        instruction: instruction.into(),
        created: Some("2024-05-01T10:00:00Z".into()),
        layer: layer.map(LayerIndex),
    };
    let dpkg = "var/lib/dpkg/status";
    let items = vec![
        item(PackageKind::Deb, "libssl1.1", "1.1.1n-0+deb11u5", Some("openssl"), 0, dpkg),
        item(PackageKind::Deb, "openssl", "1.1.1n-0+deb11u5", Some("openssl"), 0, dpkg),
        item(PackageKind::Deb, "linux-libc-dev", "5.10.209-2", Some("linux"), 1, dpkg),
        item(PackageKind::Deb, "curl", "7.74.0-1.3+deb11u11", None, 2, dpkg),
        item(PackageKind::Npm, "lodash", "4.17.20", None, 3, "app/node_modules/lodash/package.json"),
        item(PackageKind::Npm, "lodash", "4.17.20", None, 3, "app/node_modules/x/node_modules/lodash/package.json"),
        item(PackageKind::Golang, "stdlib", "1.20.1", None, 4, "usr/local/bin/tool"),
        item(PackageKind::Deb, "bash", "5.1-2+deb11u1", None, 0, dpkg),
    ];
    let cipher = "Incorrect cipher key and IV length processing can lead to truncation of the key";
    let mut findings = vec![
        row(Vulnerability {
            score: Some(9.8),
            cvss: Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H".into()),
            ..found(
                6,
                "CVE-2023-24538",
                Severity::Critical,
                "GHSA-v4m2-x4rp-hv22",
                Some("1.20.3"),
                "Backticks not treated as string delimiters in html/template",
            )
        }),
        row(found(0, "CVE-2023-5363", Severity::High, "DEBIAN-CVE-2023-5363", Some("1.1.1w-0+deb11u1"), cipher)),
        row(found(1, "CVE-2023-5363", Severity::High, "DEBIAN-CVE-2023-5363", Some("1.1.1w-0+deb11u1"), cipher)),
        row(found(1, "CVE-2024-0727", Severity::Low, "DEBIAN-CVE-2024-0727", None, "PKCS12 decoding crashes")),
        row(found(
            4,
            "CVE-2021-23337",
            Severity::High,
            "GHSA-35jh-r3h4-6jhm",
            Some("4.17.21"),
            "Command injection in lodash",
        )),
        row(found(
            5,
            "CVE-2021-23337",
            Severity::High,
            "GHSA-35jh-r3h4-6jhm",
            Some("4.17.21"),
            "Command injection in lodash",
        )),
        row(found(
            3,
            "CVE-2024-2398",
            Severity::Medium,
            "DEBIAN-CVE-2024-2398",
            Some("7.74.0-1.3+deb11u12"),
            "HTTP/2 push headers memory leak",
        )),
        row(Vulnerability {
            suppressed: Some("curl's package brought the file".into()),
            ..found(3, "CVE-2020-1", Severity::High, "GHSA-aaaa-bbbb-cccc", None, "Not so")
        }),
        Finding::EndOfLife(EndOfLife {
            release: "Debian 11".into(),
            date: "2024-08-14".into(),
            extended: Some("2026-08-31".into()),
            passed: true,
            suppressed: None,
        }),
    ];
    for number in 0..16_u32 {
        let severity = if number < 3 { Severity::Medium } else { Severity::Unknown };
        let source = if number < 3 { "DEBIAN-CVE" } else { "" };
        findings.push(row(found(
            2,
            &format!("CVE-2024-{}", 26_000 + number),
            severity,
            source,
            None,
            "kernel: a hole",
        )));
    }
    let summaries = [
        (LayerClass::Base, 80_400_000, 3200),
        (LayerClass::Base, 12_000_000, 410),
        (LayerClass::Middle, 45_000_000, 1210),
        (LayerClass::App, 22_000_000, 2100),
        (LayerClass::App, 8_000_000, 1),
    ];
    let mut layers: Vec<LayerSummary> = summaries
        .into_iter()
        .enumerate()
        .map(|(index, (class, bytes, files))| LayerSummary {
            class,
            digest: Some(Digest::sha256(&[u8::try_from(index).unwrap()])),
            bytes,
            files,
            ..LayerSummary::default()
        })
        .collect();
    let removed = |path: &str, bytes, by, replaced| Removed { path: path.into(), bytes, by: LayerIndex(by), replaced };
    layers[2].wasted_bytes = 19_000_000;
    layers[2].removed_later_count = 41;
    layers[2].removed_later = vec![
        removed("var/lib/apt/lists/deb.example_dists_bullseye_main_Packages", 17_000_000, 4, false),
        removed("usr/bin/tool", 1_500_000, 4, false),
        removed("var/lib/dpkg/status", 500_000, 4, true),
    ];
    layers[3].wasted_bytes = 8_000_000;
    layers[3].removed_later_count = 1;
    layers[3].removed_later = vec![removed("app/model.bin", 8_000_000, 4, true)];
    Report {
        image: Image {
            origin: Origin {
                transport: "docker-archive".into(),
                reference: "shop.tar".into(),
                manifest: None,
                id: Some(Digest::sha256(b"config")),
            },
            config: ImageConfig {
                os: "linux".into(),
                architecture: "amd64".into(),
                created: Some("2024-05-01T10:00:00Z".into()),
                user: "app".into(),
                env: vec!["PATH=/usr/bin".into(), "TOKEN=hunter2".into()],
                entrypoint: vec!["/usr/local/bin/tool".into()],
                history: vec![
                    step("ADD rootfs.tar.xz /", Some(0)),
                    step("RUN apt-get install -y gcc", Some(1)),
                    step("ENV A=b", None),
                    step("RUN apt-get update && apt-get install -y curl ca-certificates", Some(2)),
                    step("COPY . /app", Some(3)),
                    step("RUN chown -R app /app", Some(4)),
                ],
                ..ImageConfig::default()
            },
            layers: (0..5_u8)
                .map(|index| Layer {
                    blob: Some(Digest::sha256(&[index])),
                    diff_id: Some(Digest::sha256(&[index, index])),
                    size: Some(1000),
                    media_type: "application/vnd.oci.image.layer.v1.tar+gzip".into(),
                })
                .collect(),
        },
        layers,
        inventory: Inventory {
            distro: Some(Distro {
                id: "debian".into(),
                version: "11.9".into(),
                codename: "bullseye".into(),
                name: "Debian GNU/Linux 11 (bullseye)".into(),
                ..Distro::default()
            }),
            items,
            gaps: vec![Gap {
                place: Place { layer: Some(LayerIndex(3)), path: "app/legacy.jar".into() },
                by: AnalyzerId::new("jar"),
                kind: GapKind::Corrupt,
                detail: "the archive's directory ends at byte 812 of 4096; put the whole file into the image".into(),
            }],
        },
        findings,
        knowledge: vec![
            Knowledge {
                ecosystem: "Debian:11".into(),
                advisories: 41_203,
                newest: Some("2026-10-20T08:00:00Z".into()),
                packages: 5,
                ..Knowledge::default()
            },
            Knowledge {
                ecosystem: "npm".into(),
                advisories: 210_000,
                newest: Some("2026-10-19T08:00:00Z".into()),
                packages: 2,
                ..Knowledge::default()
            },
        ],
        ..Report::default()
    }
}

/// The image with what somebody says about two of its vulnerabilities, and about one that it does not have.
pub(crate) fn remarked() -> Report {
    let mut report = image();
    let find = |id: &str| {
        let has = |finding: &Finding| matches!(finding, Finding::Vulnerability(known) if known.id == id);
        report.findings.iter().position(has).unwrap()
    };
    let (triage, aside) = (find("CVE-2024-2398"), find("CVE-2023-24538"));
    let remark = |id: &str, status, findings: Vec<usize>| VexRemark {
        ids: vec![id.into()],
        products: vec!["pkg:oci/shop".into()],
        status,
        justification: None,
        detail: None,
        author: "Acme".into(),
        timestamp: Some("2024-05-01T00:00:00Z".into()),
        document: "https://example.com/vex-1".into(),
        place: "vex.json, statements[0]".into(),
        trusted: true,
        unapplied: findings.is_empty().then(|| format!("nothing here is known to have {id}")),
        findings,
    };
    report.remarks = vec![
        remark("CVE-2024-2398", VexStatus::UnderInvestigation, vec![triage]),
        VexRemark {
            justification: Some("vulnerable_code_not_present".into()),
            detail: Some("cut out".into()),
            ..remark("CVE-2023-24538", VexStatus::NotAffected, vec![aside])
        },
        remark("CVE-1999-0001", VexStatus::Fixed, Vec::new()),
    ];
    if let Finding::Vulnerability(known) = &mut report.findings[aside] {
        known.suppressed = Some("not affected, says Acme".into());
    }
    report
}

/// The image with what its licences ask for.
pub(crate) fn licensed() -> Report {
    let mut report = image();
    let text = LicenseText { license: "MPL-2.0".into(), confidence: 97, form: LicenseForm::Text };
    let place = Place { layer: Some(LayerIndex(4)), path: "srv/COPYING".into() };
    let fact = Fact { what: What::LicenseText(text), place, by: AnalyzerId::new("license-text") };
    let file = report.inventory.items.len();
    report.inventory.items.push(Item { fact, removed: None, owner: None });
    let mut found = |item, class: LicenseClass, licenses: &[&str], confidence, suppressed: Option<&str>| {
        report.findings.push(Finding::License(Box::new(LicenseFinding {
            item,
            class,
            licenses: licenses.iter().map(ToString::to_string).collect(),
            declared: vec!["as declared".into()],
            confidence,
            summary: "It is so. Do this.".into(),
            suppressed: suppressed.map(str::to_owned),
        })));
    };
    found(0, LicenseClass::Restricted, &["GPL-2.0-or-later"], None, None);
    found(1, LicenseClass::Restricted, &["GPL-2.0-or-later", "LGPL-2.1-only"], None, None);
    found(file, LicenseClass::Reciprocal, &["MPL-2.0"], Some(97), None);
    found(1, LicenseClass::Notice, &["MIT"], None, None);
    found(2, LicenseClass::Notice, &["ISC"], None, Some("the licence is to be ignored (--ignored-licenses)"));
    report
}

/// The image with settings that rules do not agree with: two places of one rule, and the image's own configuration.
pub(crate) fn misconfigured() -> Report {
    let mut report = image();
    let found = |path: &str, line: u32, severity| Misconfiguration {
        place: Place { layer: (!path.is_empty()).then_some(LayerIndex(4)), path: path.into() },
        rule: if path.is_empty() { "PLM-DOCKER-IMAGE-001" } else { "PLM-K8S-POD-001" }.into(),
        title: if path.is_empty() { "The image does not run as root" } else { "Containers are not privileged" }.into(),
        severity,
        language: if path.is_empty() { "image" } else { "kubernetes" }.into(),
        resource: if path.is_empty() { "image" } else { "default/Deployment/web" }.into(),
        attribute: if path.is_empty() { "user" } else { "spec.containers[0].securityContext.privileged" }.into(),
        lines: (line, line),
        excerpt: if line == 0 { Vec::new() } else { vec!["      privileged: true".into()] },
        found: (line != 0).then(|| "true".into()),
        expected: "not true".into(),
        why: "It owns the node.".into(),
        fix: "Remove it.".into(),
        code: "privileged: false".into(),
        references: vec!["https://example.com/".into()],
        weaknesses: vec!["CWE-250".into()],
        aliases: vec!["AVD-KSV-0017".into()],
        controls: vec!["cis-docker:4.1".into()],
        suppressed: None,
    };
    let places =
        [("srv/web.yaml", 12, Severity::Critical), ("srv/web.yaml", 20, Severity::Critical), ("", 0, Severity::High)];
    for (path, line, severity) in places {
        report.findings.push(Finding::Misconfiguration(Box::new(found(path, line, severity))));
    }
    report
}

/// The image held against a framework, with a control of every status.
pub(crate) fn compliant() -> Report {
    let mut report = misconfigured();
    let control = |id: &str, status, reason: &str, evidence: Vec<Evidence>| Control {
        id: id.into(),
        title: format!("Number {id} is so"),
        status,
        reason: reason.into(),
        manual: (status == ControlStatus::NotAssessed).then(|| "Look at it.".into()),
        evidence,
    };
    let evidence = |by: &str, of: &str, examined, failed, accepted, findings: &[&str]| Evidence {
        by: by.into(),
        of: of.into(),
        examined,
        failed,
        unknown: 0,
        accepted,
        findings: findings.iter().map(|text| (*text).to_owned()).collect(),
    };
    report.compliance = vec![Compliance {
        framework: "own".into(),
        title: "Our own rules".into(),
        version: "3".into(),
        controls: vec![
            control("1.1", ControlStatus::Passed, "", vec![evidence("PLM-K8S-POD-002", "resources", 4, 0, 0, &[])]),
            control("1.2", ControlStatus::NotAssessed, "it can only be checked by hand", Vec::new()),
            control(
                "1.10",
                ControlStatus::Failed,
                "",
                vec![
                    evidence("PLM-K8S-POD-001", "resources", 4, 2, 1, &["srv/web.yaml:12 web", "srv/web.yaml:20 web"]),
                    evidence("kind: vulnerability", "packages", 9, 1, 0, &["CVE-2024-1 in openssl 1 (high)"]),
                ],
            ),
            control("2", ControlStatus::Accepted, "", vec![evidence("PLM-K8S-POD-003", "resources", 4, 1, 1, &[])]),
        ],
    }];
    report
}

/// The text of an attack on everything that shows text.
pub(crate) const HOSTILE: &str =
    "::error::x\u{1b}[2J\u{9b}1m\r\n::set-output name=a::b\u{202e}##vso[task.complete]\u{200b}";

/// A report that says [`HOSTILE`] wherever an image or an advisory can say anything.
pub(crate) fn hostile() -> Report {
    saying(HOSTILE)
}

/// A report that says the text wherever an image or an advisory can say anything.
pub(crate) fn saying(attack: &str) -> Report {
    let mut report = committed();
    report.compliance = compliant().compliance;
    report.findings.extend(misconfigured().findings.into_iter().filter(|found| found.misconfiguration().is_some()));
    let text = || attack.to_owned();
    report.image.origin.reference = text();
    let config = &mut report.image.config;
    (config.os, config.architecture, config.user, config.working_dir) = (text(), text(), text(), text());
    (config.variant, config.created) = (Some(text()), Some(text()));
    config.labels.insert(text(), text());
    for list in
        [&mut config.env, &mut config.entrypoint, &mut config.cmd, &mut config.exposed_ports, &mut config.volumes]
    {
        *list = vec![text()];
    }
    for step in &mut config.history {
        (step.instruction, step.created) = (text(), Some(text()));
    }
    for layer in &mut report.layers {
        for file in &mut layer.removed_later {
            file.path = attack.into();
        }
    }
    let distro = report.inventory.distro.as_mut().unwrap();
    (distro.id, distro.version, distro.codename, distro.name, distro.cpe) = (text(), text(), text(), text(), text());
    for item in &mut report.inventory.items {
        item.fact.place.path = attack.into();
        item.owner = Some(text());
        if let What::Package(package) = &mut item.fact.what {
            (package.name, package.version, package.arch) = (text(), text(), Some(text()));
            (package.module, package.vendor, package.licenses) = (Some(text()), Some(text()), vec![text()]);
            package.source = Some(SourcePackage { name: text(), version: text() });
        }
    }
    for gap in &mut report.inventory.gaps {
        (gap.place.path, gap.detail) = (attack.into(), text());
    }
    for (index, finding) in report.findings.iter_mut().enumerate() {
        match finding {
            Finding::Vulnerability(known) => {
                (known.id, known.aliases) = (format!("{attack}{index}"), vec![text()]);
                (known.severity_source, known.summary, known.evidence) = (text(), text(), text());
                (known.cvss, known.fixed, known.published) = (Some(text()), Some(text()), Some(text()));
                known.references = vec![text()];
                known.suppressed = known.suppressed.as_ref().map(|_| text());
            }
            Finding::EndOfLife(end) => {
                (end.release, end.date, end.extended) = (text(), text(), Some(text()));
            }
            // The rest of a secret's texts are our own.
            Finding::Secret(exposed) => {
                exposed.place.path = attack.into();
                exposed.secret.redacted = text();
                if let Some(committed) = exposed.secret.committed.as_deref_mut() {
                    (committed.author, committed.path) = (text(), attack.into());
                }
                if let Spot::Environment(name) = &mut exposed.secret.spot {
                    *name = text();
                }
            }
            Finding::Misconfiguration(found) => {
                found.place.path = HOSTILE.into();
                (found.resource, found.attribute, found.found) = (text(), text(), Some(text()));
                (found.expected, found.excerpt, found.suppressed) = (text(), vec![text()], Some(text()));
            }
            Finding::License(_) => {}
        }
    }
    report.findings.push(Finding::License(Box::new(LicenseFinding {
        item: 0,
        class: LicenseClass::Restricted,
        licenses: vec![text()],
        declared: vec![text()],
        confidence: None,
        summary: text(),
        suppressed: None,
    })));
    for compliance in &mut report.compliance {
        (compliance.framework, compliance.title, compliance.version) = (text(), text(), text());
        for control in &mut compliance.controls {
            (control.id, control.title, control.reason) = (text(), text(), text());
            control.manual = Some(text());
            for evidence in &mut control.evidence {
                (evidence.by, evidence.findings) = (text(), vec![text()]);
            }
        }
    }
    report.remarks = remarked().remarks;
    for remark in &mut report.remarks {
        (remark.ids, remark.products, remark.author) = (vec![text()], vec![text()], text());
        (remark.justification, remark.detail, remark.timestamp) = (Some(text()), Some(text()), Some(text()));
        (remark.document, remark.place) = (text(), text());
        remark.unapplied = remark.unapplied.as_ref().map(|_| text());
    }
    for known in &mut report.knowledge {
        (known.ecosystem, known.newest) = (text(), Some(text()));
    }
    report
}

/// What a format writes.
pub(crate) fn render(format: &crate::Format, report: &Report, context: &Context<'_>) -> String {
    let mut out = Vec::new();
    (format.write)(std::slice::from_ref(report), context, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The format of that name.
pub(crate) fn format(name: &str) -> &'static crate::Format {
    crate::SCAN.iter().find(|format| format.name == name).unwrap()
}
