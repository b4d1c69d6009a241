//! Licences as bills of materials want them: by the identifiers and in the expressions of the SPDX specification (Annex
//! D, "SPDX license expressions") where a declared text is one, and as they were declared where it is not.

/// A declared licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Declared<'a> {
    /// The identifier of a licence on the SPDX list.
    Id(&'a str),
    /// An expression of several.
    Expression(&'a str),
    /// Something else.
    Name(&'a str),
}

/// What a declared text is.
pub(crate) fn read(text: &str) -> Declared<'_> {
    if let Some(license) = spdx::license_id(text).filter(|license| license.name == text) {
        return Declared::Id(license.name);
    }
    match spdx::Expression::parse(text) {
        Ok(_) => Declared::Expression(text),
        Err(_) => Declared::Name(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_identifiers_expressions_or_names() {
        for (text, expected) in [
            ("MIT", Declared::Id("MIT")),
            ("MIT OR Apache-2.0", Declared::Expression("MIT OR Apache-2.0")),
            (
                "GPL-2.0-only WITH Classpath-exception-2.0",
                Declared::Expression("GPL-2.0-only WITH Classpath-exception-2.0"),
            ),
            ("GPLv2+ and MIT", Declared::Name("GPLv2+ and MIT")),
            ("mit", Declared::Name("mit")),
            ("", Declared::Name("")),
        ] {
            assert_eq!(read(text), expected);
        }
    }
}
