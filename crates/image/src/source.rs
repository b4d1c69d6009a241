//! What every way to an image has in common: the image it found, and its layers' stored bytes.

use std::io::Read;
use std::path::PathBuf;

use model::{Digest, GapKind, Image, ImagePath, LayerIndex};

/// An image whose layers can be read in any order, several at once.
pub trait Source: Send + Sync {
    /// The image, as its manifest and configuration describe it.
    fn image(&self) -> &Image;

    /// Opens one layer's stored bytes, as they are: compressed, and not yet checked.
    fn open(&self, layer: LayerIndex) -> Result<Blob<'static>, SourceError>;

    /// What identifies a layer's stored bytes without reading them, where something does.
    fn identity(&self, layer: LayerIndex) -> Option<BlobIdentity>;
}

/// An archive that can be read only once, from front to back: what a daemon saves, or standard input.
pub trait Stream: Send {
    /// Hands every blob that may be a layer to `visit`, under its name in the archive, in the archive's order; what
    /// `visit` leaves unread is skipped. Says at the end which image it was.
    fn read(&mut self, visit: &mut dyn FnMut(&str, &mut (dyn Read + Send))) -> Result<Streamed, SourceError>;
}

/// The image at the end of a stream.
pub struct Streamed {
    /// The image.
    pub image: Image,
    /// The name, within the stream, of each layer's blob.
    pub blobs: Vec<String>,
    /// What each layer's blob must hash to, where anything says so.
    pub expected: Vec<Option<Digest>>,
}

/// An image that was found.
pub enum Opened {
    /// Its layers lie still.
    Still(Box<dyn Source>),
    /// Its layers flow past.
    Flowing(Box<dyn Stream>),
    /// It is a directory tree: one layer, not packed.
    Tree(Box<Tree>),
    /// It is a file by itself.
    Single(Box<Single>),
}

/// A directory tree to be looked at as one layer.
#[derive(Clone, Debug)]
pub struct Tree {
    /// The folder.
    pub root: PathBuf,
    /// An image with one layer.
    pub image: Image,
}

/// A file by itself, or what flows in from somewhere, to be looked at as a layer that holds nothing else.
pub struct Single {
    /// What the file is called.
    pub name: ImagePath,
    /// What it holds.
    pub reader: Box<dyn Read + Send>,
    /// An image with one layer.
    pub image: Image,
}

/// A layer's stored bytes on their way in.
pub struct Blob<'a> {
    /// The bytes.
    pub reader: Box<dyn Read + Send + 'a>,
    /// What they must hash to, if the image says so.
    pub expected: Option<Digest>,
}

/// What identifies stored bytes without reading them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum BlobIdentity {
    /// They are fetched by this digest, and whoever runs the image checks it.
    Content(Digest),
    /// They are this part of a local file, which has not been written since it was last read.
    File {
        /// Device and inode.
        node: (u64, u64),
        /// Bytes of the whole file.
        size: u64,
        /// Time of the last change of content, nanoseconds since the epoch.
        modified: i128,
        /// Time of the last change of anything, nanoseconds since the epoch. Users cannot set it back.
        changed: i128,
        /// Where the part begins, and its length.
        part: (u64, u64),
    },
}

/// Why an image, or one of its blobs, could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// Nothing by that name at any of the places asked. The text says which places, and what each answered.
    #[error("{0}")]
    NotFound(String),
    /// The request makes no sense as it was put.
    #[error("{0}")]
    Usage(String),
    /// The image is there, but its documents break the rules of their format.
    #[error("{what} is not a readable image: {why}")]
    Malformed {
        /// The archive, folder or reference, and the document within it.
        what: String,
        /// What is wrong with it.
        why: String,
    },
    /// A form of image or layer that we do not read.
    #[error("{0}")]
    Unsupported(String),
    /// The other side wants credentials, or others than it got.
    #[error("{0}")]
    Denied(String),
    /// The other side could not be reached, or broke off.
    #[error("{0}")]
    Network(String),
    /// A local file could not be read.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// The layer's bytes are elsewhere by design (foreign, non-distributable).
    #[error("{0}")]
    Foreign(String),
    /// The layer's bytes are there, for those who have its key.
    #[error("{0}")]
    Encrypted(String),
}

impl SourceError {
    /// The gap that a layer becomes when it cannot be opened.
    pub fn gap_kind(&self) -> GapKind {
        match self {
            Self::Malformed { .. } => GapKind::Corrupt,
            Self::Unsupported(_) => GapKind::Unsupported,
            Self::Foreign(_) => GapKind::Foreign,
            Self::Encrypted(_) => GapKind::Encrypted,
            _ => GapKind::Unavailable,
        }
    }

    pub(crate) fn malformed(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Malformed { what: what.into(), why: why.into() }
    }

    pub(crate) fn io(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::Io { path: path.display().to_string(), source }
    }
}
