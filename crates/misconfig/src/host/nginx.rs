//! nginx's configuration ("Beginner's Guide", structure of the configuration file): directives `name words…;` and blocks
//! `name words… { … }`.
//!
//! The file is the resource `nginx`; each `server` and each `location` in it is one more, of those kinds, with what it takes from
//! the blocks around it (a directive that a block does not have itself; nginx has it so for nearly all). The value of a directive
//! is its words as one text; `add_header` is in the mapping `headers` with names in lower case.

use std::collections::HashSet;

use super::lines::{Repeated, Settings};
use super::{Found, number};
use crate::{Node, Span, Value};

/// How deep blocks lie in each other.
const DEEPEST: usize = 32;
/// Directives of a file.
const MOST: usize = 100_000;
/// Values that inner blocks take from outer ones.
const MOST_INHERITED: usize = 500_000;

/// The file, its servers and their locations.
pub fn read(text: &str, found: &mut Found<'_>) {
    let mut reader = Reader { rest: text, line: 1, taken: 0 };
    let root = reader.block(0);
    if let Some(what) = reader.failure() {
        found.wrong(what);
    }
    if root.is_empty() {
        return;
    }
    let mut room = MOST_INHERITED;
    let body = body(&root, 1);
    views(&root, &body, found, &mut room);
    found.add_whole(body);
}

/// One directive.
struct Directive {
    name: String,
    words: Vec<String>,
    span: Span,
    block: Option<Vec<Self>>,
}

/// The servers below, and their locations, with what they take from around.
fn views(block: &[Directive], around: &Node, found: &mut Found<'_>, room: &mut usize) {
    for directive in block {
        let Some(inside) = &directive.block else { continue };
        let mut body = body(inside, directive.span.first);
        inherit(&mut body, around, room);
        views(inside, &body, found, room);
        let words = directive.words.join(" ");
        let name = body.get("server_name").and_then(Node::text).unwrap_or("_").to_owned();
        match &*directive.name {
            "server" => found.add_as("nginx-server", format!("server {name}"), body),
            "location" => {
                if let Value::Map(entries) = &mut body.value {
                    entries.push(("path".to_owned(), Value::text(words.clone()).at(directive.span)));
                }
                found.add_as("nginx-location", format!("location {words}"), body);
            }
            _ => {}
        }
    }
}

/// Adds what a block takes from the one around it, as long as there is room.
fn inherit(body: &mut Node, around: &Node, room: &mut usize) {
    let Value::Map(entries) = &mut body.value else { return };
    let known: HashSet<String> = entries.iter().map(|(key, _)| key.clone()).collect();
    for (key, value) in around.entries() {
        if *room == 0 {
            return;
        }
        if !is_block(key) && !known.contains(key) {
            *room = room.checked_sub(value.count()).unwrap_or_default();
            entries.push((key.clone(), value.clone()));
        }
    }
}

fn is_block(key: &str) -> bool {
    matches!(key, "server" | "location" | "http" | "events" | "stream" | "upstream" | "if" | "map" | "listen" | "path")
}

fn body(block: &[Directive], first: u32) -> Node {
    let mut settings = Settings::default();
    let mut headers = Settings::default();
    for directive in block {
        let span = directive.span;
        match &directive.block {
            Some(inside) => {
                // What is in a server is told there; the file only says that it is there.
                let value = if is_block(&directive.name) {
                    Value::text(directive.words.join(" "))
                } else {
                    body(inside, span.first).value
                };
                settings.add(&directive.name, value.at(span), Repeated::All);
            }
            None if directive.name == "add_header" => {
                let (name, value) = directive.words.split_first().map_or(("", &[][..]), |(name, rest)| (&**name, rest));
                headers.add(&name.to_ascii_lowercase(), Value::text(value.join(" ")).at(span), Repeated::Last);
            }
            None => settings.add(&directive.name, Value::text(directive.words.join(" ")).at(span), Repeated::All),
        }
    }
    if !headers.is_empty() {
        settings.add("headers", headers.node(first), Repeated::Last);
    }
    settings.node(first)
}

enum Token {
    Word(String),
    End,
    Open,
    Close,
    Nothing,
}

struct Reader<'t> {
    rest: &'t str,
    line: u32,
    taken: usize,
}

