//! Where values come from that stand in texts which are no files: rendered templates, and objects put together from several
//! files. Such a text has a number like a file; its lines lead to those of files.

use crate::Span;

/// Where the lines of one text come from.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    /// Lines that follow each other in their file as they do here, sorted by where they begin here.
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    begin: u32,
    file: usize,
    line: u32,
}

impl SourceMap {
    /// The map of a text from the file and the line of each of its lines.
    pub fn of_lines(lines: impl Iterator<Item = (usize, u32)>) -> Self {
        let mut map = Self::default();
        for (begin, (file, line)) in (1..).zip(lines) {
            map.push(begin, file, line);
        }
        map
    }

    /// Says that from this line on the text comes from there, line for line.
    pub fn push(&mut self, begin: u32, file: usize, line: u32) {
        let continues = self.runs.last().is_some_and(|last| {
            last.file == file && last.line.checked_add(begin.saturating_sub(last.begin)) == Some(line)
        });
        if !continues {
            self.runs.push(Run { begin, file, line });
        }
    }

    /// The file and the line that a line comes from.
    pub fn of(&self, line: u32) -> Option<(usize, u32)> {
        let after = self.runs.partition_point(|run| run.begin <= line);
        let run = self.runs.get(after.checked_sub(1)?)?;
        Some((run.file, run.line.saturating_add(line - run.begin)))
    }
}

/// All texts that are no files.
#[derive(Debug)]
pub struct Origins {
    /// The number of the first text; those below are files.
    first: usize,
    maps: Vec<SourceMap>,
}

impl Origins {
    /// No text yet; numbers from here on are free.
    pub fn new(first: usize) -> Self {
        Self { first, maps: Vec::new() }
    }

    /// Gives a number to a text.
    pub fn add(&mut self, map: SourceMap) -> usize {
        self.maps.push(map);
        self.first + self.maps.len() - 1
    }

    /// The file in which lines stand, and where.
    pub fn of(&self, file: usize, span: Span) -> (usize, Span) {
        let Some(map) = file.checked_sub(self.first).and_then(|text| self.maps.get(text)) else { return (file, span) };
        // A line of zero stands nowhere; the object as a whole is meant.
        let Some((place, first)) = map.of(span.first.max(1)) else { return (file, Span::default()) };
        let last = map.of(span.last).filter(|(other, last)| *other == place && *last >= first);
        (place, Span::new(first, last.map_or(first, |(_, last)| last)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lead_to_files() {
        let lines = [(0, 5), (0, 6), (3, 1), (0, 6), (0, 9)];
        let mut origins = Origins::new(10);
        let text = origins.add(SourceMap::of_lines(lines.into_iter()));
        assert_eq!(text, 10);
        assert_eq!(origins.of(text, Span::new(2, 2)), (0, Span::line(6)));
        assert_eq!(origins.of(text, Span::new(1, 5)), (0, Span::new(5, 9)));
        assert_eq!(origins.of(text, Span::new(3, 4)), (3, Span::line(1)));
        assert_eq!(origins.of(text, Span::new(0, 0)), (0, Span::line(5)));
        assert_eq!(origins.of(4, Span::new(3, 4)), (4, Span::new(3, 4)));
    }
}
