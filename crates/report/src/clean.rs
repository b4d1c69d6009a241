//! Makes text from images and advisories harmless on a terminal and in the log of a build.
//!
//! Hostile names can hold terminal escapes (ECMA-48), invisible and direction-changing characters (Unicode UAX #9 and
//! TR #36), line breaks, and the markers by which build services take commands out of a log: `::command::` at the
//! start of a line (GitHub), `##[command]` and `##vso[command]` anywhere (Azure Pipelines), `##teamcity[` (TeamCity).

use std::borrow::Cow;
use std::fmt::Write;

/// The text with everything escaped that could forge output. What is escaped shows as `\u{1b}`, so a reader sees that
/// something was there.
pub fn clean(text: &str) -> Cow<'_, str> {
    // Whoever wraps lines may begin one at any word.
    escaped(text, |before| before.chars().next_back().is_none_or(char::is_whitespace))
}

/// As [`clean`], for a line that is written as it is: only at its start can a command begin, so that `License :: OSI` stays
/// what it is for those who read it back.
pub(crate) fn clean_line(text: &str) -> Cow<'_, str> {
    escaped(text, |before| before.trim().is_empty())
}

fn escaped(text: &str, begins: fn(&str) -> bool) -> Cow<'_, str> {
    let mut done = 0;
    let mut out = String::new();
    while let Some((index, character)) = next_unsafe(text, done, begins) {
        out.push_str(&text[done..index]);
        let _ = write!(out, "{}", character.escape_unicode());
        done = index + character.len_utf8();
    }
    if done == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(&text[done..]);
    Cow::Owned(out)
}

/// As [`clean`], with line breaks and runs of white space shown as one space: for prose and for build instructions,
/// where they are innocent.
pub fn one_line(text: &str) -> Cow<'_, str> {
    let mut previous = 'x';
    let tidy = text.trim() == text
        && text.chars().all(|character| {
            let fine = !character.is_whitespace() || (character == ' ' && previous != ' ');
            previous = character;
            fine
        });
    if tidy {
        return clean(text);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    Cow::Owned(clean(&words.join(" ")).into_owned())
}

/// Whether a character can change how others are shown, or is not shown at all.
pub(crate) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// The first character at or after `start` that must not be shown as it is; `begins` tells whether a command may begin
/// behind a text.
fn next_unsafe(text: &str, start: usize, begins: fn(&str) -> bool) -> Option<(usize, char)> {
    text[start..].char_indices().map(|(index, character)| (start + index, character)).find(|&(index, character)| {
        let before = &text[..index];
        match character {
            '#' => before.ends_with('#'),
            ':' => text[index + 1..].starts_with(':') && begins(before),
            _ => is_invisible(character),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_begins_at_the_start_of_a_line() {
        assert_eq!(clean_line("License :: OSI Approved :: MIT"), "License :: OSI Approved :: MIT");
        assert_eq!(clean_line(" ::error::x ##vso[y]"), " \\u{3a}:error::x #\\u{23}vso[y]");
    }

    fn check(text: &str, expected: &str) {
        assert_eq!(clean(text), expected, "{text:?}");
        assert_eq!(clean(&clean(text)), expected, "cleaning {text:?} twice");
    }

    #[test]
    fn honest_names_stay_as_they_are() {
        for name in ["openssl", "@angular/core", "Foo::Bar", "libstdc++6", "c# f#", "café 日本", "C:\\x", "a: b"] {
            check(name, name);
        }
    }

    #[test]
    fn terminal_escapes_are_shown_and_not_obeyed() {
        check("\x1b[2Jgone", "\\u{1b}[2Jgone");
        check("a\u{9b}31mred", "a\\u{9b}31mred");
        check("new\nline\r\tx\0\x7f", "new\\u{a}line\\u{d}\\u{9}x\\u{0}\\u{7f}");
    }

    #[test]
    fn direction_marks_and_invisible_characters_are_shown() {
        check("user\u{202e}txt.exe", "user\\u{202e}txt.exe");
        check("\u{2066}a\u{2069}\u{200b}\u{feff}\u{e0041}", "\\u{2066}a\\u{2069}\\u{200b}\\u{feff}\\u{e0041}");
    }

    #[test]
    fn log_commands_are_broken_up() {
        check("::error file=x::owned", "\\u{3a}:error file=x::owned");
        check("name ::set-output::", "name \\u{3a}:set-output::");
        check("##vso[task.complete]", "#\\u{23}vso[task.complete]");
        check("x##[group]", "x#\\u{23}[group]");
        check("\u{a0}::error::", "\u{a0}\\u{3a}:error::");
        check("###", "#\\u{23}\\u{23}");
        check("ok\n::error::x", "ok\\u{a}\\u{3a}:error::x");
    }

    #[test]
    fn prose_is_put_on_one_line() {
        assert_eq!(one_line("  a\n\tb  c "), "a b c");
        assert_eq!(one_line("a\n::error::b"), "a \\u{3a}:error::b");
        assert!(matches!(one_line("plain text"), Cow::Borrowed(_)));
    }
}
