//! A resource: one thing that configuration makes or sets, as rules see it.

use crate::{Node, Target};

/// One resource.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Whose words it uses.
    pub target: Target,
    /// What it is, as the language calls it: `aws_s3_bucket`, `Deployment`, `AWS::S3::Bucket`, `stage`.
    pub kind: String,
    /// What it is called, unique in its tree: `module.store["eu"].aws_s3_bucket.logs[0]`, `default/Deployment/web`.
    pub address: String,
    /// Its file: the index that whoever read it gave the file.
    pub file: usize,
    /// Everything said of it.
    pub body: Node,
}
