//! Filesystem functions, which see the tree that is scanned and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Arguments, Function, Needs, function};
use crate::terraform::datum::Datum;
use crate::terraform::evaluator::Evaluator;
use crate::terraform::tree;

pub(super) const FUNCTIONS: &[Function] = &[
    // Where the tree will lie when it is applied, nobody can say.
    function("abspath", (1, 1), Needs::Nothing, |_| Ok(Datum::Unknown)),
    function("basename", (1, 1), Needs::All, |of| {
        let path = of.text(0)?;
        let path = path.trim_end_matches('/');
        Ok(Datum::text(path.rsplit('/').next().unwrap_or(path)))
    }),
    function("dirname", (1, 1), Needs::All, |of| {
        let path = of.text(0)?;
        Ok(Datum::text(match path.rsplit_once('/') {
            None => ".",
            Some(("", _)) => "/",
            Some((folder, _)) => folder,
        }))
    }),
    function("file", (1, 1), Needs::All, |of| {
        let content = content(of.evaluator, &of.text(0)?)?;
        std::str::from_utf8(content).map(Datum::text).map_err(|_| "the file is not UTF-8".to_owned())
    }),
    function("filebase64", (1, 1), Needs::All, |of| {
        Ok(Datum::text(STANDARD.encode(content(of.evaluator, &of.text(0)?)?)))
    }),
    function("fileexists", (1, 1), Needs::All, |of| {
        // A file that is not in the tree may be there all the same where it is applied.
        Ok(if content(of.evaluator, &of.text(0)?).is_ok() { Datum::Bool(true) } else { Datum::Unknown })
    }),
    function("fileset", (2, 2), Needs::All, file_set),
    function("pathexpand", (1, 1), Needs::All, |of| {
        let path = of.text(0)?;
        Ok(if path.starts_with('~') { Datum::Unknown } else { Datum::Text(path) })
    }),
];

/// The content of a file, by its path from the folder of the root module.
pub(super) fn content<'a>(evaluator: &Evaluator<'a>, path: &str) -> Result<&'a [u8], String> {
    let missing = || format!("the file {path:?} is not in the tree");
    if path.starts_with(['/', '~']) {
        return Err(missing());
    }
    let content = evaluator.tree.file(evaluator.root_folder(), path).ok_or_else(missing)?;
    evaluator.spend(content.len() / 16).map_err(|failure| failure.reason)?;
    Ok(content)
}

fn file_set(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (folder, pattern) = (of.text(0)?, of.text(1)?);
    let Some(folder) = tree::join(of.evaluator.root_folder(), &folder) else { return Ok(Datum::Unknown) };
    let mut found = Vec::new();
    for path in of.evaluator.tree.below(&folder) {
        of.evaluator.spend(1 + path.len() / 8).map_err(|failure| failure.reason)?;
        if matches(&pattern, path) {
            found.push(Datum::text(path));
        }
    }
    Ok(Datum::set(found))
}

/// `*` and `?` stay within a name, `**` does not, `{a,b}` is a choice.
fn matches(pattern: &str, path: &str) -> bool {
    use std::fmt::Write;

    let mut regex = String::from("^");
    let mut rest = pattern;
    while let Some(character) = rest.chars().next() {
        rest = &rest[character.len_utf8()..];
        match character {
            '*' if rest.starts_with("*/") => {
                regex.push_str("(?:.*/)?");
                rest = &rest[2..];
            }
            '*' if rest.starts_with('*') => {
                regex.push_str(".*");
                rest = &rest[1..];
            }
            '*' => regex.push_str("[^/]*"),
            '?' => regex.push_str("[^/]"),
            '{' => regex.push_str("(?:"),
            '}' => regex.push(')'),
            ',' => regex.push('|'),
            '[' | ']' => regex.push(character),
            _ => {
                let _ = write!(regex, "{}", regex::escape(character.encode_utf8(&mut [0; 4])));
            }
        }
    }
    regex.push('$');
    regex::RegexBuilder::new(&regex).size_limit(1 << 18).build().is_ok_and(|regex| regex.is_match(path))
}

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            (r#"basename("foo/bar/baz.txt")"#, r#""baz.txt""#),
            (r#"dirname("foo/bar/baz.txt")"#, r#""foo/bar""#),
            (r#"file("hello.txt")"#, r#""Hello World\n""#),
            (r#"file("${path.module}/hello.txt")"#, r#""Hello World\n""#),
            (r#"filebase64("hello.txt")"#, r#""SGVsbG8gV29ybGQK""#),
            (r#"fileexists("hello.txt")"#, "true"),
            (r#"file("/etc/passwd")"#, "!"),
            (r#"file("../outside.txt")"#, "!"),
            (r#"fileset(path.module, "*.txt")"#, r#"["hello.txt"]"#),
            (r#"fileset(path.module, "templates/*")"#, r#"["templates/backends.tftpl","templates/config.tftpl"]"#),
            (r#"sort(fileset(".", "**/*.{txt,tftpl}"))[0]"#, r#""hello.txt""#),
            (r#"filemd5("hello.txt")"#, r#""e59ff97941044f85df5297e1c302d260""#),
            (
                r#"templatefile("${path.module}/templates/backends.tftpl", { port = 8080, ip_addrs = ["10.0.0.1", "10.0.0.2"] })"#,
                r#""backend 10.0.0.1:8080\nbackend 10.0.0.2:8080\n""#,
            ),
            (
                r#"templatefile("templates/config.tftpl", { config = { "x" = "y", "foo" = "bar" } })"#,
                r#""set foo = bar\nset x = y\n""#,
            ),
            (r#"templatefile("templates/config.tftpl", {})"#, "!"),
        ]);
    }

    #[test]
    fn patterns_stay_within_names_but_for_two_stars() {
        for (pattern, path, expected) in [
            ("*.tf", "a.tf", true),
            ("*.tf", "a/b.tf", false),
            ("**", "a/b.tf", true),
            ("**/*.tf", "b.tf", true),
            ("a.b", "axb", false),
            ("[ab].tf", "b.tf", true),
            ("{x,y}.json", "y.json", true),
            ("{", "a", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
