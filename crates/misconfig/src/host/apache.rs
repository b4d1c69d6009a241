//! The Apache HTTP Server's configuration ("Configuration Files"): directives `Name words…` and sections `<Name words> … </Name>`.
//!
//! The file is the resource `apache`; each `VirtualHost`, `Directory`, `Location`, `Files` and the like is one more, of the kind
//! `apache-section`, with its `section` and `path`. Names are in lower case, the value of a directive is its words as one text.

use super::Found;
use super::lines::{Repeated, Settings, joined, words};

/// How deep sections lie in each other.
const DEEPEST: usize = 32;

/// Sections that only say whether what is in them counts: it is read as if they were not there.
const TRANSPARENT: &[&str] = &["ifmodule", "ifdefine", "ifversion", "ifdirective", "iffile", "ifsection"];

/// The file and its sections.
pub fn read(text: &str, found: &mut Found<'_>) {
    struct Open {
        name: String,
        first: u32,
        settings: Settings,
    }
    let mut whole = Settings::default();
    let mut open: Vec<Open> = Vec::new();
    let close = |section: Open, found: &mut Found<'_>| {
        let Open { name, first, settings } = section;
        let body = settings.node(first);
        if !TRANSPARENT.contains(&&*name) {
            let path = body.get("path").and_then(crate::Node::text).unwrap_or_default();
            found.add_as("apache-section", format!("{name} {path}"), body);
        }
    };
    for (span, line) in joined(text) {
        if let Some(rest) = line.strip_prefix("</") {
            let name = rest.trim_end_matches('>').trim().to_ascii_lowercase();
            // A section that was forgotten to be closed ends with the one around it.
            if open.iter().any(|section| section.name == name) {
                while let Some(section) = open.pop() {
                    let is_it = section.name == name;
                    close(section, found);
                    if is_it {
                        break;
                    }
                }
            }
        } else if let Some(rest) = line.strip_prefix('<') {
            let (name, path) = rest.trim_end_matches('>').split_once(char::is_whitespace).unwrap_or((rest, ""));
            let name = name.trim_end_matches('>').to_ascii_lowercase();
            if open.len() == DEEPEST {
                found.wrong(format!("line {}: more sections in each other than are read", span.first));
                break;
            }
            let mut settings = Settings::default();
            settings.text("section", name.clone(), span.first, Repeated::Last);
            settings.text("path", words(path).join(" "), span.first, Repeated::Last);
            open.push(Open { name, first: span.first, settings });
        } else {
            let mut words = words(&line).into_iter();
            let key = words.next().unwrap_or_default().to_ascii_lowercase();
            let value = words.collect::<Vec<_>>().join(" ");
            let into = open.iter_mut().rev().find(|section| !TRANSPARENT.contains(&&*section.name));
            let into = into.map_or(&mut whole, |section| &mut section.settings);
            into.text(&key, value, span.first, Repeated::All);
        }
    }
    while let Some(section) = open.pop() {
        close(section, found);
    }
    if !whole.is_empty() {
        found.add_whole(whole.node(1));
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn sections_are_resources_and_conditions_are_not() {
        check(
            "etc/apache2/apache2.conf",
            "ServerTokens Full\n<IfModule mod_a.c>\n  TraceEnable on\n  <Directory \"/srv\">\n    Options Indexes \\\n      FollowSymLinks\n  </Directory>\n</IfModule>\n",
            &[
                "apache-section directory /srv section = directory :4",
                "apache-section directory /srv path = /srv :4",
                "apache-section directory /srv options = Indexes FollowSymLinks :5",
                "apache apache2.conf servertokens = Full :1",
                "apache apache2.conf traceenable = on :3",
            ],
        );
    }
}
