//! Which findings are meant: what an ignore sets aside, and what a gate looks at.
//!
//! Every condition that is given has to hold, and of each any of its values. A condition that a finding cannot answer, such
//! as the package of a secret, does not hold.

use std::collections::HashSet;
use std::fmt;

use licenses::{Expression, Lists, Verdict};
use model::{Finding, FixState, LayerClass, LicenseClass, PackageKind, Report};
use rules::{Fields, Node, Wrong};

use crate::glob::Glob;
use crate::subject::{Kind, Subject};

/// The keys of a scope in a file.
pub(crate) const KEYS: [&str; 11] =
    ["kind", "id", "package", "path", "image", "layer", "secret", "rule", "resource", "license", "removed"];

/// Conditions on what is found and where.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Kinds of findings.
    pub kinds: Vec<Kind>,
    /// Ids of vulnerabilities, kinds of secrets and so on, in upper case: any alias counts.
    pub ids: Vec<String>,
    /// Packages.
    pub packages: Vec<PackagePattern>,
    /// Whole versions of packages.
    pub versions: Vec<String>,
    /// Kinds of packages.
    pub package_kinds: Vec<PackageKind>,
    /// Files.
    pub paths: Vec<Glob>,
    /// Names of images, as they are asked for.
    pub images: Vec<Glob>,
    /// Layers: a part of the image (`base`, `middle`, `app`) or a digest.
    pub layers: Vec<Glob>,
    /// Kinds of secrets, or fingerprints.
    pub secrets: Vec<Glob>,
    /// Rules for settings by any of their names, in upper case.
    pub rules: Vec<Glob>,
    /// Resources of settings, as their language calls them.
    pub resources: Vec<Glob>,
    /// Licences by any of their names.
    pub licenses: Vec<String>,
    /// Classes of licences.
    pub license_classes: Vec<LicenseClass>,
    /// Whether there is a fix.
    pub states: Vec<FixState>,
    /// Whether it is only in the image, and in no container of it.
    pub removed: Option<bool>,
}

/// A package by its package URL or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackagePattern {
    text: String,
    glob: Glob,
    is_purl: bool,
}

impl PackagePattern {
    /// Reads `pkg:npm/lodash@4.*`, of which version and qualifiers may be left out, or `lodash`.
    pub fn new(text: &str) -> Result<Self, String> {
        let is_purl = text.starts_with("pkg:");
        let glob = if is_purl { Glob::new(&decoded(text))? } else { Glob::new(text)? };
        Ok(Self { text: text.to_owned(), glob, is_purl })
    }

    /// The package of exactly that name.
    pub fn named(name: &str) -> Self {
        Self { text: name.to_owned(), glob: Glob::exactly(name), is_purl: false }
    }

    /// The pattern as it was written, where it means one package URL and no more.
    pub fn purl(&self) -> Option<&str> {
        (self.is_purl && self.glob.is_plain()).then_some(&*self.text)
    }

    fn matches(&self, subject: &Subject<'_>) -> bool {
        let Some(package) = subject.package() else { return false };
        if !self.is_purl {
            let source = package.source.as_ref().map(|source| &source.name);
            return [&package.name].into_iter().chain(source).any(|name| self.glob.matches(name));
        }
        let whole = package.purl(subject.report.inventory.distro.as_ref());
        let bare = whole.split(['?', '#']).next().unwrap_or_default();
        let unversioned = bare.rsplit_once('@').map_or(bare, |(before, _)| before);
        [&*whole, bare, unversioned].iter().any(|form| self.glob.matches(&decoded(form)))
    }
}

impl fmt::Display for PackagePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A package URL for comparing, whose parts may be written with `%40` and the like or without.
fn decoded(purl: &str) -> String {
    let mut text = String::with_capacity(purl.len());
    let mut rest = purl;
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        let digits = after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if let Some(byte) = digits.filter(u8::is_ascii) {
            text.push(char::from(byte));
            rest = &after[2..];
        } else {
            text.push('%');
            rest = after;
        }
    }
    text + rest
}

