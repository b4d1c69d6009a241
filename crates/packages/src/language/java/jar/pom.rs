//! What Maven leaves in the archives that it builds (Maven documentation, "Maven Archiver Reference" and "POM Reference"):
//! `META-INF/maven/GROUP/ARTIFACT/pom.properties` and `pom.xml` next to it.

use std::borrow::Cow;

use model::Unreadable;
use quick_xml::Reader;
use quick_xml::events::Event;

/// A Maven project by its coordinates. Parts that are not known are empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Project {
    pub(super) group: String,
    pub(super) artifact: String,
    pub(super) version: String,
}

impl Project {
    /// Reads `pom.properties` (the Java `Properties` text format, of which Maven uses the simplest form).
    pub(super) fn from_properties(text: &str) -> Self {
        let mut project = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.split_once(['=', ':']) else { continue };
            let field = match key.trim() {
                "groupId" => &mut project.group,
                "artifactId" => &mut project.artifact,
                "version" => &mut project.version,
                _ => continue,
            };
            value.trim().clone_into(field);
        }
        project.without_variables()
    }

    /// Reads `pom.xml`: the project's own coordinates, else its parent's, with the properties in the file put in.
    pub(super) fn from_xml(text: &str) -> Result<Self, Unreadable> {
        let pom = Pom::parse(text)?;
        let group = if pom.group.is_empty() { &pom.parent_group } else { &pom.group };
        let version = if pom.version.is_empty() { &pom.parent_version } else { &pom.version };
        let [group, artifact, version] = [group, &pom.artifact, version].map(|value| pom.resolve(value).into_owned());
        Ok(Self { group, artifact, version }.without_variables())
    }

    /// The project that the entry's path names: the two folders above it.
    pub(super) fn from_path(path: &str) -> Self {
        let mut parts = path.rsplit('/').skip(1);
        let artifact = parts.next().unwrap_or_default().to_owned();
        let group = parts.next().filter(|group| *group != "maven").unwrap_or_default().to_owned();
        if group.is_empty() { Self::default() } else { Self { group, artifact, version: String::new() } }
    }

    /// Fills what is not known from another source.
    pub(super) fn or(mut self, other: Self) -> Self {
        for (part, other) in
            [(&mut self.group, other.group), (&mut self.artifact, other.artifact), (&mut self.version, other.version)]
        {
            if part.is_empty() {
                *part = other;
            }
        }
        self
    }

    fn without_variables(mut self) -> Self {
        for part in [&mut self.group, &mut self.artifact, &mut self.version] {
            if part.contains("${") {
                part.clear();
            }
        }
        self
    }
}

#[derive(Default)]
struct Pom {
    group: String,
    artifact: String,
    version: String,
    parent_group: String,
    parent_version: String,
    properties: Vec<(String, String)>,
}

impl Pom {
    /// Properties of one file that are kept. Large parent projects have a few hundred.
    const MOST_PROPERTIES: usize = 2000;

    fn parse(text: &str) -> Result<Self, Unreadable> {
        let mut pom = Self::default();
        let mut reader = Reader::from_str(text);
        // The first three elements on the way from the root; deeper ones only count.
        let mut path: [String; 3] = Default::default();
        let mut depth = 0_usize;
        loop {
            let event = reader
                .read_event()
                .map_err(|_| Unreadable::corrupt(format!("not valid XML at byte {}", reader.error_position())))?;
            match event {
                Event::Start(element) => {
                    if let Some(name) = path.get_mut(depth) {
                        name.clear();
                        name.push_str(element.local_name().as_ref());
                    }
                    depth += 1;
                }
                Event::End(_) => depth = depth.saturating_sub(1),
                Event::Text(text) => pom.take(path.get(..depth).unwrap_or_default(), text.xml10_content().trim()),
                Event::CData(text) => pom.take(path.get(..depth).unwrap_or_default(), text.xml10_content().trim()),
                Event::Eof => return Ok(pom),
                _ => {}
            }
        }
    }

    fn take(&mut self, path: &[String], text: &str) {
        if text.is_empty() {
            return;
        }
        let field = match path {
            [project, field] if project == "project" => match &**field {
                "groupId" => &mut self.group,
                "artifactId" => &mut self.artifact,
                "version" => &mut self.version,
                _ => return,
            },
            [project, parent, field] if project == "project" && parent == "parent" => match &**field {
                "groupId" => &mut self.parent_group,
                "version" => &mut self.parent_version,
                _ => return,
            },
            [project, properties, name] if project == "project" && properties == "properties" => {
                if self.properties.len() < Self::MOST_PROPERTIES {
                    self.properties.push((name.clone(), text.to_owned()));
                }
                return;
            }
            _ => return,
        };
        text.clone_into(field);
    }

