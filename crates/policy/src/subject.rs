//! One finding, as ignores and gates ask about it: what kind it is, what it is called, where it is.

use std::borrow::Cow;

use model::{Finding, Item, LayerClass, LayerIndex, Package, Place, Report, Severity, Spot};

/// What kinds of findings there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A known vulnerability of a package.
    Vulnerability,
    /// A secret that lies open.
    Secret,
    /// Something is set as it should not be.
    Misconfiguration,
    /// What licences ask for.
    License,
    /// A release that gets no more security updates.
    EndOfLife,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Vulnerability, Self::Secret, Self::Misconfiguration, Self::License, Self::EndOfLife];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Vulnerability => "vulnerability",
            Self::Secret => "secret",
            Self::Misconfiguration => "misconfiguration",
            Self::License => "license",
            Self::EndOfLife => "end-of-life",
        }
    }
}

/// A finding in its report.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The report.
    pub report: &'a Report,
    /// The finding.
    pub finding: &'a Finding,
}

impl<'a> Subject<'a> {
    /// Which kind it is.
    pub fn kind(&self) -> Kind {
        match self.finding {
            Finding::Vulnerability(_) => Kind::Vulnerability,
            Finding::Secret(_) => Kind::Secret,
            Finding::Misconfiguration(_) => Kind::Misconfiguration,
            Finding::License(_) => Kind::License,
            Finding::EndOfLife(_) => Kind::EndOfLife,
        }
    }

    /// Every name that an ignore may call it by.
    pub fn ids(&self) -> Vec<&'a str> {
        match self.finding {
            Finding::Vulnerability(found) => {
                [&found.id].into_iter().chain(&found.aliases).map(String::as_str).collect()
            }
            Finding::Secret(found) => vec![&found.secret.kind, &found.secret.fingerprint],
            Finding::Misconfiguration(found) => {
                [&found.rule].into_iter().chain(&found.aliases).map(|name| &**name).collect()
            }
            Finding::License(found) => found.licenses.iter().map(String::as_str).collect(),
            Finding::EndOfLife(found) => vec![&found.release],
        }
    }

    /// How bad it is, where anybody says so.
    pub fn severity(&self) -> Option<Severity> {
        match self.finding {
            Finding::Vulnerability(found) => Some(found.severity),
            Finding::Secret(found) => Some(found.severity),
            Finding::Misconfiguration(found) => Some(found.severity),
            Finding::License(found) => Some(found.class.severity()),
            Finding::EndOfLife(_) => None,
        }
    }

    fn item(&self) -> Option<&'a Item> {
        let index = match self.finding {
            Finding::Vulnerability(found) => found.item,
            Finding::License(found) => found.item,
            Finding::Secret(_) | Finding::Misconfiguration(_) | Finding::EndOfLife(_) => return None,
        };
        self.report.inventory.items.get(index)
    }

    /// The package that it is about, if it is about one.
    pub fn package(&self) -> Option<&'a Package> {
        self.item()?.package()
    }

    /// Where it is.
    fn place(&self) -> Option<&'a Place> {
        match self.finding {
            Finding::Secret(found) => Some(&found.place),
            Finding::Misconfiguration(found) => Some(&found.place),
            _ => self.item().map(|item| &item.fact.place),
        }
    }

    /// The file that it is in, if it is in one.
    pub fn path(&self) -> Option<Cow<'a, str>> {
        self.place().map(|place| place.path.to_text()).filter(|path| !path.is_empty())
    }

    /// The layer that brought it, where that is known.
    pub fn layer(&self) -> Option<LayerIndex> {
        self.place()?.layer
    }

    /// Whether a later layer removed it, or a step of the build is all that tells of it: it is in the image and in no
    /// container. None where there is nothing to be removed.
    pub fn is_removed(&self) -> Option<bool> {
        match self.finding {
            Finding::Secret(found) => Some(found.removed.is_some() || matches!(found.secret.spot, Spot::History(_))),
            Finding::Misconfiguration(_) => Some(false),
            _ => self.item().map(|item| item.removed.is_some()),
        }
    }

    /// Which part of the image the layer belongs to, where that is known.
    pub fn layer_class(&self) -> Option<LayerClass> {
        let layer = self.layer()?;
        Some(self.report.layers.get(layer.0 as usize)?.class)
    }

    /// What it is, for a sentence: `CVE-2021-44228 in log4j-core 2.14.1 (critical)`.
    pub fn name(&self) -> String {
        let package = self.package().map(|package| format!(" in {} {}", package.name, package.version));
        let path = || self.path().map(|path| format!(" in {path}"));
        match self.finding {
            Finding::Vulnerability(found) => {
                format!("{}{} ({})", found.id, package.unwrap_or_default(), found.severity.word())
            }
            Finding::Secret(found) => {
                let place = path().unwrap_or_else(|| " in the image's configuration".into());
                format!("{}{place} ({})", found.name, found.severity.word())
            }
            Finding::Misconfiguration(found) => {
                let place = path().unwrap_or_else(|| " in the image's configuration".into());
                format!("{}: {}{place} ({})", found.rule, found.title, found.severity.word())
            }
            Finding::License(found) => {
                let place = package.or_else(path).unwrap_or_default();
                format!("{}{place} ({})", found.licenses.join(", "), found.class.word())
            }
            Finding::EndOfLife(found) => format!("{} has had no updates since {}", found.release, found.date),
        }
    }
}
