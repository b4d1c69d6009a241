//! Ubuntu's OVAL: CVEs (`com.ubuntu.jammy.cve.oval.xml`) and security notices (`com.ubuntu.jammy.usn.oval.xml`).
//!
//! A definition about a CVE has one criterion for each source package, whose comment says all: the package, the pocket
//! (`jammy`, or `esm-apps/jammy` for what only Ubuntu Pro has), what is done about it, and a note with the fixed version
//! or a reason. Kernels have a test of what is running, so that the fixed version stands in the note only. Comments of
//! several years differ; words that they share decide. Notices name binary packages and never their source: a notice
//! helps where a source package has a binary of its own name, and the CVE files are to be preferred. The fixtures were
//! written from the schema and from the comments that the publisher's generator makes.

use super::tables::{Check, Operation};
use super::{Criterion, Definition, Entries, Refused, Role, Statement, read};
use crate::advisory::{Advisory, Status};
use crate::feeds::{Broken, Feed, File, Reason, Sink, terms, text};

pub(super) const FEED: Feed = Feed {
    name: "ubuntu-oval",
    home: "https://security-metadata.canonical.com/oval/",
    wants: |name| name.contains("com.ubuntu.") && name.ends_with(".oval.xml"),
    read: read_file,
};

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    read(file, out, meaning, &mut |definition| translate(definition).map(Some))
}

fn meaning(criterion: &Criterion<'_>) -> Role {
    let version = criterion.subject.is_some_and(|subject| subject.check.is_some());
    if version || Said::read(criterion.comment).is_some() { Role::Statement } else { Role::Ignored }
}

/// What a comment says.
#[derive(Debug, PartialEq, Eq)]
struct Said<'a> {
    /// The source package.
    package: &'a str,
    /// Where it is published: `jammy`, `esm-apps/jammy`.
    pocket: &'a str,
    status: Status,
    note: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// `curl package in jammy is affected and needs fixing.`, `'linux' kernel in jammy was vulnerable but has been fixed
    /// (note: '5.15.0-1.1').`, `The 'curl' package in esm-infra/bionic is affected and needs fixing.`
    fn read(comment: &'a str) -> Option<Self> {
        // Sentences may begin with other words: "While related to the CVE in some way, the 'curl' package in jammy".
        let (before, after) = comment.match_indices(" in ").find_map(|(at, between)| {
            let before = &comment[..at];
            let kinds = [" source package", " package", " kernel"];
            let before = kinds.into_iter().find_map(|kind| before.strip_suffix(kind))?;
            Some((before, &comment[at + between.len()..]))
        })?;
        let package = before.trim().rsplit(' ').next()?.trim_matches('\'');
        let (pocket, said) = after.split_once([' ', ','])?;
        let note = said.split_once("(note: '").and_then(|(_, rest)| rest.split_once("')")).map(|(note, _)| note.trim());
        let said = said.split("(note:").next().unwrap_or_default();
        let has = |words: &str| said.contains(words);
        let status = if has("not affected") {
            Status::NotAffected
        } else if has("ignore") {
            let over = |words: &str| note.is_some_and(|note| note.to_ascii_lowercase().contains(words));
            if over("end of") || over("out of standard support") || over("reached end") {
                Status::EndOfLife
            } else {
                Status::WillNotFix
            }
        } else if has("defer") {
            Status::Deferred
        } else if has("may need") || has("might be affected") || has("being evaluated") {
            Status::UnderInvestigation
        } else if has("affected") || has("vulnerable") || has("fix") {
            Status::Affected
        } else {
            return None;
        };
        Some(Self { package: terms::id(package)?, pocket, status, note: note.filter(|note| !note.is_empty()) })
    }

    /// The first version with the fix. A note may be a date or a sentence instead.
    fn fixed(&self, comment: &str) -> Option<&'a str> {
        let note = self.note.filter(|_| self.status == Status::Affected && comment.contains("fixed"))?;
        terms::version(note).filter(|version| version.starts_with(|first: char| first.is_ascii_digit()))
    }
}

