//! Lines of shell (POSIX.1-2024, "Shell Command Language") as the commands in them: enough to see what is run with which
//! words, and nothing that runs it. Variables stay as they are written.

use crate::{Node, Span, Value};

/// Deeper commands in commands are not looked into.
const DEEPEST: usize = 8;
/// A script with more is cut.
const MOST: usize = 10_000;

/// One simple command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Command {
    /// Its words, without quotes, assignments before it and redirections.
    pub words: Vec<String>,
    /// Assignments before it, and words of redirections.
    pub around: Vec<String>,
    /// The names of the commands that its output is piped into.
    pub into: Vec<String>,
    /// What runs it: `sudo`, `env`, `sh`; empty where it stands for itself.
    pub by: String,
    /// The lines that it takes, counted from that of the text's beginning, which is zero.
    pub lines: (u32, u32),
}

impl Command {
    /// What is run, without its folder.
    pub fn name(&self) -> &str {
        let first = self.words.first().map_or("", String::as_str);
        first.rsplit('/').next().unwrap_or(first)
    }
}

/// The commands of a text, those inside of others included, as a list for rules: each with `name`, `words`, `args` (words
/// that are no flags), `flags` (`-yq` also as `-y` and `-q`, `--a=b` also as `--a`), `into`, `by`, `around` and `text`.
/// The text begins on that line of its file.
pub fn commands(text: &str, first: u32) -> Value {
    Value::List(parse(text).into_iter().map(|command| node(&command, first)).collect())
}

/// The same of a command whose words are known.
pub fn words(words: &[String], line: u32) -> Value {
    let mut found = Vec::new();
    finish(vec![Command { words: words.to_vec(), ..Command::default() }], 0, &mut found);
    Value::List(found.into_iter().map(|command| node(&command, line)).collect())
}

fn node(command: &Command, first: u32) -> Node {
    let span = Span::new(first.saturating_add(command.lines.0), first.saturating_add(command.lines.1));
    let text = |text: &str| Value::text(text).at(span);
    let list = |words: &[String]| Value::List(words.iter().map(|word| text(word)).collect()).at(span);
    let mut flags = Vec::new();
    for flag in command.words.iter().filter(|word| word.starts_with('-')) {
        flags.push(flag.clone());
        match flag.split_once('=') {
            Some((name, _)) => flags.push(name.to_owned()),
            None if !flag.starts_with("--") && flag.len() > 2 => {
                flags.extend(flag.chars().skip(1).map(|letter| format!("-{letter}")));
            }
            None => {}
        }
    }
    let args: Vec<_> = command.words.iter().skip(1).filter(|word| !word.starts_with('-')).cloned().collect();
    Value::map([
        ("name", text(command.name())),
        ("words", list(&command.words)),
        ("args", list(&args)),
        ("flags", list(&flags)),
        ("into", list(&command.into)),
        ("by", text(&command.by)),
        ("around", list(&command.around)),
        ("text", text(&command.words.join(" "))),
    ])
    .at(span)
}

/// The commands of a text.
pub fn parse(text: &str) -> Vec<Command> {
    let mut found = Vec::new();
    script(text, "", 0, 0, &mut found);
    found
}

fn script(text: &str, by: &str, first: u32, depth: usize, found: &mut Vec<Command>) {
    let mut reader = Reader { rest: text, line: first, began: first, inner: Vec::new() };
    // The commands of one pipeline, whose names those before have to learn.
    let mut pipeline: Vec<Command> = Vec::new();
    let mut command = Command::default();
    loop {
        let token = reader.token();
        if let Token::Word(word) = token {
            if command.words.is_empty() && command.around.is_empty() {
                command.lines.0 = reader.began;
            }
            command.lines.1 = reader.line;
            command.words.push(word);
            continue;
        }
        if let Token::Redirect(word) = token {
            command.around.push(word);
            continue;
        }
        if !command.words.is_empty() || !command.around.is_empty() {
            strip(&mut command);
            by.clone_into(&mut command.by);
            let whole = std::mem::take(&mut command);
            // What only sets variables, or was a keyword, runs nothing.
            if !whole.words.is_empty() {
                pipeline.push(whole);
            }
        }
        if token != Token::Pipe {
            finish(std::mem::take(&mut pipeline), depth, found);
        }
        if token == Token::End || found.len() >= MOST {
            break;
        }
    }
    if depth < DEEPEST {
        for (line, inner) in reader.inner {
            script(&inner, by, line, depth + 1, found);
        }
    }
}

