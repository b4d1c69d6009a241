//! Which lines a comment speaks of: the line that it stands on or the next one that says something, and from there as far as
//! what begins on it goes. Told by the text alone, since a comment may stand where no value does.

use super::comment::Exception;
use crate::Target;

/// The lines of a file.
pub(super) struct Extents<'t> {
    lines: Vec<&'t str>,
    target: Target,
}

impl<'t> Extents<'t> {
    pub fn new(text: &'t str, target: Target) -> Self {
        Self { lines: text.lines().collect(), target }
    }

    /// The line, counted from one; empty where there is none.
    fn line(&self, number: u32) -> &'t str {
        self.lines.get((number as usize).wrapping_sub(1)).copied().unwrap_or_default()
    }

    fn count(&self) -> u32 {
        u32::try_from(self.lines.len()).unwrap_or(u32::MAX)
    }

    /// The line that a comment is about.
    pub fn after(&self, exception: &Exception) -> u32 {
        if !exception.alone {
            return exception.line;
        }
        let says_something = |number: &u32| {
            let line = self.line(*number).trim();
            !line.is_empty() && !["#", "//", "/*", "*", "---"].iter().any(|sign| line.starts_with(sign))
        };
        (exception.line + 1..=self.count()).find(says_something).unwrap_or(exception.line)
    }

    /// The last line of what begins on a line.
    pub fn end(&self, first: u32) -> u32 {
        match self.target {
            Target::Dockerfile => self.continued(first),
            _ if self.opens(first) => self.closed(first),
            _ => self.indented(first),
        }
    }

    /// Of an instruction: as long as lines end with a backslash.
    fn continued(&self, first: u32) -> u32 {
        (first..=self.count()).find(|line| !self.line(*line).trim_end().ends_with(['\\', '`'])).unwrap_or(first)
    }

    /// Whether a line ends with an open bracket, but for a comment.
    fn opens(&self, line: u32) -> bool {
        let line = self.line(line);
        let line = line.split(" #").next().unwrap_or(line).split(" //").next().unwrap_or_default();
        line.trim_end().ends_with(['{', '(', '['])
    }

    /// Up to the line on which as many brackets are closed as were opened.
    fn closed(&self, first: u32) -> u32 {
        let mut depth = 0_i64;
        for number in first..=self.count() {
            let mut quoted = false;
            for letter in self.line(number).chars() {
                match letter {
                    '"' => quoted = !quoted,
                    '{' | '(' | '[' if !quoted => depth += 1,
                    '}' | ')' | ']' if !quoted => depth -= 1,
                    '#' if !quoted => break,
                    _ => {}
                }
            }
            if depth <= 0 {
                return number;
            }
        }
        self.count()
    }

    /// Of YAML: as long as lines stand further to the right, or are entries of the list that the key has.
    fn indented(&self, first: u32) -> u32 {
        let depth = |line: &str| line.len() - line.trim_start().len();
        let own = self.line(first);
        let (begins, is_key) = (depth(own), own.trim_end().ends_with(':') && !own.trim_start().starts_with('-'));
        let mut last = first;
        for number in first + 1..=self.count() {
            let line = self.line(number);
            if line.trim().is_empty() {
                continue;
            }
            let is_entry = is_key && depth(line) == begins && line.trim_start().starts_with('-');
            if depth(line) <= begins && !is_entry {
                break;
            }
            last = number;
        }
        last
    }
}
