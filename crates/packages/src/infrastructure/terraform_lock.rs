//! `.terraform.lock.hcl` of Terraform and OpenTofu (Terraform documentation, "Dependency Lock File"): a block for each
//! provider, with the address of its registry, namespace and name, and the version that was chosen.
//!
//! Both tools write the file themselves, one attribute in a line, so it is read line by line. The file does not tell which
//! providers the configuration asks for itself.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Unreadable};

use crate::language::is_the_projects;
use crate::listing::Listing;
use crate::syntax::text;

/// Names which providers to install, exactly: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "terraform-lock",
    version: 1,
    files: &[Key::Name(".terraform.lock.hcl").when(is_the_projects)],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = text::decode(file.content)?;
    let mut listing = Listing::new(PackageKind::Terraform);
    let mut provider = None;
    for line in text.lines().map(str::trim) {
        if let Some(block) = line.strip_prefix("provider ") {
            provider = quoted(block);
        } else if line == "}" {
            provider = None;
        } else if let Some((key, value)) = line.split_once('=')
            && key.trim_end() == "version"
            && let (Some(address), Some(version)) = (provider, quoted(value))
        {
            listing.add(address, version, Presence::Declared);
        }
    }
    listing.tell(facts);
    match provider {
        None => Ok(()),
        Some(_) => Err(Unreadable::corrupt("the file ends inside the block of a provider")),
    }
}

/// The text in quotes that comes next.
fn quoted(text: &str) -> Option<&str> {
    Some(text.trim_start().strip_prefix('"')?.split_once('"')?.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(lock: &str, expected: &str) {
        testing::check(&ANALYZER, "src/.terraform.lock.hcl", lock, expected);
    }

    const LOCK: &str = "# This file is maintained automatically.\n
provider \"registry.test/hashicorp/aws\" {\n  version     = \"5.72.1\"\n  constraints = \"> 5.72.0\"
  hashes = [\n    \"h1:version = \\\"9.9.9\\\"\",\n  ]\n}\n
provider \"registry.test/example/tool\" {\r\n  version = \"0.1.0-beta1\"\r\n}\r\n
version = \"1.0.0\"\n";

    #[test]
    fn providers_are_listed_by_their_address() {
        check(
            LOCK,
            "registry.test/example/tool 0.1.0-beta1 (declared)
             registry.test/hashicorp/aws 5.72.1 (declared)",
        );
    }

    #[test]
    fn a_cut_file_is_a_gap_and_keeps_what_is_there() {
        check("provider \"r.test/a/b\" {\n  version = \"1.0.0\"\n", "r.test/a/b 1.0.0 (declared)\ngap: corrupt");
        check("\0", "gap: corrupt");
        check("", "");
    }

    #[test]
    fn locks_of_modules_are_not_wanted() {
        assert!(wants(&ANALYZER, "src/.terraform.lock.hcl"));
        assert!(!wants(&ANALYZER, "src/.terraform/modules/vpc/examples/.terraform.lock.hcl"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, ".terraform.lock.hcl", &[LOCK.as_bytes()]);
    }
}
