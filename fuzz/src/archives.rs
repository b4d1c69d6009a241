//! Opens an archive in every way there is, and compares what they say.

use std::io::{Cursor, Read};

use image::{Opened, PlatformChoice, SourceError, Streamed, local};
use model::{Budget, Image, LayerIndex, Origin};

use crate::{folder, memory};

/// Two documents and what they unfold to.
const MEMORY: usize = 48 << 20;

/// Opens the archive as a file and as a stream, and reads what it has for layers.
pub fn open(bytes: &[u8], budget: &Budget) {
    let path = folder::write("archive.tar", bytes);
    let choice = PlatformChoice::Host;
    let still = memory::within(MEMORY, || local::open(&path, None, &choice, budget));
    let _ = local::open(&path, Some("latest"), &PlatformChoice::All, budget);
    let flowing = memory::within(MEMORY, || stream(bytes, &choice, budget));
    let images = match still {
        Ok(opened) => opened.iter().map(image).collect::<Vec<_>>(),
        Err(error) => return complain(&error),
    };
    // Not everything that a file may be can flow past, but what can is the same.
    match flowing {
        Ok(streamed) => agree(&images, &streamed),
        Err(error) => complain(&error),
    }
}

fn stream(bytes: &[u8], choice: &PlatformChoice, budget: &Budget) -> Result<Streamed, SourceError> {
    let reader = Box::new(Cursor::new(bytes.to_vec()));
    let mut left_unread = false;
    local::archive_stream(reader, Origin::default(), choice, budget).read(&mut |_, reader| {
        // A visitor may read a blob or not.
        left_unread = !left_unread;
        if left_unread {
            let _ = reader.read(&mut [0; 10]);
        } else {
            let _ = std::io::copy(&mut reader.take(budget.layer_bytes), &mut std::io::sink());
        }
    })
}

/// The image, after a look at its layers.
fn image(opened: &Opened) -> Image {
    let Opened::Still(source) = opened else { panic!("an archive that lies on a disk does not lie still") };
    for index in 0..source.image().layers.len().min(8) {
        let layer = LayerIndex(u32::try_from(index).unwrap_or_default());
        source.identity(layer);
        if let Ok(blob) = source.open(layer) {
            let _ = std::io::copy(&mut blob.reader.take(1 << 20), &mut std::io::sink());
        }
    }
    let image = source.image();
    let known = |layer: LayerIndex| (layer.0 as usize) < image.layers.len();
    assert!(image.config.history.iter().filter_map(|step| step.layer).all(known));
    image.clone()
}

fn agree(images: &[Image], streamed: &Streamed) {
    let count = streamed.image.layers.len();
    assert!(streamed.blobs.len() == count && streamed.expected.len() == count);
    let [image] = images else { return };
    assert_eq!((&image.config, &image.layers), (&streamed.image.config, &streamed.image.layers));
    assert_eq!((image.origin.id, image.origin.manifest), (streamed.image.origin.id, streamed.image.origin.manifest));
}

fn complain(error: &SourceError) {
    assert!(error.to_string().len() < 1 << 20);
}
