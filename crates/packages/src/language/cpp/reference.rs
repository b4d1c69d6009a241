//! Conan's references (Conan documentation, "Package naming"): `NAME/VERSION[@USER/CHANNEL][#REVISION][:ID][%TIME]`.

/// Name and version of a reference; none where the version is a range (`[>=1.0]`), a pattern or left open.
pub(super) fn parse(reference: &str) -> Option<(&str, &str)> {
    let reference = reference.split(['@', '#', ':', '%']).next()?.trim();
    let (name, version) = reference.split_once('/')?;
    // Conan documentation, "conanfile.py: attributes": the letters of names, and those of versions.
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '+' | '.' | '-');
    let fits = |word: &str| !word.is_empty() && word.chars().all(is_name);
    (fits(name) && fits(version)).then_some((name, version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_exact_versions_count() {
        for (reference, expected) in [
            ("zlib/1.2.13", Some(("zlib", "1.2.13"))),
            ("boost/1.75.0#a9c318:dc8aed#00", Some(("boost", "1.75.0"))),
            ("libbacktrace/cci.20210118", Some(("libbacktrace", "cci.20210118"))),
            ("mfast/1.2.2@my_user/my_channel#c6f6", Some(("mfast", "1.2.2"))),
            ("sound32/1.0#83d4%1675278904.07", Some(("sound32", "1.0"))),
            ("docopt.cpp/0.6.3", Some(("docopt.cpp", "0.6.3"))),
            ("zlib/[>=1.2 <2]", None),
            ("zlib/1.2.*", None),
            ("zlib/{version}", None),
            ("zlib", None),
            ("/1.0", None),
            ("", None),
        ] {
            assert_eq!(parse(reference), expected, "{reference}");
        }
    }
}
