//! Structure: what the parts of a text say about it, where a kind of secret has parts.

pub mod address;
mod armor;
mod certificate;
mod checksum;
mod der;
pub mod jwk;
mod jwt;
mod key;
pub mod salt;
#[cfg(test)]
mod tests;

use model::Note;

use crate::assignment::is_password;
use crate::decode;

/// What the secret of this kind says; `whole` is the text that it stands in.
pub fn notes(kind: &str, secret: &[u8], whole: &[u8]) -> Vec<Note> {
    if let Some(right) = checksum::is_right(kind, secret) {
        return vec![Note::Checked(right)];
    }
    if secret.starts_with(b"ey")
        && let Some(notes) = jwt::notes(secret)
    {
        return notes;
    }
    if matches!(kind, "base64-private-key" | "kubernetes-client-key") {
        return in_base64(secret);
    }
    match key::read(kind, secret) {
        None => Vec::new(),
        Some(Err(())) => vec![Note::Damaged],
        Some(Ok(key)) => {
            let mut notes = key.notes;
            notes.extend(key.modulus.and_then(|modulus| until(&modulus, whole)).map(Note::Certificate));
            notes
        }
    }
}

/// Whether what has the form of a secret of this kind opens nothing: its password is a placeholder, or is asked for by nobody
/// but the machine itself. `before` is what stands before it in its line.
pub fn opens_nothing(kind: &str, secret: &[u8], before: &[u8]) -> bool {
    match kind {
        // Names in programs are base64 as well, and no logins.
        "docker-registry-login" => login(secret).is_none_or(|password| !is_password(&password)),
        "npmrc-basic-auth" => login(secret).is_some_and(|password| !is_password(&password)),
        "jdbc-url-with-password" | "mssql-connection-password" => {
            let says = |host: &[u8]| memchr::memmem::find(before, host).is_some();
            says(b"localhost") || says(b"127.0.0.1") || says(b"(local)")
        }
        _ => false,
    }
}

/// The password of a login in base64.
fn login(secret: &[u8]) -> Option<Vec<u8>> {
    let mut login = decode::base64(secret).filter(|login| login.iter().all(u8::is_ascii_graphic))?;
    let colon = memchr::memchr(b':', &login)?;
    Some(login.split_off(colon + 1))
}

/// What a key says whose file is written in base64.
fn in_base64(secret: &[u8]) -> Vec<Note> {
    let Some(file) = decode::base64(&secret[..secret.len() - usize::from(secret.len() % 4 == 1)]) else {
        return vec![Note::Damaged];
    };
    let kinds = [
        ("RSA PRIVATE KEY", "rsa-private-key"),
        ("EC PRIVATE KEY", "ec-private-key"),
        ("PRIVATE KEY", "pkcs8-private-key"),
        ("OPENSSH PRIVATE KEY", "openssh-private-key"),
    ];
    let known = kinds.iter().find_map(|(label, kind)| Some((kind, armor::blocks(&file, label).next()?)));
    known.map_or_else(|| vec![Note::Damaged], |(kind, block)| notes(kind, &file[block], &file))
}

/// Until when the certificate of the key with this modulus is good, if it is in the same text.
fn until(modulus: &[u8], whole: &[u8]) -> Option<i64> {
    let certificates = armor::blocks(whole, "CERTIFICATE").map(|block| armor::decode(&whole[block]));
    certificates
        .filter(|certificate| memchr::memmem::find(certificate, modulus).is_some())
        .find_map(|certificate| certificate::until(&certificate))
}
