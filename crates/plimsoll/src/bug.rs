//! Faults of our own. A part that breaks down must not print what it was looking at, which an image chose, and must not
//! end the program without a word.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

use crate::exit::Exit;
use crate::failure::Failure;

/// Where something broke down last: a file of ours, and a line.
static LAST: Mutex<String> = Mutex::new(String::new());

/// From now on, a breakdown is noted by its place alone. Parts that can do without the broken one go on.
pub fn watch() {
    panic::set_hook(Box::new(|breakdown| {
        let place = breakdown.location().map(ToString::to_string).unwrap_or_default();
        tracing::warn!(place, "broke down");
        *LAST.lock().unwrap_or_else(PoisonError::into_inner) = place;
    }));
}

/// What `run` gives, or where it broke down.
pub fn catch(run: impl FnOnce() -> Result<Exit, Failure>) -> Result<Exit, Failure> {
    panic::catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|_| {
        let place = LAST.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Err(Failure::new(Exit::ScanFailed, anyhow::anyhow!("this is a fault in plimsoll, at {place}"))
            .remedy("please report it, with what you scanned"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breakdown_is_a_failure_that_names_the_place_and_not_the_bytes() {
        watch();
        let failure = catch(|| panic!("hostile \x1b[2J bytes")).unwrap_err();
        let _ = panic::take_hook();
        let mut text = Vec::new();
        failure.print(false, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(text.contains("bug.rs:") && !text.contains("hostile"), "{text}");
        assert_eq!(failure.exit(), Exit::ScanFailed);
    }
}
