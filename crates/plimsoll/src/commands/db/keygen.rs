//! `plimsoll db keygen`, and reading the key that it made.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use advisories::signature::SecretKey;

use crate::args::KeygenArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::written;

/// Makes a key, and says how others know it.
pub fn run(args: &KeygenArgs, out: &mut dyn Write) -> Result<Exit, Failure> {
    let failed = |error: io::Error| {
        Failure::new(Exit::ScanFailed, error)
            .when(format!("cannot write a key to {}", args.file.display()))
            .remedy("name a new file: a key is never overwritten, as what it signed would lose its signer")
    };
    let key = SecretKey::generate().map_err(failed)?;
    write(&args.file, key.to_pem().as_bytes()).map_err(failed)?;
    written(writeln!(out, "{}", key.public()))?;
    Ok(Exit::Passed)
}

/// Writes a new file that only its owner may read.
fn write(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// The key in a file.
pub fn read(path: &Path) -> Result<SecretKey, Failure> {
    let remedy = "make a key with plimsoll db keygen FILE";
    let failed = |error: io::Error| Failure::new(Exit::Usage, error).when(format!("cannot read {}", path.display()));
    let bytes = fs::read(path).map_err(|error| failed(error).remedy(remedy))?;
    SecretKey::parse(&bytes).map_err(|error| Failure::usage(format!("{} {error}", path.display())).remedy(remedy))
}
