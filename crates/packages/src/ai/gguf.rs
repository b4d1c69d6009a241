//! `*.gguf`, models of llama.cpp and its relatives (GGUF specification, "File Structure", "Standardized key-value pairs" and
//! "GGUF Naming Convention"; versions 2 and 3, little-endian).
//!
//! The keys and values at the front are read up to a bound: `general.name`, `general.version`, `general.license` and
//! `general.organization`. Most models say no version; then the file's name is asked, in which one stands between dashes
//! (`-v1.0-`), and after that the model is listed without a version: no advisory is about one, but a bill of materials
//! should have it. A model without a name has the file's, and that with little confidence.
//!
//! Of a model in several files (`-00002-of-00009`) only the first has the keys, and only it is listed. Of each file the
//! first 16 MiB are read, however large it is: there the keys are, those of the model in front and then the tokens, which
//! seldom take more. Weights are not looked at. The tests were written from the specification.

use model::{Analyzer, Confidence, Facts, File, Key, Package, PackageKind, Unreadable};

use super::naming::{file_name, is_later_part, word};

/// A model: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "gguf", version: 3, files: &[Key::Extension("gguf").any().first(KEYS)], analyze };

/// Bytes in which the keys are.
const KEYS: u64 = 16 << 20;

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let mut model = Model::default();
    let mut reader = Reader(file.content);
    reader.model(&mut model).or_else(|broken| {
        // Keys that go on behind what is read are those of the tokens.
        if !file.is_whole() && !model.name.is_empty() { Ok(()) } else { Err(broken) }
    })?;
    let file_name = file_name(file.path);
    if is_later_part(file_name) {
        return Ok(());
    }
    let own_name = word(model.name);
    let confidence = if own_name.is_some() { Confidence::Medium } else { Confidence::Low };
    let Some(name) = own_name.or_else(|| word(file_name)) else {
        return Err(Unreadable::unsupported("a model without a name"));
    };
    let version = word(model.version).or_else(|| version_in(file_name).map(str::to_owned)).unwrap_or_default();
    facts.package(Package {
        licenses: Some(model.license.trim()).filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect(),
        vendor: Some(model.organization.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        confidence,
        ..Package::new(PackageKind::Generic, name, version)
    });
    Ok(())
}

/// The version in a file's name: `v0.1` of `Mixtral-8x7B-v0.1-KQ2`.
fn version_in(name: &str) -> Option<&str> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    name.split('-').skip(1).find(|part| part.strip_prefix('v').is_some_and(|rest| rest.split('.').all(is_number)))
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

    /// Steps over a value.
    fn skip(&mut self, kind: u32) -> Result<(), Unreadable> {
        const MOST_DEPTH: usize = 16;
        // How many values of the open arrays are left, and of which type; the innermost array last.
        let mut open = vec![(kind, 1_u64)];
        while let Some((kind, left)) = open.last_mut() {
            let kind = *kind;
            match left.checked_sub(1) {
                None => drop(open.pop()),
                // Each takes eight bytes at least, so this ends with the file.
                Some(rest) if kind == TEXT => {
                    *left = rest;
                    self.text()?;
                }
                Some(rest) if kind == ARRAY => {
                    *left = rest;
                    if open.len() > MOST_DEPTH {
                        return Err(Unreadable::limit(format!("arrays nested deeper than {MOST_DEPTH} levels")));
                    }
                    open.push((self.u32()?, self.u64()?));
                }
                Some(_) => {
                    self.take(width(kind)?.saturating_mul(*left))?;
                    *left = 0;
                }
            }
        }
        Ok(())
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
    use model::ImagePath;

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

    fn check(path: &str, pairs: &[(&str, &str)], expected: &str) {
        testing::check(&ANALYZER, path, file(pairs), expected);
    }

    #[test]
    fn keys_say_what_it_is() {
        testing::check(&ANALYZER, "srv/m.gguf", named(), "Tiny-Model v1.0 [apache-2.0]");
    }

    // The names are examples of the specification's.
    #[test]
    fn what_keys_do_not_say_the_file_name_does() {
        let name = [("general.name", "Mixtral 8x7B")];
        check("srv/Mixtral-8x7B-v0.1-KQ2.gguf", &name, "Mixtral-8x7B v0.1");
        check("srv/Hermes-2-Pro-Llama-3-8B-F16.gguf", &name, "Mixtral-8x7B");
        check("srv/Hermes-2-Pro-Llama-3-8B-F16.gguf", &[], "Hermes-2-Pro-Llama-3-8B-F16");
        check("srv/.gguf", &[], "gap: unsupported");
    }

    #[test]
    fn only_the_first_of_several_files_is_listed() {
        check("srv/Grok-100B-v1.0-Q4_0-00001-of-00009.gguf", &[("general.name", "Grok")], "Grok v1.0");
        check("srv/Grok-100B-v1.0-Q4_0-00003-of-00009.gguf", &[], "");
    }

    #[test]
    fn arrays_may_lie_in_arrays() {
        let nested = |inner: &[u8]| {
            let mut content = [&b"GGUF\x03\0\0\0"[..], &0_u64.to_le_bytes(), &2_u64.to_le_bytes()].concat();
            content.extend([text("a"), vec![9, 0, 0, 0], inner.to_vec()].concat());
            content.extend([text("general.name"), vec![8, 0, 0, 0], text("b")].concat());
            content
        };
        // Two arrays: of two bytes, and of one text.
        let bytes = [&[0, 0, 0, 0][..], &2_u64.to_le_bytes(), &[1, 2]].concat();
        let texts = [&[8, 0, 0, 0][..], &1_u64.to_le_bytes(), &text("x")].concat();
        let inner = [&[9, 0, 0, 0][..], &2_u64.to_le_bytes(), &bytes, &texts].concat();
        testing::check(&ANALYZER, "m.gguf", nested(&inner), "b");
        let bottomless = [&[9, 0, 0, 0][..], &1_u64.to_le_bytes()].concat().repeat(20);
        testing::check(&ANALYZER, "m.gguf", nested(&bottomless), "gap: limit-hit");
    }

    #[test]
    fn the_beginning_of_a_file_is_enough() {
        let (budget, path) = (model::Budget::default(), ImagePath::from("m.gguf"));
        let keys = [("general.name", "Tiny"), ("general.license", "mit"), ("tokenizer.ggml.model", "gpt2")];
        let content = file(&keys);
        let read = |bytes: usize| {
            let mut facts = Facts::new(ANALYZER.id(), path.clone(), &budget);
            let meta = model::Meta { size: 5 << 30, mode: 0o644 };
            let outcome = analyze(&File { path: &path, meta, content: &content[..bytes], budget: &budget }, &mut facts);
            (facts.into_parts().0.len(), outcome.err().map(|why| why.kind.name()))
        };
        assert_eq!(read(content.len()), (1, None));
        assert_eq!(read(content.len() - 10), (1, None), "what breaks off is beyond what names the model");
        assert_eq!(read(100), (0, Some("corrupt")));
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
