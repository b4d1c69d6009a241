//! Advisories and VEX files in the Common Security Advisory Framework 2.0.
//!
//! [`document`] is the form, [`products`] looks its products up, and here the statuses of products become what is
//! affected. What product ids mean is each publisher's own convention, one file for each. An advisory (any category but
//! `csaf_vex`) is one update that is about all its vulnerabilities; a VEX file says of each vulnerability what is known.

mod document;
mod products;
mod redhat;
mod rpm;
mod suse;

use std::collections::{HashMap, HashSet};

use super::text::{self, Text};
use super::{Broken, Feed, File, Reason, Refusal, Sink, terms};
use crate::advisory::{Advisory, Affected, Event, Rating, Status};
use document::{Document, Note, Vulnerability};
use products::Products;
use rpm::Rpm;

pub(crate) const RED_HAT: Feed = redhat::FEED;
pub(crate) const SUSE: Feed = suse::FEED;

/// Ratings and weaknesses of one advisory that are kept, each.
const MAX_LIST: usize = 100;
/// Vulnerabilities of one document. Updates of a kernel have up to a thousand.
const MAX_VULNERABILITIES: usize = 10_000;
/// Pages of one document among which those to read are chosen.
const MAX_PAGES: usize = 1_000;

/// Who publishes documents, and what its products are.
struct Publisher {
    name: &'static str,
    /// None: the tree does not have it.
    subject: fn(&Products<'_>, &str) -> Option<Subject>,
}

/// What a product is.
enum Subject {
    Package {
        ecosystem: String,
        rpm: Rpm,
    },
    /// Nothing that a scanner compares versions of: a whole distribution, a container image, a module.
    Other,
}

/// Reads a document.
fn read(file: &File<'_>, out: &mut dyn Sink, publisher: &Publisher) -> Result<(), Broken> {
    let document = Document::read(file.bytes)?;
    let products = Products::of(&document);
    let reading = Reading { document: &document, products: &products, publisher };
    let id = &*document.head.tracking.id;
    let Some(id) = terms::id(id) else {
        return Err(Broken::new(format_args!("{} is no id of a document", text::quoted(id))));
    };
    let refuse = |reason, detail: &str, out: &mut dyn Sink| {
        out.refuse(Refusal { record: id.to_owned(), reason, detail: detail.to_owned() });
    };
    match &*document.head.category {
        "csaf_withdrawn" => refuse(Reason::Withdrawn, "", out),
        "csaf_superseded" => refuse(Reason::Superseded, "", out),
        _ if document.vulnerabilities.is_empty() => refuse(Reason::MereUpdate, "it is about no vulnerability", out),
        _ if document.vulnerabilities.len() > MAX_VULNERABILITIES => {
            refuse(Reason::TooLarge, &format!("more than {MAX_VULNERABILITIES} vulnerabilities"), out);
        }
        "csaf_vex" => {
            for vulnerability in &document.vulnerabilities {
                match vulnerability.id().and_then(terms::id) {
                    Some(own) => {
                        let id = if document.vulnerabilities.len() == 1 { id } else { own };
                        reading.advisory(id, std::slice::from_ref(vulnerability), out);
                    }
                    None => refuse(Reason::Broken, "a vulnerability without an id", out),
                }
            }
        }
        _ => reading.advisory(id, &document.vulnerabilities, out),
    }
    Ok(())
}

/// A document that is being read.
struct Reading<'d> {
    document: &'d Document<'d>,
    products: &'d Products<'d>,
    publisher: &'d Publisher,
}

/// What is the case with products of a status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Case {
    /// This build and later ones have the fix.
    Fixed,
    /// Affected, with what will be done about it.
    Affected,
    NotAffected,
    UnderInvestigation,
}

/// What goes wrong on the way, of which the first is told.
#[derive(Default)]
struct Troubles {
    count: usize,
    first: String,
}

impl Troubles {
    fn add(&mut self, product: &str, what: &str) {
        self.count += 1;
        if self.first.is_empty() {
            self.first = format!("{} {what}", text::quoted(product));
        }
    }
}

