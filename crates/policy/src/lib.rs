//! What the user's rules make of facts: from an inventory to findings that depend on taste, and not on advisories.

pub mod license;
