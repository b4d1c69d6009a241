//! A shard says what went into it, whatever that was, and says so when a bit of it has flipped.

use proptest::prelude::*;

use super::*;
use crate::advisory::{Advisory, Affected, Event, Rating, Status};
use model::Severity;

fn text() -> impl Strategy<Value = String> {
    "[a-z0-9 .\u{e9}]{0,12}"
}

fn event() -> impl Strategy<Value = Event> {
    (0..5, text()).prop_map(|(kind, version)| match kind {
        0 => Event::Introduced("0".into()),
        1 => Event::Introduced(version),
        2 => Event::Fixed(version),
        3 => Event::LastAffected(version),
        _ => Event::Limit(version),
    })
}

fn rating() -> impl Strategy<Value = Rating> {
    prop_oneof![
        text().prop_map(Rating::Vector),
        (0..6usize).prop_map(|index| Rating::Word(Severity::WORST_FIRST[index])),
    ]
}

fn list<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(of, 0..4)
}

prop_compose! {
    fn affected()(
        ecosystem in "npm|PyPI:x",
        name in "[a-c]{1,2}",
        versions in list(text()),
        ranges in list(list(event())),
        status in 0..Status::ALL.len(),
        ratings in list(rating()),
        modules in list(text()),
    ) -> Affected {
        Affected { ecosystem, name, versions, ranges, status: Status::ALL[status], ratings, modules }
    }
}

prop_compose! {
    fn advisory()(
        (id, publisher) in (text(), text()),
        (aliases, upstream) in (list(text()), list(text())),
        (summary, details) in (text(), text()),
        published in prop::option::of("[0-9]{4}"),
        (modified, disputed) in (text(), any::<bool>()),
        (ratings, weaknesses, references) in (list(rating()), list(text()), list(text())),
        affected in list(affected()),
    ) -> Advisory {
        Advisory { id, publisher, aliases, upstream, summary, details, published, modified, withdrawn: false,
            through_osv: false, disputed, ratings, weaknesses, references, affected }
    }
}

/// All that a shard says, as what it was made of.
fn told(shard: &Shard) -> Result<Vec<Advisory>, ShardError> {
    let mut advisories: Vec<Advisory> =
        (0..shard.records()).map(|record| shard.advisory(record)).collect::<Result<_, _>>()?;
    for name in shard.names() {
        for entry in shard.entries(name)? {
            let owned = |event: Event<&str>| match event {
                Event::Introduced(version) => Event::Introduced(version.to_owned()),
                Event::Fixed(version) => Event::Fixed(version.to_owned()),
                Event::LastAffected(version) => Event::LastAffected(version.to_owned()),
                Event::Limit(version) => Event::Limit(version.to_owned()),
            };
            let affected = Affected {
                ecosystem: entry.ecosystem.into(),
                name: name.into(),
                versions: entry.versions().map(str::to_owned).collect(),
                ranges: entry.timelines().map(|timeline| timeline.map(owned).collect()).collect(),
                status: entry.status,
                ratings: entry.ratings(),
                modules: entry.modules().map(str::to_owned).collect(),
            };
            let missing = || shard.broken("an entry has no record");
            advisories.get_mut(entry.record as usize).ok_or_else(missing)?.affected.push(affected);
        }
    }
    Ok(advisories)
}

proptest! {
    #[test]
    fn what_went_in_comes_out(mut advisories in prop::collection::vec(advisory(), 0..150)) {
        for advisory in &mut advisories {
            // Entries about one name keep their order, names are sorted.
            advisory.affected.sort_by(|a, b| a.name.cmp(&b.name));
        }
        let shard = testing::shard(&advisories);
        prop_assert_eq!(shard.verify(), Ok(()));
        prop_assert_eq!(shard.about().advisories, advisories.len() as u64);
        prop_assert_eq!(told(&shard).unwrap(), advisories);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes: Vec<u8>, at: usize) {
        let mut shard = build::write("test", 1, &[Advisory::default()]);
        let at = at % shard.len();
        shard.splice(at.., bytes);
        if let Ok(shard) = Shard::from_bytes("test", shard) {
            let _ = shard.verify();
        }
    }
}

fn sample() -> Vec<Advisory> {
    let affected = |name: &str| Affected {
        ecosystem: "npm".into(),
        name: name.into(),
        ranges: vec![vec![Event::Introduced("0".into()), Event::Fixed("1.2.3".into())]],
        ..Affected::default()
    };
    let advisory = |number: u32| Advisory {
        id: format!("CVE-2024-{number:04}"),
        summary: format!("number {number}"),
        affected: vec![affected(&format!("p{number:03}")), affected("shared")],
        ..Advisory::default()
    };
    (0..70).map(advisory).collect()
}

