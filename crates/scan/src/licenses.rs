//! Where the licences of a package stand that whatever lists it does not tell: those of Debian's packages are in
//! `/usr/share/doc/NAME/copyright` (Debian Policy 12.5, "Copyright information"), those of libraries in the folder that
//! their package manager made for them.

use model::{ImagePath, Package, PackageKind};

/// The file that declares the licences of a package that `database` lists, if such packages have one.
pub(crate) fn path(package: &Package, database: &[u8]) -> Option<ImagePath> {
    if package.kind != PackageKind::Deb || !package.licenses.is_empty() {
        return None;
    }
    let name = package.name.as_bytes();
    Some(ImagePath::new(&[root(database)?, b"/usr/share/doc/", name, b"/copyright"].concat()))
}

/// The folders in which the texts of the licences of a package may lie, that the file at `listed` lists or describes.
pub(crate) fn folders(package: &Package, listed: &ImagePath) -> Vec<Vec<u8>> {
    let (parent, name) = (listed.parent(), listed.name());
    let beside = |ending: &[u8], rest: &[u8]| Some([listed.as_bytes().strip_suffix(ending)?, rest].concat());
    if !package.licenses.is_empty() {
        return Vec::new();
    }
    let folder = match package.kind {
        PackageKind::Npm if name == b"package.json" => Some(parent.to_vec()),
        PackageKind::Pypi if parent.ends_with(b".dist-info") || parent.ends_with(b".egg-info") => {
            return vec![parent.to_vec(), [parent, b"/licenses"].concat()];
        }
        PackageKind::Gem => {
            let gem = name.strip_suffix(b".gemspec").unwrap_or(name);
            parent.strip_suffix(b"specifications").map(|root| [root, b"gems/", gem].concat())
        }
        PackageKind::Composer => beside(b"composer/installed.json", package.name.as_bytes()),
        PackageKind::Golang => beside(b"modules.txt", package.name.as_bytes()),
        PackageKind::Nuget if name.ends_with(b".nuspec") => Some(parent.to_vec()),
        _ => None,
    };
    folder.into_iter().collect()
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
    fn texts_lie_in_the_folder_of_a_package() {
        let check = |kind, name: &str, listed: &str, expected: &[&str]| {
            let found = folders(&Package::new(kind, name, "1"), &listed.into());
            assert_eq!(found, expected.iter().map(|folder| folder.as_bytes().to_vec()).collect::<Vec<_>>(), "{listed}");
        };
        check(PackageKind::Npm, "a", "app/node_modules/a/package.json", &["app/node_modules/a"]);
        check(PackageKind::Npm, "a", "app/package-lock.json", &[]);
        check(
            PackageKind::Pypi,
            "a",
            "lib/a-1.dist-info/METADATA",
            &["lib/a-1.dist-info", "lib/a-1.dist-info/licenses"],
        );
        check(PackageKind::Gem, "a", "3.2.0/specifications/a-1.gemspec", &["3.2.0/gems/a-1"]);
        check(PackageKind::Composer, "b/a", "srv/vendor/composer/installed.json", &["srv/vendor/b/a"]);
        check(PackageKind::Golang, "example.com/a", "src/vendor/modules.txt", &["src/vendor/example.com/a"]);
        check(PackageKind::Nuget, "a", "packages/a/1/a.nuspec", &["packages/a/1"]);
    }

    #[test]
    fn no_name_leads_out_of_the_image() {
        let package = Package::new(PackageKind::Deb, "../../../../../../etc", "1");
        assert_eq!(path(&package, b"var/lib/dpkg/status"), Some("etc/copyright".into()));
    }
}
