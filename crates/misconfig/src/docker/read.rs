//! Reads a Dockerfile to resources: the file, its stages, its instructions.

use super::line::{self, Instruction};
use super::stage::Stage;
use super::variable::Variables;
use crate::{Node, Reading, Resource, Span, Target, Value, json, shell, yaml};

/// Bytes of a file. What rules see of it is many times as large.
const LARGEST: usize = 1 << 20;
/// Instructions of one file, and stages, each of which begins with what another has said; what are more are not read.
const MOST: usize = 10_000;
const MOST_STAGES: usize = 500;

/// The resources of a Dockerfile.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    if text.len() > LARGEST {
        let what = format!("a Dockerfile of {} bytes; more than {LARGEST} are not read", text.len());
        reading.gap(Some(yaml::Wrong { what, limit: true }));
        return reading;
    }
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let (directives, mut instructions) = line::instructions(text);
    let stages = instructions.iter().enumerate().filter(|(_, instruction)| instruction.name == "FROM");
    let most = stages.map(|(index, _)| index).nth(MOST_STAGES).unwrap_or(MOST).min(MOST);
    if let Some(first) = instructions.get(most) {
        let what = format!("line {}: more than {MOST} instructions or {MOST_STAGES} stages", first.span.first);
        reading.gap(Some(yaml::Wrong { what, limit: true }));
        instructions.truncate(most);
    }
    let mut reader = Reader { file, resources: Vec::new(), stages: Vec::new(), global: Variables::platforms() };
    for instruction in &instructions {
        reader.instruction(instruction, false);
    }
    reader.finish(directives, &mut reading);
    reading
}

struct Reader {
    file: usize,
    resources: Vec<Resource>,
    stages: Vec<Stage>,
    /// `ARG`s before the first `FROM`.
    global: Variables,
}

impl Reader {
    fn instruction(&mut self, instruction: &Instruction, onbuild: bool) {
        let span = instruction.span;
        if instruction.name == "FROM" {
            self.from(instruction);
            return;
        }
        let joined = instruction.joined();
        let (flags, rest) = flags(&joined);
        if instruction.name == "ONBUILD" {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let name = rest[..end].to_ascii_uppercase();
            let text = rest[end..].trim_start().to_owned();
            let inner = Instruction { name: name.clone(), text, span, heredocs: instruction.heredocs.clone() };
            if name != "ONBUILD" && name != "FROM" {
                self.instruction(&inner, true);
            }
        }
        let mut entries = vec![("instruction".to_owned(), Value::text(&*instruction.name).at(span))];
        let mut stage = self.stages.pop();
        let variables = stage.as_ref().map_or(&self.global, |stage| &stage.variables);
        if !flags.is_empty() {
            let flags = flags.iter().map(|(name, value)| ((*name).to_owned(), variables.node(value, span)));
            entries.push(("flags".to_owned(), Value::Map(flags.collect()).at(span)));
        }
        if let Some(stage) = &stage {
            entries.push(("stage".to_owned(), Value::text(&*stage.name).at(span)));
            entries.extend(stage.effect());
        }
        if onbuild {
            entries.push(("onbuild".to_owned(), Value::Bool(true).at(span)));
        }
        let global = self.global_of(&instruction.name);
        let scope = stage.as_mut().map_or(&mut self.global, |stage| &mut stage.variables);
        entries.extend(arguments(instruction, rest, scope, &global));
        let body = Value::Map(crate::value::last_of_each(entries)).at(span);
        if let Some(stage) = &mut stage
            && !onbuild
        {
            match &*instruction.name {
                "USER" => stage.user = body.get("user").cloned(),
                "SHELL" => stage.shell = body.get("text").cloned(),
                "WORKDIR" => stage.workdir = body.get("path").cloned(),
                _ => {}
            }
            stage.instructions.push((instruction.name.clone(), body.clone()));
        }
        let within = stage.as_ref().map_or("", |stage| &stage.name);
        let dot = if within.is_empty() { "" } else { "." };
        let address = format!("{within}{dot}{}:{}", instruction.name, span.first);
        self.stages.extend(stage);
        let kind = instruction.name.clone();
        self.resources.push(Resource { target: Target::Dockerfile, kind, address, file: self.file, body });
    }

