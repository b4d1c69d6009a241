//! Targets: the languages that configuration is written in.

use serde::{Deserialize, Serialize};

/// The language that a resource is written in, and with it what its kinds and attributes are called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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

impl Target {
    /// Every target, with its name: that of the folder of its rules, and the word of reports.
    pub const ALL: [(Self, &'static str); 17] = [
        (Self::Dockerfile, "dockerfile"),
        (Self::Image, "image"),
        (Self::Compose, "compose"),
        (Self::Kubernetes, "kubernetes"),
        (Self::Terraform, "terraform"),
        (Self::CloudFormation, "cloudformation"),
        (Self::Arm, "arm"),
        (Self::Ansible, "ansible"),
        (Self::GithubActions, "github-actions"),
        (Self::GitlabCi, "gitlab-ci"),
        (Self::AzurePipelines, "azure-pipelines"),
        (Self::BitbucketPipelines, "bitbucket-pipelines"),
        (Self::CircleCi, "circleci"),
        (Self::Jenkins, "jenkins"),
        (Self::Serverless, "serverless"),
        (Self::OpenApi, "openapi"),
        (Self::Host, "host"),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(target, _)| *target == self).map_or("", |(_, name)| name)
    }

    /// The target of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(target, _)| *target)
    }
}
