//! Gentoo Linux Security Advisories: one XML file each, `glsa-202312-01.xml` (glsa.dtd and glsa-2.dtd; what the ranges mean
//! is what portage's `glsa.py` does with them).
//!
//! A version is affected if it is within any `vulnerable` range and within no `unaffected` one. A range that begins with
//! an `r` (`rge`, `rlt` …) is about the revisions of its one version: `rge 1.2-r3` is 1.2-r3 and whatever revision comes
//! after it, and not 1.3. Revisions are whole numbers, so that there is a next one, and everything can be said in versions
//! that are the first or the last of something.
//!
//! A range may be about one slot, of which several are installed side by side. Packages do not tell their slot here. Where
//! it is what its versions begin with (`3.11` of Python 3.11.4), it is a range of versions; other slots are refused.
//! Architectures are not told apart: an entry for some counts for all. No real file was at hand: the fixture of the tests
//! was written from the DTD.

use std::cmp::Ordering;
use std::ops::Range;

use model::Severity;
use versions::Scheme;

use crate::advisory::{Advisory, Affected, Event, Rating};
use crate::feeds::text::{
    MAX_AFFECTED, MAX_DETAILS, MAX_REFERENCES, MAX_TEXT, clipped, is_link, is_word, quoted, rfc3339,
};
use crate::feeds::xml::{Element, Node, append, walk};
use crate::feeds::{Broken, Feed, File, Reason, Refusal, Sink};

pub(crate) const FEED: Feed = Feed {
    name: "gentoo-glsa",
    home: "https://security.gentoo.org/glsa",
    wants: |name| {
        name.strip_prefix("glsa-").and_then(|rest| rest.split_once('.')).is_some_and(|(_, kind)| kind == "xml")
    },
    read,
};

/// Ranges of one package that are read. A language of many slots has some thirty.
const MAX_RANGES: usize = 300;
/// Stands for a revision after all others: packages' are counted by hand, or are dates.
const LAST_REVISION: u64 = 999_999_999_999_999_999;

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let mut glsa = Glsa::default();
    let mut known = false;
    walk(file.bytes, |path, node| {
        let Some(path) = path.strip_prefix("glsa") else { return };
        known = true;
        match (path, node) {
            ("", Node::Open(element)) => glsa.id = element.attribute("id"),
            ("/title", Node::Text(text)) => append(&mut glsa.title, text, MAX_TEXT),
            ("/announced", Node::Text(text)) => append(&mut glsa.announced, text, MAX_TEXT),
            ("/revised", Node::Text(text)) => append(&mut glsa.revised, text, MAX_TEXT),
            ("/impact", Node::Open(element)) => glsa.impact = element.attribute("type"),
            ("/affected/package", Node::Open(element)) => glsa.package(element.attribute("name")),
            ("/affected/package/vulnerable" | "/affected/package/unaffected", Node::Open(element)) => {
                glsa.range(element, path.ends_with("/vulnerable"));
            }
            ("/affected/package/vulnerable" | "/affected/package/unaffected", Node::Text(text)) => {
                if let Some(limit) = glsa.packages.last_mut().and_then(|package| package.limits.last_mut()) {
                    append(&mut limit.version, text, MAX_TEXT);
                }
            }
            ("/references/uri", Node::Open(element)) => glsa.reference(element),
            ("/references/uri", Node::Text(text)) => append(&mut glsa.name, text, MAX_TEXT),
            ("/references/uri", Node::Close) => glsa.referred(),
            (path, Node::Text(text)) if is_prose(path) => append(&mut glsa.details, text, MAX_DETAILS),
            (path, Node::Close) if is_prose(path) && ends_words(path) => append(&mut glsa.details, " ", MAX_DETAILS),
            _ => {}
        }
    })?;
    if !known {
        return Err(Broken::new("it is no GLSA"));
    }
    glsa.finish(out);
    Ok(())
}

/// The chapters that say what is wrong. What to do about it is the same in all: upgrade.
fn is_prose(path: &str) -> bool {
    ["/synopsis", "/description", "/impact"].iter().any(|chapter| path.starts_with(chapter))
}

/// Whether the element is a piece of text of its own. Links and emphasis may end within a word.
fn ends_words(path: &str) -> bool {
    ["/synopsis", "/p", "/li", "/code"].iter().any(|element| path.ends_with(element))
}

