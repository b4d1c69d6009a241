//! RPM package files (RPM, `docs/manual/format_v4.md`): a lead of 96 bytes, a header of signatures, the package's header,
//! and the payload, which is a compressed cpio archive. What the headers say is for others to read.

/// The parts of a package.
pub struct Parts<'a> {
    /// The package's header behind its magic number: what the databases keep.
    pub header: &'a [u8],
    /// The files, compressed.
    pub payload: &'a [u8],
}

const LEAD: usize = 96;
const HEADER_MAGIC: &[u8] = &[0x8e, 0xad, 0xe8, 1];

/// Whether the bytes are such a package.
pub fn is(content: &[u8]) -> bool {
    content.starts_with(&[0xed, 0xab, 0xee, 0xdb])
}

/// Takes a package apart; none where it is damaged.
pub fn parts(content: &[u8]) -> Option<Parts<'_>> {
    let behind = content.get(LEAD..).filter(|_| is(content))?;
    let (signatures, _) = header(behind)?;
    // The package's header begins at a multiple of eight bytes.
    let behind = behind.get((signatures.len() + 8).next_multiple_of(8)..)?;
    let (header, payload) = header(behind)?;
    Some(Parts { header, payload })
}

/// A header without its magic number, and what follows it.
fn header(content: &[u8]) -> Option<(&[u8], &[u8])> {
    const COUNTS: usize = 8;
    const ENTRY: usize = 16;
    let behind = content.strip_prefix(HEADER_MAGIC)?.get(4..)?;
    let count = |at: usize| usize::try_from(u32::from_be_bytes(*behind.get(at..)?.first_chunk()?)).ok();
    let length = count(0)?.checked_mul(ENTRY)?.checked_add(count(4)?)?.checked_add(COUNTS)?;
    behind.split_at_checked(length)
}
