//! Linux kernels.
//!
//! **Files.** Any file that begins as a kernel for x86 or for 64-bit ARM; `vmlinuz*` and `vmlinux*` in `boot` and in
//! `lib/modules/RELEASE`; `boot/config-RELEASE` and `lib/modules/RELEASE/config`.
//!
//! **Format.** For x86, the header says where its text of the version is ("The Linux/x86 Boot Protocol", `kernel_version`). For
//! others, also in gzip, the text that a kernel greets with is looked for, `Linux version RELEASE (`. A configuration is
//! known by its first lines, and its release by its name or its folder.
//!
//! **Facts.** The kernel, by its release (`6.1.0-13-amd64`), as it says of itself; with little confidence where only its
//! configuration is there. What a distribution packaged is listed as its package, whose advisories know what has been
//! mended.
//!
//! **Not seen.** Kernels in other compressions than gzip for ARM, and inside of unified images for UEFI. The tests were
//! written from the documentation of Linux.

use memchr::memmem;
use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Meta, PackageKind, Presence, Unreadable};

use super::text::lines;
use crate::language::lies_below;
use crate::listing::Listing;

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "linux-kernel",
    version: 1,
    files: &[
        Key::In("boot").when(|path| is_image(path.name()) || path.name().starts_with(b"config-")),
        Key::Name("vmlinuz").when(lies_in_modules),
        Key::Name("vmlinux").when(lies_in_modules),
        Key::Name("config").when(lies_in_modules),
        Key::Head(|_: &Meta, head| is_x86(head) || is_arm(head)).any(),
    ],
    analyze,
};

/// What a kernel greets with.
const GREETING: &[u8] = b"Linux version ";

fn is_image(name: &[u8]) -> bool {
    name.starts_with(b"vmlinuz") || name.starts_with(b"vmlinux")
}

/// Directly in the folder of one release.
fn lies_in_modules(path: &ImagePath) -> bool {
    let folder = path.parent();
    memchr::memrchr(b'/', folder).is_some_and(|slash| folder[..slash].ends_with(b"lib/modules"))
        && lies_below(path, "lib/modules")
}

/// The sector's end, and the magic number that follows the first fields.
fn is_x86(head: &[u8]) -> bool {
    head.get(0x1fe..0x200) == Some(b"\x55\xaa") && head.get(0x202..0x206) == Some(b"HdrS")
}

/// Linux, `Documentation/arch/arm64/booting.rst`.
fn is_arm(head: &[u8]) -> bool {
    head.get(56..60) == Some(b"ARM\x64")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut listing = Listing::new(PackageKind::Generic);
    let content = file.content;
    let (release, confidence) = if is_configuration(file.path) {
        (configured(file.path, content), Confidence::Low)
    } else if is_x86(content) {
        (x86(content), Confidence::Medium)
    } else if content.starts_with(b"\x1f\x8b") {
        (greeting(flate2::bufread::GzDecoder::new(content), file.budget.nested_bytes), Confidence::Medium)
    } else {
        (greeting(content, u64::MAX), Confidence::Medium)
    };
    if let Some(release) = release
        && let Some(package) = listing.add("linux-kernel", &release, Presence::Installed)
    {
        package.confidence = confidence;
        package.cpes.extend(cpe(&release));
    }
    listing.tell(facts);
    Ok(())
}

fn is_configuration(path: &ImagePath) -> bool {
    path.name() == b"config" || path.name().starts_with(b"config-")
}

/// The release that the name of a configuration has, or its folder.
fn configured(path: &ImagePath, content: &[u8]) -> Option<String> {
    let mut first = lines(content).take(4).map(|(_, line)| line);
    first.find(|line| line.starts_with(b"# Linux/") && line.ends_with(b" Kernel Configuration"))?;
    let release = match path.name().strip_prefix(b"config-") {
        Some(release) => release,
        None => path.parent().rsplit(|&byte| byte == b'/').next()?,
    };
    release_of(release)
}

/// The pointer counts from the end of the first sector.
fn x86(content: &[u8]) -> Option<String> {
    let pointer = u16::from_le_bytes(*content.get(0x20e..)?.first_chunk()?);
    release_of(content.get(usize::from(pointer) + 0x200..)?)
}

/// The release in the greeting, wherever it is. Reads on in pieces, keeping what may be the beginning of the text.
fn greeting(mut reader: impl std::io::Read, most: u64) -> Option<String> {
    const PIECE: usize = 64 << 10;
    const LONGEST: usize = 256;
    let mut buffer = vec![0; PIECE];
    let (mut filled, mut left) = (0, most);
    loop {
        // What was unpacked up to an error counts.
        let read = reader.read(&mut buffer[filled..]).unwrap_or(0);
        filled += read;
        left = left.saturating_sub(read as u64);
        let ended = read == 0 || left == 0;
        if filled == buffer.len() || ended {
            // The format of the greeting is in the kernel as well, with a placeholder for the release.
            let complete = if ended { filled } else { filled - LONGEST };
            let found = memmem::find_iter(&buffer[..filled], GREETING).filter(|at| *at < complete);
            let release = found.into_iter().find_map(|at| release_of(&buffer[at + GREETING.len()..filled]));
            if release.is_some() || ended {
                return release;
            }
            buffer.copy_within(complete.., 0);
            filled -= complete;
        }
    }
}

