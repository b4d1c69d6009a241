//! Java archives and what is packed into them: `.jar`, `.war`, `.ear` and their relatives, archives in archives included
//! (JAR File Specification; Maven Archiver Reference). [`identity`] says how an archive gets its name.
//!
//! The relatives are parts of servers (`.par`, `.sar`, `.rar`), bundles for Karaf, Liferay, NiFi and Sling (`.kar`, `.lpkg`,
//! `.nar`, `.far`), plugins of Jenkins (`.jpi`, `.hpi`), add-ons of ZAP (`.zap`) and modules to link (`.jmod`, JEP 261,
//! "Packaging: JMOD files", with all of it in the folder `classes`).
//!
//! Only the directory, the manifest and what Maven left are looked at, so size hardly matters. Some of the extensions
//! are also those of other formats: such files are passed over if they are no ZIP archives, while a `.jar` that is none
//! is a gap. The modules of a Java installation, in its folder `jmods`, are the installation's and are not read.

mod file_name;
mod groups;
mod identity;
mod manifest;
mod pom;

use std::borrow::Cow;
use std::collections::BTreeSet;

use archive::zip::{Archive, Entry};
use model::{Analyzer, Budget, Facts, File, GapKind, ImagePath, Key, Unreadable};

use crate::language::lies_below;

use file_name::FileName;
use manifest::Manifest;
use pom::Project;

/// An archive of classes: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "jar",
    version: 3,
    files: &[
        Key::Extension("jar").any(),
        Key::Extension("war").any(),
        Key::Extension("ear").any(),
        Key::Extension("par").any(),
        Key::Extension("sar").any(),
        Key::Extension("kar").any(),
        Key::Extension("nar").any(),
        Key::Extension("jpi").any(),
        Key::Extension("hpi").any(),
        Key::Extension("lpkg").any(),
        Key::Extension("far").any(),
        Key::Extension("rar").any(),
        Key::Extension("zap").any(),
        Key::Extension("jmod").when(|path| !lies_below(path, "jmods")),
    ],
    analyze,
};

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let left = usize::try_from(file.budget.nested_bytes).unwrap_or(usize::MAX);
    let room = usize::try_from(file.budget.file_bytes).unwrap_or(usize::MAX);
    let mut visit = Visit { facts, budget: file.budget, outermost: file.path, left, room, told: false };
    visit.archive(file.path, file.content, file.budget.nesting)?;
    if visit.left == 0 && !visit.told {
        return Err(Unreadable::limit(UNFOLDS_TOO_FAR));
    }
    Ok(())
}

const UNFOLDS_TOO_FAR: &str = "what is inside unfolds to more than the budget allows; the rest is not read";

/// How an archive is told from other files, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The extension is Java's alone.
    Java,
    /// Other formats use the extension as well.
    Ambiguous,
}

fn kind_of(name: &[u8]) -> Option<Kind> {
    let dot = memchr::memrchr(b'.', &name[name.len().saturating_sub(5)..])?;
    let extension = &name[name.len().saturating_sub(5)..][dot + 1..];
    let is = |known: &&[u8]| extension.eq_ignore_ascii_case(known);
    if [&b"jar"[..], b"war", b"ear", b"jpi", b"hpi"].iter().any(is) {
        Some(Kind::Java)
    } else {
        [&b"par"[..], b"sar", b"kar", b"nar", b"lpkg", b"far", b"rar", b"zap", b"jmod"]
            .iter()
            .any(is)
            .then_some(Kind::Ambiguous)
    }
}

/// One walk through an archive and the archives in it.
struct Visit<'a> {
    facts: &'a mut Facts,
    budget: &'a Budget,
    outermost: &'a ImagePath,
    /// Bytes that may still be looked at inside, over the whole walk. When none are left the walk ends.
    left: usize,
    /// Bytes of memory that unfolded archives may take at the same time, and facts with their places for ever.
    room: usize,
    /// Whether a gap says why the walk has ended.
    told: bool,
}

