//! Templates to text. Of a template in which something is not known yet, the rest is kept: `${…}` stands for what is not.

use super::datum::Datum;
use super::evaluator::{Evaluator, Names, Outcome, Scope};
use super::expression::pairs;
use super::syntax::Piece;

/// The text of a template.
pub(super) fn render(evaluator: &Evaluator<'_>, pieces: &[Piece], scope: &Scope<'_>) -> Outcome {
    let mut parts = Vec::new();
    render_into(evaluator, pieces, scope, &mut parts)?;
    let open = parts.iter().any(|part| matches!(part, Part::Open(_)));
    let mut text = String::new();
    for part in &parts {
        match part {
            Part::Text(plain) if open => text.push_str(&plain.replace("${", "$${")),
            Part::Text(plain) => text.push_str(plain),
            Part::Open(hole) => text.push_str(hole),
        }
    }
    evaluator.pay(if open { Datum::Reference(text.into()) } else { Datum::text(text) })
}

enum Part {
    Text(String),
    /// As it stands in a reference.
    Open(String),
}

fn render_into(evaluator: &Evaluator<'_>, pieces: &[Piece], scope: &Scope<'_>, parts: &mut Vec<Part>) -> Outcome<()> {
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                evaluator.spend(1 + text.len() / 16)?;
                parts.push(Part::Text(text.clone()));
            }
            Piece::Interpolation(expression) => {
                let value = evaluator.evaluate(expression, scope)?;
                evaluator.spend(value.weight())?;
                parts.push(match &value {
                    Datum::Reference(text) => Part::Open(text.to_string()),
                    Datum::Instance(_) | Datum::Module(_) => Part::Open(format!("${{{}}}", evaluator.name(&value))),
                    Datum::Unknown | Datum::Encoded(_) => Part::Open("${}".to_owned()),
                    _ => match value.to_text() {
                        Some(text) => Part::Text(text.to_string()),
                        None => return Err(format!("a template contains {}", value.kind()).into()),
                    },
                });
            }
            Piece::If { condition, then, otherwise } => match evaluator.condition(condition, scope)? {
                Some(true) => render_into(evaluator, then, scope, parts)?,
                Some(false) => render_into(evaluator, otherwise, scope, parts)?,
                None => parts.push(Part::Open("${}".to_owned())),
            },
            Piece::For { key, value, collection, body } => {
                let collection = evaluator.evaluate(collection, scope)?;
                let Some(pairs) = pairs(&collection)? else {
                    parts.push(Part::Open("${}".to_owned()));
                    continue;
                };
                for (at, each) in pairs {
                    evaluator.spend(1)?;
                    let inner = Names::One { name: value, value: &each, outer: scope.names };
                    let outer;
                    let names = match key {
                        Some(name) => {
                            outer = Names::One { name, value: &at, outer: &inner };
                            &outer
                        }
                        None => &inner,
                    };
                    render_into(evaluator, body, &Scope { names, ..*scope }, parts)?;
                }
            }
        }
    }
    Ok(())
}
