//! Inputs of several texts in one: sections between lines of three dashes, so that seeds are files that people can read.

/// The sections of an input; those that it does not have are empty.
pub fn sections<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut all = split(data);
    std::array::from_fn(|_| all.next().unwrap_or_default())
}

/// All sections of an input.
pub fn split(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    const LINE: &[u8] = b"\n---\n";
    let mut rest = Some(data);
    std::iter::from_fn(move || {
        let here = rest?;
        let end = here.windows(LINE.len()).position(|window| window == LINE);
        rest = end.map(|end| &here[end + LINE.len()..]);
        Some(&here[..end.unwrap_or(here.len())])
    })
}
