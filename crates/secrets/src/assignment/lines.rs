//! Files in which every line is a credential: PostgreSQL's `.pgpass` (PostgreSQL documentation, "The Password File") and web
//! servers' `.htpasswd` (Apache documentation, "Password Formats").

use std::ops::Range;

use super::is_password;

/// The lines of a text that are no comments.
fn lines(text: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split(|byte| *byte == b'\n').filter_map(move |line| {
        let begins = start;
        start += line.len() + 1;
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        (!line.is_empty() && line[0] != b'#').then(|| begins..begins + line.len())
    })
}

/// The passwords in a file of PostgreSQL: what stands behind the fourth colon that no backslash precedes.
pub fn pgpass(text: &[u8]) -> Vec<Range<usize>> {
    let password = |line: Range<usize>| {
        let (mut colons, mut at) = (0, line.start);
        while colons < 4 {
            match text[at..line.end].first()? {
                b'\\' => at += 2,
                b':' => (colons, at) = (colons + 1, at + 1),
                _ => at += 1,
            }
            (at <= line.end).then_some(())?;
        }
        (at < line.end && is_password(&text[at..line.end])).then_some(at..line.end)
    };
    lines(text).filter_map(password).collect()
}

/// The hashes in a web server's file that have no mark by which they would be known elsewhere: SHA-1 and crypt(3).
pub fn htpasswd(text: &[u8]) -> Vec<Range<usize>> {
    let hash = |line: Range<usize>| {
        let start = line.start + memchr::memchr(b':', &text[line.clone()])? + 1;
        let value = &text[start..line.end];
        let sha = value.strip_prefix(b"{SHA}").is_some_and(|digest| digest.len() == 28);
        let crypt = value.len() == 13 && value.iter().all(|byte| byte.is_ascii_alphanumeric() || b"./".contains(byte));
        (sha || crypt).then_some(start..line.end)
    };
    lines(text).filter_map(hash).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_in_passwords_need_no_backslash() {
        let text = "# host\nh\\:1:5432:*:app:a:b9x\r\nshort:1\n*:*:*:*:$PASSWORD\n\\";
        let seen: Vec<_> = pgpass(text.as_bytes()).into_iter().map(|range| &text[range]).collect();
        assert_eq!(seen, ["a:b9x"]);
    }

    #[test]
    fn hashes_have_the_length_of_their_method() {
        let text = "a:{SHA}0123456789012345678901234567\nb:abJnggxhB/yWI\nc:plain\n\nd:$apr1$x$y\n";
        let seen: Vec<_> = htpasswd(text.as_bytes()).into_iter().map(|range| &text[range]).collect();
        assert_eq!(seen, ["{SHA}0123456789012345678901234567", "abJnggxhB/yWI"]);
    }
}
