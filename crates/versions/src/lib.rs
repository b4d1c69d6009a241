//! Version schemes: whether a text is a version, and which of two versions is the later one.
//!
//! That is the crate's one duty. It must never know what a package, an advisory or a distribution is: which scheme a
//! package follows is the caller's knowledge. It reads no files, keeps no state, allocates nothing, and needs time linear
//! in the length of what it is given, whatever that is. Numbers have no upper limit.
//!
//! | scheme | whose versions | written | specification |
//! |---|---|---|---|
//! | [`Scheme::Apk`] | Alpine, Wolfi and their like | `1.2.3a_rc1_p2~1f3c-r4` | apk-package(5); `apk version` of apk-tools 3 |
//! | [`Scheme::Composer`] | PHP | `v1.0.0-beta2`, `1.0.x-dev` | composer/semver; PHP manual, `version_compare` |
//! | [`Scheme::Cran`] | R | `0.1-21` | Writing R Extensions, "The DESCRIPTION file" |
//! | [`Scheme::Deb`] | Debian, Ubuntu and their like | `1:2.30~rc1-4+deb12u1` | Debian Policy 5.6.12; deb-version(7) |
//! | [`Scheme::Gem`] | RubyGems | `7.0.0.pre.rc3` | `Gem::Version` |
//! | [`Scheme::Generic`] | whoever says nothing | `v1.2.3-rc1` | the module's own |
//! | [`Scheme::Go`] | Go modules | `v0.0.0-20220826154423-83b083e8dc8b` | Go Modules Reference, "Versions" |
//! | [`Scheme::Maven`] | Java and its relatives | `2.0-beta-1-SNAPSHOT` | POM Reference, "Version Order Specification" |
//! | [`Scheme::NuGet`] | .NET | `13.0.1.0-Beta.2` | NuGet documentation, "Package versioning" |
//! | [`Scheme::Opam`] | OCaml | `2.0.0~beta3.1` | opam manual, "Version ordering" |
//! | [`Scheme::Pacman`] | Arch Linux | `1:2.0.r5-1` | vercmp(8) |
//! | [`Scheme::Pep440`] | Python | `1!2.0rc1.post2.dev3+local.4` | PEP 440 |
//! | [`Scheme::Portage`] | Gentoo | `1.02b_alpha3_p4-r5` | Package Manager Specification 9, 3.2 and 3.3 |
//! | [`Scheme::Pvp`] | Haskell | `2.1.0.2` | Package Versioning Policy |
//! | [`Scheme::Rpm`] | Red Hat, SUSE and their like | `1:2.0~rc1-3.el9` | rpm-version(7) |
//! | [`Scheme::Semver`] | Rust, JavaScript, Elixir, Swift | `1.0.0-rc.1+build.5` | Semantic Versioning 2.0.0 |
//! | [`Scheme::SemverBuild`] | Julia, Dart | `4.3.1+2` | the same, with Julia's and pub_semver's order of builds |
//!
//! A scheme is a file with a `Version` that is parsed, compared and sometimes written, and a row in `schemes!` below.

use std::cmp::Ordering;
use std::error::Error;
use std::fmt;

mod apk;
mod composer;
mod cran;
mod deb;
mod gem;
mod generic;
mod golang;
mod maven;
mod nuget;
mod opam;
mod pacman;
mod pep440;
mod portage;
mod pvp;
mod rpm;
mod semver;
mod semver_build;
mod text;

/// Characters of an offending text that an error message repeats; the text may be a hostile file's.
const SHOWN: usize = 80;

