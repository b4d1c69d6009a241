//! What the tables look like, and what they must never do.

use std::fmt::Write;

use model::{Finding, Report, Severity};

use crate::samples::{committed, compliant, context, hostile, image, leaky, licensed, remarked, render, unidentified};
use crate::text::columns;
use crate::{Context, Filter, LAYERS, SCAN, Wants};

fn table(report: &Report, context: &Context<'_>) -> String {
    render(&SCAN[0], report, context)
}

fn layers(report: &Report, context: &Context<'_>) -> String {
    render(&LAYERS[0], report, context)
}

/// The lines of a table that begin with a label, up to the next label.
fn lines<'a>(table: &'a str, label: &str) -> Vec<&'a str> {
    let mut lines = table.lines().skip_while(|line| !line.starts_with(label));
    let first = lines.next();
    first.into_iter().chain(lines.take_while(|line| line.starts_with("            "))).collect()
}

#[test]
fn at_80_columns() {
    insta::assert_snapshot!(table(&image(), &context(80)), @r#"
Source      shop.tar (docker-archive)
Image       linux/amd64 · Debian GNU/Linux 11 (bullseye), 11.9 · built
            2024-05-01 · 5 layers · 7 packages (5 deb, 1 golang, 1 npm)
Warning     Debian 11 gets no security updates since 2024-08-14: new holes in it
            stay open. Extended support ends 2026-08-31.

Base image, layers 1 to 2: 18 vulnerabilities
  openssl 1.1.1n-0+deb11u5 (libssl1.1, openssl) · layer 1 · ADD rootfs.tar.xz /
    HIGH      CVE-2023-5363   → 1.1.1w-0+deb11u1     Incorrect cipher key and I…
    LOW       CVE-2024-0727   no fix                 only openssl: PKCS12 decod…
  linux 5.10.209-2 (linux-libc-dev) · layer 2 · RUN apt-get install -y gcc
    MEDIUM    CVE-2024-26000  no fix                 kernel: a hole
    MEDIUM    CVE-2024-26001  no fix                 kernel: a hole
    MEDIUM    CVE-2024-26002  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26003  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26004  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26005  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26006  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26007  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26008  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26009  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26010  no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26011  no fix                 kernel: a hole
    … and 4 more: 4 unknown (--all lists them)

Middle layers, layer 3: 1 vulnerability
  curl 7.74.0-1.3+deb11u11 · layer 3 · RUN apt-get update && apt-get install -y…
    MEDIUM    CVE-2024-2398   → 7.74.0-1.3+deb11u12  HTTP/2 push headers memory…

Application, layers 4 to 5: 2 vulnerabilities
  stdlib 1.20.1 · layer 5 · usr/local/bin/tool · RUN chown -R app /app
    CRITICAL  CVE-2023-24538  → 1.20.3               Backticks not treated as s…
  lodash 4.17.20 · layer 4 · app/node_modules/lodash/package.json · and 1 other…
    HIGH      CVE-2021-23337  → 4.17.21              Command injection in lodash

Found       21 vulnerabilities in 6 packages: 1 critical, 2 high, 4 medium, 1
            low, 13 unknown · 4 have a fix
Where       base image 18 · middle layers 1 · application 2
Rated by    DEBIAN 6 · GHSA 2 · nobody 13
Set aside   1 vulnerability is not counted (--show-suppressed says why)
Next        1. Build on a release that is still supported, instead of Debian 11.
            2. Build usr/local/bin/tool again with Go 1.20.3 instead of 1.20.1:
               fixes 1 vulnerability.
            3. Rebuild on the newest version of the base image (docker build
               --pull): 1 vulnerability in it has a fix.
            4. Upgrade lodash 4.17.20 to 4.17.21 in
               app/node_modules/lodash/package.json and 1 other place: fixes 1
               vulnerability.
            5. Build layer 3 (RUN apt-get update && apt-get install -y curl c…)
               again without the cache: updates fix 1 vulnerability.
Coverage    INCOMPLETE: 1 thing could not be seen, so there may be more than is
            listed here
            - corrupt, layer 4, app/legacy.jar: the archive's directory ends at
              byte 812 of 4096; put the whole file into the image
Data        Debian:11 41,203 advisories (newest 2026-10-20) · npm 210,000
            advisories (newest 2026-10-19)
Warning     the advisory data is 34 days old: newer holes are not in it
Report      plimsoll 1.2.3 at 2026-11-24T04:00:00Z
"#);
}

#[test]
fn at_120_columns() {
    insta::assert_snapshot!(table(&image(), &context(120)), @r#"
Source      shop.tar (docker-archive)
Image       linux/amd64 · Debian GNU/Linux 11 (bullseye), 11.9 · built 2024-05-01 · 5 layers · 7 packages (5 deb, 1
            golang, 1 npm)
Warning     Debian 11 gets no security updates since 2024-08-14: new holes in it stay open. Extended support ends
            2026-08-31.

Base image, layers 1 to 2: 18 vulnerabilities
  openssl 1.1.1n-0+deb11u5 (libssl1.1, openssl) · layer 1 · ADD rootfs.tar.xz /
    HIGH      CVE-2023-5363   DEBIAN    → 1.1.1w-0+deb11u1     Incorrect cipher key and IV length processing can lead t…
    LOW       CVE-2024-0727   DEBIAN    no fix                 only openssl: PKCS12 decoding crashes
  linux 5.10.209-2 (linux-libc-dev) · layer 2 · RUN apt-get install -y gcc
    MEDIUM    CVE-2024-26000  DEBIAN    no fix                 kernel: a hole
    MEDIUM    CVE-2024-26001  DEBIAN    no fix                 kernel: a hole
    MEDIUM    CVE-2024-26002  DEBIAN    no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26003            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26004            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26005            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26006            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26007            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26008            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26009            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26010            no fix                 kernel: a hole
    UNKNOWN   CVE-2024-26011            no fix                 kernel: a hole
    … and 4 more: 4 unknown (--all lists them)

Middle layers, layer 3: 1 vulnerability
  curl 7.74.0-1.3+deb11u11 · layer 3 · RUN apt-get update && apt-get install -y curl ca-certificates
    MEDIUM    CVE-2024-2398   DEBIAN    → 7.74.0-1.3+deb11u12  HTTP/2 push headers memory leak

Application, layers 4 to 5: 2 vulnerabilities
  stdlib 1.20.1 · layer 5 · usr/local/bin/tool · RUN chown -R app /app
    CRITICAL  CVE-2023-24538  9.8 GHSA  → 1.20.3               Backticks not treated as string delimiters in html/templ…
  lodash 4.17.20 · layer 4 · app/node_modules/lodash/package.json · and 1 other place · COPY . /app
    HIGH      CVE-2021-23337  GHSA      → 4.17.21              Command injection in lodash

Found       21 vulnerabilities in 6 packages: 1 critical, 2 high, 4 medium, 1 low, 13 unknown · 4 have a fix
Where       base image 18 · middle layers 1 · application 2
Rated by    DEBIAN 6 · GHSA 2 · nobody 13
Set aside   1 vulnerability is not counted (--show-suppressed says why)
Next        1. Build on a release that is still supported, instead of Debian 11.
            2. Build usr/local/bin/tool again with Go 1.20.3 instead of 1.20.1: fixes 1 vulnerability.
            3. Rebuild on the newest version of the base image (docker build --pull): 1 vulnerability in it has a fix.
            4. Upgrade lodash 4.17.20 to 4.17.21 in app/node_modules/lodash/package.json and 1 other place: fixes 1
               vulnerability.
            5. Build layer 3 (RUN apt-get update && apt-get install -y curl c…) again without the cache: updates fix 1
               vulnerability.
Coverage    INCOMPLETE: 1 thing could not be seen, so there may be more than is listed here
            - corrupt, layer 4, app/legacy.jar: the archive's directory ends at byte 812 of 4096; put the whole file
              into the image
Data        Debian:11 41,203 advisories (newest 2026-10-20) · npm 210,000 advisories (newest 2026-10-19)
Warning     the advisory data is 34 days old: newer holes are not in it
Report      plimsoll 1.2.3 at 2026-11-24T04:00:00Z
"#);
}

#[test]
fn in_colour() {
    let mut report = image();
    report.findings.truncate(4);
    let context = Context { color: true, ..context(80) };
    insta::assert_snapshot!(table(&report, &context).replace('\x1b', "␛"), @r#"
␛[1mSource␛[0m      ␛[1mshop.tar␛[0m (docker-archive)
␛[1mImage␛[0m       linux/amd64 · Debian GNU/Linux 11 (bullseye), 11.9 · built
            2024-05-01 · 5 layers · 7 packages (5 deb, 1 golang, 1 npm)

␛[1mBase image, layers 1 to 2␛[0m: 2 vulnerabilities
  ␛[1mopenssl␛[0m 1.1.1n-0+deb11u5 (libssl1.1, openssl)␛[2m · layer 1␛[0m␛[2m · ADD rootfs.tar.xz /␛[0m
    ␛[31mHIGH␛[0m      CVE-2023-5363   ␛[32m→ 1.1.1w-0+deb11u1␛[0m  Incorrect cipher key and IV l…
    ␛[36mLOW␛[0m       CVE-2024-0727   ␛[2mno fix␛[0m              ␛[2monly openssl: ␛[0mPKCS12 decoding…

␛[1mApplication, layers 4 to 5␛[0m: 1 vulnerability
  ␛[1mstdlib␛[0m 1.20.1␛[2m · layer 5 · usr/local/bin/tool␛[0m␛[2m · RUN chown -R app /app␛[0m
    ␛[1m␛[91mCRITICAL␛[0m  CVE-2023-24538  ␛[32m→ 1.20.3␛[0m            Backticks not treated as stri…

␛[1mFound␛[0m       ␛[1m␛[91m3 vulnerabilities in 3 packages: 1 critical, 1 high, 1 low · 2 have␛[0m
            ␛[1m␛[91ma fix␛[0m
␛[1mWhere␛[0m       base image 2 · application 1
␛[1mRated by␛[0m    DEBIAN 2 · GHSA 1
␛[1mNext␛[0m        1. Build usr/local/bin/tool again with Go 1.20.3 instead of 1.20.1:
               fixes 1 vulnerability.
            2. Rebuild on the newest version of the base image (docker build
               --pull): 1 vulnerability in it has a fix.
            3. No fix exists yet for 1 in openssl: leave it out if the image
               works without it.
␛[1m␛[33mCoverage␛[0m    ␛[1m␛[33mINCOMPLETE: 1 thing could not be seen, so there may be more than is␛[0m
            ␛[1m␛[33mlisted here␛[0m
            - corrupt, layer 4, app/legacy.jar: the archive's directory ends at
              byte 812 of 4096; put the whole file into the image
␛[1mData␛[0m        Debian:11 41,203 advisories (newest 2026-10-20) · npm 210,000
            advisories (newest 2026-10-19)
␛[1m␛[33mWarning␛[0m     ␛[1m␛[33mthe advisory data is 34 days old: newer holes are not in it␛[0m
␛[1mReport␛[0m      ␛[2mplimsoll 1.2.3 at 2026-11-24T04:00:00Z␛[0m
"#);
}

#[test]
fn layers_at_80_columns() {
    insta::assert_snapshot!(layers(&image(), &context(80)), @r#"
Source      shop.tar (docker-archive)
Image       linux/amd64 · Debian GNU/Linux 11 (bullseye), 11.9 · built
            2024-05-01 · 5 layers · 7 packages (5 deb, 1 golang, 1 npm)
Warning     Debian 11 gets no security updates since 2024-08-14: new holes in it
            stay open. Extended support ends 2026-08-31.

Layer 1 · base · ADD rootfs.tar.xz /
    80.4 MB · 3,200 files · sha256:96a296d224f2
    3 packages: bash, libssl1.1, openssl
    2 vulnerabilities: 1 high, 1 low

Layer 2 · base · RUN apt-get install -y gcc
    12.0 MB · 410 files · sha256:9dcf97a184f3
    1 package: linux-libc-dev
    16 vulnerabilities: 3 medium, 13 unknown

Layer 3 · middle · RUN apt-get update && apt-get install -y curl ca-certificates
    45.0 MB · 1,210 files · sha256:50cff72c8e55
    1 package: curl
    1 vulnerability: 1 medium
    19.0 MB wasted, 41 files are removed or replaced by later layers
        17.0 MB  deleted by layer 5  var/lib/apt/lists/deb.example_dists_bullse…
         1.5 MB  deleted by layer 5  usr/bin/tool
       500.0 kB  replaced by layer 5  var/lib/dpkg/status
      … and 38 more

Layer 4 · app · COPY . /app
    22.0 MB · 2,100 files · sha256:8655173af1ec
    2 packages: lodash
    1 vulnerability: 1 high
    8.0 MB wasted, 1 file is removed or replaced by later layers
         8.0 MB  replaced by layer 5  app/model.bin

Layer 5 · app · RUN chown -R app /app
    8.0 MB · 1 file · sha256:b4cc09a903fa
    1 package: stdlib
    1 vulnerability: 1 critical

Total       167.4 MB in 5 layers, 27.0 MB of it wasted (16.1 %)
Advice      1. Layer 3 (RUN apt-get update && apt-get install -…) stores 17.0 MB
               of package cache that layer 5 deletes too late, since the bytes
               stay in the image: end it with: rm -rf /var/lib/apt/lists/*.
               Saves 17.0 MB.
            2. Layer 5 (RUN chown -R app /app) stores 8.0 MB of layer 4 a second
               time: use COPY --chown instead. Saves 8.0 MB.
            3. Layer 5 (RUN chown -R app /app) deletes 1.5 MB of layer 3, which
               ship all the same: do both in one RUN instruction (merge layers 3
               and 5). Saves 1.5 MB.
Coverage    INCOMPLETE: 1 thing could not be seen, so there may be more than is
            listed here
            - corrupt, layer 4, app/legacy.jar: the archive's directory ends at
              byte 812 of 4096; put the whole file into the image
Report      plimsoll 1.2.3 at 2026-11-24T04:00:00Z
"#);
}

#[test]
fn layers_at_120_columns() {
    insta::assert_snapshot!(layers(&image(), &context(120)), @r#"
Source      shop.tar (docker-archive)
Image       linux/amd64 · Debian GNU/Linux 11 (bullseye), 11.9 · built 2024-05-01 · 5 layers · 7 packages (5 deb, 1
            golang, 1 npm)
Warning     Debian 11 gets no security updates since 2024-08-14: new holes in it stay open. Extended support ends
            2026-08-31.

Layer 1 · base · ADD rootfs.tar.xz /
    80.4 MB · 3,200 files · sha256:96a296d224f2
    3 packages: bash, libssl1.1, openssl
    2 vulnerabilities: 1 high, 1 low

Layer 2 · base · RUN apt-get install -y gcc
    12.0 MB · 410 files · sha256:9dcf97a184f3
    1 package: linux-libc-dev
    16 vulnerabilities: 3 medium, 13 unknown

Layer 3 · middle · RUN apt-get update && apt-get install -y curl ca-certificates
    45.0 MB · 1,210 files · sha256:50cff72c8e55
    1 package: curl
    1 vulnerability: 1 medium
    19.0 MB wasted, 41 files are removed or replaced by later layers
        17.0 MB  deleted by layer 5  var/lib/apt/lists/deb.example_dists_bullseye_main_Packages
         1.5 MB  deleted by layer 5  usr/bin/tool
       500.0 kB  replaced by layer 5  var/lib/dpkg/status
      … and 38 more

Layer 4 · app · COPY . /app
    22.0 MB · 2,100 files · sha256:8655173af1ec
    2 packages: lodash
    1 vulnerability: 1 high
    8.0 MB wasted, 1 file is removed or replaced by later layers
         8.0 MB  replaced by layer 5  app/model.bin

Layer 5 · app · RUN chown -R app /app
    8.0 MB · 1 file · sha256:b4cc09a903fa
    1 package: stdlib
    1 vulnerability: 1 critical

Total       167.4 MB in 5 layers, 27.0 MB of it wasted (16.1 %)
Advice      1. Layer 3 (RUN apt-get update && apt-get install -…) stores 17.0 MB of package cache that layer 5 deletes
               too late, since the bytes stay in the image: end it with: rm -rf /var/lib/apt/lists/*. Saves 17.0 MB.
            2. Layer 5 (RUN chown -R app /app) stores 8.0 MB of layer 4 a second time: use COPY --chown instead. Saves
               8.0 MB.
            3. Layer 5 (RUN chown -R app /app) deletes 1.5 MB of layer 3, which ship all the same: do both in one RUN
               instruction (merge layers 3 and 5). Saves 1.5 MB.
Coverage    INCOMPLETE: 1 thing could not be seen, so there may be more than is listed here
            - corrupt, layer 4, app/legacy.jar: the archive's directory ends at byte 812 of 4096; put the whole file
              into the image
Report      plimsoll 1.2.3 at 2026-11-24T04:00:00Z
"#);
}

#[test]
fn programs_without_a_name_are_counted_and_listed_when_asked_for() {
    let mut report = image();
    report.inventory.items.push(unidentified("opt/a\u{1b}[31m", Some(model::Digest::sha256(b""))));
    report.inventory.items.push(unidentified("usr/bin/b", None));
    let told = |context: &Context<'_>| lines(&table(&report, context), "Unnamed").join("\n");
    insta::assert_snapshot!(told(&context(120)), @"Unnamed     2 programs have no package and no name (--all lists them)");
    let all = Context { filter: Filter { everything: true, ..Filter::default() }, ..context(120) };
    let text = told(&all);
    assert!(text.starts_with("Unnamed     2 programs have no package and no name\n"), "{text}");
    assert!(text.contains("- usr/bin/b, layer 2"), "{text}");
    assert!(text.contains(", layer 2,") && text.contains("sha256:e3b0c442") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn secrets_say_where_they_lie_and_what_to_do() {
    let text = table(&leaky(), &context(100));
    let from = text.find("Secrets: ").unwrap();
    let told: Vec<&str> = text[from..].lines().take(7).map(str::trim_end).collect();
    assert_eq!(told[0], "Secrets: 2");
    assert_eq!(told[1], "  critical  Acme token acme_… (40 characters)");
    assert!(told[2].starts_with("            app/.env:3:7 · layer 3 · "), "{text}");
    assert!(text.contains("removed in layer 4, but still in the image"), "{text}");
    assert!(text.contains("environment variable ACME_TOKEN of the image"), "{text}");
    assert!(text.contains("Opens every door of the factory. Ask the porter for another one."), "{text}");
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("not replaced for 100 days, and should be after 90"), "{text}");
}

#[test]
fn secrets_that_do_not_count_are_counted_and_listed_when_asked_for() {
    let mut report = leaky();
    for finding in &mut report.findings {
        if let Finding::Secret(exposed) = finding {
            exposed.suppressed = Some("it is\u{1b}[31m for tests".into());
            break;
        }
    }
    let text = table(&report, &context(100));
    assert!(text.contains("Secrets: 1, and 1 that do not count (--show-suppressed lists them)"), "{text}");
    assert!(!text.contains("app/.env:3:7"), "{text}");
    let all = Context { filter: Filter { suppressed: true, ..Filter::default() }, ..context(100) };
    let text = table(&report, &all);
    assert!(text.contains("Secrets: 1, and 1 that do not count\n"), "{text}");
    assert!(text.contains("not counted: it is") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn secrets_of_a_repository_name_their_commit() {
    let text = table(&committed(), &context(200));
    let expected = "app/.env:3:7 · committed 2005-04-07 by A U Thor <a@example.com> in 4b825dc642cb as app/old.env, not in the \
                    files any more, but still in the history";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn clean_and_unknown_do_not_look_alike() {
    let mut clean = image();
    clean.findings.clear();
    clean.inventory.gaps.clear();
    insta::assert_snapshot!(lines(&table(&clean, &context(120)), "Found").join("\n"), @"Found       no known vulnerabilities");

    let mut unjudged = clean.clone();
    unjudged.knowledge.clear();
    insta::assert_snapshot!(lines(&table(&unjudged, &context(120)), "Found").join("\n"), @"Found       vulnerabilities were not looked for: there is no advisory data");
    assert!(lines(&table(&unjudged, &context(120)), "Next")[0].contains("plimsoll db update"));

    let packages_only = Context { wants: Wants::default(), ..context(120) };
    insta::assert_snapshot!(lines(&table(&unjudged, &packages_only), "Found").join("\n"), @"Found       packages only: vulnerabilities were not asked for");
    assert_eq!(lines(&table(&unjudged, &packages_only), "Next"), Vec::<String>::new());

    let mut partly = clean.clone();
    partly.inventory.gaps = image().inventory.gaps;
    partly.inventory.gaps[0].kind = model::GapKind::UnknownDistro;
    insta::assert_snapshot!(lines(&table(&partly, &context(120)), "Found").join("\n"), @"Found       no known vulnerabilities in what could be judged; the rest is unknown");
}

#[test]
fn what_is_exploited_and_what_is_known_of_nothing_else_is_said() {
    let mut report = image();
    for finding in &mut report.findings {
        if let Finding::Vulnerability(row) = finding
            && row.id == "CVE-2023-5363"
        {
            row.exploited = Some(model::Exploited { added: "2024-01-01".into(), due: None, ransomware: true });
        }
    }
    report.knowledge[0].starter = true;
    report.knowledge[1].checked = Some("2026-11-21T04:00:00Z".into());
    let table = table(&report, &context(120));
    assert_eq!(table.matches("exploited, for ransom: ").count(), 1, "{table}");
    let words: Vec<&str> = table.split_whitespace().collect();
    assert!(words.join(" ").contains("checked 3 days ago"), "{table}");
    assert!(table.starts_with("Warning") && table.contains("plimsoll db update"), "{table}");
}

#[test]
fn the_filter_hides_rows_and_says_so() {
    let filter = Filter { severities: vec![Severity::Critical, Severity::High], ..Filter::default() };
    let table = table(&image(), &Context { filter, ..context(120) });
    assert!(table.contains("CVE-2023-5363") && !table.contains("CVE-2024-2398"));
    assert!(lines(&table, "Found")[0].contains("21 vulnerabilities"));
    assert_eq!(lines(&table, "Hidden"), ["Hidden      4 medium, 1 low, 13 unknown, as --severity asks"]);
}

#[test]
fn everything_and_the_suppressed_are_shown_on_demand() {
    let short = table(&image(), &context(120));
    assert!(!short.contains("CVE-2024-26015") && !short.contains("CVE-2020-1 "));
    let filter = Filter { everything: true, suppressed: true, ..Filter::default() };
    let long = table(&image(), &Context { filter, ..context(120) });
    assert!(long.contains("CVE-2024-26015"));
    assert!(long.contains("not counted: curl's package brought the file"));
}

#[test]
fn remarks_are_told_beside_what_they_are_about() {
    let table = table(&remarked(), &context(120));
    assert_eq!(lines(&table, "Remarks"), ["Remarks     3 VEX statements, 1 of which does not apply (-v says why)"]);
    let row = table.lines().find(|line| line.contains("CVE-2024-2398")).unwrap();
    assert!(row.ends_with("under investigation: HTTP/2 push headers memory leak"), "{row}");
    assert!(!table.contains("CVE-2023-24538"));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [0, 40, 60, 77, 80, 120, 200] {
        for report in [image(), hostile()] {
            for text in [table(&report, &context(width)), layers(&report, &context(width))] {
                for line in text.lines() {
                    // A word without a space in it, as no wrapping may break, is cut.
                    assert!(columns(line) <= width.max(40), "{width}: {line}");
                }
            }
        }
    }
}

#[test]
fn hostile_text_cannot_act() {
    for width in [60, 80, 120, 200] {
        let filter = Filter { everything: true, suppressed: true, ..Filter::default() };
        let context = Context { filter, ..context(width) };
        for text in [table(&hostile(), &context), layers(&hostile(), &context)] {
            for line in text.lines() {
                assert!(!line.chars().any(crate::clean::is_invisible), "{line:?}");
                assert!(!line.trim_start().starts_with("::"), "{line:?}");
                assert!(!line.contains("##"), "{line:?}");
            }
        }
    }
}

#[test]
fn colour_changes_nothing_but_colour() {
    let colored = table(&image(), &Context { color: true, ..context(100) });
    let mut plain = String::new();
    for (index, part) in colored.split("\x1b[").enumerate() {
        let text = if index == 0 { part } else { part.split_once('m').unwrap().1 };
        write!(plain, "{text}").unwrap();
    }
    assert_eq!(plain, table(&image(), &context(100)));
}

#[test]
fn an_empty_report_is_a_report() {
    let report = Report::default();
    assert!(table(&report, &context(80)).contains("no known vulnerabilities"));
    assert!(layers(&report, &context(80)).contains("nothing worth a change"));
}

#[test]
fn licences_have_a_part_of_their_own() {
    let shown = |context: &Context<'_>| {
        let table = table(&licensed(), context);
        let part = table.split_once("Restricted licences").unwrap().1;
        format!("Restricted licences{}", part.split_once("\nFound").unwrap().0)
    };
    let context = Context { wants: Wants { licenses: true, ..context(80).wants }, ..context(80) };
    insta::assert_snapshot!(shown(&context), @"
Restricted licences (high)
            Whoever passes it on has to offer the source code, often also that
            of what it is built into, under the same terms. Make sure that you
            do so, or keep it out of what you pass on.
  GPL-2.0-or-later  2 packages: libssl1.1, openssl · layer 1
  LGPL-2.1-only     1 package: openssl · layer 1

Reciprocal licences (medium)
            Whoever passes on a changed version has to offer the source code of
            the changes under the same terms. If you changed it, publish the
            changes; else keep its notices.
  MPL-2.0  1 file: srv/COPYING · layer 5

Notice licences (low)
            Whoever passes it on has to pass on its copyright notice and
            licence. Keep the notices where users find them.
  MIT  1 package: openssl · layer 1
");
    let severe =
        Context { filter: Filter { severities: vec![Severity::High], ..Filter::default() }, ..context.clone() };
    assert!(!shown(&severe).contains("MPL-2.0"));
    let all = Context { filter: Filter { suppressed: true, ..Filter::default() }, ..context.clone() };
    assert!(shown(&all).contains("Notice licences (low, not counted)"));
    let summary = table(&licensed(), &context);
    assert_eq!(
        lines(&summary, "Licences "),
        ["Licences    2 restricted, 1 reciprocal, 1 notice · 1 ignored · 7 packages tell", "            no licence"]
    );
}

#[test]
fn frameworks_come_after_what_was_found_and_failures_first() {
    let table = table(&compliant(), &context(80));
    let part = table.split_once("Our own rules").unwrap().1.split_once("\nFound").unwrap().0;
    insta::assert_snapshot!(format!("Our own rules{part}"), @r"
    Our own rules 3: 1 failed, 1 accepted, 1 not assessed, 1 passed
      failed        1.10  Number 1.10 is so
                          PLM-K8S-POD-001: 2 of 4 resources, 1 set aside:
                          srv/web.yaml:12 web; srv/web.yaml:20 web
                          kind: vulnerability: 1 finding in 9 packages: CVE-2024-1
                          in openssl 1 (high)
      accepted      2     Number 2 is so
                          PLM-K8S-POD-003: 1 of 4 resources, 1 set aside
      not assessed  1.2   Number 1.2 is so
                          Look at it.
      passed        1.1   Number 1.1 is so
                          1 check of 4 things.
    ");
}
