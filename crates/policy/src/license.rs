//! Licences: which of them packages and files are under, judged by what they ask for.
//!
//! A finding is about one class of licences of one package or file: all of them have to be kept, and those of other classes
//! are other findings. What tells no licence at all has none.

use std::collections::{BTreeMap, HashSet};

use licenses::{Expression, Lists, Verdict, meaning};
use model::{
    AnalyzerId, Detector, Finding, Gap, ImageConfig, Inventory, LicenseClass, LicenseFinding, LicenseForm, Package,
    PackageKind,
};

/// Judges licences.
#[derive(Clone, Debug)]
pub struct Licenses {
    /// The user's lists.
    pub lists: Lists,
    /// How much of a text has to agree with a licence's, in percent.
    pub confidence: u8,
}

impl Detector for Licenses {
    fn id(&self) -> AnalyzerId {
        AnalyzerId::new("licenses")
    }

    fn detect(&self, _: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, _: &mut Vec<Gap>) {
        let mut found = Vec::new();
        for (item, _, package) in inventory.packages() {
            self.package(item, package, &mut found);
        }
        for (item, _, text) in inventory.license_texts() {
            if text.confidence >= self.confidence {
                let subject = match text.form {
                    LicenseForm::Text => "This file has the text of",
                    LicenseForm::Header => "The head of this file says that it is under",
                };
                let expression = Expression::read(&text.license);
                let rows = self.judge(item, &expression, subject);
                found.extend(rows.into_iter().map(|row| LicenseFinding { confidence: Some(text.confidence), ..row }));
            }
        }
        findings.extend(found.into_iter().map(|finding| Finding::License(Box::new(finding))));
    }
}

impl Licenses {
    fn package(&self, item: usize, package: &Package, found: &mut Vec<LicenseFinding>) {
        let Some(expression) = Expression::joined(&package.licenses, lists_a_choice(package.kind)) else { return };
        // What a statement has to do with a finding is told by reading it alone.
        let alone = |statement: &String| -> HashSet<String> {
            let read = Expression::read(statement);
            read.duties().iter().map(ToString::to_string).collect()
        };
        let told: Vec<(&String, HashSet<String>)> =
            package.licenses.iter().map(|statement| (statement, alone(statement))).collect();
        for mut row in self.judge(item, &expression, "This package is under") {
            let asked: HashSet<&str> = row.licenses.iter().map(String::as_str).collect();
            let speaks = |duties: &HashSet<String>| duties.iter().any(|duty| asked.contains(&**duty));
            let declared = told.iter().filter(|(_, duties)| speaks(duties)).map(|(statement, _)| (*statement).clone());
            row.declared = declared.collect();
            if row.declared.is_empty() {
                // A choice that several statements make up.
                row.declared.clone_from(&package.licenses);
            }
            found.push(row);
        }
    }

    /// A finding for each class, the worst first.
    fn judge(&self, item: usize, expression: &Expression, subject: &str) -> Vec<LicenseFinding> {
        let mut classes: BTreeMap<(LicenseClass, bool), Vec<String>> = BTreeMap::new();
        for duty in expression.duties() {
            let (class, ignored) = match self.lists.judge(duty) {
                Verdict::Class(class) => (class, false),
                Verdict::Ignored(class) => (class, true),
            };
            classes.entry((class, ignored)).or_default().push(duty.to_string());
        }
        let finding = |((class, ignored), licenses): ((LicenseClass, bool), Vec<String>)| LicenseFinding {
            item,
            class,
            summary: summary(subject, class, &licenses),
            licenses,
            declared: Vec::new(),
            confidence: None,
            suppressed: ignored.then(|| "the licence is to be ignored (--ignored-licenses)".to_owned()),
        };
        classes.into_iter().map(finding).collect()
    }
}

/// Whether several licences of a package are a choice. Maven's POM reference, Composer's schema, RubyGems' guide and npm's
/// old `licenses` list have it so; where it is not said, each has to be kept to be safe.
fn lists_a_choice(kind: PackageKind) -> bool {
    matches!(kind, PackageKind::Maven | PackageKind::Composer | PackageKind::Gem | PackageKind::Npm)
}

