//! What of a name counts: two names with the same key mean the same licence. The build of the tables uses this file, too.

/// Words that no licence is told apart by.
const NOISE: &[&str] = &[
    "the", "license", "licenses", "licence", "licences", "licensed", "licenced", "under", "version", "osi", "approved",
];

/// The key of a name: its words in small letters, without punctuation and noise; or of an address, without what differs
/// between spellings of the same.
pub(crate) fn key(text: &str) -> String {
    let lower = text.trim().to_lowercase();
    if let Some(url) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) {
        return address(url);
    }
    let spaced: String = lower
        .replace(">=", " atleast ")
        .chars()
        .map(|character| if character.is_alphanumeric() || matches!(character, '+' | '.') { character } else { ' ' })
        .collect();
    let words = spaced.split(' ').map(|word| plain(word.trim_matches('.'))).filter(|word| !word.is_empty());
    let all: Vec<&str> = words.collect();
    let telling: Vec<&str> = all.iter().copied().filter(|word| !NOISE.contains(word)).collect();
    telling.join(" ")
}

/// A word without the v of a version.
fn plain(word: &str) -> &str {
    match word.strip_prefix('v') {
        Some("") => "",
        Some(number) if number.starts_with(|character: char| character.is_ascii_digit()) => number,
        _ => word,
    }
}

fn address(url: &str) -> String {
    let url = url.strip_prefix("www.").unwrap_or(url).split(['#', '?']).next().unwrap_or_default();
    let url = url.trim_end_matches('/');
    let endings = [".txt", ".html", ".htm", ".php", ".md"];
    let bare = endings.iter().find_map(|ending| url.strip_suffix(ending)).unwrap_or(url);
    format!("//{bare}")
}
