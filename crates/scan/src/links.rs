//! The symbolic links of a filesystem under construction, and where a path leads that goes through them.

use model::ImagePath;

use crate::keys::{KeyMap, PathKeys};

/// Symbolic links followed in one path, as Linux does.
const IN_ONE_PATH: u32 = 40;

/// Links followed in one image. An honest one has as many entries below links, at most; then links are left alone.
const IN_ALL: u32 = 4_000_000;

/// Symbolic links by their paths.
#[derive(Default)]
pub(crate) struct Links {
    keys: PathKeys,
    targets: KeyMap<Vec<u8>>,
    followed: u32,
    /// Entries of one folder follow each other, so the last folder's answer is kept.
    last: Option<Folder>,
}

/// A folder, and where it really is if that is somewhere else.
struct Folder {
    path: Vec<u8>,
    resolved: Option<Vec<u8>>,
}

impl Links {
    pub(crate) fn insert(&mut self, path: &[u8], target: &[u8]) {
        self.targets.insert(self.keys.key(path), target.to_vec());
        self.last = None;
    }

    pub(crate) fn remove(&mut self, path: &[u8]) {
        if !self.targets.is_empty() && self.targets.remove(&self.keys.key(path)).is_some() {
            self.last = None;
        }
    }

    /// The path with every link in its folders followed; none when there are none. A link at the path itself stays.
    pub(crate) fn resolve(&mut self, path: &[u8]) -> Option<Vec<u8>> {
        let folder = parent(path);
        if self.targets.is_empty() || folder.is_empty() {
            return None;
        }
        if self.last.as_ref().is_none_or(|last| last.path != folder) {
            self.last = Some(Folder { path: folder.to_vec(), resolved: self.follow(folder) });
        }
        let resolved = self.last.as_ref()?.resolved.as_deref()?;
        Some(ImagePath::new(&[resolved, &b"/"[..], &path[folder.len() + 1..]].concat()).as_bytes().to_vec())
    }

    /// The path with every link followed, also one at the path itself.
    pub(crate) fn target(&mut self, path: &[u8]) -> Vec<u8> {
        self.follow(path).unwrap_or_else(|| path.to_vec())
    }

    fn follow(&mut self, folder: &[u8]) -> Option<Vec<u8>> {
        let mut path = folder.to_vec();
        for followed in 0..=IN_ONE_PATH {
            let Some((end, target)) = self.first_link(&path) else {
                return (followed > 0).then_some(path);
            };
            let rest = &path[end..];
            let next = if target.starts_with(b"/") {
                [target, rest].concat()
            } else {
                [parent(&path[..end]), b"/", target, rest].concat()
            };
            path = ImagePath::new(&next).as_bytes().to_vec();
            self.followed += 1;
            if self.followed > IN_ALL {
                break;
            }
        }
        // A circle leads nowhere; the path is left as it was written.
        None
    }

    /// The first component of the path that is a link: where it ends, and its target.
    fn first_link(&self, path: &[u8]) -> Option<(usize, &[u8])> {
        if self.followed > IN_ALL {
            return None;
        }
        let slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        slashes.chain([path.len()]).find_map(|end| {
            let target = self.targets.get(&self.keys.key(&path[..end]))?;
            Some((end, &**target))
        })
    }
}

/// Everything before the last component; empty in the root.
pub(crate) fn parent(path: &[u8]) -> &[u8] {
    path.iter().rposition(|&byte| byte == b'/').map_or(b"", |slash| &path[..slash])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `links` are `path->target`, apart by spaces.
    fn check(links: &str, path: &str, expected: Option<&str>) {
        let mut all = Links::default();
        for link in links.split_whitespace() {
            let (path, target) = link.split_once("->").unwrap();
            all.insert(path.as_bytes(), target.as_bytes());
        }
        let resolved = all.resolve(path.as_bytes()).map(|path| String::from_utf8(path).unwrap());
        assert_eq!(resolved.as_deref(), expected, "{path} with {links}");
    }

    // What `realpath -m` says of the folder, in a filesystem with these links.
    #[test]
    fn folders_are_followed_and_the_last_component_is_not() {
        check("lib->usr/lib", "lib/x", Some("usr/lib/x"));
        check("lib->/usr/lib", "lib/a/x", Some("usr/lib/a/x"));
        check("a/b->../c d->a/b", "d/x", Some("c/x"));
        check("lib->usr/lib", "lib", None);
        check("lib->usr/lib", "libx/y", None);
        check("a->../../../etc", "a/passwd", Some("etc/passwd"));
        check("", "a/b", None);
    }

    #[test]
    fn circles_lead_nowhere() {
        check("a->b b->a", "a/x", None);
        check("a->a/a", "a/x", None);
    }

    #[test]
    fn a_target_is_behind_the_last_link_too() {
        let mut links = Links::default();
        links.insert(b"a/b", b"../c");
        links.insert(b"c", b"/d");
        assert_eq!(links.target(b"a/b"), b"d");
        assert_eq!(links.target(b"a/b/x"), b"d/x");
        assert_eq!(links.target(b"a/x"), b"a/x");
    }

    #[test]
    fn a_link_that_is_gone_is_not_followed() {
        let mut links = Links::default();
        links.insert(b"a", b"b");
        assert_eq!(links.resolve(b"a/x"), Some(b"b/x".to_vec()));
        links.remove(b"a");
        assert_eq!(links.resolve(b"a/x"), None);
    }
}
