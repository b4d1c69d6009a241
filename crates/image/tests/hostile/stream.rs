//! Archives that flow past, in which nothing can be looked at twice.

use std::io::{self, Cursor, Read};
use std::time::{Duration, Instant};

use image::{Blob, PlatformChoice, SourceError, Streamed};
use model::{Budget, Digest, Origin};

use crate::build::{Header, Layout, Recorder, Repeated, Seen, Tar, check_error, config, gzip, zstd};

fn layer() -> Vec<u8> {
    Tar::new().file("a", "content").end()
}

fn parts() -> Tar {
    Tar::new().file("config.json", config(&[&layer()])).file("1/layer.tar", layer())
}

const MANIFEST: &str = r#"[{"Config":"config.json","RepoTags":["some:tag"],"Layers":["1/layer.tar"]}]"#;

/// The layers shown, each with its entries, and the image at the end.
type Outcome = (Vec<(String, Vec<String>)>, Result<Streamed, String>);

fn read_with(stored: impl Read + Send + 'static, budget: &Budget) -> Outcome {
    let origin = Origin { transport: "stdin".into(), reference: "the stream".into(), ..Origin::default() };
    let mut stream = image::local::archive_stream(Box::new(stored), origin, &PlatformChoice::Host, budget);
    let mut layers = Vec::new();
    let result = stream.read(&mut |name, reader| {
        let mut recorder =
            Recorder { seen: Seen::default(), interest: image::layer::Interest::Whole, at_entry: &mut |_| {} };
        let blob = Blob { reader: Box::new(reader), expected: None };
        image::layer::read(blob, budget, &image::layer::Room::new(budget.memory_bytes), &mut recorder);
        layers.push((name.to_owned(), recorder.seen.entries));
    });
    (layers, result.map_err(|error: SourceError| error.to_string()))
}

fn read(stored: Vec<u8>) -> Outcome {
    read_with(Cursor::new(stored), &Budget::default())
}

/// The stream ends well, and the lowest layer of its image is the one that is shown under this name.
fn check_layer(stored: Vec<u8>, name: &str) {
    let (layers, result) = read(stored);
    let streamed = result.unwrap();
    assert_eq!(streamed.blobs, [name]);
    let shown: Vec<&[String]> =
        layers.iter().filter(|(shown, _)| shown == name).map(|(_, entries)| &**entries).collect();
    assert_eq!(shown, [["file a 7"]]);
}

fn check_stream_error(stored: Vec<u8>, words: &[&str]) {
    check_error(read(stored).1, words);
}

#[test]
fn an_archive_that_is_well_is_read_whatever_comes_first() {
    check_layer(parts().file("manifest.json", MANIFEST).end(), "1/layer.tar");
    check_layer(Tar::new().file("manifest.json", MANIFEST).raw(parts().unended()).end(), "1/layer.tar");
    for stored in [layer(), gzip(&layer()), zstd(&layer())] {
        let name = crate::build::blob_name(&Digest::sha256(&stored));
        check_layer(Layout::of(&stored, "").tar().end(), &name);
    }
}

#[test]
fn a_layer_whose_first_name_begins_like_json_is_a_layer() {
    for name in ["{app}", "[", "[1]"] {
        let stored = Tar::new().file(name, "").end();
        let (layers, result) = read(Layout::of(&stored, "").tar().end());
        let blob = &result.unwrap().blobs[0];
        assert!(layers.contains(&(blob.clone(), vec![format!("file {name} 0")])), "{layers:?}");
    }
}

#[test]
fn every_cut_is_an_error_or_a_whole_image() {
    let stored = parts().file("manifest.json", MANIFEST).end();
    // The end is where the last member's padding ends; zeros need not follow.
    let end = stored.len() - 1024;
    for cut in (0..stored.len()).step_by(37).chain([end - 1, end, end + 512]) {
        let (_, result) = read(stored[..cut].to_vec());
        match result {
            Ok(_) => assert!(cut >= end - (512 - MANIFEST.len() % 512), "cut at {cut}"),
            Err(error) => {
                assert!(cut < end || cut % 512 != 0, "cut at {cut}: {error}");
                assert!(error.contains("the stream"), "{error}");
            }
        }
    }
    let cut = end - 512 + MANIFEST.len() - 1;
    let error = ["it ends within the member manifest.json at byte", "save the image again"];
    check_stream_error(stored[..cut].to_vec(), &error);
}