impl Reader<'_> {
    /// The directives up to the end of a block. What breaks the rules of the format ends it as well.
    fn block(&mut self, depth: usize) -> Vec<Directive> {
        let mut found = Vec::new();
        let mut words: Vec<String> = Vec::new();
        let mut first = self.line;
        loop {
            let token = self.token();
            if words.is_empty() {
                first = self.line;
            }
            self.taken += 1;
            if self.taken > MOST {
                return found;
            }
            match token {
                Token::Word(word) => words.push(word),
                Token::Nothing | Token::Close => return found,
                Token::End if words.is_empty() => {}
                Token::End | Token::Open => {
                    let is_open = matches!(token, Token::Open);
                    if is_open && depth == DEEPEST {
                        self.taken = MOST + 1;
                        return found;
                    }
                    let name = if words.is_empty() { String::new() } else { words.remove(0) };
                    let block = is_open.then(|| self.block(depth + 1));
                    let span = Span::new(first, self.line);
                    found.push(Directive { name, words: std::mem::take(&mut words), span, block });
                }
            }
        }
    }

    fn failure(&self) -> Option<String> {
        (self.taken > MOST).then(|| format!("line {}: more or deeper blocks than are read", self.line))
    }

    fn token(&mut self) -> Token {
        loop {
            let trimmed = self.rest.trim_start();
            self.pass(self.rest.len() - trimmed.len());
            if !self.rest.starts_with('#') {
                break;
            }
            self.pass(self.rest.find('\n').unwrap_or(self.rest.len()));
        }
        let Some(first) = self.rest.chars().next() else { return Token::Nothing };
        match first {
            ';' | '{' | '}' => {
                self.pass(1);
                return match first {
                    ';' => Token::End,
                    '{' => Token::Open,
                    _ => Token::Close,
                };
            }
            _ => {}
        }
        let mut word = String::new();
        let (mut quote, mut escaped, mut length) = (None, false, 0);
        let mut is_variable = false;
        for character in self.rest.chars() {
            let ends =
                quote.is_none() && !escaped && (character.is_whitespace() || matches!(character, ';' | '{' | '}'));
            // `${name}` is a word.
            if ends && !(character == '{' && word.ends_with('$')) && !(character == '}' && is_variable) {
                break;
            }
            is_variable = (is_variable || character == '{') && character != '}';
            length += character.len_utf8();
            match character {
                _ if escaped => {
                    word.push(character);
                    escaped = false;
                }
                '\\' => escaped = true,
                _ if quote == Some(character) => quote = None,
                '"' | '\'' if quote.is_none() && word.is_empty() => quote = Some(character),
                _ => word.push(character),
            }
        }
        self.pass(length.max(1).min(self.rest.len()));
        Token::Word(word)
    }

    fn pass(&mut self, bytes: usize) {
        let (passed, rest) = self.rest.split_at(bytes);
        self.line = self.line.saturating_add(number(memchr::memchr_iter(b'\n', passed.as_bytes()).count()));
        self.rest = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::super::{check, read_at};

    #[test]
    fn servers_and_locations_take_from_around() {
        check(
            "etc/nginx/nginx.conf",
            "user root; # x\nhttp {\n  server_tokens off;\n  server {\n    listen 443 ssl;\n    listen [::]:443 ssl;\n    server_name a.example;\n\
             \u{20}   add_header X-Frame-Options \"DENY\" always;\n    location ~ ^/a${x} {\n      autoindex on;\n    }\n  }\n}\n",
            &[
                "nginx-location location ~ ^/a${x} autoindex = on :10",
                "nginx-location location ~ ^/a${x} server_name = a.example :7",
                "nginx-location location ~ ^/a${x} headers x-frame-options = DENY always :8",
                "nginx-location location ~ ^/a${x} server_tokens = off :3",
                "nginx-location location ~ ^/a${x} user = root :1",
                "nginx-location location ~ ^/a${x} path = ~ ^/a${x} :9",
                "nginx-server server a.example listen[] = 443 ssl :5",
                "nginx-server server a.example listen[] = [::]:443 ssl :6",
                "nginx-server server a.example server_name = a.example :7",
                "nginx-server server a.example location = ~ ^/a${x} :9",
                "nginx-server server a.example headers x-frame-options = DENY always :8",
                "nginx-server server a.example server_tokens = off :3",
                "nginx-server server a.example user = root :1",
                "nginx nginx.conf user = root :1",
                "nginx nginx.conf http =  :2",
            ],
        );
    }

    #[test]
    fn blocks_without_an_end_do_no_harm() {
        assert_eq!(read_at(&"nginx.conf".into(), "a {".repeat(1000).as_bytes(), 0).gaps.len(), 1);
    }
}
