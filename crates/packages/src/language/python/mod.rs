//! Python: what is installed in an environment, and what projects ask for.

mod archive;
mod installed;
mod lock;
mod normalize;
mod pdm_lock;
mod pipfile_lock;
mod poetry_lock;
mod pylock;
mod pyproject;
mod requirement;
mod requirements;
mod setup;
mod uv_lock;

use model::Analyzer;

pub(super) use normalize::normalize;
pub(super) use requirement::{pinned, split};

/// The formats, in alphabetical order.
pub(super) static ANALYZERS: &[Analyzer] = &[
    pdm_lock::ANALYZER,
    pipfile_lock::ANALYZER,
    poetry_lock::ANALYZER,
    pylock::ANALYZER,
    pyproject::ANALYZER,
    archive::ANALYZER,
    installed::ANALYZER,
    setup::ANALYZER,
    requirements::ANALYZER,
    uv_lock::ANALYZER,
];
