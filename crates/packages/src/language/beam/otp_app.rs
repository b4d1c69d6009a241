//! Applications of Erlang and Elixir that are installed: `ebin/NAME.app` (Erlang documentation, app(4)).
//!
//! One term, `{application, Name, [{vsn, "1.0"}, {applications, [kernel, stdlib]}, …]}`. The name is taken for that of
//! the package on Hex, which it is for nearly all; the file does not tell which applications come with Erlang itself.
//! Dependencies are applications, told by their names. Versions that are filled in when the application is built, such
//! as `git`, are none.

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use super::ERLANG;
use crate::listing::is_word;
use crate::syntax::terms::{self, Term};
use crate::syntax::text;

/// An application in the place where Erlang looks for it: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "otp-app", version: 1, files: &[Key::Extension("app").when(is_compiled)], analyze };

fn is_compiled(path: &ImagePath) -> bool {
    path.parent().rsplit(|&byte| byte == b'/').next() == Some(b"ebin")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let terms = terms::parse(&text, &ERLANG)?;
    let (name, keys) = match terms.first().map(Term::items) {
        Some([kind, name, Term::Group(keys), ..]) if kind.is_word("application") => (name.text(), keys),
        _ => return Err(Unreadable::corrupt("not a description of an application of Erlang")),
    };
    let value = |wanted: &str| {
        keys.iter().find_map(|key| match key.items() {
            [key, value, ..] if key.is_word(wanted) => Some(value),
            _ => None,
        })
    };
    let version = value("vsn").map_or("", Term::text);
    if !is_word(name) || !version.starts_with(|first: char| first.is_ascii_digit()) || !is_word(version) {
        return Err(Unreadable::corrupt("an application of Erlang without a usable name or version"));
    }
    let mut requires: Vec<_> = value("applications").map_or(&[][..], Term::items).iter().map(Term::text).collect();
    requires.retain(|name| is_word(name));
    requires.sort_unstable();
    requires.dedup();
    facts.package(Package {
        requires: requires.iter().map(|&name| Requirement { name: name.to_owned(), version: None }).collect(),
        confidence: Confidence::Medium,
        ..Package::new(PackageKind::Hex, name, version)
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    const PATH: &str = "opt/app/lib/jason-1.4.0/ebin/jason.app";

    fn check(app: &str, expected: &str) {
        testing::check(&ANALYZER, PATH, app, expected);
    }

    const APP: &str = r#"% {vsn, "0"}
        {application,jason,
             [{modules,['Elixir.Jason','Elixir.Jason.Codegen']},
              {applications,[kernel,stdlib,'decimal']},
              {description,"A {vsn, \"9\"} % parser"},
              {registered,[]},
              {env, [{vsn, "8"}]},
              {vsn,"1.4.0"}]}."#;

    #[test]
    fn the_version_is_that_of_the_application() {
        check(APP, "jason 1.4.0 -> decimal, kernel, stdlib");
        check(r#"{application, 'rabbit', [{vsn, "3.12.10"}]}."#, "rabbit 3.12.10");
    }

    #[test]
    fn what_is_not_filled_in_is_a_gap() {
        check("{application, a, [{vsn, git}]}.", "gap: corrupt");
        check(r#"{application, a, [{vsn, "%VSN%"}]}."#, "gap: corrupt");
        check("", "gap: corrupt");
        check(&"[".repeat(1000), "gap: limit-hit");
    }

    #[test]
    fn only_compiled_applications_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "Applications/Slack.app"));
        assert!(!wants(&ANALYZER, "srv/src/jason.app"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[APP.as_bytes()]);
    }
}
