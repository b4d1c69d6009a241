//! What licences ask for, in one word, and whose word counts: the user's lists, then the table.

use std::collections::{BTreeMap, BTreeSet};

use model::LicenseClass;

use crate::expression::{Expression, License, Name};
use crate::names::softens;

/// `(licence, class)`, sorted, and `(class, why, remedy)`.
type Tables = (&'static [(&'static str, LicenseClass)], &'static [(LicenseClass, &'static str, &'static str)]);

static TABLES: Tables = include!(concat!(env!("OUT_DIR"), "/classes.rs"));

/// Why a class matters, and what to do: two halves of an explanation.
pub fn meaning(class: LicenseClass) -> (&'static str, &'static str) {
    let found = TABLES.1.iter().find(|(known, _, _)| *known == class);
    found.map_or(("", ""), |(_, why, remedy)| (why, remedy))
}

/// What the table says of a licence by its identifier.
pub fn of_license(id: &str) -> LicenseClass {
    TABLES.0.binary_search_by_key(&id, |(known, _)| known).map_or(LicenseClass::Unknown, |at| TABLES.0[at].1)
}

/// What is to become of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is of this class.
    Class(LicenseClass),
    /// The user does not want to hear of it. What it would have been is told for those who look.
    Ignored(LicenseClass),
}

/// The user's own lists. They count before the table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lists {
    classes: BTreeMap<String, LicenseClass>,
    ignored: BTreeSet<String>,
}

impl Lists {
    /// Says that a licence, by any of its names, is of this class.
    pub fn class(&mut self, license: &str, class: LicenseClass) {
        self.classes.extend(forms(license).into_iter().map(|form| (form, class)));
    }

    /// Says that a licence, by any of its names, is not to be reported.
    pub fn ignore(&mut self, license: &str) {
        self.ignored.extend(forms(license));
    }

    /// Judges an expression: of a choice the best counts, of what is to be kept together the worst. Of a choice, anything
    /// known is better than what is not; together with others, what is unknown weighs more than a notice, since it may be
    /// anything, and less than what is known to ask for more.
    pub fn judge(&self, expression: &Expression) -> Verdict {
        match expression {
            Expression::License(license) => self.judge_license(license),
            Expression::Any(parts) => {
                let verdicts: Vec<_> = parts.iter().map(|part| self.judge(part)).collect();
                let best = verdicts.iter().copied().min_by_key(|verdict| match verdict {
                    Verdict::Ignored(_) => 0,
                    Verdict::Class(LicenseClass::Unknown) => u8::MAX,
                    Verdict::Class(class) => weight(*class),
                });
                best.unwrap_or(Verdict::Class(LicenseClass::Unknown))
            }
            Expression::All(parts) => {
                let verdicts: Vec<_> = parts.iter().map(|part| self.judge(part)).collect();
                let worst = verdicts.iter().copied().max_by_key(|verdict| match verdict {
                    Verdict::Ignored(_) => 0,
                    Verdict::Class(class) => weight(*class),
                });
                worst.unwrap_or(Verdict::Class(LicenseClass::Unknown))
            }
        }
    }

    fn judge_license(&self, license: &License) -> Verdict {
        let (whole, base) = (spelled(license), base(license));
        let known = |text: &String| self.classes.get(text).copied();
        let class = known(&whole).or_else(|| known(&base)).unwrap_or_else(|| {
            let class = of_license(base.trim_end_matches('+'));
            match &license.exception {
                Some(Ok(exception)) if class == LicenseClass::Restricted && softens(exception) => {
                    LicenseClass::Reciprocal
                }
                _ => class,
            }
        });
        if self.ignored.contains(&whole) || self.ignored.contains(&base) {
            Verdict::Ignored(class)
        } else {
            Verdict::Class(class)
        }
    }
}

/// How much a class asks for, at least 1.
fn weight(class: LicenseClass) -> u8 {
    match class {
        LicenseClass::Unencumbered => 1,
        LicenseClass::Permissive => 2,
        LicenseClass::Notice => 3,
        LicenseClass::Unknown => 4,
        LicenseClass::Reciprocal => 5,
        LicenseClass::Restricted => 6,
        LicenseClass::Forbidden => 7,
    }
}

/// A licence as lists are searched for it: what is not understood by the words that were declared.
fn spelled(license: &License) -> String {
    match &license.name {
        Name::Other(text) => text.clone(),
        Name::Listed { .. } | Name::Reference(_) => license.to_string(),
    }
}

/// The same without its exception.
fn base(license: &License) -> String {
    spelled(&License { name: license.name.clone(), exception: None })
}

