//! What the tests of all schemes share: versions as each scheme writes them, made up from a few parts so that two of
//! them often have a beginning in common.

#![allow(dead_code, clippy::expect_used, reason = "each test file uses its part of it, and may panic")]

use proptest::prelude::*;
use proptest::string::string_regex;
use versions::Scheme;

/// Numbers of no, one and many digits that matter.
const NUMBER: &str = "(0|1|1|2|10|00|01|18446744073709551616)";
/// For schemes that forbid leading zeros.
const PLAIN_NUMBER: &str = "(0|1|1|2|2|9|10|18446744073709551616)";

/// How a scheme writes its versions, as a regular expression with `#` for a number.
fn grammar(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Apk => {
            "#(\\.#){0,2}[ab]?(_(alpha|beta|pre|rc|cvs|svn|git|hg|p)#?){0,2}(~[0-1a]{1,2})?(-r#)?|#[ab]#(_p#)?"
        }
        Scheme::Composer => {
            "[vV]?(#|2010)(\\.(#|1|2)){0,3}([._-]?(stable|beta|b|RC|rc|alpha|a|patch|pl|p)([.-]?#){0,2})?([.-]?dev)?(\\+a)?|1\\.([12]\\.)?x-dev"
        }
        Scheme::Cran => "#([.-]#){0,3}",
        Scheme::Deb => "([012]:)?#[a.~+-]{0,2}#?([aB.~+]{0,2}#){0,2}[~a]?(-[0~a+.]{1,2}#?)?",
        Scheme::Gem => "#(\\.(#|a|b|B1|a#|#a)){0,3}(-(a|#|-)(\\.(#|b)){0,2})?",
        Scheme::Generic => "v?#([.+~_-]{0,2}(a|b|k|rc|RC|beta|dev|#)){0,4}",
        Scheme::Go => "v#(\\.#(\\.#(-(0|1|rc|rc1|0a|-)(\\.(0|1|10|pre)){0,2})?(\\+incompatible)?)?)?",
        Scheme::Maven => "#([.-](#|#|a|b1|m|alpha|Beta|rc|cr|snapshot|ga|final|RELEASE|sp|x|foo)){0,4}[.-]?",
        Scheme::NuGet => "#(\\.#){0,3}(-(0|1|rc|RC|rc1|-)(\\.(0|01|10|Pre)){0,2})?(\\+a)?",
        Scheme::Opam => "(#|#|#|v#|~)[a.~+-]{0,2}#?([aB.~+_]{0,1}#){0,2}[~a]?(-[0~a+.]{1,2}#?)?",
        Scheme::Pacman => "(#:)?#?([._+]{0,2}(#|a|b|rc)){1,3}[.]?(-#)?",
        Scheme::Pep440 => {
            "(#!)?#(\\.#){0,2}([._-]?(a|B|rc|alpha|pre)[.-]?#?)?([.-]?(post|r|rev)#?|-#)?([.-]?dev#?)?(\\+(a|#|b1)([._-](a|B|#))?)?"
        }
        Scheme::Portage => "#(\\.#){0,2}[ab]?(_(alpha|beta|pre|rc|p)#?){0,2}(-r#)?",
        Scheme::Pvp => "#(\\.#){0,3}",
        Scheme::Rpm => "(#:)?#?([._~^]{0,2}(#|a|B|rc)){1,3}[~^.]?(-#([.~^](el|#)){0,2})?",
        Scheme::Semver | Scheme::SemverBuild => {
            "v?#(\\.#(\\.#)?)?(-(0|1|rc|rc1|0a|-)(\\.(0|1|10|pre)){0,2})?(\\+(a|0|1|10)(\\.(b|1))?)?"
        }
    }
}

/// Mostly versions of the scheme.
pub fn written(scheme: Scheme) -> impl Strategy<Value = String> {
    let number =
        if matches!(scheme, Scheme::Go | Scheme::Semver | Scheme::SemverBuild) { PLAIN_NUMBER } else { NUMBER };
    string_regex(&grammar(scheme).replace('#', number)).expect("a regular expression")
}

/// What looks like a version of some scheme.
pub fn versionlike() -> impl Strategy<Value = String> {
    string_regex("[0-2ab.~^+:_!vr-]{0,8}").expect("a regular expression")
}
