//! The search for secrets: every place that it tells lies in the text.

#![no_main]

use harness::seeds;
use libfuzzer_sys::fuzz_target;

/// Halves of tokens, put together here, so that nobody takes this file for a leak.
const SEEDS: [(&str, &str); 16] = [
    ("T=ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8\n"),
    ("DD_API_KEY", "=9f86d081884c7d659a2feaa0c55ad015 x\\nghp_"),
    ("https://user:", "a1B2c3D4e5F6g7H8@db.x.io/%3Dgithub_pat_\n\n"),
    ("ENV DB_PASSWORD=", "hunter2-production\npassword: \"k9!x\"\n\"pwd\" : 'x1y2z3w4'\n"),
    ("<password enc=\"x\">", "t7Kq0Zx2w</password> <add key=\"Password\" value=\"v8kLm20xQ\"/>"),
    ("- name: DB_PASSWORD\n", "  value: kX9mP2qLw7\ncurl -u a:kX9mP2qLw7 x; mysql -pkX9m; sshpass -p 'k"),
    ("machine x login y ", "password kX9mP2qLw7\nCREATE USER a IDENTIFIED BY 'kX9mP2qLw7'; Bearer kX9mP2qLw7"),
    ("h:5432:d:u:", "kX9m\\:P2\nops:{SHA}0123456789012345678901234567\n#\n:::::"),
    ("auth\": \"ZGVwbG95Om", "tYOW1QMnFMdzdrWDk=\" x: dXNlcjogYWRhCnBhc3N3b3JkOiBrWDltUDJxTHc3Cg=="),
    ("to=amqp%3A%2F%2F", "a%3AkX9mP2qLw7%40h \"redis:\\/\\/:k\\u0039@h\""),
    ("AKIA", "QYLPMN5HHHFPZAM2\nsecret = wJalrXUtnFEMIK7MDENGbPxRfiCYzzzzzzzz1234\n"),
    ("eyJhbGciOiJub25lIn0.", "eyJleHAiOjE3MDAwMDAwMDAsImlzcyI6IngifQ.c2lnbmF0dXJlc2lnbmF0dXJl"),
    (
        "-----BEGIN OPENSSH",
        " PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQyNTUxOQAAACA=\n",
    ),
    (
        "-----BEGIN PGP",
        " PRIVATE KEY BLOCK-----\n\nxZ4EX14QABsHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwAJCQkJCQkJCQkJCQkJCQkJCQkJCQkJ\n=x\n",
    ),
    ("PuTTY-User-Key", "-File-3: ssh-ed25519\nEncryption: none\nComment: x\nPublic-Lines: 1\nAAAA\n"),
    ("-----BEGIN RSA", " PRIVATE KEY-----\nMIIEpAIBAAKCAQEA1c7+9z5Pad7OejecsQ0bu3aozN3tihPmUZQJSDXD\n"),
];

fuzz_target!(init: begin(), |data: &[u8]| {
    for path in ["", "a.py", ".env", ".pgpass", ".htpasswd"] {
        let mut last = 0;
        for found in secrets::secrets_of(data, secrets::FileKind::of(path.as_bytes())) {
            assert!(found.span.start < found.span.end && found.span.end <= data.len());
            assert!(last <= found.span.start, "in their order");
            last = found.span.start;
            found.text(data);
        }
    }
});

fn begin() {
    seeds::plant(SEEDS.iter().map(|(first, second)| [first.as_bytes(), second.as_bytes()].concat()));
}
