//! What a header says of its package, and of the files that it brought.

use model::{ImagePath, Package, PackageKind};

use super::header::{Header, Tag};
use crate::os::bytes::Broken;
use crate::os::source_rpm::{evr, source_rpm};

/// The package that a header describes.
///
/// None for `gpg-pubkey`: RPM keeps each key that it trusts in the database as a package of that name, whose version is
/// the key's number. It is no software, has no files, and nobody publishes advisories about it.
pub(super) fn package(header: &Header<'_>) -> Result<Option<Package>, Broken> {
    let mut texts = TextsOf { header, left: header.size() };
    let name = texts.required(Tag::NAME)?;
    if name == "gpg-pubkey" {
        return Ok(None);
    }
    let epoch = header.number(Tag::EPOCH)?;
    let version_release = format!("{}-{}", texts.required(Tag::VERSION)?, texts.required(Tag::RELEASE)?);
    let mut package = Package::new(PackageKind::Rpm, name, evr(epoch, &version_release));
    package.arch = texts.optional(Tag::ARCH)?;
    package.source = texts.optional(Tag::SOURCERPM)?.and_then(|file_name| source_rpm(&file_name, epoch));
    package.module = texts.optional(Tag::MODULARITYLABEL)?;
    package.vendor = texts.optional(Tag::VENDOR)?;
    package.licenses = texts.optional(Tag::LICENSE)?.into_iter().collect();
    Ok(Some(package))
}

/// The texts of one header. Each has its own bytes in the store, so all of them together are not longer than it: a
/// header whose tags share one huge text cannot multiply it.
struct TextsOf<'h, 'a> {
    header: &'h Header<'a>,
    left: usize,
}

impl TextsOf<'_, '_> {
    /// None where the tag is absent or empty.
    fn optional(&mut self, tag: Tag) -> Result<Option<String>, Broken> {
        let Some(text) = self.header.text(tag)?.filter(|text| !text.is_empty()) else { return Ok(None) };
        self.left =
            self.left.checked_sub(text.len()).ok_or(Broken::corrupt("the values of a package header overlap"))?;
        // Headers older than RPM 4.14 may hold any encoding.
        Ok(Some(String::from_utf8_lossy(text).into_owned()))
    }

    fn required(&mut self, tag: Tag) -> Result<String, Broken> {
        let text = self.optional(tag)?;
        text.ok_or(Broken::corrupt("a package header lacks its name, its version or its release"))
    }
}

/// What a path costs besides its bytes: its place in the list and in the allocator.
const PATH_COST: usize = 48;

/// The files that a header lists and that are the package's own on the disk: no directories, and none that was left out
/// at installation or that another package replaced. Takes what they cost in memory from `room`.
pub(super) fn files(header: &Header<'_>, room: &mut usize) -> Result<Vec<ImagePath>, Broken> {
    let mut list = List {
        modes: header.shorts(Tag::FILEMODES)?.unwrap_or_default(),
        states: header.bytes(Tag::FILESTATES)?.unwrap_or_default(),
        path: Vec::new(),
        files: Vec::new(),
    };
    if let Some(names) = header.texts(Tag::BASENAMES)? {
        let folders = header.texts(Tag::DIRNAMES)?.ok_or(UNPAIRED)?;
        let mut pieces: Vec<&[u8]> = Vec::new();
        for folder in folders {
            spend(room, size_of::<&[u8]>())?;
            pieces.push(folder?);
        }
        let mut indexes = header.numbers(Tag::DIRINDEXES)?.ok_or(UNPAIRED)?.iter();
        for (position, name) in names.enumerate() {
            let index = indexes.next().and_then(|index| usize::try_from(u32::from_be_bytes(*index)).ok());
            let folder = index.and_then(|index| pieces.get(index)).ok_or(UNPAIRED)?;
            list.add(position, [folder, name?], room)?;
        }
    } else if let Some(paths) = header.texts(Tag::OLDFILENAMES)? {
        // Before RPM 4 a header listed whole paths.
        for (position, path) in paths.enumerate() {
            list.add(position, [b"", path?], room)?;
        }
    }
    list.files.shrink_to_fit();
    Ok(list.files)
}

