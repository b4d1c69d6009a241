//! Registries that serve the wrong bytes, or none. What becomes of single requests is tested beside the client; here it
//! is what becomes of the report, the cache, the exit code and the secrets.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::support::{Image, Registry, USER, image, program, report, run, tool};

fn scan(name: &str, cache: &Path) -> Command {
    let mut command = program(["image", "--image-src", "registry", name, "--cache-dir"]);
    command.arg(cache);
    command
}

/// A registry with the image, the image's name there, and the digests of its layers.
fn serve(image: &Image) -> Option<(Registry, String, Vec<String>)> {
    let server = Registry::open()?;
    let name = server.name(image, ":latest");
    server.push(&image.in_layout(), &name);
    let manifest = tool("skopeo")?.ask(["inspect", "--raw", &image.in_layout()]);
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    let layers = manifest["layers"].as_array().unwrap().iter();
    let digests = layers.map(|layer| layer["digest"].as_str().unwrap().to_owned()).collect();
    Some((server, name, digests))
}

#[test]
fn an_exchanged_layer_is_a_gap_and_poisons_no_cache() {
    let Some(image) = image("python") else { return };
    let Some((server, name, digests)) = serve(&image) else { return };
    let [unused, cache] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let expected = report(&mut scan(&name, unused.path()));

    // Another time in the gzip header (RFC 1952, MTIME): every file is the same, the blob is not.
    let blob = server.blob(&digests[2]);
    let good = fs::read(&blob).unwrap();
    let mut bad = good.clone();
    bad[4] ^= 1;
    fs::write(&blob, bad).unwrap();
    let exchanged = report(&mut scan(&name, cache.path()));
    let [gap] = exchanged.unseen()[..] else { panic!("{:?}", exchanged.unseen()) };
    assert_eq!((&gap["kind"], &gap["layer"]), (&"digest-mismatch".into(), &3.into()), "{gap}");
    let stored = &exchanged.artifact()["origin"]["blobs"][2];
    assert_eq!(stored["claimed_digest"], *digests[2]);
    assert_ne!(stored["computed_digest"], stored["claimed_digest"]);

    fs::write(&blob, good).unwrap();
    expected.check_equal(&report(&mut scan(&name, cache.path())), "after the registry was mended");
}

#[test]
fn a_layer_that_is_gone_is_a_gap() {
    let Some(image) = image("python") else { return };
    let Some((server, name, digests)) = serve(&image) else { return };
    let cache = tempfile::tempdir().unwrap();
    fs::remove_file(server.blob(&digests[1])).unwrap();
    let mut command = scan(&name, cache.path());
    let rest = report(&mut command);
    let [gap] = rest.unseen()[..] else { panic!("{:?}", rest.unseen()) };
    assert_eq!((&gap["kind"], &gap["layer"]), (&"unavailable".into(), &2.into()), "{gap}");
    assert!(gap["detail"].as_str().unwrap().contains(&digests[1]), "{gap}");
    // The base is seen all the same.
    assert!(rest.live().any(|package| package["name"] == "dpkg"));
    assert!(!rest.live().any(|package| package["kind"] == "pypi"));
    let strict = run(scan(&name, cache.path()).args(["--scanners", "package", "--fail-on-incomplete"]));
    assert_eq!(strict.code, Some(4), "{}", strict.err);
}

#[test]
fn a_layer_that_breaks_off_is_a_gap() {
    let Some(image) = image("debian12") else { return };
    let Some((server, name, digests)) = serve(&image) else { return };
    let cache = tempfile::tempdir().unwrap();
    let file = fs::OpenOptions::new().write(true).open(server.blob(&digests[0])).unwrap();
    file.set_len(1 << 20).unwrap();
    let part =
        run(scan(&name, cache.path()).args(["--scanners", "package", "--fail-on-incomplete", "--format", "json"]));
    assert_eq!(part.code, Some(4), "{}", part.err);
    let document: Value = serde_json::from_str(&part.out).unwrap();
    let gaps = document["artifacts"][0]["coverage"]["gaps"].as_array().unwrap();
    assert!(gaps.iter().any(|gap| gap["layer"] == 1), "{gaps:?}");
}

#[test]
fn a_wrong_password_is_shown_nowhere() {
    let Some(image) = image("debian12") else { return };
    let Some(server) = Registry::guarded() else { return };
    let folder = tempfile::tempdir().unwrap();
    let wrong = "adrift-in-the-fog";
    let password = folder.path().join("password");
    fs::write(&password, wrong).unwrap();
    let mut command = scan(&server.name(&image, ""), folder.path());
    command.args(["--username", USER, "--password-stdin", "-vvv"]).stdin(fs::File::open(password).unwrap());
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains(&server.host) && ran.err.contains("--password-stdin"), "{}", ran.err);
    // `printf tester:adrift-in-the-fog | base64`
    for secret in [wrong, "dGVzdGVyOmFkcmlmdC1pbi10aGUtZm9n"] {
        assert!(!ran.err.contains(secret) && !ran.out.contains(secret), "{}", ran.err);
    }
}

/// Answers everybody with a body that comes at one byte in a tenth of a second, for a day.
fn drop_by_drop(mut client: TcpStream) -> io::Result<()> {
    let _ = client.read(&mut [0; 4096])?;
    client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 864000\r\n\r\n")?;
    loop {
        client.write_all(b" ")?;
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_server_that_never_comes_to_its_end_is_given_up_when_the_time_is_up() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap();
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            thread::spawn(|| drop_by_drop(client));
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let ran = run(scan(&format!("{host}/a/b"), folder.path()).args(["--timeout", "2s"]));
    assert_eq!(ran.code, Some(3), "{}", ran.err);
    assert!(ran.err.contains(&host.to_string()), "{}", ran.err);
}
