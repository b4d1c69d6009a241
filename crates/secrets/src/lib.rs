//! Bytes to secrets: kinds as data, one pass over the text.
#![doc = include_str!("../rules/README.md")]

mod rule;
pub use rule::kind::{KINDS, Kind, Needs, by_id};