impl Visit<'_> {
    /// What an entry costs at least, so that a great many empty ones cost something.
    const ENTRY: usize = 1024;

    fn archive(&mut self, path: &ImagePath, content: &[u8], depth: u32) -> Result<(), Unreadable> {
        let Some(archive) = Archive::open(content) else {
            return match kind_of(path.name()) {
                Some(Kind::Java) if !content.is_empty() => {
                    Err(Unreadable::corrupt("not a ZIP archive, or a damaged one"))
                }
                _ => Ok(()),
            };
        };
        let contents = self.survey(path, &archive);
        self.identify(path, &archive, &contents);
        if contents.has_archives {
            for entry in archive.entries().map_while(Result::ok).filter(|entry| kind_of(entry.name).is_some()) {
                if self.left == 0 {
                    break;
                }
                if let Err(why) = self.nested(path, &archive, &entry, depth) {
                    self.gap(path, Some(&entry), why);
                }
            }
        }
        Ok(())
    }

    fn nested(
        &mut self,
        path: &ImagePath,
        archive: &Archive<'_>,
        entry: &Entry<'_>,
        depth: u32,
    ) -> Result<(), Unreadable> {
        if self.budget.expired() {
            (self.left, self.told) = (0, true);
            let detail = "the time was up before this archive and what follows it were read".into();
            return Err(Unreadable { kind: GapKind::TimedOut, detail });
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Err(Unreadable::limit(format!("an archive more than {} archives deep", self.budget.nesting)));
        };
        let Some(place) = self.place(path, entry) else {
            return Err(Unreadable::limit("the name of an archive inside is longer than a path may be"));
        };
        let content = self.read(archive, entry, self.room)?;
        let taken = if matches!(content, Cow::Owned(_)) { content.len() } else { 0 };
        self.room -= taken;
        let outcome = self.archive(&place, &content, depth);
        self.room += taken;
        outcome
    }

    /// Reads an entry of at most this many bytes.
    fn read<'a>(&mut self, archive: &Archive<'a>, entry: &Entry<'a>, most: usize) -> Result<Cow<'a, [u8]>, Unreadable> {
        self.left = self.left.saturating_sub(Self::ENTRY + entry.name.len());
        let content = archive.read(entry, most, &mut self.left)?;
        if self.left == 0 {
            self.told = true;
            return Err(Unreadable::limit(UNFOLDS_TOO_FAR));
        }
        Ok(content)
    }

    /// Notes what could not be read: an entry of the archive at `path`, or the archive itself.
    fn gap(&mut self, path: &ImagePath, entry: Option<&Entry<'_>>, why: Unreadable) {
        let place = entry.and_then(|entry| self.place(path, entry)).unwrap_or_else(|| path.clone());
        if self.remember(place.as_bytes().len()) {
            self.facts.gap_at(place, why);
        }
    }

    /// The path of an entry, unless it is longer than paths may be.
    fn place(&self, path: &ImagePath, entry: &Entry<'_>) -> Option<ImagePath> {
        let length = path.as_bytes().len() + entry.name.len();
        (length < self.budget.path_bytes).then(|| path.nested(entry.name))
    }

    /// Takes the room for a fact or a gap; false, and the end of the walk, if there is none.
    fn remember(&mut self, bytes: usize) -> bool {
        const FACT: usize = 256;
        if let Some(room) = self.room.checked_sub(FACT + bytes) {
            self.room = room;
            return true;
        }
        if self.left > 0 {
            (self.left, self.told) = (0, true);
            let detail = "what is inside takes more memory to list than the budget allows; the rest is left out";
            self.facts.gap_at(self.outermost.clone(), Unreadable::limit(detail));
        }
        false
    }

    /// Goes through the directory once.
    fn survey<'a>(&mut self, path: &ImagePath, archive: &Archive<'a>) -> Contents<'a> {
        // The largest collections of libraries in one archive have a few hundred.
        const MOST_POMS: usize = 10_000;
        let mut contents = Contents::default();
        let classes: &[u8] = if path.name().to_ascii_lowercase().ends_with(b".jmod") { b"classes/" } else { b"" };
        for entry in archive.entries() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(why) => {
                    self.gap(path, None, why);
                    break;
                }
            };
            if let Some(rest) = entry.name.strip_prefix(classes).and_then(|name| name.strip_prefix(b"META-INF/")) {
                if rest.eq_ignore_ascii_case(b"MANIFEST.MF") {
                    contents.manifest = Some(entry);
                } else if is_pom(rest) {
                    contents.poms.push(entry);
                    if contents.poms.len() == MOST_POMS {
                        let why = format!("more than {MOST_POMS} Maven projects in one archive; the rest is left out");
                        self.gap(path, None, Unreadable::limit(why));
                        break;
                    }
                }
            }
            contents.has_archives |= kind_of(entry.name).is_some();
        }
        contents
    }

    fn identify(&mut self, path: &ImagePath, archive: &Archive<'_>, contents: &Contents<'_>) {
        // Only the beginning matters; what follows are checksums of every class.
        const MANIFEST_BYTES: usize = 256 << 10;
        let mut text = Cow::default();
        if let Some(entry) = &contents.manifest {
            match archive.read_beginning(entry, MANIFEST_BYTES, &mut self.left) {
                Ok(content) => text = content,
                Err(why) => self.gap(path, Some(entry), why),
            }
        }
        let text = String::from_utf8_lossy(&text);
        let projects = self.projects(path, archive, &contents.poms);
        let name = String::from_utf8_lossy(path.name());
        let contains = |folder: &str| {
            archive.entries().map_while(Result::ok).any(|entry| entry.name.starts_with(folder.as_bytes()))
        };
        for package in identity::identify(FileName::parse(&name), &Manifest::parse(&text), &projects, contains) {
            let words = package.licenses.iter().map(String::len).sum::<usize>();
            if self.remember(path.as_bytes().len() + package.name.len() + package.version.len() + words) {
                self.facts.package_at(path.clone(), package);
            }
        }
    }

    /// What Maven left: the properties, and the project file where there are none.
    fn projects(&mut self, path: &ImagePath, archive: &Archive<'_>, poms: &[Entry<'_>]) -> Vec<Project> {
        const POM_BYTES: usize = 1 << 20;
        // Reading XML takes as long as unfolding this many times as much.
        const XML_COST: usize = 16;
        let folder = |name: &[u8]| memchr::memrchr(b'/', name).unwrap_or_default();
        let with_properties: BTreeSet<&[u8]> = poms
            .iter()
            .map(|entry| entry.name)
            .filter(|name| name.ends_with(b"properties"))
            .map(|name| &name[..folder(name)])
            .collect();
        let mut projects = Vec::new();
        for entry in poms {
            let xml = entry.name.ends_with(b"xml");
            if self.left == 0 || xml && with_properties.contains(&entry.name[..folder(entry.name)]) {
                continue;
            }
            let project = self.read(archive, entry, POM_BYTES).and_then(|text| {
                if xml {
                    self.left = self.left.saturating_sub(XML_COST * text.len());
                }
                let text = String::from_utf8_lossy(&text);
                let project = if xml { Project::from_xml(&text)? } else { Project::from_properties(&text) };
                Ok(project.or(Project::from_path(&String::from_utf8_lossy(entry.name))))
            });
            match project {
                Ok(project) => projects.push(project),
                Err(why) => self.gap(path, Some(entry), why),
            }
        }
        projects
    }
}

