//! Expressions to values. Follows Terraform's "Expressions" and HCL's native syntax specification; what is not known before
//! it is applied stays unknown, and as little around it as possible with it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::datum::Datum;
use super::evaluator::{Evaluator, Failure, Key, Names, Outcome, Scope};
use super::functions;
use super::syntax::{Binary, Expression, For, Kind, Step, Unary};
use super::template;
use super::tree;

impl Evaluator<'_> {
    /// The value of an expression. A failure names the innermost line that it comes from.
    pub fn evaluate(&self, expression: &Expression, scope: &Scope<'_>) -> Outcome {
        if let Kind::Literal(datum) = &expression.kind {
            return Ok(datum.clone());
        }
        self.deeper(|| match &expression.kind {
            Kind::Literal(datum) => Ok(datum.clone()),
            Kind::Template(pieces) => template::render(self, pieces, scope),
            Kind::List(items) => self.list(items, scope),
            Kind::Object(entries) => self.object(entries, scope),
            Kind::Variable(name) => self.named(name, &mut [].iter(), scope),
            Kind::Access(base, steps) => self.access(base, steps, scope),
            Kind::Conditional(parts) => self.conditional(parts, scope),
            Kind::Call { name, arguments, spread } => functions::call(self, name, arguments, *spread, scope),
            Kind::Unary(operator, operand) => unary(*operator, &self.evaluate(operand, scope)?),
            Kind::Binary(operator, operands) => self.binary(*operator, operands, scope),
            Kind::For(each) => self.each(each, scope),
        })
        .map_err(|mut failure| {
            failure.place.get_or_insert((scope.file, expression.span.first));
            failure
        })
    }

    fn list(&self, items: &[Expression], scope: &Scope<'_>) -> Outcome {
        let values = items.iter().map(|item| self.evaluate(item, scope)).collect::<Result<_, _>>()?;
        self.pay(Datum::list(values))
    }

    fn object(&self, entries: &[(Expression, Expression)], scope: &Scope<'_>) -> Outcome {
        let mut values = BTreeMap::new();
        for (key, value) in entries {
            let key = self.evaluate(key, scope)?;
            if !key.known() {
                return Ok(Datum::Unknown);
            }
            let key = key.to_text().ok_or_else(|| format!("a key is {}, and has to be a string", key.kind()))?;
            values.insert(key, self.evaluate(value, scope)?);
        }
        self.pay(Datum::map(values))
    }

    /// Where the condition is not known, but both ways come to the same, that is the value.
    fn conditional(&self, [condition, then, otherwise]: &[Expression; 3], scope: &Scope<'_>) -> Outcome {
        match self.condition(condition, scope)? {
            Some(true) => self.evaluate(then, scope),
            Some(false) => self.evaluate(otherwise, scope),
            None => {
                let (then, otherwise) = (self.evaluate(then, scope)?, self.evaluate(otherwise, scope)?);
                Ok(if then.same(&otherwise) == Some(true) { then } else { Datum::Unknown })
            }
        }
    }

    /// A condition; nothing where it is not known yet.
    pub fn condition(&self, expression: &Expression, scope: &Scope<'_>) -> Outcome<Option<bool>> {
        let value = self.evaluate(expression, scope)?;
        if !value.known_outside() {
            return Ok(None);
        }
        match value.to_bool() {
            Some(yes) => Ok(Some(yes)),
            None => Err(format!("a condition is {}, and has to be a bool", value.kind()).into()),
        }
    }

    fn binary(&self, operator: Binary, [left, right]: &[Expression; 2], scope: &Scope<'_>) -> Outcome {
        if let Binary::And | Binary::Or = operator {
            // The value that decides, whatever the other side comes to.
            let decisive = matches!(operator, Binary::Or);
            let left = self.condition(left, scope)?;
            if left == Some(decisive) {
                return Ok(Datum::Bool(decisive));
            }
            return Ok(match (left, self.condition(right, scope)?) {
                (_, Some(right)) if right == decisive => Datum::Bool(decisive),
                (Some(_), Some(_)) => Datum::Bool(!decisive),
                _ => Datum::Unknown,
            });
        }
        let (left, right) = (self.evaluate(left, scope)?, self.evaluate(right, scope)?);
        if let Binary::Equal | Binary::NotEqual = operator {
            self.spend(left.weight().min(right.weight()) / 8)?;
            let wanted = matches!(operator, Binary::Equal);
            return Ok(left.same(&right).map_or(Datum::Unknown, |same| Datum::Bool(same == wanted)));
        }
        if !left.known_outside() || !right.known_outside() {
            return Ok(Datum::Unknown);
        }
        let number = |value: &Datum| {
            value.to_number().ok_or_else(|| Failure::from(format!("{} where a number is needed", value.kind())))
        };
        let (left, right) = (number(&left)?, number(&right)?);
        let result = match operator {
            Binary::Greater => return Ok(Datum::Bool(left > right)),
            Binary::GreaterOrEqual => return Ok(Datum::Bool(left >= right)),
            Binary::Less => return Ok(Datum::Bool(left < right)),
            Binary::LessOrEqual => return Ok(Datum::Bool(left <= right)),
            Binary::Plus => left + right,
            Binary::Minus => left - right,
            Binary::Times => left * right,
            Binary::Divide => left / right,
            _ => left % right,
        };
        if result.is_finite() {
            Ok(Datum::Number(result))
        } else {
            Err("a division by zero, or a number too large".into())
        }
    }

    fn each(&self, each: &For, scope: &Scope<'_>) -> Outcome {
        let collection = self.evaluate(&each.collection, scope)?;
        let Some(pairs) = pairs(&collection)? else { return Ok(Datum::Unknown) };
        let mut list = Vec::new();
        let mut map: BTreeMap<Arc<str>, Datum> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Datum>> = BTreeMap::new();
        for (key, value) in pairs {
            self.spend(1)?;
            let inner = Names::One { name: &each.value, value: &value, outer: scope.names };
            let outer;
            let names = match &each.key {
                Some(name) => {
                    outer = Names::One { name, value: &key, outer: &inner };
                    &outer
                }
                None => &inner,
            };
            let scope = Scope { names, ..*scope };
            if let Some(condition) = &each.condition {
                match self.condition(condition, &scope)? {
                    Some(true) => {}
                    Some(false) => continue,
                    None => return Ok(Datum::Unknown),
                }
            }
            let Some(result_key) = &each.result_key else {
                list.push(self.evaluate(&each.result, &scope)?);
                continue;
            };
            let key = self.evaluate(result_key, &scope)?;
            if !key.known_outside() {
                return Ok(Datum::Unknown);
            }
            let key = key.to_text().ok_or_else(|| format!("a key is {}, and has to be a string", key.kind()))?;
            let result = self.evaluate(&each.result, &scope)?;
            if each.grouping {
                groups.entry(key).or_default().push(result);
            } else if map.insert(Arc::clone(&key), result).is_some() {
                return Err(format!("two values have the key {key:?}").into());
            }
        }
        self.pay(match (&each.result_key, each.grouping) {
            (None, _) => Datum::list(list),
            (Some(_), false) => Datum::map(map),
            (Some(_), true) => Datum::map(groups.into_iter().map(|(key, values)| (key, Datum::list(values))).collect()),
        })
    }

    fn access(&self, base: &Expression, steps: &[Step], scope: &Scope<'_>) -> Outcome {
        let mut steps = steps.iter();
        let value = match &base.kind {
            Kind::Variable(name) => self.named(name, &mut steps, scope)?,
            _ => self.evaluate(base, scope)?,
        };
        self.walk(value, steps.as_slice(), scope)
    }

    /// What a name, with as many steps after it as belong to it, stands for.
    fn named(&self, name: &str, steps: &mut std::slice::Iter<'_, Step>, scope: &Scope<'_>) -> Outcome {
        if let Some(value) = scope.names.get(name) {
            return Ok(value.clone());
        }
        let Some(module) = scope.module else { return Err(format!("there is no {name:?} here").into()) };
        let mut word = || match steps.next() {
            Some(Step::Attribute(word)) => Ok(word.as_str()),
            Some(Step::Index(Expression { kind: Kind::Literal(Datum::Text(word)), .. })) => Ok(&**word),
            _ => Err(Failure::from(format!("{name:?} has to be followed by a name"))),
        };
        match name {
            "var" => self.variable(module, word()?),
            "local" => self.local(module, word()?),
            "module" => self.block(module, &format!("module.{}", word()?)),
            "data" => {
                let kind = word()?;
                self.block(module, &format!("data.{kind}.{}", word()?))
            }
            "path" => match word()? {
                "module" => {
                    let folder = tree::relative(self.root_folder(), &self.module(module).module.folder);
                    Ok(Datum::text(folder))
                }
                "root" => Ok(Datum::text(".")),
                _ => Ok(Datum::Unknown),
            },
            "terraform" | "tofu" => match word()? {
                "workspace" => Ok(Datum::text(self.workspace)),
                _ => Ok(Datum::Unknown),
            },
            // What runs on an instance, and what only a query or a run has.
            "self" | "ephemeral" | "count" | "each" => Ok(Datum::Unknown),
            kind => self.block(module, &format!("{kind}.{}", word()?)),
        }
    }

    fn walk(&self, mut value: Datum, mut steps: &[Step], scope: &Scope<'_>) -> Outcome {
        while let Some((step, rest)) = steps.split_first() {
            self.spend(1)?;
            steps = rest;
            match step {
                Step::Attribute(name) => value = self.attribute_of(&value, name)?,
                Step::Index(index) => value = self.index(&value, &self.evaluate(index, scope)?)?,
                Step::FullSplat => return self.splat(&value, rest, scope),
                Step::AttributeSplat => {
                    let taken = rest.iter().take_while(|step| matches!(step, Step::Attribute(_))).count();
                    value = self.splat(&value, &rest[..taken], scope)?;
                    steps = &rest[taken..];
                }
            }
        }
        Ok(value)
    }

    /// Null gives nothing, and what is no list stands for a list of itself.
    fn splat(&self, value: &Datum, steps: &[Step], scope: &Scope<'_>) -> Outcome {
        match value {
            Datum::Null => Ok(Datum::list(Vec::new())),
            Datum::List(items) | Datum::Set(items) => {
                let taken = items.values.iter().map(|item| self.walk(item.clone(), steps, scope));
                self.pay(Datum::list(taken.collect::<Result<_, _>>()?))
            }
            Datum::Unknown => Ok(Datum::Unknown),
            // There may be several or none: what stands for all of them keeps its name.
            Datum::Reference(_) => self.walk(value.clone(), steps, scope),
            Datum::Instance(id) if self.instance(*id).key == Key::Any => self.walk(value.clone(), steps, scope),
            _ => self.pay(Datum::list(vec![self.walk(value.clone(), steps, scope)?])),
        }
    }

    /// The attribute of a value.
    pub fn attribute_of(&self, value: &Datum, name: &str) -> Outcome {
        match value {
            Datum::Map(entries) => entries
                .values
                .get(name)
                .cloned()
                .ok_or_else(|| Failure::from(format!("there is no attribute {name:?} in this object"))),
            Datum::Instance(id) => self.resource_attribute(*id, name),
            Datum::Module(id) => self.output(*id, name),
            Datum::Encoded(_) | Datum::Unknown => Ok(Datum::Unknown),
            Datum::Reference(_) => Ok(further(value, &format!(".{name}"))),
            _ => Err(format!("{} has no attribute {name:?}", value.kind()).into()),
        }
    }

    /// The element of a value at an index or a key.
    pub fn index(&self, value: &Datum, index: &Datum) -> Outcome {
        match value {
            Datum::List(items) => {
                if !index.known_outside() {
                    return Ok(Datum::Unknown);
                }
                let at = index.to_number().filter(|at| at.fract() == 0.0);
                let at = at.ok_or_else(|| format!("an index is {}, and has to be a whole number", index.kind()))?;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "negative ones are refused"
                )]
                let found = if at < 0.0 { None } else { items.values.get(at as usize) };
                let length = items.values.len();
                found.cloned().ok_or_else(|| format!("there is no element {at} in a list of {length}").into())
            }
            Datum::Map(entries) => {
                if !index.known_outside() {
                    return Ok(Datum::Unknown);
                }
                let key = index.to_text().ok_or_else(|| format!("a key is {}", index.kind()))?;
                entries.values.get(&key).cloned().ok_or_else(|| format!("there is no key {key:?} in this map").into())
            }
            Datum::Instance(id) if self.instance(*id).key == Key::Any => Ok(value.clone()),
            Datum::Instance(id) => match index {
                Datum::Text(name) => self.resource_attribute(*id, name),
                _ => Err("the resource has neither count nor for_each".into()),
            },
            Datum::Module(id) => match index {
                Datum::Text(name) => match self.output(*id, name) {
                    Ok(value) => Ok(value),
                    // Of a module whose number is not known, one stands for all.
                    Err(_) if self.name(value).ends_with("[*]") => Ok(value.clone()),
                    Err(failure) => Err(failure),
                },
                _ => Ok(value.clone()),
            },
            Datum::Unknown | Datum::Encoded(_) => Ok(Datum::Unknown),
            Datum::Reference(_) => Ok(match index {
                Datum::Number(_) => further(value, &format!("[{}]", index.to_text().unwrap_or_default())),
                Datum::Text(key) => further(value, &Key::Name(Arc::clone(key)).to_string()),
                _ => Datum::Unknown,
            }),
            _ => Err(format!("{} has no elements", value.kind()).into()),
        }
    }
}