    /// What an `ARG` without a value may take from before the first `FROM`.
    fn global_of(&self, name: &str) -> Variables {
        if name == "ARG" && !self.stages.is_empty() { self.global.clone() } else { Variables::default() }
    }

    fn from(&mut self, instruction: &Instruction) {
        let span = instruction.span;
        let joined = instruction.joined();
        let (flags, rest) = flags(&joined);
        let words: Vec<&str> = rest.split_whitespace().collect();
        let node = |text: &str| Value::text(text).at(span);
        let mut entries = vec![("instruction".to_owned(), node("FROM"))];
        let written = words.first().copied().unwrap_or_default();
        let image = self.global.expand(written);
        let alias = match *words {
            [_, word, alias, ..] if word.eq_ignore_ascii_case("as") => Some(alias),
            _ => None,
        };
        let named = |stage: &&Stage| image.as_ref().is_some_and(|image| stage.name.eq_ignore_ascii_case(image));
        let base = self.stages.iter().rev().find(named);
        match &image {
            Some(image) => {
                entries.push(("image".to_owned(), node(image)));
                if let Some(base) = base {
                    entries.push(("stage".to_owned(), node(&base.name)));
                } else {
                    entries.extend(reference(image).into_iter().map(|(key, part)| (key.to_owned(), node(part))));
                }
            }
            None => {
                for key in ["image", "name", "tag", "digest"] {
                    entries.push((key.to_owned(), Value::Unknown.at(span)));
                }
            }
        }
        for (name, value) in &flags {
            entries.push(((*name).to_owned(), self.global.node(value, span)));
        }
        entries.extend(alias.map(|alias| ("alias".to_owned(), node(alias))));
        let from = Value::Map(crate::value::last_of_each(entries)).at(span);
        let index = self.stages.len();
        let name = alias.map_or_else(|| index.to_string(), str::to_owned);
        let address = format!("{name}.FROM:{}", span.first);
        let mut stage = Stage { name, index, from: from.clone(), ..Stage::after(base) };
        stage.instructions.push(("FROM".to_owned(), from.clone()));
        self.stages.push(stage);
        let kind = "FROM".to_owned();
        self.resources.push(Resource { target: Target::Dockerfile, kind, address, file: self.file, body: from });
    }

    fn finish(mut self, directives: Vec<(String, String)>, reading: &mut Reading) {
        if self.stages.is_empty() {
            // Without a `FROM` it is no Dockerfile that could be built; its instructions are judged all the same.
            reading.resources = self.resources;
            return;
        }
        let last = self.stages.len() - 1;
        let bodies: Vec<Node> = self.stages.iter().map(|stage| stage.body(stage.index == last)).collect();
        for (stage, body) in self.stages.iter().zip(&bodies) {
            let (kind, address) = ("stage".to_owned(), format!("stage {}", stage.name));
            let body = body.clone();
            self.resources.push(Resource { target: Target::Dockerfile, kind, address, file: self.file, body });
        }
        let span = Span::line(1);
        let all = self.stages.iter().flat_map(|stage| stage.instructions.iter().map(|(_, body)| body.clone()));
        let directives = directives.into_iter().map(|(name, value)| (name, Value::Text(value).at(span)));
        let body = Value::map([
            ("directives", Value::Map(directives.collect()).at(span)),
            ("instructions", Value::List(all.collect()).at(span)),
            ("stages", Value::List(bodies).at(span)),
        ])
        .at(span);
        let (kind, address) = ("file".to_owned(), "file".to_owned());
        self.resources.push(Resource { target: Target::Dockerfile, kind, address, file: self.file, body });
        reading.resources = self.resources;
    }
}

