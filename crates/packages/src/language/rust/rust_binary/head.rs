//! Whether the beginning of a file can be that of a Rust program. Nothing in it names Rust, but Rust's standard library
//! keeps what it knows of a thread in thread-local storage, which few other programs have of their own.

use memchr::memmem;
use model::Meta;

use super::audit_data::SECTION;
use crate::executable::head::{self, Directory, Elf, THREAD_LOCAL};

/// Judges by the headers of the executable formats.
pub(super) fn may_be_rust(meta: &Meta, head: &[u8]) -> bool {
    // The standard library alone is larger.
    const SMALLEST: u64 = 64 << 10;
    if meta.size < SMALLEST {
        return false;
    }
    match head {
        [0x7f, b'E', b'L', b'F', ..] => elf(head).unwrap_or(meta.is_executable()),
        [b'M', b'Z', ..] => pe(head),
        _ if head::is_mach_o(head) => {
            !head::mach_o_is_complete(head) || names(head, "__thread_vars") || names(head, SECTION)
        }
        _ => head::is_universal(head),
    }
}

/// None where the beginning does not tell. One word without a value is how Go's programs use threads.
fn elf(head: &[u8]) -> Option<bool> {
    let elf = Elf::new(head)?;
    if !elf.is_linked() {
        return Some(false);
    }
    for program in elf.programs() {
        let program = program?;
        if program.kind == THREAD_LOCAL {
            return Some(program.in_file > 0 || program.in_memory > elf.word() as u64);
        }
    }
    Some(false)
}

/// The names of sections are in the beginning.
fn pe(head: &[u8]) -> bool {
    const THREADS: usize = 9;
    names(head, SECTION) || matches!(head::pe_directory(head, THREADS), Directory::Present | Directory::Unknown)
}

fn names(head: &[u8], section: &str) -> bool {
    memmem::find(head, section.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::executable::head::tests::{elf_file, pe_file};

    fn check(head: &[u8], expected: bool) {
        assert_eq!(may_be_rust(&Meta { size: 1 << 20, mode: 0o644 }, head), expected, "{head:?}");
        assert!(!may_be_rust(&Meta { size: 1 << 10, mode: 0o755 }, head), "too small");
    }

    #[test]
    fn threads_tell() {
        check(&elf_file(3, &[(3, b"/lib/ld.so", 10), (7, b"initialized", 80)]), true);
        check(&elf_file(3, &[(7, b"", 80)]), true);
        check(&elf_file(3, &[(3, b"/lib/ld.so", 10)]), false);
        check(&elf_file(2, &[(7, b"", 8)]), false);
        check(&elf_file(1, &[(7, b"initialized", 80)]), false);
        check(&pe_file(9), true);
        check(&pe_file(2), false);
        check(&[&*pe_file(2), b".dep-v0\0"].concat(), true);
        check(&[b"\xcf\xfa\xed\xfe".as_slice(), &[0; 100], b"__thread_vars"].concat(), true);
        check(&[b"\xcf\xfa\xed\xfe".as_slice(), &[0; 100]].concat(), false);
        check(b"#!/bin/sh\n", false);
    }
}
