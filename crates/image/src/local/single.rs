//! A file by itself, or what flows in from somewhere, as an image of one layer with one file.

use std::io::Read;
use std::path::Path;

use model::{Budget, GapKind, Image, ImagePath, Key, Layer, Meta, Origin};

use super::open_file;
use crate::layer::{Entry, EntryKind, Interest, LayerRead, Room, Visitor};
use crate::{Opened, Single, SourceError};

/// The file at `path`.
pub fn single(path: &Path) -> Result<Opened, SourceError> {
    let name = path.file_name().unwrap_or_default();
    let (name, reader) = (ImagePath::new(super::handle::bytes(name)), Box::new(open_file(path)?));
    Ok(stream(name, reader, "file", &path.display().to_string()))
}

/// What flows in, under a name by which analyzers know what it may be; `transport` and `reference` are how the report calls it.
pub fn stream(name: ImagePath, reader: Box<dyn Read + Send>, transport: &str, reference: &str) -> Opened {
    let origin = Origin { transport: transport.into(), reference: reference.into(), ..Origin::default() };
    let image = Image { origin, layers: vec![Layer::default()], ..Image::default() };
    Opened::Single(Box::new(Single { name, reader, image }))
}

/// Shows the file to `visitor`. Of a larger one than the budget allows it shows the beginning, and the rest is a gap.
pub fn read_single(single: &mut Single, budget: &Budget, room: &Room, visitor: &mut dyn Visitor) -> LayerRead {
    let path = &single.name;
    let _loan = room.borrow(budget.file_bytes);
    let mut content = Vec::new();
    if let Err(error) = (&mut single.reader).take(budget.file_bytes.saturating_add(1)).read_to_end(&mut content) {
        visitor.gap(path, GapKind::Unavailable, format!("it cannot be read to its end: {error}"));
    }
    if content.len() as u64 > budget.file_bytes {
        let limit = budget.file_bytes;
        let detail = format!("there is more than {limit} bytes, and the rest is left out; raise --max-file-bytes");
        visitor.gap(path, GapKind::LimitHit, detail);
        content.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    let bytes = content.len() as u64;
    let entry = Entry { path, kind: EntryKind::File, meta: Meta { size: bytes, mode: 0o644 } };
    let mut interest = visitor.enter(&entry);
    if interest == Interest::Head {
        interest = visitor.head(&entry, &content[..content.len().min(Key::HEAD_BYTES)]);
    }
    match interest {
        Interest::None => {}
        Interest::First(most) => {
            visitor.content(&entry, &content[..usize::try_from(most.min(bytes)).unwrap_or(usize::MAX)]);
        }
        Interest::Head | Interest::Whole => visitor.content(&entry, &content),
    }
    let mut read = LayerRead { bytes, ..LayerRead::default() };
    read.walked.files = 1;
    read.walked.entries = 1;
    read
}
