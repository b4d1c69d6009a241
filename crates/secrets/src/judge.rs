//! Facts to findings: what a secret opens and what to do about it; and the image's configuration, which is text as well.

use jiff::Timestamp;
use model::{
    AnalyzerId, Detector, ExposedSecret, Finding, Gap, ImageConfig, Inventory, Item, LayerIndex, Place, Secret, Spot,
};

use crate::allow::{self, Own};
use crate::analyzer::{all, keep};
use crate::noise::place;
use crate::notes;
use crate::rule::kind::by_id;

/// Judges secrets, and looks for them in the configuration.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judge {
    /// The day of the report, from which on the age of secrets counts.
    pub today: Option<Timestamp>,
}

impl Detector for Judge {
    fn id(&self) -> AnalyzerId {
        AnalyzerId::new("secrets")
    }

    fn detect(&self, config: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, _: &mut Vec<Gap>) {
        let today = self.today.map(Timestamp::as_second);
        let mut add = |secret: &Secret, place: Place, removed: Option<LayerIndex>, brought: Option<String>| {
            let since = since(config, &secret.spot, place.layer);
            let age = since.zip(self.today).and_then(|(since, today)| age(since, today));
            let mut exposed = ExposedSecret {
                secret: secret.clone(),
                suppressed: secret.allowed.clone().or(brought),
                removed,
                place,
                since: age.and(since).map(str::to_owned),
                age,
                ..ExposedSecret::default()
            };
            if let Some(kind) = by_id(&secret.kind) {
                exposed.name = kind.name.into();
                exposed.provider = kind.provider.into();
                exposed.severity = notes::severity(kind.severity, &secret.notes, today);
                exposed.opens =
                    [vec![kind.opens.to_owned()], notes::sentences(&secret.notes, today)].concat().join(" ");
                exposed.rotate = kind.rotate.into();
                (exposed.revocable, exposed.days) = (kind.revocable, kind.days);
            } else if let Some(own) = own(&secret.kind) {
                exposed.name.clone_from(&own.name);
                exposed.provider = format!("the rule in {}", own.source);
                exposed.severity = own.severity;
                exposed.opens = "What it opens is known to whoever wrote the rule.".into();
                exposed.rotate = "Replace it where it was issued.".into();
                (exposed.revocable, exposed.days) = (true, DAYS);
            } else {
                // A kind that is no longer known is no finding of today.
                return;
            }
            findings.push(Finding::Secret(Box::new(exposed)));
        };
        for (item, secret) in inventory.secrets() {
            add(secret, item.fact.place.clone(), item.removed, brought(item));
        }
        for (text, spot, layer) in texts(config) {
            for found in all(text.as_bytes(), "", allow::active()) {
                let place = Place { layer, ..Place::default() };
                add(&keep(&found, text.as_bytes(), "", spot.clone()), place, None, None);
            }
        }
    }
}

/// After how many days a secret of a kind that we know nothing of should be replaced.
const DAYS: u16 = 365;

fn own(id: &str) -> Option<&'static Own> {
    allow::active()?.own().iter().find(|own| own.id == id)
}

/// Why a secret does not count that came with what somebody else made. What a distribution's package brought is the same on
/// every machine, such as keys for self-tests; settings are written to after that.
fn brought(item: &Item) -> Option<String> {
    let path = item.fact.place.path.as_bytes();
    let owner = item.owner.as_ref().filter(|_| !path.starts_with(b"etc/"));
    owner
        .map(|owner| format!("the distribution's package {owner} brought it, so that everybody has it"))
        .or_else(|| place(path).map(str::to_owned))
}

/// When the image says that a secret was put there.
fn since<'a>(config: &'a ImageConfig, spot: &Spot, layer: Option<LayerIndex>) -> Option<&'a str> {
    let step = match spot {
        Spot::History(index) => config.history.get(usize::try_from(*index).ok()?),
        Spot::File { .. } => config.history.iter().find(|step| step.layer.is_some() && step.layer == layer),
        Spot::Environment(_) | Spot::Label(_) | Spot::Command => return config.created.as_deref(),
    };
    step?.created.as_deref()
}

