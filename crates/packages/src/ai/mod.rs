//! Models of machine learning that say in their files, or by their place, what they are.

mod gguf;
mod hugging_face;
mod naming;
mod onnx;
mod safetensors;

use model::Analyzer;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[gguf::ANALYZER, hugging_face::ANALYZER, onnx::ANALYZER, safetensors::ANALYZER];
