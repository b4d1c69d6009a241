//! Bytes to secrets: kinds as data, one pass over the text, and what to do about what was found.

pub mod allow;
mod analyzer;
mod assignment;
mod decode;
#[cfg(test)]
mod examples;
mod find;
mod judge;
mod mask;
mod noise;
mod notes;
mod rule;
mod structure;
mod texts;
pub mod verify;

pub use analyzer::{ANALYZER, LARGEST_BINARY};
pub use assignment::FileKind;
pub use find::{Secret, secrets, secrets_of};
pub use judge::Judge;
pub use mask::mask;
pub use noise::set_aside;
pub use rule::kind::{KINDS, Kind, Needs};
pub use rule::own::{Added, Fault, add_rules};
pub use texts::{Text, keep_texts, text, texts};