/// Whole days. Builds that hide when they were made say 1970, before there were images.
fn age(since: &str, today: Timestamp) -> Option<u32> {
    let since: Timestamp = since.parse().ok()?;
    let oldest: Timestamp = "2013-03-01T00:00:00Z".parse().ok()?;
    let days = (since >= oldest).then(|| today.duration_since(since).as_secs() / 86_400)?;
    u32::try_from(days).ok()
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

    /// A token in the file at `path`, in layer 3.
    fn item(path: &str, owner: Option<&str>, comment: &str) -> Item {
        let text = format!("T={TOKEN} {comment}");
        let found = &all(text.as_bytes(), path, None)[0];
        Item {
            fact: Fact {
                what: What::Secret(keep(found, text.as_bytes(), path, Spot::File { line: 1, column: 1 })),
                place: Place { layer: Some(LayerIndex(3)), path: path.into() },
                by: AnalyzerId::new("secrets"),
            },
            removed: None,
            owner: owner.map(str::to_owned),
        }
    }

    fn judged(today: Option<&str>, config: &ImageConfig, items: Vec<Item>) -> Vec<ExposedSecret> {
        let mut findings = Vec::new();
        let inventory = Inventory { items, ..Inventory::default() };
        let judge = Judge { today: today.map(|day| day.parse().unwrap()) };
        judge.detect(config, &inventory, &mut findings, &mut Vec::new());
        findings.iter().map(|finding| finding.secret().unwrap().clone()).collect()
    }

    #[test]
    fn what_others_brought_or_somebody_allowed_is_shown_and_does_not_count() {
        let items = vec![
            item("etc/a.conf", Some("a"), ""),
            item("srv/.env", None, ""),
            item("usr/lib/liba.so", Some("a"), ""),
            item("usr/lib/python3/dist-packages/a/tests/b.py", None, ""),
            item("srv/b.py", None, "# gitleaks:allow"),
        ];
        let reasons: Vec<_> = judged(None, &ImageConfig::default(), items)
            .into_iter()
            .map(|exposed| exposed.suppressed.unwrap_or_default())
            .collect();
        assert_eq!(
            reasons,
            [
                "",
                "",
                "the distribution's package a brought it, so that everybody has it",
                "it came with an installed package, for that package's tests",
                "allowed by the comment gitleaks:allow",
            ]
        );
    }

    #[test]
    fn the_age_of_a_secret_is_that_of_its_layer() {
        let check = |created: &str, today: Option<&str>, expected: Option<u32>, overdue: bool| {
            let layer = Some(LayerIndex(3));
            let step = History { created: Some(created.into()), layer, ..History::default() };
            let config = ImageConfig { history: vec![History::default(), step], ..ImageConfig::default() };
            let exposed = &judged(today, &config, vec![item("srv/.env", None, "")])[0];
            assert_eq!((exposed.age, exposed.is_overdue()), (expected, overdue), "{created}");
            assert_eq!(exposed.since.is_some(), expected.is_some());
        };
        // `date -d "2026-11-25 - 90 days"`; the kind is critical, which is 90 days.
        let today = Some("2026-11-25T12:00:00Z");
        check("2026-08-27T12:00:00Z", today, Some(90), false);
        check("2026-08-26T12:00:00.123+02:00", today, Some(91), true);
        check("1970-01-01T00:00:00Z", today, None, false);
        check("yesterday", today, None, false);
        check("2027-01-01T00:00:00Z", today, None, false);
        check("2026-08-26T12:00:00Z", None, None, false);
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
        let spots: Vec<_> = judged(None, &config, Vec::new())
            .into_iter()
            .map(|exposed| (exposed.secret.spot, exposed.place.layer))
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
