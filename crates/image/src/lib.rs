//! From a name to the bytes of every file in an image: references, registries, daemons, archives, layouts and folders;
//! the decoding of layers and the walk over them.
//!
//! Invariant: knows nothing of what the files mean. Every byte that comes in is taken for hostile, and costs no more
//! than the budget allows.

mod deadline;
pub mod layer;
pub mod local;
pub mod manifest;
mod platform;
mod reference;
pub mod remote;
mod source;

pub use platform::{Platform, PlatformChoice};
pub use reference::{DEFAULT_REGISTRY, Reference};
pub use source::{Blob, BlobIdentity, Opened, Single, Source, SourceError, Stream, Streamed, Tree};
