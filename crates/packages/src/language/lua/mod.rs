//! Lua: what LuaRocks has installed and locked.

mod luarocks_lock;
mod rockspec;

use model::Analyzer;

use crate::syntax::terms::Dialect;

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[luarocks_lock::ANALYZER, rockspec::ANALYZER];

/// Lua's literals (Lua Reference Manual, "Lexical Conventions").
const LUA: Dialect = Dialect {
    comment: "--",
    blocks: &[("--[[", "]]"), ("--[=[", "]=]")],
    quotes: &["\"", "'"],
    raw: &[("[[", "]]"), ("[=[", "]=]"), ("[==[", "]==]")],
    word: "",
    marks: "=.",
};
