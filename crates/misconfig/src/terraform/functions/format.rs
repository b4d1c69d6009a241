//! `format` and `formatlist`: verbs as those of Go's `fmt`, as Terraform documents them.

use super::encoding::json;
use super::text::bounded;
use crate::terraform::datum::{Datum, number_text};
use crate::verb;

/// The widest column.
const WIDEST: usize = 1 << 16;

/// The text with its verbs replaced by the arguments.
pub(super) fn format(pattern: &str, arguments: &[Datum]) -> Result<String, String> {
    let mut out = String::new();
    let (mut rest, mut next, mut highest) = (pattern, 0, 0);
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let mut verb = Verb::default();
        rest = verb.read(rest, &mut next)?;
        let argument = arguments.get(next).ok_or_else(|| format!("there is no argument {}", next + 1))?;
        next += 1;
        highest = highest.max(next);
        verb.write(argument, &mut out)?;
        bounded(out.len())?;
    }
    if highest < arguments.len() {
        return Err(format!("there are {} arguments, and the format uses {highest}", arguments.len()));
    }
    out.push_str(rest);
    Ok(out)
}

/// The same for each element; what is no list is the same for all.
pub(super) fn format_list(pattern: &str, arguments: &[Datum]) -> Result<Datum, String> {
    let mut length = None;
    for items in arguments.iter().filter_map(Datum::items) {
        match length {
            Some(length) if length != items.len() => return Err("the lists are not of one length".to_owned()),
            _ => length = Some(items.len()),
        }
    }
    let (mut texts, mut size) = (Vec::new(), 0);
    for at in 0..length.unwrap_or(1) {
        let each = |argument: &Datum| argument.items().map_or_else(|| argument.clone(), |items| items[at].clone());
        let text = format(pattern, &arguments.iter().map(each).collect::<Vec<_>>())?;
        size += text.len();
        bounded(size)?;
        texts.push(text);
    }
    Ok(super::text::list(texts))
}

#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "the flags of Go's fmt")]
struct Verb {
    minus: bool,
    plus: bool,
    space: bool,
    zero: bool,
    sharp: bool,
    width: usize,
    precision: Option<usize>,
    mode: char,
}

impl Verb {
    fn read<'t>(&mut self, mut rest: &'t str, next: &mut usize) -> Result<&'t str, String> {
        loop {
            match rest.bytes().next() {
                Some(b'-') => self.minus = true,
                Some(b'+') => self.plus = true,
                Some(b' ') => self.space = true,
                Some(b'0') => self.zero = true,
                Some(b'#') => self.sharp = true,
                _ => break,
            }
            rest = &rest[1..];
        }
        let number = |rest: &mut &'t str| {
            let length = rest.bytes().take_while(u8::is_ascii_digit).count();
            let (digits, after) = rest.split_at(length);
            *rest = after;
            match digits {
                "" => Ok(None),
                _ => digits.parse().ok().filter(|number| *number <= WIDEST).map(Some).ok_or("a width is too large"),
            }
        };
        self.width = number(&mut rest)?.unwrap_or(0);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            self.precision = Some(number(&mut rest)?.unwrap_or(0));
        }
        if let Some(after) = rest.strip_prefix('[') {
            rest = after;
            let index = number(&mut rest)?.filter(|index| *index > 0).ok_or("an index in brackets is no number")?;
            *next = index - 1;
            rest = rest.strip_prefix(']').ok_or("a bracket does not end")?;
        }
        self.mode = rest.chars().next().ok_or("the format ends within a verb")?;
        Ok(&rest[self.mode.len_utf8()..])
    }

    fn write(&self, argument: &Datum, out: &mut String) -> Result<(), String> {
        let number = || argument.to_number().ok_or_else(|| format!("%{} cannot show {}", self.mode, argument.kind()));
        let text = match self.mode {
            'v' if self.sharp => json(argument).ok_or("the value is not known")?,
            'v' => match argument {
                Datum::Null => "null".to_owned(),
                _ => match argument.to_text() {
                    Some(text) => self.cut(&text),
                    None => json(argument).ok_or("the value is not known")?,
                },
            },
            's' | 'q' => {
                let text =
                    argument.to_text().ok_or_else(|| format!("%{} cannot show {}", self.mode, argument.kind()))?;
                if self.mode == 'q' { json(&Datum::Text(text)).unwrap_or_default() } else { self.cut(&text) }
            }
            't' => argument.to_bool().ok_or_else(|| format!("%t cannot show {}", argument.kind()))?.to_string(),
            'd' | 'b' | 'o' | 'x' | 'X' => {
                let number = number()?;
                if number.fract() != 0.0 {
                    return Err(format!("%{} cannot show a fraction", self.mode));
                }
                #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
                let whole = number.abs() as u128;
                let digits = match self.mode {
                    'd' => whole.to_string(),
                    'b' => format!("{whole:b}"),
                    'o' => format!("{whole:o}"),
                    'x' => format!("{whole:x}"),
                    _ => format!("{whole:X}"),
                };
                self.signed(number, &digits)
            }
            'f' | 'F' => {
                let number = number()?;
                self.signed(number, &format!("{:.*}", self.precision.unwrap_or(6), number.abs()))
            }
            'e' | 'E' => {
                let number = number()?;
                self.signed(number, &exponent(number.abs(), self.precision.unwrap_or(6), self.mode))
            }
            'g' | 'G' => {
                let number = number()?;
                let size = number.abs();
                // What Go decides with where no precision is asked for.
                let large = size != 0.0 && !(1e-4..1e6).contains(&size);
                let digits = if large { power(&format!("{size:e}"), 'e') } else { number_text(size) };
                self.signed(number, &if self.mode == 'G' { digits.to_uppercase() } else { digits })
            }
            mode => return Err(format!("there is no verb %{mode}")),
        };
        verb::pad(out, &text, self.width, self.minus, self.zero);
        Ok(())
    }

    fn signed(&self, number: f64, digits: &str) -> String {
        [verb::sign(number < 0.0, self.plus, self.space), digits].concat()
    }

    fn cut(&self, text: &str) -> String {
        self.precision.map_or_else(|| text.to_owned(), |length| text.chars().take(length).collect())
    }
}

