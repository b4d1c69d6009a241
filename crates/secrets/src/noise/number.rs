//! Numbers: columns of tables, times, telephone numbers. Where letters were possible, chance would have made some.

use super::Candidate;
use crate::rule::shape::Part;

pub fn is_number(candidate: &Candidate<'_>) -> bool {
    let letters = |part: &Part| matches!(part, Part::Run(alphabet, ..) if alphabet.contains(b'e'));
    let with_letters = |kind: &crate::Kind| kind.shapes.iter().all(|shape| shape.parts.iter().any(letters));
    let value = candidate.value();
    let is_digits = value.iter().all(|byte| byte.is_ascii_digit() || b".,-_".contains(byte));
    candidate.is_shapeless() && value.len() >= 16 && is_digits && with_letters(candidate.kind)
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn digits_alone_are_a_number_where_letters_may_be() {
        let check = |kind: &str, value: &str, expected| {
            assert_eq!(with(kind, ["key=", value, ""], is_number), expected, "{kind} {value}");
        };
        check("datadog-api-key", "20260101120000112026010112000022", true);
        check("datadog-api-key", "2026010112000011202601011200002a", false);
    }
}