impl<'d> Reading<'d> {
    /// Makes one advisory of vulnerabilities. A product that cannot be understood is refused, and the others are kept.
    fn advisory(&self, id: &str, vulnerabilities: &'d [Vulnerability<'d>], out: &mut dyn Sink) {
        let refuse = |reason, detail: String, out: &mut dyn Sink| {
            out.refuse(Refusal { record: id.to_owned(), reason, detail });
        };
        let mut troubles = Troubles::default();
        let mut affected = Vec::new();
        let mut seen = HashSet::new();
        let single = vulnerabilities.len() == 1;
        for vulnerability in vulnerabilities {
            let Some(words) = Words::of(self.products, vulnerability) else {
                return refuse(
                    Reason::TooLarge,
                    "its groups have more products than any honest document's".into(),
                    out,
                );
            };
            let status = &vulnerability.product_status;
            let cases = [
                (Case::Fixed, [&status.first_fixed, &status.fixed, &status.recommended]),
                (Case::Affected, [&status.first_affected, &status.known_affected, &status.last_affected]),
                (Case::UnderInvestigation, [&status.under_investigation, &NONE, &NONE]),
                // An update's word that another of its packages does not have one of its vulnerabilities is no word
                // on the others.
                (Case::NotAffected, [if single { &status.known_not_affected } else { &NONE }, &NONE, &NONE]),
            ];
            for (case, lists) in cases {
                for product in lists.into_iter().flatten() {
                    let entry = match (self.publisher.subject)(self.products, product) {
                        Some(Subject::Package { ecosystem, rpm }) => words.entry(case, product, ecosystem, rpm),
                        Some(Subject::Other) => continue,
                        None => {
                            troubles.add(product, "is not in the product tree");
                            continue;
                        }
                    };
                    match entry {
                        Some(mut entry) => {
                            if !single {
                                entry.ratings.clear();
                            }
                            if seen.insert(key(&entry)) {
                                affected.push(entry);
                            }
                        }
                        None => troubles.add(product, "has a fix but no version"),
                    }
                }
            }
        }
        if troubles.count > 0 {
            let more = if troubles.count > 1 { format!(", and {} more", troubles.count - 1) } else { String::new() };
            refuse(Reason::Broken, troubles.first + &more, out);
        }
        if affected.is_empty() {
            if troubles.count == 0 {
                refuse(Reason::NoPackage, String::new(), out);
            }
            return;
        }
        out.advisory(self.describe(id, vulnerabilities, affected));
    }

    /// All that people want to read.
    fn describe(&self, id: &str, vulnerabilities: &[Vulnerability<'_>], affected: Vec<Affected>) -> Advisory {
        let head = &self.document.head;
        let vex = self.document.is_vex();
        let own = vulnerabilities.first().filter(|_| vex);
        let words = head.aggregate_severity.as_ref().and_then(|severity| terms::word(&severity.text));
        let mut ratings = Unique::default();
        let mut weaknesses = Unique::default();
        for vulnerability in vulnerabilities {
            let words = Words::impacts(vulnerability).filter(|_| words.is_none() || vex);
            words.for_each(|(rating, _)| ratings.add(rating));
            Words::vectors(vulnerability).for_each(|(rating, _)| ratings.add(rating));
            let cwe = vulnerability.cwe.iter().flat_map(|cwe| terms::weaknesses(&cwe.id));
            cwe.for_each(|id| weaknesses.add(id.to_owned()));
        }
        let rated = ratings.0.iter().any(|rating| matches!(rating, Rating::Word(_)));
        if let Some(word) = words.filter(|_| !rated) {
            ratings.0.insert(0, word);
        }
        let title = own.and_then(|own| own.title.as_deref()).unwrap_or(&head.title);
        let notes = own.map_or(&head.notes, |own| &own.notes);
        let details = note(notes).trim();
        let mut upstream = Unique::default();
        vulnerabilities.iter().filter_map(|one| terms::cve(one.id()?)).for_each(|cve| upstream.add_any(cve.to_owned()));
        let pages = head.references.iter().take(MAX_PAGES);
        let mut pages: Vec<_> = pages.chain(own.iter().flat_map(|own| own.references.iter().take(MAX_PAGES))).collect();
        pages.retain(|page| text::is_link(&page.url));
        pages.sort_by_key(|page| &*page.category != "self");
        let mut references = Unique::default();
        pages.iter().take(MAX_LIST).for_each(|page| references.add((*page.url).to_owned()));
        references.0.truncate(text::MAX_REFERENCES);
        Advisory {
            id: id.to_owned(),
            publisher: self.publisher.name.to_owned(),
            upstream: upstream.0,
            summary: text::summary(title, details),
            details: text::clipped(details),
            published: text::rfc3339(&head.tracking.initial_release_date),
            modified: text::rfc3339(&head.tracking.current_release_date).unwrap_or_default(),
            ratings: ratings.0,
            weaknesses: weaknesses.0,
            references: references.0,
            affected,
            ..Advisory::default()
        }
    }
}

static NONE: Vec<Text<'static>> = Vec::new();

