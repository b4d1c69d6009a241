//! `plimsoll layers`: an image is built anew as the advice says, and has become smaller by what was promised.

use serde_json::Value;

use crate::support::{Folder, Image, Layer, debian};

const MEGABYTE: usize = 1_000_000;

fn content(megabytes: usize) -> String {
    "0123456789".repeat(megabytes * MEGABYTE / 10)
}

/// What a tar has for each file besides its content (header, and padding to a whole block), and at the end of each layer.
const BLOCKS: u64 = 1024;

fn base() -> Layer {
    Layer("ADD rootfs.tar / # buildkit", debian("12", &[("bash", "5.2.15-2", "bash")]))
}

/// As many people build it: caches and logs are deleted too late, and everything is given to its owner afterwards.
fn careless() -> Image {
    Image::new(vec![
        base(),
        Layer("CMD [\"bash\"]", Vec::new()),
        Layer(
            "RUN /bin/sh -c apt-get update && apt-get install -y tool # buildkit",
            vec![("usr/bin/tool", content(1)), ("var/lib/apt/lists/deb.example_Packages", content(3))],
        ),
        Layer("COPY . /app # buildkit", vec![("app/server", content(2)), ("app/build.log", content(4))]),
        Layer(
            "RUN /bin/sh -c rm -rf /var/lib/apt/lists/* /app/build.log # buildkit",
            vec![("var/lib/apt/lists/.wh.deb.example_Packages", String::new()), ("app/.wh.build.log", String::new())],
        ),
        Layer("RUN /bin/sh -c chown -R app /app # buildkit", vec![("app/server", content(2))]),
    ])
}

/// The same as the advice says.
fn advised() -> Image {
    Image::new(vec![
        base(),
        Layer("CMD [\"bash\"]", Vec::new()),
        Layer(
            "RUN /bin/sh -c apt-get update && apt-get install -y tool && rm -rf /var/lib/apt/lists/* # buildkit",
            vec![("usr/bin/tool", content(1))],
        ),
        Layer("COPY --chown=app . /app # buildkit", vec![("app/server", content(2))]),
    ])
}

fn layers(folder: &Folder, image: &Image, name: &str) -> Value {
    image.write(&folder.path(name), "latest");
    let report = folder.json(&format!("layers --input {name} --no-cache --scanners package -f json"));
    report["artifacts"][0].clone()
}

#[test]
fn who_follows_the_advice_saves_what_it_promises() {
    let folder = Folder::new();
    let (before, after) = (layers(&folder, &careless(), "before"), layers(&folder, &advised(), "after"));
    let advice = before["advice"].as_array().unwrap();
    let mut given: Vec<(&str, u64)> =
        advice.iter().map(|it| (it["kind"].as_str().unwrap(), it["saves"].as_u64().unwrap())).collect();
    given.sort_unstable();
    assert_eq!(given, [("cache-deleted-late", 3_000_000), ("deleted-late", 4_000_000), ("stored-twice", 2_000_000)]);
    assert!(advice.iter().any(|it| it["text"].as_str().unwrap().contains("COPY --chown")), "{advice:?}");
    let promised: u64 = given.iter().map(|(_, saves)| saves).sum();
    let saved = before["size"].as_u64().unwrap() - after["size"].as_u64().unwrap();
    // Five entries and two layers fewer.
    let frames = 7 * BLOCKS + 2 * BLOCKS;
    assert!((promised..=promised + frames).contains(&saved), "{saved} were saved, {promised} promised");
    assert_eq!((&after["advice"], &after["wasted"]), (&Value::Array(Vec::new()), &0.into()));
}
