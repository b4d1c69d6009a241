//! The user's own checks of configuration in Rego, beside our rules: read before the scan, asked about every document. Without the
//! feature `rego` nobody can be asked, and whoever wants to is told so.

#[cfg(not(feature = "rego"))]
pub use absent::Checks;
#[cfg(feature = "rego")]
pub use present::Checks;

#[cfg(not(feature = "rego"))]
mod absent {
    use model::{AnalyzerId, Detector, Finding, Gap, ImageConfig, Inventory};

    use crate::args::Settings;
    use crate::failure::Failure;

    /// Nobody to ask: there never is one of these.
    pub enum Checks {}

    impl Checks {
        /// Nobody, unless somebody is asked for.
        pub fn open(asked: &Settings) -> Result<Option<Self>, Failure> {
            if asked.config_check.is_empty() {
                return Ok(None);
            }
            Err(Failure::usage("this plimsoll was built without Rego")
                .remedy("build it with cargo build --features rego"))
        }
    }

    impl Detector for Checks {
        fn id(&self) -> AnalyzerId {
            match *self {}
        }

        fn detect(&self, _: &ImageConfig, _: &Inventory, _: &mut Vec<Finding>, _: &mut Vec<Gap>) {
            match *self {}
        }
    }
}

#[cfg(feature = "rego")]
mod present {
    use std::path::Path;
    use std::sync::{Mutex, PoisonError};
    use std::time::{Duration, Instant};

    use misconfig::{Target, input, json, terraform, yaml};
    use model::{
        AnalyzerId, Configuration, Detector, Finding, Gap, GapKind, ImageConfig, Inventory, Misconfiguration, Place,
        Severity,
    };
    use rego::{Document, Found, Metadata, Module};

    use crate::args::Settings;
    use crate::config;
    use crate::custom::{files, unread};
    use crate::failure::Failure;

    const ID: AnalyzerId = AnalyzerId::new("checks");
    /// How long all of them may take together.
    const LONGEST: Duration = Duration::from_mins(1);
    /// Gaps about checks that could not say: the others are alike.
    const MOST_GAPS: usize = 100;

    /// Checks that were read.
    pub struct Checks(Mutex<rego::Checks>);

    impl Checks {
        /// Reads files, and folders with all below them; none where none is named. Tests are left out, and what is JSON or YAML
        /// is data.
        pub fn open(asked: &Settings) -> Result<Option<Self>, Failure> {
            if asked.config_check.is_empty() {
                return Ok(None);
            }
            let (mut modules, mut data) = (Vec::new(), Vec::new());
            for path in files(asked.config_check.iter().chain(&asked.config_data), is_wanted)? {
                let text = config::read(&path).map_err(|error| unread(error, &path))?;
                if has_extension(&path, &["rego"]) {
                    modules.push((path.display().to_string(), text));
                } else {
                    data.push(document(&path, &text)?);
                }
            }
            let modules: Vec<Module<'_>> = modules.iter().map(|(name, text)| Module { name, text }).collect();
            let checks = rego::Checks::read(&modules, &data).map_err(Failure::usage)?;
            if !checks.has_any() {
                return Err(Failure::usage("no file that --config-check names has a check")
                    .remedy("write a package with a set deny, violation or warn"));
            }
            Ok(Some(Self(Mutex::new(checks))))
        }
    }

    fn has_extension(path: &Path, wanted: &[&str]) -> bool {
        path.extension().is_some_and(|extension| wanted.iter().any(|wanted| extension == *wanted))
    }

    fn is_wanted(path: &Path) -> bool {
        has_extension(path, &["rego", "json", "yaml", "yml"]) && !path.to_string_lossy().ends_with("_test.rego")
    }

    /// Data, which has to be a mapping.
    fn document(path: &Path, text: &str) -> Result<serde_json::Value, Failure> {
        let node = if has_extension(path, &["json"]) { json::parse(text.as_bytes()).ok() } else { yaml::first(text) };
        let document = node.map(|node| input::of_node(&node)).filter(serde_json::Value::is_object);
        document.ok_or_else(|| Failure::usage(format!("{} is no mapping in JSON or YAML", path.display())))
    }