/// An advisory, as far as it was read.
#[derive(Default)]
struct Glsa {
    id: String,
    title: String,
    announced: String,
    revised: String,
    impact: String,
    details: String,
    packages: Vec<Package>,
    /// What a link is called, which is where the vulnerabilities are named.
    name: String,
    vulnerabilities: Vec<String>,
    links: Vec<String>,
}

#[derive(Default)]
struct Package {
    name: String,
    limits: Vec<Limit>,
}

/// A range as it is written.
#[derive(Default)]
struct Limit {
    vulnerable: bool,
    range: String,
    slot: String,
    version: String,
}

impl Glsa {
    fn package(&mut self, name: String) {
        if self.packages.len() <= MAX_AFFECTED {
            self.packages.push(Package { name, limits: Vec::new() });
        }
    }

    fn range(&mut self, element: &Element, vulnerable: bool) {
        // One more than are read is enough to know that there are too many.
        if let Some(package) = self.packages.last_mut().filter(|package| package.limits.len() <= MAX_RANGES) {
            let (range, slot) = (element.attribute("range"), element.attribute("slot"));
            package.limits.push(Limit { vulnerable, range, slot, version: String::new() });
        }
    }

    fn reference(&mut self, element: &Element) {
        self.name.clear();
        let link = element.attribute("link");
        // One place is for the advisory's own page.
        if is_link(&link) && self.links.len() + 1 < MAX_REFERENCES {
            self.links.push(link);
        }
    }

    /// Until 2005, what nobody had confirmed yet was called CAN instead of CVE.
    fn referred(&mut self) {
        let name = std::mem::take(&mut self.name);
        let number = ["CVE-", "CAN-"].iter().find_map(|prefix| name.trim().strip_prefix(prefix));
        if let Some(number) = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')) {
            let id = format!("CVE-{number}");
            if is_word(&id) && self.vulnerabilities.len() < MAX_AFFECTED {
                self.vulnerabilities.push(id);
            }
        }
    }

    fn finish(self, out: &mut dyn Sink) {
        let mut refuse =
            |record: &str, reason, detail| out.refuse(Refusal { record: record.to_owned(), reason, detail });
        let number = self.id.strip_prefix("glsa-").unwrap_or(&self.id);
        if !is_word(number) {
            return refuse("the advisory", Reason::Broken, format!("{} is no id", quoted(number)));
        }
        let id = format!("GLSA-{number}");
        if self.packages.is_empty() {
            return refuse(&id, Reason::NoPackage, String::new());
        }
        if self.packages.len() > MAX_AFFECTED {
            return refuse(&id, Reason::TooLarge, String::new());
        }
        let mut affected = Vec::new();
        for package in self.packages {
            if !is_word(&package.name) || !package.name.contains('/') {
                refuse(&id, Reason::Broken, format!("{} is no package", quoted(&package.name)));
                continue;
            }
            match package.ranges() {
                Ok(ranges) => affected.push(Affected {
                    ecosystem: "Gentoo".to_owned(),
                    name: package.name,
                    ranges,
                    ..Affected::default()
                }),
                Err((reason, detail)) => refuse(&format!("{id} in {}", package.name), reason, detail),
            }
        }
        if affected.is_empty() {
            return;
        }
        let announced = rfc3339(&self.announced);
        // `2007-05-26: 02` has the count of revisions behind it, as the first advisories were written.
        let revised = self.revised.split(':').next().and_then(rfc3339);
        let page = format!("https://security.gentoo.org/glsa/{number}");
        out.advisory(Advisory {
            publisher: "gentoo".to_owned(),
            upstream: self.vulnerabilities,
            summary: self.title.trim_end().to_owned(),
            details: clipped(&self.details),
            modified: revised.or_else(|| announced.clone()).unwrap_or_default(),
            published: announced,
            ratings: Severity::from_word(&self.impact).map(Rating::Word).into_iter().collect(),
            references: std::iter::once(page).chain(self.links).collect(),
            affected,
            id,
            ..Advisory::default()
        });
    }
}