    /// Puts values in place of `${name}`, also of those in values, a few times over.
    fn resolve<'a>(&'a self, value: &'a str) -> Cow<'a, str> {
        const ROUNDS: usize = 8;
        const LONGEST: usize = 512;
        let mut value = Cow::Borrowed(value);
        for _ in 0..ROUNDS {
            let Some((before, rest)) = value.split_once("${") else { break };
            let Some((name, after)) = rest.split_once('}') else { break };
            let replacement = match name {
                "project.version" | "pom.version" | "version" if !self.version.is_empty() => &*self.version,
                "project.version" | "project.parent.version" | "parent.version" => &*self.parent_version,
                "project.groupId" | "pom.groupId" if !self.group.is_empty() => &*self.group,
                "project.groupId" | "project.parent.groupId" => &*self.parent_group,
                _ => match self.properties.iter().find(|(property, _)| property == name) {
                    Some((_, value)) => value,
                    None => break,
                },
            };
            let resolved = [before, replacement, after].concat();
            if resolved.len() > LONGEST {
                break;
            }
            value = Cow::Owned(resolved);
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(project: &Project) -> String {
        format!("{}:{}:{}", project.group, project.artifact, project.version)
    }

    fn check_xml(inside: &str, expected: &str) {
        let text =
            format!("<?xml version=\"1.0\"?><project xmlns=\"http://maven.apache.org/POM/4.0.0\">{inside}</project>");
        assert_eq!(shown(&Project::from_xml(&text).unwrap()), expected, "{inside}");
    }

    #[test]
    fn properties_name_the_project() {
        let text = "#Generated by Maven\r\n#Thu Nov 02\r\nversion=1.0\r\ngroupId = org.example\r\nartifactId:a\r\n";
        assert_eq!(shown(&Project::from_properties(text)), "org.example:a:1.0");
        assert_eq!(shown(&Project::from_properties("version=${project.version}\nartifactId=a")), ":a:");
        assert_eq!(shown(&Project::from_properties("")), "::");
    }

    #[test]
    fn the_project_file_inherits_from_its_parent() {
        let own = "<groupId>org.example</groupId><artifactId> a\n</artifactId><version>1.0</version>";
        let dependency =
            "<dependencies><dependency><groupId>x</groupId><version>9</version></dependency></dependencies>";
        check_xml(&format!("{own}{dependency}"), "org.example:a:1.0");
        let parent = "<parent><groupId>org.parent</groupId><artifactId>p</artifactId><version>2.0</version></parent>";
        check_xml(&format!("{parent}<artifactId>a</artifactId>"), "org.parent:a:2.0");
        check_xml(&format!("{own}{parent}"), "org.example:a:1.0");
    }

    #[test]
    fn properties_are_put_in() {
        let with = |version: &str, properties: &str| {
            format!(
                "<groupId>g</groupId><artifactId>a</artifactId><version>{version}</version><properties>{properties}</properties>"
            )
        };
        check_xml(&with("${revision}${x}", "<revision>1.${minor}</revision><minor>2</minor><x>-rc</x>"), "g:a:1.2-rc");
        check_xml(&with("${elsewhere}", ""), "g:a:");
        check_xml(&with("${loop}", "<loop>${loop}</loop>"), "g:a:");
        check_xml(&with("${x}", &format!("<x>{}</x>", "${x}".repeat(500))), "g:a:");
    }

    #[test]
    fn broken_files_are_errors_and_deep_ones_are_not() {
        assert!(Project::from_xml("<project><a></b>").is_err());
        assert_eq!(shown(&Project::from_xml(&"<project>".repeat(10_000)).unwrap_or_default()), "::");
    }

    #[test]
    fn paths_name_projects_too() {
        assert_eq!(shown(&Project::from_path("META-INF/maven/org.example/a/pom.xml")), "org.example:a:");
        assert_eq!(shown(&Project::from_path("META-INF/maven/a/pom.xml")), "::");
        assert_eq!(shown(&Project::from_path("pom.xml")), "::");
    }
}
