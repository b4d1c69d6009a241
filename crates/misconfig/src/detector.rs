//! Facts to findings: every file of configuration becomes resources, and all of them are judged together.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use jiff::Timestamp;
use model::{
    AnalyzerId, Assessed, Configuration, Detector, Finding, Gap, GapKind, ImageConfig, Inventory, Item,
    Misconfiguration, Place, Severity,
};

use crate::helm::{self, Obstacle};
use crate::judge::{Cause, Failure, Tally, cut, judge};
use crate::origin::Origins;
use crate::secret::Secrets;
use crate::suppress::{Exceptions, Outcome};
use crate::{Reading, Resource, Span, Target, detect, host, image, kustomize, reader, rule, terraform};

/// Judges configuration by our rules.
#[derive(Debug, Default)]
pub struct Judge {
    /// The day of the report, after which exceptions are over.
    pub today: Option<Timestamp>,
    /// Files with values of Terraform's variables (`-var-file`), each with its name.
    pub variable_files: Vec<(String, Vec<u8>)>,
    /// Values of Terraform's variables (`-var`).
    pub variables: Vec<(String, String)>,
    assessed: Mutex<Vec<Assessed>>,
}

impl Judge {
    /// Judges as of a day.
    pub fn on(today: Timestamp) -> Self {
        Self { today: Some(today), ..Self::default() }
    }

