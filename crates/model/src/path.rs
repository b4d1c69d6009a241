//! Paths inside an image: bytes, always relative to its root, never leaving it.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What separates an archive from a file inside it: `app.jar!/lib/x.jar`.
const NESTED: &[u8] = b"!/";

/// A file's path from the image's root: no leading slash, no empty, `.` or `..` component, `/` between components.
/// A file inside an archive follows the archive's path after `!/`. Bytes, since file names need not be UTF-8.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ImagePath(Box<[u8]>);

impl ImagePath {
    /// Cleans a path as an archive or a directory listing writes it. `..` steps up but never above the root, as a
    /// container runtime resolves it, so no input can name a file outside the image.
    pub fn new(raw: &[u8]) -> Self {
        if is_clean(raw) {
            return Self(raw.into());
        }
        let mut clean = Vec::with_capacity(raw.len());
        for component in raw.split(|&byte| byte == b'/') {
            match component {
                b"" | b"." => {}
                b".." => clean.truncate(clean.iter().rposition(|&byte| byte == b'/').unwrap_or(0)),
                name => {
                    if !clean.is_empty() {
                        clean.push(b'/');
                    }
                    clean.extend_from_slice(name);
                }
            }
        }
        Self(clean.into_boxed_slice())
    }

    /// The path of `inner` inside the archive at this path.
    #[must_use]
    pub fn nested(&self, inner: &[u8]) -> Self {
        let inner = Self::new(inner);
        Self([&*self.0, NESTED, &*inner.0].concat().into_boxed_slice())
    }

    /// The path of the file on the image's own filesystem: of the outermost archive, for a nested path.
    pub fn outer(&self) -> &[u8] {
        match self.0.windows(NESTED.len()).position(|window| window == NESTED) {
            Some(end) => &self.0[..end],
            None => &self.0,
        }
    }

    /// The bytes of the path.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last component.
    pub fn name(&self) -> &[u8] {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => &self.0[slash + 1..],
            None => &self.0,
        }
    }

    /// Everything before the last component; empty for a file in the root.
    pub fn parent(&self) -> &[u8] {
        match self.0.iter().rposition(|&byte| byte == b'/') {
            Some(slash) => &self.0[..slash],
            None => b"",
        }
    }

    /// What follows the last dot of the name, if there is one that is not its first byte.
    pub fn extension(&self) -> Option<&[u8]> {
        let name = self.name();
        match name.iter().rposition(|&byte| byte == b'.') {
            None | Some(0) => None,
            Some(dot) => Some(&name[dot + 1..]),
        }
    }

    /// Whether the path is `suffix` or ends with `/suffix`.
    pub fn ends_with(&self, suffix: &[u8]) -> bool {
        match self.0.strip_suffix(suffix) {
            Some(rest) => rest.is_empty() || rest.ends_with(b"/"),
            None => false,
        }
    }

    /// The path as text, with replacement characters where it is not UTF-8. Not safe for a terminal: see `Display`.
    pub fn to_text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.0)
    }
}

/// True for most names in real layers, which then need one copy and no splitting.
fn is_clean(raw: &[u8]) -> bool {
    let mut start = 0;
    for (index, &byte) in raw.iter().enumerate() {
        if byte == b'/' {
            if matches!(&raw[start..index], b"" | b"." | b"..") {
                return false;
            }
            start = index + 1;
        }
    }
    !matches!(&raw[start..], b"" | b"." | b"..")
}

/// For people: control characters and invisible direction marks, which could forge lines on a terminal, are escaped.
impl fmt::Display for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.to_text().chars() {
            if character.is_control()
                || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
            {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                fmt::Write::write_char(f, character)?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for ImagePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.to_text())
    }
}

impl From<&str> for ImagePath {
    fn from(raw: &str) -> Self {
        Self::new(raw.as_bytes())
    }
}

/// Exact bytes in binary formats; text, with replacement characters, where people read.
impl Serialize for ImagePath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.serialize_str(&self.to_text())
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for ImagePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl de::Visitor<'_> for Bytes {
            type Value = ImagePath;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a path")
            }
            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<ImagePath, E> {
                Ok(ImagePath(bytes.into()))
            }
            fn visit_str<E>(self, text: &str) -> Result<ImagePath, E> {
                Ok(ImagePath(text.as_bytes().into()))
            }
        }
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(Bytes)
        } else {
            deserializer.deserialize_bytes(Bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(raw: &str, clean: &str) {
        assert_eq!(ImagePath::from(raw).to_text(), clean, "{raw:?}");
    }

    #[test]
    fn paths_are_relative_to_the_root_and_stay_below_it() {
        check("etc/os-release", "etc/os-release");
        check("./etc//os-release", "etc/os-release");
        check("/etc/os-release/", "etc/os-release");
        check("../../etc/passwd", "etc/passwd");
        check("a/../../b", "b");
        check("a/b/../c", "a/c");
        check("/", "");
        check("..", "");
    }

    #[test]
    fn nested_paths_know_their_archive() {
        let path = ImagePath::from("opt/app.jar").nested(b"/lib/../x.jar").nested(b"META-INF/MANIFEST.MF");
        assert_eq!(path.to_text(), "opt/app.jar!/x.jar!/META-INF/MANIFEST.MF");
        assert_eq!(path.outer(), b"opt/app.jar");
        assert_eq!(path.name(), b"MANIFEST.MF");
    }

    #[test]
    fn suffixes_match_whole_components() {
        assert!(ImagePath::from("var/lib/dpkg/status").ends_with(b"lib/dpkg/status"));
        assert!(ImagePath::from("lib/dpkg/status").ends_with(b"lib/dpkg/status"));
        assert!(!ImagePath::from("mylib/dpkg/status").ends_with(b"lib/dpkg/status"));
    }

    #[test]
    fn display_cannot_forge_a_line() {
        assert_eq!(ImagePath::from("a\n\x1b[31mb\u{202e}").to_string(), "a\\u{a}\\u{1b}[31mb\\u{202e}");
    }

    proptest! {
        #[test]
        fn cleaning_is_idempotent_and_never_escapes(raw in proptest::collection::vec(prop_oneof![Just(b'/'), Just(b'.'), any::<u8>()], 0..64)) {
            let once = ImagePath::new(&raw);
            prop_assert_eq!(&ImagePath::new(once.as_bytes()), &once);
            prop_assert!(!once.as_bytes().starts_with(b"/"));
            prop_assert!(once.as_bytes().is_empty() || once.as_bytes().split(|&b| b == b'/').all(|c| !matches!(c, b"" | b"." | b"..")));
        }
    }
}
