//! Reads shapes as rules write them. The program has them in tables; only the build and the tests read them.

use super::alphabet::Alphabet;
use super::shape::{LONGEST, Part, Shape};

/// Reads a rule's shape. Alternatives make several.
pub fn parse(text: &str) -> Result<Vec<Shape>, String> {
    alternatives(text)?.iter().map(|text| one(text)).collect()
}

/// Writes out `[a|b]`.
fn alternatives(text: &str) -> Result<Vec<String>, String> {
    let Some((before, rest)) = text.split_once('[') else { return Ok(vec![text.to_owned()]) };
    let (choices, after) = rest.split_once(']').ok_or("a [ is never closed")?;
    let after = alternatives(after)?;
    Ok(choices
        .split('|')
        .flat_map(|choice| after.iter().map(move |after| format!("{before}{choice}{after}")))
        .collect())
}

fn one(text: &str) -> Result<Shape, String> {
    let (mut parts, mut secret, mut rest): (Vec<Part>, _, _) = (Vec::new(), (None, None), text);
    while let Some(first) = rest.chars().next() {
        match first {
            '(' | ')' => {
                let mark = u8::try_from(parts.len()).map_err(|_| "too many parts")?;
                *(if first == '(' { &mut secret.0 } else { &mut secret.1 }) = Some(mark);
                rest = &rest[1..];
            }
            '<' => {
                let (inside, after) = rest[1..].split_once('>').ok_or("a < is never closed")?;
                parts.extend(runs(inside)?);
                rest = after;
            }
            _ => {
                let length = rest.find(['<', '(', ')']).unwrap_or(rest.len());
                parts.push(Part::Text(rest[..length].to_owned().into()));
                rest = &rest[length..];
            }
        }
    }
    for pair in parts.windows(2) {
        if let [Part::Run(one, min, max), Part::Run(next, ..)] = pair
            && min != max
            && one.0 & next.0 != 0
        {
            return Err(format!("{text}: a part of no fixed length is followed by one of the same characters"));
        }
    }
    let all = u8::try_from(parts.len()).map_err(|_| "too many parts")?;
    match secret {
        (None, None) => Ok(Shape { parts: parts.into(), secret: (0, all) }),
        (Some(from), Some(to)) if from < to => Ok(Shape { parts: parts.into(), secret: (from, to) }),
        _ => Err(format!("{text}: parentheses come in one pair")),
    }
}

/// What stands between angle brackets: an alphabet and how many of it, or `uuid`.
pub fn runs(inside: &str) -> Result<Vec<Part>, String> {
    if inside == "uuid" {
        let hex = Alphabet::parse("hex")?;
        let group = |length| [Part::Text("-".into()), Part::Run(hex, length, length)];
        return Ok([8, 4, 4, 4, 12].into_iter().flat_map(group).skip(1).collect());
    }
    let (alphabet, count) = inside.rsplit_once(':').ok_or_else(|| format!("<{inside}> has no length"))?;
    let number = |text: &str| text.parse().map_err(|_| format!("<{inside}>: {text:?} is no length"));
    let (min, max) = match (count.strip_suffix('+'), count.split_once('-')) {
        (Some(min), _) => (number(min)?, LONGEST),
        (None, Some((min, max))) => (number(min)?, number(max)?),
        (None, None) => (number(count)?, number(count)?),
    };
    if min > max || max == 0 || max > LONGEST {
        return Err(format!("<{inside}>: lengths go from 1 to {LONGEST}, the lower one first"));
    }
    Ok(vec![Part::Run(Alphabet::parse(alphabet)?, min, max)])
}
