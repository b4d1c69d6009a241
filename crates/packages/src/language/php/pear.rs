//! Packages and extensions that PEAR and PECL installed: `.registry/**/NAME.reg`, a value in the form of PHP's
//! `serialize` (PEAR Manual, "package.xml" versions 1 and 2; PHP Manual, "serialize").
//!
//! Version 2 has `name`, `version.release` and `license`, as a text or under `_content`; version 1 has `package`,
//! `version` as a text and `release_license`. What a package needs is given as ranges and is not read. The fixtures were
//! written after the registries of PEAR itself and of extensions.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;
use crate::syntax;

/// The registry of PEAR: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "pear", version: 1, files: &[Key::Extension("reg").when(is_in_a_registry)], analyze };

fn is_in_a_registry(path: &ImagePath) -> bool {
    crate::language::lies_below(path, ".registry")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let content = syntax::document(file.content)?;
    let mut reader = Reader { content, at: 0 };
    let found = reader.record().ok_or_else(|| {
        Unreadable::corrupt(format!("not the serialized value that was expected, at byte {}", reader.at))
    })?;
    if is_word(&found.name) && is_word(&found.version) {
        let licenses = found.license.into_iter().collect();
        facts.package(Package { licenses, ..Package::new(PackageKind::Pear, found.name, found.version) });
    }
    Ok(())
}

#[derive(Default)]
struct Record {
    name: String,
    version: String,
    license: Option<String>,
}

/// A value, or where an array ends.
enum Token<'a> {
    Text(&'a [u8]),
    Other,
    Array,
    End,
}

struct Reader<'a> {
    content: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// Walks over all values and keeps those with the keys that count. Deeper ones only count levels.
    fn record(&mut self) -> Option<Record> {
        let mut found = Record::default();
        if !matches!(self.token()?, Token::Array) {
            return None;
        }
        let mut depth = 1_usize;
        // Per level that matters: the key whose value comes next.
        let mut outer: &[u8] = b"";
        let mut key: Option<&[u8]> = None;
        let mut is_key = true;
        while depth > 0 {
            match self.token()? {
                Token::End => {
                    depth -= 1;
                    is_key = true;
                }
                Token::Array => {
                    if depth == 1 {
                        outer = key.unwrap_or_default();
                    }
                    depth += 1;
                    is_key = true;
                }
                Token::Text(text) if is_key => {
                    key = Some(text);
                    is_key = false;
                }
                Token::Other if is_key => {
                    key = None;
                    is_key = false;
                }
                Token::Other => is_key = true,
                Token::Text(text) => {
                    is_key = true;
                    let value = || String::from_utf8_lossy(text).into_owned();
                    match (depth, outer, key.unwrap_or_default()) {
                        (1, _, b"name" | b"package") => found.name = value(),
                        (1, _, b"version") | (2, b"version", b"release") => found.version = value(),
                        (1, _, b"license" | b"release_license") | (2, b"license", b"_content") => {
                            found.license = Some(value().trim().to_owned()).filter(|text| !text.is_empty());
                        }
                        _ => {}
                    }
                }
            }
        }
        Some(found)
    }

    fn token(&mut self) -> Option<Token<'a>> {
        let rest = self.content.get(self.at..)?;
        match *rest {
            [b'}', ..] => {
                self.at += 1;
                Some(Token::End)
            }
            [b'N', b';', ..] => {
                self.at += 2;
                Some(Token::Other)
            }
            [b'i' | b'd' | b'b' | b'r' | b'R', b':', ..] => {
                self.at += memchr::memchr(b';', rest)? + 1;
                Some(Token::Other)
            }
            [b's', b':', ..] => {
                let (length, start) = number(rest)?;
                let text = rest.get(start..)?.strip_prefix(b"\"")?.get(..length)?;
                self.at += start + 1 + length;
                self.content[self.at..].starts_with(b"\";").then(|| self.at += 2)?;
                Some(Token::Text(text))
            }
            [b'a', b':', ..] => {
                let (_, start) = number(rest)?;
                (rest.get(start) == Some(&b'{')).then(|| self.at += start + 1)?;
                Some(Token::Array)
            }
            _ => None,
        }
    }
}

