//! Advisory locks, so that two processes do not do the same work at once. Where a file system has none, the work is done
//! twice and the result is the same.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// Between two looks at a lock that somebody else holds.
const PAUSE: Duration = Duration::from_millis(20);

/// Held while a file is brought up to date. Given back by the system when the process dies.
pub(super) struct Claim {
    lock: Option<(File, PathBuf)>,
}

impl Claim {
    /// Waits until nobody else claims what lies at `place`, or for as long as `patience`.
    pub(super) fn on(place: &Path, patience: Duration) -> Self {
        let mut path = place.as_os_str().to_owned();
        path.push(SUFFIX);
        let path = PathBuf::from(path);
        Self { lock: lock(&path, patience).map(|file| (file, path)) }
    }
}

/// Ends the names of files that are locked as long as another is claimed.
pub(super) const SUFFIX: &str = ".claim";

impl Drop for Claim {
    fn drop(&mut self) {
        if let Some((file, path)) = self.lock.take() {
            // Whoever waits for the file that is removed here gets its lock next, and then finds the result.
            let _ = fs::remove_file(path);
            let _ = file.unlock();
        }
    }
}

/// A locked file. None where locks do not work, or patience ended.
pub(super) fn lock(path: &Path, patience: Duration) -> Option<File> {
    let file = File::options().create(true).truncate(false).write(true).open(path).ok()?;
    // The crate has no clock; pauses tell the time well enough.
    for _ in 0..=patience.as_millis() / PAUSE.as_millis() {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => thread::sleep(PAUSE),
            outcome => return outcome.ok().map(|()| file),
        }
    }
    None
}
