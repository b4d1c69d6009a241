//! CSAF 2.0 and 2.1 (OASIS, "Common Security Advisory Framework"; section 4.5, "Profile 5: VEX"). Security advisories of
//! the other profiles say who is affected in the same fields, and are read as well.
//!
//! Vendors leave out why products are not affected, though the profile asks for it, so that is no fault here.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use model::VexStatus;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::product::{Component, Product};
use super::{Document, MOST_PRODUCTS, Reading, Statement, author, name, sentence};

/// Relationships of relationships: an image in a product in a distribution.
const DEPTH: usize = 8;

#[derive(Deserialize)]
struct Csaf<'a> {
    #[serde(borrow)]
    document: Head<'a>,
    #[serde(borrow)]
    product_tree: Option<Tree<'a>>,
    #[serde(default, borrow)]
    vulnerabilities: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow)]
    publisher: Option<Publisher<'a>>,
    #[serde(borrow)]
    tracking: Option<Tracking<'a>>,
}

#[derive(Deserialize)]
struct Publisher<'a> {
    #[serde(default, borrow)]
    name: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Tracking<'a> {
    #[serde(default, borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    current_release_date: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Tree<'a> {
    #[serde(default, borrow)]
    branches: Vec<Branch<'a>>,
    #[serde(default, borrow)]
    full_product_names: Vec<FullName<'a>>,
    #[serde(default, borrow)]
    relationships: Vec<Relationship<'a>>,
    #[serde(default, borrow)]
    product_groups: Vec<Group<'a>>,
}

#[derive(Deserialize)]
struct Branch<'a> {
    #[serde(borrow)]
    product: Option<FullName<'a>>,
    #[serde(default, borrow)]
    branches: Vec<Branch<'a>>,
}

#[derive(Deserialize)]
struct FullName<'a> {
    #[serde(borrow)]
    product_id: Cow<'a, str>,
    #[serde(default, borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    product_identification_helper: Option<Helper<'a>>,
}

#[derive(Deserialize)]
struct Helper<'a> {
    #[serde(borrow)]
    purl: Option<Cow<'a, str>>,
    /// Of 2.1.
    #[serde(default, borrow)]
    purls: Vec<Cow<'a, str>>,
    #[serde(borrow)]
    cpe: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    hashes: Vec<Hashes<'a>>,
}

#[derive(Deserialize)]
struct Hashes<'a> {
    #[serde(default, borrow)]
    file_hashes: Vec<Hash<'a>>,
}

#[derive(Deserialize)]
struct Hash<'a> {
    #[serde(borrow)]
    algorithm: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Relationship<'a> {
    #[serde(borrow)]
    full_product_name: FullName<'a>,
    #[serde(borrow)]
    product_reference: Cow<'a, str>,
    #[serde(borrow)]
    relates_to_product_reference: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Group<'a> {
    #[serde(borrow)]
    group_id: Cow<'a, str>,
    #[serde(default, borrow)]
    product_ids: Vec<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Vulnerability<'a> {
    #[serde(borrow)]
    cve: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    ids: Vec<OtherId<'a>>,
    #[serde(borrow)]
    product_status: Option<ProductStatus<'a>>,
    #[serde(default, borrow)]
    flags: Vec<Note<'a>>,
    #[serde(default, borrow)]
    threats: Vec<Note<'a>>,
    #[serde(default, borrow)]
    remediations: Vec<Note<'a>>,
}

#[derive(Deserialize)]
struct OtherId<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
}

#[derive(Deserialize, Default)]
struct ProductStatus<'a> {
    #[serde(default, borrow)]
    known_affected: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    first_affected: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    last_affected: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    known_not_affected: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    fixed: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    first_fixed: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    under_investigation: Vec<Cow<'a, str>>,
}

/// A flag (with a label), a threat or a remediation (with a category and details).
#[derive(Deserialize)]
struct Note<'a> {
    #[serde(borrow)]
    label: Option<Cow<'a, str>>,
    #[serde(borrow)]
    category: Option<Cow<'a, str>>,
    #[serde(borrow)]
    details: Option<Cow<'a, str>>,
    #[serde(default, borrow)]
    product_ids: Vec<Cow<'a, str>>,
    #[serde(default, borrow)]
    group_ids: Vec<Cow<'a, str>>,
}

