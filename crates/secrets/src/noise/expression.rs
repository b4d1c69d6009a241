//! Pieces of programs, above all minified ones, and of texts about them: after a value without quotation marks stands what
//! only follows a name.

use super::Candidate;

pub fn is_expression(candidate: &Candidate<'_>) -> bool {
    let quoted = candidate.before().last().is_some_and(|byte| b"\"'`".contains(byte));
    candidate.is_shapeless()
        && !quoted
        && match candidate.after() {
            [b'(' | b'[', ..] => true,
            [b'.', next, ..] => next.is_ascii_alphabetic(),
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn what_is_called_is_a_function() {
        let hex = "a7c3b0f2a9d6e41850cb2fa7793de01b";
        let check = |before: &str, after: &str, expected| {
            assert_eq!(with("datadog-api-key", [before, hex, after], is_expression), expected, "{before}…{after}");
        };
        check("dd.apiKey=", "(e,t)", true);
        check("dd.apiKey is set by ", ".value", true);
        check("dd.apiKey=", ";", false);
        check("dd.apiKey is ", ". Then", false);
        check("dd.apiKey='", "'[", false);
    }
}
