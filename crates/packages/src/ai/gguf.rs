//! `*.gguf`, models of llama.cpp and its relatives (GGUF specification, "File Structure" and "Standardized key-value
//! pairs"; versions 2 and 3, little-endian).
//!
//! The keys and values at the front are read up to a bound: `general.name`, `general.version`, `general.license` and
//! `general.organization`. A model that does not say its name and version cannot be listed and is a gap. Weights are
//! not looked at. A file that is larger than the budget for files is not handed to any format and so a gap.

use model::{Analyzer, Confidence, Facts, File, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;

/// A model: [the module](self).
pub const ANALYZER: Analyzer = Analyzer { name: "gguf", version: 1, files: &[Key::Extension("gguf").any()], analyze };

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut model = Model::default();
    let mut reader = Reader(file.content);
    reader.model(&mut model)?;
    let name = model.name.trim().replace(char::is_whitespace, "-");
    if !is_word(&name) || !is_word(model.version.trim()) {
        return Err(Unreadable::unsupported("a model that does not say its name and version"));
    }
    facts.package(Package {
        licenses: Some(model.license.trim()).filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect(),
        vendor: Some(model.organization.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        confidence: Confidence::Medium,
        ..Package::new(PackageKind::Generic, name, model.version.trim())
    });
    Ok(())
}

#[derive(Default)]
struct Model<'a> {
    name: &'a str,
    version: &'a str,
    license: &'a str,
    organization: &'a str,
}

/// What is left of the file.
struct Reader<'a>(&'a [u8]);

/// The type of texts, and of arrays.
const TEXT: u32 = 8;
const ARRAY: u32 = 9;

impl<'a> Reader<'a> {
    fn model(&mut self, model: &mut Model<'a>) -> Result<(), Unreadable> {
        const MOST_KEYS: u64 = 10_000;
        if self.take(4)? != b"GGUF" {
            return Err(Unreadable::corrupt("not a GGUF file"));
        }
        let version = self.u32()?;
        if !matches!(version, 2 | 3) {
            return Err(Unreadable::unsupported(format!("version {version} of GGUF, or big-endian")));
        }
        let (_tensors, keys) = (self.u64()?, self.u64()?);
        if keys > MOST_KEYS {
            return Err(Unreadable::limit(format!("{keys} keys; {MOST_KEYS} are read")));
        }
        for _ in 0..keys {
            let key = self.text()?;
            let kind = self.u32()?;
            if kind != TEXT {
                self.skip(kind)?;
                continue;
            }
            // Texts that are none, in keys that nobody asked for, do not matter.
            let value = std::str::from_utf8(self.text()?).unwrap_or_default();
            match key {
                b"general.name" => model.name = value,
                b"general.version" => model.version = value,
                b"general.license" => model.license = value,
                b"general.organization" => model.organization = value,
                _ => {}
            }
        }
        Ok(())
    }

    /// Steps over a value. Arrays of arrays are not in use.
    fn skip(&mut self, kind: u32) -> Result<(), Unreadable> {
        if kind != ARRAY {
            return self.take(width(kind)?).map(drop);
        }
        let (kind, count) = (self.u32()?, self.u64()?);
        if kind == TEXT {
            // Each takes eight bytes at least, so this ends with the file.
            return (0..count).try_for_each(|_| self.text().map(drop));
        }
        self.take(width(kind)?.saturating_mul(count)).map(drop)
    }

    fn text(&mut self) -> Result<&'a [u8], Unreadable> {
        let length = self.u64()?;
        self.take(length)
    }

    fn u32(&mut self) -> Result<u32, Unreadable> {
        self.take(4).map(|bytes| bytes.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte)))
    }

    fn u64(&mut self) -> Result<u64, Unreadable> {
        self.take(8).map(|bytes| bytes.iter().rev().fold(0, |value, &byte| value << 8 | u64::from(byte)))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length))
            .ok_or_else(|| Unreadable::corrupt("the keys of the model break off"))?;
        self.0 = rest;
        Ok(taken)
    }
}

/// The bytes of a value of a type of fixed width.
fn width(kind: u32) -> Result<u64, Unreadable> {
    match kind {
        0 | 1 | 7 => Ok(1),
        2 | 3 => Ok(2),
        4..=6 => Ok(4),
        10..=12 => Ok(8),
        _ => Err(Unreadable::unsupported(format!("a value of type {kind}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn text(text: &str) -> Vec<u8> {
        [&(text.len() as u64).to_le_bytes()[..], text.as_bytes()].concat()
    }

    /// A file of the given keys and texts, behind a number and an array of texts.
    fn file(pairs: &[(&str, &str)]) -> Vec<u8> {
        let mut content = [&b"GGUF\x03\0\0\0"[..], &0_u64.to_le_bytes()].concat();
        content.extend((pairs.len() as u64 + 2).to_le_bytes());
        content.extend([text("llama.block_count"), vec![4, 0, 0, 0, 32, 0, 0, 0]].concat());
        content.extend([text("tokens"), vec![9, 0, 0, 0, 8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]].concat());
        content.extend([text("<s>"), text("</s>")].concat());
        for (key, value) in pairs {
            content.extend([text(key), vec![8, 0, 0, 0], text(value)].concat());
        }
        content
    }

    fn named() -> Vec<u8> {
        file(&[("general.name", "Tiny Model"), ("general.version", "v1.0"), ("general.license", "apache-2.0")])
    }

    #[test]
    fn keys_say_what_it_is() {
        testing::check(&ANALYZER, "srv/m.gguf", named(), "Tiny-Model v1.0 [apache-2.0]");
        testing::check(&ANALYZER, "srv/m.gguf", file(&[("general.name", "a")]), "gap: unsupported");
    }

    #[test]
    fn broken_files_are_gaps() {
        testing::check(&ANALYZER, "srv/m.gguf", b"GGML", "gap: corrupt");
        testing::check(&ANALYZER, "srv/m.gguf", &named()[..60], "gap: corrupt");
        testing::check(&ANALYZER, "srv/m.gguf", b"GGUF\x01\0\0\0", "gap: unsupported");
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, "models/m.GGUF"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "m.gguf", &[&named()]);
    }
}