impl Scope {
    /// Reads the keys of a scope out of a mapping.
    pub(crate) fn read(fields: &Fields<'_>) -> Result<Self, Wrong> {
        let mut scope = Self::default();
        each(fields, "kind", |text| {
            let known = Kind::ALL.into_iter().find(|kind| kind.word() == text);
            scope.kinds.push(known.ok_or_else(|| no("kind of finding", text, Kind::ALL.map(Kind::word)))?);
            Ok(())
        })?;
        each(fields, "id", |text| {
            scope.ids.push(text.to_ascii_uppercase());
            Ok(())
        })?;
        each(fields, "package", |text| PackagePattern::new(text).map(|pattern| scope.packages.push(pattern)))?;
        each(fields, "path", |text| Glob::of_path(text).map(|glob| scope.paths.push(glob)))?;
        each(fields, "image", |text| Glob::new(text).map(|glob| scope.images.push(glob)))?;
        each(fields, "layer", |text| {
            let words = [LayerClass::Base, LayerClass::Middle, LayerClass::App].map(class_word);
            if !words.contains(&text) && !text.contains([':', '*']) {
                return Err(format!("{}, or write a digest, sha256:…", no("part of an image", text, words)));
            }
            Glob::new(text).map(|glob| scope.layers.push(glob))
        })?;
        each(fields, "secret", |text| {
            let text = if text == "any" { "**" } else { text };
            Glob::new(text).map(|glob| scope.secrets.push(glob))
        })?;
        each(fields, "rule", |text| Glob::new(&text.to_ascii_uppercase()).map(|glob| scope.rules.push(glob)))?;
        each(fields, "resource", |text| Glob::new(&brackets(text)).map(|glob| scope.resources.push(glob)))?;
        each(fields, "license", |text| {
            match LicenseClass::ALL.into_iter().find(|class| class.word() == text) {
                Some(class) => scope.license_classes.push(class),
                None => scope.licenses.push(text.to_owned()),
            }
            Ok(())
        })?;
        scope.removed = fields.flag("removed")?;
        Ok(scope)
    }

    /// Whether there is no condition at all, so that everything is meant.
    pub fn is_empty(&self) -> bool {
        let globs = [&self.paths, &self.images, &self.layers, &self.secrets, &self.rules, &self.resources];
        let texts = [&self.ids, &self.versions, &self.licenses];
        globs.into_iter().all(Vec::is_empty)
            && texts.into_iter().all(Vec::is_empty)
            && self.kinds.is_empty()
            && self.packages.is_empty()
            && self.package_kinds.is_empty()
            && self.license_classes.is_empty()
            && self.states.is_empty()
            && self.removed.is_none()
    }

    /// Whether an image may have what is meant.
    pub fn covers_image(&self, report: &Report) -> bool {
        let reference = &report.image.origin.reference;
        self.images.is_empty() || self.images.iter().any(|glob| glob.matches(reference))
    }

    /// Which kinds of findings can be meant.
    pub fn may_mean(&self, kind: Kind) -> bool {
        let asks_package = !self.packages.is_empty() || !self.versions.is_empty() || !self.package_kinds.is_empty();
        let asks_license = !self.licenses.is_empty() || !self.license_classes.is_empty();
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.secrets.is_empty() || kind == Kind::Secret)
            && (self.rules.is_empty() && self.resources.is_empty() || kind == Kind::Misconfiguration)
            && (!asks_license || kind == Kind::License)
            && (self.states.is_empty() || kind == Kind::Vulnerability)
            && (!asks_package || matches!(kind, Kind::Vulnerability | Kind::License))
    }

    /// Whether the finding is one of those that are meant. The ids are the finding's, in upper case.
    pub fn means(&self, subject: &Subject<'_>, ids: &HashSet<String>) -> bool {
        self.may_mean(subject.kind())
            && (self.ids.is_empty() || self.ids.iter().any(|id| ids.contains(id)))
            && self.covers_image(subject.report)
            && self.means_package(subject)
            && any(&self.paths, |glob| subject.path().is_some_and(|path| glob.matches(&path)))
            && self.removed.is_none_or(|removed| subject.is_removed() == Some(removed))
            && any(&self.layers, |glob| is_in_layer(glob, subject))
            && any(&self.secrets, |glob| {
                let secret = subject.finding.secret().map(|found| &found.secret);
                secret.is_some_and(|secret| glob.matches(&secret.kind) || glob.matches(&secret.fingerprint))
            })
            && any(&self.rules, |glob| {
                let known = subject.finding.misconfiguration().is_some();
                known && subject.ids().iter().any(|id| glob.matches(&id.to_ascii_uppercase()))
            })
            && any(&self.resources, |glob| {
                subject.finding.misconfiguration().is_some_and(|found| glob.matches(&found.resource))
            })
            && self.means_license(subject.finding)
            && any(&self.states, |state| {
                subject.finding.vulnerability().is_some_and(|vulnerability| vulnerability.state == *state)
            })
    }

    /// The ids of a finding for [`Self::means`], where they are asked for.
    pub(crate) fn ids_of(&self, subject: &Subject<'_>) -> HashSet<String> {
        if self.ids.is_empty() { HashSet::new() } else { ids(subject) }
    }

    fn means_package(&self, subject: &Subject<'_>) -> bool {
        let package = subject.package();
        any(&self.packages, |pattern| pattern.matches(subject))
            && any(&self.versions, |version| package.is_some_and(|package| package.version == **version))
            && any(&self.package_kinds, |kind| package.is_some_and(|package| package.kind == *kind))
    }

    /// Of several licences of a finding all have to be meant, or else what is left would be forgotten.
    fn means_license(&self, finding: &Finding) -> bool {
        if self.licenses.is_empty() && self.license_classes.is_empty() {
            return true;
        }
        let Some(found) = finding.license() else { return false };
        if self.license_classes.contains(&found.class) {
            return true;
        }
        let mut lists = Lists::default();
        for license in &self.licenses {
            lists.ignore(license);
        }
        let is_meant = |text: &String| matches!(lists.judge(&Expression::read(text)), Verdict::Ignored(_));
        !self.licenses.is_empty() && found.licenses.iter().all(is_meant)
    }
}

