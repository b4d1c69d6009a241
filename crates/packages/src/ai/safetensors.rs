//! `*.safetensors`, models of Hugging Face's libraries and others (safetensors, "Format"; Stability AI, "Model Metadata
//! Standard").
//!
//! The file begins with the length of a JSON text and the text itself, which lists the tensors. Under `__metadata__` it may
//! say more: the title, the author and the licence (`modelspec.title` and its like), or the name that a trainer gave it
//! (`ss_output_name`). Where there is no name, the file's counts, or its folder's if the file is called `model` as most
//! are; then confidence is low. The format has no place for a version.
//!
//! Of a model in several files (`-00002-of-00004`) only the first is listed. No more than the first 16 MiB of a file are
//! read; a list of tensors that is longer is a gap. Weights are not looked at.

use model::{Analyzer, Confidence, Facts, File, Key, Package, PackageKind, Unreadable};

use super::naming::{file_name, is_later_part, name, word};
use crate::syntax::json::{self, Text};

/// A model: [the module](self).
pub const ANALYZER: Analyzer = Analyzer {
    name: "safetensors",
    version: 1,
    files: &[Key::Extension("safetensors").any().first(16 << 20)],
    analyze,
};

json::object! {
    struct Header<'a> {
        "__metadata__" => metadata: Metadata<'a>,
    }
}

json::object! {
    struct Metadata<'a> {
        "modelspec.title" => title: Text<'a>,
        "modelspec.author" => author: Text<'a>,
        "modelspec.license" => license: Text<'a>,
        "license" => plain_license: Text<'a>,
        "ss_output_name" => trained: Text<'a>,
    }
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let metadata = json::parse::<Header<'_>>(header(file)?)?.metadata;
    if is_later_part(file_name(file.path)) {
        return Ok(());
    }
    let told = [metadata.title.get(), metadata.trained.get()].into_iter().find_map(word);
    let confidence = if told.is_some() { Confidence::Medium } else { Confidence::Low };
    let Some(name) = told.or_else(|| name(file.path)) else {
        return Err(Unreadable::unsupported("a model without a name"));
    };
    let text = |text: &Text<'_>| Some(text.get().trim().to_owned()).filter(|text| !text.is_empty());
    facts.package(Package {
        licenses: text(&metadata.license).or_else(|| text(&metadata.plain_license)).into_iter().collect(),
        vendor: text(&metadata.author),
        confidence,
        ..Package::new(PackageKind::Generic, name, "")
    });
    Ok(())
}

/// The JSON text at the front.
fn header<'a>(file: &File<'a>) -> Result<&'a [u8], Unreadable> {
    /// What the format allows.
    const LONGEST: u64 = 100_000_000;
    let (length, rest) =
        file.content.split_first_chunk().ok_or_else(|| Unreadable::corrupt("shorter than the length of its header"))?;
    let length = u64::from_le_bytes(*length);
    if length == 0 || length > LONGEST || length > file.meta.size.saturating_sub(8) {
        let size = file.meta.size;
        return Err(Unreadable::corrupt(format!("a header of {length} bytes in a file of {size} bytes")));
    }
    let header = usize::try_from(length).ok().and_then(|length| rest.get(..length));
    let header = header.ok_or_else(|| Unreadable::limit(format!("a header of {length} bytes")))?;
    if header[0] != b'{' {
        return Err(Unreadable::corrupt("the header is no JSON object"));
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, survives, wants};

    fn file(header: &str) -> Vec<u8> {
        [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &[0; 8]].concat()
    }

    fn check(path: &str, header: &str, expected: &str) {
        testing::check(&ANALYZER, path, file(header), expected);
    }

    // Written from the documentation of the format and of the metadata.
    const NAMED: &str = r#"{"__metadata__":{"format":"pt","modelspec.title":"Tiny Diffusion","modelspec.author":"Somebody",
        "modelspec.license":"Apache-2.0"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}   "#;
    const PLAIN: &str = r#"{"__metadata__":{"format":"pt"},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#;

    #[test]
    fn metadata_or_the_path_names_the_model() {
        check("srv/a.safetensors", NAMED, "Tiny-Diffusion [Apache-2.0]");
        check("srv/lora.safetensors", r#"{"__metadata__":{"ss_output_name":"my-lora"}}"#, "my-lora");
        check("srv/bert/model.safetensors", PLAIN, "bert");
        check("srv/bert/model-00001-of-00002.safetensors", PLAIN, "bert");
        check("srv/bert/model-00002-of-00002.safetensors", PLAIN, "");
        check("model.safetensors", PLAIN, "gap: unsupported");
    }

    #[test]
    fn headers_that_lie_are_gaps() {
        testing::check(&ANALYZER, "a.safetensors", b"\x10\0\0", "gap: corrupt");
        testing::check(&ANALYZER, "a.safetensors", [0; 16], "gap: corrupt");
        testing::check(&ANALYZER, "a.safetensors", b"\xff\0\0\0\0\0\0\0{}", "gap: corrupt");
        check("a.safetensors", "[]", "gap: corrupt");
        check("a.safetensors", "{\"a\":", "gap: corrupt");
    }

    #[test]
    fn the_extension_tells() {
        assert!(wants(&ANALYZER, "srv/model.safetensors"));
        assert!(!wants(&ANALYZER, "srv/model.safetensors.index.json"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "a.safetensors", &[&file(NAMED)]);
    }
}
