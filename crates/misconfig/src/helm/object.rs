//! What templates see besides the values (Helm, "Built-in Objects"), and in which order they are read.

use std::rc::Rc;

use base64::prelude::{BASE64_STANDARD, Engine};
use regex::{Regex, RegexBuilder};

use super::File;
use super::chart::Chart;
use crate::template::datum::{Datum, Map, Object};
use crate::template::yaml;

/// The version of Kubernetes that Helm 3.18 assumes where there is no cluster.
const KUBERNETES: (&str, &str, &str) = ("v1.33.0", "1", "33");
const HELM: &str = "v3.18.6";

/// A template of a chart or of one in it.
pub struct Template {
    /// The name by which others find it: `shop/charts/db/templates/service.yaml`.
    pub name: String,
    /// The folder of templates that it is in.
    pub base: String,
    /// Its file.
    pub file: usize,
    /// Whether what it writes is a manifest, where else it only defines templates.
    pub is_rendered: bool,
    /// The dot, which all templates of a chart share.
    pub context: Datum,
}

/// All templates in the order in which Helm reads and renders them: the innermost charts first, and the last name first.
pub fn templates(files: &[File<'_>], chart: &Chart, values: &Datum) -> Vec<Template> {
    let mut found = Vec::new();
    let release = Datum::record([
        ("IsInstall", Datum::Bool(true)),
        ("IsUpgrade", Datum::Bool(false)),
        ("Name", Datum::text("release-name")),
        ("Namespace", Datum::text("default")),
        ("Revision", Datum::Int(1)),
        ("Service", Datum::text("Helm")),
    ]);
    let shared = Shared { release, capabilities: capabilities(), files };
    shared.of(chart, values, &chart.name, true, &mut found);
    let depth = |name: &str| name.matches('/').count();
    found.sort_by(|a, b| depth(&b.name).cmp(&depth(&a.name)).then_with(|| b.name.cmp(&a.name)));
    found
}

struct Shared<'f> {
    release: Datum,
    capabilities: Datum,
    files: &'f [File<'f>],
}

impl Shared<'_> {
    fn of(&self, chart: &Chart, values: &Datum, path: &str, is_root: bool, found: &mut Vec<Template>) -> Datum {
        let others = chart
            .others
            .iter()
            .filter_map(|(path, file)| Some((path.clone(), yaml::lossy(self.files.get(*file)?.bytes))));
        let others = others.collect();
        let context = Datum::record([
            ("Capabilities", self.capabilities.clone()),
            ("Chart", metadata(chart, is_root)),
            ("Files", Datum::Object(Rc::new(Files(others)))),
            ("Release", self.release.clone()),
            ("Values", values.clone()),
        ]);
        let mut inner_contexts = Map::new();
        for inner in &chart.inner {
            let own = values.get(&inner.name).unwrap_or_else(|| Datum::map(Map::new()));
            let context = self.of(inner, &own, &format!("{path}/charts/{}", inner.name), false, found);
            inner_contexts.insert(inner.name.as_str().into(), context);
        }
        if let Some(entries) = context.entries() {
            entries.borrow_mut().insert("Subcharts".into(), Datum::map(inner_contexts));
        }
        let base = format!("{path}/templates");
        for (name, file) in &chart.templates {
            let is_partial = name.rsplit('/').next().is_some_and(|name| name.starts_with('_'));
            if chart.is_library() && !is_partial || self.files.get(*file).is_none() {
                continue;
            }
            found.push(Template {
                name: format!("{path}/{name}"),
                base: base.clone(),
                file: *file,
                is_rendered: !is_partial,
                context: context.clone(),
            });
        }
        context
    }
}

/// What `Chart.yaml` says, with the names that Go has for it.
fn metadata(chart: &Chart, is_root: bool) -> Datum {
    const NAMES: &[(&str, &str)] = &[
        ("APIVersion", "apiVersion"),
        ("Annotations", "annotations"),
        ("AppVersion", "appVersion"),
        ("Condition", "condition"),
        ("Dependencies", "dependencies"),
        ("Deprecated", "deprecated"),
        ("Description", "description"),
        ("Home", "home"),
        ("Icon", "icon"),
        ("Keywords", "keywords"),
        ("KubeVersion", "kubeVersion"),
        ("Maintainers", "maintainers"),
        ("Name", "name"),
        ("Sources", "sources"),
        ("Tags", "tags"),
        ("Type", "type"),
        ("Version", "version"),
    ];
    let value = |name: &str, key: &str| match (chart.metadata.get(key), name) {
        (Some(value @ (Datum::List(_) | Datum::Map(_) | Datum::Bool(_))), _) => value,
        (Some(Datum::Nil) | None, "Annotations" | "Dependencies" | "Keywords" | "Maintainers" | "Sources") => {
            Datum::Nil
        }
        (Some(Datum::Nil) | None, "Deprecated") => Datum::Bool(false),
        (Some(Datum::Nil) | None, _) => Datum::text(""),
        (Some(value), _) => Datum::text(format!("{value:?}")),
    };
    let mut entries: Map = NAMES.iter().map(|(name, key)| (Rc::from(*name), value(name, key))).collect();
    entries.insert("IsRoot".into(), Datum::Bool(is_root));
    Datum::map(entries)
}

