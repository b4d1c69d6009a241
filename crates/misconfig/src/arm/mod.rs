//! Azure Resource Manager's templates in JSON, and what Bicep compiles to: resources with parameters' defaults, variables and
//! functions evaluated ("Understand the structure and syntax of ARM templates").
//!
//! What rules see: the kind is the resource's whole `type`, that of the parent in front where it is nested in it; the body is
//! the resource with `properties`, `sku` and so on. Resources that only are looked up (`existing`) and those whose condition is
//! false are left out. Of a loop (`copy`) one instance is there. Templates inside of deployments are read as far as they are in
//! the file. Functions of a template's own are not evaluated, and parameters without a default are unknown.

mod expression;

use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Span, Target, Value, bicep, json};

use self::expression::Scope;

/// Resources that one file may have; a deployment allows 800.
const MOST_RESOURCES: usize = 5000;
/// How deep resources lie in others, and templates in templates.
const DEEPEST: usize = 8;

/// The resources of a template that is there as a tree.
pub(crate) fn tree(root: &Node, file: usize) -> Reading {
    let mut reading = Reading::default();
    template(root, Vec::new(), file, 0, &mut reading);
    reading
}

/// Reads a template, or a source of Bicep; `file` is the number that its resources bear.
pub fn read(content: &[u8], file: usize) -> Reading {
    if bicep::is_source(content) {
        return bicep::read(content, file);
    }
    let mut reading = Reading::default();
    match json::parse(content) {
        Ok(root) => template(&root, Vec::new(), file, 0, &mut reading),
        Err(what) => reading.gaps.push(Wrong { what, limit: false }),
    }
    reading
}

fn template(root: &Node, given: Vec<(String, Node)>, file: usize, depth: usize, reading: &mut Reading) {
    for (name, parameter) in root.get("parameters").map(Node::entries).unwrap_or_default() {
        let kind = parameter.get("type").and_then(Node::text).unwrap_or_default().to_ascii_lowercase();
        if kind.starts_with("secure") {
            let given = given.iter().find(|(given, _)| given == name).map(|(_, value)| value);
            let value = given.or_else(|| parameter.get("defaultValue")).and_then(Node::text);
            reading.secrets.extend(value.map(str::to_owned));
        }
    }
    let scope = Scope::new(root, given);
    if let Some(resources) = root.get("resources") {
        self::resources(&scope, resources, "", file, depth, reading);
    }
    if scope.is_exhausted() {
        let what = "evaluating the template takes too long; what is left of it is unknown".to_owned();
        reading.gaps.push(Wrong { what, limit: true });
    }
}

/// A list, or a mapping by symbolic names, as Bicep writes it.
fn resources(scope: &Scope<'_>, declared: &Node, parent: &str, file: usize, depth: usize, reading: &mut Reading) {
    let of_map = declared.entries().iter().map(|(_, resource)| resource);
    for declared in declared.items().iter().chain(of_map) {
        if reading.resources.len() >= MOST_RESOURCES || depth > DEEPEST {
            let what = format!("line {}: more resources than are read", declared.span.first);
            reading.gaps.push(Wrong { what, limit: true });
            return;
        }
        resource(scope, declared, parent, file, depth, reading);
    }
}

fn resource(scope: &Scope<'_>, declared: &Node, parent: &str, file: usize, depth: usize, reading: &mut Reading) {
    let Some(kind) = declared.get("type").and_then(Node::text) else { return };
    let holds = |name: &str| declared.get(name).map(|value| scope.evaluate(value).value);
    if holds("condition") == Some(Value::Bool(false)) || holds("existing") == Some(Value::Bool(true)) {
        return;
    }
    let kind = if parent.is_empty() || kind.contains('/') { kind.to_owned() } else { format!("{parent}/{kind}") };
    let nested = declared.get("resources");
    let deployed = is_deployment(&kind).then(|| declared.at(&["properties", "template"])).flatten();
    if let Some(inner) = deployed {
        template(inner, parameters(scope, declared), file, depth + 1, reading);
    }
    let entries = declared.entries().iter().filter(|(key, _)| key != "resources");
    let entries = entries.filter(|_| deployed.is_none()).map(|(key, value)| (key.clone(), scope.evaluate(value)));
    let body = Value::Map(entries.collect()).at(declared.span);
    let name = declared.get("name").map(|name| scope.evaluate(name).value);
    let name = if let Some(Value::Text(name)) = &name { name } else { "?" };
    let address = format!("{kind}/{name}");
    if deployed.is_none() {
        reading.resources.push(Resource { target: Target::Arm, kind: kind.clone(), address, file, body });
    }
    if let Some(nested) = nested {
        resources(scope, nested, &kind, file, depth + 1, reading);
    }
}

