//! Archives in, lists out: of honest archives, of hostile ones, and of those that the real tools write.

use std::fs;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use model::{Budget, ImagePath, Unreadable};
use proptest::prelude::*;

use crate::testing::{Writer, ar, bzip2, cpio, gzip, rpm, tar, tar_entry, xz, zstd};
use crate::{Costs, Entry, Interest, Visitor, find, open};

/// Lists entries with their contents, and opens those that are archives in turn, as far as `depth` goes.
struct Lister {
    lines: Vec<String>,
    container: String,
    depth: u32,
}

impl Visitor for Lister {
    fn enter(&mut self, _: &Entry<'_>) -> Interest {
        Interest::Whole
    }

    fn content(&mut self, entry: &Entry<'_>, content: &[u8], costs: &Costs<'_>) -> ControlFlow<()> {
        let path = format!("{}{}", self.container, entry.path);
        if self.depth > 0 && crate::family(entry.path).is_some() {
            let outer = std::mem::replace(&mut self.container, format!("{path}!/"));
            self.depth -= 1;
            if let Err(why) = open(content, b"inner", costs, self) {
                self.lines.push(format!("{path}: {}", why.kind.name()));
            }
            self.depth += 1;
            self.container = outer;
        } else {
            let text = String::from_utf8_lossy(content).into_owned();
            self.lines.push(format!("{path} {}", if text.len() < 20 { text } else { text.len().to_string() }));
        }
        ControlFlow::Continue(())
    }

    fn gap(&mut self, path: &ImagePath, why: Unreadable) {
        self.lines.push(format!("{}{path}: {}", self.container, why.kind.name()));
    }
}

fn list(content: &[u8], budget: &Budget) -> Vec<String> {
    let mut lister = Lister { lines: Vec::new(), container: String::new(), depth: budget.nesting };
    if let Err(why) = open(content, b"inner", &Costs::new(budget), &mut lister) {
        lister.lines.push(format!(": {}", why.kind.name()));
    }
    lister.lines
}

fn check(content: impl AsRef<[u8]>, expected: &[&str]) {
    assert_eq!(list(content.as_ref(), &Budget::default()), expected);
}

fn limited(content: impl AsRef<[u8]>, budget: &Budget, expected: &[&str]) {
    assert_eq!(list(content.as_ref(), budget), expected);
}

#[test]
fn every_form_is_told_by_its_bytes() {
    let files = [("a", "x"), ("b/c", "yz")];
    let expected = ["a x", "b/c yz"];
    let zip = Writer::default().store("a", b"x").deflate("b/c", b"yz").finish();
    for archive in [zip, tar(&files), ar(&files), cpio(&files), rpm(&[0; 8], &gzip(&cpio(&files)))] {
        check(&archive, &expected);
    }
    for packed in [gzip, zstd, bzip2, xz] {
        check(packed(&tar(&files)), &expected);
        check(packed(b"text"), &["inner text"]);
    }
}

#[test]
fn archives_in_archives_are_opened_in_the_order_of_the_entries() {
    let zip = Writer::default().store("z.txt", b"z").finish();
    let inner = tar(&[("2.zip", zip.as_slice()), ("1.txt", b"1")]);
    check(tar(&[("b.tgz", &*gzip(&inner)), ("a.txt", b"a")]), &["b.tgz!/2.zip!/z.txt z", "b.tgz!/1.txt 1", "a.txt a"]);
}

#[test]
fn a_tar_that_ends_with_a_zip_is_a_tar() {
    let zip = Writer::default().store("z", b"z").finish();
    check(tar(&[("a", b"x".as_slice()), ("b", &zip)]).as_slice(), &["a x", &format!("b {}", zip.len())]);
}

#[test]
fn names_never_leave_the_archive() {
    check(tar(&[("../../etc/passwd", "x"), ("/b", "y"), ("..", "z")]), &["etc/passwd x", "b y"]);
    check(Writer::default().store("../../a", b"x").store("..", b"y").finish(), &["a x"]);
}

#[test]
fn a_name_that_leads_to_no_file_is_passed_over() {
    let files = [("/", "x"), ("..", "y"), ("a", "z")];
    check(cpio(&files), &["a z"]);
    check(tar(&files), &["a z"]);
    check(Writer::default().store("..", b"x").store("a", b"z").finish(), &["a z"]);
}

