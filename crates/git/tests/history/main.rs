//! Histories that the program git made, sound and damaged ones. Without it nothing is tested here, and that is said.

#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may panic")]

mod damaged;
mod sound;
mod support;
