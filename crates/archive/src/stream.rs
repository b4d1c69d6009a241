//! Unpacked bytes from front to back, out of which the formats without a directory lend their entries.

use std::io::{self, Read};
use std::ops::ControlFlow;

use model::{Key, Unreadable};

use crate::costs::Costs;
use crate::{Entry, Interest, Visitor};

/// Whether to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    On,
    Enough,
}

pub(crate) struct Stream<'r, 'c, 'b> {
    reader: &'r mut dyn Read,
    costs: &'c Costs<'b>,
    offset: u64,
}

impl<'r, 'c, 'b> Stream<'r, 'c, 'b> {
    pub(crate) fn new(reader: &'r mut dyn Read, costs: &'c Costs<'b>) -> Self {
        Self { reader, costs, offset: 0 }
    }

    /// How many bytes have been taken or skipped.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Fills `out`. Returns how many bytes there were: fewer only at the end.
    pub(crate) fn take(&mut self, out: &mut [u8]) -> Result<usize, Unreadable> {
        let mut filled = 0;
        while filled < out.len() {
            match self.reader.read(&mut out[filled..]) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.costs.why(&error)),
            }
        }
        self.offset += filled as u64;
        Ok(filled)
    }

    /// Passes over `count` bytes.
    pub(crate) fn skip(&mut self, count: u64) -> Result<(), Unreadable> {
        let copied = io::copy(&mut Read::take(&mut *self.reader, count), &mut io::sink());
        let copied = copied.map_err(|error| self.costs.why(&error))?;
        self.offset += copied;
        if copied < count { Err(self.cut_off()) } else { Ok(()) }
    }

    /// The next `count` bytes, of which nobody believes that they are there before they are.
    pub(crate) fn bytes(&mut self, count: u64, mut content: Vec<u8>) -> Result<Vec<u8>, Unreadable> {
        let before = content.len();
        let read = Read::take(&mut *self.reader, count).read_to_end(&mut content);
        read.map_err(|error| self.costs.why(&error))?;
        let read = (content.len() - before) as u64;
        self.offset += read;
        if read < count { Err(self.cut_off()) } else { Ok(content) }
    }

    /// Shows an entry whose content comes next, and passes over that.
    pub(crate) fn show(&mut self, entry: &Entry<'_>, visitor: &mut dyn Visitor) -> Result<Flow, Unreadable> {
        let size = entry.meta.size;
        let mut content = Vec::new();
        let mut interest = crate::enter(entry, visitor);
        if interest == Interest::Head {
            content = self.bytes(size.min(Key::HEAD_BYTES as u64), content)?;
            interest = if visitor.head(entry, &content) { Interest::Whole } else { Interest::None };
        }
        let rest = size - content.len() as u64;
        match interest {
            Interest::Whole if size > self.costs.room() => {
                visitor.gap(entry.path, too_large(size, self.costs));
                self.skip(rest)?;
            }
            Interest::Whole => {
                let content = self.bytes(rest, content)?;
                let costs = self.costs;
                if costs.hold(content.len(), || visitor.content(entry, &content, costs)) == ControlFlow::Break(()) {
                    return Ok(Flow::Enough);
                }
            }
            Interest::None | Interest::Head => self.skip(rest)?,
        }
        Ok(Flow::On)
    }

    pub(crate) fn cut_off(&self) -> Unreadable {
        Unreadable::corrupt(format!("the archive breaks off at byte {} of what it unpacks to", self.offset))
    }
}

/// An entry that cannot be held in memory.
pub(crate) fn too_large(size: u64, costs: &Costs<'_>) -> Unreadable {
    Unreadable::limit(format!(
        "the file has {size} bytes, more than the {} that there is room for inside archives; raise --max-file-bytes to see it",
        costs.room()
    ))
}
