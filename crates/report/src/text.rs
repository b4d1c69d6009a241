//! Lines of text for people: measured in terminal columns, cut to fit, coloured if wanted, numbers with units.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use model::Severity;
use unicode_width::UnicodeWidthChar;

use crate::Context;

/// No line is narrower than this, however narrow the terminal claims to be.
pub(crate) const NARROWEST: usize = 40;

pub(crate) const PLAIN: Style = Style::new();
pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const GOOD: Style = AnsiColor::Green.on_default();
pub(crate) const WARNING: Style = AnsiColor::Yellow.on_default().bold();

/// The colour of a severity.
pub(crate) fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::BrightRed.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
        Severity::Negligible | Severity::Unknown => DIM,
    }
}

/// Terminal columns of a text. Emoji made of several characters may take fewer than this says, never more.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(|character| character.width().unwrap_or(0)).sum()
}

/// The text, or as much of its beginning as fits into so many columns together with the `…` that tells of the cut.
pub(crate) fn fit(text: &str, width: usize) -> Cow<'_, str> {
    // Combining marks take no column, so any number of them fits: honest text has few of them per letter.
    let too_many = width.saturating_mul(4);
    if text.len() <= width || (columns(text) <= width && text.chars().count() <= too_many) {
        return Cow::Borrowed(text);
    }
    let mut used = 0;
    let end = text
        .char_indices()
        .enumerate()
        .find(|&(count, (_, character))| {
            used += character.width().unwrap_or(0);
            used >= width || count >= too_many
        })
        .map_or(text.len(), |(_, (index, _))| index);
    Cow::Owned(if width == 0 { String::new() } else { format!("{}…", text[..end].trim_end()) })
}

/// One line of output. What does not fit is cut off with `…`; nothing can make it longer than the context's width.
pub(crate) struct Line {
    text: String,
    left: usize,
    used: usize,
    color: bool,
}

impl Line {
    pub(crate) fn new(context: &Context<'_>) -> Self {
        Self { text: String::new(), left: context.width.max(NARROWEST), used: 0, color: context.color }
    }

    /// Adds text that has been cleaned.
    pub(crate) fn add(&mut self, style: Style, text: &str) -> &mut Self {
        let fitting = fit(text, self.left);
        let taken = columns(&fitting);
        self.used += taken;
        self.left = if matches!(fitting, Cow::Owned(_)) { 0 } else { self.left - taken };
        if self.color && style != PLAIN && !fitting.is_empty() {
            let _ = write!(self.text, "{style}{fitting}{style:#}");
        } else {
            self.text.push_str(&fitting);
        }
        self
    }

    /// Adds text cut to `width` columns, and spaces up to `width`.
    pub(crate) fn cell(&mut self, style: Style, text: &str, width: usize) -> &mut Self {
        let text = fit(text, width);
        self.add(style, &text).space(width.saturating_sub(columns(&text)))
    }

    /// Adds so many spaces.
    pub(crate) fn space(&mut self, count: usize) -> &mut Self {
        let count = count.min(self.left);
        self.text.extend(std::iter::repeat_n(' ', count));
        self.used += count;
        self.left -= count;
        self
    }

    /// Columns that are still free.
    pub(crate) fn left(&self) -> usize {
        self.left
    }

    pub(crate) fn write(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.text.truncate(self.text.trim_end_matches(' ').len());
        writeln!(out, "{}", self.text)
    }
}

/// Columns of a label.
const LABEL: usize = 10;

/// A sentence under a label: `Coverage   complete`, wrapped, its further lines below its first one.
pub(crate) fn labelled(
    out: &mut dyn Write,
    context: &Context<'_>,
    label: &str,
    style: Style,
    sentence: &str,
) -> io::Result<()> {
    entry(out, context, label, "", style, sentence)
}

/// As [`labelled`], for one entry of a list: its further lines below what follows its marker, `- ` or `1. `.
pub(crate) fn entry(
    out: &mut dyn Write,
    context: &Context<'_>,
    label: &str,
    marker: &str,
    style: Style,
    sentence: &str,
) -> io::Result<()> {
    let label_style = if style == WARNING { WARNING } else { BOLD };
    let width = context.width.max(NARROWEST) - LABEL - 2 - marker.len();
    for (index, line) in wrap(sentence, width).iter().enumerate() {
        let first = index == 0;
        Line::new(context)
            .cell(label_style, if first { label } else { "" }, LABEL)
            .space(2)
            .cell(PLAIN, if first { marker } else { "" }, marker.len())
            .add(style, line)
            .write(out)?;
    }
    Ok(())
}

/// Breaks a sentence into lines between words only: a break inside one could put `::` at the start of a line.
pub(crate) fn wrap(sentence: &str, width: usize) -> Vec<Cow<'_, str>> {
    let options = textwrap::Options::new(width)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::wrap(sentence, options)
}

/// `1 layer`, `2,113 files`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `2,113`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `12.3 MB`, in powers of a thousand as container tools count.
pub(crate) fn bytes(number: u64) -> String {
    bytesize::ByteSize::b(number).display().si().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, width: usize, expected: &str) {
        let fitted = fit(text, width);
        assert_eq!(fitted, expected, "{text:?} in {width}");
        assert!(columns(&fitted) <= width);
    }

    #[test]
    fn text_is_cut_by_columns_and_not_by_bytes() {
        check("openssl", 7, "openssl");
        check("openssl", 6, "opens…");
        check("日本語", 6, "日本語");
        check("日本語", 5, "日本…");
        check("日本語", 4, "日…");
        check("naïve", 5, "naïve");
        check("a b c", 3, "a…");
        check("abc", 1, "…");
        check("abc", 0, "");
    }

    #[test]
    fn marks_without_width_are_not_free() {
        let tower = format!("e{}", "\u{301}".repeat(10_000));
        assert!(fit(&tower, 10).chars().count() <= 41);
    }

    #[test]
    fn numbers_have_thousands_and_units() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        assert_eq!(count(1, "layer", "layers"), "1 layer");
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(81_200_000), "81.2 MB");
    }

    #[test]
    fn lines_break_between_words_only() {
        assert_eq!(wrap("one two-three four", 8), ["one", "two-three", "four"]);
    }
}
