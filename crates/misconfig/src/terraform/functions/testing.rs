//! What the tests of all families share: expressions in, JSON out.

use crate::terraform::testing;

/// Compares each expression's value, as JSON, with what is expected: `!` for a failure, `?` for what is not known.
pub(super) fn check(examples: &[(&str, &str)]) {
    for (expression, expected) in examples {
        assert_eq!(testing::expression(expression), *expected, "{expression}");
    }
}
