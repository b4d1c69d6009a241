//! The syntaxes that many formats share: text, literals, JSON, property lists, SPDX, TOML, XML, YAML. What a document means
//! is for the formats to say.

pub(crate) mod json;
pub(crate) mod jsonc;
pub(crate) mod plist;
pub(crate) mod spdx;
pub(crate) mod terms;
pub(crate) mod text;
pub(crate) mod toml;
pub(crate) mod xml;
pub(crate) mod yaml;

use model::Unreadable;

/// A manifest or a lockfile, unless it is larger than any that people or package managers write: what it unfolds to
/// in memory is many times its size.
pub(crate) fn document(content: &[u8]) -> Result<&[u8], Unreadable> {
    const LARGEST: usize = 16 << 20;
    if content.len() > LARGEST {
        return Err(Unreadable::limit(format!("a text of {} bytes; more than {LARGEST} are not read", content.len())));
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurdly_large_documents_are_limits() {
        assert!(document(&[b' '; 100]).is_ok());
        assert_eq!(document(&vec![b' '; (16 << 20) + 1]).unwrap_err().kind.name(), "limit-hit");
    }
}
