//! How Go's `fmt` fits what a verb wrote into its field ("Printing": flags and width): for templates of Helm and Terraform's `format`.

/// The sign that a number is written with.
pub(crate) fn sign(negative: bool, plus: bool, space: bool) -> &'static str {
    match (negative, plus, space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        _ => "",
    }
}

/// Writes a text at least that wide: to the left (`minus`), with zeros behind its sign (`zero`), or to the right.
pub(crate) fn pad(out: &mut String, text: &str, width: usize, minus: bool, zero: bool) {
    let missing = width.saturating_sub(text.chars().count());
    match (minus, zero) {
        (true, _) => out.extend([text, &" ".repeat(missing)]),
        (false, true) => {
            let (sign, digits) = match text.split_at_checked(1) {
                Some((sign @ ("-" | "+" | " "), digits)) => (sign, digits),
                _ => ("", text),
            };
            out.extend([sign, &"0".repeat(missing), digits]);
        }
        (false, false) => out.extend([&" ".repeat(missing), text]),
    }
}
