//! What builds, configures and deploys software: modules of Bazel, actions of workflows, charts, providers and modules of Terraform. One file
//! per format, each with its `ANALYZER`.
//!
//! Images that these files name are no packages; neither are GitLab's components and includes, for which nobody
//! publishes advisories, nor lists of Jenkins plugins (`plugins.txt`), which leave out the group that advisories name.

mod bazel_lock;
mod bazel_module;
mod github_actions;
mod helm_chart;
mod helm_lock;
mod terraform_lock;
mod terraform_modules;

use model::Analyzer;

/// The formats, in alphabetical order.
pub static ANALYZERS: &[Analyzer] = &[
    bazel_lock::ANALYZER,
    bazel_module::ANALYZER,
    github_actions::ANALYZER,
    helm_chart::ANALYZER,
    helm_lock::ANALYZER,
    terraform_lock::ANALYZER,
    terraform_modules::ANALYZER,
];
