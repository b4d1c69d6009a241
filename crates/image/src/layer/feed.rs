//! The walk's end of the channel: decoded bytes, in order, lent out of the blocks they came in.

use crossbeam_channel::{Receiver, Sender};

use super::block::Block;
use super::room::Room;

/// The bytes ended, or broke off; the decoder knows why.
#[derive(Debug)]
pub(crate) struct Ended;

/// Decoded bytes of a layer, read once from front to back.
pub(crate) struct Feed<'a> {
    incoming: Receiver<Block>,
    spent: Sender<Block>,
    room: &'a Room,
    block: Block,
    at: usize,
    offset: u64,
    assembled: Vec<u8>,
}

impl<'a> Feed<'a> {
    pub(crate) fn new(incoming: Receiver<Block>, spent: Sender<Block>, room: &'a Room) -> Self {
        Self { incoming, spent, room, block: Block::empty(), at: 0, offset: 0, assembled: Vec::new() }
    }

    /// How many bytes have been taken or skipped.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Fills `out`. Returns how many bytes there were: fewer only at the end.
    pub(crate) fn take(&mut self, out: &mut [u8]) -> usize {
        let mut filled = 0;
        while filled < out.len() {
            let here = &self.block[self.at..];
            if here.is_empty() {
                if self.advance().is_err() {
                    break;
                }
                continue;
            }
            let count = here.len().min(out.len() - filled);
            out[filled..filled + count].copy_from_slice(&here[..count]);
            filled += count;
            self.consume(count);
        }
        filled
    }

    /// Passes over `count` bytes without touching them.
    pub(crate) fn skip(&mut self, mut count: u64) -> Result<(), Ended> {
        while count > 0 {
            let here = self.block.len() - self.at;
            if here == 0 {
                self.advance()?;
                continue;
            }
            let step = usize::try_from(count).map_or(here, |count| count.min(here));
            self.consume(step);
            count -= step as u64;
        }
        Ok(())
    }

    /// Lends the next `count` bytes to `look`, straight out of their block where they lie in one, else put together
    /// within the memory that there is room for.
    pub(crate) fn lend<T>(&mut self, count: usize, look: impl FnOnce(&[u8]) -> T) -> Result<T, Ended> {
        if self.at == self.block.len() && count > 0 {
            self.advance()?;
        }
        if self.block.len() - self.at >= count {
            let result = look(&self.block[self.at..self.at + count]);
            self.consume(count);
            return Ok(result);
        }
        let _loan = self.room.borrow(count as u64);
        let mut assembled = std::mem::take(&mut self.assembled);
        assembled.clear();
        // A size that lies must not bring us down: then the bytes end long before the memory.
        let _ = assembled.try_reserve_exact(count);
        while assembled.len() < count {
            let here = &self.block[self.at..];
            if here.is_empty() {
                self.advance()?;
                continue;
            }
            let step = here.len().min(count - assembled.len());
            assembled.extend_from_slice(&here[..step]);
            self.consume(step);
        }
        let result = look(&assembled);
        // A large buffer goes back to the system with its loan, a small one is kept for the next file.
        if assembled.capacity() <= super::block::BLOCK_BYTES {
            self.assembled = assembled;
        }
        Ok(result)
    }

    /// Shows the next `count` bytes, or as many as there are, without taking them.
    pub(crate) fn peek(&mut self, count: usize) -> &[u8] {
        while self.block.len() - self.at < count {
            // Rare: the bytes lie in two blocks, which are put together into one.
            let Ok(next) = self.incoming.recv() else { break };
            self.block = Block::joined(&self.block[self.at..], &next);
            self.at = 0;
            let _ = self.spent.try_send(next);
        }
        let here = &self.block[self.at..];
        &here[..here.len().min(count)]
    }

    /// Passes over all that is left, so that the decoder can finish.
    pub(crate) fn drain(&mut self) {
        while self.advance().is_ok() {
            self.consume(self.block.len());
        }
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
        self.offset += count as u64;
    }

    fn advance(&mut self) -> Result<(), Ended> {
        let next = self.incoming.recv().map_err(|_| Ended)?;
        let spent = std::mem::replace(&mut self.block, next);
        self.at = 0;
        // The decoder may be done and gone; then nobody needs the block.
        let _ = self.spent.try_send(spent);
        Ok(())
    }
}
