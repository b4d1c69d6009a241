//! The unpacked image as a folder: what umoci makes of the layers holds the packages that we say are still there.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{Report, images, program, report, tool};

/// The packages, without the layer, which a folder cannot tell.
fn packages(report: &Report) -> BTreeSet<String> {
    let without_layer = |package: &Value| {
        let mut package = package.clone();
        package.as_object_mut().unwrap().remove("layer").unwrap();
        package.to_string()
    };
    report.live().map(without_layer).collect()
}

#[test]
fn the_unpacked_image_has_the_packages_that_are_live() {
    let Some(umoci) = tool("umoci") else { return };
    for image in images() {
        let bundle = tempfile::tempdir().unwrap();
        let from = format!("{}:latest", image.layout.display());
        let to = bundle.path().join("bundle");
        umoci.ask(["unpack".as_ref(), "--rootless".as_ref(), "--image".as_ref(), from.as_ref(), to.as_os_str()]);
        let folder = report(program(["rootfs", "--no-cache"]).arg(to.join("rootfs")));
        let image_scan = report(program(["image", "--no-cache", "--input"]).arg(&image.layout));
        let (unpacked, live) = (packages(&folder), packages(&image_scan));
        assert_ne!(live.len(), 0);
        assert_eq!(unpacked, live, "{}", image.name);
    }
}