const UNPAIRED: Broken = Broken::corrupt("the lists of file names and folders of a package header do not fit together");

struct List<'a> {
    /// `st_mode` of each file.
    modes: &'a [[u8; 2]],
    /// What the installation made of each file (`enum rpmfileState_e`): zero is "installed, and still there".
    states: &'a [u8],
    /// Where each path is put together.
    path: Vec<u8>,
    files: Vec<ImagePath>,
}

impl List<'_> {
    fn add(&mut self, position: usize, [folder, name]: [&[u8]; 2], room: &mut usize) -> Result<(), Broken> {
        const TYPE: u16 = 0o170_000;
        const DIRECTORY: u16 = 0o040_000;
        let is_directory = self.modes.get(position).is_some_and(|mode| u16::from_be_bytes(*mode) & TYPE == DIRECTORY);
        if is_directory || self.states.get(position).is_some_and(|state| *state != 0) {
            return Ok(());
        }
        // Without the leading slash a path is clean, and takes one copy.
        let folder = folder.strip_prefix(b"/").unwrap_or(folder);
        let name = if folder.is_empty() { name.strip_prefix(b"/").unwrap_or(name) } else { name };
        spend(room, folder.len().saturating_add(name.len()).saturating_add(PATH_COST))?;
        self.path.clear();
        self.path.extend_from_slice(folder);
        self.path.extend_from_slice(name);
        self.files.push(ImagePath::new(&self.path));
        Ok(())
    }
}

