//! One requirement, as Python's formats write it (PyPA specifications, "Dependency specifiers" and "Version specifiers").

/// The name at the front, and what follows it and its extras.
pub(in crate::language) fn split(requirement: &str) -> Option<(&str, &str)> {
    let requirement = requirement.trim();
    let end = requirement
        .find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '-' | '_' | '.'))
        .unwrap_or(requirement.len());
    let (name, rest) = requirement.split_at(end);
    // Names begin and end with a letter or a digit; options begin otherwise.
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || !name.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    let rest = rest.trim_start();
    match rest.strip_prefix('[') {
        Some(extras) => Some((name, extras.split_once(']')?.1.trim_start())),
        None => Some((name, rest)),
    }
}

/// Name and version of a requirement that allows just one: `name[extra] (>=1, ==1.2) ; marker --hash=…`, or
/// `name @ address` where the address is that of a wheel, whose name has the version.
pub(in crate::language) fn pinned(requirement: &str) -> Option<(&str, &str)> {
    let (name, rest) = split(requirement)?;
    if let Some(address) = rest.strip_prefix('@') {
        return wheel_version(address.trim_start().split([' ', '\t', ';']).next()?).map(|version| (name, version));
    }
    let rest = rest.split([';', '@']).next()?;
    let rest = rest.split("--").next()?.trim();
    exact(rest.strip_prefix('(').map_or(rest, |inside| inside.trim_end_matches(')'))).map(|version| (name, version))
}

/// The version that clauses such as `>=1, ==1.2` allow, if it is just one.
pub(super) fn exact(clauses: &str) -> Option<&str> {
    clauses.split(',').find_map(|clause| {
        let version = clause.trim().strip_prefix("==")?;
        let version = version.strip_prefix('=').unwrap_or(version).trim();
        is_version(version).then_some(version)
    })
}

/// Whether the text is one version, without wildcards.
pub(super) fn is_version(version: &str) -> bool {
    version.starts_with(|c: char| c.is_ascii_alphanumeric())
        && version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '+' | '!'))
}

/// The version in the name of a wheel at the end of an address (PyPA specifications, "Binary distribution format").
pub(super) fn wheel_version(address: &str) -> Option<&str> {
    let address = address.split(['#', '?']).next()?;
    let mut parts = address.rsplit('/').next()?.strip_suffix(".whl")?.split('-');
    let version = parts.nth(1)?;
    // Behind it come an optional build, and what it was built for: three tags.
    (matches!(parts.count(), 3 | 4) && is_version(version) && version.starts_with(|c: char| c.is_ascii_digit()))
        .then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_versions_are_told_apart() {
        for (requirement, expected) in [
            ("a==1", Some(("a", "1"))),
            ("a", None),
            ("a [b, c] (>=1, ==1.2) ; python_version < '3'", Some(("a", "1.2"))),
            ("a===2024-01", Some(("a", "2024-01"))),
            ("a==1.*", None),
            ("a @ https://example.test/a-1.0.2-py3-none-any.whl#sha256=00", Some(("a", "1.0.2"))),
            ("a[x] @ file:///srv/a-1.0-2-cp311-cp311-linux_x86_64.whl ; marker", Some(("a", "1.0"))),
            ("a @ https://example.test/a-1.0.zip", None),
            ("a @ https://example.test/a-1.0.whl", None),
            ("a @ git+https://example.test/a@v==1", None),
            ("-e a==1", None),
        ] {
            assert_eq!(pinned(requirement), expected, "{requirement}");
        }
    }
}
