//! Rules of sudo (`sudoers(5)`). Each rule, `who where = (as whom) tags: commands`, is a resource with `users`, `hosts`, `runas`,
//! `commands` and `tags`; a line `Defaults` is a resource of the kind `sudo-defaults` with its `options` as a mapping, where
//! `!` in front is `false`. Aliases are put in.

use std::collections::HashMap;

use super::Found;
use super::lines::{Repeated, Settings, joined, list};
use crate::{Span, Value};

/// Names that aliases stand for, all of them together.
const MOST_ALIASED: usize = 20_000;

/// Every rule and every line of defaults.
pub fn read(text: &str, found: &mut Found<'_>) {
    let lines = joined(text);
    let mut aliases: HashMap<&str, Vec<&str>> = HashMap::new();
    for (_, line) in &lines {
        let Some((kind, rest)) = line.split_once(char::is_whitespace) else { continue };
        if kind.ends_with("_Alias") {
            for definition in rest.split(':') {
                if let Some((name, names)) = definition.split_once('=') {
                    aliases.insert(name.trim(), names.split(',').map(str::trim).collect());
                }
            }
        }
    }
    let mut room = MOST_ALIASED;
    let mut unfold = |names: &str| -> Vec<String> {
        let mut out = Vec::new();
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match aliases.get(name) {
                Some(inner) if room >= inner.len() => {
                    room -= inner.len();
                    out.extend(inner.iter().map(|&name| name.to_owned()));
                }
                _ => out.push(name.to_owned()),
            }
        }
        out
    };
    for (span, line) in &lines {
        let first = line.split_whitespace().next().unwrap_or_default();
        if first.starts_with("Defaults") {
            found.add_as("sudo-defaults", first, defaults(line[first.len()..].trim(), span.first));
        } else if !first.ends_with("_Alias")
            && !first.starts_with('@')
            && let Some((left, right)) = line.split_once('=')
        {
            let (users, hosts) = left.trim().rsplit_once(char::is_whitespace).unwrap_or((left.trim(), "ALL"));
            let (runas, rest) = match right.trim().strip_prefix('(').and_then(|rest| rest.split_once(')')) {
                Some((runas, rest)) => (runas.trim(), rest),
                None => ("root", right),
            };
            let (tags, commands) = tags(rest.trim());
            let texts = |names: &[String]| list(names.iter().map(String::as_str), span.first);
            let mut body = Settings::default();
            body.add("users", texts(&unfold(users)), Repeated::Last);
            body.add("hosts", texts(&unfold(hosts)), Repeated::Last);
            body.text("runas", runas, span.first, Repeated::Last);
            body.add("tags", list(tags.iter().copied(), span.first), Repeated::Last);
            body.add("commands", texts(&unfold(commands)), Repeated::Last);
            let mut body = body.node(span.first);
            body.span = *span;
            found.add(users, body);
        }
    }
}

/// `NOPASSWD: SETENV: commands`. Tags further inside hold for the commands behind them; those in front are what is told.
fn tags(mut text: &str) -> (Vec<&str>, &str) {
    let mut tags = Vec::new();
    while let Some((tag, rest)) = text.split_once(':') {
        let tag = tag.trim();
        if tag.is_empty() || !tag.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            break;
        }
        tags.push(tag);
        text = rest.trim_start();
    }
    (tags, text)
}

fn defaults(text: &str, at: u32) -> crate::Node {
    let mut options = Settings::default();
    for option in text.split(',').map(str::trim).filter(|option| !option.is_empty()) {
        let (name, value) = option.split_once(['=', '+', '-']).unwrap_or((option, ""));
        let (name, value) = match name.trim().strip_prefix('!') {
            Some(name) => (name, Value::Bool(false)),
            None if value.is_empty() => (name.trim(), Value::Bool(true)),
            None => (name.trim(), Value::text(value.trim_matches(['=', ' ', '"']))),
        };
        options.add(name, value.at(Span::line(at)), Repeated::Last);
    }
    options.node(at)
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn rules_are_resources_with_aliases_put_in() {
        check(
            "etc/sudoers",
            "Defaults env_reset, !authenticate, secure_path=\"/bin\"\nUser_Alias OPS = ann, bob\nOPS ALL=(ALL:ALL) NOPASSWD: \\\n  /bin/a, /bin/b\n%wheel ALL=ALL\n#includedir /etc/sudoers.d\n",
            &[
                "sudo-defaults Defaults env_reset = true :1",
                "sudo-defaults Defaults authenticate = false :1",
                "sudo-defaults Defaults secure_path = /bin :1",
                "sudo-rule OPS users[] = ann :3",
                "sudo-rule OPS users[] = bob :3",
                "sudo-rule OPS hosts[] = ALL :3",
                "sudo-rule OPS runas = ALL:ALL :3",
                "sudo-rule OPS tags[] = NOPASSWD :3",
                "sudo-rule OPS commands[] = /bin/a :3",
                "sudo-rule OPS commands[] = /bin/b :3",
                "sudo-rule %wheel users[] = %wheel :5",
                "sudo-rule %wheel hosts[] = ALL :5",
                "sudo-rule %wheel runas = root :5",
                "sudo-rule %wheel commands[] = ALL :5",
            ],
        );
    }
}
