//! SUSE's OVAL (`suse.linux.enterprise.server.15.xml`, `opensuse.leap.15.4.xml`): a definition for each CVE, or for each
//! update in the files named `-patch`.
//!
//! Criteria put products (`SUSE Linux Enterprise Server 15 SP4 is installed`, a test of a `-release` package) beside
//! packages (`curl-7.79.1-150400.5.6.1 is installed`, which asks for a lower version). A package without a fix is
//! `curl is affected`, whose version is greater than nothing; `curl is not affected` says that. The fixtures were written
//! from the schema.

use super::tables::Operation;
use super::{Condition, Criterion, Definition, Entries, Refused, Role, read};
use crate::advisory::{Advisory, Status};
use crate::feeds::{Broken, Feed, File, Reason, Sink, suse, terms};

pub(super) const FEED: Feed = Feed {
    name: "suse-oval",
    home: "https://ftp.suse.com/pub/projects/security/oval/",
    wants: |name| {
        let stem = name.strip_suffix(".xml").unwrap_or_default();
        stem.starts_with("suse.") || stem.starts_with("opensuse.")
    },
    read: read_file,
};

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    read(file, out, meaning, &mut |definition| translate(definition).map(Some))
}

fn meaning(criterion: &Criterion<'_>) -> Role {
    let Some(subject) = criterion.subject else { return Role::Ignored };
    if subject.names.iter().all(|name| name.ends_with("-release")) {
        let product = criterion.comment.strip_suffix(" is installed").and_then(suse::ecosystem);
        return product.map_or(Role::Ignored, |product| Role::Condition(Condition::Product(product.into())));
    }
    match &subject.check {
        _ if criterion.comment.ends_with(" is not affected") => Role::Statement,
        // Live patches ask which kernel is running; who signed a package is asked without a version.
        Some(check) if check.operation != Operation::Other => Role::Statement,
        _ => Role::Ignored,
    }
}

fn translate(definition: &Definition) -> Result<Advisory, Refused> {
    let cves = definition.cves();
    let id = match &*definition.class {
        "patch" => {
            definition.references.iter().find(|reference| reference.source.starts_with("SUSE")).map(|found| &found.id)
        }
        _ => cves.first(),
    };
    let id = id.and_then(|id| terms::id(id)).ok_or_else(|| Refused::broken("it names no CVE and no update"))?;
    let platforms: Vec<String> = definition.platforms.iter().filter_map(|name| suse::ecosystem(name)).collect();
    let mut entries = Entries::default();
    for statement in &definition.statements {
        let said: Vec<&str> = statement.products().collect();
        let not_affected = statement.comment.ends_with(" is not affected");
        let status = if not_affected { Status::NotAffected } else { Status::Affected };
        // Files of one product need not say in each criterion which.
        let products = if said.is_empty() { platforms.iter().map(|name| &**name).collect() } else { said };
        if products.is_empty() {
            return Err(Refused::new(Reason::UnknownEcosystem, "it names no product"));
        }
        for product in products {
            if not_affected {
                entries.add_any(product, statement, status)?;
            } else {
                entries.add(product, statement, status)?;
            }
        }
    }
    let mut advisory = definition.advisory(id.to_owned(), "suse", entries.finish()?);
    if definition.class != "patch" {
        advisory.upstream.truncate(1);
    }
    Ok(advisory)
}
