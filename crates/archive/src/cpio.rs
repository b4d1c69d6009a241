//! `cpio` archives in the "new ASCII" form, as the payload of RPM packages and initial RAM disks are (cpio(5), "New ASCII
//! Format"; RPM, `docs/manual/format_payload.md`): a header of 110 bytes before each entry, whose numbers are hexadecimal
//! text. RPM's own form for files of more than 4 GiB, which names files by their number, is not read.

use std::io::Read;

use model::{ImagePath, Meta, Unreadable};

use crate::stream::{Flow, Stream};
use crate::{Costs, Entry, Visitor};

const HEADER: usize = 110;

/// Names that are longer than any filesystem allows.
const LONGEST_NAME: usize = 64 << 10;

/// Whether the bytes begin with such a header.
pub(crate) fn is(head: &[u8]) -> bool {
    head.starts_with(b"070701") || head.starts_with(b"070702")
}

pub(crate) fn walk(reader: &mut dyn Read, costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    const TYPE: u32 = 0o170_000;
    const REGULAR: u32 = 0o100_000;
    let mut stream = Stream::new(reader, costs);
    loop {
        let mut header = [0; HEADER];
        let at = stream.offset();
        match stream.take(&mut header)? {
            0 => return Ok(()),
            HEADER if is(&header) => {}
            HEADER => {
                return Err(Unreadable::corrupt(format!("no header of an entry at byte {at} of the cpio archive")));
            }
            _ => return Err(stream.cut_off()),
        }
        let number = |index: usize| {
            let digits = std::str::from_utf8(&header[6 + 8 * index..][..8]).ok()?;
            u32::from_str_radix(digits, 16).ok().filter(|_| !digits.starts_with('+'))
        };
        let fields = number(1).zip(number(6)).zip(number(11));
        let Some(((mode, size), name_size)) = fields else {
            return Err(Unreadable::corrupt(format!("the header at byte {at} of the cpio archive holds no numbers")));
        };
        let name_size = usize::try_from(name_size).ok().filter(|size| (1..=LONGEST_NAME).contains(size));
        let name_size = name_size.ok_or_else(|| {
            Unreadable::corrupt(format!("the name of the entry at byte {at} of the cpio archive is absurdly long"))
        })?;
        // The header and the name are padded together to four bytes, and so is what follows.
        let mut name = vec![0; (HEADER + name_size).next_multiple_of(4) - HEADER];
        if stream.take(&mut name)? < name.len() {
            return Err(stream.cut_off());
        }
        let name = &name[..memchr::memchr(0, &name[..name_size]).unwrap_or(name_size)];
        if name == b"TRAILER!!!" {
            return Ok(());
        }
        costs.spend(Costs::ENTRY)?;
        let size = u64::from(size);
        let padding = size.next_multiple_of(4) - size;
        if mode & TYPE == REGULAR {
            let path = ImagePath::new(name);
            let entry = Entry { path: &path, meta: Meta { size, mode: mode & 0o7777 } };
            if stream.show(&entry, visitor)? == Flow::Enough {
                return Ok(());
            }
        } else {
            stream.skip(size)?;
        }
        stream.skip(padding)?;
    }
}
