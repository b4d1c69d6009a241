//! Every feed of advisories: the first byte says which of them reads the rest as a file of its own. What it makes of that
//! goes into a shard.

#![no_main]

use advisories::feeds::{FEEDS, Refusal, Sink};
use advisories::{Advisory, Builder, Rating, Shard, Signal, Tally, Word, shard};
use harness::{feeds, memory, seeds};
use libfuzzer_sys::fuzz_target;

/// Whose records are in the form of OSV: they name ecosystems that nobody knows, and the builder refuses those.
const OF_OSV: [&str; 2] = ["github", "osv"];
/// Bytes of details, and of any other text.
const DETAILS: usize = 64 << 10;
const TEXT: usize = 2100;
/// Parts of one advisory.
const AFFECTED: usize = 20_000;
/// Memory for each byte of a file, and for the tables that a reader begins with.
const MEMORY: (usize, usize) = (1 << 10, 4 << 20);

fuzz_target!(init: begin(), |data: &[u8]| {
    let Some((choice, bytes)) = data.split_first() else { return };
    let (name, path, _) = feeds::FILES[usize::from(*choice) % feeds::FILES.len()];
    let Some(feed) = FEEDS.iter().find(|feed| feed.name == name) else { panic!("no feed is called {name}") };
    let most = bytes.len() * MEMORY.0 + MEMORY.1;
    let mut taken = Taken { of_osv: OF_OSV.contains(&name), ..Taken::default() };
    if let Err(why) = memory::within(most, || feeds::read(feed, path, bytes, &mut taken)) {
        // NVD's hundred megabytes are read element by element: what came before a fault has been given.
        assert!(taken.kept.is_empty() || name == "nvd", "nothing of a broken file counts");
        assert!(!why.is_empty());
        check_message(&why);
    }
    for refused in taken.tally.refused.values() {
        check_message(&refused.example);
    }
    let mut builder = Builder::new("fuzz", 1);
    taken.kept.into_iter().for_each(|advisory| builder.add(advisory));
    let (bytes, tally) = builder.finish();
    let shard = Shard::from_bytes("fuzz", bytes).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(shard.verify(), Ok(()));
    assert_eq!(u64::from(shard.records()), tally.kept);
});

fn begin() {
    feeds::check();
    let choice = |index: usize| u8::try_from(index).expect("there are fewer feeds");
    let seed = |(index, (_, _, bytes)): (usize, &(&str, &str, &[u8]))| [&[choice(index)][..], bytes].concat();
    seeds::plant(feeds::FILES.iter().enumerate().map(seed));
}

#[derive(Default)]
struct Taken {
    of_osv: bool,
    kept: Vec<Advisory>,
    tally: Tally,
}

impl Sink for Taken {
    fn advisory(&mut self, advisory: Advisory) {
        assert!(!advisory.id.is_empty() && !advisory.id.contains(char::is_control), "{:?}", advisory.id);
        let Advisory { id, publisher, aliases, upstream, summary, modified, weaknesses, references, .. } = &advisory;
        let texts = [id, publisher, summary, modified].into_iter().chain(&advisory.published);
        let texts = texts.chain(aliases).chain(upstream).chain(weaknesses).chain(references);
        texts.for_each(|text| assert!(text.len() <= TEXT, "{} bytes: {text:.50}", text.len()));
        assert!(advisory.details.len() <= DETAILS && !summary.contains('\n'));
        assert!(references.len() <= 12 && weaknesses.len() <= 256);
        assert!(references.iter().all(|page| page.starts_with("https://") || page.starts_with("http://")));
        check_ratings(&advisory.ratings);
        assert!(advisory.affected.len() <= AFFECTED);
        for affected in &advisory.affected {
            check_ratings(&affected.ratings);
            assert!(affected.ecosystem.len() <= TEXT && affected.name.len() <= TEXT);
            assert!(affected.modules.iter().all(|module| module.len() <= TEXT));
            let clear = |text: &str| !text.is_empty() && !text.contains(char::is_control);
            assert!(self.of_osv || shard(&affected.ecosystem).is_some(), "nobody knows {}", affected.ecosystem);
            assert!(self.of_osv || clear(&affected.name), "{:?}", affected.name);
        }
        self.kept.push(advisory);
    }

    fn signal(&mut self, signal: Signal) {
        assert!(signal.id.starts_with("CVE-") && signal.id.len() <= 32, "{:?}", signal.id);
        match signal.word {
            Word::Exploited { added, due, action, .. } => {
                assert!(added.len() == 10 && due.is_none_or(|due| due.len() == 10) && action.len() <= TEXT);
            }
            Word::Forecast { probability, percentile, day } => {
                assert!((0.0..=1.0).contains(&probability) && (0.0..=1.0).contains(&percentile) && day.len() == 10);
            }
            Word::Rated { ratings, weaknesses, .. } => {
                check_ratings(&ratings);
                assert!(weaknesses.len() <= 256 && weaknesses.iter().all(|id| id.len() <= TEXT));
            }
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        assert!(!refusal.record.is_empty(), "{refusal:?}");
        self.tally.refuse(&refusal);
    }
}

fn check_ratings(ratings: &[Rating]) {
    assert!(ratings.len() <= 256, "{} ratings", ratings.len());
    let long = |rating: &Rating| matches!(rating, Rating::Vector(vector) if vector.len() > TEXT);
    assert!(!ratings.iter().any(long));
}

/// A person reads it on a terminal.
fn check_message(message: &str) {
    assert!(message.len() <= 2100 && !message.contains(char::is_control), "{message:?}");
}
