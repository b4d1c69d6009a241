//! The packages of one database, and who of them needs whom.
//!
//! Package managers write needs as names that any package may provide: its own, another's that it replaces, a library's
//! or a command's. They are resolved once all packages are known. Only hashes of the names are kept, so that half a
//! million of them cost a few megabytes; a collision, which is as good as impossible by chance, would add one false edge.

use std::hash::{DefaultHasher, Hash, Hasher};

use model::{Budget, Facts, Ownership, Package, Requirement, Unreadable};

/// Names that the packages of one database may provide, and as many that they may need.
const NAMES: usize = 4_000_000;
/// How many providers of one name are told, where no package has that name itself. Any of them fulfils the need.
const PROVIDERS: usize = 8;

/// Collects packages, then tells them with their edges.
pub(super) struct Database {
    packages: Vec<(Package, Option<Ownership>)>,
    /// Hashes of names, and which package provides them.
    provided: Vec<(u64, Kind, u32)>,
    needed: Vec<Need>,
    /// One package more than this would not fit into the facts.
    most: usize,
    /// Bytes that edges may still take.
    room: usize,
    full: bool,
}

/// How a package comes to provide a name. What comes first is preferred.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    OwnName,
    Provided,
}

struct Need {
    by: u32,
    name: u64,
    /// Asked for only where the need before it cannot be fulfilled.
    otherwise: bool,
}

impl Database {
    /// Without packages yet.
    pub(super) fn new(budget: &Budget) -> Self {
        Self {
            packages: Vec::new(),
            provided: Vec::new(),
            needed: Vec::new(),
            most: budget.facts,
            room: budget.learned_bytes,
            full: false,
        }
    }

    /// Adds a package with the files that it brought. What it provides and needs is said next;
    /// what it already requires is kept when it says no needs.
    pub(super) fn add(&mut self, package: Package, owned: Option<Ownership>) {
        // The last one that fits makes the facts say that there were more.
        if self.packages.len() < self.most {
            let name = hash(package.name.as_bytes());
            self.packages.push((package, owned));
            self.provide(name, Kind::OwnName);
        } else {
            self.full = true;
        }
    }

    /// The package added last provides this name besides its own.
    pub(super) fn provides(&mut self, name: &[u8]) {
        self.provide(hash(name), Kind::Provided);
    }

    /// The package added last needs somebody who provides one of these names, the first best.
    pub(super) fn needs<'n>(&mut self, alternatives: impl IntoIterator<Item = &'n [u8]>) {
        let Some(by) = self.last() else { return };
        for (position, name) in alternatives.into_iter().enumerate() {
            if self.needed.len() == NAMES {
                self.room = 0;
                return;
            }
            self.needed.push(Need { by, name: hash(name), otherwise: position > 0 });
        }
    }

    fn provide(&mut self, name: u64, kind: Kind) {
        let Some(by) = self.last() else { return };
        if self.provided.len() == NAMES {
            self.room = 0;
        } else {
            self.provided.push((name, kind, by));
        }
    }

    /// The number of the package added last, unless it did not fit.
    fn last(&self) -> Option<u32> {
        if self.full { None } else { u32::try_from(self.packages.len().checked_sub(1)?).ok() }
    }

    /// Writes all of it down, in the order of the database.
    pub(super) fn tell(mut self, facts: &mut Facts) {
        self.provided.sort_unstable();
        self.provided.dedup();
        let mut needs = self.needed.iter().peekable();
        for number in 0..self.packages.len() {
            let mut found: Vec<usize> = Vec::new();
            let mut fulfilled = false;
            while let Some(need) = needs.next_if(|need| need.by as usize == number) {
                if need.otherwise && fulfilled {
                    continue;
                }
                let before = found.len();
                found.extend(providers(&self.provided, need.name));
                fulfilled = found.len() > before;
            }
            if found.is_empty() {
                continue;
            }
            found.sort_unstable();
            found.dedup();
            let mut names: Vec<&str> = found.iter().map(|&found| self.packages[found].0.name.as_str()).collect();
            names.sort_unstable();
            names.dedup();
            names.retain(|name| *name != self.packages[number].0.name);
            let cost = names.iter().map(|name| name.len() + size_of::<Requirement>()).sum();
            if let Some(room) = self.room.checked_sub(cost) {
                self.room = room;
                let requires = names.iter().map(|&name| Requirement { name: name.to_owned(), version: None });
                self.packages[number].0.requires = requires.collect();
            } else {
                self.room = 0;
            }
        }
        if self.room == 0 {
            facts.gap(Unreadable::limit(
                "packages need more of each other than the budget allows; the rest is left out",
            ));
        }
        for (package, owned) in self.packages {
            facts.package(package);
            if let Some(owned) = owned {
                facts.owns(owned);
            }
        }
    }
}

