//! Hashes that say which bytes a file must have: `blake3:` or `sha256:` and hexadecimal digits.

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::str::FromStr;

/// The hash of a whole file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// BLAKE3.
    Blake3(blake3::Hash),
    /// What registries and most lists of checksums have.
    Digest(model::Digest),
}

/// Why a text is no checksum.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a checksum: {0:?} (expected blake3: or sha256: followed by hexadecimal digits)")]
pub struct ChecksumError(String);

impl FromStr for Checksum {
    type Err = ChecksumError;

    fn from_str(text: &str) -> Result<Self, ChecksumError> {
        let wrong = || ChecksumError(text.to_owned());
        match text.strip_prefix("blake3:") {
            Some(hex) => blake3::Hash::from_hex(hex).map(Self::Blake3).map_err(|_| wrong()),
            None => text.parse().map(Self::Digest).map_err(|_| wrong()),
        }
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Blake3(hash) => write!(f, "blake3:{hash}"),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// Computes what is known of a file while its bytes pass.
pub(super) struct Summing {
    blake3: blake3::Hasher,
    digest: Option<model::Hasher>,
    length: u64,
}

/// What a file turned out to be.
pub(super) struct Sum {
    pub(super) blake3: blake3::Hash,
    digest: Option<model::Digest>,
    pub(super) length: u64,
}

impl Summing {
    /// Computes what it takes to compare with `expected`.
    pub(super) fn for_checksum(expected: Option<&Checksum>) -> Self {
        let digest = match expected {
            Some(Checksum::Digest(digest)) => Some(model::Hasher::like(Some(digest))),
            _ => None,
        };
        Self { blake3: blake3::Hasher::new(), digest, length: 0 }
    }

    pub(super) fn update(&mut self, bytes: &[u8]) {
        self.blake3.update(bytes);
        if let Some(digest) = &mut self.digest {
            digest.update(bytes);
        }
        self.length = self.length.saturating_add(bytes.len() as u64);
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn finish(self) -> Sum {
        let digest = self.digest.map(model::Hasher::finish);
        Sum { blake3: self.blake3.finalize(), digest, length: self.length }
    }
}

impl Sum {
    /// What is known of the file at `path`.
    pub(super) fn of(path: &Path, expected: Option<&Checksum>) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut summing = Summing::for_checksum(expected);
        let mut block = vec![0; 128 << 10];
        loop {
            match file.read(&mut block) {
                Ok(0) => return Ok(summing.finish()),
                Ok(read) => summing.update(&block[..read]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// What the bytes have, said as `expected` is.
    pub(super) fn like(&self, expected: &Checksum) -> Checksum {
        match (expected, self.digest) {
            (Checksum::Digest(_), Some(digest)) => Checksum::Digest(digest),
            _ => Checksum::Blake3(self.blake3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The hashes of no bytes at all: `b3sum /dev/null` (BLAKE3's test vectors, input_len 0) and `sha256sum /dev/null`.
    const BLAKE3: &str = "blake3:af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262";
    const SHA256: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn both_kinds_are_read_written_and_computed() {
        for text in [BLAKE3, SHA256] {
            let expected: Checksum = text.parse().unwrap();
            assert_eq!(expected.to_string(), text);
            assert_eq!(Summing::for_checksum(Some(&expected)).finish().like(&expected), expected);
        }
        for wrong in ["", "blake3:", "af13", "md5:d41d8cd98f00b204e9800998ecf8427e", &BLAKE3[..70]] {
            assert!(wrong.parse::<Checksum>().is_err(), "{wrong}");
        }
    }
}
