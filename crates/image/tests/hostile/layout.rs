//! Layouts in a folder (OCI image-spec, "Image Layout"). Somebody else made the folder, so nothing in it need be a file.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;

use image::{PlatformChoice, Source};
use model::{Budget, Digest, GapKind, LayerIndex};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use tempfile::TempDir;

use crate::build::{Layout, Tar, blob_name, check_error, opened, read_with};

fn layer() -> Vec<u8> {
    Tar::new().file("a", "content").end()
}

/// A layout of one image on disk, and where its layer is.
fn written(media_type: &str) -> (TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    Layout::of(&layer(), media_type).write(folder.path());
    (folder, blob_name(&Digest::sha256(&layer())))
}

fn open(folder: &Path) -> Result<Vec<Box<dyn Source>>, String> {
    opened(image::local::oci_dir(folder, None, &PlatformChoice::Host, &Budget::default()))
}

fn open_layer(folder: &Path) -> Result<Vec<String>, (GapKind, String)> {
    let images = open(folder).unwrap();
    let blob = images[0].open(LayerIndex(0)).map_err(|error| (error.gap_kind(), error.to_string()))?;
    let seen = read_with(blob.reader, blob.expected, &Budget::default());
    seen.check_no_gap();
    Ok(seen.entries)
}

fn pipe(path: &Path) {
    mknodat(CWD, path, FileType::Fifo, Mode::RWXU, 0).unwrap();
}

/// Puts something in the place of a file of the layout.
fn replaced(file: &str, make: impl FnOnce(&Path)) -> TempDir {
    let (folder, _) = written("");
    let path = folder.path().join(file);
    fs::remove_file(&path).unwrap();
    make(&path);
    folder
}

fn socket(path: &Path) {
    // The path of a socket is short, so it is bound elsewhere and moved.
    let short = tempfile::tempdir().unwrap();
    let bound = short.path().join("s");
    drop(UnixListener::bind(&bound).unwrap());
    fs::rename(bound, path).unwrap();
}

/// The index of such a layout names no platform, so the configuration has the last word.
#[test]
fn an_image_of_another_platform_is_not_taken_for_the_one_that_was_asked_for() {
    let (folder, _) = written("");
    let ask = |platform: &str| {
        let choice = platform.parse().unwrap();
        opened(image::local::oci_dir(folder.path(), None, &choice, &Budget::default())).map(|images| images.len())
    };
    assert_eq!(ask("linux/amd64"), Ok(1));
    assert_eq!(ask("all"), Ok(1));
    check_error(ask("linux/arm64"), &["linux/amd64", "not for linux/arm64"]);
}

#[test]
fn a_layout_that_is_well_is_read() {
    let (folder, _) = written("");
    assert_eq!(open_layer(folder.path()).unwrap(), ["file a 7"]);
}

#[test]
fn what_is_no_file_is_never_waited_for() {
    let makers: [fn(&Path); 4] =
        [pipe, socket, |path| fs::create_dir(path).unwrap(), |path| symlink("/dev/zero", path).unwrap()];
    let layer = blob_name(&Digest::sha256(&layer()));
    for make in makers {
        let folder = replaced(&layer, make);
        let (kind, error) = open_layer(folder.path()).unwrap_err();
        assert!(matches!(kind, GapKind::Corrupt | GapKind::Unavailable), "{error}");
        assert!(error.contains(&layer), "{error}");
        check_error(open(replaced("index.json", make).path()), &["index.json"]);
    }
    let (_, error) = open_layer(replaced(&layer, pipe).path()).unwrap_err();
    assert!(error.contains("no regular file"), "{error}");
}

#[test]
fn a_pipe_is_no_archive() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    pipe(&path);
    let error = ["is a pipe or a device", "--input -"];
    check_error(opened(image::local::open(&path, None, &PlatformChoice::Host, &Budget::default())), &error);
    check_error(
        opened(image::local::docker_archive(&path, None, &PlatformChoice::Host, &Budget::default())),
        &["no regular file"],
    );
}

#[test]
fn links_within_the_layout_are_followed() {
    let name = blob_name(&Digest::sha256(&layer()));
    let (folder, _) = written("");
    fs::rename(folder.path().join(&name), folder.path().join("elsewhere")).unwrap();
    symlink("../../elsewhere", folder.path().join(&name)).unwrap();
    assert_eq!(open_layer(folder.path()).unwrap(), ["file a 7"]);
    // And the layout as a whole may be behind one.
    let outside = tempfile::tempdir().unwrap();
    let link = outside.path().join("layout");
    symlink(folder.path(), &link).unwrap();
    assert_eq!(open_layer(&link).unwrap(), ["file a 7"]);
}

#[test]
fn links_out_of_the_layout_are_not() {
    let outside = tempfile::tempdir().unwrap();
    let secret = outside.path().join("secret");
    fs::write(&secret, layer()).unwrap();
    let name = blob_name(&Digest::sha256(&layer()));
    let folder = replaced(&name, |path| symlink(&secret, path).unwrap());
    let (kind, error) = open_layer(folder.path()).unwrap_err();
    assert_eq!(kind, GapKind::Corrupt);
    check_error::<()>(Err(error), &[&name, "a link that leads out of the layout", "cp -rL"]);
    // Nor by a folder on the way.
    let folder = tempfile::tempdir().unwrap();
    let whole = outside.path().join("whole");
    Layout::of(&layer(), "").write(&whole);
    fs::copy(whole.join("index.json"), folder.path().join("index.json")).unwrap();
    symlink(whole.join("blobs"), folder.path().join("blobs")).unwrap();
    check_error(open(folder.path()), &["leads out of the layout"]);
}

#[test]
fn links_in_circles_are_errors() {
    let name = blob_name(&Digest::sha256(&layer()));
    let folder = replaced(&name, |path| symlink(path, path).unwrap());
    let (kind, error) = open_layer(folder.path()).unwrap_err();
    assert_eq!(kind, GapKind::Unavailable);
    assert!(error.contains(&name), "{error}");
}

#[test]
fn what_is_missing_is_unavailable_and_what_is_foreign_foreign() {
    let (folder, name) = written("");
    fs::remove_file(folder.path().join(&name)).unwrap();
    let (kind, error) = open_layer(folder.path()).unwrap_err();
    assert_eq!(kind, GapKind::Unavailable);
    assert!(error.contains(&name), "{error}");
    let (folder, name) = written("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip");
    fs::remove_file(folder.path().join(&name)).unwrap();
    assert_eq!(open_layer(folder.path()).unwrap_err().0, GapKind::Foreign);
}

#[test]
fn an_encrypted_layer_is_a_gap_of_its_own() {
    let (folder, _) = written("application/vnd.oci.image.layer.v1.tar+gzip+encrypted");
    let (kind, error) = open_layer(folder.path()).unwrap_err();
    assert_eq!(kind, GapKind::Encrypted);
    assert!(error.contains("decrypt a copy"), "{error}");
}

#[test]
fn a_digest_cannot_name_a_file_elsewhere() {
    let folder = tempfile::tempdir().unwrap();
    for digest in
        ["sha256:../../../../etc/passwd", "../../etc:passwd", "sha256:", "md5:d41d8cd98f00b204e9800998ecf8427e"]
    {
        fs::write(folder.path().join("index.json"), format!(r#"{{"manifests":[{{"digest":"{digest}"}}]}}"#)).unwrap();
        check_error(open(folder.path()), &["index.json", "not a digest"]);
    }
}
