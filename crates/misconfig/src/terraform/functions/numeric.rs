//! Numeric functions.

use super::{Arguments, Function, MANY, Needs, function};
use crate::terraform::datum::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("abs", (1, 1), Needs::All, |of| of.number(0).map(f64::abs).map(Datum::Number)),
    function("ceil", (1, 1), Needs::All, |of| of.number(0).map(f64::ceil).map(Datum::Number)),
    function("floor", (1, 1), Needs::All, |of| of.number(0).map(f64::floor).map(Datum::Number)),
    function("log", (2, 2), Needs::All, |of| finite(of.number(0)?.ln() / of.number(1)?.ln())),
    function("max", (1, MANY), Needs::All, |of| fold(of, f64::max)),
    function("min", (1, MANY), Needs::All, |of| fold(of, f64::min)),
    function("parseint", (2, 2), Needs::All, parse_int),
    function("pow", (2, 2), Needs::All, |of| finite(of.number(0)?.powf(of.number(1)?))),
    function("signum", (1, 1), Needs::All, |of| {
        let number = of.number(0)?;
        Ok(Datum::Number(if number == 0.0 { 0.0 } else { number.signum() }))
    }),
];

fn finite(number: f64) -> Result<Datum, String> {
    if number.is_finite() { Ok(Datum::Number(number)) } else { Err("the result is no number".to_owned()) }
}

fn fold(of: &Arguments<'_, '_>, choose: fn(f64, f64) -> f64) -> Result<Datum, String> {
    let mut chosen = of.number(0)?;
    for at in 1..of.len() {
        chosen = choose(chosen, of.number(at)?);
    }
    Ok(Datum::Number(chosen))
}

fn parse_int(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (text, base) = (of.text(0)?, of.whole(1)?);
    let base =
        u32::try_from(base).ok().filter(|base| (2..=62).contains(base)).ok_or("the base has to be from 2 to 62")?;
    let (negative, digits) = text.strip_prefix('-').map_or((false, &*text), |digits| (true, digits));
    let mut number = 0.0;
    for digit in digits.chars() {
        // Up to base 36 letters of both cases are the same; beyond, capital letters come after small ones.
        let value = match digit {
            '0'..='9' => u32::from(digit) - u32::from('0'),
            'a'..='z' => u32::from(digit) - u32::from('a') + 10,
            'A'..='Z' if base > 36 => u32::from(digit) - u32::from('A') + 36,
            'A'..='Z' => u32::from(digit) - u32::from('A') + 10,
            _ => base,
        };
        if value >= base {
            return Err(format!("{text:?} is no number in base {base}"));
        }
        number = number * f64::from(base) + f64::from(value);
    }
    if digits.is_empty() {
        return Err("an empty string is no number".to_owned());
    }
    finite(if negative { -number } else { number })
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            ("abs(-12.4)", "12.4"),
            ("ceil(5.1)", "6"),
            ("floor(4.9)", "4"),
            ("log(16, 2)", "4"),
            ("ceil(log(17, 2))", "5"),
            ("max(12, 54, 3)", "54"),
            ("max([12, 54, 3]...)", "54"),
            ("min(12, 54, 3)", "3"),
            ("parseint(\"100\", 10)", "100"),
            ("parseint(\"FF\", 16)", "255"),
            ("parseint(\"-10\", 16)", "-16"),
            ("parseint(\"1011111011101111\", 2)", "48879"),
            ("parseint(\"aA\", 62)", "656"),
            ("parseint(\"12\", 2)", "!"),
            ("pow(3, 2)", "9"),
            ("pow(4, 0)", "1"),
            ("signum(-13)", "-1"),
            ("signum(0)", "0"),
            ("signum(344)", "1"),
        ]);
    }
}
