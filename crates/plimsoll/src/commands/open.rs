//! From the arguments that name an image to the image itself.

use std::io;
use std::path::Path;

use image::{Opened, PlatformChoice, SourceError, local};
use model::{Budget, Origin};

use crate::args::{Look, Target};
use crate::exit::Exit;
use crate::failure::Failure;

/// The image, once for each platform that was asked for.
pub fn image(target: &Target, _look: &Look, budget: &Budget) -> Result<Vec<Opened>, Failure> {
    let choice: PlatformChoice = match &target.platform {
        None => PlatformChoice::Host,
        Some(text) => text.parse().map_err(Failure::usage)?,
    };
    match (&target.input, &target.reference) {
        (Some(input), _) if input == Path::new("-") => {
            let origin = Origin { transport: "stdin".into(), reference: "-".into(), ..Origin::default() };
            Ok(vec![Opened::Flowing(local::archive_stream(Box::new(io::stdin()), origin, &choice, budget))])
        }
        (Some(input), selector) => local::open(input, selector.as_deref(), &choice, budget).map_err(failed),
        (None, _) => Err(Failure::usage("no image is named")),
    }
}

/// An image that could not be had, as the end of the program.
pub fn failed(error: SourceError) -> Failure {
    let exit = if matches!(error, SourceError::Usage(_)) { Exit::Usage } else { Exit::ScanFailed };
    Failure::new(exit, error)
}
