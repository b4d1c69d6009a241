//! What archives inside one file may cost, all together: bytes that are looked at, bytes held in memory, time.

use std::cell::Cell;
use std::io::{self, Read};

use model::{Budget, GapKind, Unreadable};

/// What is left for one file and all that is nested in it. Shared by the readers at every depth.
pub struct Costs<'b> {
    budget: &'b Budget,
    left: Cell<u64>,
    room: Cell<u64>,
    /// Why reading had to end, where a decoder could only say that it did.
    ended: Cell<Option<GapKind>>,
}

impl<'b> Costs<'b> {
    /// What an entry costs at least, so that a great many empty ones cost something.
    pub(crate) const ENTRY: u64 = 512;

    /// All that the budget gives to one file.
    pub fn new(budget: &'b Budget) -> Self {
        let (left, room) = (Cell::new(budget.nested_bytes), Cell::new(budget.file_bytes));
        Self { budget, left, room, ended: Cell::new(None) }
    }

    /// Whether nothing is left, so that nobody needs to begin with more.
    pub fn are_spent(&self) -> bool {
        self.ended.get().is_some()
    }

    /// Bytes that an entry may have to be held in memory.
    pub fn room(&self) -> u64 {
        self.room.get()
    }

    /// Bytes that may still be looked at.
    pub fn left(&self) -> u64 {
        self.left.get()
    }

    /// Takes away what was looked at. An error when that was the last.
    pub fn spend(&self, bytes: u64) -> Result<(), Unreadable> {
        let left = self.left.get().saturating_sub(bytes);
        self.left.set(left);
        if self.budget.expired() {
            self.ended.set(Some(GapKind::TimedOut));
        } else if left == 0 {
            self.ended.set(Some(GapKind::LimitHit));
        }
        self.ended.get().map_or(Ok(()), |kind| Err(ended(kind)))
    }

    /// Has `look` run while `bytes` are held in memory.
    pub(crate) fn hold<T>(&self, bytes: usize, look: impl FnOnce() -> T) -> T {
        let room = self.room.get();
        self.room.set(room.saturating_sub(bytes as u64));
        let result = look();
        self.room.set(room);
        result
    }

    /// Lends what is left to a reader that counts for itself.
    pub(crate) fn counted<T>(&self, read: impl FnOnce(&mut usize) -> T) -> Result<T, Unreadable> {
        let before = usize::try_from(self.left.get()).unwrap_or(usize::MAX);
        let mut left = before;
        let result = read(&mut left);
        self.spend((before - left) as u64)?;
        Ok(result)
    }

    /// Why a reader of [`Metered`] bytes failed.
    pub(crate) fn why(&self, error: &io::Error) -> Unreadable {
        match (self.ended.get(), error.kind()) {
            (Some(kind), _) => ended(kind),
            (None, io::ErrorKind::FileTooLarge) => Unreadable::limit(error.to_string()),
            (None, io::ErrorKind::OutOfMemory) => {
                Unreadable::limit(format!("unpacking it takes more memory than is given to archives: {error}"))
            }
            // The only way in which the Zstandard library tells it.
            (None, _) if error.to_string().contains("too much memory") => {
                Unreadable::limit(format!("unpacking it takes more memory than is given to archives: {error}"))
            }
            (None, _) => Unreadable::corrupt(format!("the compressed data are damaged: {error}")),
        }
    }
}

fn ended(kind: GapKind) -> Unreadable {
    let detail = if kind == GapKind::TimedOut {
        "the time was up before all of the archive was read; raise --timeout"
    } else {
        "what is packed in this file unfolds to more than the budget allows; the rest is not read; raise \
         --max-nested-bytes if you trust the image"
    };
    Unreadable { kind, detail: detail.into() }
}

/// Unpacked bytes, each of which costs something.
pub(crate) struct Metered<'c, 'b, R> {
    inner: R,
    costs: &'c Costs<'b>,
    unpacked: u64,
    /// Bytes that the whole may unpack to, by what it is packed in.
    most: u64,
}

impl<'c, 'b, R: Read> Metered<'c, 'b, R> {
    /// `stored` is the size of what the bytes are unpacked from.
    pub(crate) fn new(inner: R, stored: usize, costs: &'c Costs<'b>) -> Self {
        let most = (stored as u64).saturating_mul(costs.budget.ratio).max(Budget::RATIO_FREE_BYTES);
        Self { inner, costs, unpacked: 0, most }
    }
}

impl<R: Read> Read for Metered<'_, '_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.costs.are_spent() {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let read = self.inner.read(buffer)?;
        self.unpacked += read as u64;
        if self.unpacked > self.most {
            let detail = "it unpacks to far more than its size, as compression bombs do; raise --max-ratio if you \
                          trust the image";
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
        }
        self.costs.spend(read as u64).map_err(io::Error::other)?;
        Ok(read)
    }
}
