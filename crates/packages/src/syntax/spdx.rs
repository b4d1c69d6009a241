//! Parts of SPDX documents in JSON (SPDX specification 2.3, clauses 7.21 "External reference" and 11 "Relationships") that
//! bills of materials share with the package managers that leave one beside what they install.

use super::json::{Text, object};

object! {
    /// A name that others give a package.
    pub(crate) struct Reference<'a> {
        "referenceType" => kind: Text<'a>,
        "referenceLocator" => locator: Text<'a>,
    }
}

object! {
    /// How two elements stand to each other.
    pub(crate) struct Relationship<'a> {
        "spdxElementId" => from: Text<'a>,
        "relationshipType" => kind: Text<'a>,
        "relatedSpdxElement" => to: Text<'a>,
    }
}