#[test]
fn every_flipped_bit_and_every_cut_is_noticed() {
    let bytes = build::write("test", 1, &sample());
    let whole = told(&Shard::from_bytes("test", bytes.clone()).unwrap()).unwrap();
    assert_eq!(whole.len(), 70);
    let check = |damaged: Vec<u8>, what: String| {
        let Ok(shard) = Shard::from_bytes("test", damaged) else { return };
        let read = shard.verify().and_then(|()| told(&shard));
        assert!(read.is_err(), "{what} went unnoticed");
    };
    for at in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1 << (at % 8);
        check(damaged, format!("byte {at}"));
    }
    for end in 0..bytes.len() {
        check(bytes[..end].to_vec(), format!("a cut at {end}"));
    }
}

/// Whoever means harm writes the right checksum.
#[test]
fn lengths_that_lie_are_survived_with_the_right_checksums() {
    use super::layout::{self, Blocks, Section, Writer};
    use super::wire::put_number;
    let mut endless = Vec::new();
    put_number(&mut endless, u64::MAX);
    let lies: [&[u8]; 5] = [&endless, &[0xff; 40], &[0, 0x80], &[0, 4, 0, 9, 0, 0], b""];
    for run in lies {
        for head in lies {
            let mut writer = Writer::default();
            writer.block(Blocks::Entries, &layout::list([run].iter()));
            writer.block(Blocks::Records, &layout::list([head].iter()));
            writer.block(Blocks::Briefs, &zstd::bulk::compress(&vec![0; 64 << 20], 1).unwrap());
            writer.section(
                Section::About,
                b"{\"shard\":\"x\",\"advisories\":1,\"packages\":1,\"newest\":null,\"publishers\":{}}".to_vec(),
            );
            writer.section(Section::Names, layout::list(["a"].iter()));
            writer.section(Section::Words, layout::list(["npm"].iter()));
            let shard = Shard::from_bytes("test", writer.finish()).unwrap();
            let _ = shard.entries("a");
            assert!(shard.advisory(0).is_err());
            assert!(shard.advisory(7).is_err());
            assert!(shard.verify().is_err());
        }
    }
}

/// Reading everything must take no longer than there are bytes.
#[test]
fn parts_that_lie_over_each_other_are_refused() {
    use super::layout::{self, Section, Writer};
    let refused = |section: Section, bytes: Vec<u8>| {
        let mut writer = Writer::default();
        writer.section(Section::About, serde_json::to_vec(&About::default()).unwrap());
        writer.section(Section::Names, layout::list(["a"].iter()));
        writer.section(Section::Words, layout::list(["a"].iter()));
        writer.section(section, bytes);
        Shard::from_bytes("test", writer.finish()).map_err(|error| error.detail).map(drop)
    };
    let row = |offset: u64, length: u32| [&offset.to_le_bytes()[..], &length.to_le_bytes(), &[0; 4]].concat();
    assert_eq!(refused(Section::RecordsDirectory, [row(0, 8), row(8, 8)].concat()), Ok(()));
    let twice = [row(0, 8), row(0, 8)].concat();
    assert_eq!(refused(Section::RecordsDirectory, twice), Err("blocks of Records lie over each other".into()));
    // Three items, of which the first and the last have all the bytes.
    let list = [&[3, 4, 0, 4].map(u32::to_le_bytes).concat()[..], b"name"].concat();
    assert_eq!(refused(Section::Names, list.clone()), Err("the items of Names lie over each other".into()));
    assert_eq!(refused(Section::Words, list), Err("the items of Words lie over each other".into()));
}

#[test]
fn what_readers_would_not_take_is_not_written() {
    let [small] = &sample()[..1] else { panic!("there are seventy") };
    let kept = |advisory: Advisory| {
        let mut builder = Builder::new("npm", 1);
        builder.add(advisory);
        let (bytes, tally) = builder.finish();
        Shard::from_bytes("npm", bytes).unwrap().verify().unwrap();
        assert!(tally.kept == 1 || tally.refused.contains_key(&crate::feeds::Reason::TooLarge), "{tally:?}");
        tally.kept == 1
    };
    let rated = |count: usize, length: usize| Advisory {
        ratings: vec![Rating::Vector("v".repeat(length)); count],
        ..small.clone()
    };
    assert!(kept(rated(MAX_WORDS, MAX_WORD)) && !kept(rated(MAX_WORDS + 1, 1)) && !kept(rated(1, MAX_WORD + 1)));
    let details = |length: usize| Advisory { details: "d".repeat(length), ..small.clone() };
    assert!(kept(details(MAX_TEXT_BLOCK - DETAIL_BLOCK - 100)) && !kept(details(MAX_TEXT_BLOCK)));
}

#[test]
fn another_format_is_refused_with_what_to_do() {
    let mut bytes = build::write("test", 1, &[]);
    bytes[8] += 1;
    let error = Shard::from_bytes("Debian:12", bytes).unwrap_err().to_string();
    assert!(error.contains("Debian:12") && error.contains("fetch or build it again"), "{error}");
    assert!(Shard::from_bytes("x", b"<html>404</html>".to_vec()).unwrap_err().to_string().contains("no shard"));
    assert!(Shard::from_bytes("x", Vec::new()).is_err());
}
