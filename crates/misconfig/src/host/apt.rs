//! Where packages come from: apt's sources in both styles (`sources.list(5)`) and options (`apt.conf(5)`), and the repositories
//! of apk (`apk-repositories(5)`). A source has `uris`, `suites`, and its options in lower case (`trusted`, `signed-by`).

use super::lines::{Repeated, Settings, lines};
use super::{Found, number};
use crate::Node;

/// How deep blocks of options lie in each other.
const DEEPEST: usize = 64;
/// No option has a longer name; all of them are repeated in front of what is in their block.
const LONGEST: usize = 256;

/// One-line style: `deb [option=value …] uri suite component…`.
fn one_line(line: &str, at: u32) -> Option<(String, Node)> {
    let (kind, rest) = line.split_once(char::is_whitespace)?;
    if !matches!(kind, "deb" | "deb-src") {
        return None;
    }
    let rest = rest.trim_start();
    let (options, rest) = match rest.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        None => ("", rest),
    };
    let mut words = rest.split_whitespace().take_while(|word| !word.starts_with('#'));
    let (uri, suite) = (words.next()?, words.next().unwrap_or_default());
    let mut body = Settings::default();
    for option in options.split_whitespace() {
        let (key, value) = option.split_once('=').unwrap_or((option, ""));
        body.text(&key.to_ascii_lowercase(), value.to_ascii_lowercase(), at, Repeated::Last);
    }
    body.add("uris", list_of(uri, at), Repeated::Last);
    body.add("suites", list_of(suite, at), Repeated::Last);
    Some((format!("{uri} {suite}"), body.node(at)))
}

/// Every source of a list.
pub fn list(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        if let Some((address, body)) = one_line(line, at) {
            found.add(address, body);
        }
    }
}

/// Sources as stanzas of fields (deb822).
pub fn stanzas(text: &str, found: &mut Found<'_>) {
    let mut open: Option<(u32, Settings, String)> = None;
    let mut last = String::new();
    for (index, line) in text.lines().chain([""]).enumerate() {
        let at = number(index) + 1;
        if line.trim().is_empty() {
            if let Some((first, body, uris)) = open.take() {
                found.add(uris, body.node(first));
            }
            continue;
        }
        // A key may stand in the stanza itself, on lines that are indented.
        let Some((key, value)) = line.split_once(':').filter(|_| !line.starts_with(['#', ' ', '\t'])) else { continue };
        last.clear();
        last.push_str(&key.trim().to_ascii_lowercase());
        let (_, body, uris) = open.get_or_insert_with(|| (at, Settings::default(), String::new()));
        if matches!(&*last, "uris" | "suites" | "types" | "components") {
            body.add(&last, list_of(value, at), Repeated::Last);
            if last == "uris" {
                value.trim().clone_into(uris);
            }
        } else {
            let value = value.trim();
            let value = if value.is_empty() { "here".to_owned() } else { value.to_ascii_lowercase() };
            body.text(&last, value, at, Repeated::Last);
        }
    }
}

fn list_of(value: &str, at: u32) -> Node {
    super::lines::list(value.split_whitespace(), at)
}

/// Options: `Name::Sub "value";`, or names in braces. Keys are written with all names in front, in lower case.
pub fn options(text: &str, found: &mut Found<'_>) {
    let mut body = Settings::default();
    let mut around: Vec<String> = Vec::new();
    for (at, line) in lines(text) {
        let mut rest = line.split("//").next().unwrap_or(line).trim();
        // A statement, the beginning or the end of a block; several may be on a line.
        while let Some(end) = rest.find(['{', '}', ';']) {
            let (statement, after) = rest.split_at(end);
            let statement = statement.trim();
            match &after[..1] {
                "{" if around.len() < DEEPEST => {
                    let name = if statement.len() < LONGEST { statement } else { "" };
                    around.push(name.to_ascii_lowercase());
                }
                "}" => {
                    around.pop();
                }
                ";" if !statement.is_empty() => {
                    let (name, value) = statement.split_once(char::is_whitespace).unwrap_or((statement, ""));
                    let mut names = around.clone();
                    names.push(name.to_ascii_lowercase());
                    body.text(&names.join("::"), value.trim().trim_matches('"'), at, Repeated::Last);
                }
                _ => {}
            }
            rest = after[1..].trim();
        }
    }
    if !body.is_empty() {
        found.add_whole(body.node(1));
    }
}

/// Repositories of apk: a tag, and an address.
pub fn repositories(text: &str, found: &mut Found<'_>) {
    for (at, line) in lines(text) {
        let uri = line.split_whitespace().find(|word| !word.starts_with('@')).unwrap_or(line);
        let mut body = Settings::default();
        body.add("uris", list_of(uri, at), Repeated::Last);
        found.add(uri, body.node(at));
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn both_styles_are_sources() {
        check(
            "etc/apt/sources.list",
            "# x\ndeb [arch=amd64 Trusted=yes] http://mirror.example/debian stable main\n",
            &[
                "apt-source http://mirror.example/debian stable arch = amd64 :2",
                "apt-source http://mirror.example/debian stable trusted = yes :2",
                "apt-source http://mirror.example/debian stable uris[] = http://mirror.example/debian :2",
                "apt-source http://mirror.example/debian stable suites[] = stable :2",
            ],
        );
        check(
            "etc/apt/sources.list.d/debian.sources",
            "Types: deb\nURIs: http://a.example http://b.example\n# x\nTrusted: Yes\nSigned-By:\n -----BEGIN\n .\n\nTypes: deb\n",
            &[
                "apt-source http://a.example http://b.example types[] = deb :1",
                "apt-source http://a.example http://b.example uris[] = http://a.example :2",
                "apt-source http://a.example http://b.example uris[] = http://b.example :2",
                "apt-source http://a.example http://b.example trusted = yes :4",
                "apt-source http://a.example http://b.example signed-by = here :5",
                "apt-source  types[] = deb :9",
            ],
        );
    }

    #[test]
    fn options_have_their_whole_names() {
        check(
            "etc/apt/apt.conf.d/99x",
            "APT::Get::AllowUnauthenticated \"true\"; // x\nAcquire {\n  https { Verify-Peer \"false\"; };\n};\n",
            &["apt 99x apt::get::allowunauthenticated = true :1", "apt 99x acquire::https::verify-peer = false :3"],
        );
    }
}