/// What a user means by an entry of a list. GPL-2.0 without a word about later versions means it with and without them.
fn forms(text: &str) -> Vec<String> {
    let Expression::License(license) = Expression::read(text) else { return vec![text.trim().to_owned()] };
    let form = spelled(&license);
    let both = form.strip_suffix("-only").filter(|_| !text.to_lowercase().contains("only"));
    match both {
        Some(base) => vec![format!("{base}-or-later"), form],
        None => vec![form],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: the class, in brackets where it is ignored.
    fn check(lists: &Lists, text: &str, expected: &str) {
        let verdict = match lists.judge(&Expression::read(text)) {
            Verdict::Class(class) => class.word().to_owned(),
            Verdict::Ignored(class) => format!("({})", class.word()),
        };
        assert_eq!(verdict, expected, "{text}");
    }

    // The classes are those of Google's licenseclassifier.
    #[test]
    fn every_class_has_its_licences() {
        let lists = Lists::default();
        for (text, class) in [
            ("AGPL-3.0-only", "forbidden"),
            ("CC-BY-NC-SA-4.0", "forbidden"),
            ("WTFPL", "forbidden"),
            ("GPL-2.0-or-later", "restricted"),
            ("LGPL-2.1+", "restricted"),
            ("CC-BY-SA-4.0", "restricted"),
            ("MPL-2.0", "reciprocal"),
            ("EPL-2.0", "reciprocal"),
            ("MIT", "notice"),
            ("Apache-2.0", "notice"),
            ("MIT-0", "permissive"),
            ("CC0-1.0", "unencumbered"),
            ("0BSD", "unencumbered"),
            ("public domain", "unencumbered"),
            ("Frobozz", "unknown"),
            ("LicenseRef-own", "unknown"),
            ("Abstyles", "unknown"),
        ] {
            check(&lists, text, class);
        }
    }

    #[test]
    fn of_a_choice_the_best_counts_and_of_duties_the_worst() {
        let lists = Lists::default();
        check(&lists, "MIT OR GPL-2.0-only", "notice");
        check(&lists, "MIT AND GPL-2.0-only", "restricted");
        check(&lists, "(MIT OR AGPL-3.0-only) AND MPL-2.0", "reciprocal");
        check(&lists, "GPL-3.0-only OR LicenseRef-own", "restricted");
        check(&lists, "MIT AND LicenseRef-own", "unknown");
        check(&lists, "MPL-2.0 AND LicenseRef-own", "reciprocal");
        check(&lists, "Apache-2.0+", "notice");
    }

    #[test]
    fn exceptions_soften_where_they_let_others_link() {
        let lists = Lists::default();
        check(&lists, "GPL-2.0-only WITH Classpath-exception-2.0", "reciprocal");
        check(&lists, "GPL-3.0-or-later WITH GCC-exception-3.1", "reciprocal");
        check(&lists, "GPL-2.0-only WITH Linux-syscall-note", "reciprocal");
        check(&lists, "GPL-2+ with Autoconf exception", "reciprocal");
        check(&lists, "Apache-2.0 WITH LLVM-exception", "notice");
        check(&lists, "GPL-2+ with OpenSSL exception", "restricted");
        check(&lists, "GPL-2+ with distribution exception", "restricted");
        check(&lists, "AGPL-3.0-only WITH Classpath-exception-2.0", "forbidden");
    }

    #[test]
    fn lists_of_the_user_count_first() {
        let mut lists = Lists::default();
        lists.class("GPL-2.0", LicenseClass::Notice);
        lists.class("MIT License", LicenseClass::Forbidden);
        lists.class("Our own terms", LicenseClass::Permissive);
        check(&lists, "GPLv2+", "notice");
        check(&lists, "GPL-2", "notice");
        check(&lists, "GPL-3", "restricted");
        check(&lists, "Expat", "forbidden");
        check(&lists, "Our own terms", "permissive");
        check(&lists, "GPL-2.0-only WITH Classpath-exception-2.0", "notice");
    }

    #[test]
    fn what_is_ignored_decides_a_choice_and_counts_for_nothing_beside_others() {
        let mut lists = Lists::default();
        lists.ignore("GPL-2.0-only");
        check(&lists, "GPL-2.0-only", "(restricted)");
        check(&lists, "GPL-2.0-or-later", "restricted");
        check(&lists, "GPL-2.0-only OR AGPL-3.0-only", "(restricted)");
        check(&lists, "GPL-2.0-only AND MPL-2.0", "reciprocal");
    }

    #[test]
    fn every_class_has_a_meaning() {
        for class in LicenseClass::ALL {
            let (why, remedy) = meaning(class);
            assert!(why.len() > 20 && remedy.ends_with('.'), "{class:?}");
        }
        assert!(TABLES.0.is_sorted_by(|a, b| a.0 < b.0));
    }
}