    impl Detector for Checks {
        fn id(&self) -> AnalyzerId {
            ID
        }

        fn detect(&self, _: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
            let mut checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let begun = Instant::now();
            let gap = |place: &Place, kind, detail| Gap { place: place.clone(), by: ID, kind, detail };
            let mut told = Vec::new();
            for (place, target, document) in documents(inventory) {
                if begun.elapsed() > LONGEST {
                    let detail =
                        format!("the checks of --config-check took longer than {LONGEST:?}; the rest was not asked");
                    gaps.push(gap(&place, GapKind::TimedOut, detail));
                    break;
                }
                let kinds = &document.kinds[..];
                let asked = Document { kinds, chosen: &document.chosen, plain: &document.plain };
                for (metadata, found) in checks.ask(asked) {
                    match found {
                        Ok(found) => findings.extend(found.into_iter().map(|found| {
                            let finding = finding(&metadata, found, &place, target, document.line);
                            Finding::Misconfiguration(Box::new(finding))
                        })),
                        Err(why) if told.len() < MOST_GAPS => {
                            told.push(gap(&place, GapKind::Unsupported, format!("the check {}: {why}", metadata.id)));
                        }
                        Err(_) => {}
                    }
                }
            }
            gaps.extend(told);
        }
    }

    /// Everything that is shown to checks. What a distribution brought is the same everywhere.
    fn documents(inventory: &Inventory) -> Vec<(Place, Target, input::Input)> {
        let files: Vec<(&Place, &Configuration)> = inventory
            .configuration()
            .filter(|(item, _)| item.owner.is_none())
            .map(|(item, file)| (&item.fact.place, file))
            .collect();
        let mut documents = Vec::new();
        let mut tree = Vec::new();
        for (place, file) in files {
            match Target::from_name(&file.language) {
                Some(Target::Terraform) => tree.push((place, file)),
                Some(target) => {
                    let inputs = input::of(target, &file.content).into_iter();
                    documents.extend(inputs.map(|input| (place.clone(), target, input)));
                }
                None => {}
            }
        }
        let paths: Vec<_> = tree.iter().map(|(place, _)| place.path.to_text()).collect();
        let sources: Vec<_> =
            tree.iter().zip(&paths).map(|((_, file), path)| terraform::File { path, bytes: &file.content }).collect();
        for root in terraform::evaluate(&sources, &terraform::Options::default()).roots {
            let place =
                root.resources.first().and_then(|first| tree.get(first.file)).map(|(place, _)| (*place).clone());
            documents.extend(place.map(|place| (place, Target::Terraform, input::of_terraform(&root.resources))));
        }
        documents
    }

    fn finding(metadata: &Metadata, found: Found, place: &Place, target: Target, line: u32) -> Misconfiguration {
        let fallback = if found.warns { Severity::Low } else { Severity::Medium };
        let title = if metadata.title.is_empty() { &found.message } else { &metadata.title };
        let text = |text: &str, other: &str| if text.is_empty() { other.to_owned() } else { text.to_owned() };
        Misconfiguration {
            place: place.clone(),
            rule: metadata.id.clone().into(),
            title: title.clone().into(),
            severity: Severity::from_word(&metadata.severity).unwrap_or(fallback),
            language: target.name().into(),
            resource: text("", "document"),
            lines: found.lines.unwrap_or((line, line)),
            expected: "what the check allows".to_owned(),
            why: text(&metadata.description, "A check of your own says so.").into(),
            fix: text(&metadata.fix, "See the check.").into(),
            references: metadata.references.iter().cloned().map(Into::into).collect(),
            aliases: metadata.aliases.iter().cloned().map(Into::into).collect(),
            found: Some(found.message),
            ..Misconfiguration::default()
        }
    }
}