/// What it is, why it matters, what to do.
fn summary(subject: &str, class: LicenseClass, licenses: &[String]) -> String {
    /// More would be a list and no sentence.
    const NAMED: usize = 3;
    let mut named = licenses[..licenses.len().min(NAMED)].join(", ");
    if licenses.len() > NAMED {
        named = format!("{named} and {} more", licenses.len() - NAMED);
    }
    let (why, remedy) = meaning(class);
    let mut why = why.to_owned();
    if let Some(first) = why.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    format!("{subject} {named}: {why}. {remedy}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Fact, Item, LicenseText, Place, What};

    fn policy() -> Licenses {
        let mut lists = Lists::default();
        lists.ignore("ISC");
        Licenses { lists, confidence: 90 }
    }

    fn inventory(facts: Vec<What>) -> Inventory {
        let fact = |what| Fact { what, place: Place::default(), by: AnalyzerId::new("test") };
        let item = |what| Item { fact: fact(what), removed: None, owner: None };
        Inventory { items: facts.into_iter().map(item).collect(), ..Inventory::default() }
    }

    /// Expected: `class: licences` for each finding, `!` before what does not count, a percentage behind what a text says.
    fn check(fact: What, expected: &[&str]) {
        let (mut findings, mut gaps) = (Vec::new(), Vec::new());
        policy().detect(&ImageConfig::default(), &inventory(vec![fact]), &mut findings, &mut gaps);
        let shown: Vec<String> = findings
            .iter()
            .map(|finding| {
                let row = finding.license().unwrap();
                let mark = if row.suppressed.is_some() { "!" } else { "" };
                let percent = row.confidence.map(|percent| format!(" {percent}%")).unwrap_or_default();
                format!("{mark}{}: {}{percent}", row.class.word(), row.licenses.join("; "))
            })
            .collect();
        assert_eq!(shown, expected);
        assert_eq!(gaps, []);
    }

    fn package(kind: PackageKind, licenses: &[&str]) -> What {
        let licenses = licenses.iter().map(ToString::to_string).collect();
        What::Package(Package { licenses, ..Package::new(kind, "a", "1") })
    }

    #[test]
    fn duties_are_told_by_class() {
        let deb = |licenses: &[&str], expected: &[&str]| check(package(PackageKind::Deb, licenses), expected);
        deb(
            &["GPL-2+", "Expat", "LGPL-2.1+", "BSD-3-clause", "GPL-2+"],
            &["restricted: GPL-2.0-or-later; LGPL-2.1-or-later", "notice: MIT; BSD-3-Clause"],
        );
        deb(&["GPL-1+ or Artistic"], &["notice: GPL-1.0-or-later OR Artistic-1.0-Perl"]);
        deb(&["GPL-2+ and Frobozz"], &["restricted: GPL-2.0-or-later", "unknown: LicenseRef-Frobozz"]);
        deb(&["ISC", "MIT"], &["notice: MIT", "!notice: ISC"]);
        deb(&[], &[]);
        deb(&[" "], &[]);
    }

    #[test]
    fn some_package_managers_list_a_choice() {
        check(package(PackageKind::Maven, &["GPL-2.0", "CDDL"]), &["reciprocal: GPL-2.0-only OR CDDL-1.0"]);
        check(package(PackageKind::Pypi, &["GPL-2.0", "MIT"]), &["restricted: GPL-2.0-only", "notice: MIT"]);
    }

    #[test]
    fn texts_count_from_a_confidence_on() {
        let text = |license: &str, confidence| {
            What::LicenseText(LicenseText { license: license.into(), confidence, form: LicenseForm::Text })
        };
        check(text("AGPL-3.0-only", 90), &["forbidden: AGPL-3.0-only 90%"]);
        check(text("AGPL-3.0-only", 89), &[]);
    }

    #[test]
    fn a_finding_says_what_it_is_why_it_matters_and_what_to_do() {
        let (mut findings, mut gaps) = (Vec::new(), Vec::new());
        let fact = package(PackageKind::Deb, &["MPL-2.0", "MIT"]);
        policy().detect(&ImageConfig::default(), &inventory(vec![fact]), &mut findings, &mut gaps);
        let row = findings[0].license().unwrap();
        assert_eq!(row.declared, ["MPL-2.0"]);
        assert!(row.summary.starts_with("This package is under MPL-2.0: whoever passes on a changed version"));
        assert_eq!(row.summary.matches(". ").count(), 1, "{}", row.summary);
    }
}
