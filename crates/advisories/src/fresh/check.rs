//! Whether bytes can be the file that was asked for at all, whatever the status of the answer says.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

/// How much of the start of a file tells whether it is a page.
pub(super) const HEAD: usize = 512;

/// Whether a file starts as HTML does (WHATWG, "MIME Sniffing", section 7.1, the signatures that login pages have). No
/// advisory data does.
pub(super) fn is_page(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let starts = |with: &str| head.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()));
    starts("<!doctype html") || starts("<html")
}

/// Refuses what is no ZIP archive: it must start with an entry or be empty, and have an end record (APPNOTE.TXT, section
/// 4.3.16) whose comment ends where the file does. Cut archives have none.
pub fn zip(path: &Path) -> Result<(), String> {
    const END: &[u8] = b"PK\x05\x06";
    const END_BYTES: usize = 22;
    const COMMENT_BYTES: u64 = 0xffff;
    let failed = |error: std::io::Error| format!("it cannot be read: {error}");
    let mut file = File::open(path).map_err(failed)?;
    let mut start = [0; 4];
    if file.read_exact(&mut start).is_err() || !(start == *END || start == *b"PK\x03\x04") {
        return Err("it is no ZIP archive".into());
    }
    let length = file.metadata().map_err(failed)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(COMMENT_BYTES + END_BYTES as u64))).map_err(failed)?;
    let mut tail = Vec::new();
    file.take(COMMENT_BYTES + END_BYTES as u64).read_to_end(&mut tail).map_err(failed)?;
    let ends = |record: &[u8]| {
        let comment = record.len() - END_BYTES;
        record.starts_with(END) && usize::from(u16::from_le_bytes([record[20], record[21]])) == comment
    };
    if tail.windows(END_BYTES).enumerate().any(|(at, _)| ends(&tail[at..])) {
        Ok(())
    } else {
        Err("it is a ZIP archive without an end; it was cut".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn pages_are_told_from_data() {
        for page in ["<!DOCTYPE html>", "\u{feff} \r\n<!doctype HTML public", "<html lang=en>"] {
            assert!(is_page(page.as_bytes()), "{page}");
        }
        for data in ["", "<", "<?xml version=\"1.0\"?><oval>", "{\"html\": 1}", "PK\u{3}\u{4}"] {
            assert!(!is_page(data.as_bytes()), "{data}");
        }
    }

    fn check(bytes: &[u8], expected: Result<(), &str>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let found = zip(file.path());
        match expected {
            Ok(()) => assert_eq!(found, Ok(())),
            Err(why) => assert!(found.unwrap_err().contains(why)),
        }
    }

    #[test]
    fn an_archive_has_an_end() {
        let mut writer = ::zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        writer.start_file("a.json", ::zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(b"{}").unwrap();
        let whole = writer.finish().unwrap().into_inner();
        check(&whole, Ok(()));
        for length in 4..whole.len() {
            check(&whole[..length], Err("cut"));
        }
        check(&whole[..3], Err("no ZIP"));
        check(b"<html>", Err("no ZIP"));
        // An archive of nothing, by hand, and one with a comment of two bytes.
        let empty = [&b"PK\x05\x06"[..], &[0; 18]].concat();
        check(&empty, Ok(()));
        let mut commented = empty;
        commented[20] = 2;
        check(&commented, Err("cut"));
        commented.extend(b"ok");
        check(&commented, Ok(()));
    }
}
