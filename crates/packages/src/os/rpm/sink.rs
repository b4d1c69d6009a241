//! Where the containers put the headers and the troubles that they come upon.

use model::{Budget, Facts, Ownership, PackageKind, Unreadable};

use super::header::{Header, Tag};
use super::package;
use crate::os::bytes::Broken;
use crate::os::database::Database;

/// Turns headers into facts and bounds what they may cost.
pub(super) struct Sink<'f> {
    facts: &'f mut Facts,
    database: Database,
    /// Bytes of memory that the lists of files may still take.
    room: usize,
    /// Parts of the file that could not be read.
    broken: usize,
}

impl<'f> Sink<'f> {
    /// How much larger than its database the lists of files may become. A header spends over a hundred bytes on each
    /// file besides its name, so honest lists are smaller than the database.
    const ROOM_FACTOR: usize = 2;
    /// And what they may take in any case.
    const ROOM_FREE: usize = 1 << 20;
    /// More broken parts than this are only counted.
    const TOLD: usize = 20;

    pub(super) fn new(file_size: usize, budget: &Budget, facts: &'f mut Facts) -> Self {
        let room = file_size.saturating_mul(Self::ROOM_FACTOR).saturating_add(Self::ROOM_FREE);
        Self { facts, database: Database::new(budget), room, broken: 0 }
    }

    /// A package's header, found at `offset` of the file.
    pub(super) fn header(&mut self, blob: &[u8], offset: usize) {
        if let Err(broken) = self.try_header(blob, offset) {
            self.broken(broken, offset);
        }
    }

    fn try_header(&mut self, blob: &[u8], offset: usize) -> Result<(), Broken> {
        let header = Header::parse(blob)?;
        let Some(found) = package::package(&header)? else { return Ok(()) };
        let owned = match package::files(&header, &mut self.room) {
            Ok(files) => Some(Ownership { kind: PackageKind::Rpm, package: found.name.clone(), files }),
            Err(broken) => {
                self.broken(broken, offset);
                None
            }
        };
        self.database.add(found, owned);
        self.needs(&header)
    }

    /// Capabilities that the package provides and needs. A need may also be a file's path, which is found only where a
    /// package provides it by that name, or a boolean dependency in parentheses, which nobody provides.
    fn needs(&mut self, header: &Header<'_>) -> Result<(), Broken> {
        for provided in header.texts(Tag::PROVIDENAME)?.into_iter().flatten() {
            self.database.provides(provided?);
        }
        for needed in header.texts(Tag::REQUIRENAME)?.into_iter().flatten() {
            self.database.needs([needed?]);
        }
        Ok(())
    }

    /// A part of the file, at `offset`, that could not be read.
    pub(super) fn broken(&mut self, broken: Broken, offset: usize) {
        self.broken += 1;
        if self.broken <= Self::TOLD {
            self.facts.gap(broken.at(offset));
        }
    }

    /// Tells the packages, and how much more was broken than was told.
    pub(super) fn finish(self) {
        self.database.tell(self.facts);
        let untold = self.broken.saturating_sub(Self::TOLD);
        if untold > 0 {
            self.facts.gap(Unreadable::corrupt(format!("{untold} more parts of the database could not be read")));
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::header::Tag;
    use super::super::header::tests::{blob, numbers, text, texts};
    use super::*;
    use model::{AnalyzerId, Budget, Gap, What};

    /// A header of a package of this name with one file.
    pub(in super::super) fn package_blob(name: &str) -> Vec<u8> {
        blob(&[
            (Tag::NAME, text(name)),
            (Tag::VERSION, text("1.0")),
            (Tag::RELEASE, text("1")),
            (Tag::DIRNAMES, texts(&["/usr/bin/"])),
            (Tag::DIRINDEXES, numbers(&[0])),
            (Tag::BASENAMES, texts(&[name])),
        ])
    }

    /// What one of the containers' readers finds: names of packages, gaps (a failure of the whole is the last).
    pub(in super::super) fn read(
        content: &[u8],
        reader: fn(&[u8], &mut Sink<'_>) -> Result<(), Unreadable>,
    ) -> (Vec<String>, Vec<Gap>) {
        let mut facts = Facts::new(AnalyzerId::new("rpm"), "db".into(), &Budget::default());
        let mut sink = Sink::new(content.len(), &Budget::default(), &mut facts);
        let result = reader(content, &mut sink);
        sink.finish();
        if let Err(why) = result {
            facts.gap(why);
        }
        let (facts, gaps) = facts.into_parts();
        let names = facts.into_iter().filter_map(|fact| match fact.what {
            What::Package(package) => Some(package.name),
            _ => None,
        });
        (names.collect(), gaps)
    }

    #[test]
    fn a_broken_list_of_files_does_not_cost_the_package() {
        let headers = |_: &[u8], sink: &mut Sink<'_>| {
            sink.header(&package_blob("whole"), 0);
            let bad = blob(&[
                (Tag::NAME, text("bad")),
                (Tag::VERSION, text("1")),
                (Tag::RELEASE, text("1")),
                (Tag::BASENAMES, numbers(&[1])),
            ]);
            sink.header(&bad, 77);
            Ok(())
        };
        let (names, gaps) = read(b"", headers);
        assert_eq!(names, ["whole", "bad"]);
        assert_eq!(gaps.len(), 1);
        assert!(gaps[0].detail.contains("77"), "{}", gaps[0].detail);
    }

    // The tags that RPM's manual names, resolved by hand.
    #[test]
    fn packages_need_what_others_provide() {
        let header = |name, provided: &[&str], needed: &[&str]| {
            blob(&[
                (Tag::NAME, text(name)),
                (Tag::VERSION, text("1")),
                (Tag::RELEASE, text("1")),
                (Tag::PROVIDENAME, texts(provided)),
                (Tag::REQUIRENAME, texts(needed)),
            ])
        };
        let budget = Budget::default();
        let mut facts = Facts::new(AnalyzerId::new("rpm"), "db".into(), &budget);
        let mut sink = Sink::new(0, &budget, &mut facts);
        sink.header(&header("app", &["app", "app(x86-64)"], &["/bin/sh", "libc.so.6()(64bit)", "rpmlib(x)", "app"]), 0);
        sink.header(&header("bash", &["bash", "/bin/sh"], &["libc.so.6()(64bit)"]), 0);
        sink.header(&header("glibc", &["glibc", "libc.so.6()(64bit)"], &[]), 0);
        sink.finish();
        let edges = facts.into_parts().0.into_iter().filter_map(|fact| match fact.what {
            What::Package(package) => {
                Some((package.name, package.requires.into_iter().map(|required| required.name).collect::<Vec<_>>()))
            }
            _ => None,
        });
        let expected = [("app", vec!["bash", "glibc"]), ("bash", vec!["glibc"]), ("glibc", vec![])];
        let expected = expected.map(|(name, needs)| (name.to_owned(), needs.into_iter().map(String::from).collect()));
        assert_eq!(edges.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_thousand_troubles_are_a_few_gaps() {
        let headers = |_: &[u8], sink: &mut Sink<'_>| {
            (0..1000).for_each(|offset| sink.header(b"", offset));
            Ok(())
        };
        let (names, gaps) = read(b"", headers);
        assert!(names.is_empty());
        assert_eq!(gaps.len(), Sink::TOLD + 1);
        assert!(gaps[Sink::TOLD].detail.starts_with("980 more"), "{}", gaps[Sink::TOLD].detail);
    }
}