/// Whether a path below `META-INF/` is that of a project's description: at most in a folder for the group and one for the
/// artifact, since deeper ones are templates for new projects.
fn is_pom(path: &[u8]) -> bool {
    path.strip_prefix(b"maven/").is_some_and(|path| {
        (path.ends_with(b"/pom.properties") || path.ends_with(b"/pom.xml"))
            && memchr::memchr_iter(b'/', path).count() <= 2
    })
}

/// What an archive's directory has to offer.
#[derive(Default)]
struct Contents<'a> {
    manifest: Option<Entry<'a>>,
    poms: Vec<Entry<'a>>,
    has_archives: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, read, survives, wants};
    use archive::testing::Writer;

    fn check(path: &str, archive: Writer, expected: &str) {
        testing::check(&ANALYZER, path, archive.finish(), expected);
    }

    fn library() -> Writer {
        Writer::default()
            .deflate("META-INF/MANIFEST.MF", b"Manifest-Version: 1.0\r\nBundle-License: MIT\r\n\r\n")
            .deflate("META-INF/maven/org.example/a/pom.xml", b"<not read")
            .deflate("META-INF/maven/org.example/a/pom.properties", b"version=1.0\ngroupId=org.example\nartifactId=a\n")
            .store("org/example/A.class", b"\xca\xfe\xba\xbe")
    }

    #[test]
    fn maven_says_what_is_in_an_archive() {
        check("lib/a-1.0.jar", library(), "org.example:a 1.0 [MIT]");
        let shaded = library()
            .store("META-INF/maven/org.other/b/pom.properties", b"version=2.0\ngroupId=org.other\nartifactId=b");
        check("lib/a-1.0.jar", shaded, "org.example:a 1.0 [MIT]\norg.other:b 2.0");
        let xml = b"<project><groupId>org.example</groupId><artifactId>c</artifactId><version>${x}</version></project>";
        check(
            "lib/c-3.0.jar",
            Writer::default().deflate("META-INF/maven/org.example/c/pom.xml", xml),
            "org.example:c 3.0",
        );
        let template = Writer::default().deflate("META-INF/maven/g/a/archetype-resources/pom.xml", xml);
        check("lib/c.jar", template, "");
    }

    #[test]
    fn archives_in_archives_have_nested_places() {
        let inner = library().finish();
        let middle = Writer::default().deflate("deep/a-1.0.JAR", &inner).finish();
        let outer = Writer::default().store("WEB-INF/lib/x-2.0.jar", &middle).deflate("lib/a-1.0.jar", &inner);
        check(
            "srv/app.war",
            outer,
            "x 2.0 in srv/app.war!/WEB-INF/lib/x-2.0.jar
             org.example:a 1.0 [MIT] in srv/app.war!/WEB-INF/lib/x-2.0.jar!/deep/a-1.0.JAR
             org.example:a 1.0 [MIT] in srv/app.war!/lib/a-1.0.jar",
        );
    }

    #[test]
    fn what_is_damaged_inside_is_a_gap_with_its_place() {
        check(
            "x.war",
            Writer::default().store("lib/broken.jar", b"not a ZIP archive"),
            "gap: corrupt in x.war!/lib/broken.jar",
        );
        check("x.war", Writer::default().store("lib/empty.jar", b"").store("photo.par", b"not Java"), "");
        check(
            "x.jar",
            Writer::default().add("META-INF/MANIFEST.MF", 1, 0, 1, b"x"),
            "gap: encrypted in x.jar!/META-INF/MANIFEST.MF",
        );
        let xml = Writer::default().store("META-INF/maven/g/a/pom.xml", b"<project></x>");
        check("x.jar", xml, "gap: corrupt in x.jar!/META-INF/maven/g/a/pom.xml");
        testing::check(&ANALYZER, "x.jar", "not a ZIP archive", "gap: corrupt");
        testing::check(&ANALYZER, "x.jar", "", "");
        testing::check(&ANALYZER, "x.par", "not Java", "");
    }

    fn limited(budget: &Budget, archive: Writer) -> Vec<String> {
        read(&ANALYZER, "x.war", &archive.finish(), budget)
    }

    #[test]
    fn nesting_ends() {
        let mut archive = library().finish();
        for _ in 0..3 {
            archive = Writer::default().store("a-1.0.jar", &archive).finish();
        }
        let budget = |nesting| Budget { nesting, ..Budget::default() };
        let archive = || Writer::default().store("a-1.0.jar", &archive);
        assert!(
            limited(&budget(4), archive())
                .contains(&format!("org.example:a 1.0 [MIT] in x.war{}", "!/a-1.0.jar".repeat(4)))
        );
        assert!(
            limited(&budget(3), archive()).contains(&format!("gap: limit-hit in x.war{}", "!/a-1.0.jar".repeat(4)))
        );
    }

    #[test]
    fn unfolding_ends() {
        let zeros = Writer::default().deflate("a-1.0.jar", &vec![0; 2_000_000]);
        let budget = Budget { nested_bytes: 1_000_000, ..Budget::default() };
        assert_eq!(limited(&budget, zeros), ["gap: limit-hit in x.war!/a-1.0.jar"]);
        // Every entry is small, and all of them together are not.
        let inner = library().finish();
        let many = (0..10).fold(Writer::default(), |archive, index| archive.store(&format!("{index}.jar"), &inner));
        let damaged = Writer::default().add("a-1.0.jar", 0, 8, 9, &[0xff; 100]).store("b-1.0.jar", &inner);
        let budget = Budget { nested_bytes: 1_100, ..Budget::default() };
        let expected = ["gap: corrupt in x.war!/a-1.0.jar", "gap: limit-hit in x.war!/b-1.0.jar"];
        assert_eq!(limited(&budget, damaged), expected);
        let xml = format!("<project>{}</project>", " ".repeat(1000));
        let costly = Writer::default().store("META-INF/maven/g/a/pom.xml", xml.as_bytes()).store("b-1.0.jar", &inner);
        let budget = Budget { nested_bytes: 10_000, ..Budget::default() };
        assert_eq!(limited(&budget, costly), ["gap: limit-hit"]);
        let budget = Budget { nested_bytes: 10_000, ..Budget::default() };
        let lines = limited(&budget, many);
        let (gaps, packages): (Vec<_>, Vec<_>) = lines.iter().partition(|line| line.starts_with("gap"));
        assert!((1..10).contains(&packages.len()), "{lines:?}");
        assert_eq!(gaps.len(), 1, "{lines:?}");
    }

    #[test]
    fn places_take_no_more_memory_than_the_file_may() {
        let inner = library().finish();
        let many = (0..100).fold(Writer::default(), |archive, index| archive.store(&format!("{index}.jar"), &inner));
        let budget = Budget { file_bytes: 10_000, ..Budget::default() };
        let lines = limited(&budget, many);
        assert!(lines.len() < 50, "{lines:?}");
        assert_eq!(lines.last().unwrap(), "gap: limit-hit");
        let long = Writer::default().store(&format!("{}.jar", "x".repeat(60_000)), b"broken");
        assert_eq!(limited(&Budget::default(), long), ["gap: limit-hit"]);
    }

    #[test]
    fn time_ends() {
        let archive = Writer::default().store("a.jar", &library().finish()).store("b.jar", b"");
        let budget = Budget { deadline: Some(std::time::Instant::now()), ..Budget::default() };
        assert_eq!(limited(&budget, archive), ["gap: timed-out in x.war!/a.jar"]);
    }

    // A plugin without what Maven leaves, as Gradle builds it, with its own code as a library.
    #[test]
    fn plugins_of_jenkins_have_coordinates_and_libraries() {
        let manifest = b"Manifest-Version: 1.0\r\nGroup-Id: org.jenkins-ci.plugins\r\nShort-Name: git\r\n\
            Long-Name: Jenkins Git plugin\r\nPlugin-Version: 5.2.1\r\nJenkins-Version: 2.387.3\r\n\
            Plugin-Dependencies: credentials:1319.v7eb_51b_3a_c97b_\r\n\r\n";
        check(
            "var/jenkins_home/plugins/git.jpi",
            Writer::default()
                .deflate("META-INF/MANIFEST.MF", manifest)
                .deflate("WEB-INF/lib/a-1.0.jar", &library().finish()),
            "org.jenkins-ci.plugins:git 5.2.1
             org.example:a 1.0 [MIT] in var/jenkins_home/plugins/git.jpi!/WEB-INF/lib/a-1.0.jar",
        );
    }

    #[test]
    fn modules_have_a_header_and_a_folder_for_classes() {
        let pom = b"groupId=org.example\nartifactId=a\nversion=1.0\n";
        let archive = Writer::default().store("classes/META-INF/maven/org.example/a/pom.properties", pom).finish();
        let module = [b"JM\x01\x00".as_slice(), &archive].concat();
        testing::check(&ANALYZER, "app/a.jmod", module, "org.example:a 1.0");
        testing::check(&ANALYZER, "app/a.rar", "Rar!\x1a\x07\x01\x00", "");
    }

    #[test]
    fn extensions_tell() {
        for (path, expected) in [
            ("lib/a.jar", true),
            ("a.WAR", true),
            ("a.hpi", true),
            ("a.lpkg", true),
            ("a.far", true),
            ("a.rar", true),
            ("a.zap", true),
            ("a.jmod", true),
            ("a.jarx", false),
            ("a.zip", false),
        ] {
            assert_eq!(wants(&ANALYZER, path), expected, "{path}");
            assert_eq!(kind_of(path.as_bytes()).is_some(), expected, "{path}");
        }
        assert!(!wants(&ANALYZER, "usr/lib/jvm/jdk-17/jmods/java.base.jmod"));
        assert!(kind_of(b"").is_none());
        assert!(kind_of(b"jar").is_none());
    }

    #[test]
    fn hostile_files_do_no_harm() {
        let nested = Writer::default().deflate("lib/a-1.0.jar", &library().finish()).finish();
        survives(&ANALYZER, "x.jar", &[&library().finish(), &nested]);
    }
}