#[test]
fn links_and_devices_are_passed_over() {
    let entries = [b'1', b'2', b'3', b'5', b'6'].map(|kind| tar_entry("a", kind, 0, b"")).concat();
    check([entries, tar(&[("b", "x")])].concat(), &["b x"]);
}

#[test]
fn what_breaks_off_keeps_what_comes_before() {
    let whole = tar(&[("a", "x"), ("b", "y")]);
    check(&whole[..1024 + 512], &["a x", ": corrupt"]);
    check(&whole[..1024 + 100], &["a x", ": corrupt"]);
    check(&gzip(&whole)[..40], &[": corrupt"]);
    let members = ar(&[("a", "x"), ("b", "y")]);
    check(&members[..members.len() - 20], &["a x", ": corrupt"]);
    let files = cpio(&[("a", "x"), ("b", "y")]);
    check(&files[..150], &["a x", ": corrupt"]);
    check(b"no archive", &[": unsupported"]);
    check(b"", &[": unsupported"]);
    check(rpm(&[0xff; 8], b""), &[": corrupt"]);
}

#[test]
fn claims_about_sizes_are_only_claims() {
    let lie = |size| [tar_entry("a", b'0', size, b"x"), vec![0; 1024]].concat();
    check(lie(1 << 20), &[": corrupt"]);
    check(lie(1 << 32), &["a: limit-hit", ": corrupt"]);
    let mut huge = ar(&[("a", "x")]);
    huge[8 + 48..8 + 58].copy_from_slice(b"9999999999");
    check(huge, &[": corrupt"]);
    let mut negative = ar(&[("a", "x")]);
    negative[8 + 48..8 + 50].copy_from_slice(b"-1");
    check(negative, &[": corrupt"]);
}

#[test]
fn encrypted_and_unknown_entries_are_gaps_and_the_rest_is_read() {
    let archive = Writer::default().add("locked", 1, 0, 1, b"x").add("new", 0, 93, 1, b"x").store("b", b"y");
    check(archive.finish(), &["locked: encrypted", "new: unsupported", "b y"]);
}

#[test]
fn bombs_end() {
    let budget = Budget { nested_bytes: 1 << 20, ..Budget::default() };
    for packed in [gzip, zstd, bzip2, xz] {
        limited(packed(&vec![0; 4 << 20]), &budget, &[": limit-hit"]);
    }
    limited(Writer::default().deflate("a", &vec![0; 4 << 20]).finish(), &budget, &[": limit-hit"]);
    // Many entries that share the same bytes: each is paid for.
    let once = Writer::default().deflate("a", &vec![0; 100_000]).finish();
    let many = (0..20).fold(Writer::default(), |archive, index| archive.store(&format!("{index}.zip"), &once));
    let lines = list(&many.finish(), &budget);
    assert!((2..=12).contains(&lines.len()), "{lines:?}");
    assert_eq!(lines.last().unwrap(), ": limit-hit");
}

#[test]
fn a_large_file_needs_room() {
    let budget = Budget { file_bytes: 1000, ..Budget::default() };
    let archive = tar(&[("a", "x".repeat(2000)), ("b", "y".into())]);
    limited(archive, &budget, &["a: limit-hit", "b y"]);
    limited(gzip(&[b'x'; 2000]), &budget, &["inner: limit-hit"]);
    // What is open already takes room as well.
    let inner = tar(&[("a", "x".repeat(600)), ("b", "y".into())]);
    limited(
        tar(&[("c.tar", inner)]),
        &Budget { file_bytes: 4000, ..Budget::default() },
        &["c.tar!/a: limit-hit", "c.tar!/b y"],
    );
}

#[test]
fn a_million_empty_entries_cost_something() {
    let budget = Budget { nested_bytes: 1 << 20, ..Budget::default() };
    let many = (0..3000).fold(Writer::default(), |archive, _| archive.store("a", b"")).finish();
    let lines = list(&many, &budget);
    assert!(lines.len() < 2050, "{}", lines.len());
    assert_eq!(lines.last().unwrap(), ": limit-hit");
}

#[test]
fn nesting_ends() {
    let mut archive = tar(&[("a", "x")]);
    for _ in 0..20 {
        archive = tar(&[("a.tar", archive)]);
    }
    let budget = Budget { nesting: 3, ..Budget::default() };
    let lines = list(&archive, &budget);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("a.tar!/a.tar!/a.tar!/a.tar "), "{lines:?}");
}

