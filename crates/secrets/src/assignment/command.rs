//! Passwords in commands, where a short option stands before them and no word: `curl -u name:password`, `mysql -ppassword`,
//! `sshpass -p password`, `docker login -u name -p password`.

use std::ops::Range;

/// A command's options are looked for so far.
const LONGEST: usize = 240;

/// The password in the command of which a name or an option stands at `part`.
pub fn around(text: &[u8], part: Range<usize>) -> Option<Range<usize>> {
    if !text[part.clone()].ends_with(b" ") {
        return password(text, part);
    }
    let from = part.start.saturating_sub(LONGEST);
    let before = &text[from..=part.start];
    let names: [&[u8]; 3] = [b"curl ", b"login ", b"mysql "];
    let last = names.into_iter().filter_map(|name| Some((memchr::memmem::rfind(before, name)? + from, name.len())));
    let (start, length) = last.max()?;
    password(text, start..start + length)
}

/// The password in the command whose name is `command`.
pub fn password(text: &[u8], command: Range<usize>) -> Option<Range<usize>> {
    let name = &text[command.clone()];
    let is_part = command
        .start
        .checked_sub(1)
        .is_some_and(|before| text[before].is_ascii_alphanumeric() || b"-_.".contains(&text[before]));
    let goes_on = !name.ends_with(b" ") && text.get(command.end).is_some_and(|next| b"-_=.:/".contains(next));
    (!is_part && !goes_on || name == b"pass").then_some(())?;
    let rest = &text[command.end..text.len().min(command.end + LONGEST)];
    // What a line is continued with by a backslash belongs to it.
    let end = memchr::memchr_iter(b'\n', rest).find(|end| *end == 0 || rest[end - 1] != b'\\').unwrap_or(rest.len());
    let rest = &rest[..end];
    let is = |known: &[u8]| name.starts_with(known);
    let mut words = words(rest);
    while let Some(word) = words.next() {
        let text = &rest[word.clone()];
        let shift = |range: Range<usize>| Some(command.end + range.start..command.end + range.end);
        match text {
            b"|" | b"||" | b"&&" | b";" => return None,
            b"-u" | b"--user" | b"--proxy-user" | b"-U" if is(b"curl") => {
                let login = unquote(rest, words.next()?);
                let colon = memchr::memchr(b':', &rest[login.clone()])?;
                return shift(login.start + colon + 1..login.end);
            }
            b"-p" if !is(b"mysql") && !is(b"curl") => return shift(unquote(rest, words.next()?)),
            [b'-', b'p', _, ..] if is(b"mysql") && text.get(2) != Some(&b'-') => {
                return shift(unquote(rest, word.start + 2..word.end));
            }
            _ => {}
        }
    }
    None
}

/// Words between spaces.
fn words(line: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + line[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let length = line[start..].iter().position(u8::is_ascii_whitespace).unwrap_or(line.len() - start);
        at = start + length;
        Some(start..at)
    })
}

/// The range without the quotation marks around it, and what they are followed by.
fn unquote(line: &[u8], word: Range<usize>) -> Range<usize> {
    let Some(quote) = line.get(word.start).copied().filter(|byte| matches!(byte, b'"' | b'\'')) else {
        let inner = &line[word.clone()];
        let length =
            inner.iter().position(|byte| matches!(byte, b'"' | b'\'' | b'`' | b'<' | b';')).unwrap_or(inner.len());
        return word.start..word.start + length;
    };
    let start = word.start + 1;
    start..memchr::memchr(quote, &line[start..]).map_or(word.end.max(start), |length| start + length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, name: &str, expected: Option<&str>) {
        let start = text.find(name).unwrap();
        let seen = password(text.as_bytes(), start..start + name.len());
        assert_eq!(seen.map(|range| &text[range]), expected, "{text}");
    }

    #[test]
    fn options_of_commands_differ() {
        check("curl -sS -u ada:pw1 https://x.io", "curl ", Some("pw1"));
        check("curl --user 'ada:p w' https://x.io", "curl ", Some("p w"));
        check("curl -p https://x.io", "curl ", None);
        check("curl \\\n  -u ada:pw1\n", "curl ", Some("pw1"));
        check("curl x\n -u ada:pw1\n", "curl ", None);
        check("mysql -u root -ppw1 app", "mysql", Some("pw1"));
        check("mysql -u root -p app", "mysql", None);
        check("sshpass -p pw1 ssh x", "sshpass", Some("pw1"));
        check("docker login -u a -p \"pw1\" r", "login ", Some("pw1"));
        check("docker login ; tar -p x", "login ", None);
        check("curl -u '", "curl ", None);
        let around = |text: &str, part: &str| {
            let start = text.find(part).unwrap();
            around(text.as_bytes(), start..start + part.len()).map(|range| text[range].to_owned())
        };
        assert_eq!(around("curl -sS -u ada:pw1 x", " -u "), Some("pw1".to_owned()));
        assert_eq!(around("docker login -u a -p pw1", " -u "), Some("pw1".to_owned()));
        assert_eq!(around("sort -u ada:pw1", " -u "), None);
        check("sshpass -p '", "sshpass", Some(""));
    }
}
