//! The rules by which advisories and packages find each other, one test for each, named after the rule. The records are
//! those of real advisories, cut down to what the rule is about; what is expected follows from what their publishers say.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod debian;
mod go;
mod languages;
mod names;
mod records;
mod rpm;
mod uncounted;

use std::fmt::Write;
use std::fs;

use advisories::{
    Advisories, Advisory, Affected, Bucket, Builder, Event, Shard, Status, Store, StoreError, Supply, Wanted,
};
use model::{
    AnalyzerId, Distro, Fact, Finding, FixState, Inventory, Item, Package, PackageKind, Place, SourcePackage, What,
};

/// A list in JSON.
fn list(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(","))
}

/// An event: `1.0` introduced, `<1.2` fixed, `<=1.2` last affected, `limit:2` limit.
fn event(word: &str) -> String {
    let (key, version) = match word {
        _ if word.starts_with("<=") => ("last_affected", &word[2..]),
        _ if word.starts_with('<') => ("fixed", &word[1..]),
        _ if word.starts_with("limit:") => ("limit", &word[6..]),
        _ => ("introduced", word),
    };
    format!(r#"{{"{key}":"{version}"}}"#)
}

/// An entry: `ECOSYSTEM | NAME | EVENTS; EVENTS =LISTED`, perhaps with `| KEY=VALUE` behind it: `rpmmod` of the package
/// URL, `status` of Wolfi. Events behind `git` are commits.
fn entry(line: &str) -> String {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let (ecosystem, name, versions) = (fields[0], fields[1], fields[2]);
    let listed = versions.split_whitespace().filter_map(|word| word.strip_prefix('='));
    let listed = list(listed.map(|version| format!(r#""{version}""#)));
    let ranges = versions.split(';').filter_map(|range| {
        let words: Vec<&str> = range.split_whitespace().filter(|word| !word.starts_with('=')).collect();
        let (kind, words) =
            if words.first() == Some(&"git") { ("GIT", &words[1..]) } else { ("ECOSYSTEM", &words[..]) };
        let events = list(words.iter().map(|word| event(word)));
        (!words.is_empty()).then(|| format!(r#"{{"type":"{kind}","events":{events}}}"#))
    });
    let ranges = list(ranges);
    let key = |key: &str| fields.get(3).and_then(|field| field.strip_prefix(key)).unwrap_or_default();
    let purl = match key("rpmmod=") {
        "" => String::new(),
        module => format!(r#","purl":"pkg:rpm/redhat/{name}?rpmmod={module}""#),
    };
    let status = key("status=");
    format!(
        r#"{{"package":{{"ecosystem":"{ecosystem}","name":"{name}"{purl}}},"ranges":{ranges},"versions":{listed},
        "ecosystem_specific":{{"status":"{status}"}}}}"#
    )
}

/// Records of OSV, written as `ID alias:ID upstream:ID withdrawn` with entries on the indented lines below.
fn bucket(folder: &std::path::Path, records: &str) -> Bucket {
    let mut blocks: Vec<Vec<&str>> = Vec::new();
    for line in records.lines().filter(|line| !line.trim().is_empty()) {
        match blocks.last_mut() {
            Some(block) if line.contains('|') => block.push(line),
            _ => blocks.push(vec![line]),
        }
    }
    for block in blocks {
        let mut words = block[0].split_whitespace();
        let id = words.next().unwrap();
        let words: Vec<&str> = words.collect();
        let ids = |key| list(words.iter().filter_map(|word| word.strip_prefix(key)).map(|id| format!(r#""{id}""#)));
        let withdrawn = if words.contains(&"withdrawn") { r#""withdrawn":"2024-08-21T16:25:56Z","# } else { "" };
        let json = format!(
            r#"{{"id":"{id}","modified":"2024-01-01T00:00:00Z",{withdrawn}"aliases":{},"upstream":{},"affected":{}}}"#,
            ids("alias:"),
            ids("upstream:"),
            list(block[1..].iter().map(|line| entry(line)))
        );
        for line in &block[1..] {
            let family = folder.join(line.trim().split([':', '|']).next().unwrap().trim());
            fs::create_dir_all(&family).unwrap();
            fs::write(family.join(format!("{id}.json")), &json).unwrap();
        }
    }
    Bucket::open(folder).unwrap()
}

/// `ID VERSION`, and perhaps `extended` or more of the name.
fn distro(text: &str) -> Option<Distro> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [id, version, ref more @ ..] = words[..] else { return None };
    let extended_support = more.contains(&"extended");
    let is_stream = |word: &&str| matches!(*word, "eus" | "e4s" | "aus" | "tus");
    let streams = more.iter().copied().filter(is_stream).map(str::to_owned).collect();
    let (id, version, name) = (id.into(), version.into(), text.into());
    Some(Distro { id, version, name, extended_support, streams, ..Distro::default() })
}

/// `KIND NAME VERSION`, and perhaps `source:NAME:VERSION`, `module:LABEL`, `vendor:NAME`, `owner:PACKAGE`. A version of
/// `-` is none.
fn item(line: &str) -> Item {
    let words: Vec<&str> = line.split_whitespace().collect();
    let kind = PackageKind::ALL.iter().find(|kind| kind.purl_type() == words[0]).unwrap();
    let key = |key: &str| words[3..].iter().find_map(|word| word.strip_prefix(key)).map(str::to_owned);
    let source = key("source:").map(|source| {
        let (name, version) = source.split_once(':').unwrap();
        SourcePackage { name: name.into(), version: version.into() }
    });
    let package = Package {
        source,
        module: key("module:"),
        vendor: key("vendor:").map(|vendor| vendor.replace('_', " ")),
        ..Package::new(*kind, words[1], words[2].trim_matches('-'))
    };
    let fact = Fact { what: What::Package(package), place: Place::default(), by: AnalyzerId::new("test") };
    Item { fact, removed: None, owner: key("owner:") }
}

fn word(state: FixState) -> &'static str {
    match state {
        FixState::Fixed => "fixed",
        FixState::NotFixed => "not-fixed",
        FixState::WillNotFix => "will-not-fix",
        FixState::Deferred => "deferred",
        FixState::EndOfLife => "end-of-life",
        FixState::UnderInvestigation => "under-investigation",
    }
}

/// Judges packages; one line each for what is found and what cannot be told.
fn judged(store: impl Store, distribution: &str, packages: &str) -> String {
    let items: Vec<Item> = packages.lines().filter(|line| !line.trim().is_empty()).map(item).collect();
    let inventory = Inventory { distro: distro(distribution), items, gaps: Vec::new() };
    let judgement = Advisories::new(store, "2022-06-01".parse().unwrap()).judge(&inventory);
    let mut text = String::new();
    for finding in &judgement.findings {
        let Finding::Vulnerability(row) = finding else { continue };
        let package = inventory.items[row.item].package().unwrap();
        let _ = write!(text, "{} {} {} {}", package.name, package.version, row.id, word(row.state));
        let _ = write!(text, "{}", row.fixed.as_ref().map(|fixed| format!(" {fixed}")).unwrap_or_default());
        let _ = write!(text, "{}", if row.evidence.contains("as far as can be told") { " (not sure)" } else { "" });
        let _ = writeln!(text, "{}", row.suppressed.as_ref().map(|why| format!(" ({why})")).unwrap_or_default());
    }
    for gap in &judgement.gaps {
        let _ = writeln!(text, "gap: {}", gap.detail);
    }
    text
}

/// What is found of packages by records. A line of what is expected ends in `…` where more may follow.
fn check(records: &str, distribution: &str, packages: &str, expected: &str) {
    let folder = tempfile::tempdir().unwrap();
    compare(&judged(bucket(folder.path(), records), distribution, packages), expected);
}

fn compare(found: &str, expected: &str) {
    let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let fits = |(found, expected): (&str, &&str)| match expected.strip_suffix('…') {
        Some(start) => found.starts_with(start),
        None => found == *expected,
    };
    let all = found.lines().count() == expected.len() && found.lines().zip(&expected).all(fits);
    assert!(all, "found:\n{found}\nexpected:\n{}", expected.join("\n"));
}

/// Advisories that say more than OSV's form has room for.
struct Said(Vec<Advisory>);

impl Store for Said {
    fn supply(&self, _: &Wanted<'_>) -> Result<Supply, StoreError> {
        let mut builder = Builder::new("test", 1);
        self.0.iter().for_each(|advisory| builder.add(advisory.clone()));
        Ok(Supply::of(vec![Shard::from_bytes("test", builder.finish().0)?]))
    }
}

/// An advisory of a distribution about all versions of a package, or those below a fix.
fn said(id: &str, upstream: &[&str], ecosystem: &str, name: &str, fixed: &str, status: Status) -> Advisory {
    let mut range = vec![Event::Introduced("0".to_owned())];
    range.extend((!fixed.is_empty()).then(|| Event::Fixed(fixed.to_owned())));
    let (ecosystem, name) = (ecosystem.to_owned(), name.to_owned());
    let affected = vec![Affected { ecosystem, name, ranges: vec![range], status, ..Affected::default() }];
    let upstream = upstream.iter().map(|id| (*id).to_owned()).collect();
    Advisory { id: id.to_owned(), upstream, affected, ..Advisory::default() }
}