/// A pattern of addresses of resources, in which brackets are what they are: `module.a["x"].aws_s3_bucket.logs[0]`.
fn brackets(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    let mut escaped = false;
    for letter in text.chars() {
        if matches!(letter, '[' | ']') && !escaped {
            pattern.push('\\');
        }
        escaped = letter == '\\' && !escaped;
        pattern.push(letter);
    }
    pattern
}

/// The ids of a finding for [`Scope::means`].
pub fn ids(subject: &Subject<'_>) -> HashSet<String> {
    subject.ids().into_iter().map(str::to_ascii_uppercase).collect()
}

/// The word for a part of an image.
pub(crate) fn class_word(class: LayerClass) -> &'static str {
    match class {
        LayerClass::Base => "base",
        LayerClass::Middle => "middle",
        LayerClass::App => "app",
    }
}

fn is_in_layer(glob: &Glob, subject: &Subject<'_>) -> bool {
    let Some(index) = subject.layer() else { return false };
    let position = index.0 as usize;
    let layer = subject.report.image.layers.get(position);
    let stored = subject.report.layers.get(position).and_then(|layer| layer.digest);
    let digests = layer.and_then(|layer| layer.diff_id).into_iter().chain(stored);
    subject.layer_class().is_some_and(|class| glob.text() == class_word(class))
        || digests.into_iter().any(|digest| glob.matches(&digest.to_string()))
}

/// Whether there is no condition or one that holds.
fn any<T>(conditions: &[T], holds: impl FnMut(&T) -> bool) -> bool {
    conditions.is_empty() || conditions.iter().any(holds)
}

/// Takes each text of a key, with its line where it is wrong.
pub(crate) fn each(
    fields: &Fields<'_>,
    key: &str,
    mut take: impl FnMut(&str) -> Result<(), String>,
) -> Result<(), Wrong> {
    let Some(node) = fields.get(key) else { return Ok(()) };
    let nodes: Vec<&Node> = match node.list() {
        Ok(nodes) => nodes.iter().collect(),
        Err(_) => vec![node],
    };
    if nodes.is_empty() {
        return Err(node.wrong(&format!("{key:?} says nothing")));
    }
    for node in nodes {
        let text = node.text()?.trim();
        if text.is_empty() {
            return Err(node.wrong(&format!("{key:?} says nothing")));
        }
        take(text).map_err(|why| node.wrong(&why))?;
    }
    Ok(())
}

/// `there is no kind of finding "secrets"; did you mean "secret"?`
pub(crate) fn no(what: &str, text: &str, known: impl IntoIterator<Item = &'static str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match rules::nearest(text, known.iter().copied()) {
        Some(meant) => format!("there is no {what} {text:?}; did you mean {meant:?}?"),
        None => format!("there is no {what} {text:?}; there are {}", known.join(", ")),
    }
}
