//! Microsoft's OVAL for Azure Linux and what it was before, CBL-Mariner (`azurelinux-3.0-oval.xml`,
//! `cbl-mariner-2.0-oval.xml`): a definition for each CVE of a source package.
//!
//! The release stands in the file's name, else in the versions' dist tag (`.azl3`, `.cm2`). Ids are those that OSV.dev
//! gives the same definitions, `AZL-` and the number. The fixtures were written from the schema.

use super::{Criterion, Definition, Entries, Refused, Role, read};
use crate::advisory::{Advisory, Status};
use crate::feeds::{Broken, Feed, File, Reason, Sink};

pub(super) const FEED: Feed = Feed {
    name: "azure-oval",
    home: "https://github.com/microsoft/AzureLinuxVulnerabilityData",
    wants: |name| name.ends_with("-oval.xml") && (name.starts_with("azurelinux-") || name.starts_with("cbl-mariner-")),
    read: read_file,
};

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let release = ["azurelinux-", "cbl-mariner-"].into_iter().find_map(|prefix| digits(name.strip_prefix(prefix)?));
    read(file, out, meaning, &mut |definition| translate(definition, release).map(Some))
}

fn meaning(criterion: &Criterion<'_>) -> Role {
    let checks = criterion.subject.is_some_and(|subject| subject.check.is_some());
    if checks || criterion.dangles { Role::Statement } else { Role::Ignored }
}

fn translate(definition: &Definition, release: Option<&str>) -> Result<Advisory, Refused> {
    let number = match &*definition.advisory_id {
        "" => definition.id.rsplit(':').next().unwrap_or_default(),
        // What follows is the definition's own revision.
        id => id.split('-').next().unwrap_or_default(),
    };
    let number = digits(number).ok_or_else(|| Refused::broken("it has no number"))?;
    let status = match &*definition.patchable.to_ascii_lowercase() {
        "not applicable" => Status::NotAffected,
        _ => Status::Affected,
    };
    let mut entries = Entries::default();
    for statement in &definition.statements {
        let version = statement.check.as_ref().map(|check| &*check.version).unwrap_or_default();
        let tagged = || [".azl", ".cm"].into_iter().find_map(|tag| digits(version.rsplit_once(tag)?.1));
        let release = release.or_else(tagged);
        let release = release.ok_or_else(|| Refused::new(Reason::UnknownEcosystem, "it names no release"))?;
        entries.add(&format!("Azure Linux:{release}"), statement, status)?;
    }
    let advisory = definition.advisory(format!("AZL-{number}"), "microsoft", entries.finish()?);
    if advisory.upstream.is_empty() {
        return Err(Refused::broken("it names no CVE"));
    }
    Ok(advisory)
}

/// The number that a text begins with.
fn digits(text: &str) -> Option<&str> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    (1..=10).contains(&end).then(|| &text[..end])
}
