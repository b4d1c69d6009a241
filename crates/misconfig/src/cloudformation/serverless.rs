//! The Serverless Application Model (`Transform: AWS::Serverless-2016-10-31`): what `Globals` gives to resources, and the
//! plain resources that the transform makes of its own kinds, as far as their settings are the same under other names.

use std::collections::HashMap;

use crate::{Node, Value};

use super::intrinsic::Template;

/// What a kind becomes, and which of its properties have other names there.
type Plain = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PLAIN: &[Plain] = &[
    (
        "AWS::Serverless::Function",
        "AWS::Lambda::Function",
        &[
            ("FunctionUrlConfig", ""),
            ("Policies", ""),
            ("Events", ""),
            ("Tracing", "TracingConfig.Mode"),
            ("DeadLetterQueue", "DeadLetterConfig"),
        ],
    ),
    ("AWS::Serverless::Api", "AWS::ApiGateway::Stage", &[("Auth", ""), ("Cors", ""), ("DefinitionBody", "")]),
    ("AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Stage", &[("Auth", ""), ("DefinitionBody", "")]),
    ("AWS::Serverless::SimpleTable", "AWS::DynamoDB::Table", &[("PrimaryKey", "")]),
    ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion", &[]),
    (
        "AWS::Serverless::StateMachine",
        "AWS::StepFunctions::StateMachine",
        &[("Policies", ""), ("Events", ""), ("Tracing", "TracingConfiguration")],
    ),
];

/// Gives a resource what `Globals` says of its kind: mappings are merged, lists follow each other, and what the resource says
/// itself counts.
pub(super) fn add_globals(template: &Template<'_>, kind: &str, globals: &Node, properties: &mut Node) {
    let Some(name) = kind.strip_prefix("AWS::Serverless::") else { return };
    if let Some(global) = globals.get(name)
        && template.pay(global.weight())
    {
        merge(global, properties);
    }
}

fn merge(global: &Node, own: &mut Node) {
    match (&global.value, &mut own.value) {
        (Value::Map(global), Value::Map(own)) => {
            let places: HashMap<String, usize> =
                own.iter().enumerate().map(|(at, (key, _))| (key.clone(), at)).collect();
            for (key, value) in global {
                match places.get(key) {
                    Some(at) => merge(value, &mut own[*at].1),
                    None => own.push((key.clone(), value.clone())),
                }
            }
        }
        (Value::List(global), Value::List(own)) => {
            own.splice(0..0, global.iter().cloned());
        }
        (_, Value::Null) => *own = global.clone(),
        _ => {}
    }
}

/// The plain resource that the transform makes: its kind and its properties.
pub(super) fn plain(kind: &str, properties: &Node) -> Option<(&'static str, Node)> {
    let (_, plain, names) = PLAIN.iter().find(|(of, _, _)| *of == kind)?;
    let mut entries = Vec::new();
    for (key, value) in if let Value::Map(entries) = &properties.value { entries.as_slice() } else { &[] } {
        let name = names.iter().find(|(from, _)| from == key).map_or(key.as_str(), |(_, to)| *to);
        match name.split_once('.') {
            _ if name.is_empty() => {}
            Some((outer, inner)) => {
                let value = Value::Map(vec![(inner.to_owned(), value.clone())]);
                entries.push((outer.to_owned(), Node { value, span: properties.span }));
            }
            None => entries.push((name.to_owned(), value.clone())),
        }
    }
    Some((plain, Node { value: Value::Map(entries), span: properties.span }))
}
