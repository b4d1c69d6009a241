//! The files that a package database says a package brought, as paths in the image.

use model::{Budget, Facts, ImagePath, Ownership, PackageKind, Unreadable};

/// Turns the paths of one database into paths in the image, as many as the budget has room for.
pub(super) struct Owned<'a> {
    root: &'a [u8],
    room: usize,
    longest: usize,
    files: Vec<ImagePath>,
}

impl<'a> Owned<'a> {
    /// For a database of the filesystem whose root is at `root`.
    pub(super) fn new(root: &'a [u8], budget: &Budget) -> Self {
        Self { root, room: budget.facts, longest: budget.path_bytes, files: Vec::new() }
    }

    /// Adds a file, whose path the database writes from its own root, with or without a leading slash.
    pub(super) fn add(&mut self, listed: &[u8]) {
        // A longer path cannot be in the image: the layer's entry of that name would have been refused.
        if listed.len() > self.longest {
            return;
        }
        let Some(room) = self.room.checked_sub(1) else { return };
        self.room = room;
        if room == 0 {
            return;
        }
        let path = ImagePath::new(listed);
        if path.as_bytes().is_empty() {
            return;
        }
        // Cleaned before it is joined, so that `..` cannot leave the inner root either.
        self.files.push(match self.root {
            [] => path,
            root => ImagePath::new(&[root, b"/", path.as_bytes()].concat()),
        });
    }

    /// Writes down the files added since the last call as those of `package`.
    pub(super) fn belong_to(&mut self, kind: PackageKind, package: &str, facts: &mut Facts) {
        if let Some(owned) = self.take(kind, package) {
            facts.owns(owned);
        }
    }

    /// The files added since the last call, as those of `package`.
    pub(super) fn take(&mut self, kind: PackageKind, package: &str) -> Option<Ownership> {
        let files = std::mem::take(&mut self.files);
        (!files.is_empty()).then(|| Ownership { kind, package: package.into(), files })
    }

    /// Forgets the files added since the last call of [`Self::belong_to`].
    pub(super) fn forget(&mut self) {
        self.files.clear();
    }

    /// Says so when there were more files than the budget has room for.
    pub(super) fn report(&self, facts: &mut Facts) {
        if self.room == 0 {
            facts.gap(Unreadable::limit("packages bring more files than the budget allows; the rest is left out"));
        }
    }
}

/// The root of the filesystem that a database in `folder` describes, when `folder` ends with `database`: what comes
/// before it, without a last `usr` or `var`. Images inside images (chroots, build roots) have theirs further down.
pub(super) fn root<'a>(folder: &'a [u8], database: &[u8]) -> Option<&'a [u8]> {
    let before = folder.strip_suffix(database)?;
    let above = match before {
        [] => return Some(b""),
        [above @ .., b'/'] => above,
        _ => return None,
    };
    for top in [b"var".as_slice(), b"usr"] {
        match above.strip_suffix(top) {
            Some([]) => return Some(b""),
            Some([root @ .., b'/']) => return Some(root),
            _ => {}
        }
    }
    Some(above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{AnalyzerId, What};

    fn check_root(folder: &str, expected: Option<&str>) {
        assert_eq!(root(folder.as_bytes(), b"lib/apk/db"), expected.map(str::as_bytes), "{folder}");
    }

    #[test]
    fn a_database_belongs_to_the_filesystem_around_it() {
        check_root("lib/apk/db", Some(""));
        check_root("usr/lib/apk/db", Some(""));
        check_root("var/lib/apk/db", Some(""));
        check_root("opt/rootfs/usr/lib/apk/db", Some("opt/rootfs"));
        check_root("opt/rootfs/lib/apk/db", Some("opt/rootfs"));
        check_root("optusr/lib/apk/db", Some("optusr"));
        check_root("mylib/apk/db", None);
        check_root("lib/apk", None);
    }

    fn files(root: &str, budget: &Budget, listed: &[&str]) -> (Vec<String>, usize) {
        let mut facts = Facts::new(AnalyzerId::new("test"), "db".into(), &Budget::default());
        let mut owned = Owned::new(root.as_bytes(), budget);
        for path in listed {
            owned.add(path.as_bytes());
        }
        owned.belong_to(PackageKind::Deb, "p", &mut facts);
        owned.report(&mut facts);
        let (facts, gaps) = facts.into_parts();
        let files = facts.into_iter().flat_map(|fact| match fact.what {
            What::Owns(ownership) => ownership.files,
            _ => Vec::new(),
        });
        (files.map(|path| path.to_text().into_owned()).collect(), gaps.len())
    }

    #[test]
    fn paths_stay_below_their_root() {
        let budget = Budget::default();
        assert_eq!(files("", &budget, &["/bin/ls", "./etc/a", "usr/b"]).0, ["bin/ls", "etc/a", "usr/b"]);
        assert_eq!(files("opt/r", &budget, &["/bin/ls", "../../etc/a", "/"]).0, ["opt/r/bin/ls", "opt/r/etc/a"]);
    }

    #[test]
    fn too_many_files_are_a_gap() {
        let budget = Budget { facts: 3, ..Budget::default() };
        assert_eq!(files("", &budget, &["a", "b", "c", "d", "e"]), (vec!["a".into(), "b".into()], 1));
        assert_eq!(files("", &budget, &["a", "b"]).1, 0);
    }
}
