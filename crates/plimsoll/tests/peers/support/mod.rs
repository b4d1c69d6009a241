//! What the tests stand on. Whatever is not there is said, once for each test that wants it.

mod corpus;
mod engine;
mod program;
mod registry;
mod tools;

use std::{env, thread};

pub use corpus::{Image, image, images};
pub use engine::Engine;
pub use program::{Report, advisories, program, report, run};
pub use registry::{PASSWORD, Registry, USER};
pub use tools::{Tool, tool};

/// Says that a test is left out. Where everything has to be there, that is a failure.
pub fn skip(why: &str) {
    let thread = thread::current();
    let test = thread.name().unwrap_or("a test");
    assert!(
        env::var_os("PLIMSOLL_PEERS_REQUIRED").is_none(),
        "{test} cannot run, because {why}, and PLIMSOLL_PEERS_REQUIRED is set"
    );
    eprintln!("skipped: {test}, because {why}");
}
