//! `perllocal.pod`, the diary of what was installed with `make install` (ExtUtils::Install and ExtUtils::Command::MM,
//! "perllocal_install").
//!
//! An entry for each installation: a heading with the name of the module, `L<Text::Foo|Text::Foo>`, and items, of which
//! `C<VERSION: 1.0>` is the version. The distribution is named after the module, which it is for nearly all; that makes
//! confidence medium. Of several entries for one module the last counts. What was removed later is still in the diary.

use std::collections::BTreeMap;

use model::{Analyzer, Confidence, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::listing::Listing;
use crate::syntax::text;

/// Tells what was installed by hand: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "perllocal", version: 1, files: &[Key::Name("perllocal.pod").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut versions = BTreeMap::new();
    let mut module = None;
    for line in text.lines() {
        if line.starts_with("=head") {
            module = between(line, "L<", ">").and_then(|link| link.split('|').next());
        } else if let (Some(module), Some(version)) = (module, between(line, "C<VERSION: ", ">")) {
            versions.insert(module, version);
        }
    }
    let mut listing = Listing::new(PackageKind::Cpan);
    for (module, version) in versions {
        if let Some(package) = listing.add(&module.replace("::", "-"), version, Presence::Installed) {
            package.confidence = Confidence::Medium;
        }
    }
    listing.tell(facts);
    Ok(())
}

fn between<'a>(line: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(begin)?;
    rest.split_once(end).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const DIARY: &str = "\
=head2 Sat Jan  1 00:00:00 2022: C<Module> L<Text::Foo|Text::Foo>

=over 4

=item *

C<installed into: /usr/local/share/perl/5.36.0>

=item *

C<VERSION: 1.30>

=back

=head2 Sat Jan  2 00:00:00 2022: C<Module> L<Moose|Moose>

C<VERSION: 2.2203>

=head2 Sat Jan  3 00:00:00 2022: C<Module> L<Text::Foo|Text::Foo>

C<VERSION: 1.31>
";

    #[test]
    fn the_last_entry_counts() {
        let check = |diary: &str, expected: &str| {
            testing::check(&ANALYZER, "usr/local/lib/perl5/perllocal.pod", diary, expected);
        };
        check(DIARY, "Moose 2.2203\nText-Foo 1.31");
        check("", "");
        check("=head1 NAME\nC<VERSION: 1>", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "perllocal.pod", &[DIARY.as_bytes()]);
    }
}
