//! Structure: what the parts of a text say about it, where a kind of secret has parts.

pub mod address;
