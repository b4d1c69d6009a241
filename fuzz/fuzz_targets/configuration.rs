//! Files of configuration in every format that stands for itself: the first byte says at which of the known paths the rest is
//! one. It is read and judged, and what is found stands on lines that the file has.

#![no_main]

use harness::{configuration, memory, seeds};
use libfuzzer_sys::fuzz_target;
use misconfig::{Target, detect, host, judge, reader};
use model::ImagePath;

/// More than any input of the engine's size needs.
const MOST: usize = 600 << 20;

fuzz_target!(init: begin(), |data: &[u8]| {
    let Some((choice, content)) = data.split_first() else { return };
    let (path, _) = configuration::FILES[usize::from(*choice) % configuration::FILES.len()];
    memory::within(MOST, || read(path, content));
});

fn read(path: &str, content: &[u8]) -> usize {
    let path = ImagePath::from(path);
    let Some(target) = detect::language(&path, content) else { return 0 };
    let content = host::redacted(&path, content);
    let reading = match (target, reader(target)) {
        (Target::Host, _) => host::read_at(&path, &content, 0),
        (_, Some(read)) => read(&content, 0),
        (_, None) => return 0,
    };
    let lines = content.iter().filter(|byte| **byte == b'\n').count() + 1;
    for failure in judge::judge(&reading.resources).failures {
        assert!(failure.cause.span.first as usize <= lines, "{failure:?}");
    }
    reading.resources.len()
}

fn begin() {
    for (path, text) in configuration::FILES {
        assert!(read(path, text.as_bytes()) > 0, "nobody understands the file {path} of fuzz/src/configuration.rs");
    }
    let choice = |index: usize| u8::try_from(index).expect("there are fewer files");
    let seed = |(index, (_, text)): (usize, &(&str, &str))| [&[choice(index)][..], text.as_bytes()].concat();
    seeds::plant(configuration::FILES.iter().enumerate().map(seed));
}
