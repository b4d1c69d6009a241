//! Accounts (`passwd(5)`, `shadow(5)`, `group(5)`). Of a password it is only told what kind of thing stands in its place: `empty`,
//! `locked`, `shadow` (it is elsewhere), `none` (nothing that a password could be), or the method of its hash: `des`, `md5`,
//! `sha256`, `sha512`, `blowfish`, `yescrypt`, `other`.

use std::borrow::Cow;
use std::collections::HashMap;

use model::ImagePath;

use super::lines::{Repeated, Settings, list};
use super::{Found, number};
use crate::{Span, Value};

/// The content of a file without what nobody has to keep: hashes of passwords. Their method stays.
pub fn redacted<'c>(path: &ImagePath, content: &'c [u8]) -> Cow<'c, [u8]> {
    let has_passwords = ["passwd", "shadow", "group"].iter().any(|name| path.name() == name.as_bytes());
    if !has_passwords {
        return Cow::Borrowed(content);
    }
    let text = String::from_utf8_lossy(content);
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        match line.split_once(':').and_then(|(name, rest)| Some((name, rest.split_once(':')?))) {
            Some((name, (password, rest))) => out.extend([name, ":", shortened(password), ":", rest, "\n"]),
            None => out.extend([line, "\n"]),
        }
    }
    Cow::Owned(out.into_bytes())
}

/// What tells the method of a hash, and nothing else of it.
fn shortened(password: &str) -> &str {
    // `$6$…` without what follows the second dollar sign.
    let is_hash = method(password).is_some();
    match password.strip_prefix('$').and_then(|rest| rest.find('$')) {
        Some(end) if is_hash => &password[..end + 2],
        _ if is_hash => "des",
        // Behind the mark of a locked account stands the hash that comes back when it is opened.
        _ if password.starts_with('!') => "!",
        _ if password.starts_with('*') => "*",
        _ if password.len() > 1 => "?",
        _ => password,
    }
}

/// The method by which a password is hashed (`crypt(5)`).
fn method(password: &str) -> Option<&'static str> {
    let Some(rest) = password.strip_prefix('$') else {
        let is_des =
            password.len() >= 13 && password.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/'));
        return (is_des || password == "des").then_some("des");
    };
    Some(match rest.split('$').next().unwrap_or_default() {
        "1" => "md5",
        "2" | "2a" | "2b" | "2x" | "2y" => "blowfish",
        "5" => "sha256",
        "6" => "sha512",
        "y" | "gy" | "7" => "yescrypt",
        _ => "other",
    })
}

fn kind(password: &str) -> &'static str {
    match password {
        "" => "empty",
        "x" => "shadow",
        locked if locked.starts_with(['!', '*']) => "locked",
        other => method(other).unwrap_or("none"),
    }
}

/// Programs that let nobody in.
const NO_SHELLS: &[&str] = &["nologin", "false", "sync", "shutdown", "halt", "true"];

/// Every account, and `accounts`: those that have a number (`shared_ids`) or a name (`shared_names`) together.
pub fn passwd(text: &str, found: &mut Found<'_>) {
    let mut ids: HashMap<&str, &str> = HashMap::new();
    let mut names: HashMap<&str, u32> = HashMap::new();
    let (mut shared_ids, mut shared_names) = (Vec::new(), Vec::new());
    for (at, fields) in fields(text) {
        let [name, password, id, group, _, home, shell, ..] = *fields else { continue };
        if let Some(other) = ids.insert(id, name)
            && other != name
        {
            shared_ids.push(Value::text(format!("{name} and {other}: {id}")).at(Span::line(at)));
        }
        if names.insert(name, at).is_some() {
            shared_names.push(Value::text(name).at(Span::line(at)));
        }
        let program = shell.rsplit('/').next().unwrap_or(shell);
        let mut account = Settings::default();
        for (key, value) in [
            ("name", name),
            ("password", kind(password)),
            ("uid", id),
            ("gid", group),
            ("home", home),
            ("shell", shell),
        ] {
            account.text(key, value, at, Repeated::Last);
        }
        // No shell at all is /bin/sh.
        account.add("login", Value::Bool(!NO_SHELLS.contains(&program)).at(Span::line(at)), Repeated::Last);
        found.add(name, account.node(at));
    }
    if !names.is_empty() {
        let body = Value::map([
            ("shared_ids", Value::List(shared_ids).at(Span::line(1))),
            ("shared_names", Value::List(shared_names).at(Span::line(1))),
        ]);
        found.add_as("accounts", "accounts", body.at(Span::line(1)));
    }
}