pub(super) fn read(text: &str, document: Document) -> Result<Reading, serde_json::Error> {
    let csaf: Csaf = serde_json::from_str(text)?;
    let tracking = csaf.document.tracking;
    let document = Arc::new(Document {
        id: tracking.as_ref().and_then(|tracking| name(&tracking.id)).unwrap_or_default(),
        author: author(csaf.document.publisher.as_ref().map_or("", |publisher| &publisher.name)),
        format: "CSAF",
        ..document
    });
    let mut reading = Reading::default();
    let released = tracking.as_ref().and_then(|tracking| tracking.current_release_date.as_deref());
    let released = reading.time(&document, "document.tracking.current_release_date", released);
    let products = csaf.product_tree.as_ref().map(|tree| Products::new(tree, &document, &mut reading));
    let products = products.unwrap_or_default();
    for (index, raw) in csaf.vulnerabilities.iter().enumerate() {
        let place = format!("vulnerabilities[{index}]");
        match serde_json::from_str::<Vulnerability>(raw.get()) {
            Err(error) => reading.refuse(&document, &place, error),
            Ok(vulnerability) => {
                for statement in statements(&vulnerability, &place, &document, &products, &mut reading) {
                    reading.keep(Statement { timestamp: released, ..statement });
                }
            }
        }
    }
    Ok(reading)
}

/// The product tree, by id.
#[derive(Default)]
struct Products<'a> {
    by_id: HashMap<&'a str, Product>,
    groups: HashMap<&'a str, &'a [Cow<'a, str>]>,
}

impl<'a> Products<'a> {
    fn new(tree: &'a Tree<'a>, document: &Document, reading: &mut Reading) -> Self {
        let mut products = Self::default();
        let mut branches: Vec<&Branch> = tree.branches.iter().collect();
        let mut names: Vec<&FullName> = tree.full_product_names.iter().collect();
        while let Some(branch) = branches.pop() {
            names.extend(branch.product.as_ref());
            branches.extend(&branch.branches);
        }
        for name in names {
            match component(name) {
                Ok(component) => {
                    let product = Product { whole: Arc::new(component), subcomponents: Vec::new() };
                    products.by_id.insert(&name.product_id, product);
                }
                Err(why) => reading.refuse(document, &format!("product_tree, product {:?}", name.product_id), why),
            }
        }
        // A relationship may come before the one that it builds on.
        let mut left: Vec<&Relationship> = tree.relationships.iter().collect();
        for _ in 0..DEPTH {
            left.retain(|relationship| !products.relate(relationship));
        }
        for relationship in left {
            let place = format!("product_tree, product {:?}", relationship.full_product_name.product_id);
            reading.refuse(document, &place, "it relates products that are not in the product tree");
        }
        products.groups = tree.product_groups.iter().map(|group| (&*group.group_id, &*group.product_ids)).collect();
        products
    }

    /// Adds "this component of that product". Whether both were there.
    fn relate(&mut self, relationship: &'a Relationship<'a>) -> bool {
        let part = self.by_id.get(&*relationship.product_reference);
        let whole = self.by_id.get(&*relationship.relates_to_product_reference);
        let (Some(part), Some(whole)) = (part, whole) else { return false };
        let parts =
            if part.subcomponents.is_empty() { vec![Arc::clone(&part.whole)] } else { part.subcomponents.clone() };
        let product = Product { whole: Arc::clone(&whole.whole), subcomponents: parts };
        self.by_id.insert(&relationship.full_product_name.product_id, product);
        true
    }

    /// The products that a note is about.
    fn of_note(&self, note: &'a Note<'a>) -> impl Iterator<Item = &'a str> {
        let groups = note.group_ids.iter().filter_map(|group| self.groups.get(&**group)).copied().flatten();
        note.product_ids.iter().chain(groups).map(|id| &**id).take(MOST_PRODUCTS)
    }
}