    /// How often each rule was asked in the last judgement.
    pub fn take_assessed(&self) -> Vec<Assessed> {
        std::mem::take(&mut self.assessed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

const ID: AnalyzerId = AnalyzerId::new("misconfig");
/// What puts charts and kustomizations together. What it does not know, no rule is asked about, so that it is told apart.
const CHARTS: AnalyzerId = AnalyzerId::new("charts");

impl Detector for Judge {
    fn id(&self) -> AnalyzerId {
        ID
    }

    fn detect(&self, config: &ImageConfig, inventory: &Inventory, findings: &mut Vec<Finding>, gaps: &mut Vec<Gap>) {
        let files = files(inventory);
        let place = |file: usize| files.get(file).map(|(item, _)| item.fact.place.clone()).unwrap_or_default();
        let mut resources = image::resources(config, files.len());
        let mut declared = BTreeSet::new();
        // The image's configuration has the number after the files.
        let mut origins = Origins::new(files.len() + 1);
        let claimed = trees(&files, &mut resources, &mut origins, |missed| {
            let at = if missed.line == 0 { String::new() } else { format!("line {}: ", missed.line) };
            let kind = match missed.kind {
                Obstacle::Broken => GapKind::Corrupt,
                Obstacle::Limit => GapKind::LimitHit,
                Obstacle::Unknown => GapKind::UnknownValue,
                Obstacle::Unread => GapKind::Unsupported,
            };
            gaps.push(Gap { place: place(missed.file), by: CHARTS, kind, detail: at + &missed.reason });
        });
        for (file, reading) in read_all(&files, &claimed).into_iter().enumerate() {
            resources.extend(reading.resources);
            declared.extend(reading.secrets);
            gaps.extend(reading.gaps.into_iter().map(|wrong| {
                let kind = if wrong.limit { GapKind::LimitHit } else { GapKind::Corrupt };
                Gap { place: place(file), by: ID, kind, detail: wrong.what }
            }));
        }
        declared.extend(modules(&files, &self.options(), &mut resources, |file, line, reason| {
            let detail = if line == 0 { reason } else { format!("line {line}: {reason}") };
            gaps.push(Gap { place: file.map(place).unwrap_or_default(), by: ID, kind: GapKind::Unsupported, detail });
        }));
        let stray = (0..).zip(&files).filter(|(index, (_, file))| is_template(file) && !claimed.contains(index));
        gaps.extend(stray.map(|(_, (item, _))| {
            let detail =
                "a template whose chart is not here: without its values and helpers nobody knows what it makes";
            Gap { place: item.fact.place.clone(), by: ID, kind: GapKind::Unsupported, detail: detail.to_owned() }
        }));
        let mut secrets = Secrets::new(&resources, declared);
        let judgement = judge(&resources);
        let mut seen = HashSet::new();
        let mut exceptions = Exceptions::new(&resources, self.today);
        let read = |file: usize| {
            let content = files.get(file).map_or(&b""[..], |(_, file)| &file.content);
            (content, place(file).path.to_text().into_owned())
        };
        for mut failure in judgement.failures {
            let outcome = exceptions.of(&failure, |file, span| origins.of(file, span), read);
            let resource = &resources[failure.resource];
            let (file, span) = origins.of(resource.file, failure.cause.span);
            let found = failure.cause.found.take();
            let found = found.map(|text| cut(&secrets.value(resource.file, failure.cause.span, text)));
            // Two overlays of one base, and two releases of one chart, are wrong at one place.
            let same = (failure.rule.id, file, span, failure.cause.path.clone(), found.clone());
            if file != resource.file && !seen.insert(same) {
                continue;
            }
            let failure = Failure { cause: Cause { span, found, ..failure.cause }, ..failure };
            let content = files.get(file).map_or(&b""[..], |(_, file)| &file.content);
            // The lines of a template are not those of what it makes.
            let is_own = file == resource.file;
            let shown = |number: u32, line: &str| secrets.line(resource.file, is_own.then_some(number), line);
            let mut found = finding(&failure, resource, place(file), excerpt(content, span, shown));
            match outcome {
                Outcome::Stands => {}
                Outcome::Suppressed(reason) => found.suppressed = Some(reason),
                Outcome::Lapsed(why) => found.why = format!("{} {why}", found.why).into(),
            }
            findings.push(Finding::Misconfiguration(Box::new(found)));
        }
        gaps.extend(judgement.cut.iter().map(|index| {
            let resource = &resources[*index];
            let detail = format!("{}: more is wrong than is listed here", resource.address);
            Gap { place: place(origins.of(resource.file, Span::default()).0), by: ID, kind: GapKind::LimitHit, detail }
        }));
        gaps.extend(unknown(&judgement.unknown, &resources, &origins, place));
        *self.assessed.lock().unwrap_or_else(PoisonError::into_inner) = assessed(&judgement.tallies);
    }
}

impl Judge {
    fn options(&self) -> terraform::Options<'_> {
        let files = self.variable_files.iter().map(|(path, bytes)| terraform::File { path, bytes });
        terraform::Options { variable_files: files.collect(), variables: self.variables.clone(), workspace: None }
    }
}

/// What came of the rules that had something to say, sorted.
fn assessed(tallies: &BTreeMap<(&'static str, Target), Tally>) -> Vec<Assessed> {
    let all = tallies.iter().map(|((rule, target), tally)| Assessed {
        rule: (*rule).into(),
        language: target.name().into(),
        passed: tally.passed,
        failed: tally.failed,
        unknown: tally.unknown,
    });
    all.filter(|it| it.passed + it.failed + it.unknown > 0).collect()
}

/// The files that are judged. What a distribution brought is the same everywhere, and mostly an example; but a host's
/// settings count whoever wrote them first, since they are changed in place.
pub(crate) fn files(inventory: &Inventory) -> Vec<(&Item, &Configuration)> {
    inventory.configuration().filter(|(item, file)| item.owner.is_none() || is_host(file)).collect()
}

/// The resources of files, as far as they could be read.
pub(crate) fn resources(files: &[(&Item, &Configuration)]) -> Vec<Resource> {
    let mut resources = Vec::new();
    let claimed = trees(files, &mut resources, &mut Origins::new(files.len()), |_| {});
    resources.extend(read_all(files, &claimed).into_iter().flat_map(|reading| reading.resources));
    modules(files, &terraform::Options::default(), &mut resources, |_, _, _| {});
    resources
}

fn is_template(file: &Configuration) -> bool {
    file.language == Target::Kubernetes.name() && detect::is_template(&file.content)
}

fn is_host(file: &Configuration) -> bool {
    file.language == Target::Host.name()
}

fn is_terraform(file: &Configuration) -> bool {
    file.language == Target::Terraform.name()
}

/// The resources of Helm charts and kustomizations; says which files belong to them and are not judged by themselves.
fn trees(
    files: &[(&Item, &Configuration)],
    resources: &mut Vec<Resource>,
    origins: &mut Origins,
    gap: impl FnMut(helm::Gap),
) -> BTreeSet<usize> {
    let paths: Vec<_> = files.iter().map(|(item, _)| item.fact.place.path.to_text()).collect();
    let (mut claimed, mut gaps) = (BTreeSet::new(), Vec::new());
    let tree = || -> Vec<helm::File<'_>> {
        paths.iter().zip(files).map(|(path, (_, file))| helm::File { path, bytes: &file.content }).collect()
    };
    if paths.iter().any(|path| helm::is_chart(path)) {
        let rendering = helm::render(&tree(), &helm::Options::default());
        for manifest in rendering.manifests {
            let text = origins.add(manifest.lines);
            resources.extend(manifest.resources.into_iter().map(|resource| Resource { file: text, ..resource }));
        }
        gaps.extend(rendering.gaps);
        claimed.extend(rendering.claimed);
    }
    if paths.iter().any(|path| kustomize::is_kustomization(path)) {
        let built = kustomize::build(&tree());
        let text = origins.add(built.lines);
        resources.extend(built.resources.into_iter().map(|resource| Resource { file: text, ..resource }));
        gaps.extend(built.gaps);
        claimed.extend(built.claimed);
    }
    gaps.into_iter().for_each(gap);
    claimed
}

/// Adds the resources of Terraform, whose files only mean something together; returns what they declare sensitive.
fn modules(
    files: &[(&Item, &Configuration)],
    options: &terraform::Options<'_>,
    resources: &mut Vec<Resource>,
    mut gap: impl FnMut(Option<usize>, u32, String),
) -> BTreeSet<String> {
    let chosen: Vec<usize> = (0..files.len()).filter(|index| is_terraform(files[*index].1)).collect();
    if chosen.is_empty() {
        return BTreeSet::new();
    }
    let paths: Vec<_> = chosen.iter().map(|index| files[*index].0.fact.place.path.to_text()).collect();
    let tree: Vec<terraform::File<'_>> = chosen
        .iter()
        .zip(&paths)
        .map(|(index, path)| terraform::File { path, bytes: &files[*index].1.content })
        .collect();
    let evaluated = terraform::evaluate(&tree, options);
    let found = evaluated.roots.into_iter().flat_map(|root| root.resources);
    resources.extend(found.filter_map(|it| Some(Resource { file: *chosen.get(it.file)?, ..it })));
    for missed in evaluated.gaps {
        gap(missed.file.and_then(|file| chosen.get(file).copied()), missed.line, missed.reason);
    }
    evaluated.secrets
}

/// Reads every file that means something by itself and is claimed by nobody, several at once.
fn read_all(files: &[(&Item, &Configuration)], claimed: &BTreeSet<usize>) -> Vec<Reading> {
    let next = AtomicUsize::new(0);
    let done: Mutex<BTreeMap<usize, Reading>> = Mutex::default();
    let work = || {
        while let Some((index, (item, file))) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, files.get(at)?)))
        {
            if claimed.contains(&index) || is_template(file) || is_terraform(file) {
                continue;
            }
            let reading = if is_host(file) {
                host::read_at(&item.fact.place.path, &file.content, index)
            } else {
                let Some(read) = Target::from_name(&file.language).and_then(reader) else { continue };
                read(&file.content, index)
            };
            done.lock().unwrap_or_else(PoisonError::into_inner).insert(index, reading);
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, NonZero::get);
        for _ in 1..threads.min(files.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    (0..files.len()).map(|index| done.remove(&index).unwrap_or_default()).collect()
}

fn finding(failure: &Failure<'static>, resource: &Resource, place: Place, excerpt: Vec<String>) -> Misconfiguration {
    let (judged_by, cause) = (failure.rule, &failure.cause);
    let shared = |texts: &[&'static str]| texts.iter().copied().map(Cow::Borrowed).collect();
    Misconfiguration {
        place,
        rule: judged_by.id.into(),
        title: judged_by.title.into(),
        severity: Severity::from_word(judged_by.severity).unwrap_or_default(),
        language: resource.target.name().into(),
        resource: resource.address.clone(),
        attribute: cause.path.clone(),
        lines: (cause.span.first, cause.span.last),
        excerpt,
        found: cause.found.clone(),
        expected: cause.expected.clone(),
        why: judged_by.why.into(),
        fix: judged_by.fix.into(),
        code: judged_by.code.into(),
        references: shared(&judged_by.references),
        weaknesses: judged_by.cwe.iter().map(|number| format!("CWE-{number}")).collect(),
        aliases: shared(rule::aliases(judged_by.id)),
        controls: shared(&judged_by.controls),
        suppressed: None,
    }
}

/// The lines of a span, the first ones, as they may be shown.
fn excerpt(content: &[u8], span: Span, mut shown: impl FnMut(u32, &str) -> String) -> Vec<String> {
    if span.first == 0 {
        return Vec::new();
    }
    let count = (span.last.saturating_sub(span.first) as usize + 1).min(Misconfiguration::MOST_LINES);
    let lines = content.split(|byte| *byte == b'\n').skip(span.first as usize - 1).take(count);
    let lines = (span.first..).zip(lines);
    lines.map(|(number, line)| shown(number, String::from_utf8_lossy(line).trim_end()).replace('\t', "    ")).collect()
}

/// One gap for each attribute that nobody knows, whatever number of rules ask for it.
fn unknown<'a>(
    unknown: &'a [Failure<'a>],
    resources: &'a [Resource],
    origins: &Origins,
    place: impl Fn(usize) -> Place + 'a,
) -> impl Iterator<Item = Gap> + 'a {
    let mut rules: BTreeMap<(usize, u32, usize, &str), Vec<&str>> = BTreeMap::new();
    for failure in unknown {
        let (resource, cause) = (&resources[failure.resource], &failure.cause);
        let (file, span) = origins.of(resource.file, cause.span);
        let key = (file, span.first, failure.resource, &*cause.path);
        rules.entry(key).or_default().push(failure.rule.id);
    }
    rules.into_iter().map(move |((file, line, resource, path), mut rules)| {
        rules.sort_unstable();
        rules.dedup();
        let shown = rules[..rules.len().min(3)].join(", ");
        let more = if rules.len() > 3 { format!(" and {} more rules", rules.len() - 3) } else { String::new() };
        let address = &resources[resource].address;
        let detail = format!("line {line}: {address}: {path} is not known yet, so {shown}{more} could not be judged");
        Gap { place: place(file), by: ID, kind: GapKind::UnknownValue, detail }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::{Fact, What};

    /// Judges files, and shows findings as `rule path:line` and gaps as `kind path`.
    fn check(files: &[(&str, &str)], expected: &[&str]) {
        let item = |(path, content): &(&str, &str)| Item {
            fact: Fact {
                what: What::Configuration(Configuration {
                    language: {
                        let (path, content) = (&(*path).into(), content.as_bytes());
                        let target = detect::language(path, content).map(Target::name);
                        target.or_else(|| detect::part(path, content)).unwrap().into()
                    },
                    content: content.as_bytes().to_vec(),
                }),
                place: Place { layer: None, path: (*path).into() },
                by: AnalyzerId::new("configuration"),
            },
            removed: None,
            owner: None,
        };
        let inventory = Inventory { items: files.iter().map(item).collect(), ..Inventory::default() };
        let (mut findings, mut gaps) = (Vec::new(), Vec::new());
        Judge::default().detect(&ImageConfig::default(), &inventory, &mut findings, &mut gaps);
        let shown = findings.iter().filter_map(Finding::misconfiguration);
        let shown = shown.map(|it| format!("{} {}:{}", it.rule, it.place.path.to_text(), it.lines.0));
        let gaps = gaps.iter().map(|gap| format!("{} {}", gap.kind.name(), gap.place.path.to_text()));
        let seen: Vec<_> = shown.chain(gaps).collect();
        for (index, line) in seen.iter().enumerate() {
            let twice = line.contains("POD-01") && seen[..index].contains(line);
            assert!(!twice, "{line} is there twice");
        }
        for line in expected {
            assert!(seen.iter().any(|seen| seen == line), "{line} is not among {seen:#?}");
        }
        assert!(!expected.is_empty() || seen.is_empty(), "{seen:#?}");
    }

    const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {app: a}}\nspec:\n  hostPID: true\n  containers:\n  - {name: a, image: a}\n";
    const POLICY: &str =
        "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}}\n";

    #[test]
    fn files_are_judged_together() {
        check(&[("a/pod.yaml", POD)], &["PLM-K8S-POD-010 a/pod.yaml:5", "PLM-K8S-NET-001 a/pod.yaml:1"]);
        let alone = Inventory::default();
        let (mut findings, mut gaps) = (Vec::new(), Vec::new());
        Judge::default().detect(&ImageConfig::default(), &alone, &mut findings, &mut gaps);
        assert!(findings.is_empty() && gaps.is_empty());
        let both = &[("a/pod.yaml", POD), ("b/policy.yaml", POLICY)];
        let item = |rule: &str| format!("{rule} a/pod.yaml:1");
        let seen = std::panic::catch_unwind(|| check(both, &[&*item("PLM-K8S-NET-001")]));
        assert!(seen.is_err(), "the policy in the other file chooses the pod");
    }

    #[test]
    fn what_cannot_be_read_or_judged_is_a_gap() {
        check(&[("a.yaml", "apiVersion: v1\nkind: Pod\nmetadata: [\n")], &["corrupt a.yaml"]);
        check(
            &[("templates/a.yaml", "apiVersion: v1\nkind: Pod\nx: {{ .Values.x }}\n")],
            &["unsupported templates/a.yaml"],
        );
        check(&[("Dockerfile", "ARG X\nFROM a:1\nARG NAME\nUSER $NAME\n")], &["unknown-value Dockerfile"]);
    }

    #[test]
    fn charts_are_rendered_and_lead_back_to_their_templates() {
        let chart = ("c/Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");
        let values = ("c/values.yaml", "debug: true\n");
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {{ .Release.Name }}-a\nspec:\n  {{- if .Values.debug }}\n  hostPID: true\n  {{- end }}\n  {{- include \"spec\" . | nindent 2 }}\n";
        let helpers = "{{- define \"spec\" -}}\ncontainers:\n- name: a\n  image: a\n  securityContext:\n    privileged: true\n{{- end }}\n";
        check(
            &[chart, values, ("c/templates/pod.yaml", pod), ("c/templates/_helpers.tpl", helpers)],
            &["PLM-K8S-POD-010 c/templates/pod.yaml:7", "PLM-K8S-POD-001 c/templates/_helpers.tpl:6"],
        );
    }

    #[test]
    fn overlays_are_judged_as_they_are_built() {
        let base = "resources: [pod.yaml]\n";
        let overlay = "resources: [../../base]\nnamePrefix: p-\npatches:\n- path: patch.yaml\n";
        let patch = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  hostNetwork: true\n";
        let plain = "apiVersion: v1\nkind: Pod\nmetadata: {name: b}\nspec:\n  hostPID: true\n  containers: []\n";
        check(
            &[
                ("base/kustomization.yaml", base),
                ("base/pod.yaml", POD),
                ("o/prod/kustomization.yaml", overlay),
                ("o/prod/patch.yaml", patch),
                ("o/test/kustomization.yaml", overlay),
                ("o/test/patch.yaml", patch),
                ("other.yaml", plain),
            ],
            &[
                "PLM-K8S-POD-010 base/pod.yaml:5",
                "PLM-K8S-POD-010 o/prod/patch.yaml:5",
                "PLM-K8S-POD-010 o/test/patch.yaml:5",
                "PLM-K8S-POD-010 other.yaml:5",
            ],
        );
    }

    #[test]
    fn rules_are_counted_by_what_came_of_them() {
        let item = |path: &str, language: &str, content: &str| Item {
            fact: Fact {
                what: What::Configuration(Configuration { language: language.into(), content: content.into() }),
                place: Place { layer: None, path: path.into() },
                by: AnalyzerId::new("configuration"),
            },
            removed: None,
            owner: None,
        };
        let docker = |user: &str| item("Dockerfile", "dockerfile", &format!("FROM a:1\nARG NAME\nUSER {user}\n"));
        let items = vec![docker("0"), docker("root"), docker("7"), docker("$NAME"), item("a.yaml", "kubernetes", POD)];
        let inventory = Inventory { items, ..Inventory::default() };
        let judge = Judge::default();
        judge.detect(&ImageConfig::default(), &inventory, &mut Vec::new(), &mut Vec::new());
        let assessed = judge.take_assessed();
        let of = |rule: &str| {
            let found = assessed.iter().find(|it| it.rule == rule).unwrap();
            (&*found.language, found.passed, found.failed, found.unknown)
        };
        assert_eq!(of("PLM-DOCKER-IMAGE-001"), ("dockerfile", 1, 2, 1));
        assert_eq!(of("PLM-K8S-POD-010"), ("kubernetes", 0, 1, 0));
        assert!(!assessed.iter().any(|it| it.rule.starts_with("PLM-AWS")), "nothing of that kind was there");
        assert!(judge.take_assessed().is_empty());
    }
}