/// Takes keywords and assignments off the front of a command.
fn strip(command: &mut Command) {
    const KEYWORDS: &[&str] =
        &["if", "then", "else", "elif", "do", "while", "until", "!", "{", "}", "fi", "done", "time"];
    while let Some(first) = command.words.first() {
        let assigns = first.split_once('=').is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        if assigns {
            command.around.push(command.words.remove(0));
        } else if KEYWORDS.contains(&&**first) {
            command.words.remove(0);
        } else {
            return;
        }
    }
}

fn finish(mut pipeline: Vec<Command>, depth: usize, found: &mut Vec<Command>) {
    let names: Vec<_> = pipeline.iter().map(|command| innermost(&command.words).to_owned()).collect();
    for (index, command) in pipeline.iter_mut().enumerate() {
        command.into = names[index + 1..].to_vec();
    }
    for command in pipeline {
        let inner = carried(&command.words).map(<[String]>::to_vec);
        let script_of = shell_text(&command.words).map(str::to_owned);
        let (by, into, around) = (command.name().to_owned(), command.into.clone(), command.around.clone());
        let lines = command.lines;
        found.push(command);
        if let Some(words) = inner {
            let mut next = Command { words, around, into, by, lines };
            strip(&mut next);
            finish_carried(next, depth + 1, found);
        } else if let Some(text) = script_of
            && depth < DEEPEST
        {
            script(&text, &by, lines.0, depth + 1, found);
        }
    }
}

/// A command that another carries out, and what it carries out itself.
fn finish_carried(command: Command, depth: usize, found: &mut Vec<Command>) {
    let into = command.into.clone();
    let by = command.by.clone();
    let before = found.len();
    if depth < DEEPEST && !command.words.is_empty() {
        finish(vec![command], depth, found);
        if let Some(first) = found.get_mut(before) {
            (first.into, first.by) = (into, by);
        }
    }
}

/// The words of the command that this one carries out.
fn carried(words: &[String]) -> Option<&[String]> {
    const CARRIERS: &[&str] =
        &["sudo", "doas", "env", "exec", "command", "nice", "nohup", "xargs", "timeout", "gosu", "su-exec"];
    let name = words.first()?.rsplit('/').next()?;
    if !CARRIERS.contains(&name) {
        return None;
    }
    let mut rest = &words[1..];
    while let [first, after @ ..] = rest
        && (first.starts_with('-') || first.contains('='))
    {
        rest = after;
    }
    if matches!(name, "timeout" | "gosu" | "su-exec") {
        rest = rest.get(1..)?;
    }
    (!rest.is_empty()).then_some(rest)
}

/// The text of `sh -c TEXT`.
fn shell_text(words: &[String]) -> Option<&str> {
    let name = words.first()?.rsplit('/').next()?;
    if !matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh" | "eval") {
        return None;
    }
    if name == "eval" {
        return words.get(1).map(String::as_str);
    }
    let flag = words.iter().position(|word| word.starts_with('-') && !word.starts_with("--") && word.ends_with('c'))?;
    words.get(flag + 1).map(String::as_str)
}

