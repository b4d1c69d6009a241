//! Documents in the Common Security Advisory Framework 2.0 (OASIS standard of 18 November 2022, "Schema Elements"):
//! the parts that say which products have a vulnerability, what is done about it, and how bad it is.
//!
//! Text is borrowed from the file. What the schema requires is required, also where it is not needed: so that each
//! element costs the file as many bytes as it costs us, up to a small factor. (Statements for the user's own findings are
//! read by `vex::csaf`, which takes from documents that break the schema what it can use, and vulnerabilities one by one.)

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::feeds::Broken;
use crate::feeds::text::Text;

/// Bytes of a document. Red Hat's about a kernel have some 50 MB.
pub(crate) const MAX_DOCUMENT: usize = 128 << 20;

/// A document.
#[derive(Deserialize)]
pub(crate) struct Document<'a> {
    #[serde(borrow, rename = "document")]
    pub head: Head<'a>,
    #[serde(borrow, default)]
    pub product_tree: ProductTree<'a>,
    #[serde(borrow, default)]
    pub vulnerabilities: Vec<Vulnerability<'a>>,
}

/// What is said of the document itself.
#[derive(Deserialize)]
pub(crate) struct Head<'a> {
    /// `csaf_security_advisory`, `csaf_vex`.
    #[serde(borrow)]
    pub category: Text<'a>,
    #[serde(borrow)]
    csaf_version: Text<'a>,
    #[serde(borrow)]
    pub title: Text<'a>,
    #[serde(borrow)]
    pub tracking: Tracking<'a>,
    #[serde(borrow, default)]
    pub aggregate_severity: Option<AggregateSeverity<'a>>,
    #[serde(borrow, default)]
    pub notes: Vec<Note<'a>>,
    #[serde(borrow, default)]
    pub references: Vec<Reference<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Tracking<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub current_release_date: Text<'a>,
    #[serde(borrow)]
    pub initial_release_date: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct AggregateSeverity<'a> {
    #[serde(borrow)]
    pub text: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Note<'a> {
    /// `description`, `details`, `summary`, and others.
    #[serde(borrow)]
    pub category: Text<'a>,
    #[serde(borrow)]
    pub text: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Reference<'a> {
    /// `self` or `external`.
    #[serde(borrow, default)]
    pub category: Text<'a>,
    #[serde(borrow)]
    pub url: Text<'a>,
}

/// The products of a document, and which of them are parts of others.
#[derive(Default, Deserialize)]
pub(crate) struct ProductTree<'a> {
    #[serde(borrow, default)]
    pub branches: Vec<Branch<'a>>,
    #[serde(borrow, default)]
    pub full_product_names: Vec<Product<'a>>,
    #[serde(borrow, default)]
    pub relationships: Vec<Relationship<'a>>,
    #[serde(borrow, default)]
    pub product_groups: Vec<Group<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Branch<'a> {
    #[serde(rename = "category")]
    _category: IgnoredAny,
    #[serde(rename = "name")]
    _name: IgnoredAny,
    #[serde(borrow, default)]
    pub product: Option<Product<'a>>,
    #[serde(borrow, default)]
    pub branches: Vec<Branch<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Product<'a> {
    #[serde(borrow, rename = "product_id")]
    pub id: Text<'a>,
    #[serde(borrow)]
    pub name: Text<'a>,
    #[serde(borrow, default, rename = "product_identification_helper")]
    pub helper: Option<Helper<'a>>,
}

/// Names by which others know a product.
#[derive(Deserialize)]
pub(crate) struct Helper<'a> {
    #[serde(borrow, default)]
    pub cpe: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub purl: Option<Text<'a>>,
}

