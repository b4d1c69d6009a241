//! `ar` archives, as Debian's packages are (deb(5), "FORMAT"; the System V form of ar(5)): a header of 60 bytes before
//! each member, whose numbers are decimal text.

use std::ops::ControlFlow;

use model::{ImagePath, Meta, Unreadable};

use crate::{Costs, Entry, Visitor};

/// What every archive begins with.
pub(crate) const MAGIC: &[u8] = b"!<arch>\n";

pub(crate) fn walk(content: &[u8], costs: &Costs<'_>, visitor: &mut dyn Visitor) -> Result<(), Unreadable> {
    const HEADER: usize = 60;
    let mut rest = content.strip_prefix(MAGIC).ok_or_else(|| Unreadable::corrupt("not an ar archive"))?;
    while !rest.is_empty() {
        let at = content.len() - rest.len();
        let broken = || Unreadable::corrupt(format!("the ar archive breaks off at its byte {at}"));
        let (header, behind) = rest.split_at_checked(HEADER).ok_or_else(broken)?;
        if !header.ends_with(b"`\n") {
            return Err(Unreadable::corrupt(format!("the header at byte {at} of the ar archive has no end")));
        }
        let size = std::str::from_utf8(&header[48..58]).ok().and_then(|size| size.trim_ascii().parse::<usize>().ok());
        let (data, behind) = size.and_then(|size| behind.split_at_checked(size)).ok_or_else(broken)?;
        // Members begin at even bytes.
        rest = if data.len() % 2 == 1 { behind.get(1..).unwrap_or_default() } else { behind };
        costs.spend(Costs::ENTRY)?;
        let name = header[..16].trim_ascii_end();
        let path = ImagePath::new(name.strip_suffix(b"/").unwrap_or(name));
        let meta = Meta { size: data.len() as u64, mode: 0o644 };
        if crate::lend(&Entry { path: &path, meta }, data, costs, visitor) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

/// Whether the bytes are such an archive.
pub(crate) fn is(content: &[u8]) -> bool {
    content.starts_with(MAGIC)
}
