//! What declared licences mean: from the spellings of package managers and people to SPDX expressions (SPDX specification
//! 2.3, Annex D, "SPDX license expressions"), and what those ask for.
//!
//! The one place for it: bills of materials write what is read here, policies judge it. What a licence is called and what
//! it asks for are tables below `rules/`, packed when this crate is built.
//!
//! Invariant: reads no file and knows no package manager. What is not understood is kept as it stands.

mod class;
mod expression;
mod gnu;
mod key;
mod names;

pub use class::{Lists, Verdict, meaning, of_license};
pub use expression::{Expression, License, Name};