impl Package {
    /// What is affected, as one timeline for each stretch of versions.
    fn ranges(&self) -> Result<Vec<Vec<Event>>, (Reason, String)> {
        if self.limits.len() > MAX_RANGES {
            return Err((Reason::TooLarge, String::new()));
        }
        let spans = self.limits.iter().map(Limit::spans).collect::<Result<Vec<_>, _>>()?;
        // Where anything changes, in order. Of two names for one place the one is kept that says what is fixed.
        let mut cuts: Vec<&Cut> = spans.iter().flatten().flat_map(|span| [&span.start, &span.end]).flatten().collect();
        cuts.sort_by(|a, b| a.order(b).then(a.after.cmp(&b.after)));
        cuts.dedup_by(|later, earlier| later.order(earlier).is_eq());
        // Stretch 0 lies before the first cut, and every other one behind the cut before it.
        let covered = |span: &Span| -> Range<usize> {
            let behind = |cut: &Cut| cuts.partition_point(|other| other.order(cut).is_le());
            span.start.as_ref().map_or(0, behind)..span.end.as_ref().map_or(cuts.len() + 1, behind)
        };
        let mut is_affected = vec![false; cuts.len() + 1];
        for vulnerable in [true, false] {
            for (limit, spans) in self.limits.iter().zip(&spans).filter(|(limit, _)| limit.vulnerable == vulnerable) {
                let covered: Vec<_> = spans.iter().map(covered).collect();
                for (stretch, affected) in is_affected.iter_mut().enumerate() {
                    if covered.iter().all(|covered| covered.contains(&stretch)) {
                        *affected = limit.vulnerable;
                    }
                }
            }
        }
        let mut ranges: Vec<Vec<Event>> = Vec::new();
        for stretch in 0..is_affected.len() {
            let was_affected = stretch > 0 && is_affected[stretch - 1];
            let cut = stretch.checked_sub(1).map(|place| cuts[place]);
            match (was_affected, is_affected[stretch]) {
                (false, true) => {
                    let first = cut.map_or_else(|| "0".to_owned(), Cut::place);
                    ranges.push(vec![Event::Introduced(first)]);
                }
                (true, false) => {
                    if let (Some(range), Some(cut)) = (ranges.last_mut(), cut) {
                        range.push(cut.ending());
                    }
                }
                _ => {}
            }
        }
        if ranges.is_empty() {
            return Err((Reason::Broken, "it says of no version that it is vulnerable".to_owned()));
        }
        Ok(ranges)
    }
}

/// Versions from one cut to another.
#[derive(Debug)]
struct Span {
    start: Option<Cut>,
    end: Option<Cut>,
}

/// A place between two versions.
#[derive(Clone, Debug)]
struct Cut {
    /// The version without its revision.
    version: String,
    revision: u64,
    /// It lies behind the version, and else before it.
    after: bool,
}

impl Cut {
    /// The first version behind the cut.
    fn place(&self) -> String {
        revised(&self.version, self.revision + u64::from(self.after))
    }

    /// The end of what is affected up to the cut.
    fn ending(&self) -> Event {
        let version = revised(&self.version, self.revision);
        if self.after { Event::LastAffected(version) } else { Event::Fixed(version) }
    }

    fn order(&self, other: &Self) -> Ordering {
        // Only what can be compared becomes a cut.
        Scheme::Portage.compare(&self.place(), &other.place()).unwrap_or(Ordering::Equal)
    }
}

/// A version with its revision, which is not written if it is zero.
fn revised(version: &str, revision: u64) -> String {
    if revision == 0 { version.to_owned() } else { format!("{version}-r{revision}") }
}

impl Limit {
    /// The range, and that of its slot: a version has to be within both.
    fn spans(&self) -> Result<Vec<Span>, (Reason, String)> {
        let text = self.version.trim();
        let wrong = |detail: String| (Reason::Broken, detail);
        if !is_word(text) || !Scheme::Portage.is_valid(text) {
            return Err(wrong(format!("{} is no version", quoted(text))));
        }
        let (version, revision) = text.split_once("-r").unwrap_or((text, "0"));
        let revision = revision.parse().ok().filter(|&revision| revision < LAST_REVISION);
        let revision = revision.ok_or_else(|| wrong(format!("{} has too high a revision", quoted(text))))?;
        let cut = |revision, after| Some(Cut { version: version.to_owned(), revision, after });
        let (before, after) = (cut(revision, false), cut(revision, true));
        let (first, last) = (cut(0, false), cut(LAST_REVISION, true));
        let (start, end) = match &*self.range {
            "ge" => (before, None),
            "gt" => (after, None),
            "lt" => (None, before),
            "le" => (None, after),
            "eq" => (before, after),
            "rge" => (before, last),
            "rgt" => (after, last),
            "rlt" => (first, before),
            "rle" => (first, after),
            other => return Err(wrong(format!("the range {} is unknown", quoted(other)))),
        };
        let mut spans = vec![Span { start, end }];
        if !matches!(&*self.slot, "" | "*") {
            spans.push(slot(&self.slot, version).ok_or_else(|| {
                let slot = quoted(&self.slot);
                (Reason::Inexpressible, format!("the slot {slot} is not what {} begins with", quoted(version)))
            })?);
        }
        Ok(spans)
    }
}

