//! What the user's rules make of facts and findings: what is set aside, and which gates fail.
//!
//! Invariant: reads no file and asks no clock; both come in as values.

pub mod baseline;
pub mod compliance;
pub mod file;
pub mod gate;
pub mod glob;
pub mod ignores;
pub mod license;
pub mod scope;
pub mod subject;
pub mod until;

#[cfg(test)]
mod samples;
