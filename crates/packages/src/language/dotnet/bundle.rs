//! Programs that `dotnet publish` packed into a single file (dotnet/runtime, "Single-file bundler" and `bundle_marker`;
//! header versions 2 and 6, since .NET 5). The fixtures of its tests were written from those documents.
//!
//! Behind the program that starts it all lie its files, among them a `.deps.json`, which is read as such. A marker in the
//! program says where the list of the files is. On Linux only programs that go on behind their section headers are
//! looked at, as all bundles do and next to no others. Bundles of .NET Core 3 and of macOS are not seen.

use memchr::memmem;
use model::{Analyzer, Facts, File, Key, Meta, Unreadable};

use super::deps_json;

/// A whole .NET program in a file: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "dotnet-bundle",
    version: 1,
    files: &[Key::Extension("exe").any(), Key::Head(goes_on_behind_its_headers).any()],
    analyze,
};

/// The SHA-256 of `.net core bundle` and a line feed. Where the header is stands in front of it, zero in other programs.
const MARKER: [u8; 32] = [
    0x8b, 0x12, 0x02, 0xb9, 0x6a, 0x61, 0x20, 0x38, 0x72, 0x7b, 0x93, 0x02, 0x14, 0xd7, 0xa0, 0x32, 0x13, 0xf5, 0xb9,
    0xe6, 0xef, 0xae, 0x33, 0x18, 0xee, 0x3b, 0x2d, 0xce, 0x24, 0xb3, 0x6a, 0xae,
];

/// Whether this is an ELF program (System V gABI, "ELF Header") with much behind its section headers, which linkers put
/// last. .NET runs on little-endian machines of 32 and 64 bits.
fn goes_on_behind_its_headers(meta: &Meta, head: &[u8]) -> bool {
    const MUCH: u64 = 4096;
    let Some([0x7f, b'E', b'L', b'F', class @ (1 | 2), 1, ..]) = head.first_chunk::<64>() else { return false };
    let (sections, sizes) = if *class == 2 { (number(head, 40, 8), 58) } else { (number(head, 32, 4), 46) };
    let (Some(sections), Some(size), Some(count)) = (sections, number(head, sizes, 2), number(head, sizes + 2, 2))
    else {
        return false;
    };
    meta.is_executable() && sections > 0 && sections.saturating_add(size * count + MUCH) < meta.size
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let content = file.content;
    let Some(marker) = memmem::find(content, &MARKER) else { return Ok(()) };
    let Some(header) = marker.checked_sub(8).and_then(|at| number(content, at, 8)).filter(|header| *header != 0) else {
        return Ok(());
    };
    let deps = deps(content, header)
        .ok_or_else(|| Unreadable::corrupt("the header of the bundle is not where it should be"))?;
    // A program without dependencies may do without the list.
    if deps.is_empty() { Ok(()) } else { deps_json::tell(deps, facts) }
}

/// The `.deps.json`: the header has versions, a count, an id with its length in front, and then where it is.
fn deps(content: &[u8], header: u64) -> Option<&[u8]> {
    let header = content.get(usize::try_from(header).ok()?..)?;
    if number(header, 0, 4)? < 2 {
        return Some(&[]);
    }
    let length = *header.get(12)?;
    // Ids have twelve characters or so; a longer length would take a second byte.
    let fields = header.get(13 + Some(usize::from(length)).filter(|length| *length < 128)?..)?;
    let start = usize::try_from(number(fields, 0, 8)?).ok()?;
    let size = usize::try_from(number(fields, 8, 8)?).ok()?;
    content.get(start..start.checked_add(size)?)
}

fn number(bytes: &[u8], at: usize, width: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(width)?)?;
    Some(field.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives};

    const DEPS: &str = r#"{"libraries": {"A/1.0.0": {"type": "package"}}}"#;

    fn bundle(version: u32) -> Vec<u8> {
        let program = [7; 100];
        let (deps_at, header_at) = (100 + 40, 100 + 40 + DEPS.len() as u64);
        let mut content = [&program[..], &header_at.to_le_bytes(), &MARKER, DEPS.as_bytes()].concat();
        content.extend([version, 0, 2].map(u32::to_le_bytes).concat());
        content.extend(b"\x0cabcdefghijkl");
        content.extend([deps_at, DEPS.len() as u64, 0, 0, 0].map(u64::to_le_bytes).concat());
        content
    }

    fn check(content: &[u8], expected: &str) {
        testing::check(&ANALYZER, "app/App", content, expected);
    }

    #[test]
    fn the_list_in_a_bundle_is_read() {
        check(&bundle(2), "A 1.0.0");
        check(&bundle(6), "A 1.0.0");
        check(&bundle(1), "");
    }

    #[test]
    fn other_programs_say_nothing_and_damaged_ones_are_gaps() {
        check(b"", "");
        check(&[&[0; 8][..], &MARKER].concat(), "");
        check(&[&[0xff; 8][..], &MARKER].concat(), "gap: corrupt");
        let whole = bundle(6);
        check(&whole[..whole.len() - 40], "gap: corrupt");
    }

    #[test]
    fn programs_with_something_behind_them_are_wanted() {
        let mut head = vec![0; 64];
        head[..6].copy_from_slice(b"\x7fELF\x02\x01");
        head[40..42].copy_from_slice(&1000_u16.to_le_bytes());
        head[58..62].copy_from_slice(&[64, 0, 10, 0]);
        // The headers end at byte 1640.
        let wanted = |size, mode, head: &[u8]| goes_on_behind_its_headers(&Meta { size, mode }, head);
        assert!(wanted(1_000_000, 0o755, &head));
        assert!(!wanted(1640, 0o755, &head));
        assert!(!wanted(1_000_000, 0o644, &head));
        assert!(!wanted(1_000_000, 0o755, &head[..63]));
        assert!(!wanted(1_000_000, 0o755, &[0; 64]));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "app/App", &[&bundle(6)]);
    }
}
