//! Every analyzer of packages: the first byte says at which of the known paths the rest is a file.

#![no_main]

use std::sync::LazyLock;

use harness::{analysis, files};
use libfuzzer_sys::fuzz_target;

static PATHS: LazyLock<Vec<&str>> = LazyLock::new(|| files::files().into_iter().map(|(path, _)| path).collect());

fuzz_target!(init: begin(), |data: &[u8]| {
    let Some((choice, content)) = data.split_first() else { return };
    analysis::read(PATHS[usize::from(*choice) % PATHS.len()], content);
});

fn begin() {
    files::check();
    let choice = |index: usize| u8::try_from(index).expect("there are fewer paths");
    let seed = |(index, (_, content)): (usize, (_, Vec<u8>))| [&[choice(index)][..], &content].concat();
    harness::seeds::plant(files::files().into_iter().enumerate().map(seed));
}