fn is_deployment(kind: &str) -> bool {
    kind.eq_ignore_ascii_case("Microsoft.Resources/deployments")
}

/// What a deployment gives to the template in it.
fn parameters(scope: &Scope<'_>, deployment: &Node) -> Vec<(String, Node)> {
    let given = deployment.at(&["properties", "parameters"]).map_or(&[][..], Node::entries);
    let value = |(name, given): &(String, Node)| {
        let value = given.get("value").map(|value| scope.evaluate(value));
        (name.clone(), value.unwrap_or_else(|| Value::Unknown.at(Span::default())))
    };
    given.iter().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kind name: sku` for each resource.
    fn shown(text: &str) -> Vec<String> {
        let reading = read(text.as_bytes(), 0);
        assert_eq!(reading.gaps.len(), 0, "{:?}", reading.gaps);
        let line = |resource: &Resource| {
            let sku = resource.body.at(&["sku", "name"]).and_then(Node::text).unwrap_or("-");
            format!("{}: {sku}", resource.address)
        };
        reading.resources.iter().map(line).collect()
    }

    #[test]
    fn resources_are_read_with_those_in_them() {
        let text = r#"{
            "parameters": {"name": {"type": "string", "defaultValue": "logs"}, "extra": {"type": "bool", "defaultValue": false}},
            "resources": [
                {"type": "Microsoft.Storage/storageAccounts", "name": "[parameters('name')]", "sku": {"name": "Standard_LRS"},
                    "resources": [{"type": "blobServices", "name": "default"}]},
                {"type": "Microsoft.Web/sites", "name": "a", "condition": "[parameters('extra')]"}
            ]}"#;
        let expected = [
            "Microsoft.Storage/storageAccounts/logs: Standard_LRS",
            "Microsoft.Storage/storageAccounts/blobServices/default: -",
        ];
        assert_eq!(shown(text), expected);
    }

    #[test]
    fn bicep_names_resources_and_looks_some_up() {
        let text = r#"{"languageVersion": "2.0", "resources": {
            "vault": {"existing": true, "type": "Microsoft.KeyVault/vaults", "name": "a"},
            "site": {"type": "Microsoft.Web/sites", "name": "[format('{0}-{1}', 'shop', 'eu')]", "sku": {"name": "S1"}}}}"#;
        assert_eq!(shown(text), ["Microsoft.Web/sites/shop-eu: S1"]);
    }

    #[test]
    fn templates_in_deployments_get_their_parameters() {
        let text = r#"{"variables": {"tier": "Premium"}, "resources": [{"type": "Microsoft.Resources/deployments", "name": "inner",
            "properties": {"parameters": {"tier": {"value": "[variables('tier')]"}}, "template": {
                "parameters": {"tier": {"type": "string"}},
                "resources": [{"type": "Microsoft.Cache/redis", "name": "a", "sku": {"name": "[parameters('tier')]"}}]}}}]}"#;
        assert_eq!(shown(text), ["Microsoft.Cache/redis/a: Premium"]);
    }

    #[test]
    fn broken_and_hostile_templates_do_no_harm() {
        assert_eq!(read(b"{", 0).gaps.len(), 1);
        assert!(read(b"[1]", 0).resources.is_empty());
        let many = format!("{{\"resources\": [{}]}}", vec![r#"{"type": "a/b"}"#; MOST_RESOURCES + 1].join(","));
        let reading = read(many.as_bytes(), 0);
        assert!(reading.resources.len() == MOST_RESOURCES && reading.gaps[0].limit);
        // Every variable is ten of the one before.
        let variables: Vec<String> = (1..12)
            .map(|n| format!("\"v{n}\": [{}]", vec![format!("\"[variables('v{}')]\"", n - 1); 10].join(",")))
            .collect();
        let bomb = format!(
            "{{\"variables\": {{\"v0\": \"a\", {}}}, \"resources\": [{{\"type\": \"a/b\", \"x\": \"[variables('v11')]\"}}]}}",
            variables.join(",")
        );
        assert!(read(bomb.as_bytes(), 0).gaps[0].limit);
    }
}