/// A product that is another one as a part of, or installed on, a third.
#[derive(Deserialize)]
pub(crate) struct Relationship<'a> {
    #[serde(borrow)]
    pub product_reference: Text<'a>,
    #[serde(borrow)]
    pub relates_to_product_reference: Text<'a>,
    #[serde(borrow)]
    pub full_product_name: Product<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Group<'a> {
    #[serde(borrow)]
    pub group_id: Text<'a>,
    #[serde(borrow)]
    pub product_ids: Vec<Text<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Vulnerability<'a> {
    #[serde(borrow, default)]
    pub cve: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub ids: Vec<OtherId<'a>>,
    #[serde(borrow, default)]
    pub title: Option<Text<'a>>,
    #[serde(borrow, default)]
    pub cwe: Option<Cwe<'a>>,
    #[serde(borrow, default)]
    pub notes: Vec<Note<'a>>,
    #[serde(borrow, default)]
    pub references: Vec<Reference<'a>>,
    #[serde(borrow, default)]
    pub product_status: ProductStatus<'a>,
    #[serde(borrow, default)]
    pub remediations: Vec<Remediation<'a>>,
    #[serde(borrow, default)]
    pub scores: Vec<Score<'a>>,
    #[serde(borrow, default)]
    pub threats: Vec<Threat<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct OtherId<'a> {
    #[serde(borrow)]
    pub text: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Cwe<'a> {
    #[serde(borrow)]
    pub id: Text<'a>,
}

/// Ids of products, by what is the case with them.
#[derive(Default, Deserialize)]
pub(crate) struct ProductStatus<'a> {
    #[serde(borrow, default)]
    pub first_fixed: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub fixed: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub recommended: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub first_affected: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub known_affected: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub last_affected: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub known_not_affected: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub under_investigation: Vec<Text<'a>>,
}

/// What can be done.
#[derive(Deserialize)]
pub(crate) struct Remediation<'a> {
    /// `vendor_fix`, `no_fix_planned`, `none_available`, `workaround`, `mitigation`.
    #[serde(borrow)]
    pub category: Text<'a>,
    #[serde(borrow, default)]
    pub details: Text<'a>,
    #[serde(borrow, default)]
    pub product_ids: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub group_ids: Vec<Text<'a>>,
}

/// How bad it is for some products.
#[derive(Deserialize)]
pub(crate) struct Score<'a> {
    #[serde(borrow)]
    pub products: Vec<Text<'a>>,
    #[serde(borrow, default)]
    pub cvss_v2: Option<Cvss<'a>>,
    #[serde(borrow, default)]
    pub cvss_v3: Option<Cvss<'a>>,
    #[serde(borrow, default)]
    pub cvss_v4: Option<Cvss<'a>>,
}

#[derive(Deserialize)]
pub(crate) struct Cvss<'a> {
    #[serde(borrow, rename = "vectorString")]
    pub vector: Text<'a>,
}

#[derive(Deserialize)]
pub(crate) struct Threat<'a> {
    /// `impact`, `exploit_status`, `target_set`.
    #[serde(borrow)]
    pub category: Text<'a>,
    #[serde(borrow)]
    pub details: Text<'a>,
    #[serde(borrow, default)]
    pub product_ids: Vec<Text<'a>>,
}

impl<'a> Document<'a> {
    /// Reads a document.
    pub fn read(json: &'a [u8]) -> Result<Self, Broken> {
        if json.len() > MAX_DOCUMENT {
            return Err(Broken::new(format!("larger than {} MiB", MAX_DOCUMENT >> 20)));
        }
        let document: Self = serde_json::from_slice(json).map_err(Broken::new)?;
        let version = &*document.head.csaf_version;
        if !version.starts_with("2.") {
            return Err(Broken::new(format!("{version:?} is no version of CSAF that is known here")));
        }
        Ok(document)
    }

    /// Whether it speaks of one vulnerability after another, and not of one update that is about all.
    pub fn is_vex(&self) -> bool {
        &*self.head.category == "csaf_vex"
    }
}

impl Vulnerability<'_> {
    /// Its CVE id, or the first that somebody else gave it.
    pub fn id(&self) -> Option<&str> {
        self.cve.as_deref().or_else(|| self.ids.first().map(|id| &*id.text))
    }
}