/// The text up to a space or a zero, if it can be a release: it begins with two numbers.
fn release_of(text: &[u8]) -> Option<String> {
    const LONGEST: usize = 128;
    let end = text.iter().take(LONGEST).position(|byte| *byte == 0 || byte.is_ascii_whitespace());
    let release = std::str::from_utf8(&text[..end.unwrap_or(text.len().min(LONGEST))]).ok()?;
    let (major, rest) = release.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && rest.starts_with(|digit: char| digit.is_ascii_digit())).then(|| release.to_owned())
}

/// The upstream version: what stands before a distribution's own numbers.
fn cpe(release: &str) -> Option<String> {
    let end = release.find(|character: char| !character.is_ascii_digit() && character != '.');
    let upstream = release[..end.unwrap_or(release.len())].trim_end_matches('.');
    (!upstream.is_empty()).then(|| format!("cpe:2.3:o:linux:linux_kernel:{upstream}:*:*:*:*:*:*:*"))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::os::testing::read;
    use crate::testing::{check, survives, wants};

    const TEXT: &[u8] = b"6.1.0-13-amd64 (debian-kernel@lists.debian.org) #1 SMP Debian 6.1.55-1 (2023-09-29)\0";

    /// A header for x86 whose text lies in the third sector.
    fn x86_image() -> Vec<u8> {
        let mut image = vec![0; 0x400];
        image[0x1fe..0x200].copy_from_slice(b"\x55\xaa");
        image[0x202..0x206].copy_from_slice(b"HdrS");
        image[0x20e..0x210].copy_from_slice(&0x200_u16.to_le_bytes());
        image.extend(TEXT);
        image
    }

    /// An image for ARM: the format of the greeting, then the greeting, over a boundary of pieces.
    fn arm_image() -> Vec<u8> {
        let mut image = vec![0; 64];
        image[56..60].copy_from_slice(b"ARM\x64");
        image.extend(b"Linux version %s (%s)\0");
        image.resize((64 << 10) - 7, 0);
        image.extend(b"Linux version 6.8.12 (builder@example) (gcc) #1 SMP\0");
        image
    }

    fn gzip(content: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(content).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn an_image_says_its_release() {
        check(&ANALYZER, "boot/vmlinuz-6.1.0-13-amd64", x86_image(), "linux-kernel 6.1.0-13-amd64");
        check(&ANALYZER, "efi/kernel", arm_image(), "linux-kernel 6.8.12");
        check(&ANALYZER, "boot/vmlinuz", gzip(&arm_image()), "linux-kernel 6.8.12");
        check(&ANALYZER, "boot/vmlinux", b"\x7fELF..Linux version 5.10.0 (x)", "linux-kernel 5.10.0");
        check(&ANALYZER, "boot/vmlinuz", b"\x1f\x8bgarbage", "");
        check(&ANALYZER, "boot/vmlinuz", "", "");
        let found = read(&ANALYZER, "boot/vmlinuz", &x86_image());
        assert_eq!(found.packages[0].cpes, ["cpe:2.3:o:linux:linux_kernel:6.1.0:*:*:*:*:*:*:*"]);
    }

    #[test]
    fn a_configuration_has_its_release_in_its_path() {
        let configuration =
            "#\n# Automatically generated file; DO NOT EDIT.\n# Linux/x86 6.1.55 Kernel Configuration\n#\nCONFIG_A=y\n";
        check(&ANALYZER, "boot/config-6.1.0-13-amd64", configuration, "linux-kernel 6.1.0-13-amd64");
        check(
            &ANALYZER,
            "usr/lib/modules/5.14.0-362.el9.x86_64/config",
            configuration,
            "linux-kernel 5.14.0-362.el9.x86_64",
        );
        check(&ANALYZER, "boot/config-6.1.0", "[section]\n", "");
        check(&ANALYZER, "boot/config-grub", configuration, "");
        assert_eq!(
            read(&ANALYZER, "boot/config-6.1.0", configuration.as_bytes()).packages[0].confidence,
            Confidence::Low
        );
    }

    #[test]
    fn kernels_are_known_by_their_place_or_their_beginning() {
        for (path, expected) in [
            ("boot/vmlinuz-6.1.0-13-amd64", true),
            ("usr/lib/modules/6.8.5-301.fc40.x86_64/vmlinuz", true),
            ("boot/config-6.1.0", true),
            ("boot/initrd.img-6.1.0", false),
            ("srv/config", false),
            ("lib/modules/6.1.0/kernel/config", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
        }
        assert!(is_x86(&x86_image()) && is_arm(&arm_image()));
        assert!(!is_x86(b"MZ") && !is_arm(b"\x7fELF"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        for path in ["boot/vmlinuz", "boot/config-6.1.0"] {
            survives(&ANALYZER, path, &[&x86_image(), &gzip(&arm_image())]);
        }
    }
}
