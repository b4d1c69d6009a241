//! What the targets share: a bound on memory, seeds to begin with, and writers of the formats that chance does not find.

pub mod analysis;
pub mod archives;
pub mod configuration;
pub mod feeds;
pub mod files;
pub mod folder;
pub mod go;
pub mod inventories;
pub mod memory;
pub mod rpm;
pub mod sections;
pub mod seeds;
pub mod tar;
pub mod walk;
pub mod zip;
