//! What models are called where they do not say it themselves.

use model::ImagePath;

use crate::listing::is_word;

/// A text as a name: without spaces at its ends, and with dashes for others; none if it cannot be one.
pub(super) fn word(text: &str) -> Option<String> {
    Some(text.trim().replace(char::is_whitespace, "-")).filter(|word| is_word(word))
}

/// The file's name without its ending; empty where it is no text.
pub(super) fn file_name(path: &ImagePath) -> &str {
    let name = std::str::from_utf8(path.name()).unwrap_or_default();
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The file's name, or that of its folder where tools always give the file the same one.
pub(super) fn name(path: &ImagePath) -> Option<String> {
    const ALWAYS: &[&str] =
        &["model", "pytorch_model", "diffusion_pytorch_model", "adapter_model", "model_quantized", "consolidated"];
    let file = file_name(path);
    let stem = file.find("-00001-of-").map_or(file, |part| &file[..part]);
    if !ALWAYS.contains(&stem.strip_suffix(".fp16").unwrap_or(stem)) {
        return word(stem);
    }
    let mut folders = std::str::from_utf8(path.parent()).ok()?.rsplit('/');
    // Folders within a model, as tools lay them out.
    folders.find(|folder| !["onnx", "snapshots"].contains(folder)).and_then(word)
}

/// Whether a file's name says that it goes on with what another began: `Grok-100B-v1.0-Q4_0-00003-of-00009`.
pub(super) fn is_later_part(name: &str) -> bool {
    let is_number = |text: &str| text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = name.rsplit('-');
    let (Some(total), Some("of"), Some(part)) = (parts.next(), parts.next(), parts.next()) else { return false };
    is_number(total) && is_number(part) && part != "00001"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_names_what_is_always_called_the_same() {
        for (path, expected) in [
            ("srv/bge-small/model.safetensors", Some("bge-small")),
            ("srv/bge-small/onnx/model.onnx", Some("bge-small")),
            ("srv/sd/unet/diffusion_pytorch_model.fp16.safetensors", Some("unet")),
            ("srv/llama/model-00001-of-00004.safetensors", Some("llama")),
            ("srv/yolov8n.onnx", Some("yolov8n")),
            ("model.onnx", None),
        ] {
            assert_eq!(name(&path.into()).as_deref(), expected, "{path}");
        }
    }
}
