//! Oracle's OVAL (`com.oracle.elsa-all.xml`): the errata of Oracle Linux.
//!
//! Beside its plain builds Oracle publishes builds that Ksplice can patch while they run (`.ksplice1.` in the release,
//! an epoch one higher) and builds that are certified under FIPS 140 (`_fips` at the end, epoch 10). They are builds of
//! their own: a plain build is neither older than them nor fixed by them. Their fixes are filed under ecosystems of their
//! own, `Oracle Linux:9:ksplice` and `Oracle Linux:9:fips`; whoever asks for `Oracle Linux:9` must not be given them.
//! The fixtures were written from the schema.

use super::{Condition, Criterion, Definition, Entries, Refused, Role, Statement, read};
use crate::advisory::{Advisory, Status};
use crate::feeds::{Broken, Feed, File, Reason, Sink, redhat, terms};

pub(super) const FEED: Feed = Feed {
    name: "oracle-oval",
    home: "https://linux.oracle.com/security/oval/",
    // One file with all, and one for each release and each year: `com.oracle.elsa-2024.xml`.
    wants: |name| name.strip_suffix(".xml").is_some_and(|stem| stem.starts_with("com.oracle.els")),
    read: read_file,
};

const KSPLICE: &str = "ksplice";
const FIPS: &str = "fips";

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    read(file, out, meaning, &mut |definition| translate(definition).map(Some))
}

fn meaning(criterion: &Criterion<'_>) -> Role {
    let comment = criterion.comment;
    if let Some(module) = comment.strip_prefix("Module ").and_then(|rest| rest.strip_suffix(" is enabled")) {
        return redhat::module(module)
            .map_or(Role::Ignored, |module| Role::Condition(Condition::Module(module.into())));
    }
    if let Some(release) = comment.strip_prefix("Oracle Linux ").and_then(|rest| rest.strip_suffix(" is installed")) {
        return number(release).map_or(Role::Ignored, |release| Role::Condition(Condition::Product(release.into())));
    }
    if comment.ends_with(" is ksplice-based") {
        return Role::Condition(Condition::Build(KSPLICE));
    }
    if comment.ends_with(" is fips patched") {
        return Role::Condition(Condition::Build(FIPS));
    }
    if comment.contains(" is earlier than ") { Role::Statement } else { Role::Ignored }
}

fn translate(definition: &Definition) -> Result<Advisory, Refused> {
    let id = definition.reference("elsa").map(str::to_owned);
    let id = id.or_else(|| definition.title.split(':').next().and_then(terms::id).map(str::to_owned));
    let id = id.filter(|id| id.starts_with("EL")).ok_or_else(|| Refused::broken("it names no advisory"))?;
    let platforms: Vec<&str> =
        definition.platforms.iter().filter_map(|platform| number(platform.strip_prefix("Oracle Linux ")?)).collect();
    let mut entries = Entries::default();
    for statement in &definition.statements {
        let said: Vec<&str> = statement.products().collect();
        let releases = if said.is_empty() { &platforms } else { &said };
        if releases.is_empty() {
            return Err(Refused::new(Reason::UnknownEcosystem, "it names no release"));
        }
        let build = build(statement).map(|build| format!(":{build}")).unwrap_or_default();
        for release in releases {
            entries.add(&format!("Oracle Linux:{release}{build}"), statement, Status::Affected)?;
        }
    }
    let advisory = definition.advisory(id, "oracle", entries.finish()?);
    // Bug fixes and enhancements are published in the same form.
    if advisory.upstream.is_empty() && !advisory.id.starts_with("ELSA") {
        return Err(Refused::new(Reason::MereUpdate, String::new()));
    }
    Ok(advisory)
}

/// Which builds a statement is about: a criterion beside it tells, and so does the version.
fn build(statement: &Statement) -> Option<&'static str> {
    let version = statement.check.as_ref().map(|check| &*check.version).unwrap_or_default();
    statement.build().or_else(|| {
        if version.contains(".ksplice") {
            Some(KSPLICE)
        } else if version.ends_with("_fips") {
            Some(FIPS)
        } else {
            None
        }
    })
}

fn number(release: &str) -> Option<&str> {
    let release = release.trim();
    (!release.is_empty() && release.len() <= 8 && release.bytes().all(|byte| byte.is_ascii_digit())).then_some(release)
}
