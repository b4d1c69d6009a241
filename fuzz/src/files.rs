//! A small file for every analyzer of packages, at a path that it wants.

use model::{ImagePath, Meta};

use crate::{analysis, go, rpm, zip};

/// Paths, and what may be found there. Some kinds of file have several places that are read differently.
pub fn files() -> Vec<(&'static str, Vec<u8>)> {
    let mut files: Vec<(&str, Vec<u8>)> = TEXTS.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect();
    let wall = "{\"jsonwall\":\"1.0\",\"schema\":\"1.0\",\"count\":3}\n\
        {\"kind\":\"package\",\"name\":\"base-files\",\"version\":\"12ubuntu4\",\"arch\":\"amd64\"}\n\
        {\"kind\":\"content\",\"slice\":\"base-files_base\",\"path\":\"/etc/debian_version\"}\n";
    files.extend(SAMPLES.iter().map(|(path, content)| (*path, content.to_vec())));
    files.extend([
        ("var/lib/chisel/manifest.wall", zstd::encode_all(wall.as_bytes(), 1).unwrap_or_default()),
        ("usr/bin/app", go::program()),
        ("srv/app-1.0.jar", zip::jar()),
        ("srv/lib.par", zip::jar()),
        ("var/cache/dnf/bash-5.2-1.el9.x86_64.rpm", archive::testing::rpm(&rpm::header(), b"")),
        ("var/lib/rpm/Packages", rpm::bdb()),
        ("usr/lib/sysimage/rpm/Packages.db", rpm::ndb()),
        ("usr/lib/sysimage/rpm/rpmdb.sqlite", rpm::sqlite()),
        ("usr/lib/sysimage/rpm/rpmdb.sqlite-wal", vec![0x37, 0x7f, 6, 0x82]),
    ]);
    files.extend(packed());
    files
}

