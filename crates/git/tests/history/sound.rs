//! Which versions are read: all that a reference leads to, each once, from its oldest commit.

use git::{History, Layout};
use model::Budget;

use super::support::{Read, Repository};

#[test]
fn each_version_is_read_once_from_its_oldest_commit() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1", "lib/b=2"]);
    let second = it.commit(&["a=3"]);
    // Moved, copied, and back to what it was: nothing new.
    it.commit(&["-lib/b", "c/d/b=2", "copy=3", "a=1"]);
    let fourth = it.commit(&["a=4", "-copy"]);
    let expected = [(&*first, "a=1"), (&*first, "lib/b=2*"), (&*second, "a=3"), (&*fourth, "a=4*")];
    it.read().check(&expected);
    // Also when all of it lies in a pack, made from each other.
    it.git("gc --quiet --aggressive --prune=now");
    it.read().check(&expected);
}

#[test]
fn all_references_are_followed() {
    let Some(mut it) = Repository::new() else { return };
    let base = it.commit(&["a=1"]);
    it.git("checkout --quiet -b side");
    let side = it.commit(&["side=2"]);
    it.git("checkout --quiet main");
    let main = it.commit(&["main=3"]);
    // A merge that brings something of its own.
    it.git("merge --quiet --no-commit --no-ff side");
    let merge = it.commit(&["evil=4"]);
    it.git("branch --quiet -D side");
    // What only a tag holds, a light one and an annotated one.
    it.git("checkout --quiet --detach");
    let light = it.commit(&["light=5"]);
    it.git("tag light");
    let heavy = it.commit(&["heavy=6"]);
    it.git("tag --annotate --message text heavy");
    it.git("checkout --quiet --detach main");
    // What a remote has, and what is only checked out.
    let remote = it.commit(&["remote=7"]);
    it.git(&format!("update-ref refs/remotes/origin/topic {remote}"));
    it.git("checkout --quiet --detach main");
    let detached = it.commit(&["detached=8"]);
    let expected = [
        (&*base, "a=1*"),
        (&side, "side=2*"),
        (&main, "main=3*"),
        (&merge, "evil=4*"),
        (&light, "light=5"),
        (&heavy, "heavy=6"),
        (&remote, "remote=7"),
        (&detached, "detached=8*"),
    ];
    it.read().check(&expected);
    it.git("pack-refs --all");
    it.read().check(&expected);
}

#[test]
fn what_is_read_twice_is_the_same_twice() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1", "b=2", "c=3", "d=4", "e=5", "f=6"]);
    it.git("checkout --quiet --detach");
    let tagged = it.commit(&["g=7", "h=8"]);
    it.git("tag larger");
    it.git("checkout --quiet main");
    let last = it.commit(&["i=9"]);
    it.git("gc --quiet --aggressive --prune=now");
    // The tree of what is checked out is made from the larger one, and remembered after the first look.
    let tree = it.git("rev-parse HEAD^{tree}");
    assert!(
        it.git("cat-file --batch-all-objects --batch-check=%(objectname)_%(deltabase)")
            .lines()
            .any(|line| { line.starts_with(&tree) && !line.ends_with(&"0".repeat(40)) })
    );
    let versions = it.read();
    assert_eq!(versions.versions.len(), 9);
    for (commit, text) in [(&first, "f=6*"), (&tagged, "h=8"), (&last, "i=9*")] {
        assert!(versions.versions.contains(&format!("{} {text}", &commit[..7])), "{versions:?}");
    }
    assert_eq!(versions.gaps, Vec::<String>::new());
}

#[test]
fn every_stash_is_read() {
    let Some(mut it) = Repository::new() else { return };
    it.commit(&["a=1"]);
    for content in ["2", "3"] {
        it.wait();
        it.write("a", content);
        it.git("stash --quiet");
    }
    let versions: Vec<String> = it.read().versions.iter().map(|version| version[8..].to_owned()).collect();
    assert_eq!(versions, ["a=1*", "a=2", "a=3"]);
}

#[test]
fn a_packed_reference_that_has_moved_is_not_followed() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    it.git("checkout --quiet -b side");
    it.commit(&["a=2"]);
    it.git("pack-refs --all");
    it.git(&format!("reset --quiet --hard {first}"));
    it.git("reflog expire --expire=now --all");
    it.git("prune --expire=now");
    it.read().check(&[(&first, "a=1*")]);
}

#[test]
fn bare_repositories_and_second_working_trees_are_repositories() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    it.git("clone --quiet --bare . bare.git");
    Read::of(&it.path("bare.git"), &Budget::default()).check(&[(&first, "a=1*")]);
    it.git("worktree add --quiet other -b other");
    let layout = Layout::of(&it.path("other")).unwrap();
    assert!(layout.tree && layout.git != layout.common);
    Read::of(&it.path("other"), &Budget::default()).check(&[(&first, "a=1*")]);
    assert_eq!(Layout::of(&it.path("other/nothing")), None);
}

#[test]
fn what_another_working_tree_has_checked_out_is_read() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    it.git("worktree add --quiet --detach .git/other");
    it.write(".git/other/a", "2");
    it.git("-C .git/other commit --quiet --all --message x");
    let second = it.git("-C .git/other rev-parse HEAD");
    it.read().check(&[(&first, "a=1*"), (&second, "a=2")]);
}

#[test]
fn references_to_files_and_folders_are_followed() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    it.write("b", "2");
    let blob = it.git("hash-object -w b");
    it.git(&format!("tag --annotate --message text file {blob}"));
    std::fs::remove_file(it.path("b")).unwrap();
    let tag = it.git("rev-parse refs/tags/file");
    it.read().check(&[(&first, "a=1*"), (&tag, "=2")]);
}

#[test]
fn messages_of_commits_and_tags_are_read() {
    let Some(mut it) = Repository::new() else { return };
    let first = it.commit(&["a=1"]);
    let second = it.commit(&["a=2"]);
    it.git("tag --annotate --message told first HEAD~1");
    it.git("tag light");
    let tag = it.git("rev-parse first");
    let expected = |it: &Read| {
        let tagged = format!("{} tag message: told", &tag[..7]);
        let committed = [(&first, 1), (&second, 2)];
        let mut all = committed.map(|(id, number)| format!("{} commit message: change {number}", &id[..7])).to_vec();
        all.push(tagged);
        assert_eq!(it.messages, all);
    };
    expected(&it.read());
    it.git("gc --quiet --aggressive --prune=now");
    expected(&it.read());
}

#[test]
fn commits_say_who_and_when() {
    let Some(mut it) = Repository::new() else { return };
    let id = it.commit(&["a=1"]);
    let layout = Layout::of(it.root()).unwrap();
    let history = History::read(&layout, &Budget::default(), 1, &|_| {});
    let commit = history.commit(0);
    assert_eq!((commit.id, &*commit.author), (id, "A U Thor <a@example.com>"));
    // 1,500,003,600 seconds: `TZ=XXX-2 date -d @1500003600 +%FT%T`.
    assert_eq!(commit.date.as_deref(), Some("2017-07-14T05:40:00+02:00"));
    assert_eq!((history.commits(), history.versions, history.bytes), (1, 1, 1));
}

#[test]
fn an_empty_repository_has_no_history() {
    let Some(it) = Repository::new() else { return };
    it.read().check(&[]);
}
