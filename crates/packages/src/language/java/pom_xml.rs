//! `pom.xml` of a project (Maven documentation, "POM Reference").
//!
//! `dependencies`, also those of profiles, with their scopes: `test` is for development, `optional` and `provided` ones
//! are optional, `system` ones are files of the project and left out. Versions may stand in `dependencyManagement` of the
//! same file; properties of the same file are put in. What a parent, an imported list or a profile elsewhere decides is
//! not in the file: such a dependency has no version and is left out, and so are ranges. The project itself and its
//! parent are not listed, nor what plugins need. In archives and in Maven's own cache the file belongs to a dependency.

use std::borrow::Cow;
use std::collections::BTreeMap;

use model::{Analyzer, Facts, File, ImagePath, Key, PackageKind, Presence, Relation, Unreadable};

use super::is_version;
use crate::language::{is_the_projects, lies_below};
use crate::listing::Listing;
use crate::syntax::xml::{self, Element};

/// Names what a project asks for: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "maven-pom", version: 1, files: &[Key::Name("pom.xml").when(is_wanted)], analyze };

fn is_wanted(path: &ImagePath) -> bool {
    is_the_projects(path) && !lies_below(path, "META-INF/maven")
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let root = xml::parse(file.content)?;
    let mut listing = Listing::new(PackageKind::Maven);
    let properties = Properties::of(&root);
    let managed: BTreeMap<String, &Element> = with_profiles(&root)
        .filter_map(|part| part.child("dependencyManagement")?.child("dependencies"))
        .flat_map(|list| list.all("dependency"))
        .map(|dependency| (properties.module(dependency), dependency))
        .collect();
    for dependency in
        with_profiles(&root).flat_map(|part| part.all("dependencies")).flat_map(|list| list.all("dependency"))
    {
        let name = properties.module(dependency);
        // What the dependency does not say itself, its managed counterpart says.
        let fact = |part: &str| match dependency.text_of(part) {
            "" => properties.put_in(managed.get(&name).map_or("", |managed| managed.text_of(part))),
            text => properties.put_in(text),
        };
        let version = fact("version");
        let version = version.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(&version);
        if !is_version(version) || name.starts_with(':') || name.ends_with(':') || name.contains("${") {
            continue;
        }
        let presence = match &*fact("scope") {
            "system" => continue,
            "test" => Presence::DeclaredForDevelopment,
            "provided" => Presence::DeclaredOptional,
            _ if fact("optional") == "true" => Presence::DeclaredOptional,
            _ => Presence::Declared,
        };
        if let Some(package) = listing.add(&name, version, presence) {
            package.relation = Relation::Direct;
        }
    }
    listing.tell(facts);
    Ok(())
}

/// The project, and each of its profiles.
fn with_profiles(root: &Element) -> impl Iterator<Item = &Element> {
    let profiles = root.all("profiles").flat_map(|profiles| profiles.all("profile"));
    std::iter::once(root).chain(profiles)
}

/// The properties of the file, with those that the project's own coordinates are.
struct Properties<'a>(BTreeMap<Cow<'a, str>, &'a str>);

impl<'a> Properties<'a> {
    fn of(root: &'a Element) -> Self {
        let mut values = BTreeMap::new();
        for property in with_profiles(root).flat_map(|part| part.all("properties")).flat_map(Element::children) {
            // The project's own come first; a profile may be off.
            values.entry(Cow::Borrowed(property.name())).or_insert(property.text());
        }
        for part in ["groupId", "artifactId", "version"] {
            let parents = root.child("parent").map_or("", |parent| parent.text_of(part));
            let own = match root.text_of(part) {
                "" if part != "artifactId" => parents,
                own => own,
            };
            for (prefix, value) in
                [("project.parent.", parents), ("parent.", parents), ("project.", own), ("pom.", own), ("", own)]
            {
                if !value.is_empty() {
                    values.insert(Cow::Owned(format!("{prefix}{part}")), value);
                }
            }
        }
        Self(values)
    }

    fn module(&self, dependency: &Element) -> String {
        let part = |name: &str| self.put_in(dependency.text_of(name));
        format!("{}:{}", part("groupId"), part("artifactId"))
    }