/// The cluster: Kubernetes as Helm assumes it.
fn capabilities() -> Datum {
    let (version, major, minor) = KUBERNETES;
    let kubernetes = Version(Datum::record([
        ("GitVersion", Datum::text(version)),
        ("Major", Datum::text(major)),
        ("Minor", Datum::text(minor)),
        ("Version", Datum::text(version)),
    ]));
    let helm = Datum::record([("GoVersion", Datum::Unknown), ("Version", Datum::text(HELM))]);
    Datum::record([
        ("APIVersions", Datum::Object(Rc::new(ApiVersions))),
        ("HelmVersion", helm),
        ("KubeVersion", Datum::Object(Rc::new(kubernetes))),
    ])
}

/// `KubeVersion`, which is written as the version itself.
struct Version(Datum);

impl Object for Version {
    fn get(&self, name: &str, _: &[Datum]) -> Option<Result<Datum, String>> {
        let name = if name == "String" { "Version" } else { name };
        self.0.get(name).map(Ok)
    }

    fn whole(&self) -> Datum {
        self.0.get("Version").unwrap_or(Datum::Nil)
    }
}

/// `APIVersions`: groups with versions. Which kinds there are only a cluster knows.
struct ApiVersions;

/// What Helm has compiled in: the groups of Kubernetes and of its definitions of resources.
const API_VERSIONS: &[&str] = &[
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
    "apiextensions.k8s.io/v1beta1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1alpha1",
    "certificates.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "internal.apiserver.k8s.io/v1alpha1",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1alpha1",
    "rbac.authorization.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1beta2",
    "scheduling.k8s.io/v1",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storage.k8s.io/v1beta1",
    "storagemigration.k8s.io/v1alpha1",
    "v1",
];

impl Object for ApiVersions {
    fn get(&self, name: &str, arguments: &[Datum]) -> Option<Result<Datum, String>> {
        let asked = arguments.first().and_then(Datum::as_text).unwrap_or_default();
        (name == "Has").then(|| Ok(Datum::Bool(API_VERSIONS.contains(&asked))))
    }

    fn whole(&self) -> Datum {
        Datum::list(API_VERSIONS.iter().copied().map(Datum::text).collect())
    }
}

/// `Files`: what else lies in the chart's folder. Not every file was kept, so that one that is not here is unknown.
struct Files(Vec<(String, Rc<str>)>);

impl Files {
    fn named(&self, wanted: &Datum) -> Datum {
        let found = self.0.iter().find(|(path, _)| wanted.as_text() == Some(path));
        found.map_or(Datum::Unknown, |(_, text)| Datum::text(Rc::clone(text)))
    }

    /// A list of entries by the last part of their path, as YAML.
    fn listed(&self, value: fn(&str) -> String) -> Result<Datum, String> {
        let entry = |(path, text): &(String, Rc<str>)| {
            let name = path.rsplit('/').next().unwrap_or_default();
            (Rc::from(name), Datum::text(value(text)))
        };
        let entries: Map = self.0.iter().map(entry).collect();
        if entries.is_empty() { Ok(Datum::text("")) } else { yaml::encode(&Datum::map(entries)).map(Datum::text) }
    }
}

impl Object for Files {
    fn get(&self, name: &str, arguments: &[Datum]) -> Option<Result<Datum, String>> {
        let asked = arguments.first().unwrap_or(&Datum::Nil);
        Some(match name {
            "Get" | "GetBytes" => Ok(self.named(asked)),
            "Lines" => Ok(match self.named(asked) {
                Datum::Text(text) => Datum::list(text.trim_end_matches('\n').split('\n').map(Datum::text).collect()),
                other => other,
            }),
            "Glob" => {
                let pattern = asked.as_text().and_then(pattern);
                let chosen = self.0.iter().filter(|(path, _)| pattern.as_ref().is_some_and(|it| it.is_match(path)));
                let chosen: Vec<_> = chosen.cloned().collect();
                Ok(if chosen.is_empty() { Datum::Unknown } else { Datum::Object(Rc::new(Self(chosen))) })
            }
            "AsConfig" => self.listed(str::to_owned),
            "AsSecrets" => self.listed(|text| BASE64_STANDARD.encode(text)),
            _ => return None,
        })
    }

    fn whole(&self) -> Datum {
        Datum::map(self.0.iter().map(|(path, text)| (path.as_str().into(), Datum::text(Rc::clone(text)))).collect())
    }
}

/// A pattern of paths: `*` within a step, `**` across them, `{a,b}`.
fn pattern(pattern: &str) -> Option<Regex> {
    let (mut out, mut rest, mut open) = ("^".to_owned(), pattern, false);
    while let Some(first) = rest.chars().next() {
        let (length, part) = match first {
            '*' if rest.starts_with("**") => (2, ".*".to_owned()),
            '*' => (1, "[^/]*".to_owned()),
            '?' => (1, "[^/]".to_owned()),
            '{' => (1, "(?:".to_owned()),
            '}' => (1, ")".to_owned()),
            ',' if open => (1, "|".to_owned()),
            _ => (first.len_utf8(), regex::escape(&rest[..first.len_utf8()])),
        };
        open = (open || first == '{') && first != '}';
        out.push_str(&part);
        rest = &rest[length..];
    }
    out.push('$');
    RegexBuilder::new(&out).size_limit(1 << 20).build().ok()
}
