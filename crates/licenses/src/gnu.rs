//! The licences of the GNU project under all the names that they go by: `GPL-2+` (Debian), `GPLv2+` (Fedora), `gpl_2`
//! (CPAN), `GPL (>= 2)` (R), `GNU Lesser General Public License v3 or later (LGPLv3+)` (Python).
//!
//! Where no version is said, any that was ever published counts, as section 9 of the GPL itself has it.

/// A family, its versions as the SPDX list writes them, and the first that "any version" reaches from.
type Family = (&'static str, &'static [&'static str]);

const GPL: Family = ("GPL", &["1.0", "2.0", "3.0"]);
const LGPL: Family = ("LGPL", &["2.0", "2.1", "3.0"]);
/// Affero's own first version is hardly ever meant.
const AGPL: Family = ("AGPL", &["3.0", "1.0"]);
const GFDL: Family = ("GFDL", &["1.1", "1.2", "1.3"]);

/// The identifier on the SPDX list of the licence with this key, if it is one of GNU's.
pub(crate) fn read(key: &str) -> Option<String> {
    let words: Vec<&str> = key.split(' ').collect();
    let (family, rest) = match words.strip_prefix(&["gnu"]) {
        Some(["public", rest @ ..]) => (GPL, rest.to_vec()),
        Some(rest) => family(rest)?,
        None => family(&words)?,
    };
    let (version, later, rest) = version(&rest);
    // What follows may only say the same again.
    if !rest.iter().all(|word| abbreviation(word).is_some_and(|(other, _)| other.0 == family.0)) {
        return None;
    }
    let (version, later) = match version {
        Some(version) => {
            let full = if version.contains('.') { version } else { format!("{version}.0") };
            (*family.1.iter().find(|known| **known == full)?, later)
        }
        None => (*family.1.first()?, true),
    };
    Some(format!("{}-{version}-{}", family.0, if later { "or-later" } else { "only" }))
}

/// The family that the first words name, and the words behind, of which the first may be what stuck to an abbreviation.
fn family<'a>(words: &[&'a str]) -> Option<(Family, Vec<&'a str>)> {
    const SPELLED: &[(&[&str], Family)] = &[
        (&["affero", "general", "public"], AGPL),
        (&["affero", "gpl"], AGPL),
        (&["affero", "public"], AGPL),
        (&["lesser", "general", "public"], LGPL),
        (&["lesser", "gpl"], LGPL),
        (&["lesser", "public"], LGPL),
        (&["library", "general", "public"], LGPL),
        (&["library", "or", "lesser", "general", "public"], LGPL),
        (&["lesser", "or", "library", "general", "public"], LGPL),
        (&["general", "public"], GPL),
        (&["free", "documentation"], GFDL),
    ];
    for (spelled, family) in SPELLED {
        if let Some(rest) = words.strip_prefix(*spelled) {
            return Some((*family, rest.to_vec()));
        }
    }
    let (first, rest) = words.split_first()?;
    let (family, stuck) = abbreviation(first)?;
    let stuck = (!stuck.is_empty()).then_some(stuck);
    Some((family, stuck.into_iter().chain(rest.iter().copied()).collect()))
}

/// `gplv2+` is the GPL and `2+`.
fn abbreviation(word: &str) -> Option<(Family, &str)> {
    let known = [("agpl", AGPL), ("lgpl", LGPL), ("gpl", GPL), ("gfdl", GFDL)];
    let (family, rest) = known.iter().find_map(|(name, family)| Some((*family, word.strip_prefix(name)?)))?;
    let number = rest.strip_prefix('v').unwrap_or(rest);
    let is_number = number.is_empty() || number.starts_with(|first: char| first.is_ascii_digit() || first == '+');
    is_number.then_some((family, number))
}

/// A version, whether later ones count too, and the words behind.
fn version<'w, 'a>(words: &'w [&'a str]) -> (Option<String>, bool, &'w [&'a str]) {
    let (mut version, mut later, mut at) = (None, false, 0);
    if words.first() == Some(&"atleast") {
        (later, at) = (true, 1);
    }
    if let Some(word) = words.get(at) {
        let number = word.trim_end_matches('+');
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        if digits(number) {
            later |= number.len() < word.len();
            version = Some(number.to_owned());
            at += 1;
            // `lgpl_2_1`: what was a dot has become a space.
            if let Some(minor) = words.get(at).filter(|minor| matches!(**minor, "0" | "1" | "2" | "3")) {
                version = Some(format!("{number}.{minor}"));
                at += 1;
            }
        } else if *word == "+" {
            later = true;
            at += 1;
        }
    }
    const LATER: &[&[&str]] = &[
        &["or", "at", "your", "option", "any", "later"],
        &["or", "any", "later"],
        &["or", "later"],
        &["or", "newer"],
        &["or", "greater"],
        &["or", "above"],
        &["and", "later"],
        &["and", "newer"],
        &["later"],
        &["+"],
    ];
    if let Some(rest) = LATER.iter().find_map(|later| words[at..].strip_prefix(*later)) {
        return (version, true, rest);
    }
    let rest = &words[at..];
    (version, later, rest.strip_prefix(&["only"]).unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::key;

    fn check(text: &str, expected: &str) {
        assert_eq!(read(&key(text)).as_deref().unwrap_or("-"), expected, "{text}");
    }

    #[test]
    fn every_spelling_is_understood() {
        // Debian's short names ("Machine-readable debian/copyright file" 1.0, section 7.1).
        check("GPL-2", "GPL-2.0-only");
        check("GPL-2+", "GPL-2.0-or-later");
        check("LGPL-2.1+", "LGPL-2.1-or-later");
        check("LGPL-2", "LGPL-2.0-only");
        check("GFDL-1.3+", "GFDL-1.3-or-later");
        // Fedora's names before it took SPDX's.
        check("GPLv2+", "GPL-2.0-or-later");
        check("GPL+", "GPL-1.0-or-later");
        check("LGPLv2", "LGPL-2.0-only");
        check("AGPLv3+", "AGPL-3.0-or-later");
        // Python's classifiers.
        check("GNU General Public License v2 or later (GPLv2+)", "GPL-2.0-or-later");
        check("GNU Lesser General Public License v3 (LGPLv3)", "LGPL-3.0-only");
        check("GNU Library or Lesser General Public License (LGPL)", "LGPL-2.0-or-later");
        check("GNU Affero General Public License v3", "AGPL-3.0-only");
        // R, CPAN, Maven and others.
        check("GPL (>= 2)", "GPL-2.0-or-later");
        check("gpl_2", "GPL-2.0-only");
        check("lgpl_2_1", "LGPL-2.1-only");
        check("GNU GPL, version 3", "GPL-3.0-only");
        check("GNU General Public License, version 2", "GPL-2.0-only");
        check("GNU LESSER GENERAL PUBLIC LICENSE, Version 2.1 or later", "LGPL-2.1-or-later");
        check("The GNU General Public License (GPL), Version 2", "-");
        check("GPLv3 only", "GPL-3.0-only");
        check("GPL 2 or (at your option) any later version", "GPL-2.0-or-later");
        check("gpl", "GPL-1.0-or-later");
        check("GNU Public License", "GPL-1.0-or-later");
    }

    #[test]
    fn what_is_no_licence_of_gnus_is_not_taken_for_one() {
        for text in ["GPL-4", "Public", "GPLX", "GPL-2 MIT", "General Motors", "LGPL-2.1 with exception", ""] {
            check(text, "-");
        }
    }
}
