//! Lines to instructions: directives, comments, continued lines, here-documents.

use crate::Span;

/// One instruction as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instruction {
    /// Its name, in capital letters.
    pub name: String,
    /// What follows. A continued line ends with a backslash here, whatever the file's escape is; comments between its lines
    /// are taken out, and their lines kept.
    pub text: String,
    /// Its lines, here-documents included.
    pub span: Span,
    /// Its here-documents.
    pub heredocs: Vec<Heredoc>,
}

/// A here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The line on which the text begins.
    pub line: u32,
}

impl Instruction {
    /// What follows the name, with continued lines joined.
    pub fn joined(&self) -> String {
        self.text.replace("\\\n", "")
    }
}

/// The directives of a file, and its instructions.
pub fn instructions(text: &str) -> (Vec<(String, String)>, Vec<Instruction>) {
    let lines: Vec<&str> = text.lines().collect();
    let (directives, mut at) = directives(&lines);
    let escape = directives
        .iter()
        .find(|(name, _)| name == "escape")
        .map_or('\\', |(_, value)| if value == "`" { '`' } else { '\\' });
    let mut found = Vec::new();
    while at < lines.len() {
        let first = at;
        let trimmed = lines[at].trim_start();
        if trimmed.is_empty() || trimmed.starts_with('#') {
            at += 1;
            continue;
        }
        let mut logical = String::new();
        loop {
            let line = lines[at];
            at += 1;
            let Some(part) = continued(line, escape) else {
                logical.push_str(line);
                break;
            };
            logical.push_str(part);
            logical.push_str("\\\n");
            // Comments and empty lines do not end a continued line.
            while let Some(line) = lines.get(at)
                && (line.trim().is_empty() || line.trim_start().starts_with('#'))
            {
                logical.push_str("\\\n");
                at += 1;
            }
            if at == lines.len() {
                break;
            }
        }
        let logical = logical.trim_start();
        let end = logical.find(|it: char| it.is_whitespace() || it == '\\').unwrap_or(logical.len());
        let (name, rest) = logical.split_at(end);
        let name = name.to_ascii_uppercase();
        let rest = rest.trim_start_matches([' ', '\t']).to_owned();
        let mut heredocs = Vec::new();
        if matches!(&*name, "RUN" | "COPY" | "ADD" | "ONBUILD") {
            for (word, strips) in openings(&rest) {
                let begins = at;
                let mut text = String::new();
                while let Some(line) = lines.get(at) {
                    at += 1;
                    let line = if strips { line.trim_start_matches('\t') } else { line };
                    if line == word {
                        break;
                    }
                    text.push_str(line);
                    text.push('\n');
                }
                heredocs.push(Heredoc { name: word, text, line: number(begins) });
            }
        }
        found.push(Instruction { name, text: rest, span: Span::new(number(first), number(at - 1)), heredocs });
    }
    (directives, found)
}

/// A line's number, counted from one.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

/// `# name=value` before everything else.
fn directives(lines: &[&str]) -> (Vec<(String, String)>, usize) {
    let mut found: Vec<(String, String)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let directive = line.trim().strip_prefix('#').and_then(|rest| rest.split_once('='));
        let directive = directive.map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        match directive {
            Some((name, value)) if matches!(&*name, "syntax" | "escape" | "check") => found.push((name, value)),
            _ => return (found, at),
        }
    }
    (found, lines.len())
}

/// The part of a line before the escape that continues it on the next.
fn continued(line: &str, escape: char) -> Option<&str> {
    // White space after the escape is forgiven.
    line.trim_end().strip_suffix(escape)
}

/// The here-documents that a line opens: the word that ends each, and whether tabs before its lines are taken off.
fn openings(text: &str) -> Vec<(String, bool)> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let after = &rest[first.len_utf8()..];
        match (quote, first) {
            (None, '\'' | '"') => quote = Some(first),
            (Some(open), _) if open == first => quote = None,
            (None, '<') if after.starts_with('<') && !after.starts_with("<<") => {
                let word = &after[1..];
                let (strips, word) = word.strip_prefix('-').map_or((false, word), |word| (true, word));
                let quoted = word.strip_prefix(['\'', '"']).and_then(|inner| inner.split(['\'', '"']).next());
                let end = word.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(word.len());
                let word = quoted.unwrap_or(&word[..end]);
                if !word.is_empty() {
                    found.push((word.to_owned(), strips));
                }
                rest = &after[1..];
                continue;
            }
            (None, '<') if after.starts_with("<<") => {
                rest = &after[2..];
                continue;
            }
            _ => {}
        }
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[(&str, &str, u32, u32)]) {
        let (_, found) = instructions(text);
        let seen: Vec<_> = found.iter().map(|it| (&*it.name, it.joined(), it.span.first, it.span.last)).collect();
        let expected: Vec<_> = expected.iter().map(|(name, text, a, b)| (*name, (*text).to_owned(), *a, *b)).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn lines_are_continued_over_comments() {
        check(
            "# hello\nfrom a\nRUN x \\\n  # why\n\n  y\ncopy a b",
            &[("FROM", "a", 2, 2), ("RUN", "x   y", 3, 6), ("COPY", "a b", 7, 7)],
        );
    }

    #[test]
    fn the_escape_may_be_another() {
        check("# escape=`\nFROM a\nRUN dir C:\\ `\n  x\n", &[("FROM", "a", 2, 2), ("RUN", "dir C:\\   x", 3, 4)]);
        let (directives, _) = instructions("# syntax=docker/dockerfile:1\n# escape=`\n# note=x\nFROM a\n");
        assert_eq!(directives.len(), 2);
    }

    #[test]
    fn here_documents_belong_to_their_instruction() {
        let (_, found) = instructions("RUN <<EOF cat <<-'X'\na\nEOF\n\tb\n\tX\nUSER a\n");
        let [run, user] = &*found else { panic!("{found:?}") };
        assert_eq!(run.span, Span::new(1, 5));
        let texts: Vec<_> = run.heredocs.iter().map(|it| (&*it.name, &*it.text, it.line)).collect();
        assert_eq!(texts, [("EOF", "a\n", 2), ("X", "b\n", 4)]);
        assert_eq!(user.span, Span::line(6));
        check(
            "RUN echo '<<EOF'\nUSER a\nRUN x <<< y\n",
            &[("RUN", "echo '<<EOF'", 1, 1), ("USER", "a", 2, 2), ("RUN", "x <<< y", 3, 3)],
        );
    }

    #[test]
    fn what_ends_early_ends() {
        check("RUN a \\", &[("RUN", "a ", 1, 1)]);
        check("RUN <<EOF\na", &[("RUN", "<<EOF", 1, 2)]);
        check("\\\n\\\n", &[("", "", 1, 2)]);
        check("", &[]);
    }
}
