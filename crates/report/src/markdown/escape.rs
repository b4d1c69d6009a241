//! Text as Markdown that shows it and does nothing else.
//!
//! Besides its own marks, forges give a meaning to bare addresses, `@name` (which calls people), `#1` (which links issues)
//! and HTML. A mark is escaped by a backslash; where that does not help, an empty HTML comment keeps apart what would
//! be recognized together.

use crate::one_line;

/// A text within a paragraph, a list or a table.
pub(crate) fn escaped(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    let mut digits = true;
    for (index, character) in text.char_indices() {
        let rest = &text[index + character.len_utf8()..];
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '$' | '&' | '!' | '^' => {
                out.extend(['\\', character]);
            }
            // At the start they would begin a heading or a list.
            '-' | '+' | '=' if index == 0 => out.extend(['\\', character]),
            '.' | ')' if digits && index > 0 && (rest.is_empty() || rest.starts_with(' ')) => {
                out.extend(['\\', character]);
            }
            '#' => out.push_str("\\#<!-- -->"),
            '@' if !rest.is_empty() => out.push_str("@<!-- -->"),
            ':' if rest.starts_with("//") => out.push_str(":<!-- -->"),
            '.' if text[..index].to_ascii_lowercase().ends_with("www") => out.push_str(".<!-- -->"),
            _ => out.push(character),
        }
        digits &= character.is_ascii_digit();
    }
    out
}

/// A name as code, within a table as well.
pub(crate) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.is_empty() {
        return String::new();
    }
    // A bar would end the cell, even within code; a backslash takes that from it in a table, and shows elsewhere.
    if text.contains('|') {
        return escaped(&text);
    }
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// Text as HTML that shows it, within an element or an attribute in quotation marks.
pub(crate) fn html(text: &str) -> String {
    let text = one_line(text);
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_shown() {
        let check = |text: &str, expected: &str| assert_eq!(escaped(text), expected, "{text:?}");
        check("openssl 1.1.1n-0+deb11u5", "openssl 1.1.1n-0+deb11u5");
        check("a_b*c", "a\\_b\\*c");
        check("[x](y) <img>", "\\[x\\](y) \\<img\\>");
        check("a|b", "a\\|b");
        check("- x", "\\- x");
        check("1. x", "1\\. x");
        check("# x", "\\#<!-- --> x");
        check("@all see #1", "@<!-- -->all see \\#<!-- -->1");
        check("https://evil.example www.evil.example", "https:<!-- -->//evil.example www.<!-- -->evil.example");
        check("std::string org.x:log4j", "std::string org.x:log4j");
        check("a\n\n# b", "a \\#<!-- --> b");
    }

    #[test]
    fn code_cannot_be_left() {
        assert_eq!(code("@angular/core"), "`@angular/core`");
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("``"), "``` `` ```");
        assert_eq!(code("a|b`"), "a\\|b\\`");
        assert_eq!(code(""), "");
    }

    #[test]
    fn html_cannot_be_left() {
        assert_eq!(html("<a href='x'>\"&"), "&lt;a href=&#39;x&#39;&gt;&quot;&amp;");
    }
}
