//! Platforms of multi-architecture images, in the words of Go (OCI image-spec, "Image Index", `platform`).

use std::fmt;
use std::str::FromStr;

use model::Image;
use serde::Deserialize;

/// `os/architecture[/variant]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Platform {
    /// `linux`.
    pub os: String,
    /// `amd64`.
    pub architecture: String,
    /// `v8`.
    pub variant: Option<String>,
}

/// Which children of a multi-architecture image to look at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PlatformChoice {
    /// The one of this machine if the image has it, else the first.
    #[default]
    Host,
    /// This one, or none.
    One(Platform),
    /// Every one.
    All,
}

impl Platform {
    /// The platform of containers on this machine: always Linux.
    pub fn host() -> Self {
        let (architecture, variant) = match std::env::consts::ARCH {
            "x86_64" => ("amd64", None),
            "x86" => ("386", None),
            "aarch64" => ("arm64", None),
            "arm" => ("arm", Some("v7")),
            "powerpc64" => ("ppc64le", None),
            other => (other, None),
        };
        Self { os: "linux".into(), architecture: architecture.into(), variant: variant.map(Into::into) }
    }

    /// What an image's configuration says that it is for.
    pub(crate) fn of(image: &Image) -> Self {
        let config = &image.config;
        Self { os: config.os.clone(), architecture: config.architecture.clone(), variant: config.variant.clone() }
    }

    /// Whether an image for `self` is what somebody who asks for `wanted` means: a variant that is not asked for, or
    /// the default variant of the architecture, does not part them.
    pub fn matches(&self, wanted: &Self) -> bool {
        let variant = |platform: &Self| match (&*platform.architecture, platform.variant.as_deref()) {
            ("arm64", None | Some("v8")) | ("amd64", None | Some("v1")) => None,
            ("arm", None) => Some("v7".to_owned()),
            (_, variant) => variant.map(str::to_owned),
        };
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && (wanted.variant.is_none() || variant(self) == variant(wanted))
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        self.variant.iter().try_for_each(|variant| write!(f, "/{variant}"))
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        let (os, architecture, variant) = (parts.next(), parts.next(), parts.next());
        match (os, architecture, parts.next()) {
            (Some(os), Some(architecture), None) if !os.is_empty() && !architecture.is_empty() => {
                let architecture = match architecture {
                    "x86_64" => "amd64",
                    "aarch64" => "arm64",
                    other => other,
                };
                Ok(Self { os: os.into(), architecture: architecture.into(), variant: variant.map(Into::into) })
            }
            (Some(architecture), None, None) if !architecture.is_empty() => format!("linux/{architecture}").parse(),
            _ => Err(format!("{text:?} is not a platform: write os/architecture, such as linux/arm64")),
        }
    }
}

impl FromStr for PlatformChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "all" { Ok(Self::All) } else { text.parse().map(Self::One) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_part_platforms_only_where_they_are_asked_for() {
        let arm64v8: Platform = "linux/arm64/v8".parse().unwrap();
        let armv7: Platform = "linux/arm/v7".parse().unwrap();
        assert!(arm64v8.matches(&"linux/arm64".parse().unwrap()));
        assert!("linux/aarch64".parse::<Platform>().unwrap().matches(&arm64v8));
        assert!(!armv7.matches(&"linux/arm/v6".parse().unwrap()));
        assert!(armv7.matches(&"arm".parse().unwrap()));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "/", "linux/", "a/b/c/d"] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
