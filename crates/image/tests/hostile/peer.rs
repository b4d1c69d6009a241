//! The same archives, read by Go's archive/tar, with which container runtimes unpack layers. Where the two disagree, an
//! image can show us other files than it has when it runs.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::build::{Header, Tar, read, record};

/// Prints the entries of each tar that is named: kind, path, what it links to.
const GO: &str = r#"package main

import (
	"archive/tar"
	"fmt"
	"os"
	"path"
)

func main() {
	for _, name := range os.Args[1:] {
		file, _ := os.Open(name)
		for reader := tar.NewReader(file); ; {
			header, err := reader.Next()
			if err != nil {
				break
			}
			where := path.Clean("/" + header.Name)[1:]
			switch header.Typeflag {
			case tar.TypeReg, tar.TypeCont, tar.TypeGNUSparse:
				fmt.Printf("file %s %d\n", where, header.Size)
			case tar.TypeDir:
				fmt.Printf("directory %s\n", where)
			case tar.TypeSymlink:
				fmt.Printf("symlink %s -> %s\n", where, header.Linkname)
			case tar.TypeLink:
				fmt.Printf("hard link %s => %s\n", where, path.Clean("/"+header.Linkname)[1:])
			case tar.TypeXGlobalHeader:
			default:
				fmt.Printf("other %s\n", where)
			}
		}
		fmt.Println("end")
	}
}
"#;

/// What archives are put together from. Each has a meaning of its own, and another one behind the others.
fn pieces() -> Vec<Tar> {
    let tar = Tar::new;
    let pax = |records: &[(&str, &str)]| tar().pax(records);
    let prefixed = |magic: &[u8]| tar().entry(Header::new(b'0', "n").field(257, magic).field(345, b"prefix"), b"");
    let sized = |flag, name: &str| {
        let content = tar().file("within", "").unended();
        tar().entry(Header::new(flag, name).size(512), &content)
    };
    let sparse = |version: [&'static str; 2]| {
        let [major, minor] = version.map(str::to_owned);
        let records = [("GNU.sparse.major", &*major), ("GNU.sparse.minor", &minor), ("GNU.sparse.name", "sparse")];
        pax(&[&records[..], &[("GNU.sparse.numblocks", "1"), ("GNU.sparse.map", "0,0"), ("GNU.sparse.realsize", "0")]]
            .concat())
    };
    vec![
        tar().file("plain", "content"),
        tar().bare(b'0', "empty"),
        tar().bare(0, "old/"),
        tar().bare(b'5', "folder/"),
        tar().link(b'2', "symlink", "target"),
        tar().link(b'1', "hard", "target"),
        sized(b'0', "slash/"),
        sized(0, "old"),
        sized(0, "old slash/"),
        sized(b'7', "contiguous"),
        sized(b'X', "solaris"),
        sized(b'Z', "unknown"),
        sized(b'5', "folder"),
        sized(b'2', "symlink"),
        sized(b'6', "pipe"),
        prefixed(b"ustar\x0000"),
        prefixed(b"ustar  \0"),
        prefixed(b"\0\0\0\0\0\0\0\0"),
        pax(&[("path", "by pax")]),
        pax(&[("path", "by pax/")]),
        pax(&[("path", "first"), ("path", "second")]),
        pax(&[("path", "")]),
        pax(&[("linkpath", "by pax")]),
        pax(&[("size", "512")]),
        pax(&[("size", "0")]),
        pax(&[("size", "")]),
        pax(&[("GNU.sparse.name", "stray")]),
        sparse(["", ""]),
        sparse(["0", "1"]),
        sparse(["2", "0"]),
        tar().extended(b'x', ""),
        tar().extended(b'x', record("path", "nul\0")),
        tar().extended(b'g', record("path", "global")),
        tar().extended(b'L', "by gnu\0and more"),
        tar().extended(b'L', "by gnu/\0"),
        tar().extended(b'L', "\0"),
        tar().extended(b'K', "by gnu\0"),
        tar().raw([0; 512]),
    ]
}

/// All pairs of pieces with two files behind them, and many longer rows.
fn archives() -> Vec<Vec<u8>> {
    let pieces = pieces();
    let count = pieces.len();
    let mut rows: Vec<Vec<usize>> = (0..count * count).map(|row| vec![row / count, row % count]).collect();
    let choices = crate::build::noise(1600);
    rows.extend(choices.chunks_exact(4).map(|row| row.iter().map(|&choice| usize::from(choice) % count).collect()));
    let joined =
        |row: Vec<usize>| row.into_iter().fold(Tar::new(), |tar, piece| tar.raw(pieces[piece].clone().unended()));
    rows.into_iter().map(|row| joined(row).file("a", [b'x'; 512]).link(b'2', "l", "t").file("z", "").end()).collect()
}

fn go(folder: &Path, archives: &[Vec<u8>]) -> Option<Vec<Vec<String>>> {
    let names: Vec<String> = (0..archives.len()).map(|number| format!("{number}.tar")).collect();
    for (name, archive) in names.iter().zip(archives) {
        fs::write(folder.join(name), archive).unwrap();
    }
    fs::write(folder.join("main.go"), GO).unwrap();
    let ran =
        Command::new("go").args(["run", "main.go"]).args(&names).env("GO111MODULE", "off").current_dir(folder).output();
    let output = match ran {
        Ok(output) if output.status.success() => output,
        Ok(output) => panic!("{}", String::from_utf8_lossy(&output.stderr)),
        Err(error) => {
            eprintln!("skipped: comparison with Go's archive/tar, because go cannot be run: {error}");
            return None;
        }
    };
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut seen: Vec<Vec<String>> = lines.split(|line| line == "end").map(<[String]>::to_vec).collect();
    seen.pop();
    Some(seen)
}

#[test]
fn runtimes_see_no_entry_that_we_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let archives = archives();
    let Some(theirs) = go(folder.path(), &archives) else { return };
    assert_eq!(theirs.len(), archives.len());
    let mut same = 0;
    for (number, (archive, theirs)) in archives.iter().zip(&theirs).enumerate() {
        let ours = read(archive);
        same += usize::from(ours.entries == *theirs);
        // They give up earlier on what breaks a rule of one of the formats; but never do they see more, or otherwise.
        let shown = format!("archive {number}: {:?} but {theirs:?}, {:?}", ours.entries, ours.gaps);
        assert!(ours.entries.starts_with(theirs), "{shown}");
    }
    // What they refuse are records of sparse files before what has no content.
    assert!(same * 20 > archives.len() * 19, "only {same} of {} are read to the same end", archives.len());
}