/// Packages as they are downloaded.
fn packed() -> [(&'static str, Vec<u8>); 6] {
    use archive::testing::{ar, gzip, tar, xz, zstd};
    let control = tar(&[("./control", "Package: a\nVersion: 1:2-3\nDepends: b (>= 1) | c\nSource: d (4)\n\n")]);
    let apk = "# x\npkgname = a\npkgver = 1-r0\norigin = b\ndepend = so:c\ndepend = d>1\n";
    let alpm = "pkgname = a\npkgver = 1:2-3\npkgbase = b\nlicense = MIT\ndepend = c=1\n";
    let gem = "--- !ruby/object:Gem::Specification\nname: a\nversion: !ruby/object:Gem::Version\n  version: 1.0\n\
        dependencies:\n- !ruby/object:Gem::Dependency\n  name: b\n  type: :runtime\nlicenses:\n- MIT\n";
    let manifest = "[package]\nname = \"a\"\nversion = \"1.0.0\"\nlicense = \"MIT\"\n";
    [
        ("var/cache/apk/a-1-r0.apk", gzip(&tar(&[(".PKGINFO", apk)]))),
        ("var/cache/apt/archives/a.deb", ar(&[("debian-binary", b"2.0\n".to_vec()), ("control.tar.xz", xz(&control))])),
        ("var/cache/apt/archives/b.deb", ar(&[("control.tar.zst", zstd(&control))])),
        ("var/cache/pacman/pkg/a-1-1-any.pkg.tar.zst", zstd(&tar(&[(".PKGINFO", alpm)]))),
        ("usr/local/bundle/cache/a-1.0.gem", tar(&[("metadata.gz", gzip(gem.as_bytes()))])),
        ("root/.cargo/registry/cache/a-1.0.0.crate", gzip(&tar(&[("a-1.0.0/Cargo.toml", manifest)]))),
    ]
}

/// Fails where an analyzer has no file here, so that nothing would ever try it, or where nobody understands a file.
pub fn check() {
    let files = files();
    for (path, content) in &files {
        let facts = analysis::read(path, content);
        assert!(facts > 0 || path.ends_with("-wal"), "nobody understands the file {path} of fuzz/src/files.rs");
    }
    for analyzer in packages::analyzers().filter(|analyzer| !analysis::PROGRAMS.contains(&analyzer.name)) {
        let wanted = files.iter().any(|(path, content)| {
            let meta = Meta { size: content.len() as u64, mode: 0o755 };
            analyzer.wants(&ImagePath::from(*path), Some((&meta, content)))
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

/// One file for each of the other formats, below `seeds/packages`.
const SAMPLES: &[(&str, &[u8])] = &[
    ("var/lib/db/sbom/curl-8.9.1-r0.spdx.json", include_bytes!("../seeds/packages/apk-sbom")),
    ("Applications/App.app/Contents/Info.plist", include_bytes!("../seeds/packages/apple-app")),
    ("src/MODULE.bazel.lock", include_bytes!("../seeds/packages/bazel-lock")),
    ("src/MODULE.bazel", include_bytes!("../seeds/packages/bazel-module")),
    ("src/maven_install.json", include_bytes!("../seeds/packages/bazel-maven-lock")),
    ("opt/bitnami/app/.spdx-app.spdx", include_bytes!("../seeds/packages/bitnami")),
    ("opt/bitnami/.bitnami_components.json", include_bytes!("../seeds/packages/bitnami-components")),
    ("usr/share/bottlerocket/application-inventory.json", include_bytes!("../seeds/packages/bottlerocket")),
    ("opt/homebrew/Cellar/jq/1.7.1_2/.brew/jq.rb", include_bytes!("../seeds/packages/brew")),
    (
        "home/linuxbrew/.linuxbrew/Cellar/jq/1.7.1/INSTALL_RECEIPT.json",
        include_bytes!("../seeds/packages/brew-receipt"),
    ),
    ("srv/app/bun.lock", include_bytes!("../seeds/packages/bun-lock")),
    ("srv/app/Gemfile.lock", include_bytes!("../seeds/packages/bundler-lock")),
    ("srv/cabal.project.freeze", include_bytes!("../seeds/packages/cabal-freeze")),
    ("srv/Cartfile.resolved", include_bytes!("../seeds/packages/cartfile-resolved")),
    (
        "root/.config/chromium/Default/Extensions/abcdefghijklmnopabcdefghijklmnop/1.2.3_0/manifest.json",
        include_bytes!("../seeds/packages/chrome-extension"),
    ),
    ("srv/vendor/composer/installed.json", include_bytes!("../seeds/packages/composer-installed")),
    ("srv/composer.lock", include_bytes!("../seeds/packages/composer-lock")),
    ("root/.conan/data/app/1.2.2/_/_/package/9d1f07/conaninfo.txt", include_bytes!("../seeds/packages/conan-info")),
    ("src/conan.lock", include_bytes!("../seeds/packages/conan-lock")),
    ("src/conanfile.py", include_bytes!("../seeds/packages/conanfile-py")),
    ("src/conanfile.txt", include_bytes!("../seeds/packages/conanfile-txt")),
    ("opt/conda/conda-meta/zlib-1.2.11-0.json", include_bytes!("../seeds/packages/conda")),
    ("srv/environment.yml", include_bytes!("../seeds/packages/conda-environment")),
    ("srv/conda-lock.yml", include_bytes!("../seeds/packages/conda-lock")),
    ("etc/cos-package-info.json", include_bytes!("../seeds/packages/cos")),
    (
        "usr/local/lib/perl5/site_perl/5.36.0/x86_64-linux-gnu/.meta/Moose-2.2203/MYMETA.json",
        include_bytes!("../seeds/packages/cpan-meta"),
    ),
    ("srv/cpanfile.snapshot", include_bytes!("../seeds/packages/cpanfile-snapshot")),
    ("usr/share/doc/a/copyright", include_bytes!("../seeds/packages/debian-copyright")),
    ("srv/app/deno.jsonc", include_bytes!("../seeds/packages/deno-config")),
    ("srv/app/deno.lock", include_bytes!("../seeds/packages/deno-lock")),
    ("app/App.deps.json", include_bytes!("../seeds/packages/dotnet-deps")),
    ("var/lib/eopkg/package/bash-5.2.26-84/metadata.xml", include_bytes!("../seeds/packages/eopkg")),
    ("var/lib/flatpak/app/org.example.App/x86_64/stable/0a1b/deploy", include_bytes!("../seeds/packages/flatpak")),
    ("var/db/pkg/local.sqlite", include_bytes!("../seeds/packages/freebsd")),
    ("usr/lib/ruby/gems/3.1.0/specifications/a-1.2.3.gemspec", include_bytes!("../seeds/packages/gemspec")),
    ("srv/Hermes-2-Pro-Llama-3-8B-F16.gguf", include_bytes!("../seeds/packages/gguf")),
    ("root/.cache/huggingface/hub/models--BAAI--bge-small/refs/main", include_bytes!("../seeds/packages/hugging-face")),
    ("srv/yolov8n.onnx", include_bytes!("../seeds/packages/onnx")),
    ("srv/tiny.safetensors", include_bytes!("../seeds/packages/safetensors")),
    (".github/workflows/ci.yaml", include_bytes!("../seeds/packages/github-actions")),
    ("srv/manifest.toml", include_bytes!("../seeds/packages/gleam-manifest")),
    ("src/vendor/modules.txt", include_bytes!("../seeds/packages/go-vendor")),
    ("gradle/libs.versions.toml", include_bytes!("../seeds/packages/gradle-catalog")),
    ("app/gradle.lockfile", include_bytes!("../seeds/packages/gradle-lock")),
    ("app/gradle/verification-metadata.xml", include_bytes!("../seeds/packages/gradle-verification")),
    ("gnu/store/0a1b2c-profile/manifest", include_bytes!("../seeds/packages/guix")),
    ("charts/app/Chart.yaml", include_bytes!("../seeds/packages/helm-chart")),
    ("helmfile.lock", include_bytes!("../seeds/packages/helm-lock")),
    ("srv/Manifest.toml", include_bytes!("../seeds/packages/julia-manifest")),
    ("opt/java/release", include_bytes!("../seeds/packages/jvm-release")),
    ("lib/modules/5.15.0-1031-aws/updates/dkms/zzstd.ko", include_bytes!("../seeds/packages/kernel-module")),
    ("boot/vmlinuz-6.1.0-13-amd64", include_bytes!("../seeds/packages/linux-kernel")),
    ("src/libman.json", include_bytes!("../seeds/packages/libman")),
    ("srv/luarocks.lock", include_bytes!("../seeds/packages/luarocks-lock")),
    (
        "opt/local/var/macports/registry/portfiles/curl-8.7.1_0/0a1b-4711/Portfile",
        include_bytes!("../seeds/packages/macports"),
    ),
    ("src/pom.xml", include_bytes!("../seeds/packages/maven-pom")),
    ("src/subprojects/zlib.wrap", include_bytes!("../seeds/packages/meson-wrap")),
    ("srv/mix.lock", include_bytes!("../seeds/packages/mix-lock")),
    (
        "root/.nimble/pkgs2/jester-0.6.0-52a8e8ee2b0ff6e1e7f4c66e1c3f4ba6f1b5e2a1/jester.nimble",
        include_bytes!("../seeds/packages/nimble"),
    ),
    ("src/nimble.lock", include_bytes!("../seeds/packages/nimble-lock")),
    ("nix/store/5av396z8xa13jg89g9jws145c0k26k2x-x-y-z-1a.drv", include_bytes!("../seeds/packages/nix")),
    ("nix/var/nix/db/db.sqlite", include_bytes!("../seeds/packages/nix-database")),
    ("src/obj/project.assets.json", include_bytes!("../seeds/packages/nuget-assets")),
    ("src/packages.config", include_bytes!("../seeds/packages/nuget-config")),
    ("src/packages.lock.json", include_bytes!("../seeds/packages/nuget-lock")),
    ("src/App.csproj", include_bytes!("../seeds/packages/nuget-project")),
    ("feed/a.b.1.2.3.nupkg", include_bytes!("../seeds/packages/nupkg")),
    ("root/.nuget/packages/serilog/2.10.0/serilog.nuspec", include_bytes!("../seeds/packages/nuspec")),
    ("srv/app.opam.locked", include_bytes!("../seeds/packages/opam")),
    ("root/.opam/4.14.0/.opam-switch/switch-state", include_bytes!("../seeds/packages/opam-switch")),
    ("usr/lib/opkg/info/zlib.control", include_bytes!("../seeds/packages/opkg-control")),
    ("usr/lib/opkg/status", include_bytes!("../seeds/packages/opkg")),
    ("opt/app/lib/jason-1.4.0/ebin/jason.app", include_bytes!("../seeds/packages/otp-app")),
    ("srv/Package.resolved", include_bytes!("../seeds/packages/package-resolved")),
    ("src/paket.lock", include_bytes!("../seeds/packages/paket-lock")),
    ("srv/pdm.lock", include_bytes!("../seeds/packages/pdm-lock")),
    ("usr/share/php/.registry/.channel.x/a.reg", include_bytes!("../seeds/packages/pear")),
    ("usr/local/lib/perl5/perllocal.pod", include_bytes!("../seeds/packages/perllocal")),
    ("srv/Pipfile.lock", include_bytes!("../seeds/packages/pipfile-lock")),
    ("srv/app/pnpm-lock.yaml", include_bytes!("../seeds/packages/pnpm-lock")),
    ("srv/Podfile.lock", include_bytes!("../seeds/packages/podfile-lock")),
    ("srv/poetry.lock", include_bytes!("../seeds/packages/poetry-lock")),
    ("usr/sbin/nginx", include_bytes!("../seeds/packages/program")),
    ("srv/pubspec.lock", include_bytes!("../seeds/packages/pubspec-lock")),
    ("srv/pylock.toml", include_bytes!("../seeds/packages/pylock")),
    ("srv/pyproject.toml", include_bytes!("../seeds/packages/pyproject")),
    ("srv/my_tool-1.0-py3-none-any.whl", include_bytes!("../seeds/packages/python-archive")),
    ("srv/setup.py", include_bytes!("../seeds/packages/python-setup")),
    ("usr/local/lib/R/site-library/stringr/DESCRIPTION", include_bytes!("../seeds/packages/r-description")),
    ("srv/rebar.lock", include_bytes!("../seeds/packages/rebar-lock")),
    ("srv/renv.lock", include_bytes!("../seeds/packages/renv-lock")),
    (
        "usr/local/lib/luarocks/rocks-5.4/lpeg/1.0.2-1/lpeg-1.0.2-1.rockspec",
        include_bytes!("../seeds/packages/rockspec"),
    ),
    (
        "usr/lib/python3/dist-packages/pillow-10.0.0.dist-info/sboms/auditwheel.cdx.json",
        include_bytes!("../seeds/packages/sbom"),
    ),
    ("app/build.sbt.lock", include_bytes!("../seeds/packages/sbt-lock")),
    (
        "var/lib/pkgtools/packages/aaa_glibc-solibs-2.33-x86_64-5_slack15.0",
        include_bytes!("../seeds/packages/slackware"),
    ),
    ("snap/hello/42/meta/snap.yaml", include_bytes!("../seeds/packages/snap")),
    ("usr/share/snappy/dpkg.yaml", include_bytes!("../seeds/packages/snap-contents")),
    ("opt/spack/linux/zlib-1.3.1-abc/.spack/spec.json", include_bytes!("../seeds/packages/spack")),
    ("srv/stack.yaml", include_bytes!("../seeds/packages/stack")),
    ("usr/lib/swi-prolog/pack/hdt/pack.pl", include_bytes!("../seeds/packages/swipl-pack")),
    ("src/.terraform.lock.hcl", include_bytes!("../seeds/packages/terraform-lock")),
    ("src/.terraform/modules/modules.json", include_bytes!("../seeds/packages/terraform-modules")),
    ("srv/uv.lock", include_bytes!("../seeds/packages/uv-lock")),
    ("src/vcpkg.json", include_bytes!("../seeds/packages/vcpkg-manifest")),
    ("opt/x64-linux/share/fmt/vcpkg.spdx.json", include_bytes!("../seeds/packages/vcpkg-sbom")),
    ("src/vcpkg_installed/vcpkg/status", include_bytes!("../seeds/packages/vcpkg-status")),
    ("srv/one.a-1.2.0.vsix", include_bytes!("../seeds/packages/vscode-archive")),
    ("root/.vscode/extensions/one.a-1.2.0/package.json", include_bytes!("../seeds/packages/vscode-extension")),
    ("root/.vscode-server/extensions/extensions.json", include_bytes!("../seeds/packages/vscode-extensions")),
    ("srv/wp-includes/version.php", include_bytes!("../seeds/packages/wordpress")),
    ("srv/wp-content/plugins/b/b.php", include_bytes!("../seeds/packages/wordpress-plugin")),
    ("srv/wp-content/themes/twenty/style.css", include_bytes!("../seeds/packages/wordpress-theme")),
    ("var/db/xbps/pkgdb-0.38.plist", include_bytes!("../seeds/packages/xbps")),
    ("srv/app/yarn.lock", include_bytes!("../seeds/packages/yarn-lock")),
];