/// A part of what is not known yet, named after it.
fn further(value: &Datum, step: &str) -> Datum {
    match value.name() {
        // A name grows with each step, and steps are as many as somebody likes to write.
        Some(name) if name.len() < 512 => Datum::reference(&format!("{name}{step}")),
        _ => Datum::Unknown,
    }
}

/// Keys and values of a collection; nothing where it is not known yet.
pub(super) fn pairs(collection: &Datum) -> Outcome<Option<Vec<(Datum, Datum)>>> {
    Ok(Some(match collection {
        #[expect(clippy::cast_precision_loss, reason = "no list is that long")]
        Datum::List(items) => {
            items.values.iter().enumerate().map(|(at, value)| (Datum::Number(at as f64), value.clone())).collect()
        }
        Datum::Set(items) => items.values.iter().map(|value| (value.clone(), value.clone())).collect(),
        Datum::Map(entries) => {
            entries.values.iter().map(|(key, value)| (Datum::Text(Arc::clone(key)), value.clone())).collect()
        }
        Datum::Null | Datum::Bool(_) | Datum::Number(_) | Datum::Text(_) => {
            return Err(format!("{} where a collection is needed", collection.kind()).into());
        }
        _ => return Ok(None),
    }))
}

fn unary(operator: Unary, operand: &Datum) -> Outcome {
    if !operand.known_outside() {
        return Ok(Datum::Unknown);
    }
    match operator {
        Unary::Not => operand.to_bool().map(|yes| Datum::Bool(!yes)),
        Unary::Negative => operand.to_number().map(|number| Datum::Number(-number)),
    }
    .ok_or_else(|| format!("this cannot be done with {}", operand.kind()).into())
}
