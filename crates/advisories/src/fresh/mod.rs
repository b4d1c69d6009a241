//! Local copies of remote files, kept up to date: what is due is asked for, from the first source that answers, several
//! files at once; what does not come whole and right does not replace what is there.
//!
//! No network and no clock in here: a [`Remote`] is whatever can be asked for a path (a [`Folder`] is one), and the time
//! comes in with the [`Terms`]. The copies lie in one folder under the paths that they have at the remote, with a
//! [`Ledger`] beside them. Several processes may share the folder, and it may be one that cannot be written to.

mod asked;
mod check;
mod checksum;
mod claim;
mod copy;
mod draft;
mod folder;
mod ledger;
mod remote;
#[cfg(test)]
mod tests;
mod update;
mod wanted;

pub use check::zip;
pub use checksum::{Checksum, ChecksumError};
pub use folder::Folder;
pub use ledger::{Ledger, Record};
pub use remote::{Answer, Remote, Source, Tag, Trouble};
pub use update::{Outcome, Terms, Update, Watch, update};
pub use wanted::{Check, Wanted};
