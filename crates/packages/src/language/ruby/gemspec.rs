//! Installed gems: `specifications/*.gemspec`, and those that come with Ruby in `specifications/default` (RubyGems Guides,
//! "Specification Reference").
//!
//! RubyGems writes these files itself: assignments of literals to fields of the specification, and in a comment at the
//! top, `# stub: NAME VERSION PLATFORM FOLDERS`, the same once more. That comment stands in where somebody's packaging
//! has put a constant into a field. Of the dependencies those for running are told, and not those for development. Gemspecs
//! elsewhere are the sources of gems, and not wanted; the downloaded archives, `*.gem`, are a
//! format of their own.

use std::collections::HashMap;

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use crate::listing::is_word;
use crate::syntax;
use crate::syntax::terms::{self, Dialect, Term};

/// A gem in the place where Ruby looks for it: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "gemspec", version: 1, files: &[Key::Extension("gemspec").when(is_installed)], analyze };

fn is_installed(path: &ImagePath) -> bool {
    let parent = path.parent();
    let parent = parent.strip_suffix(b"/default").unwrap_or(parent);
    parent.rsplit(|&byte| byte == b'/').next() == Some(b"specifications")
}

const RUBY: Dialect = Dialect {
    comment: "#",
    blocks: &[],
    quotes: &["\"", "'"],
    raw: &[
        ("%q<", ">"),
        ("%q{", "}"),
        ("%q(", ")"),
        ("%q[", "]"),
        ("%Q<", ">"),
        ("%Q{", "}"),
        ("%Q(", ")"),
        ("%Q[", "]"),
    ],
    word: ".:?",
    marks: "=",
};

/// Nobody has as many.
const MOST_LICENSES: usize = 100;

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    // RubyGems puts zero bytes between the folders in the comment, so this need not be a text as others are.
    let text = String::from_utf8_lossy(syntax::document(file.content)?);
    let terms = terms::parse(&text, &RUBY)?;
    let mut gem = Gem::default();
    for at in 0..terms.len() {
        gem.take(&terms[at..]);
    }
    let mut stub = text.lines().find_map(|line| line.strip_prefix("# stub: ")).unwrap_or_default().split(' ');
    let (stub_name, stub_version) = (stub.next().unwrap_or_default(), stub.next().unwrap_or_default());
    let or = |found: &'_ str, other: &str| if is_usable(found) { found.to_owned() } else { other.to_owned() };
    let (name, version) = (or(gem.name, stub_name), or(gem.version, stub_version));
    if !is_usable(&name) || !is_usable(&version) {
        let missing = if is_usable(&name) { "version" } else { "name" };
        return Err(Unreadable::corrupt(format!("a specification of a gem without a literal {missing}")));
    }
    let mut requires = gem.requires;
    requires.sort_unstable();
    requires.dedup();
    let licenses = gem.licenses;
    facts.package(Package { licenses, requires, ..Package::new(PackageKind::Gem, name, version) });
    Ok(())
}

/// Whether a text is a word, and not one that Ruby would have to complete.
fn is_usable(text: &str) -> bool {
    is_word(text) && !text.contains("#{")
}

#[derive(Default)]
struct Gem<'a> {
    name: &'a str,
    version: &'a str,
    licenses: Vec<String>,
    requires: Vec<Requirement>,
    constants: HashMap<&'a str, &'a str>,
}

