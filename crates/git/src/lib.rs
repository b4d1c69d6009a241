//! Git repositories to the bytes of every version of every file, for whoever looks through their history.
//!
//! A repository that somebody else made is as hostile as an image. Nothing of it is executed: no hook, no filter, no line of
//! its configuration is even read, and nothing is fetched. What cannot be read is a gap.
//!
//! What lies where says gitrepository-layout(5), what the files hold gitformat-pack(5) and "Git Internals - Git Objects" in
//! the book "Pro Git".

mod commit;
#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
mod gaps;
mod history;
mod id;
mod layout;
mod objects;
mod refs;
mod tree;

pub use commit::Commit;
pub use history::{History, Version};
pub use id::Id;
pub use layout::Layout;
