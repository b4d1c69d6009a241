//! Archives on disk (Docker image specification v1.2; OCI image-spec, "Image Layout").

use std::fmt::Write as _;

use image::{Blob, PlatformChoice, Source};
use model::{Budget, Digest, GapKind, LayerIndex};

use crate::build::{
    Header, Layout, Tar, blob_name, check_error, config, gzip, index, open_file, open_file_for, read_with,
};

fn layer() -> Vec<u8> {
    Tar::new().file("a", "content").end()
}

/// What `docker save` writes of one image: its configuration under this name, and these members as its layers.
fn manifest(config: &str, layers: &[&str]) -> String {
    format!(r#"[{{"Config":{config:?},"RepoTags":["some:tag"],"Layers":{layers:?}}}]"#)
}

/// An archive of one image of one layer, but for `manifest.json`.
fn parts() -> Tar {
    Tar::new().file("config.json", config(&[&layer()])).file("1/layer.tar", layer())
}

fn docker(manifest: impl AsRef<[u8]>) -> Result<Vec<Box<dyn Source>>, String> {
    open_file(&parts().file("manifest.json", manifest).end())
}

/// Opens the lowest layer and reads it, or tells why not.
fn check_layer(source: &dyn Source) {
    let Blob { reader, expected } = source.open(LayerIndex(0)).unwrap();
    let seen = read_with(reader, expected, &Budget::default());
    seen.check_no_gap();
    seen.check_entries(&["file a 7"]);
}

fn check_layer_error(source: &dyn Source, kind: GapKind, words: &[&str]) {
    let Err(error) = source.open(LayerIndex(0)) else { panic!("the layer opens") };
    assert_eq!(error.gap_kind(), kind, "{error}");
    check_error::<()>(Err(error.to_string()), words);
}

#[test]
fn an_archive_that_is_well_is_read() {
    check_layer(&*docker(manifest("config.json", &["1/layer.tar"])).unwrap()[0]);
    for stored in [layer(), gzip(&layer())] {
        check_layer(&*open_file(&Layout::of(&stored, "").tar().end()).unwrap()[0]);
    }
}

#[test]
fn names_in_a_manifest_stay_within_the_archive() {
    for name in ["../../etc/passwd", "/etc/passwd", "a/../../../../etc/passwd"] {
        check_error(docker(manifest(name, &["1/layer.tar"])), &["image.tar lacks etc/passwd", "save the image again"]);
        let images = docker(manifest("config.json", &[name])).unwrap();
        check_layer_error(&*images[0], GapKind::Unavailable, &["lacks etc/passwd"]);
    }
    for link in ["/etc/passwd", "../../../../../../etc/passwd"] {
        let tar = parts().link(b'2', "link", link).link(b'1', "hard", link);
        for name in ["link", "hard"] {
            let tar = tar.clone().file("manifest.json", manifest(name, &[]));
            check_error(open_file(&tar.end()), &[&format!("lacks {name}")]);
        }
    }
}

#[test]
fn links_among_members_are_followed_and_loops_end() {
    // The legacy form has a folder for each layer, and links where layers are the same.
    let linked = parts().link(b'2', "2/layer.tar", "../1/layer.tar").link(b'1', "3/layer.tar", "2/layer.tar");
    let linked = linked.file("manifest.json", manifest("config.json", &["3/layer.tar"]));
    check_layer(&*open_file(&linked.end()).unwrap()[0]);
    let looped = parts().link(b'2', "a", "b").link(b'2', "b", "a").link(b'1', "self", "self");
    for name in ["a", "self"] {
        let tar = looped.clone().file("manifest.json", manifest(name, &[]));
        check_error(open_file(&tar.end()), &[&format!("lacks {name}")]);
        let tar = looped.clone().file("manifest.json", manifest("config.json", &[name]));
        check_layer_error(&*open_file(&tar.end()).unwrap()[0], GapKind::Unavailable, &[&format!("lacks {name}")]);
    }
}

#[test]
fn the_last_of_two_members_with_one_name_counts_as_if_unpacked() {
    let tar = Tar::new()
        .file("manifest.json", "no JSON")
        .link(b'2', "config.json", "nowhere")
        .file("1/layer.tar", "no layer")
        .raw(parts().file("manifest.json", manifest("config.json", &["1/layer.tar"])).unended());
    check_layer(&*open_file(&tar.end()).unwrap()[0]);
}

#[test]
fn a_layer_that_is_exchanged_is_told() {
    let tar = Tar::new().file("config.json", config(&[&layer()])).file("1/layer.tar", Tar::new().file("b", "").end());
    let tar = tar.file("manifest.json", manifest("config.json", &["1/layer.tar"]));
    let Blob { reader, expected } = open_file(&tar.end()).unwrap()[0].open(LayerIndex(0)).unwrap();
    read_with(reader, expected, &Budget::default()).check_gap("", GapKind::DigestMismatch, &[]);
}

#[test]
fn documents_that_are_none_are_named() {
    for bad in ["", "null", "{}", "[1]", "[{}]", "[", "\u{1b}", "[{\"Config\":3}]"] {
        check_error(docker(bad), &["image.tar, manifest.json is not a readable image"]);
    }
    check_error(docker("[]"), &["manifest.json lists no image"]);
    for bad in ["", "null", "3", "{\"rootfs\":{\"diff_ids\":[\"sha256:1\"]}}", "{\"history\":{}}"] {
        let tar = Tar::new().file("config.json", bad).file("manifest.json", manifest("config.json", &[]));
        check_error(open_file(&tar.end()), &["some:tag, image configuration is not a readable image"]);
    }
}

#[test]
fn deep_nesting_overflows_no_stack() {
    let deep = "[".repeat(100_000);
    check_error(docker(&deep), &["manifest.json", "column"]);
    let deep = format!("[{{\"Config\":\"config.json\",\"other\":{deep}}}]");
    check_error(docker(&deep), &["manifest.json", "column"]);
    for key in ["config", "history", "other"] {
        let config = format!("{{\"{key}\":{}", "{\"a\":".repeat(100_000));
        let tar = Tar::new().file("config.json", config).file("manifest.json", manifest("config.json", &[]));
        check_error(open_file(&tar.end()), &["image configuration", "column"]);
    }
    let deep = format!("{{\"manifests\":{}", "[".repeat(100_000));
    check_error(open_file(&Tar::new().file("index.json", deep).end()), &["index.json", "column"]);
}

#[test]
fn a_document_larger_than_any_honest_one_is_not_read() {
    let large = vec![b' '; 100 << 20];
    check_error(docker(large), &["image.tar, manifest.json", "larger than the 16777216 bytes"]);
}

#[test]
fn layers_that_are_absent_are_unavailable() {
    let images = docker(manifest("config.json", &["2/layer.tar"])).unwrap();
    check_layer_error(&*images[0], GapKind::Unavailable, &["image.tar lacks 2/layer.tar", "save the image again"]);
    let mut layout = Layout::of(&layer(), "");
    layout.0.remove(&blob_name(&Digest::sha256(&layer())));
    let images = open_file(&layout.tar().end()).unwrap();
    check_layer_error(&*images[0], GapKind::Unavailable, &["image.tar lacks blobs/sha256/"]);
    let Err(error) = images[0].open(LayerIndex(9)) else { panic!("there is no such layer") };
    assert!(error.to_string().contains("no layer 9"));
}

#[test]
fn layers_and_diff_ids_must_be_as_many() {
    let error = ["the manifest has 2 layers, the configuration 1", "build the image again"];
    check_error(docker(manifest("config.json", &["1/layer.tar"; 2])), &error);
    check_error(docker(manifest("config.json", &[])), &["the manifest has 0 layers, the configuration 1"]);
}

#[test]
fn more_layers_than_any_runtime_stacks_are_refused() {
    let layers = vec!["l"; 1_000_000];
    check_error(
        docker(manifest("config.json", &layers)),
        &["it has 1000000 layers", "no runtime stacks more than 1000"],
    );
}

#[test]
fn a_history_of_another_length_than_the_layers_is_no_error() {
    let step = r#"{"created_by":"RUN step"}"#;
    for (steps, made) in [(0, [None; 0].as_slice()), (1, &[Some(0)]), (3, &[None; 3])] {
        let history = vec![step; steps].join(",");
        let config = config(&[&layer()]).replace(r#"{"os""#, &format!(r#"{{"history":[{history}],"os""#));
        let tar = Tar::new().file("config.json", config).file("1/layer.tar", layer());
        let images = open_file(&tar.file("manifest.json", manifest("config.json", &["1/layer.tar"])).end()).unwrap();
        let history = &images[0].image().config.history;
        assert_eq!(history.iter().map(|step| step.layer.map(|layer| layer.0)).collect::<Vec<_>>(), made);
        check_layer(&*images[0]);
    }
}

#[test]
fn tags_with_control_characters_are_names_like_others() {
    let tag = r"evil\u001b[2J\n:latest";
    let two = format!(
        r#"[{{"Config":"config.json","RepoTags":["{tag}"],"Layers":["1/layer.tar"]}},{{"Config":"config.json","RepoTags":null}}]"#
    );
    let Err(error) = docker(two) else { panic!("two images and no choice") };
    assert!(error.contains("holds several images"), "{error}");
    assert!(!error.contains(char::is_control), "{error:?}");
}

#[test]
fn sizes_that_lie_are_told_with_their_byte() {
    let huge = [&[0x80, 0, 0, 0][..], &(i64::MAX as u64 & !511).to_be_bytes()].concat();
    for header in [
        Header::new(b'0', "a").size(5000),
        Header::new(b'0', "a").field(124, b"777777777777"),
        Header::new(b'0', "a").field(124, &huge),
        Header::new(b'Z', "a").field(124, &huge),
    ] {
        let tar = Tar::new().file("index.json", "").entry(header, b"short");
        check_error(open_file(&tar.end()), &["the member a at byte 512 should have", "the file ends before"]);
    }
    let tar = Tar::new().file("index.json", "").entry(Header::new(b'0', "a").size(5), &[b'x'; 1000]);
    check_error(open_file(&tar.end()), &["tar header at byte 1536 is not valid"]);
    let negative = Header::new(b'0', "a").field(124, &[0xff; 12]);
    check_error(open_file(&Tar::new().entry(negative, b"").end()), &["byte 0 is not valid: its size is no number"]);
}

#[test]
fn extended_headers_are_read_as_in_layers() {
    // A record's size is that of the next member, and not that of the next extended header.
    let tar = parts().pax(&[("size", "0")]).extended(b'L', "ignored\0").pax(&[("path", "manifest.json")]);
    check_layer(
        &*open_file(&tar.file("x", manifest("config.json", &["1/layer.tar"])).end()).unwrap_or_else(|error| {
            // GNU's name wins over pax's: then there is no manifest, and the archive is none.
            check_error::<()>(Err(error), &["neither of docker save"]);
            docker(manifest("config.json", &["1/layer.tar"])).unwrap()
        })[0],
    );
    let tar = parts().pax(&[("size", "0")]).extended(b'L', "manifest.json\0").pax(&[]);
    check_layer(&*open_file(&tar.file("x", manifest("config.json", &["1/layer.tar"])).end()).unwrap()[0]);
    let error = ["the extended header at byte 0 is not valid: a record has no end"];
    check_error(open_file(&Tar::new().extended(b'x', b"8 path=b").end()), &error);
    let long = Tar::new().extended(b'x', vec![b'a'; (1 << 20) + 1]);
    check_error(open_file(&long.end()), &["the extended header at byte 0 is longer than 1048576 bytes"]);
    let cut = &Tar::new().extended(b'x', b"9 path=b\n").unended()[..515];
    check_error(open_file(cut), &["ends in the middle of the extended header at byte 0"]);
    let sparse = Tar::new().pax(&[("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0")]).file("a", "");
    check_error(open_file(&sparse.end()), &["the member a at byte 1024 is stored as a sparse file"]);
}

#[test]
fn more_members_or_longer_names_than_images_need_are_refused() {
    let long = "n".repeat(1 << 19);
    let names = (0..40).fold(Tar::new(), |tar, number| tar.pax(&[("path", &format!("{number}{long}"))]).file("a", ""));
    check_error(open_file(&names.end()), &["more than 100000 members, or 16777216 bytes of their names"]);
    let members = (0..=100_000).fold(Tar::new(), |tar, number| tar.bare(b'0', number.to_string()));
    check_error(open_file(&members.end()), &["more than 100000 members"]);
}

#[test]
fn what_is_no_image_archive_is_told_what_it_is() {
    check_error(open_file(&gzip(&parts().end())), &["byte 0", "compressed with gzip", "gunzip"]);
    check_error(open_file(b""), &["neither of docker save", "plimsoll rootfs"]);
    check_error(open_file(&[b'x'; 600]), &["tar header at byte 0 is not valid"]);
}

#[test]
fn an_index_may_nest_but_not_for_ever() {
    let mut layout = Layout::of(&layer(), "");
    let mut inner: Digest = first_digest(&layout);
    for depth in 1..=1000 {
        inner = layout.blob(index(&[inner]));
        layout.index(&[inner]);
        if depth == 3 {
            check_layer(&*open_file(&layout.tar().end()).unwrap()[0]);
        }
    }
    check_error(open_file(&layout.tar().end()), &["indexes lie more than 4 deep"]);
}

/// The digest of the manifest of a layout of one image.
fn first_digest(layout: &Layout) -> Digest {
    let index = String::from_utf8(layout.0["index.json"].clone()).unwrap();
    index.split('"').find(|word| word.starts_with("sha256:")).unwrap().parse().unwrap()
}

#[test]
fn an_index_that_is_its_own_child_is_found_out() {
    // Nothing can hold its own digest, so the blob that claims to is another.
    let mut layout = Layout::default();
    let claimed = Digest::sha256(b"claimed");
    layout.index(&[claimed]);
    layout.0.insert(blob_name(&claimed), index(&[claimed]).into_bytes());
    check_error(
        open_file(&layout.tar().end()),
        &[&format!("the document {claimed} hashes to"), "fetch the image again"],
    );
}

#[test]
fn an_index_that_names_one_image_many_times_has_its_limits() {
    let layout = Layout::of(&layer(), "");
    let image = first_digest(&layout);
    let all = PlatformChoice::All;
    let mut wide = layout.clone();
    wide.index(&vec![image; 256]);
    assert_eq!(open_file_for(&wide.tar().end(), &all).unwrap().len(), 256);
    wide.index(&vec![image; 257]);
    check_error(open_file_for(&wide.tar().end(), &all), &["more than 256 images", "--platform"]);
    // Four levels of a hundred children each are a hundred million images.
    let mut deep = layout.clone();
    let mut inner = image;
    for _ in 0..3 {
        inner = deep.blob(index(&[inner; 100]));
    }
    deep.index(&[inner; 100]);
    check_error(open_file_for(&deep.tar().end(), &all), &["more than 256 images"]);
    // Few images whose configurations are large.
    let mut large = layout;
    let mut text = config(&[]);
    write!(text, "{}", " ".repeat(15 << 20)).unwrap();
    let config = large.blob(text);
    let manifest = large.blob(format!(r#"{{"config":{{"digest":"{config}"}}}}"#));
    large.index(&[manifest; 5]);
    check_error(open_file_for(&large.tar().end(), &all), &["configurations are too many", "--platform"]);
}

#[test]
fn an_encrypted_layer_is_a_gap_of_its_own() {
    for media_type in [
        "application/vnd.oci.image.layer.v1.tar+encrypted",
        "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
        "application/vnd.oci.image.layer.v1.tar+zstd+encrypted",
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip+encrypted",
    ] {
        let images = open_file(&Layout::of(&layer(), media_type).tar().end()).unwrap();
        check_layer_error(&*images[0], GapKind::Encrypted, &["is encrypted", "decrypt a copy"]);
    }
}