/// The flags in front of an instruction's words, and the rest.
fn flags(text: &str) -> (Vec<(&str, &str)>, &str) {
    let (mut found, mut rest) = (Vec::new(), text.trim_start());
    while let Some(flag) = rest.strip_prefix("--") {
        let end = flag.find(char::is_whitespace).unwrap_or(flag.len());
        let (flag, after) = flag.split_at(end);
        let (name, value) = flag.split_once('=').unwrap_or((flag, "true"));
        found.push((name, value.trim_matches('"')));
        rest = after.trim_start();
    }
    (found, rest)
}

/// `name[:tag][@digest]`, the parts that are there.
fn reference(image: &str) -> Vec<(&'static str, &str)> {
    let (rest, digest) = image.split_once('@').map_or((image, None), |(rest, digest)| (rest, Some(digest)));
    let colon = rest.rfind(':').filter(|at| !rest[*at..].contains('/'));
    let (name, tag) = colon.map_or((rest, None), |at| (&rest[..at], Some(&rest[at + 1..])));
    let mut parts = vec![("name", name)];
    parts.extend(tag.map(|tag| ("tag", tag)));
    parts.extend(digest.map(|digest| ("digest", digest)));
    parts
}

/// What an instruction says, by its name; declares its variables.
fn arguments(
    instruction: &Instruction,
    rest: &str,
    variables: &mut Variables,
    global: &Variables,
) -> Vec<(String, Node)> {
    let span = instruction.span;
    let owned = |key: &str, node: Node| (key.to_owned(), node);
    match &*instruction.name {
        "RUN" | "CMD" | "ENTRYPOINT" => run(instruction, rest),
        "HEALTHCHECK" => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            if rest[..end].eq_ignore_ascii_case("none") {
                return vec![owned("none", Value::Bool(true).at(span))];
            }
            run(instruction, rest[end..].trim_start())
        }
        "COPY" | "ADD" => {
            let mut words: Vec<_> = words(rest).iter().map(|word| variables.node(word, span)).collect();
            let destination = if words.len() > 1 { words.pop() } else { None };
            let mut entries = vec![owned("sources", Value::List(words).at(span))];
            entries.extend(destination.map(|node| owned("destination", node)));
            entries
        }
        "ENV" | "LABEL" | "ARG" => {
            let pairs = pairs(rest, &instruction.name);
            let mut entries = Vec::new();
            for (name, value) in pairs {
                let mut body = vec![owned("name", Value::text(&*name).at(span))];
                // Values of one instruction see what was in effect before it; that makes a difference to nobody.
                let value = match value {
                    Some(value) => Some(variables.node(&value, span)),
                    None => global.get(&name).map(|value| Value::text(value).at(span)),
                };
                if instruction.name != "LABEL" {
                    variables.set(&name, value.as_ref().and_then(Node::text).map(str::to_owned));
                }
                body.extend(value.map(|value| owned("value", value)));
                entries.push(Value::Map(body).at(span));
            }
            vec![owned("entries", Value::List(entries).at(span)), owned("text", Value::text(rest).at(span))]
        }
        "EXPOSE" => {
            let ports = rest.split_whitespace().map(|word| match variables.expand(word) {
                None => Value::Unknown.at(span),
                Some(word) => {
                    let (port, protocol) = word.split_once('/').unwrap_or((&word, "tcp"));
                    let port = port.parse().map_or_else(|_| Value::text(port), Value::Number);
                    Value::map([("port", port.at(span)), ("protocol", Value::text(protocol).at(span))]).at(span)
                }
            });
            vec![owned("ports", Value::List(ports.collect()).at(span))]
        }
        "USER" => {
            let text = variables.expand(rest.trim());
            let Some(text) = text else { return vec![owned("user", Value::Unknown.at(span))] };
            let (user, group) = text.split_once(':').map_or((&*text, None), |(user, group)| (user, Some(group)));
            let mut entries = vec![owned("user", Value::text(user).at(span))];
            entries.extend(group.map(|group| owned("group", Value::text(group).at(span))));
            entries
        }
        _ => {
            let listed = exec(rest).unwrap_or_else(|| words(rest));
            let listed = listed.iter().map(|word| variables.node(word, span)).collect();
            let text = variables.node(&exec(rest).map_or_else(|| rest.trim().to_owned(), |it| it.join(" ")), span);
            let mut entries = vec![owned("words", Value::List(listed).at(span)), owned("text", text.clone())];
            if instruction.name == "WORKDIR" {
                entries.push(owned("path", text));
            }
            entries
        }
    }
}

