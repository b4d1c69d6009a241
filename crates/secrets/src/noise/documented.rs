//! Secrets that everybody knows: examples in providers' documentation, keys of emulators, and keys for tests that lie in
//! packages which half of the world installs.

use super::Candidate;
use crate::analyzer::fingerprint;

/// Fingerprints of their marks, sorted. The texts are not here, so that no scanner finds them in this file.
const KNOWN: &[&str] = &[
    "0d5bfa4573668a97ec6b14a1bffb86d4",
    "0e15e6cf88363dcb4fc7c18b8e965376",
    "14394ecc389f6ff55f548adec0d7efad",
    "18b53cd39226fac939ed9df6874b22c2",
    "1a2f30ccade85754f017cc72af7b7d6e",
    "1be3f5a03e9523e7ad297a7f7c895c28",
    "2175d783ea6c4824102f0e4e29ad34d6",
    "2225172c98a4c3ad589ebc5842ff84f2",
    "23e13ce0dfa1f542d0ebe96a2f688b46",
    "256ddbf2b328e2854672ac354d9b9299",
    "2b168cbefac273a21741f8212d9520e7",
    "3c23206b4a1ae82dfe1c830a9806a9b1",
    "63a995988783943d6ac9a28386cb93fe",
    "63eb552df386a8b3d3be2181c0120a5a",
    "6af69fd7742146d5c30cc5d34c67b93a",
    "82c6e36ba376d92fdf0397f650202f95",
    "84d72825da1fed1cbbeb589684cdacc9",
    "8c52f96ad1b676e96cbe30651641120c",
    "92de0cd1305fc45e7cd8bd65109b5547",
    "99811fd0f962ad2ecdbe614fa7667846",
    "a94e1aa6000f1c5eebdba62077b63d77",
    "aa069d07892715a5eb8e7ce7c26d07bb",
    "ada231ff25dec3c4fa7109127dab1f42",
    "bb394e3a6963011ffb876af61209fd07",
    "c4e57324974f7f71b077d08826f79c31",
    "d6ed2df83a1c63989a1653030c896ad6",
    "db693ee34a2978eae4c07de6f9594749",
    "e04107af3f6ac0b0cc19bdd31b7cd749",
    "e318d86d47373946023466c3c2fef9da",
];

/// Of longer texts the beginning is enough, and does not depend on where lines end.
const MARK: usize = 64;

pub fn is_documented(candidate: &Candidate<'_>) -> bool {
    KNOWN.binary_search(&&*fingerprint(&mark(candidate.value()))).is_ok()
}

/// The first characters, without ends of lines however they are written.
fn mark(value: &[u8]) -> Vec<u8> {
    let mut mark = Vec::new();
    let mut rest = value.iter();
    while let Some(&byte) = rest.next() {
        match byte {
            b'\\' => _ = rest.next(),
            byte if byte.is_ascii_whitespace() => {}
            byte => mark.push(byte),
        }
        if mark.len() == MARK {
            break;
        }
    }
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emulators_and_manuals_are_recognized() {
        // Put together here, so that no scanner finds them in this file.
        for parts in [
            // The storage emulator Azurite, from its manual.
            ["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/", "K1SZFPTOtr/KBHBeksoGMGw=="],
            // The emulator of Cosmos DB, from its manual.
            ["C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/", "Jw=="],
            // Stripe's manual.
            ["sk_te", "st_4eC39HqLyjWDarjtT1zdp7dc"],
            // The first line of Vagrant's key, which opens every machine that it makes until it is replaced.
            ["MIIEogIBAAKCAQEA6NF8iallvQVp22WDkTky", "rtvp9eWW6A8YVr+kz4TjGYe7gHzI\\nAAAA"],
        ] {
            let text = parts.concat();
            let known = KNOWN.binary_search(&&*fingerprint(&mark(text.as_bytes())));
            assert!(known.is_ok(), "{}", parts[0]);
            assert!(KNOWN.binary_search(&&*fingerprint(&mark(parts[0].as_bytes()))).is_err() || parts[0].len() > 64);
        }
        assert!(KNOWN.is_sorted());
    }

    #[test]
    fn ends_of_lines_make_no_difference() {
        assert_eq!(mark(b"ab\ncd"), mark(b"ab\\ncd"));
        assert_eq!(mark(b"ab \r\n cd"), b"abcd");
        assert_eq!(mark(&[b'a'; 100]).len(), 64);
    }
}
