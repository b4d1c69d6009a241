//! Addresses (RFC 3986): of pages on the web, and of files in an image.

use std::fmt::Write as _;

use model::ImagePath;

/// An address that a browser can open, of which nothing can break out of an attribute or a link. None where it is none.
pub(crate) fn web(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| matches!(*scheme, "http" | "https"))?;
    let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, fragment)| (rest, Some(fragment)));
    rest.chars().next().filter(char::is_ascii_alphanumeric)?;
    let fragment = fragment.map_or_else(String::new, |fragment| format!("#{}", encoded(fragment)));
    Some(format!("{scheme}://{}{fragment}", encoded(rest)))
}

/// Percent-encodes what does not belong into an address, and what markup languages give a meaning to (`'()*!`).
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (index, byte) in text.bytes().enumerate() {
        let hex = |at: usize| text.as_bytes().get(index + at).is_some_and(u8::is_ascii_hexdigit);
        let belongs = match byte {
            b'%' => hex(1) && hex(2),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?@$&+,;=".contains(&byte),
        };
        if belongs {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

/// A file of an image as a relative reference: every byte of its name survives, and none has a meaning.
pub(crate) fn file(path: &ImagePath) -> String {
    relative(path.as_bytes())
}

/// A name, such as that of an image, as a relative reference.
pub(crate) fn relative(name: &[u8]) -> String {
    let mut out = String::with_capacity(name.len());
    for byte in name {
        if byte.is_ascii_alphanumeric() || b"-._~/@+".contains(byte) {
            out.push(char::from(*byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_web_are_links() {
        let check = |text, expected: Option<&str>| assert_eq!(web(text).as_deref(), expected, "{text}");
        check("https://example.com/a?b=c#d", Some("https://example.com/a?b=c#d"));
        check("https://example.com/%41 b", Some("https://example.com/%41%20b"));
        check("https://example.com/\"><script>", Some("https://example.com/%22%3E%3Cscript%3E"));
        check("https://example.com/a)[x](y", Some("https://example.com/a%29%5Bx%5D%28y"));
        check("javascript://alert", None);
        check("javascript:alert(1)", None);
        check("https://", None);
        check("nonsense", None);
    }

    #[test]
    fn files_are_relative_and_keep_every_byte() {
        assert_eq!(file(&ImagePath::from("app/a b#c?.txt")), "app/a%20b%23c%3F.txt");
        assert_eq!(file(&ImagePath::new(b"a\xff:b")), "a%FF%3Ab");
        assert_eq!(file(&ImagePath::from("opt/app.jar").nested(b"x.jar")), "opt/app.jar%21/x.jar");
    }
}
