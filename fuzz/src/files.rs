//! A small file for every analyzer of packages, at a path that it wants.

use model::{ImagePath, Meta};

use crate::{analysis, go, rpm, zip};

/// Paths, and what may be found there. Some kinds of file have several places that are read differently.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut files: Vec<(&str, Vec<u8>)> = TEXTS.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect();
    let wall = "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":3}\n\
        {\"kind\":\"package\",\"name\":\"base-files\",\"version\":\"12ubuntu4\",\"arch\":\"amd64\"}\n\
        {\"kind\":\"content\",\"slice\":\"base-files_base\",\"path\":\"/etc/debian_version\"}\n";
    files.extend([
        ("var/lib/chisel/manifest.wall", zstd::encode_all(wall.as_bytes(), 1).unwrap_or_default()),
        ("usr/bin/app", go::program()),
        ("srv/app-1.0.jar", zip::jar()),
        ("srv/lib.par", zip::jar()),
        ("var/lib/rpm/Packages", rpm::bdb()),
        ("usr/lib/sysimage/rpm/Packages.db", rpm::ndb()),
        ("usr/lib/sysimage/rpm/rpmdb.sqlite", rpm::sqlite()),
        ("usr/lib/sysimage/rpm/rpmdb.sqlite-wal", vec![0x37, 0x7f, 6, 0x82]),
    ]);
    files
}

/// Fails where an analyzer has no file here, so that nothing would ever try it, or where nobody understands a file.
pub fn check() {
    let files = files();
    for (path, content) in &files {
        let facts = analysis::read(path, content);
        assert!(facts > 0 || path.ends_with("-wal"), "nobody understands the file {path} of fuzz/src/files.rs");
    }
    for analyzer in packages::analyzers() {
        let wanted = files.iter().any(|(path, content)| {
            let meta = Meta { size: content.len() as u64, mode: 0o755 };
            analysis::wants(analyzer, &ImagePath::from(*path), meta, content)
        });
        assert!(wanted, "no file in fuzz/src/files.rs is for the analyzer {}", analyzer.name);
    }
}

const TEXTS: &[(&str, &str)] = &[
    ("etc/alpine-release", "3.20.3\n"),
    (
        "etc/apk/repositories",
        "https://mirror.example/alpine/v3.20/main\n@edge https://mirror.example/alpine/edge/main\n",
    ),
    ("etc/debian_version", "12.5\n"),
    ("etc/lsb-release", "DISTRIB_ID=Ubuntu\nDISTRIB_RELEASE=24.04\nDISTRIB_CODENAME=noble\n"),
    (
        "etc/os-release",
        "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME='A \\\"name\\\"'\nID_LIKE=\"rhel fedora\"\nCPE_NAME=cpe:/o:a:b:12\n",
    ),
    ("x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", "ID=bottlerocket\nVERSION_ID=1.20.0\n"),
    ("etc/redhat-release", "Red Hat Enterprise Linux release 9.3 (Plow)\n"),
    ("etc/system-release-cpe", "cpe:/o:redhat:enterprise_linux:9::baseos\n"),
    (
        "lib/apk/db/installed",
        "C:Q1abc=\nP:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT\no:musl\nF:lib\nR:ld-musl.so.1\na:0:0:755\n\nP:zlib\nV:1.3-r0\n\n",
    ),
    (
        "root/buildinfo/content_manifests/a.json",
        "{\"metadata\":{},\"content_sets\":[\"rhel-9-for-x86_64-baseos-eus-rpms\"],\"image_contents\":[]}",
    ),
    (
        "var/db/pkg/app-misc/jq-1.7.1-r1/CONTENTS",
        "dir /usr\nobj /usr/bin/jq 0123 1700000000\nsym /usr/bin/j -> jq 1700000000\n",
    ),
    ("var/lib/dpkg/info/libc6:amd64.list", "/.\n/lib\n/lib/libc.so.6\n/lib/x/libc.so.6\n"),
    (
        "var/lib/dpkg/status",
        "Package: libssl3\nStatus: install ok installed\nArchitecture: amd64\nSource: openssl (3.0.1-1)\nVersion: 3.0.1-1+b1\n\
         Description: a\n b\n .\n\nPackage: old\nStatus: deinstall ok config-files\nVersion: 1\n\n",
    ),
    ("var/lib/dpkg/status.d/tzdata", "Package: tzdata\nVersion: 2024a-0\nArchitecture: all\n"),
    ("var/lib/dpkg/status.d/tzdata.md5sums", "00112233445566778899aabbccddeeff  usr/share/zoneinfo/UTC\n"),
    (
        "var/lib/pacman/local/a-1-1/desc",
        "%NAME%\na\n\n%VERSION%\n1-1\n\n%BASE%\nb\n\n%ARCH%\nx86_64\n\n%LICENSE%\nMIT\nGPL\n\n",
    ),
    ("var/lib/pacman/local/a-1-1/files", "%FILES%\nusr/\nusr/bin/a\n\n%BACKUP%\netc/a\t00\n\n"),
    (
        "var/lib/rpmmanifest/container-manifest-2",
        "bash\t5.1.8-2\t1\t1\tMariner\t(none)\t1\tx86_64\t0\tbash-5.1.8-2.src.rpm\n",
    ),
    (
        "var/lib/ubuntu-advantage/status.json",
        "{\"attached\":true,\"services\":[{\"name\":\"esm-infra\",\"status\":\"enabled\"}]}",
    ),
    (
        "srv/Cargo.lock",
        "version = 4\n[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"registry+https://x\"\ndependencies = [\n \"b\",\n]\n",
    ),
    (
        "srv/go.mod",
        "module example.com/app\n\ngo 1.22\n\nrequire (\n\ta.b/c v1.2.3\n\td.e/f v0.0.0-20200101000000-0123456789ab // indirect\n)\n\
         replace a.b/c => ../c\nreplace d.e/f v1 => g.h/i v1.0.0\nexclude \"x y\" v1\nretract [v1.0.0, v1.1.0] // why\n",
    ),
    (
        "srv/node_modules/@a/b/package.json",
        "{\"name\":\"@a/b\",\"version\":\"1.0.0\",\"license\":{\"type\":\"MIT\"},\"licenses\":[\"ISC\"]}",
    ),
    (
        "srv/package-lock.json",
        "{\"name\":\"app\",\"lockfileVersion\":3,\"packages\":{\"\":{\"name\":\"app\",\"version\":\"1.0.0\"},\
         \"node_modules/a\":{\"version\":\"1.0.0\",\"dev\":true},\"node_modules/@b/c\":{\"link\":true,\"resolved\":\"c\"}},\
         \"dependencies\":{\"a\":{\"version\":\"1.0.0\",\"dependencies\":{\"d\":{\"version\":\"npm:e@2.0.0\"}}}}}",
    ),
    (
        "usr/lib/python3/a-1.0.dist-info/METADATA",
        "Metadata-Version: 2.1\nName: a\nVersion: 1.0\nLicense: MIT\nClassifier: License :: OSI Approved :: MIT License\n\nText\n",
    ),
    ("usr/lib/python3/b.egg-info", "Metadata-Version: 1.0\nName: b\nVersion: 2.0\n"),
    (
        "srv/requirements.txt",
        "# a\na==1.0 ; python_version < '3' --hash=sha256:00\n-r other.txt\nb[c,d] === 2.0 \\\n  # e\nf @ https://x/y.whl\n-e .\n",
    ),
];
