//! Licences as bills of materials want them: by the identifiers and in the expressions of the SPDX specification (Annex
//! D, "SPDX license expressions") where it is known what a declared text means, and as they were declared where it is not.

use std::borrow::Cow;

use licenses::Expression;

/// A declared licence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Declared<'a> {
    /// The identifier of a licence on the SPDX list.
    Id(&'static str),
    /// An expression of several: as declared, where that is one by the standard.
    Expression(Cow<'a, str>),
    /// Something else.
    Name(&'a str),
}

impl Declared<'_> {
    /// Whether it says what was declared in the same words.
    pub(crate) fn is_verbatim(&self, text: &str) -> bool {
        match self {
            Self::Id(id) => *id == text,
            Self::Expression(expression) => expression == text,
            Self::Name(_) => true,
        }
    }
}

/// What a declared text is.
pub(crate) fn read(text: &str) -> Declared<'_> {
    let expression = Expression::read(text);
    if let Some(id) = expression.id() {
        return Declared::Id(id);
    }
    if spdx::Expression::parse(text).is_ok() {
        Declared::Expression(Cow::Borrowed(text))
    } else if expression.is_understood() {
        Declared::Expression(Cow::Owned(expression.to_string()))
    } else {
        Declared::Name(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_identifiers_expressions_or_names() {
        let expression = |text: &'static str| Declared::Expression(text.into());
        for (text, expected) in [
            ("MIT", Declared::Id("MIT")),
            ("mit", Declared::Id("MIT")),
            ("GPL-2+", Declared::Id("GPL-2.0-or-later")),
            ("MIT OR Apache-2.0", expression("MIT OR Apache-2.0")),
            ("GPL-2.0-only WITH Classpath-exception-2.0", expression("GPL-2.0-only WITH Classpath-exception-2.0")),
            ("GPLv2+ and MIT", expression("GPL-2.0-or-later AND MIT")),
            ("GPLv2+ and others", Declared::Name("GPLv2+ and others")),
            ("GPL-2+ with distribution exception", Declared::Name("GPL-2+ with distribution exception")),
            ("LicenseRef-own", expression("LicenseRef-own")),
            ("", Declared::Name("")),
        ] {
            assert_eq!(read(text), expected);
        }
        assert!(read("MIT OR ISC").is_verbatim("MIT OR ISC"));
        assert!(!read("GPL-2+").is_verbatim("GPL-2+"));
    }
}
