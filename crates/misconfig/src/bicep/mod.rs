//! Bicep ("Bicep file structure and syntax"): sources become what Bicep itself makes of them, a template of Azure Resource
//! Manager, and that is read as one. So rules for templates judge sources.
//!
//! Parameters and variables become those of the template, expressions its functions, `${…}` in texts `concat`, and `a.id` of a
//! resource `resourceId`. Of a loop one instance is there, and its variable is unknown. Modules are other files, and judged there;
//! what they give back is unknown, as is everything that only Azure knows.

mod parse;
mod token;

use crate::yaml::Wrong;
use crate::{Reading, arm};

/// A line, and what is wrong there.
type Failure = (u32, &'static str);

/// Whether a file is a source of Bicep, and no template in JSON.
pub fn is_source(content: &[u8]) -> bool {
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content).trim_ascii_start();
    !content.is_empty() && !matches!(content[0], b'{' | b'[')
}

/// Reads a source; `file` is the number that its resources bear.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let (template, failure) = parse::template(text);
    let mut reading = arm::tree(&template, file);
    if let Some((line, what)) = failure {
        reading.gaps.push(Wrong { what: format!("line {line}: {what}"), limit: false });
    }
    reading
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Node, Resource, Value};

    const SOURCE: &str = "\
// A shop.
targetScope = 'resourceGroup'
@description('where')
param location string = resourceGroup().location
param name string = 'shop'
param open bool
param kinds array = [
  'a'
  'b'
]
var full = '${name}-logs'
var isBig = name == 'shop' && !false

resource store 'Microsoft.Storage/storageAccounts@2023-01-01' = {
  name: full
  location: location
  sku: { name: isBig ? 'Standard_GRS' : 'Standard_LRS' }
  properties: {
    supportsHttpsTrafficOnly: open
    minimumTlsVersion: 'TLS1_2'
    'key with space': 1
    ips: [for ip in kinds: {
      value: ip
    }]
  }
  resource blobs 'blobServices' = {
    name: 'default'
  }
}

resource old 'Microsoft.KeyVault/vaults@2023-07-01' existing = {
  name: 'old'
}

resource site 'Microsoft.Web/sites@2023-12-01' = if (name != 'other') {
  name: 'site-${uniqueString(resourceGroup().id)}'
  properties: {
    storage: store.id
    text: '''it's
two lines'''
    host: store.properties.primaryEndpoints.blob
  }
}

module net 'net.bicep' = {
  name: 'net'
  params: { a: 1 }
}

resource loop 'Microsoft.Cache/redis@2023-08-01' = [for (it, i) in kinds: {
  name: 'r${i}'
}]

output id string = store.id
";

    fn shown(node: Option<&Node>) -> String {
        match node.map(|node| &node.value) {
            Some(Value::Text(text)) => text.clone(),
            Some(other) => format!("{other:?}"),
            None => "nothing".to_owned(),
        }
    }

    #[test]
    fn sources_become_resources() {
        let reading = read(SOURCE.as_bytes(), 0);
        assert!(reading.gaps.is_empty(), "{:?}", reading.gaps);
        let seen: Vec<_> = reading.resources.iter().map(|it| &*it.address).collect();
        let expected = [
            "Microsoft.Storage/storageAccounts/shop-logs",
            "Microsoft.Storage/storageAccounts/blobServices/default",
            "Microsoft.Web/sites/?",
            "Microsoft.Cache/redis/?",
        ];
        assert_eq!(seen, expected);
        let store: &Resource = &reading.resources[0];
        assert_eq!(shown(store.body.at(&["sku", "name"])), "Standard_GRS");
        assert_eq!(shown(store.body.at(&["properties", "supportsHttpsTrafficOnly"])), "Unknown");
        assert_eq!(shown(store.body.at(&["properties", "minimumTlsVersion"])), "TLS1_2");
        assert_eq!(store.body.at(&["properties", "minimumTlsVersion"]).unwrap().span.first, 20);
        let site = &reading.resources[2].body;
        let storage = shown(site.at(&["properties", "storage"]));
        assert_eq!(storage, "Reference(\"Microsoft.Storage/storageAccounts/shop-logs\")");
        assert_eq!(shown(site.at(&["properties", "text"])), "it's\ntwo lines");
        assert_eq!(shown(site.at(&["properties", "host"])), "Unknown");
    }

    #[test]
    fn broken_and_hostile_sources_do_no_harm() {
        for text in [
            "a",
            "param",
            "param a",
            "var a =",
            "var a = '",
            "var a = ${",
            "resource",
            "resource a 'b' =",
            "var a = '${'",
            "@",
            "var a = [",
            "var a = {b: c: d}",
            "var a = b ? c",
            "var a = (",
            "\u{1}",
            "resource a 'b@1' = { name: a.name }\nvar b = a.id",
        ] {
            read(text.as_bytes(), 0);
        }
        assert_eq!(read(b"var a = [\n", 0).gaps.len(), 1);
        assert_eq!(read(format!("var a = {}1", "(".repeat(10_000)).as_bytes(), 0).gaps.len(), 1);
        assert_eq!(read(format!("var a = {}1", "!".repeat(10_000)).as_bytes(), 0).gaps.len(), 1);
        // Every name is two of the next one.
        let mut chain = String::new();
        for n in 0..60 {
            let next = n + 1;
            let name = format!("${{r{next}.name}}");
            chain.extend(["resource r", &n.to_string(), " 'a/b@1' = {\n  name: '", &name, &name, "'\n}\n"]);
        }
        assert_eq!(read(chain.as_bytes(), 0).gaps.len(), 1);
        let nested = "'${".repeat(200) + &"}'".repeat(200);
        read(format!("var a = {nested}").as_bytes(), 0);
    }
}