fn spend(room: &mut usize, bytes: usize) -> Result<(), Broken> {
    *room = room.checked_sub(bytes).ok_or(Broken::limit(
        "the file lists of the packages are many times larger than the database; those that follow are left out",
    ))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::header::tests::{blob, chars, numbers, shorts, text, texts};
    use super::*;
    use model::SourcePackage;
    use proptest::prelude::*;

    fn files_of(blob: &[u8], mut room: usize) -> Result<Vec<String>, Broken> {
        let files = files(&Header::parse(blob).unwrap(), &mut room)?;
        Ok(files.iter().map(|path| path.to_text().into_owned()).collect())
    }

    // The tags of a package of RHEL 9's nodejs module, with an epoch.
    #[test]
    fn a_header_becomes_a_package() {
        let blob = blob(&[
            (Tag::NAME, text("nodejs")),
            (Tag::VERSION, text("18.20.2")),
            (Tag::RELEASE, text("2.module+el9")),
            (Tag::EPOCH, numbers(&[1])),
            (Tag::ARCH, text("x86_64")),
            (Tag::VENDOR, text("Red Hat, Inc.")),
            (Tag::LICENSE, text("MIT and BSD")),
            (Tag::SOURCERPM, text("nodejs-18.20.2-2.module+el9.src.rpm")),
            (Tag::MODULARITYLABEL, text("nodejs:18:9040020240301:rhel9")),
        ]);
        let found = package(&Header::parse(&blob).unwrap()).unwrap().unwrap();
        let mut expected = Package::new(PackageKind::Rpm, "nodejs", "1:18.20.2-2.module+el9");
        expected.arch = Some("x86_64".into());
        expected.vendor = Some("Red Hat, Inc.".into());
        expected.licenses = vec!["MIT and BSD".into()];
        expected.source = Some(SourcePackage { name: "nodejs".into(), version: "1:18.20.2-2.module+el9".into() });
        expected.module = Some("nodejs:18:9040020240301:rhel9".into());
        assert_eq!(found, expected);
    }

    #[test]
    fn an_epoch_of_zero_is_none_and_a_key_is_no_package() {
        let described = |name, epoch| {
            let tags = [(Tag::NAME, name), (Tag::VERSION, "2"), (Tag::RELEASE, "3")].map(|(tag, raw)| (tag, text(raw)));
            let blob = blob(&[&tags[..], &[(Tag::EPOCH, numbers(&[epoch]))]].concat());
            package(&Header::parse(&blob).unwrap()).unwrap().map(|package| package.version)
        };
        assert_eq!(described("bash", 0).as_deref(), Some("2-3"));
        assert_eq!(described("bash", 4).as_deref(), Some("4:2-3"));
        assert_eq!(described("gpg-pubkey", 0), None);
    }

    #[test]
    fn without_name_version_or_release_it_is_broken() {
        for missing in [Tag::NAME, Tag::VERSION, Tag::RELEASE] {
            let mut tags = vec![(Tag::NAME, text("a")), (Tag::VERSION, text("1")), (Tag::RELEASE, text("2"))];
            tags.retain(|(tag, _)| *tag != missing);
            assert!(package(&Header::parse(&blob(&tags)).unwrap()).is_err());
        }
    }

    #[test]
    fn tags_that_share_their_text_are_refused() {
        let mut blob = blob(&[
            (Tag::NAME, text("0123456789")),
            (Tag::VERSION, text("")),
            (Tag::RELEASE, text("1")),
            (Tag::VENDOR, text("1")),
        ]);
        // The offset of the second entry: the version becomes the name.
        blob[8 + 16 + 8..][..4].copy_from_slice(&0u32.to_be_bytes());
        assert!(package(&Header::parse(&blob).unwrap()).is_err());
    }

    #[test]
    fn files_are_joined_and_directories_left_out() {
        let blob = blob(&[
            (Tag::DIRNAMES, texts(&["/usr/bin/", "/"])),
            (Tag::DIRINDEXES, numbers(&[0, 1, 1, 0, 0])),
            (Tag::BASENAMES, texts(&["sh", "bin", "etc", "replaced", "../../x"])),
            (Tag::FILEMODES, shorts(&[0o100_755, 0o120_777, 0o040_755, 0o100_644, 0o100_644])),
            (Tag::FILESTATES, chars(&[0, 0, 0, 1])),
        ]);
        assert_eq!(files_of(&blob, 4096).unwrap(), ["usr/bin/sh", "bin", "x"]);
    }

    #[test]
    fn old_headers_list_whole_paths() {
        let blob = blob(&[(Tag::OLDFILENAMES, texts(&["/bin/sh", "/etc/passwd"]))]);
        assert_eq!(files_of(&blob, 4096).unwrap(), ["bin/sh", "etc/passwd"]);
    }

    #[test]
    fn lists_that_do_not_fit_together_are_refused() {
        let folders = (Tag::DIRNAMES, texts(&["/a/"]));
        let names = (Tag::BASENAMES, texts(&["b", "c"]));
        for indexes in [&[0][..], &[0, 1], &[u32::MAX, 0]] {
            let blob = blob(&[folders.clone(), (Tag::DIRINDEXES, numbers(indexes)), names.clone()]);
            assert_eq!(files_of(&blob, 4096), Err(UNPAIRED), "{indexes:?}");
        }
        assert_eq!(files_of(&blob(&[folders, names]), 4096), Err(UNPAIRED));
    }

    #[test]
    fn one_long_folder_cannot_be_multiplied_without_end() {
        let folder = "/".to_owned() + &"a".repeat(1000) + "/";
        let blob = blob(&[
            (Tag::DIRNAMES, texts(&[&folder])),
            (Tag::DIRINDEXES, numbers(&[0; 100])),
            (Tag::BASENAMES, texts(&["b"; 100])),
        ]);
        assert_eq!(files_of(&blob, 200_000).unwrap().len(), 100);
        assert!(files_of(&blob, 50_000).is_err());
    }

    proptest! {
        #[test]
        fn no_lists_make_it_panic(
            indexes in proptest::collection::vec(0u32..4, 0..8),
            names in proptest::collection::vec("[./a]{0,3}", 0..8),
            modes in proptest::collection::vec(any::<u16>(), 0..8),
            room in 0usize..600,
        ) {
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            let blob = blob(&[
                (Tag::DIRNAMES, texts(&["/a/", "", "/"])),
                (Tag::DIRINDEXES, numbers(&indexes)),
                (Tag::BASENAMES, texts(&names)),
                (Tag::FILEMODES, shorts(&modes)),
            ]);
            if let Ok(files) = files_of(&blob, room) {
                prop_assert!(files.len() * PATH_COST <= room);
            }
        }
    }
}