fn component(full: &FullName) -> Result<Component, String> {
    let mut component = Component::default();
    if let Some(helper) = &full.product_identification_helper {
        for text in helper.purl.iter().chain(&helper.purls).chain(&helper.cpe) {
            component.add(text)?;
        }
        for hash in helper.hashes.iter().flat_map(|hashes| &hashes.file_hashes) {
            component.add_hash(&hash.algorithm, &hash.value);
        }
    }
    if component.is_empty() {
        component.add(if full.name.is_empty() { &full.product_id } else { &full.name })?;
    }
    if component.is_empty() { Err("it has no name".into()) } else { Ok(component) }
}

fn statements(
    vulnerability: &Vulnerability,
    place: &str,
    document: &Arc<Document>,
    products: &Products,
    reading: &mut Reading,
) -> Vec<Statement> {
    let other = vulnerability.ids.iter().map(|id| &id.text);
    let ids: Vec<String> = vulnerability.cve.iter().chain(other).filter_map(|id| name(id)).take(100).collect();
    let Some(status) = &vulnerability.product_status else { return Vec::new() };
    if ids.is_empty() {
        reading.refuse(document, place, "it names no vulnerability");
        return Vec::new();
    }
    let labels = by_product(products, &vulnerability.flags, |note| note.label.as_deref());
    let impact = |note: &Note| note.category.as_deref() == Some("impact");
    let impacts = by_product(products, &vulnerability.threats, |note| note.details.as_deref().filter(|_| impact(note)));
    let remedies = by_product(products, &vulnerability.remediations, |note| note.details.as_deref());
    // What is said to be affected anywhere is affected: who contradicts himself is believed the worse.
    let affected = [&status.known_affected, &status.first_affected, &status.last_affected];
    let lists = [
        ("known_affected", VexStatus::Affected, &affected[..]),
        ("under_investigation", VexStatus::UnderInvestigation, &[&status.under_investigation]),
        ("known_not_affected", VexStatus::NotAffected, &[&status.known_not_affected]),
        ("fixed", VexStatus::Fixed, &[&status.fixed, &status.first_fixed]),
    ];
    let mut seen: HashMap<&str, &str> = HashMap::new();
    let mut statements = Vec::new();
    for (list, status, ids_of_products) in lists {
        let place = format!("{place}.product_status.{list}");
        let mut groups: BTreeMap<(Option<&str>, Option<&str>), Vec<Product>> = BTreeMap::new();
        let mut here = BTreeSet::new();
        for id in ids_of_products.iter().copied().flatten().map(|id| &**id) {
            if !here.insert(id) {
                continue;
            }
            if let Some(before) = seen.insert(id, list) {
                let why = format!("product {id:?} is also listed as {before}");
                reading.refuse(document, &place, why);
                continue;
            }
            let Some(product) = products.by_id.get(id) else {
                reading.refuse(document, &place, format!("product {id:?} is not in the product tree"));
                continue;
            };
            let key = match status {
                VexStatus::NotAffected => (labels.get(id).copied(), impacts.get(id).copied()),
                VexStatus::Affected => (None, remedies.get(id).copied()),
                VexStatus::Fixed | VexStatus::UnderInvestigation => (None, None),
            };
            groups.entry(key).or_default().push(product.clone());
        }
        statements.extend(groups.into_iter().map(|((label, detail), products)| Statement {
            ids: ids.clone(),
            products,
            status,
            justification: label.and_then(name),
            detail: detail.and_then(sentence),
            timestamp: None,
            place: place.clone(),
            document: Arc::clone(document),
        }));
    }
    statements
}

/// The first text that any note has for a product.
fn by_product<'a>(
    products: &Products<'a>,
    notes: &'a [Note<'a>],
    text: impl Fn(&'a Note<'a>) -> Option<&'a str>,
) -> HashMap<&'a str, &'a str> {
    let mut by_product = HashMap::new();
    // Each note may name each group, and each group each product.
    let mut left = MOST_PRODUCTS;
    for note in notes {
        let Some(text) = text(note) else { continue };
        for id in products.of_note(note) {
            if left == 0 {
                return by_product;
            }
            left -= 1;
            by_product.entry(id).or_insert(text);
        }
    }
    by_product
}

#[cfg(test)]
mod tests {
    use super::super::tests::lines;

