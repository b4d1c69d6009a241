//! A source during an update. One that does not answer is given up for the files that are left: forty files would wait
//! forty times for it.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::remote::{Source, Trouble};

/// After so many troubles in a row nobody asks a source for the files that are left.
const TROUBLES: u32 = 3;

/// A source, and how it does.
pub(super) struct Asked<'a> {
    pub(super) source: &'a Source,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    /// In a row.
    troubles: u32,
    last: String,
}

impl<'a> Asked<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self { source, health: Mutex::default() }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says why it is not worth asking.
    pub(super) fn check(&self) -> Result<(), String> {
        let health = self.health();
        if health.troubles < TROUBLES { Ok(()) } else { Err(format!("not asked any more ({})", health.last)) }
    }

    /// It has answered.
    pub(super) fn is_well(&self) {
        *self.health() = Health::default();
    }

    /// It has not; says why.
    pub(super) fn has(&self, trouble: &Trouble) -> String {
        let why = trouble.to_string();
        if let Trouble::Passing { after, .. } = trouble {
            let mut health = self.health();
            health.troubles = if after.is_some() { TROUBLES } else { health.troubles.saturating_add(1) };
            health.last.clone_from(&why);
        }
        why
    }
}
