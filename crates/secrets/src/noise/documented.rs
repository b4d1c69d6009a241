//! Secrets that everybody knows: examples in providers' documentation, keys of emulators, and keys for tests that lie in
//! packages which half of the world installs.

use super::Candidate;
use crate::analyzer::fingerprint;

/// Fingerprints of their marks, sorted. The texts are not here, so that no scanner finds them in this file.
const KNOWN: &[&str] = &[
    "0792056d02476c0b65128decebbebfe9",
    "0c9574cfc813e2fae1548f6a49b74d76",
    "0d5bfa4573668a97ec6b14a1bffb86d4",
    "0e15e6cf88363dcb4fc7c18b8e965376",
    "137f15936721cbffc5ea94e2ee291732",
    "14394ecc389f6ff55f548adec0d7efad",
    "18b53cd39226fac939ed9df6874b22c2",
    "1a2f30ccade85754f017cc72af7b7d6e",
    "1b7cf3400cc0f790926722c3035de01d",
    "1be3f5a03e9523e7ad297a7f7c895c28",
    "2175d783ea6c4824102f0e4e29ad34d6",
    "2225172c98a4c3ad589ebc5842ff84f2",
    "23e13ce0dfa1f542d0ebe96a2f688b46",
    "256ddbf2b328e2854672ac354d9b9299",
    "25799736ebba7610a78f83b0521e76e4",
    "2ae63b81791440a2d28e2c46510ca17d",
    "2b168cbefac273a21741f8212d9520e7",
    "3418547d84a08c75508fea39b8916fb1",
    "34ea7dc638065401d1c69e3db0fd7b9a",
    "372678703f82f2ace24ec294aa0f9ccc",
    "3c23206b4a1ae82dfe1c830a9806a9b1",
    "4fd7f7379182540197811f5c6f5a8c48",
    "50ad21367fbda5937f94501b87c71a6f",
    "5729eee4198cefdbc586bc9ff2e92a12",
    "57bef2bc7776f37fa436d05b1b8983ee",
    "63a995988783943d6ac9a28386cb93fe",
    "63eb552df386a8b3d3be2181c0120a5a",
    "6af69fd7742146d5c30cc5d34c67b93a",
    "738924104fae0bc7251b7ffc564c48aa",
    "82c6e36ba376d92fdf0397f650202f95",
    "84d72825da1fed1cbbeb589684cdacc9",
    "86de4cdabed556b37d3c10192c6480a2",
    "8c52f96ad1b676e96cbe30651641120c",
    "8d30772dc06bf1c2ee97726e9b0a562a",
    "8d38acfd6745846f0731c9b98902a0b3",
    "92de0cd1305fc45e7cd8bd65109b5547",
    "96aa8320b7a6ea7839ca929d493e4119",
    "99811fd0f962ad2ecdbe614fa7667846",
    "9c8b6ac94030466ac325f286f902df1f",
    "9cc918845caa9973b3f74073a5ba8db8",
    "9dd5b0dcba96cf5f335e7bd16cd9806f",
    "9ef283fc43eb31b8fe8614fe61289c35",
    "a94e1aa6000f1c5eebdba62077b63d77",
    "aa069d07892715a5eb8e7ce7c26d07bb",
    "ada231ff25dec3c4fa7109127dab1f42",
    "b3523db66f728234461a93ed1fb46d1b",
    "b49e2ce23df78e55e02195f888098a92",
    "bb394e3a6963011ffb876af61209fd07",
    "be867e75e49aa8372269145196eece78",
    "c12f66bf703cdf9de491eccede240fba",
    "c4e57324974f7f71b077d08826f79c31",
    "d0532845ed1c936bb1c07c23f7aec260",
    "d6ed2df83a1c63989a1653030c896ad6",
    "db693ee34a2978eae4c07de6f9594749",
    "e04107af3f6ac0b0cc19bdd31b7cd749",
    "e318d86d47373946023466c3c2fef9da",
    "f170280d9815b98bc2932e15aa25d6db",
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
            // OAuth's examples (RFC 6749, section 5.1).
            ["2YotnFZFEjr1z", "CsicMWpAA"],
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