    /// Puts values in place of `${name}`, also of those in values, a few times over.
    fn put_in<'b>(&self, value: &'b str) -> Cow<'b, str> {
        const ROUNDS: usize = 8;
        const LONGEST: usize = 512;
        let mut value = Cow::Borrowed(value);
        for _ in 0..ROUNDS {
            let Some((before, rest)) = value.split_once("${") else { break };
            let Some((name, after)) = rest.split_once('}') else { break };
            let Some(replacement) = self.0.get(name) else { break };
            if before.len() + replacement.len() + after.len() > LONGEST {
                break;
            }
            value = Cow::Owned([before, replacement, after].concat());
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn check(inside: &str, expected: &str) {
        let text = format!("<project xmlns=\"http://maven.apache.org/POM/4.0.0\">{inside}</project>");
        testing::check(&ANALYZER, "src/pom.xml", text, expected);
    }

    fn dependency(name: &str, rest: &str) -> String {
        format!("<dependency><groupId>g</groupId><artifactId>{name}</artifactId>{rest}</dependency>")
    }

    #[test]
    fn scopes_decide_about_presence() {
        let list: String = [
            ("a", "<version>1</version>"),
            ("b", "<version>1</version><scope>test</scope>"),
            ("c", "<version>1</version><scope>provided</scope>"),
            ("d", "<version>1</version><optional>true</optional>"),
            ("e", "<version>1</version><scope>system</scope>"),
            ("f", "<version>[1,2)</version>"),
            ("g", "<version>[1.5]</version>"),
            ("h", ""),
            ("i", "<version>${elsewhere}</version>"),
        ]
        .iter()
        .map(|(name, rest)| dependency(name, rest))
        .collect();
        check(
            &format!("<dependencies>{list}</dependencies>"),
            "g:a 1 (declared) direct
             g:b 1 (development) direct
             g:c 1 (optional) direct
             g:d 1 (optional) direct
             g:g 1.5 (declared) direct",
        );
    }

    #[test]
    fn properties_and_managed_versions_are_put_in() {
        let managed = dependency("m", "<version>${m.version}</version><scope>test</scope>")
            + &dependency("unused", "<version>1</version>");
        let list = dependency("m", "")
            + &dependency("own", "<version>${project.version}</version>")
            + "<dependency><groupId>${project.groupId}</groupId><artifactId>sibling</artifactId><version>${parent.version}</version></dependency>"
            + &dependency("loop", "<version>${loop}</version>");
        check(
            &format!(
                "<parent><groupId>org.parent</groupId><version>3.0</version></parent><version>2.0</version>
                <properties><m.version>1.${{minor}}</m.version><minor>5</minor><loop>${{loop}}</loop></properties>
                <dependencyManagement><dependencies>{managed}</dependencies></dependencyManagement>
                <dependencies>{list}</dependencies>
                <profiles><profile><dependencies>{}</dependencies></profile></profiles>
                <build><plugins><plugin><dependencies>{}</dependencies></plugin></plugins></build>",
                dependency("profile", "<version>7</version>"),
                dependency("plugin", "<version>8</version>"),
            ),
            "g:m 1.5 (development) direct
             g:own 2.0 (declared) direct
             g:profile 7 (declared) direct
             org.parent:sibling 3.0 (declared) direct",
        );
    }

    #[test]
    fn files_of_dependencies_are_not_wanted() {
        assert!(wants(&ANALYZER, "src/pom.xml"));
        assert!(!wants(&ANALYZER, "app/META-INF/maven/g/a/pom.xml"));
        assert!(!wants(&ANALYZER, "root/.m2/repository/g/a/pom.xml"));
    }

    #[test]
    fn broken_files_are_gaps() {
        testing::check(&ANALYZER, "pom.xml", "<project>", "gap: corrupt");
        check("", "");
    }

    #[test]
    fn hostile_files_do_no_harm() {
        let sample =
            format!("<project><dependencies>{}</dependencies></project>", dependency("a", "<version>1</version>"));
        survives(&ANALYZER, "pom.xml", &[sample.as_bytes()]);
    }
}
