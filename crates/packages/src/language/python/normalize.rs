//! What Python's formats have in common.

/// The name as the index and the advisories write it: in lower case, with one `-` for every run of `-`, `_` and `.`
/// (PEP 503, "Normalized Names").
pub(in crate::language) fn normalize(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut separated = false;
    for character in name.chars() {
        if matches!(character, '-' | '_' | '.') {
            separated = true;
        } else {
            if separated {
                normal.push('-');
                separated = false;
            }
            normal.push(character.to_ascii_lowercase());
        }
    }
    if separated {
        normal.push('-');
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples are those of PEP 503's successor, the specification "Names and normalization".
    #[test]
    fn spellings_of_one_name_are_equal() {
        for name in
            ["friendly-bard", "Friendly-Bard", "FRIENDLY-BARD", "friendly.bard", "friendly_bard", "FrIeNdLy-._.-bArD"]
        {
            assert_eq!(normalize(name), "friendly-bard");
        }
    }
}