/// The note that says most.
fn note<'d>(notes: &'d [Note<'_>]) -> &'d str {
    let of = |category: &str| notes.iter().find(|note| &*note.category == category);
    of("description").or_else(|| of("details")).or_else(|| of("summary")).map_or("", |note| &note.text)
}

/// What makes an entry another one: a document has one for each architecture.
fn key(entry: &Affected) -> [String; 5] {
    [
        entry.ecosystem.clone(),
        entry.name.clone(),
        entry.modules.join(" "),
        format!("{:?} {:?}", entry.versions, entry.ranges),
        format!("{:?}", entry.status),
    ]
}

/// A short list, each once.
struct Unique<T>(Vec<T>);

impl<T> Default for Unique<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: PartialEq> Unique<T> {
    fn add(&mut self, item: T) {
        if self.0.len() < MAX_LIST {
            self.add_any(item);
        }
    }

    fn add_any(&mut self, item: T) {
        if !self.0.contains(&item) {
            self.0.push(item);
        }
    }
}

/// What a vulnerability says of single products.
struct Words<'d> {
    statuses: HashMap<&'d str, Status>,
    /// Only where products differ.
    ratings: HashMap<&'d str, Vec<Rating>>,
}

impl<'d> Words<'d> {
    /// None if there are too many.
    fn of(products: &Products<'d>, vulnerability: &'d Vulnerability<'d>) -> Option<Self> {
        let mut statuses = HashMap::new();
        let mut count = 0;
        for remediation in &vulnerability.remediations {
            let Some(status) = status(&remediation.category, &remediation.details) else { continue };
            let members = products.members(&remediation.product_ids, &remediation.group_ids, &mut count)?;
            members.for_each(|product| {
                statuses.entry(product).or_insert(status);
            });
        }
        let mut ratings: HashMap<&str, Vec<Rating>> = HashMap::new();
        let lists: [Vec<(Rating, &[Text<'_>])>; 2] =
            [Self::impacts(vulnerability).collect(), Self::vectors(vulnerability).collect()];
        for list in lists {
            let differ = list.first().is_some_and(|(first, _)| list.iter().any(|(rating, _)| rating != first));
            for (rating, products) in list.iter().filter(|_| differ) {
                for product in *products {
                    let ratings = ratings.entry(product).or_default();
                    if ratings.len() < 4 {
                        ratings.push(rating.clone());
                    }
                }
            }
        }
        Some(Self { statuses, ratings })
    }

    /// How bad it is, in words, and for which products.
    fn impacts(vulnerability: &'d Vulnerability<'d>) -> impl Iterator<Item = (Rating, &'d [Text<'d>])> {
        let impacts = vulnerability.threats.iter().filter(|threat| &*threat.category == "impact");
        impacts.filter_map(|threat| Some((terms::word(&threat.details)?, &*threat.product_ids)))
    }

    /// How bad it is, as CVSS has it, the newest version that is there.
    fn vectors(vulnerability: &'d Vulnerability<'d>) -> impl Iterator<Item = (Rating, &'d [Text<'d>])> {
        vulnerability.scores.iter().filter_map(|score| {
            let versions = [&score.cvss_v4, &score.cvss_v3, &score.cvss_v2];
            let vector = versions.into_iter().flatten().find_map(|cvss| terms::vector(&cvss.vector))?;
            Some((vector, &*score.products))
        })
    }

    /// What is the case with a product. None for a fix that is in no version.
    fn entry(&self, case: Case, product: &str, ecosystem: String, rpm: Rpm) -> Option<Affected> {
        let zero = Event::Introduced("0".to_owned());
        let (versions, ranges) = match (case, rpm.version) {
            (Case::Fixed, Some(version)) => (vec![], vec![vec![zero, Event::Fixed(version)]]),
            (Case::Fixed, None) => return None,
            (_, Some(version)) => (vec![version], vec![]),
            (_, None) => (vec![], vec![vec![zero]]),
        };
        let status = match case {
            Case::Fixed => Status::Affected,
            Case::Affected => self.statuses.get(product).copied().unwrap_or_default(),
            Case::NotAffected => Status::NotAffected,
            Case::UnderInvestigation => Status::UnderInvestigation,
        };
        Some(Affected {
            ecosystem,
            name: rpm.name,
            versions,
            ranges,
            status,
            ratings: self.ratings.get(product).cloned().unwrap_or_default(),
            modules: rpm.module.into_iter().collect(),
        })
    }
}

/// What a remediation says about affected products. Details are the publisher's own words: `Out of support scope`.
fn status(category: &str, details: &str) -> Option<Status> {
    let details = details[..details.floor_char_boundary(text::MAX_TEXT)].to_ascii_lowercase();
    let over = ["out of support", "end of life", "end-of-life", "end of support"];
    match category {
        "no_fix_planned" if over.iter().any(|words| details.contains(words)) => Some(Status::EndOfLife),
        "no_fix_planned" => Some(Status::WillNotFix),
        "none_available" | "fix_planned" if details.contains("defer") => Some(Status::Deferred),
        "none_available" | "fix_planned" if details.contains("under investigation") => Some(Status::UnderInvestigation),
        "none_available" | "fix_planned" => Some(Status::Affected),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
