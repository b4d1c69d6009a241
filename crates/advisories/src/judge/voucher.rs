//! The word of a distribution for what its packages brought.

use std::collections::{HashMap, HashSet};

use model::{EndOfLife, Finding, Vulnerability};

use super::docket::Docket;
use crate::aliases;
use crate::builds;
use crate::store::Supply;

/// The distribution's word about what its packages brought: it repairs old versions without changing their number, so
/// advisories about the number say nothing.
pub(super) struct Voucher {
    distribution: String,
    /// It no longer looks, so what it does not list is not known.
    ended: bool,
    packages: HashMap<String, Listed>,
}

/// The ids that a distribution lists for one of its packages.
#[derive(Default)]
struct Listed {
    affected: HashSet<String>,
    any: HashSet<String>,
}

impl Voucher {
    /// For those packages of a docket that own what others judge, with the findings about the docket.
    pub(super) fn new(
        docket: &Docket,
        supply: &Supply,
        findings: &[Finding],
        owners: &HashSet<&str>,
        end: Option<&EndOfLife>,
    ) -> Self {
        let mut packages: HashMap<String, Listed> = HashMap::new();
        let mut names: HashMap<usize, &str> = HashMap::new();
        let owning = docket.packages.iter().filter(|(_, _, package)| owners.contains(&*package.name));
        for (index, _, package) in owning {
            names.insert(*index, &package.name);
            let listed = packages.entry(package.name.clone()).or_default();
            for (name, version) in docket.ecosystem.questions(package) {
                for shard in &supply.shards {
                    // What cannot be read has become a gap when the package was looked up.
                    let entries = shard.entries(&name).unwrap_or_default();
                    let (ecosystem, module) = (&docket.ecosystem, package.module.as_deref());
                    let about = entries.iter().filter(|entry| {
                        ecosystem.contains(entry.ecosystem)
                            && builds::speaks_of(entry, ecosystem.scheme, &version, module)
                    });
                    let advisories = about.filter_map(|entry| shard.head(entry.record).ok());
                    for advisory in advisories {
                        listed.any.extend(aliases::ids(&advisory).into_iter().map(str::to_owned));
                    }
                }
            }
        }
        for finding in findings {
            if let Finding::Vulnerability(vulnerability) = finding
                && vulnerability.suppressed.is_none()
                && let Some(listed) = names.get(&vulnerability.item).and_then(|name| packages.get_mut(*name))
            {
                listed.affected.insert(vulnerability.id.clone());
                listed.affected.extend(vulnerability.aliases.iter().cloned());
            }
        }
        Self { distribution: docket.ecosystem.label.clone(), ended: end.is_some(), packages }
    }

    /// Why a vulnerability of something that `owner` brought does not count on its own.
    pub(super) fn reason(&self, owner: &str, vulnerability: &Vulnerability) -> Option<String> {
        let listed = self.packages.get(owner)?;
        let in_list = |list: &HashSet<String>| {
            list.contains(&vulnerability.id) || vulnerability.aliases.iter().any(|id| list.contains(id))
        };
        let from = &self.distribution;
        if in_list(&listed.affected) {
            Some(format!("counted for {owner}, the package of {from} that brought the file"))
        } else if in_list(&listed.any) {
            Some(format!("{owner} of {from} brought the file, and by its advisories this version has the fix"))
        } else if self.ended {
            None
        } else {
            Some(format!("{owner} of {from} brought the file, and its advisories do not list this for it"))
        }
    }
}
