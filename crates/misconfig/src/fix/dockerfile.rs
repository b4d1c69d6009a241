//! Changes instructions of Dockerfiles (Dockerfile reference, docker/dockerfile 1.x): names, flags of commands, commands at the end.

use std::ops::Range;

use crate::docker::line::{Instruction, instructions};
use crate::rule::Change;

const CHANGED: &str = "the instruction is not where it was";
/// What follows these in a stage changes none of its files.
const LAST: [&str; 9] =
    ["CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "VOLUME"];

/// The text, in which the instruction on this line is changed.
pub(super) fn change(text: &str, line: u32, change: &Change<'_>) -> Result<String, &'static str> {
    let (directives, instructions) = instructions(text);
    if directives.iter().any(|(name, value)| name == "escape" && value == "`") {
        return Err("the file continues its lines in another way");
    }
    if let Change::Add(added) = change {
        return add(text, &instructions, added);
    }
    let found = instructions.iter().find(|it| (it.span.first..=it.span.last).contains(&line)).ok_or(CHANGED)?;
    let lines = line_ranges(text);
    let at = |number: u32| lines.get(number.saturating_sub(1) as usize).cloned().ok_or(CHANGED);
    let range = at(found.span.first)?.start..at(found.span.last)?.end;
    let written = &text[range.clone()];
    let new = match change {
        Change::Rename(name) => {
            let begin = written.len() - written.trim_start().len();
            let end = begin + found.name.len();
            [&written[..begin], name, &written[end..]].concat()
        }
        Change::Flag { command, flag } => {
            flagged(written, command, flag).ok_or("the command is written another way")?
        }
        Change::Then(command) => {
            let is_shell = !found.text.trim_start().starts_with('[') && found.heredocs.is_empty();
            if !is_shell || written.trim_end().ends_with([';', '&', '|', '\\']) {
                return Err("nothing can be added to the command");
            }
            format!("{} \\\n    && {command}", written.trim_end())
        }
        Change::Add(_) | Change::Set(..) => return Err(CHANGED),
    };
    Ok([&text[..range.start], &new, &text[range.end..]].concat())
}

/// The bytes of each line, without its end.
fn line_ranges(text: &str) -> Vec<Range<usize>> {
    let mut start = 0;
    text.split_inclusive('\n')
        .map(|line| {
            let range = start..start + line.trim_end_matches(['\n', '\r']).len();
            start += line.len();
            range
        })
        .collect()
}

/// Adds an instruction after the last one of the last stage that changes its files.
fn add(text: &str, instructions: &[Instruction], added: &str) -> Result<String, &'static str> {
    let stage = instructions.iter().rposition(|it| it.name == "FROM").ok_or(CHANGED)?;
    let after = instructions[stage..].iter().rfind(|it| !LAST.contains(&&*it.name)).ok_or(CHANGED)?;
    let lines = line_ranges(text);
    let end = lines.get(after.span.last.saturating_sub(1) as usize).ok_or(CHANGED)?.end;
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Ok([&text[..end], newline, added, &text[end..]].concat())
}

/// The instruction with a flag behind each such command that does not have it; none where there is no such command.
fn flagged(written: &str, command: &str, flag: &str) -> Option<String> {
    let (program, action) = command.split_once(' ')?;
    let words: Vec<(usize, &str)> = words(written).collect();
    let mut new = written.to_owned();
    // From behind, so that places stay.
    let mut found = false;
    for at in (0..words.len()).rev() {
        let is_program = |word: &str| match program.strip_suffix('*') {
            Some(begin) => {
                word.strip_prefix(begin).is_some_and(|rest| rest.bytes().all(|it| it.is_ascii_digit() || it == b'.'))
            }
            None => word == program,
        };
        if !is_program(words[at].1) {
            continue;
        }
        let rest = &words[at + 1..];
        let end = rest.iter().position(|(_, word)| ends_command(word)).unwrap_or(rest.len());
        let command = &rest[..end];
        let Some((place, word)) = command.iter().find(|(_, word)| !word.starts_with('-') && *word != "\\") else {
            continue;
        };
        if *word != action {
            continue;
        }
        found = true;
        if !command.iter().any(|(_, word)| *word == flag) {
            new.insert_str(place + word.len(), &format!(" {flag}"));
        }
    }
    found.then_some(new)
}

/// Words between blanks, each with where it begins; separators that stand at the end of a word are words of their own.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_ascii_whitespace().flat_map(move |word| {
        let begin = word.as_ptr().addr() - text.as_ptr().addr();
        let bare = word.trim_end_matches([';', '&', '|']);
        let parts = [(begin, bare), (begin + bare.len(), &word[bare.len()..])];
        parts.into_iter().filter(|(_, part)| !part.is_empty())
    })
}

fn ends_command(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| matches!(byte, b';' | b'&' | b'|'))
}
