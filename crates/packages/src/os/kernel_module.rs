//! Modules of the Linux kernel that do not come with it: drivers and file systems of others.
//!
//! **Files.** `*.ko`, `*.ko.gz`, `*.ko.xz` and `*.ko.zst`, unless they lie where the kernel's own modules do (`lib/modules/RELEASE/kernel/`
//! and a folder of the kernel's sources, such as `drivers`).
//!
//! **Format.** An ELF object whose section `.modinfo` has texts `key=value` (Linux, `include/linux/module.h`, `MODULE_INFO`):
//! `name`, `version`, `license`, `author`, `depends`, `vermagic` and, in modules of the kernel's own sources, `intree`.
//!
//! **Facts.** The module, as it says of itself: its version, its licence, its author as vendor, and as what it needs the
//! modules that it names and the kernel that it was built for (the first word of `vermagic`).
//!
//! **Not seen.** The kernel's own modules, thousands without versions of their own: they are a part of
//! [the kernel](super::linux_kernel). Modules without a version. The tests were written from the
//! documentation of Linux.

use archive::Costs;
use model::{Analyzer, Budget, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Requirement, Unreadable};

use crate::executable::sections;
use crate::listing::is_word;

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "kernel-module",
    version: 1,
    files: &[
        Key::Extension("ko").when(is_of_others),
        Key::Extension("gz").when(|path| path.name().ends_with(b".ko.gz") && is_of_others(path)),
        Key::Extension("xz").when(|path| path.name().ends_with(b".ko.xz") && is_of_others(path)),
        Key::Extension("zst").when(|path| path.name().ends_with(b".ko.zst") && is_of_others(path)),
    ],
    analyze,
};

/// Folders of the kernel's sources that modules are built from.
const SOURCES: [&[u8]; 15] = [
    b"arch",
    b"block",
    b"crypto",
    b"drivers",
    b"fs",
    b"init",
    b"io_uring",
    b"ipc",
    b"kernel",
    b"lib",
    b"mm",
    b"net",
    b"samples",
    b"security",
    b"sound",
];

fn is_of_others(path: &ImagePath) -> bool {
    let mut parts = path.parent().split(|&byte| byte == b'/');
    while let Some(part) = parts.next() {
        if part == b"modules" {
            // The release, `kernel`, and a folder of the sources.
            return !(parts.nth(1) == Some(b"kernel") && parts.next().is_some_and(|folder| SOURCES.contains(&folder)));
        }
    }
    true
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let unpacked;
    let content = match file.path.extension() {
        Some(b"gz" | b"xz" | b"zst") => {
            unpacked = unpack(file.content, file.budget)?;
            &unpacked
        }
        _ => file.content,
    };
    // Texts in Korean end with `.ko` as well.
    if !content.starts_with(b"\x7fELF") {
        return Ok(());
    }
    let module = object::File::parse(content).map_err(|_| Unreadable::corrupt("an ELF file with broken headers"))?;
    for information in sections(&module, &[".modinfo"], content) {
        if let Some(package) = package(information) {
            facts.package(package);
        }
    }
    Ok(())
}

fn unpack(content: &[u8], budget: &Budget) -> Result<Vec<u8>, Unreadable> {
    let found = archive::find(content, budget.file_bytes, &Costs::new(budget), |_| true)?;
    Ok(found.map(|(_, unpacked)| unpacked).unwrap_or_default())
}

