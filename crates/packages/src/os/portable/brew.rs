//! What Homebrew installed, by the recipe that it keeps.
//!
//! **Files.** `Cellar/NAME/VERSION/.brew/NAME.rb`.
//!
//! **Format.** The path is the package (Homebrew's manual, "Terminology": keg). The recipe is a program in Ruby
//! ("Formula Cookbook"); of it only `license "…"` is read, where that is a single text on one line.
//!
//! **Facts.** The package with its version and revision, and its licence.
//!
//! **Not seen.** Combined licences (`any_of:`); recipes that could be installed (`Library/Taps`). Who needs whom is in
//! the receipt beside the recipe.

use memchr::memmem;
use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Unreadable};

use super::folders;
use crate::listing::Listing;
use crate::os::text::{lines, text};

/// Names what is installed: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "brew", version: 1, files: &[Key::Extension("rb").when(is_kept)], analyze };

fn is_kept(path: &ImagePath) -> bool {
    keg(path).is_some_and(|(name, _)| path.name().strip_suffix(b".rb") == Some(name.as_bytes()))
}

fn keg(path: &ImagePath) -> Option<(&str, &str)> {
    let [".brew", version, name, "Cellar"] = folders(path)? else { return None };
    Some((name, version))
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let (name, version) = keg(file.path).unwrap_or_default();
    let mut listing = Listing::new(PackageKind::Brew);
    if let Some(package) = listing.add(name, version, Presence::Installed) {
        package.licenses = lines(file.content).find_map(|(_, line)| license(line)).into_iter().collect();
    }
    listing.tell(facts);
    Ok(())
}

fn license(line: &[u8]) -> Option<String> {
    let value = line.trim_ascii().strip_prefix(b"license \"")?;
    text(&value[..memmem::find(value, b"\"")?])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "opt/homebrew/Cellar/jq/1.7.1_2/.brew/jq.rb";
    const RECIPE: &str = "class Jq < Formula\n  # license \"no\"\n  license \"MIT\"\n  depends_on \"oniguruma\"\nend\n";

    #[test]
    fn the_path_is_the_package() {
        check(&ANALYZER, PATH, RECIPE, "jq 1.7.1_2 [MIT]");
        check(&ANALYZER, PATH, "  license any_of: [\"MIT\", \"BSD\"]\n  license \"", "jq 1.7.1_2");
    }

    #[test]
    fn only_recipes_of_what_is_installed_are_wanted() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "opt/homebrew/Cellar/jq/1.7.1_2/.brew/other.rb"));
        assert!(!wants(&ANALYZER, "opt/homebrew/Library/Taps/a/b/Formula/jq.rb"));
        assert!(!wants(&ANALYZER, "srv/jq/1.7.1/.brew/jq.rb"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[RECIPE.as_bytes()]);
    }
}