impl<'a> Gem<'a> {
    /// Looks at what begins here: an assignment, or a call that names a dependency.
    fn take(&mut self, terms: &'a [Term<'a>]) {
        let [Term::Word(word), rest @ ..] = terms else { return };
        let field = word.split_once('.').map_or("", |(_, field)| field);
        match (field, rest) {
            // Given twice, once for each age of RubyGems, in a condition.
            ("add_dependency" | "add_runtime_dependency", [Term::Group(arguments), ..]) => {
                self.require(arguments.first());
            }
            ("add_dependency" | "add_runtime_dependency", [argument, ..]) => self.require(Some(argument)),
            (_, [Term::Mark('='), value, rest @ ..]) => match field {
                "name" => self.name = self.literal(value, rest),
                "version" => self.version = self.literal(value, rest),
                "license" => self.license(value),
                "licenses" => {
                    for license in value.items() {
                        self.license(license);
                    }
                }
                "" if word.starts_with(|first: char| first.is_ascii_uppercase()) => {
                    let literal = self.literal(value, rest);
                    self.constants.insert(word, literal);
                }
                _ => {}
            },
            _ => {}
        }
    }

    /// A text, a constant that was given one before, or `Gem::Version.new("1.0")`.
    fn literal(&self, value: &'a Term<'a>, rest: &'a [Term<'a>]) -> &'a str {
        match (value, rest) {
            (Term::Text(text), _) => text,
            (Term::Word("Gem::Version.new"), [Term::Group(arguments), ..]) => arguments.first().map_or("", Term::text),
            (Term::Word(word), _) => {
                let name = word.strip_suffix(".freeze").unwrap_or(word);
                self.constants.get(name).copied().unwrap_or_default()
            }
            _ => "",
        }
    }

    fn license(&mut self, term: &Term<'_>) {
        if let Term::Text(text) = term
            && !text.trim().is_empty()
            && self.licenses.len() < MOST_LICENSES
        {
            self.licenses.push(text.trim().to_owned());
        }
    }

    fn require(&mut self, term: Option<&Term<'_>>) {
        if let Some(Term::Text(name)) = term
            && is_usable(name)
        {
            self.requires.push(Requirement { name: name.clone().into_owned(), version: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "usr/lib/ruby/gems/3.1.0/specifications/a-1.2.3.gemspec";

    fn check(gemspec: &str, expected: &str) {
        testing::check(&ANALYZER, PATH, gemspec, expected);
    }

    const MODERN: &str = r#"# -*- encoding: utf-8 -*-
# stub: a 1.2.3 x86_64-linux lib

Gem::Specification.new do |s|
  s.name = "a".freeze
  s.version = "1.2.3"
  s.platform = "x86_64-linux".freeze

  s.metadata = { "name" => "no" } if s.respond_to? :metadata=
  s.authors = ["Somebody's \u00E9 #1".freeze]
  s.description = "s.name = \"b\" # [".freeze
  s.licenses = ["MIT".freeze, "Ruby".freeze]
  s.rubygems_version = "3.3.5".freeze

  s.specification_version = 4
  s.add_runtime_dependency(%q<rack>.freeze, ["~> 2.0".freeze])
  s.add_runtime_dependency(%q<json>.freeze, [">= 0"])
  s.add_development_dependency(%q<rspec>.freeze, [">= 0"])
end
"#;

    #[test]
    fn what_rubygems_writes() {
        check(MODERN, "a 1.2.3 [MIT; Ruby] -> json, rack");
        // Several folders.
        check(&MODERN.replace(" lib\n", " ext\0lib\n"), "a 1.2.3 [MIT; Ruby] -> json, rack");
    }

    #[test]
    fn what_rubygems_wrote_long_ago() {
        check(
            r#"Gem::Specification.new do |s|
                s.name = %q{old}
                s.version = "0.9"
                s.license = 'BSD'
                if s.respond_to? :specification_version then
                  s.add_runtime_dependency(%q<rack>, [">= 1.0"])
                else
                  s.add_dependency(%q<rack>, [">= 1.0"])
                end
            end"#,
            "old 0.9 [BSD] -> rack",
        );
    }

    #[test]
    fn versions_may_be_constants_or_objects() {
        check("V = '2.0'\nGem::Specification.new do |s|\ns.name = 'a'\ns.version = V\nend", "a 2.0");
        check("spec.name = 'a'; spec.version = Gem::Version.new(\"3.1\")", "a 3.1");
        check("# stub: b 4.0 ruby lib\ns.name = NAME\ns.version = \"4.#{minor}\"", "b 4.0");
    }

    #[test]
    fn without_a_name_or_a_version_it_is_a_gap() {
        check("s.version = '1'", "gap: corrupt");
        check("s.name = 'a'\ns.version = A::VERSION", "gap: corrupt");
        check("", "gap: corrupt");
        check(&"[".repeat(1000), "gap: limit-hit");
    }

    #[test]
    fn sources_of_gems_are_not_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(wants(&ANALYZER, "usr/lib/ruby/gems/3.1.0/specifications/default/json-2.6.1.gemspec"));
        assert!(!wants(&ANALYZER, "usr/lib/ruby/gems/3.1.0/gems/a-1.2.3/a.gemspec"));
        assert!(!wants(&ANALYZER, "srv/specifications/x/a.gemspec"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[MODERN.as_bytes()]);
    }
}
