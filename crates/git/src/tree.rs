//! Trees: the names in a folder, each with what it is and its object.

use crate::Id;

/// An entry of a tree.
pub(crate) struct Entry<'a> {
    pub(crate) kind: Kind,
    pub(crate) name: &'a [u8],
    pub(crate) id: Id,
}

/// What an entry is, by its mode (gitformat-index(5), and fsck for those of old).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Folder,
    File {
        executable: bool,
    },
    Link,
    /// A commit of another repository.
    Submodule,
    /// None that git writes.
    Unknown,
}

/// The entries of a tree, each `MODE NAME`, a zero and twenty bytes. The last item says where they break off.
pub(crate) fn entries(mut rest: &[u8]) -> impl Iterator<Item = Option<Entry<'_>>> {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let entry = entry(rest);
        rest = entry.as_ref().map_or(&[], |(_, after)| after);
        Some(entry.map(|(entry, _)| entry))
    })
}

fn entry(text: &[u8]) -> Option<(Entry<'_>, &[u8])> {
    let space = text.iter().take(8).position(|&byte| byte == b' ')?;
    let (mode, rest) = (&text[..space], &text[space + 1..]);
    let end = rest.iter().position(|&byte| byte == 0)?;
    let (id, after) = rest[end + 1..].split_first_chunk::<20>()?;
    let kind = match mode {
        b"40000" | b"040000" => Kind::Folder,
        b"120000" => Kind::Link,
        b"160000" => Kind::Submodule,
        b"100755" => Kind::File { executable: true },
        _ if mode.starts_with(b"100") => Kind::File { executable: false },
        _ => Kind::Unknown,
    };
    Some((Entry { kind, name: &rest[..end], id: Id(*id) }, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_a_mode_a_name_and_an_id() {
        let id = [b' '; 20];
        let tree = [b"100644 a b\0".as_slice(), &id, b"40000 src\0", &id, b"160000 lib\0", &[0; 20]].concat();
        let told: Vec<_> = entries(&tree)
            .map(|entry| entry.map(|entry| (entry.kind, String::from_utf8_lossy(entry.name).into_owned())))
            .collect();
        let file = Kind::File { executable: false };
        let expected = [(file, "a b"), (Kind::Folder, "src"), (Kind::Submodule, "lib")];
        assert_eq!(told, expected.map(|(kind, name)| Some((kind, name.to_owned()))));
    }

    #[test]
    fn what_breaks_off_is_told_at_the_end() {
        let whole = [b"100644 a\0".as_slice(), &[1; 20]].concat();
        for length in 1..whole.len() {
            let tree = [&*whole, &whole[..length]].concat();
            let told: Vec<bool> = entries(&tree).map(|entry| entry.is_some()).collect();
            assert_eq!(told, [true, false], "{length}");
        }
    }
}