/// The versions of a slot that is what its versions begin with. `0` is the name of slots that nobody named.
fn slot(slot: &str, version: &str) -> Option<Span> {
    let rest = version.strip_prefix(slot)?;
    if slot == "0" || slot.len() > 40 || rest.starts_with(|next: char| next.is_ascii_digit()) {
        return None;
    }
    let (front, last) = slot.rsplit_once('.').map_or(("", slot), |(front, last)| (&slot[..=front.len()], last));
    // A number that begins with a zero is a fraction, and has no next one.
    let is_whole = |part: &str| part == "0" || !part.starts_with('0') && part.parse::<u32>().is_ok();
    if !slot.split('.').all(is_whole) {
        return None;
    }
    let next = u64::from(last.parse::<u32>().ok()?) + 1;
    // An alpha is what comes first of a version.
    let alpha = |version: String| Some(Cut { version: format!("{version}_alpha"), revision: 0, after: false });
    Some(Span { start: alpha(slot.to_owned()), end: alpha(format!("{front}{next}")) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{self, Read};
    use proptest::prelude::*;

    fn read(document: &str) -> Result<Read, String> {
        lines::read(&FEED, "glsa-202401-01.xml", document.as_bytes())
    }

    /// An advisory about one package, of whose ranges a word stands for each: `-lt:2.0` is vulnerable, `+ge:2.0/3` not,
    /// in slot 3.
    fn glsa(ranges: &str) -> Read {
        let element = |word: &str| {
            let kind = if word.starts_with('-') { "vulnerable" } else { "unaffected" };
            let (range, rest) = word[1..].split_once(':').unwrap();
            let (version, slot) = rest.split_once('/').unwrap_or((rest, "*"));
            format!(r#"<{kind} range="{range}" slot="{slot}">{version}</{kind}>"#)
        };
        let elements: String = ranges.split(' ').map(element).collect();
        read(&format!(
            r#"<glsa id="202401-01"><affected><package name="a/b" auto="yes" arch="*">{elements}</package></affected></glsa>"#
        ))
        .unwrap()
    }

    fn check(ranges: &str, becomes: &str) {
        let found = glsa(ranges);
        let shown = found.shown();
        let entry = shown.lines().nth(1).map(|line| line.trim_start().strip_prefix("Gentoo a/b ").unwrap());
        assert_eq!(entry.unwrap_or(&found.refused()), becomes, "{ranges}");
    }

    #[test]
    fn a_glsa_becomes_an_advisory() {
        let found = read(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE glsa SYSTEM "http://www.gentoo.org/dtd/glsa.dtd">
<glsa id="202401-01">
    <title>Curl &amp; friends: Multiple
      Vulnerabilities</title>
    <synopsis>Made-up flaws were found in curl.</synopsis>
    <product type="ebuild">curl</product>
    <announced>2024-01-05</announced>
    <revised count="2">2024-01-07</revised>
    <bug>900000</bug>
    <access>remote</access>
    <affected>
        <package name="net-misc/curl" auto="yes" arch="*">
            <unaffected range="ge">8.2.0</unaffected>
            <vulnerable range="lt">8.2.0</vulnerable>
        </package>
        <package name="dev-libs/old" auto="yes" arch="x86 amd64">
            <vulnerable range="le"> 1.5-r2 </vulnerable>
        </package>
    </affected>
    <background><p>Curl fetches.</p></background>
    <description><p>Two flaws.</p><p>See <uri link="https://example.org/x">there</uri>.</p></description>
    <impact type="normal"><p>It may end.</p></impact>
    <workaround><p>None.</p></workaround>
    <resolution><p>Upgrade:</p><code># emerge</code></resolution>
    <references>
        <uri link="https://nvd.example.org/CVE-2024-0001">CVE-2024-0001</uri>
        <uri link="https://nvd.example.org/CAN-2004-0001"> CAN-2004-0001 </uri>
        <uri link="https://example.org/advisory">Curl's own advisory</uri>
    </references>
    <metadata tag="requester" timestamp="2024-01-05T00:00:00Z">somebody</metadata>
</glsa>"#,
        )
        .unwrap();
        assert_eq!(
            found.shown(),
            "GLSA-202401-01 ^CVE-2024-0001,CVE-2004-0001 medium\n  \
               Gentoo net-misc/curl >=0 <8.2.0\n  \
               Gentoo dev-libs/old >=0 <=1.5-r2\n"
        );
        assert_eq!(found.refused(), "");
        let advisory = &found.advisories[0];
        assert_eq!(advisory.summary, "Curl & friends: Multiple Vulnerabilities");
        assert_eq!(advisory.details, "Made-up flaws were found in curl. Two flaws. See there. It may end.");
        assert_eq!(advisory.published.as_deref(), Some("2024-01-05T00:00:00Z"));
        assert_eq!(advisory.modified, "2024-01-07T00:00:00Z");
        assert_eq!(advisory.references.len(), 4);
        assert_eq!(advisory.references[0], "https://security.gentoo.org/glsa/202401-01");
    }

    #[test]
    fn what_is_unaffected_is_taken_out_of_what_is_vulnerable() {
        check("-lt:2.0 +ge:2.0", ">=0 <2.0");
        check("-le:2.0", ">=0 <=2.0");
        check("-le:2.0 +ge:2.0-r1", ">=0 <2.0-r1");
        check("-ge:1.0 -lt:2.0 +ge:2.0 +lt:1.0", ">=1.0 <2.0");
        check("-gt:1.0 -lt:0.5", ">=0 <0.5 | >=1.0-r1");
        check("-eq:1.0", ">=1.0 <=1.0");
        check("-lt:2.0 +eq:1.5 +ge:2.0", ">=0 <1.5 | >=1.5-r1 <2.0");
        check("-lt:3 +gt:2_rc1-r1", ">=0 <=2_rc1-r1");
        check("+ge:1.0", "Broken GLSA-202401-01 in a/b: it says of no version that it is vulnerable\n");
        check("-lt:1.0 +ge:0", ">=0 <0");
        check("-ge:2.0 +ge:1.0", "Broken GLSA-202401-01 in a/b: it says of no version that it is vulnerable\n");
    }

    const LAST: &str = "r999999999999999999";
    const BEHIND: &str = "r1000000000000000000";

    #[test]
    fn ranges_of_revisions_are_about_one_version() {
        check("-lt:1.3.1 +ge:1.3.1 +rge:1.2-r3", &format!(">=0 <1.2-r3 | >=1.2-{BEHIND} <1.3.1"));
        check("-rlt:1.2.3-r5 +rge:1.2.3-r5", ">=1.2.3 <1.2.3-r5");
        check("-rle:1.1-r1", ">=1.1 <=1.1-r1");
        check("-rgt:1.1-r1", &format!(">=1.1-r2 <=1.1-{LAST}"));
        check("-rge:1.1", &format!(">=1.1 <=1.1-{LAST}"));
        // What stands for the last revision lies where it should.
        let last = format!("1.2-{LAST}");
        for (lower, higher) in [("1.2-r20240131", &*last), (&last, "1.2_p1"), (&last, "1.2a"), (&last, "1.2.0")] {
            assert_eq!(Scheme::Portage.compare(lower, higher), Ok(Ordering::Less), "{lower} {higher}");
        }
    }

    #[test]
    fn slots_are_ranges_of_versions_where_these_begin_with_them() {
        check("-lt:3.11.4/3.11 +ge:3.11.4/3.11", ">=3.11_alpha <3.11.4");
        check(
            "-lt:3.12.1 +ge:3.12.1 +ge:3.11.4/3.11 +ge:3.10.9_p2/3.10",
            ">=0 <3.10.9_p2 | >=3.11_alpha <3.11.4 | >=3.12_alpha <3.12.1",
        );
        check("-lt:3.18.1/3", ">=3_alpha <3.18.1");
        check("-ge:9.6/9", ">=9.6 <10_alpha");
        for (range, slot, version) in [
            ("-lt:2.36/4", "4", "2.36"),
            ("-lt:0.9.8/0", "0", "0.9.8"),
            ("-lt:33/3", "3", "33"),
            ("-lt:1.05.1/1.05", "1.05", "1.05.1"),
        ] {
            check(
                range,
                &format!(
                    "Inexpressible GLSA-202401-01 in a/b: the slot `{slot}` is not what `{version}` begins with\n"
                ),
            );
        }
    }

    #[test]
    fn every_version_is_affected_as_portage_says() {
        // Versions with their revisions, in ascending order.
        let all = [("1.1", 0), ("1.1", 1), ("1.2", 0), ("1.2", 1), ("1.2", 2), ("1.3_rc1", 0), ("1.3", 0), ("1.3", 4)];
        // As glsa.py decides: by the place in the order, or by the revision if the version is the same.
        let within = |op: &str, place: usize, limit: usize| {
            let same_version = all[place].0 == all[limit].0;
            match op {
                "ge" => place >= limit,
                "gt" => place > limit,
                "le" => place <= limit,
                "lt" => place < limit,
                "eq" => place == limit,
                "rge" => same_version && all[place].1 >= all[limit].1,
                "rgt" => same_version && all[place].1 > all[limit].1,
                "rle" => same_version && all[place].1 <= all[limit].1,
                _ => same_version && all[place].1 < all[limit].1,
            }
        };
        let operators = ["ge", "gt", "le", "lt", "eq", "rge", "rgt", "rle", "rlt"];
        let text = |place: usize| revised(all[place].0, all[place].1);
        let mut compared = 0;
        for (op, other) in operators.iter().flat_map(|op| operators.map(|other| (*op, other))) {
            for (limit, exception) in (0..all.len()).flat_map(|limit| (0..all.len()).map(move |other| (limit, other))) {
                let ranges = format!("-{op}:{} +{other}:{}", text(limit), text(exception));
                let found = glsa(&ranges);
                let timelines = found.advisories.first().map(|advisory| &advisory.affected[0].ranges);
                for place in 0..all.len() {
                    let expected = within(op, place, limit) && !within(other, place, exception);
                    let version = text(place);
                    let in_timeline = |events: &Vec<Event>| {
                        events.iter().all(|event| match event {
                            Event::Introduced(start) => {
                                start == "0" || Scheme::Portage.compare(start, &version).unwrap().is_le()
                            }
                            Event::Fixed(end) => Scheme::Portage.compare(end, &version).unwrap().is_gt(),
                            Event::LastAffected(end) => Scheme::Portage.compare(end, &version).unwrap().is_ge(),
                            Event::Limit(_) => false,
                        })
                    };
                    let affected = timelines.is_some_and(|timelines| timelines.iter().any(in_timeline));
                    assert_eq!(affected, expected, "{ranges}: {version}");
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 9 * 9 * 8 * 8 * 8);
    }

    #[test]
    fn what_is_wrong_is_refused_and_the_rest_kept() {
        check("-lt:1.2*", "Broken GLSA-202401-01 in a/b: `1.2*` is no version\n");
        check("-lt:", "Broken GLSA-202401-01 in a/b: `` is no version\n");
        check("-about:1.2", "Broken GLSA-202401-01 in a/b: the range `about` is unknown\n");
        let revision = "1-r999999999999999999";
        check(
            &format!("-lt:{revision}"),
            &format!("Broken GLSA-202401-01 in a/b: `{revision}` has too high a revision\n"),
        );
        let many = |count| vec!["-eq:1"; count].join(" ");
        check(&many(MAX_RANGES), ">=1 <=1");
        check(&many(MAX_RANGES + 1), "TooLarge GLSA-202401-01 in a/b: \n");
        let package = |name: &str| format!(r#"<package name="{name}"><vulnerable range="lt">1</vulnerable></package>"#);
        let found = |id: &str, packages: &str| {
            let found = read(&format!(r#"<glsa id="{id}"><affected>{packages}</affected></glsa>"#)).unwrap();
            found.shown() + &found.refused()
        };
        assert_eq!(
            found("1", &(package("b") + &package("a/b"))),
            "GLSA-1 ^\n  Gentoo a/b >=0 <1\nBroken GLSA-1: `b` is no package\n"
        );
        assert_eq!(found("1", ""), "NoPackage GLSA-1: \n");
        assert_eq!(found("", &package("a/b")), "Broken the advisory: `` is no id\n");
    }

    #[test]
    fn what_is_no_glsa_is_broken() {
        assert_eq!(read("<html/>"), Err("it is no GLSA".to_owned()));
        for document in ["", r#"<glsa id="1">"#, r#"<glsa id="1"><affected></glsa>"#] {
            assert!(read(document).is_err(), "{document}");
        }
        let wants = FEED.wants;
        assert!(wants("glsa-202401-01.xml") && !wants("index.xml"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = lines::read(&FEED, "glsa-1.xml", &bytes);
        }

        #[test]
        fn no_ranges_make_it_panic(ranges in "[-+](ge|lt|rge|rle|eq):[0-9a-z._r-]{1,8}(/[0-9.*]{1,4})?( [-+](lt|rgt):[0-9.]{1,4}){0,3}") {
            let _ = glsa(&ranges);
        }
    }
}
