//! The commands that look at an image from another side, on images that are built here: what may leave a build, what changed, whose
//! part of the image a finding is in, what to do about it.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod diff;
mod layers;
mod metadata;
mod support;
