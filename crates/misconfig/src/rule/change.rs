//! What mends a resource, where that is mechanical: data, which the writer of each language ([`crate::fix`]) puts in place.

use serde::{Deserialize, Serialize};

/// A change that makes a resource pass.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum Change<'a> {
    /// The attribute at these keys, seen from where the rule looks, is to be this.
    Set(#[serde(borrow)] Vec<&'a str>, To<'a>),
    /// The instruction of a Dockerfile gets this name.
    Rename(&'a str),
    /// Each of these commands gets this flag.
    Flag {
        /// The program and what it is to do: `apt-get install`.
        command: &'a str,
        /// The flag.
        flag: &'a str,
    },
    /// This is run at the end of the instruction.
    Then(&'a str),
    /// This instruction is added to the last stage, after what changes its files.
    Add(&'a str),
}

/// What an attribute is to be.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub enum To<'a> {
    /// A scalar.
    One(&'a str),
    /// A list that has these.
    List(#[serde(borrow)] Vec<&'a str>),
}
