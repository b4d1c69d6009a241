//! Bytes to secrets: kinds as data, one pass over the text.
#![doc = include_str!("../rules/README.md")]

#[cfg(test)]
mod examples;
mod find;
mod rule;
pub use find::{Secret, secrets};
pub use rule::kind::{KINDS, Kind, Needs, by_id};
