//! RPM's three databases: small ones kept beside the repository, and one of over two hundred packages that the real
//! tools make and list (`rpmbuild`, `rpm`, `sqlite3`, `db5.3_load`).

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests may, and here their helpers as well"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use model::{Budget, Facts, File, Gap, ImagePath, Meta, Package, What};

/// What the analyzers say of one file.
#[derive(Default)]
struct Read {
    packages: Vec<Package>,
    files: Vec<(String, Vec<String>)>,
    gaps: Vec<Gap>,
}

/// Hands a file to every analyzer that wants it by its path.
fn read(path: &str, content: &[u8]) -> Read {
    let path = ImagePath::from(path);
    let budget = Budget::default();
    let file = File { path: &path, meta: Meta { size: content.len() as u64, mode: 0o644 }, content, budget: &budget };
    let mut read = Read::default();
    for analyzer in packages::analyzers() {
        if !analyzer.wants(&path, None) {
            continue;
        }
        let mut facts = Facts::new(analyzer.id(), path.clone(), &budget);
        if let Err(why) = (analyzer.analyze)(&file, &mut facts) {
            facts.gap(why);
        }
        let (facts, gaps) = facts.into_parts();
        read.gaps.extend(gaps);
        for fact in facts {
            match fact.what {
                What::Package(package) => read.packages.push(package),
                What::Owns(owns) => {
                    read.files.push((owns.package, owns.files.iter().map(|path| path.to_text().into()).collect()));
                }
                _ => {
                    panic!("a package database tells of packages and files")
                }
            }
        }
    }
    read
}

fn fixture(case: &str) -> Option<PathBuf> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?.parent()?;
    let case = repository.parent()?.join("shared/fixtures/rpm").join(case);
    if !case.exists() {
        eprintln!("skipped: {} is not there", case.display());
        return None;
    }
    Some(case)
}

/// Compares names and versions with those that came with the fixture.
fn check_fixture(case: &str, file: &str, content: Option<Vec<u8>>, gaps: usize) {
    let Some(case) = fixture(case) else { return };
    let content = content.unwrap_or_else(|| fs::read(case.join("root").join(file)).unwrap());
    let expected: serde_json::Value = serde_json::from_slice(&fs::read(case.join("expected.json")).unwrap()).unwrap();
    let field = |entry: &serde_json::Value, name: &str| entry[name].as_str().unwrap().to_owned();
    let expected: Vec<_> = expected["expected"].as_array().unwrap().iter().collect();
    let expected: Vec<_> = expected.iter().map(|entry| (field(entry, "name"), field(entry, "version"))).collect();
    let read = read(file, &content);
    let found: Vec<_> = read.packages.into_iter().map(|package| (package.name, package.version)).collect();
    assert_eq!(found, expected, "{}", case.display());
    assert_eq!(read.gaps.len(), gaps, "{}: {:?}", case.display(), read.gaps);
}

#[test]
fn small_databases_say_what_their_origin_says() {
    check_fixture("bdb-one-package", "var/lib/rpm/Packages", None, 0);
    check_fixture("sqlite-not-an-rpmdb", "var/lib/rpm/rpmdb.sqlite", None, 1);
    check_fixture("mariner-manifest", "var/lib/rpmmanifest/container-manifest-2", None, 0);
    if let Some(case) = fixture("header-blob") {
        let header = fs::read(case.join("root/package.header")).unwrap();
        check_fixture("header-blob", "usr/lib/sysimage/rpm/Packages.db", Some(ndb(&[(1, header)])), 0);
    }
}

#[test]
fn a_database_cut_anywhere_tells_so() {
    let Some(case) = fixture("bdb-one-package") else { return };
    let whole = fs::read(case.join("root/var/lib/rpm/Packages")).unwrap();
    for end in 1..whole.len() {
        let read = read("var/lib/rpm/Packages", &whole[..end]);
        assert!(!read.gaps.is_empty(), "cut at {end}");
    }
}

