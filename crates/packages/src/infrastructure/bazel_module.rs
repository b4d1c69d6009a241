//! `MODULE.bazel`, `WORKSPACE` and `WORKSPACE.bazel`: what a project built by Bazel asks for (Bazel documentation, "Bazel
//! modules"; rules_jvm_external, "Usage").
//!
//! The files are programs and not run. Of their text, `bazel_dep(name = "…", version = "…")` names a module; `dev_dependency =
//! True` makes it one for development. Bazel takes the highest version that any module asks for, so one that is built with
//! may be newer; [the lockfile](super::bazel_lock) knows. Quoted words of the form `group:artifact:version` are what is
//! wanted of Maven (`maven.install`), as sure as a word in a program can be. Versions that are variables, archives by
//! address (`http_archive`) and overrides are not seen.

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names what to build with: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "bazel-module",
    version: 1,
    files: &[
        Key::Name("MODULE.bazel").when(is_the_projects),
        Key::Name("WORKSPACE").when(is_the_projects),
        Key::Name("WORKSPACE.bazel").when(is_the_projects),
    ],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let (mut modules, mut artifacts) = (Listing::new(PackageKind::Bazel), Listing::new(PackageKind::Maven));
    // The call that the words are in, as far as it was read.
    let mut call: Option<Module<'_>> = None;
    let mut before = ["", ""];
    for word in (Words { rest: &text }) {
        match (&mut call, word) {
            (_, Word::Text(text)) if artifact(text).is_some() => {
                if let Some((name, version)) = artifact(text)
                    && let Some(package) = artifacts.add(name, version, Presence::Declared)
                {
                    package.confidence = Confidence::Medium;
                    package.relation = Relation::Direct;
                }
            }
            (None, Word::Plain("(")) if before[1] == "bazel_dep" => call = Some(Module::default()),
            (Some(module), Word::Text(text)) if before[1] == "=" => match before[0] {
                "name" => module.name = text,
                "version" => module.version = text,
                _ => {}
            },
            (Some(module), Word::Plain("True")) if before == ["dev_dependency", "="] => module.for_development = true,
            (Some(module), Word::Plain(")")) => {
                let presence =
                    if module.for_development { Presence::DeclaredForDevelopment } else { Presence::Declared };
                if let Some(package) = modules.add(module.name, module.version, presence) {
                    package.relation = Relation::Direct;
                }
                call = None;
            }
            _ => {}
        }
        before = [before[1], if let Word::Plain(word) = word { word } else { "" }];
    }
    modules.tell(facts);
    artifacts.tell(facts);
    Ok(())
}

/// `group:artifact:version`, perhaps with a packaging and a classifier before the version.
fn artifact(text: &str) -> Option<(&str, &str)> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-:+".contains(&byte);
    let (start, version) = text.rsplit_once(':')?;
    let colons = start.match_indices(':').count();
    let name = start.match_indices(':').nth(1).map_or(start, |(at, _)| &start[..at]);
    let is_version = version.starts_with(|first: char| first.is_ascii_digit()) && !version.ends_with('+');
    let has_group = name.split_once(':').is_some_and(|(group, name)| group.len() > 1 && !name.is_empty());
    ((1..=3).contains(&colons) && has_group && is_version && text.bytes().all(is_plain)).then_some((name, version))
}

/// One `bazel_dep`.
#[derive(Default)]
struct Module<'a> {
    name: &'a str,
    version: &'a str,
    for_development: bool,
}

/// The words of a program in Starlark (its specification, "Lexical elements"), without space and comments.
struct Words<'a> {
    rest: &'a str,
}

#[derive(Clone, Copy)]
enum Word<'a> {
    /// A name, a number, or a character that is neither.
    Plain(&'a str),
    /// A text of one line, as it is written.
    Text(&'a str),
}

impl<'a> Iterator for Words<'a> {
    type Item = Word<'a>;

    fn next(&mut self) -> Option<Word<'a>> {
        loop {
            self.rest = self.rest.trim_start();
            let first = self.rest.chars().next()?;
            let in_name = |character: char| character.is_alphanumeric() || "_.".contains(character);
            let take = |length: usize| self.rest.split_at(length);
            match first {
                '#' => self.rest = take(self.rest.find('\n').unwrap_or(self.rest.len())).1,
                '"' | '\'' => {
                    let behind = &self.rest[1..];
                    let end = behind.find([first, '\n']).unwrap_or(behind.len());
                    self.rest = behind.get(end + 1..).unwrap_or_default();
                    return Some(Word::Text(&behind[..end]));
                }
                _ => {
                    let end = self.rest.find(|next| !in_name(next)).unwrap_or(self.rest.len());
                    let (word, rest) = take(end.max(first.len_utf8()));
                    self.rest = rest;
                    return Some(Word::Plain(word));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const MODULE: &str = r#"module(name = "app", version = "1.0")
bazel_dep(name = "rules_go", version = "0.46.0", repo_name = "io_bazel_rules_go")
bazel_dep(  # With a comment (and a bracket
    name = 'gtest',
    version = "1.14.0.bcr.1",
    dev_dependency = True,
)
bazel_dep(name = "local")
# bazel_dep(name = "commented", version = "1.0")
git_override(module_name = "local", commit = "00", remote = "https://example.test:8080/x")
maven.install(
    artifacts = [
        "com.google.guava:guava:31.1-jre",
        "io.netty:netty:jar:linux-x86_64:4.1.0",
        "junit:junit:" + JUNIT,
        "//third_party:a:1",
        "1:2:3",
    ],
    repositories = ["https://packages.example.test/maven2"],
)
"#;

    fn check(text: &str, expected: &str) {
        testing::check(&ANALYZER, "src/MODULE.bazel", text, expected);
    }

    #[test]
    fn modules_and_artifacts_are_told_from_other_words() {
        check(
            MODULE,
            "gtest 1.14.0.bcr.1 (development) direct
             rules_go 0.46.0 (declared) direct
             com.google.guava:guava 31.1-jre (declared) direct
             io.netty:netty 4.1.0 (declared) direct",
        );
        check("bazel_dep(name = \"a\", version = \"1", "");
    }

    #[test]
    fn broken_files_are_gaps_and_others_not_wanted() {
        check("a\0", "gap: corrupt");
        assert!(wants(&ANALYZER, "WORKSPACE"));
        assert!(!wants(&ANALYZER, "src/BUILD.bazel"));
        assert!(!wants(&ANALYZER, "node_modules/a/WORKSPACE"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "MODULE.bazel", &[MODULE.as_bytes()]);
    }
}
