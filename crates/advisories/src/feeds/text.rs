//! How much of a publisher's text is kept, and what passes for an id, a link or a date.

use std::borrow::Cow;
use std::ops::Deref;

use serde::Deserialize;

use crate::advisory::Event;

/// Pages to read that are kept.
pub(crate) const MAX_REFERENCES: usize = 12;
/// Bytes of an id, a link or a summary that are kept: more is no id, no link and no summary.
pub(crate) const MAX_TEXT: usize = 2048;
/// Bytes of details that are kept. Of OSV.dev's, one in ten thousand has more.
pub(crate) const MAX_DETAILS: usize = 64 << 10;
/// Entries of one advisory that are read. Those of a distribution's kernel have a few hundred.
pub(crate) const MAX_AFFECTED: usize = 20_000;
/// Bytes of a package's name, a version, or an id that is read from a text.
const MAX_WORD: usize = 256;
/// Characters of a summary that is taken from the details.
const SUMMARY_CHARACTERS: usize = 200;

/// A text of JSON that is only copied where it has escapes, also as a key or in a list.
#[derive(Default, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Text<'a>(#[serde(borrow)] pub Cow<'a, str>);

impl Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

/// The summary, or how the details begin, on one line.
pub(crate) fn summary(title: &str, details: &str) -> String {
    let title = title.lines().next().unwrap_or_default().trim();
    if !title.is_empty() && title.len() <= MAX_TEXT {
        return title.to_owned();
    }
    // Details are Markdown and may open with headings: the first line that is text.
    let line = details.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    let line = line.unwrap_or_default();
    match line.char_indices().nth(SUMMARY_CHARACTERS) {
        None => line.to_owned(),
        Some((end, _)) => {
            let cut = &line[..end];
            let words = cut.rfind(' ').map_or(cut, |space| &cut[..space]);
            format!("{words} ...")
        }
    }
}

/// The details, whole or cut where no person reads on.
pub(crate) fn clipped(details: &str) -> String {
    let end = details.floor_char_boundary(MAX_DETAILS);
    details[..end].trim_end().to_owned()
}

/// A piece of somebody's text for a message about it.
pub(crate) fn quoted(text: &str) -> String {
    let end = text.floor_char_boundary(80);
    format!("`{}`", text[..end].escape_debug())
}

/// A message, of which parts may be somebody's text of any length, as a person can read it on a terminal.
pub(crate) fn readable(message: &str) -> String {
    const ENOUGH: usize = 500;
    let end = message.floor_char_boundary(ENOUGH);
    let shown = message[..end].replace(char::is_control, "\u{fffd}");
    if end < message.len() { shown + " ..." } else { shown }
}

/// Whether it is the name of a JSON file.
pub(crate) fn is_json(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, kind)| kind == "json")
}

/// Whether it is a link that a person can follow.
pub(crate) fn is_link(url: &str) -> bool {
    url.len() <= MAX_TEXT && ["https://", "http://"].iter().any(|web| url.starts_with(web))
}

/// Whether it can be the name of a package, or an id: one word that no terminal minds.
pub(crate) fn is_word(text: &str) -> bool {
    is_version(text) && !text.contains(char::is_whitespace)
}

/// Whether it can stand where a version stands. Publishers' slips (`0: 1.20.10`) are left to the comparison, which has a
/// rule for what it cannot read.
pub(crate) fn is_version(text: &str) -> bool {
    !text.is_empty() && text.len() <= MAX_WORD && !text.contains(char::is_control)
}

/// The timeline of what is affected until it is fixed, if it is.
pub(crate) fn until(fixed: Option<&str>) -> Vec<Event> {
    let fixed = fixed.map(|version| Event::Fixed(version.to_owned()));
    std::iter::once(Event::Introduced("0".to_owned())).chain(fixed).collect()
}

