//! `.terraform/modules/modules.json` (Terraform source, package `modsdir`; OpenTofu writes the same): the modules that
//! `terraform init` has downloaded into the project.
//!
//! `Source` is a module's address in a registry and `Version` what was chosen. Modules from folders, repositories and
//! archives have no version and are left out. A dot in `Key` says that the module is another module's. A part of a module,
//! behind `//`, has the module's version and is listed as the module.

use model::{Analyzer, Facts, File, Key, PackageKind, Presence, Relation, Unreadable};

use crate::listing::Listing;
use crate::syntax::json::{self, Items, Text};

/// Modules that lie beside the project's own: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "terraform-modules",
    version: 1,
    files: &[Key::Ends(".terraform/modules/modules.json").any()],
    analyze,
};

json::object! {
    struct Manifest<'a> {
        "Modules" => modules: Items<Module<'a>>,
    }
}

json::object! {
    struct Module<'a> {
        "Key" => key: Text<'a>,
        "Source" => source: Text<'a>,
        "Version" => version: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let manifest: Manifest<'_> = json::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Terraform);
    for module in &manifest.modules.0 {
        let address = module.source.get().split("//").next().unwrap_or_default();
        let Some(package) = listing.add(address, module.version.get(), Presence::Installed) else { continue };
        if !module.key.get().contains('.') {
            package.relation = Relation::Direct;
        } else if package.relation == Relation::Unknown {
            package.relation = Relation::Transitive;
        }
    }
    listing.tell(facts);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(manifest: &str, expected: &str) {
        testing::check(&ANALYZER, "src/.terraform/modules/modules.json", manifest, expected);
    }

    const MANIFEST: &str = r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."},
        {"Key": "vpc", "Source": "registry.test/terraform-aws-modules/vpc/aws", "Version": "5.1.2", "Dir": ".terraform/modules/vpc"},
        {"Key": "eks.node", "Source": "registry.test/acme/node/aws//modules/pool", "Version": "1.0.0", "Dir": "x"},
        {"Key": "eks.vpc", "Source": "registry.test/terraform-aws-modules/vpc/aws", "Version": "5.1.2", "Dir": "y"},
        {"Key": "git", "Source": "git::https://example.test/module.git?ref=v1.0.0", "Dir": "z"},
        {"Key": "own", "Source": "./modules/own", "Dir": "modules/own"}]}"#;

    #[test]
    fn modules_of_registries_are_listed() {
        check(
            MANIFEST,
            "registry.test/acme/node/aws 1.0.0 transitive
             registry.test/terraform-aws-modules/vpc/aws 5.1.2 direct",
        );
        check("{}", "");
        check("{", "gap: corrupt");
    }

    #[test]
    fn other_files_of_this_name_are_not_wanted() {
        assert!(wants(&ANALYZER, ".terraform/modules/modules.json"));
        assert!(!wants(&ANALYZER, "src/modules/modules.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, ".terraform/modules/modules.json", &[MANIFEST.as_bytes()]);
    }
}
