//! Tar archives: [`header`] says what an entry is, the walk here goes from entry to entry. Layers of images, which mean
//! something by certain names, are walked elsewhere.

pub mod header;

use std::io::Read;

use model::{ImagePath, Meta, Unreadable};

use crate::stream::{Flow, Stream};
use crate::{Costs, Entry, Visitor};
use header::{EXTENSION_BYTES, Header, Kind, Overrides, UNIT};

/// Whether the bytes begin with a tar header.
pub(crate) fn is(head: &[u8]) -> bool {
    head.first_chunk::<UNIT>().is_some_and(|unit| Header::parse(unit).is_ok())
}

/// Shows every regular file. Links and devices are passed over: nothing is ever read from where they lead.
pub(crate) fn walk(reader: &mut dyn Read, costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    let mut stream = Stream::new(reader, costs);
    let mut overrides = Overrides::default();
    let mut raw = [0; UNIT];
    loop {
        let at = stream.offset();
        match stream.take(&mut raw)? {
            0 => return Ok(()),
            UNIT if raw.iter().all(|&byte| byte == 0) => return Ok(()),
            UNIT => {}
            _ => return Err(stream.cut_off()),
        }
        let corrupt = |why| Unreadable::corrupt(format!("the tar header at byte {at} is not valid: {why}"));
        let header = Header::parse(&raw).map_err(corrupt)?;
        if header.is_extension() {
            if header.size > EXTENSION_BYTES {
                return Err(corrupt("an extended header is longer than a megabyte"));
            }
            let content = stream.bytes(header.size, Vec::new())?;
            overrides.add(header.kind, &content).map_err(corrupt)?;
            stream.skip(header.size.next_multiple_of(UNIT as u64) - header.size)?;
            continue;
        }
        let member = header.member(std::mem::take(&mut overrides));
        let mut map_goes_on = header.sparse_map_goes_on();
        while map_goes_on {
            let mut unit = [0; UNIT];
            if stream.take(&mut unit)? < UNIT {
                return Err(stream.cut_off());
            }
            map_goes_on = header::sparse_map_goes_on(&unit);
        }
        let padded = member.stored.checked_next_multiple_of(UNIT as u64);
        let padded = padded.ok_or_else(|| corrupt("its size is absurd"))?;
        let path = ImagePath::new(&member.path);
        if !matches!(member.kind, Kind::File | Kind::Sparse) || path.as_bytes().is_empty() {
            stream.skip(padded)?;
            continue;
        }
        let entry = Entry { path: &path, meta: Meta { size: member.stored, mode: header.mode } };
        if member.sparse {
            if visitor.enter(&entry) != crate::Interest::None {
                visitor.gap(&path, Unreadable::unsupported("stored as a sparse file, which is not read"));
            }
            stream.skip(padded)?;
            continue;
        }
        if stream.show(&entry, visitor)? == Flow::Enough {
            return Ok(());
        }
        stream.skip(padded - member.stored)?;
    }
}
