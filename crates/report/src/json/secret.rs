//! Secrets in JSON. Their texts are nowhere in a report.

use model::{Committed, ExposedSecret, Spot, Verified};
use serde::Serialize;

use crate::view::layer_number;

#[derive(Serialize)]
pub(crate) struct SecretJson<'a> {
    kind: &'a str,
    name: &'a str,
    provider: &'a str,
    severity: &'static str,
    redacted: &'a str,
    fingerprint: &'a str,
    place: PlaceJson<'a>,
    layer: Option<u64>,
    removed_in: Option<u64>,
    committed: Option<CommittedJson<'a>>,
    opens: &'a str,
    rotate: &'a str,
    revocable: bool,
    rotate_after_days: u16,
    since: Option<&'a str>,
    age_days: Option<u32>,
    overdue: bool,
    suppressed: Option<&'a str>,
    verified: Option<&'static str>,
}

/// The commit that brought it.
#[derive(Serialize)]
struct CommittedJson<'a> {
    commit: &'a str,
    author: &'a str,
    date: Option<&'a str>,
    path: String,
    still: &'static str,
}

impl<'a> CommittedJson<'a> {
    fn new(committed: &'a Committed) -> Self {
        Self {
            commit: &committed.commit,
            author: &committed.author,
            date: committed.date.as_deref(),
            path: committed.path.to_text().into_owned(),
            still: committed.still.word(),
        }
    }
}

/// A place in a file, or in the configuration.
#[derive(Serialize)]
#[serde(tag = "in", rename_all = "snake_case")]
enum PlaceJson<'a> {
    File { path: String, line: u32, column: u32 },
    Environment { name: &'a str },
    Label { name: &'a str },
    History { step: u32 },
    Command,
}

impl<'a> SecretJson<'a> {
    pub(crate) fn new(exposed: &'a ExposedSecret) -> Self {
        let secret = &exposed.secret;
        Self {
            kind: &secret.kind,
            name: &exposed.name,
            provider: &exposed.provider,
            severity: exposed.severity.word(),
            redacted: &secret.redacted,
            fingerprint: &secret.fingerprint,
            place: match &secret.spot {
                Spot::File { line, column } => {
                    PlaceJson::File { path: exposed.place.path.to_text().into_owned(), line: *line, column: *column }
                }
                Spot::Environment(name) => PlaceJson::Environment { name },
                Spot::Label(name) => PlaceJson::Label { name },
                Spot::History(step) => PlaceJson::History { step: step + 1 },
                Spot::Command => PlaceJson::Command,
            },
            layer: exposed.place.layer.map(layer_number),
            removed_in: exposed.removed.map(layer_number),
            committed: secret.committed.as_deref().map(CommittedJson::new),
            opens: &exposed.opens,
            rotate: &exposed.rotate,
            revocable: exposed.revocable,
            rotate_after_days: exposed.days,
            since: exposed.since.as_deref(),
            age_days: exposed.age,
            overdue: exposed.is_overdue(),
            suppressed: exposed.suppressed.as_deref(),
            verified: exposed.verified.map(Verified::word),
        }
    }
}