/// A date, with or without the time of day, in the form of RFC 3339. Publishers' times are taken for UTC where they do
/// not say of which zone they are.
pub(crate) fn rfc3339(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = |text: &str, form: &str| {
        text.len() == form.len()
            && text.bytes().zip(form.bytes()).all(|(byte, form)| match form {
                b'0' => byte.is_ascii_digit(),
                _ => byte == form,
            })
    };
    // `20230807`, and `20230807:0559`.
    let compact = text.split(':').next().filter(|date| digits(date, "00000000"));
    if let Some(date) = compact {
        return Some(format!("{}-{}-{}T00:00:00Z", &date[..4], &date[4..6], &date[6..]));
    }
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    if !digits(date, "0000-00-00") {
        return None;
    }
    let time = time.trim_end_matches('Z').trim_end_matches("UTC").trim_end();
    let (time, zone) = time.split_at(time.find(['+', '-']).unwrap_or(time.len()));
    let zone = match zone {
        "" | "+00:00" | "-00:00" => "Z",
        zone if digits(&zone[1..], "00:00") => zone,
        _ => return None,
    };
    // Parts of a second say nothing here.
    match time.split('.').next().unwrap_or_default() {
        "" if zone == "Z" => Some(format!("{date}T00:00:00Z")),
        time if digits(time, "00:00") => Some(format!("{date}T{time}:00{zone}")),
        time if digits(time, "00:00:00") => Some(format!("{date}T{time}{zone}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_details_are_cut_between_words() {
        let details = format!("{} end", "word ".repeat(100));
        let cut = summary("", &details);
        assert!(cut.ends_with("word ...") && cut.len() < 210, "{cut}");
        assert_eq!(summary("", &"\u{e9}".repeat(500)).chars().count(), 204);
    }

    #[test]
    fn words_are_bounded_and_hold_nothing_that_moves_a_cursor() {
        assert!(is_word("libstdc++6") && is_word("CVE-2024-0001"));
        for wrong in ["", "a b", "a\u{1b}[2J", "a\nb", &"a".repeat(MAX_WORD + 1)] {
            assert!(!is_word(wrong), "{wrong:?}");
        }
        assert!(is_version("0: 1.20.10") && !is_version("1\t"));
    }

    #[test]
    fn messages_are_short_and_move_no_cursor() {
        assert_eq!(
            readable("invalid type: string \"a\u{1b}[2J\u{85}\""),
            "invalid type: string \"a\u{fffd}[2J\u{fffd}\""
        );
        let long = readable(&"\u{e9}".repeat(10_000));
        assert!(long.len() < 510 && long.ends_with(" ..."), "{long}");
    }

    #[test]
    fn dates_of_any_precision_become_one_form() {
        let check = |text: &str, becomes: Option<&str>| assert_eq!(rfc3339(text).as_deref(), becomes, "{text}");
        check("2023-08-07", Some("2023-08-07T00:00:00Z"));
        check("2023-08-07 05:59", Some("2023-08-07T05:59:00Z"));
        check("2023-08-07 05:59:01", Some("2023-08-07T05:59:01Z"));
        check("2023-08-07T05:59:01Z", Some("2023-08-07T05:59:01Z"));
        check("20230807", Some("2023-08-07T00:00:00Z"));
        check("20230807:0559", Some("2023-08-07T00:00:00Z"));
        check("2023-08-07 05:59:01 UTC", Some("2023-08-07T05:59:01Z"));
        check("2023-08-07T05:59:01.123+00:00", Some("2023-08-07T05:59:01Z"));
        check("2023-08-07T05:59:01+02:00", Some("2023-08-07T05:59:01+02:00"));
        for wrong in [
            "",
            "202308071",
            "2023-08-07T05:59:01+2",
            "2023-08-07+02:00",
            "2023-08-07T\u{1b}",
            "May 26, 2007",
            "2023-8-7",
            "2023-08-07 5 pm",
            "2023-08-07-09",
        ] {
            check(wrong, None);
        }
    }
}