/// What is run: in the form of a list, or as a line of shell.
fn run(instruction: &Instruction, rest: &str) -> Vec<(String, Node)> {
    let span = instruction.span;
    let node = |text: &str| Value::text(text).at(span);
    let (form, listed, text, commands) = if let Some(listed) = exec(rest) {
        let text = listed.join(" ");
        let commands = shell::words(&listed, span.first);
        ("exec", listed, text, commands)
    } else {
        // The text of the instruction as it is written has the lines of its commands.
        let begins = rest.get(..rest.len().min(8)).and_then(|start| instruction.text.find(start)).unwrap_or_default();
        let written = &instruction.text[begins..];
        let before = instruction.text[..begins].matches('\n').count();
        let first = span.first.saturating_add(u32::try_from(before).unwrap_or(u32::MAX));
        let mut commands = shell::commands(written, first);
        for heredoc in &instruction.heredocs {
            // A document that is not given to a program is the script itself.
            if rest.trim_start().starts_with("<<")
                && let (Value::List(all), Value::List(more)) =
                    (&mut commands, shell::commands(&heredoc.text, heredoc.line))
            {
                all.extend(more);
            }
        }
        ("shell", words(rest), rest.trim().to_owned(), commands)
    };
    let listed = listed.iter().map(|word| node(word)).collect();
    vec![
        ("form".to_owned(), node(form)),
        ("text".to_owned(), node(&text)),
        ("words".to_owned(), Value::List(listed).at(span)),
        ("commands".to_owned(), commands.at(span)),
    ]
}

/// The texts of a list in JSON.
fn exec(rest: &str) -> Option<Vec<String>> {
    let rest = rest.trim();
    if !rest.starts_with('[') {
        return None;
    }
    let list = json::parse(rest.as_bytes()).ok()?;
    list.items().iter().map(|item| item.text().map(str::to_owned)).collect()
}

/// Words divided by white space, without their quotes.
fn words(text: &str) -> Vec<String> {
    if let Some(listed) = exec(text) {
        return listed;
    }
    let (mut words, mut word, mut quote, mut open) = (Vec::new(), String::new(), None, false);
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (None, '"' | '\'') => (quote, open) = (Some(letter), true),
            (Some(begun), _) if begun == letter => quote = None,
            (None | Some('"'), '\\') => {
                open = true;
                match letters.next() {
                    // The dollar stays escaped for whoever puts variables in.
                    Some('$') => word.push_str("\\$"),
                    Some(next) => word.push(next),
                    None => word.push('\\'),
                }
            }
            (None, _) if letter.is_whitespace() => {
                if open || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            _ => word.push(letter),
        }
    }
    if open || !word.is_empty() {
        words.push(word);
    }
    words
}

/// `name=value` several times, `name value` once, or for `ARG` names without values.
fn pairs(rest: &str, instruction: &str) -> Vec<(String, Option<String>)> {
    let words = words(rest);
    let is_pairs = words.first().is_some_and(|first| first.contains('='));
    if !is_pairs && instruction != "ARG" {
        let (name, value) = rest.trim().split_once(char::is_whitespace).unwrap_or((rest.trim(), ""));
        return vec![(name.to_owned(), Some(value.trim().trim_matches('"').to_owned()))];
    }
    let pair = |word: &String| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
        None => (word.clone(), None),
    };
    words.iter().map(pair).collect()
}