/// The packages that have this name, else some that provide it.
fn providers(provided: &[(u64, Kind, u32)], name: u64) -> impl Iterator<Item = usize> {
    let start = provided.partition_point(|(known, ..)| *known < name);
    let best = provided.get(start).map(|(_, kind, _)| *kind);
    let fitting = provided[start..].iter().take_while(move |(known, kind, _)| *known == name && Some(*kind) == best);
    fitting.take(PROVIDERS).map(|(.., by)| *by as usize)
}

/// The same on every machine, so that the same database has the same edges.
fn hash(name: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnalyzerId, PackageKind, What};

    /// `name provides… < need need|alternative…` per package; back comes `name -> needed…`.
    fn check_with(budget: &Budget, database: &[&str], expected: &[&str]) {
        let mut all = Database::new(budget);
        for line in database {
            let (has, needs) = line.split_once(" <").unwrap_or((line, ""));
            let mut names = has.split_whitespace();
            all.add(Package::new(PackageKind::Deb, names.next().unwrap(), "1"), None);
            names.for_each(|name| all.provides(name.as_bytes()));
            needs.split_whitespace().for_each(|need| all.needs(need.split('|').map(str::as_bytes)));
        }
        let mut facts = Facts::new(AnalyzerId::new("test"), "db".into(), &Budget::default());
        all.tell(&mut facts);
        let (facts, gaps) = facts.into_parts();
        let line = |what| {
            let What::Package(Package { name, requires, .. }) = what else { unreachable!() };
            let requires = requires.into_iter().map(|required| required.name);
            [name, "->".into()].into_iter().chain(requires).collect::<Vec<_>>().join(" ")
        };
        let mut lines: Vec<_> = facts.into_iter().map(|fact| line(fact.what)).collect();
        lines.extend(gaps.iter().map(|gap| gap.kind.name().to_owned()));
        assert_eq!(lines, expected);
    }

    fn check(database: &[&str], expected: &[&str]) {
        check_with(&Budget::default(), database, expected);
    }

    #[test]
    fn needs_are_found_by_name_and_by_what_is_provided() {
        check(&["a < b so:x absent", "b", "c so:x"], &["a -> b c", "b ->", "c ->"]);
    }

    #[test]
    fn a_packages_own_name_goes_before_those_that_provide_it() {
        check(&["a < mail", "postfix mail", "mail"], &["a -> mail", "postfix ->", "mail ->"]);
        check(&["a < awk", "mawk awk", "gawk awk"], &["a -> gawk mawk", "mawk ->", "gawk ->"]);
    }

    #[test]
    fn the_first_alternative_that_is_there_counts() {
        check(&["a < x|c|b", "b", "c"], &["a -> c", "b ->", "c ->"]);
        check(&["a < b|c", "b", "c"], &["a -> b", "b ->", "c ->"]);
    }

    #[test]
    fn nobody_needs_itself_or_anybody_twice() {
        check(&["a x < a x b y", "b y"], &["a -> b", "b ->"]);
        check(&["a < b", "b", "b"], &["a -> b", "b ->", "b ->"]);
    }

    #[test]
    fn everybody_providing_and_needing_the_same_stays_small() {
        let lines: Vec<_> = (0..20_000).map(|number| format!("p{number:05} x < x")).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let mut all = Database::new(&Budget::default());
        for line in &lines {
            all.add(Package::new(PackageKind::Deb, &line[..6], "1"), None);
            all.provides(b"x");
            all.needs([b"x".as_slice()]);
        }
        let mut facts = Facts::new(AnalyzerId::new("test"), "db".into(), &Budget::default());
        all.tell(&mut facts);
        let (facts, gaps) = facts.into_parts();
        assert!(gaps.is_empty());
        let edges = facts.iter().map(|fact| match &fact.what {
            What::Package(package) => package.requires.len(),
            _ => 0,
        });
        assert!(edges.max() <= Some(PROVIDERS));
    }

    #[test]
    fn edges_beyond_the_budget_are_a_gap() {
        let budget = Budget { learned_bytes: 10, ..Budget::default() };
        check_with(&budget, &["a < b", "b"], &["a ->", "b ->", "limit-hit"]);
    }
}
