//! `*.onnx`, models of many frameworks (ONNX, "Open Neural Network Exchange Intermediate Representation", message
//! `ModelProto`).
//!
//! The format has a version of the model but no name for it, so the file's counts, or its folder's if the file is called
//! `model`; confidence is low. The licence and the author are in the metadata (`license`, `model_license`, `author`,
//! `model_author`). That stands behind the graph, and so do weights: of a file that is larger than 16 MiB it is not seen.
//!
//! Models without a version are listed without one.

use model::{Analyzer, Confidence, Facts, File, Key, Package, PackageKind, Unreadable};

use super::naming::name;

/// A model: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "onnx", version: 1, files: &[Key::Extension("onnx").any().first(16 << 20)], analyze };

/// Numbers of fields, in `ModelProto` and `StringStringEntryProto`.
const IR_VERSION: u64 = 1;
const MODEL_VERSION: u64 = 5;
const METADATA: u64 = 14;
const KEY: u64 = 1;
const VALUE: u64 = 2;

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let (mut ir_version, mut version) = (0, 0);
    let (mut license, mut author) = (None, None);
    let mut message = Message(file.content);
    loop {
        match message.next() {
            Ok(None) => break,
            Ok(Some((IR_VERSION, Value::Number(number)))) => ir_version = number,
            Ok(Some((MODEL_VERSION, Value::Number(number)))) => version = number,
            Ok(Some((METADATA, Value::Bytes(entry)))) => match pair(entry) {
                Some(("license" | "model_license", text)) => license = Some(text),
                Some(("author" | "model_author", text)) => author = Some(text),
                _ => {}
            },
            Ok(Some(_)) => {}
            // The graph goes on behind what is read.
            Err(_) if !file.is_whole() && ir_version > 0 => break,
            Err(broken) => return Err(broken),
        }
    }
    if ir_version == 0 {
        return Err(Unreadable::corrupt("no ONNX model: it does not say which version of the format it has"));
    }
    let Some(name) = name(file.path) else { return Err(Unreadable::unsupported("a model without a name")) };
    let text = |text: Option<&str>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    // Versions are signed numbers, and zero is none.
    let version = i64::try_from(version).ok().filter(|version| *version > 0);
    facts.package(Package {
        licenses: text(license).into_iter().collect(),
        vendor: text(author),
        confidence: Confidence::Low,
        ..Package::new(PackageKind::Generic, name, version.map_or_else(String::new, |version| version.to_string()))
    });
    Ok(())
}

/// A key and its value; none if they are no texts.
fn pair(entry: &[u8]) -> Option<(&str, &str)> {
    let (mut key, mut value) = (None, None);
    let mut message = Message(entry);
    while let Ok(Some((field, content))) = message.next() {
        match (field, content) {
            (KEY, Value::Bytes(text)) => key = std::str::from_utf8(text).ok(),
            (VALUE, Value::Bytes(text)) => value = std::str::from_utf8(text).ok(),
            _ => {}
        }
    }
    key.zip(value)
}

/// What is left of a message (Protocol Buffers, "Encoding").
struct Message<'a>(&'a [u8]);

enum Value<'a> {
    Number(u64),
    Bytes(&'a [u8]),
    Other,
}

impl<'a> Message<'a> {
    /// The next field's number and value.
    fn next(&mut self) -> Result<Option<(u64, Value<'a>)>, Unreadable> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.number()?;
        let value = match tag & 7 {
            0 => Value::Number(self.number()?),
            1 => self.take(8).map(|_| Value::Other)?,
            2 => {
                let length = self.number()?;
                Value::Bytes(self.take(length)?)
            }
            5 => self.take(4).map(|_| Value::Other)?,
            kind => return Err(Unreadable::corrupt(format!("no ONNX model: a field of type {kind}"))),
        };
        Ok(Some((tag >> 3, value)))
    }

    /// Seven bits in each byte, the lowest first.
    fn number(&mut self) -> Result<u64, Unreadable> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Unreadable::corrupt("no ONNX model: a number of more than 64 bits"))
    }

    fn take(&mut self, length: u64) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = usize::try_from(length)
            .ok()
            .and_then(|length| self.0.split_at_checked(length))
            .ok_or_else(|| Unreadable::corrupt("the model breaks off"))?;
        self.0 = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use model::{Budget, ImagePath, Meta};

    use super::*;
    use crate::testing::{self, survives, wants};

    fn bytes(field: u8, content: &[u8]) -> Vec<u8> {
        [&[field << 3 | 2, u8::try_from(content.len()).unwrap()], content].concat()
    }

    fn entry(key: &str, value: &str) -> Vec<u8> {
        bytes(14, &[bytes(1, key.as_bytes()), bytes(2, value.as_bytes())].concat())
    }

    /// Version 8 of the format, a producer, version 300 of the model, a graph, a set of operators, and the metadata.
    fn model(metadata: &[Vec<u8>]) -> Vec<u8> {
        let front = [vec![8, 8], bytes(2, b"pytorch"), vec![5 << 3, 0xac, 2], bytes(7, b"graph"), bytes(8, &[16, 17])];
        [front.concat(), metadata.concat()].concat()
    }

    #[test]
    fn fields_and_the_path_say_what_it_is() {
        let metadata = [entry("model_license", "MIT"), entry("author", "Somebody"), entry("stride", "32")];
        testing::check(&ANALYZER, "srv/yolov8n.onnx", model(&metadata), "yolov8n 300 [MIT]");
        testing::check(&ANALYZER, "srv/bge-small/onnx/model.onnx", [8, 8], "bge-small");
        testing::check(&ANALYZER, "model.onnx", [8, 8], "gap: unsupported");
    }

    #[test]
    fn the_beginning_of_a_file_is_enough() {
        let (budget, path, content) = (Budget::default(), ImagePath::from("a.onnx"), model(&[]));
        let read = |size| {
            let mut facts = Facts::new(ANALYZER.id(), path.clone(), &budget);
            let file = File { path: &path, meta: Meta { size, mode: 0o644 }, content: &content[..18], budget: &budget };
            let outcome = analyze(&file, &mut facts);
            (facts.into_parts().0.len(), outcome.err().map(|why| why.kind.name()))
        };
        assert_eq!(read(1 << 30), (1, None));
        assert_eq!(read(18), (0, Some("corrupt")), "there is no more of it");
    }

    #[test]
    fn broken_files_are_gaps() {
        for content in ["", "text, not a model", "\u{8}", "\u{12}\u{7f}a"] {
            testing::check(&ANALYZER, "a.onnx", content, "gap: corrupt");
        }
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, "srv/model.onnx"));
        assert!(!wants(&ANALYZER, "srv/model.onnx.data"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.onnx", &[&model(&[entry("license", "MIT")])]);
    }
}
