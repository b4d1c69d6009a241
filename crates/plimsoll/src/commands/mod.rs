//! One file per group of commands.

pub mod compare;
pub mod compliance;
pub mod config;
pub mod config_file;
pub mod convert;
pub mod db;
pub mod diff;
pub mod explain;
pub mod fix;
pub mod formats;
pub mod install;
pub mod itself;
pub mod judge;
pub mod manual;
pub mod open;
pub mod pin;
pub mod policy;
pub mod sbom;
pub mod scan;
pub mod secrets;
pub mod vex;