/// Every password.
pub fn shadow(text: &str, found: &mut Found<'_>) {
    for (at, fields) in fields(text) {
        let [name, password, ..] = *fields else { continue };
        let mut body = Settings::default();
        body.text("name", name, at, Repeated::Last);
        body.text("password", kind(password), at, Repeated::Last);
        for (key, field) in
            [("changed", 2), ("minimum", 3), ("maximum", 4), ("warning", 5), ("inactive", 6), ("expires", 7)]
        {
            if let Some(value) = fields.get(field).filter(|value| !value.is_empty()) {
                body.text(key, *value, at, Repeated::Last);
            }
        }
        found.add(name, body.node(at));
    }
}

/// Every group.
pub fn group(text: &str, found: &mut Found<'_>) {
    for (at, fields) in fields(text) {
        let [name, password, id, members, ..] = *fields else { continue };
        let mut body = Settings::default();
        body.text("name", name, at, Repeated::Last);
        body.text("password", kind(password), at, Repeated::Last);
        body.text("gid", id, at, Repeated::Last);
        body.add("members", list(members.split(',').filter(|it| !it.is_empty()), at), Repeated::Last);
        found.add(name, body.node(at));
    }
}

fn fields(text: &str) -> impl Iterator<Item = (u32, Vec<&str>)> {
    let lines = text.lines().enumerate().map(|(index, line)| (number(index) + 1, line));
    lines
        .filter(|(_, line)| !line.trim().is_empty() && !line.starts_with(['#', '+', '-']))
        .map(|(at, line)| (at, line.trim_end().split(':').collect()))
}

#[cfg(test)]
mod tests {
    use super::super::{check, shown};
    use super::*;

    #[test]
    fn accounts_are_resources_and_show_no_passwords() {
        let lines =
            shown("etc/passwd", "root:x:0:0:root:/root:/bin/bash\nadmin:$1$ab$secret:0:0::/:/usr/sbin/nologin\nbad\n");
        let expected = [
            "account root password = shadow :1",
            "account root login = true :1",
            "account admin password = md5 :2",
            "account admin login = false :2",
            "accounts accounts shared_ids[] = admin and root: 0 :2",
        ];
        for line in expected {
            assert!(lines.iter().any(|it| it == line), "{line} is not in {lines:#?}");
        }
    }

    #[test]
    fn passwords_have_methods() {
        check(
            "etc/shadow",
            "root::19000:0:99999:7:::\na:!:1::::::\n",
            &[
                "password root name = root :1",
                "password root password = empty :1",
                "password root changed = 19000 :1",
                "password root minimum = 0 :1",
                "password root maximum = 99999 :1",
                "password root warning = 7 :1",
                "password a name = a :2",
                "password a password = locked :2",
                "password a changed = 1 :2",
            ],
        );
        for (password, expected) in [
            ("$6$salt$hash", "sha512"),
            ("$y$j9T$salt$hash", "yescrypt"),
            ("abJnggxhB/yWI", "des"),
            ("*", "locked"),
            ("!$6$salt$hash", "locked"),
            ("x", "shadow"),
            ("??", "none"),
        ] {
            assert_eq!(kind(password), expected, "{password}");
        }
    }

    #[test]
    fn hashes_are_not_kept() {
        let text = b"root:$6$salt$hash:19000:0:::::\na:abJnggxhB/yWI:1::::::\nb:!$6$salt$hash:1::::::\nc:*:1\n";
        let kept = redacted(&"etc/shadow".into(), text);
        let kept = std::str::from_utf8(&kept).unwrap();
        assert_eq!(kept, "root:$6$:19000:0:::::\na:des:1::::::\nb:!:1::::::\nc:*:1\n");
        assert_eq!(redacted(&"etc/fstab".into(), text), &text[..]);
    }
}