fn exponent(number: f64, precision: usize, mode: char) -> String {
    power(&format!("{number:.precision$e}"), mode)
}

/// Go writes at least two digits of the exponent, and its sign.
fn power(text: &str, mode: char) -> String {
    let (digits, power) = text.split_once('e').unwrap_or((text, "0"));
    let (sign, power) = power.strip_prefix('-').map_or(('+', power), |power| ('-', power));
    format!("{digits}{mode}{sign}{power:0>2}")
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            (r#"format("Hello, %s!", "Ander")"#, r#""Hello, Ander!""#),
            (r#"format("There are %d lights", 4)"#, r#""There are 4 lights""#),
            (r#"format("%t", true)"#, r#""true""#),
            (r#"format("%#v", { a = [1] })"#, r#""{\"a\":[1]}""#),
            (r#"format("%v", "x")"#, r#""x""#),
            (
                r#"format("%05d|%-4s|%4s|%+d|%x|%X|%b|%o", 42, "a", "b", 1, 255, 255, 5, 8)"#,
                r#""00042|a   |   b|+1|ff|FF|101|10""#,
            ),
            (r#"format("%.2f %e %g", 3.14159, 1234.5, 0.5)"#, r#""3.14 1.234500e+03 0.5""#),
            (r#"format("%[2]s-%[1]s", "a", "b")"#, r#""b-a""#),
            (r#"format("100%% %q", "a\"b")"#, r#""100% \"a\\\"b\"""#),
            // What Go's own packages of HCL come to.
            (r#"format("%g %g %g", 100000, 1000000, 0.00001)"#, r#""100000 1e+06 1e-05""#),
            (r#"format("%G %E", 0.0000001, 0)"#, r#""1E-07 0.000000E+00""#),
            (r#"format("%d", 1.5)"#, "!"),
            (r#"format("%d", "four")"#, "!"),
            (r#"format("%s")"#, "!"),
            (r#"format("none", 1)"#, "!"),
            (r#"formatlist("Hello, %s!", ["Valentina", "Ander"])"#, r#"["Hello, Valentina!","Hello, Ander!"]"#),
            (
                r#"formatlist("%s, %s!", "Salutations", ["Valentina", "Ander"])"#,
                r#"["Salutations, Valentina!","Salutations, Ander!"]"#,
            ),
            (r#"formatlist("%s%s", ["a"], ["b", "c"])"#, "!"),
        ]);
    }
}
