//! A shard: any bytes, and the same with every checksum right, so that what is behind them is damaged.

#![no_main]

use advisories::{Advisory, Affected, Builder, Event, Rating, Shard, Signal, Signals, Word};
use harness::{memory, seeds};
use libfuzzer_sys::fuzz_target;
use model::Severity;

/// Memory for each byte of a shard, and for a block of texts with what is made of it.
const MEMORY: (usize, usize) = (1 << 10, 64 << 20);

fuzz_target!(init: seeds::plant([advisories(), words()]), |data: &[u8]| {
    read(data.to_vec());
    let mut sealed = data.to_vec();
    if let Some(start) = sealed.get_mut(..16) {
        start.copy_from_slice(b"PLIMSHRD\x01\0\0\0\x09\0\0\0");
    }
    advisories::fuzzing::seal(&mut sealed);
    read(sealed);
});

fn read(bytes: Vec<u8>) {
    let most = bytes.len() * MEMORY.0 + MEMORY.1;
    memory::within(most, || {
        let Ok(shard) = Shard::from_bytes("fuzz", bytes) else { return };
        let whole = shard.verify();
        let contents = shard.contents();
        let known = contents.as_ref().map_or(0, std::collections::BTreeMap::len);
        assert!(whole.is_err() || contents.is_ok() && known <= shard.records() as usize, "{whole:?} {contents:?}");
        for record in 0..shard.records() {
            let (advisory, brief, head) = (shard.advisory(record), shard.brief(record), shard.head(record));
            assert!(whole.is_err() || advisory.is_ok() && brief.is_ok() && head.is_ok());
            let (Ok(advisory), Ok(brief), Ok(head)) = (advisory, brief, head) else { break };
            assert!(advisory.id == brief.id && brief.id == head.id && brief.summary == advisory.summary);
        }
        let signals = Signals::new(Some(shard.clone()));
        for name in shard.names() {
            let _ = signals.of(name);
            let entries = shard.entries(name);
            assert!(whole.is_err() || entries.is_ok());
            let Ok(entries) = entries else { break };
            for entry in entries {
                let _ = (entry.timelines().flatten().count(), entry.versions().count());
                let _ = (entry.modules().count(), entry.ratings().len());
            }
        }
    });
}

/// A shard of more than one block of names and records, with one of everything.
fn advisories() -> Vec<u8> {
    let mut builder = Builder::new("npm", 1);
    for number in 0..70 {
        let vector = Rating::Vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H".into());
        let [from, to] = [Event::Introduced("0".to_owned()), Event::Fixed(format!("1.{number}"))];
        let affected = Affected {
            ecosystem: "npm".into(),
            name: format!("p{number}"),
            versions: vec!["5.0.0".into()],
            ranges: vec![vec![from, to]],
            ratings: vec![vector.clone()],
            modules: vec!["a:1".into()],
            ..Affected::default()
        };
        builder.add(Advisory {
            id: format!("CVE-2024-{number:04}"),
            publisher: "github".into(),
            aliases: vec!["GHSA-2222-3333-4444".into()],
            summary: "It falls over".into(),
            modified: "2024-01-01T00:00:00Z".into(),
            ratings: vec![vector, Rating::Word(Severity::High)],
            weaknesses: vec!["CWE-79".into()],
            references: vec!["https://example.org/".into()],
            affected: vec![affected],
            ..Advisory::default()
        });
    }
    builder.finish().0
}

fn words() -> Vec<u8> {
    let forecast = Word::Forecast { probability: 0.5, percentile: 0.9, day: "2026-01-01".into() };
    let exploited = Word::Exploited {
        added: "2026-01-01".into(),
        due: Some("2026-02-01".into()),
        ransomware: true,
        action: "Update it.".into(),
    };
    let signal = |word| Signal { id: "CVE-2024-0001".into(), word };
    advisories::fuzzing::signals([forecast, exploited].map(signal).into())
}
