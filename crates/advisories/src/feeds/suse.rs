//! SUSE's names for products: `SUSE Linux Enterprise Server 15 SP4` is the ecosystem `SUSE:Linux Enterprise Server 15
//! SP4`, `openSUSE Leap 15.4` is `openSUSE:Leap 15.4` (OSV schema, "affected[].package field").

use super::text::MAX_TEXT;

/// The ecosystem of a product, by its name.
pub(crate) fn ecosystem(product: &str) -> Option<String> {
    let product = product.trim();
    let plain = |character: char| character.is_ascii_alphanumeric() || " ._-+".contains(character);
    if product.len() > MAX_TEXT || !product.chars().all(plain) {
        return None;
    }
    let (family, release) = match product.split_once(' ') {
        Some(("SUSE", rest)) => ("SUSE", rest),
        Some(("openSUSE", rest)) => ("openSUSE", rest),
        _ => return None,
    };
    let release = release.trim();
    (!release.is_empty()).then(|| format!("{family}:{release}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_filed_under_their_family() {
        let of = |product: &str| ecosystem(product).unwrap_or_default();
        assert_eq!(of("SUSE Linux Enterprise Server 15 SP4"), "SUSE:Linux Enterprise Server 15 SP4");
        assert_eq!(
            of("SUSE Linux Enterprise Module for Basesystem 15 SP4"),
            "SUSE:Linux Enterprise Module for Basesystem 15 SP4"
        );
        assert_eq!(of("openSUSE Leap 15.4"), "openSUSE:Leap 15.4");
        assert_eq!(of("openSUSE Tumbleweed"), "openSUSE:Tumbleweed");
        for wrong in ["", "SUSE", "SUSE ", "SUSE\tX", "Container suse/sle15:latest", "HPE Helion OpenStack 8"] {
            assert_eq!(of(wrong), "", "{wrong}");
        }
    }
}
