//! A resource: one thing that configuration makes or sets, as rules see it.

use crate::Node;

/// The language that a resource is written in, and with it what its kinds and attributes are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// Dockerfiles and Containerfiles.
    Dockerfile,
    /// An image's configuration and history, and what lies in it.
    Image,
    /// Compose files.
    Compose,
    /// Kubernetes objects of every kind, from manifests, charts or overlays.
    Kubernetes,
    /// Terraform and OpenTofu: sources, plans and state.
    Terraform,
    /// CloudFormation and SAM.
    CloudFormation,
    /// Azure Resource Manager templates and Bicep.
    Arm,
    /// Ansible playbooks, roles and tasks.
    Ansible,
    /// GitHub Actions.
    GithubActions,
    /// GitLab CI.
    GitlabCi,
    /// Azure Pipelines.
    AzurePipelines,
    /// Bitbucket Pipelines.
    BitbucketPipelines,
    /// `CircleCI`.
    CircleCi,
    /// Jenkinsfiles.
    Jenkins,
    /// Serverless Framework.
    Serverless,
    /// `OpenAPI` documents.
    OpenApi,
    /// Configuration files of programs on a host or in an image: sshd, nginx, the Docker daemon, kubelet.
    Host,
}

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
