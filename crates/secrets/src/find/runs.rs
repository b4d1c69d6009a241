//! Runs of characters of which tokens are made, found at the speed of memory: everything else is text that no kind of secret
//! needs a look at.

use std::ops::Range;

/// A shorter run is no token.
const SHORTEST: usize = 16;
const BLOCK: usize = 64;

/// Calls `visit` with every run of at least sixteen letters, digits, `_` and `-`, from left to right.
pub fn each(text: &[u8], mut visit: impl FnMut(Range<usize>)) {
    let mut carried = 0;
    let (blocks, rest) = text.as_chunks::<BLOCK>();
    for (index, block) in blocks.iter().enumerate() {
        carried = runs(mask(block), index * BLOCK, carried, &mut visit);
    }
    // As if the text went on with characters of no token.
    let mut last = [0; BLOCK];
    last[..rest.len()].copy_from_slice(rest);
    runs(mask(&last), blocks.len() * BLOCK, carried, &mut visit);
}

/// The runs that end in this block, which begins at `base` and continues a run of `carried` characters. How many characters
/// at its end may go on.
fn runs(mask: u64, base: usize, carried: usize, visit: &mut impl FnMut(Range<usize>)) -> usize {
    let head = mask.trailing_ones() as usize;
    if head == BLOCK {
        return carried + BLOCK;
    }
    if carried + head >= SHORTEST {
        visit(base - carried..base + head);
    }
    let tail = mask.leading_ones() as usize;
    let inner = mask & (u64::MAX << head) & (u64::MAX >> tail);
    // A bit is left where sixteen in a row begin.
    let mut long = inner & inner >> 1;
    long &= long >> 2;
    long &= long >> 4;
    long &= long >> 8;
    while long != 0 {
        let start = long.trailing_zeros() as usize;
        let length = (inner >> start).trailing_ones() as usize;
        visit(base + start..base + start + length);
        // An inner run is shorter than the block, so the shift is, too.
        long &= u64::MAX << (start + length);
    }
    tail
}

/// A bit for each character of a token. Written so that compilers make vector instructions of it.
#[expect(clippy::needless_bitwise_bool, reason = "a branch would keep the loop from becoming vector instructions")]
fn mask(block: &[u8; BLOCK]) -> u64 {
    let mut flags = [0_u8; BLOCK];
    for (flag, &byte) in flags.iter_mut().zip(block) {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        *flag = u8::from(letter | digit | (byte == b'_') | (byte == b'-'));
    }
    let mut mask = 0;
    for (index, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Each of the eight bytes is 0 or 1; the product gathers them in the highest byte, the first one lowest.
        let gathered = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= gathered << (index * 8);
    }
    mask
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn seen(text: &[u8]) -> Vec<Range<usize>> {
        let mut seen = Vec::new();
        each(text, |run| seen.push(run));
        seen
    }

    /// What the definition says, character by character.
    fn defined(text: &[u8]) -> Vec<Range<usize>> {
        let mut runs = Vec::new();
        let mut start = 0;
        for end in 0..=text.len() {
            let goes_on = text.get(end).is_some_and(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(byte));
            if !goes_on {
                runs.extend((end - start >= SHORTEST).then_some(start..end));
                start = end + 1;
            }
        }
        runs
    }

    #[test]
    fn runs_are_found_wherever_blocks_end() {
        for before in 0..130 {
            for length in [15, 16, 17, 63, 64, 65, 200] {
                let text = [b" ".repeat(before), b"a".repeat(length), b".".to_vec()].concat();
                let expected: Vec<_> = (length >= 16).then_some(before..before + length).into_iter().collect();
                assert_eq!(seen(&text), expected, "{length} after {before}");
            }
        }
    }

    proptest! {
        #[test]
        fn all_runs_are_found(text in proptest::collection::vec(prop_oneof![20 => Just(b'x'), 1 => any::<u8>()], 0..400)) {
            prop_assert_eq!(seen(&text), defined(&text));
        }
    }
}
