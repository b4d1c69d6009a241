//! The same image on every way to it: one report, but for the object that names the way.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::support::{Engine, Image, PASSWORD, Registry, Report, USER, images, program, report, run, tool};

fn file(path: &Path) -> Command {
    let mut command = program(["image", "--no-cache", "--input"]);
    command.arg(path);
    command
}

fn registry(name: &str) -> Command {
    program(["image", "--no-cache", "--image-src", "registry", name])
}

/// The report that all others are held against.
fn by_layout(image: &Image) -> Report {
    let report = report(&mut file(&image.layout));
    assert_ne!(report.live().count(), 0, "{}", image.name);
    assert!(report.unseen().is_empty(), "{}: {:?}", image.name, report.unseen());
    check_origin(&report, "oci-dir");
    report
}

/// What is read must be what the manifest names; where the manifest names nothing, something was read all the same.
fn check_origin(report: &Report, transport: &str) {
    let origin = &report.artifact()["origin"];
    assert_eq!(origin["transport"], transport);
    for blob in origin["blobs"].as_array().unwrap() {
        let (claimed, computed) = (&blob["claimed_digest"], &blob["computed_digest"]);
        assert!(computed.is_string() && (claimed.is_null() || claimed == computed), "{blob} {:?}", report.unseen());
    }
}

#[test]
fn files_tell_the_same() {
    let Some(skopeo) = tool("skopeo") else { return };
    for image in images() {
        let expected = by_layout(&image);
        let check = |command: &mut Command, transport: &str, way: &str| {
            let other = report(command);
            check_origin(&other, transport);
            expected.check_same(&other, &format!("{}, {way}", image.name));
        };
        check(&mut file(&image.archive), "docker-archive", "docker-archive");
        let stream = |path: &Path| {
            let mut command = program(["image", "--no-cache", "--input", "-"]);
            command.stdin(File::open(path).unwrap());
            command
        };
        check(&mut stream(&image.archive), "stdin", "docker-archive on standard input");

        let folder = tempfile::tempdir().unwrap();
        let copy = |to: &str, more: &[&str]| {
            let arguments = ["--insecure-policy", "copy", "--quiet"].iter().chain(more);
            skopeo.ask(arguments.copied().chain([&*image.in_layout(), to]));
        };
        let path = folder.path().join("archive.tar");
        copy(&format!("oci-archive:{}:latest", path.display()), &[]);
        check(&mut file(&path), "oci-archive", "oci-archive");
        check(&mut stream(&path), "stdin", "oci-archive on standard input");

        let path = folder.path().join("zstd");
        copy(&format!("oci:{}:latest", path.display()), &["--dest-compress-format", "zstd"]);
        let zstd = report(&mut file(&path));
        for blob in zstd.artifact()["origin"]["blobs"].as_array().unwrap() {
            assert_eq!(blob["media_type"], "application/vnd.oci.image.layer.v1.tar+zstd");
        }
        check_origin(&zstd, "oci-dir");
        expected.check_same(&zstd, &format!("{}, zstd layers", image.name));
    }
}

#[test]
fn docker_tells_the_same() {
    let Some(engine) = Engine::find() else { return };
    for image in images() {
        engine.load(&image);
        let expected = by_layout(&image);
        let docker = report(&mut program(["image", "--no-cache", "--image-src", "docker", &*image.tag()]));
        check_origin(&docker, "docker");
        expected.check_same(&docker, &format!("{}, docker", image.name));
        assert_eq!(docker.artifact()["origin"]["image_id"], engine.inspect(&image, "{{.Id}}"));
        let layers: Value = serde_json::from_str(&engine.inspect(&image, "{{json .RootFS.Layers}}")).unwrap();
        let ours: Vec<Value> = docker.list("layers").iter().map(|layer| layer["diff_id"].clone()).collect();
        assert_eq!(Value::from(ours), layers, "{}", image.name);
    }
}

#[test]
fn a_guarded_registry_tells_the_same_to_those_it_knows() {
    let Some(server) = Registry::guarded() else { return };
    let folder = tempfile::tempdir().unwrap();
    server.log_in(folder.path().join("config.json").to_str().unwrap());
    for image in images() {
        let name = server.name(&image, ":latest");
        server.push(&image.in_layout(), &name);
        let expected = by_layout(&image);
        let check = |command: &mut Command, way: &str| {
            let other = report(command);
            check_origin(&other, "registry");
            assert_eq!(other.artifact()["origin"]["manifest_digest"], server.digest(&name));
            expected.check_same(&other, &format!("{}, registry, {way}", image.name));
        };
        let password = folder.path().join("password");
        fs::write(&password, format!("{PASSWORD}\n")).unwrap();
        let mut given = registry(&name);
        given.args(["--username", USER, "--password-stdin"]).stdin(File::open(password).unwrap());
        check(&mut given, "password on standard input");
        check(registry(&name).env("DOCKER_CONFIG", folder.path()), "password in config.json");

        let stranger = run(registry(&name).stdin(Stdio::null()));
        assert_eq!(stranger.code, Some(3), "{}", stranger.err);
        assert!(stranger.err.contains("docker login"), "{}", stranger.err);
    }
}

#[test]
fn an_open_registry_tells_the_same_by_tag_and_digest() {
    let Some(server) = Registry::open() else { return };
    for image in images() {
        let expected = by_layout(&image);
        // From the archive, skopeo makes Docker's own manifest (version 2, schema 2); the second tag has OCI's.
        let archive = format!("docker-archive:{}", image.archive.display());
        for (tag, from, kind) in
            [(":latest", archive, "application/vnd.docker."), (":second", image.in_layout(), "application/vnd.oci.")]
        {
            let name = server.name(&image, tag);
            server.push(&from, &name);
            let digest = server.digest(&name);
            for name in [name, server.name(&image, &format!("@{digest}"))] {
                let other = report(&mut registry(&name));
                check_origin(&other, "registry");
                let origin = &other.artifact()["origin"];
                assert_eq!(origin["manifest_digest"], *digest);
                assert_eq!(origin["reference"], *name);
                assert!(origin["blobs"][0]["media_type"].as_str().unwrap().starts_with(kind), "{origin}");
                expected.check_same(&other, &name);
            }
        }
    }
}
