//! OCaml's versions: opam manual, "Version ordering". Debian's order without the epoch, for more versions than Debian
//! knows: they may begin with a letter and have underscores.

use std::cmp::Ordering;

use crate::deb::compare_parts;
use crate::text::consists_of;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Version<'a> {
    upstream: &'a str,
    /// What follows the last hyphen.
    revision: &'a str,
}

impl<'a> Version<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Err("it is empty");
        }
        if !consists_of(text, b"_+.~-") {
            return Err("it has a character other than letters, digits and _+.~-");
        }
        let (upstream, revision) = text.rsplit_once('-').unwrap_or((text, ""));
        Ok(Self { upstream, revision })
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        compare_parts(self.upstream, other.upstream).then_with(|| compare_parts(self.revision, other.revision))
    }
}

#[cfg(test)]
mod tests {
    use crate::Scheme::Opam;
    use crate::testing::{ascending, invalid, valid};

    #[test]
    fn the_manuals_example() {
        // opam manual, "Version ordering": its list of versions in increasing order.
        ascending(Opam, &["~~", "~", "~beta2", "~beta10", "0.1", "1.0~beta", "1.0", "1.0-test", "1.0.1", "1.0.10"]);
        ascending(Opam, &["1.0.10", "dev", "trunk"]);
    }

    #[test]
    fn as_packages_write_them() {
        ascending(Opam, &["2.0.0~beta3", "2.0.0~beta3.1", "2.0.0~beta5", "2.0.0~rc2", "2.0.0", "2.5.2-1"]);
        ascending(Opam, &["3.07", "3.07+1", "3.07+2", "3.08.0"]);
        ascending(Opam, &["4.14.1", "v0.9.1", "v0.9.114.19+89", "v0.16.0"]);
    }

    #[test]
    fn not_versions() {
        valid(Opam, &["1-", "a", "1.0_2"]);
        invalid(Opam, &["", "1:2", "1 0", "1,0", "1/2", "é"]);
    }
}
