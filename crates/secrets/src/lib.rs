//! Bytes to secrets: kinds as data, one pass over the text, and what to do about what was found.

pub mod allow;
mod analyzer;
#[cfg(test)]
mod examples;
mod find;
mod judge;
mod noise;
mod rule;

pub use analyzer::{ANALYZER, LARGEST_BINARY};
pub use find::secrets;
pub use judge::Judge;
pub use noise::place;
pub use rule::kind::{KINDS, Kind, Needs};