/// The name of what is run in the end: of `sudo bash -s`, `bash`.
fn innermost(words: &[String]) -> &str {
    let mut words = words;
    for _ in 0..DEEPEST {
        match carried(words) {
            Some(inner) => words = inner,
            None => break,
        }
    }
    let first = words.first().map_or("", String::as_str);
    first.rsplit('/').next().unwrap_or(first)
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Redirect(String),
    Pipe,
    /// `&&`, `||`, `;`, `&`, a line's end, a parenthesis.
    Break,
    End,
}

struct Reader<'a> {
    rest: &'a str,
    /// The line that is read, and that on which the last token began.
    line: u32,
    began: u32,
    /// Texts of `$(…)` and backticks, with their lines.
    inner: Vec<(u32, String)>,
}

impl Reader<'_> {
    /// The next token; counts the lines that it took.
    fn token(&mut self) -> Token {
        let before = self.rest;
        self.blank();
        self.count(before);
        self.began = self.line;
        let before = self.rest;
        let token = self.meet();
        self.count(before);
        token
    }

    fn count(&mut self, before: &str) {
        let taken = &before[..before.len() - self.rest.len()];
        let lines = memchr::memchr_iter(b'\n', taken.as_bytes()).count();
        self.line = self.line.saturating_add(u32::try_from(lines).unwrap_or(u32::MAX));
    }

    /// Passes over white space, continued lines and comments.
    fn blank(&mut self) {
        loop {
            let trimmed = self.rest.trim_start_matches([' ', '\t', '\r']);
            match trimmed.strip_prefix("\\\n").or_else(|| trimmed.strip_prefix("\\\r\n")) {
                Some(rest) => self.rest = rest,
                None if trimmed.starts_with('#') => {
                    let end = trimmed.find('\n').unwrap_or(trimmed.len());
                    self.rest = &trimmed[end..];
                }
                None => {
                    self.rest = trimmed;
                    break;
                }
            }
        }
    }

    fn meet(&mut self) -> Token {
        for (sign, token) in [("&&", Token::Break), ("||", Token::Break), (";;", Token::Break), ("|&", Token::Pipe)] {
            if let Some(rest) = self.rest.strip_prefix(sign) {
                self.rest = rest;
                return token;
            }
        }
        let Some(first) = self.rest.chars().next() else { return Token::End };
        match first {
            '|' => self.single(Token::Pipe),
            '&' if self.rest.starts_with("&>") => self.redirect(2),
            ';' | '&' | '\n' | '(' | ')' => self.single(Token::Break),
            '<' | '>' => self.redirect(1),
            '0'..='9' if self.rest[1..].starts_with(['<', '>']) => self.redirect(2),
            _ => Token::Word(self.word()),
        }
    }

    fn single(&mut self, token: Token) -> Token {
        self.rest = &self.rest[1..];
        token
    }

    /// A redirection with its target. The text of a here-document stays where it is: its lines look like commands, and
    /// often are.
    fn redirect(&mut self, taken: usize) -> Token {
        self.rest = self.rest[taken..].trim_start_matches(['<', '>', '&', '-', '|', ' ']);
        Token::Redirect(self.word())
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(first) = self.rest.chars().next() {
            let after = &self.rest[first.len_utf8()..];
            match first {
                ' ' | '\t' | '\r' | '\n' | ';' | '&' | '|' | '<' | '>' | '(' | ')' => break,
                '\'' => {
                    let end = after.find('\'').unwrap_or(after.len());
                    word.push_str(&after[..end]);
                    self.rest = after.get(end + 1..).unwrap_or_default();
                }
                '"' => {
                    self.rest = after;
                    self.quoted(&mut word);
                }
                '\\' => {
                    let mut letters = after.chars();
                    match letters.next() {
                        Some('\n') | None => {}
                        Some(letter) => word.push(letter),
                    }
                    self.rest = letters.as_str();
                }
                '$' if after.starts_with('(') => self.substitution(&mut word),
                '`' => self.backticks(&mut word),
                _ => {
                    word.push(first);
                    self.rest = after;
                }
            }
        }
        word
    }

    /// What follows a double quote.
    fn quoted(&mut self, word: &mut String) {
        while let Some(first) = self.rest.chars().next() {
            let after = &self.rest[first.len_utf8()..];
            match first {
                '"' => {
                    self.rest = after;
                    return;
                }
                '\\' => {
                    let mut letters = after.chars();
                    match letters.next() {
                        Some(letter @ ('"' | '\\' | '$' | '`')) => word.push(letter),
                        Some('\n') | None => {}
                        Some(letter) => word.extend(['\\', letter]),
                    }
                    self.rest = letters.as_str();
                }
                '$' if after.starts_with('(') => self.substitution(word),
                '`' => self.backticks(word),
                _ => {
                    word.push(first);
                    self.rest = after;
                }
            }
        }
    }

    /// `$(…)`, whose inside is a script.
    fn substitution(&mut self, word: &mut String) {
        let (mut depth, mut end) = (0_usize, self.rest.len());
        for (at, letter) in self.rest.char_indices() {
            match letter {
                '(' => depth += 1,
                ')' if depth == 1 => {
                    end = at;
                    break;
                }
                ')' => depth -= 1,
                _ => {}
            }
        }
        let whole = &self.rest[..(end + 1).min(self.rest.len())];
        word.push_str(whole);
        self.inner.push((self.line, self.rest[2..end.max(2)].to_owned()));
        self.rest = &self.rest[whole.len()..];
    }

    fn backticks(&mut self, word: &mut String) {
        let after = &self.rest[1..];
        let end = after.find('`').unwrap_or(after.len());
        self.inner.push((self.line, after[..end].to_owned()));
        word.push_str(&after[..end]);
        self.rest = after.get(end + 1..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line for each command: `by>words|into`.
    fn check(text: &str, expected: &[&str]) {
        let shown: Vec<_> = parse(text)
            .iter()
            .map(|command| {
                let by = if command.by.is_empty() { String::new() } else { format!("{}> ", command.by) };
                let into =
                    if command.into.is_empty() { String::new() } else { format!(" | {}", command.into.join(" | ")) };
                format!("{by}{}{into}", command.words.join("·"))
            })
            .collect();
        assert_eq!(shown, expected, "{text:?}");
    }

    #[test]
    fn lists_and_pipelines_are_taken_apart() {
        check(
            "apt-get update && apt-get install -y 'a b' \\\n  c; cd /x",
            &["apt-get·update", "apt-get·install·-y·a b·c", "cd·/x"],
        );
        check("curl -s https://x | sudo bash -s", &["curl·-s·https://x | bash", "sudo·bash·-s", "sudo> bash·-s"]);
        check("A=1 B=\"x y\" make > /dev/null 2>&1 # no", &["make"]);
        check("if [ -f x ]; then rm x; fi", &["[·-f·x·]", "rm·x"]);
    }

    #[test]
    fn commands_in_commands_are_found() {
        check("echo \"$(curl x | sh)\"", &["echo·$(curl x | sh)", "curl·x | sh", "sh"]);
        check("sh -c 'a && b'", &["sh·-c·a && b", "sh> a", "sh> b"]);
        check(
            "sudo -E env X=1 apt-get update",
            &["sudo·-E·env·X=1·apt-get·update", "sudo> env·X=1·apt-get·update", "env> apt-get·update"],
        );
    }

    #[test]
    fn flags_are_also_seen_alone() {
        let list = commands("apt-get -yq --opt=1 install x", 1);
        let flags = Value::at(list, Span::default()).items()[0].get("flags").unwrap().clone();
        let flags: Vec<_> = flags.items().iter().filter_map(Node::text).collect();
        assert_eq!(flags, ["-yq", "-y", "-q", "--opt=1", "--opt"]);
    }

    #[test]
    fn hostile_text_ends() {
        parse(&"$(".repeat(10_000));
        parse(&"sudo ".repeat(10_000));
        parse("\"");
        parse("a\\");
        parse("é | ü && 'ß");
    }
}
