//! Commits and annotated tags: what they point to, who made them, and when.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::Id;

/// Who put something into a repository, for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commit {
    /// Its name, forty hexadecimal digits.
    pub id: String,
    /// Who wrote it: `Name <address>`.
    pub author: String,
    /// When it was written (RFC 3339), in the author's time.
    pub date: Option<String>,
}

impl Commit {
    /// As the head of a commit or a tag says.
    pub(crate) fn read(id: Id, object: &[u8]) -> Self {
        let who = header(object, b"author").or_else(|| header(object, b"tagger")).unwrap_or_default();
        let end = who.iter().rposition(|&byte| byte == b'>').map_or(0, |end| end + 1);
        let author = String::from_utf8_lossy(&who[..end]).into_owned();
        Self { id: id.to_string(), author, date: date(&who[end..]) }
    }
}

/// What a commit is made of.
pub(crate) struct Links {
    pub(crate) tree: Id,
    pub(crate) parents: Vec<Id>,
    /// When it was committed, in seconds since 1970; zero when it says nothing that makes sense.
    pub(crate) time: i64,
}

impl Links {
    pub(crate) fn read(commit: &[u8]) -> Option<Self> {
        let tree = Id::from_hex(commit.strip_prefix(b"tree ")?.get(..40)?)?;
        let parents = headers(commit).filter_map(|line| Id::from_hex(line.strip_prefix(b"parent ")?)).collect();
        let committer = header(commit, b"committer").unwrap_or_default();
        let end = committer.iter().rposition(|&byte| byte == b'>').map_or(0, |end| end + 1);
        Some(Self { tree, parents, time: seconds(&committer[end..]).unwrap_or(0) })
    }
}

/// The object that a tag names.
pub(crate) fn tagged(tag: &[u8]) -> Option<Id> {
    Id::from_hex(header(tag, b"object")?)
}

/// What people wrote, after the first empty line.
pub(crate) fn message(object: &[u8]) -> &[u8] {
    let at = object.windows(2).position(|ends| ends == b"\n\n").map_or(object.len(), |at| at + 2);
    &object[at..]
}

/// The lines before the first empty one.
fn headers(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    object.split(|&byte| byte == b'\n').take_while(|line| !line.is_empty())
}

fn header<'a>(object: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    headers(object).find_map(|line| line.strip_prefix(name)?.strip_prefix(b" "))
}

/// The first of `SECONDS ZONE`.
fn seconds(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.split_ascii_whitespace().next()?.parse().ok()
}

/// `SECONDS +HHMM` as a date.
fn date(text: &[u8]) -> Option<String> {
    let time = Timestamp::from_second(seconds(text)?).ok()?;
    let zone = std::str::from_utf8(text).ok()?.split_ascii_whitespace().nth(1).and_then(offset);
    let zone = zone.unwrap_or(Offset::UTC);
    Some(time.display_with_offset(zone).to_string())
}

fn offset(text: &str) -> Option<Offset> {
    let digits = text.strip_prefix(['+', '-']).filter(|rest| rest.len() == 4)?;
    let (hours, minutes): (i32, i32) = (digits.get(..2)?.parse().ok()?, digits.get(2..)?.parse().ok()?);
    let seconds = hours * 3600 + minutes * 60;
    Offset::from_seconds(if text.starts_with('-') { -seconds } else { seconds }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: Id = Id([0xAB; 20]);

    fn check(who: &str, author: &str, date: Option<&str>) {
        let commit = format!("tree {ID}\nauthor {who}\ncommitter X <x> 0 +0000\n\nauthor no <no> 1 +0000\n");
        let read = Commit::read(ID, commit.as_bytes());
        assert_eq!((&*read.author, read.date.as_deref()), (author, date), "{who}");
    }

    #[test]
    fn dates_are_in_the_authors_time() {
        // By `date --date=@1112911993 --rfc-3339=seconds` with TZ set.
        check("A U Thor <a@b.c> 1112911993 -0700", "A U Thor <a@b.c>", Some("2005-04-07T15:13:13-07:00"));
        check("A <a> 0 +0530", "A <a>", Some("1970-01-01T05:30:00+05:30"));
    }

    #[test]
    fn dates_without_sense_are_none() {
        check("A <a> 99999999999999999999 +0000", "A <a>", None);
        check("A <a> 9999999999999999 +0000", "A <a>", None);
        check("A <a> x", "A <a>", None);
        check("A <a> 0 +9999", "A <a>", Some("1970-01-01T00:00:00+00:00"));
        check("nobody", "", None);
    }

    #[test]
    fn links_are_read_from_the_head() {
        let commit = format!("tree {ID}\nparent {ID}\nparent {ID}\ncommitter A <a> 7 +0000\n\nparent {ID}\n");
        let links = Links::read(commit.as_bytes()).unwrap();
        assert_eq!((links.parents.len(), links.time), (2, 7));
        assert!(Links::read(b"parent").is_none());
        assert_eq!(message(commit.as_bytes()), format!("parent {ID}\n").as_bytes());
        assert_eq!(message(b"tree"), b"");
        assert_eq!(tagged(format!("object {ID}\ntype commit\n").as_bytes()), Some(ID));
    }
}
