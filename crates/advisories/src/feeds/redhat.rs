//! Red Hat's names for products: a CPE becomes the ecosystem that the OSV schema files it under
//! (`Red Hat:rhel_eus:9.2::appstream`, "affected[].package field").

use std::collections::BTreeSet;

use super::terms;

/// The ecosystem of a CPE in the URI form (`cpe:/a:redhat:rhel_eus:9.2::appstream`) or the string form of CPE 2.3.
pub(crate) fn ecosystem(cpe: &str) -> Option<String> {
    let cpe = terms::id(cpe)?;
    let parts = match cpe.strip_prefix("cpe:/") {
        Some(parts) => parts,
        None => cpe.strip_prefix("cpe:2.3:")?,
    };
    let (part, product) = parts.split_once(":redhat:")?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":._-~*".contains(&byte);
    if part.len() != 1 || !product.bytes().all(plain) {
        return None;
    }
    let product = product.replace('*', "");
    let product = product.trim_end_matches(':');
    (!product.is_empty()).then(|| format!("Red Hat:{product}"))
}

/// The ecosystems of a list of CPEs. One that names no content set says nothing where another one does.
pub(crate) fn ecosystems<'a>(cpes: impl Iterator<Item = &'a str>) -> Vec<String> {
    let all: BTreeSet<String> = cpes.filter_map(ecosystem).collect();
    let telling = |name: &String| {
        let within = format!("{name}::");
        all.range::<String, _>(&within..).next().is_none_or(|next| !next.starts_with(&within))
    };
    all.iter().filter(|name| telling(name)).cloned().collect()
}

/// A module stream, `nodejs:16` of `nodejs:16:8060020220523160029:ad008a3a`.
pub(crate) fn module(label: &str) -> Option<String> {
    let label = terms::id(label)?;
    let mut parts = label.split(':');
    let (name, stream) = (parts.next()?, parts.next()?);
    let plain = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte))
    };
    (plain(name) && plain(stream)).then(|| format!("{name}:{stream}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cpe_becomes_an_ecosystem() {
        let of = |cpe: &str| ecosystem(cpe).unwrap_or_default();
        assert_eq!(of("cpe:/a:redhat:enterprise_linux:9::appstream"), "Red Hat:enterprise_linux:9::appstream");
        assert_eq!(of("cpe:/o:redhat:enterprise_linux:8"), "Red Hat:enterprise_linux:8");
        assert_eq!(of("cpe:/a:redhat:rhel_eus:9.2::appstream"), "Red Hat:rhel_eus:9.2::appstream");
        assert_eq!(
            of("cpe:2.3:a:redhat:enterprise_linux:9:*:appstream:*:*:*:*:*"),
            "Red Hat:enterprise_linux:9::appstream"
        );
        for wrong in ["", "cpe:/a:oracle:linux:9", "cpe:/a:redhat:", "cpe:/a:redhat:x y", "redhat:enterprise_linux"] {
            assert_eq!(of(wrong), "", "{wrong}");
        }
    }

    #[test]
    fn content_sets_are_more_telling_than_their_release() {
        let list = [
            "cpe:/o:redhat:enterprise_linux:8",
            "cpe:/a:redhat:enterprise_linux:8",
            "cpe:/a:redhat:enterprise_linux:8::appstream",
            "cpe:/a:redhat:enterprise_linux:8::crb",
            "cpe:/o:redhat:rhel_eus:8.6",
            "nonsense",
        ];
        let expected =
            ["Red Hat:enterprise_linux:8::appstream", "Red Hat:enterprise_linux:8::crb", "Red Hat:rhel_eus:8.6"];
        assert_eq!(ecosystems(list.into_iter()), expected);
    }

    #[test]
    fn a_module_is_its_name_and_its_stream() {
        assert_eq!(module("nodejs:16:8060020220523160029:ad008a3a").as_deref(), Some("nodejs:16"));
        assert_eq!(module("389-ds:1.4").as_deref(), Some("389-ds:1.4"));
        assert_eq!((module("rhel10"), module("a:"), module("a b:c")), (None, None, None));
    }
}
