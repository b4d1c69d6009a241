//! Erlang, Elixir and Gleam: applications that are installed, and what Mix, Rebar and Gleam have locked.

mod gleam_manifest;
mod mix_lock;
mod otp_app;
mod rebar_lock;

use model::Analyzer;

use crate::syntax::terms::Dialect;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] =
    &[gleam_manifest::ANALYZER, mix_lock::ANALYZER, otp_app::ANALYZER, rebar_lock::ANALYZER];

/// Terms of Erlang (Erlang Reference Manual, "Data Types"). A quoted atom is a text.
const ERLANG: Dialect = Dialect { comment: "%", blocks: &[], quotes: &["\"", "'"], raw: &[], word: "@", marks: "" };
