//! Packages of distributions in which there is no code that could be vulnerable: headers of the kernel, documentation,
//! debug symbols, translations. They are built from a source that has vulnerabilities, so advisories speak of them; what
//! is found is shown, suppressed. `rules/inert.tsv` has their names.

use model::{Package, PackageKind};

/// Names of one package manager's packages.
struct Rule {
    kind: PackageKind,
    /// What a name begins with.
    start: &'static str,
    /// What it ends with, if it may be longer than its beginning.
    end: Option<&'static str>,
    /// What is in there, behind "it holds only".
    holds: &'static str,
}

const RULES: &[Rule] = include!(concat!(env!("OUT_DIR"), "/inert.rs"));

/// Why no vulnerability of a package counts.
pub(crate) fn reason(package: &Package) -> Option<String> {
    let source = package.source.as_ref().map(|source| &*source.name);
    let rule = RULES.iter().find(|rule| rule.kind == package.kind && rule.fits(&package.name, source))?;
    Some(format!("it holds only {}, no code that could be attacked", rule.holds))
}

impl Rule {
    fn fits(&self, name: &str, source: Option<&str>) -> bool {
        let Some(end) = self.end else { return name == self.start };
        // What was split off something else has another name than it. A package that is built under this very name is
        // what advisories of that name mean.
        let split_off = !self.start.is_empty() || source.is_none_or(|source| source != name);
        let longer = name.len() > self.start.len() + end.len();
        split_off && longer && name.starts_with(self.start) && name.ends_with(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::SourcePackage;

    fn check(kind: PackageKind, name: &str, source: &str, expected: &str) {
        let source = Some(SourcePackage { name: source.into(), version: "1".into() });
        let found = reason(&Package { source, ..Package::new(kind, name, "1") });
        assert!(found.as_deref().unwrap_or("-").contains(expected), "{name}: {found:?}");
    }

    // What is in these packages is to be seen in their distributions' lists of files.
    #[test]
    fn what_holds_no_code_is_known_by_its_name() {
        check(PackageKind::Deb, "linux-libc-dev", "linux", "header files");
        check(PackageKind::Deb, "linux-headers-6.1.0-18-amd64", "linux", "header files");
        check(PackageKind::Rpm, "kernel-headers", "kernel", "header files");
        check(PackageKind::Rpm, "kernel-uek-devel", "kernel-uek", "header files");
        check(PackageKind::Rpm, "linux-glibc-devel", "linux-glibc-devel", "header files");
        check(PackageKind::Apk, "linux-headers", "linux-headers", "header files");
        check(PackageKind::Alpm, "linux-api-headers", "", "header files");
        check(PackageKind::Deb, "libssl-doc", "openssl", "documentation");
        check(PackageKind::Apk, "openssl-doc", "openssl", "documentation");
        check(PackageKind::Rpm, "openssl-debugsource", "openssl", "debugger");
        check(PackageKind::Deb, "bash-dbgsym", "bash", "debugger");
        check(PackageKind::Deb, "libreoffice-l10n-de", "libreoffice", "translations");
        check(PackageKind::Rpm, "glibc-langpack-de", "glibc", "locales");
    }

    #[test]
    fn what_only_looks_like_it_is_judged() {
        // A debug build is a program, a kernel a kernel, and firmware runs.
        check(PackageKind::Deb, "python3.11-dbg", "python3.11", "-");
        check(PackageKind::Deb, "linux-image-6.1.0-18-amd64", "linux", "-");
        check(PackageKind::Rpm, "kernel-core", "kernel", "-");
        check(PackageKind::Rpm, "linux-firmware", "linux-firmware", "-");
        check(PackageKind::Deb, "libssl-dev", "openssl", "-");
        // Another package manager's rule, a package that is called so itself, and the bare ending.
        check(PackageKind::Deb, "kernel-headers", "kernel", "-");
        check(PackageKind::Deb, "the-doc", "the-doc", "-");
        check(PackageKind::Deb, "-doc", "x", "-");
        check(PackageKind::Npm, "some-doc", "x", "-");
    }
}