    // Written by hand from the schema; the shape of the tree is the one that Red Hat and SUSE publish.
    #[test]
    fn products_are_components_of_products() {
        let document = r#"{
          "document": {"category": "csaf_vex", "csaf_version": "2.0", "title": "x",
            "publisher": {"category": "vendor", "name": "Example", "namespace": "https://example.com"},
            "tracking": {"id": "CVE-2024-0001", "current_release_date": "2024-03-01T00:00:00+00:00", "version": "1"}},
          "product_tree": {
            "branches": [{"category": "vendor", "name": "Example", "branches": [
              {"category": "product_name", "name": "OS 9", "product": {"product_id": "OS9", "name": "OS 9",
                "product_identification_helper": {"cpe": "cpe:/o:redhat:enterprise_linux:9"}}},
              {"category": "product_version", "name": "openssl", "product": {"product_id": "openssl", "name": "openssl",
                "product_identification_helper": {"purl": "pkg:rpm/redhat/openssl?arch=src"}}}]}],
            "full_product_names": [{"product_id": "curl", "name": "curl",
                "product_identification_helper": {"purl": "pkg:rpm/redhat/curl@7.76.1-26.el9"}},
                {"product_id": "image", "name": "image", "product_identification_helper": {"hashes": [
                  {"filename": "x", "file_hashes": [{"algorithm": "sha256", "value": "HASH"}]}]}},
                {"product_id": "bad", "name": "bad", "product_identification_helper": {"purl": "pkg:rpm"}}],
            "relationships": [
              {"category": "default_component_of", "product_reference": "openssl", "relates_to_product_reference": "OS9",
               "full_product_name": {"product_id": "OS9:openssl", "name": "openssl as a component of OS 9"}},
              {"category": "default_component_of", "product_reference": "gone", "relates_to_product_reference": "OS9",
               "full_product_name": {"product_id": "OS9:gone", "name": "x"}}],
            "product_groups": [{"group_id": "all", "product_ids": ["OS9:openssl", "curl"]}]},
          "vulnerabilities": [
            {"cve": "CVE-2024-0001", "ids": [{"system_name": "bugs", "text": "EX-7"}],
             "product_status": {"known_not_affected": ["OS9:openssl", "image"], "known_affected": ["curl", "bad"],
               "fixed": ["curl"]},
             "flags": [{"label": "vulnerable_code_not_present", "group_ids": ["all"]}],
             "threats": [{"category": "impact", "details": "another library", "product_ids": ["image"]},
               {"category": "exploit_status", "details": "none", "product_ids": ["OS9:openssl"]}],
             "remediations": [{"category": "workaround", "details": "do not use it", "product_ids": ["curl"]}]},
            {"product_status": {"fixed": ["curl"]}},
            {"cve": 7}]
        }"#;
        let digest = "b".repeat(64);
        assert_eq!(
            lines(&document.replace("HASH", &digest)),
            [
                "vulnerabilities[0].product_status.known_affected: CVE-2024-0001=EX-7 affected - | do not use it \
                 @2024-03-01T00:00:00Z: pkg:rpm/redhat/curl@7.76.1-26.el9",
                &format!(
                    "vulnerabilities[0].product_status.known_not_affected: CVE-2024-0001=EX-7 not_affected - | another \
                     library @2024-03-01T00:00:00Z: sha256:{digest}"
                ),
                "vulnerabilities[0].product_status.known_not_affected: CVE-2024-0001=EX-7 not_affected \
                 vulnerable_code_not_present | - @2024-03-01T00:00:00Z: cpe:/o:redhat:enterprise_linux:9 > \
                 pkg:rpm/redhat/openssl?arch=src",
                "refused a.json, product_tree, product \"bad\": not a package URL: \"pkg:rpm\" (it has no name)",
                "refused a.json, product_tree, product \"OS9:gone\": it relates products that are not in the product tree",
                "refused a.json, vulnerabilities[0].product_status.known_affected: product \"bad\" is not in the product \
                 tree",
                "refused a.json, vulnerabilities[0].product_status.fixed: product \"curl\" is also listed as \
                 known_affected",
                "refused a.json, vulnerabilities[1]: it names no vulnerability",
                "refused a.json, vulnerabilities[2]: invalid type: integer `7`, expected a string at line 1 column 9",
            ]
        );
    }
}
