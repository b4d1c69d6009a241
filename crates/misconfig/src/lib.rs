//! Misconfiguration: configuration files become resources, and rules say what is wrong with them.
//!
//! A format (`docker/`, `kubernetes/`, `terraform/` …) turns files into [`Resource`]s, whose bodies are trees of [`Node`]s
//! with lines. A rule knows one kind of resource and looks at its tree, whatever format it came from.

mod resource;
pub mod terraform;
mod value;

pub use resource::{Resource, Target};
pub use value::{Node, Span, Value};
