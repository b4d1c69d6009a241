//! Documentation in programs: examples in the texts that stand beside functions (PEP 257, Javadoc) are of the same use as
//! those in a package's manual. They are set aside in packages that somebody else made, and nowhere else: real secrets stand
//! in examples of one's own.

use std::ops::Range;

use super::place::{installed, place};

/// How far before an example its text may begin.
const REACH: usize = 6000;

/// Where such a text begins or ends. A program that is compiled has a zero before it.
const BOUNDS: &[&[u8]] = &[b"\"\"\"", b"'''", b"\0", b"/**", b"*/"];

/// What only stands in documentation: directives of reStructuredText, fields of Sphinx and Javadoc, prompts, headings.
const MARKS: &[&[u8]] = &[
    b".. code-block::",
    b">>> ",
    b":param ",
    b":return",
    b"::\n",
    b"::\r",
    b"CLI Example",
    b"Example:",
    b"Examples:",
    b"example:",
    b"@param ",
    b"@example",
    b"{@code",
    b"<pre>",
];

/// Why a secret does not count that stands at `span` of the file at this path, where that is so.
pub fn set_aside(path: &[u8], text: &[u8], span: &Range<usize>) -> Option<&'static str> {
    place(path).or_else(|| {
        let is_shown = installed(path).is_some() && is_documentation(text, span.start);
        is_shown.then_some("it came with an installed package, in that package's documentation")
    })
}

/// Whether what stands at `at` is in such a text.
fn is_documentation(text: &[u8], at: usize) -> bool {
    let near = &text[at.saturating_sub(REACH)..at];
    let begins = BOUNDS.iter().filter_map(|bound| Some(memchr::memmem::rfind(near, bound)? + bound.len())).max();
    begins.is_some_and(|begins| {
        let inside = &near[begins..];
        // What ends a comment begins code.
        !near[..begins].ends_with(b"*/") && MARKS.iter().any(|mark| memchr::memmem::find(inside, mark).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, text: &str, expected: bool) {
        let at = text.find("SECRET").unwrap();
        assert_eq!(set_aside(path.as_bytes(), text.as_bytes(), &(at..at + 6)).is_some(), expected, "{path}: {text}");
    }

    #[test]
    fn examples_beside_functions_do_not_count_in_packages_of_others() {
        let inside = "usr/lib/python3/dist-packages/salt/disk.py";
        let shown = "def f():\n    \"\"\"Looks.\n\n    CLI Example:\n\n        f token=SECRET\n    \"\"\"\n";
        check(inside, shown, true);
        check("app/src/disk.py", shown, false);
        check(inside, "\"\"\"Looks.\n:param x: y\n\"\"\"\nTOKEN = 'SECRET'", false);
        check(inside, "x = 1\nTOKEN = 'SECRET' # Example: x", false);
        check("opt/app.jar!/a/B.java", "/** Opens.\n * <pre>\n * open(\"SECRET\")", true);
        check("opt/app.jar!/a/B.java", "/** Opens.\n * <pre>x</pre> */\nString s = \"SECRET\";", false);
        check(inside, "\0\0Looks.\n\n    >>> f(token='SECRET')", true);
    }
}
