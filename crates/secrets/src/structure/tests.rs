//! Keys as other programs write them, and their notes.

use std::process::Command;

use model::Note;

use crate::find::{Secret, secrets};

/// The output of a program, if it is there.
fn run(program: &str, arguments: &[&str]) -> Option<String> {
    match Command::new(program).args(arguments).output() {
        Ok(output) if output.status.success() => Some(String::from_utf8(output.stdout).unwrap()),
        Ok(output) => panic!("{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("skipped: keys of {program}, because it does not start ({error})");
            None
        }
    }
}

fn key(algorithm: &str, bits: u32, encrypted: bool) -> Note {
    Note::Key { algorithm: algorithm.to_owned(), bits: Some(bits), encrypted }
}

fn only(text: &str) -> Secret {
    let found = secrets(text.as_bytes());
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found[0].clone()
}

fn check(text: &str, kind: &str, expected: &[Note]) {
    let found = only(text);
    let secret = String::from_utf8_lossy(found.text(text.as_bytes()));
    assert_eq!((found.kind.id, &*found.notes), (kind, expected), "{secret} in {text}");
}

#[test]
fn keys_of_openssl_are_read() {
    let generate = |arguments: &[&str]| run("openssl", &[&["genpkey", "-algorithm"], arguments].concat());
    let Some(rsa) = generate(&["RSA", "-pkeyopt", "rsa_keygen_bits:1024"]) else { return };
    check(&rsa, "pkcs8-private-key", &[key("RSA", 1024, false)]);
    let quoted = format!("{{\"signing\": \"{}\"}}", rsa.replace('\n', "\\n"));
    check(&quoted, "pkcs8-private-key", &[key("RSA", 1024, false)]);
    let secret = format!("tls.key: {}\n", crate::rule::filling::base64(rsa.as_bytes()));
    check(&secret, "base64-private-key", &[key("RSA", 1024, false)]);
    for (curve, name, bits) in
        [("P-256", "EC P-256", 256), ("P-384", "EC P-384", 384), ("secp256k1", "EC secp256k1", 256)]
    {
        let text = generate(&["EC", "-pkeyopt", &format!("ec_paramgen_curve:{curve}")]).unwrap();
        check(&text, "pkcs8-private-key", &[key(name, bits, false)]);
        let old = run(
            "openssl",
            &["ecparam", "-name", if curve == "P-256" { "prime256v1" } else { "secp384r1" }, "-genkey", "-noout"],
        );
        assert!(
            matches!(&*only(&old.unwrap()).notes, [Note::Key { algorithm, encrypted: false, .. }] if algorithm.starts_with("EC P-"))
        );
    }
    check(&generate(&["ED25519"]).unwrap(), "pkcs8-private-key", &[key("Ed25519", 256, false)]);
    let locked = generate(&["ED25519", "-aes-256-cbc", "-pass", "pass:x"]).unwrap();
    check(
        &locked,
        "encrypted-pkcs8-private-key",
        &[Note::Key { algorithm: "private key".into(), bits: None, encrypted: true }],
    );
}

#[test]
fn the_certificate_beside_a_key_is_read() {
    let folder = std::env::temp_dir().join(format!("plimsoll-certificate-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let make = |name: &str, serial: &str| {
        let (key, certificate) = (path(&format!("{name}.key")), path(&format!("{name}.crt")));
        let arguments =
            ["req", "-x509", "-newkey", "rsa:1024", "-nodes", "-subj", "/CN=x", "-days", "10", "-set_serial", serial];
        run("openssl", &[&arguments[..], &["-keyout", &key, "-out", &certificate]].concat())?;
        let read = |path: &str| std::fs::read_to_string(path).unwrap();
        Some((
            read(&key),
            read(&certificate),
            run("openssl", &["x509", "-in", &certificate, "-noout", "-enddate", "-dateopt", "iso_8601"])?,
        ))
    };
    if let (Some((key, certificate, end)), Some((_, other, _))) = (make("one", "1"), make("two", "2")) {
        // notAfter=2030-01-02 03:04:05Z
        let end: jiff::Timestamp = end.trim().trim_start_matches("notAfter=").replace(' ', "T").parse().unwrap();
        let until = |text: &str| {
            only(text)
                .notes
                .into_iter()
                .find_map(|note| if let Note::Certificate(until) = note { Some(until) } else { None })
        };
        assert_eq!(until(&format!("{other}{certificate}{key}")), Some(end.as_second()));
        assert_eq!(until(&format!("{key}{other}")), None);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn keys_of_openssh_are_read() {
    let folder = std::env::temp_dir().join(format!("plimsoll-openssh-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, bits, passphrase, expected) in [
        ("ed25519", "256", "", key("Ed25519", 256, false)),
        ("ed25519", "256", "locked", key("Ed25519", 256, true)),
        ("rsa", "1024", "", key("RSA", 1024, false)),
        ("ecdsa", "384", "", key("EC P-384", 384, false)),
    ] {
        let path = folder.join(format!("{name}-{passphrase}"));
        let file = path.to_str().unwrap();
        if run("ssh-keygen", &["-q", "-t", name, "-b", bits, "-N", passphrase, "-C", "x", "-f", file]).is_some() {
            check(&std::fs::read_to_string(&path).unwrap(), "openssh-private-key", &[expected]);
        }
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_is_no_key_is_damaged() {
    let text =
        format!("-----BEGIN RSA PRIVATE KEY-----\n{}\n-----END RSA PRIVATE KEY-----", "k7Xm2QpL9wZt4RvB".repeat(8));
    check(&text, "rsa-private-key", &[Note::Damaged]);
}

/// A packet of a secret key by hand, from RFC 9580, section 5.5.3: version 4, made on 2020-09-13, Ed25519.
#[test]
fn a_pgp_key_tells_when_it_was_made() {
    let packet = |protection: u8| {
        let mut body = [&[4][..], &1_600_000_000_u32.to_be_bytes(), &[27], &[7; 32], &[protection], &[9; 120]].concat();
        let mut packet = vec![0xC5, u8::try_from(body.len()).unwrap()];
        packet.append(&mut body);
        format!(
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{}\n=AbCd\n-----END PGP PRIVATE KEY BLOCK-----\n",
            crate::rule::filling::base64(&packet)
        )
    };
    check(&packet(0), "pgp-private-key", &[key("Ed25519", 256, false), Note::Made(1_600_000_000)]);
    check(&packet(254), "pgp-private-key", &[key("Ed25519", 256, true), Note::Made(1_600_000_000)]);
}

#[test]
fn what_stands_in_base64_is_found_there() {
    let token = ["ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"].concat();
    let inner = crate::rule::filling::base64(format!("user: octo\nGITHUB_TOKEN={token}\n").as_bytes());
    let found = only(&format!("data:\n  settings.env: {inner}\n"));
    assert_eq!(found.kind.id, "github-personal-access-token");
    assert_eq!(found.notes, [Note::Inside("base64".into()), Note::Checked(false)]);
    assert_eq!(found.text(b""), token.as_bytes());
    let twice = only(&format!("x: {}", crate::rule::filling::base64(format!("a: {inner}").as_bytes())));
    assert_eq!(twice.notes[..2], [Note::Inside("base64".into()), Note::Inside("base64".into())]);
    let escaped = only("redirect?to=postgres%3A%2F%2Fapp%3AkX9mP2qLw7%40db.x.io%2Fapp");
    assert_eq!((escaped.kind.id, escaped.text(b"")), ("postgresql-connection-string", &b"kX9mP2qLw7"[..]));
}