#[test]
fn the_three_databases_list_what_rpm_lists() {
    let tools = ["rpmbuild", "rpm", "sqlite3", "db5.3_load"];
    if let Some(tool) = tools.into_iter().find(|tool| Command::new(tool).arg("--version").output().is_err()) {
        eprintln!("skipped: {tool} is not installed");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let fleet = Fleet::install(folder.path());
    assert!(fleet.packages.len() >= 200);
    assert!(fleet.files.values().map(Vec::len).sum::<usize>() > 3000);

    let path = "var/lib/rpm/rpmdb.sqlite";
    fleet.check("as installed", path, &fs::read(&fleet.database).unwrap());
    for (size, reserved, vacuum) in [(512, 0, 1), (1024, 32, 0), (65536, 255, 2)] {
        let copy = folder.path().join("copy.sqlite");
        fs::copy(&fleet.database, &copy).unwrap();
        let script = format!(
            "PRAGMA journal_mode=delete;\nPRAGMA page_size={size};\nPRAGMA auto_vacuum={vacuum};\n\
             .filectrl reserve_bytes {reserved}\nVACUUM;\n"
        );
        run(Command::new("sqlite3").arg(&copy), &script);
        let content = fs::read(&copy).unwrap();
        assert_eq!(usize::from(u16::from_be_bytes([content[16], content[17]])), size % 65535, "the size was not taken");
        assert_eq!(content[20], reserved, "the reserved bytes were not taken");
        fleet.check(&format!("SQLite, {size}"), path, &content);
    }

    let list = run(Command::new("sqlite3").arg(&fleet.database), "SELECT hnum, hex(blob) FROM Packages;\n");
    let headers: Vec<_> = list.lines().map(|line| line.split_once('|').unwrap()).collect();
    assert!(headers.len() > fleet.packages.len(), "the key is among the headers");

    for (order, size, extra) in
        [(1234, 4096, None), (4321, 4096, None), (1234, 512, Some("chksum=1")), (4321, 65536, None)]
    {
        let file = folder.path().join("Packages");
        let _ = fs::remove_file(&file);
        let key = |number: u32| {
            let bytes = if order == 1234 { number.to_le_bytes() } else { number.to_be_bytes() };
            bytes.map(|byte| format!("{byte:02x}")).concat()
        };
        let mut dump = format!(
            "VERSION=3\nformat=bytevalue\ntype=hash\ndb_lorder={order}\ndb_pagesize={size}\nHEADER=END\n {}\n {}\n",
            key(0),
            key(1000)
        );
        for (number, header) in &headers {
            writeln!(dump, " {}\n {}", key(number.parse().unwrap()), header.to_lowercase()).unwrap();
        }
        dump.push_str("DATA=END\n");
        let extra = extra.into_iter().flat_map(|setting| ["-c", setting]);
        run(Command::new("db5.3_load").args(extra).arg(&file), &dump);
        fleet.check(&format!("Berkeley DB, {order} {size}"), "usr/share/rpm/Packages", &fs::read(&file).unwrap());
    }

    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let blobs: Vec<_> = headers
        .iter()
        .map(|(number, header)| (number.parse().unwrap(), header.as_bytes().chunks(2).map(byte).collect()))
        .collect();
    fleet.check("ndb", "usr/lib/sysimage/rpm/Packages.db", &ndb(&blobs));
}

/// What `rpm` says it installed.
struct Fleet {
    /// `rpmdb.sqlite`.
    database: PathBuf,
    /// One line per package, sorted, without the trusted keys.
    packages: Vec<String>,
    /// By package, sorted.
    files: BTreeMap<String, Vec<String>>,
}

impl Fleet {
    const SHIPS: usize = 230;

    /// One source package with many binary packages: epochs, versions, licences, architectures, module labels and
    /// files differ by number. Some are removed again, one is relocated, documentation is left out.
    fn install(folder: &Path) -> Self {
        let spec = folder.join("fleet.spec");
        fs::write(&spec, Self::spec()).unwrap();
        let at = |name: &str| folder.join(name).display().to_string();
        // Only root may install for real; others write down the same packages without their files.
        let root = run(Command::new("id").arg("-u"), "").trim() == "0";
        let database = folder.join(if root { "root/var/lib/rpm" } else { "rpmdb" });
        fs::create_dir_all(&database).unwrap();
        let rpm = |program: &str| {
            let mut command = Command::new(program);
            command.env("HOME", folder).env("LC_ALL", "C");
            if root && program == "rpm" {
                command.args(["--root", &at("root"), "--dbpath", "/var/lib/rpm"]);
            } else {
                command.arg("--dbpath").arg(&database);
            }
            command
        };
        let how = ["--nodeps", "--noscripts"].into_iter().chain((!root).then_some("--justdb"));
        let mut build = rpm("rpmbuild");
        run(build.args(["-bb", "--quiet", "--define", &format!("_topdir {}", at("top"))]).arg(&spec), "");
        let mut built = Vec::new();
        for architecture in fs::read_dir(folder.join("top/RPMS")).unwrap() {
            built.extend(fs::read_dir(architecture.unwrap().path()).unwrap().map(|entry| entry.unwrap().path()));
        }
        built.sort();
        let mut install = rpm("rpm");
        install.arg("-i").args(how.clone()).args(["--ignorearch", "--excludedocs"]);
        install.args(["--relocate", "/usr/share/ship007=/opt/seven", "--badreloc"]);
        run(install.args(&built), "");
        let mut erase = rpm("rpm");
        run(erase.arg("-e").args(how).args((0..Self::SHIPS).step_by(11).map(|ship| format!("ship{ship:03}"))), "");

        let fields = "%{NAME}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{VENDOR}\t%{LICENSE}\t%{SOURCERPM}\t\
                      %{MODULARITYLABEL}\n";
        let list = run(rpm("rpm").args(["-qa", "--qf", fields]), "");
        let mut packages: Vec<_> = list.lines().filter(|line| !line.starts_with("gpg-pubkey\t")).map(line_of).collect();
        packages.sort();
        let list =
            run(rpm("rpm").args(["-qa", "--qf", "[%{=NAME}\t%{FILEMODES:perms}\t%{FILESTATES}\t%{FILENAMES}\n]"]), "");
        let mut files: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in list.lines() {
            let [package, mode, state, path] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            if !mode.starts_with('d') && state == "0" && package != "gpg-pubkey" {
                files.entry(package.into()).or_default().push(path.trim_start_matches('/').into());
            }
        }
        for files in files.values_mut() {
            files.sort();
        }
        assert!(!root || list.contains("\t2\t"), "no documentation was left out");
        assert!(files["ship007"].iter().any(|path| path.starts_with("opt/seven/")), "nothing was relocated");
        Self { database: database.join("rpmdb.sqlite"), packages, files }
    }

    fn spec() -> String {
        let mut spec = String::from(
            "%define _binary_payload w0.gzdio\n%define _build_id_links none\n%define debug_package %{nil}\n\
             %define __os_install_post %{nil}\nName: fleet\nVersion: 1.0\nRelease: 1.el9\nEpoch: 2\nSummary: Many\n\
             License: MIT\nVendor: The Harbour, Inc.\nAutoReqProv: no\n%description\nMany.\n",
        );
        let (mut install, mut files) = (String::from("%install\n"), String::new());
        let names = (0..Self::SHIPS).map(|ship| format!("ship{ship:03}")).chain(["gpg-pubkey".into()]);
        for (ship, name) in names.enumerate() {
            writeln!(spec, "%package -n {name}\nSummary: One\nAutoReqProv: no").unwrap();
            let lines = [
                (3, format!("Epoch: {}", ship % 7)),
                (4, "BuildArch: noarch".into()),
                (5, format!("Version: {ship}.1~rc1^git")),
                (6, "License: GPL-2.0-or-later AND MIT".into()),
                (8, format!("ModularityLabel: fleet:{ship}:20240101:abcdef")),
            ];
            for (every, line) in lines {
                if ship % every == 0 {
                    writeln!(spec, "{line}").unwrap();
                }
            }
            writeln!(spec, "%description -n {name}\nOne.").unwrap();
            let many = if ship == 100 { 1500 } else { 1 + ship * 7 % 40 };
            writeln!(
                install,
                "mkdir -p %{{buildroot}}/usr/share/{name}/hold %{{buildroot}}/usr/share/doc\n\
                 (cd %{{buildroot}}/usr/share/{name}/hold && touch $(seq 1 {many}))\n\
                 ln -s hold/1 %{{buildroot}}/usr/share/{name}/link\ntouch %{{buildroot}}/usr/share/doc/{name}"
            )
            .unwrap();
            writeln!(files, "%files -n {name}\n/usr/share/{name}\n%doc /usr/share/doc/{name}").unwrap();
        }
        spec + &install + &files
    }

    /// That a database holds exactly these packages and files.
    fn check(&self, what: &str, path: &str, content: &[u8]) {
        let read = read(path, content);
        assert_eq!(read.gaps, [], "{what}");
        let mut packages: Vec<_> = read.packages.iter().map(text_of).collect();
        packages.sort();
        assert_eq!(packages.len(), self.packages.len(), "{what}");
        for (found, listed) in packages.iter().zip(&self.packages) {
            assert_eq!(found, listed, "{what}");
        }
        let mut files = BTreeMap::new();
        for (package, mut list) in read.files {
            list.sort();
            assert!(files.insert(package, list).is_none(), "{what}: a package twice");
        }
        assert!(files == self.files, "{what}: the lists of files differ");
    }
}

/// A package as a line, from what `rpm` printed.
fn line_of(line: &str) -> String {
    let [name, epoch, version, arch, vendor, license, source, module] = line.split('\t').collect::<Vec<_>>()[..] else {
        panic!("{line}")
    };
    let epoch = if epoch == "0" { String::new() } else { format!("{epoch}:") };
    let source = source.strip_suffix(".src.rpm").unwrap();
    format!("{name} {epoch}{version} {arch} {vendor} {license} {source} {epoch} {module}")
}

/// The same line, from what was read.
fn text_of(package: &Package) -> String {
    let none = || String::from("(none)");
    let source = package.source.clone().unwrap();
    let (epoch, version) = match source.version.split_once(':') {
        Some((epoch, version)) => (format!("{epoch}:"), version),
        None => (String::new(), &*source.version),
    };
    format!(
        "{} {} {} {} {} {}-{version} {epoch} {}",
        package.name,
        package.version,
        package.arch.clone().unwrap_or_else(none),
        package.vendor.clone().unwrap_or_else(none),
        package.licenses.join("; "),
        source.name,
        package.module.clone().unwrap_or_else(none),
    )
}

/// Runs a program with this input; its output.
fn run(command: &mut Command, input: &str) -> String {
    use std::io::Write;
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    // Beside the reading: either pipe may fill up first.
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let written = writer.join().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {said}");
    written.unwrap();
    String::from_utf8(output.stdout).unwrap()
}

/// An ndb database as RPM lays it out (`lib/backend/ndb/rpmpkg.c`): pages of slots, then each blob in blocks of 16 bytes.
fn ndb(blobs: &[(u32, Vec<u8>)]) -> Vec<u8> {
    const PAGE: usize = 4096;
    const BLOCK: usize = 16;
    let le = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let pages = (2 + blobs.len()).div_ceil(PAGE / BLOCK);
    let mut slots = [&b"RpmP"[..], &le(0), &le(7), &le(pages), &le(1000), &[0; 12]].concat();
    let mut area = Vec::new();
    for (number, blob) in blobs {
        let blocks = (16 + blob.len() + 12).div_ceil(BLOCK);
        let first = pages * PAGE / BLOCK + area.len() / BLOCK;
        slots.extend([&b"Slot"[..], &number.to_le_bytes(), &le(first), &le(blocks)].concat());
        let mut body = [&b"BlbS"[..], &number.to_le_bytes(), &le(1_700_000_000), &le(blob.len()), blob].concat();
        body.resize(blocks * BLOCK - 12, 0);
        // RFC 1950, section 2.2.
        let (mut low, mut high) = (1, 0);
        for byte in &body {
            low = (low + u32::from(*byte)) % 65521;
            high = (high + low) % 65521;
        }
        area.extend([&body[..], &(high << 16 | low).to_le_bytes(), &le(blob.len()), b"BlbE"].concat());
    }
    while slots.len() < pages * PAGE {
        slots.extend([&b"Slot"[..], &[0; 12]].concat());
    }
    [slots, area].concat()
}
