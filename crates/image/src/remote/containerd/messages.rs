//! The messages of containerd's image and content services that are needed here (containerd API v1: `images.proto`,
//! `content.proto`, `descriptor.proto`). Fields that are not read are left out, as protobuf allows.

use prost::Message;
use prost::bytes::Bytes;

/// Asks `containerd.services.images.v1.Images/Get` for an image by its full name.
#[derive(Clone, PartialEq, Message)]
pub(super) struct GetImageRequest {
    #[prost(string, tag = "1")]
    pub(super) name: String,
}

/// Its answer.
#[derive(Clone, PartialEq, Message)]
pub(super) struct GetImageResponse {
    #[prost(message, optional, tag = "1")]
    pub(super) image: Option<Image>,
}

/// A name, and what it stands for.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Image {
    #[prost(string, tag = "1")]
    pub(super) name: String,
    #[prost(message, optional, tag = "3")]
    pub(super) target: Option<Descriptor>,
}

/// Content by its digest.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Descriptor {
    #[prost(string, tag = "1")]
    pub(super) media_type: String,
    #[prost(string, tag = "2")]
    pub(super) digest: String,
    #[prost(int64, tag = "3")]
    pub(super) size: i64,
}

/// Asks `containerd.services.content.v1.Content/Info` whether content is there.
#[derive(Clone, PartialEq, Message)]
pub(super) struct InfoRequest {
    #[prost(string, tag = "1")]
    pub(super) digest: String,
}

/// Its answer; that there is one says it all.
#[derive(Clone, PartialEq, Message)]
pub(super) struct InfoResponse {}

/// Asks `containerd.services.content.v1.Content/Read` for content; without a size, for all of it.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ReadContentRequest {
    #[prost(string, tag = "1")]
    pub(super) digest: String,
    #[prost(int64, tag = "2")]
    pub(super) offset: i64,
    #[prost(int64, tag = "3")]
    pub(super) size: i64,
}

/// A piece of it, in order.
#[derive(Clone, PartialEq, Message)]
pub(super) struct ReadContentResponse {
    #[prost(int64, tag = "1")]
    pub(super) offset: i64,
    #[prost(bytes = "bytes", tag = "2")]
    pub(super) data: Bytes,
}
