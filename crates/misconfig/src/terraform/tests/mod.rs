//! The features of Terraform's language, each with what its documentation says that it comes to; a file for each family.

mod expressions;
mod formats;
mod hostile;
mod modules;
mod resources;
mod values;
