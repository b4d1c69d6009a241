//! The program beside its peers, on real images: what skopeo, umoci, dpkg, Docker and a registry make of the same bytes.
//!
//! The images are those of `$PLIMSOLL_CORPUS`, a folder with `NAME.oci` and `NAME.docker.tar` for each of them; `./test`
//! has them built. A test whose images or tools are absent says so and passes; with `PLIMSOLL_PEERS_REQUIRED` it fails.
//! `PLIMSOLL_BIN` names another program to test than the one just built.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may panic, and says what it left out")]

/// Bills of materials.
mod bills;
/// One cache for many processes, and for those that die.
mod cache;
/// Debian's packages, as the image's own dpkg lists them.
mod dpkg;
/// Exit codes, where the input is real.
mod exits;
/// Registries that serve the wrong bytes, or none.
mod faults;
/// What each layer brings and what later ones take away.
mod layers;
/// The licences of Debian's packages, as their own copyright files declare them.
mod licenses;
/// The unpacked image as a folder.
mod rootfs;
/// The same image on every way to it.
mod sources;
/// The corpus, the tools, a registry, and the program under test.
mod support;
/// What Syft finds in the same images.
mod syft;