/// The number between the colons of `s:5:`, and where the second one ends.
fn number(rest: &[u8]) -> Option<(usize, usize)> {
    let end = 2 + memchr::memchr(b':', rest.get(2..)?)?;
    let number = std::str::from_utf8(&rest[2..end]).ok()?.parse().ok()?;
    Some((number, end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(content: &str, expected: &str) {
        testing::check(&ANALYZER, "usr/share/php/.registry/.channel.x/a.reg", content, expected);
    }

    const VERSION_2: &str = concat!(
        r#"a:5:{s:7:"attribs";a:1:{s:4:"name";s:2:"no";}s:4:"name";s:3:"abc";s:7:"version";a:2:{s:3:"api";s:3:"9.9";"#,
        r#"s:7:"release";s:5:"1.2.3";}s:7:"license";a:2:{s:7:"attribs";a:1:{i:0;N;}s:8:"_content";s:11:"PHP License";}"#,
        r#"s:1:"x";b:1;}"#,
    );

    #[test]
    fn both_versions_are_read() {
        check(VERSION_2, "abc 1.2.3 [PHP License]");
        check(
            r#"a:4:{s:7:"package";s:3:"abc";s:7:"version";s:5:"1.0.0";s:15:"release_license";s:3:"BSD";s:4:"deps";a:0:{}}"#,
            "abc 1.0.0 [BSD]",
        );
    }

    // Lists of people and of files lie in front of the version and behind it, with names and versions of their own.
    #[test]
    fn names_and_versions_of_others_do_not_count() {
        let content = concat!(
            r#"a:9:{s:7:"attribs";a:2:{s:15:"packagerversion";s:5:"1.9.4";s:7:"version";s:3:"2.0";}s:4:"name";s:4:"PEAR";"#,
            r#"s:7:"channel";s:12:"pear.example";s:4:"lead";a:2:{i:0;a:1:{s:4:"name";s:5:"A "B"";}i:1;a:1:{s:4:"name";s:3:"C;}";}}"#,
            r#"s:7:"version";a:2:{s:7:"release";s:5:"1.9.5";s:3:"api";s:5:"1.9.5";}"#,
            r#"s:9:"stability";a:2:{s:7:"release";s:6:"stable";s:3:"api";s:6:"stable";}"#,
            r#"s:7:"license";a:2:{s:7:"attribs";a:1:{s:3:"uri";s:1:"x";}s:8:"_content";s:15:"New BSD License";}"#,
            r#"s:8:"contents";a:1:{s:3:"dir";a:1:{s:4:"file";a:1:{i:0;a:1:{s:7:"attribs";a:1:{s:4:"name";s:1:"f";}}}}}"#,
            r#"s:9:"changelog";a:1:{s:7:"release";a:1:{i:0;a:1:{s:7:"version";a:1:{s:7:"release";s:5:"1.0.0";}}}}"#,
            r#"s:13:"_lastmodified";i:1405160000;}"#,
        );
        check(content, "PEAR 1.9.5 [New BSD License]");
    }

    #[test]
    fn broken_values_are_gaps() {
        check("", "gap: corrupt");
        check("a:1:{", "gap: corrupt");
        check(r#"a:1:{s:99:"name";}"#, "gap: corrupt");
        check(r#"a:1:{s:4:"name";O:1:"X":0:{}}"#, "gap: corrupt");
        check("a:0:{}", "");
    }

    #[test]
    fn only_registries_are_wanted() {
        assert!(wants(&ANALYZER, "usr/share/php/.registry/a.reg"));
        assert!(wants(&ANALYZER, "usr/local/lib/php/.registry/.channel.x/a.reg"));
        assert!(!wants(&ANALYZER, "usr/share/a.reg"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "usr/share/php/.registry/a.reg", &[VERSION_2.as_bytes()]);
    }
}
