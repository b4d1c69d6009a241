//! Texts that remember which lines of which files they come from, and what a template has written so far.

use std::ops::Deref;
use std::rc::Rc;

/// A line of a file of templates. Files are numbered by whoever reads them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The file.
    pub file: u32,
    /// The line, counted from one.
    pub line: u32,
}

/// A text, and where its lines come from, where that is known.
#[derive(Clone)]
pub struct Text {
    text: Rc<str>,
    /// One for each line.
    lines: Option<Rc<[Origin]>>,
}

impl Text {
    /// A text that stands nowhere.
    pub fn new(text: impl Into<Rc<str>>) -> Self {
        Self { text: text.into(), lines: None }
    }

    /// What it says.
    pub fn shared(&self) -> Rc<str> {
        Rc::clone(&self.text)
    }

    /// Another text whose lines are those of this one, after so many that are new, where there are as many as that.
    pub fn derived(&self, text: String, new: usize) -> Self {
        let count = text.split('\n').count();
        let lines = self.lines.as_ref().filter(|lines| lines.len() + new == count).map(|lines| {
            let first = lines.first().copied().unwrap_or_default();
            std::iter::repeat_n(first, new).chain(lines.iter().copied()).collect()
        });
        Self { text: text.into(), lines }
    }

    /// A part of this text, which begins at this byte.
    pub fn part(&self, begin: usize, end: usize) -> Self {
        let text: Rc<str> = self.text.get(begin..end).unwrap_or_default().into();
        let lines = self.lines.as_ref().and_then(|lines| {
            let skipped = self.text[..begin].matches('\n').count();
            Some(lines.get(skipped..=skipped + text.matches('\n').count())?.into())
        });
        Self { text, lines }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// What was written so far.
#[derive(Default)]
pub struct Output {
    /// All of it.
    pub text: String,
    /// Where each line comes from: what wrote its first character that is no space.
    pub lines: Vec<Origin>,
    is_blank: bool,
}

impl Output {
    /// Writes a part of a template, which begins on this line; each of its lines comes from its own.
    pub fn literal(&mut self, text: &str, begin: Origin) {
        let mut origin = begin;
        for (index, line) in text.split('\n').enumerate() {
            self.line(line, index > 0, origin);
            origin.line = origin.line.saturating_add(1);
        }
    }

    /// Writes a value, where it is known from its lines, else from where it is written.
    pub fn value(&mut self, text: &Text, here: Origin) {
        for (index, line) in text.split('\n').enumerate() {
            let origin = text.lines.as_ref().and_then(|lines| lines.get(index)).copied().unwrap_or(here);
            self.line(line, index > 0, origin);
        }
    }

    fn line(&mut self, line: &str, is_new: bool, origin: Origin) {
        if self.lines.is_empty() || is_new {
            if is_new {
                self.text.push('\n');
                // A text that begins with a line break has a line before it.
                if self.lines.is_empty() {
                    self.lines.push(origin);
                }
            }
            self.lines.push(origin);
            self.is_blank = true;
        }
        if self.is_blank && !line.trim().is_empty() {
            self.is_blank = false;
            if let Some(last) = self.lines.last_mut() {
                *last = origin;
            }
        }
        self.text.push_str(line);
    }

    /// As a value.
    pub fn into_text(self) -> Text {
        let lines = if self.lines.is_empty() { vec![Origin::default()] } else { self.lines };
        Text { text: self.text.into(), lines: Some(lines.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u32) -> Origin {
        Origin { file: 0, line }
    }

    #[test]
    fn every_line_knows_where_it_comes_from() {
        let mut output = Output::default();
        output.literal("a:\n  b: ", at(1));
        output.value(&Text::new("x\ny"), at(2));
        output.literal("\n  ", at(2));
        let mut inner = Output::default();
        inner.literal("c: 1\nd: 2", at(7));
        let inner = inner.into_text();
        output.value(&inner.derived(format!("\n  {}", inner.replace('\n', "\n  ")), 1), at(3));
        assert_eq!(output.text, "a:\n  b: x\ny\n  \n  c: 1\n  d: 2");
        let lines: Vec<_> = output.lines.iter().map(|origin| origin.line).collect();
        assert_eq!(lines, [1, 2, 2, 3, 7, 8]);
        let part = inner.part(5, 9);
        assert_eq!((&*part, part.lines.as_ref().map(|lines| lines.len())), ("d: 2", Some(1)));
    }
}
