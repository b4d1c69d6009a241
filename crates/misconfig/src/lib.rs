//! Misconfiguration: configuration files become resources, and rules say what is wrong with them.
//!
//! A format (`docker/`, `kubernetes/`, `terraform/` …) turns files into [`Resource`]s, whose bodies are trees of [`Node`]s
//! with lines. A rule ([`rule`]) knows one kind of resource and looks at its tree, whatever format it came from.

mod analyzer;
pub mod ansible;
pub mod arm;
pub mod bicep;
pub mod cloudformation;
pub mod compose;
pub mod detect;
mod detector;
pub mod docker;
pub mod fix;
pub mod helm;
pub mod host;
pub mod image;
pub mod input;
pub mod jenkins;
pub mod json;
pub mod judge;
pub mod kubernetes;
pub mod kustomize;
pub mod openapi;
mod origin;
mod parallel;
pub mod pins;
pub mod pipeline;
mod reading;
mod resource;
pub mod rule;
mod secret;
pub mod serverless;
pub mod shell;
mod suppress;
mod target;
mod template;
pub mod terraform;
pub mod value;
mod verb;
pub mod yaml;

pub use analyzer::ANALYZER;
pub use detector::Judge;
pub use reading::Reading;
pub use resource::Resource;
pub use target::Target;
pub use value::{Node, Span, Value};

/// What reads the files of a target.
pub type Reader = fn(content: &[u8], file: usize) -> Reading;

/// The reader of a target, where there is one.
pub fn reader(target: Target) -> Option<Reader> {
    match target {
        Target::Dockerfile => Some(docker::read),
        Target::Image => Some(image::read),
        Target::Ansible => Some(ansible::read),
        Target::Arm => Some(arm::read),
        Target::Host => Some(host::read),
        Target::Compose => Some(compose::read),
        Target::GithubActions => Some(pipeline::github),
        Target::GitlabCi => Some(pipeline::gitlab),
        Target::AzurePipelines => Some(pipeline::azure),
        Target::BitbucketPipelines => Some(pipeline::bitbucket),
        Target::CircleCi => Some(pipeline::circle),
        Target::Jenkins => Some(jenkins::read),
        Target::OpenApi => Some(openapi::read),
        Target::Serverless => Some(serverless::read),
        Target::Kubernetes => Some(kubernetes::read),
        Target::Terraform => Some(terraform::read),
        Target::CloudFormation => Some(cloudformation::read),
    }
}