#[test]
fn time_ends() {
    let budget = Budget { deadline: Some(std::time::Instant::now()), ..Budget::default() };
    limited(tar(&[("a", "x")]), &budget, &[": timed-out"]);
    limited(Writer::default().store("a", b"x").finish(), &budget, &[": timed-out"]);
}

#[test]
fn windows_are_bounded() {
    let mut huge = xz(b"text");
    // The window's size: 4 GiB - 1 (section 5.3.1). The header's checksum has to fit.
    huge[16] = 40;
    let mut crc = flate2::Crc::new();
    crc.update(&huge[12..20]);
    huge[20..24].copy_from_slice(&crc.sum().to_le_bytes());
    check(huge, &[": limit-hit"]);
}

#[test]
fn finding_stops_at_what_was_sought() {
    let budget = Budget::default();
    let seek = |content: &[u8], most| {
        find(content, most, &Costs::new(&budget), |path| path.as_bytes() == b"a")
            .map(|found| found.map(|(_, content)| content))
    };
    let cut = &tar(&[("b", "y"), ("a", "x"), ("c", "z")])[..2048];
    assert_eq!(seek(cut, 10).unwrap().as_deref(), Some(&b"x"[..]));
    assert_eq!(seek(&tar(&[("b", "y")]), 10).unwrap(), None);
    assert_eq!(seek(&tar(&[("a", "0123456789x")]), 10).unwrap_err().kind.name(), "limit-hit");
    assert!(seek(b"", 10).is_err());
}

/// Packs a folder with a tool of this machine; none, loudly, where it is not there.
fn made_by(tool: &str, arguments: &[&str], result: &str) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("tree/sub")).unwrap();
    fs::write(folder.path().join("tree/a"), "x").unwrap();
    fs::write(folder.path().join("tree/sub/c"), "yz").unwrap();
    let status = Command::new(tool).args(arguments).current_dir(folder.path()).output();
    match status {
        Ok(output) if output.status.success() => Some(fs::read(Path::new(folder.path()).join(result)).unwrap()),
        Ok(output) => {
            eprintln!("skipped: {tool} {arguments:?}, because it says {}", String::from_utf8_lossy(&output.stderr));
            None
        }
        Err(error) => {
            eprintln!("skipped: {tool} {arguments:?}, because {error}");
            None
        }
    }
}

#[test]
fn what_real_tools_write_is_read() {
    for (tool, arguments, result) in [
        ("tar", &["--sort=name", "-cf", "r", "tree"][..], "r"),
        ("tar", &["--sort=name", "-czf", "r", "tree"], "r"),
        ("tar", &["--sort=name", "-cJf", "r", "tree"], "r"),
        ("tar", &["--sort=name", "-cjf", "r", "tree"], "r"),
        ("tar", &["--sort=name", "--zstd", "-cf", "r", "tree"], "r"),
        ("tar", &["--sort=name", "--format=pax", "-cf", "r", "tree"], "r"),
        ("zip", &["-qr", "r.zip", "tree/a", "tree/sub"], "r.zip"),
    ] {
        if let Some(archive) = made_by(tool, arguments, result) {
            assert_eq!(list(&archive, &Budget::default()), ["tree/a x", "tree/sub/c yz"], "{tool} {arguments:?}");
        }
    }
    if let Some(archive) = made_by("zip", &["-q", "-P", "secret", "r.zip", "tree/a"], "r.zip") {
        check(archive, &["tree/a: encrypted"]);
    }
    if let Some(packed) = made_by("xz", &["-k", "tree/sub/c"], "tree/sub/c.xz") {
        check(packed, &["inner yz"]);
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(
        which in 0..8_usize,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let files = [("a", "x".repeat(700)), ("b.zip", "y".into())];
        let mut archive = match which {
            0 => tar(&files),
            1 => gzip(&tar(&files)),
            2 => xz(&tar(&files)),
            3 => bzip2(&tar(&files)),
            4 => zstd(&tar(&files)),
            5 => cpio(&files),
            6 => ar(&files),
            _ => Writer::default().deflate("a", files[0].1.as_bytes()).store("b.zip", b"y").finish(),
        };
        for (index, byte) in edits {
            let at = index.index(archive.len());
            archive[at] = byte;
        }
        archive.truncate(cut.index(archive.len()) + 1);
        list(&archive, &Budget { nested_bytes: 1 << 20, file_bytes: 1 << 16, ..Budget::default() });
    }
}