#[test]
fn sizes_that_lie_are_told_with_their_byte() {
    for header in [Header::new(b'0', "a.tar").size(5000), Header::new(b'0', "a.json").field(124, b"777777777777")] {
        let tar = Tar::new().bare(b'5', "folder").entry(header, b"short");
        check_stream_error(tar.end(), &["the stream", "it ends within the member a.", "at byte 1024"]);
    }
    let short = Tar::new().entry(Header::new(b'0', "a").size(5), &[b'x'; 1000]);
    check_stream_error(short.end(), &["tar header at byte 1024 is not valid"]);
    check_stream_error(Tar::new().extended(b'x', b"9 path=b").end(), &["the extended header at byte 0 is not valid"]);
    let sparse = Tar::new().pax(&[("GNU.sparse.map", "0,1")]).file("a", "");
    check_stream_error(sparse.end(), &["the member a at byte 1024 is stored as a sparse file"]);
}

#[test]
fn names_in_a_manifest_stay_within_the_archive() {
    let manifest = MANIFEST.replace("config.json", "../../etc/passwd");
    check_stream_error(parts().file("manifest.json", manifest).end(), &["the stream lacks etc/passwd"]);
    let manifest = MANIFEST.replace("1/layer.tar", "/etc/passwd");
    let (_, result) = read(parts().file("manifest.json", manifest).end());
    assert_eq!(result.unwrap().blobs, ["etc/passwd"], "a name that nothing was shown under");
}

#[test]
fn links_among_members_are_followed_and_loops_end() {
    let linked = parts().link(b'2', "2/layer.tar", "../1/layer.tar").link(b'2', "linked.json", "config.json");
    let manifest = MANIFEST.replace("1/layer.tar", "2/layer.tar").replace("config.json", "linked.json");
    check_layer(linked.file("manifest.json", &manifest).end(), "1/layer.tar");
    let looped = parts().link(b'2', "linked.json", "b").link(b'2', "b", "linked.json");
    check_stream_error(looped.file("manifest.json", manifest).end(), &["lacks linked.json"]);
}

#[test]
fn the_last_of_two_members_with_one_name_counts_as_if_unpacked() {
    let tar = Tar::new().file("manifest.json", "no JSON").link(b'2', "config.json", "nowhere");
    check_layer(tar.raw(parts().file("manifest.json", MANIFEST).unended()).end(), "1/layer.tar");
}

#[test]
fn documents_are_bounded_one_by_one_and_together() {
    let large = vec![b' '; 100 << 20];
    check_stream_error(
        parts().file("manifest.json", &large).end(),
        &["the stream, manifest.json", "larger than the 16777216 bytes"],
    );
    // Four times sixteen megabytes are all that is kept; what comes later has no room.
    let full = (0..4).fold(Tar::new(), |tar, number| tar.file(format!("{number}.json"), &large[..16 << 20]));
    check_stream_error(full.clone().raw(parts().file("manifest.json", MANIFEST).unended()).end(), &["manifest.json"]);
    let tar = Tar::new().file("manifest.json", MANIFEST);
    let full = (0..4).fold(tar, |tar, number| tar.file(format!("{number}.json"), &large[..(16 << 20) - 30]));
    check_stream_error(full.raw(parts().unended()).end(), &["lacks config.json", "no room for more documents"]);
}

#[test]
fn what_is_no_image_archive_is_told() {
    check_stream_error(vec![], &["neither manifest.json nor index.json"]);
    check_stream_error(vec![b'x'; 600], &["tar header at byte 0 is not valid"]);
    check_stream_error(vec![b'x'; 100], &["ends in the middle of the header at byte 0"]);
}

#[test]
fn endless_streams_end() {
    let endless = |entry: Tar| Repeated::new(entry.unended());
    let budget = Budget::default();
    let members = "more than 100000 members";
    check_error(read_with(endless(Tar::new().bare(b'5', "folder")), &budget).1, &[members]);
    check_error(read_with(endless(Tar::new().bare(b'0', "empty")), &budget).1, &[members]);
    let name = "n".repeat(1 << 19);
    let links = Tar::new().pax(&[("linkpath", &name)]).bare(b'2', "link");
    check_error(read_with(endless(links), &budget).1, &["16777216 bytes of their names"]);
    // Zeros end an archive, and nobody waits for the end of them.
    check_error(read_with(io::repeat(0), &budget).1, &["neither manifest.json nor index.json"]);
}

#[test]
fn a_stream_ends_when_the_time_is_up() {
    let budget = Budget { deadline: Some(Instant::now() + Duration::from_millis(50)), ..Budget::default() };
    let headers = Repeated::new(Tar::new().pax(&[("path", "a")]).unended());
    check_error(read_with(headers, &budget).1, &["the time was up", "--timeout"]);
    let huge = Header::new(b'0', "other").field(124, b"777777777777").sealed();
    let huge = Cursor::new(huge).chain(io::repeat(b'x'));
    check_error(read_with(huge, &budget).1, &["the time was up", "--timeout"]);
}
