//! Go's templates (text/template) with the functions of Sprig and Helm, as Helm's charts are written in.
//!
//! From the bytes on: [`lexer`] finds words, [`parser`] makes [`syntax`] of them, [`machine`] runs that over values
//! ([`datum`]) with [`functions`], and [`text`] remembers which line of which file everything written comes from.
//!
//! - What is random, is made new for every release or is the time of the day is *unknown*: a value that is there and goes
//!   through functions as one that nobody knows. In texts it is the character [`datum::UNKNOWN`].
//! - Everything costs steps. Who has spent them, nests or writes too much ends with a [`machine::Failure`]. Nothing reads a
//!   file, a clock or a network.
//! - Messages never repeat values, since they may be secret.

pub mod datum;
mod functions;
mod lexer;
pub mod machine;
mod parser;
mod print;
mod syntax;
#[cfg(test)]
mod tests;
pub mod text;
pub mod yaml;
