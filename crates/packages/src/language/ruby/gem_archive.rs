//! `*.gem`: gems as they are downloaded, such as RubyGems and Bundler leave them in their folders `cache` (RubyGems, `Gem::Package`).
//!
//! A tar whose file `metadata.gz` holds the specification as YAML: name, version, licences, authors, and what it needs for
//! running. Nobody says that the gem was installed, so it counts as declared; installed ones have a specification of their
//! own (format `gemspec`). What is in `data.tar.gz` is not looked at: lockfiles there are the gem's makers' own.

use archive::Costs;
use model::{Analyzer, Facts, File, Key, Package, PackageKind, Requirement, Unreadable};

use crate::listing::is_word;
use crate::packed::{description_in, packed};
use crate::syntax::yaml::{self, Node};

/// A gem as an archive: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "gem-archive", version: 1, files: &[Key::Extension("gem").any()], analyze };

/// More than any gem has.
const MOST: usize = 1000;

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let costs = Costs::new(file.budget);
    let metadata = description_in(file.content, &costs, |path| path.as_bytes() == b"metadata.gz")?;
    let metadata = description_in(&metadata, &costs, |_| true)?;
    let specification = yaml::parse(&metadata)?;
    let (name, version) = (specification.get("name").text(), specification.get("version").get("version").text());
    if !is_word(name) || !is_word(version) {
        return Err(Unreadable::corrupt("the specification of a gem without a usable name or version"));
    }
    let mut package = Package::new(PackageKind::Gem, name, version);
    let texts = |list: &Node<'_>| {
        list.items()
            .iter()
            .map(Node::text)
            .filter(|text| !text.is_empty())
            .take(MOST)
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    package.licenses = texts(specification.get("licenses"));
    package.vendor = Some(texts(specification.get("authors")).join(", ")).filter(|authors| !authors.is_empty());
    let dependencies = specification.get("dependencies").items().iter().take(MOST);
    let needed = dependencies.filter(|dependency| dependency.get("type").text() != ":development");
    let names = needed.map(|dependency| dependency.get("name").text()).filter(|name| is_word(name));
    package.requires = names.map(|name| Requirement { name: name.to_owned(), version: None }).collect();
    package.requires.sort_unstable();
    package.requires.dedup();
    facts.package(packed(package));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};
    use archive::testing::{gzip, tar};

    const PATH: &str = "usr/local/bundle/cache/rack-3.0.8.gem";

    // The form in which RubyGems writes it, by hand; no gem could be built here.
    const METADATA: &str = "--- !ruby/object:Gem::Specification
name: rack
version: !ruby/object:Gem::Version
  version: 3.0.8
platform: ruby
authors:
- A
- B
dependencies:
- !ruby/object:Gem::Dependency
  name: minitest
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - \"~>\"
      - !ruby/object:Gem::Version
        version: '5.0'
  type: :development
  prerelease: false
- !ruby/object:Gem::Dependency
  name: webrick
  type: :runtime
licenses:
- MIT
";

    fn gem(metadata: &str) -> Vec<u8> {
        tar(&[("data.tar.gz", b"not looked at".as_slice()), ("metadata.gz", &gzip(metadata.as_bytes()))])
    }

    fn check(content: &[u8], expected: &str) {
        testing::check(&ANALYZER, PATH, content, expected);
    }

    #[test]
    fn the_specification_describes_the_gem() {
        check(&gem(METADATA), "rack 3.0.8 (declared) [MIT] -> webrick");
    }

    #[test]
    fn broken_gems_are_gaps() {
        check(b"", "gap: unsupported");
        check(&tar(&[("a", "")]), "gap: corrupt");
        check(&tar(&[("metadata.gz", "x")]), "gap: unsupported");
        check(&gem("name: a\n"), "gap: corrupt");
        check(&gem("["), "gap: corrupt");
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, PATH));
        assert!(!wants(&ANALYZER, "srv/a.gemspec"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, PATH, &[&gem(METADATA)]);
    }
}
