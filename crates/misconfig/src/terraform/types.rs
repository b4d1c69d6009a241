//! Types of variables, and how values become of a type. Follows Terraform's "Type Constraints".

use std::collections::BTreeMap;
use std::sync::Arc;

use super::datum::Datum;
use super::syntax::{Expression, Kind};
use super::variables::constant;

/// What a variable may be.
#[derive(Debug, Default)]
pub(super) enum Type {
    #[default]
    Any,
    Bool,
    Number,
    Text,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Tuple(Vec<Type>),
    Object(Vec<Member>),
}

#[derive(Debug)]
pub(super) struct Member {
    name: Arc<str>,
    kind: Type,
    /// Null, or the default of what may be left out; nothing where it has to be there.
    optional: Option<Datum>,
}

impl Type {
    /// What cannot be understood allows anything: Terraform would have refused it.
    pub fn new(expression: &Expression) -> Self {
        match &expression.kind {
            Kind::Variable(name) => Self::named(name),
            // The old spelling in quotes.
            Kind::Literal(Datum::Text(name)) => Self::named(name),
            Kind::Call { name, arguments, .. } => {
                let Some(first) = arguments.first() else { return Self::Any };
                match (name.as_str(), &first.kind) {
                    ("list", _) => Self::List(Box::new(Self::new(first))),
                    ("set", _) => Self::Set(Box::new(Self::new(first))),
                    ("map", _) => Self::Map(Box::new(Self::new(first))),
                    ("tuple", Kind::List(kinds)) => Self::Tuple(kinds.iter().map(Self::new).collect()),
                    ("object", Kind::Object(members)) => {
                        Self::Object(members.iter().filter_map(|(name, kind)| Member::new(name, kind)).collect())
                    }
                    _ => Self::Any,
                }
            }
            _ => Self::Any,
        }
    }

    fn named(name: &str) -> Self {
        match name {
            "string" => Self::Text,
            "bool" => Self::Bool,
            "number" => Self::Number,
            "list" => Self::List(Box::default()),
            "map" => Self::Map(Box::default()),
            "set" => Self::Set(Box::default()),
            _ => Self::Any,
        }
    }

    /// The value as one of this type.
    pub fn convert(&self, value: &Datum) -> Result<Datum, String> {
        if matches!(value, Datum::Null) || !value.known_outside() {
            return Ok(value.clone());
        }
        let refused = || format!("{} is needed, and this is {}", self.words(), value.kind());
        match self {
            Self::Any => Some(value.clone()),
            Self::Text => value.to_text().map(Datum::Text),
            Self::Number => value.to_number().map(Datum::Number),
            Self::Bool => value.to_bool().map(Datum::Bool),
            Self::List(of) => {
                let items = value.items().ok_or_else(refused)?;
                Some(Datum::list(items.iter().map(|item| of.convert(item)).collect::<Result<_, _>>()?))
            }
            Self::Set(of) => {
                let items = value.items().ok_or_else(refused)?;
                Some(Datum::set(items.iter().map(|item| of.convert(item)).collect::<Result<_, _>>()?))
            }
            Self::Map(of) => {
                let entries = value.entries().ok_or_else(refused)?.iter();
                let converted = entries.map(|(key, value)| Ok((Arc::clone(key), of.convert(value)?)));
                Some(Datum::map(converted.collect::<Result<_, String>>()?))
            }
            Self::Tuple(kinds) => {
                let items = value.items().filter(|items| items.len() == kinds.len()).ok_or_else(refused)?;
                let converted = kinds.iter().zip(items).map(|(kind, item)| kind.convert(item));
                Some(Datum::list(converted.collect::<Result<_, _>>()?))
            }
            Self::Object(members) => {
                let entries = value.entries().ok_or_else(refused)?;
                let mut converted = BTreeMap::new();
                for member in members {
                    let given = entries.get(&member.name);
                    let value = match (given, &member.optional) {
                        (None | Some(Datum::Null), Some(default)) => default,
                        (Some(given), _) => given,
                        (None, None) => return Err(format!("attribute {:?} is required", member.name)),
                    };
                    converted.insert(Arc::clone(&member.name), member.kind.convert(value)?);
                }
                Some(Datum::map(converted))
            }
        }
        .ok_or_else(refused)
    }

    fn words(&self) -> &'static str {
        match self {
            Self::Any => "a value",
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::Text => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }
}

impl Member {
    fn new(name: &Expression, kind: &Expression) -> Option<Self> {
        let Kind::Literal(Datum::Text(name)) = &name.kind else { return None };
        let (kind, optional) = match &kind.kind {
            Kind::Call { name, arguments, .. } if name == "optional" => {
                (arguments.first()?, Some(arguments.get(1).map_or(Datum::Null, constant)))
            }
            _ => (kind, None),
        };
        Some(Self { name: Arc::clone(name), kind: Type::new(kind), optional })
    }
}