macro_rules! schemes {
    ($($(#[doc = $doc:literal])+ $scheme:ident = $module:ident, $name:literal;)+) => {
        /// A set of rules for writing and ordering versions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Scheme { $($(#[doc = $doc])+ $scheme,)+ }

        #[derive(Clone, Copy, Debug)]
        enum Parsed<'a> { $($scheme($module::Version<'a>),)+ }

        impl Scheme {
            /// Every scheme.
            pub const ALL: &[Self] = &[$(Self::$scheme),+];

            /// The name for people: "not a {name} version".
            pub fn name(self) -> &'static str {
                match self { $(Self::$scheme => $name),+ }
            }

            /// Reads a version, so that it can be compared with many others.
            pub fn parse(self, text: &str) -> Result<Version<'_>, Invalid<'_>> {
                let parsed = match self {
                    $(Self::$scheme => $module::Version::parse(text).map(Parsed::$scheme),)+
                };
                match parsed {
                    Ok(parsed) => Ok(Version { text, parsed }),
                    Err(why) => Err(Invalid { scheme: self, text, why }),
                }
            }

            /// Orders two versions. Both must be valid, even where the first difference lies before the fault.
            pub fn compare<'a>(self, a: &'a str, b: &'a str) -> Result<Ordering, Invalid<'a>> {
                let invalid = |text| move |why| Invalid { scheme: self, text, why };
                match self {
                    $(Self::$scheme => {
                        let earlier = $module::Version::parse(a).map_err(invalid(a))?;
                        let later = $module::Version::parse(b).map_err(invalid(b))?;
                        Ok(earlier.compare(&later))
                    })+
                }
            }
        }

        impl Version<'_> {
            /// The scheme that it was read with.
            pub fn scheme(&self) -> Scheme {
                match self.parsed { $(Parsed::$scheme(_) => Scheme::$scheme),+ }
            }

            /// Orders two versions of one scheme; those of different schemes have no order.
            ///
            /// This is a total order but for [`Scheme::Rpm`], [`Scheme::Pacman`] and [`Scheme::Maven`]: their package
            /// managers call some versions equal that they do not place alike, or go in circles (each module says where).
            pub fn compare(&self, other: &Version) -> Option<Ordering> {
                match (&self.parsed, &other.parsed) {
                    $((Parsed::$scheme(a), Parsed::$scheme(b)) => Some(a.compare(b)),)+
                    _ => None,
                }
            }
        }
    };
}

schemes! {
    /// Alpine and its like: `1.2.3a_rc1-r4`.
    Apk = apk, "apk";
    /// PHP: `v1.0.0-beta2`.
    Composer = composer, "Composer";
    /// R: `0.1-21`.
    Cran = cran, "R package";
    /// Debian and its like: `1:2.30~rc1-4`.
    Deb = deb, "Debian";
    /// RubyGems: `7.0.0.pre.rc3`.
    Gem = gem, "RubyGems";
    /// A guess that suits most that begins with a number: `v1.2.3-rc1`.
    Generic = generic, "comparable";
    /// Go modules, with or without the `v`: `1.2.3-pre+incompatible`.
    Go = golang, "Go module";
    /// Maven: `2.0-beta-1-SNAPSHOT`.
    Maven = maven, "Maven";
    /// NuGet: `13.0.1.0-Beta.2`.
    NuGet = nuget, "NuGet";
    /// OCaml: `2.0.0~beta3.1`.
    Opam = opam, "opam";
    /// Arch Linux: `1:2.0.r5-1`.
    Pacman = pacman, "pacman";
    /// Python: `2.0rc1.post2`.
    Pep440 = pep440, "PEP 440";
    /// Gentoo: `1.02b_alpha3-r5`.
    Portage = portage, "Portage";
    /// Haskell: `2.1.0.2`.
    Pvp = pvp, "Haskell package";
    /// RPM: `1:2.0~rc1-3.el9`.
    Rpm = rpm, "RPM";
    /// Semantic Versioning, with the shortenings that advisories take: `1.0.0-rc.1`, `v1.2`.
    Semver = semver, "semantic";
    /// Semantic Versioning with builds that count, as in Julia and Dart: `4.3.1+2`.
    SemverBuild = semver_build, "semantic";
}

impl Scheme {
    /// Whether the text is a version of this scheme, so that it can be compared.
    pub fn is_valid(self, text: &str) -> bool {
        self.parse(text).is_ok()
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A version that has been read: comparing it again costs no further look for faults.
///
/// Displays in its scheme's normal form where the scheme has one ([`Scheme::Pep440`], [`Scheme::Semver`],
/// [`Scheme::SemverBuild`], [`Scheme::NuGet`]), and as it was written where not. The normal form compares equal to what it was made from.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    text: &'a str,
    parsed: Parsed<'a>,
}

impl<'a> Version<'a> {
    /// The version as it was written.
    pub fn as_str(&self) -> &'a str {
        self.text
    }
}

impl fmt::Display for Version<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match &self.parsed {
            Parsed::Pep440(version) => version.fmt(f),
            Parsed::Semver(version) => version.fmt(f),
            Parsed::SemverBuild(version) => version.fmt(f),
            Parsed::NuGet(version) => version.fmt(f),
            _ => f.write_str(self.text),
        }
    }
}