fn package(information: &[u8]) -> Option<Package> {
    const LONGEST: usize = 512;
    let value = |key: &str| {
        let mut entries = information.split(|&byte| byte == 0);
        let value = entries.find_map(|entry| entry.strip_prefix(key.as_bytes())?.strip_prefix(b"="))?;
        let value = std::str::from_utf8(value).ok()?.trim();
        (!value.is_empty() && value.len() <= LONGEST && !value.contains(char::is_control)).then_some(value)
    };
    let (name, version) = (value("name")?, value("version")?);
    if !is_word(name) || !is_word(version) || value("intree").is_some() {
        return None;
    }
    let mut package = Package::new(PackageKind::Generic, name, version);
    package.confidence = Confidence::Medium;
    package.licenses.extend(value("license").map(str::to_owned));
    package.vendor = value("author").map(str::to_owned);
    let needed = value("depends").unwrap_or_default().split(',').filter(|needed| is_word(needed) && *needed != name);
    package.requires = needed.map(|needed| Requirement { name: needed.to_owned(), version: None }).collect();
    let release = value("vermagic").and_then(|magic| magic.split_whitespace().next());
    package
        .requires
        .extend(release.map(|release| Requirement { name: "linux-kernel".into(), version: Some(release.to_owned()) }));
    package.requires.sort_unstable();
    package.requires.dedup();
    Some(package)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::process::Command;

    use super::*;
    use crate::testing::{check, survives, wants};

    const PATH: &str = "lib/modules/5.15.0-1031-aws/updates/dkms/zzstd.ko";
    const INFORMATION: &str = "version=1.4.5a\0license=Dual BSD/GPL\0description=ZSTD Compression for ZFS\0depends=spl\0\
        author=Ada\0name=zzstd\0vermagic=5.15.0-1031-aws SMP mod_unload modversions \0";

    /// An object file (System V gABI) with the sections null, `.modinfo` and the names of sections.
    fn module(information: &str) -> Vec<u8> {
        const NAMES: &[u8] = b"\0.modinfo\0.shstrtab\0";
        let mut file = b"\x7fELF\x02\x01\x01".to_vec();
        file.resize(64, 0);
        file[16] = 1;
        file[18] = 62;
        file[20] = 1;
        file[52] = 64;
        file[58] = 64;
        file[60] = 3;
        file[62] = 2;
        let headers = 64 + information.len() + NAMES.len();
        file[40..48].copy_from_slice(&(headers as u64).to_le_bytes());
        file.extend(information.as_bytes());
        file.extend(NAMES);
        file.extend([0; 64]);
        for (name, kind, start, size) in
            [(1_u32, 1_u32, 64, information.len()), (10, 3, 64 + information.len(), NAMES.len())]
        {
            let mut header = [0; 64];
            header[..4].copy_from_slice(&name.to_le_bytes());
            header[4..8].copy_from_slice(&kind.to_le_bytes());
            header[24..32].copy_from_slice(&(start as u64).to_le_bytes());
            header[32..40].copy_from_slice(&(size as u64).to_le_bytes());
            file.extend(header);
        }
        file
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_module_says_what_it_is() {
        let expected = "zzstd 1.4.5a [Dual BSD/GPL] -> linux-kernel 5.15.0-1031-aws, spl";
        let module = module(INFORMATION);
        check(&ANALYZER, PATH, &module, expected);
        check(&ANALYZER, &format!("{PATH}.gz"), gzip(&module), expected);
        check(&ANALYZER, &format!("{PATH}.zst"), zstd::encode_all(&*module, 1).unwrap(), expected);
        match xz(&module) {
            Ok(packed) => check(&ANALYZER, &format!("{PATH}.xz"), packed, expected),
            Err(why) => eprintln!("skipped: xz, because {why}"),
        }
    }

    /// As the kernel's build does it.
    fn xz(content: &[u8]) -> std::io::Result<Vec<u8>> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("module.ko");
        std::fs::write(&path, content)?;
        Ok(Command::new("xz").args(["--check=crc32", "--lzma2=dict=1MiB", "--stdout"]).arg(path).output()?.stdout)
    }

    #[test]
    fn the_kernels_own_and_those_without_versions_are_left_out() {
        check(&ANALYZER, PATH, module(&format!("{INFORMATION}intree=Y\0")), "");
        check(&ANALYZER, PATH, module("name=a\0"), "");
        check(&ANALYZER, PATH, "text", "");
        check(&ANALYZER, PATH, "\x7fELF", "gap: corrupt");
        check(&ANALYZER, &format!("{PATH}.gz"), b"\x1f\x8b\x08x", "gap: corrupt");
    }

    #[test]
    fn what_unfolds_to_too_much_is_a_limit() {
        let budget = Budget { nested_bytes: 1 << 10, ..Budget::default() };
        let read = crate::testing::read(&ANALYZER, &format!("{PATH}.gz"), &gzip(&[0; 1 << 12]), &budget);
        assert_eq!(read, ["gap: limit-hit"]);
    }

    #[test]
    fn modules_of_the_kernels_sources_are_not_wanted() {
        for (path, expected) in [
            (PATH, true),
            ("usr/lib/modules/5.15.0/extra/nvidia.ko.gz", true),
            ("lib/modules/5.15.0/kernel/zfs/zfs.ko.zst", true),
            ("opt/driver/a.ko", true),
            ("lib/modules/5.15.0/kernel/drivers/net/e1000.ko", false),
            ("usr/lib/modules/5.15.0/kernel/fs/ext4/ext4.ko.gz", false),
            ("srv/a.gz", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&module(INFORMATION), &gzip(&module(INFORMATION))]);
    }
}
