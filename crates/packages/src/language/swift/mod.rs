//! Swift and Objective-C: what Swift's package manager, CocoaPods and Carthage have locked.

mod cartfile_resolved;
mod package_resolved;
mod podfile_lock;

use model::Analyzer;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] =
    &[cartfile_resolved::ANALYZER, package_resolved::ANALYZER, podfile_lock::ANALYZER];

/// The name that advisories give a package, host and path of its repository, from any form of that address:
/// `git@github.com:apple/swift-nio.git` is `github.com/apple/swift-nio`. None for folders.
fn name_of_repository(address: &str) -> Option<String> {
    let (scheme, rest) = address.split_once("://").map_or(("", address), |(scheme, rest)| (scheme, rest));
    if scheme == "file" || rest.starts_with(['/', '.', '~']) {
        return None;
    }
    let (host, path) = if scheme.is_empty() { rest.split_once(':') } else { rest.split_once('/') }?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next()?.to_ascii_lowercase();
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path);
    (!host.is_empty() && !path.is_empty()).then(|| format!("{host}/{path}"))
}

/// Versions are often tags that begin with a letter: `v1.0.0`.
fn version_of_tag(tag: &str) -> Option<&str> {
    let version = tag.strip_prefix(['v', 'V']).unwrap_or(tag);
    let is_version = version.starts_with(|first: char| first.is_ascii_digit()) && version.contains('.');
    is_version.then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_address_gives_one_name() {
        for (address, expected) in [
            ("https://github.com/apple/swift-nio.git", Some("github.com/apple/swift-nio")),
            ("https://GitHub.com/apple/swift-nio/", Some("github.com/apple/swift-nio")),
            ("https://user:word@github.com:443/apple/swift-nio", Some("github.com/apple/swift-nio")),
            ("git@github.com:apple/swift-nio.git", Some("github.com/apple/swift-nio")),
            ("ssh://git@github.com/apple/swift-nio", Some("github.com/apple/swift-nio")),
            ("../own", None),
            ("/srv/own", None),
            ("file:///srv/own", None),
            ("", None),
            ("https://", None),
        ] {
            assert_eq!(name_of_repository(address).as_deref(), expected, "{address}");
        }
    }

    #[test]
    fn tags_are_versions_and_revisions_are_not() {
        for (tag, expected) in
            [("1.2.3", Some("1.2.3")), ("v1.2", Some("1.2")), ("0123abcd", None), ("main", None), ("very.1", None)]
        {
            assert_eq!(version_of_tag(tag), expected, "{tag}");
        }
    }
}
