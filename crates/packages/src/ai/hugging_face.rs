//! Models in the cache of Hugging Face's libraries (huggingface_hub documentation, "Understand caching"), by the file
//! `models--OWNER--NAME/refs/BRANCH`, which names the commit that was fetched.
//!
//! The files themselves lie beside it under the names of their hashes, so nothing else tells that they are models. Models
//! without an owner, such as `models--gpt2`, have their name alone. Data sets and spaces are not listed, and licences are
//! not seen.

use model::{Analyzer, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;

/// A model that was fetched: [the module](self).
pub const ANALYZER: Analyzer =
    Analyzer { name: "hugging-face", version: 1, files: &[Key::In("refs").when(is_a_models)], analyze };

fn is_a_models(path: &ImagePath) -> bool {
    model(path).is_some()
}

/// The folder's part behind `models--`.
fn model(path: &ImagePath) -> Option<&str> {
    let folder = path.parent().strip_suffix(b"/refs")?;
    let name = folder.rsplit(|&byte| byte == b'/').next()?;
    std::str::from_utf8(name.strip_prefix(b"models--")?).ok()
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let commit = file.content.trim_ascii();
    let is_commit = commit.len() == 40 && commit.iter().all(u8::is_ascii_hexdigit);
    let commit = std::str::from_utf8(commit).ok().filter(|_| is_commit);
    let commit = commit.ok_or_else(|| Unreadable::corrupt("it names no commit"))?;
    let name = model(file.path).unwrap_or_default().replacen("--", "/", 1);
    if is_word(&name) {
        facts.package(Package::new(PackageKind::HuggingFace, name, commit.to_ascii_lowercase()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const COMMIT: &str = "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a";

    #[test]
    fn the_folder_names_the_model_and_the_file_its_commit() {
        let at = |name: &str| format!("root/.cache/huggingface/hub/models--{name}/refs/main");
        check(&ANALYZER, &at("BAAI--bge-small-en-v1.5"), COMMIT, &format!("BAAI/bge-small-en-v1.5 {COMMIT}"));
        check(&ANALYZER, &at("gpt2"), format!("{COMMIT}\n"), &format!("gpt2 {COMMIT}"));
        check(&ANALYZER, &at("gpt2"), "main", "gap: corrupt");
    }

    #[test]
    fn only_models_are_wanted() {
        assert!(wants(&ANALYZER, "hub/models--a--b/refs/main"));
        assert!(wants(&ANALYZER, "models--a--b/refs/v1.0"));
        assert!(!wants(&ANALYZER, "hub/datasets--a--b/refs/main"));
        assert!(!wants(&ANALYZER, "srv/.git/refs/main"));
        assert!(!wants(&ANALYZER, "hub/models--a--b/snapshots/main"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&ANALYZER, "models--a--b/refs/main", &[COMMIT.as_bytes()]);
    }
}
