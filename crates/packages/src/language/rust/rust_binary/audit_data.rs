//! The list of crates that `cargo auditable` links into a program (`cargo-auditable.schema.json`, formats 0, 1 and 8).

use std::io::Read;

use flate2::read::ZlibDecoder;
use model::{Budget, Confidence, Presence, Relation, Requirement, Unreadable};

use crate::listing::{Listing, is_word};
use crate::syntax::json::{self, Flag, Items, Text};

/// Where the list is.
pub(super) const SECTION: &str = ".dep-v0";

json::object! {
    struct List<'a> {
        "packages" => packages: Items<Crate<'a>>,
    }
}

json::object! {
    struct Crate<'a> {
        "name" => name: Text<'a>,
        "version" => version: Text<'a>,
        "source" => source: Text<'a>,
        "kind" => kind: Text<'a>,
        // Positions in the list.
        "dependencies" => dependencies: Items<usize>,
        "root" => root: Flag,
    }
}

/// Unpacks the section and lists what it names.
pub(super) fn list(section: &[u8], budget: &Budget, listing: &mut Listing) -> Result<(), Unreadable> {
    let text = unpack(section, budget)?;
    let List { packages: Items(packages) } = json::parse(&text)?;
    let mut relations = vec![Relation::Transitive; packages.len()];
    for root in packages.iter().filter(|package| package.root.0) {
        for &index in &root.dependencies.0 {
            if let Some(relation) = relations.get_mut(index) {
                *relation = Relation::Direct;
            }
        }
    }
    // An index of one byte becomes a name and a version.
    let mut edges_left = 100_000_usize;
    for (index, listed) in packages.iter().enumerate() {
        let presence =
            if listed.kind.get() == "build" { Presence::DeclaredForDevelopment } else { Presence::Installed };
        let Some(package) = listing.add(listed.name.get(), listed.version.get(), presence) else { continue };
        package.relation = if listed.root.0 { Relation::Unknown } else { relations[index] };
        if listed.source.get() == "local" {
            // Nothing but its name says that this is the crate that somebody published.
            package.confidence = Confidence::Medium;
        }
        let dependencies = &listed.dependencies.0[..listed.dependencies.0.len().min(edges_left)];
        edges_left -= dependencies.len();
        package.requires.extend(dependencies.iter().filter_map(|&index| {
            let needed =
                packages.get(index).filter(|needed| is_word(needed.name.get()) && is_word(needed.version.get()))?;
            Some(Requirement { name: needed.name.get().into(), version: Some(needed.version.get().into()) })
        }));
    }
    Ok(())
}

fn unpack(section: &[u8], budget: &Budget) -> Result<Vec<u8>, Unreadable> {
    // The tools that write and read these lists have the same limit.
    const LARGEST: u64 = 8 << 20;
    let most = LARGEST.min(budget.nested_bytes);
    let mut text = Vec::new();
    let unpacked = ZlibDecoder::new(section).take(most + 1).read_to_end(&mut text);
    unpacked.map_err(|_| Unreadable::corrupt("the list of crates is not compressed as it should be"))?;
    if text.len() as u64 > most {
        return Err(Unreadable::limit(format!("the list of crates unpacks to more than {most} bytes")));
    }
    Ok(text)
}
