//! Red Hat's OVAL, version 2 (`rhel-9.oval.xml` and `rhel-9-including-unpatched.oval.xml`): updates, and CVEs that have
//! none yet or need none.
//!
//! A definition lists the CPEs that it is for, and each becomes an ecosystem; which package is in which of them is not
//! said. `Module nodejs:16 is enabled` is a condition of what stands beside it. CVEs without an update are definitions
//! `com.redhat.cve`, with a resolution for each component; what is not affected is in `com.redhat.unaffected`. Both may
//! be there for one CVE and become one advisory. The fixtures were written from the schema.

use std::collections::BTreeMap;

use super::{Condition, Criterion, Definition, Entries, Refused, Role, read};
use crate::advisory::{Advisory, Affected, Status};
use crate::feeds::{Broken, Feed, File, Reason, Sink, redhat};

pub(super) const FEED: Feed = Feed {
    name: "redhat-oval",
    home: "https://security.access.redhat.com/data/oval/v2/",
    wants: |name| name.ends_with(".oval.xml") && !name.contains("com.ubuntu."),
    read: read_file,
};

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let mut cves: BTreeMap<String, Advisory> = BTreeMap::new();
    read(file, out, meaning, &mut |definition| {
        let affected = affected(definition)?;
        if definition.class == "patch" {
            return update(definition, affected).map(Some);
        }
        let id = definition.cves().into_iter().next().ok_or_else(|| Refused::broken("it names no CVE"))?;
        let mut advisory = definition.advisory(id.clone(), "redhat", affected);
        advisory.upstream = vec![id.clone()];
        match cves.get_mut(&id) {
            Some(known) => known.affected.append(&mut advisory.affected),
            None => {
                cves.insert(id, advisory);
            }
        }
        Ok(None)
    })?;
    for advisory in cves.into_values() {
        out.advisory(advisory);
    }
    Ok(())
}

fn update(definition: &Definition, affected: Vec<Affected>) -> Result<Advisory, Refused> {
    let id = ["RHSA", "RHBA", "RHEA"].into_iter().find_map(|kind| definition.reference(kind));
    let id = id.ok_or_else(|| Refused::broken("it names no advisory"))?;
    let advisory = definition.advisory(id.to_owned(), "redhat", affected);
    if advisory.upstream.is_empty() && !id.starts_with("RHSA") {
        return Err(Refused::new(Reason::MereUpdate, String::new()));
    }
    Ok(advisory)
}

fn meaning(criterion: &Criterion<'_>) -> Role {
    let comment = criterion.comment;
    if let Some(module) = comment.strip_prefix("Module ").and_then(|rest| rest.strip_suffix(" is enabled")) {
        return redhat::module(module)
            .map_or(Role::Ignored, |module| Role::Condition(Condition::Module(module.into())));
    }
    // What is running, and what was signed by whom, is no matter of what is installed.
    let installed = comment.ends_with(" is installed") && !comment.starts_with("Red Hat ");
    let earlier = comment.contains(" is earlier than ");
    if installed || earlier { Role::Statement } else { Role::Ignored }
}

fn affected(definition: &Definition) -> Result<Vec<Affected>, Refused> {
    let ecosystems = redhat::ecosystems(definition.cpes.iter().map(|cpe| &**cpe));
    if ecosystems.is_empty() {
        return Err(Refused::new(Reason::UnknownEcosystem, "it lists no CPE of Red Hat"));
    }
    let unaffected = definition.id.contains(":com.redhat.unaffected:");
    let mut entries = Entries::default();
    for statement in &definition.statements {
        let status = match statement.check {
            _ if unaffected => Status::NotAffected,
            Some(_) => Status::Affected,
            None => resolution(definition, &statement.modules(), &statement.names),
        };
        for ecosystem in &ecosystems {
            entries.add(ecosystem, statement, status)?;
        }
    }
    entries.finish()
}

/// What will be done about a component without a fix. Those of a module are `nodejs:16/nodejs`.
fn resolution(definition: &Definition, modules: &[String], names: &[Box<str>]) -> Status {
    let meant = |component: &String| {
        names.iter().any(|name| match component.rsplit_once('/') {
            Some((module, component)) => *component == **name && modules.iter().any(|known| known == module),
            None => *component == **name && modules.is_empty(),
        })
    };
    let state = definition.resolutions.iter().find(|(_, components)| components.iter().any(meant));
    // Binary packages are not always listed with their source: where there is one word only, it is for all.
    let only = match &definition.resolutions[..] {
        [only] => Some(only),
        _ => None,
    };
    state.or(only).map_or(Status::Affected, |(state, _)| status(state))
}

/// Red Hat's states.
fn status(state: &str) -> Status {
    match &*state.to_ascii_lowercase() {
        "will not fix" => Status::WillNotFix,
        "out of support scope" => Status::EndOfLife,
        "fix deferred" => Status::Deferred,
        "under investigation" => Status::UnderInvestigation,
        "not affected" => Status::NotAffected,
        _ => Status::Affected,
    }
}
