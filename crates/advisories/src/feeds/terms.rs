//! Terms that publishers write alike: ids of CVE and CWE, CVSS vectors, words of severity, versions of RPM packages.
//! What is no such thing is none.

use model::Severity;

use super::text::is_word;
use crate::advisory::Rating;

/// An id, or a package's name: one word.
pub(crate) fn id(text: &str) -> Option<&str> {
    let text = text.trim();
    is_word(text).then_some(text)
}

/// `CVE-2024-3094`.
pub(crate) fn cve(text: &str) -> Option<&str> {
    let (year, number) = id(text)?.strip_prefix("CVE-")?.split_once('-')?;
    let digits = |part: &str| part.len() >= 4 && part.len() <= 19 && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(year) && digits(number)).then(|| text.trim())
}

/// `CWE-20`, and each of `CWE-20->CWE-79` and `(CWE-20|CWE-79)`.
pub(crate) fn weaknesses(text: &str) -> impl Iterator<Item = &str> {
    let weakness = |word: &&str| {
        word.strip_prefix("CWE-")
            .is_some_and(|number| (1..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit()))
    };
    text.split(|character: char| !character.is_ascii_alphanumeric() && character != '-')
        .map(|word| word.trim_end_matches('-'))
        .filter(weakness)
}

/// The version of a package of a distribution: `epoch:version-release`, where no epoch is epoch zero.
pub(crate) fn version(text: &str) -> Option<&str> {
    let text = id(text)?;
    let text = text.strip_prefix("0:").or_else(|| text.strip_prefix("(none):")).unwrap_or(text);
    // A version with nothing in it stands where publishers have none.
    (!text.is_empty() && !text.ends_with(':') && !matches!(text, "0" | "0-0")).then_some(text)
}

/// A word that says how bad it is.
pub(crate) fn word(text: &str) -> Option<Rating> {
    Severity::from_word(text.trim()).filter(|&known| known != Severity::Unknown).map(Rating::Word)
}

/// A CVSS vector, also behind its score: `8.1/CVSS:3.1/AV:N`, `7.5/AV:N`.
pub(crate) fn vector(text: &str) -> Option<Rating> {
    let text = id(text).filter(|text| text.is_ascii())?;
    let vector = match text.split_once('/') {
        Some((score, vector)) if score.parse::<f32>().is_ok() => vector,
        _ => text,
    };
    (vector.starts_with("CVSS:") || vector.starts_with("AV:")).then(|| Rating::Vector(vector.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_kept_only_if_they_are_what_they_should_be() {
        assert_eq!(id(" a:b "), Some("a:b"));
        assert_eq!((id("a b"), id("a\u{1b}[31m"), id("")), (None, None, None));
        assert_eq!(cve("CVE-2024-3094"), Some("CVE-2024-3094"));
        assert_eq!((cve("CVE-2024-1"), cve("CVE-2024-"), cve("RHSA-2024:1")), (None, None, None));
        assert_eq!(weaknesses("(CWE-20|CWE-79)->CWE-1333").collect::<Vec<_>>(), ["CWE-20", "CWE-79", "CWE-1333"]);
        assert_eq!(weaknesses("CWE-, CWE-x").count(), 0);
    }

    #[test]
    fn an_epoch_of_zero_is_none() {
        assert_eq!(version("0:1.2-3.el9"), Some("1.2-3.el9"));
        assert_eq!(version("1:1.2-3.el9"), Some("1:1.2-3.el9"));
        assert_eq!(version("10:1.2-3"), Some("10:1.2-3"));
        for wrong in ["", "0", "0:0", "0:0-0", "0:", "1 2"] {
            assert_eq!(version(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn vectors_lose_their_score() {
        let v3 = Some(Rating::Vector("CVSS:3.1/AV:N/AC:L".into()));
        assert_eq!(vector("8.1/CVSS:3.1/AV:N/AC:L"), v3);
        assert_eq!(vector("CVSS:3.1/AV:N/AC:L"), v3);
        assert_eq!(vector("7.5/AV:N/AC:L"), Some(Rating::Vector("AV:N/AC:L".into())));
        assert_eq!(vector("8.1"), None);
    }
}
