//! Facts to findings: what a secret opens and what to do about it; and the image's configuration, which is text as well.

use model::{
    AnalyzerId, Detector, ExposedSecret, Finding, Gap, ImageConfig, Inventory, Item, LayerIndex, Place, Secret, Spot,
};

use crate::analyzer::keep;
use crate::find::secrets;
use crate::notes;
use crate::rule::kind::by_id;

/// Judges secrets, and looks for them in the configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judge;

impl Detector for Judge {
    fn id(&self) -> AnalyzerId {
        AnalyzerId::new("secrets")
    }

    fn detect(&self, config: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, _: &mut Vec<Gap>) {
        let mut add = |secret: &Secret, place: Place, removed: Option<LayerIndex>| {
            // A kind that is no longer known is no finding of today.
            let Some(kind) = by_id(&secret.kind) else { return };
            findings.push(Finding::Secret(Box::new(ExposedSecret {
                secret: secret.clone(),
                place,
                removed,
                name: kind.name.into(),
                provider: kind.provider.into(),
                severity: notes::severity(kind.severity, &secret.notes, None),
                opens: [vec![kind.opens.to_owned()], notes::sentences(&secret.notes, None)].concat().join(" "),
                rotate: kind.rotate.into(),
                suppressed: None,
            })));
        };
        for (item, secret) in inventory.secrets().filter(|(item, _)| !is_public(item)) {
            add(secret, item.fact.place.clone(), item.removed);
        }
        for (text, spot, layer) in texts(config) {
            for found in secrets(text.as_bytes()) {
                let place = Place { layer, ..Place::default() };
                add(&keep(&found, text.as_bytes(), spot.clone()), place, None);
            }
        }
    }
}

/// What a distribution's package brought is the same on every machine and no secret, such as keys for self-tests. Settings
/// are written to after that.
fn is_public(item: &Item) -> bool {
    item.owner.is_some() && !item.fact.place.path.as_bytes().starts_with(b"etc/")
}

/// Every text of a configuration. Where an instruction only repeats a variable, the variable is named.
fn texts(config: &ImageConfig) -> Vec<(String, Spot, Option<LayerIndex>)> {
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    let mut texts: Vec<_> = config.env.iter().map(|pair| (pair.clone(), Spot::Environment(name(pair)), None)).collect();
    texts
        .extend(config.labels.iter().map(|(name, value)| (format!("{name}={value}"), Spot::Label(name.clone()), None)));
    let commands = [&config.entrypoint, &config.cmd].map(|words| words.join(" "));
    texts.extend(commands.map(|command| (command, Spot::Command, None)));
    for (index, step) in (0..).zip(&config.history) {
        if !step.instruction.starts_with("ENV ") && !step.instruction.starts_with("LABEL ") {
            texts.push((step.instruction.clone(), Spot::History(index), step.layer));
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Fact, History, What};

    const TOKEN: &str = concat!("ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");

    #[test]
    fn what_a_distribution_brings_is_known_to_everybody() {
        let item = |path: &str, owner: Option<&str>| Item {
            fact: Fact {
                what: What::Secret(keep(
                    &secrets(TOKEN.as_bytes())[0],
                    TOKEN.as_bytes(),
                    Spot::File { line: 1, column: 1 },
                )),
                place: Place { layer: None, path: path.into() },
                by: AnalyzerId::new("secrets"),
            },
            removed: None,
            owner: owner.map(str::to_owned),
        };
        let items = vec![item("etc/a.conf", Some("a")), item("srv/.env", None), item("usr/lib/liba.so", Some("a"))];
        let mut findings = Vec::new();
        let inventory = Inventory { items, ..Inventory::default() };
        Judge.detect(&ImageConfig::default(), &inventory, &mut findings, &mut Vec::new());
        assert_eq!(findings.len(), 2);
    }

    #[test]
    fn the_configuration_is_searched() {
        let step = |instruction: String| History { instruction, layer: Some(LayerIndex(3)), ..History::default() };
        let config = ImageConfig {
            env: vec!["PATH=/bin".into(), format!("GITHUB_TOKEN={TOKEN}")],
            history: vec![
                step(format!("ENV GITHUB_TOKEN={TOKEN}")),
                step(format!("RUN git clone https://{TOKEN}@x.io")),
            ],
            labels: [("build.token".to_owned(), TOKEN.to_owned())].into(),
            ..ImageConfig::default()
        };
        let mut findings = Vec::new();
        Judge.detect(&config, &Inventory::default(), &mut findings, &mut Vec::new());
        let spots: Vec<_> = findings
            .iter()
            .map(|finding| match finding {
                Finding::Secret(exposed) => (exposed.secret.spot.clone(), exposed.place.layer),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(
            spots,
            [
                (Spot::Environment("GITHUB_TOKEN".into()), None),
                (Spot::Label("build.token".into()), None),
                (Spot::History(1), Some(LayerIndex(3))),
            ]
        );
    }
}
