//! SUSE's CSAF: updates (`suse-su-2022_1234-1.json`, `opensuse-su-2022_1234-1.json`) and what is known of each CVE (VEX,
//! `cve-2022-1234.json`).
//!
//! A product is a package as a component of a SUSE product, whose name is the ecosystem
//! (`SUSE Linux Enterprise Server 15 SP4:curl-7.79.1-150400.5.6.1.x86_64`). Builds with the fix are `recommended`.
//! The fixtures were written from the schema.

use super::products::Products;
use super::rpm::{self, Named, Rpm};
use super::{Publisher, Subject, read};
use crate::feeds::{Broken, Feed, File, Sink, suse, terms};

pub(super) const FEED: Feed = Feed {
    name: "suse-csaf",
    home: "https://ftp.suse.com/pub/projects/security/",
    wants: |name| {
        let stem = name.strip_suffix(".json").unwrap_or_default();
        ["suse-", "opensuse-", "cve-"].iter().any(|start| stem.starts_with(start))
    },
    read: read_file,
};

fn read_file(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    read(file, out, &Publisher { name: "suse", subject })
}

fn subject(products: &Products<'_>, id: &str) -> Option<Subject> {
    let chain = products.chain(id)?;
    let Some((ecosystem, part)) = suse::ecosystem(&chain.whole.name).zip(chain.parts.first()) else {
        return Some(Subject::Other);
    };
    let purl = part.helper.as_ref().and_then(|helper| helper.purl.as_deref());
    let rpm = match purl.map(rpm::from_purl) {
        Some(Some(Named::Package(rpm))) => Some(rpm),
        Some(_) => None,
        None => rpm::from_file_name(&part.id).or_else(|| {
            let name = terms::id(rpm::without_architecture(&part.id))?;
            (!name.contains([':', '/', '@'])).then(|| Rpm { name: name.to_owned(), ..Rpm::default() })
        }),
    };
    Some(rpm.map_or(Subject::Other, |rpm| Subject::Package { ecosystem, rpm }))
}
