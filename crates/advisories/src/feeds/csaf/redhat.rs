//! Red Hat's CSAF: advisories (`rhsa-2022_1234.json`) and what is known of each CVE (VEX, `cve-2022-1234.json`).
//!
//! A product is a package as a component of a content set, whose CPE is the ecosystem
//! (`AppStream-9.2.0.Z.EUS:nodejs-1:16.20.2-1.el9.x86_64`), or of a module that is a component of one. The module of a
//! package stands in its URL as well (`rpmmod`), or, where there is no fix, before its name (`nodejs:16/nodejs`).
//! Container images are products too and are left out. The fixtures were written from the schema.

use super::products::Products;
use super::rpm::{self, Named, Rpm};
use super::{Publisher, Subject, read};
use crate::feeds::{Broken, Feed, File, Sink, redhat, terms};

pub(super) const FEED: Feed = Feed {
    name: "redhat-csaf",
    home: "https://security.access.redhat.com/data/csaf/v2/",
    wants: |name| {
        let stem = name.strip_suffix(".json").unwrap_or_default();
        ["rhsa-", "rhba-", "rhea-", "cve-"].iter().any(|start| stem.starts_with(start))
    },
    read: read_file,
};

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    read(file, out, &Publisher { name: "redhat", subject })
}

fn subject(products: &Products<'_>, id: &str) -> Option<Subject> {
    let chain = products.chain(id)?;
    let cpe = chain.whole.helper.as_ref().and_then(|helper| helper.cpe.as_deref());
    let Some((ecosystem, part)) = cpe.and_then(redhat::ecosystem).zip(chain.parts.first()) else {
        return Some(Subject::Other);
    };
    let purl = |index: usize| {
        let helper = chain.parts.get(index).and_then(|part| part.helper.as_ref());
        helper.and_then(|helper| helper.purl.as_deref())
    };
    // `.x86_64::nodejs:16` is how a part is named that belongs to a module.
    let (name, label) = part.id.split_once("::").unwrap_or((&part.id, ""));
    let named = match purl(0) {
        Some(purl) => match rpm::from_purl(purl) {
            Some(Named::Package(rpm)) => rpm,
            Some(Named::Module(_)) | None => return Some(Subject::Other),
        },
        None => match component(name) {
            Some(rpm) => rpm,
            None => return Some(Subject::Other),
        },
    };
    let outer = (1..chain.parts.len()).filter_map(purl).find_map(|purl| match rpm::from_purl(purl) {
        Some(Named::Module(module)) => Some(module),
        _ => None,
    });
    // Older URLs leave the epoch out, which the file name has.
    let written =
        rpm::from_file_name(name).filter(|written| written.name == named.name).and_then(|written| written.version);
    let version = match (named.version, written) {
        (Some(version), Some(written)) if written.ends_with(&format!(":{version}")) => Some(written),
        (version, written) => version.or(written),
    };
    let module = named.module.or(outer).or_else(|| redhat::module(label));
    Some(Subject::Package { ecosystem, rpm: Rpm { name: named.name, version, module } })
}

/// A component without a URL: a file name, a name, or a module and a name. None for a container image
/// (`openshift4/ose-console`).
fn component(name: &str) -> Option<Rpm> {
    if let Some(rpm) = rpm::from_file_name(name) {
        return Some(rpm);
    }
    let (module, name) = match name.split_once('/') {
        Some((module, name)) => (Some(redhat::module(module)?), name),
        None => (None, name),
    };
    let name = terms::id(rpm::without_architecture(name)).filter(|name| !name.contains([':', '/', '@']))?;
    Some(Rpm { name: name.to_owned(), version: None, module })
}