/// A text that is no version of the scheme.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Invalid<'a> {
    /// The scheme that it was read with.
    pub scheme: Scheme,
    /// The text, whole and untamed.
    pub text: &'a str,
    /// What is wrong with it, as a clause: "the epoch is not a number".
    pub why: &'static str,
}

impl fmt::Display for Invalid<'_> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let shown = self.text.char_indices().nth(SHOWN).and_then(|(end, _)| self.text.get(..end));
        let (shown, more) = shown.map_or((self.text, ""), |shown| (shown, "…"));
        write!(f, "not a {} version: \"{}{more}\": {}", self.scheme, shown.escape_debug(), self.why)
    }
}

impl Error for Invalid<'_> {}

/// What the schemes' tests share: order is checked for every pair of a list, both ways around.
#[cfg(test)]
mod testing {
    use std::cmp::Ordering;

    use super::Scheme;

    /// Each version is later than all before it. `=` between versions on a line says that they are equal.
    pub(crate) fn ascending(scheme: Scheme, lines: &[&str]) {
        let lines: Vec<Vec<&str>> = lines.iter().map(|line| line.split(" = ").collect()).collect();
        for (i, line) in lines.iter().enumerate() {
            for (j, other) in lines.iter().enumerate() {
                for (a, b) in line.iter().flat_map(|a| other.iter().map(move |b| (a, b))) {
                    check(scheme, a, b, i.cmp(&j));
                }
            }
        }
    }

    pub(crate) fn check(scheme: Scheme, a: &str, b: &str, expected: Ordering) {
        assert_eq!(scheme.compare(a, b), Ok(expected), "{scheme}: {a} against {b}");
        assert_eq!(scheme.compare(b, a), Ok(expected.reverse()), "{scheme}: {b} against {a}");
    }

    /// None of the texts is a version, whatever it is compared with.
    pub(crate) fn invalid(scheme: Scheme, texts: &[&str]) {
        for text in texts {
            let error = scheme.parse(text).map(|version| version.as_str()).expect_err("no version");
            assert_eq!((error.scheme, error.text), (scheme, *text));
            assert_eq!(scheme.compare(text, "1"), Err(error), "{text} on the left");
            assert_eq!(scheme.compare("1", text), Err(error), "{text} on the right");
        }
    }

    pub(crate) fn valid(scheme: Scheme, texts: &[&str]) {
        for text in texts {
            assert_eq!(scheme.parse(text).map(|version| version.as_str()), Ok(*text));
        }
    }

    /// A version and the form that it is displayed in.
    pub(crate) fn normal(scheme: Scheme, texts: &[(&str, &str)]) {
        for (text, expected) in texts {
            let version = scheme.parse(text).expect("a version");
            assert_eq!(version.to_string(), *expected, "{text}");
            check(scheme, text, expected, Ordering::Equal);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_scheme_text_and_reason() {
        let error = Scheme::Deb.compare("1.0", "x\u{1b}[2J").unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a Debian version: \"x\\u{1b}[2J\": the upstream version does not begin with a digit"
        );
    }

    #[test]
    fn an_error_repeats_only_the_beginning_of_a_long_text() {
        let text = "é".repeat(100_000);
        let message = Scheme::Rpm.parse(&text).unwrap_err().to_string();
        assert!(message.contains(&format!("{}…", "é".repeat(SHOWN))), "{message}");
        assert!(message.len() < 400);
    }

    #[test]
    fn versions_of_different_schemes_have_no_order() {
        let (deb, rpm) = (Scheme::Deb.parse("1").unwrap(), Scheme::Rpm.parse("1").unwrap());
        assert_eq!(deb.compare(&rpm), None);
        assert_eq!(deb.compare(&deb), Some(Ordering::Equal));
        assert_eq!((deb.scheme(), rpm.scheme()), (Scheme::Deb, Scheme::Rpm));
    }

    #[test]
    fn nothing_is_a_version_of_no_scheme() {
        for scheme in Scheme::ALL {
            assert!(!scheme.is_valid(""), "{scheme}");
            assert!(!scheme.is_valid(" "), "{scheme}");
            assert!(!scheme.is_valid("1.0 2.0"), "{scheme}");
            assert!(!scheme.is_valid("1.0\0"), "{scheme}");
            assert!(!scheme.is_valid("١.٢"), "{scheme}");
        }
    }
}
