//! Where the licences of a package stand that its database does not tell: those of Debian's packages are in
//! `/usr/share/doc/NAME/copyright` (Debian Policy 12.5, "Copyright information").

use model::{ImagePath, Package, PackageKind};

/// The file that declares the licences of a package that `database` lists, if such packages have one.
pub(crate) fn path(package: &Package, database: &[u8]) -> Option<ImagePath> {
    if package.kind != PackageKind::Deb || !package.licenses.is_empty() {
        return None;
    }
    let name = package.name.as_bytes();
    Some(ImagePath::new(&[root(database)?, b"/usr/share/doc/", name, b"/copyright"].concat()))
}

/// The root of the filesystem that dpkg keeps this database of: what comes before `var/lib/dpkg`, or before another
/// `lib/dpkg` where tools that build images without dpkg put it.
fn root(database: &[u8]) -> Option<&[u8]> {
    const DATABASE: &[u8] = b"/lib/dpkg/status";
    let Some(at) = database.windows(DATABASE.len()).rposition(|window| window == DATABASE) else {
        return database.starts_with(&DATABASE[1..]).then_some(b"");
    };
    let above = &database[..at];
    let without_top = [&b"var"[..], b"usr"].iter().find_map(|top| above.strip_suffix(*top));
    match without_top {
        Some([]) => Some(b""),
        Some([root @ .., b'/']) => Some(root),
        _ => Some(above),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: PackageKind, database: &str, expected: Option<&str>) {
        let found = path(&Package::new(kind, "libc6", "2.36-9"), database.as_bytes());
        assert_eq!(found, expected.map(ImagePath::from), "{database}");
    }

    #[test]
    fn the_licences_stand_in_the_filesystem_of_the_database() {
        let deb = |database, expected| check(PackageKind::Deb, database, expected);
        deb("var/lib/dpkg/status", Some("usr/share/doc/libc6/copyright"));
        deb("var/lib/dpkg/status.d/libc6", Some("usr/share/doc/libc6/copyright"));
        deb("usr/lib/dpkg/status", Some("usr/share/doc/libc6/copyright"));
        deb("lib/dpkg/status", Some("usr/share/doc/libc6/copyright"));
        deb("opt/root/var/lib/dpkg/status", Some("opt/root/usr/share/doc/libc6/copyright"));
        deb("opt/root/lib/dpkg/status", Some("opt/root/usr/share/doc/libc6/copyright"));
        deb("myvar/lib/dpkg/status", Some("myvar/usr/share/doc/libc6/copyright"));
        deb("opt/a.deb", None);
        check(PackageKind::Opkg, "var/lib/dpkg/status", None);
    }

    #[test]
    fn a_package_that_tells_its_licence_is_asked_no_more() {
        let package = Package { licenses: vec!["MIT".into()], ..Package::new(PackageKind::Deb, "a", "1") };
        assert_eq!(path(&package, b"var/lib/dpkg/status"), None);
    }

    #[test]
    fn no_name_leads_out_of_the_image() {
        let package = Package::new(PackageKind::Deb, "../../../../../../etc", "1");
        assert_eq!(path(&package, b"var/lib/dpkg/status"), Some("etc/copyright".into()));
    }
}
