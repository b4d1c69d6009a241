//! `plimsoll self verify`: whether this program is what somebody says who is trusted.
//!
//! A program that was tampered with can say whatever it likes of itself. What this shows is that a download is whole and the one that was
//! meant; who has doubts lets a copy that he trusts verify the list, or uses `sha256sum`.

use std::fs::File;
use std::io::{self, Read, Write};

use advisories::signature::{Signed, Trust, Untrusted};
use model::Digest;
use report::one_line;

use crate::args::{SelfCommand, SelfVerify};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Bytes of a list and of a signature.
const LARGEST: u64 = 1 << 20;
/// Bytes of a program.
const LARGEST_PROGRAM: u64 = 1 << 30;

pub fn run(command: &SelfCommand, out: &mut dyn Write) -> Result<Exit, Failure> {
    let SelfCommand::Verify(args) = command;
    let SelfVerify { checksums, signature, key } = args;
    let name = checksums.display().to_string();
    let failed = |error: io::Error, what: &str| Failure::new(Exit::Usage, error).when(format!("cannot read {what}"));
    let list = read(File::open(checksums), LARGEST).map_err(|error| failed(error, &name))?;
    let beside = signature.clone().unwrap_or_else(|| format!("{name}.sig").into());
    let signature = read(File::open(&beside), LARGEST).map_err(|error| failed(error, &beside.display().to_string()))?;
    let signer = match Trust::new(key.iter().copied()).judge(&list, Some(&signature)) {
        Ok(Signed::By(id)) => id,
        Ok(Signed::Unchecked(_) | Signed::Not) => return refused(&format!("nobody who is trusted signed {name}")),
        Err(Untrusted::Forged(id)) => {
            return refused(&format!("the signature of the key {id} does not fit {name}: it is not what was signed"));
        }
        Err(error) => return refused(&format!("{name}: {error}")),
    };
    let program = std::env::current_exe().map_err(|error| failed(error, "this program"))?;
    let bytes = read(File::open(&program), LARGEST_PROGRAM).map_err(|error| failed(error, "this program"))?;
    let digest = Digest::sha256(&bytes).hex();
    match named(&list, &digest) {
        Some(file) => {
            let line = format!("{} is {file} of {name}, signed by {signer}", program.display());
            written(writeln!(out, "{}", one_line(&line)))?;
            Ok(Exit::Passed)
        }
        None => refused(&format!("{name} names no program with the checksum {digest}, which this one has")),
    }
}

fn refused(why: &str) -> Result<Exit, Failure> {
    Err(Failure::new(Exit::GateFailed, anyhow::Error::msg(why.to_owned()))
        .when("this program is not verified")
        .remedy("get it again, and the list and its signature, from where you trust them to come"))
}

/// The file of that checksum, in a list as `sha256sum` writes it: the digits, two characters, a name.
fn named(list: &[u8], digest: &str) -> Option<String> {
    let text = std::str::from_utf8(list).ok()?;
    let line = text.lines().find(|line| line.get(..64).is_some_and(|known| known.eq_ignore_ascii_case(digest)))?;
    let name = line.get(64..)?.trim_start_matches([' ', '*']);
    (!name.is_empty()).then(|| name.to_owned())
}

fn read(file: io::Result<File>, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(io::Error::other("it is too large")) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read_as_sha256sum_writes_them() {
        let digest = "ab".repeat(32);
        let list = format!("{}  other\n{digest} *bin/plimsoll\n", "00".repeat(32));
        assert_eq!(named(list.as_bytes(), &digest).as_deref(), Some("bin/plimsoll"));
        assert_eq!(named(list.as_bytes(), &"cd".repeat(32)), None);
        assert_eq!(named(digest.as_bytes(), &digest), None);
    }
}