fn translate(definition: &Definition) -> Result<Advisory, Refused> {
    let notice = definition.reference("USN").filter(|_| definition.class == "patch");
    let id = match notice {
        Some(notice) if notice.starts_with("USN-") => notice.to_owned(),
        Some(notice) => format!("USN-{notice}"),
        None => match definition.cves().into_iter().next() {
            // OSV.dev's id for the same.
            Some(cve) => format!("UBUNTU-{cve}"),
            None => return Err(Refused::broken("it names no CVE and no notice")),
        },
    };
    let release = release(definition).ok_or_else(|| Refused::new(Reason::UnknownEcosystem, "it names no release"))?;
    let mut entries = Entries::default();
    let mut foreign = None;
    for statement in &definition.statements {
        let said = Said::read(&statement.comment);
        let version = statement.check.as_ref().map(|check| &*check.version).unwrap_or_default();
        let pocket = said.as_ref().map(|said| said.pocket).unwrap_or_default();
        let Some(ecosystem) = ecosystem(&release, pocket, version) else {
            foreign = Some(pocket);
            continue;
        };
        match said {
            None => entries.add(&ecosystem, statement, Status::Affected)?,
            Some(said) => {
                let fixed = said
                    .fixed(&statement.comment)
                    .map(|version| Check { operation: Operation::Below, version: version.into() });
                let check = statement.check.clone().filter(|_| said.status == Status::Affected).or(fixed);
                let source = Statement {
                    names: [said.package.into()].into(),
                    check,
                    comment: statement.comment.clone(),
                    scope: statement.scope.clone(),
                };
                entries.add(&ecosystem, &source, said.status)?;
            }
        }
    }
    match (entries.finish(), foreign) {
        (Ok(affected), _) => {
            let mut advisory = definition.advisory(id, "ubuntu", affected);
            if notice.is_none() {
                advisory.upstream.truncate(1);
            }
            Ok(advisory)
        }
        (Err(_), Some(pocket)) => Err(Refused::new(Reason::UnknownEcosystem, text::quoted(pocket))),
        (Err(refused), None) => Err(refused),
    }
}

/// `22.04:LTS` of the platform `Ubuntu 22.04 LTS`.
fn release(definition: &Definition) -> Option<String> {
    definition.platforms.iter().find_map(|platform| {
        let number = platform.strip_prefix("Ubuntu ")?.split(' ').next()?;
        let (year, month) = number.split_once('.')?;
        let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !two(year) || !two(month) {
            return None;
        }
        // Long-term releases are those of April in even years, also where the platform does not say so.
        let long = month == "04" && year.parse::<u32>().is_ok_and(|year| year.is_multiple_of(2));
        Some(if long { format!("{number}:LTS") } else { number.to_owned() })
    })
}

/// The ecosystem of a pocket. None for one that the OSV schema has no name for.
fn ecosystem(release: &str, pocket: &str, version: &str) -> Option<String> {
    let service = pocket.split_once('/').map(|(service, _)| service).unwrap_or_default();
    Some(match service {
        // Older files have no pockets, and only the version tells.
        "" if version.contains("esm") => format!("Ubuntu:Pro:{release}"),
        "" => format!("Ubuntu:{release}"),
        _ if service.starts_with("esm") => format!("Ubuntu:Pro:{release}"),
        "fips" => format!("Ubuntu:Pro:FIPS:{release}"),
        "fips-updates" => format!("Ubuntu:Pro:FIPS-updates:{release}"),
        "fips-preview" => format!("Ubuntu:Pro:FIPS-preview:{release}"),
        "realtime" => format!("Ubuntu:Pro:Realtime:{release}"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(comment: &str, package: &str, pocket: &str, status: Status, fixed: Option<&str>) {
        let said = Said::read(comment).unwrap();
        let found = (said.package, said.pocket, said.status, said.fixed(comment));
        assert_eq!(found, (package, pocket, status, fixed), "{comment}");
    }

    #[test]
    fn comments_of_every_year_are_understood() {
        check("curl package in jammy is affected and needs fixing.", "curl", "jammy", Status::Affected, None);
        check("The 'curl' package in jammy is affected and needs fixing.", "curl", "jammy", Status::Affected, None);
        let fixed =
            "curl source package in esm-apps/noble, is affected and has been fixed (note: '8.5.0-2ubuntu10.1').";
        check(fixed, "curl", "esm-apps/noble", Status::Affected, Some("8.5.0-2ubuntu10.1"));
        let kernel = "'linux' kernel in noble was vulnerable but has been fixed (note: '6.8.0-35.35').";
        check(kernel, "linux", "noble", Status::Affected, Some("6.8.0-35.35"));
        let may = "curl source package in noble, might be affected and may need fixing.";
        check(may, "curl", "noble", Status::UnderInvestigation, None);
        let deferred = "curl package in jammy is affected, but a decision has been made to defer addressing it (note: '2023-01-01').";
        check(deferred, "curl", "jammy", Status::Deferred, None);
        let ignored = |note: &str| {
            format!(
                "curl package in jammy, is related to the CVE in some way and a decision has been made to ignore it (note: '{note}')."
            )
        };
        check(&ignored("end of standard support"), "curl", "jammy", Status::EndOfLife, None);
        check(&ignored("too intrusive"), "curl", "jammy", Status::WillNotFix, None);
        let not = "curl package in jammy, is related to the CVE in some way and is not affected (note: '7.81.0-1').";
        check(not, "curl", "jammy", Status::NotAffected, None);
        let related = "While related to the CVE in some way, the 'curl' package in jammy is not affected.";
        check(related, "curl", "jammy", Status::NotAffected, None);
        for other in ["Is kernel 'linux' running?", "", "package in jammy is affected", "a in b c", "Long Term Support"]
        {
            assert_eq!(Said::read(other), None, "{other}");
        }
    }
}
